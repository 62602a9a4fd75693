"""Editing a configuration file: adds a key, or removes items, and leaves the rest of the text unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set

from import_contracts.config.files import Document, document_of, parse_toml
from import_contracts.config.misnamed import OWN, PEER
from import_contracts.config.session import Config
from import_contracts.problems import Problem, UserError
from import_contracts.wording import listed


def with_key(config: Config, data: bytes, key: str, value: str) -> str:
    """Return the text ``data`` of the configuration file with one more key about the run, the rest unchanged.

    Raises UserError, with the line to add and where, if the place of the key is not clear.
    """
    line = key_line(config, key, value)
    text = data.decode()
    header = _HEADER.search(text)
    place = header.end() if header else 0
    edited = f"{text[:place]}{line}\n{text[place:]}"
    after = _document_of(edited, config)
    if after is None or {**config.documents[0].session, key: value} != after.session:
        raise UserError(Problem(f"Add this line next to 'root_packages': {line}", file=config.file, key=key))
    return edited


def key_line(config: Config, key: str, value: str) -> str:
    """Return the line of a key, as the configuration file has it."""
    return f'{key} = "{value}"' if config.path.suffix == ".toml" else f"{key} = {value}"


_HEADER = re.compile(rf"^[ \t]*\[(?:tool\.{OWN}|tool\.{PEER}|{PEER})\][^\n]*\n", re.MULTILINE)


def _document_of(text: str, config: Config) -> Document | None:
    """Return the document of a configuration file with other text; None if that is not valid."""
    try:
        return document_of(text.encode(), config.file, is_toml=config.path.suffix == ".toml")
    except UserError:
        return None


# --- removing items ----------------------------------------------------------------------------------------------


def without_items(document: Document, data: bytes, key: str, dropped: Sequence[Set[str]]) -> bytes:
    """Return the content of a configuration file in which the list ``key`` of contracts lacks some items.

    ``dropped`` has the items of each contract in the document, in their order. An item goes with the comment behind it;
    everything else stays. Raises UserError, with the items, if they cannot be found in the text.
    """
    mark, text = _marked(data)
    holders = [items for table, items in zip(document.contracts, dropped, strict=True) if key in table]
    find = _ini_items if document.is_ini else _toml_items
    found = find(text, key)
    spans = [
        span for items, spans in zip(holders, found, strict=False) for item, span in spans if item.strip() in items
    ]
    result = mark + _without(text, spans).encode()
    try:
        after = document_of(result, document.file, is_toml=not document.is_ini).contracts
    except UserError:
        after = ()
    if len(found) != len(holders) or list(map(dict, after)) != list(_expected(document, key, dropped)):
        message = f"Remove these items by hand: {listed(sorted(set().union(*dropped)))}"
        raise UserError(Problem(message, file=document.file, key=key))
    return result


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text without some places, which may overlap."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at:start])
        at = max(at, end)
    return "".join([*kept, text[at:]])


def _marked(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark of a text, if it has one, and the rest."""
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return mark, data.removeprefix(mark).decode()


def _expected(document: Document, key: str, dropped: Sequence[Set[str]]) -> Iterator[dict[str, object]]:
    """Yield the contracts of a document without some items of a list, as they are read."""
    for table, items in zip(document.contracts, dropped, strict=True):
        value = table.get(key)
        listed_ = [value] if isinstance(value, str) else value
        if not items or not isinstance(listed_, list):
            yield dict(table)
            continue
        left = [item for item in listed_ if str(item).strip() not in items]
        yield {**table, key: left if not document.is_ini or left else ""}


_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'{3}.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}=,]|[^\s"\'#\[\]{}=,]+|\s+''',
    re.DOTALL,
)

_Items = list[tuple[str, tuple[int, int]]]


def _toml_items(text: str, key: str) -> list[_Items]:
    """Return the items of every array of strings with a key, each with the place of what is removed with it."""
    tokens = [each for each in _TOKEN.finditer(text) if not each[0].isspace()]
    found = []
    for at, token in enumerate(tokens[:-2]):
        names = token[0].strip("\"'"), tokens[at + 1][0], tokens[at + 2][0]
        if names == (key, "=", "["):
            found.append(list(_array_items(text, tokens[at + 3 :])))
    return found


def _array_items(text: str, tokens: Sequence[re.Match[str]]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the strings of an array, whose bracket is open, each with the place of what is removed with it."""
    for at, token in enumerate(tokens):
        if token[0] == "]":
            return
        if token[0][0] in "\"'":
            value = parse_toml(f"x = {token[0]}".encode(), "")["x"]
            comma = next((each for each in tokens[at + 1 :] if each[0][0] != "#"), token)
            end = comma.end() if comma[0] == "," else token.end()
            before = tokens[at - 1] if at and comma[0] != "," and tokens[at - 1][0] == "," else token
            yield str(value), _with_space(text, token.start(), end, before.start())


def _with_space(text: str, start: int, end: int, earliest: int) -> tuple[int, int]:
    """Return the place of an item and what belongs to it: the whole line if it is alone there, with a comment.

    If it is not alone, it begins at ``earliest``, where the comma before the last item is.
    """
    line, rest = text.rfind("\n", 0, start) + 1, _REST.match(text, end)
    if not text[line:start].strip() and rest is not None:
        return line, rest.end()
    after = _SPACE.match(text, end)
    return earliest, after.end() if after and earliest == start else end


_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n)")
_SPACE = re.compile(r"[ \t]*")


def _ini_items(text: str, key: str) -> list[_Items]:
    """Return the lines of every value with a key, each with its place; a single one on the line of the key too."""
    found: list[_Items] = []
    at, is_inside = 0, False
    for line in text.splitlines(keepends=True):
        head = re.match(rf"{key}[ \t]*[=:]", line)
        if head:
            found.append([])
            if first := line[head.end() :].strip():
                found[-1].append((first, (at + head.end(), at + len(line.rstrip("\r\n")))))
        elif is_inside and line[:1] in {" ", "\t"} and line.strip()[:1] not in {"#", ";", ""}:
            found[-1].append((line.strip(), (at, at + len(line))))
        is_inside = bool(head) or (is_inside and (line[:1] in {" ", "\t", "#", ";", ""} or not line.strip()))
        at += len(line)
    return found
