"""The cheapest edges without which no cycle is left, by an integer program: slow to import, and exact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from import_contracts.graph.components import components

Edge = tuple[str, str]


def cheapest(weights: Mapping[Edge, int]) -> int:
    """Return the least total weight; cycles become constraints as they are found, the shortest of each edge first."""
    edges = sorted(weights)
    cycles = {frozenset(cycle) for edge in edges if (cycle := _shortest(edges, edge))}
    while True:
        chosen = _solved(edges, weights, cycles)
        left = [edge for edge in edges if edge not in chosen]
        more = {frozenset(cycle) for edge in _cyclic(left) if (cycle := _shortest(left, edge))}
        if not more:
            return sum(weights[edge] for edge in chosen)
        cycles |= more


def _solved(edges: list[Edge], weights: Mapping[Edge, int], cycles: Collection[frozenset[Edge]]) -> set[Edge]:
    if not cycles:
        return set()
    column = {edge: number for number, edge in enumerate(edges)}
    rows = lil_array((len(cycles), len(edges)))
    for row, cycle in enumerate(cycles):
        for edge in cycle:
            rows[row, column[edge]] = 1
    found = milp(
        np.array([weights[edge] for edge in edges]),
        constraints=LinearConstraint(rows.tocsr(), lb=1),
        integrality=np.ones(len(edges), dtype=np.int64),
        bounds=Bounds(0, 1),
    )
    assert found.x is not None, found.message
    return {edge for edge, value in zip(edges, found.x, strict=True) if value > 0.5}


def _cyclic(edges: Iterable[Edge]) -> list[Edge]:
    successors: dict[str, list[str]] = {}
    for tail, head in edges:
        successors.setdefault(tail, []).append(head)
    home = {node: number for number, nodes in enumerate(components(successors)) for node in nodes}
    return [edge for edge in edges if edge[0] in home and home[edge[0]] == home.get(edge[1])]


def _shortest(edges: Collection[Edge], edge: Edge) -> list[Edge] | None:
    """Return a shortest cycle through an edge."""
    successors: dict[str, list[str]] = {}
    for tail, head in edges:
        successors.setdefault(tail, []).append(head)
    before = {edge[1]: ""}
    todo = [edge[1]]
    for node in todo:
        for head in successors.get(node, ()):
            if head not in before:
                before[head] = node
                todo.append(head)
    if edge[0] not in before:
        return None
    cycle, node = [edge], edge[0]
    while node != edge[1]:
        cycle.append((before[node], node))
        node = before[node]
    return cycle
