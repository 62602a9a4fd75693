"""The cycles of a program, and the kind of imports that closes each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING

from import_contracts.graph.components import Component, cycles_in
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.graph.rings import shortest_ring
from import_contracts.judging.statements import Statements
from import_contracts.reading.source.imports import read_imports
from import_contracts.records import dataclass
from import_contracts.reports.cycles import Cycle, Plan, Question, ReportedCrash
from import_contracts.reports.later import Later

if TYPE_CHECKING:
    from import_contracts.crashes.missing import MissingImport


@dataclass(frozen=True)
class FoundCycle:
    """A cycle: a strongly connected component of the imports of ``kind`` and of more eager kinds.

    The graph of the component has only these imports.
    """

    kind: Kind
    component: Component


class CycleSearch:
    """Finds the cycles that a question is about. Imports by call, such as ``import_module("a")``, count too.

    An import of what is ``missing`` is no import of the package that it is missing in: it is probably a submodule.
    """

    def __init__(self, question: Question, statements: Statements, missing: Iterable[MissingImport] = ()) -> None:
        self.question = question
        self.statements = statements
        self._missing = tuple(missing)

    def after(self, statements: Statements) -> CycleSearch:
        """Return the same for a program after edits, which change nothing about what is missing."""
        later = copy(self)
        for cached in ("_whole_graph", "graph", "cycles"):
            later.__dict__.pop(cached, None)
        later.statements = statements
        later.__dict__["_left_out"] = self._left_out
        return later

    @cached_property
    def graph(self) -> ImportGraph:
        """The import graph, including imports by call."""
        graph = self._whole_graph
        return graph.without([edge for edge in self._left_out if graph.has_import(*edge)])

    @cached_property
    def _whole_graph(self) -> ImportGraph:
        calls = ((edge, line, written.kind) for (edge, line), written in self.statements.calls.items())
        return self.statements.snapshot.scan.graph.with_imports(calls)

    @cached_property
    def _left_out(self) -> list[Edge]:
        return self._edges_of_missing(self._whole_graph)

    def _edges_of_missing(self, graph: ImportGraph) -> list[Edge]:
        """Return the imports of packages whose statements import nothing else than what is missing in these."""
        files = self.statements.snapshot.program.by_module
        missing = [each for each in self._missing if files[each.module].is_package]
        numbers = Counter((each.importer, each.module, each.line) for each in missing)
        edges = sorted({(importer, module) for importer, module, _ in numbers})
        return [
            edge
            for edge in edges
            if (lines := graph.lines(*edge)) and all(numbers[*edge, line] == self._names(edge)[line] for line in lines)
        ]

    def _names(self, edge: Edge) -> Counter[int]:
        """Return the number of names that each line of the importer imports from the imported module, or as that."""
        importer, imported = edge
        source = self.statements.source(importer)
        if source is None:
            return Counter()
        written = read_imports(source.text, importer, is_package=source.is_package)
        return Counter(each.line for each in written if self.statements.resolved(each, source) == imported)

    @cached_property
    def cycles(self) -> list[FoundCycle]:
        """Return the cycles in the question's packages, from the most eager kind to the least, then sorted by modules.

        The same modules are one cycle, with the most eager kind that closes it.
        """
        seen: set[tuple[str, ...]] = set()
        cycles, kinds = [], self.graph.every_kind
        for kind in filter(kinds.__contains__, Kind):
            view = self.view(kind)
            for modules in cycles_in(view):
                if modules not in seen:
                    seen.add(modules)
                    cycles.append(FoundCycle(kind, Component(view, modules)))
        return [cycle for cycle in cycles if self._is_asked_for(cycle)]

    def view(self, kind: Kind) -> ImportGraph:
        """Return the graph of the imports of a kind and of more eager kinds."""
        return self.graph.without_kinds(frozenset(other for other in Kind if other.rank > kind.rank))

    def _is_asked_for(self, cycle: FoundCycle) -> bool:
        packages = self.question.packages
        return cycle.kind in self.question.kinds and any(
            within(module, package) for module in cycle.component.modules for package in packages
        )

    def statement(self, edge: Edge, view: ImportGraph) -> Import:
        """Return the statement or the call of an import; if it has several, the first by line."""
        line = view.lines(*edge)[0]
        return self._call(edge, line) or self.statements.statement(edge, view)

    def statements_of(self, edge: Edge) -> tuple[Import, ...]:
        """Return all statements and calls of an import, by line. Their text is read when it is first used."""
        lines = self.graph.lines(*edge)
        return tuple(self._call(edge, line) or self.statements.statement_on(edge, line) for line in lines)

    def _call(self, edge: Edge, line: int) -> Import | None:
        """Return the call on a line that imports a module; None if it is a statement that does."""
        if (call := self.statements.calls.get((edge, line))) is None:
            return None
        text = call.text if self.statements.snapshot.may_quote(edge[0]) else ""
        return Import(*edge, self.statements.path(edge[0]), line, call.column, call.kind, text)

    def cycle(self, cycle: FoundCycle, plan: Plan | None, crashing: Iterable[ReportedCrash]) -> Cycle:
        """Return a cycle as reports show it, with those of the ``crashing`` entries that crash inside it."""
        modules, view = cycle.component.modules, cycle.component.graph
        inside, edges = frozenset(modules), cycle.component.edges
        ring, is_shortest = shortest_ring(view, modules)
        return Cycle(
            kind=cycle.kind,
            modules=modules,
            imports=Later(len(edges), lambda at: self.statement(edges[at], view)),
            ring=tuple(self.statement(edge, view) for edge in ring),
            is_shortest=is_shortest,
            crashes=tuple(crash.entry for crash in crashing if {crash.place.module, crash.imported} <= inside),
            plan=plan,
        )
