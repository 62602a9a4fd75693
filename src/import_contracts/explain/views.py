"""A checked contract: its description, the modules it covers, and what would break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from import_contracts.baseline import Entry
from import_contracts.config.contracts import Contract
from import_contracts.contracts.findings import Description, SelfDescription, Violation, self_description
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ImportPattern
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Verdict, findings_of
from import_contracts.wording import path

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """A checked contract, its import graph, and the answers of its rule to questions about it.

    ``names`` are modules that the questions are about; they need not exist.
    """

    verdict: Verdict
    statements: Statements
    names: tuple[str, ...] = ()

    @property
    def contract(self) -> Contract:
        """The contract."""
        return self.verdict.contract

    @cached_property
    def graph(self) -> ImportGraph:
        """The graph of the contract, including the imports that it ignores."""
        return self.verdict.whole.with_modules(self.names)

    @cached_property
    def _checked(self) -> ImportGraph:
        return self.verdict.graph.with_modules(self.names)

    @cached_property
    def ignored(self) -> dict[ImportPattern, frozenset[Edge]]:
        """The imports that each entry of ``ignore_imports`` matches."""
        return {pattern: frozenset(self.graph.matching_edges(pattern)) for pattern in self.contract.ignored}

    def violations(self, ignored: Set[Edge], *, inline: bool = True) -> dict[Entry, Chain]:
        """Return the violations if only the imports ``ignored`` were ignored, as entries with their chains.

        With ``inline``, what comments in the program ignore is ignored too.
        """
        comments = tuple(self.verdict.inline) if inline else ()
        findings = findings_of(self.contract, self.graph, ignored, self.statements, comments)
        return {self.verdict.entry(violation): violation.chain for violation in findings.violations}

    @cached_property
    def description(self) -> Description | None:
        """The contract in words; None if it has an error, or its type has no descriptions."""
        description = self._ask(lambda rule: rule.describe(self.graph))
        return description if type(description) is Description else None  # a custom type may return anything

    @property
    def covers(self) -> frozenset[str]:
        """The modules that the contract covers; empty if it has no description."""
        parts = self.description.parts if self.description else ()
        return frozenset().union(*(part.members for part in parts)) - self.graph.excepted

    def would_break(self, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the messages of the violations if one of ``importers`` imported one of ``imported``.

        Empty if that is allowed, or not known.
        """
        judged = importers - self.graph.excepted
        return (self._ask(lambda rule: rule.would_break(self._checked, judged, imported)) if judged else None) or ()

    def objections(self, ends: tuple[str, str], importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the messages of the violations if one module or package imported another, both with what is inside.

        Those of chains that the import would make are followed by the chain. Empty if the import is ignored, or if the
        contract allows it; what depends on the text of the program is not known.
        """
        found = self._violations_with([ends])
        if found is None:
            return ()
        now, messages = self.verdict.entries, dict[str, str]()
        for each in sorted(found, key=lambda each: (len(each.chain), each.identity)):
            (one, other), *_ = each.chain
            if (one in importers and other in imported) or self.verdict.entry(each) not in now:
                chain = path([one, *(imported for _, imported in each.chain)])
                messages.setdefault(each.message, f"{each.message} ({chain})")
        return self.would_break(importers, imported) or tuple(messages.values())

    def forbidden(self, imports: Sequence[Edge]) -> frozenset[Edge]:
        """Return which of some imports would break the contract, if there were all of them.

        Each of them must be of one module, or by it, so that none leads to another.
        """
        found = self._violations_with(imports) or ()
        return frozenset(each.chain[0] for each in found).intersection(imports)

    def _violations_with(self, imports: Sequence[Edge]) -> list[Violation] | None:
        """Return the violations that begin with an import, if there were more; None if nothing is known of them."""
        known = self.graph.modules_set
        more = [(edge, 0, Kind.RUNTIME) for edge in imports if known.issuperset(edge)]
        if not self.verdict.is_checked or not more:
            return None
        graph = self.graph.with_imports(more)
        ignored = {edge for pattern in self.contract.ignored for edge in graph.matching_edges(pattern)}
        if ignored.issuperset(imports):
            return None
        found = findings_of(self.contract, graph, ignored, self.statements, tuple(self.verdict.inline))
        return [each for each in found.violations if each.chain and not each.lines]

    def _ask(self, question: Callable[[SelfDescription], T]) -> T | None:
        """Return the answer of the rule; None if it cannot answer, or is a custom one and fails."""
        rule = self_description(self.contract.rule)
        if rule is None or not self.contract.is_sound:
            return None
        try:
            return question(rule)
        except (Exception, SystemExit):
            if self.contract.type in TYPES:
                raise
            return None
