"""The contract type ``no_needless_deferrals``: an import in a function needs a reason, such as a cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from import_contracts.contracts.findings import Description, Findings, Part, Violation
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import Table
from import_contracts.graph.components import components
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ModulePattern, ancestors, top_level, within
from import_contracts.graph.standard_library import is_standard
from import_contracts.reading.files.program_text import ProgramText
from import_contracts.reading.source.deferrals import unexplained
from import_contracts.reading.source.imports import read_imports
from import_contracts.records import dataclass, replace
from import_contracts.wording import listed

NEEDLESS = "an import inside a function must be at the top of the file if it avoids no cycle"
REPEATED = "a module that is imported at the top of the file must not be imported again inside a function"


@dataclass(frozen=True, slots=True)
class NoNeedlessDeferrals:
    """The imports inside functions of some modules, or of all if ``modules`` is empty, have a reason.

    The reasons are in the text of the files, so `check_program` finds the violations and `check` finds none.
    """

    modules: tuple[ModulePattern, ...] = ()

    def check(self, graph: ImportGraph) -> Findings:
        """Return the problems of ``modules``, and no violations."""
        matcher = Matcher(graph)
        if not self._judged(matcher) and not matcher.failed:
            matcher.warn("modules", "This contract cannot be broken: none of its modules is in the program.")
        return Findings(problems=matcher.problems)

    def check_program(self, graph: ImportGraph, program: ProgramText) -> Findings:
        """Return a violation for each import that is in a function for no reason, sorted."""
        findings = self.check(graph)
        if any(problem.is_error for problem in findings.problems):
            return findings
        judged = self._judged(Matcher(graph))
        violations = tuple(
            Violation(*each.edge, "", REPEATED if each.is_repeated else NEEDLESS, (each.edge,), each.shown)
            for each in find_needless(graph, program)
            if each.edge[0] in judged
        )
        return replace(findings, violations=violations)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the modules whose imports it judges."""
        named = f" of {listed(self.modules)}" if self.modules else ""
        sentences = (
            f"An import inside a function{named} must avoid a cycle, or have another reason to be there.",
            "Other reasons are a handled ImportError, a platform check, a library that only it loads, or a comment.",
        )
        named_modules = Matcher(graph).modules("modules", self.modules)
        role, modules = ("module", named_modules) if self.modules else ("root package", graph.roots)
        return Description(sentences, tuple(Part(role, module, graph.subtree(module)) for module in modules))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return nothing: any module may import any other at the top of its file."""
        del graph, importers, imported
        return ()

    def _judged(self, matcher: Matcher) -> frozenset[str]:
        graph = matcher.graph
        if not self.modules:
            return frozenset(graph.modules) - graph.external
        subtrees = map(graph.subtree, matcher.modules("modules", self.modules))
        return frozenset().union(*subtrees) - graph.external


@dataclass(frozen=True, slots=True)
class NeedlessDeferral:
    """An import that is inside a function for no reason, on ``lines``, sorted.

    If it ``is_repeated``, the module is imported while the importer is imported too. ``shown`` is the first of the
    lines if the import has others, which are no violations; else it is empty.
    """

    edge: Edge
    lines: tuple[int, ...]
    is_repeated: bool
    shown: tuple[int, ...]


def find_needless(graph: ImportGraph, program: ProgramText) -> Iterator[NeedlessDeferral]:
    """Yield the imports inside functions of a graph that have no reason to be there, sorted.

    An import avoids a cycle if the two modules are in one strongly connected component of all imports that may run. So
    all imports without a cycle can be moved to the top of their files together.
    """
    eager = graph.without_kinds(frozenset(Kind) - {Kind.RUNTIME})
    for importer, deferred in _deferrals(graph, program):
        needless = unexplained(program.sources[importer].text, frozenset().union(*deferred.values()))
        for edge, all_lines in deferred.items():
            if lines := tuple(sorted(all_lines & needless)):
                shown = () if lines == graph.lines(*edge) else lines[:1]
                yield NeedlessDeferral(edge, lines, eager.has_import(*edge), shown)


def _deferrals(graph: ImportGraph, program: ProgramText) -> Iterator[tuple[str, dict[Edge, frozenset[int]]]]:
    """Yield the modules, sorted, with the lines of those of their deferred imports that avoid no cycle."""
    not_deferred = graph.without_kinds({Kind.DEFERRED})
    running = _Running(program)
    for importer, edges in groupby(graph.edges(), itemgetter(0)):
        found = {}
        for edge in edges if importer in program.sources else ():
            lines = frozenset(graph.lines(*edge)).difference(not_deferred.lines(*edge))
            if lines and edge[1] in running.modules and not (running.in_cycle(*edge) or running.loads_more(*edge)):
                found[edge] = lines
        if found:
            yield importer, found


class _Running:
    """What runs when the modules of a program are imported."""

    def __init__(self, program: ProgramText) -> None:
        self._program = program
        self.modules = program.imports.keys()

    def in_cycle(self, importer: str, imported: str) -> bool:
        """Return whether an import, or that of a package around what it imports, is in a cycle of imports."""
        own = self._components.get(importer)
        around = (each for each in ancestors(imported) if not within(importer, each))
        return own is not None and any(self._components.get(each) == own for each in (imported, *around))

    @cached_property
    def _components(self) -> dict[str, int]:
        found = components(self._graph(frozenset(Kind)))
        return {module: number for number, component in enumerate(found) for module in component}

    def _graph(self, kinds: Set[Kind]) -> Mapping[str, tuple[str, ...]]:
        """Return what each module imports, with the packages around that."""
        imports = {
            importer: {imported: () for imported, kind in found.items() if kind in kinds}
            for importer, found in self._program.imports.items()
        }
        graph = ImportGraph(self.modules, imports).with_parent_packages()
        return {module: tuple(graph.imported_by(module)) for module in graph.modules}

    def loads_more(self, importer: str, imported: str) -> bool:
        """Return whether the import of a module loads a third-party library that the importer does not load itself."""
        own, others = ((module, *ancestors(module)) for module in (importer, imported))
        return not self._loaded_by(others) <= self._loaded_by(own)

    def _loaded_by(self, modules: tuple[str, ...]) -> frozenset[str]:
        return frozenset().union(*(self._libraries.get(module, ()) for module in modules))

    @cached_property
    def _libraries(self) -> dict[str, frozenset[str]]:
        """The third-party libraries that are loaded with each module, while that is imported."""
        libraries = {module: frozenset(self._own_libraries(module)) for module in self.modules}
        importers: dict[str, list[str]] = {}
        for importer, found in self._graph({Kind.RUNTIME}).items():
            for imported in found:
                importers.setdefault(imported, []).append(importer)
        todo = list(libraries)
        while todo:
            module = todo.pop()
            for importer in importers.get(module, ()):
                if not libraries[module] <= libraries[importer]:
                    libraries[importer] |= libraries[module]
                    todo.append(importer)
        return libraries

    def _own_libraries(self, module: str) -> Iterator[str]:
        source = self._program.sources.get(module)
        written = read_imports(source.text, module, is_package=source.is_package) if source else ()
        own = {top_level(name) for name in self.modules}
        for each in written:
            library = top_level(each.module)
            if each.kind is Kind.RUNTIME and not each.level and library not in own and not is_standard(library):
                yield library


def parse(table: Table) -> NoNeedlessDeferrals:
    """Return the rule for the key ``modules``."""
    return NoNeedlessDeferrals(table.modules("modules", ()))
