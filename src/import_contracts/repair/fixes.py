"""How an import can be changed so that the importer no longer needs it, with the evidence, and the new text.

What is proposed is proven from the text as far as text can prove it; where it cannot, the next dearer fix is tried.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors
from import_contracts.reading.imports import read_imports
from import_contracts.reading.resolution import resolve
from import_contracts.reading.text import Source, split_lines
from import_contracts.reading.trees import Parser, parse
from import_contracts.repair.usage import Binding, Role, Usage, Use, names_in, read_usage


class FixKind(StrEnum):
    """How to do without an import, the cheapest first."""

    NONE = "none"
    """It never runs, and nothing has to change."""
    TYPE_CHECKING = "type_checking"
    DIRECT_IMPORT = "direct_import"
    EXTRACT = "extract"
    DEFER = "defer"
    RESTRUCTURE = "restructure"


WEIGHTS = {
    FixKind.NONE: 1,
    FixKind.TYPE_CHECKING: 2,
    FixKind.DIRECT_IMPORT: 3,
    FixKind.EXTRACT: 6,
    FixKind.DEFER: 8,
    FixKind.RESTRUCTURE: 12,
}
"""What each costs, for the choice of a cut: they weigh a person's time and risk against each other, and no more."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What becomes of one name of an import statement.

    ``origin`` is the module and the name to import instead; ``functions`` are those to import it in; it
    ``is_for_types`` where annotations need it.
    """

    binding: Binding
    origin: tuple[str, str | None] | None = None
    functions: tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...] = ()
    is_for_types: bool = False
    needs_future: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to do without an import, with the reasons in sentences.

    ``rewrites`` are what to write instead; without any, the import has to be taken apart by hand.
    """

    kind: FixKind
    importer: str
    imported: str
    why: tuple[str, ...]
    rewrites: tuple[Rewrite, ...] = ()


@dataclass(frozen=True, slots=True)
class CyclicImport:
    """An import of a cycle that has to go: all statements of some kinds that import one module into another.

    ``cycle`` are the modules of the cycle, whose imports are of the same kinds.
    """

    edge: Edge
    kinds: frozenset[Kind]
    cycle: frozenset[str]

    @property
    def useless(self) -> frozenset[FixKind]:
        """The fixes after which the import would still count, as one of another kind."""
        return frozenset(fix for fix, kind in _BECOMES.items() if kind in self.kinds)


_BECOMES = {FixKind.DEFER: Kind.DEFERRED, FixKind.TYPE_CHECKING: Kind.TYPE_CHECKING}


