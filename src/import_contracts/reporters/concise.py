"""The report for programs that read lines, such as an editor: ``path:line:column: contract message (chain)``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from import_contracts.problems import Problem
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import way
from import_contracts.reports.check import Report


def render(report: Report, style: Style) -> str:
    """Return a line for each violation and each problem, and nothing else; known violations only if ``verbose``."""
    lines = [*_problems(report.faults), *_violations(report, style), *_problems([*report.drift, *report.warnings])]
    return "".join(f"{' '.join(line.splitlines())}\n" for line in lines)


def _violations(report: Report, style: Style) -> Iterator[str]:
    for outcome in report.outcomes:
        for each in (*outcome.new, *(outcome.known if style.verbose else ())):
            known = "known: " if each.is_known else ""
            yield f"{each.path}:{each.line}:{each.column}: {known}{outcome.id} {each.message} ({way(each)})"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    for each in problems:
        place = f"{each.file}:{each.line or 1}:1: " if each.file else ""
        about = f"{each.contract} " if each.contract else ""
        key = f"{each.key}: " if each.key else ""
        yield f"{place}{each.severity}: {about}{key}{each.message}"
