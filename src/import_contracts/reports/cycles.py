"""The result of ``lint-imports cycles``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from enum import StrEnum

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem
from import_contracts.records import dataclass
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import ReportedViolation, Unreadable

IN_FULL = 10
"""How many cycles the text report shows in full unless it shows everything; it shows all runtime cycles."""


class Planned(StrEnum):
    """The cycles for which plans are made. Those of one kind are planned together, so it is for all of them or none."""

    ALL = "all"
    COSTLY = "costly"
    """All but those that only imports for type checking close."""
    IN_FULL = "in_full"
    """Those of the kinds of which the text report shows one in full."""

    def kinds(self, cycles: Iterable[tuple[bool, Kind]]) -> Set[Kind]:
        """Return the kinds of cycles with plans, given for each cycle whether modules crash in it, and its kind."""
        if self is Planned.ALL:
            return frozenset(Kind)
        costly = [each for each in cycles if each[1] is not Kind.TYPE_CHECKING]
        if self is Planned.IN_FULL:
            in_order = sorted(costly, key=lambda each: (not each[0], each[1].rank))
            costly = [each for number, each in enumerate(in_order) if number < IN_FULL or each[1] is Kind.RUNTIME]
        return {kind for _, kind in costly}


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for: cycles of these ``kinds`` that contain a module of these ``packages``.

    ``python`` is the version to predict crashes for, such as (3, 13). If ``is_quick``, crashes, entries and plans are
    left out. ``entries`` are commands that start the program, besides those that are found. With ``needless``, imports
    inside functions that no cycle needs are listed too. ``planned`` are the cycles that need plans.
    """

    packages: tuple[str, ...]
    python: tuple[int, int]
    kinds: tuple[Kind, ...] = tuple(Kind)
    is_quick: bool = False
    entries: tuple[str, ...] = ()
    needless: bool = False
    planned: Planned = Planned.ALL


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a module that is being imported, with its text.

    ``is_call`` is True if the line is in a function that is called during the import.
    """

    module: str
    path: str
    line: int
    text: str
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class ReportedCrash:
    """An import that fails if a fresh interpreter imports ``entry`` first, because a module is partially initialized.

    ``error`` is ``ImportError`` or ``AttributeError``. ``place`` is the statement that fails: it needs ``name`` from
    ``imported``, or that module itself if ``name`` is None. ``stack`` leads from the first module that runs to
    ``place``, which is its last element. ``defined`` is where the name would be bound, None if that is not known.
    ``works_from`` is a module whose import makes ``entry`` importable after it, None if there is none.

    ``message`` is what CPython prints, with the name of the exception, and ``message_at_root`` what it prints instead
    if the folder of the report is the first on `sys.path`; None if that is the same. ``lazy_message`` is what it prints
    above that if a lazy import has run and failed; None if none has.
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
    way: tuple[Import, ...]
    """The imports of the stack, from one module to the next, and then the one that fails."""
    message_at_root: str | None = None
    lazy_message: str | None = None

    @property
    def violation(self) -> ReportedViolation:
        """The same as a violation of the entry, on the line that fails."""
        return ReportedViolation(self.entry, "", "", self.message, self.place.path, (self.place.line,), self.way)


@dataclass(frozen=True, slots=True)
class ReportedMissing:
    """An import that fails whenever it runs, because what it imports is not there; no cycle is to blame.

    ``place`` is its statement. ``imported`` is the dotted name of what is missing. ``message`` is what CPython prints,
    and ``why`` says in sentences what is not there.
    """

    place: Place
    imported: str
    message: str
    why: str


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """Something that crashes were predicted without: ``number`` places in the program of one ``kind``.

    The kinds are ``computed_imports`` (calls of ``import_module`` or ``__import__`` with a computed name), ``exec``
    (calls of ``exec`` or ``eval``), ``loaders`` (calls of ``exec_module`` and the like) and ``hooks`` (uses of
    ``sys.meta_path`` or ``sys.path_hooks``). There may be others.
    """

    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class EntryFailure:
    """A part of an entry that fails: a test file, or the file or module that the command starts.

    ``error`` is ``ImportError``, ``AttributeError`` or ``ModuleNotFoundError``, and ``message`` what CPython or pytest
    would say. ``stack`` leads from the file that is run to ``place``, the statement that fails, which is its last
    element; pytest may refuse a file before anything runs, then ``place`` is None. In both, a file outside the program
    has its path instead of the name of a module. ``first`` is the module of the program that this part imports first,
    of those that are involved; "" if there is none.
    """

    part: str
    error: str
    message: str
    imported: str
    name: str | None
    place: Place | None
    stack: tuple[Place, ...]
    first: str
    way: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class ReportedEntry:
    """A command that starts the program, and whether its imports work; ``works`` is None if it was too much to tell.

    ``failures`` are in order. ``contrast`` says why another command works, and this one does not; "" if there is none.
    ``parent`` is the command that does the same and more: of ``pytest tests/test_a.py``, ``pytest``. ``works_after`` is
    whether it works after the plan for crashes; None if it works now, and if that is not known.
    """

    entry: str
    works: bool | None
    failures: tuple[EntryFailure, ...] = ()
    contrast: str = ""
    parent: str = ""
    works_after: bool | None = None

    @property
    def violations(self) -> tuple[ReportedViolation, ...]:
        """The failures as violations of the entry, each on the line that fails."""
        return tuple(
            ReportedViolation(
                self.entry,
                "",
                "",
                f"{self.entry} fails: {failure.message}",
                failure.place.path if failure.place else failure.part,
                (failure.place.line if failure.place else 1,),
                failure.way,
            )
            for failure in self.failures
        )


