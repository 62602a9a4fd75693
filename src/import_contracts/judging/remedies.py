"""The crashes of a program, and the plans that remove its cycles, as reports show them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from functools import cache, cached_property
from itertools import starmap
from typing import TypeAlias

from import_contracts.contracts.crash import violation_of
from import_contracts.crashes.bodies import COUNTED, FAILED, LOADED, SEARCHED, Bodies, CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.messages import message_of_lazy
from import_contracts.crashes.missing import MissingImport, MissingImports
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.modules import World
from import_contracts.crashes.search import Attempt, CrashSearch, least_tried, search_crashes
from import_contracts.crashes.unfollowed import unfollowed
from import_contracts.graph.components import Component
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.judging.cycles import CycleSearch
from import_contracts.judging.fixes import reported_fix
from import_contracts.judging.statements import Statements
from import_contracts.problems import did_you_mean_module
from import_contracts.reading.context import every_second
from import_contracts.reading.source.imports import ImportReader, read_calls, read_imports
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import remembering
from import_contracts.records import replace
from import_contracts.repair.annotation_readers import AnnotationReaders
from import_contracts.repair.crash_plans import CrashPlan, CrashTools, crash_plan
from import_contracts.repair.fixes import Fix, Fixes
from import_contracts.repair.planning import PlannedStep, RepairPlan, Tools, plans
from import_contracts.repair.program_names import ProgramNames
from import_contracts.reports.cycles import (
    NotFollowed,
    Plan,
    Question,
    ReportedCrash,
    ReportedCrashPlan,
    ReportedDeadlock,
    ReportedEdit,
    ReportedMissing,
    Step,
)

Tried: TypeAlias = Callable[[Mapping[str, Source], Collection[str]], CrashSearch]

_WORK = 33_000
"""How much is done to try edits for crashes: operations of modules, as `World.work` counts them, and modules tried."""


class Remedies:
    """The crashes of a program and the plans for its cycles.

    Each parses what it needs: the search for crashes keeps no trees, which need more room than all else.
    """

    def __init__(self, question: Question, statements: Statements) -> None:
        self._question = question
        self._statements = statements
        self._parse = remembering()
        self._codes = CodeCache()
        self._reader = ImportReader()
        self._names: list[ProgramNames] = []
        self._edited: set[str] = set()

    @property
    def functions(self) -> Set[tuple[str, str]]:
        """The functions, by module and name, that were followed, or whose calls matter wherever they are: those of "".

        The name "" stands for all functions of a module: it was edited on paper to end a crash. `SEARCHED` says that
        each use of a name in the module was looked for, and `COUNTED` that it matters how many definitions it has. Of
        other functions it only matters which names they use.
        """
        reading = {("", name) for names in self._names for name in names.made(AnnotationReaders).functions}
        searched = {(module, SEARCHED) for names in self._names for module in names.searched}
        counted = {(module, COUNTED) for names in self._names for module in names.counted}
        return self._codes.called | reading | searched | counted | {(module, "") for module in self._edited}

    @property
    def needed(self) -> Set[tuple[str, str]]:
        """The modules that others depend on, with `LOADED`, and the others with what they load of what crashes.

        Those that fail for another reason are there with `FAILED`.
        """
        world = self.known
        if world is None:
            return frozenset()
        needed, numbers = world.needed, world.model.modules
        found = {(module, LOADED) for module in needed}
        for module in world.outcomes.keys() - needed:
            known = world.outcomes[module]
            names = [FAILED] if known is None else self.crashing
            found.update((module, name) for name in names if not known or known.loaded.certain >> numbers[name] & 1)
        return found

    def after(self, statements: Statements, changed: Mapping[str, Source]) -> Remedies:
        """Return the same for the program in which the modules in ``changed`` have this text."""
        later = copy(self)
        later._statements = statements  # noqa: SLF001 - our own
        later.__dict__["_before"] = self._crashes(changed)
        return later

    # --- crashes --------------------------------------------------------------------------------------------------

    def crashes(self) -> tuple[ReportedCrash, ...]:
        """Return the crashes, sorted by the module that crashes when it is imported first."""
        return tuple(map(self._reported, self._before.crashes))

    @property
    def crashing(self) -> frozenset[str]:
        """The modules that crash when they are imported first."""
        return frozenset(crash.entry for crash in self._before.crashes)

    @property
    def found(self) -> tuple[Crash, ...]:
        """The crashes as they were found, sorted like `crashes`."""
        return self._before.crashes

    @property
    def untried(self) -> tuple[str, ...]:
        """The modules for which it is not known whether they crash, sorted."""
        return self._before.untried

    @property
    def known(self) -> World | None:
        """What the search for crashes has found out."""
        return self._before.world

    @cached_property
    def _before(self) -> CrashSearch:
        step = self._statements.snapshot.context.step
        with step("find the possible imports", len(self._statements.snapshot.program.modules)) as advance:
            model = self._model({}, every_second(advance))
            tried = least_tried(model)
        with step("look for crashes", tried) as advance:
            return search_crashes(model, None, self._codes, advance)

    def _crashes(
        self,
        changed: Mapping[str, Source],
        entries: Collection[str] | None = None,
        others: Iterable[CrashSearch] = (),
        advance: Callable[[], object] = int,
    ) -> CrashSearch:
        """Return the crashes if the modules in ``changed`` had this text; of the given entries, or of all.

        What is known from the first search is taken over, or from one of the others.
        """
        before = [self._before, *others] if changed else []
        return search_crashes(self._model(changed), entries, self._codes, advance, before)

    def _model(self, changed: Mapping[str, Source], advance: Callable[[], object] = int) -> ImportModel:
        """Return the program in which the modules in ``changed`` have this text."""
        text = self._statements.program_text
        modules = self._statements.snapshot.program.modules
        changed_imports = {module: possible_imports(source, modules) for module, source in changed.items()}
        sources, imports = {**text.sources, **changed}, {**text.imports, **changed_imports}
        like = self.known.model if changed and self.known else None
        return ImportModel(sources, imports, self._question.python, text.namespaces, like=like, advance=advance)

    def _reported(self, crash: Crash) -> ReportedCrash:
        violation = violation_of(crash)
        return ReportedCrash(
            entry=crash.entry,
            error=crash.error,
            imported=crash.imported,
            name=crash.name,
            place=self._statements.place(crash.importer, crash.line),
            stack=tuple(
                self._statements.place(frame.module, frame.line, is_call=frame.is_call) for frame in crash.stack
            ),
            defined=None if crash.defined is None else self._statements.place(crash.imported, crash.defined),
            works_from=crash.works_from,
            message=crash.message,
            message_at_root=crash.message_at_root,
            lazy_message=message_of_lazy(crash.lazy) if crash.lazy else None,
            way=tuple(map(self._statements.on_line, violation.chain, violation.lines)),
        )

    # --- the plan for crashes --------------------------------------------------------------------------------------

    def crash_plan(self, search: CycleSearch) -> tuple[ReportedCrashPlan | None, dict[str, Source]]:
        """Return the plan for the crashes, and the modules that it changes, as they are then; None if none crashes."""
        if not self._before.crashes:
            return None, {}
        with self._statements.snapshot.context.step("plan for the crashes"):
            fixes = self.fixes(search)
            plan = self.repair_crashes(search.graph, fixes)
            changed = {
                module: replace(self._statements.sources[module], text=fixes.text(module, found))
                for module, found in fixes.edits(step.fix for step in plan.steps).items()
            }
        reported = ReportedCrashPlan(
            tuple(self._edit(step.fix, step.stops, search, fixes) for step in plan.steps),
            tuple(
                ReportedDeadlock(left.entries, left.fix.importer, reported_fix([left.fix], fixes, self._statements))
                for left in plan.left
            ),
            plan.is_whole,
        )
        return reported, changed

    def repair_crashes(
        self, graph: ImportGraph, fixes: Fixes, may: Callable[[Fix], bool] = lambda _: True
    ) -> CrashPlan:
        """Return the plan for the crashes, made of fixes that may be made."""
        sources, version = self._statements.sources, self._question.python
        work = 0
        searches = [self._before]
        last: tuple[Mapping[str, Source], Attempt] | None = None

        def attempt(changed: Mapping[str, Source], entries: Collection[str], most: float = math.inf) -> Iterable[Crash]:
            nonlocal work, last
            self._edited.update(changed)
            if last is None or last[0] != changed:
                last = changed, Attempt(self._model(changed), self._codes, searches)
            found = last[1].tried(entries, most)
            work += found.work + len(sources)
            return found.crashes

        def attempt_any(changed: Mapping[str, Source], entries: Collection[str]) -> Iterable[Crash]:
            return attempt(changed, entries, _WORK - work - len(sources))

        def search(changed: Mapping[str, Source]) -> Iterable[Crash] | None:
            nonlocal work, last
            self._edited.update(changed)
            last = None
            found = self._crashes(changed)
            searches[1:] = [found]
            work += found.work + len(sources)
            return None if set(found.untried) - set(self.untried) else found.crashes

        tools = CrashTools(
            sources,
            graph,
            fixes,
            version,
            sources.keys(),
            attempt,
            attempt_any,
            search,
            lambda: work > _WORK,
            may,
        )
        return crash_plan(tools, self._before.crashes)

    def evidence(self, fix: Fix, search: CycleSearch, fixes: Fixes) -> Import:
        """Return the import that a fix is about; if there is none, the first line that it changes."""
        edge = fix.importer, fix.imported
        if search.graph.has_import(*edge):
            return search.statement(edge, search.graph)
        changed = fixes.edits([fix]).get(fix.importer, ())
        first = next((edit.line for edit in changed if edit.old), next((edit.line for edit in changed), 1))
        return self._statements.on_line(edge, first)

    def _edit(self, fix: Fix, stops: tuple[str, ...], search: CycleSearch, fixes: Fixes) -> ReportedEdit:
        place = self._statements.place(fix.importer, self.evidence(fix, search, fixes).line)
        return ReportedEdit(fix.imported, place, reported_fix([fix], fixes, self._statements), fix.level, stops)

    # --- what is not there, and what is not known ----------------------------------------------------------------

    def missing(self, importers: Iterable[str] | None = None) -> tuple[MissingImport, ...]:
        """Return the imports of what is not there, sorted by module and line.

        Where ``importers`` are given, only what these import from each other or themselves; nothing else is read then.
        """
        if importers is None:
            model = self._model({})
        else:
            sources = {module: source for module in importers if (source := self._statements.source(module))}
            model = ImportModel(sources, {}, self._question.python)
        found = MissingImports(model, Bodies(model, self._codes), self._statements.exists, self._reader)
        return found.of(sorted(model.sources))

    def reported_missing(self, missing: MissingImport) -> ReportedMissing:
        """Return an import of what is not there, as reports show it."""
        modules, name = self._statements.snapshot.program.modules, missing.imported
        why = f"There is no module {name}"
        if missing.may_be_name:
            why += f", and {missing.module} does not define {name.rpartition('.')[2]}"
        alike = next((each for each in sorted(modules) if each.casefold() == name.casefold()), "")
        near = f" Did you mean '{alike}'?" if alike else did_you_mean_module(name, modules)
        place = self._statements.place(missing.importer, missing.line)
        return ReportedMissing(place, name, missing.message, f"{why}.{near}")

    def not_followed(self) -> tuple[NotFollowed, ...]:
        """Return what is not followed to predict crashes, by kind."""
        return tuple(starmap(NotFollowed, unfollowed(self._statements.sources.values()).items()))

    # --- plans ----------------------------------------------------------------------------------------------------

    def plans(self, search: CycleSearch, crashes: Tried) -> list[Plan | None]:
        """Return the plan of each cycle that a search finds, in their order; None for those that need none.

        Those of one kind are planned together. For crashes, it asks only ``crashes``, which does what `tried` does, and
        only when it has chosen what is certainly needed.
        """
        with self._statements.snapshot.context.step("plan"):
            return self._plans(search, crashes)

    def _plans(self, search: CycleSearch, crashes: Tried) -> list[Plan | None]:
        cycles, fixes, planned = search.cycles, self.fixes(search), self._question.planned

        @cache
        def of_kind(kind: Kind) -> tuple[list[Component], Callable[[], tuple[RepairPlan, ...]]]:
            components = [cycle.component for cycle in cycles if cycle.kind is kind]
            return components, self._chosen(components, kind, fixes, crashes)

        kinds = {cycle.kind for cycle in cycles}
        for kind in sorted(kinds.intersection(planned.kinds((False, cycle.kind) for cycle in cycles)), key=_rank):
            of_kind(kind)
        crashing = [(crash.importer, crash.imported) for crash in crashes({}, ()).crashes]
        known = [(any(map(set(cycle.component.modules).issuperset, crashing)), cycle.kind) for cycle in cycles]
        by_modules: dict[tuple[str, ...], Plan] = {}
        for kind in sorted(kinds.intersection(planned.kinds(known)), key=_rank):
            components, tried = of_kind(kind)
            for component, plan in zip(components, tried(), strict=True):
                by_modules[component.modules] = self._plan(plan, component.graph, fixes, search)
        return [by_modules.get(cycle.component.modules) for cycle in cycles]

    def fixes(self, search: CycleSearch) -> Fixes:
        """Return what finds the fixes of imports."""
        source, version = self._statements.quotable_source, self._question.python
        fixes = Fixes(source, search.graph, version, self._parse, self._reader)
        self._names.append(fixes.names)
        return fixes

    def repair_plans(self, cycles: Sequence[Component], kind: Kind, fixes: Fixes) -> tuple[RepairPlan, ...]:
        """Return the plan of each of some cycles of one kind, in their order; they are planned together."""
        return self._chosen(cycles, kind, fixes, self.tried())() if cycles else ()

    def _chosen(
        self, cycles: Sequence[Component], kind: Kind, fixes: Fixes, crashes: Tried
    ) -> Callable[[], tuple[RepairPlan, ...]]:
        """Choose what to do about some cycles of one kind, and return what tries it, and returns the plans."""
        tools = Tools(self._statements.sources, fixes, self._imports, crashes)
        return plans(tools, cycles, [other for other in Kind if other.rank <= kind.rank])

    def tried(self) -> Tried:
        """Return what tells which modules crash if some had other texts; without any, those that crash now.

        Of the modules it tells only those that are asked about, and not what was found out about them, which is kept
        for the next question.
        """
        last: list[CrashSearch] = []

        def crashes(changed: Mapping[str, Source], entries: Collection[str]) -> CrashSearch:
            if changed:
                with self._statements.snapshot.context.step("try the plans") as advance:
                    last[:] = [self._crashes(changed, entries, last, advance)]
            return replace(last[0] if changed else self._before, world=None)

        return crashes

    def _imports(self, source: Source) -> Iterator[tuple[Edge, Kind]]:
        text, module, is_package = source.text, source.module, source.is_package
        for read in (read_imports, read_calls):
            for written in read(text, module, is_package=is_package):
                if (imported := self._statements.resolved(written, source)) is not None:
                    yield (module, imported), written.kind

    def _plan(self, plan: RepairPlan, view: ImportGraph, fixes: Fixes, search: CycleSearch) -> Plan:
        steps = tuple(self._step(step, view, fixes, search) for step in plan.steps)
        return Plan(steps, plan.is_minimum, plan.crashes_left, plan.crashes_new)

    def _step(self, step: PlannedStep, view: ImportGraph, fixes: Fixes, search: CycleSearch) -> Step:
        first, *others = step.fixes
        ring = step.rings[first]
        return Step(
            evidence=search.statement(first, view),
            gain=step.gain,
            fix=reported_fix(list(step.fixes.values()), fixes, self._statements),
            ring=tuple(search.statement(edge, view) for edge in ring or (first,)),
            is_ring_cut=ring is None,
            others=tuple(search.statement(edge, view) for edge in others),
            package=step.package,
            shape=step.shape or "",
        )


def _rank(kind: Kind) -> int:
    return kind.rank
