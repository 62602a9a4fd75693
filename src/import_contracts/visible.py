r"""Text from the linted program and its configuration, made safe to show: nothing in it is hidden or obeyed.

Names, reasons, statements and error messages come from files that a stranger may have written. Printed as they are,
they could move the cursor, turn the text around, forge a line of the report, or give a command to a CI system. The
characters that would do so are written as Python does: ``\x1b``, ``\u202e``, ``\n``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from import_contracts.patterns import pattern

# Characters that `str.isprintable` accepts although a reader sees nothing, or only a blank: fillers, the empty Braille
# pattern, and marks that vary what is before them, except the two that choose the look of an emoji.
_UNSEEN = pattern(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
)
# The start of a command: "::" at the start of a line and "##[" anywhere for GitHub, "##[" and "##vso[" for Azure
# Pipelines, "##teamcity[" for TeamCity. Without its first character, it is none.
_COMMAND = pattern(r"(?:\A *):(?=:)|#(?=#(?:vso|teamcity)?\[)", re.IGNORECASE)
_COLOR = pattern(r"(\x1b\[[0-9;]*m)")


def visible(text: str) -> str:
    """Return a text as one line of visible characters, which is not a command to a CI system.

    The result is the same if this is done twice. Letters of all languages and emoji stay as they are.
    """
    return escaped(text, _as_python)


def visible_code(text: str) -> str:
    """Return a line of source code as a visible line; a tab becomes four spaces."""
    return visible(text.replace("\t", "    "))


def visible_lines(text: str, line: Callable[[str], str] = visible) -> str:
    """Return a text of several lines, which end at line feeds only, with every line made visible by ``line``."""
    return "\n".join(map(line, text.replace("\r\n", "\n").split("\n")))


def visible_report(text: str) -> str:
    """Return a report, whose values are visible already, so that no line is a command; its colors are kept.

    A line can be a command although none of the values in it is: a colon of the layout may follow one of a value.
    """
    return "\n".join(
        "".join(part if number % 2 else visible(part) for number, part in enumerate(_COLOR.split(line)))
        for line in text.split("\n")
    )


def escaped(line: str, escape: Callable[[str], str]) -> str:
    """Return a line with ``escape`` of every character that cannot be seen or that begins a command."""
    if line.isascii() and line.isprintable() and "::" not in line and "##" not in line:
        return line  # nearly every text
    if not line.isprintable() or _UNSEEN.search(line):
        line = "".join(character if _is_seen(character) else escape(character) for character in line)
    return _COMMAND.sub(lambda start: f"{start[0][:-1]}{escape(start[0][-1])}", line)


def _as_python(character: str) -> str:
    return f"\\x{ord(character):x}" if character in ":#" else character.encode("unicode_escape").decode()


def _is_seen(character: str) -> bool:
    return character.isprintable() and not _UNSEEN.match(character)
