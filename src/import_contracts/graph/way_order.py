"""A good order of the nodes of a graph whose edges can be removed in several ways, some of which add edges.

An edge may lead forwards for nothing. One that leads backwards costs as much as its cheapest way of which the edges
that it adds lead forwards. So an order tells what to do about each edge, and no cycle is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from import_contracts.graph.node_order import OrderSearch
from import_contracts.graph.weighted_edges import WeightedEdges
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
        weights: dict[tuple[int, int], int] = {}
        for edge in edges:
            if edge.head != edge.tail:
                weights[edge.tail, edge.head] = edge.ways[0][0]
            for head in sorted({head for _, heads in edge.ways for head in heads}):
                weights.setdefault((edge.tail, head), 0)
        super().__init__(WeightedEdges(list(weights), list(weights.values()), size), moves)
        self._dice = seed
        self._edges: list[list[Removable]] = [[] for _ in range(size)]
        plain: list[list[tuple[int, int]]] = [[] for _ in range(size)]
        for edge in edges:
            if edge.head != edge.tail:
                self._add(edge, plain)
        self._set_plain(plain)

    def _add(self, edge: Removable, plain: Sequence[list[tuple[int, int]]]) -> None:
        cost, heads = edge.ways[0]
        if not heads:
            plain[edge.tail].append((edge.head, cost))
            plain[edge.head].append((edge.tail, -cost))
        else:
            for node in {edge.tail, edge.head, *(head for _, heads in edge.ways for head in heads)}:
                self._edges[node].append(edge)

    def begin(self, order: Iterable[int]) -> None:
        """Begin with another order."""
        self._number(order)

    def _others_at(self, node: int) -> Sequence[tuple[float, int]]:
        found: list[tuple[float, int]] = []
        for edge in self._edges[node]:
            if edge.tail == node:
                found += self._beyond_heads(edge)
            else:
                found.append((self.place[edge.tail], -self._gain_behind(edge, node)))
        return found

    def _gain_behind(self, edge: Removable, node: int) -> int:
        """Return how much less an edge costs if one of the nodes it may lead to is behind its tail, not before it."""
        place, here = self.place, self.place[edge.tail]
        least = 0 if edge.head == node else None
        if least is None and place[edge.head] > here:
            return 0
        for cost, heads in edge.ways:
            if all(place[head] > here or head == node for head in heads):
                least = cost if least is None else least
                if node not in heads:
                    return cost - least
        return 0

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
