"""What a run found: complete data, of which every report is a function."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from import_contracts.errors import Problem
from import_contracts.graph import Import


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
    lists, ``imported`` is None, ``lines`` and ``chain`` are empty, and ``path`` is the module's own. The violation
    ``is_known`` if it is in the baseline.
    """

    importer: str
    imported: str | None
    target: str | None
    message: str
    path: str
    lines: tuple[int, ...] = ()
    chain: tuple[Import, ...] = ()
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class ReportedCut:
    """Imports whose removal clears all violations with one message; ``is_minimum`` if no fewer would do."""

    message: str
    imports: tuple[Import, ...]
    is_minimum: bool


@dataclass(frozen=True, slots=True)
class Culprit:
    """An import to blame for ``effects`` new violations; ``is_added`` since the merge base, None if git cannot tell."""

    evidence: Import
    effects: int
    is_added: bool | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one contract comes to: ``kept`` if all its violations are known, None where it could not be checked.

    ``culprits``, where there is a baseline, are the cheapest imports without which nothing new would break it.
    """

    id: str
    name: str
    type: str
    reason: str
    kept: bool | None
    violations: tuple[ReportedViolation, ...] = ()
    cuts: tuple[ReportedCut, ...] = ()
    ignored: int = 0
    culprits: tuple[Culprit, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read whole; ``line`` is None where no line is to blame."""

    path: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of ``check`` found.

    ``imports`` counts pairs of importer and imported, as the graph has them. ``stale`` are the entries of the baseline
    that no violation matches any more, sorted; None where there is no baseline. ``renaming`` is the old and the new
    name of the module whose renaming explains all that is new or stale, None where that is not so. ``options`` are
    those that a command about the same configuration takes.
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

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems in spite of which there is a verdict."""
        return tuple(problem for problem in self.problems if not problem.is_error)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems because of which something was not checked."""
        return tuple(problem for problem in self.problems if problem.is_error)

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
        return {Result.KEPT: 0, Result.BROKEN: 1, Result.ERROR: 2, Result.STALE: 3}[self.result]


@dataclass(frozen=True, slots=True)
class ContractStatus:
    """How many violations of a contract are known, new and stale, and how many entries have come and gone.

    ``name`` is None where there is no such contract any more.
    """

    id: str
    name: str | None
    known: int
    new: int
    stale: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to say of a baseline.

    The contracts stand in the order of the configuration, those that exist no more behind them. ``modules`` are the
    importers of known violations with how many each has, those with most first. ``added`` and ``removed`` are the
    entries that have come and gone ``since`` a git revision, sorted.
    """

    file: str
    contracts: tuple[ContractStatus, ...]
    modules: tuple[tuple[str, int], ...]
    since: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 where not everything could be read and checked, else 0: a status reports and does not judge."""
        return 2 if self.problems else 0
