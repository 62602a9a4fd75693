"""Plans for crashes: the cheapest edits after which no module fails that failed, and none that did not.

Crashes that end in one deadlock are one. For each deadlock, edits are tried on paper that may end it; the cheapest of
them that together end all are a hitting set. What only leads from one deadlock to another is built upon. In the end
every edit is left out again that is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from import_contracts.crashes.crash import Crash
from import_contracts.crashes.search import CrashSearch
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.reading.text import Source
from import_contracts.repair.deadlocks import Deadlock, Line, WaysOut, same_line
from import_contracts.repair.edits import overlap
from import_contracts.repair.fixes import Fix, Fixes

_ROUNDS, _MOST_DEADLOCKS, _MOST_MOVES, _WORKING = 8, 40, 10, 3
_WORK = 2_000_000
"""How many operations of modules are followed, at most, to try edits."""
_SEARCH = 50_000
"""How much work the choice among the edits may be."""


@dataclass(frozen=True, slots=True)
class CrashStep:
    """An edit, and the modules that no longer crash when they are imported first, given the steps before; sorted."""

    fix: Fix
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftDeadlock:
    """Modules that crash in one deadlock after the edits of a plan, sorted, and what to do about it by hand."""

    entries: tuple[str, ...]
    fix: Fix


@dataclass(frozen=True, slots=True)
class CrashPlan:
    """Edits after which fewer modules crash; ``left`` is what still does, the largest part first.

    ``is_whole`` is False if it was too much work to try every edit.
    """

    steps: tuple[CrashStep, ...] = ()
    left: tuple[LeftDeadlock, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class CrashTools:
    """What plans are made and tried with."""

    sources: Mapping[str, Source]
    """The texts of the program, by module."""
    graph: ImportGraph
    fixes: Fixes
    version: tuple[int, int]
    attempt: Callable[[Mapping[str, Source], Collection[str]], CrashSearch]
    """Returns which of some modules would crash if some modules had other texts."""
    search: Callable[[Mapping[str, Source]], CrashSearch]
    """Returns which of all modules would crash if some modules had other texts."""


def crash_plan(tools: CrashTools, before: CrashSearch) -> CrashPlan:
    """Return a plan for the crashes of a program."""
    crashes = {crash.entry: crash for crash in before.crashes}
    return _CrashPlanner(tools, crashes).plan() if crashes else CrashPlan()


class _CrashPlanner:
    """Makes the plan for some crashes."""

    def __init__(self, tools: CrashTools, before: Mapping[str, Crash]) -> None:
        self._tools = tools
        self._before = before
        self._ways = WaysOut(tools.fixes, tools.graph, tools.version)
        self._rejected: set[Fix] = set()
        self._left = _WORK

    def plan(self) -> CrashPlan:
        """Return the plan."""
        chosen: tuple[Fix, ...] = ()
        best, left = chosen, self._before
        crashes: Mapping[str, Crash] = self._before
        for _ in range(_ROUNDS):
            picked = self._next(chosen, crashes)
            if not picked:
                break
            chosen = (*chosen, *picked)
            found = self._tools.search(self._changed(chosen) or {})
            crashes = {crash.entry: crash for crash in found.crashes}
            new = {frame.module for crash in found.crashes if crash.entry not in self._before for frame in crash.stack}
            if found.untried or new:
                guilty = {fix for fix in chosen if fix.importer in new} or {*picked}
                self._rejected |= guilty
                chosen = tuple(fix for fix in chosen if fix not in guilty)
                crashes = self._crashes(chosen, self._before)
                continue
            if len(crashes) < len(left):
                best, left = chosen, crashes
            if not crashes:
                break
        return self._told(self._needed(best, left), left)

    # --- trying edits ---------------------------------------------------------------------------------------------

    def _changed(self, fixes: Sequence[Fix]) -> dict[str, Source] | None:
        """Return the modules that some fixes change; None if two of them change the same lines."""
        edits = self._tools.fixes.edits(fixes)
        if any(map(overlap, edits.values())):
            return None
        return {
            module: replace(self._tools.sources[module], text=self._tools.fixes.text(module, found))
            for module, found in edits.items()
        }

    def _crashes(self, fixes: Sequence[Fix], entries: Collection[str]) -> Mapping[str, Crash]:
        """Return the crashes of some modules after some fixes."""
        changed = self._changed(fixes)
        if not changed:
            return {entry: self._before[entry] for entry in entries if entry in self._before}
        found = self._tools.attempt(changed, entries)
        self._left -= found.world.work if found.world else 0
        return {crash.entry: crash for crash in found.crashes}

    # --- choosing edits -------------------------------------------------------------------------------------------

    def _next(self, chosen: tuple[Fix, ...], crashes: Mapping[str, Crash]) -> list[Fix]:
        """Return the cheapest further edits that end the most deadlocks of some crashes."""
        groups = self._deadlocks(chosen, crashes)
        entries = [group[0] for group in groups.values()]
        stopping: dict[Fix, set[int]] = {}
        further: dict[int, Fix] = {}
        for fix, tried in self._candidates(chosen, groups, crashes):
            stops, changes = self._effect(chosen, fix, [entries[each] for each in tried], crashes)
            for number in tried:
                if entries[number] in stops:
                    stopping.setdefault(fix, set()).add(number)
                elif entries[number] in changes and (
                    number not in further or fix.kind.weight < further[number].kind.weight
                ):
                    further[number] = fix
        fixes = sorted(stopping, key=_rank)
        chains = [
            frozenset(place for place, fix in enumerate(fixes) if number in stopping[fix])
            for number in range(len(entries))
        ]
        picked, _ = hitting_set([each for each in chains if each], lambda place: fixes[place].kind.weight, _SEARCH)
        found = [fixes[place] for place in picked]
        if found:
            return self._compatible(chosen, found)
        return self._compatible(chosen, list(dict.fromkeys(further.values()))[:1])

    def _compatible(self, chosen: tuple[Fix, ...], picked: Sequence[Fix]) -> list[Fix]:
        """Return those of some fixes that can be made together, the first of them at least."""
        found: list[Fix] = []
        for fix in picked:
            if self._changed((*chosen, *found, fix)) is not None:
                found.append(fix)
        return found

    def _deadlocks(self, chosen: tuple[Fix, ...], crashes: Mapping[str, Crash]) -> dict[Deadlock, list[str]]:
        """Return the largest groups of modules that crash in the same deadlock, with their entries, shortest first."""
        changed = self._changed(chosen) or {}

        def line(module: str, line: int) -> Line:
            if module not in changed:
                return module, line
            return module, same_line(changed[module].text, self._tools.sources[module].text, line)

        groups: dict[object, list[tuple[str, Deadlock]]] = {}
        for entry, crash in sorted(crashes.items(), key=lambda item: (len(item[1].stack), item[0])):
            deadlock = Deadlock.of(crash, line)
            groups.setdefault((deadlock.stack, deadlock.missing), []).append((entry, deadlock))
        largest = sorted(groups.values(), key=lambda group: -len(group))[:_MOST_DEADLOCKS]
        return {group[0][1]: [entry for entry, _ in group] for group in largest}

    def _candidates(
        self, chosen: tuple[Fix, ...], groups: Mapping[Deadlock, list[str]], crashes: Mapping[str, Crash]
    ) -> Iterator[tuple[Fix, list[int]]]:
        """Yield edits, those first that may end the most crashes for their cost, each with the groups to try it on."""
        found: dict[Fix, list[int]] = {}
        for number, (deadlock, entries) in enumerate(groups.items()):
            for fix in self._of(chosen, deadlock, crashes[entries[0]]):
                if fix not in self._rejected and fix not in chosen:
                    found.setdefault(fix, []).append(number)
        sizes = [len(entries) for entries in groups.values()]
        order = sorted(found, key=lambda fix: (fix.kind.weight / sum(sizes[each] for each in found[fix]), *_rank(fix)))
        for fix in order:
            if self._left <= 0:
                return
            near = [n for n, deadlock in enumerate(groups) if n in found[fix] or fix.importer in deadlock.modules]
            yield fix, near

    def _of(self, chosen: tuple[Fix, ...], deadlock: Deadlock, crash: Crash) -> Iterator[Fix]:
        working = [crash.works_from] if crash.works_from else []
        working += [module for module, _ in deadlock.stack if module not in self._before]
        yield from self._ways.of(deadlock, list(dict.fromkeys(working))[:_WORKING])
        needed = [deadlock.missing]
        while len(needed) < _MOST_MOVES and (fix := self._ways.move(deadlock, needed)) is not None:
            yield fix
            after = self._crashes((*chosen, fix), [crash.entry]).get(crash.entry)
            if after is None or after.imported != deadlock.imported or (after.name or "") in needed:
                return
            needed.append(after.name or "")

    def _effect(
        self, chosen: tuple[Fix, ...], fix: Fix, entries: Sequence[str], crashes: Mapping[str, Crash]
    ) -> tuple[set[str], set[str]]:
        """Return the entries that an edit stops from crashing, and those that then crash elsewhere.

        Both are empty if a module of their stacks crashes that did not.
        """
        if not self._changed((*chosen, fix)):
            return set(), set()
        beside = {
            frame.module
            for entry in entries
            for frame in crashes[entry].stack
            if frame.module not in self._before and frame.module in self._tools.sources
        }
        after = self._crashes((*chosen, fix), sorted({*entries, *beside, fix.importer}))
        if not after.keys() <= self._before.keys():
            return set(), set()
        changes = {
            entry
            for entry in entries
            if entry in after and _end(after[entry]) not in (_end(crashes[entry]), _end(self._before[entry]))
        }
        return set(entries) - after.keys(), changes

    # --- the plan -------------------------------------------------------------------------------------------------

    def _needed(self, chosen: tuple[Fix, ...], left: Collection[str]) -> tuple[Fix, ...]:
        """Return fixes without those that are not needed, the most expensive tried first."""
        for fix in sorted(chosen, key=_rank, reverse=True):
            fewer = tuple(each for each in chosen if each != fix)
            if self._crashes(fewer, self._before).keys() <= {*left}:
                chosen = fewer
        return chosen

    def _told(self, chosen: tuple[Fix, ...], left: Mapping[str, Crash]) -> CrashPlan:
        """Return the plan with the fixes in their order: always the one next that stops the most crashes."""
        steps: list[CrashStep] = []
        now = self._before.keys()
        while remaining := [fix for fix in chosen if fix not in [step.fix for step in steps]]:
            made = [step.fix for step in steps]
            after = {fix: self._crashes([*made, fix], self._before).keys() for fix in remaining}
            fix = min(remaining, key=lambda each: (len(after[each]), _rank(each)))
            steps.append(CrashStep(fix, tuple(sorted(now - after[fix]))))
            now = after[fix]
        groups = self._deadlocks(chosen, left)
        by_hand = (LeftDeadlock(tuple(sorted(found)), self._ways.by_hand(each)) for each, found in groups.items())
        return CrashPlan(tuple(steps), tuple(by_hand), self._left > 0)


def _rank(fix: Fix) -> tuple[int, str, str]:
    return fix.kind.weight, fix.importer, fix.imported


def _end(crash: Crash) -> tuple[str, str, str | None]:
    return crash.importer, crash.imported, crash.name
