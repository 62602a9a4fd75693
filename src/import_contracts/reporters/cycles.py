"""The report of ``cycles`` as text and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.records import asdict
from import_contracts.reporters.crash_plan import crash_plan_object
from import_contracts.reporters.crashes import (
    crash_object,
    crashes_as_text,
    entries_as_text,
    entry_object,
    missing_as_text,
    missing_object,
)
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.fixes import changed
from import_contracts.reporters.people import for_people
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import also, kind, more, place, problem_lines, ring, short, some
from import_contracts.reports.check import ReportedViolation
from import_contracts.reports.cycles import (
    IN_FULL,
    Cycle,
    CyclesReport,
    NotFollowed,
    Plan,
    ReportedCrashPlan,
    Step,
)
from import_contracts.wording import FIXES, count, listed

# How many of each are shown without --verbose.
_CYCLES, _STEPS, _MODULES, _ENTRIES, _RING, _CHANGES, _NEEDLESS = IN_FULL, 5, 8, 6, 20, 12, 10


def as_json(report: CyclesReport) -> str:
    """Return the report as one JSON object, complete and versioned."""
    document = {
        "version": 1,
        "packages": report.packages,
        **({"also_read": report.also_read} if report.also_read else {}),
        "python": ".".join(map(str, report.python)),
        "modules": report.modules,
        "imports": report.imports,
        "cycles": [_cycle_object(cycle) for cycle in report.cycles],
        "crashes": None if report.crashes is None else [crash_object(crash) for crash in report.crashes],
        **({"crash_plan": crash_plan_object(report.crash_plan)} if report.crash_plan else {}),
        **({"untried": report.untried} if report.untried else {}),
        "missing": [missing_object(missing) for missing in report.missing],
        "not_followed": {each.kind: each.number for each in report.not_followed},
        **({"entries": [entry_object(entry) for entry in report.entries]} if report.entries else {}),
        **({} if report.needless is None else {"needless_deferrals": list(map(_needless_object, report.needless))}),
        "unreadable": [asdict(file) for file in report.unreadable],
        "errors": [_problem_object(problem) for problem in report.problems],
    }
    return json_text(document) + "\n"


def _problem_object(problem: Problem) -> dict[str, object]:
    fields = asdict(problem)
    for internal in ("below", "missing", "others"):
        del fields[internal]
    return fields | {"message": problem.full_message}


def _cycle_object(cycle: Cycle) -> dict[str, object]:
    plan = cycle.plan
    return {
        "modules": cycle.modules,
        "kind": cycle.kind,
        "imports": [asdict(statement) for statement in cycle.imports],
        "shortest": [*(statement.importer for statement in cycle.ring), cycle.ring[0].importer],
        **({} if cycle.is_shortest else {"is_shortest": False}),
        "crashes": cycle.crashes,
        **({"shape": plan.shape} if plan and plan.shape else {}),
        "cut": plan and [_step_object(step) for step in plan.steps],
        "is_minimum": plan and plan.is_minimum,
        "crashes_left": plan and plan.crashes_left,
        "crashes_new": plan and plan.crashes_new,
    }


def _step_object(step: Step) -> dict[str, object]:
    return {
        **asdict(step.evidence),
        "gain": step.gain,
        "fix": step.fix.kind,
        "why": " ".join(step.fix.why),
        "changes": [asdict(change) for change in step.fix.changes],
        "ring": [asdict(statement) for statement in step.ring],
        **({"ring_is_cut": True} if step.is_ring_cut else {}),
        **({"shape": step.shape} if step.shape else {}),
        **({"package": step.package} if step.package else {}),
        **({"others": [asdict(statement) for statement in step.others]} if step.others else {}),
    }


def _needless_object(needless: ReportedViolation) -> dict[str, object]:
    return {**asdict(needless.chain[0]), "lines": needless.lines, "message": needless.message}


@for_people
def as_text(report: CyclesReport, style: Style) -> str:
    """Return crashes, entries and what is missing, the cycles, each with its plan, the problems, and the totals."""
    sections = [
        *crashes_as_text(report, style),
        *entries_as_text(report, style),
        *missing_as_text(report, style),
        *_cycles(report, style),
        *_needless(report, style),
        *problem_lines([*report.problems, *(file.problem for file in report.unreadable), *untried(report)], style),
        _summary(report, style),
    ]
    return "\n".join(sections) + "\n"


# --- cycles ------------------------------------------------------------------------------------------------------

CLOSED_BY = {
    Kind.DEFERRED: "closed by deferred imports (hidden, not removed)",
    Kind.LAZY: "closed by lazy imports (hidden, not removed)",
    Kind.TYPE_CHECKING: "closed by type-checking imports (no cost at run time)",
}


_SHAPES = {
    "fat_init": "fat __init__",
    "mutual_models": "mutual models",
    "utility_creep": "utility creep",
    "type_hints": "type hints",
}


def _shape(name: str) -> str:
    return _SHAPES.get(name, name)


def _cycles(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield every runtime cycle and the first of the others in full, then the rest in one line each."""
    costly = [cycle for cycle in report.cycles if cycle.kind is not Kind.TYPE_CHECKING]
    if not style.verbose:
        costly = [cycle for number, cycle in enumerate(costly) if cycle.kind is Kind.RUNTIME or number < _CYCLES]
    rest = [cycle for cycle in report.cycles if cycle not in costly]
    for number, cycle in enumerate(costly, 1):
        yield from _cycle(number, cycle, report.crash_plan, style)
    for which, closed_by in CLOSED_BY.items():
        of_kind = [cycle for cycle in rest if cycle.kind is which]
        if of_kind:
            yield style.paint(f"{count(len(of_kind), 'cycle')} {closed_by}", BOLD)
            yield ""
            shown = style.capped(of_kind, _CYCLES)
            yield from (f"  {count(len(cycle.modules), 'module')}: {ring(cycle.ring)}" for cycle in shown)
            if hidden := len(of_kind) - len(shown):
                yield f"  {more(hidden)}"
            yield ""


