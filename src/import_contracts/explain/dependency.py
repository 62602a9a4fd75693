"""How one module depends on another, and which contracts forbid or allow that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from import_contracts.explain.views import View
from import_contracts.graph.import_graph import Edge, ImportGraph, Routes
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import top_level, within
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, UserError, did_you_mean_module
from import_contracts.reports.explain import ContractVerdict, Dependency, Objection, Stance
from import_contracts.reports.trend import Pair
from import_contracts.wording import listed

_NOT_EAGER = frozenset(Kind) - {Kind.RUNTIME}


def dependency(importer: str, imported: str, graph: ImportGraph, statements: Statements) -> Dependency:
    """Return how a module or package depends on another.

    A package includes its modules, except the other module or package. Its chains are sorted by length, then by name.
    Raises UserError if one of the two is unknown.
    """
    importers, targets = _ends(importer, imported, graph)
    routes = _routes(graph, importers, targets)
    chains = sorted(routes.chains_from(importers), key=lambda chain: (len(chain), chain))
    return Dependency(
        importer=importer,
        imported=imported,
        outer=imported if within(importer, imported) else importer if within(imported, importer) else None,
        chains=tuple(tuple(statements.statement(edge, graph) for edge in chain) for chain in chains),
        cut=tuple(statements.statement(edge, graph) for edge in routes.minimum_cut(importers)),
        is_eager=_reach(graph.without_kinds(_NOT_EAGER), importers, targets),
        back=sum(1 for _ in _routes(graph, targets, importers).chains_from(targets)),
    )


def between(pairs: Iterable[Pair], importer: str, imported: str, graph: ImportGraph) -> tuple[Pair, ...]:
    """Return those pairs of which one module is in the importer, and the other in the imported module or package."""
    importers, targets = _ends(importer, imported, graph)
    return tuple(
        pair
        for pair in pairs
        if (pair.first in importers and pair.second in targets) or (pair.second in importers and pair.first in targets)
    )


def concerns(
    importer: str, imported: str, graph: ImportGraph, views: Sequence[View], objecting: Sequence[Objection] = ()
) -> tuple[tuple[ContractVerdict, ...], tuple[str, ...]]:
    """Return the verdicts of contracts on a dependency, and the ids of the contracts that do not cover it.

    The verdicts are in the order of `Stance`, broken contracts first, and then in the order of the contracts. Those
    that are ``objecting`` forbid a direct import.
    """
    pair = _pair(importer, imported, graph)
    forbidding = {each.id: each.sentences for each in objecting}
    verdicts = [_contract_verdict(view, pair, forbidding.get(view.contract.id, ())) for view in views]
    order = list(Stance)
    given = sorted((verdict for verdict in verdicts if verdict), key=lambda verdict: order.index(verdict.stance))
    silent = (view.contract.id for view, verdict in zip(views, verdicts, strict=True) if verdict is None)
    return tuple(given), tuple(silent)


def objections(importer: str, imported: str, graph: ImportGraph, views: Sequence[View]) -> tuple[Objection, ...]:
    """Return the contracts that forbid one module or package to import another, in their order."""
    importers, targets = _ends(importer, imported, graph)
    found = ((view.contract, view.objections((importer, imported), importers, targets)) for view in views)
    return tuple(Objection(each.id, each.name, each.reason, messages) for each, messages in found if messages)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two modules or packages of a dependency, by name, and the modules in each.

    ``joined`` are the first and the last modules of the chains between them in the ``graph``; None if there are no
    chains.
    """

    names: tuple[str, str]
    importers: frozenset[str]
    imported: frozenset[str]
    graph: ImportGraph
    joined: tuple[frozenset[str], frozenset[str]] | None

    def is_joined_by(self, chain: Iterable[Edge]) -> bool:
        """Return whether a chain, or a part of it, leads from one of the importers to one of the imported modules."""
        has_begun = False
        for one, other in chain:
            has_begun = has_begun or one in self.importers
            if has_begun and (other in self.imported or self._has_part(one, other)):
                return True
        return False

    def _has_part(self, one: str, other: str) -> bool:
        """Return whether an import of an external package is one of the imported part of it."""
        parts = (each for each in self.imported if other in self.graph.external and within(each, other))
        return any(self.graph.has_import(one, each) for each in parts)


def _pair(importer: str, imported: str, graph: ImportGraph) -> _Pair:
    ends = _ends(importer, imported, graph)
    chains = list(_routes(graph, *ends).chains_from(ends[0]))
    firsts, lasts = (frozenset(chain[place][place] for chain in chains) for place in (0, -1))
    return _Pair((importer, imported), *ends, graph, (firsts, lasts) if chains else None)


