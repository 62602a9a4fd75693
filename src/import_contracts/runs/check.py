"""The run of ``check``: reads the program, checks the contracts, and makes the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from import_contracts import disk, git
from import_contracts.baseline import Baseline, Entry, parse
from import_contracts.config.contracts import chosen, read_contracts
from import_contracts.config.session import Config
from import_contracts.judging.check_report import check_report
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, judge
from import_contracts.problems import Problem
from import_contracts.reading.context import RunContext
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.store.answer import Answer, Grounds
from import_contracts.reading.store.refresh import compare
from import_contracts.records import replace
from import_contracts.reporters import FORMATS, left_out
from import_contracts.reports.check import Report
from import_contracts.reports.several import joined
from import_contracts.repository import root_text
from import_contracts.runs.requests import (
    Choice,
    Requests,
    Task,
    extent_of,
    extents_of,
    keep,
    read_baseline,
    with_contracts,
)


def check(configs: Sequence[Config], choice: Choice, context: RunContext) -> Report:
    """Check the contracts of configurations and return one report about all.

    Raises UserError as `import_contracts.runs.answers.check` does. Writes nothing but the cache.
    """
    configs = with_contracts(configs, choice.only)
    baselines = [read_baseline(config) if choice.use_baseline else None for config in configs]
    extents = extents_of(configs)
    snapshots = {extent: take_snapshot(compare(extent, context)) for extent in extents}
    tasks = map(Task, configs, baselines, map(snapshots.__getitem__, extents))
    return _checked(list(tasks), choice)[0]


def answer(tasks: Sequence[Task], choice: Choice, requests: Requests) -> list[Answer]:
    """Check the contracts of configurations, return the report in each wanted format, and store it in the cache."""
    snapshot = tasks[0].snapshot
    tips = snapshot.last.tips  # read before git is asked
    base = git.merge_base(snapshot.context.folder) if requests.compare else None
    made, statements, judgements = _checked(tasks, choice, base)
    with snapshot.context.step("write the report"):
        answers = [
            Answer(FORMATS[each.format](made, each.style), made.exit_status, left_out(each.format, made))
            for each in requests.wanted
        ]
    may_differ = (
        made.asked_git
        or (requests.compare and base is None and tips.promise_a_base)
        or not all(each.weakening is None or each.weakening.is_empty for each in made.configurations)
    )
    if requests.keys and not any(task.config.custom_types for task in tasks) and not may_differ:
        branch = snapshot.last.branch if requests.compare or made.names_added else ""
        decided = judgements[0].decided if len(judgements) == 1 and not requests.compare else None
        grounds = Grounds(_evidence(made, statements), branch, {}, *(decided() if decided else (None, None)))
        keep(answers, requests, statements, grounds._replace(total=made.imports))
    return answers


def _checked(
    tasks: Sequence[Task], choice: Choice, merge_base: str | None = None
) -> tuple[Report, Statements, list[Judgement]]:
    """Check the contracts of configurations; return the report about all, the first program, and each judgement.

    Each configuration is compared with that at ``merge_base``, unless it is None.
    """
    contracts = chosen([(task.config, read_contracts(task.config)) for task in tasks], choice.only)
    statements = {id(task.snapshot): Statements(task.snapshot) for task in tasks}
    reports, judgements = [], []
    for task, of_task in zip(tasks, contracts, strict=True):
        known = known_entries(task.config, task.baseline)
        of_program = statements[id(task.snapshot)]
        judgement = judge(task.config, of_task, of_program, known)
        judgements.append(judgement)
        made = report(judgement, of_program)
        if merge_base is not None:
            from import_contracts.runs.weakening import Revision, find_weakening  # noqa: PLC0415 - for few formats

            only = [contract.id for contract in of_task.chosen] if choice.only else ()
            then = Revision(merge_base, merge_base[:12])
            made = replace(made, weakening=find_weakening(judgement, of_program, then, choice._replace(only=only)))
        reports.append(made)
    sizes = {id(task.snapshot): (made.modules, made.imports) for task, made in zip(tasks, reports, strict=True)}
    files, ids = [task.config.file for task in tasks], [each.ids for each in contracts]
    made = joined(reports, files, ids, list(sizes.values()))
    return made, statements[id(tasks[0].snapshot)], judgements


def _evidence(made: Report, statements: Statements) -> Iterable[str] | None:
    """Return the modules whose statements are in a report; None if it depends on the whole text of files."""
    if statements.gives_texts or any(outcome.cuts_with_fixes for outcome in made.outcomes):
        return None
    return statements.modules_read


def judged(config: Config, context: RunContext, baseline: str | None = None) -> tuple[Judgement, Statements]:
    """Check all contracts of a configuration against its baseline, without making a report.

    ``baseline`` is the text of the baseline if it is not to be read. Raises UserError as
    `import_contracts.runs.answers.check` does.
    """
    statements = Statements(take_snapshot(compare(extent_of(config), context)))
    known = known_entries(config, read_baseline(config) if baseline is None else baseline)
    return judge(config, read_contracts(config), statements, known), statements


def report(judgement: Judgement, statements: Statements) -> Report:
    """Return the report of a judgement, with its folder and its repository."""
    with statements.snapshot.context.step("describe the violations"):
        return placed(check_report(judgement, statements), judgement.config.folder)


def placed(unplaced: Report, folder: Path) -> Report:
    """Return a report with the folder that its paths are relative to, and the root of the repository."""
    return replace(unplaced, folder=folder.as_posix(), root=root_text(folder))


def nothing_checked(problems: Sequence[Problem], folder: Path) -> Report:
    """Return the report of a run in which nothing could be checked because of ``problems``."""
    return placed(Report(modules=0, imports=0, outcomes=(), problems=tuple(problems)), folder)


def known_entries(config: Config, baseline: str | None) -> frozenset[Entry] | None:
    """Return the entries in the text of a baseline; None without one. Raises UserError if a line is not valid."""
    return None if baseline is None else parsed(baseline, config).entries


def parsed(text: str, config: Config) -> Baseline:
    """Return the baseline in the text of a configuration's baseline; raises UserError if a line is not valid."""
    path = str(config.baseline)
    return parse(text, config.shown(path), quotes=disk.is_inside(path, *config.checkouts))
