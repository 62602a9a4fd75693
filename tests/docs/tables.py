"""Tables of a page, in which the first cell of a row names what the row is about."""

from __future__ import annotations

import re

from .pages import DOCS

_ROW = re.compile(r"^\| (`[^|]+`) \|", re.MULTILINE)


def names(page: str, heading: str) -> list[str]:
    """Return what the rows of the tables below a heading are about, in order; ``or`` joins several in one row."""
    text = (DOCS / page).read_text(encoding="utf-8")
    level = heading.partition(" ")[0]
    _, found, section = f"\n{text}".partition(f"\n{heading}\n")
    assert found, f"{page} has no heading '{heading}'"
    section = re.split(rf"^#{{1,{len(level)}}} ", section, maxsplit=1, flags=re.MULTILINE)[0]
    return [each for row in _ROW.finditer(section) for each in re.findall(r"`([^`]+)`", row[1])]
