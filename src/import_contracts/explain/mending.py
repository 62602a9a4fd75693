"""The changes that end a failing import: the cheapest edits after which it works on paper, as a diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import chain
from typing import TypeAlias

from import_contracts.crashes.crash import Crash
from import_contracts.explain.rehearsal import MAIN, Observed, Rehearsal
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.reading.text import Source, split_lines
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import CyclicImport, Fixes
from import_contracts.repair.layout import edited
from import_contracts.repair.moving import moved_below
from import_contracts.repair.program_names import ProgramNames
from import_contracts.reports.tracebacks import Mending
from import_contracts.wording import listed

_MOST_CHANGES, _MOST_MOVES = 4, 10
_EAGER = frozenset({Kind.RUNTIME})
_ORDER = (FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT, "move", FixKind.DEFER)
"""The kinds of changes, the best first: those that leave no cycle, those that only make it harmless, and the rest."""


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
    def of(cls, crash: Crash) -> Deadlock:
        """Return the deadlock in which a predicted crash ends."""
        begin = max((i for i, frame in enumerate(crash.stack) if frame.module == crash.imported), default=0)
        lines = tuple((frame.module, frame.line) for frame in crash.stack)
        return cls(lines[begin:], lines[:begin], crash.imported, crash.name or "")

    @property
    def edges_after(self) -> Iterator[tuple[Line, str]]:
        """The lines, each with the module that began there: first those of the deadlock, the last one first."""
        lines = [*self.outer, *self.stack]
        following = [*(module for module, _ in lines[1:]), self.imported]
        pairs = list(zip(lines, following, strict=True))
        return chain(reversed(pairs[len(self.outer) :]), reversed(pairs[: len(self.outer)]))


@dataclass(frozen=True, slots=True)
class _Change:
    """New texts of modules; ``is_outer`` says that the deadlock itself stays, and only is not begun from there."""

    kind: str
    why: tuple[str, ...]
    texts: tuple[Source, ...]
    is_outer: bool = False


@dataclass(frozen=True)
class Mender:
    """Looks for changes of a program with which a module can be imported first.

    ``entry`` is that module; it is in ``program`` or the script that runs. ``observed`` are the steps of a traceback
    that the program does not show.
    """

    rehearsal: Rehearsal
    entry: str
    observed: tuple[Observed, ...]

    def mend(self, deadlock: Deadlock) -> Mending:
        """Return the change that ends a deadlock in which the entry crashes as predicted.

        It has no diff if there is none that can be written down.

        If one change only leads to another crash, the next is made on top of it, up to four.
        """
        before = self._crashes(deadlock, {})
        changed: dict[str, Source] = {}
        made: list[_Change] = []
        now = deadlock
        while len(made) < _MOST_CHANGES:
            step = self._step(now, changed, before.keys())
            if step is None:
                break
            change, crash = step
            made.append(change)
            changed |= {text.module: text for text in change.texts}
            if crash is None:
                kind = max((each.kind for each in made), key=_rank)
                why = tuple(dict.fromkeys(sentence for each in made for sentence in each.why))
                return Mending(kind, why, self._diff(changed), self.entry)
            now = Deadlock.of(crash)
        return self._by_hand(deadlock)

    def _by_hand(self, deadlock: Deadlock) -> Mending:
        """Return what has to be changed by hand: what can be moved into a new module, or what prevents every fix."""
        program = self.rehearsal.program
        fixes = Fixes(program.sources.get, program.graph, self.rehearsal.version, self.rehearsal.parse)
        cycle = frozenset(self._module(module) for module, _ in deadlock.stack)
        tried = frozenset(FixKind) - {FixKind.EXTRACT, FixKind.RESTRUCTURE}
        edges = [edge for edge, is_outer in self._edges(deadlock).items() if not is_outer]
        found = [fixes.cheapest(CyclicImport(edge, _EAGER, cycle), tried) for edge in edges]
        extractions = [fix for fix in found if fix.kind is FixKind.EXTRACT]
        if extractions:
            return Mending(FixKind.EXTRACT, extractions[0].why)
        return Mending(FixKind.RESTRUCTURE, tuple(f"{fix.importer}: {why}" for fix in found for why in fix.why))

    def _step(
        self, deadlock: Deadlock, changed: dict[str, Source], known: Iterable[str]
    ) -> tuple[_Change, Crash | None] | None:
        """Return the best next change and the crash that it leads to: none, or else another one than now.

        The best is the first after which none of the waiting modules crashes when it is imported first, then the first
        after which the entry does not.
        """
        enough: tuple[_Change, None] | None = None
        further: tuple[_Change, Crash] | None = None
        for change in self._changes(deadlock, changed):
            if self.rehearsal.is_too_much:
                break
            after = self._crashes(deadlock, changed | {text.module: text for text in change.texts})
            crash = after.get(self.entry)
            if not after.keys() <= {*known}:
                continue
            if not after:
                return change, None
            if crash is None:
                enough = enough or (change, None)
            elif (crash.imported, crash.name) != (deadlock.imported, deadlock.missing):
                further = further or (change, crash)
        return enough or further

    def _crashes(self, deadlock: Deadlock, changed: dict[str, Source]) -> dict[str, Crash]:
        modules = {module for module, _ in deadlock.stack} & self.rehearsal.program.sources.keys()
        return self.rehearsal.crashes({self.entry, *modules}, changed, self.observed)

    def untried(self, deadlock: Deadlock) -> Mending:
        """Return the first change after which an import of a deadlock no longer runs; more is not predicted."""
        changes = (each for each in self._changes(deadlock, {}) if each.kind in {*FixKind})
        change = next((each for each in changes if each.kind != FixKind.DIRECT_IMPORT), None)
        if change is None:
            return self._by_hand(deadlock)
        return Mending(change.kind, change.why, self._diff({text.module: text for text in change.texts}))

    # --- what could be changed -----------------------------------------------------------------------------------

    def _changes(self, deadlock: Deadlock, changed: dict[str, Source]) -> Iterator[_Change]:
        """Yield the changes of single imports of a deadlock, the best kind first; of one kind the last import first."""
        found = [*self._fixes(deadlock, {**self.rehearsal.program.sources, **changed}), *self._moves(deadlock, changed)]
        yield from sorted(found, key=lambda change: (change.is_outer, _rank(change.kind)))

    def _fixes(self, deadlock: Deadlock, sources: dict[str, Source]) -> Iterator[_Change]:
        graph = self.rehearsal.program.graph
        fixes = Fixes(sources.get, graph, self.rehearsal.version, self.rehearsal.parse)
        cycle = frozenset(self._module(module) for module, _ in deadlock.stack)
        for edge, is_outer in self._edges(deadlock).items():
            rejected: frozenset[FixKind] = frozenset({FixKind.EXTRACT})
            while True:
                fix = fixes.cheapest(CyclicImport(edge, _EAGER, cycle), rejected)
                if fix.kind is FixKind.RESTRUCTURE or fix.kind in rejected:
                    break
                texts = (
                    replace(sources[module], text=fixes.text(module, edits))
                    for module, edits in fixes.edits([fix]).items()
                )
                yield _Change(fix.kind, fix.why, tuple(texts), is_outer)
                rejected |= {fix.kind}

    def _edges(self, deadlock: Deadlock) -> dict[Edge, bool]:
        """Return the imports of a deadlock and then those before it, each with whether it is one before it."""
        graph = self.rehearsal.program.graph
        found: dict[Edge, bool] = {}
        for number, ((module, line), imported) in enumerate(deadlock.edges_after):
            importer = self._module(module)
            on_line = [each for each in graph.imported_by(importer) if line in graph.lines(importer, each)]
            on_line = on_line or [imported] if graph.has_import(importer, imported) else on_line
            for each in on_line:
                found.setdefault((importer, each), number >= len(deadlock.stack))
        return found

    def _moves(self, deadlock: Deadlock, changed: dict[str, Source]) -> Iterator[_Change]:
        """Yield how to move an import down until the first module has bound what the others need."""
        module, line = self._module(deadlock.stack[0][0]), deadlock.stack[0][1]
        sources = {**self.rehearsal.program.sources, **changed}
        names = ProgramNames(sources.get, self.rehearsal.program.graph, self.rehearsal.parse)
        needed = [deadlock.missing]
        while needed[-1] and len(needed) < _MOST_MOVES:
            edits = moved_below(module, line, needed, names)
            if not edits:
                return
            new = replace(sources[module], text=edited(names.layout(module).text, edits))
            yield _Change(
                "move",
                (f"{listed(needed)} {'is' if len(needed) == 1 else 'are'} then bound before the import runs.",),
                (new,),
            )
            crash = self._crashes(deadlock, {**changed, module: new}).get(self.entry)
            if crash is None or crash.imported != module or crash.name in needed:
                return
            needed.append(crash.name or "")

    def _module(self, module: str) -> str:
        return self.rehearsal.main if module == MAIN else module

    def _diff(self, changed: dict[str, Source]) -> tuple[str, ...]:
        before = self.rehearsal.program.sources
        return tuple(
            line
            for module in sorted(changed)
            for line in diff(before[module].path, before[module].text, changed[module].text)
        )


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def diff(path: str, before: str, after: str) -> Iterator[str]:
    """Yield the lines of a unified diff without line feeds; of a file whose lines end in CR LF, with the CR.

    ``after`` has line feeds alone, whatever the text before has.
    """
    carriage = "\r" if "\r\n" in before else ""
    shown = unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}", lineterm="")
    for number, line in enumerate(shown):
        text, _, note = line.partition("\n")
        yield text if number < 2 or text.startswith("@@") else text + carriage
        if note:
            yield note


def _lines(text: str) -> list[str]:
    """Return the lines of a text; behind the last of them what a diff says of a text that does not end in a newline."""
    lines = split_lines(text)
    if lines[-1]:
        lines[-1] += "\n\\ No newline at end of file"
        return lines
    return lines[:-1]
