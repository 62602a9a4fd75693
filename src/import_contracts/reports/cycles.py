"""What ``cycles`` found: complete data, of which every report is a function."""

from __future__ import annotations

from dataclasses import dataclass

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem
from import_contracts.reports.check import ReportedFix, ReportedViolation, Unreadable


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: about the cycles with a module of some packages in them, for a version of Python.

    Only cycles of some kinds, where any are given; neither crashes nor plans where it is to be quick.
    """

    packages: tuple[str, ...]
    python: tuple[int, int]
    kinds: tuple[Kind, ...] = tuple(Kind)
    is_quick: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a module that is being imported, with its text; it ``is_call`` if it is in a function called then."""

    module: str
    path: str
    line: int
    text: str
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class ReportedCrash:
    """What fails when a fresh interpreter imports ``entry`` first: its import, because of a partly initialised module.

    ``place`` is the statement that fails: it wants ``name`` of ``imported``, or that module itself where the name is
    None. ``stack`` leads there from the first module that is run to the one of ``place``, which is the last.
    ``defined`` is where the name would have been bound, None where that is not known, and ``works_from`` a module that,
    imported first, lets ``entry`` be imported, None where none does.
    """

    entry: str
    error: str
    imported: str
    name: str | None
    place: Place
    stack: tuple[Place, ...]
    defined: Place | None
    works_from: str | None
    message: str
    """The same in one sentence."""
    way: tuple[Import, ...]
    """The imports of the stack, from one module to the next, and then the one that fails."""

    @property
    def violation(self) -> ReportedViolation:
        """The same as a violation of the entry, on the line that fails."""
        return ReportedViolation(self.entry, "", "", self.message, self.place.path, (self.place.line,), self.way)


@dataclass(frozen=True, slots=True)
class Step:
    """One import to change, so that ``gain`` imports are no longer cyclic, given the steps before.

    ``ring`` is a shortest one that begins with the import.
    """

    evidence: Import
    gain: int
    fix: ReportedFix
    ring: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest imports to change, in order, so that a cycle is gone.

    It ``is_minimum`` if none cheaper would do. ``crashes_left`` are the entries that crash all the same, and
    ``crashes_new`` those that would crash only then; both None where no crashes were looked for.
    """

    steps: tuple[Step, ...]
    is_minimum: bool
    crashes_left: tuple[str, ...] | None
    crashes_new: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Cycle:
    """One strongly connected component of the imports of a kind and of those more eager.

    ``imports`` are its cyclic imports, sorted; ``ring`` is a shortest one; ``crashes`` are the modules in it, or that
    lead into it, that cannot be imported first. ``plan`` is None where it was not asked for.
    """

    kind: Kind
    modules: tuple[str, ...]
    imports: tuple[Import, ...]
    ring: tuple[Import, ...]
    crashes: tuple[str, ...]
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class CyclesReport:
    """What one run of ``cycles`` found.

    ``python`` is the version whose behaviour is foretold. ``cycles`` are sorted: those that crash first, then by kind,
    size and name. ``crashes`` are sorted by entry, None where they were not looked for.
    """

    packages: tuple[str, ...]
    modules: int
    imports: int
    python: tuple[int, int]
    cycles: tuple[Cycle, ...] = ()
    crashes: tuple[ReportedCrash, ...] | None = None
    problems: tuple[Problem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 where a file could not be read, else 0: this command reports, and contracts judge."""
        return 2 if self.unreadable or any(each.is_error for each in self.problems) else 0
