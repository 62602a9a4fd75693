"""The causes of new violations: the cheapest imports without which nothing new breaks a contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from import_contracts.contracts.findings import Rule, Violation
from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import Edge, ImportGraph

# What is spent at most, in violations, checks of the contract, and chains looked at: the answer depends on no clock.
_VIOLATIONS, _CHECKS, _CHAINS = 1_000, 40, 200_000


@dataclass(frozen=True, slots=True)
class Causes:
    """Imports with how many of the violations each is a cause of, those with most first.

    Without them there are none of the violations any more, and no cheaper imports would do if it ``is_minimum``.
    """

    effects: tuple[tuple[Edge, int], ...]
    is_minimum: bool


def find_causes(
    rule: Rule, graph: ImportGraph, is_known: Callable[[Violation], bool], cost: Callable[[Edge], int]
) -> Causes | None:
    """Return the cheapest imports that cause what is not known; None where nothing is new, or no causes were found.

    Chains that cause violations are collected until the cheapest imports that break them all break every other one
    as well: an implicit hitting set (Karp and others, 2011). Every chain consists of imports of the graph.
    """
    new = [each for each in rule.check(graph).violations if each.chain and not is_known(each)]
    if not new or len(new) > _VIOLATIONS:
        return None
    chains: dict[frozenset[Edge], None] = {}
    left = new
    for _ in range(_CHECKS):
        chains |= dict.fromkeys(frozenset(each.chain) for each in left)
        chosen, is_minimum = hitting_set([*chains], cost, _CHAINS)
        findings = rule.check(graph.without(chosen))
        left = [each for each in findings.violations if each.chain and not is_known(each)]
        if not left:
            return Causes(_with_effects(chosen, new), is_minimum)
    return None


def _with_effects(chosen: Iterable[Edge], new: Iterable[Violation]) -> tuple[tuple[Edge, int], ...]:
    effects = dict.fromkeys(chosen, 0)
    for violation in new:
        effects[next(edge for edge in violation.chain if edge in effects)] += 1
    return tuple(sorted(effects.items(), key=lambda item: -item[1]))
