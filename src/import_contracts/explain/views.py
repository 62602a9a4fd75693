"""A contract and the program as it sees it, to ask it what a report does not say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from import_contracts.config.config import Config, Contract
from import_contracts.contracts.crash import Crash
from import_contracts.contracts.findings import DescribingRule, Description, describing
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Edge, ImportGraph, Kind
from import_contracts.graph.names import ImportPattern
from import_contracts.judging.statements import Evidence
from import_contracts.judging.verdict import crashing, findings_of, prepared

T = TypeVar("T")

Identity = tuple[str, str, str]
"""What makes a violation the same in another run."""


@dataclass(frozen=True)
class View:
    """A contract, its table as written, and its graph, in which nothing is ignored yet."""

    contract: Contract
    table: Mapping[str, object]
    graph: ImportGraph
    evidence: Evidence

    @cached_property
    def ignored(self) -> dict[ImportPattern, frozenset[Edge]]:
        """The imports that each entry of ``ignore_imports`` lets through."""
        return {pattern: frozenset(self.graph.matching_edges(pattern)) for pattern in self.contract.ignored}

    def violations(self, ignored: Set[Edge]) -> dict[Identity, tuple[Edge, ...]]:
        """Return the chain of each violation that there would be if just some imports were ignored."""
        rule, graph = self.contract.rule, self.graph.without(ignored)
        if rule is None:
            return {}
        if isinstance(rule, Crash):
            crashes = crashing(rule, graph, ignored, self.evidence)
            return {(each.importer, "", ""): tuple((at.importer, at.imported) for at in each.chain) for each in crashes}
        return {each.identity: each.chain for each in findings_of(self.contract, rule, graph).violations}

    @cached_property
    def description(self) -> Description | None:
        """The contract in words; None if its type does not describe itself."""
        description = self._asked(lambda rule: rule.describe(self.graph))
        return description if type(description) is Description else None  # a custom type may return anything

    @property
    def covers(self) -> frozenset[str]:
        """The modules that the contract says it looks at."""
        return (
            frozenset().union(*(part.members for part in self.description.parts)) if self.description else frozenset()
        )

    def would_break(self, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the messages if an importer imported one of ``imported``; empty if it may, or that is not known."""
        graph = self.graph.without(frozenset().union(*self.ignored.values()))
        return self._asked(lambda rule: rule.would_break(graph, importers, imported)) or ()

    def _asked(self, ask: Callable[[DescribingRule], T]) -> T | None:
        rule = describing(self.contract.rule)
        if rule is None or not self.contract.is_sound:
            return None
        try:
            return ask(rule)
        except (Exception, SystemExit):
            if self.contract.type in TYPES:
                raise
            return None  # a type of the team's own explains itself as far as it can


def views(config: Config, graph: ImportGraph, evidence: Evidence) -> Iterator[View]:
    """Yield the view of each contract, in the order of the configuration."""
    graphs: dict[tuple[frozenset[Kind], bool], ImportGraph] = {}
    tables = (table for document in config.documents for table in document.contracts)
    for contract, table in zip(config.contracts, tables, strict=True):
        how = (contract.excluded, contract.include_parent_packages)
        if how not in graphs:
            graphs[how] = prepared(graph, contract)
        yield View(contract, table, graphs[how], evidence)
