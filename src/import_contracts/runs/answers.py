"""The fast path: the last answers, while nothing has changed. Everything else is behind one import in each function.

A run on an unchanged tree needs the configuration, the manifest of the last run and the stored answers. What finds a
new answer is imported when there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts.config.session import Config
from import_contracts.reading.cache import Answer, LastRun
from import_contracts.reading.context import RunContext
from import_contracts.reporters.style import Wanted
from import_contracts.runs.requests import Choice, Requests, cycles_extent, extent_of, read_baseline

if TYPE_CHECKING:
    from import_contracts.reports.cycles import Question


def check(config: Config, choice: Choice, wanted: Sequence[Wanted], context: RunContext) -> list[Answer]:
    """Check the contracts of a configuration and return the report in each format that is wanted.

    Raises UserError, with all problems of the configuration, where there is nothing to check: a root package is not
    found, an id is not that of a contract, or the baseline cannot be read.
    """
    baseline = read_baseline(config) if choice.use_baseline else None
    last = LastRun(extent_of(config), context)
    requests = Requests.of([_said(config), sorted(set(choice.only)), baseline], config.folder, wanted)
    if not config.custom_types and (answers := requests.stored(last)):
        return answers
    from import_contracts.runs.check import answer  # noqa: PLC0415 - all that an unchanged tree does not need

    return answer(config, choice, baseline, last, requests)


def cycles(
    question: Question, source_roots: Sequence[Path], wanted: Sequence[Wanted], context: RunContext
) -> list[Answer]:
    """Find the cycles of packages, or of parts of them, and return the report in each format that is wanted.

    Raises UserError where a package is not found.
    """
    last = LastRun(cycles_extent(question, source_roots), context)
    requests = Requests.of([repr(question), str(context.folder)], context.folder, wanted)
    if answers := requests.stored(last):
        return answers
    from import_contracts.runs.cycles import answer  # noqa: PLC0415 - all that an unchanged tree does not need

    return answer(question, last, requests)


def _said(config: Config) -> list[object]:
    """Return all that a configuration says and a report depends on."""
    documents = [[each.file, each.session, each.contracts, each.is_peers] for each in config.documents]
    return [config.file, config.options, documents, [[str(each), each.severity] for each in config.problems]]
