"""Weighted edges between numbered nodes, and a search for a path between two of them that begins at both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from import_contracts.graph.import_graph import Edge


@dataclass(frozen=True, slots=True)
class WeightedEdges:
    """Edges with weights. Nodes and edges are numbered in the order of their names.

    ``ends`` has the tail and the head of each edge.
    """

    ends: Sequence[tuple[int, int]]
    weights: Sequence[int]
    size: int
    """The number of nodes."""

    @classmethod
    def of(cls, weights: Mapping[Edge, int]) -> WeightedEdges:
        """Return edges, which must be sorted, with numbers for their nodes."""
        numbers = {name: number for number, name in enumerate(sorted({name for edge in weights for name in edge}))}
        return cls([(numbers[tail], numbers[head]) for tail, head in weights], list(weights.values()), len(numbers))

    def heads(self) -> list[list[int]]:
        """Return the nodes that the edges of each node lead to, in the order of the edges."""
        heads: list[list[int]] = [[] for _ in range(self.size)]
        for tail, head in self.ends:
            heads[tail].append(head)
        return heads

    def tails(self) -> list[list[int]]:
        """Return the nodes from which edges lead to each node, in the order of the edges."""
        tails: list[list[int]] = [[] for _ in range(self.size)]
        for tail, head in self.ends:
            tails[head].append(tail)
        return tails


class Search(NamedTuple):
    """The result of a search for a path.

    ``reached`` is None if there is one, else all nodes that could be reached on one side. ``reads`` is the number of
    edges that were read.
    """

    reached: set[int] | None
    reads: int
    is_forwards: bool

    @property
    def is_path(self) -> bool:
        """Whether there is a path."""
        return self.reached is None


def search(heads: Sequence[set[int]], tails: Sequence[set[int]], start: int, goal: int) -> Search:
    """Look for a path from one node to another.

    The search goes forwards from the one and backwards from the other, always on the side with fewer nodes to go on
    from. In a large component the two meet long before either has seen much of it.
    """
    forwards, backwards = (({node}, [{node}]) for node in (start, goal))
    reads = 0
    while start != goal:
        is_forwards = sum(map(len, forwards[1])) <= sum(map(len, backwards[1]))
        (seen, todo), (met, _) = (forwards, backwards) if is_forwards else (backwards, forwards)
        following = heads if is_forwards else tails
        if not todo:
            return Search(seen, reads, is_forwards)
        level, todo[:] = todo[:], []
        for nodes in level:
            for node in sorted(nodes):
                others = following[node]
                reads += len(others)
                if not met.isdisjoint(others):
                    return Search(None, reads, is_forwards)
                if new := others - seen:
                    seen |= new
                    todo.append(new)
    return Search(None, reads, is_forwards=True)
