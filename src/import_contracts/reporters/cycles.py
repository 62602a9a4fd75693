"""What there is to say of cycles, in text and JSON; every other format shows them as a report of two contracts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem
from import_contracts.reporters.fixes import FIXES, changed
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reports.check import Outcome, Report, ReportedViolation
from import_contracts.reports.cycles import Cycle, CyclesReport, Place, Plan, ReportedCrash, Step

# How much is shown before --verbose is asked for.
_CRASHES, _CYCLES, _STEPS, _MODULES, _ENTRIES, _LONGEST = 5, 10, 5, 8, 6, 100


def as_json(report: CyclesReport) -> str:
    """Return the report as one JSON object, complete and versioned."""
    document = {
        "version": 1,
        "packages": report.packages,
        "python": ".".join(map(str, report.python)),
        "modules": report.modules,
        "imports": report.imports,
        "cycles": [_cycle_object(each) for each in report.cycles],
        "crashes": None if report.crashes is None else [_crash_object(each) for each in report.crashes],
        "unreadable": [asdict(each) for each in report.unreadable],
        "errors": [asdict(each) for each in report.problems],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _cycle_object(cycle: Cycle) -> dict[str, object]:
    plan = cycle.plan
    return {
        "modules": cycle.modules,
        "kind": cycle.kind,
        "imports": [asdict(each) for each in cycle.imports],
        "shortest": [*(each.importer for each in cycle.ring), cycle.ring[0].importer],
        "crashes": cycle.crashes,
        "cut": plan and [_step_object(each) for each in plan.steps],
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
        "changes": [asdict(each) for each in step.fix.changes],
        "ring": [asdict(each) for each in step.ring],
    }


def _crash_object(crash: ReportedCrash) -> dict[str, object]:
    return {
        "entry": crash.entry,
        "error": crash.error,
        "importer": crash.place.module,
        "imported": crash.imported,
        "name": crash.name,
        "path": crash.place.path,
        "line": crash.place.line,
        "text": crash.place.text,
        "stack": [asdict(each) for each in crash.stack],
        "defined": crash.defined and asdict(crash.defined),
        "works_from": crash.works_from,
    }


def as_text(report: CyclesReport, style: Style) -> str:
    """Return the crashes as stories, then the cycles, each with what to change, then a line that sums it up."""
    sections = [*_crashes(report, style), *_cycles(report, style), *_problems(report, style), _summary(report, style)]
    return "\n".join(sections) + "\n"


# --- crashes -----------------------------------------------------------------------------------------------------


def _crashes(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield a story for each statement that fails, from the entry with the shortest way there."""
    groups: dict[tuple[Place, str, str | None], list[ReportedCrash]] = {}
    for crash in report.crashes or ():
        groups.setdefault((crash.place, crash.imported, crash.name), []).append(crash)
    stories = sorted(groups.values(), key=lambda group: (-len(group), group[0].entry))
    shown = stories if style.verbose else stories[:_CRASHES]
    if stories:
        yield style.paint("Crashes", BOLD)
        yield ""
    for group in shown:
        yield from (f"  {line}".rstrip() for line in _story(group, style))
        yield ""
    if len(stories) > len(shown):
        yield f"  … and {_count(len(stories) - len(shown), 'more statement')} that fail (--verbose shows all)"
        yield ""


def _story(group: Sequence[ReportedCrash], style: Style) -> Iterator[str]:
    crash = min(group, key=lambda each: (len(each.stack), each.entry))
    place = crash.place
    what = f"cannot import name '{crash.name}' from" if crash.error == "ImportError" else f"no '{crash.name}' in"
    yield style.paint(f"import {crash.entry}: {what} partially initialized module '{crash.imported}'", RED)
    yield ""
    steps = _without_repeats(crash.stack)
    for number, each in enumerate(steps[:-1]):
        following = steps[number + 1]
        yield f"  {_place(each)}: {style.paint(_short(each.text, style), BOLD)}"
        what = f"calls a function of {following.module}" if following.is_call else f"starts {following.module}"
        yield style.paint(f"    {what}", DIM)
    yield f"  {_place(place)}: {style.paint(_short(place.text, style), BOLD)}"
    reached = next((each.line for each in crash.stack if each.module == crash.imported), None)
    got = f", which has not got past its line {reached}" if reached else ""
    yield f"    wants {crash.name} from {crash.imported}{got}"
    if crash.defined and (reached is None or crash.defined.line > reached):
        yield f"    {crash.name} would be bound on line {crash.defined.line}: {crash.defined.text}"
    others = [each.entry for each in group if each is not crash]
    if others:
        listed = _listed(others, _ENTRIES, style)
        yield f"  So does importing {listed} first."
    if crash.works_from:
        yield f"  It works from {crash.works_from}: what imports {crash.entry} before that, such as a test, fails."


