"""The comments of an import-linter configuration, each with the table, key or list item that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from import_contracts.config.files import parse_toml
from import_contracts.config.misnamed import PEER
from import_contracts.problems import UserError

Spot: TypeAlias = tuple[str, int]
"""A key, and the number of the item in its list before which a comment is; -1 for a comment above the key."""


@dataclass(slots=True)
class TableComments:
    """The comments of one table, without the marks.

    ``above`` are the blocks of comments above its header, the last of which is right above it if ``is_near``. ``at``
    has those of its keys, and ``end`` those after its last key.
    """

    above: list[list[str]] = field(default_factory=list)
    is_near: bool = False
    at: dict[Spot, list[str]] = field(default_factory=dict)
    end: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """The block right above the header, if it reads like a reason; "" if there is none."""
        lines = self.above[-1] if self.is_near else []
        if any(_CODE.match(line) for line in lines):
            return ""
        return "\n".join(line for line in lines if any(map(str.isalnum, line)))


# Lines that were switched off, not written for a reader: a section, a key, an item of a list.
_CODE = re.compile(r"\[.*\]$|[\w-]+ *=|\S+ -> \S+$")


@dataclass(slots=True)
class Comments:
    """The comments of a configuration: those of the table about the run, and those of each contract, in order."""

    session: TableComments = field(default_factory=TableComments)
    contracts: list[TableComments] = field(default_factory=list)

    def of_contract(self, number: int) -> TableComments:
        """Return the comments of the n-th contract; none if it has no table of its own."""
        return self.contracts[number] if number < len(self.contracts) else TableComments()


def read_comments(text: str, *, is_toml: bool) -> Comments:
    """Return the comments of a configuration file of import-linter, whose text is valid."""
    reader = _Reader()
    for event in (_toml_events if is_toml else _ini_events)(text):
        reader.take(*event)
    reader.finish()
    return reader.found


Event: TypeAlias = tuple[str, str]
"""What a line, or a part of one, is, and its text: ``header``, ``contract``, ``other``, ``key``, ``item``, ``close``,
``comment`` or ``blank``."""


class _Reader:
    """Assigns comments to what follows them."""

    def __init__(self) -> None:
        self.found = Comments()
        self._table: TableComments | None = None
        self._blocks: list[list[str]] = []
        self._is_near = False
        self._inner: list[tuple[Spot, str]] = []
        self._key, self._item = "", 0
        self._is_first = True

    def take(self, what: str, text: str) -> None:
        """Take the next part of the file."""
        if what == "comment":
            if self._key:
                self._inner.append(((self._key, self._item), text))
            if not self._is_near:
                self._blocks.append([])
            self._blocks[-1].append(text)
            self._is_near = True
        elif what == "blank":
            self._is_near = False
        elif what in ("header", "contract", "other"):
            self._begin(what)
        elif what == "key":
            self._key, self._item = text, 0
            self._settle({(text, -1): [line for block in self._blocks for line in block]})
        else:
            self._settle(self._inside())
            self._item += what == "item"

    def finish(self) -> None:
        """Take the end of the file."""
        if self._table is not None:
            self._table.end += [line for block in self._blocks for line in block]

    def _inside(self) -> dict[Spot, list[str]]:
        spots: dict[Spot, list[str]] = {}
        for spot, line in self._inner:
            spots.setdefault(spot, []).append(line)
        return spots

    def _settle(self, spots: dict[Spot, list[str]]) -> None:
        """Give comments to places in the table; those in another tool's table are none of ours."""
        for spot, lines in spots.items():
            if self._table is not None and lines:
                self._table.at.setdefault(spot, []).extend(lines)
        self._blocks, self._inner, self._is_near = [], [], False

    def _begin(self, what: str) -> None:
        near, blocks = self._is_near, self._blocks
        if self._table is None and not self._is_first:  # the others are about another tool's table
            blocks = blocks[-1:] if near else []
        self._settle({})
        self._key, self._is_first = "", False
        if what == "other":
            if self._table is not None:  # what is right above belongs to the other table
                self._table.end += [line for block in (blocks[:-1] if near else blocks) for line in block]
            self._table = None
            return
        self._table = self.found.session if what == "header" else TableComments()
        if what == "contract":
            self.found.contracts.append(self._table)
        self._table.above, self._table.is_near = [*self._table.above, *blocks], near


def _section(path: Sequence[str], *, is_array: bool) -> str:
    """Return which kind of event the header of a table is."""
    if tuple(path) == ("tool", PEER):
        return "header"
    return "contract" if tuple(path) == ("tool", PEER, "contracts") and is_array else "other"


# --- INI ----------------------------------------------------------------------------------------------------------


