"""The causes of new violations: the cheapest imports to remove so that a contract has no new violations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from import_contracts.contracts.findings import Rule, Violation
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.records import dataclass, field

# Limits, counted so that the result does not depend on a clock: new violations; violations in all, if it takes a check
# to know which are new; checks to find the causes, and what is equally good; the work of the hitting set.
MOST_NEW, MOST_OF_ALL, _CHECKS, _MORE_CHECKS, _CHAINS = 1_000, 5_000, 40, 20, 200_000


@dataclass(frozen=True, slots=True)
class Causes:
    """Imports to remove so that there are no new violations, each with the number of violations that it causes.

    Sorted by that number, largest first, and then by name. Each new violation counts for one import. ``is_minimum`` is
    True if no cheaper imports would remove all violations. ``others`` are, for some of the imports, those that could be
    removed instead, at the same cost, sorted; for the imports in ``untried`` there may be more of them.
    """

    effects: tuple[tuple[Edge, int], ...]
    is_minimum: bool
    others: Mapping[Edge, tuple[Edge, ...]] = field(default_factory=dict)
    untried: frozenset[Edge] = frozenset()


def find_causes(
    rule: Rule, graph: ImportGraph, is_known: Callable[[Violation], bool], cost: Callable[[Edge], int]
) -> Causes | None:
    """Return the cheapest imports that cause the new violations of a rule; None if there are none, or none were found.

    An implicit hitting set (Karp and others, 2011): choose the cheapest imports that break all chains found so far,
    check the graph without them, and add the chains of the violations that are left, until none are left. Chains
    consist of imports of the graph. None are found if only a part of a chain is known.
    """
    new = _new_violations(rule, graph, is_known)
    if not new or len(new) > MOST_NEW:
        return None
    chains: dict[frozenset[Edge], None] = {}
    left = new
    for _ in range(_CHECKS):
        if any(violation.is_chain_cut for violation in left):
            return None
        chains |= dict.fromkeys(frozenset(violation.chain) for violation in left)
        chosen, is_minimum = hitting_set(chains, cost, _CHAINS)
        left = _new_violations(rule, graph.without(chosen), is_known)
        if not left:
            swaps = _Swaps(lambda removed: _new_violations(rule, graph.without(removed), is_known), cost)
            others = dict(swaps.find(chosen, chains))
            return Causes(_with_effects(chosen, new), is_minimum, others, frozenset(swaps.untried))
    return None


class _Swaps:
    """The search for imports that could be removed instead of one that was chosen."""

    def __init__(
        self, left_without: Callable[[Collection[Edge]], list[Violation]], cost: Callable[[Edge], int]
    ) -> None:
        self._left_without = left_without
        self._cost = cost
        self._checks = _MORE_CHECKS
        self.untried: set[Edge] = set()

    def find(
        self, chosen: Collection[Edge], chains: Iterable[frozenset[Edge]]
    ) -> Iterator[tuple[Edge, tuple[Edge, ...]]]:
        """Yield chosen imports with those that are equally good; ``chains`` are some of those that are to be broken."""
        for edge in chosen:
            rest = frozenset(chosen) - {edge}
            own = [chain for chain in chains if rest.isdisjoint(chain)]
            common = frozenset.intersection(*own) if own else frozenset()
            others = tuple(self._equal(edge, rest, {each for each in common if self._cost(each) == self._cost(edge)}))
            if others:
                yield edge, others

    def _equal(self, edge: Edge, rest: frozenset[Edge], candidates: set[Edge]) -> Iterator[Edge]:
        for other in sorted(candidates - {edge}):
            if other not in candidates:
                continue
            if not self._checks:
                self.untried.add(edge)
                return
            self._checks -= 1
            left = self._left_without(rest | {other})
            for violation in left:  # whatever is equally good breaks these chains too
                candidates &= candidates if violation.is_chain_cut else set(violation.chain)
            if not left:
                yield other


def known_before(
    rule: Rule, graph: ImportGraph, violations: Iterable[Violation], is_added: Callable[[Edge], bool | None]
) -> Callable[[Violation], bool] | None:
    """Return what tells whether a violation was there without the added imports; None if these make no difference.

    None also if there are very many violations. ``violations`` are those of the graph. Only imports in their chains,
    and in those of what is left, are looked at.
    """
    added: set[Edge] = set()
    violations = list(violations)
    if len(violations) > MOST_OF_ALL:
        return None
    for _ in range(_CHECKS):
        more = {edge for violation in violations for edge in violation.chain if is_added(edge)} - added
        if not more:
            break
        added |= more
        violations = list(rule.check(graph.without(added)).violations)
    else:
        return None
    before = {violation.identity for violation in violations}
    return (lambda violation: violation.identity in before) if added else None


def _new_violations(rule: Rule, graph: ImportGraph, is_known: Callable[[Violation], bool]) -> list[Violation]:
    """Return the violations with a chain that are judged and not known."""
    violations = (each for each in rule.check(graph).violations if each.judged not in graph.excepted)
    return [violation for violation in violations if violation.chain and not is_known(violation)]


def _with_effects(chosen: Iterable[Edge], new: Iterable[Violation]) -> tuple[tuple[Edge, int], ...]:
    effects = dict.fromkeys(chosen, 0)
    for violation in new:
        effects[next(edge for edge in violation.chain if edge in effects)] += 1
    return tuple(sorted(effects.items(), key=lambda item: -item[1]))