def _without_repeats(stack: Sequence[Place]) -> list[Place]:
    return [each for number, each in enumerate(stack) if number == 0 or each != stack[number - 1]]


# --- cycles ------------------------------------------------------------------------------------------------------

_NEEDS = {
    Kind.RUNTIME: "with runtime imports alone",
    Kind.DEFERRED: "only with imports inside functions: hidden, not gone",
    Kind.LAZY: "only with lazy imports",
    Kind.TYPE_CHECKING: "only for type checking: free",
}


def _cycles(report: CyclesReport, style: Style) -> Iterator[str]:
    costly = [each for each in report.cycles if each.kind in (Kind.RUNTIME, Kind.DEFERRED, Kind.LAZY)]
    if not style.verbose:
        costly = [each for number, each in enumerate(costly) if each.kind is Kind.RUNTIME or number < _CYCLES]
    others = [each for each in report.cycles if each not in costly]
    for number, cycle in enumerate(costly, 1):
        yield from _cycle(number, cycle, style)
    for kind in Kind:
        of_kind = [each for each in others if each.kind is kind]
        if of_kind:
            yield style.paint(f"{_count(len(of_kind), 'cycle')} {_NEEDS[kind]}", BOLD)
            yield ""
            for cycle in of_kind if style.verbose else of_kind[:_CYCLES]:
                yield f"  {_count(len(cycle.modules), 'module')}: {_ring(cycle.ring)}"
            if len(of_kind) > _CYCLES and not style.verbose:
                yield f"  … and {len(of_kind) - _CYCLES} more (--verbose shows all)"
            yield ""


def _cycle(number: int, cycle: Cycle, style: Style) -> Iterator[str]:
    size = f"{_count(len(cycle.modules), 'module')}, {_count(len(cycle.imports), 'cyclic import')}"
    yield style.paint(f"Cycle {number}: {size}; stands {_NEEDS[cycle.kind]}", BOLD)
    yield ""
    if len(cycle.modules) > len(cycle.ring):
        yield f"  {_listed(cycle.modules, _MODULES, style)}"
        yield ""
    yield "  " + (f"Shortest ring: {_ring(cycle.ring)}" if len(cycle.ring) > 1 else f"{_ring(cycle.ring)}: itself")
    yield from (f"    {_place(each)}: {_short(each.text, style)}{_kind(each)}" for each in cycle.ring)
    if cycle.crashes:
        yield style.paint(f"  Crashes when imported first: {_listed(cycle.crashes, _ENTRIES, style)}", RED)
    yield ""
    if cycle.plan:
        yield from _plan(cycle, cycle.plan, style)


def _plan(cycle: Cycle, plan: Plan, style: Style) -> Iterator[str]:
    surely = "no cheaper change would do" if plan.is_minimum else "perhaps not the cheapest way"
    yield f"  To be rid of it, change {_count(len(plan.steps), 'import')} ({surely}):"
    yield ""
    shown = plan.steps if style.verbose else plan.steps[:_STEPS]
    left = len(cycle.imports)
    for number, step in enumerate(shown, 1):
        left -= step.gain
        yield from (f"  {line}".rstrip() for line in _step(number, step, left, style))
    if len(plan.steps) > len(shown):
        yield f"  … and {_count(len(plan.steps) - len(shown), 'more import')} (--verbose shows all)"
    if by_hand := sum(not step.fix.changes for step in plan.steps):
        yield f"  {by_hand} of {len(plan.steps)} must be done by hand."
    if plan.crashes_new:
        listed = _listed(plan.crashes_new, _ENTRIES, style)
        yield style.paint(f"  Then would crash when imported first: {listed}", YELLOW)
    elif plan.crashes_left:
        listed = _listed(plan.crashes_left, _ENTRIES, style)
        yield style.paint(f"  Would still crash when imported first: {listed}", YELLOW)
    elif cycle.crashes:
        yield style.paint("  With all of these, nothing in it crashes any more.", GREEN)
    yield ""


