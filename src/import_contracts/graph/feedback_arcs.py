"""A minimum feedback arc set: the cheapest edges whose removal leaves a directed graph without cycles.

Finding one is NP-hard (Karp, 1972). Each component is solved exactly if that takes no more than a fixed amount of work,
else by a heuristic. The limit is on work, not on time, so the same edges give the same answer on every machine. The
order of the edges does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from import_contracts.graph.components import components
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import Edge

_ROUNDS, _SETS = 30, 100_000
"""The exact search stops after this many rounds of adding cycles, or this many cycles read for one hitting set."""
_MOVES = 600
"""The number of edges that the heuristic reads, for each edge of the component."""


@dataclass(frozen=True, slots=True)
class FeedbackSet:
    """Edges whose removal leaves no cycle, sorted.

    Each of them is needed: if one is put back, there is a cycle. ``is_minimum`` is True if it is proven that no other
    set has a lower total weight.
    """

    edges: tuple[Edge, ...]
    is_minimum: bool


def feedback_set(weights: Mapping[Edge, int]) -> FeedbackSet:
    """Return the edges to remove with the lowest total weight; ``weights`` are positive integers, one for each edge."""
    edges = {edge: weights[edge] for edge in sorted(weights)}
    chosen: list[Edge] = []
    is_minimum = True
    for inside in _cyclic_parts(edges):
        part = {edge: edges[edge] for edge in inside}
        solution, is_proven = _solved(part)
        chosen += solution
        is_minimum &= is_proven
    return FeedbackSet(tuple(sorted(chosen)), is_minimum)


def _cyclic_parts(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Return the edges of each component; an edge from a node to itself is a part of its own."""
    every = list(edges)
    number_of = {node: number for number, nodes in enumerate(components(_successors(every))) for node in nodes}
    parts: dict[tuple[int, str], list[Edge]] = {}
    for tail, head in every:
        if tail in number_of and number_of[tail] == number_of.get(head):
            parts.setdefault((number_of[tail], tail if tail == head else ""), []).append((tail, head))
    return list(parts.values())


def _successors(edges: Iterable[Edge]) -> dict[str, list[str]]:
    successors: dict[str, list[str]] = {}
    for tail, head in edges:
        successors.setdefault(tail, []).append(head)
    return successors


# --- the exact search --------------------------------------------------------------------------------------------


def _solved(edges: Mapping[Edge, int]) -> tuple[tuple[Edge, ...], bool]:
    """Return the edges to remove from one component, and whether they are proven to be the lightest.

    An implicit hitting set (Chandrasekaran, Karp, Moreno-Centeno, Vempala, 2011): find the lightest edges that break
    some short cycles, add the cycles that are left, and repeat until none is left.
    """
    rings = set(_rings(edges))
    for _ in range(_ROUNDS):
        chosen, is_proven = hitting_set(rings, edges.__getitem__, _SETS)
        more = set(_rings([edge for edge in edges if edge not in set(chosen)]))
        if not is_proven:
            break
        if not more:
            return chosen, True
        rings |= more
    return _by_order(edges), False


def _rings(edges: Iterable[Edge]) -> Iterator[frozenset[Edge]]:
    """Yield, for every edge that is on a cycle, a shortest cycle through it."""
    for part in _cyclic_parts(edges):
        successors = _successors(part)
        heads: dict[str, list[str]] = {}
        for tail, head in part:
            heads.setdefault(head, []).append(tail)
        for start, tails in heads.items():
            before = _reached(successors, start)
            for tail in tails:
                yield frozenset(_ring(before, start, tail))


def _reached(successors: Mapping[str, Collection[str]], start: str) -> dict[str, str]:
    """Return the predecessor of each node in a breadth-first search from ``start``; "" for ``start`` itself."""
    before = {start: ""}
    todo = [start]
    for node in todo:
        for head in successors.get(node, ()):
            if head not in before:
                before[head] = node
                todo.append(head)
    return before


def _ring(before: Mapping[str, str], start: str, end: str) -> Iterator[Edge]:
    yield end, start
    while end != start:
        yield before[end], end
        end = before[end]


# --- the heuristic -----------------------------------------------------------------------------------------------


