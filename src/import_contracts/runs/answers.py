"""The fast path: the last answers while nothing has changed, and everything else behind three imports.

A run on an unchanged tree needs the configuration, the manifest of the last run and the stored answers. What reads
files is imported when one has changed, and what checks contracts or finds cycles when the imports have.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts.config.session import Config
from import_contracts.reading.cache import Answer
from import_contracts.reading.context import RunContext
from import_contracts.reading.refresh import Comparison, compare
from import_contracts.reporters.style import Wanted
from import_contracts.runs.requests import Choice, Requests, cycles_extent, extent_of, read_baseline

if TYPE_CHECKING:
    from import_contracts.reading.snapshot import Snapshot
    from import_contracts.reports.cycles import Question


def check(config: Config, choice: Choice, wanted: Sequence[Wanted], context: RunContext) -> list[Answer]:
    """Check the contracts of a configuration and return the report in each format that is wanted.

    Raises UserError, with all problems of the configuration, where there is nothing to check: a root package is not
    found, an id is not that of a contract, or the baseline cannot be read.
    """
    baseline = read_baseline(config) if choice.use_baseline else None
    comparison = compare(extent_of(config), context)
    requests = Requests.of([_said(config), sorted(set(choice.only)), baseline], config.folder, wanted)
    may_reuse = not config.custom_types  # what these do may depend on anything
    if may_reuse and (answers := requests.stored(comparison.last)):
        return answers
    snapshot = _snapshot(comparison)
    if may_reuse and (answers := requests.stored(snapshot)):
        return answers
    from import_contracts.runs.check import answer  # noqa: PLC0415 - only where there is something to check

    return answer(config, choice, baseline, snapshot, requests)


def cycles(
    question: Question, source_roots: Sequence[Path], wanted: Sequence[Wanted], context: RunContext
) -> list[Answer]:
    """Find the cycles of packages, or of parts of them, and return the report in each format that is wanted.

    Raises UserError where a package is not found.
    """
    comparison = compare(cycles_extent(question, source_roots), context)
    requests = Requests.of([repr(question), str(context.folder)], context.folder, wanted)
    if answers := requests.stored(comparison.last) or requests.stored(snapshot := _snapshot(comparison)):
        return answers
    from import_contracts.runs.cycles import answer  # noqa: PLC0415 - only where there is something to find

    return answer(question, snapshot, requests)


def _snapshot(comparison: Comparison) -> Snapshot:
    from import_contracts.reading.snapshot import take_snapshot  # noqa: PLC0415 - only where a file may be read

    return take_snapshot(comparison)


def _said(config: Config) -> list[object]:
    """Return all that a configuration says and a report depends on."""
    documents = [[each.file, each.session, each.contracts, each.is_peers] for each in config.documents]
    return [config.file, config.options, documents, [[str(each), each.severity] for each in config.problems]]
