"""The report as JSON, complete and versioned. Its schema is docs/report.schema.json."""

from __future__ import annotations

from dataclasses import asdict

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem
from import_contracts.reporters.exact import json_text
from import_contracts.reporters.style import Style
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Cause, Outcome, Report, ReportedViolation, Unreadable

VERSION = 1


def render(report: Report, _: Style) -> str:
    """Return the report as one JSON object."""
    document = {
        "version": VERSION,
        "outcome": report.result,
        "modules": report.modules,
        "imports": report.imports,
        "warnings": [_problem(problem) for problem in report.warnings],
        "errors": [_problem(problem) for problem in report.errors],
        "unreadable": [_unreadable(file) for file in report.unreadable],
        "contracts": [_contract(outcome) for outcome in report.outcomes],
        "baseline": _baseline(report),
    }
    return json_text(document) + "\n"


def _baseline(report: Report) -> dict[str, object] | None:
    if report.stale is None:
        return None
    one = report.renaming
    return {
        "new": sum(outcome.counts.new for outcome in report.outcomes),
        "known": sum(outcome.counts.known for outcome in report.outcomes),
        "renamed": sum(outcome.counts.renamed for outcome in report.outcomes),
        "stale": list(report.stale),
        "renaming": {"old": one.old, "new": one.new} if one else None,
        "renamings": [asdict(renaming) for renaming in report.renamings],
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "message": problem.full_message,
        "file": problem.file,
        "contract": problem.contract,
        "contracts": list(problem.contracts),
        "key": problem.key,
    }


def _unreadable(file: Unreadable) -> dict[str, object]:
    return {"path": file.path, "line": file.line, "message": file.message}


def _contract(outcome: Outcome) -> dict[str, object]:
    return {
        "id": outcome.id,
        "name": outcome.name,
        "type": outcome.type,
        "kept": outcome.kept,
        "reason": outcome.reason or None,
        "ignored": outcome.ignored,
        "inline_ignored": outcome.inline,
        "violations": [_violation(violation, outcome.id) for violation in outcome.violations],
        "cut": _cut(outcome),
        "culprits": [_culprit(cause) for cause in outcome.causes],
    }


def _culprit(cause: Cause) -> dict[str, object]:
    return {
        **_import(cause.evidence),
        "effects": cause.effects,
        "added": cause.is_added,
        "alternatives": [_import(each) for each in cause.others],
        "has_more_alternatives": cause.has_more,
    }


def _violation(violation: ReportedViolation, contract: str) -> dict[str, object]:
    evidence = violation.chain[0] if violation.chain else None
    return {
        "contract": contract,
        "importer": violation.importer,
        "imported": violation.imported or None,
        "target": violation.target or None,
        "message": violation.message,
        "path": violation.path,
        "line": violation.line,
        "column": violation.column,
        "lines": list(violation.lines),
        "kind": evidence.kind if evidence else None,
        "status": "known" if violation.is_known else "renamed" if violation.is_renamed else "new",
        "fingerprint": violation.fingerprint(contract),
        "chain": [_import(statement) for statement in violation.chain],
        **({"chain_is_cut": True} if violation.is_chain_cut else {}),
        **({"advice": violation.advice} if violation.advice else {}),
    }


def _import(statement: Import) -> dict[str, object]:
    return {
        "importer": statement.importer,
        "imported": statement.imported,
        "path": statement.path,
        "line": statement.line,
        "column": statement.column,
        "kind": statement.kind,
        "text": statement.text,
    }


def _cut(outcome: Outcome) -> list[dict[str, object]]:
    """Return each import of the cuts once, sorted, with the messages that its removal helps to fix."""
    messages: dict[Import, list[str]] = {}
    fixes: dict[Import, ReportedFix] = {}
    for cut in outcome.cuts:
        fixes |= dict(zip(cut.imports, cut.fixes, strict=False))
        for statement in cut.imports:
            messages.setdefault(statement, []).append(cut.message)
    return [
        {
            "importer": statement.importer,
            "imported": statement.imported,
            "path": statement.path,
            "line": statement.line,
            "messages": of_statement,
            "fix": asdict(fixes[statement]) if statement in fixes else None,
        }
        for statement, of_statement in sorted(messages.items(), key=lambda item: (item[0].importer, item[0].imported))
    ]
