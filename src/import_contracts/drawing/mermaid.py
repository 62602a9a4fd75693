"""The picture as a Mermaid diagram, as Markdown on GitHub and GitLab shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import Picture, draw
from import_contracts.visible import visible

# Mermaid reads the text of a node as Markdown, in which underscores at the edge of a word have a meaning.
_SPECIAL = re.compile(r"[^\w.]|(?<![^\W_])_+|_+(?![^\W_])")
RED = "stroke:#d1242f"
"""The style of an arrow that should not be."""


def render(subject: Subject) -> str:
    """Return a flowchart."""
    return "\n".join(flowchart(draw(subject))) + "\n"


def flowchart(picture: Picture) -> Iterator[str]:
    """Yield the lines of a flowchart; its arrows upwards are red, with their numbers of imports."""
    names = {box.name: f"{box.label} ({box.size})" if box.size else box.label for box in picture.boxes}
    nodes = {name: f"m{place}" for place, name in enumerate(names)}
    yield "flowchart TD"
    yield f"  accTitle: {_plain(picture.title)}"
    yield f"  accDescr: {_plain(' '.join(picture.legend))}"
    yield from declared({nodes[name]: label for name, label in names.items()})
    up = sorted(picture.drawn, key=lambda link: link.is_cut)
    for link in up:
        middle = f'-- "{len(link.imports)}" -->' if link.is_cut else "-->"
        yield f"  {nodes[link.importer]} {middle} {nodes[link.imported]}"
    yield from styled((place for place, link in enumerate(up) if link.is_cut), RED)
    yield from styled((place for place, link in enumerate(up) if link.breaks), "stroke-dasharray:6 3")
    if knotted := [nodes[box.name] for box in picture.boxes if box.knot]:
        yield "  classDef knot fill:#fff5d6,stroke:#9a6700,color:#1f2328"
        yield f"  class {','.join(knotted)} knot"
    if outside := [nodes[box.name] for box in picture.boxes if box.is_external]:
        yield "  classDef external stroke-dasharray:2 2"
        yield f"  class {','.join(outside)} external"


def declared(labels: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each node, with its label."""
    yield from (f'  {node}["{escaped(label)}"]' for node, label in labels.items())


def styled(places: Iterable[int], style: str) -> Iterator[str]:
    """Yield a line that gives a style to the arrows at some places, if there are any."""
    if numbers := ",".join(map(str, places)):
        yield f"  linkStyle {numbers} {style},stroke-width:3px"


def escaped(text: str) -> str:
    """Return text as Mermaid shows it between quotes; letters of all languages stay as they are."""
    return _SPECIAL.sub(lambda match: "".join(f"#{ord(letter)};" for letter in match[0]), text)


def _plain(text: str) -> str:
    """Return text for a line about the diagram, in which Mermaid decodes nothing."""
    return re.sub(r"[^\w.,:()'> -]", "?", visible(text).replace(";", ","))
