"""Escaping text for Markdown."""

from __future__ import annotations

import re

# Underscores inside a word have no meaning in Markdown, and escaping them would break a URL.
_SPECIAL = re.compile(r"[\\`*\[\]<|~&$]|(?<!\w)_+|_+(?!\w)|^\s*(?:[#>+-]|\d+(?=[.)]))", re.MULTILINE)
_BACKTICKS = re.compile("`+")


def plain(text: str) -> str:
    """Return a text in which all Markdown syntax is escaped."""
    return _SPECIAL.sub(_escaped, text)


def code(text: str) -> str:
    """Return a text as inline code, also if it contains backticks; line breaks become spaces."""
    text = " ".join(text.splitlines())
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{'`' * (longest + 1)}{space}{text}{space}{'`' * (longest + 1)}"


def _escaped(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("_"):
        return text.replace("_", "\\_")
    return f"{text}\\" if text[-1].isdecimal() else f"{text[:-1]}\\{text[-1]}"
