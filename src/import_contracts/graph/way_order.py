"""A good order of the nodes of a graph whose edges can be removed in several ways, some of which add edges.

An edge may lead forwards for nothing. One that leads backwards costs as much as its cheapest way of which the edges
that it adds lead forwards. So an order tells what to do about each edge, and no cycle is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from import_contracts.graph.node_order import OrderSearch
from import_contracts.graph.numbered import Numbered
from import_contracts.records import dataclass


@dataclass(frozen=True, slots=True)
class Removable:
    """An edge between numbered nodes.

    ``ways`` are the costs of removing it, ascending, each with the nodes that edges from the same tail are added to.
    The last of them adds none.
    """

    tail: int
    head: int
    ways: tuple[tuple[int, tuple[int, ...]], ...]


class WayOrder(OrderSearch):
    """The search for an order, with costs that depend on where the edges lead that a way adds.

    It reads at most ``moves`` edges. Each ``seed`` makes another search.
    """

    def __init__(self, edges: Sequence[Removable], size: int, moves: int, seed: int) -> None:
        self._edges: list[list[Removable]] = [[] for _ in range(size)]
        self._plain: list[list[tuple[int, int]]] = [[] for _ in range(size)]
        weights: dict[tuple[int, int], int] = {}
        for edge in edges:
            if edge.head != edge.tail:
                self._add(edge)
                weights[edge.tail, edge.head] = edge.ways[0][0]
            for head in sorted({head for _, heads in edge.ways for head in heads}):
                weights.setdefault((edge.tail, head), 0)
        super().__init__(Numbered(list(weights), list(weights.values()), size), moves)
        self._dice = seed

    def _add(self, edge: Removable) -> None:
        cost, heads = edge.ways[0]
        if not heads:
            self._plain[edge.tail].append((edge.head, cost))
            self._plain[edge.head].append((edge.tail, -cost))
        else:
            for node in {edge.tail, edge.head, *(head for _, heads in edge.ways for head in heads)}:
                self._edges[node].append(edge)

    def begin(self, order: Iterable[int]) -> None:
        """Begin with another order."""
        self._number(order)

    def _changes_at(self, node: int) -> list[tuple[float, int]]:
        found = [(self.place[other], cost) for other, cost in self._plain[node]]
        for edge in self._edges[node]:
            if edge.tail == node:
                found += self._beyond_heads(edge)
            else:
                place = self.place[edge.tail]
                found.append((place, self._cost(edge, place, node, 1) - self._cost(edge, place, node, -1)))
        return found

    def _cost(self, edge: Removable, place: float, node: int, side: int) -> int:
        """Return what an edge costs if one of the nodes it may lead to is behind its tail (1) or before it (-1)."""

        def is_ahead(head: int) -> bool:
            return side > 0 if head == node else self.place[head] > place

        if is_ahead(edge.head):
            return 0
        return next(cost for cost, heads in edge.ways if all(map(is_ahead, heads)))

    def _beyond_heads(self, edge: Removable) -> list[tuple[float, int]]:
        """Return the places beyond which an edge costs more if its tail is moved there."""
        reached = self.place[edge.head]
        found, before = [], 0
        for cost, heads in edge.ways:
            last = min((self.place[head] for head in heads), default=None)
            if last is None or last > reached:
                found.append((reached, cost - before))
                before = cost
                if last is None:
                    break
                reached = last
        return found
