"""The edits that fix a failing import: the cheapest with which it is predicted to work, as a diff."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from functools import cached_property

from import_contracts.crashes.crash import Crash
from import_contracts.explain.prediction import MAIN, Observed, Predictor
from import_contracts.reading.source.text import Source, split_lines
from import_contracts.repair.crash_plans import CrashTools, fixes_for
from import_contracts.repair.deadlocks import Deadlock, WaysOut
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import Fix, Fixes
from import_contracts.reports.tracebacks import Mending


@dataclass(frozen=True)
class FixFinder:
    """Looks for changes of a program with which a module can be imported first.

    ``entry`` is that module; it is in ``program`` or the script that runs. ``observed`` are the steps of a traceback
    that the program does not show.
    """

    predictor: Predictor
    entry: str
    observed: tuple[Observed, ...]

    def find(self, deadlock: Deadlock) -> Mending:
        """Return the changes that end a deadlock in which the entry crashes as predicted.

        Those that also let the most of the other modules of the deadlock be imported first are preferred. There is no
        diff if no change can be written down.
        """
        program, predictor = self.predictor.program, self.predictor
        began = {module for module, _ in (*deadlock.outer, *deadlock.stack)} & program.sources.keys()
        entries = {self.entry, *began}

        def attempt(changed: Mapping[str, Source], entries: Collection[str]) -> list[Crash]:
            return [*map(self._shown, predictor.crashes(entries, changed, self.observed).values())]

        tools = CrashTools(
            program.sources,
            program.graph,
            self._fixes,
            predictor.version,
            entries,
            attempt,
            attempt,
            lambda changed: attempt(changed, entries),
            lambda: predictor.is_too_much,
        )
        found = fixes_for(self.entry, tools, attempt({}, entries))
        if not found:
            return self._by_hand(deadlock)
        kind = max((fix.kind for fix in found), key=lambda kind: kind.weight)
        return Mending(
            kind, tuple(dict.fromkeys(why for fix in found for why in fix.why)), self._diff(found), self.entry
        )

    def untried(self, deadlock: Deadlock) -> Mending:
        """Return the first change after which an import of a deadlock no longer runs; more is not predicted."""
        kinds = {FixKind.TYPE_CHECKING, FixKind.DEFER}
        changes = [fix for fix in self._ways.of(self._in_program(deadlock)) if fix.kind in kinds]
        if not changes:
            return self._by_hand(deadlock)
        change = min(changes, key=lambda fix: fix.kind.weight)
        return Mending(change.kind, change.why, self._diff([change]))

    def _by_hand(self, deadlock: Deadlock) -> Mending:
        fix = self._ways.by_hand(self._in_program(deadlock))
        return Mending(fix.kind, fix.why)

    @cached_property
    def _fixes(self) -> Fixes:
        program = self.predictor.program
        return Fixes(program.sources.get, program.graph, self.predictor.version, self.predictor.parse)

    @property
    def _ways(self) -> WaysOut:
        return WaysOut(self._fixes, self.predictor.program.graph, self.predictor.version)

    def _shown(self, crash: Crash) -> Crash:
        """Return a crash with the module that runs as a script under its own name."""
        stack = tuple(replace(frame, module=self._module(frame.module)) for frame in crash.stack)
        return replace(crash, stack=stack, importer=self._module(crash.importer), imported=self._module(crash.imported))

    def _in_program(self, deadlock: Deadlock) -> Deadlock:
        stack, outer = (
            tuple((self._module(module), line) for module, line in lines) for lines in (deadlock.stack, deadlock.outer)
        )
        return replace(deadlock, stack=stack, outer=outer, imported=self._module(deadlock.imported))

    def _module(self, module: str) -> str:
        return self.predictor.main if module == MAIN else module

    def _diff(self, fixes: Sequence[Fix]) -> tuple[str, ...]:
        before = self.predictor.program.sources
        return tuple(
            line
            for module, edits in sorted(self._fixes.edits(fixes).items())
            for line in diff(before[module].path, before[module].text, self._fixes.text(module, edits))
        )


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
