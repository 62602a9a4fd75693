"""A contract and the program as it sees it, to ask it what a report does not say."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from import_contracts.baseline import Entry
from import_contracts.config.contracts import Contract
from import_contracts.contracts.findings import Account, Explaining
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.names import ImportPattern
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Verdict, findings_of

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """A contract that was judged, and the program as it sees it, for what a verdict does not say."""

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
    def account(self) -> Account | None:
        """What the contract says in words; None where it cannot."""
        account = self._asked(lambda rule: rule.account(self.graph))
        return account if type(account) is Account else None  # a type of the team's own may return anything

    @property
    def covers(self) -> frozenset[str]:
        """The modules that the contract says it looks at."""
        return frozenset().union(*(part.members for part in self.account.parts)) if self.account else frozenset()

    def objections(self, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return why one of some modules must not import one of others; empty where it may, or there is no telling."""
        return self._asked(lambda rule: rule.objections(self.verdict.graph, importers, imported)) or ()

    def _asked(self, ask: Callable[[Explaining], T]) -> T | None:
        rule: object = self.contract.rule
        if not (self.contract.is_sound and isinstance(rule, Explaining)):
            return None
        try:
            return ask(rule)
        except (Exception, SystemExit):
            if self.contract.type in TYPES:
                raise
            return None  # a type of the team's own explains itself as far as it can
