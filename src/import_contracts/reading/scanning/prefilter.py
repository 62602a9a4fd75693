"""What the bytes of a file rule out before its imports are read."""

from __future__ import annotations

import re
from collections.abc import Set

from import_contracts.patterns import pattern
from import_contracts.reading.source.imports import normal_form
from import_contracts.reading.source.text import UndecodableError, decode, is_ascii_compatible

# Each starts with a literal, which `search` finds fast, and reads no bytes that the next match reads again.
_IMPORT = rb"(?:import\b|from\b[. \t\f\w\x80-\xff]*?(?:\bimport\b|\\))"
_NOT_PLAIN = (
    *(
        (mark, pattern(before + rb"[ \t\f]*+" + _IMPORT))
        for mark, before in (
            (b"\n", rb"\n[ \t\f]"),
            (b"\r", rb"\r[ \t\f]"),
            (b"import", rb"\A(?:\xef\xbb\xbf)?[ \t\f]"),
            (b":", rb":"),
            (b";", rb";"),
            (b"\\", rb"\\[\r\n]++"),
        )
    ),
    (b"lazy", pattern(rb"lazy(?:_modules__|[ \t\f\\\r\n]+(?:import|from)\b)")),
)


def may_defer(data: bytes) -> bool:
    """Tell whether `read_imports` may find an import that is not a runtime import at column 1.

    False is certain. True is not: the text may be that of a docstring.
    """
    if not is_ascii_compatible(data):
        return True
    before = data[: data.rfind(b"import") + 7]  # an import ends behind the word; in most files, that is near the start
    return any(mark in before and each.search(before) for mark, each in _NOT_PLAIN)


# Most files have no star, and a search for one byte is the fastest.
_STAR = re.compile(rb"\*(?<=[ \t\f\\\r\n(t]\*)[ \t\f]*+(?:[\r\n;#\\)]|\Z)")


def may_star(data: bytes) -> bool:
    """Tell whether `read_imports` may find a star import. False is certain."""
    first = data.find(b"*")
    return (first > 0 and _STAR.search(data, first - 1) is not None) or not is_ascii_compatible(data)


def may_call(data: bytes) -> bool:
    """Tell whether `read_calls` may find an import. False is certain, except in encodings unlike ASCII."""
    return b"import_" in data and (b"import_module" in data or b"__import__" in data)  # most files have neither


_WORD = pattern(r"\w+")
_FEW = 20  # of more names, looking up each word is faster than an alternative for each name


def mentions(data: bytes, names: Set[str]) -> bool:
    """Tell whether `read_imports` may find an import with one of some identifiers in it. False is certain."""
    if not is_ascii_compatible(data):
        return True
    try:
        text = normal_form(decode(data))
    except UndecodableError:
        return True
    if len(names) > _FEW:
        return not names.isdisjoint(_WORD.findall(text))
    return re.search(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b", text) is not None
