"""Repair plans: the cheapest changes after which no cycle is left, tried before they are shown.

For each name that is imported in a cycle, the choice is to keep it or to go one of its ways. The fixes are then made in
memory. If a cycle is left, or a module crashes that did not crash before, the fixes that cause it are rejected, and the
choice is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from import_contracts.crashes.crash import Crash
from import_contracts.crashes.search import CrashSearch
from import_contracts.graph.components import Component, components, cyclic_parts
from import_contracts.graph.import_graph import Chain, Edge
from import_contracts.graph.kinds import Kind
from import_contracts.graph.removal_order import in_order
from import_contracts.graph.rings import shortest_rings
from import_contracts.reading.source.text import Source
from import_contracts.repair.choices import Choice, Cut, choose
from import_contracts.repair.fix_kinds import FixKind, Level
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes
from import_contracts.repair.shapes import Shape, Shapes

_ROUNDS = 3
"""How often single kinds of fixes are rejected; after that, all automatic fixes of an import are."""
_ADDING = 24
"""Of how many cuts that add imports the best order is looked for."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """Imports to change, sorted: one, or several of modules that import through the ``__init__`` of their package."""

    fixes: Mapping[Edge, Fix]
    rings: Mapping[Edge, Chain | None]
    """Of each, a shortest elementary cycle that begins with it; None if those of the plan are too long together."""
    gain: int
    """How many imports fewer are cyclic, given the steps before."""
    package: str = ""
    """The package of which all these modules are; "" if it is one import."""
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """The steps, in order, that repair one cycle."""

    steps: tuple[PlannedStep, ...]
    is_minimum: bool
    """It is proven that no choice costs less."""
    crashes_left: tuple[str, ...] | None
    """The modules that cannot be imported first because of this cycle, before and after the changes; sorted.

    What has to be done by hand counts as done. None if it was too much work to predict this for all modules, or if it
    cannot be tried what has to be done by hand.
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
    """Returns which of some modules would crash if some modules had other texts; without any, all that crash now."""


def plans(tools: Tools, cycles: Sequence[Component], kinds: Collection[Kind]) -> Callable[[], tuple[RepairPlan, ...]]:
    """Choose what to do about some cycles, and return what tries it, and returns the plan for each, in their order.

    The graph of the cycles has the imports of some kinds. The plans are tried together. A fix that leaves a cycle, or
    that makes a module crash, is replaced by the next cheapest one, and in the end by none. Only what tries the choices
    asks for crashes.
    """
    planner = _Planner(tools, cycles, frozenset(kinds))
    planner.choose()

    def tried() -> tuple[RepairPlan, ...]:
        rounds = 0
        while wrong := planner.fixes_that_leave_cycles() or planner.fixes_that_crash():
            rounds += 1
            planner.reject(wrong, for_good=rounds > _ROUNDS)
            planner.choose()
        return tuple(map(planner.plan, range(len(cycles))))

    return tried


