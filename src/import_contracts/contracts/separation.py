"""Which imports leave one group of modules and reach another: the question of layers, independence and forbidden."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from import_contracts.contracts.findings import Cut, Violation
from import_contracts.graph.import_graph import ImportGraph


@dataclass(frozen=True, slots=True)
class Group:
    """The modules that a contract calls by one name."""

    name: str
    members: frozenset[str]

    def can_import(self, graph: ImportGraph) -> bool:
        """Return whether the imports of a member are judged; those of external modules are not known."""
        return not self.members <= graph.external | graph.excepted


def check_pairs(
    graph: ImportGraph, pairs: Iterable[tuple[Group, Group]], barred: Set[str] = frozenset()
) -> tuple[tuple[Violation, ...], tuple[Cut, ...]]:
    """Return every import that leaves a pair's source and leads to its target, and a minimum cut for each pair.

    An import leads to a target if it imports a member of the target, or a module that reaches one through modules
    that are neither in the pair nor ``barred``. Excepted modules of the graph are no sources, and chains lead through
    them. Violations and cuts are in the order of the pairs. It is faster if pairs with the same target follow each
    other.
    """
    violations: dict[tuple[str, str, str], Violation] = {}
    cuts = []
    all_routes, reached = None, None
    if not barred >= graph.modules_set:  # else only direct imports count
        barred -= graph.excepted
    for source, target in pairs:
        if all_routes is None or reached is not target:
            all_routes, reached = graph.routes_to(target.members, barred), target
        members = source.members - graph.excepted
        if members.isdisjoint(all_routes.importers):
            continue
        routes = all_routes.avoiding(members)
        message = _message(source, target)
        of_pair = [Violation(*chain[0], target.name, message, chain) for chain in routes.chains_from(members)]
        new = {violation.identity: violation for violation in of_pair if violation.identity not in violations}
        if new:
            violations |= new
            cuts.append(Cut(message, routes.minimum_cut(members)))
    return tuple(violations.values()), tuple(cuts)


def broken_pairs(pairs: Iterable[tuple[Group, Group]], importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
    """Return the message of each pair whose source has one of ``importers`` and whose target one of ``imported``.

    In the order of the pairs, each message once.
    """
    broken = (
        (source, target)
        for source, target in pairs
        if not (source.members.isdisjoint(importers) or target.members.isdisjoint(imported))
    )
    return tuple(dict.fromkeys(_message(*pair) for pair in broken))


def _message(source: Group, target: Group) -> str:
    return f"{source.name} must not import {target.name}"
