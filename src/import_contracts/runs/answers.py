"""The fast path of ``check`` and ``cycles``: returns the stored reports if nothing has changed.

A run on an unchanged program needs only the configuration, the manifest of the last run and the stored reports. The
code that reads files is imported if a file has changed; the code that checks contracts or finds cycles is imported if
imports have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts import inputs
from import_contracts.config.session import Config
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.excluding import Exclude
from import_contracts.reading.siblings import compare_with_siblings
from import_contracts.reading.store.answer import Answer
from import_contracts.reading.store.last_run import LastRun
from import_contracts.reading.store.refresh import Comparison, compare
from import_contracts.reporters.style import Wanted
from import_contracts.runs.requests import (
    Choice,
    Requests,
    Scope,
    Task,
    extent_of,
    extents_of,
    packages_extent,
    read_baseline,
    with_contracts,
)

if TYPE_CHECKING:
    from import_contracts.drawing.model import Options
    from import_contracts.reading.files.program import Extent
    from import_contracts.reading.snapshot import Snapshot
    from import_contracts.reports.cycles import Question


def check(configs: Sequence[Config], choice: Choice, wanted: Sequence[Wanted], context: RunContext) -> list[Answer]:
    """Check the contracts of configurations and return one report about all in each wanted format, in their order.

    Raises UserError if nothing can be checked: a root package is not found, there is no contract with one of the ids,
    or a baseline cannot be read.
    """
    configs = with_contracts(configs, choice.only)
    baselines = [read_baseline(config) if choice.use_baseline else None for config in configs]
    extents = extents_of(configs)
    comparisons = {extent: compare(extent, context) for extent in extents}
    settings = [[_content(config) for config in configs], sorted(set(choice.only)), baselines]
    may_reuse = not any(config.custom_types for config in configs)  # a custom type may depend on anything
    lasts = [comparison.last for comparison in comparisons.values()]
    if may_reuse and (answers := _requests(settings, lasts, wanted).stored(lasts[0])):
        return answers
    snapshots = {
        extent: _snapshot(comparison, "import_contracts.runs.check") for extent, comparison in comparisons.items()
    }
    requests = _requests(settings, list(snapshots.values()), wanted)
    snapshot = snapshots[extents[0]]
    if may_reuse and (answers := requests.stored(snapshot) or requests.stored_before(snapshot)):
        return answers
    from import_contracts.runs.check import answer  # noqa: PLC0415 - only if there is something to check

    tasks = [Task(*task) for task in zip(configs, baselines, map(snapshots.__getitem__, extents), strict=True)]
    return answer(tasks, choice, requests)


def _requests(settings: Sequence[object], sources: Sequence[LastRun | Snapshot], wanted: Sequence[Wanted]) -> Requests:
    """Return the requests for a report about one or more programs, which is stored with the first of them.

    The others are a part of the keys. If one of them is not known from its digests, there are no keys.
    """
    others = [source.whole_state for source in sources[1:]]
    if None in others:
        return Requests(wanted, ())
    return Requests.of([*settings, *others], sources[0].context.folder, wanted)


def cycles(
    question: Question, source_roots: Sequence[Path], exclude: Exclude, wanted: Sequence[Wanted], context: RunContext
) -> list[Answer]:
    """Find the cycles of packages and return the report in each wanted format, in their order.

    Raises UserError if a package or module is not found.
    """
    comparison = compare_with_siblings(packages_extent(question.packages, source_roots, exclude), context)
    requests = Requests.of([repr(question), str(context.folder)], context.folder, wanted)
    if answers := requests.stored(comparison.last) or requests.stored(
        snapshot := _snapshot(comparison, "import_contracts.runs.cycles")
    ):
        return answers
    from import_contracts.runs.cycles import answer  # noqa: PLC0415 - only if there is something to find

    return answer(question, snapshot, requests)


def graph(options: Options, scope: Scope, wanted: Sequence[Wanted], context: RunContext) -> list[Answer]:
    """Draw the imports of packages and return the picture in each wanted format, in their order.

    Raises UserError if a package or module is not found.
    """
    config = scope.config
    extent = _extent(options, scope)._replace(exclude=scope.exclude)
    comparison = compare(extent._replace(include_external=extent.include_external or options.external), context)
    contracts = [_content(config), read_baseline(config)] if config else None
    settings = [repr(options), contracts, scope.python, str(context.folder)]
    may_reuse = config is None or not config.custom_types  # a custom type may depend on anything
    requests = Requests.of(settings, context.folder, wanted) if may_reuse else Requests(wanted, ())
    if answers := requests.stored(comparison.last) or requests.stored(
        snapshot := _snapshot(comparison, "import_contracts.runs.graph")
    ):
        return answers
    from import_contracts.runs.graph import answer  # noqa: PLC0415 - only if there is something to draw

    return answer(options, scope, snapshot, requests)


def _extent(options: Options, scope: Scope) -> Extent:
    if scope.config is not None:
        return extent_of(scope.config, kinds=True)
    return packages_extent(options.packages, scope.source_roots)


def _snapshot(comparison: Comparison, run: str) -> Snapshot:
    """Read what has changed; while grimp does that in other threads, the module of the run is imported."""
    inputs.stop()
    from import_contracts.reading.snapshot import take_snapshot  # noqa: PLC0415 - only if a file may be read

    return take_snapshot(comparison, partial(import_module, run))


def _content(config: Config) -> list[object]:
    """Return everything in a configuration that a report depends on."""
    documents = [
        [document.file, document.session, document.contracts, document.is_peers] for document in config.documents
    ]
    problems = [[str(problem), problem.severity] for problem in config.problems]
    return [config.file, config.options, documents, problems, *_declared(config)]


def _declared(config: Config) -> list[object]:
    if not config.asks_what_is_declared:
        return []
    from import_contracts.config.declared import declarations  # noqa: PLC0415 - only if a contract asks for it

    return [declarations(config)]
