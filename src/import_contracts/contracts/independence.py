"""Modules that must not depend on one another."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from import_contracts.contracts.findings import Account, Findings, Part
from import_contracts.contracts.matching import Expansion
from import_contracts.contracts.separation import Group, keep_apart, objections
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern, listed


@dataclass(frozen=True, slots=True)
class Independence:
    """None of the modules may reach another one of them, directly or through modules that are none of them."""

    modules: tuple[ModulePattern, ...]

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import that leaves one module and leads to another."""
        expansion = Expansion(graph)
        groups = self._groups(expansion)
        expansion.refuse_overlap("modules", ([group.name] for group in groups))
        if expansion.failed:
            return Findings(problems=expansion.problems)
        if len(groups) < 2:
            expansion.warn("modules", "This contract cannot be broken: it names fewer than two modules.")
        if len(groups) > 1 and not any(group.can_import(graph) for group in groups):
            expansion.warn("modules", "This contract cannot be broken: none of its modules lies in the program.")
        barred = frozenset().union(*(group.members for group in groups))
        return Findings(*keep_apart(graph, self._pairs(groups), barred), expansion.problems)

    def account(self, graph: ImportGraph) -> Account:
        """Return what it says, with the modules that are independent."""
        sentences = (
            f"None of {listed(self.modules)} may import another one of them.",
            "Chains count as well, through modules that are none of them.",
        )
        groups = self._groups(Expansion(graph))
        return Account(sentences, tuple(Part("independent", group.name, group.members) for group in groups))

    def objections(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return why one of some modules must not import one of others."""
        return objections(self._pairs(self._groups(Expansion(graph))), importers, imported)

    def _groups(self, expansion: Expansion) -> list[Group]:
        graph = expansion.graph
        return [Group(module, graph.subtree(module)) for module in expansion.modules("modules", self.modules)]

    @staticmethod
    def _pairs(groups: list[Group]) -> Iterator[tuple[Group, Group]]:
        yield from ((source, target) for target in groups for source in groups if source is not target)


def parse(table: Table) -> Independence:
    """Read ``modules``."""
    return Independence(table.modules("modules"))
