"""The names of a program: what defines them, which modules import them, and what these do with them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence, Set
from functools import cache, cached_property
from itertools import chain
from typing import TypeAlias, TypeVar, cast

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import absolute, parent
from import_contracts.reading.source.imports import ImportReader
from import_contracts.reading.source.plain import for_older_parsers
from import_contracts.reading.source.text import Source, split_lines
from import_contracts.reading.source.trees import Parser
from import_contracts.repair.layout import Layout
from import_contracts.repair.usage import WORD, Binding, Usage, names_in, read_usage

_T = TypeVar("_T")
_PATCHES = re.compile(r"patch(?<!\wpatch)\b")
_OF_ATTRIBUTE = re.compile(r"etattr\((?<=\b[gs]etattr\()")
"""Each begins with a literal, which is found fast."""
_OF_OBJECT = re.compile(
    r"""\((?:(?<=\b[gs]etattr\()|(?<=\bdelattr\()|(?<=\bpatch\.object\())\s*[^,]{1,120},\s*["'](\w+)["']"""
)
_QUOTED_NAME = re.compile(r"""["']((?:\w+\.)+\w+)["']""")
_MOST_QUESTIONS = 1000  # modules that import all of each other may have more paths than anybody could wait for

_STAR = re.compile(r"\*(?<=[\s\\t]\*)[ \t\f]*+(?:[\r\n;#\\]|\Z)")
"""What may be the star of an import; it begins with a literal, which is found fast."""
_ATTRIBUTE = re.compile(r"(\w+)\s*\.\s*(?=(\w+))")
_IMPORTS = re.compile(r"[ \t]*(?:from|import)\b")
"""How the first line of an import statement begins, on which all dots are those of modules."""

Origin: TypeAlias = tuple[str, str]
"""A module and a name that it defines; or a package and a module in it."""


def _attributes_of(name: str, text: str) -> Iterator[str]:
    """Yield the attributes of a name that a text takes; the dots in import statements take nothing."""
    for found in _pattern(name, r"\s*\.\s*(?=(\w+))").finditer(text):
        if not _IMPORTS.match(text, text.rfind("\n", 0, found.start()) + 1):
            yield found[1]


def _aliases_of(name: str, text: str) -> list[str]:
    """Return what a name is called in a text, as ``as`` says."""
    return _pattern(name, r"\s+as\s+(\w+)").findall(text)


@cache
def _pattern(name: str, rest: str) -> re.Pattern[str]:
    """Return the pattern of a word and what is behind it. It begins with a literal, which is found fast."""
    name = re.escape(name)
    return re.compile(rf"{name}(?<!\w{name}){rest}")


class ProgramNames:
    """The names of a program, each module read when it is first needed.

    ``source`` returns the text of a module, or None if it has none. ``graph`` has the modules of the program and their
    imports. ``reader`` may have read some of the texts. ``searched`` are the modules in which each use of a name was
    looked for, wherever it is, and ``counted`` those of which it may matter how many definitions they have.
    """

    def __init__(
        self,
        source: Callable[[str], Source | None],
        graph: ImportGraph,
        parse: Parser,
        reader: ImportReader | None = None,
    ) -> None:
        self.searched: set[str] = set()
        self.counted: set[str] = set()
        self._source = cache(source)
        self._graph = graph
        self._parse = parse
        self._reader = reader or ImportReader()
        self._modules = graph.modules_set
        self._roots = frozenset(module.partition(".")[0] for module in self._modules)
        self._layouts: dict[str, Layout] = {}
        self._usages: dict[str, Usage | None] = {}
        self._definitions: dict[tuple[str, str], frozenset[str]] = {}
        self._takers: dict[str, tuple[Set[str], list[Source]]] = {}
        self._imports: dict[str, dict[str, set[str]]] = {}
        self._taking_others: dict[str, bool] = {}
        self._named: dict[str, Set[str]] = {}
        self._found_taken: dict[tuple[str, str], Set[str]] = {}
        self._parsable: dict[str, str] = {}
        self._questions = 0
        self._made: dict[Callable[[ProgramNames], object], object] = {}

    @property
    def sources(self) -> Iterator[Source]:
        """The modules of the program that have a text, sorted."""
        return filter(None, map(self._source, sorted(self._modules)))

    def made(self, make: Callable[[ProgramNames], _T]) -> _T:
        """Return what something makes of these names, which it makes only once."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("_T", self._made[make])

    @property
    def modules(self) -> frozenset[str]:
        """The modules of the program."""
        return self._modules

    # --- texts ----------------------------------------------------------------------------------------------------

    def is_package(self, module: str) -> bool:
        """Tell whether a module that has a text is a package."""
        return self._text(module).is_package

    def layout(self, module: str) -> Layout:
        """Return the lines of a module that has a text."""
        if module not in self._layouts:
            self._layouts[module] = Layout(self._text(module).text)
        return self._layouts[module]

    def tree(self, module: str) -> ast.Module:
        """Return the tree of a module that can be parsed.

        If its syntax is newer than this Python, that of a text that means almost the same; lines have the same numbers.
        """
        return self._parse(self._parsable_text(module))

    def _parsable_text(self, module: str) -> str:
        """Return the text of a module, or one that means almost the same; raises SyntaxError if it is wrong."""
        if module not in self._parsable:
            text = self._text(module).text
            try:
                self._parse(text)
            except SyntaxError:
                text = for_older_parsers(text)
                self._parse(text)
            self._parsable[module] = text
        return self._parsable[module]

    def _text(self, module: str) -> Source:
        source = self._source(module)
        assert source is not None, "only modules with a text are asked for"  # noqa: S101
        return source

    def has_text(self, module: str) -> bool:
        """Return whether the text of a module may be read, whatever is in it."""
        return self._source(module) is not None

    def usage(self, module: str) -> Usage | None:
        """Return what a module does with names; None if it has no text or cannot be parsed."""
        if module not in self._usages:
            source = self._source(module)
            self._usages[module] = None if source is None else self._parsed(source)
        return self._usages[module]

    def _parsed(self, source: Source) -> Usage | None:
        try:
            usage = read_usage(self.tree(source.module), source, self._roots)
        except (SyntaxError, RecursionError):
            return None
        if (parsable := self._parsable[source.module]) != source.text:
            lines = zip(split_lines(source.text), split_lines(parsable), strict=True)
            changed = [pair for pair in lines if pair[0] != pair[1]]
            words, kept = (Counter(WORD.findall("\n".join(each))) for each in zip(*changed, strict=True))
            usage.unclear = frozenset(words - kept)
        return usage

    def names_in(self, module: str, definition: str) -> frozenset[str]:
        """Return the names in the first definition of a name, as `usage.names_in` does; nothing if there is none."""
        if (module, definition) not in self._definitions:
            usage = self.usage(module)
            statements = usage.defined.get(definition) if usage else None
            found = names_in(statements[0]) | usage.unclear if usage and statements else frozenset()
            self._definitions[module, definition] = found
        return self._definitions[module, definition]

    # --- what imports stand for -----------------------------------------------------------------------------------

    def is_module(self, package: str, name: str) -> bool:
        """Tell whether a name of a package is a module of the program."""
        return f"{package}.{name}" in self._modules

    def module(self, module: str, name: str | None) -> str | None:
        """Return the module that ``from module import name`` imports in the import graph; None if it is not in there.

        Without a name, ``import module``.
        """
        full = f"{module}.{name}" if name else module
        return full if full in self._modules else module if module in self._modules else None

    def is_imported_elsewhere(self, module: str, name: str) -> bool:
        """Tell whether another module may import a name from a module, or take it as an attribute."""
        if module not in self._takers:
            self._takers[module] = self._takers_of(module)
        imported, others = self._takers[module]
        sources = (each for each in others if name in each.text or self._takes_others(each))
        taken = chain([imported], (self._taken(module, source) for source in sources))
        return any(name in each or ("*" in each and self._is_starred(module, name)) for each in taken)

    def taken_by(self, importer: str) -> dict[str, Set[str]]:
        """Return the names that a module takes from each that it imports, as `is_imported_elsewhere` asks for them."""
        source = self._text(importer)
        return {module: self._taken(module, source) for module in self._imports_of(source)}

    def _takers_of(self, module: str) -> tuple[Set[str], list[Source]]:
        """Return what is imported from a module by modules that do nothing else with it, and the other importers.

        The imports of a text are looked at only if they were read.
        """
        found: set[str] = set()
        others = []
        for source in filter(None, map(self._source, sorted(self._graph.importers_of(module)))):
            is_read = source.module in self._imports or self._reader.has_read(source)
            imported = self._imports_of(source).get(module, set()) if is_read else {""}
            if "" in imported:
                others.append(source)
            else:
                found |= imported
        return found, others

    def _takes_others(self, source: Source) -> bool:
        """Tell whether a text may take names that are not written in it: by star imports, or written otherwise."""
        if source.module not in self._taking_others:
            self._taking_others[source.module] = takes_others(source.text)
        return self._taking_others[source.module]

    def _taken(self, module: str, source: Source) -> Set[str]:
        """Return what `_find_taken` does, which is found once."""
        key = (module, source.module)
        if key not in self._found_taken:
            self._found_taken[key] = frozenset(self._find_taken(module, source))
        return self._found_taken[key]

    def _find_taken(self, module: str, source: Source) -> Iterator[str]:
        """Yield the names that a text imports from a module, takes as attributes, or names where it may replace it."""
        last = module.rpartition(".")[2]
        imported = self._imports_of(source).get(module, set())
        yield from imported - {""}
        if "" in imported:
            for name in {last, *_aliases_of(last, source.text)}:
                yield from _attributes_of(name, source.text)
            yield from self._named_in(source)

    def imports_any(self, source: Source, packages: Set[str]) -> bool:
        """Tell whether a text imports one of some packages that are not in the program."""
        if not self._reader.has_read(source) and not any(map(source.text.__contains__, packages)):
            return False
        taken = self._reader.taken(source)
        return any(not level and module.partition(".")[0] in packages for level, module, _ in taken)

    def _named_in(self, source: Source) -> Set[str]:
        """Return the names of objects that a text has in strings where it may replace them."""
        if source.module not in self._named:
            self._named[source.module] = named_in_strings(source.text)
        return self._named[source.module]

    def _is_starred(self, module: str, name: str) -> bool:
        """Tell whether a star import of a module may bind a name: without a plain ``__all__``, any that is public."""
        usage = self.usage(module)
        statements = usage.defined.get("__all__", []) if usage else []
        if usage is None or not statements:
            return not name.startswith("_")
        value = statements[0].value if isinstance(statements[0], ast.Assign) else None
        is_plain = isinstance(value, ast.List | ast.Tuple) and all(
            isinstance(each, ast.Constant) for each in value.elts
        )
        is_final = len(statements) == 1 and "__all__." not in self._text(module).text
        return name in usage.exported or not (is_plain and is_final)

    def is_replaced(self, module: str, name: str) -> bool:
        """Tell whether some module names a name of a module in a string where it may replace it, as mocks do."""
        return f"{module}.{name}" in self._replaced

    @cached_property
    def _replaced(self) -> frozenset[str]:
        """The dotted names in strings of the modules that replace names of others, and all that they begin with."""
        found = {name for source in self.sources for name in replaced_in(source.text)}
        return frozenset(name[:end] for name in found for end in (*_dots(name), len(name)))

    def _imports_of(self, source: Source) -> dict[str, set[str]]:
        """Return the names that a text imports, by module; "" stands for the module itself."""
        if source.module not in self._imports:
            found = self._imports[source.module] = {}
            usage = self._usages.get(source.module)
            for module, name in self._bound(usage) if usage else self._read(source):
                found.setdefault(module, set()).add(name or "")
        return self._imports[source.module]

    def _bound(self, usage: Usage) -> Iterator[tuple[str, str | None]]:
        """Yield the modules that are imported, each with the name that is imported from it; None for the module."""
        for binding in usage.bindings:
            if module := self.module(binding.module, binding.name):
                yield module, binding.name if module == binding.module else None

    def _read(self, source: Source) -> Iterator[tuple[str, str | None]]:
        """Yield the same without parsing the text."""
        for level, written, names in self._reader.taken(source):
            origin = absolute(level, written, source.module, is_package=source.is_package)
            for name in names or (None,):
                module = self.module(origin, name) if origin else None
                if module or (not name and (module := self.module(parent(origin or ""), None))):
                    yield module, name if module == origin else None

    def exported(self, module: str, seen: frozenset[str] = frozenset()) -> Set[str] | None:
        """Return the names that a star import of a module may bind; None if they are not known."""
        usage = self.usage(module)
        if usage is None or "__getattr__" in usage.defined:
            return None
        found = {name for name in usage.defined if not name.startswith("_")} | usage.exported
        for each in usage.bindings:
            if each.name == "*" and not each.function and each.module not in seen:
                more = self.exported(each.module, seen | {module})
                if more is None:
                    return None
                found |= more
        return found

    # --- where names are defined ----------------------------------------------------------------------------------

    def origin(self, binding: Binding) -> Origin | None:
        """Return what defines a name, if the module that it is imported from only re-exports it.

        None if that module defines it, if the name is a module itself, and where this is not certain.
        """
        if not binding.name or binding.name == "*" or self.is_module(binding.module, binding.name):
            return None
        self._questions = 0
        origin = self._definition(binding.module, binding.name, frozenset())
        if origin is None or self._questions > _MOST_QUESTIONS:
            return None
        if origin[0] == binding.module and not self.is_module(*origin):
            return None
        return origin

    def _definition(self, module: str, name: str, seen: frozenset[str]) -> Origin | None:
        """Return what defines a name of a module, the module itself or another; None where that is not certain."""
        self._questions += 1
        usage = self.usage(module)
        if usage is None or module in seen or self._questions > _MOST_QUESTIONS:
            return None
        statements = usage.defined.get(name, [])
        if not statements:
            return self._definition_by_star(usage, name, seen | {module})
        if len(statements) > 1 or isinstance(statements[0], ast.Import | ast.If | ast.Try) or name in usage.reassigned:
            return None
        if not isinstance(statements[0], ast.ImportFrom):
            return module, name
        binding = next(each for each in usage.bindings if each.statement is statements[0] and each.local == name)
        return self._imported_definition(binding, seen | {module})

    def definition(self, module: str, dotted: Sequence[str]) -> Origin | None:
        """Return the module that defines what a module calls ``a.b.c``, and its name there; None if it is not certain.

        The name is "" for a module, and has dots for what is defined in a class.
        """
        usage, name, rest = self.usage(module), dotted[0], list(dotted[1:])
        statements = usage.defined.get(name, []) if usage else []
        self._questions = 0
        found: Origin | None
        if usage and len(statements) == 1 and isinstance(statements[0], ast.Import):
            binding = next(each for each in usage.bindings if each.local == name and not each.inside)
            found = (binding.alias.name if binding.alias.asname else name, "")
        else:
            found = self._definition(module, name, frozenset())
            found = (".".join(found), "") if found and self.is_module(*found) else found
        while found and rest and not found[1]:
            inner = (found[0], rest.pop(0))
            is_module = self.is_module(*inner)
            found = (".".join(inner), "") if is_module else self._definition(*inner, frozenset())
        return (found[0], ".".join([found[1], *rest])) if found else None

    def _imported_definition(self, binding: Binding, seen: frozenset[str]) -> Origin | None:
        module, name = binding.module, binding.name
        if name and self.is_module(module, name):
            return None if self.is_hidden(module, name) else (module, name)
        return self._definition(module, name, seen) if name and module in self._modules else None

    def is_hidden(self, package: str, name: str) -> bool:
        """Tell whether a package binds the name of one of its modules to something else, at any time."""
        usage = self.usage(package)
        if usage is None:
            return False
        modules = [each.statement for each in usage.bindings if (each.module, each.name) == (package, name)]
        stars = [each.module for each in usage.bindings if each.name == "*" and each.module in self._modules]
        return any(each not in modules for each in usage.defined.get(name, ())) or any(
            name in (self.exported(each) or ()) for each in stars
        )

    def _definition_by_star(self, usage: Usage, name: str, seen: frozenset[str]) -> Origin | None:
        """Return what defines a name that exactly one star import may bind."""
        if name.startswith("_"):
            return None
        stars = [each.module for each in usage.bindings if each.name == "*" and each.module in self._modules]
        found = [origin for module in stars if (origin := self._definition(module, name, seen))]
        return found[0] if len(found) == 1 else None


def named_in_strings(text: str) -> Set[str]:
    """Return the names of objects that a text has in strings where it may replace them."""
    return frozenset(_OF_OBJECT.findall(text) if "attr" in text or "patch" in text else ())


def replaced_in(text: str) -> Set[str]:
    """Return the dotted names in the strings of a text that may replace what these name."""
    is_patch = "patch" in text and _PATCHES.search(text) is not None
    may_replace = is_patch or ("etattr(" in text and _OF_ATTRIBUTE.search(text) is not None)
    return frozenset(_QUOTED_NAME.findall(text) if may_replace else ())


def takes_others(text: str) -> bool:
    """Tell whether a text may take names that are not written in it: by star imports, or written otherwise."""
    return not text.isascii() or may_have_star(text)


def may_have_star(text: str) -> bool:
    """Tell whether a text may have a star import."""
    return _STAR.search(text) is not None


def attributes_taken(names: Container[str], text: str) -> frozenset[str]:
    """Return the attributes of some names that a text takes; the dots in import statements take nothing."""
    found = (each for each in _ATTRIBUTE.finditer(text) if each[1] in names)
    return frozenset(each[2] for each in found if not _IMPORTS.match(text, text.rfind("\n", 0, each.start()) + 1))


def _dots(name: str) -> Iterator[int]:
    return (found.start() for found in re.finditer(r"\.", name))
