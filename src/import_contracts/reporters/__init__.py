"""The formats of a report, one module each; a format is a function from the report to text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from import_contracts.wording import count

if TYPE_CHECKING:
    from import_contracts.problems import Problem
    from import_contracts.reporters.style import Style
    from import_contracts.reports.check import Report

# The formats that need every value exactly as it is. Any other format is for people, and sees only visible values.
_FOR_MACHINES = frozenset({"gitlab", "json", "junit", "sarif"})
# The formats for people whose lines are meant to be commands; they escape what they put into a command.
_COMMANDS = frozenset({"github"})
# The formats that are read in a log, or in an editor that was started in the working directory. Markdown is read where
# it is sent, and may be piped there.
LOGGED = frozenset({"concise", "text"})


def _lazily(name: str) -> Callable[[Report, Style], str]:
    """Return a format whose modules are imported when it is called; printing a stored report needs none of them."""

    def render(report: Report, style: Style) -> str:
        draw: Callable[[Report, Style], str] = import_module(f"import_contracts.reporters.{name}").render
        if name in _FOR_MACHINES:
            return draw(report, style)
        people = import_module("import_contracts.reporters.people")
        visible = people.shown(report, partial(style.place, folder=report.folder) if name in LOGGED else str)
        text = draw(visible, style) if name in _COMMANDS else people.visible_report(draw(visible, style))
        assert isinstance(text, str), "each of these modules has the function"  # noqa: S101
        return text

    return render


def left_out(name: str, report: Report) -> tuple[str, ...]:
    """Return sentences about what a format leaves out of a report, because those who read it would not take more."""
    if name != "sarif":
        return ()
    problems: Iterator[Problem] = import_module("import_contracts.reporters.sarif").left_out(report)
    return tuple(f"{name}: {problem.message}" for problem in problems)


def with_imports(name: str, text: str, before: int, now: int) -> str | None:
    """Return a report on a program with another number of imports; None if it is not certain where that number is."""
    total = _TOTALS.get(name)
    if total is None or before == now:
        return text
    start, *ends = text.split(total(before))
    return f"{start}{total(now)}{ends[0]}" if len(ends) == 1 else None


_TOTALS: Mapping[str, Callable[[int], str]] = MappingProxyType(
    {
        "json": lambda number: f'\n  "imports": {number},\n',
        "markdown": lambda number: f", {count(number, 'import')}: ",
        "text": lambda number: f", {count(number, 'import')}: ",
    }
)
"""How the formats that have the number of imports in a program show it, with what is around it."""

FORMATS: Mapping[str, Callable[[Report, Style], str]] = MappingProxyType(
    {name: _lazily(name) for name in ("concise", "github", "gitlab", "json", "junit", "markdown", "sarif", "text")}
)
