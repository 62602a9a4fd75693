"""Which files grimp must not read: those that CPython refuses, and those that it reads very slowly."""

from __future__ import annotations

import warnings

from import_contracts.patterns import pattern
from import_contracts.reading.source.text import UndecodableError, decode

_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST; importing ast takes time

# The recursion of grimp's parser ends the process if an expression has very many operators or calls. In the stack that
# we give it, a file of this size, in bytes, cannot have too many of them.
_SMALL = 250_000

# grimp keeps the text of the whole line with each name that it imports. In square bytes of a file.
_WIDEST = 50_000_000


def refusal(data: bytes) -> tuple[int | None, str] | None:
    """Return the line, None if unknown, and the reason why CPython would not read a file; None if it may read it."""
    if b"\0" in data:
        return data.count(b"\n", 0, data.index(b"\0")) + 1, "This is not valid Python: it contains a null character."
    try:
        if not data.isascii() or declares_encoding(data):
            decode(data)
    except UndecodableError as error:
        return _line(error), "This file cannot be decoded: its declared encoding is unknown or wrong."
    if len(data) > _SMALL and _is_too_deep(data):
        return None, "This file is nested too deeply, or has too long an expression."
    return None


def declares_encoding(data: bytes) -> bool:
    """Return whether a file may declare an encoding other than UTF-8, of which grimp knows other names than CPython."""
    end = data.find(b"\n", data.find(b"\n") + 1)
    return b"coding" in (head := data[: end if end > 0 else len(data)]) and any(
        map(_OTHER_ENCODING.search, head.split(b"\n", 2)[:2])
    )


_OTHER_ENCODING = pattern(rb"coding[:=](?![ \t]*utf-8[ \t\r]*(?:-\*-|$))")


def is_for_us(data: bytes) -> bool:
    """Return whether our own reader has to read a file, if it can."""
    return declares_encoding(data) or (_may_be_wide(data) and _width(data) > _WIDEST)


def _may_be_wide(data: bytes) -> bool:
    """Return whether a file has a line so long that `_width` may be too much; most lines are not even looked at."""
    length = _WIDEST // (len(data) + 1) - 1
    start = 0
    while len(data) - start > length:
        start = data.rfind(b"\n", start, start + length + 1) + 1
        if not start:
            return True
    return False


def _width(data: bytes) -> int:
    """Return the sum of the squares of the lengths of lines with an import, in square bytes."""
    width, end = 0, 0
    while (found := data.find(b"import", end)) >= 0:
        start, end = data.rfind(b"\n", 0, found), data.find(b"\n", found)
        end = end if end >= 0 else len(data)
        width += (end - start) ** 2
    return width


def is_valid(data: bytes) -> bool:
    """Return whether a file that can be decoded is valid code for the running Python."""
    return _parses(data, (SyntaxError, ValueError, MemoryError, RecursionError))


def _is_too_deep(data: bytes) -> bool:
    return not _parses(data, (MemoryError, RecursionError))


def _parses(data: bytes, failures: tuple[type[Exception], ...]) -> bool:
    """Return False if parsing a file raises one of some exceptions; True if it raises none, or another one."""
    try:
        parse(data)
    except failures:
        return False
    except Exception:  # noqa: BLE001 - whatever is wrong, grimp says it
        return True
    return True


def parse(data: bytes) -> None:
    """Raise what the running Python raises for a file that it rejects. Nothing is executed."""
    with warnings.catch_warnings(action="ignore"):
        compile(decode(data), "", "exec", flags=_ONLY_AST, dont_inherit=True)


def _line(error: UndecodableError) -> int | None:
    cause = error.__cause__
    if not isinstance(cause, UnicodeDecodeError) or not isinstance(cause.object, bytes):
        return None
    return cause.object.count(b"\n", 0, cause.start) + 1