class Reason(NamedTuple):
    """Something that is so of a name, which is given with where it can be seen."""

    what: str
    name: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of a file and what to write instead; ``old`` is what is there, empty where lines are only added."""

    line: int
    old: str
    new: str


class Fixes:
    """Finds fixes in a program, for a version of Python; ``source`` returns the text of a module."""

    def __init__(
        self,
        source: Callable[[str], Source | None],
        graph: ImportGraph,
        version: tuple[int, int],
        parse: Parser = parse,
    ) -> None:
        self._source = source
        self._graph = graph
        self._modules = graph.modules_set
        self._roots = frozenset(module.partition(".")[0] for module in self._modules)
        self._version = version
        self._parse = parse
        self._usages: dict[str, Usage | None] = {}
        self._found: dict[tuple[CyclicImport, frozenset[FixKind]], Fix] = {}
        self._named: dict[tuple[str, str], frozenset[str]] = {}
        self._takers: dict[str, tuple[set[str], list[str]]] = {}
        self._imported: dict[str, dict[str, set[str]]] = {}
        self._split: dict[str, list[str]] = {}

    def cheapest(self, wanted: CyclicImport, rejected: frozenset[FixKind] = frozenset()) -> Fix:
        """Return the cheapest fix of an import, without fixes of some kinds."""
        key = (wanted, rejected)
        if key not in self._found:
            self._found[key] = self._cheapest(wanted, rejected | wanted.useless)
        return self._found[key]

    def _cheapest(self, wanted: CyclicImport, without: frozenset[FixKind]) -> Fix:
        (importer, imported), kinds, cycle = wanted.edge, wanted.kinds, wanted.cycle
        usage = self._usage(importer)
        if usage is None:
            return _by_hand(importer, imported, "This file cannot be parsed here, so nothing is claimed of it.")
        bindings = [
            each for each in usage.bindings if each.kind in kinds and imported in self._imports(each.module, each.name)
        ]
        if not bindings:
            return _by_hand(importer, imported, "No import statement names it: it is imported by a call.")
        ways = [dict(self._ways(importer, usage, each)) for each in bindings]
        for allowed in (
            {FixKind.TYPE_CHECKING},
            {FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT},
            {FixKind.EXTRACT},
            {FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT, FixKind.DEFER},
        ):
            if FixKind.EXTRACT in allowed - without and (extract := self._extract(importer, imported, bindings, cycle)):
                return extract
            chosen = [
                next((kind for kind in FixKind if kind in way and kind in allowed - without), None) for way in ways
            ]
            done = [kind for kind in chosen if kind is not None]
            if FixKind.EXTRACT not in allowed and len(done) == len(chosen):
                found = [way[kind] for way, kind in zip(ways, done, strict=True)]
                why = _sentences(reason for reason, _ in found)
                return Fix(
                    max(done, key=list(FixKind).index), importer, imported, why, tuple(each for _, each in found)
                )
        why = _sentences(self._obstacle(importer, usage, each) for each in bindings)
        return _by_hand(importer, imported, *why)

    # --- reading --------------------------------------------------------------------------------------------------

    def _text(self, module: str) -> Source:
        source = self._source(module)
        assert source is not None, "only what was read is asked for"  # noqa: S101
        return source

    def _lines(self, module: str) -> list[str]:
        if module not in self._split:
            self._split[module] = split_lines(self._text(module).text)
        return self._split[module]

    def _usage(self, module: str) -> Usage | None:
        if module not in self._usages:
            source = self._source(module)
            self._usages[module] = None if source is None else self._parsed(source)
        return self._usages[module]

    def _parsed(self, source: Source) -> Usage | None:
        try:
            return read_usage(self._parse(source.text), source, self._roots)
        except (SyntaxError, RecursionError):
            return None

    def _imports(self, module: str, name: str | None) -> tuple[str, ...]:
        """Return the module that a name of an import statement stands for, as the import graph has it."""
        full = f"{module}.{name}" if name else module
        return (full,) if full in self._modules else (module,) if module in self._modules else ()

    def _is_taken(self, module: str, name: str) -> bool:
        """Tell whether another module may take a name from one."""
        if module not in self._takers:
            self._takers[module] = self._found_takers(module)
        names, holders = self._takers[module]
        return name in names or "*" in names or any(f".{name}" in each for each in holders)

    def _found_takers(self, module: str) -> tuple[set[str], list[str]]:
        """Return what others take from a module by name, and the texts in which it is bound itself."""
        names: set[str] = set()
        holders: list[str] = []
        for source in filter(None, map(self._source, self._graph.importers_of(module))):
            taken = self._written(source).get(module, set())
            names |= taken - {""}
            holders += [source.text] if "" in taken else []
        return names, holders

    def _written(self, source: Source) -> dict[str, set[str]]:
        """Return what a text imports: modules with the names taken from them, of which "" is the module itself."""
        if source.module not in self._imported:
            found = self._imported[source.module] = {}
            usage = self._usages.get(source.module)
            for module, name in self._bound(usage) if usage else self._read(source):
                is_name = name and f"{module}.{name}" not in self._modules
                found.setdefault(module, set()).add(name if name and is_name else "")
        return self._imported[source.module]

    def _bound(self, usage: Usage) -> Iterator[tuple[str, str | None]]:
        return ((module, each.name) for each in usage.bindings for module in self._imports(each.module, each.name))

    def _read(self, source: Source) -> Iterator[tuple[str, str | None]]:
        """Yield the same without making a tree."""
        for each in read_imports(source.text, source.module, is_package=source.is_package):
            if module := resolve(each, source.module, is_package=source.is_package, modules=self._modules):
                yield module, each.name

    # --- the ways of one name -------------------------------------------------------------------------------------

    def _ways(self, importer: str, usage: Usage, binding: Binding) -> Iterator[tuple[FixKind, tuple[Reason, Rewrite]]]:
        """Yield what can become of one name of a statement, with the reasons."""
        if not _has_lines_of_its_own(binding.statement, self._lines(importer)):
            return
        if origin := self._origin_of(binding):
            module, name = origin
            if importer not in (module, *self._imports(*origin)):
                where = f"{module}.{name}" if name and f"{module}.{name}" in self._modules else module
                reason = Reason(f"Defined in {where}, and only passed on by {binding.module}", str(binding.name))
                yield FixKind.DIRECT_IMPORT, (reason, Rewrite(binding, origin=origin))
        uses = usage.uses.get(binding.local, [])
        if binding.function or self._reason_to_stay(importer, usage, binding) or not _stands_alone(binding):
            return
        annotations = [use for use in uses if use.role is Role.ANNOTATION]
        bodies = [use for use in uses if use.role is Role.BODY]
        eager = [use for use in uses if use.role is Role.EAGER]
        if eager or any(use.reader for use in annotations):
            return
        needs_future = not usage.has_future_annotations and self._evaluates(annotations)
        if needs_future and usage.reads_annotations:
            return
        if annotations and not bodies:
            reason = Reason("Used only in annotations", f"{binding.shown} ({_lines(annotations)})")
            yield FixKind.TYPE_CHECKING, (reason, Rewrite(binding, is_for_types=True, needs_future=needs_future))
        functions = tuple(dict.fromkeys(use.function for use in bodies if use.function is not None))
        lines = self._lines(importer)
        in_reach = all(use.function is not None for use in bodies) and all(
            _starts_line(function.body[0], lines) for function in functions
        )
        if bodies and in_reach:
            names = _listed([each.name for each in functions])
            reason = Reason("Used only inside functions", f"{binding.shown} ({names})")
            rewrite = Rewrite(binding, None, functions, is_for_types=bool(annotations), needs_future=needs_future)
            yield FixKind.DEFER, (reason, rewrite)

    def _evaluates(self, annotations: Collection[Use]) -> bool:
        """Tell whether annotations are evaluated when they are passed: before PEP 649, those that are no strings."""
        return self._version < (3, 14) and any(not use.is_quoted for use in annotations)

    def _reason_to_stay(  # noqa: PLR0911 - one reason each
        self, importer: str, usage: Usage, binding: Binding
    ) -> str:
        """Say why a name must be bound in the module after it was imported, beside its uses; "" if it need not."""
        local = binding.local
        if binding.name == "*":
            return "All names are imported"
        if not usage.uses.get(local):
            return "Not used here, but passed on, or imported for what the import does"
        if local in usage.exported or binding.alias.asname == binding.alias.name:
            return "Passed on to others"
        if local in usage.rebound or sum(each.local == local for each in usage.bindings if not each.function) > 1:
            return "Bound more than once"
        if self._is_taken(importer, local):
            return f"Taken from {importer} by others"
        if self._text(importer).is_package and not local.startswith("_"):
            return f"Perhaps passed on by {importer}, which is a package"
        return ""

    def _origin_of(self, binding: Binding) -> tuple[str, str | None] | None:
        """Return where a name that a statement takes from a module comes from, if it only passes through there."""
        if not binding.name or binding.name == "*" or f"{binding.module}.{binding.name}" in self._modules:
            return None
        origin = self._origin(binding.module, binding.name, frozenset())
        if origin is None or (origin[0] == binding.module and f"{origin[0]}.{origin[1]}" not in self._modules):
            return None
        return origin

    def _origin(  # noqa: PLR0911 - one case each
        self, module: str, name: str, seen: frozenset[str]
    ) -> tuple[str, str | None] | None:
        """Return the module that defines a name of another, and the name there; None where that is not certain."""
        usage = self._usage(module)
        if usage is None or module in seen:
            return None
        statements = usage.defined.get(name, [])
        if not statements:
            return self._origin_by_star(usage, name, seen | {module})
        if len(statements) > 1:
            return None
        if not isinstance(statements[0], ast.ImportFrom):
            return None if isinstance(statements[0], ast.Import | ast.If | ast.Try) else (module, name)
        found = next(each for each in usage.bindings if each.statement is statements[0] and each.local == name)
        if f"{found.module}.{found.name}" in self._modules:
            return found.module, found.name
        if found.module not in self._modules or not found.name:
            return None
        return self._origin(found.module, found.name, seen | {module})

    def _origin_by_star(self, usage: Usage, name: str, seen: frozenset[str]) -> tuple[str, str | None] | None:
        if name.startswith("_"):
            return None
        stars = [each.module for each in usage.bindings if each.name == "*" and each.module in self._modules]
        found = [origin for module in stars if (origin := self._origin(module, name, seen))]
        return found[0] if len(found) == 1 else None

    # --- extraction -----------------------------------------------------------------------------------------------

    def _extract(self, importer: str, imported: str, bindings: Sequence[Binding], cycle: frozenset[str]) -> Fix | None:
        """Return which definitions of the imported module to move, if they are few and need nothing of the cycle."""
        other = self._usage(imported)
        names = [each.name for each in bindings if each.module == imported and each.name not in (None, "*")]
        if other is None or len(names) < len(bindings):
            return None
        cyclic = {
            each.local
            for each in other.bindings
            if each.kind is not Kind.TYPE_CHECKING and not cycle.isdisjoint(self._started(each))
        }
        moved = self._closure(imported, other, [name for name in names if name], cyclic)
        own = [name for name, found in other.defined.items() if not isinstance(found[0], ast.Import | ast.ImportFrom)]
        if not moved or len(moved) == len(own):
            return None
        listed = _listed([f"{name} (line {other.defined[name][0].lineno})" for name in moved])
        rest = "They need nothing else of the cycle." if len(moved) > 1 else "It needs nothing else of the cycle."
        why = f"Move {listed} from {imported} into a module that both import. {rest}"
        return Fix(FixKind.EXTRACT, importer, imported, (why,))

    def _started(self, binding: Binding) -> set[str]:
        """Return the modules that an import starts."""
        found = self._imports(binding.module, binding.name)
        return {*found, *(package for module in found for package in ancestors(module))}

    def _closure(self, module: str, usage: Usage, names: Iterable[str], barred: Collection[str]) -> list[str] | None:
        """Return definitions with all of their module that they need, sorted by line.

        None where one cannot move, or needs a name that is barred.
        """
        found = list(dict.fromkeys(names))
        for name in found:
            statements = usage.defined.get(name, [])
            if len(statements) != 1 or not isinstance(statements[0], _MOVABLE):
                return None
            used = self._names(module, name)
            if "global" in used or not used.isdisjoint(barred):
                return None
            for needed in sorted(used & usage.defined.keys()):
                if not isinstance(usage.defined[needed][0], ast.Import | ast.ImportFrom) and needed not in found:
                    found.append(needed)
        return sorted(found, key=lambda name: usage.defined[name][0].lineno)

    def _names(self, module: str, definition: str) -> frozenset[str]:
        """Return the names in a definition."""
        if (module, definition) not in self._named:
            usage = self._usage(module)
            self._named[module, definition] = names_in(usage.defined[definition][0]) if usage else frozenset()
        return self._named[module, definition]

    def _obstacle(self, importer: str, usage: Usage, binding: Binding) -> Reason:
        """Return why none of the fixes would do for one name."""
        uses = usage.uses.get(binding.local, [])
        eager = [use for use in uses if use.role is Role.EAGER]
        read = [use for use in uses if use.reader]
        if binding.function:
            inside = f"{binding.shown} (in {binding.function.name})"
            return Reason("Imported inside functions already, so that what these need must move", inside)
        if reason := self._reason_to_stay(importer, usage, binding):
            return Reason(reason, binding.shown)
        if eager:
            return Reason(f"Needed while {importer} is imported", f"{binding.shown} ({_lines(eager)})")
        if read:
            return Reason(f"In an annotation that {read[0].reader} may read", f"{binding.shown} ({_lines(read)})")
        return Reason("Not to be deferred as the file is written", binding.shown)

    # --- new texts ------------------------------------------------------------------------------------------------

    def edits(self, fixes: Iterable[Fix]) -> dict[str, tuple[Edit, ...]]:
        """Return by module what to write, if all of some fixes are made at once; edits are sorted by line.

        Where two fixes rewrite the same name, the first is made.
        """
        rewrites: dict[str, list[Rewrite]] = {}
        for fix in fixes:
            known = rewrites.setdefault(fix.importer, [])
            done = {each.binding.alias for each in known}
            known += [each for each in fix.rewrites if each.binding.alias not in done]
        return {
            module: tuple(_edits(self._parse(self._text(module).text), self._lines(module), found))
            for module, found in rewrites.items()
            if found
        }

    def text(self, module: str, edits: Iterable[Edit]) -> str:
        """Return the text of a module with edits made."""
        lines = self._lines(module).copy()
        for edit in sorted(edits, key=lambda each: (-each.line, not each.old)):
            old = edit.old.count("\n") + 1 if edit.old else 0
            lines[edit.line - 1 : edit.line - 1 + old] = edit.new.split("\n") if edit.new else []
        return "\n".join(lines)


def weight(kind: FixKind) -> int:
    """Return what a fix costs."""
    return WEIGHTS[kind]


def _sentences(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Return a sentence for each thing that is so of some names."""
    names: dict[str, list[str]] = {}
    for each in dict.fromkeys(reasons):
        names.setdefault(each.what, []).append(each.name)
    return tuple(f"{what}: {_listed(found)}." for what, found in names.items())


