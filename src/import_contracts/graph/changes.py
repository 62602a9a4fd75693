"""The cheapest changes after which a directed graph has no cycle, where a change may also add edges.

This is more general than a feedback arc set: an edge may be removed in several ways, each by one or several changes; a
change may remove several edges; and a change that replaces an edge adds another, which may be on a cycle, too. It is
solved as an implicit hitting set (Chandrasekaran, Karp, Moreno-Centeno, Vempala, 2011): find the cheapest changes that
break some cycles, add the cycles that are left, and repeat until none is left. The limits are on work, not on time, so
the same edges give the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from import_contracts.graph.components import cyclic_parts
from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.ring_constraints import Constraint, cheapest_for
from import_contracts.graph.short_rings import RingFinder

_ROUNDS, _WORK, _READS = 60, 400_000, 30_000_000
"""The exact search stops after this many rounds of adding cycles, this many constraints read, or this many edges read
to find cycles."""
_LARGE = 20_000_000
"""A graph is large if its nodes times its edges are more than this: what finding cycles reads in one round."""

Way = frozenset[int]
"""The changes that remove an edge together."""


@dataclass(frozen=True)
class Changes:
    """What can be done about the edges of a graph.

    ``ways`` has every edge with the ways to remove it, of which there is at least one. ``added`` has the edges that
    changes add, each with these changes: whatever else is done, the edge is there if one of them is made. ``costs`` has
    the cost of each change, not negative.
    """

    ways: Mapping[Edge, Sequence[Way]]
    added: Mapping[Edge, Collection[int]]
    costs: Sequence[int]

    def cost(self, changes: Iterable[int]) -> int:
        """Return what some changes cost together."""
        return sum(map(self.costs.__getitem__, changes))

    def left(self, changes: Set[int]) -> list[Edge]:
        """Return the edges that there are after some changes, sorted."""
        return [edge for edge in self.edges if self.supply(edge, changes) is not None]

    def supply(self, edge: Edge, changes: Set[int]) -> Sequence[int] | None:
        """Return which changes an edge is due to, the first if it is one of several; None if there is no such edge.

        Empty if it was there before.
        """
        if edge in self.ways and not any(way <= changes for way in self.ways[edge]):
            return ()
        adding = sorted(change for change in self.added.get(edge, ()) if change in changes)
        return adding[:1] or None

    def is_enough(self, changes: Set[int]) -> bool:
        """Tell whether no cycle is left after some changes."""
        return not cyclic_parts(self.left(changes))

    @cached_property
    def edges(self) -> list[Edge]:
        """All edges that there are or may be, sorted."""
        return sorted(self.ways.keys() | self.added.keys())


@dataclass(frozen=True, slots=True)
class Chosen:
    """Changes after which no cycle is left, sorted.

    Each of them is needed: without it, there is a cycle. ``is_minimum`` is True if it is proven that no others cost
    less.
    """

    changes: tuple[int, ...]
    is_minimum: bool


def cheapest_changes(changes: Changes) -> Chosen:
    """Return the cheapest changes after which no cycle is left."""
    if not changes.added and not _are_shared(changes.ways.values()):
        cut = feedback_set({edge: changes.cost(_cheapest_way(changes, edge)) for edge in changes.ways})
        return Chosen(tuple(sorted(min(_cheapest_way(changes, edge)) for edge in cut.edges)), cut.is_minimum)
    nodes = {node for edge in changes.edges for node in edge}
    exact = None if len(nodes) * len(changes.edges) > _LARGE else _Exact(changes).solution()
    return Chosen(_needed(_by_edges(changes) if exact is None else exact, changes), exact is not None)


def _are_shared(ways: Iterable[Sequence[Way]]) -> bool:
    """Tell whether a change removes several edges, or only part of one."""
    each = [change for of_edge in ways for change in frozenset().union(*of_edge)]
    return len(each) > len(set(each)) or any(len(way) > 1 for of_edge in ways for way in of_edge)


def _cheapest_way(changes: Changes, edge: Edge, barred: frozenset[int] = frozenset()) -> Way:
    ways = [way for way in changes.ways[edge] if way.isdisjoint(barred)] or changes.ways[edge]
    return min(ways, key=lambda way: (changes.cost(way), sorted(way)))


def _needed(chosen: Collection[int], changes: Changes) -> tuple[int, ...]:
    """Return those of some changes without which there is a cycle; the dearest are left out first.

    All of them, if it is too much work to tell.
    """
    needed = set(chosen)
    for change in sorted(chosen, key=lambda change: (-changes.costs[change], change)):
        if len(chosen) * len(changes.edges) <= _READS and changes.is_enough(needed - {change}):
            needed.remove(change)
    return tuple(sorted(needed))


# --- the exact search --------------------------------------------------------------------------------------------


@dataclass
class _Exact:
    """An implicit hitting set: the constraints are the cycles that were found so far."""

    changes: Changes
    known: set[Constraint] = field(default_factory=set)

    def solution(self) -> frozenset[int] | None:
        """Return the cheapest changes; None if it takes too much work to find them."""
        edges = self.changes.edges
        numbers = {name: number for number, name in enumerate(sorted({name for edge in edges for name in edge}))}
        finder = RingFinder([(numbers[tail], numbers[head]) for tail, head in edges], _READS)
        chosen: frozenset[int] = frozenset()
        work = _WORK
        for _ in range(_ROUNDS):
            supplies = {number: supply for number, edge in enumerate(edges) if (supply := self._supply(edge, chosen))}
            rings = finder.rings(supplies)
            if finder.left < 0:
                return None
            if not rings:
                return chosen
            self.known |= {Constraint.of(map(supplies.__getitem__, ring)) for ring in rings}
            found = cheapest_for(self.known, self.changes.costs, work)
            if found is None:
                return None
            chosen, work = found
        return None

    def _supply(self, edge: Edge, chosen: Set[int]) -> Constraint | None:
        """Return what an edge that is left adds to the constraint of its ring; None if it is not left."""
        supply = self.changes.supply(edge, chosen)
        if supply is None:
            return None
        return Constraint(frozenset(supply), frozenset() if supply else frozenset(self.changes.ways[edge]))


# --- the heuristic -----------------------------------------------------------------------------------------------


def _by_edges(changes: Changes) -> frozenset[int]:
    """Return cheap changes after which no cycle is left.

    The edges to remove are a feedback arc set, weighted by the cheapest way of each: once by the cheapest one at all,
    where what is added is put right afterwards, and once without what adds anything. The cheaper result is taken.
    """
    adding = frozenset(change for found in changes.added.values() for change in found)
    found = []
    for barred in {frozenset[int](): None, adding: None}:
        ways = {edge: _cheapest_way(changes, edge, barred) for edge in changes.ways}
        cut = feedback_set({edge: max(changes.cost(way), 1) for edge, way in ways.items()})
        found.append(_needed(_put_right({edge: ways[edge] for edge in cut.edges}, changes, adding), changes))
    return frozenset(min(found, key=changes.cost))


def _put_right(ways: dict[Edge, Way], changes: Changes, adding: frozenset[int]) -> frozenset[int]:
    """Return changes like some that remove edges, in which what adds an edge that is on a cycle is replaced."""
    barred: frozenset[int] = frozenset()
    while True:
        chosen = frozenset(change for way in ways.values() for change in way)
        cyclic = {edge for part in cyclic_parts(changes.left(chosen)) for edge in part}
        wrong = frozenset(change for edge in cyclic for change in changes.supply(edge, chosen) or ())
        if not wrong:
            return chosen
        barred |= wrong
        ways = {
            edge: way if way.isdisjoint(barred) else _cheapest_way(changes, edge, adding) for edge, way in ways.items()
        }
