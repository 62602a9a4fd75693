"""A crash: an import that fails because a module is only partially initialized."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """A line of a traceback: a module that is being imported, or in which a function is being called."""

    module: str
    line: int
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class Crash:
    """An import that fails because a module is only partially initialized."""

    entry: str
    """The module that a fresh interpreter imports first."""
    error: str
    """``ImportError`` or ``AttributeError``."""
    importer: str
    """The module whose statement fails."""
    imported: str
    """The partially initialized module that lacks the name."""
    name: str | None
    """The name that is missing; None if it is the imported module itself, which its package does not have yet."""
    path: str
    """The file of the importer."""
    line: int
    """The line of the importer that fails."""
    text: str
    """The first line of the failing statement."""
    stack: tuple[Frame, ...]
    """The traceback: from the first module that runs, which is the entry or a package around it, to the importer."""
    defined: int | None
    """The line of ``imported`` that would have bound the name; None if no line is known to do so."""
    works_from: str | None
    """A module after whose import the entry can be imported; None if there is none.

    Of several it is the outermost, and of these the first by name.
    """
    lazy: str = ""
    """What the lazy import imports that runs and fails, the first if there are several; "" if there is none."""
    message: str = ""
    """What CPython prints, beginning with the name of the exception."""
    message_at_root: str | None = None
    """What it prints instead where the folder of the report is the first on `sys.path`; None if that is the same."""
