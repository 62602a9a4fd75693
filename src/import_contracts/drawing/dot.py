"""The picture for Graphviz, in its language DOT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import Box, Link, Picture, draw
from import_contracts.visible import visible

_SHELF = 8
"""How many boxes without links are side by side."""


def render(subject: Subject) -> str:
    """Return a directed graph; each level is one rank."""
    return "\n".join(_lines(draw(subject))) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    number = {box.name: f"m{place}" for place, box in enumerate(picture.boxes)}
    below = "\\l".join(map(_escaped, (picture.title, *picture.legend)))
    yield "digraph imports {"
    yield f'  graph [label="{below}\\l", labeljust=l, fontname="monospace", fontsize=11, nodesep=0.2, ranksep=0.35]'
    yield '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="monospace", fontsize=11, height=0.3]'
    yield '  edge [color="#818b98", arrowsize=0.6, fontname="monospace", fontsize=9]'
    rows = [*picture.levels, *_shelves(picture.unlinked)]
    for row in rows:
        yield "  {"
        yield "    rank=same"
        yield from (f"    {_node(box, number[box.name])}" for box in row)
        yield "  }"
    for upper, lower in pairwise(rows[max(len(picture.levels) - 1, 0) :]):
        yield f"  {number[upper[0].name]} -> {number[lower[0].name]} [style=invis]"
    yield from (f"  {number[link.importer]} -> {number[link.imported]}{_style(link)}" for link in picture.drawn)
    yield "}"


def _shelves(boxes: Sequence[Box]) -> list[Sequence[Box]]:
    """Return boxes without links in rows, since Graphviz would put all of them into one."""
    return [boxes[start : start + _SHELF] for start in range(0, len(boxes), _SHELF)]


def _node(box: Box, number: str) -> str:
    label = f"{box.label} ({box.size})" if box.size else box.label
    look = ', color="#9a6700", fillcolor="#fff5d6"' if box.knot else ""
    look += ', style="rounded,filled,dotted"' if box.is_external else ""
    return f'{number} [label="{_escaped(label)}", tooltip="{_escaped(box.name)}"{look}]'


def _style(link: Link) -> str:
    """Return the attributes of an arrow; one that leads upwards does not move a level."""
    style = [f'label="{len(link.imports)}", color="#cf222e", fontcolor="#cf222e", constraint=false'] * link.is_cut
    style += ["style=dashed"] * link.breaks
    return f" [{', '.join(style)}]" if style else ""


def _escaped(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')