class _Planner:
    """Makes the plans for some cycles of one graph."""

    def __init__(self, tools: Tools, cycles: Sequence[Component], kinds: frozenset[Kind]) -> None:
        self._tools = tools
        self._cycles = cycles
        self._kinds = kinds
        self._cycle_of: dict[str, frozenset[str]] = {}
        for cycle in cycles:
            self._cycle_of |= dict.fromkeys(cycle.modules, frozenset(cycle.modules))
        self._rejected: dict[Edge, frozenset[FixKind]] = {}
        self._choices: dict[int, Choice] = {}
        self._open = set(range(len(cycles)))
        self._chosen: dict[Edge, Fix] = {}
        self._changed: dict[str, Source] = {}
        self._crashing: dict[str, Crash] = {}
        self._is_known = True

    @cached_property
    def _before(self) -> CrashSearch:
        return self._tools.crashes({}, ())

    @cached_property
    def _crashed(self) -> frozenset[str]:
        return frozenset(crash.entry for crash in self._before.crashes)

    def choose(self) -> None:
        """Choose what to do about the cycles of which nothing is chosen, and make the changes in memory."""
        for number in sorted(self._open):
            last, cycle = self._choices.get(number), self._cycles[number]
            self._choices[number] = choose(cycle, self._kinds, self._tools.fixes, self._rejected, last)
        self._open.clear()
        self._chosen = {edge: fix for choice in self._choices.values() for edge, fix in choice.fixes.items()}
        self._changed = self._texts(self._chosen.values())

    def _texts(self, chosen: Iterable[Fix]) -> dict[str, Source]:
        """Return the modules that some fixes change, as they are then."""
        sources, fixes = self._tools.sources, self._tools.fixes
        return {
            module: replace(sources[module], text=fixes.text(module, edits))
            for module, edits in fixes.edits(chosen).items()
        }

    def reject(self, fixes: Iterable[Edge], *, for_good: bool) -> None:
        """Choose other fixes of some imports from now on, none at all for good."""
        rejected = {edge: frozenset(FixKind) if for_good else frozenset({self._chosen[edge].kind}) for edge in fixes}
        for edge, kinds in rejected.items():
            self._rejected[edge] = self._rejected.get(edge, frozenset()) | kinds
        for number, cycle in enumerate(self._cycles):
            if any(edge[0] in cycle.modules for edge in rejected):
                self._open.add(number)

    def fixes_that_leave_cycles(self) -> set[Edge]:
        """Return the imports that were fixed of modules that are still in a cycle."""
        after = self._imports_after()
        left = [cycle for cycle in components(after) if not self._cycle_of.keys().isdisjoint(cycle)]
        return self._fixed_in({module for cycle in left for module in cycle})

    def fixes_that_crash(self) -> set[Edge]:
        """Return the imports that were fixed of modules on the stack of a crash that did not happen before."""
        found = self._before
        if self._changed:
            found = self._tools.crashes(self._changed, self._cycle_of.keys() | self._crashed)
        self._crashing = {crash.entry: crash for crash in found.crashes}
        self._is_known = not found.untried and not self._before.untried
        new = [crash for crash in found.crashes if crash.entry not in self._crashed]
        return self._fixed_in({frame.module for crash in new for frame in crash.stack})

    def _fixed_in(self, modules: Collection[str]) -> set[Edge]:
        """Return the imports that some modules have fixed automatically."""
        return {edge for edge, fix in self._chosen.items() if fix.rewrites and edge[0] in modules}

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

    # --- the plan of a cycle --------------------------------------------------------------------------------------

    def plan(self, number: int) -> RepairPlan:
        """Return the plan for one of the cycles, given its place among them."""
        cycle, choice = self._cycles[number], self._choices[number]
        rings = shortest_rings(cycle.graph, cycle.modules, list(choice.fixes))
        left, now = self._crashes_in[number]
        shapes = Shapes(cycle, self._tools.fixes)
        return RepairPlan(
            steps=tuple(
                PlannedStep(
                    cut.fixes,
                    {edge: rings[edge] for edge in cut.fixes},
                    gain,
                    cut.package,
                    shapes.shape(next(iter(cut.fixes.values()))),
                )
                for cut, gain in ordered(choice.cuts, cycle)
            ),
            is_minimum=choice.is_minimum,
            crashes_left=self._crashes_left(left, choice),
            crashes_new=tuple(sorted(now - self._crashed)) if self._is_known else None,
        )

    def _crashes_left(self, before: set[str], choice: Choice) -> tuple[str, ...] | None:
        """Return which of the modules that crash in a cycle still do when everything is done, by hand too; sorted.

        None if that is not known.
        """
        if not before and self._is_known:
            return ()
        left = self._crashing_at_last if self._stand_ins.keys() >= self._manual(choice.fixes).keys() else None
        return None if left is None or not self._is_known else tuple(sorted(before.intersection(left)))

    def _manual(self, fixes: Mapping[Edge, Fix]) -> dict[Edge, Fix]:
        return {edge: fix for edge, fix in fixes.items() if fix.level is Level.SHOWN}

    @cached_property
    def _stand_ins(self) -> dict[Edge, Fix]:
        """What is tried instead of each change by hand, as far as there is something.

        Nothing where other imports count than those that run at once, because only these crash.
        """
        found = {}
        for edge in self._manual(self._chosen) if self._kinds == {Kind.RUNTIME} else ():
            wanted = CyclicImport(edge, self._kinds, self._cycle_of[edge[0]])
            if (fix := self._tools.fixes.stand_in(wanted)) is not None:
                found[edge] = fix
        return found

    @cached_property
    def _crashing_at_last(self) -> Collection[str] | None:
        """The modules that crash now and when everything is done, by hand too; None if that is not known."""
        if not self._stand_ins:
            return self._crashing.keys()
        changed = self._texts([*self._chosen.values(), *self._stand_ins.values()])
        found = self._tools.crashes(changed, self._crashed)
        return None if found.untried else {crash.entry for crash in found.crashes}

    @cached_property
    def _crashes_in(self) -> list[tuple[set[str], set[str]]]:
        """The entries, for each cycle, that crash in it before the changes, and those that crash at it after them."""
        number_of = {module: number for number, cycle in enumerate(self._cycles) for module in cycle.modules}
        found: list[tuple[set[str], set[str]]] = [(set(), set()) for _ in self._cycles]
        for crash in self._before.crashes:
            number = number_of.get(crash.importer)
            if number is not None and number == number_of.get(crash.imported):
                found[number][0].add(crash.entry)
        for crash in self._crashing.values():
            for number in {number_of[end] for end in (crash.importer, crash.imported) if end in number_of}:
                found[number][1].add(crash.entry)
        return found


