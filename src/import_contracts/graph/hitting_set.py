"""A minimum hitting set: the cheapest edges such that each of some sets contains one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from import_contracts.graph.import_graph import Edge

E = TypeVar("E", Edge, int)
"""An edge, or its number."""

T = TypeVar("T")


def hitting_set(chains: Collection[frozenset[E]], cost: Callable[[E], int], work: int) -> tuple[tuple[E, ...], bool]:
    """Return the cheapest edges, sorted, such that each chain contains one of them; and whether that is proven.

    The problem is NP-hard (Karp, 1972). Groups of chains without a common edge are solved separately, by branch and
    bound. ``work`` is the number of chains that the search may read for each group; after that, the best solution so
    far is returned, and False.
    """
    chosen: list[E] = []
    is_proven = True
    costs = {edge: cost(edge) for chain in chains for edge in chain}
    for group in groups(_reduced(set(chains), costs), lambda chain: chain):
        search = _Search(costs, _greedy(group, costs), work)
        search.go(sorted(group, key=sorted), (), frozenset())
        chosen += search.best
        is_proven &= search.is_done
    return tuple(sorted(chosen)), is_proven


def _reduced(chains: set[frozenset[E]], costs: Mapping[E, int]) -> list[frozenset[E]]:
    """Return fewer and shorter chains, sorted; a cheapest hitting set of them is a cheapest one of all chains.

    A chain is dropped if another chain is a part of it: whatever breaks the part breaks the whole. An edge is dropped
    if another edge, at most as expensive, is in all of its chains. Example: of the chains {a, b} and {a, b, c} the
    second is dropped; then, if a costs no more than b, b is dropped.
    """
    while True:
        inside: dict[E, set[frozenset[E]]] = {}
        for chain in chains:
            for edge in chain:
                inside.setdefault(edge, set()).add(chain)
        rarest = {chain: min(chain, key=lambda edge: len(inside[edge])) for chain in chains}
        implied = {chain for other in chains for chain in inside[rarest[other]] if other < chain}
        dominated: set[E] = set()
        for edge in sorted(inside):
            rivals = frozenset.intersection(*inside[edge]) - dominated - {edge}
            rank = (costs[edge], -len(inside[edge]), edge)
            if any((costs[rival], -len(inside[rival]), rival) <= rank for rival in rivals):
                dominated.add(edge)
        if not implied and not dominated:
            return sorted(chains, key=sorted)
        chains = {chain - dominated for chain in chains - implied}


def groups(items: Iterable[T], elements: Callable[[T], Collection[E]]) -> list[list[T]]:
    """Divide items into groups so that no element of an item is in two groups; items without elements are left out."""
    group_of: dict[E, list[T]] = {}
    for item in items:
        own = elements(item)
        joined = {id(group): group for each in own if (group := group_of.get(each)) is not None}
        largest = max(joined.values(), key=len, default=[])
        for group in joined.values():
            if group is not largest:
                largest += group
                group_of |= dict.fromkeys((each for other in group for each in elements(other)), largest)
        largest.append(item)
        group_of |= dict.fromkeys(own, largest)
    return list({id(group): group for group in group_of.values()}.values())


def _greedy(chains: Collection[frozenset[E]], costs: Mapping[E, int]) -> tuple[E, ...]:
    """Return a hitting set: repeatedly the edge with the lowest cost per chain that it breaks."""
    inside: dict[E, set[frozenset[E]]] = {}
    for chain in chains:
        for edge in chain:
            inside.setdefault(edge, set()).add(chain)
    waiting = [(costs[edge] / len(found), edge) for edge, found in inside.items()]
    heapify(waiting)
    chosen = []
    while waiting:
        per_chain, best = heappop(waiting)
        if not inside[best]:
            continue
        if per_chain != (now := costs[best] / len(inside[best])):
            heappush(waiting, (now, best))  # some of its chains have been broken since
            continue
        chosen.append(best)
        for chain in list(inside[best]):
            for edge in chain:
                inside[edge].discard(chain)
    return tuple(chosen)


class _Search(Generic[E]):
    """A branch-and-bound search; ``best`` is the best solution so far."""

    def __init__(self, costs: Mapping[E, int], best: tuple[E, ...], work: int) -> None:
        self.best: tuple[E, ...] = best
        self._left = work
        self._costs: Mapping[E, int] = costs
        self._least = self._cost(best)

    @property
    def is_done(self) -> bool:
        """Whether the search was complete, so that ``best`` is proven to be the cheapest."""
        return self._left > 0

    def _cost(self, edges: Collection[E]) -> int:
        return sum(self._costs[edge] for edge in edges)

    def go(self, chains: Sequence[frozenset[E]], chosen: tuple[E, ...], barred: frozenset[E]) -> None:
        """Look for the cheapest edges, none of them barred, that break the chains, in addition to those chosen.

        Of equally cheap solutions, the first in the order of the chains is kept.
        """
        self._left -= len(chains) + 1
        spent = self._cost(chosen)
        if not self.is_done or self._is_beyond(chains, barred, self._least - spent):
            return
        if not chains:
            self.best, self._least = chosen, spent
            return
        narrowest = min(chains, key=lambda chain: len(chain - barred))
        for edge in sorted(narrowest - barred, key=lambda edge: (self._costs[edge], edge)):
            self.go([chain for chain in chains if edge not in chain], chosen + (edge,), barred)  # noqa: RUF005 - for mypy
            barred |= {edge}

    def _is_beyond(self, chains: Sequence[frozenset[E]], barred: frozenset[E], limit: int) -> bool:
        """Tell whether to break the chains is known to cost some limit or more, without any barred edge.

        The lower bound is a solution of the dual program: each chain pays as much as its cheapest edge still costs, and
        what it pays is taken from the costs of all its edges.
        """
        left: dict[E, int] = {}
        for chain in sorted(chains, key=len):
            costs = [(left.get(edge, self._costs[edge]), edge) for edge in chain - barred]
            paid = min(costs)[0] if costs else limit
            limit -= paid
            if limit <= 0:
                break
            if paid:
                left |= {edge: cost - paid for cost, edge in costs}
        return limit <= 0
