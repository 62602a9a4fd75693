"""Comments to this tool, ``# import-contracts: …``, and the lines of the statement that each is on."""

from __future__ import annotations

from import_contracts.patterns import pattern
from import_contracts.reading.source.plain import logical_lines, plain_text
from import_contracts.reading.source.text import universal_newlines
from import_contracts.records import NamedTuple

MARK = "import-contracts:"
"""What such a comment begins with."""

_MARK = MARK.encode()
# Another comment on the same line ends the text.
_REMARK = pattern(rf"\#[^\S\n]*+{MARK}(?P<text>(?:(?!\s\#\s)[^\n])*+)")


class Remark(NamedTuple):
    """A comment: its line, the ``first`` and ``last`` line of its statement, and the text behind the mark.

    Lines count from 1. A comment outside a statement has a statement of one line, which is empty.
    """

    line: int
    first: int
    last: int
    text: str


def may_remark(data: bytes) -> bool:
    """Tell whether `read_remarks` may find a comment. False is certain, except in encodings unlike ASCII."""
    return _MARK in data


def read_remarks(text: str) -> tuple[Remark, ...]:
    """Return the comments in a file, in order. What looks like a comment in a string is none."""
    text = universal_newlines(text.removeprefix("\ufeff"))
    plain = plain_text(text)
    found = [each for each in _REMARK.finditer(text) if plain[each.start()] == " "]
    remarks: list[Remark] = []
    counted, line = 0, 1
    for start, end in logical_lines(plain):
        if len(remarks) == len(found):
            break
        line, counted = line + text.count("\n", counted, start), start
        last = line + text.count("\n", start, end)
        while len(remarks) < len(found) and found[len(remarks)].start() <= end:
            comment = found[len(remarks)]
            at = line + text.count("\n", start, comment.start())
            remarks.append(Remark(at, line, last, comment["text"].strip()))
    return tuple(remarks)
