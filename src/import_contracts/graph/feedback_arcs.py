"""The cheapest edges of a directed graph without which no cycle is left: a minimum feedback arc set.

Finding one is NP-hard (Karp, 1972). So each component is solved exactly as long as that takes no more than a fixed
amount of work, and never an amount of time; beyond it, by a heuristic. The same edges give the same answer, in whatever
order they come and on any machine.
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
"""How often cycles are added, and how many are looked at for one answer, before the exact way is given up."""
_MOVES = 600
"""How many edges are looked at in the search for a better order, for each edge that there is."""


@dataclass(frozen=True, slots=True)
class FeedbackSet:
    """Edges without which no cycle is left, sorted.

    None of them could be kept; the set ``is_minimum`` if no others weigh less together.
    """

    edges: tuple[Edge, ...]
    is_minimum: bool


def feedback_set(weights: Mapping[Edge, int]) -> FeedbackSet:
    """Return the lightest edges to remove, given the weights, positive integers, of all edges."""
    edges = {edge: weights[edge] for edge in sorted(weights)}
    chosen: list[Edge] = []
    is_minimum = True
    for inside in _cyclic_parts(edges):
        part = {edge: edges[edge] for edge in inside}
        found, is_certain = _solved(part)
        chosen += found
        is_minimum &= is_certain
    return FeedbackSet(tuple(sorted(chosen)), is_minimum)


def _cyclic_parts(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Return the edges of each component; those from a node to itself are parts of their own."""
    known = list(edges)
    home = {node: number for number, nodes in enumerate(components(_successors(known))) for node in nodes}
    parts: dict[tuple[int, str], list[Edge]] = {}
    for tail, head in known:
        if tail in home and home[tail] == home.get(head):
            parts.setdefault((home[tail], tail if tail == head else ""), []).append((tail, head))
    return list(parts.values())


def _successors(edges: Iterable[Edge]) -> dict[str, list[str]]:
    successors: dict[str, list[str]] = {}
    for tail, head in edges:
        successors.setdefault(tail, []).append(head)
    return successors


# --- the exact way -----------------------------------------------------------------------------------------------


def _solved(edges: Mapping[Edge, int]) -> tuple[tuple[Edge, ...], bool]:
    """Return the edges to remove from one component, and whether it is certain that none lighter would do.

    An implicit hitting set (Karp and others, 2011): the lightest edges that break some short cycles, and then some
    more, until they break all.
    """
    rings = set(_rings(edges))
    for _ in range(_ROUNDS):
        chosen, is_certain = hitting_set(rings, edges.__getitem__, _SETS)
        more = set(_rings([edge for edge in edges if edge not in set(chosen)]))
        if not is_certain:
            break
        if not more:
            return chosen, True
        rings |= more
    return _by_order(edges), False


def _rings(edges: Iterable[Edge]) -> Iterator[frozenset[Edge]]:
    """Yield for every cyclic edge a shortest cycle that it is on."""
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
    """Return from where each node is first reached from another, breadth first."""
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
    """Return the edges that lead backwards in a good order of the nodes and cannot be kept."""
    search = _OrderSearch(edges, _MOVES * len(edges))
    search.settle(list(search.place))
    search.go()
    place = search.place
    return _needed([edge for edge in edges if place[edge[0]] > place[edge[1]]], edges)


