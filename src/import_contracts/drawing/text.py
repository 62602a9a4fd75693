"""The picture as text: the levels, and the imports that lead upwards."""

from __future__ import annotations

from collections.abc import Iterator

from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import Picture, draw
from import_contracts.wording import count


def render(subject: Subject) -> str:
    """Return lines for a terminal."""
    return "\n".join(_lines(draw(subject))) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    yield picture.title
    yield ""
    for level in picture.levels:
        yield f"{level[0].level:>4}  {', '.join(box.name for box in level)}"
    cut = [link for link in picture.links if link.is_cut]
    if cut:
        yield ""
        yield "Upwards:"
    for link in cut:
        yield f"  {link.importer} -> {link.imported} ({count(len(link.imports), 'import')})"
    yield ""
    yield from picture.notes
