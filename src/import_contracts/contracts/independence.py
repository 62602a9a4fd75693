"""Modules that must not depend on one another."""

from __future__ import annotations

from dataclasses import dataclass

from import_contracts.contracts.apart import Group, keep_apart
from import_contracts.contracts.expansion import Expansion
from import_contracts.graph import ImportGraph
from import_contracts.names import ModulePattern
from import_contracts.table import Table
from import_contracts.violations import Findings


@dataclass(frozen=True, slots=True)
class Independence:
    """None of the modules may reach another one of them, directly or through modules that are none of them."""

    modules: tuple[ModulePattern, ...]

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import that leaves one module and leads to another."""
        expansion = Expansion(graph)
        modules = expansion.modules("modules", self.modules)
        expansion.refuse_overlap("modules", ([module] for module in modules))
        if expansion.failed:
            return Findings(problems=expansion.problems)
        if len(modules) < 2:
            expansion.warn("modules", "This contract cannot be broken: it names fewer than two modules.")
        groups = [Group(module, graph.subtree(module)) for module in modules]
        if len(groups) > 1 and not any(group.can_import(graph) for group in groups):
            expansion.warn("modules", "This contract cannot be broken: none of its modules lies in the program.")
        barred = frozenset().union(*(group.members for group in groups))
        pairs = ((source, target) for target in groups for source in groups if source is not target)
        return Findings(*keep_apart(graph, pairs, barred), expansion.problems)


def parse(table: Table) -> Independence:
    """Read ``modules``."""
    return Independence(table.modules("modules"))
