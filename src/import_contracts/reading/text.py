"""Bytes to text: how a source file is decoded, and what its lines are; and which texts an interpreter runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set

from import_contracts.graph.kinds import Kind
from import_contracts.patterns import pattern
from import_contracts.records import NamedTuple, dataclass


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


ALL = 1 << 62
"""More steps than an entry has."""


class Step(NamedTuple):
    """One import: of the ``module``, or of a file that runs under its name, such as ``__main__``.

    ``label`` is what reports call it: a file, or the module. If it fails, so many of the next steps are left out as
    ``guards`` says, by default all. ``refusal`` is why it fails whatever the file does; "" if nothing is wrong.
    """

    module: str
    label: str
    guards: int = ALL
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class Started:
    """What an interpreter finds on its path: the texts of modules, and what each of them may import.

    The keys are the names in ``sys.modules``; the file of the command is there a second time, as ``__main__``.
    ``own`` are those that only a command runs, such as ``__main__`` and test files. ``namespaces`` are packages without
    a file. ``missing`` are top-level modules of the project that are not on the path, so importing them fails; the
    modules in ``doubtful`` import one of them, or have a relative import that leaves the top-level package.
    """

    sources: Mapping[str, Source]
    imports: Mapping[str, Mapping[str, Kind]]
    own: frozenset[str]
    namespaces: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Entry:
    """A command, as the user types it, and its imports in order.

    ``parent`` is the spelling of a command that does the same and more: of ``pytest tests/test_a.py``, ``pytest``.
    """

    spelling: str
    steps: tuple[Step, ...]
    started: Started
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ProgramText:
    """The text of a program, by module, and what may import what.

    ``imports`` has, for each module, at least all imports in its text, those for type checking aside, with the kind of
    the most eager one. ``namespaces`` are the packages without a file. ``python`` is the version of the Python that
    runs this. ``start`` returns the entries that some commands are, and raises UserError if one is not understood.
    ``followed`` is to be called with the functions, by module and name, that a verdict depends on.
    """

    sources: Mapping[str, Source]
    imports: Mapping[str, Mapping[str, Kind]]
    namespaces: frozenset[str]
    python: tuple[int, int]
    start: Callable[[Sequence[str]], Sequence[Entry]] = lambda _: ()
    followed: Callable[[Set[tuple[str, str]]], object] = lambda _: None


def universal_newlines(text: str) -> str:
    """Return a text in which every line ends in a line feed, whatever ended it (PEP 278)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
