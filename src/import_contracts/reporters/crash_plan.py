"""The plan for crashes as text and JSON: its edits, each below a crash that it stops, and all together."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from import_contracts.records import asdict
from import_contracts.reporters.fixes import changed_at
from import_contracts.reporters.style import BOLD, DIM, GREEN, YELLOW, Style
from import_contracts.reports.cycles import ReportedCrashPlan, ReportedDeadlock, ReportedEdit
from import_contracts.wording import FIXES, count, listed

_STEPS, _ENTRIES = 10, 6  # how many are shown without --verbose


def crash_plan_object(plan: ReportedCrashPlan) -> dict[str, object]:
    """Return the plan as an object of the JSON report."""
    return {
        "steps": [_step_object(step) for step in plan.steps],
        "left": [_left_object(left) for left in plan.left],
    } | ({} if plan.is_whole else {"is_whole": False})


def _step_object(step: ReportedEdit) -> dict[str, object]:
    return {
        "importer": step.place.module,
        "imported": step.imported,
        "path": step.place.path,
        "line": step.place.line,
        "text": step.place.text,
        "fix": step.fix.kind,
        "level": step.level,
        "why": " ".join(step.fix.why),
        "changes": [asdict(change) for change in step.fix.changes],
        "stops": step.stops,
    }


def _left_object(left: ReportedDeadlock) -> dict[str, object]:
    why = " ".join(left.fix.why)
    return {"entries": left.entries, "importer": left.importer, "fix": left.fix.kind, "why": why}


def edit_of(plan: ReportedCrashPlan, entry: str, told: Collection[int], style: Style) -> Iterator[str]:
    """Yield the edit that stops the crash of an entry, with its diff if no step of that number has been ``told``."""
    number = plan.step_of(entry)
    if number is None:
        return
    step = plan.steps[number]
    of_plan = [f"step {number + 1} of the plan below"] if len(plan.steps) > 1 else []
    notes = ", ".join([*(["as above"] if number in told else []), *of_plan])
    name = f" ({notes})" if notes else ""
    yield style.paint(f"  Fix: {step.place.path}:{step.place.line}: {FIXES[step.fix.kind]}{name}", GREEN)
    yield from () if number in told else _diff(step, style)


def crash_plan_as_text(plan: ReportedCrashPlan, crashes: int, told: Collection[int], style: Style) -> Iterator[str]:
    """Yield the plan for a number of crashes; the steps that were ``told`` have no diff."""
    yield style.paint(_headline(plan, crashes), BOLD)
    yield ""
    shown = style.capped(plan.steps, _STEPS)
    left = crashes
    for number, step in enumerate(shown):
        left -= len(step.stops)
        yield f"  {number + 1}. {step.place.path}:{step.place.line}: {style.paint(step.place.text, BOLD)}"
        rest = f"; {left:,} left" if left else ""
        stops = f"stops {len(step.stops):,} of {crashes:,}{rest}" if step.stops else "needed for the next step"
        yield f"     {FIXES[step.fix.kind]} ({stops})"
        yield from (style.paint(f"     {sentence}", DIM) for sentence in step.fix.why)
        if number not in told:
            yield from (f"   {line}" for line in _diff(step, style))
        yield ""
    if hidden := len(plan.steps) - len(shown):
        yield f"  … {count(hidden, 'more edit')} (--verbose shows all)"
        yield ""
    for deadlock in style.capped(plan.left, _STEPS):
        verb = "crashes" if len(deadlock.entries) == 1 else "crash"
        most = len(deadlock.entries) if style.verbose else _ENTRIES
        modules = listed(deadlock.entries, most=most)
        fix = FIXES[deadlock.fix.kind]
        fix = f"{deadlock.importer} {fix}" if deadlock.fix.kind == "restructure" else f"in {deadlock.importer}, {fix}"
        yield style.paint(f"  {modules} still {verb}; {fix}:", YELLOW)
        yield from (style.paint(f"     {sentence}", DIM) for sentence in deadlock.fix.why)
        yield ""


def _headline(plan: ReportedCrashPlan, crashes: int) -> str:
    """Return how many edits stop how many crashes."""
    stopped = sum(len(step.stops) for step in plan.steps)
    if not plan.steps:
        return "Plan for crashes: no edit was found"
    verb = "stops" if len(plan.steps) == 1 else "stop"
    return f"Plan for crashes: {count(len(plan.steps), 'edit')} {verb} {stopped:,} of {crashes:,}"


def _diff(step: ReportedEdit, style: Style) -> Iterator[str]:
    for change in step.fix.changes:
        yield from (f"    {line}" for line in changed_at(change, step.place.line, style))
