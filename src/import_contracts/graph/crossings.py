"""Which imports leave one group of modules and lead to another, for many groups: the searches are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property, partial
from itertools import chain
from typing import NamedTuple, TypeAlias

from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.min_cut import Between, minimum_cut
from import_contracts.graph.nodes import Links, Nodes
from import_contracts.graph.reach import Reach, searches

_Edge: TypeAlias = tuple[int, int]


class Crossing(NamedTuple):
    """The imports that leave the group ``source`` and lead to the group ``target``, which are numbers.

    ``chains`` has the shortest chain for each of them, sorted. ``cut`` returns the fewest imports whose removal leaves
    no chain, sorted; of several smallest cuts, the one nearest to the target.
    """

    source: int
    target: int
    chains: Sequence[Chain]
    cut: Callable[[], tuple[Edge, ...]]


def crossings(
    graph: ImportGraph,
    sources: Sequence[Set[str]],
    targets: Sequence[Set[str]],
    is_wanted: Callable[[int, int], bool],
    barred: Set[str] = frozenset(),
) -> Iterator[Crossing]:
    """Yield the imports that lead from any of the sources to any of the targets, by target and then by source.

    The modules of a chain, other than its ends, are neither in the two groups nor ``barred``. ``is_wanted`` tells
    whether a source and a target are to be compared.
    """
    nodes = graph.nodes
    inside, goals = list(map(nodes.numbered, sources)), list(map(nodes.numbered, targets))
    for source in range(len(sources)):
        if not any(map(partial(is_wanted, source), range(len(targets)))):
            inside[source] = frozenset()
    closed = nodes.numbered(barred)
    cuts = _Cuts(nodes, inside, goals, closed)
    for search in _searches(nodes, goals, closed):
        found: list[list[Crossing]] = [[] for _ in search.numbers]
        for source, members in enumerate(inside):
            for goal, edges, chains in search.crossings(members, partial(is_wanted, source)):
                cut = partial(cuts.find, search, source, goal, edges)
                found[search.place(goal)].append(Crossing(source, goal, chains, cut))
        yield from chain.from_iterable(found)


class _Search:
    """The shortest chains to those of the ``goals`` that have certain numbers."""

    def __init__(self, nodes: Nodes, goals: Sequence[Set[int]], barred: Set[int], numbers: range, reach: Reach) -> None:
        self.numbers = numbers
        self._nodes = nodes
        self._goals = goals
        self._barred = barred
        self.reached = reach.groups
        self._path = reach.path
        self._places = cache(_places)
        self._way = cache(self._found_way)
        self._edge = cache(nodes.edge)

    def place(self, goal: int) -> int:
        """Return the place of a goal among those of this search."""
        return goal - self.numbers.start

    def crossings(
        self, members: Set[int], is_wanted: Callable[[int], bool]
    ) -> Iterator[tuple[int, Sequence[_Edge], Sequence[Chain]]]:
        """Yield the number of each wanted goal to which edges lead from a group, with these edges and their chains.

        No chain comes back to the group.
        """
        again = []
        chains: Sequence[Chain]
        for place, edges in self._leaving(members).items():
            if is_wanted(self.numbers[place]):
                ways = [self._way(head, place) for _, head in edges]
                if members <= self._barred or all(members.isdisjoint(path) for path, _ in ways):
                    chains = [(self._edge(*edge), *rest) for edge, (_, rest) in zip(edges, ways, strict=True)]
                    yield self.numbers[place], edges, chains
                else:
                    again.append(self.numbers[place])
        for search in _searches(self._nodes, [self._goals[number] for number in again], self._barred | members):
            for at, leading, chains in search.crossings(members, lambda _: True):
                yield again[at], leading, chains

    def _leaving(self, members: Set[int]) -> dict[int, list[_Edge]]:
        """Return the edges that leave a group and lead to a goal, by the place of the goal among the numbers."""
        leaving: dict[int, list[_Edge]] = {}
        for edge in self._nodes.links.leaving(members):
            for place in self._places(self.reached.get(edge[1], 0)):
                leaving.setdefault(place, []).append(edge)
        return leaving

    def _found_way(self, node: int, place: int) -> tuple[Sequence[int], Chain]:
        """Return the shortest path from a node to a goal, without its last node, and the chain of its edges."""
        path = list(self._path(node, place))
        return path[:-1], self._nodes.chain(path)


class _Cuts:
    """The minimum cuts between sources and goals."""

    def __init__(self, nodes: Nodes, sources: Sequence[Set[int]], goals: Sequence[Set[int]], barred: Set[int]) -> None:
        self._nodes = nodes
        self._sources = sources
        self._goals = goals
        self._barred = barred

    @cached_property
    def _links(self) -> Links:
        """The links without the tails that no path goes through."""
        heads, tails = self._nodes.links
        return Links(heads, [[tail for tail in of_node if tail not in self._barred] for of_node in tails])

    @cached_property
    def _led(self) -> Mapping[int, int]:
        """The sources that lead to each node, through none that is barred; all of them if that is too much to know."""
        reach = Reach(self._nodes.links.reversed(), self._sources, self._barred)
        return reach.groups if reach.is_whole else dict.fromkeys({*self._nodes.numbers.values()} - self._barred, -1)

    def find(self, search: _Search, source: int, goal: int, first: Sequence[_Edge]) -> tuple[Edge, ...]:
        """Return the cut between a source and a goal; ``first`` are the edges that leave the source and lead there."""
        ends = self._sources[source], self._goals[goal]
        between = Between(self._links, *ends, self._led, search.reached, source, search.place(goal))
        return tuple(self._nodes.edge(*pair) for pair in minimum_cut(between, first))


def _searches(nodes: Nodes, goals: Sequence[Set[int]], barred: Set[int]) -> Iterator[_Search]:
    for numbers, reach in searches(nodes.links, goals, barred):
        yield _Search(nodes, goals, barred, numbers, reach)


def _places(bits: int) -> list[int]:
    """Return the places of the bits that are set, ascending."""
    return [place for place, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]
