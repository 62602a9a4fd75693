"""Contracts in words, what their ignores do, and which modules no contract covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from math import isfinite

from import_contracts.explain.views import View
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ImportPattern
from import_contracts.reports.explain import (
    ContractDescription,
    Coverage,
    CoveredPart,
    Ignore,
    InlineIgnored,
    Uncovered,
)
from import_contracts.wording import listed

# The keys that are not repeated in ``ContractDescription.options``, because it has a field for them.
_SHOWN_KEYS = frozenset({"id", "name", "type", "reason", "broken_contract_guidance", "ignore_imports"})


def describe(view: View) -> ContractDescription:
    """Return a contract in words, with its verdict.

    Without a description from its type, it has its keys as written, and it is not known what it covers.
    """
    description, contract, verdict = view.description, view.contract, view.verdict
    internal = frozenset(view.graph.modules) - view.graph.external
    parts = description.parts if description else ()
    known = sum(map(verdict.is_known, verdict.violations))
    return ContractDescription(
        id=contract.id,
        name=contract.name,
        type=contract.type,
        file=contract.file,
        reason=contract.reason,
        sentences=(*((description and description.sentences) or (_why_undescribed(view),)), *_about_imports(view)),
        parts=tuple(CoveredPart(part.role, part.name, tuple(sorted(part.members))) for part in parts),
        options=()
        if description
        else tuple((key, _as_json(value)) for key, value in contract.table.values.items() if key not in _SHOWN_KEYS),
        covers=tuple(sorted(view.covers & internal)) if description else None,
        ignores=tuple(audit(view)),
        inline=tuple(_inline(view)),
        kept=verdict.kept,
        new=len(verdict.violations) - known,
        known=known,
    )


def _as_json(value: object) -> object:
    """Return a value of TOML as one that JSON has too: a date, a time or an infinite number is text."""
    if isinstance(value, Mapping):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    if isinstance(value, str | int) or (isinstance(value, float) and isfinite(value)):
        return value
    return str(value)


def _why_undescribed(view: View) -> str:
    if not view.contract.is_sound:
        return "It is not checked, because its keys are wrong."
    return f"The type '{view.contract.type}' has no description."


def _about_imports(view: View) -> Iterator[str]:
    """Yield a sentence for each setting that changes which imports count."""
    if view.contract.excluded:
        yield f"Excluded kinds of imports: {listed(sorted(view.contract.excluded))}."
    if view.contract.excepted:
        yield f"Not judged: the imports of {listed(view.contract.excepted)}. Chains through them count."
    if view.contract.include_parent_packages:
        yield "An import of a.b.c also counts as an import of a and a.b."


def audit(view: View) -> Iterator[Ignore]:
    """Yield what each entry of ``ignore_imports`` does, in the order of the contract.

    If several entries hide the same violations, the widest of them count as unused, so that removing every unused entry
    adds no violation.
    """
    is_checked = view.verdict.is_checked
    needed = dict(view.ignored) if is_checked else {}
    current = view.verdict.entries

    def added(ignored: Mapping[ImportPattern, frozenset[Edge]]) -> int:
        """Return how many violations there are with only these ignores that there are not now."""
        edges = _edges(ignored)
        return 0 if edges == _edges(view.ignored) else len(view.violations(edges).keys() - current)

    for pattern in sorted(needed, key=lambda pattern: len(view.ignored[pattern]), reverse=True):
        others = _without(needed, pattern)
        if not added(others):
            needed = others
    for pattern, edges in view.ignored.items():
        yield Ignore(str(pattern), len(edges), added(_without(needed, pattern)) if is_checked else None)


def _inline(view: View) -> Iterator[InlineIgnored]:
    """Yield the comments that ignore an import, sorted by module and line."""
    for ignore, violations in view.verdict.inline.items():
        statements = view.statements.snapshot.statements(ignore.module).items()
        text = next((each.text for (_, line), each in statements if ignore.is_on(ignore.module, line)), "")
        yield InlineIgnored(view.statements.path(ignore.module), ignore.line, text, ignore.reason, violations)


def _edges(ignored: Mapping[ImportPattern, frozenset[Edge]]) -> frozenset[Edge]:
    return frozenset().union(*ignored.values())


def _without(
    ignored: Mapping[ImportPattern, frozenset[Edge]], pattern: ImportPattern
) -> dict[ImportPattern, frozenset[Edge]]:
    return {other: edges for other, edges in ignored.items() if other != pattern}


def coverage(graph: ImportGraph, contracts: Sequence[ContractDescription]) -> Coverage:
    """Return which modules of a program are not covered by any contract, as few packages and modules as possible.

    Contracts about the whole program, such as ``acyclic``, are not counted: with them, every module would be covered.
    One that names packages, such as all root packages, is counted.
    """
    internal = frozenset(graph.modules) - graph.external
    sweeping = [
        contract.id
        for contract in contracts
        if contract.covers is not None
        and len(contract.covers) == len(internal)
        and all(part.role == "root package" for part in contract.parts)
    ]
    covered = frozenset().union(*(contract.covers or () for contract in contracts if contract.id not in sweeping))
    return Coverage(
        modules=len(internal),
        uncovered=tuple(uncovered for root in graph.roots for uncovered in _uncovered(graph, root, covered)),
        sweeping=tuple(sweeping),
        unknown=tuple(contract.id for contract in contracts if contract.covers is None),
    )


def _uncovered(graph: ImportGraph, module: str, covered: Set[str]) -> Iterator[Uncovered]:
    """Yield the module if nothing in it is covered; otherwise itself without its children, and what is in these."""
    inside = graph.subtree(module)
    if inside.isdisjoint(covered):
        yield Uncovered(module, len(inside), alone=False)
        return
    if module not in covered:
        yield Uncovered(module, 1, alone=True)
    for child in graph.children(module):
        yield from _uncovered(graph, child, covered)
