"""Which contracts are kept: their violations, and which of them are known, new, stale or renamed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain

from import_contracts.baseline import Entry, Renaming
from import_contracts.config.contracts import Contract, Contracts
from import_contracts.config.session import Config
from import_contracts.contracts.findings import (
    ComparingRule,
    CountingRule,
    Decided,
    Deciding,
    Findings,
    LaterViolations,
    ProgramRule,
    Violation,
    together,
)
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ImportPattern
from import_contracts.judging.inline import (
    KEY,
    InlineIgnore,
    Remarks,
    is_hidden,
    lines_of,
    prevented,
    read_ignores,
    unneeded,
)
from import_contracts.judging.moves import Moves
from import_contracts.judging.renamings import Named, find_renamings, moved
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, Severity, did_you_mean_module, united
from import_contracts.reading.files.program import Program
from import_contracts.reading.files.program_text import ProgramText
from import_contracts.records import dataclass, field, replace
from import_contracts.reports.check import Unreadable


@dataclass(frozen=True)
class Verdict:
    """The result of checking one contract.

    ``whole`` is the graph as `prepared` for the contract, including the imports that it ignores. ``ignored`` are those
    that ``ignore_imports`` matches, and ``inline`` are the comments on others, each with the number of violations that
    it prevents. ``known`` are the entries of the baseline, of all contracts; None without a baseline. ``is_checked`` is
    False if the contract has an error; then there are no violations. ``renamed`` are the violations, of all contracts,
    whose entries in the baseline have old names.
    """

    contract: Contract
    whole: ImportGraph
    ignored: frozenset[Edge]
    findings: Findings
    known: frozenset[Entry] | None
    is_checked: bool
    renamed: frozenset[Entry] = frozenset()
    inline: Mapping[InlineIgnore, int] = field(default_factory=dict)

    @cached_property
    def graph(self) -> ImportGraph:
        """The graph that the rule has checked: without the imports that the contract ignores."""
        return self.whole.without(self.ignored).without_lines(lines_of(self.inline, self.whole))

    @property
    def decided(self) -> Decided:
        """What `Findings.decided` is for the verdict: with the imports that ``ignore_imports`` may match."""
        if not self.is_checked or self.inline:  # what a comment prevents is found in a graph with more imports
            return None
        return together([self.findings.decided, self._ignoring])

    def _ignoring(self) -> Deciding:
        patterns = [(pattern.importer, pattern.imported) for pattern in self.contract.ignored]
        ends = [frozenset(chain.from_iterable(map(self.whole.matching, each))) for each in zip(*patterns, strict=True)]
        importers, imported = ends or (frozenset[str](), frozenset[str]())
        # An import of a module may count as one of the packages around it too.
        return Deciding(importers, self.whole.modules_set if self.contract.include_parent_packages else imported)

    @property
    def violations(self) -> Sequence[Violation]:
        """The violations, in the order in which the rule returned them."""
        return self.findings.violations if self.is_checked else ()

    def entry(self, violation: Violation) -> Entry:
        """Return the identity of a violation."""
        return Entry.of(self.contract.id, violation)

    def is_known(self, violation: Violation) -> bool:
        """Return whether a violation is in the baseline."""
        return self.known is not None and self.entry(violation) in self.known

    def is_renamed(self, violation: Violation) -> bool:
        """Return whether a violation is in the baseline with old names."""
        return bool(self.renamed) and self.entry(violation) in self.renamed

    def is_new(self, violation: Violation) -> bool:
        """Return whether a violation is not in the baseline, not even with old names."""
        return not self.is_known(violation) and not self.is_renamed(violation)

    @cached_property
    def kept(self) -> bool | None:
        """Whether there are no violations except known ones; None if the contract could not be checked."""
        return self.among(self.known or ()) == len(self.violations) if self.is_checked else None

    @cached_property
    def entries(self) -> frozenset[Entry]:
        """The identities of the violations."""
        return frozenset(map(self.entry, self.violations))

    def has(self, entry: Entry) -> bool:
        """Return whether an entry is the identity of a violation."""
        if isinstance(self.violations, LaterViolations):
            names = (entry.importer, entry.imported, entry.target)
            return entry.contract == self.contract.id and self.violations.has(names)
        return entry in self.entries

    def among(self, entries: Collection[Entry]) -> int:
        """Return how many violations have one of some identities."""
        if isinstance(self.violations, LaterViolations):
            return sum(map(self.has, entries))
        return sum(self.entry(violation) in entries for violation in self.violations)


@dataclass(frozen=True)
class Judgement:
    """The verdicts on all contracts, without the details that a report needs.

    ``imports`` is the number of imports in the program. ``stale`` are the entries of the baseline that match no
    violation, sorted: those of contracts that were checked, and those of contracts that no longer exist; None without a
    baseline. Entries that match a violation after ``renamings`` are not stale. ``asked_git`` is True if the judgement
    depends on the merge base.
    """

    config: Config
    program: Program
    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]
    unreadable: tuple[Unreadable, ...]
    imports: int
    stale: tuple[Entry, ...] | None = None
    renamings: tuple[Renaming, ...] = ()
    asked_git: bool = False

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The errors, and a problem for each file that could not be read: the reasons why the check is incomplete.

        A comment that ignores nothing is an error too, but no such reason.
        """
        errors = united(problem for problem in self.problems if problem.is_error and problem.key != KEY)
        return (*errors, *(file.problem for file in self.unreadable))

    @property
    def is_whole(self) -> bool:
        """Whether the check is complete: every contract could be checked, and every file could be read."""
        return not self.faults

    @property
    def decided(self) -> Decided:
        """What `Findings.decided` is for the judgement, apart from the number of imports."""
        return together(verdict.decided for verdict in self.verdicts)

    @property
    def entries(self) -> frozenset[Entry]:
        """The identities of all violations."""
        return frozenset().union(*(verdict.entries for verdict in self.verdicts))


