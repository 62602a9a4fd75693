"""The cycles of a program, and which kinds of imports close them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from import_contracts.graph.components import Component, components, shortest_ring
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.judging.statements import Statements
from import_contracts.reports.cycles import Cycle, Plan, Question, ReportedCrash


@dataclass(frozen=True)
class FoundCycle:
    """A strongly connected component of the imports of a kind and of those more eager; its graph has these imports."""

    kind: Kind
    component: Component


class CycleSearch:
    """Finds the cycles of a program that a question is about, in a graph that has imports by call too."""

    def __init__(self, question: Question, statements: Statements) -> None:
        self.question = question
        self.statements = statements

    @cached_property
    def graph(self) -> ImportGraph:
        """The import graph, with what is imported by calls."""
        calls = ((edge, line, written.kind) for (edge, line), written in self.statements.calls.items())
        return self.statements.snapshot.scan.graph.with_imports(calls)

    def cycles(self) -> list[FoundCycle]:
        """Return the cycles that were asked for; a set of modules once, with the most eager kind that closes it."""
        seen: set[tuple[str, ...]] = set()
        found = []
        for kind, view in self._views():
            for modules in components({module: view.imported_by(module) for module in view.modules}):
                if modules not in seen:
                    seen.add(modules)
                    found.append(FoundCycle(kind, Component(view, modules)))
        return [cycle for cycle in found if self._is_asked_for(cycle)]

    def _views(self) -> Iterator[tuple[Kind, ImportGraph]]:
        """Yield for each kind the graph of its imports and of those that are more eager."""
        left_out = frozenset(Kind)
        for kind in Kind:
            left_out -= {kind}
            yield kind, self.graph.without_kinds(left_out)

    def _is_asked_for(self, cycle: FoundCycle) -> bool:
        packages = self.question.packages
        return cycle.kind in self.question.kinds and any(
            within(module, package) for module in cycle.component.modules for package in packages
        )

    def statement(self, edge: Edge, view: ImportGraph) -> Import:
        """Return the statement, or the call, that makes an import."""
        line = view.lines(*edge)[0]
        if (call := self.statements.calls.get((edge, line))) is None:
            return self.statements.statement(edge, view)
        return Import(*edge, self.statements.path(edge[0]), line, call.column, call.kind, call.text)

    def cycle(self, cycle: FoundCycle, plan: Plan | None, crashing: Iterable[ReportedCrash]) -> Cycle:
        """Return a cycle as reports show it."""
        modules, view = cycle.component.modules, cycle.component.graph
        inside = frozenset(modules)
        return Cycle(
            kind=cycle.kind,
            modules=modules,
            imports=tuple(self.statement(edge, view) for edge in cycle.component.edges),
            ring=tuple(self.statement(edge, view) for edge in shortest_ring(view, modules)),
            crashes=tuple(each.entry for each in crashing if {each.place.module, each.imported} <= inside),
            plan=plan,
        )
