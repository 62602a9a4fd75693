"""The report of ``explain --traceback`` as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise

from import_contracts.reporters.exact import json_text
from import_contracts.reporters.people import for_people
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import more
from import_contracts.reports.cycles import Place
from import_contracts.reports.tracebacks import Mending, Story, StoryKind, TracebackReport
from import_contracts.wording import FIXES

# How many of each are shown without --verbose.
_STORIES, _OTHERS, _STEPS = 5, 5, 40

_TITLES = {
    StoryKind.CYCLE: "import cycle",
    StoryKind.HIDDEN_LIBRARY: "a file hides a library",
    StoryKind.HIDDEN_PACKAGE: "a script hides its package",
    StoryKind.MISSING_MODULE: "no such module",
    StoryKind.MISSING_NAME: "no such name",
    StoryKind.MISSING_IMPORT: "submodule not imported",
    StoryKind.OUTSIDE_PACKAGE: "not imported as part of its package",
    StoryKind.UNKNOWN: "unknown cause",
}
_CHANGES = {**FIXES, "rename": "rename the file", "import": "change the import", "run": "start it in another way"}


def as_json(report: TracebackReport) -> str:
    """Return the report as one JSON object, complete and versioned."""
    document = {"version": 1, **asdict(report), "python": ".".join(map(str, report.python))}
    del document["problems"]
    document["errors"] = [{"message": problem.full_message, "file": problem.file} for problem in report.problems]
    return json_text(document) + "\n"


@for_people
def as_section(report: TracebackReport, style: Style) -> str:
    """Return why the imports failed, to stand below the error itself."""
    stories = (list(_story(story, report.python, style)) for story in report.stories)
    return "\n".join(line for lines in stories for line in lines[2:]) + "\n"


@for_people
def as_text(report: TracebackReport, style: Style) -> str:
    """Return the report as text, in the order of the log."""
    shown = style.capped(report.stories, _STORIES)
    lines = [line for story in shown for line in (*_story(story, report.python, style), "")]
    if hidden := len(report.stories) - len(shown):
        lines += [more(hidden, "failed import"), ""]
    lines += _others(report, style)
    lines += [f"{style.paint(problem.severity, RED)}: {problem}" for problem in report.problems]
    return "\n".join(lines).rstrip("\n") + "\n"


def _others(report: TracebackReport, style: Style) -> Iterator[str]:
    if not report.others:
        return
    yield "Other errors:" if report.stories else "There is no import problem in this traceback:"
    shown = style.capped(report.others, _OTHERS)
    yield from (f"  {error}" for error in shown)
    if hidden := len(report.others) - len(shown):
        yield f"  {more(hidden, 'error')}"
    yield ""


def _story(story: Story, python: tuple[int, int], style: Style) -> Iterator[str]:
    yield style.paint(f"{story.error}: {story.message}", RED)
    yield ""
    yield from _stack(story, style)
    yield ""
    yield f"  Cause: {style.paint(_TITLES[story.kind], BOLD)}"
    yield from (f"    {sentence}" for sentence in story.sentences)
    if story.twice:
        yield f"    {story.twice} runs twice: as the script __main__, and again when it is imported by its name."
    yield from (style.paint(f"    Note: {note}", YELLOW) for note in story.notes)
    if story.mending is not None:
        yield ""
        yield from _mending(story.mending, python, style)


def _stack(story: Story, style: Style) -> Iterator[str]:
    """Yield the lines of the traceback, each with what it led to; of a very long one, only the last."""
    steps = story.stack if style.verbose else story.stack[-_STEPS:]
    if len(steps) < len(story.stack):
        yield f"  {more(len(story.stack) - len(steps), 'line')}"
    for step, following in pairwise(steps):
        yield _line(step, style)
        what = f"calls a function of {following.module}" if following.is_call else f"runs {following.module}"
        yield style.paint(f"    {what}", DIM)
    yield _line(steps[-1], style)
    if story.kind is not StoryKind.CYCLE:
        return
    if story.name:
        yield f"    needs {story.name} from {story.imported}, which is still at line {story.reached}"
    else:
        package, _, name = story.imported.rpartition(".")
        yield f"    needs {story.imported}, which is still at line {story.reached}"
        yield f"    {name} is not an attribute of {package} until {story.imported} has been imported"
    if story.defined is not None:
        yield f"    {story.name} is not defined until line {story.defined.line}: {story.defined.text}"


def _line(step: Place, style: Style) -> str:
    return f"  {step.path}:{step.line}: {style.paint(step.text, BOLD)}".rstrip()


def _mending(mending: Mending, python: tuple[int, int], style: Style) -> Iterator[str]:
    yield f"  Fix: {style.paint(_CHANGES[mending.kind], BOLD)}"
    yield from (f"    {sentence}" for sentence in mending.why)
    if mending.diff:
        yield ""
        yield from (f"    {_painted(line, style)}".rstrip() for line in mending.diff)
        yield ""
    if mending.works:
        entry = "the script" if mending.works == "__main__" else f"import {mending.works}"
        yield f"  With this change, {entry} works (predicted for Python {python[0]}.{python[1]})."
    elif mending.diff and mending.kind in {"type_checking", "defer"}:
        yield "  With this change, the import that fails no longer runs; the rest could not be predicted."


def _painted(line: str, style: Style) -> str:
    colors = {"+": GREEN, "-": RED, "@": DIM}
    return style.paint(line, colors[line[0]]) if line[:1] in colors else line
