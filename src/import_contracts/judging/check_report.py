"""From verdicts to the report of ``check``: adds statements to violations, fixes to cuts, and the causes.

A file is read when a report format uses one of its statements. So a format that shows a few of many violations reads
only the files of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from import_contracts.contracts.findings import Cut, LaterCuts, LaterViolations, Violation
from import_contracts.contracts.types import OWN_DEMAND, TYPES
from import_contracts.graph.import_graph import Edge, Import
from import_contracts.judging.causes import MOST_NEW, MOST_OF_ALL, find_causes, known_before
from import_contracts.judging.history import History
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, Verdict
from import_contracts.records import replace
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Cause, Counts, Outcome, Report, ReportedCut, ReportedViolation
from import_contracts.reports.later import Later

if TYPE_CHECKING:
    from import_contracts.judging.fixes import CutFixes


def check_report(judgement: Judgement, statements: Statements) -> Report:
    """Return the report of a judgement."""
    config = judgement.config
    history = History(statements.snapshot)
    outcomes = tuple(_outcome(verdict, statements, history) for verdict in judgement.verdicts)
    return Report(
        modules=len(judgement.program.modules),
        imports=judgement.imports,
        outcomes=outcomes,
        problems=judgement.problems,
        unreadable=judgement.unreadable,
        stale=None if judgement.stale is None else tuple(map(str, judgement.stale)),
        renamings=judgement.renamings,
        asked_git=judgement.asked_git or history.has_failed,
        names_added=history.is_asked,
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
        has_baseline=verdict.known is not None,
    )
    if not verdict.is_checked:
        return outcome
    found = verdict.violations
    report = partial(reported, verdict=verdict, statements=statements)
    return replace(
        outcome,
        violations=found.mapped(report) if isinstance(found, LaterViolations) else tuple(map(report, found)),
        counted=_counts(verdict),
        cuts=_cuts(verdict, statements),
        ignored=len(verdict.ignored),
        inline=len(verdict.inline),
        causes=_causes(verdict, statements, history),
    )


def _counts(verdict: Verdict) -> Counts:
    known, renamed = verdict.among(verdict.known or ()), verdict.among(verdict.renamed)
    both = verdict.among(verdict.renamed & (verdict.known or frozenset()))
    return Counts(len(verdict.violations) - known - renamed + both, known, renamed)


def reported(violation: Violation, verdict: Verdict, statements: Statements) -> ReportedViolation:
    """Return a violation with the statement of each import of its chain.

    Its place is that of the first import. A violation that has lines, such as a crash, is shown at the last of them.
    """
    edges, graph = violation.chain, verdict.graph
    if violation.lines:
        chain = tuple(map(statements.on_line, edges, violation.lines))
        place, lines = chain[-1].path, violation.lines[-1:]
    else:
        chain = tuple([statements.statement(edge, graph) for edge in edges])
        place = chain[0].path if chain else statements.path(violation.importer)
        lines = graph.lines(*edges[0]) if edges else ()
    ends = (violation.importer, violation.imported, violation.target)
    known = verdict.is_known(violation)
    renamed = verdict.is_renamed(violation)
    return ReportedViolation(
        *ends, violation.message, place, lines, chain, known, violation.is_chain_cut, renamed, violation.advice
    )


def _cuts(verdict: Verdict, statements: Statements) -> Sequence[ReportedCut]:
    """Return the cuts with their statements; a new cut of some types also has a fix for each of its imports."""
    cuts, fix = verdict.findings.cuts, _fixer(verdict, statements)
    new = {violation.message for violation in verdict.violations if verdict.is_new(violation)} if fix else ()

    def shown(cut: Cut) -> ReportedCut:
        number = len(cut.imports)
        return ReportedCut(
            cut.message,
            tuple(statements.statement(edge, verdict.graph) for edge in cut.imports),
            cut.is_minimum,
            Later(number, lambda at: fix(cut.imports[at], cut)) if fix and cut.message in new else (),
            Later(number, lambda at: times(cut.imports[at]) - 1),
        )

    if isinstance(cuts, LaterCuts):
        times = cuts.times
        return cuts.mapped(shown)
    times = Counter(edge for cut in cuts for edge in {*cut.imports}).__getitem__
    return tuple(map(shown, cuts))


def _fixer(verdict: Verdict, statements: Statements) -> Callable[[Edge, Cut], ReportedFix] | None:
    """Return a function that returns the fix of an import of a cut; None if the type of the contract has no fixes."""
    of_type = verdict.contract.contract_type
    if of_type is None or not (of_type.about_cycles or of_type.wants_direct_imports):
        return None

    @cache
    def fixes() -> CutFixes:
        from import_contracts.judging.fixes import CutFixes  # noqa: PLC0415 - slow to import, needed only for cycles

        return CutFixes(verdict.graph, verdict.contract.excluded, statements)

    @cache
    def cycles() -> dict[str, frozenset[str]]:
        modules: dict[str, set[str]] = {}
        for violation in verdict.violations:
            modules.setdefault(violation.message, set()).update(*violation.chain)
        return {message: frozenset(found) for message, found in modules.items()}

    if of_type.wants_direct_imports:
        return lambda edge, _: fixes().direct(edge)
    return lambda edge, cut: fixes().cheapest(edge, cycles().get(cut.message, frozenset()))


# The costs of an old import, and of one that is probably old, in the search for the cheapest causes; a new one costs 1.
_OLD, _PROBABLY_OLD = 1_000, 100


def _causes(verdict: Verdict, statements: Statements, history: History) -> tuple[Cause, ...]:
    """Return the causes of new violations.

    Prefers imports that were added on this branch. If git does not know that, those of known violations are old, and
    the others in their chains are probably old, unless the chains have become shorter. Without a baseline, violations
    are new if they need imports that were added.
    """
    contract, rule, violations = verdict.contract, verdict.contract.rule, verdict.violations
    if verdict.kept or rule is None or not _may_have_causes(verdict):
        return ()
    known = [violation for violation in violations if not verdict.is_new(violation)]
    costs = dict.fromkeys((edge for violation in known for edge in violation.chain), _PROBABLY_OLD)
    costs |= dict.fromkeys((edge for violation in known for edge in violation.chain[:1]), _OLD)

    @cache
    def is_added(edge: Edge) -> bool | None:
        parents = contract.include_parent_packages or edge[1] in verdict.whole.external
        return history.is_added(edge, parents=parents, excluded=contract.excluded)

    def cost(edge: Edge) -> int:
        added = is_added(edge)
        return _OLD if added is False else 1 if added else costs.get(edge, 1)

    def is_known(violation: Violation) -> bool:
        return not verdict.is_new(violation)

    def statement(edge: Edge) -> Import:
        return statements.statement(edge, verdict.graph)

    was_there: Callable[[Violation], bool] | None = is_known
    if verdict.known is None:
        is_ours = contract.type in TYPES  # another rule may have more violations after an import is removed
        was_there = known_before(rule, verdict.graph, violations, is_added) if is_ours else None
    causes = find_causes(rule, verdict.graph, was_there, cost) if was_there else None
    if causes is None:
        return ()
    others = {edge: tuple(map(statement, instead)) for edge, instead in causes.others.items()}
    return tuple(
        Cause(statement(edge), effects, is_added(edge), others.get(edge, ()), edge in causes.untried)
        for edge, effects in causes.effects
    )


def _may_have_causes(verdict: Verdict) -> bool:
    """Return whether violations come from imports that can be removed, and are not too many to look for these."""
    of_type, violations = verdict.contract.contract_type, verdict.violations
    if of_type is not None and of_type.about_counts:
        return False
    if isinstance(violations, LaterViolations):
        return _counts(verdict).new <= (MOST_OF_ALL if verdict.known is None else MOST_NEW)
    return not any(violation.lines for violation in violations)
