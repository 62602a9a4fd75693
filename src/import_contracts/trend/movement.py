"""What moved the cycles: the commits between two at which they changed, and the imports that did it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from import_contracts.graph.components import components
from import_contracts.graph.import_graph import Edge
from import_contracts.reports.trend import Commit, Item, Moved

Imports = Mapping[Edge, Item]
"""The runtime imports of a program, with the place of each."""
Modules = tuple[str, ...]


def changes_at(first: int, last: int, value: Callable[[int], object]) -> Iterator[int]:
    """Yield the numbers at which a value differs from the one before, from ``first`` to ``last``.

    The range is halved where its ends differ, and skipped where they are equal: a change that was undone in between is
    not found.
    """
    if value(first) == value(last):
        return
    if last - first == 1:
        yield last
        return
    middle = (first + last) // 2
    yield from changes_at(first, middle, value)
    yield from changes_at(middle, last, value)


def moved(commit: Commit | None, before: Imports, after: Imports) -> Iterator[Moved]:
    """Yield how each runtime cycle has changed, with the imports that did it; sorted by modules.

    A cycle is the one before with which it shares the most modules.
    """
    old, new = _cycles(before), _cycles(after)
    partner = {cycle: _nearest(cycle, old) for cycle in new}
    for cycle, was in partner.items():
        if was != cycle:
            grew = not set(cycle) <= set(was)
            edges = _needed(cycle, before, after) if grew else _missed(was, before, after)
            yield Moved(commit, was, cycle, _items(edges, after if grew else before))
    for cycle in old:
        if cycle not in partner.values():
            into = _nearest(cycle, new)
            edges = _missed(cycle, before, after)
            if not set(cycle) <= set(into):  # else it has become a part of another
                yield Moved(commit, cycle, (), _items(edges, before))


def _items(edges: Iterable[Edge], imports: Imports) -> tuple[Item, ...]:
    return tuple(imports[edge] for edge in sorted(edges))


def _cycles(edges: Iterable[Edge]) -> tuple[Modules, ...]:
    heads: dict[str, set[str]] = {}
    for importer, imported in edges:
        heads.setdefault(importer, set()).add(imported)
        heads.setdefault(imported, set())
    return components(heads)


def _nearest(cycle: Modules, others: Collection[Modules]) -> Modules:
    """Return the one of some cycles that has the most modules of another; () if none has any."""
    return max(
        (each for each in others if set(each) & set(cycle)), key=lambda each: len(set(each) & set(cycle)), default=()
    )


def _inside(cycle: Modules, edges: Iterable[Edge]) -> set[Edge]:
    modules = set(cycle)
    return {(importer, imported) for importer, imported in edges if importer in modules and imported in modules}


def _needed(cycle: Modules, before: Imports, after: Imports) -> set[Edge]:
    """Return imports that came, without any of which the modules would not be one cycle; as few as can be left."""
    inside = _inside(cycle, after)
    came = inside - before.keys()
    for edge in sorted(came):
        if _cycles(inside - {edge}) == (cycle,):
            inside -= {edge}
    return inside & came


def _missed(cycle: Modules, before: Imports, after: Imports) -> set[Edge]:
    """Return imports that went, with any of which the modules would be one cycle again; as few as can be left."""
    left = _inside(cycle, after)
    went = _inside(cycle, before) - after.keys()
    missed = set()
    for edge in sorted(went):
        if _cycles(left | {edge}) == (cycle,):
            missed.add(edge)
        else:
            left |= {edge}
    return missed
