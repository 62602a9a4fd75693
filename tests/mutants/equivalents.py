"""Mutants that no test can notice, each with the reason, as `equivalent.toml` lists them.

A mutant is named by its file, the text of its line and the change, so that it is still known when lines move.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from .mutations import Mutant

Key: TypeAlias = tuple[str, str, str]

FILE = Path(__file__).with_name("equivalent.toml")
_KEYS = {"path", "line", "change", "reason"}


class Equivalents:
    """The mutants that a file explains."""

    def __init__(self, file: Path) -> None:
        self._reasons: dict[Key, str] = {}
        for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("mutant", []):
            if entry.keys() != _KEYS or not all(entry.values()):
                raise ValueError(f"A mutant needs {', '.join(sorted(_KEYS))}, and nothing else: {entry}.")
            self._reasons[entry["path"], entry["line"], entry["change"]] = entry["reason"]

    def reason(self, mutant: Mutant) -> str | None:
        """Return why no test can notice a mutant, None if it is not known to be equivalent."""
        return self._reasons.get(_key(mutant))

    def unknown(self, mutants: Iterable[Mutant]) -> list[str]:
        """Return the entries that are none of all mutants."""
        known = {_key(mutant) for mutant in mutants}
        return [f"{path}: {change}" for path, line, change in self._reasons if (path, line, change) not in known]


def _key(mutant: Mutant) -> Key:
    return mutant.path, mutant.line_text, mutant.change
