"""The report about cycles: which kinds of imports close them, which modules crash, and what to change."""

from __future__ import annotations

from import_contracts.graph.names import within
from import_contracts.judging.cycles import CycleSearch
from import_contracts.judging.statements import Statements
from import_contracts.reports.check import Unreadable
from import_contracts.reports.cycles import Cycle, CyclesReport, Plan, Question, ReportedCrash, ReportedEntry


def diagnose(question: Question, statements: Statements) -> CyclesReport:
    """Return the report about the cycles of a program; a quick one has no crashes and no plans.

    Cycles that crash come first; then the order is by kind, most eager first, by size, largest first, and by modules.
    """
    snapshot = statements.snapshot
    search = CycleSearch(question, statements)
    with snapshot.context.step("find the cycles"):
        found = search.cycles()
    crashes: tuple[ReportedCrash, ...] | None = None
    untried: tuple[str, ...] = ()
    entries: tuple[ReportedEntry, ...] = ()
    plans: list[Plan] | list[None] = [None] * len(found)
    if not question.is_quick:
        from import_contracts.judging.entries import report_entries  # noqa: PLC0415 - as below
        from import_contracts.judging.remedies import Remedies  # noqa: PLC0415 - not needed for a quick report

        remedies = Remedies(search)
        crashes, plans, untried = remedies.crashes(), remedies.plans(found), remedies.untried
        entries = report_entries(question, statements)
    cycles = [search.cycle(cycle, plan, crashes or ()) for cycle, plan in zip(found, plans, strict=True)]
    inside = [crash for crash in crashes or () if any(within(crash.entry, package) for package in question.packages)]
    return CyclesReport(
        packages=question.packages,
        modules=len(snapshot.program.modules),
        imports=sum(1 for _ in search.graph.edges()),
        python=question.python,
        cycles=tuple(sorted(cycles, key=_order)),
        crashes=None if crashes is None else tuple(inside),
        unreadable=tuple(
            Unreadable(statements.path(each.module), each.line, each.message) for each in snapshot.scan.unreadable
        ),
        untried=tuple(module for module in untried if any(within(module, package) for package in question.packages)),
        entries=entries,
    )


def _order(cycle: Cycle) -> tuple[bool, int, int, tuple[str, ...]]:
    return not cycle.crashes, cycle.kind.rank, -len(cycle.modules), cycle.modules
