"""The text of a module without the bodies of its definitions, which take most of the time that it takes to parse it."""

from __future__ import annotations

import re

from import_contracts.reading.source.plain import lines_with, plain_text

FUNCTION = re.compile(r"\n([ \t]*+)(?:async[ \t\v]++)?def[ \t\v]")
"""What begins a function."""
DEFINITION = re.compile(r"\n()(?:async[ \t\v]++)?(?:def|class)[ \t\v]")
"""What begins a function or a class at the top level."""


def outline(text: str, definition: re.Pattern[str], kept: re.Pattern[str]) -> str:
    """Return a text in which `ast` finds the same, but for the statements in definitions; lines keep their numbers.

    ``definition`` finds the line feed, the indentation (group 1) and the keywords with which a definition begins. Those
    in whose bodies ``kept`` finds something stay as they are. The lines of ``text`` end with line feeds. A definition
    ends on the same line as before.
    """
    if "\f" in text:  # the indentation of a line begins behind it
        return text
    plain = plain_text(text)
    pieces: list[str] = []
    done = 0
    for head, end in lines_with(plain, definition.finditer(plain)):
        if head.start() < done or not plain[head.end() : end].rstrip().endswith(":"):
            continue
        last = end + len(plain[end : _end(plain, end, len(head[1]))].rstrip())
        if last > end and not kept.search(text, end, last):
            pieces += text[done:end], "\n" * text.count("\n", end, last), head[1], " 0"
            done = last
    return "".join([*pieces, text[done:]])


def _end(plain: str, start: int, indentation: int) -> int:
    """Return where a block ends that follows behind ``start``: at the first line that is not indented more."""
    depth, done = 0, start
    for found in re.compile(rf"\n[ \t]{{0,{indentation}}}+[^ \t\n]").finditer(plain, start):
        depth += plain.count("(", done, found.start()) - plain.count(")", done, found.start())
        done = found.start()
        if not depth:
            return done
    return len(plain)
