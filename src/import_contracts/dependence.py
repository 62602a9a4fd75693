"""How one module comes to depend on another, and what the contracts say of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from import_contracts.errors import Problem, UserError, did_you_mean
from import_contracts.evidence import Evidence
from import_contracts.explanation import Concern, Dependency, Stance
from import_contracts.graph import Edge, ImportGraph, Kind, Routes
from import_contracts.names import listed, within
from import_contracts.report import Outcome
from import_contracts.views import View

_NOT_EAGER = frozenset(Kind) - {Kind.RUNTIME}


def dependency(importer: str, imported: str, graph: ImportGraph, evidence: Evidence) -> Dependency:
    """Return how a module or package comes to depend on another.

    Each stands for what is inside it, but for the other one. Raises UserError where one is not in the graph.
    """
    importers, targets = _asked_about(importer, imported, graph)
    routes = _routes(graph, importers, targets)
    chains = sorted(routes.chains_from(importers), key=lambda chain: (len(chain), chain))
    return Dependency(
        importer=importer,
        imported=imported,
        outer=imported if within(importer, imported) else importer if within(imported, importer) else None,
        chains=tuple(tuple(evidence.statement(edge, graph) for edge in chain) for chain in chains),
        cut=tuple(evidence.statement(edge, graph) for edge in routes.minimum_cut(importers)),
        is_eager=_reach(graph.without_kinds(_NOT_EAGER), importers, targets),
        back=sum(1 for _ in _routes(graph, targets, importers).chains_from(targets)),
    )


def concerns(
    importer: str, imported: str, graph: ImportGraph, views: Sequence[View], outcomes: Sequence[Outcome]
) -> tuple[tuple[Concern, ...], tuple[str, ...]]:
    """Return what contracts say of a dependency, the gravest first, and the ids of those that say nothing."""
    ends = _asked_about(importer, imported, graph)
    names = (importer, imported)
    found = [_concern(view, outcome, graph, ends, names) for view, outcome in zip(views, outcomes, strict=True)]
    order = list(Stance)
    spoken = sorted((each for each in found if each is not None), key=lambda each: order.index(each.stance))
    return tuple(spoken), tuple(view.contract.id for view, each in zip(views, found, strict=True) if each is None)


def _asked_about(importer: str, imported: str, graph: ImportGraph) -> tuple[frozenset[str], frozenset[str]]:
    """Return the modules of both; raises UserError where there are none, or no imports of them are known."""
    problems = [problem for each in (importer, imported) for problem in _unknown(each, graph)]
    if importer in graph.external:
        problems.append(Problem(f"'{importer}' is an external package, of which no imports are known."))
    if importer == imported:
        problems.append(Problem(f"'{importer}' is named twice; name what imports, and then what is imported."))
    if problems:
        raise UserError(*problems)
    one, other = graph.subtree(importer), graph.subtree(imported)
    return one - other if within(imported, importer) else one, other - one if within(importer, imported) else other


def _unknown(module: str, graph: ImportGraph) -> Iterable[Problem]:
    if module in graph:
        return
    root = module.partition(".")[0]
    if graph.is_internal(module) or not graph.roots:
        yield Problem(f"There is no module '{module}'.{did_you_mean(module, graph.modules)}")
    elif not graph.knows_external:
        where = f"'{module}' lies outside the root packages ({', '.join(graph.roots)})"
        near = did_you_mean(module, graph.modules)
        yield Problem(f"{where}.{near or ' To ask about it, set include_external_packages = true.'}")
    elif root in graph and root != module:
        yield Problem(f"'{module}' is a part of an external package: only the whole can be asked about, '{root}'.")
    elif near := did_you_mean(module, graph.modules, closeness=0.81):
        yield Problem(f"Nothing imports '{module}'.{near}")  # else the answer is just that: no dependency


def _routes(graph: ImportGraph, importers: Set[str], targets: Set[str]) -> Routes:
    return graph.routes_to(targets, frozenset()).avoiding(importers)


def _concern(
    view: View,
    outcome: Outcome,
    graph: ImportGraph,
    ends: tuple[frozenset[str], frozenset[str]],
    names: tuple[str, str],
) -> Concern | None:
    """Return what a contract says, None where it looks at neither of the two and has nothing against it."""
    violations = [
        each for each in outcome.violations if _leads(((at.importer, at.imported) for at in each.chain), *ends)
    ]
    known = sum(each.is_known for each in violations)
    ignored = _let_through(view, outcome, ends)
    looked_at = [name for name, modules in zip(names, ends, strict=True) if not view.covers.isdisjoint(modules)]
    objections = view.objections(*(_ends(graph, *ends) or ends))
    if violations:
        stance = Stance.KNOWN if known == len(violations) else Stance.BROKEN
    elif ignored or objections:
        stance = Stance.IGNORED if ignored else Stance.FORBIDDEN
    elif looked_at:
        stance = Stance.ALLOWED if len(looked_at) == 2 else Stance.ELSEWHERE
    else:
        return None
    said = dict.fromkeys(each.message for each in violations) or objections
    note = _why_not(view, graph, ends) if stance is Stance.FORBIDDEN else ""
    sentences = tuple(looked_at if stance is Stance.ELSEWHERE else said)
    return Concern(
        view.contract.id, view.contract.name, stance, sentences, note, len(violations) - known, known, ignored
    )


def _why_not(view: View, graph: ImportGraph, ends: tuple[frozenset[str], frozenset[str]]) -> str:
    """Return why a dependency that a contract forbids does not break it; empty where there is none."""
    if not _reach(graph, *ends):
        return ""
    if view.contract.excluded and not _reach(view.graph, *ends):
        return f"Imports of the kind {listed(sorted(view.contract.excluded), 'or')} do not count."
    return "None of the imports of today breaks it."


def _ends(graph: ImportGraph, importers: Set[str], targets: Set[str]) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the modules between which there is a dependency, None where there is none."""
    chains = list(_routes(graph, importers, targets).chains_from(importers))
    return (frozenset(chain[0][0] for chain in chains), frozenset(chain[-1][1] for chain in chains)) if chains else None


def _reach(graph: ImportGraph, importers: Set[str], targets: Set[str]) -> bool:
    return not graph.routes_to(targets, frozenset()).importers.isdisjoint(importers)


def _let_through(view: View, outcome: Outcome, ends: tuple[frozenset[str], frozenset[str]]) -> int:
    """Return how many violations more would lead from the one to the other if nothing were ignored."""
    if not any(view.ignored.values()) or outcome.kept is None:
        return 0
    today = {(each.importer, each.imported or "", each.target or "") for each in outcome.violations}
    more = (chain for identity, chain in view.violations(frozenset()).items() if identity not in today)
    return sum(_leads(chain, *ends) for chain in more)


def _leads(chain: Iterable[Edge], importers: Set[str], imported: Set[str]) -> bool:
    """Tell whether a chain leads from one of some modules to one of others."""
    has_begun = False
    for one, other in chain:
        has_begun = has_begun or one in importers
        if has_begun and other in imported:
            return True
    return False
