"""Plans for crashes: the cheapest edits after which no module fails that failed, and none that did not.

Crashes that end in one deadlock are one. For each deadlock, edits that may end it are tried; the cheapest of
them that together end all are a hitting set. Where no single edit ends a deadlock, a search looks for the cheapest that
do together. In the end every edit is left out again that is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import chain

from import_contracts.crashes.crash import Crash
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.reading.source.text import Source
from import_contracts.repair.deadlocks import Deadlock, Line, WaysOut, same_line
from import_contracts.repair.edits import overlap
from import_contracts.repair.fixes import Fix, Fixes

_ROUNDS, _MOST_DEADLOCKS, _FEW_DEADLOCKS, _MOST_MOVES, _WORKING, _TRIES = 8, 40, 6, 10, 3, 300
_INFINITE = 1 << 30
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
    entries: Collection[str]
    """The modules of which it is known whether they crash today."""
    attempt: Callable[[Mapping[str, Source], Collection[str]], Iterable[Crash]]
    """Returns which of some modules would crash if some modules had other texts."""
    attempt_any: Callable[[Mapping[str, Source], Collection[str]], Iterable[Crash]]
    """Returns the same, or one crash or more when it is too much work."""
    search: Callable[[Mapping[str, Source]], Iterable[Crash] | None]
    """Returns which of all entries would crash; None if it was too much work to tell."""
    is_too_much: Callable[[], bool]
    """Tells whether so much work has been done that no more edits should be tried."""
    may: Callable[[Fix], bool] = lambda _: True
    """Tells whether a fix may be in the plan."""


def crash_plan(tools: CrashTools, before: Iterable[Crash]) -> CrashPlan:
    """Return a plan for the crashes of a program."""
    crashes = {crash.entry: crash for crash in before}
    return _CrashPlanner(tools, crashes).plan() if crashes else CrashPlan()


def fixes_for(entry: str, tools: CrashTools, before: Iterable[Crash]) -> tuple[Fix, ...]:
    """Return those fixes of the plan for some crashes that one of them needs; empty if none stop it."""
    crashes = {crash.entry: crash for crash in before}
    return _CrashPlanner(tools, crashes).fixes_for(entry)


class _CrashPlanner:
    """Makes the plan for some crashes."""

    def __init__(self, tools: CrashTools, before: Mapping[str, Crash]) -> None:
        self._tools = tools
        self._before = before
        self._ways = WaysOut(tools.fixes, tools.graph, tools.version)
        self._rejected: set[Fix] = set()
        self._new: set[str] = set()
        self._known: dict[frozenset[Source], dict[str, Crash | None]] = {}
        self._searches: dict[frozenset[Source], Mapping[str, Crash] | None] = {}

    def plan(self) -> CrashPlan:
        """Return the plan."""
        chosen, left = self._best()
        return self._told(self._needed(chosen, left), left)

    def fixes_for(self, entry: str) -> tuple[Fix, ...]:
        """Return those fixes of the plan that an entry needs."""
        chosen, left = self._best()
        return () if entry in left else self._needed(chosen, self._before.keys() - {entry})

    def _best(self) -> tuple[tuple[Fix, ...], Mapping[str, Crash]]:
        """Return fixes after which the fewest modules crash, and the crashes that are left."""
        chosen: tuple[Fix, ...] = ()
        best, left = chosen, self._before
        crashes: Mapping[str, Crash] = self._before
        for _ in range(_ROUNDS):
            picked = self._next(chosen, crashes)
            if not picked:
                break
            chosen = (*chosen, *picked)
            found = self._searched(chosen)
            if found is None:
                chosen = self._without_guilty(chosen, picked)
                crashes = self._crashes(chosen, self._before)
                continue
            crashes = found
            if len(crashes) < len(left):
                best, left = chosen, crashes
            if not crashes:
                break
        if len(self._deadlocks((), self._before)) <= _FEW_DEADLOCKS:
            cheaper = self._combined((), self._before, _cost(best) if not left else _INFINITE)
            if cheaper and self._searched(cheaper) == {}:
                return cheaper, {}
        return best, left

    def _searched(self, chosen: Sequence[Fix]) -> Mapping[str, Crash] | None:
        """Return the crashes after some fixes; None if a module crashes that did not, or if that is not known."""
        changed = self._changed(chosen) or {}
        key = frozenset(changed.values())
        if key not in self._searches:
            found = self._tools.search(changed)
            self._searches[key] = None if found is None else {crash.entry: crash for crash in found}
        crashes = self._searches[key]
        if crashes is None:
            self._new = set()
            return None
        self._new = {frame.module for entry in crashes.keys() - self._before for frame in crashes[entry].stack}
        if self._new:
            return None
        self._known[key] = {entry: crashes.get(entry) for entry in self._before}
        return crashes

    def _without_guilty(self, chosen: tuple[Fix, ...], picked: Collection[Fix]) -> tuple[Fix, ...]:
        """Return the fixes without those of modules in new crashes, or else without the last; reject these."""
        guilty = {fix for fix in chosen if fix.importer in self._new} or {*picked}
        self._rejected |= guilty
        return tuple(fix for fix in chosen if fix not in guilty)

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

    def _crashes(
        self, fixes: Sequence[Fix], entries: Collection[str], *, is_any_enough: bool = False
    ) -> Mapping[str, Crash]:
        """Return the crashes of some modules after some fixes; if any is enough, not all when it is too much work."""
        changed = self._changed(fixes)
        if not changed:
            return {entry: self._before[entry] for entry in entries if entry in self._before}
        known = self._known.setdefault(frozenset(changed.values()), {})
        if new := [entry for entry in entries if entry not in known]:
            attempt = self._tools.attempt_any if is_any_enough else self._tools.attempt
            found = {crash.entry: crash for crash in attempt(changed, new)}
            is_whole = not (is_any_enough and found and self._tools.is_too_much())
            known |= dict.fromkeys(new) | found if is_whole else found
        return {entry: crash for entry in entries if (crash := known.get(entry)) is not None}

    # --- choosing edits -------------------------------------------------------------------------------------------

    def _next(self, chosen: tuple[Fix, ...], crashes: Mapping[str, Crash]) -> list[Fix]:
        """Return the cheapest further edits that end the most deadlocks of some crashes."""
        groups = self._deadlocks(chosen, crashes)
        entries = [group[0] for group in groups.values()]
        stopping: dict[Fix, set[int]] = {}
        for fix, tried in self._candidates(chosen, groups, crashes):
            if any(
                other.kind.weight <= fix.kind.weight and ended.issuperset(tried) for other, ended in stopping.items()
            ):
                continue
            after = self._after((*chosen, fix), {entries[each]: crashes[entries[each]] for each in tried})
            if stops := {each for each in tried if after is not None and entries[each] not in after}:
                stopping[fix] = stops
        fixes = sorted(stopping, key=_rank)
        ending = [
            frozenset(place for place, fix in enumerate(fixes) if number in stopping[fix])
            for number in range(len(entries))
        ]
        picked, _ = hitting_set([each for each in ending if each], lambda place: fixes[place].kind.weight, _SEARCH)
        found = [fixes[place] for place in picked]
        for entry in (entry for entry, those in zip(entries, ending, strict=True) if not those):
            found += self._combined(chosen, {entry: crashes[entry]}, _INFINITE)
        return self._compatible(chosen, list(dict.fromkeys(found)))

    def _combined(self, chosen: tuple[Fix, ...], crashes: Mapping[str, Crash], most: int) -> tuple[Fix, ...]:
        """Return the cheapest further edits that together end some crashes, by a search for the cheapest first.

        Empty if none cost less than ``most``, or none are found after some tries.
        """
        queue: list[tuple[int, int, tuple[Fix, ...]]] = [(0, 0, ())]
        seen: set[frozenset[Fix]] = set()
        for _ in range(_TRIES):
            if not queue or self._tools.is_too_much():
                break
            _, _, more = heappop(queue)
            after = self._after((*chosen, *more), crashes, is_any_enough=True)
            if after is None:
                continue
            if not after:
                return more
            if self._tools.is_too_much():
                break
            deadlock, entries = next(iter(self._deadlocks((*chosen, *more), after).items()))
            args = (*chosen, *more), deadlock, after[entries[0]]
            for fix in chain(self._of(*args), self._imports_below(*args)):
                fixes = frozenset({*more, fix})
                if self._may(fix) and fixes not in seen and _cost(fixes) < most:
                    seen.add(fixes)
                    heappush(queue, (_cost(fixes), len(seen), (*more, fix)))
        return ()

    def _may(self, fix: Fix) -> bool:
        return fix not in self._rejected and self._tools.may(fix)

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
        for ways in (self._of, self._imports_below):
            found: dict[Fix, list[int]] = {}
            for number, (deadlock, entries) in enumerate(groups.items()):
                for fix in ways(chosen, deadlock, crashes[entries[0]]):
                    if self._may(fix) and fix not in chosen:
                        found.setdefault(fix, []).append(number)
            sizes = [len(entries) for entries in groups.values()]
            cost = {fix: fix.kind.weight / sum(sizes[each] for each in found[fix]) for fix in found}
            for fix in sorted(found, key=lambda fix: (cost[fix], *_rank(fix))):
                if self._tools.is_too_much():
                    return
                near = [n for n, deadlock in enumerate(groups) if n in found[fix] or fix.importer in deadlock.modules]
                yield fix, near

    def _of(self, _: tuple[Fix, ...], deadlock: Deadlock, crash: Crash) -> Iterator[Fix]:
        working = [crash.works_from] if crash.works_from else []
        working += [module for module, _ in deadlock.stack if module not in self._before]
        yield from self._ways.of(deadlock, list(dict.fromkeys(working))[:_WORKING])

    def _imports_below(self, chosen: tuple[Fix, ...], deadlock: Deadlock, crash: Crash) -> Iterator[Fix]:
        """Yield how to move the import at which a deadlock begins, each below one more name that is then needed."""
        return self._moves(self._ways.move, chosen, deadlock, crash)

    def _moves(
        self,
        move: Callable[[Deadlock, Sequence[str]], Fix | None],
        chosen: tuple[Fix, ...],
        deadlock: Deadlock,
        crash: Crash,
    ) -> Iterator[Fix]:
        """Yield moves in one module, each after which one more name is bound in time that is then needed."""
        needed = [deadlock.missing]
        while len(needed) < _MOST_MOVES and (fix := move(deadlock, needed)) is not None:
            yield fix
            after = self._crashes((*chosen, fix), [crash.entry]).get(crash.entry)
            if after is None or after.imported != deadlock.imported or (after.name or "") in needed:
                return
            needed.append(after.name or "")

    def _after(
        self, fixes: tuple[Fix, ...], crashes: Mapping[str, Crash], *, is_any_enough: bool = False
    ) -> Mapping[str, Crash] | None:
        """Return those of some crashes that still happen, or happen elsewhere, after fixes.

        None if the fixes cannot be made together, or if they end one but a module that they change, or one on the
        stacks, crashes that did not.
        """
        if self._changed(fixes) is None:
            return None
        after = self._crashes(fixes, sorted(crashes), is_any_enough=is_any_enough)
        if len(after) == len(crashes) or (is_any_enough and after and self._tools.is_too_much()):
            return after
        beside = {frame.module for crash in crashes.values() for frame in crash.stack}
        beside = {*beside, *(fix.importer for fix in fixes)}.intersection(self._tools.entries) - self._before.keys()
        return None if self._crashes(fixes, sorted(beside), is_any_enough=True) else after

    # --- the plan -------------------------------------------------------------------------------------------------

    def _needed(self, chosen: tuple[Fix, ...], left: Collection[str]) -> tuple[Fix, ...]:
        """Return fixes without those that are not needed, the most expensive tried first."""
        ended = self._before.keys() - {*left}
        for fix in sorted(chosen, key=_rank, reverse=True):
            fewer = tuple(each for each in chosen if each != fix)
            for entries in self._likely_first(fix, ended):
                if self._crashes(fewer, entries, is_any_enough=True):
                    break
            else:
                if self._searched(fewer) is not None:
                    chosen = fewer
        return chosen

    def _likely_first(self, fix: Fix, entries: Collection[str]) -> Iterator[list[str]]:
        """Yield one of some entries, of those that crash where a fix is made if there is one, and then the others."""
        first, *others = sorted(
            entries, key=lambda entry: (all(each.module != fix.importer for each in self._before[entry].stack), entry)
        )
        yield [first]
        if others:
            yield others

    def _told(self, chosen: tuple[Fix, ...], left: Mapping[str, Crash]) -> CrashPlan:
        """Return the plan with the fixes in their order: always the one next that stops the most crashes."""
        steps: list[CrashStep] = []
        now = self._before.keys()
        while remaining := [fix for fix in chosen if fix not in [step.fix for step in steps]]:
            made = [step.fix for step in steps]
            tried = remaining[:1] if self._tools.is_too_much() else remaining
            after = {fix: self._crashes([*made, fix], sorted(now)).keys() for fix in tried}
            fix = min(tried, key=lambda each: (len(after[each]), _rank(each)))
            steps.append(CrashStep(fix, tuple(sorted(now - after[fix]))))
            now = after[fix]
        by_hand = (
            LeftDeadlock(tuple(sorted(entries)), self._by_hand(chosen, deadlock, left[entries[0]]))
            for deadlock, entries in self._deadlocks(chosen, left).items()
        )
        return CrashPlan(tuple(steps), tuple(by_hand), not (left and self._tools.is_too_much()))

    def _by_hand(self, chosen: tuple[Fix, ...], deadlock: Deadlock, crash: Crash) -> Fix:
        """Return what to do by hand about a deadlock that is left: to move definitions if that ends it."""
        if not self._tools.is_too_much():
            for fix in self._moves(self._ways.move_definitions, chosen, deadlock, crash):
                if self._after((*chosen, fix), {crash.entry: crash}) == {}:
                    return replace(fix, rewrites=())
        return self._ways.by_hand(deadlock)


def _rank(fix: Fix) -> tuple[int, str, str]:
    return fix.kind.weight, fix.importer, fix.imported


def _cost(fixes: Iterable[Fix]) -> int:
    return sum(fix.kind.weight for fix in fixes)
