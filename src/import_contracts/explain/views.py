"""A contract that was judged, with the program as the contract sees it."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from import_contracts.baseline import Entry
from import_contracts.config.contracts import Contract
from import_contracts.contracts.findings import Description, SelfDescription, self_description
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.names import ImportPattern
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Verdict, findings_of

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """A contract that was judged, with the program as the contract sees it."""

    verdict: Verdict
    statements: Statements

    @property
    def contract(self) -> Contract:
        """The contract."""
        return self.verdict.contract

    @property
    def graph(self) -> ImportGraph:
        """The graph of the contract, in which nothing is ignored yet."""
        return self.verdict.whole

    @cached_property
    def ignored(self) -> dict[ImportPattern, frozenset[Edge]]:
        """The imports that each entry of ``ignore_imports`` lets through."""
        return {pattern: frozenset(self.graph.matching_edges(pattern)) for pattern in self.contract.ignored}

    def violations(self, ignored: Set[Edge]) -> dict[Entry, Chain]:
        """Return the chain of each violation that there would be if just some imports were ignored."""
        findings = findings_of(self.contract, self.graph, ignored, self.statements)
        return {self.verdict.entry(each): each.chain for each in findings.violations}

    @cached_property
    def description(self) -> Description | None:
        """The contract in words; None if its type does not describe itself."""
        description = self._asked(lambda rule: rule.describe(self.graph))
        return description if type(description) is Description else None  # a custom type may return anything

    @property
    def covers(self) -> frozenset[str]:
        """The modules that the contract covers."""
        return (
            frozenset().union(*(part.members for part in self.description.parts)) if self.description else frozenset()
        )

    def would_break(self, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the messages if an importer imported one of ``imported``; empty if it may, or that is not known."""
        return self._asked(lambda rule: rule.would_break(self.verdict.graph, importers, imported)) or ()

    def _asked(self, ask: Callable[[SelfDescription], T]) -> T | None:
        rule = self_description(self.contract.rule)
        if rule is None or not self.contract.is_sound:
            return None
        try:
            return ask(rule)
        except (Exception, SystemExit):
            if self.contract.type in TYPES:
                raise
            return None  # a custom type that fails to describe itself is shown by its keys
