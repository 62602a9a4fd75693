"""SVG: elements, the style in light and dark, and the text around a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from import_contracts.visible import visible

LETTER = 7.2
"""The width of a letter, in pixels."""
_LINE, _MARGIN, _LEAST = 18, 24, 480

_STYLE = """\
svg{color-scheme:light dark;background:#fff;font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
text{fill:#1f2328}.middle{text-anchor:middle}.end{text-anchor:end}.in-knot{fill:#9a6700}.title{font-size:15px;font-weight:600}.note,.level,.size{fill:#59636e}.note{font-size:12px}
.ground{fill:#fff}.band{fill:#f6f8fa}.box{fill:#fff;stroke:#818b98}.knot{fill:#fff5d6;stroke:#9a6700}
.external{stroke-dasharray:2 2}.line{fill:none;stroke:#818b98}.head{fill:#818b98;stroke:none}
.up .line{stroke:#cf222e}.up .head,.number,.cell-up{fill:#cf222e}.number{font-size:10px;font-weight:600;stroke:#fff;
stroke-width:3px;paint-order:stroke;stroke-linejoin:round}.breaks .line{stroke-dasharray:6 3;stroke-width:2}
g.arrow:hover .line{stroke-width:3}.grid{stroke:#d1d9e0}.cell{fill:#6e7781}.own{fill:#d1d9e0}.cell-breaks{fill:none;
stroke:#1f2328}.count{font-size:9px;fill:#fff;text-anchor:middle}
@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}.note,.level,.size{fill:#9198a1}
.ground{fill:#0d1117}.band{fill:#151b23}.box{fill:#0d1117;stroke:#9198a1}.knot{fill:#2e2410;stroke:#d29922}
.line{stroke:#6e7681}.head{fill:#6e7681}.cell{fill:#9198a1}.in-knot{fill:#d29922}
.up .line{stroke:#ff7b72}.up .head,.number,.cell-up{fill:#ff7b72}
.number{stroke:#0d1117}.grid{stroke:#30363d}.own{fill:#30363d}.cell-breaks{stroke:#e6edf3}.count{fill:#0d1117}}
"""


def escaped(text: str) -> str:
    """Return text for SVG, in which every character can be seen."""
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def text(place: tuple[float, float], content: str, css: str = "") -> str:
    """Return a text element; ``content`` is escaped already, or has elements."""
    css = f' class="{css}"' if css else ""
    return f'<text x="{number(place[0])}" y="{number(place[1])}"{css}>{content}</text>'


def rect(place: tuple[float, float, float, float], css: str, more: str = "") -> str:
    """Return a rectangle, given its left, its top, its width and its height."""
    x, y, width, height = map(number, place)
    return f'<rect class="{css}" x="{x}" y="{y}" width="{width}" height="{height}"{more}/>'


def number(value: float) -> str:
    """Return a coordinate with at most one digit after the point."""
    return f"{value:.1f}".removesuffix(".0")


def document(title: str, notes: Sequence[str], size: tuple[float, float], body: Iterable[str]) -> str:
    """Return an SVG document: a title, a picture of some size below it, and notes below that.

    The picture has its origin at the left, below the title.
    """
    width = max(size[0] + 2 * _MARGIN, _LEAST, len(title) * 9.5 + 2 * _MARGIN)
    lines = list(_wrapped(notes, int((width - 2 * _MARGIN) / LETTER)))
    top = _MARGIN + 2 * _LINE
    below = top + size[1] + 2 * _LINE
    height = below + len(lines) * _LINE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}" height="{number(height)}" '
        f'viewBox="0 0 {number(width)} {number(height)}" role="graphics-document" aria-labelledby="title desc">'
    )
    return "\n".join(
        [
            head,
            f'<title id="title">{escaped(title)}</title>',
            f'<desc id="desc">{escaped(" ".join(notes))}</desc>',
            f"<style>{_STYLE}</style>",
            rect((0, 0, width, height), "ground"),
            text((_MARGIN, _MARGIN + _LINE / 2), escaped(title), "title"),
            f'<g transform="translate({_MARGIN} {top})">',
            *body,
            "</g>",
            *(text((_MARGIN, below + place * _LINE), escaped(line), "note") for place, line in enumerate(lines)),
            "</svg>",
            "",
        ]
    )


def _wrapped(notes: Iterable[str], columns: int) -> Iterator[str]:
    for note in notes:
        yield from wrap(visible(note), columns, break_long_words=False, break_on_hyphens=False)
