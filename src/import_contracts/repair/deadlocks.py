"""Modules that wait for each other, and what in the text could be changed so that they do not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from itertools import chain
from typing import TypeAlias

from import_contracts.crashes.crash import Crash
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors, top_level
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.text import split_lines
from import_contracts.repair.edits import Rearrangement
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes
from import_contracts.repair.forms import module_form, submodule_form
from import_contracts.repair.layout import Edit
from import_contracts.repair.lifting import definitions_to_lift, lifted
from import_contracts.repair.moving import BELOW_CODE, added_import, import_at, moved_above, moved_below
from import_contracts.wording import listed

_EAGER, _WHEN_CALLED = frozenset({Kind.RUNTIME}), frozenset({Kind.RUNTIME, Kind.DEFERRED})
_BY_HAND = frozenset({FixKind.EXTRACT, FixKind.RESTRUCTURE})

Line: TypeAlias = tuple[str, int]
"""A module, and the number of one of its lines."""


@dataclass(frozen=True, slots=True)
class Deadlock:
    """Modules that wait for each other.

    ``stack`` has the line of each that waits, and ``outer`` those of the modules that began before: none of them is
    needed. ``missing`` is what the last module needs from ``imported``, which is the first; "" for the module itself.
    """

    stack: tuple[Line, ...]
    outer: tuple[Line, ...]
    imported: str
    missing: str

    @classmethod
    def of(cls, crash: Crash, line: Callable[[str, int], Line] = lambda module, line: (module, line)) -> Deadlock:
        """Return the deadlock in which a predicted crash ends; ``line`` returns where a line of a module is shown."""
        begin = max((i for i, frame in enumerate(crash.stack) if frame.module == crash.imported), default=0)
        lines = tuple(line(frame.module, frame.line) for frame in crash.stack)
        return cls(lines[begin:], lines[:begin], crash.imported, crash.name or "")

    @property
    def modules(self) -> frozenset[str]:
        """The modules of all lines."""
        return frozenset(module for module, _ in (*self.outer, *self.stack))

    @property
    def edges_after(self) -> Iterator[tuple[Line, str]]:
        """The lines, each with the module that began there: first those of the deadlock, the last one first."""
        lines = [*self.outer, *self.stack]
        following = [*(module for module, _ in lines[1:]), self.imported]
        pairs = list(zip(lines, following, strict=True))
        return chain(reversed(pairs[len(self.outer) :]), reversed(pairs[: len(self.outer)]))


@dataclass(frozen=True)
class WaysOut:
    """Finds the changes of a program that may end a deadlock, each a change of one module."""

    fixes: Fixes
    graph: ImportGraph
    version: tuple[int, int]

    def of(self, deadlock: Deadlock, working: Iterable[str] = ()) -> Iterator[Fix]:
        """Yield the changes, but for those of `moves`: those of the deadlock itself, and then those of what begins it.

        ``working`` are modules that can be imported first.
        """
        yield from self._of_imports(deadlock)
        yield from self._forms(deadlock)
        yield from self._orders(deadlock)
        yield from self._imports_first(deadlock, working)

    def edges(self, deadlock: Deadlock) -> dict[Edge, bool]:
        """Return the imports of a deadlock and then those before it, each with whether it is one before it."""
        found: dict[Edge, bool] = {}
        for number, ((importer, line), imported) in enumerate(deadlock.edges_after):
            on_line = self._imported_on(importer, line)
            on_line = on_line or [imported] if self.graph.has_import(importer, imported) else on_line
            for each in on_line:
                found.setdefault((importer, each), number >= len(deadlock.stack))
        return found

    def by_hand(self, deadlock: Deadlock) -> Fix:
        """Return what has to be changed by hand: what can be moved into a new module, or what prevents every fix."""
        cycle = frozenset(module for module, _ in deadlock.stack)
        tried = frozenset(FixKind) - _BY_HAND
        edges = [edge for edge, is_outer in self.edges(deadlock).items() if not is_outer]
        found = [self.fixes.cheapest(CyclicImport(edge, _EAGER, cycle), tried) for edge in edges]
        if extraction := next((fix for fix in found if fix.kind is FixKind.EXTRACT), None):
            return extraction
        why = tuple(dict.fromkeys(f"{fix.importer}: {why}" for fix in found for why in fix.why))
        return Fix(FixKind.RESTRUCTURE, deadlock.stack[-1][0], deadlock.imported, why)

    def _imported_on(self, importer: str, line: int) -> list[str]:
        return [each for each in self.graph.imported_by(importer) if line in self.graph.lines(importer, each)]

    def _of_imports(self, deadlock: Deadlock) -> Iterator[Fix]:
        cycle = frozenset(module for module, _ in deadlock.stack)
        used_at_once = None if self._imported_on(*deadlock.stack[-1]) else (deadlock.stack[-1][0], deadlock.imported)
        for edge, is_outer in self.edges(deadlock).items():
            rejected = frozenset({FixKind.EXTRACT})
            if is_outer:
                rejected |= {FixKind.DEFER}
            if edge == used_at_once:
                rejected |= {FixKind.DEFER, FixKind.TYPE_CHECKING}
            for kinds in (_EAGER, _WHEN_CALLED):
                while True:
                    fix = self.fixes.cheapest(CyclicImport(edge, kinds, cycle), rejected)
                    if fix.kind in _BY_HAND or fix.kind in rejected:
                        break
                    yield fix
                    rejected |= {fix.kind}

    def _forms(self, deadlock: Deadlock) -> Iterator[Fix]:
        """Yield how the module that fails can import a module instead of a name in it, or the other way round."""
        (importer, line), imported = deadlock.stack[-1], deadlock.imported
        if deadlock.missing:
            edits = module_form(importer, line, deadlock.missing, self.fixes.names, self.version)
            why = f"{deadlock.missing} is then looked up in {imported} when it is used."
        else:
            edits = submodule_form(importer, imported, self.fixes.names)
            why = f"{imported} is bound in its package only after its import, and is then not looked up there."
        yield from _fix(FixKind.MODULE_FORM, (importer, imported), why, edits)

    def _orders(self, deadlock: Deadlock) -> Iterator[Fix]:
        """Yield the import statements that can be moved up above one that waits.

        They bind what is missing, or may begin a module of those that wait later.
        """
        begun = [module for module, _ in (*deadlock.outer, *deadlock.stack)]
        between = self._between(deadlock)
        for (module, line), _ in deadlock.edges_after:
            if module in between:
                continue
            now = listed(self._imported_on(module, line))
            later = set(begun[begun.index(module) + 1 :])
            for binding, edits in moved_above(module, line, self.fixes.names) if now else ():
                imported = self.fixes.names.module(binding.module, binding.name)
                if imported is None:
                    continue
                if deadlock.missing in {binding.local, binding.name} or not later.isdisjoint(self._loaded(imported)):
                    why = f"{imported} is then imported before {now}."
                    yield from _fix(FixKind.REORDER, (module, imported), why, edits)

    def _between(self, deadlock: Deadlock) -> Set[str]:
        """Return modules in which no order of imports ends a deadlock.

        Whatever they import first, the last module begins before the first one goes on, and only that binds the name
        that is missing.
        """
        (first, _), *others = deadlock.stack
        is_name = deadlock.missing and f"{first}.{deadlock.missing}" not in self.fixes.names.modules
        if not is_name or first != deadlock.imported or not all(self._imported_on(*line) for line in deadlock.stack):
            return frozenset()
        return {module for module, _ in others[:-1]}

    def _imports_first(self, deadlock: Deadlock, working: Iterable[str]) -> Iterator[Fix]:
        """Yield the packages, and the module before the deadlock, that can import a module that works."""
        begun = dict([*deadlock.outer, deadlock.stack[0]])
        inside = [package for module in begun for package in (*ancestors(module), module)]
        submodule = f"{deadlock.imported}.{deadlock.missing}"
        for imported in (*working, *([submodule] if submodule in self.fixes.names.modules else [])):
            for module in dict.fromkeys(reversed(inside)):
                if module != imported and self._is_plain(module) and self._can_load(module, imported):
                    edits = added_import(module, begun.get(module), imported, self.fixes.names)
                    why = f"{imported} can be imported first, and what waits for it then works."
                    yield from _fix(FixKind.IMPORT_FIRST, (module, imported), why, edits)

    def _can_load(self, module: str, imported: str) -> bool:
        """Tell whether a module may import another one: what is inside it needs no more from outside the program then.

        Nobody knows whether that is installed.
        """
        outside = self._outside(imported)
        inside = self.graph.subtree(module) - {module}
        needed = (outside <= self._outside(each) for each in inside)
        return outside <= self._outside(module) or (bool(inside) and all(needed))

    def _outside(self, module: str) -> Set[str]:
        """Return the packages outside the program that a module imports when it is imported, directly or not."""
        if module not in self._needed_outside:
            self._needed_outside[module] = frozenset().union(*map(self._named_outside, self._loaded(module)))
        return self._needed_outside[module]

    @cached_property
    def _needed_outside(self) -> dict[str, Set[str]]:
        return {}

    def _loaded(self, module: str) -> Set[str]:
        """Return the modules that are loaded when a module has been imported, as far as statements import them."""
        if module not in self._all_loaded:
            todo = [module, *ancestors(module)]
            found = set(todo)
            for each in todo:
                started = {*chain.from_iterable((name, *ancestors(name)) for name in self._started.imported_by(each))}
                todo += sorted(started - found)
                found |= started
            self._all_loaded[module] = found
        return self._all_loaded[module]

    @cached_property
    def _all_loaded(self) -> dict[str, Set[str]]:
        return {}

    @cached_property
    def _started(self) -> ImportGraph:
        return self.graph.without_kinds(frozenset(Kind) - _EAGER)

    @cached_property
    def _named_outside(self) -> Callable[[str], Set[str]]:
        """Returns the packages outside the program, and not of Python, that a text imports when it runs."""
        sources = {source.module: source for source in self.fixes.names.sources}
        inside = sys.stdlib_module_names.union(map(top_level, self.graph.modules))

        @cache
        def named(module: str) -> Set[str]:
            if module not in sources:
                return frozenset()
            source = sources[module]
            found = read_imports(source.text, module, is_package=source.is_package)
            return {top_level(each.module) for each in found if not each.level and each.kind is Kind.RUNTIME} - inside

        return named

    def _is_plain(self, module: str) -> bool:
        """Tell whether a module only has the names that its statements bind."""
        usage = self.fixes.names.usage(module)
        return usage is not None and "__getattr__" not in usage.defined

    def move(self, deadlock: Deadlock, needed: Sequence[str]) -> Fix | None:
        """Return how to move the import at which a deadlock begins below what the others need; None if it cannot."""
        module, line = deadlock.stack[0]
        statement = import_at(module, line, self.fixes.names)
        if statement is None or not all(needed):
            return None
        edits = moved_below(module, line, needed, self.fixes.names)
        imported = next(iter(self._imported_on(module, line)), module)
        why = f"{listed(needed)} {'is' if len(needed) == 1 else 'are'} then bound before the import runs."
        kind = FixKind.MOVE if any(BELOW_CODE in edit.new for edit in edits) else FixKind.REORDER
        return next(_fix(kind, (module, imported), why, edits), None)

    def move_definitions(self, deadlock: Deadlock, needed: Sequence[str]) -> Fix | None:
        """Return how to move what the others need above the import at which a deadlock begins; None if it cannot.

        It has edits, for prediction only: the text has to be moved by hand.
        """
        (module, line), names = deadlock.stack[0], self.fixes.names
        definitions = definitions_to_lift(module, line, needed, names) if import_at(module, line, names) else {}
        edits = lifted(line, list(definitions.values()), names.layout(module)) if definitions else ()
        imported = next(iter(self._imported_on(module, line)), module)
        shown = listed(f"{name} (line {statement.lineno})" for name, statement in definitions.items())
        why = f"Move {shown} above the import on line {line}: nothing from there on is needed for that."
        return next(_fix(FixKind.MOVE_DEFINITION, (module, imported), why, edits), None)


def _fix(kind: FixKind, edge: Edge, why: str, edits: tuple[Edit, ...]) -> Iterator[Fix]:
    """Yield a fix, if there are edits."""
    if edits:
        yield Fix(kind, *edge, (why,), (Rearrangement(edits),))


def same_line(text: str, other: str, line: int) -> int:
    """Return where a line of a text is in another version of it; 0 if it is not there.

    Blank lines and comments are left out, so where the line is does not depend on them.
    """
    if text == other:
        return line
    mine, theirs = _lines_of_code(text), _lines_of_code(other)
    numbers, place = list(theirs), list(mine).index(line) if line in mine else -1
    matcher = SequenceMatcher(None, list(mine.values()), list(theirs.values()), autojunk=False)
    for block in matcher.get_matching_blocks():
        if block.a <= place < block.a + block.size:
            return numbers[place - block.a + block.b]
    return 0


def _lines_of_code(text: str) -> dict[int, str]:
    """Return the lines of a text, by number, that are neither blank nor a comment."""
    lines = enumerate(split_lines(text), start=1)
    return {number: line for number, line in lines if line.lstrip()[:1] not in {"", "#"}}
