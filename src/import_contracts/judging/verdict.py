"""Which contracts are kept: the violations by name, and what is known, stale or renamed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from import_contracts.baseline import Entry, renaming
from import_contracts.config.contracts import Contract, Contracts
from import_contracts.config.session import Config
from import_contracts.contracts.findings import Findings, Violation
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, Severity, did_you_mean
from import_contracts.reading.program import Program
from import_contracts.reading.text import ProgramText
from import_contracts.reports.check import Unreadable


@dataclass(frozen=True)
class Verdict:
    """What one contract comes to.

    ``whole`` is the graph as the contract wants it, with the imports that it ignores. ``known`` is the baseline, None
    where there is none. A contract that could not be checked has no violations.
    """

    contract: Contract
    whole: ImportGraph
    ignored: frozenset[Edge]
    findings: Findings
    known: frozenset[Entry] | None
    is_checked: bool

    @cached_property
    def graph(self) -> ImportGraph:
        """The graph that the rule was asked about: without the imports that the contract ignores."""
        return self.whole.without(self.ignored)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The violations, in the order of the rule."""
        return self.findings.violations if self.is_checked else ()

    def entry(self, violation: Violation) -> Entry:
        """Return the identity of a violation."""
        return Entry.of(self.contract.id, violation)

    def is_known(self, violation: Violation) -> bool:
        """Tell whether a violation is in the baseline."""
        return self.known is not None and self.entry(violation) in self.known

    @cached_property
    def kept(self) -> bool | None:
        """Whether all violations are known; None where the contract could not be checked."""
        return all(map(self.is_known, self.violations)) if self.is_checked else None

    @cached_property
    def entries(self) -> frozenset[Entry]:
        """The identities of the violations."""
        return frozenset(map(self.entry, self.violations))


@dataclass(frozen=True)
class Judgement:
    """What all contracts that were checked come to, before anything is read for a report.

    ``stale`` are the entries of the baseline that no violation matches, sorted, of the contracts that were checked or
    exist no more; ``renaming`` is the old and the new name of a module whose renaming explains all that is new or
    stale. Both are None where there is no baseline.
    """

    config: Config
    program: Program
    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]
    unreadable: tuple[Unreadable, ...]
    imports: int
    stale: tuple[Entry, ...] | None = None
    renaming: tuple[str, str] | None = None

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The errors, and the files that could not be read: because of them the answer is not whole."""
        errors = (each for each in self.problems if each.is_error)
        return (*errors, *(each.problem for each in self.unreadable))

    @property
    def is_whole(self) -> bool:
        """Whether every contract could be checked, and every file read."""
        return not self.faults

    @property
    def entries(self) -> frozenset[Entry]:
        """The identities of all violations."""
        return frozenset().union(*(verdict.entries for verdict in self.verdicts))


def judge(config: Config, contracts: Contracts, statements: Statements, known: frozenset[Entry] | None) -> Judgement:
    """Return what some contracts of a configuration come to; ``known`` is None where there is no baseline."""
    snapshot = statements.snapshot
    program, scan = snapshot.program, snapshot.scan
    problems = [*_program_problems(program, config), *contracts.problems]
    verdicts = []
    graphs: dict[tuple[frozenset[Kind], bool], ImportGraph] = {}
    for contract in contracts.chosen:
        with snapshot.context.step(f"check '{contract.id}'"):
            how = (contract.excluded, contract.include_parent_packages)
            if how not in graphs:
                graphs[how] = prepared(scan.graph, contract)
            verdict, more = _verdict(contract, graphs[how], statements, known)
        verdicts.append(verdict)
        problems += more
    if config.strict:
        problems = [replace(problem, severity=Severity.ERROR) for problem in problems]
    judgement = Judgement(
        config,
        program,
        tuple(verdicts),
        tuple(problems),
        tuple(Unreadable(config.shown(each.path), each.line, each.message) for each in scan.unreadable),
        imports=sum(1 for _ in scan.graph.edges()),
    )
    return judgement if known is None else _compared(judgement, contracts, known)


def _compared(judgement: Judgement, contracts: Contracts, known: frozenset[Entry]) -> Judgement:
    """Return the judgement with what is stale or renamed: nothing where a file that was not read may have imports."""
    if judgement.unreadable:
        return replace(judgement, stale=())
    ids = {verdict.contract.id for verdict in judgement.verdicts}
    checked = {verdict.contract.id for verdict in judgement.verdicts if verdict.is_checked}
    is_all = len(judgement.verdicts) == len(contracts.ids)
    gone = {entry.contract for entry in known} - set(contracts.ids) if is_all else set[str]()
    entries = judgement.entries
    return replace(
        judgement,
        stale=tuple(entry for entry in sorted(known) if entry.contract in checked | gone and entry not in entries),
        renaming=renaming({entry for entry in known if entry.contract in ids}, entries, judgement.program.modules),
    )


def _program_problems(program: Program, config: Config) -> Iterable[Problem]:
    return (replace(each, file=config.shown(each.file)) if each.file else each for each in program.problems)


def prepared(graph: ImportGraph, contract: Contract) -> ImportGraph:
    """Return the graph as a contract wants it, but for the imports that it ignores."""
    graph = graph.without_kinds(contract.excluded)
    return graph.with_parent_packages() if contract.include_parent_packages else graph


def _verdict(
    contract: Contract, graph: ImportGraph, statements: Statements, known: frozenset[Entry] | None
) -> tuple[Verdict, list[Problem]]:
    """Return what a contract comes to, and what is wrong with it that only the graph can tell."""
    ignored = frozenset(edge for pattern in contract.ignored for edge in graph.matching_edges(pattern))
    unmatched = list(_unmatched(graph, contract)) if contract.rule is not None else []
    findings = findings_of(contract, graph, ignored, statements)
    problems = [
        replace(problem, file=contract.file, contract=contract.id) for problem in (*unmatched, *findings.problems)
    ]
    errors = [problem for problem in problems if problem.is_error]
    is_checked = contract.rule is not None and contract.is_sound and not errors
    verdict = Verdict(contract, graph, ignored, findings, known, is_checked)
    return verdict, problems if contract.is_sound else errors


def _unmatched(graph: ImportGraph, contract: Contract) -> Iterator[Problem]:
    """Yield a problem for every ignore that matches no import, as severe as the contract wants it."""
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


def findings_of(contract: Contract, graph: ImportGraph, ignored: Collection[Edge], statements: Statements) -> Findings:
    """Return what the rule of a contract finds in a graph without some imports; a custom rule may do anything.

    A rule that needs the text of the program is asked by its `check_program`. Of its violations, those count that end
    in an import that is not ignored.
    """
    try:
        findings = _asked(contract, graph.without(ignored), statements)
    except (Exception, SystemExit) as error:
        if contract.type in TYPES:
            raise
        return _failed(contract, f"failed with {type(error).__name__}: {error}")
    if not isinstance(findings, Findings):
        return _failed(contract, f"returned {type(findings).__name__}; its check(graph) returns Findings.")
    counted = tuple(each for each in findings.violations if not each.chain or each.chain[-1] not in ignored)
    return replace(findings, violations=counted)


def _asked(contract: Contract, graph: ImportGraph, statements: Statements) -> object:
    rule = contract.rule
    if rule is None:
        return Findings()
    check_program: Callable[[ImportGraph, ProgramText], object] | None = getattr(rule, "check_program", None)
    return rule.check(graph) if check_program is None else check_program(graph, statements.program_text)


def _failed(contract: Contract, how: str) -> Findings:
    return Findings(problems=(Problem(f"The contract type '{contract.type}' {how}", key="type"),))
