"""Repair plans: the cheapest imports to change so that no cycle is left, each with its fix, tried before it is shown.

The imports to change are a minimum feedback arc set, weighted by what the fixes of the imports cost. The fixes are then
made in memory. If a cycle is left, or a module crashes that did not crash before, the fixes that cause it are rejected,
and the choice is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from import_contracts.crashes.crash import Crash
from import_contracts.crashes.search import CrashSearch
from import_contracts.graph.components import Component, components
from import_contracts.graph.feedback_arcs import FeedbackSet, feedback_set
from import_contracts.graph.import_graph import Chain, Edge
from import_contracts.graph.kinds import Kind
from import_contracts.graph.removal_order import in_order
from import_contracts.graph.rings import shortest_rings
from import_contracts.reading.text import Source
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes

_ROUNDS = 3
"""How often the imports to change are chosen; after that, only their fixes are."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """An import to change."""

    edge: Edge
    fix: Fix
    ring: Chain | None
    """A shortest elementary cycle that begins with the import; None if those of the plan would be too long together."""
    gain: int
    """How many imports are no longer cyclic, given the steps before."""


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """The steps, in order, that repair one cycle."""

    steps: tuple[PlannedStep, ...]
    is_minimum: bool
    """It is proven that no choice of imports costs less."""
    crashes_left: tuple[str, ...] | None
    """The modules that cannot be imported first because of this cycle, before and after the changes; sorted.

    None if it was too much work to predict this for all modules.
    """
    crashes_new: tuple[str, ...] | None
    """The modules that only then cannot be imported first; sorted; or None."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What plans are made and tried with."""

    sources: Mapping[str, Source]
    """The texts of the program, by module."""
    fixes: Fixes
    imports: Callable[[Source], Iterable[tuple[Edge, Kind]]]
    """Returns what a module with another text would import."""
    crashes: Callable[[Mapping[str, Source], Collection[str]], CrashSearch]
    """Returns which of some modules would crash if some modules had other texts."""
    before: CrashSearch
    """The crashes without any changes."""


def plans(tools: Tools, cycles: Sequence[Component], kinds: Collection[Kind]) -> tuple[RepairPlan, ...]:
    """Return a plan for each of some cycles, in their order; their graph has the imports of some kinds.

    The plans are tried together. A fix that leaves a cycle, or that makes a module crash, is replaced by the next
    cheapest one, and in the end by none.
    """
    planner = _Planner(tools, cycles, frozenset(kinds))
    planner.choose_imports()
    rounds = 0
    while wrong := planner.fixes_that_leave_cycles() or planner.fixes_that_crash():
        planner.reject(wrong)
        rounds += 1
        if rounds < _ROUNDS:
            planner.choose_imports()
        else:
            planner.choose_fixes()
    return tuple(map(planner.plan, range(len(cycles))))


