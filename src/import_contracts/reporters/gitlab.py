"""The report in GitLab's Code Quality format, for the widget of a merge request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

from import_contracts.problems import Problem
from import_contracts.records import dataclass
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import blame, way
from import_contracts.reports.check import Outcome, Report, ReportedViolation

# The path of problems that are not in a file, because the format requires a path.
_NO_FILE = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class _Issue:
    description: str
    check: str
    severity: str
    path: str
    line: int
    fingerprint: str


def render(report: Report, _: Style) -> str:
    """Return a JSON list with an object for each violation and each problem; known violations have severity info."""
    others = (*report.drift, *report.warnings)
    issues = [
        *(_problem(problem, "critical") for problem in report.faults),
        *(_violation(violation, outcome) for outcome in report.outcomes for violation in outcome.violations),
        *(_problem(problem, "major" if problem.is_error else "minor") for problem in others),
    ]
    return json_text(list(_documents(issues, report))) + "\n"


def _violation(violation: ReportedViolation, outcome: Outcome) -> _Issue:
    severity = "info" if violation.is_known else "major"
    reason = f"Reason: {outcome.reason}" if outcome.reason else ""
    description = " ".join(
        filter(None, [f"{violation.message} ({way(violation)}).", blame(outcome, violation), reason])
    )
    fingerprint = violation.fingerprint(outcome.id)
    return _Issue(description, outcome.id, severity, violation.path, violation.line, fingerprint)


def _problem(problem: Problem, severity: str) -> _Issue:
    identity = f"{problem.file}\0{problem.contract}\0{problem.key}\0{problem.full_message}"
    fingerprint = sha256(identity.encode(errors="surrogatepass")).hexdigest()[:32]
    description = f"{problem.key}: {problem.full_message}" if problem.key else problem.full_message
    path, check = problem.file or _NO_FILE, problem.contract or str(problem.severity)
    return _Issue(description, check, severity, path, problem.line or 1, fingerprint)


def _documents(issues: list[_Issue], report: Report) -> Iterator[dict[str, object]]:
    """Yield the issues as JSON objects; a repeated fingerprint is replaced by another one."""
    seen: Counter[str] = Counter()
    for issue in issues:
        fingerprint = issue.fingerprint
        if seen[fingerprint]:
            fingerprint = sha256(f"{fingerprint}\0{seen[fingerprint]}".encode()).hexdigest()[:32]
        seen[issue.fingerprint] += 1
        yield {
            "description": issue.description,
            "check_name": issue.check,
            "fingerprint": fingerprint,
            "severity": issue.severity,
            "location": {"path": report.in_repository(issue.path), "lines": {"begin": issue.line}},
        }
