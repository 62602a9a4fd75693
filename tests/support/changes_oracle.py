"""The cheapest changes after which no cycle is left, by an integer program: slow to import, and exact.

A column for each change, and one for each way to remove an edge, which is at most each of its changes. A row for each
ring: one of its edges is removed, or one of the changes that add its edges is not made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from import_contracts.graph.changes import Changes
from tests.support.feedback_oracle import _cyclic, _shortest

Edge = tuple[str, str]
Row = tuple[frozenset[int], frozenset[frozenset[int]]]
"""The changes that add edges of a ring, and the ways to remove others."""


def cheapest(changes: Changes) -> int:
    """Return the least cost; rings become rows as they are found."""
    chosen: set[int] = set()
    rows: set[Row] = set()
    while True:
        left = [edge for edge in changes.edges if _is_there(edge, changes, chosen)]
        more = {_row(ring, changes, chosen) for edge in _cyclic(left) if (ring := _shortest(left, edge))}
        if not more:
            return sum(changes.costs[change] for change in chosen)
        assert not more <= rows
        rows |= more
        chosen = _solved(changes, rows)


def _is_there(edge: Edge, changes: Changes, chosen: Collection[int]) -> bool:
    removed = any(way.issubset(chosen) for way in changes.ways.get(edge, [frozenset()]))
    return not removed or any(change in chosen for change in changes.added.get(edge, ()))


def _row(ring: list[Edge], changes: Changes, chosen: Collection[int]) -> Row:
    added, ways = set(), set()
    for edge in ring:
        if edge in changes.ways and not any(way.issubset(chosen) for way in changes.ways[edge]):
            ways |= set(changes.ways[edge])
        else:
            added.add(next(change for change in changes.added[edge] if change in chosen))
    return frozenset(added), frozenset(ways)


def _solved(changes: Changes, rows: Collection[Row]) -> set[int]:
    number = len(changes.costs)
    column = {way: number + at for at, way in enumerate(sorted({way for _, ways in rows for way in ways}, key=sorted))}
    cells, least = [], []
    for line, bound in _lines(rows, column):
        cells.append(line)
        least.append(bound)
    matrix = lil_array((len(cells), number + len(column)))
    for at, line in enumerate(cells):
        for place, value in line.items():
            matrix[at, place] = value
    found = milp(
        np.array([*changes.costs, *[0] * len(column)]),
        constraints=LinearConstraint(matrix.tocsr(), lb=np.array(least)),
        integrality=np.ones(number + len(column), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert found.x is not None, found.message
    return {change for change in range(number) if found.x[change] > 0.5}


def _lines(rows: Collection[Row], column: dict[frozenset[int], int]) -> Iterator[tuple[dict[int, int], int]]:
    for way, at in column.items():
        for change in way:
            yield {change: 1, at: -1}, 0
    for added, ways in rows:
        yield {column[way]: 1 for way in ways} | dict.fromkeys(added, -1), 1 - len(added)
