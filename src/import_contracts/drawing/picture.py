"""The picture of a program: which boxes and arrows there are, and the sentences that say what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from import_contracts.drawing.arrangement import Arrangement, Arrow, arrange, split
from import_contracts.drawing.collapse import Collapsed, between, collapse, kinds_drawn
from import_contracts.drawing.labels import columns, labels, shared_package
from import_contracts.drawing.levels import Levels, boxes_in, find_levels, knots
from import_contracts.drawing.model import Options, Subject
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors, top_level
from import_contracts.wording import count, listed


@dataclass(frozen=True, slots=True)
class Box:
    """A module, or a package with all that is inside it: ``modules`` is their number.

    ``label`` is a short name that can be shown. ``level`` counts from 1 at the bottom; it is 0 without links. ``knot``
    is the number of the boxes that reach each other, this one among them, from 1; 0 if there are none.
    """

    name: str
    label: str
    modules: int
    level: int
    knot: int = 0
    is_external: bool = False

    @property
    def size(self) -> str:
        """The number of modules, where there are several; else ""."""
        return f"{self.modules:,}" if self.modules > 1 else ""

    @property
    def width(self) -> float:
        """The width that the label takes, and the size after it, in pixels."""
        return PADDING + _LETTER * (columns(self.label) + len(self.size) + bool(self.size))


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

    @property
    def arrow(self) -> Arrow:
        """The arrow of the link; its sort is that of the line."""
        return Arrow(self.importer, self.imported, ("up" if self.is_cut else "down", self.breaks))


@dataclass(frozen=True, slots=True)
class Picture:
    """What all formats show: boxes from the top to the bottom and from the left to the right, and links sorted by name.

    ``title`` is a phrase, and ``notes`` are sentences about what is drawn and what is left out. ``is_minimum`` is True
    if no cheaper cut exists. ``arrangement`` is None if there are too many boxes to draw.
    """

    title: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    is_minimum: bool
    notes: tuple[str, ...]
    arrangement: Arrangement | None

    @property
    def levels(self) -> tuple[tuple[Box, ...], ...]:
        """The boxes of each level, the highest first."""
        return tuple(tuple(boxes) for height, boxes in groupby(self.boxes, attrgetter("level")) if height)

    @property
    def unlinked(self) -> tuple[Box, ...]:
        """The boxes without links."""
        return tuple(box for box in self.boxes if not box.level)

    @property
    def key(self) -> tuple[str, ...]:
        """What the looks of arrows and boxes mean, as one sentence; empty if there are only plain ones."""
        looks = {
            "red arrows lead upwards, each with its number of imports": any(link.is_cut for link in self.links),
            "dashed arrows break a contract": any(link.breaks for link in self.links),
            "yellow boxes are in a cycle": any(box.knot for box in self.boxes),
            "dotted boxes are external": any(box.is_external for box in self.boxes),
        }
        phrases = "; ".join(phrase for phrase, is_there in looks.items() if is_there)
        return (f"{phrases[0].upper()}{phrases[1:]}.",) if phrases else ()

    @property
    def legend(self) -> tuple[str, ...]:
        """The notes, with what the looks of boxes and arrows mean, and how many arrows are left out."""
        down = [link for link in self.links if not link.is_cut]
        drawn = sum(link.is_drawn for link in down)
        reduction = f"Of those downwards, {drawn:,} are drawn; the others follow from them."
        return (*self.key, *self.notes[:1], *([reduction] if drawn < len(down) else []), *self.notes[1:])

    @property
    def drawn(self) -> tuple[Link, ...]:
        """The links that are drawn."""
        return tuple(link for link in self.links if link.is_drawn)


MOST, MANY = 300, 40
"""More boxes than these are not drawn; and of more than these, a matrix shows more."""
BETWEEN, _LETTER, _ROW = 18.0, 7.2, 1500.0
"""The width of the space between boxes, of a letter, and of the longest row, in pixels."""
PADDING, _PER_ARROW, _WIDEST = 20.0, 12.0, 260.0
"""The space in a box beside its label; and that for each arrow that leaves it, as long as it is not the widest."""


@lru_cache(maxsize=1)
def draw(subject: Subject) -> Picture:
    """Return the picture that a subject's options ask for."""
    found = _chosen(subject)
    linked = frozenset(end for link in found.links for end in link)
    weights = {link: len(imports) for link, imports in found.links.items()}
    levels = find_levels(linked, weights, [layering.layers for layering in subject.layerings])
    links = tuple(_links(found, levels, subject))
    boxes = _boxes(found, levels, subject)
    arrangement = _arranged(boxes, levels, links) if len(boxes) <= MOST else None
    rows = arrangement.boxes if arrangement else levels.levels
    names = dict.fromkeys(sorted((box for row in rows for box in row), key=lambda name: -boxes[name].level))
    return Picture(
        title=_title(subject.options),
        boxes=tuple(boxes[name] for name in {**names, **boxes}),
        links=links,
        is_minimum=levels.is_minimum,
        notes=(*_notes(subject, found, links, levels), *_unread(subject)),
        arrangement=arrangement,
    )