@dataclass(frozen=True, slots=True)
class ReportedEdit:
    """A step of the plan for crashes: an edit of the module ``place.module``, on whose line it begins.

    ``stops`` are the modules that no longer crash when they are imported first, given the steps before; sorted.
    ``level`` is "safe", "unsafe", or "shown" if a person has to make the edit.
    """

    imported: str
    place: Place
    fix: ReportedFix
    level: str
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportedDeadlock:
    """Modules that still crash when they are imported first after the plan for crashes, all at one statement; sorted.

    ``fix`` is what has to be done by hand.
    """

    entries: tuple[str, ...]
    importer: str
    fix: ReportedFix


@dataclass(frozen=True, slots=True)
class ReportedCrashPlan:
    """The cheapest edits that were found after which no module crashes that did not.

    ``left`` is what still crashes. ``is_whole`` is False if that is because there would have been too much work.
    """

    steps: tuple[ReportedEdit, ...]
    left: tuple[ReportedDeadlock, ...] = ()
    is_whole: bool = True

    def step_of(self, entry: str) -> int | None:
        """Return the place among the steps of that after which a module no longer crashes; None if it still does."""
        return next((number for number, step in enumerate(self.steps) if entry in step.stops), None)


@dataclass(frozen=True, slots=True)
class Step:
    """One import to change, or several that are changed together.

    ``evidence`` is the import, ``fix`` how to change it. ``gain`` is the number of imports that are then no longer
    cyclic, given the steps before. ``ring`` is a shortest elementary cycle that begins with the import. If
    ``is_ring_cut`` is True, it has only the import itself, because those of a large plan would be too long together.

    If several modules of a ``package`` import through its ``__init__``, all of them are changed in one step; ``others``
    are the imports besides ``evidence``, sorted. Else the package is "".

    ``shape`` is the name of what closes the cycle here, if that has one: ``fat_init``, ``mutual_models``,
    ``utility_creep`` or ``type_hints``; else "".
    """

    evidence: Import
    gain: int
    fix: ReportedFix
    ring: tuple[Import, ...]
    is_ring_cut: bool = False
    others: tuple[Import, ...] = ()
    package: str = ""
    shape: str = ""

    @property
    def imports(self) -> tuple[Import, ...]:
        """All imports to change, sorted."""
        return self.evidence, *self.others


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest changes after which no cycle is left, in order.

    ``is_minimum`` is True if they are proven to be the cheapest. After the changes, the modules in ``crashes_left``
    still crash when imported first, and those in ``crashes_new`` begin to; both are None if crashes were not predicted,
    or not for all modules.
    """

    steps: tuple[Step, ...]
    is_minimum: bool
    crashes_left: tuple[str, ...] | None
    crashes_new: tuple[str, ...] | None

    @property
    def shape(self) -> str:
        """The shape that all steps have; "" if they have several, or none."""
        shapes = {step.shape for step in self.steps}
        return shapes.pop() if len(shapes) == 1 else ""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A strongly connected component of the imports of one kind and of the more eager kinds.

    ``modules`` and ``imports``, its cyclic imports, are sorted. ``ring`` is a shortest elementary cycle. ``crashes``
    are the modules that cannot be imported first because of this cycle; not all of them are in it. ``plan`` is None if
    it was not requested. ``is_shortest`` is False if a shorter ring may exist, because it was too much work to tell.
    """

    kind: Kind
    modules: tuple[str, ...]
    imports: Sequence[Import]
    ring: tuple[Import, ...]
    crashes: tuple[str, ...]
    plan: Plan | None
    is_shortest: bool = True


@dataclass(frozen=True, slots=True)
class CyclesReport:
    """The result of one run.

    ``python`` is the version that crashes are predicted for. ``cycles`` are sorted: first those that crash, then by
    kind, size and name. ``crashes`` are sorted by entry, and None if they were not predicted. ``untried`` are the
    modules for which that was too much work, sorted: whether they crash when they are imported first is not known.
    ``missing`` are the imports of what is not there, sorted by module and line; they are no crashes, and none of the
    ``cycles`` has them. ``not_followed`` is what was not followed to predict the crashes, which may hide some.
    ``also_read`` are the packages beside those of ``packages`` that these import and that import them back, sorted.
    ``entries`` are the commands that start the program: those of the question, and then those that were found.
    ``crash_plan`` is None if nothing crashes, or no crashes were predicted. ``needless`` are the imports inside
    functions that avoid no cycle, sorted; None if they were not asked for.
    """

    packages: tuple[str, ...]
    modules: int
    imports: int
    python: tuple[int, int]
    cycles: tuple[Cycle, ...] = ()
    crashes: tuple[ReportedCrash, ...] | None = None
    problems: tuple[Problem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    untried: tuple[str, ...] = ()
    missing: tuple[ReportedMissing, ...] = ()
    not_followed: tuple[NotFollowed, ...] = ()
    also_read: tuple[str, ...] = ()
    entries: tuple[ReportedEntry, ...] = ()
    crash_plan: ReportedCrashPlan | None = None
    needless: tuple[ReportedViolation, ...] | None = None

    @property
    def exit_status(self) -> int:
        """2 if there is an error or an unreadable file, else 0: cycles do not fail this command."""
        return 2 if self.unreadable or any(problem.is_error for problem in self.problems) else 0
