"""The text of a module without the bodies of its functions: these are read when they are called, and most never are."""

from __future__ import annotations

import re

from import_contracts.reading.source.plain import lines_with, plain_text

# Each begins with a literal, which `search` finds fast.
GLOBALS = re.compile(r"global(?:s\b|[ \t\f\\])")
"""What may bind names of the module in a function."""
_DEFINITION = re.compile(r"\n([ \t]*+)(?:async[ \t\v]++)?def[ \t\v]")


def outline(text: str) -> str:
    """Return a text in which `ast` finds the same, but for the statements in functions; lines keep their numbers.

    The lines of ``text`` end with line feeds. A function ends on the same line as before. Those with what `GLOBALS`
    finds are left as they are.
    """
    if "\f" in text:  # the indentation of a line begins behind it
        return text
    plain = plain_text(text)
    pieces: list[str] = []
    done = 0
    for head, end in lines_with(plain, _DEFINITION.finditer(plain)):
        if head.start() < done or not plain[head.end() : end].rstrip().endswith(":"):
            continue
        last = end + len(plain[end : _end(plain, end, len(head[1]))].rstrip())
        if last > end and not GLOBALS.search(text, end, last):
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
