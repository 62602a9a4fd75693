"""The part of a program that breaks a contract as a picture, in Mermaid."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from import_contracts.graph.import_graph import Edge
from import_contracts.reporters.words import count
from import_contracts.reports.check import ReportedViolation

# More than this nobody reads.
_EDGES = 30

_SPECIAL = re.compile(r"[^\w.]")


def picture(violations: Sequence[ReportedViolation], marked: Collection[Edge]) -> Iterator[str]:
    """Yield a picture of the chains of violations as a Markdown block, with some imports in red.

    The first chains that fit are drawn, each as a whole, and it is said how many are not.
    """
    chains = [[(step.importer, step.imported) for step in each.chain] for each in violations if each.chain]
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
    said = ["In red: the imports to remove."] if red else []
    said += [f"Not in the picture: {count(len(chains) - drawn, 'violation')}."] if drawn < len(chains) else []
    if said:
        yield " ".join(said)
        yield ""


def _graph(edges: Sequence[Edge]) -> Iterator[str]:
    nodes = {
        module: f"m{number}" for number, module in enumerate(dict.fromkeys(each for edge in edges for each in edge))
    }
    yield "graph LR"
    yield from (f'  {node}["{_label(module)}"]' for module, node in nodes.items())
    yield from (f"  {nodes[importer]} --> {nodes[imported]}" for importer, imported in edges)


def _label(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
