"""What to change so that cycles are gone: the cheapest imports, each with its fix, carried out on paper to see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from import_contracts.crashes.crash import Crash
from import_contracts.graph.components import Component, components, ring_through
from import_contracts.graph.feedback_arcs import FeedbackSet, feedback_set, in_order
from import_contracts.graph.import_graph import Chain, Edge
from import_contracts.graph.kinds import Kind
from import_contracts.reading.text import Source
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes, FixKind, weight

_ROUNDS = 3
"""How often the imports to change are chosen; from then on, only how to change them."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One import to change, how, a shortest ring that begins with it, and how many imports are cyclic no more then."""

    edge: Edge
    fix: Fix
    ring: Chain
    gain: int


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """The steps, in order, that repair one cycle; ``is_minimum`` if none cheaper would do."""

    steps: tuple[PlannedStep, ...]
    is_minimum: bool
    crashes_left: tuple[str, ...]
    crashes_new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tools:
    """What a plan is made and tried with.

    ``imports`` returns what a module with another text would import, as edges with their kinds; ``crashes`` which of
    some modules would crash if some had other texts. ``before`` are the crashes that there are.
    """

    sources: Mapping[str, Source]
    fixes: Fixes
    imports: Callable[[Source], Iterable[tuple[Edge, Kind]]]
    crashes: Callable[[Mapping[str, Source], Collection[str]], Collection[Crash]]
    before: Collection[Crash]


def plans(tools: Tools, cycles: Sequence[Component], kinds: Collection[Kind]) -> tuple[RepairPlan, ...]:
    """Return a plan for each of some cycles of one graph, which has the imports of some kinds.

    They are carried out together: a fix with which a cycle would be left, or a module would crash that did not, is
    given up for the next dearer one, and in the end for none.
    """
    planner = _Planner(tools, cycles, frozenset(kinds))
    planner.choose_imports()
    rounds = 0
    while wrong := planner.leaving_cycles() or planner.crashing():
        planner.rejected |= wrong
        rounds += 1
        if rounds < _ROUNDS:
            planner.choose_imports()
        else:
            planner.choose_fixes()
    return tuple(map(planner.plan, range(len(cycles))))


class _Planner:
    """The plans of one kind, while they are made."""

    def __init__(self, tools: Tools, cycles: Sequence[Component], kinds: frozenset[Kind]) -> None:
        self._tools = tools
        self._cycles = cycles
        self._kinds = kinds
        self._running = cycles[0].graph.without_kinds({Kind.TYPE_CHECKING})
        self._cycle_of = {module: frozenset(cycle.modules) for cycle in cycles for module in cycle.modules}
        self.rejected: set[tuple[Edge, FixKind]] = set()
        self._cuts: list[FeedbackSet] = []
        self._known_cuts: dict[tuple[tuple[Edge, int], ...], FeedbackSet] = {}
        self._chosen: dict[Edge, Fix] = {}
        self._changed: dict[str, Source] = {}
        self._crashing: dict[str, Crash] = {}

    def choose_imports(self) -> None:
        """Choose the imports to change, by what their fixes cost."""
        self._cuts = [self._cut(self._weights(cycle)) for cycle in self._cycles]
        self.choose_fixes()

    def choose_fixes(self) -> None:
        """Choose the fixes of those imports, and make the changes."""
        self._chosen = {edge: self._fix(edge) for cut in self._cuts for edge in cut.edges}
        sources, fixes = self._tools.sources, self._tools.fixes
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

    def _weights(self, cycle: Component) -> dict[Edge, int]:
        """Return what it costs to change each import; where some never run, all others cost the same, and more."""
        if Kind.TYPE_CHECKING in self._kinds:
            kinds = {edge: FixKind.NONE if self._never_runs(edge) else FixKind.RESTRUCTURE for edge in cycle.edges}
        else:
            kinds = {edge: self._fix(edge).kind for edge in cycle.edges}
        return {edge: weight(kind) for edge, kind in kinds.items()}

    def _never_runs(self, edge: Edge) -> bool:
        return Kind.TYPE_CHECKING in self._kinds and not self._running.has_import(*edge)

    def _fix(self, edge: Edge) -> Fix:
        if self._never_runs(edge):
            return Fix(FixKind.NONE, *edge, ("It never runs, so that nothing has to change.",))
        rejected = frozenset(kind for other, kind in self.rejected if other == edge)
        return self._tools.fixes.cheapest(CyclicImport(edge, self._kinds, self._cycle_of[edge[0]]), rejected)

    def leaving_cycles(self) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes that leave a cycle."""
        after = self._after()
        left = [part for part in components(after) if not self._cycle_of.keys().isdisjoint(part)]
        return {
            (edge, fix.kind)
            for edge, fix in self._chosen.items()
            if fix.rewrites and any(_adds(edge, after, part) for part in left)
        }

    def crashing(self) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes because of which a module would crash that did not: those on the way to the crash."""
        before = {each.entry for each in self._tools.before}
        if not self._changed:
            self._crashing = {each.entry: each for each in self._tools.before}
            return set()
        found = self._tools.crashes(self._changed, self._cycle_of.keys() | before)
        self._crashing = {each.entry: each for each in found}
        wrong: set[tuple[Edge, FixKind]] = set()
        for crash in found:
            on_stack = {frame.module for frame in crash.stack} if crash.entry not in before else set()
            wrong |= {(edge, fix.kind) for edge, fix in self._chosen.items() if fix.rewrites and edge[0] in on_stack}
        return wrong

    def _after(self) -> dict[str, set[str]]:
        """Return what each module would import; what is to be done by hand is taken as done."""
        graph = self._cycles[0].graph
        after = {module: set(graph.imported_by(module)) for module in graph.modules}
        for module, source in self._changed.items():
            found = self._tools.imports(source)
            after[module] = {imported for (_, imported), kind in found if kind in self._kinds}
        for (importer, imported), fix in self._chosen.items():
            if not fix.rewrites:
                after[importer].discard(imported)
        return after

    def plan(self, number: int) -> RepairPlan:
        """Return what was found for one of the cycles."""
        cycle, cut = self._cycles[number], self._cuts[number]
        weights = self._weights(cycle)
        inside = frozenset(cycle.modules)
        before = {each.entry for each in self._tools.before if {each.importer, each.imported} <= inside}
        new = {entry for entry, each in self._crashing.items() if {each.importer, each.imported} & inside}
        return RepairPlan(
            steps=tuple(
                PlannedStep(edge, self._chosen[edge], ring_through(cycle.graph, cycle.modules, edge), gain)
                for edge, gain in in_order(cut.edges, weights)
            ),
            is_minimum=cut.is_minimum,
            crashes_left=tuple(sorted(before & self._crashing.keys())),
            crashes_new=tuple(sorted(new - {each.entry for each in self._tools.before})),
        )


def _adds(edge: Edge, after: Mapping[str, Collection[str]], part: Collection[str]) -> bool:
    """Tell whether the importer of an edge is on a cycle that is left."""
    return edge[0] in part and not set(after[edge[0]]).isdisjoint(part)
