"""The result of ``lint-imports fix``: what was written, and what is left."""

from __future__ import annotations

from collections.abc import Mapping

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem
from import_contracts.records import dataclass
from import_contracts.reports.check import Unreadable
from import_contracts.reports.cycles import Question


@dataclass(frozen=True, slots=True)
class FixQuestion:
    """What to fix, and how.

    ``question`` is about the cycles. ``unsafe`` also makes fixes that may change what the program does. ``only`` are
    the kinds of fixes to make, all if it is empty. ``stops_crashes`` makes only those that stop crashes. ``is_diff``
    writes nothing. ``verify`` is a command and its arguments, run after writing; empty without one. If it fails,
    ``keep_passing`` keeps the largest part with which it passes. ``allow_dirty`` also changes files with changes that
    are in no commit. ``removes_stale`` also removes stale entries of the configuration and of the baseline.
    """

    question: Question
    unsafe: bool = False
    only: tuple[str, ...] = ()
    stops_crashes: bool = False
    is_diff: bool = False
    verify: tuple[str, ...] = ()
    keep_passing: bool = False
    allow_dirty: bool = False
    removes_stale: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    """Text of a file, as it was before, to replace: from a line and a column up to another, which is not included.

    Lines and columns count from 1; columns are characters. ``old`` is "" where text is only added.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MadeFix:
    """A fix that was written, or would be: the import that it is about, its kind, its level and its reasons.

    ``edits`` are what it comes to if it is the only one that is made, in the text from which it was planned; it may
    have been planned after others had been made. ``was_put_back`` is True if it is not in the files any more.
    """

    evidence: Import
    kind: str
    level: str
    why: tuple[str, ...]
    edits: tuple[Replacement, ...]
    was_put_back: bool = False


@dataclass(frozen=True, slots=True)
class LeftFix:
    """A step of a plan that is not made.

    ``level`` is that of the fix: ``shown`` if it has to be made by hand. ``reason`` says why it was not made, if the
    level does not; ``needs_unsafe`` is True if it would be made with ``--unsafe-fixes``. ``edits`` are as in `MadeFix`.
    """

    evidence: Import
    kind: str
    level: str
    why: tuple[str, ...]
    reason: str
    needs_unsafe: bool
    edits: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that was changed, or would be: its edits, sorted, and its content before and after."""

    path: str
    edits: tuple[Replacement, ...]
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Verification:
    """The command that the user named, how often it ran, and whether it fails also if nothing is changed.

    It passes with what was kept, unless it ``fails_without``, which is only looked at if it fails after the changes.
    """

    command: tuple[str, ...]
    runs: int
    fails_without: bool = False


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done about an earlier run that was stopped: the files that were put back, and those that were not.

    The latter were changed after that run, so they were left as they are.
    """

    put_back: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovedEntry:
    """A stale entry that was removed, or would be: of ``ignore_imports`` of a contract, or of the baseline."""

    path: str
    contract: str
    entry: str


@dataclass(frozen=True, slots=True)
class FixReport:
    """The result of one run.

    ``cycles_before`` and ``cycles_after`` are the numbers of cycles by kind, and ``crashes_before`` and
    ``crashes_after`` the modules that crash when they are imported first, sorted. ``untried`` are the modules for which
    that was too much work to tell. ``files`` are sorted by path. ``has_git`` is False if no repository is around the
    program, so that git cannot undo the changes. Paths are relative to ``folder``, and ``root`` is the root of the
    repository; "" if there is none.
    """

    question: FixQuestion
    modules: int
    cycles_before: Mapping[Kind, int]
    cycles_after: Mapping[Kind, int]
    crashes_before: tuple[str, ...]
    crashes_after: tuple[str, ...]
    untried: tuple[str, ...] = ()
    made: tuple[MadeFix, ...] = ()
    left: tuple[LeftFix, ...] = ()
    files: tuple[ChangedFile, ...] = ()
    removed: tuple[RemovedEntry, ...] = ()
    verification: Verification | None = None
    recovery: Recovery | None = None
    unreadable: tuple[Unreadable, ...] = ()
    problems: tuple[Problem, ...] = ()
    has_git: bool = True
    folder: str = ""
    root: str = ""

    @property
    def put_back(self) -> tuple[MadeFix, ...]:
        """The fixes that the command did not pass with."""
        return tuple(fix for fix in self.made if fix.was_put_back)

    @property
    def exit_status(self) -> int:
        """2 if something could not be read; 1 if files would be changed, or fixes were put back; else 0."""
        if self.unreadable or any(problem.is_error for problem in self.problems):
            return 2
        return int(bool(self.put_back) or (self.question.is_diff and bool(self.files)))
