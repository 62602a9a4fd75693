"""A minimum feedback arc set: the cheapest edges whose removal leaves a directed graph without cycles.

Finding one is NP-hard (Karp, 1972). Each component is solved exactly if that takes no more than a fixed amount of work,
else by a heuristic. The limit is on work, not on time, so the same edges give the same answer on every machine. The
order of the edges does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from import_contracts.graph.components import cyclic_parts
from import_contracts.graph.contraction import contracted
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.node_order import backward_edges
from import_contracts.graph.short_rings import RingFinder
from import_contracts.graph.weighted_edges import WeightedEdges
from import_contracts.records import dataclass

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
        solution, is_proven = _solved(WeightedEdges.of({edge: weights[edge] for edge in inside}))
        chosen += [inside[edge] for edge in solution]
        is_minimum &= is_proven
    return FeedbackSet(tuple(sorted(chosen)), is_minimum)


def _solved(graph: WeightedEdges) -> tuple[Collection[int], bool]:
    """Return the edges to remove from one component, and whether they are proven to be the lightest."""
    if graph.size == 1:
        return [0], True
    if graph.size * len(graph.ends) > _LARGE:
        return _solved_large(graph)
    exact = _exact(graph)
    return (backward_edges(graph), False) if exact is None else (exact, True)


def _solved_large(graph: WeightedEdges) -> tuple[Collection[int], bool]:
    """Return the same for a large component, whose cycles have no choice where nodes have one edge in and one out."""
    small, chosen = contracted(graph)
    ends = {pair: edge for edge, pair in enumerate(small.ends)}
    is_proven = True
    for part in cyclic_parts(small.ends):
        numbers = {node: number for number, node in enumerate(sorted({node for pair in part for node in pair}))}
        pairs = [(numbers[tail], numbers[head]) for tail, head in part]
        weights = [small.weights[ends[pair]] for pair in part]
        inner = WeightedEdges(pairs, weights, len(numbers))
        exact = _exact(inner)
        is_proven &= exact is not None
        for edge in backward_edges(inner) if exact is None else exact:
            chosen += small.members[ends[part[edge]]]
    return chosen, is_proven


# --- the exact search --------------------------------------------------------------------------------------------


def _exact(graph: WeightedEdges) -> tuple[int, ...] | None:
    """Return the edges with the lowest total weight; None if it takes too much work to find them.

    An implicit hitting set (Chandrasekaran, Karp, Moreno-Centeno, Vempala, 2011): find the lightest edges that break
    some short cycles, add the cycles that are left, and repeat until none is left.
    """
    finder = RingFinder(graph.ends, _READS)
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
