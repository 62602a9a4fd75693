"""How one module comes to depend on another, and what the contracts say of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from import_contracts.explain.views import View
from import_contracts.graph.import_graph import Edge, ImportGraph, Routes
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reports.explain import ContractVerdict, Dependency, Stance
from import_contracts.wording import listed

_NOT_EAGER = frozenset(Kind) - {Kind.RUNTIME}


def dependency(importer: str, imported: str, graph: ImportGraph, statements: Statements) -> Dependency:
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
        chains=tuple(tuple(statements.statement(edge, graph) for edge in chain) for chain in chains),
        cut=tuple(statements.statement(edge, graph) for edge in routes.minimum_cut(importers)),
        is_eager=_reach(graph.without_kinds(_NOT_EAGER), importers, targets),
        back=sum(1 for _ in _routes(graph, targets, importers).chains_from(targets)),
    )


def concerns(
    importer: str, imported: str, graph: ImportGraph, views: Sequence[View]
) -> tuple[tuple[ContractVerdict, ...], tuple[str, ...]]:
    """Return what contracts say of a dependency, the gravest first, and the ids of those that say nothing."""
    ends = _asked_about(importer, imported, graph)
    chains = list(_routes(graph, *ends).chains_from(ends[0]))
    at = (frozenset(chain[0][0] for chain in chains), frozenset(chain[-1][1] for chain in chains)) if chains else None
    asked = _Asked((importer, imported), *ends, at)
    found = [_concern(view, asked) for view in views]
    order = list(Stance)
    spoken = sorted((each for each in found if each is not None), key=lambda each: order.index(each.stance))
    return tuple(spoken), tuple(view.contract.id for view, each in zip(views, found, strict=True) if each is None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The names of what is asked about, with the modules; ``at`` are those between which there is a dependency."""

    names: tuple[str, str]
    importers: frozenset[str]
    imported: frozenset[str]
    at: tuple[frozenset[str], frozenset[str]] | None

    def is_led(self, chain: Iterable[Edge]) -> bool:
        """Tell whether a chain leads from one of the importers to one of the imported."""
        has_begun = False
        for one, other in chain:
            has_begun = has_begun or one in self.importers
            if has_begun and other in self.imported:
                return True
        return False


def _asked_about(importer: str, imported: str, graph: ImportGraph) -> tuple[frozenset[str], frozenset[str]]:
    """Return the modules of both; raises UserError where there are none, or no imports of them are known."""
    problems = [problem for each in (importer, imported) for problem in _unknown(each, graph)]
    if importer in graph.external:
        problems.append(Problem(f"'{importer}' is an external package, whose imports are not known."))
    if importer == imported:
        problems.append(Problem(f"'{importer}' is named twice; name the importer, and then the imported module."))
    if problems:
        raise UserError(*problems)
    one, other = graph.subtree(importer), graph.subtree(imported)
    return one - other if within(imported, importer) else one, other - one if within(importer, imported) else other


def _unknown(module: str, graph: ImportGraph) -> Iterable[Problem]:
    if module in graph:
        return
    root = module.partition(".")[0]
    if graph.is_internal(module):
        yield Problem(f"There is no module '{module}'.{did_you_mean(module, graph.modules)}")
    elif not graph.knows_external:
        where = f"'{module}' lies outside the root packages ({', '.join(graph.roots)})"
        near = did_you_mean(module, graph.modules)
        yield Problem(f"{where}.{near or ' To include it, set include_external_packages = true.'}")
    elif root in graph:
        yield Problem(f"'{module}' is a part of an external package; name the package, '{root}'.")
    elif near := did_you_mean(module, graph.modules, closeness=0.81):
        yield Problem(f"Nothing imports '{module}'.{near}")  # else the answer is just that: no dependency


def _routes(graph: ImportGraph, importers: Set[str], targets: Set[str]) -> Routes:
    return graph.routes_to(targets, frozenset()).avoiding(importers)


def _concern(view: View, asked: _Asked) -> ContractVerdict | None:
    """Return what a contract says, None where it looks at neither of the two and has nothing against it."""
    violations = [each for each in view.verdict.violations if asked.is_led(each.chain)]
    known = sum(map(view.verdict.is_known, violations))
    ignored = _let_through(view, asked)
    modules = zip(asked.names, (asked.importers, asked.imported), strict=True)
    looked_at = [name for name, inside in modules if not view.covers.isdisjoint(inside)]
    messages = view.would_break(*(asked.at or (asked.importers, asked.imported)))
    if violations:
        stance = Stance.KNOWN if known == len(violations) else Stance.BROKEN
    elif ignored or messages:
        stance = Stance.IGNORED if ignored else Stance.FORBIDDEN
    elif looked_at:
        stance = Stance.ALLOWED if len(looked_at) == 2 else Stance.ELSEWHERE
    else:
        return None
    said = dict.fromkeys(each.message for each in violations) or messages
    return ContractVerdict(
        id=view.contract.id,
        name=view.contract.name,
        stance=stance,
        sentences=tuple(looked_at if stance is Stance.ELSEWHERE else said),
        note=_why_not(view, asked) if stance is Stance.FORBIDDEN and asked.at else "",
        new=len(violations) - known,
        known=known,
        ignored=ignored,
    )


def _why_not(view: View, asked: _Asked) -> str:
    """Return why a dependency that a contract forbids does not break it."""
    if view.contract.excluded and not _reach(view.graph, asked.importers, asked.imported):
        return f"Excluded kinds of imports: {listed(sorted(view.contract.excluded))}."
    return "No current import breaks it."


def _reach(graph: ImportGraph, importers: Set[str], targets: Set[str]) -> bool:
    return not graph.routes_to(targets, frozenset()).importers.isdisjoint(importers)


def _let_through(view: View, asked: _Asked) -> int:
    """Return how many violations more would lead from the one to the other if nothing were ignored."""
    if not any(view.ignored.values()) or not view.verdict.is_checked:
        return 0
    today = view.verdict.entries
    more = (chain for entry, chain in view.violations(frozenset()).items() if entry not in today)
    return sum(map(asked.is_led, more))
