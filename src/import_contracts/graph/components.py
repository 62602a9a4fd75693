"""Cycles of a directed graph: its strongly connected components, and the elementary cycles inside them.

A *component* is a strongly connected component that has a cycle; reports call it a cycle. A *ring* is an elementary
cycle: a chain that returns to its first module and visits no module twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from import_contracts.graph.import_graph import Chain, Edge, ImportGraph

Successors = Mapping[str, Collection[str]]
"""The heads of the edges from each node."""


def components(  # noqa: C901 - one loop, which only recursion would divide
    successors: Successors,
) -> tuple[tuple[str, ...], ...]:
    """Return the strongly connected components that have more than one node, or one node with an edge to itself.

    The nodes of a component are sorted, and so are the components. Tarjan's algorithm (1972) without recursion, in
    linear time. The order of ``successors`` does not matter.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    done: set[str] = set()
    cyclic: list[tuple[str, ...]] = []
    for root in successors:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        path = [(root, iter(successors[root]))]
        while path:
            node, heads = path[-1]
            for head in heads:
                if head not in index:
                    index[head] = low[head] = len(index)
                    stack.append(head)
                    path.append((head, iter(successors.get(head, ()))))
                    break
                if head not in done:
                    low[node] = min(low[node], index[head])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    component = [stack.pop()]
                    while component[-1] != node:
                        component.append(stack.pop())
                    done.update(component)
                    if len(component) > 1 or node in successors.get(node, ()):
                        cyclic.append(tuple(sorted(component)))
    return tuple(sorted(cyclic))


@dataclass(frozen=True)
class Component:
    """The modules of one strongly connected component of an import graph, sorted."""

    graph: ImportGraph
    modules: tuple[str, ...]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The cyclic imports: those between the modules, sorted."""
        inside = frozenset(self.modules)
        return tuple((one, other) for one in self.modules for other in self.graph.imported_by(one) if other in inside)


def rings(graph: ImportGraph, component: tuple[str, ...]) -> Iterator[Chain]:
    """Yield, for every import between modules of a component, the shortest ring that begins with it; sorted."""
    outside = frozenset(graph.modules).difference(component)
    for module in component:
        if graph.has_import(module, module):
            yield ((module, module),)
        yield from graph.routes_to({module}, outside).chains_from({module})


def shortest_ring(graph: ImportGraph, component: tuple[str, ...]) -> Chain:
    """Return a shortest ring of a component; of several, the one whose first import comes first by name."""
    inside = frozenset(component)
    for one in component:
        if graph.has_import(one, one):
            return ((one, one),)
    for one in component:
        for other in graph.imported_by(one):
            if other in inside and graph.has_import(other, one):
                return ((one, other), (other, one))
    return min(rings(graph, component), key=len)


def ring_through(graph: ImportGraph, component: Collection[str], edge: Edge) -> Chain:
    """Return the shortest ring that begins with ``edge``, an import between two modules of the component."""
    importer, imported = edge
    if importer == imported:
        return (edge,)
    chains = graph.routes_to({importer}, frozenset(graph.modules).difference(component)).chains_from({importer})
    return next(chain for chain in chains if chain[0] == edge)
