"""Which imports leave one group of modules and lead to another, for many groups: the searches are shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from functools import cache, cached_property, reduce
from operator import or_
from re import finditer
from typing import TypeAlias

from import_contracts.graph.alike import Alike
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.min_cut import Between, Flow, minimum_cut
from import_contracts.graph.nodes import Links, Nodes
from import_contracts.graph.reach import Reach, searches
from import_contracts.records import NamedTuple

_Edge: TypeAlias = tuple[int, int]

_COUNTED = 50
"""For so many imports, the cuts that have them are found one by one; after that, all cuts are."""


class _Search:
    """The shortest chains to some goals, which are given by their indexes."""

    def __init__(self, nodes: Nodes, numbers: range, reach: Reach) -> None:
        self.numbers = numbers
        self.reached = reach.groups
        self.way = cache(lambda node, place: tuple(reach.path(node, place))[:-1])
        self.chain = cache(lambda node, place: nodes.chain(reach.path(node, place)))


class _Leaving(NamedTuple):
    """The edges that leave a source and lead to some goals, sorted; the goals are the bits of integers, by place.

    ``new`` has the goals of each edge to which it leads from no source before. ``around`` are, for the goals to which
    the shortest path of some edge comes back to the source, a search that avoids it, and the place of the goal there.
    """

    source: int
    numbers: range
    edges: Mapping[_Edge, int]
    new: Mapping[_Edge, int]
    around: Mapping[int, tuple[_Search, int]]


class Crossings:
    """The imports that leave any of the ``sources`` and lead to any of the ``targets``.

    The modules of a chain, other than its ends, are neither in the two groups nor ``barred``. ``is_wanted`` tells
    whether a source and a target are to be compared, by their numbers. An import that leaves several sources counts
    for the first of them.

    ``size`` is the number of imports, each once for each target that it leads to. ``pairs`` are the numbers of a source
    and a target between which there are any, by target and then by source. What depends on one pair is found when it
    is asked for, by the place of the pair.
    """

    def __init__(
        self,
        graph: ImportGraph,
        sources: Sequence[Set[str]],
        targets: Sequence[Set[str]],
        is_wanted: Callable[[int, int], bool],
        barred: Set[str] = frozenset(),
    ) -> None:
        self._nodes = nodes = graph.nodes
        self._goals = list(map(nodes.numbered, targets))
        self._sources = [
            nodes.numbered(source) if any(is_wanted(number, goal) for goal in range(len(targets))) else frozenset()
            for number, source in enumerate(sources)
        ]
        self._barred = nodes.numbered(barred)
        self._is_wanted = is_wanted
        self._cuts = _Cuts(nodes, self._sources, self._goals, self._barred)
        self._found: list[tuple[range, Mapping[_Edge, int]]] = []
        self.pairs: list[tuple[int, int]] = []
        self._leaving: list[_Leaving] = []
        self._places: dict[int, range] = {}
        for numbers, reach in searches(nodes.links, self._goals, self._barred):
            self._last = _Search(nodes, numbers, reach)
            self._cross(self._last)
        self._counts: dict[Edge, int] = {}
        self.size = sum(goals.bit_count() for _, found in self._found for goals in found.values())

    @property
    def importers(self) -> frozenset[str]:
        """The modules whose imports may be in a chain: the sources, and those that they lead to."""
        closed = self._barred.union(*self._goals) if len(self._goals) == 1 else self._barred
        led = Reach(self._nodes.links.reversed(), [frozenset[int]().union(*self._sources)], closed).groups
        return frozenset(map(self._nodes.names.__getitem__, led))

    @property
    def imported(self) -> frozenset[str]:
        """The modules of which an import may be in a chain: the targets, and those that lead to them.

        All modules if there are too many targets for one search.
        """
        names, sources = self._nodes.names, [source for source in self._sources if source]
        if len(self._found) != 1:
            return frozenset(names)
        numbers = range(len(self._sources))
        wanted = _bits(at for at in range(len(self._goals)) if any(self._is_wanted(number, at) for number in numbers))
        leading = {node for node, goals in self._last.reached.items() if goals & wanted}
        return frozenset(map(names.__getitem__, leading.difference(*sources) if len(sources) == 1 else leading))

    def chains(self, at: int) -> list[Chain]:
        """Return the shortest chain for each import of a pair, sorted."""
        leaving, goal = self._leaving[at], self.pairs[at][1]
        place = goal - leaving.numbers.start
        search, own = leaving.around.get(place) or (self._search(leaving.numbers), place)
        edges = (edge for edge, goals in leaving.new.items() if goals >> place & 1)
        return [(self._nodes.edge(*edge), *search.chain(edge[1], own)) for edge in edges]

    def cut(self, at: int) -> tuple[Edge, ...]:
        """Return the fewest imports whose removal leaves no chain of a pair, sorted.

        Of several smallest cuts, the one nearest to the target.
        """
        cut, _ = self._cut(at)
        return tuple(self._nodes.edge(*edge) for edge in cut)

    def _cut(self, at: int) -> tuple[list[_Edge], Flow]:
        search = self._search(self._leaving[at].numbers)
        return self._cuts.find(search, *self.pairs[at], self._first(at))

    def _first(self, at: int) -> list[_Edge]:
        """Return the edges that leave the source of a pair and lead to its goal."""
        leaving, (_, goal) = self._leaving[at], self.pairs[at]
        place = goal - leaving.numbers.start
        return [edge for edge, goals in leaving.edges.items() if goals >> place & 1]

    def has(self, edge: Edge, target: int) -> bool:
        """Return whether an import leads to a target."""
        numbers = self._nodes.numbers
        ends = numbers.get(edge[0], -1), numbers.get(edge[1], -1)
        return any(found.get(ends, 0) >> target - of.start & 1 for of, found in self._found if target in of)

    def cuts_with(self, edge: Edge) -> int:
        """Return in how many cuts an import is."""
        if edge not in self._counts and len(self._counts) < _COUNTED:
            tail, head = (self._nodes.numbers[name] for name in edge)
            self._counts[edge] = sum(self._cuts_of(goal, tail, head) for goal in self._places)
        return self._counts[edge] if edge in self._counts else self._in_cuts[edge]

    @cached_property
    def _in_cuts(self) -> Counter[Edge]:
        return Counter(edge for at in range(len(self.pairs)) for edge in self.cut(at))

    def _cuts_of(self, goal: int, tail: int, head: int) -> int:
        """Return in how many cuts of a goal an edge is.

        If the cut of some sources has it, so has the cut of its tail alone: of fewer sources, the cut that is nearest
        to the target is not nearer to it.
        """
        places, members = self._places[goal], self._goals[goal]
        search = self._search(self._leaving[places.start].numbers)
        alone = [] if tail in self._barred else self._cuts.of_node(search, tail, goal)
        if tail not in self._barred and (tail, head) not in alone:
            return 0
        led = [(at, self.pairs[at][0]) for at in places if self._cuts.is_led(tail, self.pairs[at][0])]
        back = self._back.get(tail, 0)
        apart = [(at, source) for at, source in led if not back >> source & 1 and self._cuts.is_apart(source, goal)]
        heads = {source: [end for _, end in self._first(at) if end not in members] for at, source in apart}
        alike = Alike((tail, head), heads, len(alone), self._cuts.leading(goal, alone) if apart else set())
        number = 0
        for at, source in led:
            is_cut = alike.is_cut(source) if source in alike else None
            if is_cut is None:
                cut, flow = self._cut(at)
                is_cut = (tail, head) in cut
                if source in alike:
                    direct = len(self._first(at)) - len(heads[source])
                    alike.learn(flow, len(cut) - direct, is_cut=is_cut)
            number += is_cut
        return number

    def _search(self, numbers: range) -> _Search:
        """Return the search for the goals with some numbers. Only the last one is kept, as they may be large."""
        if self._last.numbers != numbers:
            goals = self._goals[numbers.start : numbers.stop]
            self._last = _Search(self._nodes, numbers, Reach(self._nodes.links, goals, self._barred))
        return self._last

    def _cross(self, search: _Search) -> None:
        """Add the pairs whose targets are the goals of a search."""
        found: dict[_Edge, int] = {}
        by_source = []
        for source in range(len(self._sources)):
            edges, around = self._edges(search, source)
            new = {edge: left for edge, goals in edges.items() if (left := goals & ~found.get(edge, 0))}
            for edge, goals in new.items():
                found[edge] = found.get(edge, 0) | goals
            if new:
                by_source.append((_union(new.values()), _Leaving(source, search.numbers, edges, new, around)))
        self._found.append((search.numbers, found))
        for place in _places(_union(found.values())):
            leaving = [each for goals, each in by_source if goals >> place & 1]
            self._leaving += leaving
            self._places[search.numbers[place]] = range(len(self.pairs), len(self._leaving))
            self.pairs += [(each.source, search.numbers[place]) for each in leaving]

    def _edges(self, search: _Search, source: int) -> tuple[dict[_Edge, int], dict[int, tuple[_Search, int]]]:
        """Return the edges that leave a source with the wanted goals that they lead to, and the searches around it."""
        members, numbers = self._sources[source], search.numbers
        leaving = ((edge, search.reached.get(edge[1], 0)) for edge in self._nodes.links.leaving(members))
        edges = {edge: goals for edge, goals in leaving if goals}
        wanted = _bits(place for place in _places(_union(edges.values())) if self._is_wanted(source, numbers[place]))
        edges = {edge: goals & wanted for edge, goals in edges.items()}
        around: dict[int, tuple[_Search, int]] = {}
        if again := self._returning(search, source, edges):
            edges = {edge: goals & ~_bits(again) for edge, goals in edges.items()}
            groups = [self._goals[numbers[place]] for place in again]
            for part, reach in searches(self._around(edges, members), groups, frozenset()):
                ways = _Search(self._nodes, part, reach)
                around |= {again[number]: (ways, place) for place, number in enumerate(part)}
                for edge in edges:
                    edges[edge] |= _bits(again[part[place]] for place in _places(ways.reached.get(edge[1], 0)))
        return {edge: goals for edge, goals in edges.items() if goals}, around

    def _returning(self, search: _Search, source: int, edges: Mapping[_Edge, int]) -> list[int]:
        """Return the places of the goals to which the shortest path of some edge comes back to its source."""
        members, again = self._sources[source], 0
        for (_, head), goals in () if members <= self._barred else edges.items():
            if self._back.get(head, 0) >> source & 1:
                ways = (place for place in _places(goals & ~again) if not members.isdisjoint(search.way(head, place)))
                again |= _bits(ways)
        return _places(again)

    @cached_property
    def _back(self) -> Mapping[int, int]:
        """The sources that each node leads to; all of them if that is too much to know."""
        return _led(self._nodes.links, self._sources, self._barred)

    def _around(self, edges: Iterable[_Edge], members: Set[int]) -> Links:
        """Return the links of the paths that begin with any of some edges and avoid the members of a source."""
        heads_of, closed = self._nodes.links.heads, self._barred | members
        inside = {head for _, head in edges} - closed
        todo = list(inside)
        while todo:
            new = {head for head in heads_of[todo.pop()] if head not in inside and head not in closed}
            inside |= new
            todo += new
        tails: list[list[int]] = [[] for _ in heads_of]
        for node in sorted(inside):
            for head in heads_of[node]:
                tails[head].append(node)
        return Links(heads_of, tails)


class _Cuts:
    """The minimum cuts between sources and goals."""

    def __init__(self, nodes: Nodes, sources: Sequence[Set[int]], goals: Sequence[Set[int]], barred: Set[int]) -> None:
        self._nodes = nodes
        self._sources = sources
        self._goals = goals
        self._barred = barred
        self._paths: dict[int, list[list[int]]] = {}
        links = nodes.links.reversed()
        self._from = cache(lambda node: Reach(links, [{node}], barred).groups)

    @cached_property
    def _links(self) -> Links:
        """The links without the tails that no path goes through."""
        return self._without(self._barred)

    @cached_property
    def _shared(self) -> Links:
        """The links without those tails either that no source leads to, but those that they are in."""
        own: dict[int, int] = {}
        for number, members in enumerate(self._sources):
            for node in members:
                own[node] = own.get(node, 0) | 1 << number
        led = self._led
        return self._without(self._barred | {node for node, sources in own.items() if led.get(node) == sources})

    def _without(self, left_out: Set[int]) -> Links:
        heads, tails = self._nodes.links
        return Links(heads, [[tail for tail in of_node if tail not in left_out] for of_node in tails])

    @cached_property
    def _led(self) -> Mapping[int, int]:
        """The sources that lead to each node."""
        return _led(self._nodes.links.reversed(), self._sources, self._barred)

    def is_led(self, node: int, source: int) -> bool:
        """Return whether a node is in a source, or a path leads from the source to it."""
        return bool(self._led.get(node, 0) >> source & 1)

    def is_apart(self, source: int, goal: int) -> bool:
        """Return whether a source has no node of a goal, and no path from another source leads to it."""
        alone = 1 << source
        members = self._sources[source]
        return members.isdisjoint(self._goals[goal]) and all(self._led.get(node, 0) == alone for node in members)

    def leading(self, goal: int, cut: Collection[_Edge]) -> Set[int]:
        """Return the nodes that lead to a goal without the edges of a cut."""
        return Reach(self._nodes.links.without(cut), [self._goals[goal]], self._barred).groups.keys()

    def find(self, search: _Search, source: int, goal: int, first: Sequence[_Edge]) -> tuple[list[_Edge], Flow]:
        """Return the cut of a source and a goal, and the flow between them.

        ``first`` are the edges that leave the source and lead there.
        """
        ends, place = (self._sources[source], self._goals[goal]), goal - search.numbers.start
        between = Between(self._shared, *ends, self._led, search.reached, source, place)
        flow = Flow(between, first, self._paths.get(goal, ()))
        cut = sorted(flow.cut())
        self._paths[goal] = flow.paths
        return cut, flow

    def of_node(self, search: _Search, node: int, goal: int) -> list[_Edge]:
        """Return the cut of a node that is not barred and a goal; empty if the node is in the goal."""
        members, place = self._goals[goal], goal - search.numbers.start
        heads = [head for head in self._links.heads[node] if search.reached.get(head, 0) >> place & 1]
        between = Between(self._links, {node}, members, self._from(node), search.reached, 0, place)
        return [] if node in members else minimum_cut(between, [(node, head) for head in heads if head != node])


def _led(links: Links, groups: Sequence[Set[int]], barred: Set[int]) -> Mapping[int, int]:
    """Return the groups that each node reaches past those that are barred; all of them if that is too much to know."""
    reach = Reach(links, groups, barred)
    return reach.groups if reach.is_whole else dict.fromkeys(range(len(links.heads)), -1)


def _union(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)


def _bits(places: Iterable[int]) -> int:
    """Return an integer in which the bits at some places are set."""
    return reduce(lambda bits, place: bits | 1 << place, places, 0)


def _places(bits: int) -> list[int]:
    """Return the places of the bits that are set, ascending."""
    return [match.start() for match in finditer("1", f"{bits:b}"[::-1])]
