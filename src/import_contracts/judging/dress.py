"""A report of verdicts: each violation with its statements, cuts with fixes, new violations with their causes.

A file is read when a report format looks at one of its statements, and not before: a format that shows a few of many
violations reads the files of those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from import_contracts.contracts.findings import Cut, Violation
from import_contracts.contracts.types import OWN_DEMAND
from import_contracts.graph.import_graph import Edge
from import_contracts.judging.causes import find_causes
from import_contracts.judging.history import History
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, Verdict
from import_contracts.reports.check import (
    Cause,
    Later,
    Outcome,
    Report,
    ReportedCut,
    ReportedFix,
    ReportedViolation,
)

if TYPE_CHECKING:
    from import_contracts.judging.fixes import CutFixes


def dress(judgement: Judgement, statements: Statements) -> Report:
    """Return the report of what some contracts come to."""
    config = judgement.config
    history = History(statements.snapshot)
    return Report(
        modules=len(judgement.program.modules),
        imports=judgement.imports,
        outcomes=tuple(_outcome(verdict, statements, history) for verdict in judgement.verdicts),
        problems=judgement.problems,
        unreadable=judgement.unreadable,
        stale=None if judgement.stale is None else tuple(map(str, judgement.stale)),
        renaming=judgement.renaming,
        stale_fails=config.stale_fails,
        options=config.options,
        baseline=None if judgement.stale is None else config.shown(str(config.baseline)),
    )


def _outcome(verdict: Verdict, statements: Statements, history: History) -> Outcome:
    contract = verdict.contract
    outcome = Outcome(
        contract.id,
        contract.name,
        contract.type,
        contract.reason,
        verdict.kept,
        about_cycles=bool(contract.contract_type and contract.contract_type.about_cycles),
        demand=contract.contract_type.demand if contract.contract_type else OWN_DEMAND,
    )
    if not verdict.is_checked:
        return outcome
    return replace(
        outcome,
        violations=tuple(reported(each, verdict, statements) for each in verdict.violations),
        cuts=_cuts(verdict, statements),
        ignored=len(verdict.ignored),
        causes=_causes(verdict, statements, history),
    )


def reported(violation: Violation, verdict: Verdict, statements: Statements) -> ReportedViolation:
    """Return a violation with its statements; where it has lines of its own, it is shown at the last of them."""
    edges, graph = violation.chain, verdict.graph
    if violation.lines:
        chain = tuple(map(statements.on_line, edges, violation.lines))
        place, lines = chain[-1].path, violation.lines[-1:]
    else:
        chain = tuple(statements.statement(edge, graph) for edge in edges)
        place = chain[0].path if chain else statements.path(violation.importer)
        lines = graph.lines(*edges[0]) if edges else ()
    ends = (violation.importer, violation.imported, violation.target)
    return ReportedViolation(*ends, violation.message, place, lines, chain, verdict.is_known(violation))


def _cuts(verdict: Verdict, statements: Statements) -> tuple[ReportedCut, ...]:
    """Return the cuts with their statements, and those of new cycles with a fix of each import."""
    new = {each.message for each in verdict.violations if not verdict.is_known(each)}
    is_about_cycles = verdict.contract.contract_type is not None and verdict.contract.contract_type.about_cycles
    fix = _fixer(verdict, statements)
    return tuple(
        ReportedCut(
            cut.message,
            tuple(statements.statement(edge, verdict.graph) for edge in cut.imports),
            cut.is_minimum,
            Later(partial(fix, edge, cut) for edge in cut.imports) if is_about_cycles and cut.message in new else (),
        )
        for cut in verdict.findings.cuts
    )


def _fixer(verdict: Verdict, statements: Statements) -> Callable[[Edge, Cut], ReportedFix]:
    """Return what finds the cheapest fix of an import of a cut."""

    @cache
    def fixes() -> CutFixes:
        from import_contracts.judging.fixes import CutFixes  # noqa: PLC0415 - slow to import, needed for cycles only

        return CutFixes(verdict.graph, verdict.contract.excluded, statements)

    @cache
    def cycle(message: str) -> frozenset[str]:
        chains = (each.chain for each in verdict.violations if each.message == message)
        return frozenset(module for chain in chains for edge in chain for module in edge)

    return lambda edge, cut: fixes().cheapest(edge, cycle(cut.message))


# What an import costs that was there before, when the cheapest causes are looked for.
_OLD = 1_000


def _causes(verdict: Verdict, statements: Statements, history: History) -> tuple[Cause, ...]:
    """Return the causes of what is new: preferably imports that git says were added, or that nothing known needs."""
    contract, rule = verdict.contract, verdict.contract.rule
    if verdict.known is None or verdict.kept or rule is None or any(each.lines for each in verdict.violations):
        return ()
    supporting = {edge for each in verdict.violations if verdict.is_known(each) for edge in each.chain}

    def is_added(edge: Edge) -> bool | None:
        return history.is_added(edge, parents=contract.include_parent_packages)

    def cost(edge: Edge) -> int:
        added = is_added(edge)
        return _OLD if added is False or (added is None and edge in supporting) else 1

    causes = find_causes(rule, verdict.graph, verdict.is_known, cost)
    return tuple(
        Cause(statements.statement(edge, verdict.graph), effects, is_added(edge))
        for edge, effects in (causes.effects if causes else ())
    )
