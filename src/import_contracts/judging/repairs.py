"""What fixes would do to a program: they are tried without writing, and only harmless ones are made together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Literal, TypeAlias

from import_contracts.graph.components import components
from import_contracts.graph.import_graph import Edge, Import
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.judging.cycles import CycleSearch, FoundCycle
from import_contracts.judging.fixes import direct_fix
from import_contracts.judging.remedies import Remedies
from import_contracts.judging.statements import Statements
from import_contracts.reading.source.rewriting import rewritten
from import_contracts.reading.source.text import UndecodableError, decode
from import_contracts.records import dataclass, replace
from import_contracts.repair.crash_plans import CrashPlan
from import_contracts.repair.fix_kinds import FixKind, Level
from import_contracts.repair.fixes import Fix, Fixes, Identity
from import_contracts.reports.cycles import Question

_ROUNDS = 10
"""How often the cycles that are left are planned anew."""


class StaleTextError(Exception):
    """The file of a module has changed since it was analysed; the message is the path as reports show it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step of a plan for a program: how to change an import.

    ``cycle`` is the kind of cycle that it breaks; None if it is for crashes. If ``is_wanted``, it is about no cycle,
    but a contract wants the import to be direct.
    """

    state: State
    fix: Fix
    evidence: Import
    cycle: Kind | None
    is_wanted: bool = False

    def alone(self) -> Iterator[tuple[str, str, str]]:
        """Yield the modules that it changes if no other step is made, each with its text before and after."""
        for module, text in self.state.texts([self.fix]).items():
            source = self.state.statements.source(module)
            with suppress(UndecodableError):
                if source is not None:
                    yield module, source.text, decode(self.state.content(module, text))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that is not made, and why, in a sentence; ``level`` is that of the fix, if only that is the reason."""

    proposal: Proposal
    why: str
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which fixes may be made: of some levels, and of some kinds, or of all if there are none.

    ``stops_crashes`` makes only those of the plan for crashes. ``refusal`` says why a fix must not be made; "" if it
    may. ``within`` are the steps that may be made, by their identity; None for all. If ``direct`` is not None, only
    these imports are changed, so that they are direct.
    """

    levels: frozenset[Level]
    kinds: frozenset[FixKind]
    stops_crashes: bool
    refusal: Callable[[Fix], str]
    within: frozenset[Identity] | None = None
    direct: frozenset[Edge] | None = None


class State:
    """A program with its cycles, crashes and plans: as it is on the disk, or as it would be after edits."""

    def __init__(
        self,
        statements: Statements,
        remedies: Remedies,
        search: CycleSearch,
        contents: Mapping[str, bytes] | None = None,
    ) -> None:
        self.statements = statements
        self.remedies = remedies
        self.search = search
        self.contents = contents or {}
        """The new content of the files of the modules that are not as on the disk."""
        self._proposals: dict[Kind, tuple[Proposal, ...]] = {}
        self._originals: dict[str, bytes] = {}

    @classmethod
    def of(cls, question: Question, statements: Statements) -> State:
        """Return the program as it is."""
        remedies = Remedies(question, statements)
        return cls(statements, remedies, CycleSearch(question, statements, remedies.missing()))

    @cached_property
    def cycles(self) -> list[FoundCycle]:
        """The cycles that are asked about."""
        return self.search.cycles

    @cached_property
    def crashes(self) -> tuple[str, ...]:
        """The modules that are asked about and crash when they are imported first, sorted."""
        packages = self.search.question.packages
        crashing = self.remedies.crashing
        return tuple(sorted(module for module in crashing if any(within(module, package) for package in packages)))

    @cached_property
    def fixes(self) -> Fixes:
        """What finds the fixes, and makes edits of them."""
        return self.remedies.fixes(self.search)

    def proposals(self, kind: Kind) -> tuple[Proposal, ...]:
        """Return the steps of the plans for the cycles of a kind, in order; those that need nothing are left out."""
        if kind not in self._proposals:
            self._proposals[kind] = self._planned(kind, self.fixes)
        return self._proposals[kind]

    def proposals_of(self, kind: Kind, may: Callable[[Fix], bool]) -> list[Proposal]:
        """Return the steps that may be made of plans for the cycles of a kind; the rest of these plans is by hand."""
        steps = self.proposals(kind)
        if not all(may(each.fix) for each in steps if each.fix.level is not Level.SHOWN):
            steps = self._planned(kind, self.fixes.only(may))
        return [each for each in steps if may(each.fix)]

    def _planned(self, kind: Kind, fixes: Fixes) -> tuple[Proposal, ...]:
        cycles = [cycle.component for cycle in self.cycles if cycle.kind is kind]
        with self.statements.snapshot.context.step("plan"):
            plans = self.remedies.repair_plans(cycles, kind, fixes)
        return tuple(
            Proposal(self, fix, copy_of(self.search.statement(edge, cycle.graph)), kind)
            for cycle, plan in zip(cycles, plans, strict=True)
            for step in plan.steps
            for edge, fix in step.fixes.items()
            if fix.kind is not FixKind.NONE
        )

    def direct_proposals(self, edges: Collection[Edge]) -> tuple[Proposal, ...]:
        """Return how to make some imports direct that are still there, in the packages that are asked about."""
        graph, packages = self.search.graph, self.search.question.packages
        return tuple(
            Proposal(
                self,
                direct_fix(edge, frozenset(Kind), self.fixes),
                copy_of(self.search.statement(edge, graph)),
                Kind.RUNTIME,
                is_wanted=True,
            )
            for edge in sorted(edges)
            if graph.has_import(*edge) and any(within(edge[0], package) for package in packages)
        )

    @cached_property
    def crash_proposals(self) -> tuple[Proposal, ...]:
        """The steps of the plan for crashes, in order, and then what is to be done by hand."""
        plan = self._crash_plan(lambda _: True)
        fixes = *(step.fix for step in plan.steps), *(left.fix for left in plan.left)
        return tuple(map(self._for_crashes, fixes))

    def crash_proposals_of(self, may: Callable[[Fix], bool]) -> list[Proposal]:
        """Return the steps of a plan for crashes that has only steps that may be made."""
        steps = [each for each in self.crash_proposals if each.fix.level is not Level.SHOWN]
        if all(may(each.fix) for each in steps):
            return steps
        return [self._for_crashes(each.fix) for each in self._crash_plan(may).steps]

    def _crash_plan(self, may: Callable[[Fix], bool]) -> CrashPlan:
        if not self.crashes:
            return CrashPlan()
        with self.statements.snapshot.context.step("plan for the crashes"):
            return self.remedies.repair_crashes(self.search.graph, self.fixes, may)

    def _for_crashes(self, fix: Fix) -> Proposal:
        return Proposal(self, fix, copy_of(self.remedies.evidence(fix, self.search, self.fixes)), None)

    def texts(self, fixes: Iterable[Fix]) -> dict[str, str]:
        """Return the text of each module that some fixes change, with all of them made."""
        return {module: self.fixes.text(module, edits) for module, edits in self.fixes.edits(fixes).items()}

    def content(self, module: str, text: str) -> bytes:
        """Return the content of the file of a module with a new text; the file is read the first time.

        Raises StaleTextError if the file has changed since it was analysed, and UndecodableError as `rewritten` does.
        """
        return rewritten(self.original(module), text)

    def original(self, module: str) -> bytes:
        """Return the content of the file of a module as it was analysed; raises StaleTextError if it has changed."""
        if module not in self._originals:
            source = self.statements.source(module)
            try:
                data = self.statements.snapshot.program.by_module[module].read()
                is_same = source is not None and decode(data) == source.text
            except (OSError, UndecodableError):
                is_same = False
            if not is_same:
                raise StaleTextError(self.statements.path(module))
            self._originals[module] = data
        return self._originals[module]

    def after(self, contents: Mapping[str, bytes]) -> State:
        """Return the program in which the files of some modules have other contents."""
        statements = Statements(self.statements.snapshot.with_texts(contents))
        changed = {module: source for module in contents if (source := statements.source(module))}
        return State(
            statements,
            self.remedies.after(statements, changed),
            self.search.after(statements),
            {**self.contents, **contents},
        )

    def is_as(self, statements: Statements) -> bool:
        """Return whether another reading of the program has the same imports of each kind."""
        other = self.search.after(statements)
        return all([*self.search.view(kind).edges()] == [*other.view(kind).edges()] for kind in Kind)


@dataclass(frozen=True)
class Repair:
    """The steps that are made, what becomes of the program, and the steps that are left."""

    made: tuple[Proposal, ...]
    state: State
    left: tuple[Refusal, ...]


def repair(state: State, selection: Selection) -> Repair:
    """Return the result of the plans: cycles of the most eager kind first, what is left of them again, then crashes.

    A step is not made if, with those that are made, a module would crash that does not crash now, or would be in a
    cycle of that kind with one that it is in no cycle with now. The steps for crashes are made all together, because
    most of them do nothing alone. All is planned again until nothing more is made, so that a second run makes nothing:
    what did harm may do none any more.
    """
    made: list[Proposal] = []
    for _ in range(_ROUNDS):
        left: list[Refusal] = []
        harmful: dict[Identity, str] = {}
        known = len(made)
        for kind in _phases(state, selection):
            state, done, refused = _phase(state, kind, selection, harmful)
            made += done
            left += (each for each in refused if _is_told(each, state.search.question))
        if len(made) == known:
            break
    by_edge: dict[tuple[str, str], Refusal] = {}
    for refusal in left:
        if _is_open(refusal.proposal, state):
            by_edge.setdefault((refusal.proposal.fix.importer, refusal.proposal.fix.imported), refusal)
    return Repair(tuple(made), state, tuple(by_edge.values()))


_DIRECT: Literal["direct imports"] = "direct imports"
_Phase: TypeAlias = Kind | Literal["direct imports"] | None


def _phases(state: State, selection: Selection) -> tuple[_Phase, ...]:
    """Return the kinds of cycles to repair, and None for crashes, in order; or only direct imports.

    Imports for type checking need no change. What else is in a cycle that they close is in one of another kind.
    """
    kinds = tuple(each for each in state.search.question.kinds if each is not Kind.TYPE_CHECKING)
    if selection.direct is not None:
        return (_DIRECT,)
    if selection.stops_crashes:
        return (None,)
    return (*kinds, None) if Kind.RUNTIME in kinds else kinds


def _phase(
    state: State, kind: _Phase, selection: Selection, harmful: dict[Identity, str]
) -> tuple[State, list[Proposal], list[Refusal]]:
    """Make the steps for the cycles of a kind, or for crashes, until there are no more; return those left too."""
    made: list[Proposal] = []
    for _ in range(_ROUNDS):
        known = len(harmful)
        chosen, refused = _chosen(state, kind, selection, harmful)
        state, done = _try(state, chosen, harmful)
        made += done
        if not done and len(harmful) == known:
            break
    return state, made, refused


def _is_open(proposal: Proposal, after: State) -> bool:
    """Return whether the import of a step is still in a cycle, because no other step has repaired that too."""
    edge = proposal.fix.importer, proposal.fix.imported
    if proposal.is_wanted:
        return after.search.graph.has_import(*edge)
    return proposal.cycle is None or any(
        after.search.view(proposal.cycle).has_import(*edge) and set(edge) <= set(modules)
        for modules in _cycles_in(after, proposal.cycle)
    )


def _is_told(refusal: Refusal, question: Question) -> bool:
    """Return whether a step that is left is shown: if all kinds are asked for, not what is hidden at run time."""
    is_hidden = refusal.proposal.cycle not in {None, Kind.RUNTIME} and refusal.level is Level.SHOWN
    return not is_hidden or len(question.kinds) < len(Kind)


def copy_of(statement: Import) -> Import:
    """Return an import with its text as it is now, which may be read only when it is used."""
    fields = statement.path, statement.line, statement.column, statement.kind, statement.text
    return Import(statement.importer, statement.imported, *fields)


def _chosen(
    state: State, kind: _Phase, selection: Selection, harmful: Mapping[Identity, str]
) -> tuple[list[Proposal], list[Refusal]]:
    """Return the steps of the plans for the cycles of a kind, or for crashes, that may be made, and the others."""

    def refusal(fix: Fix) -> tuple[str, Level | None] | None:
        return _refusal(fix, selection, harmful)

    def may(fix: Fix) -> bool:
        return refusal(fix) is None

    if kind == _DIRECT:
        proposals = state.direct_proposals(selection.direct or ())
        chosen = [each for each in proposals if may(each.fix)]
    elif kind is None:
        proposals, chosen = state.crash_proposals, state.crash_proposals_of(may)
    else:
        planned = replace(selection, within=None)  # a part of a plan is no other plan
        proposals = state.proposals(kind)
        chosen = [
            each
            for each in state.proposals_of(kind, lambda fix: _refusal(fix, planned, harmful) is None)
            if may(each.fix)
        ]
    return chosen, [Refusal(each, *found) for each in proposals if (found := refusal(each.fix))]


def _refusal(fix: Fix, selection: Selection, harmful: Mapping[Identity, str]) -> tuple[str, Level | None] | None:
    """Return why a fix is not made, and its level if only that is the reason; None if it may be made."""
    if not fix.rewrites or fix.level is Level.SHOWN:
        return "", Level.SHOWN
    if selection.kinds and fix.kind not in selection.kinds:
        return "--only leaves it out.", None
    if fix.level not in selection.levels:
        return "", fix.level
    if selection.within is not None and fix.identity not in selection.within:
        return "The command fails with it.", None
    why = harmful.get(fix.identity) or selection.refusal(fix)
    return (why, None) if why else None


def _try(state: State, chosen: Sequence[Proposal], harmful: dict[Identity, str]) -> tuple[State, list[Proposal]]:
    """Make as many of some steps as do no harm; note why the others are not made. Those for crashes: all or none."""
    left = list(chosen)
    while left:
        contents, wrong = _contents(state, left)
        after = state if wrong else state.after(contents)
        wrong = wrong or dict(_harms(state, after, left))
        if not wrong:
            return after, left
        harmful |= {
            proposal.fix.identity: wrong[proposal.fix.importer] for proposal in left if proposal.fix.importer in wrong
        }
        left = [each for each in left if each.cycle is not None and each.fix.importer not in wrong]
    return state, []


def _contents(state: State, proposals: Sequence[Proposal]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the new contents of files, and why those of some modules cannot be written, by module."""
    contents: dict[str, bytes] = {}
    wrong: dict[str, str] = {}
    for module, text in state.texts(proposal.fix for proposal in proposals).items():
        try:
            contents[module] = state.content(module, text)
        except UndecodableError as error:
            wrong[module] = f"The file cannot be written: {error}."
    return contents, wrong


