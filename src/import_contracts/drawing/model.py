"""The input of a picture: the program as it was read, and the options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem
from import_contracts.reports.check import Outcome
from import_contracts.reports.cycles import CyclesReport

RUNNING_KINDS = (Kind.RUNTIME, Kind.DEFERRED, Kind.LAZY)
"""The kinds of imports that are drawn unless others are asked for: those that run."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to draw: what is inside ``packages``, opened ``depth`` levels deep.

    If one of the packages is inside another, it is opened in its place. With ``only_packages``, a module is drawn as a
    part of the package that it is in. ``focus`` is the module around which everything else is left out. With
    ``source`` and ``target``, only what is on a way from one to the other is drawn. Each of these is "" if it is not
    asked for, and ``only`` is "cycles", "violations" or "". With ``external``, external packages are boxes too.
    """

    packages: tuple[str, ...]
    depth: int = 1
    kinds: tuple[Kind, ...] = RUNNING_KINDS
    focus: str = ""
    source: str = ""
    target: str = ""
    only: str = ""
    external: bool = False
    only_packages: bool = False
    matrix: bool = False

    @property
    def boxes(self) -> tuple[str, ...]:
        """The modules that are boxes of their own, however deep they are."""
        return tuple(filter(None, (self.focus, self.source, self.target)))


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the program; ``path`` is that of its file as reports show it."""

    name: str
    path: str
    is_package: bool


@dataclass(frozen=True, slots=True)
class Layering:
    """The layers of a contract in one container, the highest first: the modules of each."""

    contract: str
    layers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Subject:
    """Everything that a picture can show of a program.

    ``graph`` has all modules and imports of all kinds, with external ones if they are asked for; `ImportGraph.lines`
    and `ImportGraph.kinds` tell the statements of an import without reading a file. ``modules`` are sorted by name.
    ``statements`` returns the statements of an import, whose column and text are read when they are first used.
    ``judge`` and ``diagnose`` are called when `contracts` or `cycles` is first used, since they take longer than a
    picture without them. ``folder`` is what paths are relative to, ``root`` the folder of the repository; "" without
    one. ``configuration`` is the path of the configuration; "" without one. ``cycle_types`` are the contract types
    about cycles. ``forge`` returns the address of a file in
    the repository, as `file_address` does.
    """

    options: Options
    graph: ImportGraph
    modules: tuple[Module, ...] = ()
    statements: Callable[[Edge], tuple[Import, ...]] = lambda _: ()
    diagnose: Callable[[], CyclesReport] = lambda: CyclesReport((), 0, 0, (3, 0))
    judge: Callable[[], tuple[Outcome, ...]] = tuple
    layerings: tuple[Layering, ...] = ()
    folder: str = ""
    root: str = ""
    configuration: str = ""
    problems: tuple[Problem, ...] = field(default=())
    cycle_types: frozenset[str] = frozenset()
    forge: Callable[[], str] = str

    @cached_property
    def paths(self) -> dict[str, str]:
        """The path of each module that has a file."""
        return {module.name: module.path for module in self.modules}

    def line(self, edge: Edge) -> int:
        """Return the line of the first statement of an import that is of a kind that is drawn."""
        lines = zip(self.graph.lines(*edge), self.graph.kinds(*edge), strict=True)
        return next(line for line, kind in lines if kind in self.options.kinds)

    @cached_property
    def contracts(self) -> tuple[Outcome, ...]:
        """The outcomes of all contracts of the configuration; empty without one."""
        return self.judge()

    @cached_property
    def cycles(self) -> CyclesReport:
        """The cycles of the modules, of all kinds, with crashes and plans."""
        return self.diagnose()

    @cached_property
    def violating(self) -> frozenset[Edge]:
        """The imports on the chains of violations."""
        return _on_chains(self.contracts)

    @cached_property
    def marked(self) -> frozenset[Edge]:
        """Those of them that are marked wherever they lead.

        What breaks a contract about cycles is marked only where it leads upwards: all imports in a cycle do, and the
        color of their boxes says so. If only violations are drawn, all are marked.
        """
        outcomes = (each for each in self.contracts if each.type not in self.cycle_types)
        return self.violating if self.options.only == "violations" else _on_chains(outcomes)


def _on_chains(outcomes: Iterable[Outcome]) -> frozenset[Edge]:
    return frozenset(
        (step.importer, step.imported)
        for outcome in outcomes
        for violation in outcome.violations
        for step in violation.chain
    )
