"""A contract that was inferred from code, with the reasons for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import STANDARD_LIBRARY, THIRD_PARTY, InvalidPatternError, ModulePattern


@dataclass(frozen=True, slots=True)
class InferredContract:
    """A contract and why it was inferred.

    ``keys`` are the keys of its table other than ``id``, ``name`` and ``type``. ``why`` are the lines of the comment
    above it.
    """

    id: str
    name: str
    type: str
    keys: Mapping[str, object]
    why: tuple[str, ...]

    @property
    def table(self) -> dict[str, object]:
        """The table of the contract in a configuration."""
        return {"id": self.id, "name": self.name, "type": self.type, **self.keys}

    def with_external(self) -> InferredContract:
        """Return the contract for a graph with external packages: it says no more about these than before."""
        if self.type != "allowed":
            return self
        return replace(self, keys={**self.keys, "allowed": [STANDARD_LIBRARY, THIRD_PARTY]})

    def holds(self, graph: ImportGraph) -> bool:
        """Return whether the rule itself finds no violation, and no problem such as that it cannot be broken."""
        findings = TYPES[self.type].parse(Table(self.keys)).check(graph)
        return not findings.violations and not findings.problems


def can_be_named(module: str) -> bool:
    """Return whether a contract can name a module: a file may have a name that is not valid in an import statement."""
    try:
        return ModulePattern(module).is_exact
    except InvalidPatternError:
        return False
