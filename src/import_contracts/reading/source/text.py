"""Bytes to text: how a source file is decoded, and what its lines are."""

from __future__ import annotations

import re

from import_contracts.patterns import pattern
from import_contracts.records import dataclass


class UndecodableError(ValueError):
    """The bytes of a file are not text in the encoding that they declare; the message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one module; ``path`` is as reports show it.

    ``running_as`` is the name under which it runs, where that is another: ``__main__``.
    """

    module: str
    path: str
    is_package: bool
    text: str
    running_as: str = ""


def universal_newlines(text: str) -> str:
    """Return a text in which every line ends in a line feed, whatever ended it (PEP 278)."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split_lines(text: str) -> list[str]:
    """Return the lines of a text as Python counts them, without their ends."""
    return universal_newlines(text).split("\n")


BOM = b"\xef\xbb\xbf"
# PEP 263: in a comment on the first line, or on the second if the first is blank or a comment.
_COOKIE = re.compile(rb"(?:[ \t\f]*+(?:#[^\r\n]*+)?(?:\r\n?|\n))??[ \t\f]*+#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")


def decode(data: bytes) -> str:
    """Return the text of a source file without its byte order mark, its newlines as they are (PEP 263, PEP 3120).

    Raises UndecodableError, and nothing else, if the bytes are not text in the encoding that they declare, which is
    UTF-8 where they declare none.
    """
    text = data.removeprefix(BOM)
    declared = declared_encoding(text)
    if len(text) < len(data) and declared not in {"utf-8", "utf8"}:
        raise UndecodableError(f"it declares {declared}, but has the byte order mark of UTF-8")
    if declared in _SLOW:
        raise UndecodableError(f"{declared} is not for source code")
    try:
        return text.decode(declared)
    except UnicodeDecodeError as error:
        raise UndecodableError(f"byte {error.start} is not {declared}") from error
    except LookupError as error:
        raise UndecodableError(f"no text encoding is called {declared}") from error
    except UnicodeError as error:
        raise UndecodableError(f"it is not {declared}: {error}") from error


def declared_encoding(data: bytes) -> str:
    """Return the name of the encoding that a source file without its byte order mark declares; else ``utf-8``."""
    cookie = _COOKIE.match(data)
    return _codec(cookie[1].decode("ascii", "replace")) if cookie else "utf-8"


_SLOW = frozenset({"idna", "punycode"})  # they take time with the square of the text


def _codec(declared: str) -> str:
    """Return the name of an encoding, without the end-of-line style of Emacs where CPython drops it: `utf-8-unix`."""
    name = declared.lower().replace("_", "-")
    known = re.match(r"(utf-8|latin-1|iso-8859-1|iso-latin-1)(?:-|$)", name)
    return known[1] if known else name


_ASCII_COMPATIBLE = pattern(rb"utf-?8|us-ascii|ascii|latin|iso-?8859|cp125|windows-125", re.IGNORECASE)


def is_ascii_compatible(data: bytes) -> bool:
    """Tell whether a source file declares no encoding, or one in which ASCII characters have their ASCII bytes."""
    cookie = _COOKIE.match(data)
    return cookie is None or _ASCII_COMPATIBLE.match(cookie[1]) is not None
