"""Cycles of a directed graph: its components, their rings, and what to remove so that none is left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from import_contracts.graph import Chain, Edge, ImportGraph

Successors = Mapping[str, Collection[str]]
"""From each node to the nodes that it leads to."""


def components(  # noqa: C901 - one loop, which only recursion would divide
    successors: Successors,
) -> tuple[tuple[str, ...], ...]:
    """Return the strongly connected components with more than one node or with an edge to itself.

    Each is sorted, and so are they all. Tarjan's algorithm (1972), without recursion; time is linear.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    done: set[str] = set()
    found: list[tuple[str, ...]] = []
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
                        found.append(tuple(sorted(component)))
    return tuple(sorted(found))


def rings(graph: ImportGraph, component: tuple[str, ...]) -> Iterator[Chain]:
    """Yield, for every import between the modules of a component, the shortest ring that begins with it; sorted."""
    outside = frozenset(graph.modules).difference(component)
    for module in component:
        if graph.has_import(module, module):
            yield ((module, module),)
        yield from graph.routes_to({module}, outside).chains_from({module})


def feedback_edges(weights: Mapping[Edge, int]) -> tuple[Edge, ...]:
    """Return edges of small total weight without which no cycle is left, sorted; also those from a node to itself.

    Finding the smallest such set is NP-hard (Karp, 1972). This puts the nodes into an order with the heuristic of
    Eades, Lin and Smyth (1993), moves each to its best place until nothing improves, and returns the edges that lead
    backwards and close a cycle with those that don't. The same edges give the same answer in whatever order they come.
    """
    selves = {edge for edge in weights if edge[0] == edge[1]}
    edges = {edge: weights[edge] for edge in sorted(weights) if edge not in selves}
    order = _sifted(_ordered(edges), edges)
    place = {node: position for position, node in enumerate(order)}
    backward = [edge for edge in edges if place[edge[0]] > place[edge[1]]]
    return tuple(sorted(selves | set(_needed(backward, edges))))


def _neighbours(edges: Mapping[Edge, int]) -> dict[str, dict[str, int]]:
    """Return for each node what it costs to come after each neighbour rather than before it."""
    neighbours: dict[str, dict[str, int]] = {}
    for (tail, head), weight in edges.items():
        of_tail, of_head = neighbours.setdefault(tail, {}), neighbours.setdefault(head, {})
        of_tail[head] = of_tail.get(head, 0) + weight
        of_head[tail] = of_head.get(tail, 0) - weight
    return neighbours


def _ordered(edges: Mapping[Edge, int]) -> list[str]:
    """Order the nodes: sinks last, sources first, else the one that gives most more than it takes."""
    neighbours = _neighbours(edges)
    surplus = {node: sum(costs.values()) for node, costs in neighbours.items()}
    out = dict.fromkeys(neighbours, 0)
    into = dict.fromkeys(neighbours, 0)
    for tail, head in edges:
        out[tail] += 1
        into[head] += 1
    first: list[str] = []
    last: list[str] = []
    left = set(neighbours)
    while left:
        node = max(left, key=lambda each: (not out[each], not into[each], surplus[each], each))
        (first if out[node] else last).append(node)
        left.remove(node)
        for other, cost in neighbours[node].items():
            surplus[other] += cost
            into[other] -= (node, other) in edges
            out[other] -= (other, node) in edges
    return first + last[::-1]


def _sifted(order: list[str], edges: Mapping[Edge, int]) -> list[str]:
    """Move each node to where it costs least, until no move gains."""
    neighbours = _neighbours(edges)
    place = {node: position for position, node in enumerate(order)}
    improved = True
    while improved:
        improved = False
        for node in sorted(neighbours):
            ranked = sorted((place[other], cost) for other, cost in neighbours[node].items())
            here = sum(each for position, each in ranked if position < place[node])
            cost, best, target = 0, 0, -1
            for position, each in ranked:
                cost += each
                if cost < best:
                    best, target = cost, position
            if best < here:
                order.remove(node)
                order.insert(target + 1 - (place[node] <= target), node)
                place = {each: position for position, each in enumerate(order)}
                improved = True
    return order


def _needed(backward: list[Edge], edges: Mapping[Edge, int]) -> list[Edge]:
    """Return those of the backward edges that close a cycle when they are put back one by one, the dearest first."""
    successors: dict[str, set[str]] = {}
    for tail, head in edges.keys() - set(backward):
        successors.setdefault(tail, set()).add(head)
    needed = []
    for tail, head in sorted(backward, key=lambda edge: (-edges[edge], edge)):
        if _reaches(successors, head, tail):
            needed.append((tail, head))
        else:
            successors.setdefault(tail, set()).add(head)
    return needed


def _reaches(successors: Mapping[str, Collection[str]], start: str, goal: str) -> bool:
    todo, seen = [start], {start}
    for node in todo:
        if node == goal:
            return True
        new = set(successors.get(node, ())) - seen
        seen |= new
        todo += new
    return False
