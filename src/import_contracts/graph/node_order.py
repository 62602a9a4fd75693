"""A good order of the nodes of a component: one in which the edges that lead backwards have a low total weight.

This is the heuristic for feedback arc sets. It takes a fixed amount of work, so the same edges give the same answer on
every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import accumulate

from import_contracts.graph.weighted_edges import WeightedEdges, search

_MOVES, _FULL, _MOVES_BEYOND = 600, 10_000, 150
"""How many edges are read for each edge of the component: for the first 10,000 of its edges, and for the others."""
_ROUNDS, _EDGES_PER_ROUND = 200, 50
"""The order is numbered anew after this many rounds, or one for this many edges, whichever is more."""


def backward_edges(graph: WeightedEdges) -> list[int]:
    """Return the edges that lead backwards in a good order of the nodes, sorted, without those that close no cycle."""
    edges = len(graph.ends)
    place = OrderSearch(graph, moves_for(edges)).found()
    backward = [edge for edge, (tail, head) in enumerate(graph.ends) if place[tail] > place[head]]
    return sorted(needed(backward, graph))


def moves_for(edges: int) -> int:
    """Return how many edges to read in a search for an order of a graph with some number of edges."""
    return _MOVES * min(edges, _FULL) + _MOVES_BEYOND * max(edges - _FULL, 0)


class OrderSearch:
    """A search for an order of the nodes; ``place`` has the place of each.

    The first order is that of Eades, Lin and Smyth (1993). `settle` moves each node to where it costs least, until
    nothing improves. `go` is an iterated local search: turn round one edge that leads backwards, settle the nodes near
    it, and undo all of this if the cost has grown. It ends when ``moves`` edges have been read.
    """

    def __init__(self, graph: WeightedEdges, moves: int) -> None:
        self._graph = graph
        self._neighbours = [list(costs.items()) for costs in _neighbours(graph)]
        self._set_plain(self._neighbours)
        self.place = [0.0] * graph.size
        self._number(first_order(graph))
        self._moved: list[tuple[int, float]] = []
        self._left = moves
        self._dice = 1

    def _set_plain(self, plain: list[list[tuple[int, int]]]) -> None:
        """Set how much more it costs each node to be after some neighbours than before them, and the least of it."""
        self._plain = plain
        self._lowest = [sum(cost for _, cost in costs if cost < 0) for costs in plain]

    def found(self) -> list[int]:
        """Search, and return the place of each node: a number from 0 on."""
        self.settle(self.order())
        self.go()
        place = [0] * len(self.place)
        for position, node in enumerate(self.order()):  # two nodes may have got to one place
            place[node] = position
        return place

    def order(self) -> list[int]:
        """Return the nodes in their order."""
        return sorted(range(len(self.place)), key=self.place.__getitem__)

    def _number(self, order: Iterable[int]) -> None:
        for position, node in enumerate(order):
            self.place[node] = float(position)

    def settle(self, nodes: list[int]) -> int:
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

    def _settle(self, node: int) -> int:
        """Move a node to the gap between its neighbours where it costs least; return the gain."""
        place, plain, others = self.place, self._plain[node], self._others_at(node)
        self._left -= len(plain) + len(others)
        here = place[node]
        before = sum([cost for other, cost in plain if place[other] < here])
        lowest = self._lowest[node]
        for position, change in others:
            if position < here:
                before += change
            if change < 0:
                lowest += change
        if before == lowest:  # as most often: no edge leads backwards
            return 0
        ranked = sorted([*[(place[other], cost) for other, cost in plain], *others])
        if min(accumulate([change for _, change in ranked], initial=0)) >= before:
            return 0
        cost = least = 0
        best = -1
        for number, (position, change) in enumerate(ranked):
            cost += change
            if cost < least and (number + 1 == len(ranked) or position < ranked[number + 1][0]):
                least, best = cost, number
        if least < before:
            low = ranked[best][0] if best >= 0 else ranked[0][0] - 2
            high = ranked[best + 1][0] if best + 1 < len(ranked) else low + 2
            self._move(node, low + (high - low) * (0.2 + 0.6 * self._roll(1 << 20) / (1 << 20)))
        return before - least if least < before else 0

    def _move(self, node: int, position: float) -> None:
        self._moved.append((node, self.place[node]))
        self.place[node] = position

    def _roll(self, sides: int) -> int:
        """Return a pseudo-random number below ``sides``, the same in every run (constants: Knuth's MMIX)."""
        self._dice = self._dice * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return (self._dice >> 33) % sides

    def go(self) -> None:
        """Search until no work is left."""
        ends = self._graph.ends
        rounds, again = 0, max(_ROUNDS, len(ends) // _EDGES_PER_ROUND)
        while self._left > 0:
            if rounds % again == 0:
                self._number(self.order())
                backward = [pair for pair in ends if self.place[pair[0]] > self.place[pair[1]]]
            if not backward:
                return
            rounds += 1
            self._turn(*backward[self._roll(len(backward))])

    def _turn(self, tail: int, head: int) -> None:
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

    def _cost_at(self, node: int, position: float) -> int:
        """Return how much more a node would cost at another position."""
        here, more = self.place[node], 0
        for place, cost in self._changes_at(node):
            more += cost * ((place < position) - (place < here))
        return more

    def _changes_at(self, node: int) -> list[tuple[float, int]]:
        """Return the places at which the cost of a node changes if it is moved beyond them, each with the change."""
        place = self.place
        return [*[(place[other], cost) for other, cost in self._plain[node]], *self._others_at(node)]

    def _others_at(self, node: int) -> Sequence[tuple[float, int]]:  # noqa: ARG002 - none here
        """Return those of these places that depend on more than where one neighbour is."""
        return ()


def _neighbours(graph: WeightedEdges) -> list[dict[int, int]]:
    """Return, for each node, how much more it costs to be after each neighbour than before it."""
    neighbours: list[dict[int, int]] = [{} for _ in range(graph.size)]
    for (tail, head), weight in zip(graph.ends, graph.weights, strict=True):
        of_tail, of_head = neighbours[tail], neighbours[head]
        of_tail[head] = of_tail.get(head, 0) + weight
        of_head[tail] = of_head.get(tail, 0) - weight
    return neighbours


def first_order(graph: WeightedEdges) -> list[int]:
    """Return the nodes in the order of Eades, Lin and Smyth.

    Repeatedly: a sink goes to the end, a source to the start, else the node with the largest outgoing surplus; of
    several, the last by name. Each change of a node is put into a heap, and what is out of date there is skipped.
    """
    neighbours, heads, tails = _neighbours(graph), graph.heads(), graph.tails()
    surplus = [sum(costs.values()) for costs in neighbours]
    out, into = list(map(len, heads)), list(map(len, tails))

    def key(node: int) -> tuple[bool, bool, int, int]:
        return out[node] > 0, into[node] > 0, -surplus[node], -node

    waiting = list(map(key, range(graph.size)))
    heapify(waiting)
    first: list[int] = []
    last: list[int] = []
    left = [True] * graph.size
    while waiting:
        at = heappop(waiting)
        node = -at[3]
        if not left[node] or at != key(node):
            continue
        (first if out[node] else last).append(node)
        left[node] = False
        for head in heads[node]:
            into[head] -= 1
        for tail in tails[node]:
            out[tail] -= 1
        for other, cost in neighbours[node].items():
            surplus[other] += cost
            if left[other]:
                heappush(waiting, key(other))
    return first + last[::-1]


def needed(backward: Sequence[int], graph: WeightedEdges) -> list[int]:
    """Return the backward edges that close a cycle when all are put back one by one, the heaviest first."""
    heads: list[set[int]] = [set() for _ in range(graph.size)]
    tails: list[set[int]] = [set() for _ in range(graph.size)]

    def add(edge: int) -> None:
        tail, head = graph.ends[edge]
        heads[tail].add(head)
        tails[head].add(tail)

    out = set(backward)
    for edge in range(len(graph.ends)):
        if edge not in out:
            add(edge)
    found = []
    for edge in sorted(backward, key=lambda edge: (-graph.weights[edge], edge)):
        tail, head = graph.ends[edge]
        if search(heads, tails, head, tail).is_path:
            found.append(edge)
        else:
            add(edge)
    return found
