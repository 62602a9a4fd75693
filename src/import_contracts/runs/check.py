"""The run of ``check``: the program is read, the contracts are judged, and the report is dressed and printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from import_contracts.baseline import Entry, parse
from import_contracts.config.contracts import read_contracts
from import_contracts.config.files import repository
from import_contracts.config.session import Config
from import_contracts.judging.dress import dress
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, judge
from import_contracts.problems import Problem
from import_contracts.reading.cache import Answer
from import_contracts.reading.context import RunContext
from import_contracts.reading.refresh import compare
from import_contracts.reading.snapshot import Snapshot, take_snapshot
from import_contracts.reporters import FORMATS
from import_contracts.reports.check import Report
from import_contracts.runs.requests import Choice, Requests, extent_of, read_baseline


def check(config: Config, choice: Choice, context: RunContext) -> Report:
    """Check the contracts of a configuration and return the report.

    Raises UserError as `import_contracts.runs.answers.check` does. Writes nothing but the cache.
    """
    baseline = read_baseline(config) if choice.use_baseline else None
    statements = Statements(take_snapshot(compare(extent_of(config), context)))
    contracts = read_contracts(config).only(choice.only)
    return report(judge(config, contracts, statements, known_entries(config, baseline)), statements)


def answer(
    config: Config, choice: Choice, baseline: str | None, snapshot: Snapshot, requests: Requests
) -> list[Answer]:
    """Check the contracts of a configuration and return the report in each format, which the cache has then."""
    contracts = read_contracts(config).only(choice.only)
    statements = Statements(snapshot)
    found = report(judge(config, contracts, statements, known_entries(config, baseline)), statements)
    with snapshot.context.step("write the report"):
        answers = [Answer(FORMATS[each.format](found, each.style), found.exit_status) for each in requests.wanted]
    git_had_a_say = any(outcome.causes for outcome in found.outcomes)
    if not config.custom_types and not git_had_a_say:
        keep(answers, requests, snapshot, _evidence(found, statements))
    return answers


def keep(answers: Iterable[Answer], requests: Requests, snapshot: Snapshot, evidence: Iterable[str] | None) -> None:
    """Keep the answers to some requests in the cache; ``evidence`` is that of `Snapshot.keep`."""
    modules = None if evidence is None else sorted(evidence)
    for key, each in zip(requests.keys, answers, strict=True):
        snapshot.keep(key, each, modules)


def _evidence(found: Report, statements: Statements) -> Iterable[str] | None:
    """Return the modules of which statements were read, None where a report depends on more of the files."""
    if any(outcome.type == "crash" or any(cut.fixes for cut in outcome.cuts) for outcome in found.outcomes):
        return None
    return statements.modules_read


def judged(config: Config, context: RunContext) -> tuple[Judgement, Statements]:
    """Judge all contracts of a configuration against its baseline; nothing is read for a report."""
    statements = Statements(take_snapshot(compare(extent_of(config), context)))
    known = known_entries(config, read_baseline(config))
    return judge(config, read_contracts(config), statements, known), statements


def report(judgement: Judgement, statements: Statements) -> Report:
    """Return the report of some verdicts, with its place in the repository."""
    return placed(dress(judgement, statements), judgement.config.folder)


def placed(found: Report, folder: Path) -> Report:
    """Return a report that knows where its paths are."""
    root = repository(folder)
    return replace(found, folder=folder.as_posix(), root=root.as_posix() if root else "")


def nothing_checked(problems: Sequence[Problem], folder: Path) -> Report:
    """Return the report of a run in which nothing could be checked."""
    return placed(Report(modules=0, imports=0, outcomes=(), problems=tuple(problems)), folder)


def known_entries(config: Config, baseline: str | None) -> frozenset[Entry] | None:
    """Return the entries of the baseline, None where there is none."""
    return None if baseline is None else parse(baseline, config.shown(str(config.baseline))).entries
