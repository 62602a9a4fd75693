"""A minimum cut: the fewest edges whose removal separates two groups of nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set

_SOURCE, _SINK = 0, 1


def minimum_cut(edges: Iterable[tuple[str, str]], sources: Set[str], targets: Set[str]) -> tuple[tuple[str, str], ...]:
    """Return a smallest set of edges whose removal leaves no path from ``sources`` to ``targets``, sorted.

    Of several smallest sets, the one nearest to the targets. Every edge has capacity one. By the max-flow min-cut
    theorem (Ford and Fulkerson, 1956), these are the edges that a maximum flow fills and that lead to the nodes from
    which the targets are still reachable; the flow is found with Dinic's algorithm (1970).
    """
    edges = sorted(edges)
    numbers: dict[str, int] = {}

    def number(node: str) -> int:
        if node in sources:
            return _SOURCE
        return _SINK if node in targets else numbers.setdefault(node, len(numbers) + 2)

    network = _Network([(number(tail), number(head)) for tail, head in edges])
    network.fill()
    beyond = network.reaching_sink()
    return tuple(
        edge for edge, (tail, head) in zip(edges, network.ends, strict=True) if tail not in beyond and head in beyond
    )


class _Network:
    """A flow network with edges of capacity one: edge ``2 * i`` is ``ends[i]``, and ``2 * i + 1`` its residual edge."""

    def __init__(self, ends: Collection[tuple[int, int]]) -> None:
        self.ends = list(ends)
        size = 2 + max((max(pair) for pair in ends), default=_SINK)
        self._out: list[list[int]] = [[] for _ in range(size)]
        self._head: list[int] = []
        self._free: list[int] = []
        for tail, head in ends:
            self._out[tail].append(len(self._head))
            self._out[head].append(len(self._head) + 1)
            self._head += [head, tail]
            self._free += [1, 0]

    def fill(self) -> None:
        """Make the flow maximal."""
        while (level := self._levels())[_SINK] >= 0:
            untried = [iter(out) for out in self._out]
            while path := self._path(level, untried):
                for edge in path:
                    self._free[edge] -= 1
                    self._free[edge ^ 1] += 1

    def reaching_sink(self) -> set[int]:
        """Return the nodes with a path of free capacity to the sink."""
        reaching, todo = {_SINK}, [_SINK]
        for node in todo:
            for edge in self._out[node]:
                tail = self._head[edge]
                if self._free[edge ^ 1] and tail not in reaching:
                    reaching.add(tail)
                    todo.append(tail)
        return reaching

    def _levels(self) -> list[int]:
        level = [-1] * len(self._out)
        level[_SOURCE] = 0
        todo = [_SOURCE]
        for node in todo:
            for edge in self._out[node]:
                head = self._head[edge]
                if self._free[edge] and level[head] < 0:
                    level[head] = level[node] + 1
                    todo.append(head)
        return level

    def _path(self, level: list[int], untried: list[Iterator[int]]) -> list[int]:
        """Return the edges of a path from source to sink along the levels; empty if there is none left."""
        path: list[int] = []
        node = _SOURCE
        while node != _SINK:
            for edge in untried[node]:
                if self._free[edge] and level[self._head[edge]] == level[node] + 1:
                    path.append(edge)
                    node = self._head[edge]
                    break
            else:
                if not path:
                    return []
                level[node] = -1  # a dead end: no other path needs to try it
                node = self._head[path.pop() ^ 1]
        return path
