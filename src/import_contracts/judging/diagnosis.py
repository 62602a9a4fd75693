"""The report about cycles: which kinds of imports close them, which modules crash, and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import top_level, within
from import_contracts.judging.cycles import CycleSearch
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem
from import_contracts.reading.files.excluding import EXCLUDE
from import_contracts.reading.snapshot import Snapshot
from import_contracts.records import replace
from import_contracts.reports.check import ReportedViolation, Unreadable
from import_contracts.reports.cycles import (
    Cycle,
    CyclesReport,
    NotFollowed,
    Question,
    ReportedCrash,
    ReportedCrashPlan,
    ReportedEntry,
)

if TYPE_CHECKING:
    from import_contracts.crashes.missing import MissingImport
    from import_contracts.judging.remedies import Remedies, Tried

_MANY = 100
"""From how many modules on a second process is worth its start."""


def diagnose(question: Question, statements: Statements) -> CyclesReport:
    """Return the report about the cycles of a program; a quick one has no crashes and no plans.

    Cycles that crash come first; then the order is by kind, most eager first, by size, largest first, and by modules.
    """
    if not question.is_quick:
        return _diagnosed(_found(question, statements))
    search = CycleSearch(question, statements, _missing_in_themselves(question, statements))
    with statements.snapshot.context.step("find the cycles"):
        cycles = [search.cycle(cycle, None, ()) for cycle in search.cycles]
    return replace(_report(search), cycles=tuple(sorted(cycles, key=_order)))


def _report(search: CycleSearch) -> CyclesReport:
    """Return the report without cycles and crashes."""
    question, snapshot = search.question, search.statements.snapshot
    return CyclesReport(
        packages=question.packages,
        modules=len(snapshot.program.modules),
        imports=search.graph.size,
        python=question.python,
        unreadable=tuple(
            Unreadable(snapshot.context.shown(each.path), each.line, each.message) for each in snapshot.unreadable
        ),
        problems=tuple(about_exclude(snapshot)),
        also_read=tuple(sorted(set(snapshot.program.roots) - {top_level(name) for name in question.packages})),
        needless=tuple(_needless(search)) if question.needless else None,
    )


class _Others(NamedTuple):
    """What needs the crashes and not the plans; ``functions`` are what that depends on."""

    crash_plan: ReportedCrashPlan | None
    entries: tuple[ReportedEntry, ...]
    functions: Set[tuple[str, str]]


class _Found(NamedTuple):
    """All that there is to report."""

    search: CycleSearch
    remedies: Remedies
    missing: Sequence[MissingImport]
    not_followed: tuple[NotFollowed, ...]
    crashes: Sequence[ReportedCrash]
    cycles: Iterable[Cycle]
    others: _Others


def _diagnosed(found: _Found) -> CyclesReport:
    search, remedies = found.search, found.remedies

    def is_asked_about(module: str) -> bool:
        return any(within(module, package) for package in search.question.packages)

    return replace(
        _report(search),
        cycles=tuple(sorted(found.cycles, key=_order)),
        crashes=tuple(crash for crash in found.crashes if is_asked_about(crash.entry)),
        untried=tuple(module for module in remedies.untried if is_asked_about(module)),
        missing=tuple(remedies.reported_missing(each) for each in found.missing if is_asked_about(each.importer)),
        not_followed=found.not_followed,
        entries=found.others.entries,
        crash_plan=found.others.crash_plan,
    )


def _found(question: Question, statements: Statements) -> _Found:
    """Return what is missing, the crashes, the plans for the cycles, and all else.

    What is missing and the entries are found, and what to do about cycles is chosen, in one process while another looks
    for crashes. The first then tries what was chosen while a third makes the plan for crashes and follows the entries.
    """
    from import_contracts.judging.entries import find_entries, report_entries  # noqa: PLC0415 - not for a quick report
    from import_contracts.reading.processes import asking, in_process  # noqa: PLC0415 - as above

    remedies, context = _remedies(question, statements), statements.snapshot.context
    is_long = len(statements.program_text.sources) >= _MANY  # all texts are read before the process is copied

    @cache
    def search_without(missing: tuple[MissingImport, ...]) -> CycleSearch:
        search = CycleSearch(question, statements, missing)
        with context.step("find the cycles"):
            search.cycles  # noqa: B018 - found here
        return search

    def planned(crashes: Tried) -> Iterator[Any]:
        entries = find_entries(question, statements)
        missing = remedies.missing()
        yield missing, remedies.not_followed(), entries, statements.outside
        yield remedies.plans(search_without(missing), crashes), remedies.functions

    def repaired() -> _Others:
        plan, changed = remedies.crash_plan(search)
        return _Others(plan, report_entries(entries, question, statements, remedies.known, changed), remedies.functions)

    texts = [source.text for source in statements.sources.values()]
    with asking(planned, remedies.tried(), context, is_long=is_long, shared=texts) as planning:
        crashes, (missing, not_followed, entries, outside) = remedies.crashes(), next(planning)
        statements.looked_at(outside)
        search = search_without(missing)
        with in_process(repaired, context, is_long=is_long) as repairing:
            plans, functions = next(planning)
            cycles = [search.cycle(*each, crashes) for each in zip(search.cycles, plans, strict=True)]
            others = repairing()
    statements.depend_on(remedies.functions | functions | others.functions | remedies.needed)
    return _Found(search, remedies, missing, not_followed, crashes, cycles, others)


def _needless(search: CycleSearch) -> Iterator[ReportedViolation]:
    """Yield the imports inside functions that avoid no cycle, as violations of ``no_needless_deferrals``."""
    from import_contracts.contracts import no_needless_deferrals as deferrals  # noqa: PLC0415 - only with the option

    statements, graph = search.statements, search.graph.without_kinds({Kind.TYPE_CHECKING})
    for each in deferrals.find_needless(graph, statements.program_text):
        if any(within(each.edge[0], package) for package in search.question.packages):
            statement = (
                statements.on_line(each.edge, each.lines[0]) if each.shown else search.statement(each.edge, graph)
            )
            message = deferrals.REPEATED if each.is_repeated else deferrals.NEEDLESS
            path = statements.path(each.edge[0])
            yield ReportedViolation(*each.edge, "", message, path, each.lines, (statement,))


def _remedies(question: Question, statements: Statements) -> Remedies:
    from import_contracts.judging.remedies import Remedies  # noqa: PLC0415 - not needed for a quick report

    return Remedies(question, statements)


def _missing_in_themselves(question: Question, statements: Statements) -> tuple[MissingImport, ...]:
    """Return the imports of what is missing that look as if a module imported itself."""
    graph = statements.snapshot.scan.graph
    suspects = [module for module in graph.modules if graph.has_import(module, module)]
    return _remedies(question, statements).missing(suspects) if suspects else ()


def about_exclude(snapshot: Snapshot) -> Iterator[Problem]:
    """Yield the problems of what is excluded, with paths as reports show them."""
    for problem in (*snapshot.program.problems, *snapshot.scan.problems):
        if problem.key == EXCLUDE:
            yield replace(problem, file=snapshot.context.shown(problem.file) if problem.file else None)


def _order(cycle: Cycle) -> tuple[bool, int, int, tuple[str, ...]]:
    return not cycle.crashes, cycle.kind.rank, -len(cycle.modules), cycle.modules
