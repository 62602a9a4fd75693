"""No module fails when it is the first that a fresh interpreter imports."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import pairwise

from import_contracts.contracts.findings import Account, Findings, Part, Violation
from import_contracts.contracts.table import Table
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.search import find_crashes
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern, listed
from import_contracts.problems import Problem, Severity, did_you_mean
from import_contracts.reading.text import ProgramText


@dataclass(frozen=True, slots=True)
class NoCrash:
    """Each of some modules, or of all, can be imported first.

    ``python`` is the version that it is asked of, None for the one that runs this.
    """

    modules: tuple[ModulePattern, ...] = ()
    python: tuple[int, int] | None = None

    def check(self, graph: ImportGraph) -> Findings:
        """Return what is wrong with the modules of the contract; the graph alone does not say what crashes."""
        absent = [each for each in self.modules if not graph.matching(each)]
        problems = [
            Problem(f"No module matches '{each}'.{did_you_mean(str(each), graph.modules)}", key="modules")
            for each in absent
        ]
        if not absent and self.entries(graph) <= graph.external:
            message = "This contract cannot be broken: none of its modules lies in the program."
            problems.append(Problem(message, key="modules", severity=Severity.WARNING))
        return Findings(problems=tuple(problems))

    def check_program(self, graph: ImportGraph, program: ProgramText) -> Findings:
        """Return a violation for each module that crashes when it is imported first, sorted."""
        findings = self.check(graph)
        if any(problem.is_error for problem in findings.problems):
            return findings
        version = self.python or program.python
        model = ImportModel(program.sources, program.imports, version, program.namespaces)
        found = find_crashes(model, self.entries(graph))
        return replace(findings, violations=tuple(map(violation_of, found)))

    def account(self, graph: ImportGraph) -> Account:
        """Return what it says, with the modules that must not crash."""
        python = f"Python {self.python[0]}.{self.python[1]}" if self.python else "the Python that runs this"
        named = listed(self.modules) if self.modules else "Every module"
        sentences = (f"{named} can be the first that a fresh interpreter imports.", f"That is foretold for {python}.")
        if self.modules:
            return Account(
                sentences, tuple(Part("first", each, frozenset({each})) for each in sorted(self.entries(graph)))
            )
        return Account(sentences, tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots))

    def objections(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return nothing: it is not for the graph to tell which import crashes."""
        del graph, importers, imported
        return ()

    def entries(self, graph: ImportGraph) -> frozenset[str]:
        """Return the modules that must not crash."""
        if not self.modules:
            return frozenset(graph.modules) - graph.external
        return frozenset(module for each in self.modules for module in graph.matching(each))


def violation_of(crash: Crash) -> Violation:
    """Return a crash as a violation of its entry; the chain follows the stack to the import that fails."""
    steps = [(one, other) for one, other in pairwise(crash.stack) if one.module != other.module]
    chain = (*((one.module, other.module) for one, other in steps), (crash.importer, crash.imported))
    message = f"{crash.importer} wants {crash.name} from {crash.imported} before that has it"
    return Violation(crash.entry, "", "", message, chain, (*(one.line for one, _ in steps), crash.line))


def parse(table: Table) -> NoCrash:
    """Read ``modules`` and ``python``."""
    return NoCrash(table.modules("modules", ()), table.version("python"))
