"""The picture as SVG: boxes in levels, and arrows around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from import_contracts.drawing.arrangement import Arrangement, Arrow, Node
from import_contracts.drawing.markup import document, escaped, number, rect, text
from import_contracts.drawing.matrix import as_matrix
from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import BETWEEN, PADDING, Box, Picture, draw
from import_contracts.wording import count, listed

_BOX, _LEAST_GAP, _MOST_GAP = 26, 32, 120
"""The height of a box, and the least and the most space between rows, in pixels."""
_PER_PIECE = 1.5
"""How much more space there is between two rows for each piece of an arrow there."""
_LEFT = 44.0
"""The width of the numbers of the levels."""
_LEAST_WIDTH = 600.0
"""How wide a picture may be in any case."""
_HEAD = (4, 7)
"""Half the width of the head of an arrow, and its length."""
_NUMBERS = (0.2, 0.42, 0.64)
"""Where on the first piece of an arrow its number is."""
_PORTS = 11
"""The distance between two arrows at a side of a box, if there is room."""

Piece = tuple[Node, Node]
"""A piece of an arrow between two rows: the upper node first."""


def render(subject: Subject) -> str:
    """Return an SVG document."""
    picture = draw(subject)
    if picture.arrangement is None or subject.options.matrix:
        return as_matrix(subject)
    drawing = _Drawing(picture, picture.arrangement)
    return document(picture.title, picture.legend, drawing.size, drawing.elements())


class _Drawing:
    """The places of everything in a picture."""

    def __init__(self, picture: Picture, arrangement: Arrangement) -> None:
        self._boxes = {box.name: box for box in picture.boxes}
        self._links = {link.arrow: link for link in picture.drawn}
        self._rows = arrangement.rows
        self._unlinked = picture.unlinked
        self._middles = {node: middle + _LEFT for node, middle in arrangement.middles.items()}
        self._ways = arrangement.ways
        self._widths = arrangement.widths
        self._row_of = {node: place for place, row in enumerate(self._rows) for node in row}
        self._pieces = {arrow: [self._piece(*pair) for pair in pairwise(way)] for arrow, way in self._ways.items()}
        self._tops = list(self._find_tops())
        self._ports = self._find_ports()
        self._right = max((self._middles[node] + self._half(node) for node in self._middles), default=_LEAST_WIDTH)
        self._shelves = list(self._find_shelves())
        self._unlinked_top = self._tops[-1] + 2 * _BOX if self._tops else 0.0

    @property
    def size(self) -> tuple[float, float]:
        """The width and the height of the picture."""
        tops = [*self._tops, *(self._unlinked_top + top for _, top in self._shelves)]
        return self._right, tops[-1] + _BOX if tops else 0.0

    def _half(self, node: Node) -> float:
        """Return half the width of a node."""
        return 0.0 if node.is_gap else (self._widths[node.box] - BETWEEN) / 2

    def _piece(self, one: Node, other: Node) -> Piece:
        return (one, other) if self._row_of[one] < self._row_of[other] else (other, one)

    def _find_tops(self) -> Iterator[float]:
        """Yield the top of each row."""
        pieces = [0] * len(self._rows)
        for upper, _ in dict.fromkeys(piece for way in self._pieces.values() for piece in way):
            pieces[self._row_of[upper]] += 1
        top = 0.0
        for place in range(len(self._rows)):
            yield top
            top += _BOX + min(_MOST_GAP, _LEAST_GAP + _PER_PIECE * pieces[place])

    def _find_ports(self) -> dict[tuple[Node, Piece, object], float]:
        """Return where each piece of each sort meets a node: side by side, in the order of their other ends.

        Those of one sort that end at a box meet it in one place.
        """
        meeting: dict[tuple[Node, bool], dict[tuple[Piece | None, object], list[tuple[Piece, float]]]] = {}
        for arrow, pieces in self._pieces.items():
            end = Node(arrow.end)
            for piece in dict.fromkeys(pieces):
                for node, other in (piece, piece[::-1]):
                    key = None if node == end else piece, arrow.sort
                    sides = meeting.setdefault((node, node == piece[0]), {})
                    sides.setdefault(key, []).append((piece, self._middles[other]))
        ports: dict[tuple[Node, Piece, object], float] = {}
        for (node, _), keys in meeting.items():
            inner = 2 * self._half(node) - PADDING
            step = 0.0 if node.is_gap else min(_PORTS, inner / max(len(keys) - 1, 1))
            left = self._middles[node] - step * (len(keys) - 1) / 2
            order = sorted(
                keys, key=lambda key: (sum(at for _, at in keys[key]) / len(keys[key]), str(key[1]), str(key[0]))
            )
            for place, key in enumerate(order):
                ports.update(((node, piece, key[1]), left + step * place) for piece, _ in keys[key])
        return ports

    def _find_shelves(self) -> Iterator[tuple[float, float]]:
        """Yield the left and the top of each box without links: one beside the other, as far as the width goes."""
        left, top = _LEFT, 0.0
        for box in self._unlinked:
            if left > _LEFT and left + box.width > max(self._right, _LEAST_WIDTH):
                left, top = _LEFT, top + _BOX + 8
            yield left, top
            left += box.width + 8

    def elements(self) -> Iterator[str]:
        """Yield the elements of the picture, those behind others first."""
        yield from self._bands()
        rivers: dict[tuple[str, object], list[Arrow]] = {}
        for arrow in sorted(self._ways, key=lambda arrow: str(arrow.sort)):
            rivers.setdefault((arrow.end, arrow.sort), []).append(arrow)
        for arrows in rivers.values():
            yield from self._river(arrows)
        for place, row in enumerate(self._rows):
            for node in row:
                if not node.is_gap:
                    half = self._half(node)
                    yield _box(self._boxes[node.box], (self._middles[node] - half, self._tops[place], 2 * half))
        for box, (left, top) in zip(self._unlinked, self._shelves, strict=True):
            yield _box(box, (left, self._unlinked_top + top, box.width))
        yield from self._numbers()

    def _bands(self) -> Iterator[str]:
        """Yield the number of each level, and a band behind every other one."""
        width = self.size[0] + 8
        of_level: dict[int, list[float]] = {}
        for place, row in enumerate(self._rows):
            level = next(self._boxes[node.box].level for node in row if not node.is_gap)
            of_level.setdefault(level, []).append(self._tops[place])
        for level, tops in of_level.items():
            height = tops[-1] - tops[0] + _BOX + 16
            yield rect((-8, tops[0] - 8, width, height), "band")
            yield text((0, tops[0] + _BOX / 2 + 4), str(level), "level")

    def _river(self, arrows: Sequence[Arrow]) -> Iterator[str]:
        """Yield the arrows of one sort that lead to one box."""
        sort = arrows[0].sort
        end = Node(arrows[0].end)
        pieces = dict.fromkeys(piece for arrow in arrows for piece in self._pieces[arrow])
        lines = "".join(self._curve(piece, sort) for piece in pieces)
        gaps = dict.fromkeys(node for arrow in arrows for node in self._ways[arrow] if node.is_gap)
        lines += "".join(f"M{number(self._middles[gap])} {number(self._tops[gap.row])}v{_BOX}" for gap in gaps)
        heads = "".join(dict.fromkeys(self._head(piece, end, sort) for piece in pieces if end in piece))
        links = [self._links[arrow] for arrow in arrows]
        css = "arrow" + " up" * links[0].is_cut + " breaks" * links[0].breaks
        importers = listed((self._boxes[arrow.start].label for arrow in arrows), most=12)
        label = f"{importers} import{'s' * (len(arrows) == 1)} {self._boxes[end.box].label}"
        yield (
            f'<g class="{css}"><title>{escaped(label)}</title>'
            f'<path class="line" d="{lines}"/><path class="head" d="{heads}"/></g>'
        )

    def _curve(self, piece: Piece, sort: object) -> str:
        """Return a piece of an arrow, from the row above to the row below, as a path."""
        upper, lower = piece
        x, to = self._ports[upper, piece, sort], self._ports[lower, piece, sort]
        y, end = self._tops[self._row_of[upper]] + _BOX, self._tops[self._row_of[lower]]
        start, middle, stop, bottom = map(number, (x, (y + end) / 2, to, end))
        if start == stop:
            return f"M{start} {number(y)}V{bottom}"
        return f"M{start} {number(y)}C{start} {middle} {stop} {middle} {stop} {bottom}"

    def _head(self, piece: Piece, end: Node, sort: object) -> str:
        half, length = _HEAD
        x, row = self._ports[end, piece, sort], self._row_of[end]
        if piece[1] == end:
            return f"M{number(x)} {number(self._tops[row])}l-{half}-{length}h{2 * half}z"
        return f"M{number(x)} {number(self._tops[row] + _BOX)}l-{half} {length}h{2 * half}z"

    def _numbers(self) -> Iterator[str]:
        """Yield the number of imports of each arrow upwards, near its start; those side by side at three heights."""
        starts: dict[str, list[Arrow]] = {}
        for arrow, link in self._links.items():
            if link.is_cut:
                starts.setdefault(arrow.start, []).append(arrow)
        for arrows in starts.values():
            for place, (x, to, arrow) in enumerate(sorted((*self._first(arrow), arrow) for arrow in arrows)):
                below, above = (self._tops[self._row_of[node]] for node in self._ways[arrow][:2])
                part = _NUMBERS[place % len(_NUMBERS)]
                left = x + (to - x) * (3 * part**2 - 2 * part**3)
                top = below + 3 - (below - above - _BOX) * part
                yield text((left, top), f"{len(self._links[arrow].imports):,}", "number middle")

    def _first(self, arrow: Arrow) -> tuple[float, float]:
        """Return where the first piece of an arrow begins and ends, from the left."""
        one, other = self._ways[arrow][:2]
        piece = self._pieces[arrow][0]
        return self._ports[one, piece, arrow.sort], self._ports[other, piece, arrow.sort]


def _box(box: Box, place: tuple[float, float, float]) -> str:
    """Return a box, given its left, its top and its width."""
    left, top, width = place
    label = escaped(box.label) + (f' <tspan class="size">{box.size}</tspan>' if box.size else "")
    css = "box" + " knot" * bool(box.knot) + " external" * box.is_external
    shape = rect((left, top, width, _BOX), css, ' rx="4"')
    name = text((left + width / 2, top + _BOX / 2 + 4), label, "middle")
    return f"<g><title>{escaped(_about(box))}</title>{shape}{name}</g>"


def _about(box: Box) -> str:
    """Return the full name of a box, with what it is."""
    what = f", {count(box.modules, 'module')}" if box.modules > 1 else ""
    level = f", level {box.level}" if box.level else ""
    return f"{box.name}{what}{level}" + (f", in cycle {box.knot}" if box.knot else "")