def _step(number: int, step: Step, left: int, style: Style) -> Iterator[str]:
    each = step.evidence
    yield f"  {number}. {_place(each)}: {style.paint(_short(each.text, style), BOLD)}{_kind(each)}"
    rest = f", {_count(left, 'cyclic import')} left" if left else ", and no cycle is left"
    yield f"     {FIXES[step.fix.kind]} ({_count(step.gain, 'import')} less{rest})"
    yield from (style.paint(f"     {sentence}", DIM) for sentence in step.fix.why)
    for change in step.fix.changes:
        yield from (f"       {line}" for line in changed(change, each, style))
    yield ""


# --- the rest ----------------------------------------------------------------------------------------------------


def _problems(report: CyclesReport, style: Style) -> Iterator[str]:
    files = [
        Problem(each.message, file=each.path if each.line is None else f"{each.path}:{each.line}")
        for each in report.unreadable
    ]
    for problem in (*report.problems, *files):
        label = style.paint("error", RED) if problem.is_error else style.paint("warning", YELLOW)
        yield f"{label}: {problem}"
    if report.problems or files:
        yield ""


def _summary(report: CyclesReport, style: Style) -> str:
    counts = Counter(each.kind for each in report.cycles)
    kinds = [f"{counts[kind]:,} {kind.replace('_', ' ')}" for kind in Kind if counts[kind]]
    listed = f" ({', '.join(kinds)})" if kinds else ""
    cycles = _count(len(report.cycles), "cycle") + listed
    crashes = ""
    if report.crashes is not None:
        verb = "crashes" if len(report.crashes) == 1 else "crash"
        python = f"Python {report.python[0]}.{report.python[1]}"
        crashes = f"; {_count(len(report.crashes), 'module')} {verb} when imported first ({python})"
    size = f"{_count(report.modules, 'module')}, {_count(report.imports, 'import')}"
    return style.paint(f"{size}: {cycles}{crashes}.", BOLD, RED if report.crashes else GREEN)


def _ring(ring: Sequence[Import]) -> str:
    return " -> ".join([*(each.importer for each in ring), ring[0].importer])


def _short(text: str, style: Style) -> str:
    """Return a statement without most of its names where it has very many."""
    if style.verbose or len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST].rpartition(',')[0]}, …"


def _place(each: Import | Place) -> str:
    return f"{each.path}:{each.line}:{each.column}" if isinstance(each, Import) else f"{each.path}:{each.line}"


def _kind(each: Import) -> str:
    return "" if each.kind is Kind.RUNTIME else f"  ({each.kind.replace('_', ' ')})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(items: Sequence[str], most: int, style: Style) -> str:
    if style.verbose or len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most:,} more"


def as_report(report: CyclesReport) -> Report:
    """Return the same as what two contracts come to: one that there be no crash, and one that there be no cycle.

    A crash becomes a violation with the way to it, and every import that a plan changes one with a ring; of a cycle
    without a plan, its shortest ring. Cycles for type checking alone are left out: they are free.
    """
    crashes = tuple(each.violation for each in report.crashes or ())
    costly = (cycle for cycle in report.cycles if cycle.kind is not Kind.TYPE_CHECKING)
    cycles = tuple(violation for cycle in costly for violation in _cycle_violations(cycle))
    outcomes = [Outcome("cycles", "No cycles", "acyclic", "", kept=not cycles, violations=cycles)]
    if report.crashes is not None:
        outcomes.insert(0, Outcome("crashes", "Every module can be imported first", "crash", "", not crashes, crashes))
    return Report(
        report.modules, report.imports, tuple(outcomes), problems=report.problems, unreadable=report.unreadable
    )


def _cycle_violations(cycle: Cycle) -> Iterator[ReportedViolation]:
    rings = [step.ring for step in cycle.plan.steps] if cycle.plan else [cycle.ring]
    needs = _NEEDS[cycle.kind]
    size = _count(len(cycle.modules), "module")
    for ring in rings:
        first = ring[0]
        message = f"A cycle of {size} stands {needs}: {_ring(cycle.ring)}"
        yield ReportedViolation(first.importer, first.imported, "", message, first.path, (first.line,), ring)
