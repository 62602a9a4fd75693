"""The report of ``cycles`` as text and JSON; the other formats show it as a report of contracts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.records import replace
from import_contracts.reporters.crash_plan import crash_plan_as_text, crash_plan_object, edit_of
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.fixes import changed
from import_contracts.reporters.people import for_people
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import also, kind, more, place
from import_contracts.reports.check import Outcome, Report, ReportedViolation
from import_contracts.reports.cycles import (
    Cycle,
    CyclesReport,
    EntryFailure,
    Place,
    Plan,
    ReportedCrash,
    ReportedCrashPlan,
    ReportedEntry,
    ReportedMissing,
    Step,
)
from import_contracts.wording import FIXES, count, listed, path

# How many of each are shown without --verbose, and how long a statement may be.
_CRASHES, _CYCLES, _STEPS, _MODULES, _ENTRIES, _RING, _LONGEST, _CHANGES = 5, 10, 5, 8, 6, 20, 100, 12
_NEEDLESS = 10


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
        "crashes": None if report.crashes is None else [_crash_object(crash) for crash in report.crashes],
        **({"crash_plan": crash_plan_object(report.crash_plan)} if report.crash_plan else {}),
        **({"untried": report.untried} if report.untried else {}),
        "missing": [_missing_object(missing) for missing in report.missing],
        "not_followed": {each.kind: each.number for each in report.not_followed},
        **({"entries": [_entry_object(entry) for entry in report.entries]} if report.entries else {}),
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


def _crash_object(crash: ReportedCrash) -> dict[str, object]:
    return {
        "entry": crash.entry,
        "error": crash.error,
        "importer": crash.place.module,
        "imported": crash.imported,
        "name": crash.name,
        "message": crash.message,
        "message_at_root": crash.message_at_root,
        **({"lazy_message": crash.lazy_message} if crash.lazy_message else {}),
        "path": crash.place.path,
        "line": crash.place.line,
        "text": crash.place.text,
        "stack": [asdict(line) for line in crash.stack],
        "defined": crash.defined and asdict(crash.defined),
        "works_from": crash.works_from,
    }


def _needless_object(needless: ReportedViolation) -> dict[str, object]:
    return {**asdict(needless.chain[0]), "lines": needless.lines, "message": needless.message}


def _missing_object(missing: ReportedMissing) -> dict[str, object]:
    return {
        "importer": missing.place.module,
        "imported": missing.imported,
        "path": missing.place.path,
        "line": missing.place.line,
        "text": missing.place.text,
        "message": missing.message,
        "why": missing.why,
    }


def _entry_object(entry: ReportedEntry) -> dict[str, object]:
    return {
        "entry": entry.entry,
        "works": entry.works,
        "failures": [_failure_object(failure) for failure in entry.failures],
        "contrast": entry.contrast or None,
        "parent": entry.parent or None,
        **({} if entry.works_after is None else {"works_after": entry.works_after}),
    }


def _failure_object(failure: EntryFailure) -> dict[str, object]:
    place = failure.place
    return {
        "part": failure.part,
        "error": failure.error,
        "message": failure.message,
        "imported": failure.imported or None,
        "name": failure.name,
        "path": place and place.path,
        "line": place and place.line,
        "text": place and place.text,
        "first": failure.first or None,
        "stack": [asdict(line) for line in failure.stack],
    }


@for_people
def as_text(report: CyclesReport, style: Style) -> str:
    """Return crashes, entries and what is missing, the cycles, each with its plan, the problems, and the totals."""
    sections = [
        *_crashes(report, style),
        *_entries(report, style),
        *_missing(report, style),
        *_cycles(report, style),
        *_needless(report, style),
        *_problems(report, style),
        _summary(report, style),
    ]
    return "\n".join(sections) + "\n"


# --- crashes -----------------------------------------------------------------------------------------------------


def _crashes(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield a block for each statement that fails; it shows the entry with the shortest stack."""
    groups: dict[tuple[Place, str, str | None], list[ReportedCrash]] = {}
    for crash in report.crashes or ():
        groups.setdefault((crash.place, crash.imported, crash.name), []).append(crash)
    ordered = sorted(groups.values(), key=lambda group: (-len(group), group[0].entry))
    shown = style.capped(ordered, _CRASHES)
    if ordered:
        yield style.paint("Crashes", BOLD)
        yield ""
    plan, told = report.crash_plan, set[int]()
    for group in shown:
        crash = min(group, key=lambda crash: (len(crash.stack), crash.entry))
        yield from (f"  {line}".rstrip() for line in _crash(crash, group, style))
        if plan and (step := plan.step_of(crash.entry)) is not None:
            yield from (f"  {line}".rstrip() for line in edit_of(plan, crash.entry, told, style))
            told.add(step)
        yield ""
    if hidden := len(ordered) - len(shown):
        yield f"  {more(hidden, 'failing statement')}"
        yield ""
    if plan:
        yield from crash_plan_as_text(plan, len(report.crashes or ()), told, style)


