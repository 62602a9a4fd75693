"""The run of ``cycles``: the program is read, and its cycles, crashes and plans are found."""

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
    """Return the cycles of packages, or of parts of them; raises UserError where one is not found."""
    return _cycles(question, take_snapshot(compare(cycles_extent(question, source_roots), context)))


def answer(question: Question, snapshot: Snapshot, requests: Requests) -> list[Answer]:
    """Find the cycles of packages and return the report in each format, which the cache has then."""
    found = _cycles(question, snapshot)
    folder = snapshot.context.folder
    with snapshot.context.step("write the report"):
        answers = [Answer(_rendered(found, folder, each), found.exit_status) for each in requests.wanted]
    keep(answers, requests, snapshot, None)
    return answers


def _rendered(found: CyclesReport, folder: Path, wanted: Wanted) -> str:
    if wanted.format == "json":
        return as_json(found)
    if wanted.format == "text":
        return as_text(found, wanted.style)
    report = as_report(found)
    outcomes = tuple(replace(each, demand=TYPES[each.type].demand) for each in report.outcomes)
    return FORMATS[wanted.format](replace(placed(report, folder), outcomes=outcomes, judges=False), wanted.style)


def _cycles(question: Question, snapshot: Snapshot) -> CyclesReport:
    modules = snapshot.program.modules
    unknown = [each for each in question.packages if each not in modules]
    if unknown:
        raise UserError(*(Problem(f"There is no module '{each}'.{did_you_mean(each, modules)}") for each in unknown))
    return diagnose(question, Statements(snapshot))
