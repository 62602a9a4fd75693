"""The result of ``lint-imports explain --traceback``.

The names of the fields are the keys of the JSON report.
"""

from __future__ import annotations

from enum import StrEnum

from import_contracts.problems import Problem
from import_contracts.records import dataclass
from import_contracts.reports.cycles import Place


class StoryKind(StrEnum):
    """Why an import failed."""

    CYCLE = "cycle"
    """A module needs a name from another one whose import has not finished, because it waits for the first."""
    HIDDEN_LIBRARY = "hidden_library"
    """A file of the program has the name of a library, which therefore cannot be imported."""
    HIDDEN_PACKAGE = "hidden_package"
    """A script has the name of the package around it, which therefore cannot be imported."""
    MISSING_MODULE = "missing_module"
    """There is no such module."""
    MISSING_NAME = "missing_name"
    """No statement of the module binds the name."""
    MISSING_IMPORT = "missing_import"
    """A submodule is used that nothing has imported."""
    OUTSIDE_PACKAGE = "outside_package"
    """A file with relative imports is not imported as a part of its package."""
    UNKNOWN = "unknown"
    """The files here do not show why."""


@dataclass(frozen=True, slots=True)
class Mending:
    """A change after which the import works.

    ``kind`` is that of a fix, or "move", "rename", "import" or "run". ``why`` are sentences. ``diff`` are the lines of
    a unified diff without their ends; empty if no file has to be changed. ``works`` is a module whose import fails
    before the change and not after it, as predicted by following all imports; "" if that could not be predicted.
    """

    kind: str
    why: tuple[str, ...]
    diff: tuple[str, ...] = ()
    works: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Why an import failed.

    ``error`` and ``message`` are as printed. ``stack`` are the lines of the program from its first module to the
    statement that fails; in front of a line that no longer is where it was, it has the place where it is now.
    ``imported`` is the module that was needed or not found, and ``name`` what was needed from it. ``reached`` is the
    line up to which ``imported`` had been run, None if it was not being imported. ``defined`` is where the name is
    bound, None if that is not known. ``twice`` is the module that runs as a script and again when it is imported, or
    "". ``sentences`` say what happened, and ``notes`` what is not certain.
    """

    kind: StoryKind
    error: str
    message: str
    stack: tuple[Place, ...]
    imported: str
    name: str
    reached: int | None = None
    defined: Place | None = None
    twice: str = ""
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    mending: Mending | None = None


@dataclass(frozen=True, slots=True)
class TracebackReport:
    """What a file with tracebacks says about imports.

    ``file`` is its name, "-" for standard input. ``python`` is the version of Python, such as (3, 13): that of the
    traceback, where its paths show one. ``others`` are the exceptions that are no import problems, as printed.
    """

    file: str
    python: tuple[int, int]
    stories: tuple[Story, ...] = ()
    others: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 if there is an error, else 0: this command explains and does not judge."""
        return 2 if any(problem.is_error for problem in self.problems) else 0
