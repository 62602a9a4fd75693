"""A minimum feedback arc set: the cheapest edges whose removal leaves a directed graph without cycles.

Finding one is NP-hard (Karp, 1972). Each component is solved exactly if that takes no more than a fixed amount of work,
else by a heuristic. The limit is on work, not on time, so the same edges give the same answer on every machine. The
order of the edges does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from import_contracts.graph.components import Node, components
from import_contracts.graph.contraction import contracted
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.node_order import backward_edges
from import_contracts.graph.numbered import Numbered

_ROUNDS, _SETS, _READS = 30, 100_000, 30_000_000
"""The exact search stops after this many rounds of adding cycles, this many cycles read for one hitting set, or this
many edges read to find cycles."""
_LARGE = 20_000_000
"""A component is large if its nodes times its edges are more than this: what finding cycles reads in one round."""


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
    chosen: list[Edge] = []
    is_minimum = True
    for inside in cyclic_parts(sorted(weights)):
        solution, is_proven = _solved(Numbered.of({edge: weights[edge] for edge in inside}))
        chosen += [inside[edge] for edge in solution]
        is_minimum &= is_proven
    return FeedbackSet(tuple(sorted(chosen)), is_minimum)


def cyclic_parts(edges: Iterable[tuple[Node, Node]]) -> list[list[tuple[Node, Node]]]:
    """Return the edges of each component; an edge from a node to itself is a part of its own."""
    every = list(edges)
    successors: dict[Node, list[Node]] = {}
    for tail, head in every:
        successors.setdefault(tail, []).append(head)
    number_of = {node: number for number, nodes in enumerate(components(successors)) for node in nodes}
    parts: dict[tuple[int, Node | None], list[tuple[Node, Node]]] = {}
    for tail, head in every:
        if tail in number_of and number_of[tail] == number_of.get(head):
            parts.setdefault((number_of[tail], tail if tail == head else None), []).append((tail, head))
    return list(parts.values())


def _solved(graph: Numbered) -> tuple[Collection[int], bool]:
    """Return the edges to remove from one component, and whether they are proven to be the lightest."""
    if graph.size == 1:
        return [0], True
    if graph.size * len(graph.ends) > _LARGE:
        return _solved_large(graph)
    exact = _exact(graph)
    return (backward_edges(graph), False) if exact is None else (exact, True)


def _solved_large(graph: Numbered) -> tuple[Collection[int], bool]:
    """Return the same for a large component, whose cycles have no choice where nodes have one edge in and one out."""
    small, chosen = contracted(graph)
    ends = {pair: edge for edge, pair in enumerate(small.ends)}
    is_proven = True
    for part in cyclic_parts(small.ends):
        numbers = {node: number for number, node in enumerate(sorted({node for pair in part for node in pair}))}
        pairs = [(numbers[tail], numbers[head]) for tail, head in part]
        weights = [small.weights[ends[pair]] for pair in part]
        inner = Numbered(pairs, weights, len(numbers))
        exact = _exact(inner)
        is_proven &= exact is not None
        for edge in backward_edges(inner) if exact is None else exact:
            chosen += small.members[ends[part[edge]]]
    return chosen, is_proven


# --- the exact search --------------------------------------------------------------------------------------------


def _exact(graph: Numbered) -> tuple[int, ...] | None:
    """Return the edges with the lowest total weight; None if it takes too much work to find them.

    An implicit hitting set (Chandrasekaran, Karp, Moreno-Centeno, Vempala, 2011): find the lightest edges that break
    some short cycles, add the cycles that are left, and repeat until none is left.
    """
    finder = _RingFinder(graph)
    rings = finder.rings(range(len(graph.ends)))
    for _ in range(_ROUNDS):
        if finder.left < 0:
            return None
        chosen, is_proven = hitting_set(rings, graph.weights.__getitem__, _SETS)
        if not is_proven:
            return None
        broken = set(chosen)
        more = finder.rings([edge for edge in range(len(graph.ends)) if edge not in broken])
        if not more:
            return chosen
        rings |= more
    return None


class _RingFinder:
    """Finds short cycles, each a set of edges; ``left`` is the work that is left, negative if there was too much."""

    def __init__(self, graph: Numbered) -> None:
        self.left = _READS
        self._ends = graph.ends
        self._numbers = {pair: edge for edge, pair in enumerate(graph.ends)}

    def rings(self, edges: Iterable[int]) -> set[frozenset[int]]:
        """Return a shortest cycle for every one of some edges that is on a cycle; only some if it is too much work."""
        return {ring for part in cyclic_parts(map(self._ends.__getitem__, edges)) for ring in self._of_part(part)}

    def _of_part(self, part: Sequence[tuple[int, int]]) -> Iterator[frozenset[int]]:
        heads: dict[int, list[int]] = {}
        tails: dict[int, list[int]] = {}
        for tail, head in part:
            heads.setdefault(tail, []).append(head)
            tails.setdefault(head, []).append(tail)
        for start, before in tails.items():
            if self.left < 0:
                return
            parent = self._reached(heads, start, set(before))
            for tail in before:
                ring = frozenset(self._ring(parent, start, tail))
                self.left -= len(ring)
                yield ring

    def _reached(self, heads: Mapping[int, Sequence[int]], start: int, goals: set[int]) -> dict[int, int]:
        """Return the predecessor of each node in a breadth-first search from ``start`` to all of the goals."""
        before = {start: start}
        goals.discard(start)
        todo = [start]
        for node in todo:
            if not goals:
                break
            self.left -= len(heads[node])
            for head in heads[node]:
                if head not in before:
                    before[head] = node
                    todo.append(head)
                    goals.discard(head)
        return before

    def _ring(self, before: Mapping[int, int], start: int, end: int) -> Iterator[int]:
        yield self._numbers[end, start]
        while end != start:
            yield self._numbers[before[end], end]
            end = before[end]