def _crash(crash: ReportedCrash, group: Sequence[ReportedCrash], style: Style) -> Iterator[str]:
    yield style.paint(f"import {crash.entry}: {crash.message}", RED)
    if crash.message_at_root:
        yield style.paint(f"  Where this folder is first on sys.path: {crash.message_at_root}", DIM)
    if crash.lazy_message:
        yield style.paint(f"  Above it: {crash.lazy_message}", DIM)
    yield ""
    lines = _without_repeats(crash.stack)
    for line, following in pairwise(lines):
        yield _line(line, style)
        what = f"calls a function of {following.module}" if following.is_call else f"runs {following.module}"
        yield style.paint(f"    {what}", DIM)
    yield _line(crash.place, style)
    reached = next((line.line for line in crash.stack if line.module == crash.imported), None)
    state = f", which is still at line {reached}" if reached else ""
    needed = f"{crash.name} from {crash.imported}" if crash.name else crash.imported
    yield f"    needs {needed}{state}"
    if crash.defined and (reached is None or crash.defined.line > reached):
        yield f"    {crash.name} is not defined until line {crash.defined.line}: {crash.defined.text}"
    if others := [other.entry for other in group if other is not crash]:
        yield f"  The same happens for {_modules(others, _ENTRIES, style)}."
    if crash.works_from:
        yield f"  Importing {crash.works_from} first works; a test that imports only {crash.entry} fails."


def _line(line: Place, style: Style) -> str:
    return f"  {line.path}:{line.line}: {style.paint(_short(line.text, style), BOLD)}"


def _without_repeats(stack: Sequence[Place]) -> list[Place]:
    return [line for number, line in enumerate(stack) if number == 0 or line != stack[number - 1]]


