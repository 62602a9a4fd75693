"""Which of many groups of nodes each node reaches, and on which shortest path: one breadth-first search for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from import_contracts.graph.nodes import Links

_WORDS = 16_000_000
"""The words of bits that one search keeps, so that it takes no more than some hundred MiB."""
_ENDLESS = 1 << 60


class Reach:
    """The shortest paths to any of some ``groups`` of nodes. A path has no ``barred`` node, except at its ends.

    Of several shortest paths, the one whose nodes have the lowest numbers. The groups that a node reaches are the bits
    of an integer, so one operation for each edge is enough for all of them.
    """

    def __init__(self, links: Links, groups: Sequence[Iterable[int]], barred: Set[int]) -> None:
        self._heads = links.heads
        self._levels: list[dict[int, int]] = []
        self._left = _WORDS if len(groups) > 1 else _ENDLESS
        self.groups: dict[int, int] = {}
        """The bits of the groups that each node is in or reaches; none if it is not here."""
        level: dict[int, int] = {}
        for number, group in enumerate(groups):
            for node in group:
                level[node] = level.get(node, 0) | 1 << number
        while level and self.is_whole:
            self._levels.append(level)
            self._left -= len(level) * (len(groups) // 30 + 4)
            for node, bits in level.items():
                self.groups[node] = self.groups.get(node, 0) | bits
            level = self._reached(level, links.tails, barred)

    @property
    def is_whole(self) -> bool:
        """Whether the search came to its end, and did not have too much to keep."""
        return self._left > 0

    def _reached(self, level: dict[int, int], tails_of: Sequence[Iterable[int]], barred: Set[int]) -> dict[int, int]:
        """Return the nodes that are one edge further away, each with the groups that it reaches only now."""
        groups, reached = self.groups, dict[int, int]()
        for node, bits in level.items():
            for tail in tails_of[node]:
                if tail not in barred:
                    known = reached.get(tail, 0)
                    if new := bits & ~(groups.get(tail, 0) | known):
                        reached[tail] = known | new
        return reached

    def path(self, node: int, group: int) -> Iterator[int]:
        """Yield the nodes of the shortest path from a node to a group that it reaches, the node itself first."""
        distance = next(far for far, level in enumerate(self._levels) if level.get(node, 0) >> group & 1)
        yield node
        for level in self._levels[:distance][::-1]:
            node = next(head for head in self._heads[node] if level.get(head, 0) >> group & 1)
            yield node


def searches(links: Links, groups: Sequence[Iterable[int]], barred: Set[int]) -> Iterator[tuple[range, Reach]]:
    """Yield the paths to all groups: to some of them in a row at a time, as many as one search may keep."""
    todo = [range(len(groups))] if groups else []
    while todo:
        numbers = todo.pop()
        reach = Reach(links, groups[numbers.start : numbers.stop], barred)
        if reach.is_whole:
            yield numbers, reach
        else:
            middle = (numbers.start + numbers.stop) // 2
            todo += [range(middle, numbers.stop), range(numbers.start, middle)]
