"""Which imports leave one group of modules and reach another: the question of layers, independence and forbidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set

from import_contracts.contracts.findings import Cut, Deciding, Findings, LaterCuts, LaterViolations, Violation
from import_contracts.graph.crossings import Crossings
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.problems import Problem
from import_contracts.records import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """The modules that a contract calls by one name."""

    name: str
    members: frozenset[str]

    def can_import(self, graph: ImportGraph) -> bool:
        """Return whether the imports of a member are judged; those of external modules are not known."""
        return not self.members <= graph.external | graph.excepted


@dataclass(frozen=True, slots=True)
class Separation:
    """Groups that must not reach others, through modules that are neither in the pair nor ``barred``.

    Excepted modules of the graph are no sources, and chains lead through them. ``is_forbidden`` tells whether a source
    must not reach a target. Pairs are in the order of the targets, and those of one target in the order of the sources.
    """

    sources: Sequence[Group]
    targets: Sequence[Group]
    is_forbidden: Callable[[Group, Group], bool]
    barred: Set[str] = frozenset()

    def pairs(self) -> Iterator[tuple[Group, Group]]:
        """Yield each source with each target that it must not reach."""
        pairs = ((source, target) for target in self.targets for source in self.sources)
        return (pair for pair in pairs if self.is_forbidden(*pair))

    def check(self, graph: ImportGraph, problems: tuple[Problem, ...] = ()) -> Findings:
        """Return every import that leaves a source and leads to a target, and a minimum cut for each pair.

        They are in parts, one for each pair, which are made when they are used.
        """
        sources = [group.members - graph.excepted for group in self.sources]
        targets = [group.members for group in self.targets]
        is_direct = self.barred >= graph.modules_set
        barred = self.barred if is_direct else self.barred - graph.excepted
        crossings = Crossings(graph, sources, targets, self._is_wanted, barred)
        numbers = {target.name: number for number, target in enumerate(self.targets)}

        def ends(at: int) -> tuple[Group, Group]:
            source, target = crossings.pairs[at]
            return self.sources[source], self.targets[target]

        def violations(at: int) -> Sequence[Violation]:
            source, target = ends(at)
            message = _message(source, target)
            return [Violation(*chain[0], target.name, message, chain) for chain in crossings.chains(at)]

        def has(identity: tuple[str, str, str]) -> bool:
            importer, imported, target = identity
            return target in numbers and crossings.has((importer, imported), numbers[target])

        number = len(crossings.pairs)
        cuts = LaterCuts(number, lambda at: Cut(_message(*ends(at)), crossings.cut(at)), crossings.cuts_with)
        found = LaterViolations(crossings.size, number, violations, has)
        return Findings(found, cuts, problems, lambda: Deciding(crossings.importers, crossings.imported))

    def broken_by(self, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each pair whose source has one of ``importers`` and whose target one of ``imported``.

        In the order of the pairs, each message once.
        """
        broken = (
            (source, target)
            for source, target in self.pairs()
            if not (source.members.isdisjoint(importers) or target.members.isdisjoint(imported))
        )
        return tuple(dict.fromkeys(_message(*pair) for pair in broken))

    def _is_wanted(self, source: int, target: int) -> bool:
        return self.is_forbidden(self.sources[source], self.targets[target])


def _message(source: Group, target: Group) -> str:
    return f"{source.name} must not import {target.name}"
