"""The contract type ``independence``: modules must not depend on each other."""

from __future__ import annotations

from collections.abc import Set

from import_contracts.contracts.findings import Description, Findings, Part
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.separation import Group, Separation
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern
from import_contracts.records import dataclass
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class Independence:
    """None of the modules may import another of them, directly or through modules that are not listed.

    Each module stands for everything inside it.
    """

    modules: tuple[ModulePattern, ...]

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import that leaves one module and leads to another."""
        matcher = Matcher(graph)
        groups = self._groups(matcher)
        matcher.refuse_overlap("modules", ([group.name] for group in groups))
        if matcher.failed:
            return Findings(problems=matcher.problems)
        if len(groups) < 2:
            matcher.warn("modules", "This contract cannot be broken: it names fewer than two modules.")
        if len(groups) > 1 and not any(group.can_import(graph) for group in groups):
            matcher.warn("modules", "This contract cannot be broken: none of its modules is in the program.")
        return _separation(groups).check(graph, matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the independent modules."""
        sentences = (
            f"{listed(self.modules)} must not import each other.",
            "Indirect imports count too, through any other modules.",
        )
        groups = self._groups(Matcher(graph))
        return Description(sentences, tuple(Part("independent", group.name, group.members) for group in groups))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each pair of a module with an importer and another with an imported module."""
        return _separation(self._groups(Matcher(graph))).broken_by(importers, imported)

    def _groups(self, matcher: Matcher) -> list[Group]:
        graph = matcher.graph
        return [Group(module, graph.subtree(module)) for module in matcher.modules("modules", self.modules)]


def _separation(groups: list[Group]) -> Separation:
    barred = frozenset().union(*(group.members for group in groups))
    return Separation(groups, groups, lambda source, target: source is not target, barred)


def parse(table: Table) -> Independence:
    """Return the rule for the key ``modules``."""
    return Independence(table.modules("modules"))