def _ends(importer: str, imported: str, graph: ImportGraph) -> tuple[frozenset[str], frozenset[str]]:
    """Return the modules in each of the two; raises UserError if the importer is external, or both are the same."""
    problems = []
    if importer in graph.external:
        problems.append(Problem(f"'{importer}' is an external package, whose imports are not known."))
    if importer == imported:
        problems.append(Problem(f"'{importer}' is named twice; name the importer and then the imported module."))
    if problems:
        raise UserError(*problems)
    one, other = graph.subtree(importer), graph.subtree(imported)
    return one - other if within(imported, importer) else one, other - one if within(importer, imported) else other


def with_new(importer: str, imported: str, graph: ImportGraph) -> tuple[ImportGraph, tuple[str, ...]]:
    """Return a graph that has two modules, and those of the two that it did not have.

    The importer must be in a root package. Raises UserError if a part of an external package is asked for that is not
    told apart, or if external packages are not in the graph.
    """
    problems = [*_outside(imported, graph)]
    if not graph.is_internal(importer) and importer not in graph:
        problems = [*_outside(importer, graph), *problems]
    if problems:
        raise UserError(*problems)
    new = tuple(each for each in (importer, imported) if each not in graph)
    return graph.with_modules(new), new


def misspelt(new: Iterable[str], graph: ImportGraph) -> Iterator[Problem]:
    """Yield a problem for each module that does not exist, and has nearly the name of one that does."""
    for module in new:
        alike = (each for each in graph.modules if not within(module, each))
        if near := did_you_mean_module(module, alike):
            nothing = f"There is no module '{module}'" if graph.is_internal(module) else f"Nothing imports '{module}'"
            yield Problem(f"{nothing}.{near}")


def _outside(module: str, graph: ImportGraph) -> Iterator[Problem]:
    """Yield a problem if nothing is known of a module because it is outside the root packages."""
    root = top_level(module)
    if module in graph or graph.is_internal(module):
        return
    if not graph.knows_external:
        where = f"'{module}' is outside the root packages ({', '.join(graph.roots)})"
        near = did_you_mean_module(module, graph.modules)
        yield Problem(f"{where}.{near or ' To include it, set include_external_packages = true.'}")
    elif root in graph:
        yield Problem(f"'{module}' is part of an external package; name the package, '{root}'.")


def _routes(graph: ImportGraph, importers: Set[str], targets: Set[str]) -> Routes:
    return graph.routes_to(targets, frozenset()).avoiding(importers)


def _contract_verdict(view: View, pair: _Pair, objections: tuple[str, ...]) -> ContractVerdict | None:
    """Return the verdict of a contract on a dependency; None if it covers neither of the two and does not forbid it."""
    violations = [violation for violation in view.verdict.violations if pair.is_joined_by(violation.chain)]
    known = sum(map(view.verdict.is_known, violations))
    ignored = _ignored_violations(view, pair)
    modules = zip(pair.names, (pair.importers, pair.imported), strict=True)
    covered = [name for name, inside in modules if not view.covers.isdisjoint(inside)]
    messages = view.would_break(*(pair.joined or (pair.importers, pair.imported))) or objections
    if violations:
        stance = Stance.KNOWN if known == len(violations) else Stance.BROKEN
    elif ignored or messages:
        stance = Stance.IGNORED if ignored else Stance.FORBIDDEN
    elif covered:
        stance = Stance.ALLOWED if len(covered) == 2 else Stance.ELSEWHERE
    else:
        return None
    forbidding = dict.fromkeys(violation.message for violation in violations) or messages
    return ContractVerdict(
        id=view.contract.id,
        name=view.contract.name,
        stance=stance,
        sentences=tuple(covered if stance is Stance.ELSEWHERE else forbidding),
        note=_why_unbroken(view, pair) if stance is Stance.FORBIDDEN and pair.joined else "",
        new=len(violations) - known,
        known=known,
        ignored=ignored,
    )


def _why_unbroken(view: View, pair: _Pair) -> str:
    """Return why an existing dependency that a contract forbids does not break it."""
    if view.contract.excluded and not _reach(view.graph, pair.importers, pair.imported):
        return f"Excluded kinds of imports: {listed(sorted(view.contract.excluded))}."
    return "No current import breaks it."


def _reach(graph: ImportGraph, importers: Set[str], targets: Set[str]) -> bool:
    return not graph.routes_to(targets, frozenset()).importers.isdisjoint(importers)


def _ignored_violations(view: View, pair: _Pair) -> int:
    """Return how many violations between the two are hidden by ``ignore_imports`` or by comments."""
    if not (any(view.ignored.values()) or view.verdict.inline) or not view.verdict.is_checked:
        return 0
    current = view.verdict.entries
    found = view.violations(frozenset(), inline=False)
    hidden = (chain for entry, chain in found.items() if entry not in current)
    return sum(map(pair.is_joined_by, hidden))