# --- the order of the steps --------------------------------------------------------------------------------------


def ordered(cuts: Sequence[Cut], cycle: Component) -> list[tuple[Cut, int]]:
    """Return cuts in the order in which to make them, each with its gain.

    First those of whole packages; then those that gain most for their weight; and in the end those that add imports, of
    which each is the one that then gains most. All gains together are the number of cyclic imports.
    """
    packages = [cut for cut in cuts if cut.package]
    adding = [cut for cut in cuts if not cut.package and cut.added]
    of_edge = {edge: cut for cut in cuts if not cut.package for edge in cut.fixes}
    removal = _Removal(cycle.edges)
    found = [(cut, removal.make(cut)) for cut in packages]
    cyclic = removal.cyclic(edge for cut in adding for edge in cut.added)
    weights = {edge: of_edge[edge].weight if edge in of_edge else 1 for edge in cyclic}
    order = in_order(of_edge.keys() & cyclic, weights)
    if not packages and not adding:
        return [(of_edge[edge], gain) for edge, gain in order]
    found += [(of_edge[edge], removal.make(of_edge[edge])) for edge, _ in order if not of_edge[edge].added]
    while adding:
        best = max(adding[:_ADDING], key=removal.gain)
        adding.remove(best)
        found.append((best, removal.make(best)))
    return found


class _Removal:
    """The imports of a cycle while cuts are made, one by one."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._edges = frozenset(edges)
        self._cyclic = len(self._edges)

    def cyclic(self, more: Iterable[Edge]) -> set[Edge]:
        """Return the imports that would be cyclic if there were some more."""
        return {edge for part in cyclic_parts(self._edges.union(more)) for edge in part}

    def gain(self, cut: Cut) -> int:
        """Return how many fewer imports would be cyclic after a cut."""
        return self._cyclic - sum(map(len, cyclic_parts(self._after(cut))))

    def _after(self, cut: Cut) -> frozenset[Edge]:
        return self._edges.difference(cut.fixes).union(cut.added)

    def make(self, cut: Cut) -> int:
        """Make a cut, and return its gain."""
        gain = self.gain(cut)
        self._edges = self._after(cut)
        self._cyclic -= gain
        return gain
