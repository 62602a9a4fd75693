"""The layers of sibling modules: an order in which, as far as possible, imports lead only downwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from import_contracts.graph.components import components
from import_contracts.graph.import_graph import Edge, ImportGraph

Connections = Mapping[str, Collection[str]]
"""For each sibling, the siblings that it reaches directly or through modules that are in none of them."""

_OUTERMOST = frozenset({"__main__", "conftest", "tests"})
"""The names of siblings that are in the highest layer, even if they import none of the others."""


@dataclass(frozen=True, slots=True)
class Level:
    """Siblings at one height, sorted.

    No two of them are connected; if ``is_tangle``, all of them reach each other.
    """

    members: tuple[str, ...]
    is_tangle: bool = False


def connections(graph: ImportGraph, siblings: Collection[str]) -> Connections:
    """Return which siblings, each with everything inside it, reach which others.

    These are the connections that contracts of type layers and independence check. One search backwards from all
    siblings at once.
    """
    sibling_of = {member: sibling for sibling in siblings for member in graph.subtree(sibling)}
    reached: dict[str, set[str]] = {sibling: set() for sibling in siblings}
    leads: dict[str, set[str]] = {}
    pending = {member: {sibling} for member, sibling in sibling_of.items()}
    while pending:
        new: dict[str, set[str]] = {}
        for imported, targets in pending.items():
            for importer in graph.importers_of(imported):
                if importer in sibling_of:
                    reached[sibling_of[importer]] |= targets
                elif more := targets - leads.setdefault(importer, set()):
                    leads[importer] |= more
                    new.setdefault(importer, set()).update(more)
        pending = new
    return {sibling: frozenset(targets - {sibling}) for sibling, targets in reached.items()}


def levels(connected: Connections) -> tuple[Level, ...]:
    """Return the siblings in levels, the highest first; no sibling reaches a level above its own.

    Siblings that reach each other are a tangle, which is a level of its own. Every other sibling is as low as possible,
    except that siblings which no other reaches are at the top if they reach others or are entry points or tests. For
    example, the levels of a -> b -> c and d -> c are (a, d), (b) and (c).
    """
    tangles = components(connected)
    tangle_of = {member: tangle for tangle in tangles for member in tangle}
    units = sorted({tangle_of.get(sibling, (sibling,)) for sibling in connected})
    below = {
        unit: {tangle_of.get(other, (other,)) for member in unit for other in connected[member]} - {unit}
        for unit in units
    }
    heights: dict[tuple[str, ...], int] = {}
    for unit in TopologicalSorter(below).static_order():
        heights[unit] = max((heights[other] + 1 for other in below[unit]), default=0)
    reached = frozenset().union(*connected.values())
    top = max(heights.values(), default=0)
    heights |= {unit: top for unit in units if reached.isdisjoint(unit) and _may_be_on_top(unit[0], connected)}
    return tuple(
        level for height in sorted(set(heights.values()), reverse=True) for level in _levels_of(units, heights, height)
    )


def _may_be_on_top(sibling: str, connected: Connections) -> bool:
    return bool(connected[sibling]) or sibling.rpartition(".")[2] in _OUTERMOST


def _levels_of(
    units: Collection[tuple[str, ...]], heights: Mapping[tuple[str, ...], int], height: int
) -> Iterator[Level]:
    here = [unit for unit in units if heights[unit] == height]
    alone = tuple(unit[0] for unit in here if len(unit) == 1)
    if alone:
        yield Level(alone)
    yield from (Level(unit, is_tangle=True) for unit in here if len(unit) > 1)


def imports_between(graph: ImportGraph, siblings: Collection[str]) -> dict[Edge, list[Edge]]:
    """Return, for each pair of siblings, the imports of modules in the second by modules in the first; all sorted."""
    sibling_of = {member: sibling for sibling in siblings for member in graph.subtree(sibling)}
    between: dict[Edge, list[Edge]] = {}
    for importer, sibling in sorted(sibling_of.items()):
        for imported in graph.imported_by(importer):
            other = sibling_of.get(imported, sibling)
            if other != sibling:
                between.setdefault((sibling, other), []).append((importer, imported))
    return dict(sorted(between.items()))
