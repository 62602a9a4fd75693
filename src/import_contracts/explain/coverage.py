"""What contracts look at, in words and in numbers, and what their ignores still do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from import_contracts.explain.views import View
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ImportPattern
from import_contracts.reports.explain import ContractDescription, Coverage, CoveredPart, Ignore, Uncovered
from import_contracts.wording import listed

# The keys of a contract that are told of everywhere.
_TOLD = frozenset({"id", "name", "type", "reason", "broken_contract_guidance", "ignore_imports"})


def told(view: View) -> ContractDescription:
    """Return a contract in words, with its verdict."""
    description, contract, verdict = view.description, view.contract, view.verdict
    inside = frozenset(view.graph.modules) - view.graph.external
    parts = description.parts if description else ()
    known = sum(map(verdict.is_known, verdict.violations))
    return ContractDescription(
        id=contract.id,
        name=contract.name,
        type=contract.type,
        file=contract.file,
        reason=contract.reason,
        sentences=(*((description and description.sentences) or (_silence(view),)), *_about_imports(view)),
        parts=tuple(CoveredPart(part.role, part.name, tuple(sorted(part.members))) for part in parts),
        options=()
        if description
        else tuple((key, value) for key, value in contract.table.values.items() if key not in _TOLD),
        covers=tuple(sorted(view.covers & inside)) if description else None,
        ignores=tuple(audited(view)),
        kept=verdict.kept,
        new=len(verdict.violations) - known,
        known=known,
    )


def _silence(view: View) -> str:
    if not view.contract.is_sound:
        return "It is not checked, because its keys are wrong."
    return f"The type '{view.contract.type}' has no description."


def _about_imports(view: View) -> Iterator[str]:
    """Yield which imports the contract counts, where that is not all that are written and no others."""
    if view.contract.excluded:
        yield f"Excluded kinds of imports: {listed(sorted(view.contract.excluded))}."
    if view.contract.include_parent_packages:
        yield "An import of a.b.c also counts as an import of a and a.b."


def audited(view: View) -> Iterator[Ignore]:
    """Yield what each entry of ``ignore_imports`` does, in the order of the contract.

    Of entries that do the same, those that let most through are said to do nothing.
    """
    is_checked = view.verdict.is_checked
    kept = dict(view.ignored) if is_checked else {}
    today = view.verdict.entries

    def more(edges: Set[Edge]) -> int:
        return 0 if edges == _through(view.ignored) else len(view.violations(edges).keys() - today)

    for pattern in sorted(kept, key=lambda each: len(view.ignored[each]), reverse=True):
        others = {each: edges for each, edges in kept.items() if each != pattern}
        if not more(_through(others)):
            kept = others
    for pattern, edges in view.ignored.items():
        others = {each: through for each, through in kept.items() if each != pattern}
        yield Ignore(str(pattern), len(edges), more(_through(others)) if is_checked else None)


def _through(ignored: Mapping[ImportPattern, frozenset[Edge]]) -> frozenset[Edge]:
    return frozenset().union(*ignored.values())


def coverage(graph: ImportGraph, contracts: Sequence[ContractDescription]) -> Coverage:
    """Return which modules of a program no contract looks at.

    Contracts that look at every module, as those about cycles do, are left out: with them none would ever be missing.
    """
    everything = frozenset(graph.modules) - graph.external
    sweeping = [each.id for each in contracts if each.covers is not None and len(each.covers) == len(everything)]
    covered = frozenset().union(*(each.covers or () for each in contracts if each.id not in sweeping))
    return Coverage(
        modules=len(everything),
        uncovered=tuple(each for root in graph.roots for each in _uncovered(graph, root, covered)),
        sweeping=tuple(sweeping),
        unknown=tuple(each.id for each in contracts if each.covers is None),
    )


def _uncovered(graph: ImportGraph, module: str, covered: Set[str]) -> Iterator[Uncovered]:
    inside = graph.subtree(module)
    if inside.isdisjoint(covered):
        yield Uncovered(module, len(inside), alone=False)
        return
    if module not in covered:
        yield Uncovered(module, 1, alone=True)
    for child in graph.children(module):
        yield from _uncovered(graph, child, covered)
