"""Where things are in the text of a module, and what replaces some of its lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from import_contracts.reading.source.trees import first_line
from import_contracts.repair.fix_kinds import Level

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BROKEN = re.compile(r"^([ \t]*from [.\w]+ import) \([ \t]*[\r\n]([^()#]*)\)", re.MULTILINE)
_END = re.compile(r"(?:\r\n|\r|\n)\Z")


@dataclass(frozen=True, slots=True)
class Edit:
    """A range of a text and its replacement.

    Lines and columns count from 1, columns in characters; the end is exclusive. A line ends in CR LF, CR or LF (the
    Python language reference, 2.1.2), which is part of it. ``old`` is the text of the range; it is "" where text is
    only added. ``why`` are the reasons for the edit, a sentence each.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    old: str
    new: str
    level: Level = Level.UNSAFE
    why: tuple[str, ...] = ()


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits made, which do not overlap; everything outside of their ranges is kept."""
    starts = Layout(text).starts
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.column), reverse=True):
        start, end = starts[edit.line - 1] + edit.column - 1, starts[edit.end_line - 1] + edit.end_column - 1
        text = text[:start] + edit.new + text[end:]
    return text


class Layout:
    """The lines of a text, as Python counts them, each with what ends it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = _LINE.findall(text)
        self.starts = [0, *accumulate(map(len, self.lines))]

    def offset(self, line: int, column: int) -> int:
        """Return the place in the text of a line from 1 and a column in bytes from 0, as trees have them.

        Where `ProgramNames.tree` is that of another text, the column may be inside a character; then it is that one's.
        """
        found = self.lines[line - 1]
        before = found[:column] if found.isascii() else found.encode()[:column].decode(errors="ignore")
        return self.starts[line - 1] + len(before)

    def start(self, node: ast.stmt | ast.alias) -> int:
        """Return where a node begins in the text."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.alias) -> int:
        """Return where a node ends in the text."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def before(self, node: ast.stmt) -> str:
        """Return what stands before a statement on its line."""
        return self.text[self.starts[node.lineno - 1] : self.start(node)]

    def behind(self, node: ast.stmt) -> str:
        """Return what stands behind a statement on its line, without the end of the line."""
        end = self.end(node)
        return without_end(self.text[end : self.starts[node.end_lineno or node.lineno]])

    def starts_line(self, node: ast.stmt) -> bool:
        """Tell whether nothing but white space stands before a statement on its line."""
        return not self.before(node).strip()

    def has_own_lines(self, node: ast.stmt) -> bool:
        """Tell whether a statement shares no line with other code; a comment may follow it."""
        return self.starts_line(node) and self.behind(node).lstrip()[:1] in {"", "#"}

    def above(self, node: ast.stmt) -> int:
        """Return the line, counted from 0, at which the comments right above a statement begin, or else the statement.

        Comments at the top of the file belong to the file, and a comment with types to the line above it.
        """
        begin = first = first_line(node) - 1
        while begin and self.is_comment(begin - 1) and "type:" not in self.lines[begin - 1]:
            begin -= 1
        return begin or first

    def comment(self, node: ast.stmt) -> str:
        """Return the comment behind a statement on its line; "" if there is none."""
        rest = self.behind(node).lstrip("; \t\f")
        return rest if rest.startswith("#") else ""

    def on_its_lines(self, node: ast.stmt, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return the statements of a block that share lines with one of them or with those that do, in order."""
        place = (node.lineno, node.col_offset)
        number = next((at for at, each in enumerate(body) if (each.lineno, each.col_offset) == place), None)
        if number is None:
            return [node]
        first, last = number, number + 1
        while first and body[first - 1].end_lineno == body[first].lineno:
            first -= 1
        while last < len(body) and body[last].lineno == body[last - 1].end_lineno:
            last += 1
        return list(body[first:last])

    def is_blank(self, number: int) -> bool:
        """Tell whether there is nothing but white space on a line, counted from 0."""
        return not self.lines[number].strip()

    def is_comment(self, number: int) -> bool:
        """Tell whether there is nothing but a comment on a line, counted from 0."""
        return self.lines[number].lstrip()[:1] == "#"

    def line_end(self, number: int) -> str:
        """Return what ends a line, counted from 0; of a line that nothing ends, what ends the nearest one above it."""
        for line in reversed(self.lines[: number + 1]):
            if found := _END.search(line):
                return found[0]
        return self.line_ends[0] if self.line_ends else "\n"

    @cached_property
    def line_ends(self) -> list[str]:
        """What ends the lines, in their order."""
        return [found[0] for line in self.lines if (found := _END.search(line))]

    @cached_property
    def indentation(self) -> str:
        """One step of indentation: that of the first block; four spaces if there is none."""
        block = re.search(r"(?m):[ \t]*(?:#.*)?[\r\n]+([ \t]+)\S", self.text)
        found = block[1] if block else ""
        return found if found in {"\t", "  ", "   ", "    ", "        "} else "    "

    @cached_property
    def width(self) -> int:
        """How long a line may become: as long as the longest one, but at least 88 characters and at most 120.

        It is less than the length of an import that was written on several lines, but at least 79.
        """
        longest = min(120, max([88, *(len(line.rstrip()) for line in self.lines)]))
        broken = (len(f"{begin} {' '.join(names.split()).rstrip(',')}") for begin, names in _BROKEN.findall(self.text))
        return max(79, min([longest, *(length - 1 for length in broken)]))

    def replaced(self, first: int, last: int, new: str, level: Level, why: tuple[str, ...] = ()) -> Edit:
        """Return the edit that replaces lines, counted from 0; the last one is exclusive."""
        end_line, end_column = last + 1, 1
        if last == len(self.lines) and self.lines and not _END.search(self.lines[-1]):
            end_line, end_column = last, len(self.lines[-1]) + 1
        old = "".join(self.lines[first:last])
        return Edit(first + 1, 1, end_line, end_column, old, new, level, why)


def without_end(line: str) -> str:
    """Return a line without what ends it."""
    return _END.sub("", line)
