"""What to change so that cycles are gone: the cheapest imports, each with its fix, carried out on paper to see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from import_contracts.crashes.interpreter import Crash
from import_contracts.graph.components import components, ring_through
from import_contracts.graph.feedback_arcs import FeedbackSet, feedback_set, in_order
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.reading.text import Source
from import_contracts.repair.fixes import Fix, Fixes, FixKind, weight

_ROUNDS = 3
"""How often the imports to change are chosen; from then on, only how to change them."""


@dataclass(frozen=True, slots=True)
class Tangle:
    """A cycle to repair: the modules of one component of a graph."""

    graph: ImportGraph
    modules: tuple[str, ...]

    def edges(self) -> tuple[Edge, ...]:
        """Return the cyclic imports, sorted."""
        inside = frozenset(self.modules)
        return tuple((one, other) for one in self.modules for other in self.graph.imported_by(one) if other in inside)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One import to change, how, a shortest ring that begins with it, and how many imports are cyclic no more then."""

    edge: Edge
    fix: Fix
    ring: Chain
    gain: int


@dataclass(frozen=True, slots=True)
class PlanFor:
    """The steps, in order, that repair one cycle; ``is_minimum`` if none cheaper would do."""

    steps: tuple[PlannedStep, ...]
    is_minimum: bool
    crashes_left: tuple[str, ...]
    crashes_new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a plan is made and tried with.

    ``imports`` returns what a module with another text would import, as edges with their kinds; ``crashes`` which of
    some modules would crash if some had other texts. ``before`` are the crashes that there are.
    """

    sources: Mapping[str, Source]
    fixes: Fixes
    imports: Callable[[Source], Iterable[tuple[Edge, Kind]]]
    crashes: Callable[[Mapping[str, Source], Collection[str]], Collection[Crash]]
    before: Collection[Crash]


def plans(workshop: Workshop, tangles: Sequence[Tangle], kinds: Collection[Kind]) -> tuple[PlanFor, ...]:
    """Return a plan for each of some cycles of one graph, which has the imports of some kinds.

    They are carried out together: a fix with which a cycle would be left, or a module would crash that did not, is
    given up for the next dearer one, and in the end for none.
    """
    planner = _Planner(workshop, tangles, frozenset(kinds))
    planner.choose_imports()
    rounds = 0
    while wrong := planner.leaving_cycles() or planner.crashing():
        planner.rejected |= wrong
        rounds += 1
        if rounds < _ROUNDS:
            planner.choose_imports()
        else:
            planner.choose_fixes()
    return tuple(map(planner.plan, range(len(tangles))))


class _Planner:
    """The plans of one kind, while they are made."""

    def __init__(self, workshop: Workshop, tangles: Sequence[Tangle], kinds: frozenset[Kind]) -> None:
        self._workshop = workshop
        self._tangles = tangles
        self._kinds = kinds
        self._running = tangles[0].graph.without_kinds({Kind.TYPE_CHECKING})
        self._cycles = {module: frozenset(tangle.modules) for tangle in tangles for module in tangle.modules}
        self.rejected: set[tuple[Edge, FixKind]] = set()
        self._cuts: list[FeedbackSet] = []
        self._known_cuts: dict[tuple[tuple[Edge, int], ...], FeedbackSet] = {}
        self._chosen: dict[Edge, Fix] = {}
        self._changed: dict[str, Source] = {}
        self._crashing: dict[str, Crash] = {}

    def choose_imports(self) -> None:
        """Choose the imports to change, by what their fixes cost."""
        self._cuts = [self._cut(self._weights(tangle)) for tangle in self._tangles]
        self.choose_fixes()

    def choose_fixes(self) -> None:
        """Choose the fixes of those imports, and make the changes."""
        self._chosen = {edge: self._fix(edge) for cut in self._cuts for edge in cut.edges}
        sources, fixes = self._workshop.sources, self._workshop.fixes
        self._changed = {
            module: replace(sources[module], text=fixes.text(module, edits))
            for module, edits in fixes.edits(self._chosen.values()).items()
        }

    def _cut(self, weights: Mapping[Edge, int]) -> FeedbackSet:
        """Return the cheapest imports of one cycle, which most often cost the same as before."""
        key = tuple(weights.items())
        if key not in self._known_cuts:
            self._known_cuts[key] = feedback_set(weights)
        return self._known_cuts[key]

    def _weights(self, tangle: Tangle) -> dict[Edge, int]:
        """Return what it costs to change each import; where some never run, all others cost the same, and more."""
        if Kind.TYPE_CHECKING in self._kinds:
            kinds = {edge: FixKind.NONE if self._never_runs(edge) else FixKind.RESTRUCTURE for edge in tangle.edges()}
        else:
            kinds = {edge: self._fix(edge).kind for edge in tangle.edges()}
        return {edge: weight(kind) for edge, kind in kinds.items()}

    def _never_runs(self, edge: Edge) -> bool:
        return Kind.TYPE_CHECKING in self._kinds and not self._running.has_import(*edge)

    def _fix(self, edge: Edge) -> Fix:
        if self._never_runs(edge):
            return Fix(FixKind.NONE, *edge, ("It never runs, so that nothing has to change.",))
        without = {kind for rejected, kind in self.rejected if rejected == edge}
        without |= {FixKind.DEFER} if Kind.DEFERRED in self._kinds else set()
        without |= {FixKind.TYPE_CHECKING} if Kind.TYPE_CHECKING in self._kinds else set()
        cycle = self._cycles[edge[0]]
        return self._workshop.fixes.fix(*edge, kinds=self._kinds, cycle=cycle, without=frozenset(without))

    def leaving_cycles(self) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes that leave a cycle."""
        after = self._after()
        left = [part for part in components(after) if not self._cycles.keys().isdisjoint(part)]
        return {
            (edge, fix.kind)
            for edge, fix in self._chosen.items()
            if fix.rewrites and any(_adds(edge, after, part) for part in left)
        }

    def crashing(self) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes because of which a module would crash that did not: those on the way to the crash."""
        before = {each.entry for each in self._workshop.before}
        if not self._changed:
            self._crashing = {each.entry: each for each in self._workshop.before}
            return set()
        found = self._workshop.crashes(self._changed, self._cycles.keys() | before)
        self._crashing = {each.entry: each for each in found}
        wrong: set[tuple[Edge, FixKind]] = set()
        for crash in found:
            on_stack = {frame.module for frame in crash.stack} if crash.entry not in before else set()
            wrong |= {(edge, fix.kind) for edge, fix in self._chosen.items() if fix.rewrites and edge[0] in on_stack}
        return wrong

    def _after(self) -> dict[str, set[str]]:
        """Return what each module would import; what is to be done by hand is taken as done."""
        graph = self._tangles[0].graph
        after = {module: set(graph.imported_by(module)) for module in graph.modules}
        for module, source in self._changed.items():
            found = self._workshop.imports(source)
            after[module] = {imported for (_, imported), kind in found if kind in self._kinds}
        for (importer, imported), fix in self._chosen.items():
            if not fix.rewrites:
                after[importer].discard(imported)
        return after

    def plan(self, number: int) -> PlanFor:
        """Return what was found for one of the cycles."""
        tangle, cut = self._tangles[number], self._cuts[number]
        weights = self._weights(tangle)
        inside = frozenset(tangle.modules)
        before = {each.entry for each in self._workshop.before if {each.importer, each.imported} <= inside}
        new = {entry for entry, each in self._crashing.items() if {each.importer, each.imported} & inside}
        return PlanFor(
            steps=tuple(
                PlannedStep(edge, self._chosen[edge], ring_through(tangle.graph, tangle.modules, edge), gain)
                for edge, gain in in_order(cut.edges, weights)
            ),
            is_minimum=cut.is_minimum,
            crashes_left=tuple(sorted(before & self._crashing.keys())),
            crashes_new=tuple(sorted(new - {each.entry for each in self._workshop.before})),
        )


def _adds(edge: Edge, after: Mapping[str, Collection[str]], part: Collection[str]) -> bool:
    """Tell whether the importer of an edge is on a cycle that is left."""
    return edge[0] in part and not set(after[edge[0]]).isdisjoint(part)
