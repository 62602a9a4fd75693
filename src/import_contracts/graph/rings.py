"""Shortest rings of a component. A *ring* is an elementary cycle: a chain that returns to its first module.

Of several shortest rings that begin with the same import, the one whose modules come first by name is taken. All limits
are on work and on size, not on time, so the same graph gives the same rings on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.records import dataclass, field

_STEPS = 40_000
"""The imports in all rings that are returned for one component."""
_READS = 5_000_000
"""The edges that searches from single nodes may read."""
_BLOCK = 4_096
"""The nodes to which distances are measured at the same time."""
_WORK = 1_000_000_000
"""The words of bits that may be read to measure distances, all nodes together."""
_KEPT = 16_000_000
"""The words of bits that are kept to follow rings: 64 MiB."""

_ENDLESS = 1 << 60

_Pair = tuple[int, int]


def shortest_rings(
    graph: ImportGraph, component: tuple[str, ...], wanted: Collection[Edge] | None = None
) -> dict[Edge, Chain | None]:
    """Return, for every import between modules of a component, sorted, the shortest ring that begins with it.

    None instead of a ring if it is too much work to find, or if the shorter rings have as many imports together as one
    report should show. ``wanted`` limits this to some imports, in their order.
    """
    network = _Network.of(graph, component)
    edges = {network.name(*pair): pair for pair in network.pairs()} if wanted is None else network.numbered(wanted)
    found = _Rings(network).find(edges.values())
    return {edge: network.chain(found[pair]) if pair in found else None for edge, pair in edges.items()}


def shortest_ring(graph: ImportGraph, component: tuple[str, ...]) -> tuple[Chain, bool]:
    """Return a shortest ring of a component, and whether it is proven that there is no shorter one.

    Of several, the one whose first import comes first by name.
    """
    network = _Network.of(graph, component)
    pair, is_proven = _shortest(network)
    return network.chain(_ring(network, pair)), is_proven


@dataclass(frozen=True, slots=True)
class _Network:
    """The modules of a component as numbers, in the order of their names, and the edges between them.

    Edges from a node to itself are only in ``loops``.
    """

    names: tuple[str, ...]
    heads: list[list[int]]
    tails: list[list[int]]
    loops: frozenset[int]

    @classmethod
    def of(cls, graph: ImportGraph, component: tuple[str, ...]) -> _Network:
        number = {name: at for at, name in enumerate(component)}
        heads = [[number[head] for head in graph.imported_by(name) if head in number] for name in component]
        loops = frozenset(node for node, found in enumerate(heads) if node in found)
        for node in loops:
            heads[node].remove(node)
        tails: list[list[int]] = [[] for _ in component]
        for tail, found in enumerate(heads):
            for head in found:
                tails[head].append(tail)
        return cls(component, heads, tails, loops)

    def pairs(self) -> Iterator[_Pair]:
        """Yield the edges, sorted by tail and then by head; a loop comes first."""
        for tail, heads in enumerate(self.heads):
            yield from ((tail, head) for head in ([tail, *heads] if tail in self.loops else heads))

    def numbered(self, edges: Collection[Edge]) -> dict[Edge, _Pair]:
        number = {name: at for at, name in enumerate(self.names)}
        return {edge: (number[edge[0]], number[edge[1]]) for edge in edges}

    def name(self, tail: int, head: int) -> Edge:
        return self.names[tail], self.names[head]

    def chain(self, nodes: list[int]) -> Chain:
        return tuple(self.name(*pair) for pair in zip(nodes, [*nodes[1:], nodes[0]], strict=True))


# --- one ring ----------------------------------------------------------------------------------------------------


def _distances(network: _Network, target: int, source: int) -> dict[int, int]:
    """Return the distance to ``target`` of the nodes that are nearer to it than ``source``, and of that itself."""
    distance = {target: 0}
    todo = [target]
    for node in todo:
        for tail in network.tails[node]:
            if tail not in distance:
                distance[tail] = distance[node] + 1
                todo.append(tail)
                if tail == source:
                    return distance
    return distance


def _ring(network: _Network, pair: _Pair) -> list[int]:
    """Return the nodes of the shortest ring that begins with an edge."""
    return _followed(network, pair, _distances(network, *pair)) if pair[0] != pair[1] else [pair[0]]


def _followed(network: _Network, pair: _Pair, distance: dict[int, int]) -> list[int]:
    target, node = pair
    nodes = [target]
    while node != target:
        nodes.append(node)
        nearer = distance[node] - 1
        node = next(head for head in network.heads[node] if distance.get(head) == nearer)
    return nodes


# --- the shortest of all -----------------------------------------------------------------------------------------


def _shortest(network: _Network) -> tuple[_Pair, bool]:
    """Return the first edge of a shortest ring, and whether that is proven."""
    if network.loops:
        return (min(network.loops),) * 2, True
    for tail, heads in enumerate(network.heads):
        for head in heads:
            if tail in network.heads[head]:
                return (tail, head), True
    search = _Removal(network, _READS)
    if search.go():
        return search.best, True
    rings = _Rings(network)
    lengths = rings.shortest_only()
    if lengths and min(lengths.values()) <= search.length:
        return min(lengths, key=lambda pair: (lengths[pair], pair)), rings.is_complete
    return search.best, rings.is_complete


@dataclass(slots=True)
class _Removal:
    """A search for a shortest ring: the shortest through the first node; then without this node, and so on.

    Nodes that are no longer on a cycle are removed too, so a program that is one long ring takes one step.
    """

    network: _Network
    left: int
    best: _Pair = (0, 0)
    length: int = _ENDLESS
    removed: set[int] = field(default_factory=set)

    def go(self) -> bool:
        """Search, and return whether that was not too much work."""
        network = self.network
        heads = [len(found) for found in network.heads]
        tails = [len(found) for found in network.tails]
        for node in range(len(network.names)):
            if node in self.removed:
                continue
            if self.left <= 0:
                return False
            self._from(node)
            todo = [node]
            self.removed.add(node)
            for gone in todo:
                for neighbours, counts in ((network.tails[gone], heads), (network.heads[gone], tails)):
                    self.left -= len(neighbours)
                    for other in neighbours:
                        counts[other] -= 1
                        if not counts[other] and other not in self.removed:
                            self.removed.add(other)
                            todo.append(other)
        return True

    def _from(self, start: int) -> None:
        """Look for a shorter ring through a node, going backwards."""
        wanted = set(self.network.heads[start]) - self.removed
        seen, level, length = {start}, [start], 1
        while level and length + 1 < self.length:
            length += 1
            reached = []
            for node in level:
                tails = self.network.tails[node]
                self.left -= len(tails)
                for tail in tails:
                    if tail not in seen and tail not in self.removed:
                        seen.add(tail)
                        reached.append(tail)
            if found := wanted.intersection(reached):
                self.best, self.length = (start, min(found)), length
                return
            level = reached


# --- all of them -------------------------------------------------------------------------------------------------


class _Rings:
    """The lengths of the shortest rings through many edges, and the shorter ones of these rings.

    Level by level, the set of nodes that can be reached from each node is the union of those of its successors on the
    level before. The sets are bits of integers: one operation for each edge measures the distances to a whole block of
    nodes.
    """

    def __init__(self, network: _Network) -> None:
        self._network = network
        self._edges = sum(map(len, network.heads))
        self._lengths: dict[_Pair, int] = {}
        self._found: dict[_Pair, list[int]] = {}
        self.is_complete = True

    def find(self, pairs: Collection[_Pair]) -> dict[_Pair, list[int]]:
        """Return the nodes of the ring through each edge, the shortest rings first, as many as one report may show."""
        pending: dict[int, list[_Pair]] = {}
        for pair in pairs:
            if pair[0] == pair[1]:
                self._lengths[pair], self._found[pair] = 1, [pair[0]]
            else:
                pending.setdefault(pair[0] // _BLOCK, []).append(pair)
        for block, inside in pending.items():
            self._measure(block, sorted(inside), _WORK // len(pending))
        return self._chosen(pairs)

    def shortest_only(self) -> dict[_Pair, int]:
        """Return the lengths of some rings, among them those of the shortest."""
        pairs: dict[int, list[_Pair]] = {}
        for pair in self._network.pairs():
            pairs.setdefault(pair[0] // _BLOCK, []).append(pair)
        for block, inside in pairs.items():
            self._measure(block, inside, _WORK // len(pairs), below=min(self._lengths.values(), default=_ENDLESS))
        return self._lengths

    def _measure(self, block: int, pending: list[_Pair], work: int, below: int = 0) -> None:
        """Measure the rings that begin in a block of nodes, and follow those that are short enough.

        With ``below``, only the shortest of them that are shorter than that.
        """
        heads, first = self._network.heads, block * _BLOCK
        size = min(_BLOCK, len(heads) - first)
        words = size // 30 + 20
        own = [1 << node - first if first <= node < first + size else 0 for node in range(len(heads))]
        levels, steps = [own], 0
        row = own
        most = work // (words * self._edges) + 3
        for length in range(2, min(most, below or most)):
            row = list(map(_union(row), own, heads))
            if len(levels) * words * len(heads) < _KEPT and steps < _STEPS:
                levels.append(row)
            left = []
            for pair in pending:
                if row[pair[1]] & own[pair[0]]:
                    self._lengths[pair] = length
                    if len(levels) == length and steps < _STEPS and not below:
                        self._found[pair] = self._follow(pair, own[pair[0]], levels)
                        steps += length
                else:
                    left.append(pair)
            if not left or (below and len(left) < len(pending)):
                return
            pending = left
        self.is_complete &= 0 < below <= most

    def _follow(self, pair: _Pair, bit: int, levels: list[list[int]]) -> list[int]:
        target, node = pair
        nodes = [target]
        for row in levels[-2::-1]:
            nodes.append(node)
            node = next(head for head in self._network.heads[node] if row[head] & bit)
        return nodes

    def _chosen(self, pairs: Collection[_Pair]) -> dict[_Pair, list[int]]:
        """Return the rings to show: the shortest ones first, then those of unknown length by name."""
        chosen: dict[_Pair, list[int]] = {}
        steps, reads = _STEPS, _READS
        for pair in sorted(pairs, key=lambda pair: (self._lengths.get(pair, len(self._network.names) + 1), pair)):
            if self._lengths.get(pair, 1) > steps:
                break
            if pair not in self._found:
                reads -= self._edges
                if reads < 0:
                    break
                self._found[pair] = _ring(self._network, pair)
            steps -= len(self._found[pair])
            if steps < 0:
                break
            chosen[pair] = self._found[pair]
        return chosen


def _union(row: list[int]) -> Callable[[int, list[int]], int]:
    """Return a function of a node's own bits and its successors: what they reach together."""

    def union(own: int, heads: list[int]) -> int:
        for head in heads:
            own |= row[head]
        return own

    return union
