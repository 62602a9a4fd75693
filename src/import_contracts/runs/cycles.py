"""The run of ``cycles``: reads the program, and finds its cycles, crashes and plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts.contracts.types import TYPES
from import_contracts.judging.diagnosis import diagnose
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, UserError, did_you_mean_module
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.excluding import Exclude
from import_contracts.reading.files.program import Program
from import_contracts.reading.siblings import compare_with_siblings
from import_contracts.reading.snapshot import Snapshot, take_snapshot
from import_contracts.reading.store.answer import Answer, Grounds
from import_contracts.reading.store.values import DAMAGED
from import_contracts.records import replace
from import_contracts.reporters import FORMATS, left_out
from import_contracts.reporters.cycles import as_json, as_text
from import_contracts.reporters.people import shown
from import_contracts.reporters.style import Wanted
from import_contracts.reports.cycles import CyclesReport, Planned, Question
from import_contracts.runs.requests import Requests, keep, packages_extent

if TYPE_CHECKING:
    from import_contracts.judging.conclusions import Conclusions


def cycles(
    question: Question, source_roots: Sequence[Path], context: RunContext, exclude: Exclude = ()
) -> CyclesReport:
    """Return the report about the cycles of packages; raises UserError if a package or module is not found."""
    comparison = compare_with_siblings(packages_extent(question.packages, source_roots, exclude), context)
    return _cycles(question, Statements(take_snapshot(comparison)))


def answer(question: Question, snapshot: Snapshot, requests: Requests) -> list[Answer]:
    """Find the cycles of packages, return the report in each wanted format, and store it in the cache.

    What an earlier run has found is taken over if edits since then cannot change it, also if it has more plans.
    """
    statements = Statements(snapshot)
    conclusions = None if question.is_quick or question.needless else _conclusions(question, statements)
    with_all = conclusions and _conclusions(replace(question, planned=Planned.ALL), statements)
    for known in filter(None, (conclusions, with_all)):
        if answers := _taken_over(known, question, statements, requests):
            return answers
    report = _cycles(question, statements)
    answers = _written(report, snapshot, requests)
    keep(answers, requests, statements, Grounds(None))
    if conclusions:
        conclusions.keep(report)
    return answers


def _conclusions(question: Question, statements: Statements) -> Conclusions:
    from import_contracts.judging.conclusions import Conclusions  # noqa: PLC0415 - not needed to find cycles alone

    return Conclusions(statements, repr(question))


def _taken_over(
    conclusions: Conclusions, question: Question, statements: Statements, requests: Requests
) -> list[Answer]:
    """Return the report that was taken over in each wanted format; nothing if there is none."""
    snapshot = statements.snapshot

    def after(report: CyclesReport, before: Mapping[str, str], functions: Set[tuple[str, str]]) -> CyclesReport | None:
        from import_contracts.judging.edits_above import EditsAbove  # noqa: PLC0415 - only for edits that are not quiet

        return EditsAbove(before, functions, question, statements).after(report)

    with snapshot.context.step("take over what is known"):
        report = conclusions.take_over(CyclesReport, after)
    if report is None:
        return []
    try:
        answers = _written(report, snapshot, requests)
    except DAMAGED:  # a value that no run has written, in a cache that somebody has changed
        return []
    for key, one in zip(requests.keys, answers, strict=True):
        conclusions.keep_answer(key, one)
    return answers


def _written(report: CyclesReport, snapshot: Snapshot, requests: Requests) -> list[Answer]:
    with snapshot.context.step("write the report"):
        return [Answer(*_rendered(report, snapshot.context.folder, wanted)) for wanted in requests.wanted]


def _rendered(report: CyclesReport, folder: Path, wanted: Wanted) -> tuple[str, int, tuple[str, ...]]:
    """Return the text of a report in a format, the exit status, and what the text leaves out."""
    if wanted.format == "json":
        return as_json(report), report.exit_status, ()
    if wanted.format == "text":
        placed_here = shown(report, partial(wanted.style.place, folder=folder.as_posix()))
        return as_text(placed_here, wanted.style), report.exit_status, ()
    from import_contracts.reporters.cycles_as_contracts import as_report  # noqa: PLC0415 - for few formats
    from import_contracts.runs.check import placed  # noqa: PLC0415 - as above

    converted = as_report(report)
    outcomes = tuple(replace(outcome, demand=TYPES[outcome.type].demand) for outcome in converted.outcomes)
    whole = replace(placed(converted, folder), outcomes=outcomes, judges=False)
    return FORMATS[wanted.format](whole, wanted.style), report.exit_status, left_out(wanted.format, whole)


def _cycles(question: Question, statements: Statements) -> CyclesReport:
    demand_modules(question, statements.snapshot.program)
    return diagnose(question, statements)


def demand_modules(question: Question, program: Program) -> None:
    """Raise UserError if a program does not have the modules that a question is about."""
    modules = program.modules
    unknown = [name for name in question.packages if name not in modules and name not in program.excluded_files]
    if unknown:
        raise UserError(
            *(Problem(f"There is no module '{name}'.{did_you_mean_module(name, modules)}") for name in unknown)
        )
