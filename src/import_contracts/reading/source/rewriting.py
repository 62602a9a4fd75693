"""Text to bytes: a source file with a new text, in the encoding that it had."""

from __future__ import annotations

import re

from import_contracts.reading.source.text import BOM, UndecodableError, declared_encoding, decode


def rewritten(data: bytes, text: str) -> bytes:
    """Return the bytes of a source file with a new text: in its encoding, and with its byte order mark.

    Raises UndecodableError if the encoding does not have a character, or its bytes are not made as ours.
    """
    mark = BOM if data.startswith(BOM) else b""
    encoding = declared_encoding(data.removeprefix(BOM))
    if mark + decode(data).encode(encoding) != data:
        raise UndecodableError(f"its bytes are not those that {encoding} would be written as")
    try:
        after = mark + text.encode(encoding)
    except UnicodeEncodeError as error:
        raise UndecodableError(f"{encoding} has no {text[error.start]!r}") from error
    if decode(after) != text:
        raise UndecodableError(f"it would not be read as {encoding} any more")
    return after


def lines_with_ends(text: str) -> list[str]:
    """Return the lines of a text as Python counts them, each with its end; the last one may have none."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