def _harms(before: State, after: State, proposals: Sequence[Proposal]) -> Iterator[tuple[str, str]]:
    """Yield the modules of steps that do harm, each with the reason; all of them if it cannot be told which do."""
    importers = {proposal.fix.importer for proposal in proposals}
    scan = after.statements.snapshot.scan
    for file in scan.unreadable:
        if file.module in after.contents and file.module in importers:
            yield file.module, f"The file could not be read after the change: {file.message}"
    new = [crash for crash in after.remedies.found if crash.entry not in before.remedies.crashing]
    for crash in new:
        on_stack = importers.intersection(frame.module for frame in crash.stack)
        yield from (
            (module, f"{crash.entry} would crash when it is imported first.") for module in on_stack or importers
        )
    for kind in {proposal.cycle or Kind.RUNTIME for proposal in proposals}:
        for modules in _new_cycles(before, after, kind):
            own = importers.intersection(modules)
            yield from ((module, f"It would add a cycle of {len(modules)} modules.") for module in own or importers)


def _new_cycles(before: State, after: State, kind: Kind) -> Iterator[Collection[str]]:
    """Yield the cycles in which modules are together that were in none before."""
    known = {module: modules for modules in _cycles_in(before, kind) for module in modules}
    for modules in _cycles_in(after, kind):
        if not set(modules) <= set(known.get(modules[0], ())):
            yield modules


def _cycles_in(state: State, kind: Kind) -> Iterable[tuple[str, ...]]:
    view = state.search.view(kind)
    return components({module: view.imported_by(module) for module in view.modules})
