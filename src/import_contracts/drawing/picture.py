"""The picture of a program: which boxes and arrows there are, and the sentences that say what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from import_contracts.drawing.collapse import Collapsed, between, collapse, kinds_drawn
from import_contracts.drawing.levels import Levels, find_levels, knots
from import_contracts.drawing.model import Options, Subject
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.wording import count, listed


@dataclass(frozen=True, slots=True)
class Box:
    """A module, or a package with all that is inside it.

    ``level`` counts from 1 at the bottom. ``knot`` is the number of the boxes that reach each other, this one among
    them, from 1; 0 if there are none.
    """

    name: str
    modules: int
    level: int
    knot: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """The imports from one box to another: pairs of modules, sorted.

    ``is_cut`` is True if it leads upwards and is in the cheapest cut. ``is_drawn`` is False if it follows from others.
    ``breaks`` is True if a violation of a contract needs one of the imports.
    """

    importer: str
    imported: str
    imports: tuple[Edge, ...]
    is_cut: bool = False
    is_drawn: bool = True
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What all formats show: boxes from the top to the bottom, and links sorted by name.

    ``title`` is a phrase, and ``notes`` are sentences about what is drawn and what is left out. ``is_minimum`` is True
    if no cheaper cut exists.
    """

    title: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    is_minimum: bool
    notes: tuple[str, ...]

    @property
    def levels(self) -> tuple[tuple[Box, ...], ...]:
        """The boxes of each level, the highest first."""
        heights = sorted({box.level for box in self.boxes}, reverse=True)
        return tuple(tuple(box for box in self.boxes if box.level == height) for height in heights)

    @property
    def drawn(self) -> tuple[Link, ...]:
        """The links that are drawn."""
        return tuple(link for link in self.links if link.is_drawn)


def draw(subject: Subject) -> Picture:
    """Return the picture that a subject's options ask for."""
    found = _chosen(subject)
    weights = {link: len(imports) for link, imports in found.links.items()}
    levels = find_levels(found.boxes, weights, [layering.layers for layering in subject.layerings])
    links = tuple(_links(found, levels, subject.violating))
    return Picture(
        title=_title(subject.options),
        boxes=tuple(_boxes(found, levels)),
        links=links,
        is_minimum=levels.is_minimum,
        notes=tuple(_notes(subject, found, links, levels)),
    )


def _chosen(subject: Subject) -> Collapsed:
    """Return the boxes and links that are asked for."""
    options = subject.options
    graph = kinds_drawn(subject.graph, options.kinds)
    if options.source:
        found = collapse(graph, options, between(graph, options.source, options.target))
        return found.only(found.links)
    found = collapse(graph, options, graph.edges())
    if options.focus:
        near = {end for link in found.links if options.focus in link for end in link}
        found = found.only([link for link in found.links if near.issuperset(link)], options.focus)
    if options.only == "violations":
        return found.only([link for link, imports in found.links.items() if not subject.violating.isdisjoint(imports)])
    if options.only == "cycles":
        number = {box: place for place, knot in enumerate(knots(found.boxes, found.links)) for box in knot}
        return found.only([link for link in found.links if number.get(link[0], -1) == number.get(link[1])])
    return found


def _boxes(found: Collapsed, levels: Levels) -> Iterator[Box]:
    """Yield the boxes, from the top to the bottom."""
    knot_of = {box: number for number, knot in enumerate(levels.knots, 1) for box in knot}
    for height, level in zip(range(len(levels.levels), 0, -1), levels.levels, strict=True):
        for name in level:
            yield Box(name, len(found.boxes[name]), height, knot_of.get(name, 0))


def _links(found: Collapsed, levels: Levels, violating: frozenset[Edge]) -> Iterator[Link]:
    cut, reduced = frozenset(levels.cut), frozenset(levels.reduced)
    for link, imports in found.links.items():
        breaks = not violating.isdisjoint(imports)
        is_cut = link in cut
        yield Link(*link, imports, is_cut, is_cut or breaks or link in reduced, breaks)


def _title(options: Options) -> str:
    packages = listed(options.packages)
    if options.source:
        return f"The imports of {packages} on a way from {options.source} to {options.target}"
    if options.focus:
        return f"The imports of {packages} around {options.focus}"
    return f"The {'cycles' if options.only == 'cycles' else 'imports'} of {packages}"


def _notes(subject: Subject, found: Collapsed, links: Sequence[Link], levels: Levels) -> Iterator[str]:
    """Yield what the picture leaves out, and what its red arrows say."""
    options = subject.options
    if not links:
        yield _nothing(subject)
        return
    down = [link for link in links if not link.is_cut]
    drawn = sum(link.is_drawn for link in down)
    rest = "all are drawn" if drawn == len(down) else f"{drawn:,} are drawn, the others follow from them"
    yield f"{count(len(links), 'dependency')} between {count(len(found.boxes), 'box')}."
    yield f"{len(down):,} point downwards; {rest}."
    if levels.cut:
        imports = sum(len(found.links[link]) for link in levels.cut)
        how = "no cheaper cut exists" if levels.is_minimum else "a cheaper cut may exist"
        yield (
            f"{len(levels.cut):,} point upwards, in red with the number of imports: "
            f"without these {count(imports, 'import')} there is no cycle ({how})."
        )
    if broken := sum(link.breaks for link in links):
        yield f"{count(broken, 'dependency')} in orange: violations of contracts."
    if subject.layerings:
        yield f"The levels keep to {_contracts(subject)}."
    yield from _left_out(subject, options)


def _contracts(subject: Subject) -> str:
    ids = list(dict.fromkeys(layering.contract for layering in subject.layerings))
    return f"the layers of the contract{'s' * (len(ids) > 1)} {listed(ids)}"


def _left_out(subject: Subject, options: Options) -> Iterator[str]:
    """Yield how many imports are not drawn because of their kind."""
    drawn = kinds_drawn(subject.graph, options.kinds).size
    if other := subject.graph.size - drawn:
        names = listed((str(kind) for kind in Kind if kind not in options.kinds), "or")
        yield f"{count(other, 'import')} that {'is' if other == 1 else 'are'} only {names} left out."


def _nothing(subject: Subject) -> str:
    """Return why there is nothing to draw but boxes."""
    options = subject.options
    if options.source:
        return f"There is no way from {options.source} to {options.target}: no chain of imports leads there."
    if options.only == "cycles":
        return "There is no cycle."
    if options.only == "violations":
        return "No import breaks a contract." if subject.configuration else "There is no configuration with contracts."
    if options.focus:
        return f"{options.focus} imports nothing that is drawn, and nothing that is drawn imports it."
    return "There are no imports between these boxes."
