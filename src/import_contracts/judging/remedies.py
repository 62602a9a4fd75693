"""The crashes of a program, and the plans that remove its cycles, as reports show them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from import_contracts.contracts.crash import violation_of
from import_contracts.crashes.bodies import CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.messages import message_of_lazy
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.search import CrashSearch, search_crashes
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.judging.cycles import CycleSearch, FoundCycle
from import_contracts.judging.fixes import reported_fix
from import_contracts.reading.context import Advance, not_counted
from import_contracts.reading.imports import read_imports
from import_contracts.reading.text import Source
from import_contracts.reading.trees import remembering
from import_contracts.repair.fixes import Fixes
from import_contracts.repair.planning import RepairPlan, Tools, plans
from import_contracts.reports.cycles import Place, Plan, ReportedCrash, Step


class Remedies:
    """The crashes of a program and the plans for its cycles. Files are parsed only once for both."""

    def __init__(self, search: CycleSearch) -> None:
        self._search = search
        self._question = search.question
        self._statements = search.statements
        self._parse = remembering()
        self._codes = CodeCache(self._parse)

    # --- crashes --------------------------------------------------------------------------------------------------

    def crashes(self) -> tuple[ReportedCrash, ...]:
        """Return the crashes, sorted by the module that crashes when it is imported first."""
        return tuple(map(self._reported, self._before.crashes))

    @property
    def untried(self) -> tuple[str, ...]:
        """The modules for which it is not known whether they crash, sorted."""
        return self._before.untried

    @cached_property
    def _before(self) -> CrashSearch:
        with self._statements.snapshot.context.step("look for crashes") as advance:
            return self._crashes({}, advance=advance)

    def _crashes(
        self, changed: Mapping[str, Source], entries: Collection[str] | None = None, advance: Advance = not_counted
    ) -> CrashSearch:
        """Return the crashes if the modules in ``changed`` had this text; of the given entries, or of all."""
        text = self._statements.program_text
        modules = self._statements.snapshot.program.modules
        changed_imports = {module: possible_imports(source, modules) for module, source in changed.items()}
        sources, imports = {**text.sources, **changed}, {**text.imports, **changed_imports}
        model = ImportModel(sources, imports, self._question.python, text.namespaces)
        return search_crashes(model, entries, self._codes, advance)

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
            message=crash.message,
            message_at_root=crash.message_at_root,
            lazy_message=message_of_lazy(crash.lazy) if crash.lazy else None,
            way=tuple(map(self._statements.on_line, violation.chain, violation.lines)),
        )

    def _place(self, module: str, line: int, *, is_call: bool = False) -> Place:
        return Place(module, self._statements.path(module), line, self._statements.text(module, line), is_call)

    # --- plans ----------------------------------------------------------------------------------------------------

    def plans(self, cycles: Sequence[FoundCycle]) -> list[Plan]:
        """Return the plan of each cycle, in the order of ``cycles``. Those of one kind are planned together."""
        with self._statements.snapshot.context.step("plan"):
            return self._plans(cycles)

    def _plans(self, cycles: Sequence[FoundCycle]) -> list[Plan]:
        fixes = Fixes(self._statements.quotable_source, self._search.graph, self._question.python, self._parse)
        tools = Tools(self._statements.sources, fixes, self._imports, self._crashes, self._before)
        by_modules: dict[tuple[str, ...], Plan] = {}
        for kind in Kind:
            components = [cycle.component for cycle in cycles if cycle.kind is kind]
            kinds = [other for other in Kind if other.rank <= kind.rank]
            made = plans(tools, components, kinds) if components else ()
            for component, plan in zip(components, made, strict=True):
                by_modules[component.modules] = self._plan(plan, component.graph, fixes)
        return [by_modules[cycle.component.modules] for cycle in cycles]

    def _imports(self, source: Source) -> Iterator[tuple[Edge, Kind]]:
        for written in read_imports(source.text, source.module, is_package=source.is_package):
            if (imported := self._statements.resolved(written, source)) is not None:
                yield (source.module, imported), written.kind

    def _plan(self, plan: RepairPlan, view: ImportGraph, fixes: Fixes) -> Plan:
        steps = tuple(
            Step(
                evidence=self._search.statement(step.edge, view),
                gain=step.gain,
                fix=reported_fix(step.fix, fixes, self._statements),
                ring=tuple(self._search.statement(edge, view) for edge in step.ring or (step.edge,)),
                is_ring_cut=step.ring is None,
            )
            for step in plan.steps
        )
        return Plan(steps, plan.is_minimum, plan.crashes_left, plan.crashes_new)
