"""The contract type ``crash``: modules must not crash when a fresh interpreter imports them first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from itertools import pairwise

from import_contracts.contracts.findings import Description, Findings, Part, Violation
from import_contracts.contracts.table import Table
from import_contracts.crashes.bodies import CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.entries import Failure, follow
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.search import search_crashes
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern
from import_contracts.problems import Problem, Severity, UserError, did_you_mean_module
from import_contracts.reading.files.program_text import ProgramText
from import_contracts.reading.spelling import parse as parse_spelling
from import_contracts.records import dataclass, replace
from import_contracts.wording import count, listed


@dataclass(frozen=True, slots=True)
class NoCrash:
    """Some modules, or all if ``modules`` is empty, can be imported first.

    With ``commands``, which start the program, these must work instead, and also the ``modules`` that are named.
    Crashes depend on the text of the files, so `check_program` finds them and `check` finds none. ``python`` is the
    Python version to predict for, such as (3, 13); None means the running one.
    """

    modules: tuple[ModulePattern, ...] = ()
    python: tuple[int, int] | None = None
    commands: tuple[str, ...] = ()

    def check(self, graph: ImportGraph) -> Findings:
        """Return the problems of ``modules``, and no violations."""
        absent = [pattern for pattern in self.modules if not graph.matching(pattern)]
        problems = [
            Problem(f"No module matches '{pattern}'.{did_you_mean_module(str(pattern), graph.modules)}", key="modules")
            for pattern in absent
        ]
        if not absent and not self.commands and self.entries(graph) <= graph.external:
            message = "This contract cannot be broken: none of its modules is in the program."
            problems.append(Problem(message, key="modules", severity=Severity.WARNING))
        return Findings(problems=tuple(problems))

    def check_program(self, graph: ImportGraph, program: ProgramText) -> Findings:
        """Return a violation for each module that crashes when it is imported first, sorted, and for each entry."""
        findings = self.check(graph)
        if any(problem.is_error for problem in findings.problems):
            return findings
        version = self.python or program.python
        model = ImportModel(program.sources, program.imports, version, program.namespaces)
        codes = CodeCache()
        found = search_crashes(model, self.entries(graph), codes)
        program.followed(codes.called)
        problems = [*findings.problems, *_untried(found.untried)]
        violations = [*map(violation_of, found.crashes)]
        if self.commands:
            more, errors = _check_entries(program, self.commands, version)
            violations += more
            problems += errors
        return replace(findings, violations=tuple(violations), problems=tuple(problems))

    @property
    def may_be_taken_over(self) -> bool:
        """Whether the findings depend on no more of functions than on those that `ProgramText.followed` was told of."""
        return not self.commands

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the modules that must not crash."""
        python = f"Python {self.python[0]}.{self.python[1]}" if self.python else "the Python version that runs the tool"
        named = listed(self.modules) if self.modules else "any module"
        several = "any of " if len(self.modules) > 1 else ""
        sentences: tuple[str, ...] = (
            f"A fresh interpreter must be able to import {several}{named} first.",
            f"This is predicted for {python}.",
        )
        if self.commands:
            started = f"No import may fail in {listed([repr(entry) for entry in self.commands])}."
            sentences = (started, *sentences[not self.modules :])
        if self.modules or self.commands:
            return Description(
                sentences, tuple(Part("first", module, frozenset({module})) for module in sorted(self.entries(graph)))
            )
        return Description(sentences, tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return nothing: the graph alone does not show which import would crash."""
        del graph, importers, imported
        return ()

    def entries(self, graph: ImportGraph) -> frozenset[str]:
        """Return the modules that must not crash when they are imported first."""
        if not self.modules and not self.commands:
            return frozenset(graph.modules) - graph.external
        return frozenset(module for pattern in self.modules for module in graph.matching(pattern))


def _untried(modules: Collection[str]) -> Iterator[Problem]:
    """Yield an error if it is not known of some modules whether they crash, so that there is no verdict."""
    if modules:
        number = f"{count(len(modules), 'module')} ({listed(modules, most=3)})"
        message = f"It would be too much work to predict whether {number} would crash. List fewer modules in 'modules'."
        yield Problem(message, key="modules")


def _check_entries(
    program: ProgramText, spellings: Sequence[str], version: tuple[int, int]
) -> tuple[list[Violation], list[Problem]]:
    """Return the violations of entries, in order, and an error for each that is not understood or too much work."""
    try:
        runs = follow(program.start(spellings), program, version)
    except UserError as error:
        return [], [replace(problem, key="entries") for problem in error.problems]
    untried = [run.entry.spelling for run in runs if not run.is_known]
    problems = [
        Problem(f"It would be too much work to predict whether '{each}' works.", key="entries") for each in untried
    ]
    return [entry_violation(run.entry.spelling, failure) for run in runs for failure in run.failures[:1]], problems


def entry_violation(spelling: str, failure: Failure) -> Violation:
    """Return the failure of an entry as a violation; its importer is the entry, without the spaces."""
    importer, message = "_".join(spelling.split()), f"'{spelling}' fails: {message_of(failure)}"
    crash = failure.crash
    if crash is None:
        return Violation(importer, "", "", message, ((failure.step.label, failure.step.label),), (1,))
    return replace(violation_of(crash), importer=importer, message=message)


def message_of(failure: Failure) -> str:
    """Return why a part of an entry fails, as CPython or pytest says it."""
    crash = failure.crash
    if crash is None:
        return failure.step.refusal
    if crash.error == "ModuleNotFoundError":
        return f"No module named '{crash.imported}'"
    if crash.name is None:
        return "attempted relative import with no known parent package"
    what = f"cannot import name '{crash.name}' from" if crash.error == "ImportError" else f"no '{crash.name}' in"
    return f"{what} partially initialized module '{crash.imported}'"


def violation_of(crash: Crash) -> Violation:
    """Return a crash as a violation of its entry; the chain follows the stack to the import that fails."""
    steps = [(one, other) for one, other in pairwise(crash.stack) if one.module != other.module]
    chain = (*((one.module, other.module) for one, other in steps), (crash.importer, crash.imported))
    return Violation(crash.entry, "", "", crash.message, chain, (*(one.line for one, _ in steps), crash.line))


def parse(table: Table) -> NoCrash:
    """Return the rule for the keys ``modules``, ``python`` and ``entries``."""
    entries = table.strings("entries", ())
    for spelling in entries:
        try:
            parse_spelling(spelling)
        except UserError as error:
            table.error("entries", error.problems[0].message)
    return NoCrash(table.modules("modules", ()), table.version("python"), entries)
