"""How a report for people looks: its length and colors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Style(NamedTuple):
    """``verbose`` shows everything, however long the report gets; ``color`` uses ANSI escape codes."""

    verbose: bool = False
    color: bool = False

    def paint(self, text: str, *codes: int) -> str:
        """Return the text between ANSI escape codes (ECMA-48, SGR) if ``color``, else unchanged."""
        return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m" if self.color else text

    def capped(self, items: Sequence[T], most: int) -> Sequence[T]:
        """Return all items if ``verbose``, else the first ``most``."""
        return items if self.verbose else items[:most]


class Wanted(NamedTuple):
    """A report to write: its format, its style, and the file; ``output`` is None for standard output."""

    format: str
    style: Style = Style()
    output: str | None = None


BOLD, DIM, RED, GREEN, YELLOW = 1, 2, 31, 32, 33
