"""The cheapest changes that satisfy some constraints: a hitting set whose elements are sets of changes.

A constraint says of a ring: if some changes are made, then all changes of one of several ways must be made, too. If no
constraint has a condition, and each way is one change, that is the hitting set problem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter

from import_contracts.graph.hitting_set import groups, hitting_set
from import_contracts.records import dataclass

Way = frozenset[int]
"""Changes that are made together."""

_READS = 100_000
"""The constraints that the search for a plain hitting set may read for each group."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One of the ways must be taken if all changes of the ``condition`` are made."""

    condition: frozenset[int]
    ways: frozenset[Way]

    @classmethod
    def of(cls, parts: Iterable[Constraint]) -> Constraint:
        """Return the constraint of a ring, given those of its edges: it is satisfied if that of one edge is."""
        parts = list(parts)
        return cls(
            frozenset().union(*(each.condition for each in parts)), frozenset().union(*(each.ways for each in parts))
        )

    @property
    def changes(self) -> frozenset[int]:
        """All changes that it is about."""
        return self.condition.union(*self.ways)

    def implies(self, other: Constraint) -> bool:
        """Tell whether whatever satisfies this constraint satisfies another."""
        return self.ways <= other.ways and self.condition <= other.condition

    @property
    def key(self) -> tuple[list[list[int]], list[int]]:
        """What constraints are sorted by."""
        return sorted(map(sorted, self.ways)), sorted(self.condition)


def cheapest_for(
    constraints: Collection[Constraint], costs: Sequence[int], work: int
) -> tuple[frozenset[int], int] | None:
    """Return the cheapest changes that satisfy some constraints, and how much work is left; None if it is too much.

    ``work`` is the number of constraints that may be read. Groups of constraints without a common change are solved
    separately, by branch and bound.
    """
    chosen: frozenset[int] = frozenset()
    for unsorted in groups(_reduced(set(constraints), costs), attrgetter("changes")):
        group = sorted(unsorted, key=attrgetter("key"))
        if all(not each.condition and all(len(way) == 1 for way in each.ways) for each in group):
            found, is_proven = hitting_set([each.changes for each in group], costs.__getitem__, min(work, _READS))
            if not is_proven:
                return None
            chosen |= frozenset(found)
        else:
            search = _Search(costs, work)
            search.go(group, frozenset(), frozenset())
            work = search.left
            if work <= 0 or search.best is None:
                return None
            chosen |= search.best
    return chosen, work


# --- fewer constraints -------------------------------------------------------------------------------------------


def _reduced(constraints: set[Constraint], costs: Sequence[int]) -> list[Constraint]:
    """Return fewer constraints with fewer ways, sorted; their cheapest solution is one of all.

    A constraint is dropped if another implies it, and a way if another is as good.
    """
    while True:
        found = _Inside(constraints, costs)
        implied, dominated = found.implied(), found.dominated()
        if not implied and not dominated:
            return sorted(constraints, key=lambda each: each.key)
        constraints = {Constraint(each.condition, each.ways - dominated) for each in constraints - implied}


class _Inside:
    """Which constraints each way is in."""

    def __init__(self, constraints: Collection[Constraint], costs: Sequence[int]) -> None:
        self._costs = costs
        self._of: dict[Way, set[Constraint]] = {}
        for each in constraints:
            for way in each.ways:
                self._of.setdefault(way, set()).add(each)
        self._constraints = constraints
        self._conditions = frozenset(change for each in constraints for change in each.condition)
        self._users = Counter(change for way in self._of for change in way)

    def implied(self) -> set[Constraint]:
        """Return the constraints that others imply."""
        rarest = {each: min(each.ways, key=lambda way: len(self._of[way])) for each in self._constraints if each.ways}
        return {each for one, way in rarest.items() for each in self._of[way] if each is not one and one.implies(each)}

    def dominated(self) -> set[Way]:
        """Return the ways instead of which another can be taken.

        It satisfies the same constraints, makes no condition true, and costs no more than those changes of the way that
        no other way needs; or its changes are some of those of the way.
        """
        dominated: set[Way] = set()
        for way in sorted(self._of, key=lambda way: (self._cost(way), sorted(way)), reverse=True):
            own = self._cost(change for change in way if self._users[change] == 1)
            rivals = frozenset.intersection(*(each.ways for each in self._of[way])) - dominated - {way}
            if any(
                rival < way or (rival.isdisjoint(self._conditions) and self._cost(rival) <= own) for rival in rivals
            ):
                dominated.add(way)
        return dominated

    def _cost(self, changes: Iterable[int]) -> int:
        return sum(map(self._costs.__getitem__, changes))


# --- branch and bound --------------------------------------------------------------------------------------------


class _Search:
    """A branch-and-bound search; ``best`` is the best solution so far, and ``left`` the work that is left."""

    def __init__(self, costs: Sequence[int], work: int) -> None:
        self.best: frozenset[int] | None = None
        self.left = work
        self._costs = costs
        self._least = sum(costs) + 1

    def go(self, constraints: Sequence[Constraint], chosen: frozenset[int], barred: frozenset[Way]) -> None:
        """Look for the cheapest changes that satisfy constraints, besides those chosen, without any barred way.

        Of equally cheap solutions, the first in the order of the constraints is kept.
        """
        self.left -= len(constraints) + 1
        active = [[way for way in each.ways if way not in barred] for each in constraints if each.condition <= chosen]
        spent, rest = self._cost(chosen), list(self._costs)
        for change in chosen:
            rest[change] = 0
        if self.left <= 0 or _is_beyond(self._least - spent, active, rest):
            return
        if not active:
            self.best, self._least = chosen, spent
            return
        narrowest = min(active, key=len)
        for way in sorted(narrowest, key=lambda way: (sum([rest[change] for change in way]), sorted(way))):
            now = chosen | way
            if not any(other <= now for other in barred):
                self.go([each for each in constraints if not any(map(now.issuperset, each.ways))], now, barred)
            barred |= {way}

    def _cost(self, changes: Iterable[int]) -> int:
        return sum(map(self._costs.__getitem__, changes))


def _is_beyond(limit: int, active: Iterable[Sequence[Way]], costs: Sequence[int]) -> bool:
    """Tell whether to satisfy constraints, of which each has some ways, is known to cost some limit or more.

    The lower bound is a solution of the dual program: each constraint pays as much as its cheapest way still costs, and
    what it pays is taken from the costs of all its ways, so that no constraint pays for what another has paid for.
    """
    left = list(costs)
    for ways in sorted(active, key=len):
        paid = min([sum([left[change] for change in way]) for way in ways], default=limit)
        limit -= paid
        if limit <= 0:
            break
        for way in ways if paid else ():
            due = paid
            for change in way:
                before = left[change]
                left[change] = max(before - due, 0)
                due -= before - left[change]
    return limit <= 0
