"""Writing TOML: a value that fits on one line is on one line; a longer list has one item per line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import accumulate

from import_contracts.visible import escaped, visible

_WIDTH = 118


def table(header: str, values: Mapping[str, object], *, comments: Iterable[str] = ()) -> str:
    """Return a table as TOML: the comments, then the header, ``[x]`` or ``[[x]]`` or "" for none, then the values."""
    lines = [f"# {visible(comment)}".rstrip() for comment in comments]
    lines += [header] if header else []
    lines += (f"{_key(key)} = {_entry(key, value)}" for key, value in values.items())
    return "".join(f"{line}\n" for line in lines)


def _entry(key: str, value: object) -> str:
    """Return the text after ``key =``: several lines for a list that is too long, and for text with line breaks."""
    if isinstance(value, str) and "\n" in value:
        return '"""\n' + "\n".join(_string(line)[1:-1] for line in value.split("\n")) + '"""'
    line = _value(value)
    is_long = len(key) + len(line) > _WIDTH - 3
    if isinstance(value, list | tuple) and len(value) > 1 and (is_long or key == "layers"):
        return "[\n" + "".join(f"  {_item(item)},\n" for item in value) + "]"
    return line


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
