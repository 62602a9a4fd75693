"""The strongly connected components of a directed graph that have a cycle. Reports call such a component a cycle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import TypeVar

from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.records import dataclass

Node = TypeVar("Node", str, int)


def components(successors: Mapping[Node, Collection[Node]]) -> tuple[tuple[Node, ...], ...]:
    """Return the strongly connected components that have more than one node, or one node with an edge to itself.

    The nodes of a component are sorted, and so are the components. The order of ``successors`` does not matter.
    """
    nodes = list(successors)
    numbers = {node: number for number, node in enumerate(nodes)}
    heads = [[numbers[head] for head in successors[node] if head in numbers] for node in nodes]
    return tuple(sorted(tuple(sorted(nodes[number] for number in found)) for found in _cyclic(heads)))


def cycles_in(graph: ImportGraph) -> tuple[tuple[str, ...], ...]:
    """Return the components of an import graph, as `components` does."""
    names = graph.nodes.names
    return tuple(tuple(names[number] for number in found) for found in sorted(_cyclic(graph.nodes.links.heads)))


def _cyclic(heads: Sequence[Collection[int]]) -> Iterator[list[int]]:  # noqa: C901 - only recursion would divide it
    """Yield the components of a graph with the heads of each node, each of them sorted.

    Tarjan's algorithm (1972) without recursion, in linear time.
    """
    index, low = [0] * len(heads), [0] * len(heads)
    done = len(heads) + 1
    stack: list[int] = []
    numbers = count(1)
    for root in range(len(heads)):
        path = [] if index[root] else [(root, iter(heads[root]))]
        while path:
            node, rest = path[-1]
            if not index[node]:
                index[node] = low[node] = next(numbers)
                stack.append(node)
            for head in rest:
                if not (seen := index[head]):
                    path.append((head, iter(heads[head])))
                    break
                if seen < low[node]:  # noqa: PLR1730 - a call takes longer
                    low[node] = seen
            else:
                path.pop()
                if low[node] < index[node]:
                    before = path[-1][0]
                    low[before] = min(low[before], low[node])
                    continue
                component = [stack.pop()]
                while component[-1] != node:
                    component.append(stack.pop())
                for each in component:
                    index[each] = done
                if len(component) > 1 or node in heads[node]:
                    yield sorted(component)


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
