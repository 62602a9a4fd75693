"""Where boxes and arrows are: rows of boxes with few crossings, and a way around boxes for each arrow.

A layered drawing (Sugiyama, Tagawa, Toda, 1981). An arrow that passes a row does so through a *gap*, a place of its own
between the boxes. Arrows of one sort that lead to the same box share their gaps, so that they join like rivers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import NamedTuple

_SWEEPS, _STRAIGHTENINGS = 12, 24
"""How often the rows are put into order, and how often their places are improved."""
_READS = 400_000
"""How many pairs of neighbours are compared at most when neighbours are swapped."""
_GAP = 10.0
"""The width of a gap, in the unit of the widths of boxes."""


class Arrow(NamedTuple):
    """A link between boxes of different rows; those of one ``sort`` that lead to one box share their gaps."""

    start: str
    end: str
    sort: Hashable


class Node(NamedTuple):
    """What is in a row: a box, or the gap for arrows of a sort to a box."""

    box: str
    sort: Hashable = None
    row: int = -1

    @property
    def is_gap(self) -> bool:
        """Whether this is no box."""
        return self.row >= 0


@dataclass(frozen=True)
class Arrangement:
    """The nodes of each row, from the left, the middle of each node, and the nodes that each arrow passes.

    ``widths`` are those of the boxes, as they were given.
    """

    rows: tuple[tuple[Node, ...], ...]
    widths: Mapping[str, float]
    middles: Mapping[Node, float]
    ways: Mapping[Arrow, tuple[Node, ...]]

    @property
    def boxes(self) -> tuple[tuple[str, ...], ...]:
        """The boxes of each row, from the left."""
        return tuple(tuple(node.box for node in row if not node.is_gap) for row in self.rows)


def arrange(rows: Sequence[Sequence[str]], arrows: Iterable[Arrow], widths: Mapping[str, float]) -> Arrangement:
    """Return an arrangement of boxes, whose widths include the space around them; each is in one of the rows.

    The order within the rows that are given does not matter, nor does that of the arrows.
    """
    row_of = {box: number for number, row in enumerate(rows) for box in row}
    ways = {arrow: _way(arrow, row_of) for arrow in sorted(arrows, key=lambda arrow: (arrow[:2], str(arrow.sort)))}
    nodes: list[dict[Node, None]] = [{Node(box): None for box in sorted(row)} for row in rows]
    for way in ways.values():
        for node in way:
            if node.is_gap:
                nodes[node.row].setdefault(node)
    graph = _Rows([list(row) for row in nodes], ways.values())
    graph.order()
    return Arrangement(tuple(map(tuple, graph.rows)), widths, graph.middles(widths), ways)


def _way(arrow: Arrow, row_of: Mapping[str, int]) -> tuple[Node, ...]:
    """Return the nodes that an arrow passes, from its start to its end."""
    first, last = row_of[arrow.start], row_of[arrow.end]
    step = 1 if last > first else -1
    gaps = (Node(arrow.end, arrow.sort, row) for row in range(first + step, last, step))
    return (Node(arrow.start), *gaps, Node(arrow.end))


def split(
    levels: Iterable[Sequence[str]], widths: Mapping[str, float], arrows: Collection[Arrow], most: float
) -> list[tuple[str, ...]]:
    """Return rows of boxes: one for each level, or several of about the same number if it is wider than ``most``.

    What more arrows leave than enter goes into the lower rows, so that few arrows pass the others.
    """
    entering, leaving = Counter(arrow.end for arrow in arrows), Counter(arrow.start for arrow in arrows)
    rows = []
    for level in levels:
        number = ceil(sum(widths[box] for box in level) / most)
        boxes = sorted(level, key=lambda box: (leaving[box] - entering[box], box))
        size = ceil(len(boxes) / number)
        rows += [tuple(boxes[start : start + size]) for start in range(0, len(boxes), size)]
    return rows


class _Rows:
    """Rows of nodes whose order is improved."""

    def __init__(self, rows: list[list[Node]], ways: Iterable[Sequence[Node]]) -> None:
        self.rows = rows
        row_of = {node: number for number, row in enumerate(rows) for node in row}
        self._above: dict[Node, list[Node]] = {node: [] for node in row_of}
        self._below: dict[Node, list[Node]] = {node: [] for node in row_of}
        pieces = (pair if row_of[pair[0]] < row_of[pair[1]] else pair[::-1] for way in ways for pair in pairwise(way))
        for upper, lower in dict.fromkeys(pieces):
            self._below[upper].append(lower)
            self._above[lower].append(upper)
        self._place = {node: place for row in rows for place, node in enumerate(row)}
        self._size = {node: len(row) for row in rows for node in row}

    def order(self) -> None:
        """Put each row into an order with few crossings: by the mean place of the neighbours, then by swapping."""
        best, least = [list(row) for row in self.rows], self._crossings()
        for sweep in range(_SWEEPS):
            if not least:
                break
            neighbours, step = (self._below, -1) if sweep % 2 else (self._above, 1)
            for row in self.rows[::step]:
                self._sort(row, neighbours)
            if (found := self._crossings()) < least:
                best, least = [list(row) for row in self.rows], found
        self._restore(best)
        self._swap()

    def _restore(self, rows: list[list[Node]]) -> None:
        self.rows = rows
        self._place = {node: place for row in rows for place, node in enumerate(row)}

    def _sort(self, row: list[Node], neighbours: Mapping[Node, Sequence[Node]]) -> None:
        """Sort a row by the mean place of the neighbours on one side; a node without any stays where it is."""
        means = {
            node: sum(self._relative(each) for each in near) / len(near)
            if (near := neighbours[node])
            else self._relative(node)
            for node in row
        }
        row.sort(key=means.__getitem__)
        self._place.update((node, place) for place, node in enumerate(row))

    def _relative(self, node: Node) -> float:
        """Return the place of a node as a part of its row: 0 is its left end, 1 its right end."""
        return (self._place[node] + 0.5) / self._size[node]

    def _crossings(self) -> int:
        """Return the number of crossings between all rows that follow each other."""
        return sum(map(self._crossings_below, self.rows))

    def _crossings_below(self, row: Sequence[Node]) -> int:
        """Return the number of crossings below a row: the pairs of places below that are in the wrong order."""
        seen: list[int] = []
        crossings = 0
        for node in row:
            places = sorted(self._place[lower] for lower in self._below[node])
            crossings += sum(len(seen) - bisect_right(seen, place) for place in places)
            for place in places:
                insort(seen, place)
        return crossings

    def _swap(self) -> None:
        """Swap neighbours in a row as long as that saves crossings, and there is work left."""
        left, improves = _READS, True
        while improves and left > 0:
            improves = False
            for row in self.rows:
                for place in range(len(row) - 1):
                    one, other = row[place], row[place + 1]
                    left -= len(self._above[one]) + len(self._below[one]) + 1
                    if left > 0 and self._gain(one, other) > 0:
                        row[place], row[place + 1] = other, one
                        self._place[one], self._place[other] = place + 1, place
                        improves = True

    def _gain(self, one: Node, other: Node) -> int:
        """Return how many crossings it saves to swap two neighbours of a row."""
        gain = 0
        for side in (self._above, self._below):
            left, right = (sorted(self._place[each] for each in side[node]) for node in (one, other))
            gain += _inversions(left, right) - _inversions(right, left)
        return gain

    def middles(self, widths: Mapping[str, float]) -> dict[Node, float]:
        """Return the middle of each node: near its neighbours, and without an overlap; the leftmost edge is at 0.

        Each row is moved to the mean places of the neighbours above, then below, then on both sides.
        """
        width = {node: _GAP if node.is_gap else widths[node.box] for row in self.rows for node in row}
        middle: dict[Node, float] = {}
        for row in self.rows:
            places = _apart([0.0] * len(row), [1.0] * len(row), [width[each] for each in row])
            middle.update(zip(row, places, strict=True))
        for turn in range(_STRAIGHTENINGS):
            step = -1 if turn % 2 else 1
            for row in self.rows[::step]:
                near = [self._near(node, turn) for node in row]
                wanted = [_mean(node, each, middle) for node, each in zip(row, near, strict=True)]
                weights = [1.0 + 8.0 * node.is_gap if each else 0.01 for node, each in zip(row, near, strict=True)]
                middle.update(zip(row, _apart(wanted, weights, [width[each] for each in row]), strict=True))
        least = min((middle[node] - width[node] / 2 for node in middle), default=0.0)
        return {node: at - least for node, at in middle.items()}

    def _near(self, node: Node, turn: int) -> Sequence[Node]:
        if turn >= _STRAIGHTENINGS // 2:
            return [*self._above[node], *self._below[node]]
        return self._below[node] if turn % 2 else self._above[node]


def _mean(node: Node, near: Sequence[Node], middle: Mapping[Node, float]) -> float:
    """Return the mean middle of the neighbours of a node, of which gaps count more; its own if there are none."""
    weights = [8 if node.is_gap and each.is_gap else 1 for each in near]
    total = sum(weight * middle[each] for weight, each in zip(weights, near, strict=True))
    return total / sum(weights) if near else middle[node]


def _inversions(left: Sequence[int], right: Sequence[int]) -> int:
    """Return the number of pairs of a place on the left and a smaller place on the right; both are sorted."""
    return sum(bisect_left(right, place) for place in left)


def _apart(wanted: Sequence[float], weights: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Return the middles nearest to those wanted, by weighted squares, of things in a row that must not overlap.

    Without the widths to the left of each, the middles must not descend: an isotonic regression, whose solution pools
    neighbours that are in the wrong order (Ayer and others, 1955).
    """
    offsets = [0.0]
    for one, other in pairwise(widths):
        offsets.append(offsets[-1] + (one + other) / 2)
    pools: list[tuple[float, float, int]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=False):
        value, heavy, size = want - offset, weight, 1
        while pools and pools[-1][0] > value:
            before, more, others = pools.pop()
            value = (value * heavy + before * more) / (heavy + more)
            heavy, size = heavy + more, size + others
        pools.append((value, heavy, size))
    flat = [value for value, _, size in pools for _ in range(size)]
    return [value + offset for value, offset in zip(flat, offsets, strict=False)]
