"""The strongly connected components of a directed graph that have a cycle. Reports call such a component a cycle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from import_contracts.graph.import_graph import Edge, ImportGraph

Node = TypeVar("Node", str, int)


def components(  # noqa: C901 - one loop, which only recursion would divide
    successors: Mapping[Node, Collection[Node]],
) -> tuple[tuple[Node, ...], ...]:
    """Return the strongly connected components that have more than one node, or one node with an edge to itself.

    The nodes of a component are sorted, and so are the components. Tarjan's algorithm (1972) without recursion, in
    linear time. The order of ``successors`` does not matter.
    """
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    done: set[Node] = set()
    cyclic: list[tuple[Node, ...]] = []
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


def cyclic_parts(edges: Iterable[tuple[Node, Node]]) -> list[list[tuple[Node, Node]]]:
    """Return the edges of each component; an edge from a node to itself is a part of its own."""
    every = list(edges)
    successors: dict[Node, list[Node]] = {}
    for tail, head in every:
        successors.setdefault(tail, []).append(head)
    number_of = {node: number for number, nodes in enumerate(components(successors)) for node in nodes}
    parts: dict[tuple[int, Node | None], list[tuple[Node, Node]]] = {}
    for tail, head in every:
        if tail in number_of and number_of[tail] == number_of.get(head):
            parts.setdefault((number_of[tail], tail if tail == head else None), []).append((tail, head))
    return list(parts.values())


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