def judge(
    config: Config,
    contracts: Contracts,
    statements: Statements,
    known: frozenset[Entry] | None,
    remarks: Remarks | None = None,
) -> Judgement:
    """Check the chosen contracts of a configuration.

    ``known`` are the entries of the baseline; None without one. ``remarks`` are the comments in the program that count;
    by default all.
    """
    snapshot = statements.snapshot
    program, scan = snapshot.program, snapshot.scan
    inline, inline_problems = read_ignores(scan.remarks if remarks is None else remarks, contracts, statements)
    problems = [*_program_problems((*program.problems, *scan.problems), config), *contracts.problems, *inline_problems]
    verdicts = []
    graphs: dict[object, ImportGraph] = {}
    parts = frozenset(config.external_parts)
    for done, contract in enumerate(contracts.chosen):
        with snapshot.context.step(f"check '{contract.id}'", len(contracts.chosen), done):
            key = (contract.excluded, contract.include_parent_packages, contract.named & parts, contract.excepted)
            if key not in graphs:
                graphs[key] = prepared(scan.graph, contract)
            verdict, more_problems = _verdict(contract, graphs[key], statements, inline.get(contract.id, ()))
        verdicts.append(replace(verdict, known=known))
        problems += more_problems
    if config.strict:
        problems = [replace(problem, severity=Severity.ERROR) for problem in problems]
    moves = Moves(snapshot)
    judgement = Judgement(
        config,
        program,
        tuple(verdicts),
        tuple(_with_new_name(problem, moves) for problem in problems),
        tuple(Unreadable(config.shown(file.path), file.line, file.message) for file in scan.unreadable),
        imports=scan.graph.size,
    )
    judgement = judgement if known is None else _compared(judgement, contracts, known, moves)
    return replace(judgement, asked_git=moves.are_read or statements.asked_base)


def _with_new_name(problem: Problem, moves: Moves) -> Problem:
    """Return a problem; if a module is missing, and git knows its new name, with that."""
    if not problem.missing or "*" in problem.missing:
        return problem
    name = moves.new_name(problem.missing)
    found, exists, _ = problem.message.partition(" does not exist.")
    return replace(problem, message=f"{found}{exists} It was renamed to '{name}'.") if name and exists else problem


