"""The cheapest changes after which no cycle is left, against an integer program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph import changes as changes_module
from import_contracts.graph.changes import Changes, cheapest_changes
from import_contracts.graph.components import cyclic_parts
from tests.support.changes_oracle import cheapest

NODES = "abcdefg"


@st.composite
def problems(draw: st.DrawFn) -> Changes:
    """Edges of which each can be removed at some cost, and in other ways, some of which others share or add edges."""
    pair = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES))
    edges = sorted(draw(st.sets(pair, max_size=24)))
    costs = [draw(st.integers(1, 12)) for _ in edges] + [draw(st.integers(0, 6)) for _ in range(8)]
    shared = st.frozensets(st.integers(len(edges), len(costs) - 1), min_size=1, max_size=3)
    ways = {edge: [frozenset({at}), *draw(st.lists(shared, max_size=2))] for at, edge in enumerate(edges)}
    added: dict[tuple[str, str], list[int]] = {}
    for edge, change in draw(st.sets(st.tuples(pair, st.integers(len(edges), len(costs) - 1)), max_size=8)):
        if edge[0] != edge[1]:
            added.setdefault(edge, []).append(change)
    return Changes(ways, added, costs)


@given(problems())
def test_no_cheaper_changes_would_do(problem: Changes) -> None:
    found = cheapest_changes(problem)
    assert not cyclic_parts(problem.left(frozenset(found.changes)))
    assert found.is_minimum
    assert problem.cost(found.changes) == cheapest(problem)


@given(problems())
def test_the_heuristic_leaves_no_cycle_and_makes_no_change_in_vain(problem: Changes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes_module, "_ROUNDS", 0)
        found = cheapest_changes(problem)
    least, spent = cheapest(problem), problem.cost(found.changes)
    assert not cyclic_parts(problem.left(frozenset(found.changes)))
    assert least <= spent
    assert spent == least or not found.is_minimum
    for change in found.changes:
        assert cyclic_parts(problem.left(frozenset(found.changes) - {change}))
