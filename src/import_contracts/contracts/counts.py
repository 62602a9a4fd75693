"""Counts of an import graph that `trend` shows, and that a contract of type ``no_worse`` keeps from rising."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from import_contracts.contracts.acyclic_siblings import AcyclicSiblings
from import_contracts.graph.components import Component, cycles_in
from import_contracts.graph.feedback_arcs import FeedbackSet, feedback_set
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ModulePattern

_NOT_RUNTIME = frozenset(Kind) - {Kind.RUNTIME}
_DEEPEST = 10


class Found(NamedTuple):
    """What is counted: modules or imports, sorted. If it is not ``is_exact``, fewer may be enough."""

    modules: tuple[str, ...] = ()
    imports: tuple[Edge, ...] = ()
    is_exact: bool = True

    @property
    def value(self) -> int:
        """The count."""
        return len(self.modules) + len(self.imports)


def _cycles(graph: ImportGraph) -> list[Component]:
    runtime = graph.without_kinds(_NOT_RUNTIME)
    return [Component(runtime, modules) for modules in cycles_in(runtime)]


def cyclic_modules(cycles: Iterable[Component]) -> Found:
    """Return the modules in cycles."""
    return Found(tuple(sorted(module for cycle in cycles for module in cycle.modules)))


def largest_cycle(cycles: Iterable[Component]) -> Found:
    """Return the modules of the largest cycle; of several, the first by its modules."""
    return Found(min((cycle.modules for cycle in cycles), key=lambda each: (-len(each), each), default=()))


def cheapest_cut(cycles: Iterable[Component]) -> Found:
    """Return the fewest imports without which none of the cycles is left."""
    cuts: list[FeedbackSet] = [feedback_set(dict.fromkeys(cycle.edges, 1)) for cycle in cycles]
    edges = tuple(sorted(edge for cut in cuts for edge in cut.edges))
    return Found(imports=edges, is_exact=all(cut.is_minimum for cut in cuts))


def upward(graph: ImportGraph) -> Found:
    """Return the fewest imports that lead upwards, whatever the order of the modules in each package is."""
    graph = graph.without_kinds({Kind.TYPE_CHECKING})
    roots = tuple(ModulePattern(root) for root in graph.roots if root in graph.modules_set)
    cuts = AcyclicSiblings(roots, (), depth=_DEEPEST).check(graph).cuts
    edges = {edge for cut in cuts for edge in cut.imports}
    return Found(imports=tuple(sorted(edges)), is_exact=all(cut.is_minimum for cut in cuts))


COUNTS: Mapping[str, Callable[[ImportGraph], Found]] = {
    "cyclic_modules": lambda graph: cyclic_modules(_cycles(graph)),
    "largest_cycle": lambda graph: largest_cycle(_cycles(graph)),
    "cut": lambda graph: cheapest_cut(_cycles(graph)),
    "upward": upward,
}
"""The counts of a whole graph, by name."""
