"""The runs of ``explain``: about two modules, one contract, or all contracts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from import_contracts.config.contracts import Contracts, ids_of, read_contracts
from import_contracts.config.session import Config
from import_contracts.explain.coverage import coverage, describe
from import_contracts.explain.dependency import between, concerns, dependency, misspelt, objections, with_new
from import_contracts.explain.permissions import permissions
from import_contracts.explain.views import View
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, judge
from import_contracts.problems import Problem, Severity, UserError, did_you_mean_module, suggestion
from import_contracts.reading.context import RunContext
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.store.refresh import compare
from import_contracts.records import replace
from import_contracts.reports.explain import Dependency, Explanation, Permissions
from import_contracts.reports.trend import Pair
from import_contracts.runs.check import known_entries
from import_contracts.runs.coupling import evidence
from import_contracts.runs.requests import extent_of, packages_extent, read_baseline
from import_contracts.trend.coupling import coupled


def explain_dependency(
    ends: tuple[str, str], config: Config, context: RunContext, *, may: bool, coupling: bool
) -> Dependency:
    """Return how one module or package depends on another, and which contracts forbid or allow it.

    A module that does not exist is taken for a new one; but if there is a similar name, only with ``may``, which is
    the question whether the import is allowed. Raises UserError if nothing is known of one of the two, if a root
    package is not found, or if the baseline cannot be read.
    """
    importer, imported = ends
    statements = _statements(config, context)
    whole = statements.snapshot.scan.graph
    graph, new = with_new(importer, imported, whole)
    doubts = tuple(misspelt(new, whole))
    if doubts and not may:
        raise UserError(*doubts)
    found = dependency(importer, imported, graph, statements)
    judgement, views = _judged(config, read_contracts(config), statements, (importer, imported))
    objecting = objections(importer, imported, graph, views)
    verdicts, silent = concerns(importer, imported, graph, views, objecting)
    errors = tuple(problem for problem in _problems(judgement) if problem.is_error)
    return replace(
        found,
        concerns=verdicts,
        silent=silent,
        problems=(*errors, *(replace(each, severity=Severity.WARNING) for each in doubts)),
        objections=objecting,
        new=new,
        judges=may,
        coupling=_coupling(ends, graph, statements) if coupling else None,
    )


def explain_installed(
    ends: tuple[str, str], source_roots: Sequence[Path], context: RunContext, *, coupling: bool
) -> Dependency:
    """Return how one module or package depends on another, without a configuration.

    Their packages are in the source roots or installed. Raises UserError if one is not found.
    """
    importer, imported = ends
    statements = Statements(take_snapshot(compare(packages_extent(ends, source_roots), context)))
    scan = statements.snapshot.scan
    if unknown := [module for module in (importer, imported) if module not in scan.graph]:
        nothing = [f"There is no module '{each}'.{did_you_mean_module(each, scan.graph.modules)}" for each in unknown]
        raise UserError(*map(Problem, nothing))
    found = dependency(importer, imported, scan.graph, statements)
    unreadable = (Problem(file.message, context.shown(file.path)) for file in statements.snapshot.unreadable)
    together = _coupling(ends, scan.graph, statements) if coupling else None
    return replace(found, problems=tuple(unreadable), coupling=together)


def _coupling(ends: tuple[str, str], graph: ImportGraph, statements: Statements) -> tuple[Pair, ...]:
    """Return the modules of two that change together; raises UserError if git cannot tell."""
    snapshot = statements.snapshot
    changes = evidence(snapshot.context.folder, snapshot.program, snapshot.context)
    return between(coupled(*changes), *ends, graph)


def explain_module(module: str, config: Config, context: RunContext) -> Permissions | None:
    """Return what a module may import and which modules may import it; None if no root package has such a name.

    It need not exist. Raises UserError if a root package is not found, or if the baseline cannot be read.
    """
    statements = _statements(config, context)
    graph = statements.snapshot.scan.graph
    if not graph.is_internal(module) or (module not in graph and any(misspelt((module,), graph))):
        return None
    judgement, views = _judged(config, read_contracts(config), statements, (module, *sorted(graph.external)))
    errors = tuple(problem for problem in _problems(judgement) if problem.is_error)
    return replace(permissions(module, graph, views), problems=errors)


def explain_name(name: str | None, config: Config, context: RunContext) -> Explanation | Permissions:
    """Return what is known of a name: the contract with this id, or else the module; if None, of all contracts.

    Raises UserError if there is neither, and as `explain_contracts` does.
    """
    if name is not None and name not in ids_of(config):
        found = explain_module(name, config, context)
        if found is not None:
            return found
    return explain_contracts(config, name, context)


def explain_contracts(config: Config, wanted: str | None, context: RunContext) -> Explanation:
    """Return the contract with the id ``wanted`` in words; if None, all contracts, and the modules they do not cover.

    Raises UserError if there is no contract with this id, if a root package is not found, or if the baseline cannot be
    read.
    """
    statements = _statements(config, context)
    contracts = read_contracts(config)
    if wanted is not None:
        _refuse_unknown(wanted, contracts.ids, statements.snapshot.program.modules)
    judgement, views = _judged(config, contracts.only(() if wanted is None else (wanted,)), statements)
    descriptions = tuple(map(describe, views))
    problems = _problems(judgement)
    if wanted is None:
        return Explanation(descriptions, coverage(statements.snapshot.scan.graph, descriptions), problems)
    relevant = (
        problem for problem in problems if problem.contract == wanted or (problem.is_error and not problem.contract)
    )
    return Explanation(descriptions, None, tuple(relevant))


def _refuse_unknown(wanted: str, ids: Sequence[str], modules: frozenset[str]) -> None:
    if wanted in ids:
        return
    hint = did_you_mean_module(wanted, modules) or suggestion(wanted, ids)
    raise UserError(Problem(f"There is no contract '{wanted}'.{hint}"))


def _statements(config: Config, context: RunContext) -> Statements:
    return Statements(take_snapshot(compare(extent_of(config, kinds=True), context)))


def _judged(
    config: Config, contracts: Contracts, statements: Statements, names: tuple[str, ...] = ()
) -> tuple[Judgement, list[View]]:
    """Check contracts; return the judgement, and a view of each contract, in which some modules are that may be new."""
    judgement = judge(config, contracts, statements, known_entries(config, read_baseline(config)))
    return judgement, [View(verdict, statements, names) for verdict in judgement.verdicts]


def _problems(judgement: Judgement) -> tuple[Problem, ...]:
    return (*judgement.problems, *(Problem(file.message, file.path) for file in judgement.unreadable))
