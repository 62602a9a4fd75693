"""What a contract's rule finds."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.problems import Problem
from import_contracts.reading.text import ProgramText


@dataclass(frozen=True, slots=True)
class Violation:
    """One import that breaks a contract.

    ``importer`` and ``imported`` are its two ends, ``target`` is the layer or module that it must not reach; both
    others are empty where there is no such module (None is taken for ""). Violations of one contract with the same
    ``message`` are shown together. ``chain`` is the evidence, the shortest one, and begins with the import; ``lines``
    has the line of each of its imports, where the first statement that makes the import is not the one that is meant.
    """

    importer: str
    imported: str
    target: str
    message: str
    chain: Chain = ()
    lines: tuple[int, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same violation of one contract in another run: neither lines nor the chain's way."""
        return self.importer, self.imported, self.target

    def __post_init__(self) -> None:
        object.__setattr__(self, "imported", self.imported or "")
        object.__setattr__(self, "target", self.target or "")


@dataclass(frozen=True, slots=True)
class Cut:
    """Imports whose removal clears all violations that share a sentence; ``is_minimum`` if no fewer would do."""

    message: str
    imports: tuple[Edge, ...]
    is_minimum: bool = True


@dataclass(frozen=True, slots=True)
class Findings:
    """What a rule says of a graph: none of the three is an answer if a problem is an error."""

    violations: tuple[Violation, ...] = ()
    cuts: tuple[Cut, ...] = ()
    problems: tuple[Problem, ...] = ()


class Rule(Protocol):
    """What a contract type makes of a contract's table.

    A rule that the graph alone cannot answer has a method `ProgramRule.check_program` besides, which is called
    instead.
    """

    def check(self, graph: ImportGraph) -> Findings:
        """Return the findings, the same ones for the same graph; the graph has no ignored or excluded imports."""


class ProgramRule(Rule, Protocol):
    """A rule that needs the text of the program."""

    def check_program(self, graph: ImportGraph, program: ProgramText) -> Findings:
        """Return the findings, the same ones for the same graph and the same text."""


@dataclass(frozen=True, slots=True)
class Part:
    """The modules for which one name stands that has a role in a contract, such as "source"."""

    role: str
    name: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Account:
    """A contract in sentences, of which the first alone says what matters, and the modules that it looks at."""

    sentences: tuple[str, ...]
    parts: tuple[Part, ...]


@runtime_checkable
class Explaining(Protocol):
    """What a rule is moreover, if it can say in words what it is about."""

    def account(self, graph: ImportGraph) -> Account:
        """Return what it says, of the modules of a graph."""

    def objections(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return why one of some modules must not import one of others, in messages of violations; empty if it may."""
