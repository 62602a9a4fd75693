"""The cheapest edges of which each of some sets has one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from import_contracts.graph.import_graph import Edge


def hitting_set(
    chains: Collection[frozenset[Edge]], cost: Callable[[Edge], int], work: int
) -> tuple[tuple[Edge, ...], bool]:
    """Return the cheapest edges, sorted, of which each chain has one, and whether that is certain.

    Chains that have nothing to do with one another are looked at apart. Branch and bound: NP-hard (Karp, 1972), so that
    after some ``work``, in chains looked at, the best found so far has to do.
    """
    found: list[Edge] = []
    is_certain = True
    costs = {edge: cost(edge) for chain in chains for edge in chain}
    for group in _groups(_reduced(set(chains), costs)):
        search = _Search(costs, _greedy(group, costs), work)
        search.go(sorted(group, key=sorted), (), frozenset())
        found += search.best
        is_certain &= search.is_done
    return tuple(sorted(found)), is_certain


def _reduced(chains: set[frozenset[Edge]], costs: Mapping[Edge, int]) -> list[frozenset[Edge]]:
    """Return chains that ask for no less, without those that others imply, and without edges that others outdo.

    An edge is outdone by one that is in all of its chains and costs no more.
    """
    while True:
        inside: dict[Edge, set[frozenset[Edge]]] = {}
        for chain in chains:
            for edge in chain:
                inside.setdefault(edge, set()).add(chain)
        rarest = {chain: min(chain, key=lambda edge: len(inside[edge])) for chain in chains}
        implied = {chain for other in chains for chain in inside[rarest[other]] if other < chain}
        outdone: set[Edge] = set()
        for edge in sorted(inside):
            rivals = frozenset.intersection(*inside[edge]) - outdone - {edge}
            if any(
                (costs[each], -len(inside[each]), each) <= (costs[edge], -len(inside[edge]), edge) for each in rivals
            ):
                outdone.add(edge)
        if not implied and not outdone:
            return sorted(chains, key=sorted)
        chains = {chain - outdone for chain in chains - implied}


def _groups(chains: Iterable[frozenset[Edge]]) -> list[list[frozenset[Edge]]]:
    """Divide chains such that no edge is in two groups."""
    groups: list[tuple[frozenset[Edge], list[frozenset[Edge]]]] = []
    for chain in chains:
        edges, joined = chain, [chain]
        apart = []
        for group in groups:
            if group[0].isdisjoint(edges):
                apart.append(group)
            else:
                edges |= group[0]
                joined += group[1]
        groups = [*apart, (edges, joined)]
    return [group for _, group in groups]


def _greedy(chains: Collection[frozenset[Edge]], costs: Mapping[Edge, int]) -> tuple[Edge, ...]:
    """Take the edge that breaks most chains for its cost, again and again."""
    found = []
    left = list(chains)
    while left:
        counts: dict[Edge, int] = {}
        for chain in left:
            for edge in chain:
                counts[edge] = counts.get(edge, 0) + 1
        best = min(counts, key=lambda edge: (costs[edge] / counts[edge], edge))
        found.append(best)
        left = [chain for chain in left if best not in chain]
    return tuple(found)


class _Search:
    """The best answer so far, and what it took."""

    def __init__(self, costs: Mapping[Edge, int], best: tuple[Edge, ...], work: int) -> None:
        self.best = best
        self._left = work
        self._costs = costs
        self._least = self._cost(best)

    @property
    def is_done(self) -> bool:
        """Whether nothing cheaper can be."""
        return self._left > 0

    def _cost(self, edges: Collection[Edge]) -> int:
        return sum(self._costs[edge] for edge in edges)

    def go(self, chains: Sequence[frozenset[Edge]], chosen: tuple[Edge, ...], barred: frozenset[Edge]) -> None:
        """Break the chains at the least cost with edges that are not barred, on top of those that are chosen.

        Of equally good ways the one is taken that comes first by the order of the chains.
        """
        self._left -= len(chains) + 1
        spent = self._cost(chosen)
        if not self.is_done or spent + self._bound(chains, barred) >= self._least:
            return
        if not chains:
            self.best, self._least = chosen, spent
            return
        narrowest = min(chains, key=lambda chain: len(chain - barred))
        for edge in sorted(narrowest - barred, key=lambda edge: (self._costs[edge], edge)):
            self.go([chain for chain in chains if edge not in chain], (*chosen, edge), barred)
            barred |= {edge}

    def _bound(self, chains: Sequence[frozenset[Edge]], barred: frozenset[Edge]) -> int:
        """Return what breaking the chains costs at least: that of some which have nothing in common."""
        bound, used = 0, set(barred)
        for chain in sorted(chains, key=len):
            if used.isdisjoint(left := chain - barred):
                if not left:
                    return self._least
                used |= left
                bound += min(map(self._costs.__getitem__, left))
        return bound
