"""Modules that must not import certain others."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from import_contracts.contracts.findings import Description, Findings, Part
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.separation import Group, broken_pairs, check_pairs
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern, overlap
from import_contracts.problems import did_you_mean
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class Forbidden:
    """No source may reach a forbidden module. A source and a forbidden module that overlap are not a pair."""

    sources: tuple[ModulePattern, ...]
    forbidden: tuple[ModulePattern, ...]
    allow_indirect: bool
    as_packages: bool

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import that leaves a source and leads to a forbidden module."""
        matcher = Matcher(graph)
        sources = self._sources(matcher)
        absent = self._absent(matcher)
        targets = self._targets(matcher, absent)
        if matcher.failed:
            return Findings(problems=matcher.problems)
        pairs = list(self._pairs(sources, targets))
        if not sources:
            matcher.warn("source_modules", "This contract cannot be broken: no source lies in the program.")
        elif not pairs and not absent:
            matcher.warn(
                "forbidden_modules", "This contract cannot be broken: no source is apart from a forbidden module."
            )
        barred = frozenset(graph.modules) if self.allow_indirect else frozenset()
        return Findings(*check_pairs(graph, pairs, barred), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return what it says, with its sources and the forbidden modules."""
        matcher = Matcher(graph)
        targets = [*self._targets(matcher, absent := self._absent(matcher))]
        targets += [Group(str(pattern), frozenset()) for pattern in absent]
        roles = (("source", self._sources(matcher)), ("forbidden", targets))
        indirect = "Only direct imports count." if self.allow_indirect else "Chains count as well, through any modules."
        alone = () if self.as_packages else ("Each module stands for itself, without what is inside it.",)
        return Description(
            (f"{listed(self.sources)} must not import {listed(self.forbidden, 'or')}.", indirect, *alone),
            tuple(Part(role, group.name, group.members) for role, groups in roles for group in groups),
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return why one of some modules must not import one of others."""
        matcher = Matcher(graph)
        targets = self._targets(matcher, self._absent(matcher))
        return broken_pairs(self._pairs(self._sources(matcher), targets), importers, imported)

    def _pairs(self, sources: list[Group], targets: list[Group]) -> Iterator[tuple[Group, Group]]:
        yield from ((source, target) for target in targets for source in sources if not self._overlap(source, target))

    def _targets(self, matcher: Matcher, absent: list[ModulePattern]) -> list[Group]:
        present = [pattern for pattern in self.forbidden if pattern not in absent]
        return [self._group(matcher.graph, name) for name in matcher.modules("forbidden_modules", present)]

    def _sources(self, matcher: Matcher) -> list[Group]:
        """Return the sources that lie in the program, and say which do not: of these no imports are known."""
        key, graph = "source_modules", matcher.graph
        found = [self._group(graph, name) for name in matcher.modules(key, self.sources)]
        sources = [source for source in found if source.can_import(graph)]
        for pattern in (each for each in self.sources if sources and each.text in graph.external):
            matcher.warn(key, f"'{pattern}' is an external package, of which no imports are known; leave it out.")
        return sources

    def _group(self, graph: ImportGraph, name: str) -> Group:
        return Group(name, graph.subtree(name) if self.as_packages else frozenset({name}))

    def _overlap(self, source: Group, target: Group) -> bool:
        return overlap(source.name, target.name) if self.as_packages else source.name == target.name

    def _absent(self, matcher: Matcher) -> list[ModulePattern]:
        """Return the forbidden external packages that nothing imports: as it should be, so they may be unknown."""
        key, graph = "forbidden_modules", matcher.graph
        external = (each for each in self.forbidden if each.is_exact and not graph.is_internal(each.text))
        absent = [pattern for pattern in external if pattern.text not in graph]
        for pattern in absent:
            root = pattern.text.partition(".")[0]
            if not graph.knows_external:
                matcher.error(
                    key, f"'{pattern}' is an external package: set include_external_packages = true at the top."
                )
            elif root != pattern.text:
                matcher.error(
                    key, f"'{pattern}' is a part of an external package: only the whole can be forbidden, '{root}'."
                )
            elif near := did_you_mean(root, graph.external, closeness=0.81):
                matcher.warn(key, f"Nothing imports '{root}'.{near}")
        return absent


def parse(table: Table) -> Forbidden:
    """Read ``source_modules``, ``forbidden_modules``, ``allow_indirect_imports`` and ``as_packages``."""
    return Forbidden(
        table.modules("source_modules"),
        table.modules("forbidden_modules"),
        table.flag("allow_indirect_imports"),
        table.flag("as_packages", default=True),
    )
