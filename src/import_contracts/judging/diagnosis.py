"""From a program to its cycles: which stand with what, which modules crash, and what to change so that none is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from import_contracts.graph.components import components, shortest_ring
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.judging.statements import Evidence
from import_contracts.reading.imports import read_imports
from import_contracts.reading.snapshot import Snapshot, Watch
from import_contracts.reading.text import Source
from import_contracts.reports.check import Unreadable
from import_contracts.reports.cycles import Cycle, CyclesReport, Plan, Question, Step

if TYPE_CHECKING:
    from import_contracts.crashes.interpreter import Crash
    from import_contracts.crashes.operations import Code
    from import_contracts.reading.trees import Parser
    from import_contracts.repair.fixes import Fixes
    from import_contracts.repair.planning import PlanFor


def diagnose(question: Question, snapshot: Snapshot, evidence: Evidence, watch: Watch) -> CyclesReport:
    """Return the cycles of a program, what crashes, and what to change."""
    return _Diagnosis(question, snapshot, evidence, watch).report()


@dataclass(frozen=True)
class _Found:
    """A component of the view of one kind."""

    kind: Kind
    view: ImportGraph
    modules: tuple[str, ...]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The cyclic imports, sorted."""
        inside = frozenset(self.modules)
        return tuple((one, other) for one in self.modules for other in self.view.imported_by(one) if other in inside)


