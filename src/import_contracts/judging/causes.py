"""The causes of new violations: the cheapest imports to remove so that a contract has no new violations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from import_contracts.contracts.findings import Rule, Violation
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import Edge, ImportGraph

# Limits, counted so that the result does not depend on a clock: violations, checks of the contract, and the work of the
# hitting set.
_VIOLATIONS, _CHECKS, _CHAINS = 1_000, 40, 200_000


@dataclass(frozen=True, slots=True)
class Causes:
    """Imports to remove so that there are no new violations, each with the number of violations that it causes.

    Sorted by that number, largest first, and then by name. Each new violation counts for one import. ``is_minimum`` is
    True if no cheaper imports would remove all violations.
    """

    effects: tuple[tuple[Edge, int], ...]
    is_minimum: bool


def find_causes(
    rule: Rule, graph: ImportGraph, is_known: Callable[[Violation], bool], cost: Callable[[Edge], int]
) -> Causes | None:
    """Return the cheapest imports that cause the new violations of a rule; None if there are none, or none were found.

    An implicit hitting set (Karp and others, 2011): choose the cheapest imports that break all chains found so far,
    check the graph without them, and add the chains of the violations that are left, until none are left. Chains
    consist of imports of the graph. None are found if only a part of a chain is known.
    """
    new = _new_violations(rule, graph, is_known)
    if not new or len(new) > _VIOLATIONS:
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
            return Causes(_with_effects(chosen, new), is_minimum)
    return None


def _new_violations(rule: Rule, graph: ImportGraph, is_known: Callable[[Violation], bool]) -> list[Violation]:
    """Return the violations with a chain that are not known."""
    return [violation for violation in rule.check(graph).violations if violation.chain and not is_known(violation)]


def _with_effects(chosen: Iterable[Edge], new: Iterable[Violation]) -> tuple[tuple[Edge, int], ...]:
    effects = dict.fromkeys(chosen, 0)
    for violation in new:
        effects[next(edge for edge in violation.chain if edge in effects)] += 1
    return tuple(sorted(effects.items(), key=lambda item: -item[1]))