def _missing(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield the imports of what is not there, each with what Python says of it and why no cycle is to blame."""
    if report.missing:
        yield style.paint("Missing modules and names, which no cycle is to blame for", BOLD)
        yield ""
    shown = style.capped(report.missing, _CRASHES)
    for each in shown:
        yield f"  {each.place.path}:{each.place.line}: {style.paint(_short(each.place.text, style), BOLD)}"
        yield f"    {style.paint(each.message, RED)}"
        yield f"    {each.why}"
        yield ""
    if hidden := len(report.missing) - len(shown):
        yield f"  {more(hidden)}"
        yield ""


# --- entries -----------------------------------------------------------------------------------------------------


def _entries(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield a line for each entry; test files that work alone are only counted."""
    if not report.entries:
        return
    yield style.paint("Entries", BOLD)
    yield ""
    alone = [] if style.verbose else [entry for entry in report.entries if entry.parent]
    working = [entry for entry in alone if entry.works]
    together = _parts(report)
    failing = [entry for entry in alone if not entry.works and not _fails_together(entry, together)]
    for entry in (*(each for each in report.entries if each not in alone), *failing[:_ENTRIES]):
        yield from (f"  {line}" for line in _entry(entry, style))
    if hidden := len(failing) - _ENTRIES:
        yield from [f"  {more(hidden, 'failing test file')}"] if hidden > 0 else []
    if working:
        test_files = "All" if len(working) == len(alone) else f"{len(working):,} of"
        yield f"  {test_files} {count(len(alone), 'test file')} {'works' if len(alone) == 1 else 'work'} alone."
    yield ""


def _parts(report: CyclesReport) -> frozenset[tuple[str, str]]:
    """Return the parts that fail, each with the entry that it is part of."""
    return frozenset((entry.entry, failure.part) for entry in report.entries for failure in entry.failures)


def _fails_together(entry: ReportedEntry, together: frozenset[tuple[str, str]]) -> bool:
    """Tell whether all that fails of an entry fails in the entry that does more as well."""
    return bool(entry.failures) and all((entry.parent, failure.part) in together for failure in entry.failures)


def _entry(entry: ReportedEntry, style: Style) -> Iterator[str]:
    if not entry.failures:
        known = "works" if entry.works else "it would be too much work to tell"
        yield f"{entry.entry}: {style.paint(known, GREEN if entry.works else YELLOW)}"
        return
    failure, *others = entry.failures
    at = f" at {failure.place.path}:{failure.place.line}" if failure.place else ""
    is_clear = failure.part in entry.entry or (failure.place and failure.part == failure.place.path)
    inside = f" in {failure.part}" if "pytest" in entry.entry and not is_clear else ""
    yield f"{entry.entry}: {style.paint(f'fails{inside}{at}: {failure.message}', RED)}"
    for line in failure.stack[:-1] if style.verbose else ():
        yield f"    {line.path}:{line.line}: {line.text}"
    if others:
        yield f"  So do {count(len(others), 'more file')}: {_modules([each.part for each in others], _ENTRIES, style)}."
    if entry.contrast:
        first = f"It imports {failure.first} first. " if failure.first else ""
        yield f"  {first}{entry.contrast}"
    if entry.works_after:
        yield style.paint("  The plan for crashes stops this too.", GREEN)


# --- cycles ------------------------------------------------------------------------------------------------------

_CLOSED_BY = {
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
    for which, closed_by in _CLOSED_BY.items():
        of_kind = [cycle for cycle in rest if cycle.kind is which]
        if of_kind:
            yield style.paint(f"{count(len(of_kind), 'cycle')} {closed_by}", BOLD)
            yield ""
            shown = style.capped(of_kind, _CYCLES)
            yield from (f"  {count(len(cycle.modules), 'module')}: {_ring(cycle.ring)}" for cycle in shown)
            if hidden := len(of_kind) - len(shown):
                yield f"  {more(hidden)}"
            yield ""


def _cycle(number: int, cycle: Cycle, crash_plan: ReportedCrashPlan | None, style: Style) -> Iterator[str]:
    size = f"{count(len(cycle.modules), 'module')}, {count(len(cycle.imports), 'cyclic import')}"
    shape = f" ({_shape(cycle.plan.shape)})" if cycle.plan and cycle.plan.shape else ""
    yield style.paint(f"Cycle {number}: {size}; {_CLOSED_BY.get(cycle.kind, 'runtime cycle')}{shape}", BOLD)
    yield ""
    if len(cycle.modules) > len(cycle.ring):
        yield f"  {_modules(cycle.modules, _MODULES, style)}"
        yield ""
    what = "Shortest cycle" if cycle.is_shortest else "A short cycle"
    yield f"  {what}: {_ring(cycle.ring)}" if len(cycle.ring) > 1 else f"  {cycle.modules[0]} imports itself:"
    shown = style.capped(cycle.ring, _RING)
    for statement in shown:
        yield f"    {place(statement)}: {_short(statement.text, style)}{kind(statement)}"
    if hidden := len(cycle.ring) - len(shown):
        yield f"    {more(hidden, 'import')}"
    if cycle.crashes:
        yield style.paint(f"  Crashes when imported first: {_modules(cycle.crashes, _ENTRIES, style)}", RED)
    yield ""
    if cycle.plan:
        yield from _plan(cycle, cycle.plan, style)
        yield from _crashes_after(cycle, cycle.plan, crash_plan, style)
        yield ""


def _plan(cycle: Cycle, plan: Plan, style: Style) -> Iterator[str]:
    minimum = "proven minimal" if plan.is_minimum else "not proven minimal"
    imports = sum(len(step.imports) for step in plan.steps)
    yield f"  Cheapest fix: change {count(imports, 'import')} ({minimum}):"
    yield ""
    shown = style.capped(plan.steps, _STEPS)
    left = len(cycle.imports)
    for number, step in enumerate(shown, 1):
        before, left = left, left - step.gain
        yield from (f"  {line}".rstrip() for line in _step(number, step, (before, left), style))
    if hidden := imports - sum(len(step.imports) for step in shown):
        yield f"  {more(hidden, 'import')}"
    if manual := sum(not step.fix.changes for step in plan.steps):
        yield f"  {manual} of {imports} must be changed by hand."


def _crashes_after(cycle: Cycle, plan: Plan, crash_plan: ReportedCrashPlan | None, style: Style) -> Iterator[str]:
    """Yield what becomes of crashes; a crash that is left is not due to the cycle, of which nothing is left."""
    if plan.crashes_new:
        modules = _modules(plan.crashes_new, _ENTRIES, style)
        yield style.paint(f"  These changes would make these modules crash when imported first: {modules}", YELLOW)
    elif plan.crashes_left:
        modules = _modules(plan.crashes_left, _ENTRIES, style)
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
        yield f"  {number}. {place(statement)}: {style.paint(_short(statement.text, style), BOLD)}{kind(statement)}"
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
    """Yield the imports inside functions that no cycle needs, each with what it imports."""
    if report.needless is None:
        return
    yield style.paint(f"Imports inside functions that no cycle needs: {len(report.needless):,}", BOLD)
    yield ""
    messages = dict.fromkeys(each.message for each in report.needless)
    for message in messages:
        found = [each for each in report.needless if each.message == message]
        yield f"  {message[0].upper()}{message[1:]}:"
        yield ""
        for each in style.capped(found, _NEEDLESS):
            yield f"    {place(each.chain[0])}: {each.chain[0].text}{also(each.lines[1:], style)}"
        if hidden := len(found) - _NEEDLESS:
            yield from [f"    {more(hidden, 'import')}"] if hidden > 0 and not style.verbose else []
        yield ""


def _problems(report: CyclesReport, style: Style) -> Iterator[str]:
    files = [file.problem for file in report.unreadable]
    problems = [*report.problems, *files, *_untried(report)]
    for problem in problems:
        label = style.paint("error", RED) if problem.is_error else style.paint("warning", YELLOW)
        yield f"{label}: {problem}"
    if problems:
        yield ""


def _untried(report: CyclesReport) -> list[Problem]:
    """Return a warning if it is not known of some modules whether they crash."""
    if not report.untried:
        return []
    modules = f"{count(len(report.untried), 'module')} ({listed(report.untried, most=3)})"
    message = f"It would be too much work to predict whether {modules} would crash when imported first."
    return [Problem(message, severity=Severity.WARNING)]


def _summary(report: CyclesReport, style: Style) -> str:
    numbers = Counter(cycle.kind for cycle in report.cycles)
    kinds = ", ".join(f"{numbers[each]:,} {each.replace('_', ' ')}" for each in Kind if numbers[each])
    cycles = count(len(report.cycles), "cycle") + (f" ({kinds})" if kinds else "")
    crashes = ""
    if report.crashes is not None:
        verb = "crashes" if len(report.crashes) == 1 else "crash"
        python = f"Python {report.python[0]}.{report.python[1]}"
        crashes = f"; {count(len(report.crashes), 'module')} {verb} when imported first ({python})"
    failing = sum(bool(entry.failures) for entry in report.entries)
    if failing:
        verb = "fails" if failing == 1 else "fail"
        noun = "entry" if len(report.entries) == 1 else "entries"
        crashes += f"; {failing:,} of {len(report.entries):,} {noun} {verb}"
    if report.missing:
        verb = "imports" if len(report.missing) == 1 else "import"
        crashes += f"; {count(len(report.missing), 'statement')} {verb} what is missing"
    crashes += _not_followed(report)
    size = f"{count(report.modules, 'module')}, {count(report.imports, 'import')}"
    if report.also_read:
        import_back = "imports" if len(report.also_read) == 1 else "import"
        size += f", with {listed(report.also_read)}, which {import_back} {listed(report.packages)} back"
    is_fine = not report.crashes and not failing
    return style.paint(f"{size}: {cycles}{crashes}.", BOLD, GREEN if is_fine else RED)


_NOT_FOLLOWED = {
    "computed_imports": ("call of import_module with a computed name", "calls of import_module with computed names"),
    "exec": ("call of exec or eval", "calls of exec or eval"),
    "loaders": ("file loaded by a call", "files loaded by calls"),
    "hooks": ("use of an import hook", "uses of import hooks"),
}


def _not_followed(report: CyclesReport) -> str:
    """Return what may hide crashes, as a part of the summary; "" if there is nothing."""
    phrases = [
        f"{each.number:,} {_NOT_FOLLOWED.get(each.kind, (each.kind, each.kind))[each.number != 1]}"
        for each in report.not_followed
    ]
    return f"; not followed: {', '.join(phrases)}" if phrases else ""


def _ring(ring: Sequence[Import]) -> str:
    return path([*(statement.importer for statement in ring), ring[0].importer])


def _short(text: str, style: Style) -> str:
    """Return a statement; of a very long one, without ``verbose``, only the first names."""
    if style.verbose or len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST].rpartition(',')[0]}, …"


