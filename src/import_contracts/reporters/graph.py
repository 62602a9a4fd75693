"""The picture of a program as text: its levels, and what leads upwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from import_contracts.drawing.labels import columns
from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import Box, Link, Picture, draw
from import_contracts.graph.import_graph import Edge
from import_contracts.reporters.style import BOLD, DIM, RED, YELLOW, Style
from import_contracts.reporters.words import more
from import_contracts.visible import visible
from import_contracts.wording import count

_WIDTH, _UPWARDS = 100, 20
"""The width of a line, and how many links upwards are shown without --verbose."""


def as_text(subject: Subject, style: Style) -> str:
    """Return the levels from the top to the bottom, then the links upwards, then what is left out."""
    return "\n".join(_lines(subject, draw(subject), style)) + "\n"


def _lines(subject: Subject, picture: Picture, style: Style) -> Iterator[str]:
    yield style.paint(visible(picture.title), BOLD)
    yield ""
    for level in picture.levels:
        yield from _level(f"{level[0].level:>3}", level, style)
    if picture.unlinked:
        yield from _level("  -", picture.unlinked, style)
    if picture.boxes:
        yield ""
    cut = [link for link in picture.links if link.is_cut]
    if cut:
        yield from _upwards(cut, subject, picture, style)
    yield from (style.paint(visible(note), DIM) for note in picture.legend[bool(picture.key) :])


def _level(head: str, boxes: Sequence[Box], style: Style) -> Iterator[str]:
    """Yield the boxes of a level, in lines that are not too long."""
    line, width = f"{style.paint(head, DIM)} ", len(head) + 1
    for place, box in enumerate(boxes):
        comma = "," * (place + 1 < len(boxes))
        size = f" ({box.size})" if box.size else ""
        wide = 1 + columns(box.label) + len(size + comma)
        if place and width + wide > _WIDTH:
            yield line
            line, width = " " * (len(head) + 1), len(head) + 1
        shown = style.paint(box.label, YELLOW) if box.knot else box.label
        line += f" {shown}{style.paint(size, DIM) if size else ''}{comma}"
        width += wide
    yield line


def _upwards(cut: Sequence[Link], subject: Subject, picture: Picture, style: Style) -> Iterator[str]:
    """Yield the links upwards, those with the fewest imports first, each with the place of its first import."""
    label = {box.name: box.label for box in picture.boxes}
    shown = style.capped(sorted(cut, key=lambda link: (len(link.imports), link.importer, link.imported)), _UPWARDS)
    rows = [
        (
            f"{label[link.importer]} -> {label[link.imported]}",
            count(len(link.imports), "import"),
            _place(link.imports[0], subject, style),
        )
        for link in shown
    ]
    widths = [max(columns(row[place]) for row in rows) for place in (0, 1)]
    yield style.paint("Upwards:", BOLD)
    for arrow, number, where in rows:
        padding = (" " * (width - columns(text)) for text, width in zip((arrow, number), widths, strict=True))
        yield f"  {style.paint(arrow, RED)}{next(padding)}  {number}{next(padding)}  {where}"
    if hidden := len(cut) - len(shown):
        yield f"  {more(hidden)}"
    yield ""


def _place(edge: Edge, subject: Subject, style: Style) -> str:
    return visible(f"{style.place(subject.paths[edge[0]], subject.folder)}:{subject.line(edge)}")
