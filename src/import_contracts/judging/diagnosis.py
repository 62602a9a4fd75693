"""The cycles of a program: which kinds of imports close them, which modules crash, and what to change."""

from __future__ import annotations

from import_contracts.graph.names import within
from import_contracts.judging.cycles import CycleSearch
from import_contracts.judging.statements import Statements
from import_contracts.reports.check import Unreadable
from import_contracts.reports.cycles import Cycle, CyclesReport, Plan, Question, ReportedCrash


def diagnose(question: Question, statements: Statements) -> CyclesReport:
    """Return the cycles of a program, and unless the question is quick, what crashes and what to change."""
    snapshot = statements.snapshot
    search = CycleSearch(question, statements)
    with snapshot.context.step("find the cycles"):
        found = search.cycles()
    crashes: tuple[ReportedCrash, ...] | None = None
    plans: list[Plan] | list[None] = [None] * len(found)
    if not question.is_quick:
        from import_contracts.judging.remedies import Remedies  # noqa: PLC0415 - a quick answer does not need it

        remedies = Remedies(search)
        crashes, plans = remedies.crashes(), remedies.plans(found)
    cycles = [search.cycle(each, plan, crashes or ()) for each, plan in zip(found, plans, strict=True)]
    entries = [each for each in crashes or () if any(within(each.entry, package) for package in question.packages)]
    return CyclesReport(
        packages=question.packages,
        modules=len(snapshot.program.modules),
        imports=sum(1 for _ in search.graph.edges()),
        python=question.python,
        cycles=tuple(sorted(cycles, key=_importance)),
        crashes=None if crashes is None else tuple(entries),
        unreadable=tuple(
            Unreadable(statements.path(each.module), each.line, each.message) for each in snapshot.scan.unreadable
        ),
    )


def _importance(cycle: Cycle) -> tuple[bool, int, int, tuple[str, ...]]:
    return not cycle.crashes, cycle.kind.rank, -len(cycle.modules), cycle.modules
