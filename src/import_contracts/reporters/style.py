"""How a report for people is to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Style:
    """``verbose`` shows everything however long; ``color`` uses ANSI escape codes."""

    verbose: bool = False
    color: bool = False

    def paint(self, text: str, *codes: int) -> str:
        """Return a text with ANSI codes (ECMA-48, SGR) around it, where colours are wanted."""
        return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m" if self.color else text

    def capped(self, items: Sequence[T], most: int) -> Sequence[T]:
        """Return as many of some items as are to be shown."""
        return items if self.verbose else items[:most]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report in a format and a style, for a file, or for standard output where ``output`` is None."""

    format: str
    style: Style = Style()
    output: str | None = None


BOLD, DIM, RED, GREEN, YELLOW = 1, 2, 31, 32, 33