def draw_imports(imports: Iterable[Edge], most: int) -> Picture:
    """Return the picture of imports alone; packages are opened as deep as ``most`` arrows allow, at least once."""
    edges = sorted(imports)
    targets: dict[str, dict[str, tuple[int, ...]]] = {}
    for importer, imported in edges:
        targets.setdefault(importer, {})[imported] = (1,)
    names = {name for edge in edges for name in edge}
    graph = ImportGraph({*names, *(around for name in names for around in ancestors(name))}, targets)
    roots = tuple(sorted({top_level(name) for name in names}))
    deepest = max((name.count(".") for name in names), default=0)
    pictures = (draw(Subject(Options(roots, depth), graph)) for depth in range(max(deepest, 1), 0, -1))
    found = next(pictures)
    while len(found.drawn) > most and (shallower := next(pictures, None)):
        found = shallower
    return found


def _arranged(boxes: Mapping[str, Box], levels: Levels, links: Sequence[Link]) -> Arrangement:
    """Return the arrangement of boxes; those that many arrows leave are wider than their labels."""
    arrows = [link.arrow for link in links if link.is_drawn]
    leaving = Counter((arrow.start, arrow.sort) for arrow in arrows)
    widths = {name: box.width + BETWEEN for name, box in boxes.items()}
    for (name, _), number in leaving.items():
        widths[name] = max(widths[name], min(number * _PER_ARROW, _WIDEST) + BETWEEN)
    return arrange(split(levels.levels, widths, arrows, _ROW), arrows, widths)


def _chosen(subject: Subject) -> Collapsed:
    """Return the boxes and links that are asked for."""
    options = subject.options
    graph = kinds_drawn(subject.graph, options.kinds)
    if options.source:
        found = collapse(graph, options, between(graph, options.source, options.target))
        found = found.only(found.links)
    else:
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


def _boxes(found: Collapsed, levels: Levels, subject: Subject) -> dict[str, Box]:
    """Return the boxes by name, sorted."""
    knot_of = {box: number for number, knot in enumerate(levels.knots, 1) for box in knot}
    height_of = {box: height for height, level in enumerate(reversed(levels.levels), 1) for box in level}
    outer = {around for name in found.boxes for around in ancestors(name)}
    opened = [name for name in outer if found.boxes.get(name) == (name,)]
    label_of = labels(found.boxes, opened, shared_package(subject.options.packages))
    return {
        name: Box(
            name,
            label_of[name],
            len(modules),
            height_of.get(name, 0),
            knot_of.get(name, 0),
            is_external=not subject.graph.is_internal(name),
        )
        for name, modules in found.boxes.items()
    }


def _links(found: Collapsed, levels: Levels, subject: Subject) -> Iterator[Link]:
    cut, reduced = frozenset(levels.cut), frozenset(levels.reduced)
    for link, imports in found.links.items():
        is_cut = link in cut
        breaks = not (subject.violating if is_cut else subject.marked).isdisjoint(imports)
        yield Link(*link, imports, is_cut, is_cut or breaks or link in reduced, breaks)


