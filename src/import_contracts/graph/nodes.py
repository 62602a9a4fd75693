"""A graph whose nodes are numbers: what algorithms on large graphs work with, as numbers are faster than names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import pairwise

from import_contracts.graph.columns import ImportColumns
from import_contracts.records import NamedTuple, dataclass, replace


class Links(NamedTuple):
    """The heads and the tails of the edges of each node, ascending. A node is its place in these sequences."""

    heads: Sequence[Sequence[int]]
    tails: Sequence[Sequence[int]]

    def leaving(self, nodes: Set[int]) -> list[tuple[int, int]]:
        """Return the edges that leave a group of nodes, sorted."""
        return [(tail, head) for tail in sorted(nodes) for head in self.heads[tail] if head not in nodes]

    def reversed(self) -> Links:
        """Return the links in the other direction."""
        return Links(self.tails, self.heads)

    def without(self, edges: Collection[tuple[int, int]]) -> Links:
        """Return the links without some edges."""
        return Links(_without(self.heads, edges), _without(self.tails, [(head, tail) for tail, head in edges]))


@dataclass(frozen=True)
class Nodes:
    """Nodes with names, numbered in the order of the names, and the edges between them."""

    names: Sequence[str]
    numbers: Mapping[str, int]
    links: Links

    @classmethod
    def of(cls, names: Sequence[str], heads: Mapping[str, Collection[str]]) -> Nodes:
        """Return the nodes of a graph with some names and with the heads of each node; all are sorted.

        Nodes that only the edges have are added.
        """
        numbers = {name: number for number, name in enumerate(names)}
        try:
            after = heads.heads(numbers) if isinstance(heads, ImportColumns) else _numbered(numbers, heads)
        except KeyError:
            return cls.of(sorted(set(names).union(heads, *heads.values())), heads)
        tails: list[list[int]] = [[] for _ in names]
        for tail, numbered in enumerate(after):
            for head in numbered:
                tails[head].append(tail)
        return cls(names, numbers, Links(after, tails))

    def without(self, edges: Iterable[tuple[str, str]]) -> Nodes:
        """Return the nodes without some edges."""
        numbered = [(self.numbers[tail], self.numbers[head]) for tail, head in edges]
        return replace(self, links=self.links.without(numbered))

    def numbered(self, names: Iterable[str]) -> frozenset[int]:
        """Return the numbers of those names that are here."""
        return frozenset([number for number in map(self.numbers.get, names) if number is not None])

    def edge(self, tail: int, head: int) -> tuple[str, str]:
        """Return the names of the two ends of an edge."""
        return self.names[tail], self.names[head]

    def chain(self, path: Iterable[int]) -> tuple[tuple[str, str], ...]:
        """Return the names of the edges of a path."""
        return tuple(pairwise(map(self.names.__getitem__, path)))


def _numbered(numbers: Mapping[str, int], heads: Mapping[str, Iterable[str]]) -> list[tuple[int, ...]]:
    """Return the numbers of the heads of each node; raises KeyError if a name has no number."""
    found: list[tuple[int, ...]] = [()] * len(numbers)
    for name, of_node in heads.items():
        found[numbers[name]] = tuple(map(numbers.__getitem__, of_node))
    return found


def _without(nodes: Sequence[Sequence[int]], pairs: Iterable[tuple[int, int]]) -> Sequence[Sequence[int]]:
    """Return the neighbours of each node without those in the pairs that begin with the node."""
    gone: dict[int, set[int]] = {}
    for node, neighbour in pairs:
        gone.setdefault(node, set()).add(neighbour)
    left = list(nodes)
    for node, neighbours in gone.items():
        left[node] = [other for other in nodes[node] if other not in neighbours]
    return left
