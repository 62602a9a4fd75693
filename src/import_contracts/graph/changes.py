"""The cheapest changes after which a directed graph has no cycle, where a change may also add edges.

This is more general than a feedback arc set: an edge may be removed in several ways, each by one or several changes; a
change may remove several edges; and a change that replaces an edge adds another, which may be on a cycle, too. It is
solved as an implicit hitting set (Chandrasekaran, Karp, Moreno-Centeno, Vempala, 2011): find the cheapest changes that
break some cycles, add the cycles that are left, and repeat until none is left. The limits are on work, not on time, so
the same edges give the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from functools import cached_property
from heapq import heappop, heappush

from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.node_order import moves_for
from import_contracts.graph.ring_constraints import Constraint, cheapest_for
from import_contracts.graph.short_rings import RingFinder
from import_contracts.graph.way_order import Removable, WayOrder
from import_contracts.records import dataclass

_ROUNDS, _WORK, _READS = 60, 100_000, 30_000_000
"""The exact search stops after this many rounds of adding cycles, this many constraints read, or this many edges read
to find cycles."""
_LARGE = 20_000_000
"""A graph is large if its nodes times its edges are more than this: what finding cycles reads in one round."""

_STARTS, _SEED = 6, 7919
"""How often the heuristic begins anew, and by how much the seeds of its searches differ."""

Way = frozenset[int]
"""The changes that remove an edge together."""


@dataclass(frozen=True)
class Changes:
    """What can be done about the edges of a graph.

    ``ways`` has every edge with the ways to remove it, of which at least one adds no edge. ``added`` has the edges that
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
    is_large = len({node for edge in changes.edges for node in edge}) * len(changes.edges) > _LARGE
    if not changes.added and not _are_shared(changes.ways.values()):
        cut = feedback_set({edge: changes.cost(_cheapest_way(changes, edge)) for edge in changes.ways})
        chosen = tuple(sorted(min(_cheapest_way(changes, edge)) for edge in cut.edges))
        if not cut.is_minimum and not is_large:
            chosen = min(chosen, _Orders(changes).best(), key=changes.cost)
        return Chosen(chosen, cut.is_minimum)
    exact = None if is_large else _Exact(changes, _WORK).with_(frozenset())
    return Chosen(_Orders(changes).best() if exact is None else _needed(exact, changes), exact is not None)


def _are_shared(ways: Iterable[Sequence[Way]]) -> bool:
    """Tell whether a change removes several edges, or only part of one."""
    each = [change for of_edge in ways for change in frozenset().union(*of_edge)]
    return len(each) > len(set(each)) or any(len(way) > 1 for of_edge in ways for way in of_edge)


def _cheapest_way(changes: Changes, edge: Edge) -> Way:
    return min(changes.ways[edge], key=lambda way: (changes.cost(way), sorted(way)))


def _needed(chosen: Collection[int], changes: Changes) -> tuple[int, ...]:
    """Return those of some changes without which there is a cycle; the dearest are left out first.

    All of them, if it is too much work to tell.
    """
    needed = set(chosen)
    left = _Left(changes, needed)
    for change in sorted(chosen, key=lambda change: (-changes.costs[change], change)):
        needed.remove(change)
        if left.reads > _READS or left.closes_cycle(change):
            needed.add(change)
            left.update(change)
    return tuple(sorted(needed))


class _Left:
    """The edges that are left after some changes, which may become others; ``reads`` are the edges read so far."""

    def __init__(self, changes: Changes, made: Set[int]) -> None:
        self.reads = 0
        self._changes = changes
        self._made = made
        self._edges_of: dict[int, list[Edge]] = {}
        for edge in changes.edges:
            concerned = frozenset[int]().union(*changes.ways.get(edge, ()), changes.added.get(edge, ()))
            for change in concerned & made:
                self._edges_of.setdefault(change, []).append(edge)
        self._heads: dict[str, set[str]] = {}
        for tail, head in changes.left(made):
            self._heads.setdefault(tail, set()).add(head)

    def update(self, change: int) -> list[Edge]:
        """Take note that a change has become one of those made, or no longer is; return the edges that come back."""
        now = []
        for edge in self._edges_of.get(change, ()):
            heads = self._heads.setdefault(edge[0], set())
            if self._changes.supply(edge, self._made) is None:
                heads.discard(edge[1])
            elif edge[1] not in heads:
                heads.add(edge[1])
                now.append(edge)
        return now

    def closes_cycle(self, change: int) -> bool:
        """Take note that a change is no longer made, and tell whether there is a cycle then."""
        return any(self._leads(head, tail) for tail, head in self.update(change))

    def _leads(self, start: str, goal: str) -> bool:
        seen, todo = {start}, [start]
        for node in todo:
            if node == goal:
                return True
            heads = self._heads.get(node, set())
            self.reads += len(heads)
            todo += heads - seen
            seen |= heads
        return False


# --- the exact search --------------------------------------------------------------------------------------------


