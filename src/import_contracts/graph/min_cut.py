"""A minimum cut: the fewest edges whose removal separates two groups of nodes."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence, Set
from copy import copy
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

from import_contracts.graph.nodes import Links
from import_contracts.records import NamedTuple

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


def minimum_cut(between: Between, first: Collection[_Edge]) -> list[_Edge]:
    """Return a smallest set of edges whose removal leaves no path from the sources to the targets, sorted.

    ``first`` are the edges that leave the sources and lead to a target. Of several smallest sets, the one nearest to
    the targets. Every edge has capacity one. By the max-flow min-cut theorem (Ford and Fulkerson, 1956), these are the
    edges that a maximum flow fills and that lead to the nodes from which the targets are still reachable. Only what
    lies near the two groups is read, so that a graph can be asked for many cuts.
    """
    return sorted(Flow(between, first).cut())


class _Side:
    """One side of a search: the nodes that it has seen, each with the node from which it came there, and the last ones.

    It goes on from a node to its neighbours that are ``near``, without those to which no more can flow (``full``), and
    with those from which a flow can be taken back (``opened``); to none of the ``shut``.
    """

    def __init__(
        self,
        neighbours: Sequence[Collection[int]],
        near: tuple[Mapping[int, int], int],
        changed: tuple[Mapping[int, Set[int]], Mapping[int, Set[int]]],
        shut: Set[int],
        start: Iterable[int],
    ) -> None:
        self._neighbours = neighbours
        self._near = near
        self._full, self._opened = changed
        self._shut = shut
        self.seen = dict.fromkeys(start, -1)
        self._go_on(list(self.seen))

    def again(self) -> _Side:
        """Return a search that begins as this one, which has made no step yet."""
        other = copy(self)
        other.seen = self.seen.copy()
        return other

    def _go_on(self, nodes: list[int]) -> None:
        """Let the next step begin with some nodes; ``work`` is how many nodes and edges it reads."""
        neighbours = self._neighbours
        self.last = nodes
        self.work = sum([len(neighbours[node]) for node in nodes]) + len(nodes)

    def step(self, met: Container[int], closed: Container[int]) -> list[_Edge]:
        """Go one edge further, and return the edges that lead to what the other side has met; to nothing closed."""
        seen, shut, full, opened, neighbours = self.seen, self._shut, self._full, self._opened, self._neighbours
        near, bit = self._near
        meetings: list[_Edge] = []
        reached: list[int] = []
        for node in self.last:
            others = neighbours[node]
            if node in full or node in opened:
                others = {*others} - full.get(node, set()) | opened.get(node, set())
            for other in others:
                if other in met:
                    meetings.append((node, other))
                if other not in seen and near.get(other, 0) >> bit & 1 and other not in shut and other not in closed:
                    seen[other] = node
                    reached.append(other)
        self._go_on(reached)
        return meetings

    def line(self, node: int) -> list[int]:
        """Return a node, the node from which the search came to it, and so on, to where it began."""
        line = [node]
        while (node := self.seen[node]) >= 0:
            line.append(node)
        return line


class Flow:
    """A flow from sources to targets. It begins with the edges from one to the other.

    ``paths`` are those of a flow from other sources, each from its second node on. As many of them as possible are used
    again: then less is left to search.
    """

    def __init__(self, between: Between, first: Collection[_Edge], paths: Iterable[Sequence[int]] = ()) -> None:
        self._between = between
        self._onwards: dict[int, set[int]] = {}
        self._back: dict[int, set[int]] = {}
        self._ends: tuple[set[int], _Side]
        self._push(edge for edge in first if edge[1] in between.targets)
        self._first = [edge for edge in first if edge[1] not in between.targets]
        self._before = {tail for tail, _ in first}
        tails: dict[int, list[int]] = {}
        for tail, head in self._first if paths else ():
            tails.setdefault(head, []).append(tail)
        for path in paths:
            if tails.get(path[0]) and between.sources.isdisjoint(path):
                self._push([[tails[path[0]].pop(), *path]])

    def cut(self) -> list[_Edge]:
        """Make the flow as large as possible, and return the edges of the cut nearest to the targets."""
        while True:
            free = {head: tail for tail, head in self._first if head not in self._onwards.get(tail, ())}
            ahead, behind = self._ahead(free), self._behind.again()
            meetings = _meetings(ahead, behind)
            if not meetings:
                self._ends = self._before | ahead.seen.keys(), behind
                return self._filled(*self._ends)
            lines = [(ahead.line(tail), behind.line(head)) for tail, head in meetings]
            self._push([free[before[-1]], *before[::-1], *after] for before, after in lines)

    @property
    def entered(self) -> list[int]:
        """The heads of those edges at the sources that the flow has, each once for each edge."""
        return [head for tail in self._before for head in self._onwards.get(tail, ())]

    def before(self, nodes: Set[int]) -> Set[int]:
        """Return those of some nodes that are known to lie before the cut: all of them that are on the flow."""
        before, behind = self._ends
        if behind.last:
            return nodes & before
        led, source = self._between.led, self._between.source
        return {node for node in nodes - behind.seen.keys() if led.get(node, 0) >> source & 1}

    def is_beyond(self, node: int) -> bool:
        """Return whether more can flow from a node to the targets, when the flow is maximal."""
        before, behind = self._ends
        return node in behind.seen or (node not in before and bool(_meetings(self._ahead([node]), behind, before)))

    @property
    def paths(self) -> list[list[int]]:
        """The paths of the flow, each from its second node on, to a target."""
        left = {node: list(heads) for node, heads in self._onwards.items()}
        targets = self._between.targets
        paths = [[head] for tail in self._before for head in left.get(tail, ()) if head not in targets]
        for path in paths:
            while path[-1] not in targets:
                path.append(left[path[-1]].pop())
        return paths

    def _push(self, paths: Iterable[Sequence[int]]) -> None:
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

    def _ahead(self, start: Iterable[int]) -> _Side:
        links, leading, target = self._between.links, self._between.leading, self._between.target
        return _Side(links.heads, (leading, target), (self._onwards, self._back), self._between.sources, start)

    @cached_property
    def _behind(self) -> _Side:
        """The search from behind, before its first step: there may be many targets."""
        links, led, source = self._between.links, self._between.led, self._between.source
        changed = self._back, self._onwards
        return _Side(links.tails, (led, source), changed, self._between.sources, self._between.targets)

    def _filled(self, before: set[int], behind: _Side) -> list[_Edge]:
        """Return the edges of the cut nearest to the targets, when the flow is maximal.

        A node on the flow lies before the cut if no path with free capacity leads from it to the targets. ``before``
        are such nodes, if ``behind`` has not seen all others. The search from behind is one for all nodes.
        """
        edges = [(tail, head) for tail, heads in self._onwards.items() for head in heads]
        heads = [head for tail, head in edges if tail in before]
        while behind.last and heads:
            head = heads.pop()
            if head not in before and head not in behind.seen:
                ahead = self._ahead([head])
                if not _meetings(ahead, behind, before) and behind.last:
                    before.update(ahead.seen)
                    heads += [head for tail in ahead.seen for head in self._onwards.get(tail, ())]
        if behind.last:
            return [edge for edge in edges if edge[0] in before and edge[1] not in before]
        return [edge for edge in edges if edge[0] not in behind.seen and edge[1] in behind.seen]


def _meetings(ahead: _Side, behind: _Side, closed: Container[int] = ()) -> list[_Edge]:
    """Return edges at which both sides of a search meet; the side with less to read goes on.

    Without any, one side has seen all that it can. ``closed`` are nodes from which none of the nodes behind is reached.
    """
    while ahead.last and behind.last:
        if ahead.work <= behind.work:
            meetings = ahead.step(behind.seen, closed)
        else:
            meetings = [(tail, head) for head, tail in behind.step(ahead.seen, ())]
        if meetings:
            return meetings
    return []