def _by_order(edges: Mapping[Edge, int]) -> tuple[Edge, ...]:
    """Return the edges that lead backwards in a good order of the nodes, without those that close no cycle."""
    search = _OrderSearch(edges, _MOVES * len(edges))
    search.settle(list(search.place))
    search.go()
    place = search.place
    return _needed([edge for edge in edges if place[edge[0]] > place[edge[1]]], edges)


class _OrderSearch:
    """A search for an order of the nodes in which the edges that lead backwards have a low total weight.

    The first order is that of Eades, Lin and Smyth (1993). `settle` moves each node to where it costs least, until
    nothing improves. `go` is an iterated local search: turn round one edge that leads backwards, settle the nodes near
    it, and undo all of this if the cost has grown.
    """

    def __init__(self, edges: Mapping[Edge, int], moves: int) -> None:
        self._edges = edges
        self._neighbours = {node: tuple(costs.items()) for node, costs in _neighbours(edges).items()}
        self.place = {node: float(position) for position, node in enumerate(_ordered(edges))}
        self._moved: list[tuple[str, float]] = []
        self._left = moves
        self._dice = 1

    def settle(self, nodes: list[str]) -> int:
        """Move nodes, and the neighbours of each that has moved, to where they cost least; return the gain."""
        gained = 0
        waiting = set(nodes)
        for node in nodes:
            waiting.discard(node)
            if self._left > 0 and (gain := self._settle(node)):
                gained += gain
                more = [other for other, _ in self._neighbours[node] if other not in waiting]
                nodes += more
                waiting.update(more)
        return gained

    def _settle(self, node: str) -> int:
        """Move a node to the gap between its neighbours where it costs least; return the gain."""
        place = self.place
        ranked = sorted([(place[other], cost) for other, cost in self._neighbours[node]])
        self._left -= len(ranked)
        here = place[node]
        cost = before = least = 0
        best = -1
        for number, (position, change) in enumerate(ranked):
            cost += change
            if position < here:
                before = cost
            if cost < least and (number + 1 == len(ranked) or position < ranked[number + 1][0]):
                least, best = cost, number
        if least < before:
            low = ranked[best][0] if best >= 0 else ranked[0][0] - 2
            high = ranked[best + 1][0] if best + 1 < len(ranked) else low + 2
            self._move(node, low + (high - low) * (0.2 + 0.6 * self._roll(1 << 20) / (1 << 20)))
        return before - least if least < before else 0

    def _move(self, node: str, position: float) -> None:
        self._moved.append((node, self.place[node]))
        self.place[node] = position

    def _roll(self, sides: int) -> int:
        """Return a pseudo-random number below ``sides``, the same in every run (constants: Knuth's MMIX)."""
        self._dice = self._dice * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return (self._dice >> 33) % sides

    def go(self) -> None:
        """Search until no work is left."""
        edges = list(self._edges)
        rounds = 0
        while self._left > 0:
            if rounds % 200 == 0:
                order = sorted(self.place, key=lambda node: (self.place[node], node))
                self.place = {node: float(position) for position, node in enumerate(order)}
                backward = [(one, two) for one, two in edges if self.place[one] > self.place[two]]
            rounds += 1
            self._turn(*backward[self._roll(len(backward))])

    def _turn(self, tail: str, head: str) -> None:
        """Move one end of an edge past the other and settle its neighbours; undo this if the cost has grown."""
        self._left -= 1
        self._moved.clear()
        if self._roll(2):
            tail, shift = head, self.place[tail] + 0.3
        else:
            shift = self.place[head] - 0.3
        cost = self._cost_at(tail, shift)
        self._move(tail, shift)
        cost -= self.settle([other for other, _ in self._neighbours[tail]])
        if cost > 0:
            for node, position in reversed(self._moved):
                self.place[node] = position

    def _cost_at(self, node: str, position: float) -> int:
        """Return how much more a node would cost at another position."""
        here, more = self.place[node], 0
        for other, cost in self._neighbours[node]:
            more += cost * ((self.place[other] < position) - (self.place[other] < here))
        return more