def _compared(judgement: Judgement, contracts: Contracts, known: frozenset[Entry], moves: Moves) -> Judgement:
    """Add the stale entries and the renamings to a judgement.

    If a file could not be read, there are none, because its imports are missing.
    """
    if judgement.unreadable:
        return replace(judgement, stale=())
    checked = {verdict.contract.id for verdict in judgement.verdicts if verdict.is_checked}
    lost = {entry.contract for entry in known}.difference(contracts.ids)
    verdicts = {verdict.contract.id: verdict for verdict in judgement.verdicts}

    def is_found(entry: Entry) -> bool:
        return entry.contract in verdicts and verdicts[entry.contract].has(entry)

    compared = [entry for entry in known if entry.contract in checked | lost]
    unmatched = sorted(entry for entry in compared if not is_found(entry))
    now = Named(contracts.ids, judgement.program.modules)
    renamings = find_renamings(compared, judgement.entries, now, lambda: moves.modules) if unmatched else ()
    after = moved(unmatched, renamings)
    renamed = frozenset(filter(is_found, after.values()))
    wanted = checked | lost if len(judgement.verdicts) == len(contracts.ids) else checked
    return replace(
        judgement,
        verdicts=tuple(replace(verdict, renamed=renamed) for verdict in judgement.verdicts),
        stale=tuple(entry for entry in unmatched if entry.contract in wanted and after[entry] not in renamed),
        renamings=renamings,
    )


def _program_problems(problems: Iterable[Problem], config: Config) -> Iterable[Problem]:
    for problem in problems:
        yield replace(problem, file=config.shown(problem.file) if problem.file else config.file)


def prepared(graph: ImportGraph, contract: Contract) -> ImportGraph:
    """Return the graph without the kinds that a contract excludes, and with parent packages if it includes them.

    Of external packages, it has the parts that the contract names. The imports that the contract ignores are still in
    it.
    """
    graph = graph.without_kinds(contract.excluded).with_external_parts(contract.named)
    graph = graph.with_parent_packages() if contract.include_parent_packages else graph
    return graph.excepting(Matcher(graph).modules("except_modules", contract.excepted))


def _verdict(
    contract: Contract, graph: ImportGraph, statements: Statements, inline: Collection[InlineIgnore]
) -> tuple[Verdict, list[Problem]]:
    """Check one contract; return the verdict without the baseline, and the problems that were found with the graph."""
    matching = {pattern: graph.matching_edges(pattern) for pattern in contract.ignored}
    unmatched = list(_unmatched(graph, contract, matching)) if contract.rule is not None else []
    excepted = Matcher(graph)
    excepted.modules("except_modules", contract.excepted)
    doubts: tuple[Problem, ...] = ()
    if isinstance(contract.rule, CountingRule) and contract.type in TYPES:
        doubts = contract.rule.doubts(graph, statements.text_for_rule)
        graph = contract.rule.counted(graph, statements.text_for_rule)
    ignored = frozenset(edge for edges in matching.values() for edge in edges if graph.has_import(*edge))
    findings = findings_of(contract, graph, ignored, statements, inline)
    problems = [
        replace(problem, file=contract.file, contract=contract.id)
        for problem in (*unmatched, *excepted.problems, *findings.problems, *doubts)
    ]
    errors = [problem for problem in problems if problem.is_error]
    is_checked = contract.rule is not None and contract.is_sound and not errors
    verdict = Verdict(contract, graph, ignored, findings, None, is_checked)
    if is_checked and inline:
        verdict = replace(verdict, inline=_prevented(verdict, statements, inline))
        problems += unneeded(contract, verdict.inline, statements)
    return verdict, problems if contract.is_sound else errors


def _prevented(verdict: Verdict, statements: Statements, inline: Collection[InlineIgnore]) -> dict[InlineIgnore, int]:
    """Return how many violations each inline ignore of a contract prevents."""
    contract, graph, now = verdict.contract, verdict.whole, verdict.entries

    def hidden_with(some: Collection[InlineIgnore]) -> list[Violation]:
        found = findings_of(contract, graph, verdict.ignored, statements, some)
        return [violation for violation in found.violations if verdict.entry(violation) not in now]

    return prevented(inline, graph, hidden_with)


