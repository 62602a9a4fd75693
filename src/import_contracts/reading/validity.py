"""Whether the bytes of a file are valid Python, asked of the running Python without executing anything."""

from __future__ import annotations

import re
import warnings


def is_valid(data: bytes) -> bool:
    """Return whether a file is valid UTF-8 and valid code for the running Python; then it is for grimp too."""
    try:
        refuse(data.decode())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return not any(map(_OTHER_ENCODING.search, data.split(b"\n", 2)[:2]))


def refuse(code: bytes | str) -> None:
    """Raise what the running Python raises for code that it rejects."""
    with warnings.catch_warnings(action="ignore"):
        compile(code, "", "exec", flags=_ONLY_AST, dont_inherit=True)


_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST; importing ast takes time
_OTHER_ENCODING = re.compile(rb"coding[:=](?![ \t]*utf-8[ \t\r]*(?:-\*-|$))")
