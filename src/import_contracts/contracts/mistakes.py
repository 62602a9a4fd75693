"""Likely mistakes in the items of a list, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable

from import_contracts.graph.names import InvalidPatternError, ModulePattern


def likely_mistake(text: str) -> str:
    """Return the message about an item that has a likely mistake; "" if it has none."""
    return next(filter(None, (find(text.strip()) for find in _MISTAKES)), "")


def _comment(text: str) -> str:
    match = re.search(r"(?:^|\s)[#;]", text)
    return f"'{text}' has a comment in it; write the comment on a line of its own." if match else ""


def _toml_in_ini(text: str) -> str:
    is_list = text.startswith("[") or (text.endswith("]") and "[" not in text)
    return f"'{text}': a list in INI has one item per line, without brackets, quotes and commas." if is_list else ""


def _commas(text: str) -> str:
    parts = [part.strip(" '\"") for part in text.split(",")]
    names = [part for part in parts if part]
    if len(parts) == 1 or not names:
        return ""
    if len(names) == 1:
        return f"'{text}' has a comma too many; write '{names[0]}'."
    shown = ", ".join(f'"{name}"' for name in names)
    return f"'{text}' is one item; write each on a line of its own in INI, and [{shown}] in TOML."


def _key(text: str) -> str:
    match = re.match(r"(\w+)\s*=(?!>)", text)
    return (
        f"'{text}' is indented, so it belongs to the list above it; write '{match[1]}' without indent." if match else ""
    )


def _quotes(text: str) -> str:
    bare = text.strip("'\"")
    return f"{text} has quotes in it; write {bare}" if bare and bare != text else ""


def _dash(text: str) -> str:
    return f"'{text}' begins with a dash; write '{text[1:].strip()}'." if re.match(r"-\s+\S", text) else ""


def _path(text: str) -> str:
    if not re.search(r"[/\\]", text):
        return ""
    parts = [part for part in re.split(r"[/\\]+", text) if part not in ("", ".", "..")]
    if len(parts) > 1 and parts[0] == "src":
        parts = parts[1:]
    name = ".".join(parts).removesuffix(".py").removesuffix(".__init__")
    instead = f"; write '{name}'." if _is_name(name) else "."
    return f"'{text}' is a path, not the name of a module{instead}"


def _relative(text: str) -> str:
    name = text.lstrip(".")
    return (
        f"'{text}' is relative; write the whole name, such as 'shop.{name}'." if text != name and _is_name(name) else ""
    )


_MISTAKES: tuple[Callable[[str], str], ...] = (_comment, _toml_in_ini, _commas, _key, _quotes, _dash, _path, _relative)


def _is_name(text: str) -> bool:
    try:
        ModulePattern(text)
    except InvalidPatternError:
        return False
    return True
