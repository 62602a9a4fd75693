"""Which modules of a program crash, and the plans after which its cycles are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from import_contracts.contracts.crash import violation_of
from import_contracts.crashes.bodies import CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.search import find_crashes
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.judging.cycles import CycleSearch, FoundCycle
from import_contracts.judging.fixes import reported_fix
from import_contracts.reading.imports import read_imports
from import_contracts.reading.text import Source
from import_contracts.reading.trees import remembering
from import_contracts.repair.fixes import Fixes
from import_contracts.repair.planning import RepairPlan, Tools, plans
from import_contracts.reports.cycles import Place, Plan, ReportedCrash, Step


class Remedies:
    """The crashes of a program, and what to change."""

    def __init__(self, search: CycleSearch) -> None:
        self._search = search
        self._question = search.question
        self._statements = search.statements
        self._parse = remembering()
        self._codes = CodeCache(self._parse)

    # --- crashes --------------------------------------------------------------------------------------------------

    def crashes(self) -> tuple[ReportedCrash, ...]:
        """Return what crashes, sorted by entry."""
        return tuple(map(self._reported, self._before))

    @cached_property
    def _before(self) -> tuple[Crash, ...]:
        with self._statements.snapshot.context.step("look for crashes"):
            return self._crashes({})

    def _crashes(self, changed: Mapping[str, Source], entries: Collection[str] | None = None) -> tuple[Crash, ...]:
        """Return what crashes, of some entries or all, when some modules have another text."""
        text = self._statements.program_text
        modules = self._statements.snapshot.program.modules
        other = {module: possible_imports(source, modules) for module, source in changed.items()}
        sources, imports = {**text.sources, **changed}, {**text.imports, **other}
        model = ImportModel(sources, imports, self._question.python, text.namespaces)
        return find_crashes(model, entries, self._codes)

    def _reported(self, crash: Crash) -> ReportedCrash:
        violation = violation_of(crash)
        return ReportedCrash(
            entry=crash.entry,
            error=crash.error,
            imported=crash.imported,
            name=crash.name,
            place=self._place(crash.importer, crash.line),
            stack=tuple(self._place(frame.module, frame.line, is_call=frame.is_call) for frame in crash.stack),
            defined=None if crash.defined is None else self._place(crash.imported, crash.defined),
            works_from=crash.works_from,
            message=violation.message,
            way=tuple(map(self._statements.on_line, violation.chain, violation.lines)),
        )

    def _place(self, module: str, line: int, *, is_call: bool = False) -> Place:
        return Place(module, self._statements.path(module), line, self._statements.text(module, line), is_call)

    # --- plans ----------------------------------------------------------------------------------------------------

    def plans(self, found: Sequence[FoundCycle]) -> list[Plan]:
        """Return a plan for each cycle; those of one kind are tried together."""
        with self._statements.snapshot.context.step("plan"):
            return self._plans(found)

    def _plans(self, found: Sequence[FoundCycle]) -> list[Plan]:
        fixes = Fixes(self._statements.source, self._search.graph, self._question.python, self._parse)
        tools = Tools(self._statements.sources, fixes, self._imports, self._crashes, self._before)
        made: dict[tuple[str, ...], Plan] = {}
        for kind in Kind:
            of_kind = [each for each in found if each.kind is kind]
            kinds = [each for each in Kind if each.rank <= kind.rank]
            cycles = [each.component for each in of_kind]
            for each, plan in zip(of_kind, plans(tools, cycles, kinds) if cycles else (), strict=True):
                made[each.component.modules] = self._plan(plan, each.component.graph, fixes)
        return [made[each.component.modules] for each in found]

    def _imports(self, source: Source) -> Iterator[tuple[Edge, Kind]]:
        for written in read_imports(source.text, source.module, is_package=source.is_package):
            if (imported := self._statements.resolved(written, source)) is not None:
                yield (source.module, imported), written.kind

    def _plan(self, plan: RepairPlan, view: ImportGraph, fixes: Fixes) -> Plan:
        steps = tuple(
            Step(
                evidence=self._search.statement(each.edge, view),
                gain=each.gain,
                fix=reported_fix(each.fix, fixes, self._statements),
                ring=tuple(self._search.statement(edge, view) for edge in each.ring),
            )
            for each in plan.steps
        )
        return Plan(steps, plan.is_minimum, plan.crashes_left, plan.crashes_new)
