"""The imports that break a contract, as a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from import_contracts.drawing.mermaid import RED, declared, flowchart, styled
from import_contracts.drawing.picture import draw_imports
from import_contracts.graph.import_graph import Edge
from import_contracts.reports.check import ReportedViolation
from import_contracts.wording import count

# The most edges in a diagram of chains, and in one of packages; a larger one would not be readable.
_EDGES = 30
_ARROWS = 100


def picture(violations: Sequence[ReportedViolation], marked: Collection[Edge]) -> Iterator[str]:
    """Yield a diagram of the chains of violations as a Markdown block, with the ``marked`` imports in red.

    Only whole chains are drawn, the first that fit; a line below the diagram has the number of the others.
    """
    chains = [[(step.importer, step.imported) for step in violation.chain] for violation in violations]
    edges: dict[Edge, None] = {}
    drawn = 0
    for chain in chains:
        if len(edges.keys() | set(chain)) <= _EDGES:
            edges.update(dict.fromkeys(chain))
            drawn += 1
    if not edges:
        return
    red = [number for number, edge in enumerate(edges) if edge in marked]
    yield from _block([*_graph(list(edges)), *styled(red, RED)])
    notes = ["In red: the imports to remove."] if red else []
    notes += [f"Not shown: {count(len(chains) - drawn, 'violation')}."] if drawn < len(chains) else []
    if notes:
        yield " ".join(notes)
        yield ""


def overview(violations: Sequence[ReportedViolation]) -> Iterator[str]:
    """Yield a map of the imports of cycles in levels as a Markdown block, and lines about it.

    They are collapsed to packages, as deep as fits. Nothing if all imports fit into a picture of chains, or if there
    are too many packages.
    """
    edges = {(step.importer, step.imported) for violation in violations for step in violation.chain}
    if len(edges) <= _EDGES:
        return
    found = draw_imports(edges, _EDGES)
    if 0 < len(found.drawn) <= _ARROWS:
        yield from _block(flowchart(found))
        yield f"The cycles between packages: {' '.join(found.legend)}"
        yield ""


def _block(lines: Iterable[str]) -> Iterator[str]:
    yield "```mermaid"
    yield from lines
    yield "```"
    yield ""


def _graph(edges: Sequence[Edge]) -> Iterator[str]:
    modules = dict.fromkeys(module for edge in edges for module in edge)
    nodes = {module: f"m{number}" for number, module in enumerate(modules)}
    yield "graph LR"
    yield from declared({node: module for module, node in nodes.items()})
    yield from (f"  {nodes[importer]} --> {nodes[imported]}" for importer, imported in edges)