def _unmatched(
    graph: ImportGraph, contract: Contract, matching: Mapping[ImportPattern, Collection[Edge]]
) -> Iterator[Problem]:
    """Yield a problem for every ignore that matches no import, with the severity that the contract sets."""
    if contract.alerting == "none":
        return
    severity = Severity.WARNING if contract.alerting == "warn" else Severity.ERROR
    for pattern in contract.ignored:
        if not matching[pattern]:
            missing = next((end for end in (pattern.importer, pattern.imported) if not graph.matching(end)), None)
            near = did_you_mean_module(str(missing), graph.modules) or " Remove it."
            hint = " Remove it." if missing is None else f" No module matches '{missing}'.{near}"
            message = f"No import matches '{pattern}'.{hint}"
            yield Problem(message, key="ignore_imports", severity=severity)


def findings_of(
    contract: Contract,
    graph: ImportGraph,
    ignored: Collection[Edge],
    statements: Statements,
    inline: Collection[InlineIgnore] = (),
) -> Findings:
    """Return the findings of a contract's rule in a graph without the ignored imports.

    A rule with ``check_program`` gets the text of the program too. Violations whose last import is ignored are left
    out, and so are those of modules whose imports are not judged. If a custom rule fails, or returns no `Findings`, the
    result has only that problem.
    """
    try:
        findings = _check(contract, graph.without(ignored).without_lines(lines_of(inline, graph)), statements)
    except (Exception, SystemExit) as error:
        if contract.type in TYPES:
            raise
        return _failed(contract, f"failed with {type(error).__name__}: {error}")
    if not isinstance(findings, Findings):
        return _failed(contract, f"returned {type(findings).__name__}; check(graph) must return Findings.")
    if isinstance(findings.violations, LaterViolations):
        return findings
    violations = tuple(
        violation
        for violation in findings.violations
        if violation.judged not in graph.excepted
        and (not violation.chain or violation.chain[-1] not in ignored)
        and not is_hidden(violation, inline)
    )
    if len(violations) == len(findings.violations):
        return findings
    gone = {each.message for each in findings.violations} - {each.message for each in violations}
    cuts = tuple(cut for cut in findings.cuts if cut.message not in gone)
    return replace(findings, violations=violations, cuts=cuts)


def _check(contract: Contract, graph: ImportGraph, statements: Statements) -> object:
    rule = contract.rule
    if rule is None:
        return Findings()
    if isinstance(rule, ComparingRule) and contract.type in TYPES:
        return rule.check_since(graph, _before(contract, statements))
    if not isinstance(rule, ProgramRule):
        return rule.check(graph)
    if contract.type in TYPES and getattr(rule, "may_be_taken_over", False):
        return _taken_over(repr(rule), statements, partial(rule.check_program, graph))
    return rule.check_program(graph, statements.program_text)


def _taken_over(key: str, statements: Statements, check: Callable[[ProgramText], object]) -> object:
    """Return the findings of an earlier run, if edits since then cannot change them; else those of now."""
    from import_contracts.judging.conclusions import Conclusions  # noqa: PLC0415 - for few contracts

    conclusions = Conclusions(statements, key)
    statements.gives_texts = True
    if known := conclusions.take_over(tuple[tuple[Violation, ...], tuple[Problem, ...]]):
        return Findings(violations=known[0], problems=known[1])
    found = check(statements.program_text)
    if isinstance(found, Findings):
        conclusions.keep((tuple(found.violations), found.problems))
    return found


def _before(contract: Contract, statements: Statements) -> ImportGraph | None:
    """Return the graph where the branch began, without the imports that a contract ignores; None if it is unknown."""
    if statements.graph_at_base is None:
        return None
    graph = prepared(statements.graph_at_base, contract)
    matching = (edge for pattern in contract.ignored for edge in graph.matching_edges(pattern))
    return graph.without([edge for edge in matching if graph.has_import(*edge)])


def _failed(contract: Contract, how: str) -> Findings:
    return Findings(problems=(Problem(f"The contract type '{contract.type}' {how}", key="type"),))
