"""Texts that would mislead a reader, a terminal or a CI system if they were printed as they are; and how these read."""

from __future__ import annotations

import re

from hypothesis import strategies as st

HOSTILE = [
    "::error file=x::y",
    "  ::stop-commands::x",
    "a ##[add-mask]b",
    "##vso[task.setvariable variable=x]y",
    "##TeamCity[buildStatus]",
    "a\n\nkept     All [all]",
    "a\r\n::error::b",
    "a\rkept     All [all]",
    "a\vb\fc\x1cd\x1de\x1ef",
    "a\x85::error::b\u2028::error::c\u2029::error::d",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[1m",
    "\x9b31m\x9d0;x\x9c",
    "\x00\x08\x7f",
    "\u202eeslaf\u202c \u2066x\u2069 \u200f\u061c",
    "a\u200bb\u200cc\u200dd\ufeffe\u2060f\xadg",
    "\u3164\uffa0\u2800\u115f\u034f\U000e0101\ufe00\u17b4",
    "\ue000\U000e0041\U0010ffff\u0378",
    "\xa0\u3000::error::x",
    "@team #1 GH-2 owner/name#3 https://x.org www.x.org a@b.org deadbeef1",
    "](x) <img src=x> **b** `c` | d ~~e~~ $f$ &lt; ![g](h) [^1]",
    "```\n# heading\n```",
    '%%{init: {}}%%"]\nclick m0 href "x"',
    "'\"\\`;$(x)",
    "é 漢字 🎉 ❤️",
]
DENSE = [
    "::error file=x::y\x1b[2J\u202e",
    "  ::add-mask::x ##[a]\x9b31m\x7f",
    "a\n\nkept     All [all]\r\n::error::b\r##vso[x]",
    "a\x85::error::b\u2028::c::d\u2029e\v\f\x1c\u200b\u3164",
    "@team #1 https://x.org <img src=x> `c` | d\tdeadbeef1",
    "é 漢字 🎉 ❤️",
]
"""The same in a few texts, for tests that are slow."""
LONE = ["\udc80", "a\ud800b"]
"""Lone surrogates: a file name that is not UTF-8 has them, TOML cannot."""

TEXTS = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
COLOR = re.compile(r"\x1b\[[0-9;]*m")


# --- what a reader, a terminal and a runner make of a text --------------------------------------------------------


def lines(text: str, *, colors: bool = False) -> list[str]:
    """Return the lines of a text for people; fails if a reader cannot see every character in them."""
    assert text == "" or text.endswith("\n")
    found = (COLOR.sub("", text) if colors else text).split("\n")[:-1]
    for line in found:
        assert line.isprintable(), ascii(line)
    return found


def obeyed(text: str) -> list[str]:
    """Return the lines that a CI system obeys: GitHub, except between the lines that turn commands off, and others."""
    found: list[str] = []
    token = ""
    for line in re.split("\r\n|\r|\n", text):
        start = line.lstrip()
        if token:
            token = "" if start == f"::{token}::" else token
        elif (stop := re.fullmatch("::stop-commands::([0-9a-f]{32})", line)) is not None:
            token = stop[1]
        elif (start.startswith("::") and "::" in start[2:]) or re.search(r"##(?:vso|teamcity)?\[", line, re.IGNORECASE):
            found.append(line)
    assert not token
    return found


def harmless(text: str) -> str:
    """Return a text of the same length in which only letters, digits and spaces are left."""
    return "".join(character if character.isascii() and character.isalnum() else "x" for character in text)