def _by_hand(importer: str, imported: str, *why: str) -> Fix:
    return Fix(FixKind.RESTRUCTURE, importer, imported, tuple(dict.fromkeys(why)))


def _stands_alone(binding: Binding) -> bool:
    """Tell whether a name can be taken out of its statement: not `import a.b`, whose uses say `a`."""
    return bool(binding.name or binding.alias.asname)


def _starts_line(node: ast.stmt, lines: Sequence[str]) -> bool:
    return not lines[node.lineno - 1].encode()[: node.col_offset].strip()


def _has_lines_of_its_own(node: ast.stmt, lines: Sequence[str]) -> bool:
    rest = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset or 0 :].strip()
    return _starts_line(node, lines) and (not rest or rest.startswith(b"#"))


_MOVABLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


def _lines(uses: Collection[Use]) -> str:
    lines = sorted({use.line for use in uses})
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"


_LISTED = 4


def _listed(items: Sequence[str]) -> str:
    if len(items) > _LISTED + 1:
        return f"{', '.join(items[:_LISTED])} and {len(items) - _LISTED} more"
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


# --- writing -----------------------------------------------------------------------------------------------------


def _edits(tree: ast.Module, lines: Sequence[str], rewrites: Sequence[Rewrite]) -> Iterator[Edit]:
    """Yield the edits of one module, sorted by line."""
    found: list[Edit] = []
    by_statement: dict[ast.Import | ast.ImportFrom, list[Rewrite]] = {}
    for each in rewrites:
        by_statement.setdefault(each.binding.statement, []).append(each)
    for statement, of_it in by_statement.items():
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        found.append(Edit(first, "\n".join(lines[first - 1 : last]), _statements(statement, of_it)))
    for function, own in _by_function(rewrites).items():
        body = function.body
        start = body[1] if len(body) > 1 and _is_docstring(body[0]) else body[0]
        line = min([start.lineno, *(each.lineno for each in getattr(start, "decorator_list", []))])
        indent = " " * start.col_offset
        found.append(Edit(line, "", "\n".join(indent + _import([each.binding.alias], each.binding) for each in own)))
    head = _head(tree, rewrites)
    yield from sorted([*head, *found], key=lambda each: each.line)


