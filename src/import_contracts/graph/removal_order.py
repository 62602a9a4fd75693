"""The order in which to remove the edges of a feedback set: first those after which the fewest edges are cyclic."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from import_contracts.graph.components import components
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.weighted_edges import Search, WeightedEdges, search
from import_contracts.records import dataclass

_READS = 20_000_000
"""The edges that may be read to find the next edge with the highest gain; after that, the last known gains count."""
_TARJAN = 3
"""How much work it is to read an edge for the components, compared with a search."""


def in_order(chosen: Collection[Edge], weights: Mapping[Edge, int]) -> tuple[tuple[Edge, int], ...]:
    """Return the edges of a feedback set in the order in which to remove them, each with its gain.

    The gain is the number of edges that are on a cycle before its removal and not after it, given that the edges
    earlier in the order are removed; all gains together are the number of cyclic edges. The edge with the highest gain
    per weight comes first. Removing an edge changes only its own component, so gains are recomputed lazily: only for
    the edge whose last known gain is the highest. If that is too much work, the last known gains decide about the rest
    of the order; the gains that are returned are right in any case.
    """
    edges = sorted(weights)
    number_of = {edge: number for number, edge in enumerate(edges)}
    graph = WeightedEdges.of({edge: weights[edge] for edge in edges})
    removal = _Removal(graph, sorted(number_of[edge] for edge in chosen))
    order = list(removal.go())
    return tuple((edges[edge], gain) for edge, gain in [*order, *_with_gains(graph, order, removal.rest())])


@dataclass(slots=True, eq=False)
class _Part:
    """A component: its nodes, and the number of its edges."""

    nodes: set[int]
    size: int


class _Removal:
    """A graph from which the edges of a feedback set are removed one by one."""

    def __init__(self, graph: WeightedEdges, chosen: Sequence[int]) -> None:
        self._graph = graph
        self._left = _READS
        self._heads: list[set[int]] = [set() for _ in range(graph.size)]
        self._tails: list[set[int]] = [set() for _ in range(graph.size)]
        for tail, head in graph.ends:
            if tail != head:
                self._heads[tail].add(head)
                self._tails[head].add(tail)
        self._part_at: dict[int, _Part] = {}
        self._divide(set(range(graph.size)))
        self._expected = {edge: self._size(edge) for edge in chosen}
        self._gains: dict[int, tuple[_Part, int, int]] = {}
        self._waiting = [(self._key(edge), edge) for edge in chosen]
        heapify(self._waiting)

    def _key(self, edge: int) -> float:
        return -self._expected[edge] / self._graph.weights[edge]

    def _size(self, edge: int) -> int:
        """Return the number of edges of a part; an edge from a node to itself is a part of its own."""
        tail, head = self._graph.ends[edge]
        return 1 if tail == head else self._part_at[tail].size

    def go(self) -> Iterator[tuple[int, int]]:
        """Remove edges, as long as there is work left, and yield each with its gain."""
        while self._waiting and self._left > 0:
            _, edge = heappop(self._waiting)
            expected = self._expected[edge]
            self._expected[edge] = min(expected, self._size(edge))
            if self._expected[edge] == expected:
                gain = self._gain(edge)
                if gain >= expected:
                    self._remove(*self._graph.ends[edge], gain)
                    yield edge, gain
                    continue
                self._expected[edge] = gain
            heappush(self._waiting, (self._key(edge), edge))

    def rest(self) -> list[int]:
        """Return the edges that have not been removed, by their last known gain for their weight."""
        return [edge for _, edge in sorted(self._waiting)]

    def _gain(self, edge: int) -> int:
        """Return the gain of an edge; it is measured again if its part has changed."""
        tail, head = self._graph.ends[edge]
        if tail == head:
            return 1
        part = self._part_at[tail]
        known = self._gains.get(edge)
        if known is None or known[:2] != (part, part.size):
            self._unlink(tail, head)
            known = self._gains[edge] = (part, part.size, self._measured(tail, head, part))
            self._heads[tail].add(head)
            self._tails[head].add(tail)
        return known[2]

    def _measured(self, tail: int, head: int, part: _Part) -> int:
        found = self._search(tail, head)
        if found.reached is None:
            return 1
        if (crossing := self._crossing(found.reached, tail, head, is_forwards=found.is_forwards)) is not None:
            return 1 + len(crossing)
        return part.size - sum(other.size for other in self._components(part.nodes))

    def _search(self, start: int, goal: int) -> Search:
        found = search(self._heads, self._tails, start, goal)
        self._left -= found.reads
        return found

    def _crossing(self, reached: set[int], tail: int, head: int, *, is_forwards: bool) -> list[tuple[int, int]] | None:
        """Return the edges between the nodes reached from the tail, or of those that lead to the head, and the others.

        None if the others are more than one component. Without the edge, the head still leads to every node, and every
        node to the tail. So if the nodes that lead directly to those reached from the tail still lead to the head, all
        others do; then they are the component of the head.
        """
        if is_forwards:
            crossing = [(other, node) for node in reached for other in self._tails[node] - reached]
            searches = [(other, head) for other in sorted({other for other, _ in crossing})]
        else:
            crossing = [(node, other) for node in reached for other in self._heads[node] - reached]
            searches = [(tail, other) for other in sorted({other for _, other in crossing})]
        return crossing if all(self._search(*ends).is_path for ends in searches) else None

    def _remove(self, tail: int, head: int, gain: int) -> None:
        if tail == head:
            return
        part = self._part_at[tail]
        self._unlink(tail, head)
        part.size -= 1
        found = self._search(tail, head) if gain > 1 else None
        if found is None or found.reached is None:
            return
        crossing = self._crossing(found.reached, tail, head, is_forwards=found.is_forwards)
        if crossing is None:
            self._divide(part.nodes)
            return
        for pair in crossing:
            self._unlink(*pair)
        smaller = self._part(found.reached)
        self._part_at |= dict.fromkeys(found.reached, smaller)
        part.nodes -= found.reached
        part.size -= len(crossing) + smaller.size

    def _divide(self, nodes: set[int]) -> None:
        """Divide some nodes into components, without the edges between these."""
        parts = self._components(nodes)
        for node in nodes:
            self._part_at.pop(node, None)
        for part in parts:
            self._part_at |= dict.fromkeys(part.nodes, part)
        for node in nodes:
            own = self._part_at.get(node)
            for head in [head for head in self._heads[node] if own is None or self._part_at.get(head) is not own]:
                self._unlink(node, head)

    def _components(self, nodes: set[int]) -> list[_Part]:
        found = components({node: self._heads[node] for node in nodes})
        self._left -= sum(len(self._heads[node]) + 1 for node in nodes) * _TARJAN
        return [self._part(set(inside)) for inside in found]

    def _part(self, nodes: set[int]) -> _Part:
        return _Part(nodes, sum(len(self._heads[node] & nodes) for node in nodes))

    def _unlink(self, tail: int, head: int) -> None:
        self._heads[tail].discard(head)
        self._tails[head].discard(tail)


# --- gains of a given order --------------------------------------------------------------------------------------


def _with_gains(
    graph: WeightedEdges, removed: Sequence[tuple[int, int]], order: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield edges, which are removed in this order after some others, each with its gain.

    For each edge of the graph, the last step before which it is cyclic is found by divide and conquer: an edge that is
    cyclic after half of the steps is looked for in the second half, and all others in the first half, where the
    components of the second half are single nodes. So every edge is read only once for each halving.
    """
    if not order:
        return
    gone = {edge for edge, _ in removed}
    step = {edge: number for number, edge in enumerate(order)}
    edges = [(tail, head, edge) for edge, (tail, head) in enumerate(graph.ends) if edge not in gone]
    gains = [0] * (len(order) + 1)
    # Each task: the steps from ``low`` to ``high``, of which one is the last before which each of the edges is cyclic.
    tasks = [(-1, len(order) - 1, edges)]
    while tasks:
        low, high, inside = tasks.pop()
        if low == high or not inside:
            if inside and low >= 0:
                gains[low] += len(inside)
            continue
        middle = (low + high + 1) // 2
        now = [(tail, head, edge) for tail, head, edge in inside if step.get(edge, middle) >= middle]
        heads: dict[int, list[int]] = {}
        for tail, head, _ in now:
            heads.setdefault(tail, []).append(head)
        node_of = {node: nodes[0] for nodes in components(heads) for node in nodes}
        late: list[tuple[int, int, int]] = []
        early: list[tuple[int, int, int]] = []
        for tail, head, edge in inside:
            one, other = node_of.get(tail, tail), node_of.get(head, head)
            is_cyclic = one == other and tail in node_of and step.get(edge, middle) >= middle
            (late if is_cyclic else early).append((tail, head, edge) if is_cyclic else (one, other, edge))
        tasks += [(low, middle - 1, early), (middle, high, late)]
    yield from ((edge, gains[step[edge]]) for edge in order)
