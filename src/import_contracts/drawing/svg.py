"""The picture as SVG: boxes in levels."""

from __future__ import annotations

from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import draw
from import_contracts.visible import visible

_ROW, _WIDTH = 60, 200


def render(subject: Subject) -> str:
    """Return an SVG document."""
    picture = draw(subject)
    at = {
        box.name: (20 + column * _WIDTH, 40 + row * _ROW)
        for row, level in enumerate(picture.levels)
        for column, box in enumerate(level)
    }
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', f"<title>{_escaped(picture.title)}</title>"]
    for link in picture.drawn:
        (x1, y1), (x2, y2) = at[link.importer], at[link.imported]
        color = "#d1242f" if link.is_cut else "#8c959f"
        lines.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}"/>')
    lines += (f'<text x="{x}" y="{y}">{_escaped(name)}</text>' for name, (x, y) in at.items())
    return "\n".join([*lines, "</svg>", ""])


def _escaped(text: str) -> str:
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
