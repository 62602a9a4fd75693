"""No module fails when it is the first that a fresh interpreter imports."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from import_contracts.contracts.findings import Description, Findings, Part
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern
from import_contracts.problems import Problem, Severity, did_you_mean
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class Crash:
    """Each of some modules, or of all, can be imported first; whether it can, only the files say and not the graph.

    ``python`` is the version that it is asked of, None for the one that runs this.
    """

    modules: tuple[ModulePattern, ...] = ()
    python: tuple[int, int] | None = None

    def check(self, graph: ImportGraph) -> Findings:
        """Return what is wrong with the modules: that there are none; who judges looks for the crashes."""
        absent = [each for each in self.modules if not graph.matching(each)]
        problems = [
            Problem(f"No module matches '{each}'.{did_you_mean(str(each), graph.modules)}", key="modules")
            for each in absent
        ]
        if not absent and self.entries(graph) <= graph.external:
            message = "This contract cannot be broken: none of its modules lies in the program."
            problems.append(Problem(message, key="modules", severity=Severity.WARNING))
        return Findings(problems=tuple(problems))

    def describe(self, graph: ImportGraph) -> Description:
        """Return what it says, with the modules that must not crash."""
        python = f"Python {self.python[0]}.{self.python[1]}" if self.python else "the Python that runs this"
        named = listed(self.modules) if self.modules else "Every module"
        sentences = (f"{named} can be the first that a fresh interpreter imports.", f"That is foretold for {python}.")
        if self.modules:
            return Description(
                sentences, tuple(Part("first", each, frozenset({each})) for each in sorted(self.entries(graph)))
            )
        return Description(sentences, tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return nothing: it is not for the graph to tell which import crashes."""
        del graph, importers, imported
        return ()

    def entries(self, graph: ImportGraph) -> frozenset[str]:
        """Return the modules that must not crash."""
        if not self.modules:
            return frozenset(graph.modules) - graph.external
        return frozenset(module for each in self.modules for module in graph.matching(each))


def parse(table: Table) -> Crash:
    """Read ``modules`` and ``python``."""
    return Crash(table.modules("modules", ()), table.version("python"))
