"""The picture as JSON: all boxes and links, also those that are not drawn."""

from __future__ import annotations

import json

from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import Box, Link, draw

VERSION = 1


def render(subject: Subject) -> str:
    """Return one JSON object; boxes are in the order of the picture, links sorted."""
    picture = draw(subject)
    document = {
        "version": VERSION,
        "title": picture.title,
        "notes": picture.legend,
        "cut_is_minimum": picture.is_minimum,
        "boxes": [_box(box) for box in picture.boxes],
        "links": [_link(link) for link in picture.links],
    }
    return json.dumps(document, indent=2) + "\n"


def _box(box: Box) -> dict[str, object]:
    return {
        "name": box.name,
        "modules": box.modules,
        "level": box.level,
        "cycle": box.knot or None,
        "external": box.is_external,
    }


def _link(link: Link) -> dict[str, object]:
    return {
        "importer": link.importer,
        "imported": link.imported,
        "is_cut": link.is_cut,
        "is_drawn": link.is_drawn,
        "breaks_contract": link.breaks,
        "imports": [{"importer": importer, "imported": imported} for importer, imported in link.imports],
    }
