"""The report as SARIF 2.1.0 (OASIS), for code scanning: contracts are rules, violations are results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem, Severity
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import blame, kind, way
from import_contracts.reports.check import Outcome, Report, ReportedViolation, Result
from import_contracts.version import __version__
from import_contracts.wording import count

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# The name that GitHub documents for the root of the repository.
ROOT = "%SRCROOT%"
# What GitHub code scanning keeps of a run, and of a result. It drops the rest without a word, or refuses the file.
_MOST_RESULTS = 5000
_MOST_STEPS = 1000


def render(report: Report, _: Style) -> str:
    """Return a log with one run. Each result is one line, made separately, so that a large log needs little memory."""
    rules: list[dict[str, object]] = []
    indexes = []
    for outcome in report.outcomes:
        rule = _rule(outcome)
        rules += [rule] if rule not in rules else []
        indexes.append(rules.index(rule))
    run = {
        "tool": {"driver": {"name": "import-contracts", "semanticVersion": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report, [str(rule["id"]) for rule in rules])],
        "results": [],
    }
    document = json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"
    lines = [
        json_text(_result(violation, outcome, index, report), indent=None)
        for outcome, index, most in zip(report.outcomes, indexes, _shares(report), strict=True)
        for violation in _first(outcome, most)
    ]
    start, end = document.rsplit('"results": []', 1)
    return "".join((start, '"results": [\n', ",\n".join(lines), "\n]", end)) if lines else document


def _shares(report: Report) -> list[int]:
    """Return how many violations of each contract are results: all, or an equal share of `_MOST_RESULTS`."""
    numbers = [len(outcome.violations) for outcome in report.outcomes]
    left, shares = _MOST_RESULTS, dict.fromkeys(range(len(numbers)), 0)
    for place, at in enumerate(sorted(shares, key=numbers.__getitem__)):
        shares[at] = min(numbers[at], left // (len(numbers) - place))
        left -= shares[at]
    return list(shares.values())


def _first(outcome: Outcome, most: int) -> Sequence[ReportedViolation]:
    """Return the first violations of a contract, in their order: new ones rather than known ones."""
    if len(outcome.violations) <= most:
        return outcome.violations
    by_news = sorted(range(len(outcome.violations)), key=lambda at: outcome.violations[at].is_known)
    return [outcome.violations[at] for at in sorted(by_news[:most])]


# --- the contracts -----------------------------------------------------------------------------------------------


def _rule(outcome: Outcome) -> dict[str, object]:
    demand = outcome.demand
    reason = f"\n\nReason: {outcome.reason}" if outcome.reason else ""
    return {
        "id": outcome.id,
        "name": outcome.name,
        "shortDescription": {"text": outcome.name},
        "fullDescription": {"text": f"{demand}{reason}"},
        "help": {
            "text": f"{outcome.type}: {demand}{reason}",
            "markdown": f"{code(outcome.type)}: {demand}{plain(reason)}",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": list(dict.fromkeys(["architecture", outcome.type]))},
    }


# --- the violations ----------------------------------------------------------------------------------------------


def _result(violation: ReportedViolation, outcome: Outcome, rule: int, report: Report) -> dict[str, object]:
    place = location(violation.path, report, violation.line, violation.column)
    said = f"{violation.message} ({way(violation)})"
    module = {"fullyQualifiedName": violation.importer, "kind": "module"}
    result: dict[str, object] = {
        "ruleId": outcome.id,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": ". ".join(filter(None, [said, blame(outcome, violation)]))},
        "locations": [{**place, "logicalLocations": [module]}],
        "partialFingerprints": {"importContracts/v1": violation.fingerprint(outcome.id)},
    }
    if violation.chain:
        steps = [_step(statement, report) for statement in violation.chain[:_MOST_STEPS]]
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in steps]}]}]
    return result | ({} if report.stale is None else _state(violation, report))


def _state(violation: ReportedViolation, report: Report) -> dict[str, object]:
    """Return whether the baseline contains a violation; GitHub code scanning reads only the suppression."""
    justification = f"Known violation, listed in {report.baseline}."
    known = {"kind": "external", "status": "accepted", "justification": justification}
    return {
        "baselineState": "new" if violation.is_new else "unchanged",
        "suppressions": [known] if violation.is_known else [],
    }


def _step(statement: Import, report: Report) -> dict[str, object]:
    message = f"{statement.importer} imports {statement.imported}: {statement.text}{kind(statement)}"
    return {**location(statement.path, report, statement.line, statement.column), "message": {"text": message}}


def location(path: str, report: Report, line: int | None, column: int = 1) -> dict[str, object]:
    """Return a place in a file of the report, as SARIF has it."""
    region = {} if line is None else {"region": {"startLine": line, "startColumn": column}}
    return {"physicalLocation": {"artifactLocation": artifact(report.in_repository(path)), **region}}


def artifact(path: str) -> dict[str, object]:
    """Return a reference to a path, relative to the repository if it is inside."""
    if path.startswith("/") or path[1:3] == ":/":
        return {"uri": f"file:///{_quoted(path.removeprefix('/'), safe='/:')}"}
    return {"uri": _quoted(path), "uriBaseId": ROOT}


def _quoted(path: str, safe: str = "/") -> str:
    """Return a path for a URI; of a name that is not UTF-8, the bytes that it has in the file system."""
    try:
        return quote(path, safe, errors="surrogateescape")
    except UnicodeEncodeError:  # in Windows a name may have half of a pair of surrogates
        return quote(path, safe, errors="surrogatepass")


# --- the run -----------------------------------------------------------------------------------------------------


def _invocation(report: Report, rules: Sequence[str]) -> dict[str, object]:
    files = [file.problem for file in report.unreadable]
    return {
        "executionSuccessful": report.result is not Result.ERROR,
        "exitCode": report.exit_status,
        "toolConfigurationNotifications": [notification(problem, rules, report) for problem in report.problems],
        "toolExecutionNotifications": [
            notification(problem, rules, report) for problem in (*files, *report.drift, *left_out(report))
        ],
    }


def left_out(report: Report) -> Iterator[Problem]:
    """Yield a warning for what the log leaves out."""
    of_all = [violation for outcome in report.outcomes for violation in outcome.violations]
    if len(of_all) > _MOST_RESULTS:
        message = (
            f"Only {_MOST_RESULTS:,} of {len(of_all):,} violations are in this log; the JSON report has all of them."
        )
        yield Problem(message, severity=Severity.WARNING)
    if cut := sum(len(violation.chain) > _MOST_STEPS for violation in of_all):
        message = (
            f"Only the first {_MOST_STEPS:,} imports of a chain are in this log; {count(cut, 'chain')} are longer."
        )
        yield Problem(message, severity=Severity.WARNING)


def notification(problem: Problem, rules: Sequence[str], report: Report) -> dict[str, object]:
    """Return a problem as SARIF has it; ``rules`` are the ids of the contracts."""
    key = f"{problem.key}: " if problem.key else ""
    note: dict[str, object] = {"level": str(problem.severity), "message": {"text": f"{key}{problem.full_message}"}}
    if problem.file is not None:
        note["locations"] = [location(problem.file, report, problem.line)]
    if problem.contract in rules:
        note["associatedRule"] = {"id": problem.contract, "index": rules.index(problem.contract)}
    return note
