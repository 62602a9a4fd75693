"""How a report for people looks: its length and colors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from import_contracts.records import NamedTuple

T = TypeVar("T")


class Style(NamedTuple):
    """``verbose`` shows everything, however long the report gets; ``color`` uses ANSI escape codes.

    ``base`` is the folder that paths are shown relative to, as a path from that of the report; "" if it is the same.
    """

    verbose: bool = False
    color: bool = False
    base: str = ""

    def place(self, path: str, folder: str) -> str:
        """Return a path relative to ``base``, given one relative to ``folder``; an absolute one if it is outside."""
        if not self.base:
            return path
        is_absolute = path.startswith("/") or path[1:3] == ":/"
        here, there = _parts(f"{folder}/{self.base}"), _parts(path if is_absolute else f"{folder}/{path}")
        differ = (place for place, (one, other) in enumerate(zip(here, there, strict=False)) if one != other)
        same = next(differ, min(len(here), len(there)))
        up = len(here) - same
        return path if is_absolute and up else "/".join([".."] * up + there[same:])

    def paint(self, text: str, *codes: int) -> str:
        """Return the text between ANSI escape codes (ECMA-48, SGR) if ``color``, else unchanged."""
        return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m" if self.color else text

    def capped(self, items: Sequence[T], most: int) -> Sequence[T]:
        """Return all items if ``verbose``, else the first ``most``."""
        return items if self.verbose else items[:most]


def _parts(path: str) -> list[str]:
    """Return the parts of an absolute path, without ``.`` and ``..``."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in {"", "."}:
            parts.append(part)
    return parts


class Wanted(NamedTuple):
    """A report to write: its format, its style, and the file; ``output`` is None for standard output."""

    format: str
    style: Style = Style()
    output: str | None = None


BOLD, DIM, RED, GREEN, YELLOW = 1, 2, 31, 32, 33
