"""Writing TOML: a value that fits on one line is on one line; a longer list has one item per line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TypeAlias

from import_contracts.visible import escaped, visible

_WIDTH = 118


Notes: TypeAlias = Mapping[tuple[str, int], Sequence[str]]
"""Comments by key and number: before the n-th item of the key's list, or above the key if the number is -1."""
_NO_NOTES: Notes = {}


def table(
    header: str,
    values: Mapping[str, object],
    *,
    comments: Iterable[str] = (),
    notes: Notes = _NO_NOTES,
    end: Iterable[str] = (),
) -> str:
    """Return a table as TOML: the comments, then the header, ``[x]`` or ``[[x]]`` or "" for none, then the values.

    ``notes`` are comments among the values, ``end`` are those after them.
    """
    lines = [*_comments(comments), *([header] if header else [])]
    for key, value in values.items():
        inner = {at: _comments(noted) for (name, at), noted in notes.items() if name == key}
        is_list = isinstance(value, list | tuple)
        lines += (line for at, noted in inner.items() if at < 0 or not is_list for line in noted)
        within = {at: noted for at, noted in inner.items() if at >= 0}
        lines.append(f"{_key(key)} = {_entry(key, value, within)}")
    return "".join(f"{line}\n" for line in [*lines, *_comments(end)])


def _comments(comments: Iterable[str]) -> list[str]:
    """Return comments as lines; a tab, which TOML allows in them, becomes a space."""
    return [f"# {visible(comment.replace(chr(9), ' '))}".rstrip() for comment in comments]


def _entry(key: str, value: object, notes: Mapping[int, Sequence[str]]) -> str:
    """Return the text after ``key =``: several lines for a list that is too long, and for text with line breaks."""
    if isinstance(value, list | tuple) and notes:
        items = [f"{_item(item)}," for item in value]
        places = (*range(len(items)), *sorted(at for at in notes if at >= len(items)))
        lines = (line for at in places for line in (*notes.get(at, ()), *items[at : at + 1]))
        return "[\n" + "".join(f"  {line}\n" for line in lines) + "]"
    if isinstance(value, str) and "\n" in value:
        return f'"""\n{_in_lines(value)}"""'
    line = _value(value)
    is_long = len(key) + len(line) > _WIDTH - 3
    if isinstance(value, list | tuple) and len(value) > 1 and (is_long or key == "layers"):
        return "[\n" + "".join(f"  {_item(item)},\n" for item in value) + "]"
    return line


def _in_lines(text: str) -> str:
    """Return what is between the marks of a multi-line string: only three quotes, and one at the end, are escaped."""
    lines = "\n".join(_string(line)[1:-1] for line in text.split("\n"))
    plain = re.sub(r"\\(.)", lambda escape: escape[1] if escape[1] == '"' else escape[0], lines)
    return re.sub(r'""(?=")|"\Z', lambda quotes: quotes[0].replace('"', '\\"'), plain)


def _item(value: object) -> str:
    """Return an item of a list; a long layer is a multi-line string, whose lines a TOML parser joins."""
    line = _value(value)
    mark = next((mark for mark in (" | ", " : ") if isinstance(value, str) and mark in value), None)
    if mark is None or len(line) <= _WIDTH - 3:
        return line
    return '"""\\\n' + " \\\n".join(f"    {part}" for part in _wrapped(line[1:-1].split(mark), mark)) + '"""'


def _wrapped(parts: list[str], mark: str) -> list[str]:
    """Join the parts into lines that are not too long; every line but the last ends with the mark."""

    def joined(line: str, part: str) -> str:
        longer = f"{line}{mark}{part}"
        return longer if len(longer) < _WIDTH - 10 else part

    lines = list(accumulate(parts, joined))
    ends = [line for line, after in zip(lines, [*lines[1:], ""], strict=True) if not after.startswith(line + mark)]
    return [*(line + mark.rstrip() for line in ends[:-1]), ends[-1]]


def _value(value: object) -> str:
    """Return any value that a TOML parser returns, as TOML on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    return str(value)


def _string(text: str) -> str:
    # JSON strings are valid in TOML if what cannot be seen is escaped; TOML does not allow an unescaped DEL.
    return escaped(json.dumps(text, ensure_ascii=False), _escape)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("-", "_").replace("_", "a").isalnum()
    return key if is_bare else _string(key)
