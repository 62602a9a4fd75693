"""The report of ``cycles`` as a report of contracts, for the formats of ``check``."""

from __future__ import annotations

from collections.abc import Iterator

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.records import replace
from import_contracts.reporters.crashes import separate_entries
from import_contracts.reporters.cycles import CLOSED_BY, untried
from import_contracts.reporters.words import ring
from import_contracts.reports.check import Outcome, Report, ReportedViolation
from import_contracts.reports.cycles import Cycle, CyclesReport, Plan, ReportedCrash, ReportedCrashPlan, ReportedMissing
from import_contracts.wording import FIXES, count


def as_report(report: CyclesReport) -> Report:
    """Return the result as a report of the contracts ``crashes`` and ``cycles``, ``entries`` and ``needless``.

    Each crash is a violation of the first. Each import that a plan changes is a violation of the second, with an
    elementary cycle as its chain; a cycle without a plan is one violation, with its shortest elementary cycle. Cycles
    of kind ``type_checking`` are left out, because they cost nothing at run time.
    """
    crashes = tuple(_crash_violation(crash, report.crash_plan) for crash in report.crashes or ())
    costly = (cycle for cycle in report.cycles if cycle.kind is not Kind.TYPE_CHECKING)
    cycles = tuple(violation for cycle in costly for violation in _cycle_violations(cycle))
    outcomes = [Outcome("cycles", "No cycles", "acyclic", "", not cycles, cycles, about_cycles=True)]
    if report.crashes is not None:
        outcomes.insert(0, Outcome("crashes", "Every module can be imported first", "crash", "", not crashes, crashes))
    if report.entries:
        failing = tuple(violation for entry in separate_entries(report) for violation in entry.violations)
        outcomes.insert(1, Outcome("entries", "Every command works", "crash", "", not failing, failing))
    if report.needless is not None:
        name = "No needless imports inside functions"
        outcomes.append(
            Outcome("needless", name, "no_needless_deferrals", "", not report.needless, violations=report.needless)
        )
    return Report(
        report.modules,
        report.imports,
        tuple(outcomes),
        problems=(*report.problems, *map(_problem_of, report.missing), *untried(report)),
        unreadable=report.unreadable,
    )


def _crash_violation(crash: ReportedCrash, plan: ReportedCrashPlan | None) -> ReportedViolation:
    """Return a crash as a violation, whose message ends with the edit that stops it."""
    violation, number = crash.violation, plan.step_of(crash.entry) if plan else None
    if plan is None or number is None:
        return violation
    step = plan.steps[number]
    fix = f"{step.place.path}:{step.place.line}: {FIXES[step.fix.kind]} (stops {len(step.stops):,} crashes)"
    return replace(violation, message=f"{violation.message}. Fix: {fix}")


def _problem_of(missing: ReportedMissing) -> Problem:
    message = f"{missing.message} (not caused by a cycle). {missing.why}"
    return Problem(message, file=missing.place.path, line=missing.place.line, severity=Severity.WARNING)


def _cycle_violations(cycle: Cycle) -> Iterator[ReportedViolation]:
    chains = list(_chains(cycle.plan)) if cycle.plan else [(cycle.ring, False)]
    size = count(len(cycle.modules), "module")
    closed_by = CLOSED_BY.get(cycle.kind)
    what = f"A cycle of {size} {closed_by}" if closed_by else f"A runtime cycle of {size}"
    message = f"{what}: {ring(cycle.ring)}"
    for chain, is_cut in chains:
        first = chain[0]
        ends = (first.importer, first.imported, "")
        yield ReportedViolation(*ends, message, first.path, (first.line,), chain, is_chain_cut=is_cut)


def _chains(plan: Plan) -> Iterator[tuple[tuple[Import, ...], bool]]:
    """Yield a chain for each import that a plan changes, and whether it is cut."""
    for step in plan.steps:
        yield step.ring, step.is_ring_cut
        yield from (((statement,), True) for statement in step.others)
