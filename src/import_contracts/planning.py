"""What to change so that cycles are gone: the cheapest imports, each with its fix, carried out on paper to see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from import_contracts.cycles import components, ring_through
from import_contracts.feedback import FeedbackSet, feedback_set
from import_contracts.fixes import Fix, Fixes, FixKind, weight
from import_contracts.graph import Chain, Edge, ImportGraph, Kind
from import_contracts.runtime import Crash
from import_contracts.source import Source

_ROUNDS = 3
"""How often a plan is made anew without the fixes that turned out to be none."""


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

    ``imports`` returns what a module with another text would import, as edges with their kinds; ``crashes`` what would
    crash if some modules had other texts. ``before`` are the crashes that there are.
    """

    sources: Mapping[str, Source]
    fixes: Fixes
    imports: Callable[[Source], Iterable[tuple[Edge, Kind]]]
    crashes: Callable[[Mapping[str, Source]], Collection[Crash]]
    before: Collection[Crash]


def plans(workshop: Workshop, tangles: Sequence[Tangle], kinds: Collection[Kind]) -> tuple[PlanFor, ...]:
    """Return a plan for each of some cycles of one graph, which has the imports of some kinds.

    They are carried out together: a fix with which a cycle would be left, or a module would crash that did not, is
    given up for the next best one.
    """
    planner = _Planner(workshop, tangles, frozenset(kinds))
    for _ in range(_ROUNDS):
        planner.choose()
        if not (wrong := planner.wrong()):
            break
        planner.rejected |= wrong
    return tuple(map(planner.plan, range(len(tangles))))


class _Planner:
    """The plans of one kind, while they are made."""

    def __init__(self, workshop: Workshop, tangles: Sequence[Tangle], kinds: frozenset[Kind]) -> None:
        self._workshop = workshop
        self._tangles = tangles
        self._kinds = kinds
        self.rejected: set[tuple[Edge, FixKind]] = set()
        self._cuts: list[FeedbackSet] = []
        self._chosen: dict[Edge, Fix] = {}
        self._crashing: dict[str, Crash] = {}

    def choose(self) -> None:
        """Choose the imports to change."""
        self._cuts = [
            feedback_set({edge: weight(self._fix(edge).kind) for edge in tangle.edges()}) for tangle in self._tangles
        ]
        self._chosen = {edge: self._fix(edge) for cut in self._cuts for edge in cut.edges}

    def _fix(self, edge: Edge) -> Fix:
        without = {kind for rejected, kind in self.rejected if rejected == edge}
        if Kind.DEFERRED in self._kinds:
            without.add(FixKind.DEFER)
        cycle = next(tangle.modules for tangle in self._tangles if edge[0] in tangle.modules)
        return self._workshop.fixes.fix(*edge, kinds=self._kinds, cycle=frozenset(cycle), without=frozenset(without))

    def wrong(self) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes that do not what they should: leave a cycle, or make a module crash."""
        changed = self._changed()
        after = self._after(changed)
        cyclic = {each for tangle in self._tangles for each in tangle.modules}
        left = [part for part in components(after) if not cyclic.isdisjoint(part)]
        wrong = {
            (edge, fix.kind)
            for edge, fix in self._chosen.items()
            if fix.rewrites and any(_adds(edge, after, part) for part in left)
        }
        self._crashing = {each.entry: each for each in self._workshop.crashes(changed)}
        known = {each.entry for each in self._workshop.before}
        for entry, crash in self._crashing.items():
            on_stack = {frame.module for frame in crash.stack} if entry not in known else set()
            wrong |= {
                (edge, fix.kind)
                for edge, fix in self._chosen.items()
                if fix.kind is FixKind.DIRECT_IMPORT and edge[0] in on_stack
            }
        return wrong

    def _changed(self) -> dict[str, Source]:
        """Return the sources of the modules that would be changed."""
        sources, fixes = self._workshop.sources, self._workshop.fixes
        return {
            module: replace(sources[module], text=fixes.text(module, edits))
            for module, edits in fixes.edits(self._chosen.values()).items()
        }

    def _after(self, changed: Mapping[str, Source]) -> dict[str, set[str]]:
        """Return what each module would import; what is to be done by hand is taken as done."""
        graph = self._tangles[0].graph
        after = {module: set(graph.imported_by(module)) for module in graph.modules}
        for module, source in changed.items():
            found = self._workshop.imports(source)
            after[module] = {imported for (_, imported), kind in found if kind in self._kinds}
        for (importer, imported), fix in self._chosen.items():
            if not fix.rewrites:
                after[importer].discard(imported)
        return after

    def plan(self, number: int) -> PlanFor:
        """Return what was found for one of the cycles."""
        tangle, cut = self._tangles[number], self._cuts[number]
        inside = frozenset(tangle.modules)
        before = {each.entry for each in self._workshop.before if {each.importer, each.imported} <= inside}
        new = {entry for entry, each in self._crashing.items() if {each.importer, each.imported} & inside}
        return PlanFor(
            steps=tuple(
                PlannedStep(edge, self._chosen[edge], ring_through(tangle.graph, tangle.modules, edge), gain)
                for edge, gain in zip(cut.edges, cut.gains, strict=True)
            ),
            is_minimum=cut.is_minimum,
            crashes_left=tuple(sorted(before & self._crashing.keys())),
            crashes_new=tuple(sorted(new - {each.entry for each in self._workshop.before})),
        )


def _adds(edge: Edge, after: Mapping[str, Collection[str]], part: Collection[str]) -> bool:
    """Tell whether the importer of an edge is on a cycle that is left."""
    return edge[0] in part and not set(after[edge[0]]).isdisjoint(part)
