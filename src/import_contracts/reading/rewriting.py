"""Text to bytes: a source file with a new text, in the encoding and with the line ends that it had."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from import_contracts.reading.text import (
    BOM,
    UndecodableError,
    declared_encoding,
    decode,
    split_lines,
    universal_newlines,
)


def rewritten(data: bytes, text: str) -> bytes:
    """Return the bytes of a source file with a new text: in its encoding, with its byte order mark and its line ends.

    Where the new text has only line feeds, a line that was there keeps its end, and a new line gets that of its
    neighbour. Raises UndecodableError if the encoding does not have a character, or its bytes are not made as ours.
    """
    before = decode(data)
    mark = BOM if data.startswith(BOM) else b""
    encoding = declared_encoding(data.removeprefix(BOM))
    if mark + before.encode(encoding) != data:
        raise UndecodableError(f"its bytes are not those that {encoding} would be written as")
    try:
        after = mark + _with_ends_of(before, text).encode(encoding)
    except UnicodeEncodeError as error:
        raise UndecodableError(f"{encoding} has no {text[error.start]!r}") from error
    if universal_newlines(decode(after)) != universal_newlines(text):
        raise UndecodableError(f"it would not be read as {encoding} any more")
    return after


def _with_ends_of(before: str, text: str) -> str:
    """Return a text with the line ends of the one that it was made from, if it has only line feeds itself."""
    if "\r" not in before or "\r" in text:
        return text
    ends = _LINE_END.findall(before)
    old, new = split_lines(before), text.split("\n")
    ends.append("" if len(ends) < len(old) else ends[-1])
    made = [""] * len(new)
    for _, start, end, first, last in SequenceMatcher(None, old, new).get_opcodes():
        for place in range(first, last):
            at = min(start + place - first, max(start, end - 1), len(ends) - 1)
            made[place] = ends[at] or ends[0]
    return "".join(map(str.__add__, new[:-1], made[:-1])) + new[-1]


_LINE_END = re.compile(r"\r\n|\r|\n")


def lines_with_ends(text: str) -> list[str]:
    """Return the lines of a text as Python counts them, each with its end; the last one may have none."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
