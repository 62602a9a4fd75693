"""What a contract's rule finds."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.problems import Problem


@dataclass(frozen=True, slots=True)
class Violation:
    """One import that breaks a contract.

    ``importer`` and ``imported`` are its two ends, ``target`` the layer or module that it must not reach, where the
    contract has such. ``message`` is a sentence; the violations of one contract with the same sentence belong
    together. ``chain`` is the evidence, the shortest one, and begins with the import. A module that no layer of an
    ``exhaustive`` contract lists is an ``importer`` with neither ``imported`` nor chain.
    """

    importer: str
    imported: str | None
    target: str | None
    message: str
    chain: Chain = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same violation in another run: neither lines nor the chain's way."""
        return self.importer, self.imported or "", self.target or ""


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
    """What every contract type makes of a contract's table."""

    def check(self, graph: ImportGraph) -> Findings:
        """Return the findings, the same ones for the same graph; the graph has no ignored or excluded imports."""


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