def _modules(modules: Sequence[str], most: int, style: Style) -> str:
    return listed(modules, most=len(modules) if style.verbose else most)


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
        together = _parts(report)
        alone = [entry for entry in report.entries if not _fails_together(entry, together)]
        failing = tuple(violation for entry in alone for violation in entry.violations)
        outcomes.insert(1, Outcome("entries", "Every command works", "crash", "", not failing, failing))
    if report.needless is not None:
        name = "No import is inside a function for no reason"
        outcomes.append(
            Outcome("needless", name, "no_needless_deferrals", "", not report.needless, violations=report.needless)
        )
    return Report(
        report.modules,
        report.imports,
        tuple(outcomes),
        problems=(*report.problems, *map(_problem_of, report.missing), *_untried(report)),
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
    message = f"{missing.message}: no cycle is to blame. {missing.why}"
    return Problem(message, file=missing.place.path, line=missing.place.line, severity=Severity.WARNING)


def _cycle_violations(cycle: Cycle) -> Iterator[ReportedViolation]:
    rings = list(_rings(cycle.plan)) if cycle.plan else [(cycle.ring, False)]
    size = count(len(cycle.modules), "module")
    closed_by = _CLOSED_BY.get(cycle.kind)
    what = f"A cycle of {size} {closed_by}" if closed_by else f"A runtime cycle of {size}"
    message = f"{what}: {_ring(cycle.ring)}"
    for ring, is_cut in rings:
        first = ring[0]
        ends = (first.importer, first.imported, "")
        yield ReportedViolation(*ends, message, first.path, (first.line,), ring, is_chain_cut=is_cut)


def _rings(plan: Plan) -> Iterator[tuple[tuple[Import, ...], bool]]:
    """Yield a chain for each import that a plan changes, and whether it is cut."""
    for step in plan.steps:
        yield step.ring, step.is_ring_cut
        yield from (((statement,), True) for statement in step.others)
