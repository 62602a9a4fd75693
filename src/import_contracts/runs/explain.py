"""The runs of ``explain`` as functions: what becomes of a question about modules, or about contracts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from import_contracts.config.config import Config, Contract, shown
from import_contracts.explain.coverage import coverage, told
from import_contracts.explain.dependency import concerns, dependency
from import_contracts.explain.views import View, views
from import_contracts.judging.statements import Evidence
from import_contracts.judging.verdict import judge
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reading.program import find_portions
from import_contracts.reading.snapshot import Snapshot, Watch
from import_contracts.reports.check import Report
from import_contracts.reports.explain import Dependency, Explanation
from import_contracts.runs.check import known_entries, read_baseline, snapshot_of


@dataclass(frozen=True, slots=True)
class Reading:
    """How a program is read: with the cache in a folder, if one is given; what is done and what goes wrong is told."""

    cache: Path | None
    watch: Watch
    warn: Callable[[str], None]


def explain_dependency(importer: str, imported: str, config: Config, reading: Reading) -> Dependency:
    """Return how one module or package comes to depend on another, and what the contracts say of it.

    Raises UserError where a module is not there, as `import_contracts.api.check` where the program is not.
    """
    snapshot, evidence = _snapshot(config, reading)
    graph = snapshot.scan.graph
    found = dependency(importer, imported, graph, evidence)
    report, asked = _judged(config, config.contracts, snapshot, evidence, reading)
    spoken, silent = concerns(importer, imported, graph, asked, report.outcomes)
    errors = tuple(problem for problem in _problems(report) if problem.is_error)
    return replace(found, concerns=spoken, silent=silent, problems=errors)


def explain_installed(
    importer: str, imported: str, folder: Path, source_roots: Sequence[Path], reading: Reading
) -> Dependency:
    """Return how one module or package comes to depend on another, both in packages of whatever place.

    Paths in the result are relative to a folder. Raises UserError where one is not found.
    """
    names = [each.partition(".")[0] for each in (importer, imported)]
    try:
        portions = find_portions(names, source_roots)
    except UserError as error:
        raise UserError(*(replace(problem, key=None) for problem in error.problems)) from None
    snapshot = Snapshot(
        portions,
        include_external=False,
        kinds=True,
        cache=reading.cache,
        base=folder,
        watch=reading.watch,
        warn=reading.warn,
    )
    evidence = Evidence(snapshot, folder, lambda path: shown(path, folder))
    found = dependency(importer, imported, snapshot.scan.graph, evidence)
    unreadable = (Problem(each.message, shown(each.path, folder)) for each in snapshot.scan.unreadable)
    return replace(found, problems=tuple(unreadable))


def explain_contracts(config: Config, wanted: str | None, reading: Reading) -> Explanation:
    """Return one contract in words, or all of them and what none of them looks at.

    Raises UserError where there is no contract of that id, as `import_contracts.api.check` where there is no program.
    """
    snapshot, evidence = _snapshot(config, reading)
    ids = [contract.id for contract in config.contracts]
    if wanted is not None and wanted not in ids:
        raise UserError(_no_contract(wanted, ids, snapshot.program.modules))
    chosen = [contract for contract in config.contracts if wanted in {None, contract.id}]
    report, asked = _judged(config, chosen, snapshot, evidence, reading)
    contracts = tuple(map(told, asked, report.outcomes))
    if wanted is None:
        return Explanation(contracts, coverage(snapshot.scan.graph, contracts), _problems(report))
    about = (each for each in _problems(report) if each.contract == wanted or (each.is_error and not each.contract))
    return Explanation(contracts, None, tuple(about))


def _no_contract(wanted: str, ids: Sequence[str], modules: frozenset[str]) -> Problem:
    hint = did_you_mean(wanted, ids) or f" Known are {', '.join(sorted(ids))}."
    if wanted in modules:
        hint = f" It is a module; name two to ask how one depends on the other: lint-imports explain {wanted} …"
    return Problem(f"There is no contract '{wanted}'.{hint}")


def _snapshot(config: Config, reading: Reading) -> tuple[Snapshot, Evidence]:
    snapshot = snapshot_of(config, reading.cache, reading.watch, reading.warn, kinds=True)
    return snapshot, Evidence(snapshot, config.folder, config.shown)


def _judged(
    config: Config, contracts: Sequence[Contract], snapshot: Snapshot, evidence: Evidence, reading: Reading
) -> tuple[Report, list[View]]:
    """Return what some contracts come to, and each with its view of the program."""
    known = known_entries(config, read_baseline(config))
    report = judge(config, contracts, snapshot, known, reading.watch)
    found = views(config, snapshot.scan.graph, evidence)
    return report, [view for view in found if any(view.contract is each for each in contracts)]


def _problems(report: Report) -> tuple[Problem, ...]:
    return (*report.problems, *(Problem(each.message, each.path) for each in report.unreadable))
