"""The lines of a module with some of them replaced and others added, and the edits that this makes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from import_contracts.repair.fix_kinds import Level
from import_contracts.repair.layout import Edit, Layout, without_end


class Cause(NamedTuple):
    """Why something is written: who may write it, and the reason, a sentence."""

    level: Level
    why: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """Lines of a module, counted from 0, the last one exclusive, and those that replace them, without ends."""

    first: int
    last: int
    lines: tuple[str, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """New lines, without ends, and how many blank lines there are above and below them at least."""

    lines: tuple[str, ...]
    before: int
    after: int
    causes: tuple[Cause, ...]


class NewLines:
    """The new lines of a module.

    Where lines are removed between blank lines, the blank lines that would be too many go with them.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._replaced: dict[int, Replaced] = {}
        self._added: dict[int, list[Added]] = {}
        self._made: list[tuple[str, int | None]] = []
        self._causes: dict[int, list[Cause]] = {}
        self._spare = 0
        self._wanted = 0

    def replace(self, replaced: Replaced) -> None:
        """Replace lines; none of them may be replaced twice."""
        self._replaced[replaced.first] = replaced

    def add(self, line: int, added: Added) -> None:
        """Add lines above one, which is counted from 0, behind those that were added there before."""
        if added.lines:
            self._added.setdefault(line, []).append(added)

    def edits(self) -> tuple[Edit, ...]:
        """Return the edits, sorted; none touches another."""
        lines, number = self._layout.lines, 0
        changed = sorted({*self._added, *self._replaced, len(lines)})
        while number <= len(lines):
            for added in self._added.get(number, ()):
                self._add(added, number)
            replaced = self._replaced.get(number)
            if replaced is not None:
                self._replace(replaced)
                number = replaced.last
                continue
            if number < len(lines) and not self._spare and not self._wanted:
                following = changed[bisect_right(changed, number)]
                self._made += zip(lines[number:following], range(number, following), strict=True)
                number = following
                continue
            if number < len(lines):
                self._keep(number)
            number += 1
        while self._spare and self._made and not self._made[-1][0].strip():
            self._made.pop()
        self._end()
        return tuple(self._hunks())

    # --- lines ----------------------------------------------------------------------------------------------------

    def _add(self, added: Added, number: int) -> None:
        is_below_comment = bool(self._made) and self._made[-1][0].lstrip().startswith("#")
        self._separate(max(self._wanted, 0 if is_below_comment else added.before), number)
        self._write(added.lines, self._layout.line_end(number - 1))
        self._causes.setdefault(number, []).extend(added.causes)
        self._wanted, self._spare = added.after, 0

    def _replace(self, replaced: Replaced) -> None:
        if replaced.lines:
            self._separate(self._wanted, replaced.first)
            self._write(replaced.lines, self._layout.line_end(replaced.last - 1))
            self._wanted = self._spare = 0
        else:
            is_first = all(not line.strip() for line, _ in self._made)
            self._spare = len(self._layout.lines) if is_first else self._blanks()
        for number in range(replaced.first, replaced.last):
            self._causes.setdefault(number, []).extend(replaced.causes)

    def _keep(self, number: int) -> None:
        if self._layout.is_blank(number):
            if self._spare:
                self._spare -= 1
                return
        else:
            self._separate(self._wanted, number)
            self._wanted = self._spare = 0
        self._made.append((self._layout.lines[number], number))

    def _separate(self, blanks: int, number: int) -> None:
        if self._made:
            self._made += [(self._layout.line_end(number - 1), None)] * (blanks - self._blanks())

    def _blanks(self) -> int:
        """Return how many blank lines there are at the end of what is made."""
        found = 0
        while found < len(self._made) and not self._made[-1 - found][0].strip():
            found += 1
        return found

    def _write(self, lines: Iterable[str], end: str) -> None:
        self._made += [(line + end, None) for line in lines]

    def _end(self) -> None:
        """Let the last line alone end as that of the text does: in a line end, or in none."""
        text = self._layout.text
        for place, (line, _) in enumerate(self._made[:-1]):
            if not line.endswith(("\n", "\r")):
                self._made[place] = (line + self._layout.line_end(len(self._layout.lines)), None)
        if text and self._made and self._made[-1][1] is None and without_end(text) == text:
            self._made[-1] = (without_end(self._made[-1][0]), None)

    # --- edits ----------------------------------------------------------------------------------------------------

    def _hunks(self) -> Iterator[Edit]:
        new: list[str] = []
        begin = 0
        for line, number in [*self._made, ("", len(self._layout.lines))]:
            if number is None:
                new.append(line)
                continue
            if new or number > begin:
                yield self._hunk(begin, number, "".join(new))
            new, begin = [], number + 1

    def _hunk(self, first: int, last: int, new: str) -> Edit:
        causes = [cause for number in range(first, last + 1) for cause in self._causes.get(number, ())]
        level = max((cause.level for cause in causes), key=lambda each: each.rank, default=Level.SAFE)
        why = tuple(dict.fromkeys(cause.why for cause in causes if cause.why))
        return self._layout.replaced(first, last, new, level, why)