class _Diagnosis:
    """The answer to one question, part by part."""

    def __init__(self, question: Question, snapshot: Snapshot, evidence: Evidence, watch: Watch) -> None:
        self._question = question
        self._snapshot = snapshot
        self._evidence = evidence
        self._watch = watch
        self._known: dict[Source, Code] = {}

    def report(self) -> CyclesReport:
        """Return all that was asked for."""
        question, scan = self._question, self._snapshot.scan
        with self._watch("find the cycles"):
            wanted = [each for each in self._components() if self._is_asked_for(each)]
        found: tuple[Crash, ...] | None = None
        planned: Sequence[Plan | None] = [None] * len(wanted)
        if not question.is_quick:
            with self._watch("look for crashes"):
                found = self._crashes({})
            with self._watch("plan"):
                planned = self._plans(wanted, found)
        cycles = [self._cycle(each, plan, found or ()) for each, plan in zip(wanted, planned, strict=True)]
        entries = [each for each in found or () if any(within(each.entry, package) for package in question.packages)]
        return CyclesReport(
            packages=question.packages,
            modules=len(self._snapshot.program.modules),
            imports=sum(1 for _ in self._graph.edges()),
            python=question.python,
            cycles=tuple(sorted(cycles, key=_importance)),
            crashes=None if found is None else tuple(map(self._evidence.crash, entries)),
            unreadable=tuple(
                Unreadable(self._evidence.path(each.module), each.line, each.message) for each in scan.unreadable
            ),
        )

    # --- cycles ---------------------------------------------------------------------------------------------------

    @cached_property
    def _graph(self) -> ImportGraph:
        calls = ((edge, line, written.kind) for (edge, line), written in self._evidence.calls.items())
        return self._snapshot.scan.graph.with_imports(calls)

    def _views(self) -> Iterator[tuple[Kind, ImportGraph]]:
        """Yield for each kind the graph of its imports and of those that are more eager."""
        left_out = frozenset(Kind)
        for kind in Kind:
            left_out -= {kind}
            yield kind, self._graph.without_kinds(left_out)

    def _components(self) -> Iterator[_Found]:
        """Yield each set of modules that is a component once, as one of the most eager kind that it is."""
        seen: set[tuple[str, ...]] = set()
        for kind, view in self._views():
            for component in components({module: view.imported_by(module) for module in view.modules}):
                if component not in seen:
                    seen.add(component)
                    yield _Found(kind, view, component)

    def _is_asked_for(self, found: _Found) -> bool:
        packages = self._question.packages
        return found.kind in self._question.kinds and (
            set(packages) >= set(self._snapshot.program.roots)
            or any(within(module, package) for module in found.modules for package in packages)
        )

    def _cycle(self, found: _Found, plan: Plan | None, crashing: Iterable[Crash]) -> Cycle:
        inside = frozenset(found.modules)
        return Cycle(
            kind=found.kind,
            modules=found.modules,
            imports=tuple(self._import(edge, found.view) for edge in found.edges),
            ring=tuple(self._import(edge, found.view) for edge in shortest_ring(found.view, found.modules)),
            crashes=tuple(each.entry for each in crashing if {each.importer, each.imported} <= inside),
            plan=plan,
        )

    def _import(self, edge: Edge, view: ImportGraph) -> Import:
        """Return the statement, or the call, that makes an import."""
        line = view.lines(*edge)[0]
        if (call := self._evidence.calls.get((edge, line))) is None:
            return self._evidence.statement(edge, view)
        return Import(*edge, self._evidence.path(edge[0]), line, call.column, call.kind, call.text)

    @cached_property
    def _parse(self) -> Parser:
        from import_contracts.reading.trees import remembering  # noqa: PLC0415 - not needed by a quick answer

        return remembering()

    # --- crashes --------------------------------------------------------------------------------------------------

    def _crashes(self, changed: Mapping[str, Source], entries: Collection[str] | None = None) -> tuple[Crash, ...]:
        """Return what crashes, of some entries or all, when some modules have another text."""
        from import_contracts.crashes.interpreter import crashes  # noqa: PLC0415 - not needed by a quick answer
        from import_contracts.crashes.program import may_import  # noqa: PLC0415 - as above

        program = self._snapshot.program
        imports = self._evidence.imports | {
            module: may_import(source, program.modules) for module, source in changed.items()
        }
        return crashes(
            {**self._evidence.sources, **changed},
            imports,
            version=self._question.python,
            namespaces=program.namespaces,
            entries=entries,
            known=self._known,
            parse=self._parse,
        )

    # --- plans ----------------------------------------------------------------------------------------------------

    def _plans(self, wanted: Sequence[_Found], before: Collection[Crash]) -> list[Plan]:
        """Return a plan for each cycle; those of one kind are carried out together to see."""
        from import_contracts.repair.fixes import Fixes  # noqa: PLC0415 - not needed by a quick answer
        from import_contracts.repair.planning import Tangle, Workshop, plans  # noqa: PLC0415 - as above

        fixes = Fixes(self._evidence.source, self._graph, self._question.python, self._parse)
        workshop = Workshop(self._evidence.sources, fixes, self._imports, self._crashes, before)
        made: dict[tuple[str, ...], Plan] = {}
        for kind in Kind:
            of_kind = [each for each in wanted if each.kind is kind]
            kinds = [each for each in Kind if each.rank <= kind.rank]
            tangles = [Tangle(each.view, each.modules) for each in of_kind]
            for each, plan in zip(of_kind, plans(workshop, tangles, kinds) if tangles else (), strict=True):
                made[each.modules] = self._plan(plan, each.view, fixes)
        return [made[each.modules] for each in wanted]

    def _imports(self, source: Source) -> Iterator[tuple[Edge, Kind]]:
        for written in read_imports(source.text, source.module, is_package=source.is_package):
            if (imported := self._evidence.resolved(written, source)) is not None:
                yield (source.module, imported), written.kind

    def _plan(self, plan: PlanFor, view: ImportGraph, fixes: Fixes) -> Plan:
        steps = tuple(
            Step(
                evidence=self._import(each.edge, view),
                gain=each.gain,
                fix=self._evidence.fix(each.fix, fixes),
                ring=tuple(self._import(edge, view) for edge in each.ring),
            )
            for each in plan.steps
        )
        return Plan(steps, plan.is_minimum, plan.crashes_left, plan.crashes_new)


def _importance(cycle: Cycle) -> tuple[bool, int, int, tuple[str, ...]]:
    return not cycle.crashes, cycle.kind.rank, -len(cycle.modules), cycle.modules