def _title(options: Options) -> str:
    packages = listed(options.packages)
    if options.source:
        return f"The imports of {packages} on chains from {options.source} to {options.target}"
    if options.focus:
        return f"The imports of {packages} around {options.focus}"
    return f"The {'cycles' if options.only == 'cycles' else 'imports'} of {packages}"


def _notes(subject: Subject, found: Collapsed, links: Sequence[Link], levels: Levels) -> Iterator[str]:
    """Yield what the picture leaves out, and what its red arrows say."""
    options = subject.options
    if not links:
        yield _nothing(subject)
        yield from _left_out(subject, found)
        return
    up = len(levels.cut)
    lead = (
        f"{len(links) - up:,} downwards, {up:,} upwards"
        if 0 < up < len(links)
        else f"all {'up' if up else 'down'}wards"
    )
    yield f"{count(len(links), 'dependency')} between {count(len(found.boxes), 'box')}: {lead}."
    if up:
        imports = count(sum(len(found.links[link]) for link in levels.cut), "import")
        how = "no cheaper cut exists" if levels.is_minimum else "a cheaper cut may exist"
        also = " and no way up through the layers" * levels.is_layered
        yield f"Without the {imports} upwards there is no cycle{also} ({how})."
    if broken := sum(link.breaks for link in links):
        yield f"{count(broken, 'dependency')} break{'s' * (broken == 1)} a contract."
    if unchecked := [outcome.id for outcome in subject.contracts if outcome.kept is None]:
        yield f"Not checked, because of an error that lint-imports check shows: {listed(unchecked)}."
    layered = (each.contract for each in subject.layerings if len(boxes_in(each.layers, found.boxes)) > 1)
    if ids := list(dict.fromkeys(layered)):
        of_contracts = f"the layers of contract{'s' * (len(ids) > 1)} {listed(ids)}"
        contradiction = f"The levels ignore {of_contracts}, which contradict each other."
        yield f"The levels follow {of_contracts}." if levels.is_layered else contradiction
    yield from _left_out(subject, found)
    if MANY < len(found.boxes) <= MOST and not options.matrix:
        yield "With so many boxes, a matrix is clearer: --matrix."


def _left_out(subject: Subject, found: Collapsed) -> Iterator[str]:
    """Yield how many imports between the boxes are not drawn because of their kind."""
    kinds = subject.options.kinds
    drawn = kinds_drawn(subject.graph, kinds)
    box_of = {module: box for box, modules in found.boxes.items() for module in modules}
    other = sum(
        not drawn.has_import(importer, imported)
        for importer, imported in subject.graph.edges()
        if box_of.get(importer, "") != box_of.get(imported, "") and importer in box_of and imported in box_of
    )
    if other:
        names = listed((kind.replace("_", "-") for kind in Kind if kind not in kinds), "or")
        yield f"Left out: {count(other, f'{names} import')}."


def _unread(subject: Subject) -> Iterator[str]:
    if unread := sum(problem.is_error for problem in subject.problems):
        yield f"Incomplete: {count(unread, 'file')} could not be read."


def _nothing(subject: Subject) -> str:
    """Return why there is nothing to draw but boxes."""
    options = subject.options
    source, target = options.source, options.target
    if source and not between(kinds_drawn(subject.graph, options.kinds), source, target):
        return f"There is no chain of imports from {source} to {target}."
    where = f" on a chain from {source} to {target}" if source else f" around {options.focus}" * bool(options.focus)
    if options.only == "cycles":
        return f"There is no cycle{where}."
    if options.only == "violations":
        return (
            f"No import in the picture{where} breaks a contract."
            if subject.configuration
            else "There is no configuration with contracts."
        )
    if options.focus:
        return f"{options.focus} imports nothing that is drawn, and nothing that is drawn imports it."
    return "There are no imports between these boxes."