class _OrderSearch:
    """Looks for an order of nodes in which light edges lead backwards.

    It begins as that of Eades, Lin and Smyth (1993), in which each node is moved to where it costs least until nothing
    improves. Then, again and again, an edge that leads backwards is turned round, the nodes near it are put right, and
    all is taken back if that costs more (iterated local search).
    """

    def __init__(self, edges: Mapping[Edge, int], moves: int) -> None:
        self._edges = edges
        self._neighbours = {node: tuple(costs.items()) for node, costs in _neighbours(edges).items()}
        self.place = {node: float(position) for position, node in enumerate(_ordered(edges))}
        self._moved: list[tuple[str, float]] = []
        self._left = moves
        self._dice = 1

    def settle(self, nodes: list[str]) -> int:
        """Move nodes, and those around each that has moved, to where they cost least; return what that gained."""
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
        """Move a node to the gap between its neighbours where it costs least; return what that gained."""
        place = self.place
        ranked = sorted([(place[other], cost) for other, cost in self._neighbours[node]])
        self._left -= len(ranked)
        here = place[node]
        cost = before = least = 0
        best = -1
        for number, (position, each) in enumerate(ranked):
            cost += each
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
        """Return a number that is the same in every run (the constants are Knuth's, for MMIX)."""
        self._dice = self._dice * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return (self._dice >> 33) % sides

    def go(self) -> None:
        """Search until the work is done."""
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
        """Move an end of an edge beyond the other end and put the rest right; take that back if it is worse."""
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
        """Return how much more a node would cost at another place."""
        here, more = self.place[node], 0
        for other, cost in self._neighbours[node]:
            more += cost * ((self.place[other] < position) - (self.place[other] < here))
        return more


def _neighbours(edges: Mapping[Edge, int]) -> dict[str, dict[str, int]]:
    """Return for each node what it costs to come after each neighbour rather than before it."""
    neighbours: dict[str, dict[str, int]] = {}
    for (tail, head), weight in edges.items():
        of_tail, of_head = neighbours.setdefault(tail, {}), neighbours.setdefault(head, {})
        of_tail[head] = of_tail.get(head, 0) + weight
        of_head[tail] = of_head.get(tail, 0) - weight
    return neighbours


def _ordered(edges: Mapping[Edge, int]) -> list[str]:
    """Order the nodes: sinks last, sources first, else the one that gives most more than it takes."""
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
        node = max(left, key=lambda each: (not out[each], not into[each], surplus[each], each))
        (first if out[node] else last).append(node)
        left.remove(node)
        for other, cost in neighbours[node].items():
            surplus[other] += cost
            into[other] -= (node, other) in edges
            out[other] -= (other, node) in edges
    return first + last[::-1]


def _needed(backward: Collection[Edge], edges: Mapping[Edge, int]) -> tuple[Edge, ...]:
    """Return those of the backward edges that close a cycle when they are put back one by one, the dearest first."""
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
    """Return the edges of a feedback set in the order in which to remove them: most gain for their weight first.

    With each comes its gain: how many edges are on a cycle no more, once those before it are gone too. Together these
    are all cyclic edges. To remove one edge changes only the component that it is in; a gain is counted anew only for
    the edge that promises most, by what it gained when that was last counted.
    """
    promised: dict[Edge, int] = {}
    waiting: list[tuple[float, Edge, int, _Part]] = []
    numbers = count()

    def wait(edge: Edge, part: _Part) -> None:
        promised[edge] = min(promised.get(edge, len(part.edges)), len(part.edges))
        heappush(waiting, (-promised[edge] / weights[edge], edge, next(numbers), part))

    for part in _parts(sorted(weights), chosen):
        for edge in part.cut:
            wait(edge, part)
    order: list[tuple[Edge, int]] = []
    while waiting:
        _, edge, _, part = heappop(waiting)
        if part.is_divided:
            continue
        left = _parts([each for each in part.edges if each != edge], part.cut)
        gain = len(part.edges) - sum(len(each.edges) for each in left)
        if gain < promised[edge]:
            promised[edge] = gain
            wait(edge, part)
            continue
        order.append((edge, gain))
        part.is_divided = True
        for each in left:
            for other in each.cut:
                wait(other, each)
    return tuple(order)


@dataclass(slots=True, eq=False)
class _Part:
    """The edges of one component, and those of them to be removed; once one is, others take its place."""

    edges: list[Edge]
    cut: frozenset[Edge]
    is_divided: bool = False


def _parts(edges: Iterable[Edge], cut: Collection[Edge]) -> list[_Part]:
    return [_Part(part, frozenset(part).intersection(cut)) for part in _cyclic_parts(edges)]
