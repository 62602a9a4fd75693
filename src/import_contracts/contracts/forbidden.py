"""The contract type ``forbidden``: some modules must not import certain others."""

from __future__ import annotations

from collections.abc import Set

from import_contracts.contracts.findings import Description, Findings, Part
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.separation import Group, Separation
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern, external_package, overlap
from import_contracts.problems import did_you_mean
from import_contracts.records import dataclass
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class Forbidden:
    """No source module may import a forbidden one, directly or, unless ``allow_indirect``, through other modules.

    With ``as_packages`` each name stands for everything inside it too. A source is not checked against a forbidden
    module that it contains or that contains it.
    """

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
        if not sources:
            matcher.warn("source_modules", "This contract cannot be broken: no source module is in the program.")
        elif not absent and next(self._separation(sources, targets).pairs(), None) is None:
            why = "every source overlaps with every forbidden module" if targets else "no forbidden module exists"
            matcher.warn("forbidden_modules", f"This contract cannot be broken: {why}.")
        barred = frozenset(graph.modules) if self.allow_indirect else frozenset()
        return self._separation(sources, targets, barred).check(graph, matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with its sources and the forbidden modules."""
        matcher = Matcher(graph)
        targets = [*self._targets(matcher, absent := self._absent(matcher))]
        targets += [Group(str(pattern), frozenset()) for pattern in absent]
        roles = (("source", self._sources(matcher)), ("forbidden", targets))
        indirect = (
            "Only direct imports count." if self.allow_indirect else "Indirect imports count too, through any modules."
        )
        alone = () if self.as_packages else ("Each name stands for that module only, not for what is inside it.",)
        return Description(
            (f"{listed(self.sources)} must not import {listed(self.forbidden, 'or')}.", indirect, *alone),
            tuple(Part(role, group.name, group.members) for role, groups in roles for group in groups),
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each pair of a source with an importer and a forbidden module with an imported one."""
        matcher = Matcher(graph)
        targets = self._targets(matcher, self._absent(matcher))
        return self._separation(self._sources(matcher), targets).broken_by(importers, imported)

    def _separation(
        self, sources: list[Group], targets: list[Group], barred: frozenset[str] = frozenset()
    ) -> Separation:
        return Separation(sources, targets, lambda source, target: not self._overlap(source, target), barred)

    def _targets(self, matcher: Matcher, absent: list[ModulePattern]) -> list[Group]:
        present = [pattern for pattern in self.forbidden if pattern not in absent]
        return [self._group(matcher.graph, name) for name in matcher.modules("forbidden_modules", present)]

    def _sources(self, matcher: Matcher) -> list[Group]:
        """Return the sources that are in the program; warn about external ones, whose imports are not known."""
        key, graph = "source_modules", matcher.graph
        groups = [self._group(graph, name) for name in matcher.modules(key, self.sources)]
        sources = [source for source in groups if source.can_import(graph)]
        for pattern in (pattern for pattern in self.sources if sources and pattern.text in graph.external):
            matcher.warn(key, f"'{pattern}' is an external package; its imports are not known. Remove it.")
        return sources

    def _group(self, graph: ImportGraph, name: str) -> Group:
        return Group(name, graph.subtree(name) if self.as_packages else frozenset({name}))

    def _overlap(self, source: Group, target: Group) -> bool:
        return overlap(source.name, target.name) if self.as_packages else source.name == target.name

    def _absent(self, matcher: Matcher) -> list[ModulePattern]:
        """Return the forbidden external packages that are not in the graph, because nothing imports them."""
        key, graph = "forbidden_modules", matcher.graph
        absent = [pattern for pattern in self.forbidden if _may_be_external(pattern, graph)]
        for pattern in absent:
            root = external_package(pattern.text, graph.roots) or pattern.text
            if not graph.knows_external:
                setting = "include_external_packages = true"
                what = "is an external package" if pattern.is_exact else "matches external packages only"
                what = "are external packages" if pattern.is_group else what
                matcher.error(key, f"'{pattern}' {what}; set {setting} next to root_packages.")
            elif not pattern.is_exact or root in graph.external:
                continue
            elif near := did_you_mean(root, graph.external, closeness=0.81):
                matcher.warn(key, f"Nothing imports '{root}'.{near}")
        return absent


def _may_be_external(pattern: ModulePattern, graph: ImportGraph) -> bool:
    """Return whether a pattern matches nothing, but could match external packages: a name, or one part of it."""
    if pattern.is_exact:
        return not graph.is_internal(pattern.text) and pattern.text not in graph
    return "." not in pattern.text and not graph.matching(pattern)


def parse(table: Table) -> Forbidden:
    """Return the rule for ``source_modules``, ``forbidden_modules``, ``allow_indirect_imports`` and ``as_packages``."""
    return Forbidden(
        table.modules("source_modules"),
        table.modules("forbidden_modules"),
        table.flag("allow_indirect_imports"),
        table.flag("as_packages", default=True),
    )
