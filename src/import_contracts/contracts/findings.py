"""What a contract's rule returns: violations, cuts, and a description of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import Protocol, TypeAlias, runtime_checkable

from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.problems import Problem
from import_contracts.reading.files.program_text import ProgramText
from import_contracts.reading.source.text import Source
from import_contracts.records import NamedTuple, dataclass, field
from import_contracts.reports.later import Later, Parts


@dataclass(frozen=True, slots=True)
class Violation:
    """One import that breaks a contract.

    ``importer`` and ``imported`` are the modules of the import. ``target`` is the layer or module that it must not
    reach; "" if the contract type has no targets. ``message`` is a sentence such as ``shop.models must not import
    shop.web``; reports group the violations of a contract by it. ``chain`` is the shortest chain from ``importer`` to
    the target, and its first edge is the import itself.

    ``lines`` has a line for each edge of the chain; by default it is the line of the first statement of the import.
    None for ``imported`` or ``target`` is replaced by "".

    For a module that no layer of an ``exhaustive`` contract lists, ``importer`` is that module, and ``imported`` and
    ``chain`` are empty.

    If ``is_chain_cut`` is True, the chain has only the import itself: the whole chain was too much work to find, or the
    chains of all violations would be too long together.

    ``advice`` is what to do about this violation, as the end of a sentence about ``importer``; "" if there is none.
    """

    importer: str
    imported: str
    target: str
    message: str
    chain: Chain = ()
    lines: tuple[int, ...] = ()
    is_chain_cut: bool = False
    advice: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Importer, imported and target: equal for the same violation of one contract in two runs."""
        return self.importer, self.imported, self.target

    @property
    def judged(self) -> str:
        """The module whose import it is: the first of the chain, which may be inside ``importer``."""
        return self.chain[0][0] if self.chain else self.importer

    def __post_init__(self) -> None:
        object.__setattr__(self, "imported", self.imported or "")
        object.__setattr__(self, "target", self.target or "")


class Deciding(NamedTuple):
    """The imports that decide some findings: those by the ``importers`` of the ``imported`` modules.

    While the modules of the graph stay the same, so do the findings if only imports by other modules change, or only
    imports of other modules. That is not said of some by other modules together with some of other modules.
    """

    importers: Set[str]
    imported: Set[str]


Decided: TypeAlias = Callable[[], Deciding] | None
"""Returns the imports that decide some findings; None if all may."""


class LaterViolations(Parts[Violation]):
    """Violations in parts, one for each message, that are made when they are used; ``has`` finds one by its identity.

    Their chains consist of imports of the graph, and the importers of these are judged. They have no lines.
    """

    def __init__(
        self,
        size: int,
        number: int,
        make: Callable[[int], Sequence[Violation]],
        has: Callable[[tuple[str, str, str]], bool],
    ) -> None:
        super().__init__(size, number, make)
        self.has = has


@dataclass(frozen=True, slots=True)
class Cut:
    """Imports whose removal fixes all violations that have ``message``.

    ``is_minimum`` is True if this is proven to be the smallest such set.
    """

    message: str
    imports: tuple[Edge, ...]
    is_minimum: bool = True


def direct_cuts(violations: Iterable[Violation]) -> tuple[Cut, ...]:
    """Return a cut for each message, in order: the imports of its violations, where only direct imports count."""
    edges: dict[str, list[Edge]] = {}
    for violation in violations:
        edges.setdefault(violation.message, []).append(violation.chain[0])
    return tuple(Cut(message, tuple(found)) for message, found in edges.items())


class LaterCuts(Later[Cut]):
    """Cuts that are made when they are used; ``times`` returns how many of them have an import."""

    def __init__(self, number: int, make: Callable[[int], Cut], times: Callable[[Edge], int]) -> None:
        super().__init__(number, make)
        self.times = times


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of checking a rule against a graph.

    If one of the ``problems`` is an error, the contract has no verdict, and ``violations`` and ``cuts`` are ignored.
    If the violations are made later, so are the cuts, one for each message.

    ``decided`` returns the imports that decide the findings; None if all may.
    """

    violations: Sequence[Violation] = ()
    cuts: Sequence[Cut] = ()
    problems: tuple[Problem, ...] = ()
    decided: Decided = field(default_factory=lambda: None, compare=False)


def together(decided: Iterable[Decided]) -> Decided:
    """Return the `Findings.decided` of several findings as one."""
    every = [*decided]
    known = [each for each in every if each is not None]

    def by_any() -> Deciding:
        found = [each() for each in known]
        nothing = frozenset[str]()
        return Deciding(
            nothing.union(*(each.importers for each in found)), nothing.union(*(each.imported for each in found))
        )

    return by_any if len(known) == len(every) else None


class Rule(Protocol):
    """What a contract type makes from a contract's table.

    A rule can have further methods: those of `ProgramRule`, `ComparingRule` and `CountingRule`.
    """

    def check(self, graph: ImportGraph) -> Findings:
        """Return the findings for a graph without ignored and excluded imports; equal graphs give equal findings."""


@runtime_checkable
class ProgramRule(Rule, Protocol):
    """A rule that needs the text of the program. `check_program` is called instead of `check`."""

    def check_program(self, graph: ImportGraph, program: ProgramText) -> Findings:
        """Return the findings; equal graphs and texts give equal findings."""


@runtime_checkable
class ComparingRule(Rule, Protocol):
    """A rule that compares the program with what it was where the branch began. `check_since` replaces `check`."""

    def check_since(self, graph: ImportGraph, before: ImportGraph | None) -> Findings:
        """Return the findings; ``before`` is the graph where the branch began, None if that is not known."""


@runtime_checkable
class CountingRule(Rule, Protocol):
    """A rule that looks at the names that statements import, and so does not count all of them."""

    def counted(self, graph: ImportGraph, source: Callable[[str], Source | None]) -> ImportGraph:
        """Return the graph that is checked: without the statements that the rule allows for the names in them.

        ``source`` returns the text of a module, None if there is none.
        """

    def doubts(self, graph: ImportGraph, source: Callable[[str], Source | None]) -> tuple[Problem, ...]:
        """Return a warning for each name in the contract that no module has."""


@dataclass(frozen=True, slots=True)
class Part:
    """The modules that one name in a contract stands for.

    ``role`` is what the name is for, such as "source" or "layer 2"; ``members`` are the modules.
    """

    role: str
    name: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Description:
    """A contract in words, and the modules that it covers.

    The first of the ``sentences`` is a summary that is also shown alone.
    """

    sentences: tuple[str, ...]
    parts: tuple[Part, ...]


class DescribingRule(Protocol):
    """A rule that can also describe itself, for ``lint-imports explain``."""

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the modules of the graph that it covers."""

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the messages of the violations if a module of ``importers`` imported one of ``imported``.

        The tuple is empty if the contract allows these imports.
        """


@dataclass(frozen=True, slots=True)
class SelfDescription:
    """The two methods of a rule that can describe itself, as in `DescribingRule`."""

    describe: Callable[[ImportGraph], Description]
    would_break: Callable[[ImportGraph, Set[str], Set[str]], tuple[str, ...]]


def self_description(rule: object) -> SelfDescription | None:
    """Return the methods of a rule that can describe itself; None if it cannot.

    The methods of a custom rule may also have their former names, ``account`` and ``objections``.
    """
    for names in (("describe", "would_break"), ("account", "objections")):
        describe, would_break = (getattr(rule, name, None) for name in names)
        if callable(describe) and callable(would_break):
            return SelfDescription(describe, would_break)
    return None