def _head(tree: ast.Module, rewrites: Sequence[Rewrite]) -> Iterator[Edit]:
    """Yield what has to stand at the top of the module."""
    start = next((each for each in tree.body if not _is_docstring(each)), tree.body[0])
    line = start.lineno
    needs_future = any(each.needs_future for each in rewrites)
    new = ["from __future__ import annotations", ""] if needs_future else []
    typed = [each.binding.statement.lineno for each in rewrites if each.is_for_types]
    if typed and not _knows_type_checking(tree, min(typed)):
        future = [each for each in tree.body if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
        line = (future[-1].end_lineno or 0) + 1 if future else line
        new += ["from typing import TYPE_CHECKING", *([] if future else [""])]
    if new:
        yield Edit(line, "", "\n".join(new))


def _knows_type_checking(tree: ast.Module, line: int) -> bool:
    """Tell whether the name is imported above a line."""
    above = (each for each in tree.body if isinstance(each, ast.ImportFrom) and each.lineno <= line)
    return any(alias.name == "TYPE_CHECKING" and alias.asname is None for each in above for alias in each.names)


def _statements(statement: ast.Import | ast.ImportFrom, rewrites: Sequence[Rewrite]) -> str:
    """Return what to write instead of a statement: what stays of it, direct imports, and those for type checking."""
    indent = " " * statement.col_offset
    changed = {each.binding.alias for each in rewrites}
    kept = [each for each in statement.names if each not in changed]
    any_of = rewrites[0].binding
    new = [_import(kept, any_of)] if kept else []
    direct: dict[str, list[ast.alias]] = {}
    for each in rewrites:
        if each.origin:
            module, name = each.origin
            local = each.binding.local
            alias = ast.alias(name or module, local if local != name else None)
            direct.setdefault(module, []).append(alias)
    new += [f"from {module} import {_names(aliases)}" for module, aliases in sorted(direct.items())]
    typed = [each for each in rewrites if each.is_for_types]
    if typed:
        new += ["if TYPE_CHECKING:", "    " + _import([each.binding.alias for each in typed], any_of)]
    return "\n".join(indent + line for line in new or (["pass"] if indent else []))


def _import(aliases: Sequence[ast.alias], binding: Binding) -> str:
    if isinstance(binding.statement, ast.Import):
        return f"import {_names(aliases)}"
    return f"from {'.' * binding.statement.level}{binding.statement.module or ''} import {_names(aliases)}"


def _names(aliases: Iterable[ast.alias]) -> str:
    return ", ".join(f"{each.name} as {each.asname}" if each.asname else each.name for each in aliases)


def _by_function(
    rewrites: Iterable[Rewrite],
) -> dict[ast.FunctionDef | ast.AsyncFunctionDef, list[Rewrite]]:
    found: dict[ast.FunctionDef | ast.AsyncFunctionDef, list[Rewrite]] = {}
    for each in rewrites:
        for function in each.functions:
            found.setdefault(function, []).append(each)
    return found


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
