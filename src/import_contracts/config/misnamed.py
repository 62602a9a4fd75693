"""Sections and tables that are probably meant for this tool, but are not read because of their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

OWN, PEER = "import-contracts", "importlinter"
_TOOLS = {
    "importlinter": PEER,
    "importlint": PEER,
    "importslinter": PEER,
    "importcontracts": OWN,
    "importcontract": OWN,
}
_CONTRACT = ("contract", "contracts")


def sections(found: Mapping[str, Mapping[str, object]], types: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each section of an INI file that has nearly the name of one that is read.

    A section of another name counts too, if its ``type`` is one of ``types``.
    """
    known = set(types)
    return tuple(
        f"The section [{name}] is not read. Write [{right}]."
        for name, values in found.items()
        if (right := _section(name, is_contract=str(values.get("type")) in known)) not in (None, name)
    )


def _section(name: str, *, is_contract: bool) -> str | None:
    """Return the name that a section should have; None if it is about something else."""
    if name.startswith(f"{PEER}:"):
        return name
    words = _words(name)
    if words and words[0].lower() == "tool":
        words = words[1:]
    is_ours = bool(words) and _tool(words[0]) is not None
    rest = words[1:] if is_ours else words
    if rest and rest[0].lower() in _CONTRACT:
        rest, is_contract = rest[1:] or ["name"], True
    if is_contract or (is_ours and rest):
        return f"{PEER}:contract:{'-'.join(rest) or 'name'}"
    return PEER if is_ours else None


def tables(content: Mapping[str, object]) -> tuple[str, ...]:
    """Return a sentence for each table of a ``pyproject.toml`` that has nearly the name of one that is read."""
    tools = content.get("tool")
    inside = tools.items() if isinstance(tools, Mapping) else ()
    return (
        *_tables((("", name, value) for name, value in content.items() if name != "tool"), has_tools=tools is not None),
        *_tables((("tool.", name, value) for name, value in inside if name not in (OWN, PEER)), has_tools=True),
    )


def _tables(found: Iterable[tuple[str, str, object]], *, has_tools: bool) -> Iterator[str]:
    for prefix, name, value in found:
        words = _words(name)
        tool = _tool(words[0]) if words else None
        shown = f'{prefix}"{name}"' if re.search(r"[^\w-]", name) else f"{prefix}{name}"
        if tool is not None and isinstance(value, Mapping):
            right = f"[[tool.{tool}.contracts]]" if words[1:] else f"[tool.{tool}]"
            yield f"The table [{shown}] is not read. Write {right}."
        elif name in _CONTRACT and has_tools and isinstance(value, list | Mapping):
            yield f"The table [{shown}] is not read. Write [[tool.{OWN}.contracts]]."


def keys(session: Mapping[str, object], prefix: str) -> tuple[str, ...]:
    """Return a sentence if the contracts have nearly the right name; ``prefix`` is the header of the table."""
    near = [name for name in session if name != "contracts" and name.lower().rstrip("s") == "contract"]
    return tuple(f"The table [{prefix}{name}] is not read. Write [[{prefix}contracts]]." for name in near)


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\s:.\[\]\"']+", name) if word]


def _tool(word: str) -> str | None:
    return _TOOLS.get(re.sub(r"[^a-z]", "", word.lower()))
