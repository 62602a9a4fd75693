"""The report for programs that read lines, such as editors: ``path:line:column: contract message (chain)``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from import_contracts.problems import Problem
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import way
from import_contracts.reports.check import Report


def render(report: Report, style: Style) -> str:
    """Return one line for each violation and each problem. Known violations are shown only with ``verbose``."""
    lines = [*_problems(report.faults), *_violations(report, style), *_problems([*report.drift, *report.warnings])]
    return "".join(f"{' '.join(line.splitlines())}\n" for line in lines)


def _violations(report: Report, style: Style) -> Iterator[str]:
    for outcome in report.outcomes:
        for violation in (*outcome.new, *(outcome.known if style.verbose else ())):
            place = f"{violation.path}:{violation.line}:{violation.column}"
            known = "known: " if violation.is_known else ""
            yield f"{place}: {known}{outcome.id} {violation.message} ({way(violation)})"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    for problem in problems:
        place = f"{problem.file}:{problem.line or 1}:1: " if problem.file else ""
        contract = f"{', '.join(problem.contracts)} " if problem.contract else ""
        key = f"{problem.key}: " if problem.key else ""
        yield f"{place}{problem.severity}: {contract}{key}{problem.full_message}"
