"""The picture as a dependency structure matrix: a row for each box, and a cell for each box that it imports.

The order is that of the levels. Above the diagonal are the links downwards, below it, in red, those upwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from import_contracts.drawing.labels import columns
from import_contracts.drawing.markup import LETTER, document, escaped, number, rect, text
from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import Box, Link, Picture, draw
from import_contracts.wording import count

_NUMBERED, _EXPLAINED = 60, 5_000
"""Up to so many boxes, cells have numbers; up to so many links, they explain themselves."""
_CELL, _SMALL = 22, 14
"""The width of a cell with a number, and of one without."""
_READ = "A row imports what its cells stand for, in the order of the levels; below the diagonal, imports lead upwards."


def as_matrix(subject: Subject) -> str:
    """Return an SVG document."""
    picture = draw(subject)
    drawing = _Matrix(picture)
    key = _READ + " Yellow names are in a cycle." * any(box.knot for box in picture.boxes)
    return document(picture.title, [key, *picture.notes], drawing.size, drawing.elements())


class _Matrix:
    """The places of everything in a matrix."""

    def __init__(self, picture: Picture) -> None:
        self._boxes = [box for box in picture.boxes if box.level]
        self._links = picture.links
        self._place = {box.name: place for place, box in enumerate(self._boxes)}
        self._is_numbered = len(self._boxes) <= _NUMBERED
        self._cell = _CELL if self._is_numbered else _SMALL
        self._left = LETTER * max((columns(box.label) for box in self._boxes), default=0) + 10

    @property
    def size(self) -> tuple[float, float]:
        """The width and the height, with the names at the left and at the top."""
        side = self._left + len(self._boxes) * self._cell
        return side, side

    def elements(self) -> Iterator[str]:
        """Yield the elements, those behind others first."""
        side = len(self._boxes) * self._cell
        at = number(self._left)
        yield f'<g transform="translate({at} {at})">'
        yield rect((0, 0, side, side), "band")
        yield from self._grid(side)
        yield from (self._own(box, place) for place, box in enumerate(self._boxes))
        if len(self._links) <= _EXPLAINED:
            yield from map(self._cell_of, self._links)
        else:
            yield from self._cells()
        for place, box in enumerate(self._boxes):
            middle = (place + 0.5) * self._cell + 4
            css = "end" + " in-knot" * bool(box.knot)
            yield text((-6, middle), escaped(box.label), css)
            yield f'<g transform="translate({number(middle)} -6) rotate(-90)">{text((0, 0), escaped(box.label))}</g>'
        yield "</g>"

    def _grid(self, side: float) -> Iterator[str]:
        """Yield lines between the levels."""
        lines = [
            place * self._cell
            for place in range(1, len(self._boxes))
            if self._boxes[place].level != self._boxes[place - 1].level
        ]
        path = "".join(f"M0 {at}H{number(side)}M{at} 0V{number(side)}" for at in lines)
        yield f'<path class="grid" d="{path}"/>'

    def _own(self, box: Box, place: int) -> str:
        at = place * self._cell
        return f"<g><title>{escaped(box.name)}</title>{rect((at, at, self._cell, self._cell), 'own')}</g>"

    def _corner(self, link: Link) -> tuple[int, int]:
        """Return the left and the top of the cell of a link."""
        return self._place[link.imported] * self._cell, self._place[link.importer] * self._cell

    def _cell_of(self, link: Link) -> str:
        left, top = self._corner(link)
        inner = self._cell - 2
        imports = len(link.imports)
        label = f"{link.importer} imports {link.imported}: {count(imports, 'import')}"
        shape = rect((left + 1, top + 1, inner, inner), _css(link))
        shown = f"{imports:,}" if imports < 1000 else f"{imports // 1000}k"
        inside = text((left + self._cell / 2, top + self._cell / 2 + 3), shown, "count") if self._is_numbered else ""
        return f"<g><title>{escaped(label)}</title>{shape}{inside}</g>"

    def _cells(self) -> Iterator[str]:
        """Yield the cells of all links, as one path for each look."""
        inner = self._cell - 2
        paths: dict[str, list[str]] = {}
        for link in self._links:
            left, top = self._corner(link)
            paths.setdefault(_css(link), []).append(f"M{left + 1} {top + 1}h{inner}v{inner}h-{inner}z")
        yield from (f'<path class="{css}" d="{"".join(path)}"/>' for css, path in sorted(paths.items()))


def _css(link: Link) -> str:
    return ("cell-up" if link.is_cut else "cell") + " cell-breaks" * link.breaks
