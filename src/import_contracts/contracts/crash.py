"""The contract type ``crash``: modules must not crash when a fresh interpreter imports them first."""

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
    """Some modules, or all if ``modules`` is empty, can be imported first.

    Crashes depend on the text of the files, not only on the graph, so `check` finds none: `judging` predicts them for
    the modules in `entries`. ``python`` is the Python version to predict for, such as (3, 13); None means the running
    one.
    """

    modules: tuple[ModulePattern, ...] = ()
    python: tuple[int, int] | None = None

    def check(self, graph: ImportGraph) -> Findings:
        """Return the problems of ``modules``, and no violations."""
        absent = [pattern for pattern in self.modules if not graph.matching(pattern)]
        problems = [
            Problem(f"No module matches '{pattern}'.{did_you_mean(str(pattern), graph.modules)}", key="modules")
            for pattern in absent
        ]
        if not absent and self.entries(graph) <= graph.external:
            message = "This contract cannot be broken: none of its modules is in the program."
            problems.append(Problem(message, key="modules", severity=Severity.WARNING))
        return Findings(problems=tuple(problems))

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the modules that must not crash."""
        python = f"Python {self.python[0]}.{self.python[1]}" if self.python else "the Python version that runs the tool"
        named = listed(self.modules) if self.modules else "any module"
        several = "any of " if len(self.modules) > 1 else ""
        sentences = (
            f"A fresh interpreter must be able to import {several}{named} first.",
            f"This is predicted for {python}.",
        )
        if self.modules:
            return Description(
                sentences, tuple(Part("first", module, frozenset({module})) for module in sorted(self.entries(graph)))
            )
        return Description(sentences, tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return nothing: the graph alone does not show which import would crash."""
        del graph, importers, imported
        return ()

    def entries(self, graph: ImportGraph) -> frozenset[str]:
        """Return the modules that must not crash."""
        if not self.modules:
            return frozenset(graph.modules) - graph.external
        return frozenset(module for pattern in self.modules for module in graph.matching(pattern))


def parse(table: Table) -> Crash:
    """Return the rule for the keys ``modules`` and ``python``."""
    return Crash(table.modules("modules", ()), table.version("python"))
