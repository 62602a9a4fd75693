"""Layers: the higher may import the lower, never the other way."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

from import_contracts.contracts.findings import Cut, Description, Findings, Part, Violation
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.separation import Group, broken_pairs, check_pairs
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import InvalidPatternError, ModulePattern, parent
from import_contracts.problems import did_you_mean
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class Member:
    """One module of a layer, as written: relative to the container where there is one."""

    pattern: ModulePattern
    optional: bool

    def within(self, container: str) -> Member:
        """Return the member by its full name."""
        return Member(ModulePattern(f"{container}.{self.pattern}"), self.optional) if container else self

    def __str__(self) -> str:
        return f"({self.pattern})" if self.optional else str(self.pattern)


@dataclass(frozen=True, slots=True)
class Layer:
    """Modules on one level: ``|`` keeps them apart, ``:`` does not."""

    members: tuple[Member, ...]
    independent: bool

    def __str__(self) -> str:
        return (" | " if self.independent else " : ").join(map(str, self.members))


@dataclass(frozen=True, slots=True)
class Layers:
    """No module of a layer may reach a higher layer, nor a sibling that it is independent of.

    The layers of each container are a world of their own. A wildcard stands for modules on one level, except those
    that another member names exactly.
    """

    layers: tuple[Layer, ...]
    containers: tuple[ModulePattern, ...]
    exhaustive: bool
    ignored: tuple[ModulePattern, ...]

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import that leads upwards, then for every module that is in no layer."""
        matcher = Matcher(graph)
        levels = self._world(matcher)
        self._unused_ignores(matcher, tuple(levels))
        if not (matcher.failed or self._can_be_broken(graph, levels)):
            matcher.warn("layers", "This contract cannot be broken: no two of its modules are kept apart.")
        if matcher.failed:
            return Findings(problems=matcher.problems)
        violations: list[Violation] = []
        cuts: list[Cut] = []
        for found in levels.values():
            barred = frozenset().union(*(group.members for level in found for group in level))
            more, their_cuts = check_pairs(graph, self._pairs(found), barred)
            violations += more
            cuts += their_cuts
        for container in levels if self.exhaustive else ():
            violations += self._unlisted(graph, container)
        return Findings(tuple(violations), tuple(cuts), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return what it says, with the modules of each layer."""
        sentences = [f"No layer may import one above it; from the top: {listed(map(_shortened, self.layers))}."]
        if len(self.containers) > 1:
            sentences.append(f"The layers of each container are a world of their own: {listed(self.containers)}.")
        elif self.containers:
            sentences.append(f"The layers are those of {self.containers[0]}.")
        if any(layer.independent for layer in self.layers):
            sentences.append("Modules with '|' between them must not import one another either.")
        sentences.append("Chains count as well, through modules that are in no layer.")
        if self.exhaustive:
            ignored = f" but {listed(self.ignored)}" if self.ignored else ""
            sentences.append(f"Every child of {listed(self.containers)}{ignored} must be in a layer.")
        parts = (
            Part(f"layer {height}", group.name, group.members)
            for levels in self._world(Matcher(graph)).values()
            for height, level in enumerate(levels, 1)
            for group in level
        )
        return Description(tuple(sentences), tuple(parts))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return why one of some modules must not import one of others."""
        pairs = (pair for levels in self._world(Matcher(graph)).values() for pair in self._pairs(levels))
        return broken_pairs(pairs, importers, imported)

    def _world(self, matcher: Matcher) -> dict[str, list[list[Group]]]:
        """Return, for each container, the groups of each layer, the highest layer first."""
        return {container: self._levels(matcher, container) for container in self._containers(matcher)}

    def _containers(self, matcher: Matcher) -> tuple[str, ...]:
        if not self.containers:
            return ("",)
        found = matcher.modules("containers", self.containers)
        for container in found:
            if not matcher.graph.is_internal(container):
                roots = ", ".join(matcher.graph.roots)
                matcher.error("containers", f"'{container}' lies outside the root packages ({roots}).")
        return found

    def _levels(self, matcher: Matcher, container: str) -> list[list[Group]]:
        """Return the groups of each layer of a container, the highest layer first."""
        graph = matcher.graph
        layers = [[member.within(container) for member in layer.members] for layer in self.layers]
        exact = {member.pattern.text for layer in layers for member in layer if member.pattern.is_exact}
        levels = [self._modules(matcher, layer, exact) for layer in layers]
        matcher.refuse_overlap("layers", self._compared(levels))
        return [[Group(module, graph.subtree(module)) for module in level] for level in levels]

    def _compared(self, levels: list[list[str]]) -> Iterator[list[str]]:
        """Yield the modules that no import between them can make wrong, in groups."""
        for layer, level in zip(self.layers, levels, strict=True):
            yield from ([module] for module in level) if layer.independent else [level]

    def _modules(self, matcher: Matcher, layer: list[Member], exact: set[str]) -> list[str]:
        found = []
        for member in layer:
            pattern = member.pattern
            if not pattern.is_exact:
                found += [module for module in matcher.modules("layers", [pattern]) if module not in exact]
            elif pattern.text in matcher.graph:
                found.append(pattern.text)
            elif not member.optional:
                remedy = did_you_mean(pattern.text, matcher.graph.children(parent(pattern.text)))
                missing = f"Layer '{pattern}' does not exist.{remedy or f' If it need not, write ({pattern}).'}"
                matcher.error("layers", missing)
        return list(dict.fromkeys(found))

    def _pairs(self, levels: list[list[Group]]) -> Iterator[tuple[Group, Group]]:
        for height, (layer, level) in enumerate(zip(self.layers, levels, strict=True)):
            for target in level:
                siblings = [group for group in level if group is not target] if layer.independent else []
                for source in siblings + [group for lower in levels[height + 1 :] for group in lower]:
                    yield source, target

    def _can_be_broken(self, graph: ImportGraph, levels: dict[str, list[list[Group]]]) -> bool:
        """Tell whether a module may import what it must not, or a new one may be missing in the layers."""
        listed = {member.pattern.text for layer in self.layers for member in layer.members}
        if self.exhaustive and levels and not {"*", "**"} & {*listed, *map(str, self.ignored)}:
            return True
        return any(source.can_import(graph) for found in levels.values() for source, _ in self._pairs(found))

    def _unlisted(self, graph: ImportGraph, container: str) -> Iterator[Violation]:
        listed = [member.pattern for layer in self.layers for member in layer.members]
        for child in graph.children(container):
            name = child.removeprefix(container + ".")
            if not any(pattern.matches(name) for pattern in (*listed, *self.ignored)):
                yield Violation(child, None, None, f"every child of {container} must be in a layer")

    def _unused_ignores(self, matcher: Matcher, containers: tuple[str, ...]) -> None:
        names = {child.removeprefix(each + ".") for each in containers for child in matcher.graph.children(each)}
        for pattern in self.ignored:
            if not pattern.matching(names):
                matcher.warn(
                    "exhaustive_ignores", f"No container has a child '{pattern}'.{did_you_mean(str(pattern), names)}"
                )


def _shortened(layer: Layer) -> str:
    """Return a layer as written, with but the first of many members."""
    if len(layer.members) <= 4:
        return str(layer)
    return f"{replace(layer, members=layer.members[:3])} {'|' if layer.independent else ':'} … ({len(layer.members)})"


def parse(table: Table) -> Layers:
    """Read ``layers``, ``containers``, ``exhaustive`` and ``exhaustive_ignores``."""
    layers = tuple(layer for text in table.strings("layers") if (layer := _layer(table, text)))
    containers = table.modules("containers", ())
    exhaustive = table.flag("exhaustive")
    if exhaustive and not containers:
        table.error(
            "exhaustive", "An exhaustive contract needs 'containers': the packages all of whose children are layers."
        )
    ignored = table.modules("exhaustive_ignores", ())
    _refuse_repeated(table, layers)
    return Layers(layers, containers, exhaustive, ignored)


def _layer(table: Table, text: str) -> Layer | None:
    if "|" in text and ":" in text:
        table.error(
            "layers",
            f"Layer '{text}' mixes '|' (independent siblings) and ':' (siblings that may import each other); use one.",
        )
        return None
    try:
        members = tuple(map(_member, text.split("|") if "|" in text else text.split(":")))
    except InvalidPatternError as error:
        table.error("layers", f"Layer '{text}': {error}")
        return None
    return Layer(members, independent="|" in text)


def _member(text: str) -> Member:
    text = text.strip()
    optional = text.startswith("(") and text.endswith(")")
    return Member(ModulePattern(text[1:-1].strip() if optional else text), optional)


def _refuse_repeated(table: Table, layers: tuple[Layer, ...]) -> None:
    seen: set[str] = set()
    for name in (member.pattern.text for layer in layers for member in layer.members):
        if name in seen:
            table.error("layers", f"'{name}' is listed twice; a module is in one layer.")
        seen.add(name)
