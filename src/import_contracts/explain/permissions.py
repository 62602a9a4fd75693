"""What a module may import, and which modules may import it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from import_contracts.contracts.types import TYPES
from import_contracts.explain.views import View
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import parent
from import_contracts.reports.explain import Permissions, Region


def permissions(module: str, graph: ImportGraph, views: Sequence[View]) -> Permissions:
    """Return what contracts allow a module, which need not exist, to import, and which modules may import it.

    Contracts about cycles, about counts, or about the text of modules, are left out.
    """
    asked = [view for view in views if view.verdict.is_checked and not _is_left_out(view)]
    others = [each for each in graph.modules if each != module]
    imports = _forbidden([(module, each) for each in others], asked)
    importers = _forbidden([(each, module) for each in others if each not in graph.external], asked)
    return Permissions(
        module,
        exists=module in graph,
        imports=tuple(_regions(graph, {imported: ids for (_, imported), ids in imports.items()})),
        importers=tuple(_regions(graph, {importer: ids for (importer, _), ids in importers.items()})),
        covered_by=tuple(view.contract.id for view in asked if module in view.covers),
        left_out=tuple(view.contract.id for view in views if view not in asked),
    )


def _is_left_out(view: View) -> bool:
    of_type = TYPES.get(view.contract.type)
    return of_type is not None and (of_type.about_cycles or of_type.about_counts or of_type.reads_text)


def _forbidden(imports: Sequence[Edge], views: Sequence[View]) -> dict[Edge, tuple[str, ...]]:
    """Return the ids of the contracts that forbid each of some imports."""
    forbidding = [(view.contract.id, view.forbidden(imports)) for view in views]
    return {edge: tuple(id_ for id_, forbidden in forbidding if edge in forbidden) for edge in imports}


def _regions(graph: ImportGraph, found: Mapping[str, tuple[str, ...]]) -> Iterator[Region]:
    """Yield the packages in which all modules have the same contracts, and other modules alone, sorted by name."""
    external = sorted(each for each in found if each in graph.external and parent(each) not in graph.external)
    for top in [*(each for each in graph.roots), *external]:
        yield from _region(graph, top, found)


def _region(graph: ImportGraph, module: str, found: Mapping[str, tuple[str, ...]]) -> Iterator[Region]:
    inside = graph.subtree(module) & found.keys()
    different = {found[each] for each in inside}
    if len(different) == 1:
        yield Region(module, alone=False, modules=len(inside), contracts=different.pop())
        return
    if module in found:
        yield Region(module, alone=module not in graph.external, modules=1, contracts=found[module])
    for child in graph.children(module):
        yield from _region(graph, child, found)
