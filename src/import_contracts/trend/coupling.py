"""Modules that change together: what commits say about dependencies that imports do not show, and the other way round.

Two modules are coupled if more commits change both than chance explains (Gall, Hajek and Jazayeri 1998; Zimmermann and
others 2005). Chance is the hypergeometric distribution: of all commits, those of one module and those of the other are
drawn independently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import exp, lgamma
from typing import NamedTuple

from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.reports.trend import Coupling, Pair

LARGEST = 30
"""A commit that changes more modules is left out, as in Zimmermann and others: it is no evidence for any pair."""
_SUPPORT = 3
_CHANCE = 0.05
_NAMED = 5
_BOT = re.compile(r"\[bot\]|\bbot\b|-bot\b|dependabot|renovate|pre-commit-ci|github-actions", re.IGNORECASE)


class Change(NamedTuple):
    """A commit: its hash, its author, and the paths that it changes, each with its path before if it was renamed."""

    commit: str
    author: str
    paths: Sequence[tuple[str, str]]


_Commit = tuple[str, tuple[str, ...]]

Boundaries = Callable[[str, str], tuple[str, ...]]
"""Returns the ids of the contracts of which two modules are in different parts."""


def coupling(
    changes: Iterable[Change],
    modules: Mapping[str, str],
    graph: ImportGraph,
    ignored: frozenset[str],
    apart: Boundaries,
) -> Coupling:
    """Return the pairs of modules that change together, given the changes from the newest to the oldest.

    ``modules`` are the modules by the paths of their files now. ``ignored`` are the hashes of commits to leave out.
    """
    kept, left_out = _counting(changes, modules, ignored)
    pairs = list(_pairs(kept))
    hidden = tuple(pair for pair in pairs if not _edges(pair, graph))
    leaky = (replace(pair, contracts=apart(pair.first, pair.second)) for pair in pairs if _edges(pair, graph))
    return Coupling(
        len(kept),
        left_out["large"],
        left_out["bots"],
        left_out["ignored"],
        hidden,
        tuple(pair for pair in leaky if pair.contracts),
    )


def coupled(changes: Iterable[Change], modules: Mapping[str, str], ignored: frozenset[str]) -> Iterator[Pair]:
    """Yield all pairs of modules that change together, whether or not an import joins them; given as above."""
    yield from _pairs(_counting(changes, modules, ignored)[0])


def _counting(
    changes: Iterable[Change], modules: Mapping[str, str], ignored: frozenset[str]
) -> tuple[list[_Commit], Counter[str]]:
    """Return the commits that count, each with the modules that it changes, and how many do not, by the reason."""
    left_out: Counter[str] = Counter()
    kept: list[_Commit] = []
    for change, touched in _followed(changes, modules):
        reason = _reason(change, touched, ignored)
        if reason:
            left_out[reason] += 1
        elif touched:
            kept.append((change.commit, touched))
    return kept, left_out


def _edges(pair: Pair, graph: ImportGraph) -> list[Edge]:
    ends = (pair.first, pair.second)
    return [edge for edge in (ends, ends[::-1]) if graph.has_import(*edge)]


def _followed(changes: Iterable[Change], modules: Mapping[str, str]) -> Iterator[tuple[Change, tuple[str, ...]]]:
    """Yield each change with the modules that it changes, by their present names, sorted."""
    now: dict[str, str] = {}
    for change in changes:
        found = {modules.get(now.get(path, path)) for path, _ in change.paths}
        for path, before in change.paths:
            if before:
                now[before] = now.pop(path, path)
        yield change, tuple(sorted(module for module in found if module))


def _reason(change: Change, touched: Sequence[str], ignored: frozenset[str]) -> str:
    """Return why a commit is left out; "" if it counts."""
    if change.commit in ignored:
        return "ignored"
    if touched and _BOT.search(change.author):
        return "bots"
    return "large" if len(touched) > LARGEST else ""


def _pairs(commits: Sequence[_Commit]) -> Iterator[Pair]:
    """Yield the pairs that change together more often than chance explains, the least probable by chance first."""
    single: Counter[str] = Counter()
    together: dict[Edge, list[str]] = {}
    for commit, touched in commits:
        single.update(touched)
        for pair in combinations(touched, 2):
            together.setdefault(pair, []).append(commit)
    often = {pair: found for pair, found in together.items() if len(found) >= _SUPPORT}
    pairs = []
    for (one, other), found in often.items():
        by_chance = chance(len(commits), single[one], single[other], len(found))
        if by_chance * len(often) <= _CHANCE:
            first, second = sorted((one, other), key=lambda each: (single[each], each))  # the rarer implies the other
            made = Pair(first, second, len(found), single[first], single[second], tuple(found[:_NAMED]))
            pairs.append((by_chance, -len(found), first, second, made))
    yield from (made for *_, made in sorted(pairs))


def chance(total: int, one: int, other: int, together: int) -> float:
    """Return how probable it is that at least so many of ``total`` commits change both, if each changes its number."""
    neither = total - one - other
    if together <= max(0, -neither):
        return 1.0
    term = exp(_ways(one, together) + _ways(total - one, other - together) - _ways(total, other))
    probability = 0.0
    for both in range(together, min(one, other) + 1):
        probability += term
        term *= (one - both) * (other - both) / ((both + 1) * (neither + both + 1))
    return probability


def _ways(total: int, some: int) -> float:
    """Return the logarithm of the number of ways to choose some of a total."""
    return lgamma(total + 1) - lgamma(some + 1) - lgamma(total - some + 1)
