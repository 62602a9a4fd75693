"""Text as Markdown says it, so that it is read as it was meant."""

from __future__ import annotations

import re

# Underscores inside a word mean nothing, and escaped they would break an address.
_SPECIAL = re.compile(r"[\\`*\[\]<|~&$]|(?<!\w)_|_(?!\w)|^\s*(?:[#>+-]|\d+(?=[.)]))", re.MULTILINE)
_BACKTICKS = re.compile("`+")


def plain(text: str) -> str:
    """Return a text with everything escaped that Markdown would take for more than text."""
    return _SPECIAL.sub(_escaped, text)


def code(text: str) -> str:
    """Return a text as code within a line, whatever backticks it has."""
    text = " ".join(text.splitlines())
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{'`' * (longest + 1)}{space}{text}{space}{'`' * (longest + 1)}"


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    return f"{text}\\" if text[-1].isdecimal() else f"{text[:-1]}\\{text[-1]}"
