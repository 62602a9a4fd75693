"""The report for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from import_contracts.problems import Problem
from import_contracts.reporters.section import broken
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.words import VERDICTS, details, summary
from import_contracts.reports.check import Outcome, Report, Result

# How many files with the same problem are shown before --verbose is asked for.
_FILES = 5


def render(report: Report, style: Style) -> str:
    """Return what is broken and why, then what the contracts come to, then one line that sums it up."""
    lines = [
        *(line for outcome in report.outcomes if outcome.kept is False for line in broken(outcome, style)),
        *_problems("Warnings", report.warnings, style.paint("warning", YELLOW), style),
        *_problems("Errors", report.faults, style.paint("error", RED), style),
        *(_renaming(*report.renaming, report, style) if report.renaming else _stale(report, style)),
        *(_verdict(outcome, style) for outcome in report.outcomes),
        *([""] if report.outcomes else []),
        style.paint(summary(report), BOLD, GREEN if report.result is Result.KEPT else RED),
    ]
    return "\n".join(lines) + "\n"


def _stale(report: Report, style: Style) -> Iterator[str]:
    if report.stale:
        yield style.paint("Stale entries of the baseline", BOLD)
        yield ""
        yield from (f"  {entry}" for entry in report.stale)
        yield ""
        yield "  No violation matches them any more. Lock the repair in:"
        yield f"  {report.mend}"
        yield ""


def _renaming(old: str, new: str, report: Report, style: Style) -> Iterator[str]:
    yield style.paint(f"{old} was renamed to {new}", BOLD)
    yield ""
    yield "  That explains all that is new and all that is stale. Tell the baseline:"
    yield f"  {report.mend}"
    yield ""


def _problems(heading: str, problems: Sequence[Problem], label: str, style: Style) -> Iterator[str]:
    """Yield the problems; those that differ only in the file stand together."""
    if not problems:
        return
    same: dict[Problem, list[Problem]] = {}
    for problem in dict.fromkeys(problems):
        same.setdefault(replace(problem, file=None, line=None), []).append(problem)
    yield style.paint(heading, BOLD)
    yield ""
    for of_all, each in same.items():
        if len(each) == 1:
            yield f"  {label}: {each[0]}"
            continue
        yield f"  {label}: {of_all}"
        shown = style.capped(each, _FILES)
        yield from (f"    {problem.place}" for problem in shown)
        if hidden := len(each) - len(shown):
            yield f"    … and {hidden} more (--verbose shows all)"
    yield ""


_COLORS = {True: GREEN, False: RED, None: YELLOW}


def _verdict(outcome: Outcome, style: Style) -> str:
    word = style.paint(VERDICTS[outcome.kept].ljust(8), _COLORS[outcome.kept])
    counts = f" ({details(outcome)})" if details(outcome) else ""
    return f"{word} {outcome.name}{style.paint(f' [{outcome.id}]', DIM)}{counts}"
