"""Which imports leave one group and reach another: the one question of layers, independence and forbidden."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from import_contracts.contracts.findings import Cut, Violation
from import_contracts.graph.import_graph import ImportGraph


@dataclass(frozen=True, slots=True)
class Group:
    """Modules that a contract speaks of by one name."""

    name: str
    members: frozenset[str]

    def can_import(self, graph: ImportGraph) -> bool:
        """Tell whether a module of the program is among them: of an external one no imports are known."""
        return not self.members <= graph.external


def keep_apart(
    graph: ImportGraph, pairs: Iterable[tuple[Group, Group]], barred: Set[str] = frozenset()
) -> tuple[tuple[Violation, ...], tuple[Cut, ...]]:
    """Return every import that leaves a pair's source and leads to its target, and what to cut; in order of the pairs.

    An import leads to the target if it is one of a target's module, or of a module that reaches one through modules
    that are neither in the pair nor barred. Pairs of the same target are best put next to each other.
    """
    violations: dict[tuple[str, str, str], Violation] = {}
    cuts = []
    all_routes, reached = None, None
    for source, target in pairs:
        if all_routes is None or reached is not target:
            all_routes, reached = graph.routes_to(target.members, barred), target
        if source.members.isdisjoint(all_routes.importers):
            continue
        routes = all_routes.avoiding(source.members)
        message = _message(source, target)
        found = [Violation(*chain[0], target.name, message, chain) for chain in routes.chains_from(source.members)]
        new = {each.identity: each for each in found if each.identity not in violations}
        if new:
            violations |= new
            cuts.append(Cut(message, routes.minimum_cut(source.members)))
    return tuple(violations.values()), tuple(cuts)


def objections(pairs: Iterable[tuple[Group, Group]], importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
    """Return the message for every pair that is kept apart and has importers and imported modules, in their order."""
    apart = (
        (source, target)
        for source, target in pairs
        if not (source.members.isdisjoint(importers) or target.members.isdisjoint(imported))
    )
    return tuple(dict.fromkeys(_message(*pair) for pair in apart))


def _message(source: Group, target: Group) -> str:
    return f"{source.name} must not import {target.name}"