def _cycle(number: int, cycle: Cycle, crash_plan: ReportedCrashPlan | None, style: Style) -> Iterator[str]:
    size = f"{count(len(cycle.modules), 'module')}, {count(len(cycle.imports), 'cyclic import')}"
    shape = f" ({_shape(cycle.plan.shape)})" if cycle.plan and cycle.plan.shape else ""
    yield style.paint(f"Cycle {number}: {size}; {CLOSED_BY.get(cycle.kind, 'runtime cycle')}{shape}", BOLD)
    yield ""
    if len(cycle.modules) > len(cycle.ring):
        yield f"  {some(cycle.modules, _MODULES, style)}"
        yield ""
    what = "Shortest cycle" if cycle.is_shortest else "A short cycle"
    yield f"  {what}: {ring(cycle.ring)}" if len(cycle.ring) > 1 else f"  {cycle.modules[0]} imports itself:"
    shown = style.capped(cycle.ring, _RING)
    for statement in shown:
        yield f"    {place(statement)}: {short(statement.text, style)}{kind(statement)}"
    if hidden := len(cycle.ring) - len(shown):
        yield f"    {more(hidden, 'import')}"
    if cycle.crashes:
        yield style.paint(f"  Crashes when imported first: {some(cycle.crashes, _ENTRIES, style)}", RED)
    yield ""
    if cycle.plan:
        yield from _plan(cycle, cycle.plan, style)
        if ending := [*_left_over(cycle.plan, style), *_crashes_after(cycle, cycle.plan, crash_plan, style)]:
            yield from (*ending, "")


def _plan(cycle: Cycle, plan: Plan, style: Style) -> Iterator[str]:
    minimum = "proven minimal" if plan.is_minimum else "not proven minimal"
    imports = sum(len(step.imports) for step in plan.steps)
    yield f"  Cheapest fix: change {count(imports, 'import')} ({minimum}):"
    yield ""
    left = len(cycle.imports)
    for number, step in enumerate(style.capped(plan.steps, _STEPS), 1):
        before, left = left, left - step.gain
        yield from (f"  {line}".rstrip() for line in _step(number, step, (before, left), style))


def _left_over(plan: Plan, style: Style) -> Iterator[str]:
    """Yield how many imports of a plan are not shown, and how many are left to people."""
    imports = sum(len(step.imports) for step in plan.steps)
    if hidden := imports - sum(len(step.imports) for step in style.capped(plan.steps, _STEPS)):
        yield f"  {more(hidden, 'import')}"
    if manual := sum(not step.fix.changes for step in plan.steps):
        yield f"  {manual} of {imports} must be changed by hand."


def _crashes_after(cycle: Cycle, plan: Plan, crash_plan: ReportedCrashPlan | None, style: Style) -> Iterator[str]:
    """Yield what becomes of crashes; a crash that is left is not due to the cycle, of which nothing is left."""
    if plan.crashes_new:
        modules = some(plan.crashes_new, _ENTRIES, style)
        yield style.paint(f"  These changes would make these modules crash when imported first: {modules}", YELLOW)
    elif plan.crashes_left:
        modules = some(plan.crashes_left, _ENTRIES, style)
        what = "After these changes, these modules still crash when imported first, but not through this cycle"
        yield style.paint(f"  {what}: {modules}{_stopped(plan.crashes_left, crash_plan)}", YELLOW)
    elif cycle.crashes and plan.crashes_left is not None:
        yield style.paint("  After these changes, none of its modules crashes.", GREEN)


def _stopped(crashes: Collection[str], plan: ReportedCrashPlan | None) -> str:
    """Return how many of some crashes the plan for crashes stops; "" if it stops none."""
    stopped = sum(plan.step_of(entry) is not None for entry in crashes) if plan else 0
    which = "it" if len(crashes) == 1 else "them" if stopped == len(crashes) else f"{stopped:,} of them"
    return f"; the plan for crashes stops {which}" if stopped else ""


