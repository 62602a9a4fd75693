"""Modules become boxes: each module is a part of one box, and imports between boxes are one link."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass

from import_contracts.drawing.model import Options
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import STANDARD_LIBRARY, ancestors, external_package
from import_contracts.graph.standard_library import is_standard


@dataclass(frozen=True, slots=True)
class Collapsed:
    """The boxes with the modules in each, and the links with the imports that each stands for; all sorted."""

    boxes: Mapping[str, tuple[str, ...]]
    links: Mapping[Edge, tuple[Edge, ...]]

    def only(self, links: Collection[Edge], *also: str) -> Collapsed:
        """Return these links and the boxes at their ends, and other boxes besides."""
        ends = {end for link in links for end in link}.union(also)
        return Collapsed(
            {name: modules for name, modules in self.boxes.items() if name in ends},
            {link: imports for link, imports in self.links.items() if link in links},
        )


def collapse(graph: ImportGraph, options: Options, imports: Iterable[Edge]) -> Collapsed:
    """Return the boxes of a graph, and the links that some of its imports make between them.

    A package that is opened is itself a box, which stands for its ``__init__``, if a link leads there or starts there.
    """
    box_of = {module: box for module in graph.modules if (box := _box(module, graph, options)) is not None}
    links: dict[Edge, list[Edge]] = {}
    for importer, imported in imports:
        link = box_of.get(importer), box_of.get(imported)
        if link[0] is not None and link[1] is not None and link[0] != link[1]:
            links.setdefault((link[0], link[1]), []).append((importer, imported))
    boxes: dict[str, list[str]] = {}
    for module, box in box_of.items():
        boxes.setdefault(box, []).append(module)
    linked = {end for link in links for end in link}
    for box, modules in list(boxes.items()):
        if box not in linked and (box in graph.external or (modules == [box] and _is_opened(box, boxes, graph))):
            del boxes[box]
    return Collapsed(
        {box: tuple(sorted(boxes[box])) for box in sorted(boxes)},
        {link: tuple(sorted(links[link])) for link in sorted(links)},
    )


def _is_opened(box: str, boxes: Mapping[str, object], graph: ImportGraph) -> bool:
    """Return whether there are boxes of what is inside a box."""
    return len(boxes) > 1 and any(child != box for child in graph.children(box))


def _box(module: str, graph: ImportGraph, options: Options) -> str | None:
    """Return the box of a module; None if it is not drawn."""
    around = (module, *ancestors(module))
    if own := [name for name in options.boxes if name in around]:
        return max(own, key=len)
    if module in graph.external:
        if not options.external:
            return None
        return STANDARD_LIBRARY if is_standard(module) else external_package(module, graph.roots) or module
    opened = [package for package in options.packages if package in around]
    if not opened:
        return None
    package = max(opened, key=len)
    inside = module.split(".")[package.count(".") + 1 :][: options.depth]
    if options.only_packages:
        while inside and not graph.children(".".join([package, *inside])):
            inside.pop()
    return ".".join([package, *inside])


def between(graph: ImportGraph, source: str, target: str) -> tuple[Edge, ...]:
    """Return the imports on a way from a package to another, sorted: none enters the first again, or leaves the second.

    Empty if there is no way.
    """
    starts, ends = graph.subtree(source), graph.subtree(target)
    onwards = _reached(starts, graph.imported_by, ends)
    back = _reached(ends, graph.importers_of, starts)
    return tuple(
        (importer, imported)
        for importer in sorted((onwards & back) - ends)
        for imported in graph.imported_by(importer)
        if imported in back and imported not in starts
    )


def _reached(starts: Set[str], following: Callable[[str], Collection[str]], ends: Set[str]) -> set[str]:
    """Return the modules that are reached from some, without going on from the ends."""
    reached, pending = set(starts), list(starts)
    while pending:
        module = pending.pop()
        new = set() if module in ends else set(following(module)) - reached
        reached |= new
        pending += new
    return reached


def kinds_drawn(graph: ImportGraph, kinds: Collection[Kind]) -> ImportGraph:
    """Return a graph with the imports of some kinds only."""
    return graph.without_kinds(frozenset(kind for kind in Kind if kind not in kinds))
