"""The kinds of fixes, by what they cost, and the levels of trust in them."""

from __future__ import annotations

from enum import StrEnum


class FixKind(StrEnum):
    """How to remove an import from a cycle, or to make it harmless; the cheapest kind first."""

    NONE = "none"
    """The import never runs, and nothing has to change."""
    TYPE_CHECKING = "type_checking"
    """Import the name under ``if TYPE_CHECKING``."""
    DIRECT_IMPORT = "direct_import"
    """Import the name from its defining module."""
    REORDER = "reorder"
    """Put import statements in another order."""
    MODULE_FORM = "module_form"
    """Import the module, and take the name from it where it is used."""
    DEFER = "defer"
    """Import the name inside the functions that use it."""
    MOVE_DEFINITION = "move_definition"
    """Move what another module needs above the import."""
    EXTRACT = "extract"
    """Move what is imported into a module of its own."""
    MOVE = "move"
    """Import it below the code that another module needs."""
    IMPORT_FIRST = "import_first"
    """Add an import of a module that can be imported first."""
    RESTRUCTURE = "restructure"
    """Restructure the code by hand."""

    @property
    def weight(self) -> int:
        """What the fix costs: weights compare a person's time and risk, and mean nothing more."""
        return _WEIGHTS[self]


_WEIGHTS = {
    FixKind.NONE: 1,
    FixKind.TYPE_CHECKING: 2,
    FixKind.DIRECT_IMPORT: 3,
    FixKind.REORDER: 4,
    FixKind.MODULE_FORM: 5,
    FixKind.DEFER: 6,
    FixKind.MOVE_DEFINITION: 7,
    FixKind.EXTRACT: 8,
    FixKind.MOVE: 9,
    FixKind.IMPORT_FIRST: 10,
    FixKind.RESTRUCTURE: 12,
}


class Level(StrEnum):
    """Who may carry out a fix, the most harmless level first."""

    SAFE = "safe"
    """The program means the same, so a tool may write it."""
    UNSAFE = "unsafe"
    """A program that reads annotations, or depends on when a module is imported, may notice; a person should agree."""
    SHOWN = "shown"
    """Code has to move, so a person has to write it."""

    @property
    def rank(self) -> int:
        """The place among the levels: 0 for the most harmless."""
        return list(Level).index(self)
