"""The kinds of imports, by when an import runs."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """When an import runs, the most eager kind first."""

    RUNTIME = "runtime"
    """While the importer is imported."""
    DEFERRED = "deferred"
    """When a function that contains it is called, or when the importer is started as a program, not imported."""
    LAZY = "lazy"
    """When the imported name is first used (PEP 810)."""
    TYPE_CHECKING = "type_checking"
    """Never: only a type checker reads it."""

    @property
    def rank(self) -> int:
        """The place of the kind in this order: 0 for the most eager kind."""
        return _RANKS[self]


_RANKS = {kind: rank for rank, kind in enumerate(Kind)}
