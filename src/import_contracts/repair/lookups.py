"""Which names of a module may be looked up by their text, so that they have to be there: in doctests and strings."""

from __future__ import annotations

import re

from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import WORD

_DOCTEST = re.compile(r"^[ \t]*(?:>>>|\.\.\.)[^\r\n]*", re.MULTILINE)
_LOOKING_UP = ("globals()", "vars()", "locals()", "eval(", "exec(", "modules[__name__]")
_LOOKS_UP = re.compile(r"\b(?:globals|vars|locals)\(\)|\b(?:eval|exec)\(|\bmodules\[__name__\]")
_LINE_WITH_STRING = re.compile(r"""["'][^\r\n]*["']""")
_QUOTE = re.compile(r"""["']""")


class Lookups:
    """The names that may be looked up in the modules of a program; each text is searched once."""

    def __init__(self, names: ProgramNames) -> None:
        self._names = names
        self._tested: dict[str, frozenset[str]] = {}
        self._quoted: dict[str, frozenset[str]] = {}

    def reason(self, module: str, name: str) -> str:
        """Return what may look a name up among those of a module, as a sentence; "" if nothing does."""
        if module not in self._tested:
            text = self._names.layout(module).text
            self._tested[module], self._quoted[module] = named_in_doctests(text), named_in_looked_up(text)
        if name in self._tested[module]:
            return "Used in a doctest"
        return f"Named in a string that {module} may look up" if name in self._quoted[module] else ""


def named_in_doctests(text: str) -> frozenset[str]:
    """Return the words in doctests, but for those on a line that imports, which may bind them."""
    if ">>>" not in text:
        return frozenset()
    words: dict[bool, set[str]] = {False: set(), True: set()}
    for line in _DOCTEST.findall(text):
        found = WORD.findall(line)
        words["import" in found].update(found)
    return frozenset(words[False] - words[True])


def named_in_looked_up(text: str) -> frozenset[str]:
    """Return the words between quotes on one line, if the text evaluates strings or looks its names up."""
    if not any(map(text.__contains__, _LOOKING_UP)) or not _LOOKS_UP.search(text):
        return frozenset()
    found = (_QUOTE.split(line)[1:-1] for line in _LINE_WITH_STRING.findall(text))
    return frozenset(word for parts in found for part in parts for word in WORD.findall(part))
