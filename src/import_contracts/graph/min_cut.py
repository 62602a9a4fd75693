"""A minimum cut: the fewest edges whose removal separates two groups of nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from import_contracts.graph.nodes import Links

_Edge: TypeAlias = tuple[int, int]


class Between(NamedTuple):
    """The part of a graph between some nodes, the ``sources``, and the ``targets``.

    It has the nodes with the bit ``source`` in ``led`` and the bit ``target`` in ``leading``: those that the sources
    reach, and those that reach the targets.
    """

    links: Links
    sources: Set[int]
    targets: Set[int]
    led: Mapping[int, int]
    leading: Mapping[int, int]
    source: int = 0
    target: int = 0

    def heads(self, node: int) -> list[int]:
        """Return the nodes that the edges of a node lead to; a source is none of them."""
        leading, target = self.leading, self.target
        heads = [head for head in self.links.heads[node] if leading.get(head, 0) >> target & 1]
        return [head for head in heads if head not in self.sources]

    def tails(self, node: int) -> list[int]:
        """Return the nodes from which edges lead to a node; a source or a target is none of them."""
        led, source = self.led, self.source
        tails = [tail for tail in self.links.tails[node] if led.get(tail, 0) >> source & 1]
        return [tail for tail in tails if tail not in self.sources and tail not in self.targets]


def minimum_cut(between: Between, first: Collection[_Edge]) -> list[_Edge]:
    """Return a smallest set of edges whose removal leaves no path from the sources to the targets, sorted.

    ``first`` are the edges that leave the sources and lead to a target. Of several smallest sets, the one nearest to
    the targets. Every edge has capacity one. By the max-flow min-cut theorem (Ford and Fulkerson, 1956), these are the
    edges that a maximum flow fills and that lead to the nodes from which the targets are still reachable. Only what
    lies near the two groups is read, so that a graph can be asked for many cuts.
    """
    flow = _Flow(between)
    while (found := flow.search(first)).paths:
        flow.push(found.paths)
    return sorted(flow.filled(found))


class _Found(NamedTuple):
    """Paths with free capacity; without any, all nodes that such paths reach on one side."""

    paths: list[list[int]]
    reached: Set[int]
    is_forwards: bool


class _Flow:
    """A flow from sources to targets. It begins empty."""

    def __init__(self, between: Between) -> None:
        self._between = between
        self._onwards: dict[int, set[int]] = {}
        self._back: dict[int, set[int]] = {}

    def push(self, paths: Iterable[Sequence[int]]) -> None:
        """Let one more unit flow along each path, unless another of them has an edge of it already.

        Where a path goes against the flow, it takes that away.
        """
        pushed: set[_Edge] = set()
        for path in paths:
            edges = list(pairwise(path))
            if pushed.isdisjoint(edges):
                pushed.update(edges)
                for tail, head in edges:
                    if tail in self._onwards.get(head, ()):
                        self._onwards[head].remove(tail)
                        self._back[tail].remove(head)
                    else:
                        self._onwards.setdefault(tail, set()).add(head)
                        self._back.setdefault(head, set()).add(tail)

    def search(self, first: Collection[_Edge], closed: Set[int] = frozenset()) -> _Found:
        """Look for paths with free capacity that begin with one of some edges, through none of the ``closed`` nodes.

        The search goes forwards and backwards, always on the side with less to read, until both meet.
        """
        links = self._between.links
        behind = dict.fromkeys(self._between.targets, -1)
        free = [(tail, head) for tail, head in first if head not in self._onwards.get(tail, ())]
        meetings = [edge for edge in free if edge[1] in behind]
        ahead = {head: tail for tail, head in free}
        forwards, backwards = list(ahead), list(behind)
        ahead |= {tail: -1 for tail, _ in first}
        while forwards and backwards and not meetings:
            work = _work(forwards, links.heads)
            is_forwards = work <= len(backwards) or work <= _work(backwards, links.tails)
            level, seen, met = (forwards, ahead, behind) if is_forwards else (backwards, behind, ahead)
            following = self._after if is_forwards else self._before
            reached: list[int] = []
            for node in level:
                for other in following(node):
                    if other in met:
                        meetings.append((node, other) if is_forwards else (other, node))
                    elif other not in seen and other not in closed:
                        seen[other] = node
                        reached.append(other)
            level[:] = reached
        paths = [[*reversed(_line(ahead, tail)), *_line(behind, head)] for tail, head in meetings]
        return _Found(paths, behind.keys() if forwards else ahead.keys(), is_forwards=not forwards)

    def _after(self, node: int) -> Iterable[int]:
        """Return the nodes that a path with free capacity may go on to."""
        return _changed(self._between.heads(node), self._onwards.get(node), self._back.get(node))

    def _before(self, node: int) -> Iterable[int]:
        """Return the nodes that a path with free capacity may come from."""
        return _changed(self._between.tails(node), self._back.get(node), self._onwards.get(node))

    def filled(self, found: _Found) -> list[_Edge]:
        """Return the edges of the cut nearest to the targets; ``found`` says what is reached when the flow is maximal.

        A node on the flow lies before the cut if no path with free capacity leads from it to the targets.
        """
        edges = [(tail, head) for tail, heads in self._onwards.items() for head in heads]
        targets = self._between.targets
        before: set[int] = set()
        heads: list[int] = []
        while True:
            if not found.paths and not found.is_forwards:
                return [edge for edge in edges if edge[0] not in found.reached and edge[1] in found.reached]
            if not found.paths:
                before |= found.reached
                heads += [head for tail in found.reached for head in self._onwards.get(tail, set()) - targets]
            while heads and heads[-1] in before:
                heads.pop()
            if not heads:
                return [edge for edge in edges if edge[0] in before and edge[1] not in before]
            found = self.search([(-1, heads.pop())], before)


def _changed(nodes: Iterable[int], full: Set[int] | None, opened: Set[int] | None) -> Iterable[int]:
    """Return nodes without those to which no more can flow, and with those from which a flow can be taken back."""
    return {*nodes} - (full or set()) | (opened or set()) if full or opened else nodes


def _work(nodes: Iterable[int], edges: Sequence[Sequence[int]]) -> int:
    """Return how many nodes and edges are to be read."""
    return sum(len(edges[node]) + 1 for node in nodes)


def _line(before: dict[int, int], node: int) -> list[int]:
    """Return a node, the node from which a search came to it, and so on, to where the search began."""
    line = [node]
    while (node := before[node]) >= 0:
        line.append(node)
    return line
