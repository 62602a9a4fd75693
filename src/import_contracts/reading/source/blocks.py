"""The blocks around a line of Python, and what their headers say of when the line runs."""

from __future__ import annotations

import re
from functools import cached_property

from import_contracts.patterns import pattern
from import_contracts.reading.source.conditions import MAIN, Values, at_run_time
from import_contracts.records import NamedTuple

_WORD = pattern(r"\w+")
_COLON = pattern(r"[()]|:(?!=)|\blambda\b")
_STRING = pattern(r"(?<!\w)[rRuU]?\"++")
_MAIN = pattern(r"""[rRuU]?("|'|\"{3}|'{3})__main__\1""")
_RENAMED = pattern(r"^__name__[^\S\n]*+(?:=(?!=)|:)", re.MULTILINE)


class Branch(NamedTuple):
    """What is known of a block where TYPE_CHECKING is false and ``__name__`` has one value."""

    taken: bool = False
    """This branch of an ``if``, or one before it, is taken."""
    never: bool = False
    """The block never runs."""


class Block(NamedTuple):
    """What the header of a block and the headers around it say."""

    imported: Branch = Branch()
    """When the file is imported."""
    started: Branch = Branch()
    """When the file is started as a program, which is called ``__main__``."""
    function: bool = False
    """The block is in a function."""
    eager: bool = False
    """The block is in a class or in ``try``, where no import is lazy (PEP 810)."""

    @property
    def never(self) -> bool:
        """Whether the block never runs."""
        return self.imported.never and self.started.never

    @property
    def later(self) -> bool:
        """Whether the block does not run when the file is imported, but may run later, or when the file is started."""
        return self.function or self.imported.never


class _Header:
    """The header of a block, which is read when it is first needed. The file as a whole has one too.

    ``start`` is where the keyword ends. Where the keyword is ``elif`` or ``else``, ``previous`` is the header that it
    follows.
    """

    __slots__ = ("around", "block", "end", "indent", "keyword", "previous", "start")

    def __init__(self, indent: int, keyword: str, start: int, end: int) -> None:
        self.indent = indent
        self.keyword = keyword
        self.start = start
        self.end = end
        self.around: _Header | None = None
        self.previous: _Header | None = None
        self.block: Block | None = None


class Blocks:
    """The blocks around the present line of a file, whose lines are passed in order.

    ``plain`` is what `plain_text` returns for the text of the file.
    """

    def __init__(self, text: str, plain: str) -> None:
        self._text = text
        self._plain = plain
        self._type_checking = {"TYPE_CHECKING": 0, "MYPY": 0}  # where each of its names begins to be one
        file = _Header(-1, "", 0, 0)
        file.block = Block()
        self._headers = [file]

    def add_alias(self, name: str, start: int) -> None:
        """Note another name of TYPE_CHECKING, which it has from a position on."""
        self._type_checking.setdefault(name, start)

    def leave(self, indent: int) -> None:
        """Leave the blocks that a line with an indentation is not in."""
        self._left(indent)

    def enter(self, indent: int, keyword: str, start: int, end: int) -> int:
        """Enter the block that a line opens with a keyword, and return where the header ends, behind its colon.

        ``start`` is where the keyword ends, ``end`` where the line does.
        """
        left = self._left(indent)
        header = _Header(indent, keyword, start, end)
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
        imported, started = self._truths(header) if keyword in {"if", "elif", "while"} else (None, None)
        before = previous.block if previous is not None and previous.block is not None else Block()
        guarded = keyword in {"class", "try", "except", "finally"} or (
            previous is not None and previous.keyword == "except"
        )
        return Block(
            imported=_branch(around.imported, before.imported, imported),
            started=_branch(around.started, before.started, started),
            function=around.function or keyword == "def",
            eager=around.eager or guarded,
        )

    def _truths(self, header: _Header) -> tuple[bool | None, bool | None]:
        """Return whether the condition of a header holds when the file is imported, and when it is started."""
        start, end = header.start, self._colon(header.start, header.end)
        condition = self._plain[start:end]
        begun = ((word, self._type_checking.get(word, end)) for word in _WORD.findall(condition))
        values: Values = {word: False for word, begin in begun if begin <= start}
        if "__name__" not in condition or self._renamed < start:
            known = at_run_time(condition, values)
            return known, known

        def with_main(string: re.Match[str]) -> str:
            written = self._text[start + string.start() : start + string.end()]
            return MAIN if _MAIN.fullmatch(written) else string[0]

        condition = _STRING.sub(with_main, condition)
        names = ("not __main__", "__main__")
        imported, started = (at_run_time(condition, {**values, "__name__": name}) for name in names)
        return imported, started

    @cached_property
    def _renamed(self) -> int:
        """Where the file gives ``__name__`` a value of its own; its end if nowhere."""
        found = _RENAMED.search(self._plain)
        return found.start() if found else len(self._plain)

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


def _branch(around: Branch, before: Branch, holds: bool | None) -> Branch:  # noqa: FBT001 - what is known of it
    """Return what is known of a block, by those around it and before it, and whether its condition holds."""
    return Branch(before.taken or holds is True, around.never or before.taken or holds is False)
