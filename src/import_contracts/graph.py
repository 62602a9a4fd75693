"""Modules and the imports between them."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """When an import runs, the most eager first."""

    RUNTIME = "runtime"
    DEFERRED = "deferred"
    LAZY = "lazy"
    TYPE_CHECKING = "type_checking"
