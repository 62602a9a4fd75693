"""Minimum cuts between many sources and one target: which of them have an edge, and what one says about the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import TypeAlias

from import_contracts.graph.min_cut import Flow

_Edge: TypeAlias = tuple[int, int]


class Alike:
    """Sources that are entered by no path from outside: which of their cuts have an ``edge``.

    To the rest of the graph, such sources differ only in the heads of the edges that leave them, which are given for
    each; a head is there once for each edge. A node lies before a cut if no more can flow from it to the goal than what
    flows from the source. The cut nearest to the goal has the edge if its tail lies before it, and its head does not.

    ``alone`` is the size of the cut of the tail alone, and ``beyond`` are the nodes that do not lie before that one.
    The cut itself must have the edge.
    """

    def __init__(self, edge: _Edge, heads: Mapping[int, Iterable[int]], alone: int, beyond: Set[int]) -> None:
        self._edge = edge
        self._alone = alone
        self._bits: dict[int, int] = {}
        places: dict[tuple[int, int], int] = {}
        for of_source in heads.values():
            for head, times in Counter(of_source).items():
                for number in range(times):
                    place = places.setdefault((head, number), len(places))
                    self._bits[head] = self._bits.get(head, 0) | 1 << place
        self._places = places
        self._heads = {source: self._some(of_source) for source, of_source in heads.items()}
        self._always = self._all(self._bits.keys() - beyond)
        self._sizes = [(0, 0)]
        self._without_tail: list[int] = []
        self._without_head: list[int] = []
        self._entered: list[int] = []

    def __contains__(self, source: int) -> bool:
        return source in self._heads

    def is_cut(self, source: int) -> bool | None:
        """Return whether the cut of a source has the edge; None if the cuts that are known do not tell.

        A source whose edges all lead before another cut has no node before its own that is not before the other. At
        most as much flows from it as the size of the other, and one more for each head that is not before that: too
        little, if it is less than what flows from the tail. A source with all the heads from which something flows
        through the part before another cut has all nodes before its own that are before the other.
        """
        heads = self._heads[source]
        if any(size + (heads & ~before).bit_count() < self._alone for size, before in self._sizes):
            return False
        if not all(heads & ~before for before in self._without_tail):
            return False
        is_before = not all(entered & ~heads for entered in self._entered)
        return True if is_before and not all(heads & ~before for before in self._without_head) else None

    def learn(self, flow: Flow, size: int, *, is_cut: bool) -> None:
        """Note the largest flow of a source, the size of its cut without its edges into the goal, and if it is cut."""
        nodes = flow.before(self._bits.keys())
        before = self._all(nodes)
        if is_cut:
            self._entered.append(self._some(head for head in flow.entered if head in nodes))
            self._without_head.append(before | self._always)
        elif flow.is_beyond(self._edge[0]):
            self._without_tail.append(before)
            self._sizes.append((size, before))

    def _some(self, heads: Iterable[int]) -> int:
        """Return the bits of some edges by their heads."""
        times = Counter(heads)
        return sum(1 << self._places[head, number] for head in times for number in range(times[head]))

    def _all(self, heads: Iterable[int]) -> int:
        """Return the bits of any number of edges to some heads."""
        return sum(self._bits[head] for head in heads)
