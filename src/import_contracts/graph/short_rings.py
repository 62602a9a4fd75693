"""Short cycles of a graph that changes: constraints for the cheapest way to remove all cycles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from import_contracts.graph.components import cyclic_parts


class RingFinder:
    """Finds short cycles, each a set of edges; ``left`` is the work that is left, negative if there was too much.

    ``ends`` has the tail and the head of each edge; no two edges have the same.
    """

    def __init__(self, ends: Sequence[tuple[int, int]], reads: int) -> None:
        self.left = reads
        self._ends = ends
        self._numbers = {pair: edge for edge, pair in enumerate(ends)}

    def rings(self, edges: Iterable[int]) -> set[frozenset[int]]:
        """Return a shortest cycle for every one of some edges that is on a cycle; only some if it is too much work."""
        return {ring for part in cyclic_parts(map(self._ends.__getitem__, edges)) for ring in self._of_part(part)}

    def _of_part(self, part: Sequence[tuple[int, int]]) -> Iterator[frozenset[int]]:
        heads: dict[int, list[int]] = {}
        tails: dict[int, list[int]] = {}
        for tail, head in part:
            heads.setdefault(tail, []).append(head)
            tails.setdefault(head, []).append(tail)
        for start, before in tails.items():
            if self.left < 0:
                return
            parent = self._reached(heads, start, set(before))
            for tail in before:
                ring = frozenset(self._ring(parent, start, tail))
                self.left -= len(ring)
                yield ring

    def _reached(self, heads: Mapping[int, Sequence[int]], start: int, goals: set[int]) -> dict[int, int]:
        """Return the predecessor of each node in a breadth-first search from ``start`` to all of the goals."""
        before = {start: start}
        goals.discard(start)
        todo = [start]
        for node in todo:
            if not goals:
                break
            self.left -= len(heads[node])
            for head in heads[node]:
                if head not in before:
                    before[head] = node
                    todo.append(head)
                    goals.discard(head)
        return before

    def _ring(self, before: Mapping[int, int], start: int, end: int) -> Iterator[int]:
        yield self._numbers[end, start]
        while end != start:
            yield self._numbers[before[end], end]
            end = before[end]