def _ini_events(text: str) -> Iterator[Event]:
    """Yield the parts of an INI file, whose lines configparser tells apart by their indent."""
    indent, has_key = 0, False
    for raw in text.split("\n"):
        line = raw.strip()
        if not line:
            yield "blank", ""
        elif line[0] in "#;":
            yield "comment", _bare(line)
        elif has_key and len(raw) - len(raw.lstrip()) > indent:
            yield "item", line
        elif match := re.match(r"\[(.+)\]", line):
            indent, has_key = len(raw) - len(raw.lstrip()), False
            yield _ini_section(match[1]), ""
        else:
            indent, has_key = len(raw) - len(raw.lstrip()), True
            key, value = [part.strip() for part in (*re.split("[=:]", line, maxsplit=1), "")[:2]]
            yield "key", key.lower()
            if value:
                yield "item", value


def _ini_section(name: str) -> str:
    return "header" if name == PEER else "contract" if name.startswith(f"{PEER}:") else "other"


def _bare(comment: str) -> str:
    """Return the text of a comment without its marks."""
    return comment.lstrip("#;").strip()


# --- TOML ---------------------------------------------------------------------------------------------------------

_PIECE = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{},=\n]|[^\[\]{},=\n#"']+''',
    re.DOTALL,
)


def _toml_events(text: str) -> Iterator[Event]:
    """Yield the parts of a TOML file. A comment after an item or a value on its line is a comment before it.

    A statement that has the configuration as a value, ``tool.importlinter = {...}``, is like a header: all comments in
    it are above the table.
    """
    around: list[str] = []
    for line in _statements(_PIECE.findall(text)):
        code = _code(line)
        if code[:1] == ["["]:
            around = _path("".join(code) + "\n")
        if _has_our_table(code, around):
            yield from (("comment", _bare(piece)) for piece in line if piece[0] == "#")
            yield "header", ""
            yield "other", ""
        else:
            yield from _toml_statement(line)


def _code(pieces: Iterable[str]) -> list[str]:
    return [piece for piece in pieces if piece[0] != "#" and piece.strip()]


def _has_our_table(code: Sequence[str], around: Sequence[str]) -> bool:
    """Return whether the value of a key in the table ``around`` has the configuration, or a part of it."""
    if code[:1] == ["["] or "=" not in code or len(around) > 1:
        return False
    at = code.index("=")
    path = [*around, *_path("".join(code[:at]) + "= 0")]
    return path[:2] == ["tool", PEER] or (path == ["tool"] and any(PEER in piece for piece in code[at:]))


def _statements(pieces: Iterable[str]) -> Iterator[list[str]]:
    """Yield the pieces of each statement, which ends at a line break outside brackets."""
    statement: list[str] = []
    depth = 0
    for piece in pieces:
        depth += (piece in "[{") - (piece in "]}")
        statement.append(piece)
        if piece == "\n" and not depth:
            yield statement
            statement = []
    yield statement


def _toml_statement(pieces: list[str]) -> Iterator[Event]:
    code = _code(pieces)
    comments = [_bare(piece) for piece in pieces if piece[0] == "#"]
    if not code:
        yield from (("comment", comment) for comment in comments)
        if not comments:
            yield "blank", ""
    elif code[0] == "[":
        path = _path("".join(code) + "\n")
        yield from (("comment", comment) for comment in comments)
        yield _section(path, is_array=code[1:2] == ["["]), ""
    else:
        yield from _toml_key(pieces, comments)


def _toml_key(pieces: list[str], comments: list[str]) -> Iterator[Event]:
    """Yield a key and the items of its list; unless that is a list of several lines, its comments are above the key."""
    if "=" not in pieces:
        return
    at = pieces.index("=")
    [name, *inner] = _path("".join(pieces[:at]) + "= 0") or [""]
    value = pieces[at + 1 :]
    is_long = "\n" in value[:-1] and next((piece for piece in value if piece.strip()), "") == "["
    if inner or not is_long:
        yield from (("comment", comment) for comment in comments)
        yield "key", name
        return
    yield "key", name
    yield from _items(value)
    yield "close", ""


def _items(pieces: Iterable[str]) -> Iterator[Event]:
    """Yield the items of a list and the comments before each of them, or after it on its line."""
    depth, has_item, has_comma = 0, False, False
    for piece in pieces:
        if piece[0] == "#":
            yield "comment", _bare(piece)
            continue
        depth += (piece in "[{") - (piece in "]}")
        if piece == "," and depth == 1:
            has_comma = True
        elif has_item and depth < 2 and (piece in "\n]" or (has_comma and piece.strip())):
            yield "item", ""
            has_item, has_comma = piece.strip() not in ("", "]"), False
        elif piece.strip() and depth and (piece, depth) != ("[", 1):
            has_item = True


def _path(text: str) -> list[str]:
    """Return the names in a header, or in a dotted key with a value; empty if it is not valid."""
    try:
        value: object = parse_toml(text.encode(), "")
    except UserError:
        return []
    names: list[str] = []
    while isinstance(value, (dict, list)) and value:
        if isinstance(value, list):
            value = value[0]
            continue
        [(name, value)] = value.items()
        names.append(name)
    return names
