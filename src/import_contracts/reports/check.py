"""What a run found: complete data, of which every report is a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeVar, overload

from import_contracts.baseline import Entry
from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem, Severity

T = TypeVar("T")


class Later(Sequence[T]):
    """A sequence whose items are computed one by one, when they are first looked at."""

    def __init__(self, items: Iterable[Callable[[], T]]) -> None:
        self._items = [cache(item) for item in items]

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        return self._items[at]() if isinstance(at, int) else Later(self._items[at])


class Result(StrEnum):
    """What a whole run comes to."""

    KEPT = "kept"
    BROKEN = "broken"
    ERROR = "error"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class ReportedViolation:
    """A violation with its evidence from the source files.

    ``lines`` are those of all import statements of the pair that count, sorted. ``chain`` begins with the import
    itself; of each import it has the first statement, and the kind of the most eager one. For a module that no layer
    lists, ``imported`` is empty, as are ``lines`` and ``chain``, and ``path`` is the module's own. For a crash,
    ``imported`` is empty, ``importer`` the module that comes first, ``path`` and ``lines`` those of the statement that
    fails, and ``chain`` leads there. The violation ``is_known`` if it is in the baseline.
    """

    importer: str
    imported: str
    target: str
    message: str
    path: str
    lines: tuple[int, ...] = ()
    chain: tuple[Import, ...] = ()
    is_known: bool = False

    @property
    def line(self) -> int:
        """The line of the first statement that counts; the first of the file where there is no statement."""
        return self.lines[0] if self.lines else 1

    @property
    def column(self) -> int:
        """The column of that statement."""
        return self.chain[0].column if self.chain else 1

    def fingerprint(self, contract: str) -> str:
        """Return 32 hexadecimal digits that stay the same while the violation does, wherever its line moves."""
        return Entry.of(contract, self).fingerprint


@dataclass(frozen=True, slots=True)
class Change:
    """What to write instead of a statement; ``old`` is empty where lines are only added."""

    path: str
    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ReportedFix:
    """The cheapest way that was found to do without an import, with the evidence in sentences and what to write.

    ``kind`` is ``type_checking``, ``direct_import``, ``extract``, ``defer`` or ``restructure``; the two without
    ``changes``, ``extract`` and ``restructure``, are for a person to do. It is ``none`` where an import never runs, so
    that nothing has to change.
    """

    kind: str
    why: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ReportedCut:
    """Imports whose removal clears all violations with one message; ``is_minimum`` if no fewer would do."""

    message: str
    imports: tuple[Import, ...]
    is_minimum: bool
    fixes: Sequence[ReportedFix] = ()
    """How to do without each import, in the same order; empty where the contract is not about cycles."""


@dataclass(frozen=True, slots=True)
class Cause:
    """An import that causes ``effects`` new violations.

    ``is_added`` tells whether it was added since the merge base; None if git knows no merge base.
    """

    evidence: Import
    effects: int
    is_added: bool | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one contract comes to: ``kept`` if all its violations are known, None where it could not be checked.

    ``causes``, where there is a baseline, are the cheapest imports without which nothing new would break it.
    """

    id: str
    name: str
    type: str
    reason: str
    kept: bool | None
    violations: tuple[ReportedViolation, ...] = ()
    cuts: tuple[ReportedCut, ...] = ()
    ignored: int = 0
    causes: tuple[Cause, ...] = ()
    about_cycles: bool = False
    demand: str = ""
    """What contracts of its type demand, in one sentence."""

    @property
    def new(self) -> tuple[ReportedViolation, ...]:
        """The violations that are not known, first those that cause others, then the most direct."""
        return tuple(sorted((each for each in self.violations if not each.is_known), key=self._urgency))

    @property
    def known(self) -> tuple[ReportedViolation, ...]:
        """The violations that are known."""
        return tuple(each for each in self.violations if each.is_known)

    @property
    def sentences(self) -> dict[str, list[ReportedViolation]]:
        """The new violations of each message, in the order of the messages, the most urgent first."""
        found: dict[str, list[ReportedViolation]] = {each.message: [] for each in self.violations if not each.is_known}
        for each in self.new:
            found[each.message].append(each)
        return found

    @property
    def shown_causes(self) -> tuple[Cause, ...]:
        """The causes; empty if each of them is itself a new violation and causes no other."""
        direct = {(violation.importer, violation.imported) for violation in self.new if len(violation.chain) == 1}
        repeated = (
            (cause.evidence.importer, cause.evidence.imported) in direct and cause.effects == 1 for cause in self.causes
        )
        return () if all(repeated) else self.causes

    def _urgency(self, violation: ReportedViolation) -> tuple[bool, int, str, str]:
        first = {(each.importer, each.imported) for each in violation.chain[:1]}
        is_cause = any((cause.evidence.importer, cause.evidence.imported) in first for cause in self.causes)
        return not is_cause, len(violation.chain), violation.importer, violation.imported


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read whole; ``line`` is None where no line is to blame."""

    path: str
    line: int | None
    message: str

    @property
    def problem(self) -> Problem:
        """The same as a problem."""
        return Problem(self.message, file=self.path, line=self.line)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of ``check`` found.

    ``imports`` counts pairs of importer and imported, as the graph has them. ``stale`` are the entries of the baseline
    that no violation matches any more, sorted; None where there is no baseline. ``renaming`` is the old and the new
    name of the module whose renaming explains all that is new or stale, None where that is not so. ``options`` are
    those that a command about the same configuration takes. ``baseline`` is the baseline's path. Paths are relative to
    ``folder``, unless they lie outside it, and ``root`` is that of the repository around it; both are absolute, and
    empty where there is none. A report that does not judge (``cycles``) only fails where something is in error.
    """

    modules: int
    imports: int
    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    stale: tuple[str, ...] | None = None
    renaming: tuple[str, str] | None = None
    stale_fails: bool = True
    options: str = ""
    baseline: str | None = None
    folder: str = ""
    root: str = ""
    judges: bool = True

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems in spite of which there is a verdict."""
        return tuple(problem for problem in self.problems if not problem.is_error)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems because of which something was not checked."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The errors, and the files that could not be read: because of them the answer is not whole."""
        return (*self.errors, *(each.problem for each in self.unreadable))

    @property
    def drift(self) -> tuple[Problem, ...]:
        """What is to be done about the baseline, where it is not in step: a renaming, and every stale entry."""
        said = []
        if self.renaming:
            old, new = self.renaming
            message = f"{old} was renamed to {new}, which explains all that is new and all that is stale: {self.mend}"
            said.append(Problem(message, self.baseline, severity=Severity.WARNING))
        severity = Severity.ERROR if self.stale_fails else Severity.WARNING
        shrink = "" if self.renaming else f" Lock the repair in: {self.mend}"
        for entry in self.stale or ():
            message = f"No violation matches '{entry}' any more.{shrink}"
            said.append(Problem(message, self.baseline, severity=severity))
        return tuple(said)

    @property
    def mend(self) -> str:
        """The command that brings the baseline in step."""
        what = f"rename {' '.join(self.renaming)}" if self.renaming else "shrink"
        return f"lint-imports baseline {what}{self.options}"

    def in_repository(self, path: str) -> str:
        """Return a path of the report as it is seen from the root of the repository, if it lies inside."""
        if not self.root:
            return path
        is_absolute = path.startswith("/") or path[1:3] == ":/"
        return (path if is_absolute else f"{self.folder}/{path}").removeprefix(f"{self.root.rstrip('/')}/")

    @property
    def result(self) -> Result:
        """An error, as then the answer is not whole, before a broken contract, and that before a stale baseline."""
        if self.errors or self.unreadable or any(outcome.kept is None for outcome in self.outcomes):
            return Result.ERROR
        if any(outcome.kept is False for outcome in self.outcomes):
            return Result.BROKEN
        return Result.STALE if self.stale and self.stale_fails else Result.KEPT

    @property
    def exit_status(self) -> int:
        """The status that the command ends with."""
        if not self.judges and self.result is not Result.ERROR:
            return 0
        return {Result.KEPT: 0, Result.BROKEN: 1, Result.ERROR: 2, Result.STALE: 3}[self.result]
