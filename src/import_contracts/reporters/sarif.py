"""The report as SARIF 2.1.0 (OASIS), for code scanning: contracts are rules, violations are results."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import kind, way
from import_contracts.reports.check import Outcome, Report, ReportedViolation, Result
from import_contracts.version import __version__

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# The name that GitHub documents for the root of the repository.
_ROOT = "%SRCROOT%"


def render(report: Report, _: Style) -> str:
    """Return a log with one run."""
    rules: list[dict[str, object]] = []
    results = []
    for outcome in report.outcomes:
        rule = _rule(outcome)
        rules += [rule] if rule not in rules else []
        index = rules.index(rule)
        results += [_result(violation, outcome.id, index, report) for violation in outcome.violations]
    run = {
        "tool": {"driver": {"name": "import-contracts", "semanticVersion": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report, [str(rule["id"]) for rule in rules])],
        "results": results,
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(document) + "\n"


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


def _result(violation: ReportedViolation, contract: str, rule: int, report: Report) -> dict[str, object]:
    place = _location(violation.path, report, violation.line, violation.column)
    module = {"fullyQualifiedName": violation.importer, "kind": "module"}
    result: dict[str, object] = {
        "ruleId": contract,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": f"{violation.message} ({way(violation)})"},
        "locations": [{**place, "logicalLocations": [module]}],
        "partialFingerprints": {"importContracts/v1": violation.fingerprint(contract)},
    }
    if violation.chain:
        steps = [_step(statement, report) for statement in violation.chain]
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in steps]}]}]
    if len(violation.chain) > 1:
        result["relatedLocations"] = [{"id": number, **step} for number, step in enumerate(steps[1:], 1)]
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
    return {**_location(statement.path, report, statement.line, statement.column), "message": {"text": message}}


def _location(path: str, report: Report, line: int | None = None, column: int = 1) -> dict[str, object]:
    region = {} if line is None else {"region": {"startLine": line, "startColumn": column}}
    return {"physicalLocation": {"artifactLocation": _artifact(report.in_repository(path)), **region}}


def _artifact(path: str) -> dict[str, object]:
    """Return a reference to a path, relative to the repository if it is inside."""
    if path.startswith("/") or path[1:3] == ":/":
        return {"uri": f"file:///{_quoted(path.removeprefix('/'), safe='/:')}"}
    return {"uri": _quoted(path), "uriBaseId": _ROOT}


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
        "toolConfigurationNotifications": [_notification(problem, rules, report) for problem in report.problems],
        "toolExecutionNotifications": [_notification(problem, rules, report) for problem in (*files, *report.drift)],
    }


def _notification(problem: Problem, rules: Sequence[str], report: Report) -> dict[str, object]:
    key = f"{problem.key}: " if problem.key else ""
    note: dict[str, object] = {"level": str(problem.severity), "message": {"text": f"{key}{problem.full_message}"}}
    if problem.file is not None:
        note["locations"] = [_location(problem.file, report, problem.line)]
    if problem.contract in rules:
        note["associatedRule"] = {"id": problem.contract, "index": rules.index(problem.contract)}
    return note
