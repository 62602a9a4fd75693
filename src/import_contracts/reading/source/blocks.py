"""The blocks around a line of Python, and what their headers say of when the line runs.

All texts are as `plain_text` returns them.
"""

from __future__ import annotations

from import_contracts.patterns import pattern
from import_contracts.reading.source.conditions import at_run_time
from import_contracts.records import NamedTuple

_COLON = pattern(r"[()]|:(?!=)|\blambda\b")


class Block(NamedTuple):
    """What the header of a block and the headers around it say."""

    taken: bool = False
    """Where TYPE_CHECKING is false, this branch of an ``if``, or one before it, is taken."""
    never: bool = False
    """Where TYPE_CHECKING is false, the block never runs."""
    function: bool = False
    """The block is in a function."""
    eager: bool = False
    """The block is in a class or in ``try``, where no import is lazy (PEP 810)."""


class _Header:
    """The header of a block, which is read when it is first needed. The file as a whole has one too.

    ``start`` is where the keyword ends. ``names`` are the names of TYPE_CHECKING up to here. Where the keyword is
    ``elif`` or ``else``, ``previous`` is the header that it follows.
    """

    __slots__ = ("around", "block", "end", "indent", "keyword", "names", "previous", "start")

    def __init__(self, indent: int, keyword: str, start: int, end: int, names: frozenset[str]) -> None:
        self.indent = indent
        self.keyword = keyword
        self.start = start
        self.end = end
        self.names = names
        self.around: _Header | None = None
        self.previous: _Header | None = None
        self.block: Block | None = None


class Blocks:
    """The blocks around the present line of a file, whose lines are passed in order.

    ``type_checking`` are the names of TYPE_CHECKING; whoever reads the file adds aliases.
    """

    def __init__(self, plain: str) -> None:
        self.type_checking = frozenset({"TYPE_CHECKING", "MYPY"})
        self._plain = plain
        file = _Header(-1, "", 0, 0, self.type_checking)
        file.block = Block()
        self._headers = [file]

    def leave(self, indent: int) -> None:
        """Leave the blocks that a line with an indentation is not in."""
        self._left(indent)

    def enter(self, indent: int, keyword: str, start: int, end: int) -> int:
        """Enter the block that a line opens with a keyword, and return where the header ends, behind its colon.

        ``start`` is where the keyword ends, ``end`` where the line does.
        """
        left = self._left(indent)
        header = _Header(indent, keyword, start, end, self.type_checking)
        header.around = self._headers[-1]
        if left is not None and left.indent == indent and keyword in {"elif", "else"}:
            header.previous = left
        self._headers.append(header)
        return min(self._colon(start, end) + 1, end)

    def _left(self, indent: int) -> _Header | None:
        """Leave blocks and return the header of the outermost one of these."""
        left = None
        while self._headers[-1].indent >= indent:
            left = self._headers.pop()
        return left

    def block(self) -> Block:
        """Return what is known of the innermost block."""
        if (known := self._headers[-1].block) is not None:
            return known
        todo = [self._headers[-1]]
        while todo:
            header = todo[-1]
            unread = [each for each in (header.around, header.previous) if each and each.block is None]
            if header.block is None and not unread:
                header.block = self._read(header)
            todo += unread
            if header.block is not None:
                todo.pop()
        assert self._headers[-1].block is not None, "it has just been read"  # noqa: S101
        return self._headers[-1].block

    def is_in_class(self) -> bool:
        """Tell whether one of the blocks is the body of a class."""
        return any(header.keyword == "class" for header in self._headers)

    def _read(self, header: _Header) -> Block:
        """Return what a header says, given those around it and before it."""
        keyword, previous = header.keyword, header.previous
        around = header.around.block if header.around is not None else None
        assert around is not None, "only the file as a whole has nothing around it, and is known"  # noqa: S101
        value = None
        if keyword in {"if", "elif", "while"}:
            value = at_run_time(self._plain[header.start : self._colon(header.start, header.end)], header.names)
        taken = previous is not None and previous.block is not None and previous.block.taken
        guarded = keyword in {"class", "try", "except", "finally"} or (
            previous is not None and previous.keyword == "except"
        )
        return Block(
            taken=taken or value is True,
            never=around.never or taken or value is False,
            function=around.function or keyword == "def",
            eager=around.eager or guarded,
        )

    def _colon(self, start: int, end: int) -> int:
        """Return where a header has its colon: neither one in brackets nor that of a lambda."""
        header = self._plain[start:end].rstrip()
        if header.endswith(":"):
            return start + len(header) - 1
        depth = lambdas = 0
        for token in _COLON.finditer(header):
            mark = token[0]
            depth += {"(": 1, ")": -1}.get(mark, 0)
            if depth == 0 and mark == "lambda":
                lambdas += 1
            elif depth == 0 and mark == ":":
                if not lambdas:
                    return start + token.start()
                lambdas -= 1
        return end
