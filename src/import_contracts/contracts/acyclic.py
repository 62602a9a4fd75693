"""The contract type ``acyclic``: modules must not form import cycles."""

from __future__ import annotations

from collections.abc import Set

from import_contracts.contracts.findings import Cut, Description, Findings, Part, Violation
from import_contracts.contracts.table import Table
from import_contracts.graph.components import cycles_in
from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import Chain, ImportGraph
from import_contracts.graph.removal_order import in_order
from import_contracts.graph.rings import shortest_ring, shortest_rings
from import_contracts.records import dataclass
from import_contracts.wording import path


@dataclass(frozen=True, slots=True)
class Acyclic:
    """No module may import itself, directly or through other modules. A package and its child are two modules."""

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every cyclic import; its chain is the shortest elementary cycle through it.

        In a large component, only the shorter ones of these chains are whole.
        """
        violations, cuts = [], []
        for component in cycles_in(graph):
            shortest, is_proven = shortest_ring(graph, component)
            message = _sentence(component, shortest, is_shortest=is_proven)
            rings = shortest_rings(graph, component)
            violations += [
                Violation(*edge, "", message, ring or (edge,), is_chain_cut=not ring) for edge, ring in rings.items()
            ]
            weights = dict.fromkeys(rings, 1)
            cut = feedback_set(weights)
            cuts.append(Cut(message, tuple(edge for edge, _ in in_order(cut.edges, weights)), cut.is_minimum))
        return Findings(tuple(violations), tuple(cuts))

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words; it covers every module."""
        sentence = "No module may import itself, directly or through other modules."
        return Description((sentence,), tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return a message if a module of ``imported`` reaches one of ``importers``."""
        back = graph.routes_to(importers, frozenset())
        return ("a direct import would close a cycle",) if any(map(back.lead_from, imported)) else ()


def _sentence(component: tuple[str, ...], ring: Chain, *, is_shortest: bool) -> str:
    if len(component) == 1:
        return f"{component[0]} must not import itself"
    if len(component) == 2:
        return "{} and {} must not import each other".format(*component)
    steps = path([*(importer for importer, _ in ring), ring[0][0]])
    which = "the shortest" if is_shortest else "a short one"
    return f"{len(component)} modules must not form a cycle; {which} is {steps}"


def parse(_: Table) -> Acyclic:
    """Return the rule. The type has no keys of its own."""
    return Acyclic()
