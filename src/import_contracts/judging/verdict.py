"""From a program to a report: every contract is asked about the graph, and what it finds gets its evidence."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from import_contracts.baseline import Entry, renaming
from import_contracts.config.config import Config, Contract
from import_contracts.contracts.crash import Crash
from import_contracts.contracts.findings import Findings, Rule, Violation
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Edge, ImportGraph, Kind
from import_contracts.judging.causes import culprits
from import_contracts.judging.statements import Evidence
from import_contracts.problems import Problem, Severity, did_you_mean
from import_contracts.reading.program import Program
from import_contracts.reading.snapshot import Snapshot, Watch
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation, Unreadable


def judge(
    config: Config, contracts: Sequence[Contract], snapshot: Snapshot, known: frozenset[Entry] | None, watch: Watch
) -> Report:
    """Return what some of the contracts of a configuration come to; ``known`` is None where there is no baseline."""
    program, found = snapshot.program, snapshot.scan
    evidence = Evidence(snapshot, config.folder, config.shown)
    problems = [*_program_problems(program, config), *config.problems]
    outcomes = []
    graphs: dict[tuple[frozenset[Kind], bool], ImportGraph] = {}
    for contract in contracts:
        with watch(f"check '{contract.id}'"):
            how = (contract.excluded, contract.include_parent_packages)
            if how not in graphs:
                graphs[how] = prepared(found.graph, contract)
            outcome, more = _judge(contract, graphs[how], evidence, known)
        outcomes.append(outcome)
        problems += more
    if config.strict:
        problems = [replace(problem, severity=Severity.ERROR) for problem in problems]
    # A file that is not read may well have the imports that its entries are about.
    stale = () if found.unreadable else _stale(known or frozenset(), config, outcomes, contracts)
    unreadable = (Unreadable(config.shown(each.path), each.line, each.message) for each in found.unreadable)
    return Report(
        modules=len(program.modules),
        imports=sum(1 for _ in found.graph.edges()),
        outcomes=tuple(outcomes),
        problems=tuple(problems),
        unreadable=tuple(unreadable),
        stale=None if known is None else tuple(map(str, stale)),
        renaming=None if known is None or found.unreadable else _renaming(known, outcomes, program),
        stale_fails=config.stale_fails,
        options=config.options,
    )


def _stale(
    known: frozenset[Entry], config: Config, outcomes: Collection[Outcome], contracts: Sequence[Contract]
) -> Iterator[Entry]:
    """Yield, sorted, the entries that no violation matches, of the contracts that were checked or exist no more."""
    checked = {outcome.id for outcome in outcomes if outcome.kept is not None}
    everything = len(contracts) == len(config.contracts)
    gone = {entry.contract for entry in known} - {contract.id for contract in config.contracts} if everything else set()
    found = {_entry(outcome.id, violation) for outcome in outcomes for violation in outcome.violations}
    yield from (entry for entry in sorted(known) if entry.contract in checked | gone and entry not in found)


def _renaming(known: frozenset[Entry], outcomes: Collection[Outcome], program: Program) -> tuple[str, str] | None:
    """Return what was renamed, if that explains all that is new or stale in the contracts that were checked."""
    checked = {outcome.id for outcome in outcomes}
    found = {_entry(outcome.id, violation) for outcome in outcomes for violation in outcome.violations}
    return renaming({entry for entry in known if entry.contract in checked}, found, program.modules)


def _entry(contract: str, violation: Violation | ReportedViolation) -> Entry:
    return Entry(contract, violation.importer, violation.imported or "", violation.target or "")


def _program_problems(program: Program, config: Config) -> Iterable[Problem]:
    return (replace(each, file=config.shown(each.file)) if each.file else each for each in program.problems)


def prepared(graph: ImportGraph, contract: Contract) -> ImportGraph:
    """Return the graph as a contract wants it, but for the imports that it ignores."""
    graph = graph.without_kinds(contract.excluded)
    return graph.with_parent_packages() if contract.include_parent_packages else graph


def _judge(
    contract: Contract, graph: ImportGraph, evidence: Evidence, known: frozenset[Entry] | None
) -> tuple[Outcome, list[Problem]]:
    """Return what a contract comes to, and what is wrong with it that only the graph can tell."""
    outcome = Outcome(contract.id, contract.name, contract.type, contract.reason, kept=None)
    if contract.rule is None:
        return outcome, []
    ignored = {edge for pattern in contract.ignored for edge in graph.matching_edges(pattern)}
    unmatched = _unmatched(graph, contract)
    graph = graph.without(ignored)
    rule = contract.rule
    findings = findings_of(contract, rule, graph)
    problems = [
        replace(problem, file=contract.file, contract=contract.id) for problem in (*unmatched, *findings.problems)
    ]
    errors = [problem for problem in problems if problem.is_error]
    if errors or not contract.is_sound:
        return outcome, problems if contract.is_sound else errors
    if isinstance(rule, Crash):
        found = crashing(rule, graph, ignored, evidence)
    else:
        found = [evidence.of(violation, graph) for violation in findings.violations]
    violations = tuple(replace(each, is_known=_entry(contract.id, each) in (known or ())) for each in found)
    new = {each.message for each in violations if not each.is_known}
    return (
        replace(
            outcome,
            kept=all(violation.is_known for violation in violations),
            violations=violations,
            cuts=_cuts(contract, findings, graph, evidence, new),
            ignored=len(ignored),
            causes=()
            if known is None or isinstance(rule, Crash)
            else _culprits(contract, contract.rule, graph, evidence, known),
        ),
        problems,
    )


def _cuts(
    contract: Contract, findings: Findings, graph: ImportGraph, evidence: Evidence, new: Collection[str]
) -> tuple[ReportedCut, ...]:
    """Return the cuts with their statements, and for new cycles with what to write instead of these."""
    cuts = []
    for cut in findings.cuts:
        shown = ReportedCut(cut.message, tuple(evidence.statement(edge, graph) for edge in cut.imports), cut.is_minimum)
        if contract.type in _CYCLE_TYPES and cut.message in new:
            chains = [each.chain for each in findings.violations if each.message == cut.message]
            cycle = frozenset(module for chain in chains for edge in chain for module in edge)
            fixes = tuple(evidence.cheapest_fix(edge, graph, contract.excluded, cycle) for edge in cut.imports)
            shown = replace(shown, fixes=fixes)
        cuts.append(shown)
    return tuple(cuts)


_CYCLE_TYPES = frozenset({"acyclic", "acyclic_siblings"})


def crashing(rule: Crash, graph: ImportGraph, ignored: Collection[Edge], evidence: Evidence) -> list[ReportedViolation]:
    """Return a violation for each module that crashes when it comes first."""
    from import_contracts.crashes.interpreter import crashes  # noqa: PLC0415 - needed by this type alone

    version = rule.python or (sys.version_info.major, sys.version_info.minor)
    found = crashes(
        evidence.sources,
        evidence.imports,
        version=version,
        namespaces=evidence.namespaces,
        entries=rule.entries(graph),
    )
    return [evidence.crash(each).violation for each in found if (each.importer, each.imported) not in ignored]


# What an import costs that was there before, when the cheapest ones to blame are looked for.
_OLD = 1_000


def _culprits(
    contract: Contract, rule: Rule, graph: ImportGraph, evidence: Evidence, known: frozenset[Entry]
) -> tuple[Cause, ...]:
    """Return the imports to blame for what is new: rather those that git says were added, or nothing known needs."""

    def is_known(violation: Violation) -> bool:
        return _entry(contract.id, violation) in known

    supporting = {edge for each in rule.check(graph).violations if is_known(each) for edge in each.chain}

    def is_added(edge: Edge) -> bool | None:
        return evidence.is_added(edge, parents=contract.include_parent_packages)

    def cost(edge: Edge) -> int:
        added = is_added(edge)
        return _OLD if added is False or (added is None and edge in supporting) else 1

    found = culprits(rule, graph, is_known, cost)
    return tuple(
        Cause(evidence.statement(edge, graph), effects, is_added(edge))
        for edge, effects in (found.effects if found else ())
    )


def _unmatched(graph: ImportGraph, contract: Contract) -> Iterator[Problem]:
    """Yield a problem for every ignore that matches no import, as loud as the contract wants it."""
    if contract.alerting == "none":
        return
    severity = Severity.WARNING if contract.alerting == "warn" else Severity.ERROR
    for pattern in contract.ignored:
        if not graph.matching_edges(pattern):
            absent = next((each for each in (pattern.importer, pattern.imported) if not graph.matching(each)), None)
            near = did_you_mean(str(absent), graph.modules) or " Remove it."
            why = " Remove it." if absent is None else f" No module matches '{absent}'.{near}"
            message = f"No import matches '{pattern}'.{why}"
            yield Problem(message, key="ignore_imports", severity=severity)


def findings_of(contract: Contract, rule: Rule, graph: ImportGraph) -> Findings:
    """Return what a rule says of a graph, whatever a type of the team's own may do."""
    try:
        findings: object = rule.check(graph)
    except (Exception, SystemExit) as error:
        if contract.type in TYPES:
            raise
        message = f"The contract type '{contract.type}' failed with {type(error).__name__}: {error}"
        return Findings(problems=(Problem(message, key="type"),))
    if isinstance(findings, Findings):
        return findings
    message = (
        f"The contract type '{contract.type}' returned {type(findings).__name__}; its check(graph) returns Findings."
    )
    return Findings(problems=(Problem(message, key="type"),))