def _neighbours(edges: Mapping[Edge, int]) -> dict[str, dict[str, int]]:
    """Return, for each node, how much more it costs to be after each neighbour than before it."""
    neighbours: dict[str, dict[str, int]] = {}
    for (tail, head), weight in edges.items():
        of_tail, of_head = neighbours.setdefault(tail, {}), neighbours.setdefault(head, {})
        of_tail[head] = of_tail.get(head, 0) + weight
        of_head[tail] = of_head.get(tail, 0) - weight
    return neighbours


def _ordered(edges: Mapping[Edge, int]) -> list[str]:
    """Return the nodes in the order of Eades, Lin and Smyth.

    Repeatedly: a sink goes to the end, a source to the start, else the node with the largest outgoing surplus.
    """
    neighbours = _neighbours(edges)
    surplus = {node: sum(costs.values()) for node, costs in neighbours.items()}
    out = dict.fromkeys(neighbours, 0)
    into = dict.fromkeys(neighbours, 0)
    for tail, head in edges:
        out[tail] += 1
        into[head] += 1
    first: list[str] = []
    last: list[str] = []
    left = set(neighbours)
    while left:
        node = max(left, key=lambda node: (not out[node], not into[node], surplus[node], node))
        (first if out[node] else last).append(node)
        left.remove(node)
        for other, cost in neighbours[node].items():
            surplus[other] += cost
            into[other] -= (node, other) in edges
            out[other] -= (other, node) in edges
    return first + last[::-1]


def _needed(backward: Collection[Edge], edges: Mapping[Edge, int]) -> tuple[Edge, ...]:
    """Return the backward edges that close a cycle when all are put back one by one, the heaviest first."""
    successors: dict[str, set[str]] = {}
    for tail, head in edges.keys() - set(backward):
        successors.setdefault(tail, set()).add(head)
    needed = []
    for tail, head in sorted(backward, key=lambda edge: (-edges[edge], edge)):
        if tail in _reached(successors, head):
            needed.append((tail, head))
        else:
            successors.setdefault(tail, set()).add(head)
    return tuple(needed)


# --- the order of removal ----------------------------------------------------------------------------------------


def in_order(chosen: Collection[Edge], weights: Mapping[Edge, int]) -> tuple[tuple[Edge, int], ...]:
    """Return the edges of a feedback set in the order in which to remove them, each with its gain.

    The gain is the number of edges that are on a cycle before its removal and not after it, given that the edges
    earlier in the order are removed; all gains together are the number of cyclic edges. The edge with the highest gain
    per weight comes first. Removing an edge changes only its own component, so gains are recomputed lazily: only for
    the edge whose last known gain is the highest.
    """
    expected: dict[Edge, int] = {}
    waiting: list[tuple[float, Edge, int, _CyclicPart]] = []
    numbers = count()

    def wait(edge: Edge, part: _CyclicPart) -> None:
        expected[edge] = min(expected.get(edge, len(part.edges)), len(part.edges))
        heappush(waiting, (-expected[edge] / weights[edge], edge, next(numbers), part))

    for part in _parts(sorted(weights), chosen):
        for edge in part.cut:
            wait(edge, part)
    order: list[tuple[Edge, int]] = []
    while waiting:
        _, edge, _, part = heappop(waiting)
        if part.is_divided:
            continue
        left = _parts([other for other in part.edges if other != edge], part.cut)
        gain = len(part.edges) - sum(len(smaller.edges) for smaller in left)
        if gain < expected[edge]:
            expected[edge] = gain
            wait(edge, part)
            continue
        order.append((edge, gain))
        part.is_divided = True
        for smaller in left:
            for other in smaller.cut:
                wait(other, smaller)
    return tuple(order)


@dataclass(slots=True, eq=False)
class _CyclicPart:
    """The edges of one component, and those of them to remove; ``is_divided`` once an edge has been removed."""

    edges: list[Edge]
    cut: frozenset[Edge]
    is_divided: bool = False


def _parts(edges: Iterable[Edge], cut: Collection[Edge]) -> list[_CyclicPart]:
    return [_CyclicPart(part, frozenset(part).intersection(cut)) for part in _cyclic_parts(edges)]
