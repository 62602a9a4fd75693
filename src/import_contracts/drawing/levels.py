"""Levels: the cheapest links are cut so that all others lead downwards, and those that follow from others are left out.

The cut is that of plans, with the number of imports of a link as its weight. Layers, where there are some, hold: a link
from a lower to a higher one is cut.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from import_contracts.graph.components import components
from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.names import within

_BETWEEN = "\0"
"""What the name of a node between two layers begins with; no module has such a name."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Boxes in levels, the highest first; the boxes of a level are sorted by name.

    All links lead downwards, from a level to a lower one, except those in ``cut``, which lead upwards; sorted.
    ``is_minimum`` is True if no cheaper cut exists; with layers, none that keeps to them. ``reduced`` are the fewest of
    the links downwards from which the others follow; sorted. ``knots`` are the boxes that reach each other, as
    `components` returns them. ``is_layered`` is True if the levels keep to layers.
    """

    levels: tuple[tuple[str, ...], ...]
    cut: tuple[Edge, ...]
    is_minimum: bool
    reduced: tuple[Edge, ...]
    knots: tuple[tuple[str, ...], ...]
    is_layered: bool


def find_levels(
    boxes: Collection[str], weights: Mapping[Edge, int], layerings: Iterable[Sequence[Collection[str]]] = ()
) -> Levels:
    """Return the levels of boxes with links between them, and the weight of each link: its number of imports.

    Each box is as low as the links allow. ``layerings`` are layers of modules, the highest first; if they contradict
    each other, none of them is kept to.
    """
    order = set(_orders(boxes, layerings))
    if knots({node for edge in order for node in edge}, order):
        order = set()
    heavy = dict.fromkeys(order, sum(weights.values()) + 1)
    found = feedback_set({**heavy, **weights})
    cut = tuple(edge for edge in found.edges if edge in weights)
    gone = frozenset(found.edges)
    downwards = [edge for edge in weights if edge not in gone]
    heights = _heights(boxes, [*downwards, *order])
    levels: dict[int, list[str]] = {}
    for box in sorted(boxes):
        levels.setdefault(heights[box], []).append(box)
    return Levels(
        levels=tuple(tuple(levels[height]) for height in sorted(levels, reverse=True)),
        cut=cut,
        is_minimum=found.is_minimum,
        reduced=reduced(downwards, heights),
        knots=knots(boxes, weights),
        is_layered=bool(order),
    )


def knots(boxes: Collection[str], links: Iterable[Edge]) -> tuple[tuple[str, ...], ...]:
    """Return the boxes that reach each other, as `components` does."""
    successors: dict[str, list[str]] = {box: [] for box in boxes}
    for importer, imported in links:
        successors[importer].append(imported)
    return components(successors)


def boxes_in(layers: Iterable[Collection[str]], boxes: Collection[str]) -> list[list[str]]:
    """Return the boxes in each layer of modules that has some."""
    of_layers = ([box for box in boxes if any(within(box, module) for module in layer)] for layer in layers)
    return list(filter(None, of_layers))


def _orders(boxes: Collection[str], layerings: Iterable[Sequence[Collection[str]]]) -> Iterator[Edge]:
    """Yield edges from the boxes of each layer, over a node between, to those of the next one that has some."""
    for number, layers in enumerate(layerings):
        for height, (upper, lower) in enumerate(pairwise(boxes_in(layers, boxes))):
            node = f"{_BETWEEN}{number}/{height}"
            yield from ((box, node) for box in upper)
            yield from ((node, box) for box in lower)


def _heights(boxes: Iterable[str], edges: Iterable[Edge]) -> dict[str, int]:
    """Return the height of each box: the most boxes that come after it on a path; the nodes between do not count."""
    below: dict[str, set[str]] = {box: set() for box in boxes}
    for upper, lower in edges:
        below.setdefault(upper, set()).add(lower)
    heights: dict[str, int] = {}
    for node in TopologicalSorter(below).static_order():
        heights[node] = max((heights[each] + (each[0] != _BETWEEN) for each in below.get(node, ())), default=0)
    return heights


def reduced(edges: Iterable[Edge], heights: Mapping[str, int]) -> tuple[Edge, ...]:
    """Return the transitive reduction of edges without cycles, sorted: the fewest with the same paths.

    ``heights`` are numbers of the nodes such that every edge leads to a smaller one. Which nodes a node reaches is kept
    as the bits of one integer.
    """
    below: dict[str, list[str]] = {}
    for upper, lower in edges:
        below.setdefault(upper, []).append(lower)
    place = {node: number for number, node in enumerate(heights)}
    reach: dict[str, int] = {}
    kept: list[Edge] = []
    for upper in sorted(below, key=heights.__getitem__):
        seen = 0
        for lower in sorted(below[upper], key=lambda node: (-heights[node], node)):
            if not seen >> place[lower] & 1:
                kept.append((upper, lower))
                seen |= reach.get(lower, 0) | 1 << place[lower]
        reach[upper] = seen
    return tuple(sorted(kept))
