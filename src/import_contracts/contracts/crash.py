"""No module fails when it is the first that a fresh interpreter imports."""

from __future__ import annotations

from dataclasses import dataclass

from import_contracts.errors import Problem, Severity, did_you_mean
from import_contracts.graph import ImportGraph
from import_contracts.names import ModulePattern
from import_contracts.table import Table
from import_contracts.violations import Findings


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

    def entries(self, graph: ImportGraph) -> frozenset[str]:
        """Return the modules that must not crash."""
        if not self.modules:
            return frozenset(graph.modules) - graph.external
        return frozenset(module for each in self.modules for module in graph.matching(each))


def parse(table: Table) -> Crash:
    """Read ``modules`` and ``python``."""
    return Crash(table.modules("modules", ()), table.version("python"))
