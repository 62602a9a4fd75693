"""The order in which siblings depend on one another, as far as there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from import_contracts.graph.components import components
from import_contracts.graph.import_graph import Edge, ImportGraph

Connections = Mapping[str, Collection[str]]
"""From each sibling to those that it reaches directly or through modules that lie in none of them."""

_OUTERMOST = frozenset({"__main__", "conftest", "tests"})
"""What is on top even if it imports none of its siblings."""


@dataclass(frozen=True, slots=True)
class Level:
    """Siblings of one height, sorted: no two of them are connected, or, in a tangle, all depend on one another."""

    members: tuple[str, ...]
    is_tangle: bool = False


def connections(graph: ImportGraph, siblings: Collection[str]) -> Connections:
    """Return which siblings, each taken with all that is inside it, reach which others.

    This is what layers and independence forbid. One search backwards from all of them at once.
    """
    home = {member: sibling for sibling in siblings for member in graph.subtree(sibling)}
    found: dict[str, set[str]] = {sibling: set() for sibling in siblings}
    leads: dict[str, set[str]] = {}
    pending = {member: {sibling} for member, sibling in home.items()}
    while pending:
        new: dict[str, set[str]] = {}
        for imported, targets in pending.items():
            for importer in graph.importers_of(imported):
                if importer in home:
                    found[home[importer]] |= targets
                elif more := targets - leads.setdefault(importer, set()):
                    leads[importer] |= more
                    new.setdefault(importer, set()).update(more)
        pending = new
    return {sibling: frozenset(targets - {sibling}) for sibling, targets in found.items()}


def levels(connected: Connections) -> tuple[Level, ...]:
    """Return the siblings level by level, the highest first, so that none reaches a level above its own.

    A sibling is as low as can be, but those that none reaches and that are not alone are on top: these are what is
    run, or tests. Siblings that reach one another are a tangle, which is a level of its own.
    """
    tangles = components(connected)
    home = {member: tangle for tangle in tangles for member in tangle}
    units = sorted({home.get(sibling, (sibling,)) for sibling in connected})
    below = {
        unit: {home.get(other, (other,)) for member in unit for other in connected[member]} - {unit} for unit in units
    }
    heights: dict[tuple[str, ...], int] = {}
    for unit in TopologicalSorter(below).static_order():
        heights[unit] = max((heights[other] + 1 for other in below[unit]), default=0)
    reached = frozenset().union(*connected.values())
    top = max(heights.values(), default=0)
    heights |= {unit: top for unit in units if reached.isdisjoint(unit) and _may_be_on_top(unit[0], connected)}
    return tuple(level for height in range(top, -1, -1) for level in _levels_of(units, heights, height))


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
    """Return for each pair of siblings the imports that lead directly from the one into the other; all sorted."""
    home = {member: sibling for sibling in siblings for member in graph.subtree(sibling)}
    found: dict[Edge, list[Edge]] = {}
    for importer, sibling in sorted(home.items()):
        for imported in graph.imported_by(importer):
            other = home.get(imported, sibling)
            if other != sibling:
                found.setdefault((sibling, other), []).append((importer, imported))
    return dict(sorted(found.items()))
