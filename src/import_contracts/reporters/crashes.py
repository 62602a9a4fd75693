"""The crashes, entries and missing modules of the report of ``cycles``, as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from import_contracts.records import asdict
from import_contracts.reporters.crash_plan import crash_plan_as_text, edit_of
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import more, short, some
from import_contracts.reports.cycles import (
    CyclesReport,
    EntryFailure,
    Place,
    ReportedCrash,
    ReportedEntry,
    ReportedMissing,
)
from import_contracts.wording import count

_CRASHES, _ENTRIES = 5, 6  # how many are shown without --verbose


def crash_object(crash: ReportedCrash) -> dict[str, object]:
    """Return a crash as an object of the JSON report."""
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


def missing_object(missing: ReportedMissing) -> dict[str, object]:
    """Return an import of what is missing as an object of the JSON report."""
    return {
        "importer": missing.place.module,
        "imported": missing.imported,
        "path": missing.place.path,
        "line": missing.place.line,
        "text": missing.place.text,
        "message": missing.message,
        "why": missing.why,
    }


def entry_object(entry: ReportedEntry) -> dict[str, object]:
    """Return an entry as an object of the JSON report."""
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


def crashes_as_text(report: CyclesReport, style: Style) -> Iterator[str]:
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
    inside = [line for line in crash.stack if line.module == crash.imported]
    reached = next((line.line for line in inside if not line.is_call), None)
    asked = ", whose __getattr__ does not find it" if inside else ""
    state = f", which is still at line {reached}" if reached else asked
    needed = f"{crash.name} from {crash.imported}" if crash.name else crash.imported
    yield f"    needs {needed}{state}"
    if crash.defined and (reached is None or crash.defined.line > reached):
        yield f"    {crash.name} is not defined until line {crash.defined.line}: {crash.defined.text}"
    if others := [other.entry for other in group if other is not crash]:
        yield f"  The same happens for {some(others, _ENTRIES, style)}."
    if crash.works_from:
        yield f"  Importing {crash.works_from} first works; a test that imports only {crash.entry} fails."


def _line(line: Place, style: Style) -> str:
    return f"  {line.path}:{line.line}: {style.paint(short(line.text, style), BOLD)}"


def _without_repeats(stack: Sequence[Place]) -> list[Place]:
    return [line for number, line in enumerate(stack) if number == 0 or line != stack[number - 1]]


def missing_as_text(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield the imports of what is not there, each with what Python says of it and why no cycle is to blame."""
    if report.missing:
        yield style.paint("Missing modules and names (not caused by a cycle)", BOLD)
        yield ""
    shown = style.capped(report.missing, _CRASHES)
    for each in shown:
        yield f"  {each.place.path}:{each.place.line}: {style.paint(short(each.place.text, style), BOLD)}"
        yield f"    {style.paint(each.message, RED)}"
        yield f"    {each.why}"
        yield ""
    if hidden := len(report.missing) - len(shown):
        yield f"  {more(hidden)}"
        yield ""


def entries_as_text(report: CyclesReport, style: Style) -> Iterator[str]:
    """Yield a line for each entry; test files that work alone are only counted."""
    if not report.entries:
        return
    yield style.paint("Entries", BOLD)
    yield ""
    alone = [] if style.verbose else [entry for entry in report.entries if entry.parent]
    working = [entry for entry in alone if entry.works]
    failing = [entry for entry in separate_entries(report) if entry in alone and not entry.works]
    for entry in (*(each for each in report.entries if each not in alone), *failing[:_ENTRIES]):
        yield from (f"  {line}" for line in _entry(entry, style))
    if hidden := len(failing) - _ENTRIES:
        yield from [f"  {more(hidden, 'failing test file')}"] if hidden > 0 else []
    if working:
        test_files = "All" if len(working) == len(alone) else f"{len(working):,} of"
        yield f"  {test_files} {count(len(alone), 'test file')} {'works' if len(alone) == 1 else 'work'} alone."
    yield ""


def separate_entries(report: CyclesReport) -> list[ReportedEntry]:
    """Return the entries, without test files of which all that fails also fails in the command that runs more files."""
    together = {(entry.entry, failure.part) for entry in report.entries for failure in entry.failures}
    return [
        entry
        for entry in report.entries
        if not entry.failures or any((entry.parent, failure.part) not in together for failure in entry.failures)
    ]


def _entry(entry: ReportedEntry, style: Style) -> Iterator[str]:
    if not entry.failures:
        known = "works" if entry.works else "not predicted: too much work"
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
        yield f"  So do {count(len(others), 'more file')}: {some([each.part for each in others], _ENTRIES, style)}."
    if entry.contrast:
        first = f"It imports {failure.first} first. " if failure.first else ""
        yield f"  {first}{entry.contrast}"
    if entry.works_after:
        yield style.paint("  The plan for crashes stops this too.", GREEN)
