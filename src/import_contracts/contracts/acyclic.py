"""No cycle among modules at all."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from import_contracts.contracts.findings import Cut, Description, Findings, Part, Violation
from import_contracts.contracts.table import Table
from import_contracts.graph.components import components, rings
from import_contracts.graph.feedback_arcs import feedback_set, in_order
from import_contracts.graph.import_graph import Chain, ImportGraph


@dataclass(frozen=True, slots=True)
class Acyclic:
    """No module may import itself, be it through others; a package and its own child are two modules like any."""

    def check(self, graph: ImportGraph) -> Findings:
        """Return every cyclic import, each with the shortest ring that it closes."""
        violations, cuts = [], []
        for component in components({module: graph.imported_by(module) for module in graph.modules}):
            found = tuple(rings(graph, component))
            message = _sentence(component, min(found, key=len))
            violations += [Violation(*ring[0], None, message, ring) for ring in found]
            weights = {ring[0]: 1 for ring in found}
            cut = feedback_set(weights)
            cuts.append(Cut(message, tuple(edge for edge, _ in in_order(cut.edges, weights)), cut.is_minimum))
        return Findings(tuple(violations), tuple(cuts))

    def describe(self, graph: ImportGraph) -> Description:
        """Return what it says: of every module the same."""
        sentence = "No module may import itself, be it through others."
        return Description((sentence,), tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return that a cycle may close, where one of the importers is reached from what they would import."""
        back = graph.routes_to(importers, frozenset())
        return ("a cycle may close, as there is a way back",) if any(map(back.lead_from, imported)) else ()


def _sentence(component: tuple[str, ...], ring: Chain) -> str:
    if len(component) == 1:
        return f"{component[0]} must not import itself"
    if len(component) == 2:
        return "{} and {} must not import each other".format(*component)
    steps = " -> ".join([*(importer for importer, _ in ring), ring[0][0]])
    return f"{len(component)} modules must not form a cycle, of which the shortest ring is {steps}"


def parse(_: Table) -> Acyclic:
    """Read nothing: the contract is about the whole graph."""
    return Acyclic()
