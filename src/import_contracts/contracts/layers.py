"""The contract type ``layers``: a higher layer may import a lower one, but not the other way round."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from itertools import chain

from import_contracts.contracts.findings import Cut, Decided, Description, Findings, Part, Violation, together
from import_contracts.contracts.matching import Matcher, inside
from import_contracts.contracts.mistakes import likely_mistake
from import_contracts.contracts.placement import Level, Placement
from import_contracts.contracts.separation import Group, Separation
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import (
    STANDARD_LIBRARY,
    THIRD_PARTY,
    InvalidPatternError,
    ModulePattern,
    ancestors,
    parent,
)
from import_contracts.problems import did_you_mean_inner, did_you_mean_module
from import_contracts.records import dataclass, replace
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class Member:
    """One module of a layer, as written: relative to the container if there is one."""

    pattern: ModulePattern
    optional: bool

    def within(self, container: str) -> Member:
        """Return the member with its full name."""
        if not container or self.pattern.is_group:
            return self
        return Member(ModulePattern(f"{container}.{self.pattern}"), self.optional)

    def __str__(self) -> str:
        return f"({self.pattern})" if self.optional else str(self.pattern)


@dataclass(frozen=True, slots=True)
class Layer:
    """The modules of one layer: ``independent`` if they are separated by ``|``, else they may import each other.

    Layers above a ``closed`` layer must not import layers below it. ``name`` is that which other contracts use; "" if
    there is none.
    """

    members: tuple[Member, ...]
    independent: bool
    closed: bool = False
    name: str = ""

    def __str__(self) -> str:
        head = f"<{self.name}> " * bool(self.name) + "closed " * self.closed
        return head + self.modules

    @property
    def modules(self) -> str:
        """The modules, as written."""
        return (" | " if self.independent else " : ").join(map(str, self.members))


@dataclass(frozen=True, slots=True)
class Layers:
    """No module of a layer may reach a higher layer, nor a sibling in an independent layer, nor pass a closed layer.

    The layers of each container are checked separately. A wildcard does not match modules that another member names
    exactly; and if it is a whole part, none that a wildcard within a part matches. If ``exhaustive``, every child of a
    container must be in a layer, except those in ``ignored``. If ``direct``, only direct imports count.
    """

    layers: tuple[Layer, ...]
    containers: tuple[ModulePattern, ...]
    exhaustive: bool
    ignored: tuple[ModulePattern, ...]
    direct: bool = False

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import that leads upwards or past a closed layer, then for unlisted modules."""
        matcher = Matcher(graph)
        levels = self._levels_by_container(matcher)
        self._unused_ignores(matcher, tuple(levels))
        if not (matcher.failed or self._can_be_broken(graph, levels)):
            matcher.warn("layers", "This contract cannot be broken: it forbids no import.")
        if matcher.failed:
            return Findings(problems=matcher.problems)
        violations: list[Violation] = []
        cuts: list[Cut] = []
        decided: list[Decided] = []
        for of_container in levels.values():
            for instead, separation in self._separated(of_container, graph):
                found = separation.check(graph)
                violations += (replace(each, message=each.message + instead) for each in found.violations)
                cuts += (replace(cut, message=cut.message + instead) for cut in found.cuts)
                decided.append(found.decided)
        unlisted = [
            violation
            for container, of_container in (levels.items() if self.exhaustive else ())
            for violation in self._unlisted(graph, container, of_container)
        ]
        if unlisted:  # what is said of them depends on all imports
            decided.append(None)
        return Findings((*violations, *unlisted), tuple(cuts), matcher.problems, together(decided))

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the modules of each layer."""
        sentences = [f"A layer must not import a higher one. From the top: {listed(map(_shortened, self.layers))}."]
        if len(self.containers) > 1:
            sentences.append(f"The layers of each container are checked separately: {listed(self.containers)}.")
        elif self.containers:
            sentences.append(f"The layers are inside {self.containers[0]}.")
        if any(layer.independent for layer in self.layers):
            sentences.append("Modules separated by '|' must not import each other either.")
        if closed := [layer.modules for layer in self.layers if layer.closed]:
            sentences.append(f"Layers above {listed(closed, 'or')} must not import layers below it.")
        indirect = "Indirect imports count too, through modules that are in no layer."
        sentences.append("Only direct imports count." if self.direct else indirect)
        if self.exhaustive:
            ignored = f" except {listed(self.ignored)}" if self.ignored else ""
            sentences.append(f"Every child of {listed(self.containers)}{ignored} must be in a layer.")
        parts = (
            Part(f"layer {height}", group.name, group.members)
            for levels in self._levels_by_container(Matcher(graph)).values()
            for height, level in enumerate(levels, 1)
            for group in level
        )
        return Description(tuple(sentences), tuple(parts))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each pair of a module with an importer and a higher one with an imported module."""
        messages = (
            message + instead
            for levels in self._levels_by_container(Matcher(graph)).values()
            for instead, separation in self._separated(levels, graph)
            for message in separation.broken_by(importers, imported)
        )
        return tuple(dict.fromkeys(messages))

    def modules_in(self, graph: ImportGraph) -> Iterator[tuple[tuple[str, ...], ...]]:
        """Yield the modules of each layer of each container, the highest layer first, without layers that have none."""
        for levels in self._levels_by_container(Matcher(graph)).values():
            yield tuple(tuple(group.name for group in level) for level in levels if level)

    def _levels_by_container(self, matcher: Matcher) -> dict[str, list[list[Group]]]:
        """Return, for each container, the groups of each layer, the highest layer first."""
        return {container: self._levels(matcher, container) for container in self._containers(matcher)}

    def _containers(self, matcher: Matcher) -> tuple[str, ...]:
        if not self.containers:
            return ("",)
        containers = matcher.modules("containers", self.containers)
        for container in containers:
            if not matcher.graph.is_internal(container):
                roots = ", ".join(matcher.graph.roots)
                matcher.error("containers", f"'{container}' is outside the root packages ({roots}).")
        return containers

    def _levels(self, matcher: Matcher, container: str) -> list[list[Group]]:
        """Return the groups of each layer of a container, the highest layer first."""
        graph = matcher.graph
        layers = [[member.within(container) for member in layer.members] for layer in self.layers]
        widths: dict[str, int] = {}
        for pattern in (member.pattern for layer in layers for member in layer):
            for module in graph.matching(pattern):
                widths[module] = min(pattern.width, widths.get(module, pattern.width))
        levels = [self._modules(matcher, layer, widths) for layer in layers]
        _refuse_several(matcher, layers, levels)
        matcher.refuse_overlap("layers", self._compared(levels))
        return [[Group(module, graph.subtree(module)) for module in level] for level in levels]

    def _compared(self, levels: list[list[str]]) -> Iterator[list[str]]:
        """Yield groups of modules whose imports of each other are allowed."""
        for layer, level in zip(self.layers, levels, strict=True):
            yield from ([module] for module in level) if layer.independent else [level]

    def _modules(self, matcher: Matcher, layer: list[Member], widths: Mapping[str, int]) -> list[str]:
        """Return the modules of a layer: those that no member of any layer matches more closely."""
        modules: list[str] = []
        for member in layer:
            pattern = member.pattern
            if not pattern.is_exact:
                matching = matcher.modules("layers", [pattern])
                modules += [module for module in matching if widths[module] == pattern.width]
            elif pattern.text in matcher.graph:
                modules.append(pattern.text)
            elif not member.optional:
                instead = _instead(pattern.text, matcher.graph) or f" If it is optional, write ({pattern})."
                matcher.error("layers", f"Layer '{pattern}' does not exist.{instead}", pattern.text)
        return list(dict.fromkeys(modules))

    def _separated(self, levels: list[list[Group]], graph: ImportGraph) -> Iterator[tuple[str, Separation]]:
        """Yield what must not reach what, and after what the message says what is allowed."""
        in_layers = frozenset().union(*(group.members for level in levels for group in level))
        barred = graph.modules_set if self.direct else in_layers
        yield "", self._upwards(levels, barred)
        above = 0
        for height, (layer, level) in enumerate(zip(self.layers, levels, strict=True)):
            if layer.closed and level:
                sources = [group for higher in levels[above:height] for group in higher]
                targets = [group for lower in levels[height + 1 :] for group in lower]
                yield f", except through {layer.modules}", Separation(sources, targets, lambda *_: True, barred)
                above = height

    def _upwards(self, levels: list[list[Group]], barred: Set[str]) -> Separation:
        """Return what must not reach what: a lower layer a higher one, and siblings in an independent layer."""
        height_of = {group: height for height, level in enumerate(levels) for group in level}
        independent = {height for height, layer in enumerate(self.layers) if layer.independent}

        def is_forbidden(source: Group, target: Group) -> bool:
            return height_of[source] > height_of[target] or (
                height_of[source] == height_of[target] in independent and source is not target
            )

        return Separation(list(height_of), list(height_of), is_forbidden, barred)

    def _can_be_broken(self, graph: ImportGraph, levels: dict[str, list[list[Group]]]) -> bool:
        """Return whether an import could be forbidden, or a new module could be missing in the layers."""
        written = {member.pattern.text for layer in self.layers for member in layer.members}
        if self.exhaustive and levels and not {"*", "**"} & {*written, *map(str, self.ignored)}:
            return True
        separations = (each for of_container in levels.values() for _, each in self._separated(of_container, graph))
        return any(source.can_import(graph) for each in separations for source, _ in each.pairs())

    def _unlisted(self, graph: ImportGraph, container: str, levels: list[list[Group]]) -> Iterator[Violation]:
        patterns = [*(member.pattern for layer in self.layers for member in layer.members), *self.ignored]
        names = {child: child.removeprefix(container + ".") for child in graph.children(container)}
        unlisted = [child for child, name in names.items() if not any(pattern.matches(name) for pattern in patterns)]
        if unlisted:
            layers = zip(self.layers, levels, strict=True)
            named = [Level(_shortened(layer), level, layer.independent) for layer, level in layers]
            placement = Placement(graph, named, is_direct=self.direct)
            message = f"every child of {container} must be in a layer"
            yield from (Violation(child, "", "", message, advice=placement.advice(child)) for child in unlisted)

    def _unused_ignores(self, matcher: Matcher, containers: tuple[str, ...]) -> None:
        names = {
            child.removeprefix(container + ".")
            for container in containers
            for child in matcher.graph.children(container)
        }
        for pattern in self.ignored:
            if not pattern.matching(names):
                matcher.warn(
                    "exhaustive_ignores",
                    f"No container has a child '{pattern}'.{did_you_mean_module(str(pattern), names)}",
                )


