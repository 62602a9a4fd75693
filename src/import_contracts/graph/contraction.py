"""Making a graph smaller without changing its lightest feedback arc sets, in linear time."""

from __future__ import annotations

from dataclasses import dataclass

from import_contracts.graph.weighted_edges import WeightedEdges


@dataclass(frozen=True, slots=True)
class Contracted(WeightedEdges):
    """A smaller graph; ``members`` are the edges of the larger one that an edge stands for, which go together."""

    members: tuple[tuple[int, ...], ...]


def contracted(graph: WeightedEdges) -> tuple[Contracted, list[int]]:
    """Return a smaller graph, and edges that every lightest feedback arc set may contain besides those of that graph.

    A node with one edge in and one out is left out: every cycle through one of the two edges goes through the other, so
    only the lighter one has to be considered; of two equal ones, the first by name. A cycle of a single edge that is
    left leaves no choice.
    """
    shrinking = _Shrinking(graph)
    shrinking.go()
    left = sorted((pair, found) for tail in shrinking.heads for pair, found in _pairs(tail, shrinking.heads[tail]))
    weights = [weight for _, (weight, _) in left]
    small = Contracted([pair for pair, _ in left], weights, graph.size, tuple(found for _, (_, found) in left))
    return small, shrinking.chosen


_Weighed = tuple[int, tuple[int, ...]]
"""A weight, and the edges that have it together."""


def _pairs(tail: int, heads: dict[int, _Weighed]) -> list[tuple[tuple[int, int], _Weighed]]:
    return [((tail, head), found) for head, found in heads.items()]


class _Shrinking:
    """A graph that shrinks: ``heads`` has its edges, and ``chosen`` what had no choice."""

    def __init__(self, graph: WeightedEdges) -> None:
        self.heads: dict[int, dict[int, _Weighed]] = {node: {} for node in range(graph.size)}
        self.tails: dict[int, set[int]] = {node: set() for node in range(graph.size)}
        self.chosen: list[int] = []
        for edge, (tail, head) in enumerate(graph.ends):
            self._add(tail, head, (graph.weights[edge], (edge,)))

    def _add(self, tail: int, head: int, weighed: _Weighed) -> None:
        """Add an edge, to one that is there already if there is one: both have to be removed then."""
        if tail == head:
            self.chosen += weighed[1]
            return
        weight, edges = self.heads[tail].get(head, (0, ()))
        self.heads[tail][head] = (weight + weighed[0], edges + weighed[1])
        self.tails[head].add(tail)

    def go(self) -> None:
        """Leave out nodes, in the order of their names and then of the changes, until none can be left out."""
        todo = list(self.heads)
        for node in todo:
            if node not in self.heads or min(len(self.heads[node]), len(self.tails[node])) > 1:
                continue
            if len(self.heads[node]) + len(self.tails[node]) > 2 and self.heads[node] and self.tails[node]:
                continue
            todo += self._leave_out(node)

    def _leave_out(self, node: int) -> list[int]:
        """Leave out a node, and return its neighbours."""
        before, after = self.tails.pop(node), self.heads.pop(node)
        into = {tail: self.heads[tail].pop(node) for tail in sorted(before)}
        for head in after:
            self.tails[head].discard(node)
        for tail, one in into.items():
            for head, other in after.items():
                self._add(tail, head, min(one, other))
        return [*into, *after]