class _Planner:
    """Makes the plans for some cycles of one graph."""

    def __init__(self, tools: Tools, cycles: Sequence[Component], kinds: frozenset[Kind]) -> None:
        self._tools = tools
        self._cycles = cycles
        self._kinds = kinds
        self._running = cycles[0].graph.without_kinds({Kind.TYPE_CHECKING})
        self._cycle_of: dict[str, frozenset[str]] = {}
        for cycle in cycles:
            self._cycle_of |= dict.fromkeys(cycle.modules, frozenset(cycle.modules))
        self._rejected: dict[Edge, frozenset[FixKind]] = {}
        self._crashed = frozenset(crash.entry for crash in tools.before.crashes)
        self._cuts: list[FeedbackSet] = []
        self._known_cuts: dict[tuple[tuple[Edge, int], ...], FeedbackSet] = {}
        self._chosen: dict[Edge, Fix] = {}
        self._changed: dict[str, Source] = {}
        self._crashing: dict[str, Crash] = {}
        self._is_known = True

    def choose_imports(self) -> None:
        """Choose the imports to change, by what their fixes cost, and their fixes."""
        self._cuts = [self._cut(self._weights(cycle)) for cycle in self._cycles]
        self.choose_fixes()

    def choose_fixes(self) -> None:
        """Choose the fixes of the imports to change, and make the changes in memory."""
        self._chosen = {edge: self._fix(edge) for cut in self._cuts for edge in cut.edges}
        sources, fixes = self._tools.sources, self._tools.fixes
        self._changed = {
            module: replace(sources[module], text=fixes.text(module, edits))
            for module, edits in fixes.edits(self._chosen.values()).items()
        }

    def _cut(self, weights: Mapping[Edge, int]) -> FeedbackSet:
        """Return the cheapest imports to change in one cycle; the weights are often those of an earlier round."""
        key = tuple(weights.items())
        if key not in self._known_cuts:
            self._known_cuts[key] = feedback_set(weights)
        return self._known_cuts[key]

    def _weights(self, cycle: Component) -> dict[Edge, int]:
        """Return what it costs to change each import.

        Where imports for type checking count, these cost the least, because they never run, and all others the same.
        """
        if Kind.TYPE_CHECKING in self._kinds:
            kinds = {edge: FixKind.NONE if self._never_runs(edge) else FixKind.RESTRUCTURE for edge in cycle.edges}
        else:
            kinds = {edge: self._fix(edge).kind for edge in cycle.edges}
        return {edge: kind.weight for edge, kind in kinds.items()}

    def _never_runs(self, edge: Edge) -> bool:
        return Kind.TYPE_CHECKING in self._kinds and not self._running.has_import(*edge)

    def _fix(self, edge: Edge) -> Fix:
        if self._never_runs(edge):
            return Fix(FixKind.NONE, *edge, ("It never runs, so nothing has to change.",))
        rejected = self._rejected.get(edge, frozenset())
        return self._tools.fixes.cheapest(CyclicImport(edge, self._kinds, self._cycle_of[edge[0]]), rejected)

    def reject(self, fixes: Iterable[tuple[Edge, FixKind]]) -> None:
        """Choose none of some fixes from now on."""
        for edge, kind in fixes:
            self._rejected[edge] = self._rejected.get(edge, frozenset()) | {kind}

    def fixes_that_leave_cycles(self) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes of modules that are still in a cycle."""
        after = self._imports_after()
        left = [cycle for cycle in components(after) if not self._cycle_of.keys().isdisjoint(cycle)]
        return self._fixes_in({module for cycle in left for module in cycle})

    def fixes_that_crash(self) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes of modules on the stack of a crash that did not happen before."""
        found = self._tools.before
        if self._changed:
            found = self._tools.crashes(self._changed, self._cycle_of.keys() | self._crashed)
        self._crashing = {crash.entry: crash for crash in found.crashes}
        self._is_known = not found.untried and not self._tools.before.untried
        new = [crash for crash in found.crashes if crash.entry not in self._crashed]
        return self._fixes_in({frame.module for crash in new for frame in crash.stack})

    def _fixes_in(self, modules: Collection[str]) -> set[tuple[Edge, FixKind]]:
        """Return the chosen fixes that rewrite one of some modules."""
        return {(edge, fix.kind) for edge, fix in self._chosen.items() if fix.rewrites and edge[0] in modules}

    def _imports_after(self) -> dict[str, set[str]]:
        """Return what each module imports after the changes; what has to be changed by hand counts as changed."""
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
        """Return the plan for one of the cycles, given its place among them."""
        cycle, cut = self._cycles[number], self._cuts[number]
        order = in_order(cut.edges, self._weights(cycle))
        rings = shortest_rings(cycle.graph, cycle.modules, [edge for edge, _ in order])
        left, now = self._crashes_in[number]
        return RepairPlan(
            steps=tuple(PlannedStep(edge, self._chosen[edge], rings[edge], gain) for edge, gain in order),
            is_minimum=cut.is_minimum,
            crashes_left=tuple(sorted(left & self._crashing.keys())) if self._is_known else None,
            crashes_new=tuple(sorted(now - self._crashed)) if self._is_known else None,
        )

    @cached_property
    def _crashes_in(self) -> list[tuple[set[str], set[str]]]:
        """The entries, for each cycle, that crash in it before the changes, and those that crash at it after them."""
        number_of = {module: number for number, cycle in enumerate(self._cycles) for module in cycle.modules}
        found: list[tuple[set[str], set[str]]] = [(set(), set()) for _ in self._cycles]
        for crash in self._tools.before.crashes:
            number = number_of.get(crash.importer)
            if number is not None and number == number_of.get(crash.imported):
                found[number][0].add(crash.entry)
        for crash in self._crashing.values():
            for number in {number_of[end] for end in (crash.importer, crash.imported) if end in number_of}:
                found[number][1].add(crash.entry)
        return found