def _step(number: int, step: Step, numbers: tuple[int, int], style: Style) -> Iterator[str]:
    """Yield a step; the numbers are those of the cyclic imports before and after it."""
    before, left = numbers
    statement = step.evidence
    rest = f"{left:,} left" if left else "no cycle left"
    if step.package:
        modules = style.paint(f"{len(step.imports):,} modules of {step.package}", BOLD)
        yield f"  {number}. {modules} import through its own __init__"
        yield f"     import directly: breaks {step.gain:,} of {count(before, 'cyclic import')}; {rest}"
    else:
        yield f"  {number}. {place(statement)}: {style.paint(short(statement.text, style), BOLD)}{kind(statement)}"
        yield f"     {FIXES[step.fix.kind]} (breaks {count(step.gain, 'cyclic import')}; {rest})"
    reasons = style.capped(step.fix.why, _STEPS)
    yield from (style.paint(f"     {sentence}", DIM) for sentence in reasons)
    if hidden := len(step.fix.why) - len(reasons):
        yield style.paint(f"     {more(hidden, 'name')}", DIM)
    if step.shape and not step.package:
        yield style.paint(f"     Shape: {_shape(step.shape)}.", DIM)
    changes = style.capped(step.fix.changes, _CHANGES)
    for change in changes:
        yield from (f"       {line}" for line in changed(change, statement, style))
    if hidden := len(step.fix.changes) - len(changes):
        yield style.paint(f"       {more(hidden, 'change')}", DIM)
    yield ""


# --- the rest ----------------------------------------------------------------------------------------------------


def _needless(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield the imports inside functions that avoid no cycle, each with what it imports."""
    if report.needless is None:
        return
    yield style.paint(f"Imports inside functions that avoid no cycle: {len(report.needless):,}", BOLD)
    yield ""
    messages = dict.fromkeys(each.message for each in report.needless)
    for message in messages:
        found = [each for each in report.needless if each.message == message]
        yield f"  {message[0].upper()}{message[1:]}:"
        yield ""
        shown = style.capped(found, _NEEDLESS)
        for each in shown:
            yield f"    {place(each.chain[0])}: {each.chain[0].text}{also(each.lines[1:], style)}"
        if hidden := len(found) - len(shown):
            yield f"    {more(hidden, 'import')}"
        yield ""


def untried(report: CyclesReport) -> list[Problem]:
    """Return a warning if it is not known of some modules whether they crash."""
    if not report.untried:
        return []
    modules = f"{count(len(report.untried), 'module')} ({listed(report.untried, most=3)})"
    message = f"It would be too much work to predict whether {modules} would crash when imported first."
    return [Problem(message, severity=Severity.WARNING)]


def _summary(report: CyclesReport, style: Style) -> str:
    numbers = Counter(cycle.kind for cycle in report.cycles)
    kinds = ", ".join(f"{numbers[each]:,} {each.replace('_', ' ')}" for each in Kind if numbers[each])
    found = [count(len(report.cycles), "cycle") + (f" ({kinds})" if kinds else "")]
    if report.crashes is not None:
        verb = "crashes" if len(report.crashes) == 1 else "crash"
        python = f"Python {report.python[0]}.{report.python[1]}"
        found.append(f"{count(len(report.crashes), 'module')} {verb} when imported first ({python})")
    failing = sum(bool(entry.failures) for entry in report.entries)
    if failing:
        verb = "fails" if failing == 1 else "fail"
        noun = "entry" if len(report.entries) == 1 else "entries"
        found.append(f"{failing:,} of {len(report.entries):,} {noun} {verb}")
    if report.missing:
        verb = "imports" if len(report.missing) == 1 else "import"
        found.append(f"{count(len(report.missing), 'statement')} {verb} what is missing")
    if report.not_followed:
        found.append(f"not followed: {', '.join(map(_not_followed, report.not_followed))}")
    size = f"{count(report.modules, 'module')}, {count(report.imports, 'import')}"
    if report.also_read:
        import_back = "imports" if len(report.also_read) == 1 else "import"
        size += f", with {listed(report.also_read)}, which {import_back} {listed(report.packages)} back"
    is_fine = not report.crashes and not failing
    return style.paint(f"{size}: {'; '.join(found)}.", BOLD, GREEN if is_fine else RED)


_NOT_FOLLOWED = {
    "computed_imports": ("call of import_module with a computed name", "calls of import_module with computed names"),
    "exec": ("call of exec or eval", "calls of exec or eval"),
    "loaders": ("file loaded by a call", "files loaded by calls"),
    "hooks": ("use of an import hook", "uses of import hooks"),
}


def _not_followed(what: NotFollowed) -> str:
    """Return what may hide crashes, and how often."""
    return f"{what.number:,} {_NOT_FOLLOWED.get(what.kind, (what.kind, what.kind))[what.number != 1]}"
