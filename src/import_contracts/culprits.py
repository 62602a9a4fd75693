"""Which imports are to blame: the cheapest ones without which nothing new breaks a contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from import_contracts.graph import Edge, ImportGraph
from import_contracts.violations import Rule, Violation

# What is spent at most, in violations, checks of the contract, and chains looked at: the answer depends on no clock.
_VIOLATIONS, _CHECKS, _CHAINS = 1_000, 40, 200_000


@dataclass(frozen=True, slots=True)
class Culprits:
    """Imports with how many of the violations each is a cause of, those with most first.

    Without them there are none of the violations any more, and no cheaper imports would do if it ``is_minimum``.
    """

    effects: tuple[tuple[Edge, int], ...]
    is_minimum: bool


def culprits(
    rule: Rule, graph: ImportGraph, is_known: Callable[[Violation], bool], cost: Callable[[Edge], int]
) -> Culprits | None:
    """Return the imports to blame for what is not known; None where there is nothing to blame, or no telling.

    Chains that cause violations are collected until the cheapest imports that break them all break every other one
    as well: an implicit hitting set (Karp and others, 2011). Every chain consists of imports of the graph.
    """
    new = [each for each in rule.check(graph).violations if each.chain and not is_known(each)]
    chains: dict[frozenset[Edge], None] = {}
    chosen: tuple[Edge, ...] = ()
    is_minimum, left = True, new
    for _ in range(_CHECKS):
        if not left or len(new) > _VIOLATIONS:
            break
        chains |= dict.fromkeys(frozenset(each.chain) for each in left)
        chosen, is_minimum = hitting_set([*chains], cost)
        findings = rule.check(graph.without(chosen))
        left = [each for each in findings.violations if each.chain and not is_known(each)]
    if left or not chosen:
        return None
    effects = dict.fromkeys(chosen, 0)
    for violation in new:
        effects[next(edge for edge in violation.chain if edge in effects)] += 1
    return Culprits(tuple(sorted(effects.items(), key=lambda item: (-item[1], item[0]))), is_minimum)


def hitting_set(chains: Collection[frozenset[Edge]], cost: Callable[[Edge], int]) -> tuple[tuple[Edge, ...], bool]:
    """Return the cheapest edges, sorted, of which each chain has one, and whether that is certain.

    Chains that have nothing to do with one another are looked at apart. Branch and bound: NP-hard (Karp, 1972), so that
    after a fixed amount of work the best found so far has to do.
    """
    found: list[Edge] = []
    is_certain = True
    for group in _groups(chain for chain in chains if not any(other < chain for other in chains)):
        costs = {edge: cost(edge) for chain in group for edge in chain}
        search = _Search(costs, _greedy(group, costs))
        search.go(group, (), frozenset())
        found += search.best
        is_certain &= search.is_done
    return tuple(sorted(found)), is_certain


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

    def __init__(self, costs: Mapping[Edge, int], best: tuple[Edge, ...]) -> None:
        self.best = best
        self._left = _CHAINS
        self._costs = costs
        self._least = self._cost(best)

    @property
    def is_done(self) -> bool:
        """Whether nothing cheaper can be."""
        return self._left > 0

    def _cost(self, edges: Collection[Edge]) -> int:
        return sum(self._costs[edge] for edge in edges)

    def go(self, chains: Sequence[frozenset[Edge]], chosen: tuple[Edge, ...], barred: frozenset[Edge]) -> None:
        """Break the chains at the least cost with edges that are not barred, on top of those that are chosen."""
        self._left -= len(chains) + 1
        spent = self._cost(chosen)
        if not self.is_done or spent + self._bound(chains, barred) >= self._least:
            return
        if not chains:
            self.best, self._least = chosen, spent
            return
        narrowest = min(chains, key=lambda chain: (len(chain - barred), sorted(chain)))
        for edge in sorted(narrowest - barred, key=lambda edge: (self._costs[edge], edge)):
            self.go([chain for chain in chains if edge not in chain], (*chosen, edge), barred)
            barred |= {edge}

    def _bound(self, chains: Sequence[frozenset[Edge]], barred: frozenset[Edge]) -> int:
        """Return what breaking the chains costs at least: that of some which have nothing in common."""
        bound, used = 0, set(barred)
        for chain in sorted(chains, key=len):
            left = chain - barred
            if not left:
                return self._least
            if used.isdisjoint(left):
                used |= left
                bound += min(self._costs[edge] for edge in left)
        return bound
