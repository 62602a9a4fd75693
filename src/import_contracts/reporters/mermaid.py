"""The imports that break a contract, as a Mermaid diagram."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from import_contracts.graph.import_graph import Edge
from import_contracts.reports.check import ReportedViolation
from import_contracts.wording import count

# The most edges in a diagram; a larger one would not be readable.
_EDGES = 30

_SPECIAL = re.compile(r"[^\w.]")


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
    red = [str(number) for number, edge in enumerate(edges) if edge in marked]
    yield "```mermaid"
    yield from _graph(list(edges))
    if red:
        yield f"  linkStyle {','.join(red)} stroke:#d1242f,stroke-width:3px"
    yield "```"
    yield ""
    notes = ["In red: the imports to remove."] if red else []
    notes += [f"Not shown: {count(len(chains) - drawn, 'violation')}."] if drawn < len(chains) else []
    if notes:
        yield " ".join(notes)
        yield ""


def _graph(edges: Sequence[Edge]) -> Iterator[str]:
    modules = dict.fromkeys(module for edge in edges for module in edge)
    nodes = {module: f"m{number}" for number, module in enumerate(modules)}
    yield "graph LR"
    yield from (f'  {node}["{_label(module)}"]' for module, node in nodes.items())
    yield from (f"  {nodes[importer]} --> {nodes[imported]}" for importer, imported in edges)


def _label(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)
