"""What the crash analysis does not follow, such as ``exec``: how often the text of a program has it, by kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from import_contracts.reading.source.imports import read_calls
from import_contracts.reading.source.plain import plain_text
from import_contracts.reading.source.text import Source

COMPUTED = "computed_imports"
"""Calls of ``import_module`` and ``__import__`` whose argument is no literal."""

_CALLS = re.compile(r"(?<!def )\b(?:import_module|__import__)\s*\(")
_OTHERS = {
    "exec": re.compile(r"(?<!def )(?<![\w.])(?:exec|eval)\s*\("),
    "loaders": re.compile(r"(?<!def )\b(?:exec_module|load_module|run_module|run_path)\s*\("),
    "hooks": re.compile(r"\bsys\s*\.\s*(?:meta_path|path_hooks)\b"),
}
_MODULES = ("import_module", "load_module", "exec_module", "run_module")
_PATHS = ("run_path", "meta_path")
_CALLED = re.compile(r"e(?<![\w.]e)(?:xec|val)\s*[(\\]")


def unfollowed(sources: Iterable[Source]) -> dict[str, int]:
    """Return how often some texts have each kind, in the order of the kinds, without those that none of them has."""
    found = Counter(dict.fromkeys((COMPUTED, *_OTHERS), 0))
    for source in sources:
        text = source.text
        if not _may_have_some(text):
            continue
        plain = plain_text(text)
        calls = len(_CALLS.findall(plain))
        literal = read_calls(text, source.module, is_package=source.is_package) if calls else ()
        found[COMPUTED] += max(0, calls - len(literal))
        found.update({kind: len(pattern.findall(plain)) for kind, pattern in _OTHERS.items()})
    return {kind: number for kind, number in found.items() if number}


def _may_have_some(text: str) -> bool:
    """Tell whether a text may have something of some kind; the ends of words are looked for before the words."""
    return (
        ("_module" in text and any(word in text for word in _MODULES))
        or ("_path" in text and any(word in text for word in _PATHS))
        or "__import__" in text
        or "path_hooks" in text
        or (("exec" in text or "eval" in text) and _CALLED.search(text) is not None)
    )
