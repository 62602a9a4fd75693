"""The run of ``cycles``: reads the program, and finds its cycles, crashes and plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from import_contracts.contracts.types import TYPES
from import_contracts.judging.diagnosis import diagnose
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reading.cache import Answer
from import_contracts.reading.context import RunContext
from import_contracts.reading.refresh import compare
from import_contracts.reading.snapshot import Snapshot, take_snapshot
from import_contracts.reporters import FORMATS
from import_contracts.reporters.cycles import as_json, as_report, as_text
from import_contracts.reporters.style import Wanted
from import_contracts.reports.cycles import CyclesReport, Question
from import_contracts.runs.check import keep, placed
from import_contracts.runs.requests import Requests, cycles_extent


def cycles(question: Question, source_roots: Sequence[Path], context: RunContext) -> CyclesReport:
    """Return the report about the cycles of packages; raises UserError if a package or module is not found."""
    return _cycles(question, Statements(take_snapshot(compare(cycles_extent(question, source_roots), context))))


def answer(question: Question, snapshot: Snapshot, requests: Requests) -> list[Answer]:
    """Find the cycles of packages, return the report in each wanted format, and store it in the cache."""
    statements = Statements(snapshot)
    report = _cycles(question, statements)
    folder = snapshot.context.folder
    with snapshot.context.step("write the report"):
        answers = [Answer(_rendered(report, folder, wanted), report.exit_status) for wanted in requests.wanted]
    keep(answers, requests, statements, None)
    return answers


def _rendered(report: CyclesReport, folder: Path, wanted: Wanted) -> str:
    if wanted.format == "json":
        return as_json(report)
    if wanted.format == "text":
        return as_text(report, wanted.style)
    converted = as_report(report)
    outcomes = tuple(replace(outcome, demand=TYPES[outcome.type].demand) for outcome in converted.outcomes)
    return FORMATS[wanted.format](replace(placed(converted, folder), outcomes=outcomes, judges=False), wanted.style)


def _cycles(question: Question, statements: Statements) -> CyclesReport:
    modules = statements.snapshot.program.modules
    unknown = [name for name in question.packages if name not in modules]
    if unknown:
        raise UserError(*(Problem(f"There is no module '{name}'.{did_you_mean(name, modules)}") for name in unknown))
    return diagnose(question, statements)
