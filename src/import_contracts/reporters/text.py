"""The report as text, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from import_contracts.problems import Problem
from import_contracts.records import replace
from import_contracts.reporters.section import broken
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import VERDICTS, details, more, summary
from import_contracts.reports.check import Outcome, Report, Result
from import_contracts.wording import count

# How many files with the same problem are shown without --verbose.
_FILES = 5


def render(report: Report, style: Style) -> str:
    """Return the broken contracts and the problems, then a line for each contract, then a line with the totals."""
    lines = [
        *(line for outcome in report.outcomes if outcome.is_shown for line in broken(outcome, style)),
        *_problems("Warnings", report.warnings, style.paint("warning", YELLOW), style),
        *_problems("Errors", report.faults, style.paint("error", RED), style),
        *(line for of_one in report.configurations for line in _drift(of_one, style)),
        *_verdicts(report.outcomes, style),
        *([""] if report.outcomes else []),
        style.paint(summary(report), BOLD, GREEN if report.result is Result.KEPT else RED),
    ]
    return "\n".join(lines) + "\n"


def _drift(report: Report, style: Style) -> Iterator[str]:
    yield from _renamings(report, style)
    if report.stale:
        yield style.paint("Stale baseline entries", BOLD)
        yield ""
        yield from (f"  {entry}" for entry in report.stale)
        yield ""
        yield "  No violation matches them any more. Remove them:"
        yield f"  {report.shrink_command}"
        yield ""


def _renamings(report: Report, style: Style) -> Iterator[str]:
    for renaming, command in report.renaming_commands:
        yield style.paint(str(renaming), BOLD)
        yield ""
        yield f"  This explains {count(renaming.entries, 'violation')}. Update the baseline:"
        yield f"  {command}"
        yield ""


def _problems(heading: str, problems: Sequence[Problem], label: str, style: Style) -> Iterator[str]:
    """Yield the problems; those that differ only in their file are one line, with the files below it."""
    if not problems:
        return
    same: dict[Problem, list[Problem]] = {}
    for problem in dict.fromkeys(problems):
        same.setdefault(replace(problem, file=None, line=None), []).append(problem)
    yield style.paint(heading, BOLD)
    yield ""
    for without_file, in_files in same.items():
        if len(in_files) == 1:
            yield f"  {label}: {in_files[0]}"
            continue
        yield f"  {label}: {without_file}"
        shown = style.capped(in_files, _FILES)
        yield from (f"    {problem.place}" for problem in shown)
        if hidden := len(in_files) - len(shown):
            yield f"    {more(hidden)}"
    yield ""


_COLORS = {True: GREEN, False: RED, None: YELLOW}


_WIDTH = 8
"""The least width of the column of verdicts."""


def _verdicts(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    width = max([_WIDTH, *(len(VERDICTS[outcome.kept]) for outcome in outcomes)])
    for outcome in outcomes:
        word = style.paint(VERDICTS[outcome.kept].ljust(width), _COLORS[outcome.kept])
        counts = f" ({details(outcome)})" if details(outcome) else ""
        yield f"{word} {outcome.name}{style.paint(f' [{outcome.id}]', DIM)}{counts}"