class _Exact:
    """An implicit hitting set: the constraints are the cycles that were found so far.

    ``work`` is the number of constraints that may be read.
    """

    def __init__(self, changes: Changes, work: int) -> None:
        self._changes = changes
        self._work = work
        numbers = {name: at for at, name in enumerate(sorted({name for edge in changes.edges for name in edge}))}
        self._finder = RingFinder([(numbers[tail], numbers[head]) for tail, head in changes.edges], _READS)

    def with_(self, made: frozenset[int]) -> frozenset[int] | None:
        """Return the cheapest changes that contain some others; None if it takes too much work to find them."""
        known: set[Constraint] = set()
        chosen, work = made, self._work
        for _ in range(_ROUNDS):
            supplies = {
                number: supply
                for number, edge in enumerate(self._changes.edges)
                if (supply := self._supply(edge, chosen, made))
            }
            rings = self._finder.rings(supplies)
            if self._finder.left < 0:
                return None
            if not rings:
                return chosen
            known |= {Constraint.of(map(supplies.__getitem__, ring)) for ring in rings}
            found = cheapest_for(known, self._changes.costs, work)
            if found is None:
                return None
            chosen, work = made | found[0], found[1]
        return None

    def _supply(self, edge: Edge, chosen: Set[int], made: frozenset[int]) -> Constraint | None:
        """Return what an edge that is left adds to the constraint of its ring; None if it is not left."""
        supply = self._changes.supply(edge, chosen)
        if supply is None:
            return None
        if supply:
            return Constraint(frozenset(supply) - made, frozenset())
        return Constraint(frozenset(), frozenset(way - made for way in self._changes.ways[edge]))


# --- the heuristic -----------------------------------------------------------------------------------------------


class _Orders:
    """A search for an order of the nodes in which it costs little to make every edge lead forwards.

    It begins anew several times, with an order that fits the best changes so far but is otherwise as different as can
    be.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._names = sorted({name for edge in changes.edges for name in edge})
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._heads: dict[int, set[int]] = {}
        for (_, head), adding in changes.added.items():
            for change in adding:
                self._heads.setdefault(change, set()).add(self._numbers[head])
        tails: dict[int, set[str]] = {}
        for edge, ways in changes.ways.items():
            for change in frozenset[int]().union(*ways):
                tails.setdefault(change, set()).add(edge[0])
        self._shared = sorted(change for change, found in tails.items() if len(found) > 1)
        self._edges = [
            Removable(self._numbers[edge[0]], self._numbers[edge[1]], tuple(sorted(map(self._way, ways))))
            for edge, ways in sorted(changes.ways.items())
        ]

    def _way(self, way: Way) -> tuple[int, tuple[int, ...]]:
        heads = set[int]().union(*(self._heads.get(change, ()) for change in way))
        return self._changes.cost(way), tuple(sorted(heads))

    def best(self) -> tuple[int, ...]:
        """Return the cheapest changes that are found."""
        best: tuple[int, ...] | None = None
        for number in range(_STARTS):
            search = WayOrder(self._edges, len(self._names), moves_for(len(self._edges)) // _STARTS, _SEED * number + 1)
            if best is not None:
                search.begin(self._order_after(frozenset(best), 1 if number % 2 else -1))
            place = dict(zip(self._names, search.found(), strict=True))
            found = _needed(self._made(place), self._changes)
            if best is None or self._changes.cost(found) <= self._changes.cost(best):
                best = found
        return best or ()

    def _made(self, place: Mapping[str, int]) -> frozenset[int]:
        """Return cheap changes after which every edge leads forwards; those that nodes share are made if that pays."""
        added = self._changes.added.items()
        wrong = {change for (tail, head), adding in added if place[tail] >= place[head] for change in adding}
        backward = [edge for edge in sorted(self._changes.ways) if place[edge[0]] >= place[edge[1]]]
        ways = [[way for way in self._changes.ways[edge] if wrong.isdisjoint(way)] for edge in backward]
        first = frozenset[int]()
        best = self._filled(first, ways)
        for change in self._shared:
            if change not in wrong:
                other = self._filled(first | {change}, ways)
                if self._changes.cost(other) < self._changes.cost(best):
                    first, best = first | {change}, other
        return best

    def _filled(self, first: frozenset[int], edges: Iterable[Sequence[Way]]) -> frozenset[int]:
        """Return some changes and those that remove the other edges, each edge in the way that costs the least more."""
        chosen = set(first)
        for ways in edges:
            chosen |= min(ways, key=lambda way: (self._changes.cost(way - chosen), sorted(way)))
        return frozenset(chosen)

    def _order_after(self, chosen: Set[int], sign: int) -> list[int]:
        """Return the nodes in an order in which all edges that are left lead forwards.

        Of several that may be next, the first by name, or the last.
        """
        heads: list[list[int]] = [[] for _ in self._names]
        into = [0] * len(self._names)
        for edge in self._changes.left(chosen):
            tail, head = map(self._numbers.__getitem__, edge)
            heads[tail].append(head)
            into[head] += 1
        waiting = sorted(sign * node for node, number in enumerate(into) if not number)
        order: list[int] = []
        while waiting:
            node = sign * heappop(waiting)
            order.append(node)
            for head in heads[node]:
                into[head] -= 1
                if not into[head]:
                    heappush(waiting, sign * head)
        return order
