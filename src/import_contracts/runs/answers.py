"""The fast path of ``check`` and ``cycles``: returns the stored reports if nothing has changed.

A run on an unchanged program needs only the configuration, the manifest of the last run and the stored reports. The
code that reads files is imported if a file has changed; the code that checks contracts or finds cycles is imported if
imports have changed.
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
from import_contracts.runs.requests import Choice, Requests, cycles_extent, extent_of, merge_base, read_baseline

if TYPE_CHECKING:
    from import_contracts.reading.snapshot import Snapshot
    from import_contracts.reports.cycles import Question


def check(config: Config, choice: Choice, wanted: Sequence[Wanted], context: RunContext) -> list[Answer]:
    """Check the contracts of a configuration and return the report in each wanted format, in their order.

    Raises UserError if nothing can be checked: a root package is not found, there is no contract with one of the ids,
    or the baseline cannot be read.
    """
    baseline = read_baseline(config) if choice.use_baseline else None
    comparison = compare(extent_of(config), context)
    settings = [_content(config), sorted(set(choice.only)), baseline]
    requests = Requests.of(settings, config.folder, wanted, merge_base(config.folder, wanted))
    may_reuse = not config.custom_types  # a custom type may depend on anything
    if may_reuse and (answers := requests.stored(comparison.last)):
        return answers
    snapshot = _snapshot(comparison)
    if may_reuse and (answers := requests.stored(snapshot)):
        return answers
    from import_contracts.runs.check import answer  # noqa: PLC0415 - only if there is something to check

    return answer(config, choice, baseline, snapshot, requests)


def cycles(
    question: Question, source_roots: Sequence[Path], wanted: Sequence[Wanted], context: RunContext
) -> list[Answer]:
    """Find the cycles of packages and return the report in each wanted format, in their order.

    Raises UserError if a package or module is not found.
    """
    comparison = compare(cycles_extent(question, source_roots), context)
    requests = Requests.of([repr(question), str(context.folder)], context.folder, wanted)
    if answers := requests.stored(comparison.last) or requests.stored(snapshot := _snapshot(comparison)):
        return answers
    from import_contracts.runs.cycles import answer  # noqa: PLC0415 - only if there is something to find

    return answer(question, snapshot, requests)


def _snapshot(comparison: Comparison) -> Snapshot:
    from import_contracts.reading.snapshot import take_snapshot  # noqa: PLC0415 - only if a file may be read

    return take_snapshot(comparison)


def _content(config: Config) -> list[object]:
    """Return everything in a configuration that a report depends on."""
    documents = [
        [document.file, document.session, document.contracts, document.is_peers] for document in config.documents
    ]
    problems = [[str(problem), problem.severity] for problem in config.problems]
    return [config.file, config.options, documents, problems]
