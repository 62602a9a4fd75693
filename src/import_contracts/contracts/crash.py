"""The contract type ``crash``: modules must not crash when a fresh interpreter imports them first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from import_contracts.contracts.findings import Description, Findings, Part, Violation
from import_contracts.contracts.table import Table
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.search import search_crashes
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern
from import_contracts.problems import Problem, Severity, did_you_mean_module
from import_contracts.reading.text import ProgramText
from import_contracts.wording import count, listed


@dataclass(frozen=True, slots=True)
class NoCrash:
    """Some modules, or all if ``modules`` is empty, can be imported first.

    Crashes depend on the text of the files, so `check_program` finds them and `check` finds none. ``python`` is the
    Python version to predict for, such as (3, 13); None means the running one.
    """

    modules: tuple[ModulePattern, ...] = ()
    python: tuple[int, int] | None = None

    def check(self, graph: ImportGraph) -> Findings:
        """Return the problems of ``modules``, and no violations."""
        absent = [pattern for pattern in self.modules if not graph.matching(pattern)]
        problems = [
            Problem(f"No module matches '{pattern}'.{did_you_mean_module(str(pattern), graph.modules)}", key="modules")
            for pattern in absent
        ]
        if not absent and self.entries(graph) <= graph.external:
            message = "This contract cannot be broken: none of its modules is in the program."
            problems.append(Problem(message, key="modules", severity=Severity.WARNING))
        return Findings(problems=tuple(problems))

    def check_program(self, graph: ImportGraph, program: ProgramText) -> Findings:
        """Return a violation for each module that crashes when it is imported first, sorted."""
        findings = self.check(graph)
        if any(problem.is_error for problem in findings.problems):
            return findings
        version = self.python or program.python
        model = ImportModel(program.sources, program.imports, version, program.namespaces)
        found = search_crashes(model, self.entries(graph))
        problems = (*findings.problems, *_untried(found.untried))
        return replace(findings, violations=tuple(map(violation_of, found.crashes)), problems=problems)

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


def _untried(modules: Collection[str]) -> Iterator[Problem]:
    """Yield an error if it is not known of some modules whether they crash, so that there is no verdict."""
    if modules:
        number = f"{count(len(modules), 'module')} ({listed(modules, most=3)})"
        message = f"It would be too much work to predict whether {number} would crash. List fewer modules in 'modules'."
        yield Problem(message, key="modules")


def violation_of(crash: Crash) -> Violation:
    """Return a crash as a violation of its entry; the chain follows the stack to the import that fails."""
    steps = [(one, other) for one, other in pairwise(crash.stack) if one.module != other.module]
    chain = (*((one.module, other.module) for one, other in steps), (crash.importer, crash.imported))
    return Violation(crash.entry, "", "", crash.message, chain, (*(one.line for one, _ in steps), crash.line))


def parse(table: Table) -> NoCrash:
    """Return the rule for the keys ``modules`` and ``python``."""
    return NoCrash(table.modules("modules", ()), table.version("python"))
