"""Escaping text for Markdown, as GitHub and GitLab read it. The text is visible already."""

from __future__ import annotations

import re

# Underscores inside a word have no meaning in Markdown. No pattern reads a long text again from each character.
_SPECIAL = re.compile(
    r"[\\`*\[\]<|~&$]|(?<!\w)_++|(?<=[^\W_])_++(?!\w)|^[^\S\n]*+(?:[#>=+-]|\d+(?=[.)]))", re.MULTILINE
)
# What becomes a link, a mention or a picture without any syntax: @name and a@b.org, #1 and owner/name#1, GH-1, hashes
# of commits, www.b.org, any://b.org, :name:, and in GitLab !1, ~name, %name, $1 and &1.
_HASH = r"(?<![^\W_])[0-9a-f]{7,40}(?![^\W_])"
_WORD = r"(?:(?![-+a-z])\w)*+[-+a-z][-+\w]*+"
_LIVE = re.compile(
    rf"@|[#~%$&](?=[\w\"])|!(?=\d)|(?<![^\W_])GH-(?=\d)|www(?=\.)|:(?=//|{_WORD}:)|{_HASH}", re.IGNORECASE
)
_PART_OF_HASH = re.compile(".{1,6}")
_NOTHING = "<!-- -->"
_BACKTICKS = re.compile("`+")


def plain(text: str) -> str:
    """Return a text in which all Markdown syntax is escaped, and nothing becomes a link, a mention or a picture.

    A backslash does not prevent the latter, because GitHub looks for mentions after it has read the backslashes. An
    empty comment does, and it changes neither what is seen nor what is copied.
    """
    return _LIVE.sub(_inert, _SPECIAL.sub(_escaped, text))


def plain_line(text: str) -> str:
    """Return a text as `plain` does, and as one line."""
    return plain(" ".join(text.splitlines()))


def code(text: str) -> str:
    """Return one line of text as inline code, also if it contains backticks. Nothing in inline code becomes a link."""
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    space = " " if text.startswith("`") or text.endswith("`") or not text else ""
    return f"{'`' * (longest + 1)}{space}{text}{space}{'`' * (longest + 1)}"


def cells(*texts: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(texts)} |"


def code_cell(text: str) -> str:
    """Return one line of text as inline code in a cell of a table, where a bar would end the cell even in code."""
    return code(text).replace("|", "\\|")


def _escaped(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("_"):
        return text.replace("_", "\\_")
    return f"{text}\\" if text[-1].isdecimal() else f"{text[:-1]}\\{text[-1]}"


def _inert(match: re.Match[str]) -> str:
    parts = _PART_OF_HASH.findall(match[0])
    return _NOTHING.join(parts if len(parts) > 1 else [*parts, ""])