def _instead(missing: str, graph: ImportGraph) -> str:
    """Return what to write in place of a layer that does not exist; "" if that is not known."""
    for container in ancestors(missing):
        inside = missing.removeprefix(f"{container}.")
        if inside in graph and inside.startswith(f"{container}."):
            return f" Layers are named without their container: write '{inside.removeprefix(f'{container}.')}'."
    near = did_you_mean_module(missing, graph.children(parent(missing)))
    return near or did_you_mean_inner(missing, graph.modules)


def _refuse_several(matcher: Matcher, layers: list[list[Member]], levels: list[list[str]]) -> None:
    """Add an error for each module that wildcards put in several layers. What is listed twice is an error already."""
    for module in sorted(module for module, times in Counter(chain(*levels)).items() if times > 1):
        of_module = [layer for layer, level in zip(layers, levels, strict=True) if module in level]
        first, second = (
            next(each.pattern for each in layer if module in matcher.graph.matching(each.pattern))
            for layer in of_module[:2]
        )
        if first != second:
            message = f"'{first}' and '{second}' both match '{module}'; name it in the layer where it belongs."
            matcher.error("layers", message)


def _shortened(layer: Layer) -> str:
    """Return a layer as written; of more than four members, only the first three and their number."""
    if len(layer.members) <= 4:
        return str(layer)
    return f"{replace(layer, members=layer.members[:3])} {'|' if layer.independent else ':'} … ({len(layer.members)})"


def parse(table: Table) -> Layers:
    """Return the rule for the keys ``layers``, ``containers``, ``direct`` and those that begin with ``exhaustive``."""
    layers = tuple(layer for text in table.strings("layers") if (layer := _layer(table, text)))
    containers = table.modules("containers", ())
    exhaustive = table.flag("exhaustive")
    if exhaustive and not containers:
        table.error(
            "exhaustive",
            "An exhaustive contract needs 'containers', the packages whose children must all be in a layer.",
        )
    ignored = table.modules("exhaustive_ignores", ())
    _refuse_repeated(table, layers)
    for layer in (layers[0], layers[-1]) if layers else ():
        if layer.closed:
            table.warn("layers", f"'{layer}' is closed without effect: a layer above it and one below it are needed.")
    return Layers(_without_nested(table, layers), containers, exhaustive, ignored, table.flag("direct"))


def groups(values: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the modules of each layer that the keys of a contract name, by that name in angle brackets."""
    table = Table(values)
    containers = [container.text for container in table.modules("containers", ())] or [""]
    layers = [layer for text in table.strings("layers", ()) if (layer := _layer(table, text)) and layer.name]
    return {
        f"<{layer.name}>": tuple(
            member.within(container).pattern.text for container in containers for member in layer.members
        )
        for layer in layers
    }


# A name and "closed" are not import-linter's, which would look for a module of that name.
_LAYER = re.compile(r"(?:<(?P<name>[\w -]+)>\s*(?=[^\s|:]))?(?P<closed>closed\s+(?![|:]))?(?P<members>.*)", re.DOTALL)


def _layer(table: Table, written: str) -> Layer | None:
    parts = _LAYER.fullmatch(written)
    text = parts["members"] if parts else written
    if "|" in text and ":" in text:
        table.error(
            "layers",
            f"Layer '{text}' mixes '|' (independent siblings) and ':' (siblings that may import each other); use one.",
        )
        return None
    try:
        members = tuple(map(_member, text.split("|") if "|" in text else text.split(":")))
    except InvalidPatternError as error:
        table.error("layers", likely_mistake(text) or f"Layer '{text}': {error}")
        return None
    head = parts.groupdict() if parts else {}
    return Layer(members, "|" in text, bool(head.get("closed")), head.get("name") or "")


def _member(text: str) -> Member:
    text = text.strip()
    optional = text.startswith("(") and text.endswith(")")
    return Member(ModulePattern(text[1:-1].strip() if optional else text), optional)


def _refuse_repeated(table: Table, layers: tuple[Layer, ...]) -> None:
    seen: set[str] = set()
    for name in (member.pattern.text for layer in layers for member in layer.members):
        if name in seen:
            table.error("layers", f"'{name}' is listed twice; a module can be in one layer only.")
        seen.add(name)
    for name, times in Counter(layer.name for layer in layers if layer.name).items():
        if f"<{name}>" in {THIRD_PARTY, STANDARD_LIBRARY}:
            table.error("layers", f"'<{name}>' is a group of external packages; give the layer another name.")
        elif times > 1:
            table.error("layers", f"Two layers are called '<{name}>'; give each a name of its own.")


def _without_nested(table: Table, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return the layers without modules that are inside another named module; each of these is an error.

    Such a module is an error even if it does not exist. What a wildcard matches is known only when it is checked.
    """
    named = {member.pattern.text for layer in layers for member in layer.members if member.pattern.is_exact}
    nested = {name: outer for name in named if (outer := next((each for each in ancestors(name) if each in named), ""))}
    for name, outer in sorted(nested.items()):
        table.error("layers", inside(name, outer))
    return tuple(
        replace(layer, members=tuple(member for member in layer.members if member.pattern.text not in nested))
        for layer in layers
    )
