from collections.abc import Collection
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.hitting_set import hitting_set
from import_contracts.graph.import_graph import Edge

# Few edges and many sets of them, so that no set goes without saying and greed is seldom best.
EDGES = [(importer, imported) for importer in "abc" for imported in "xyz"]
SETS = st.lists(st.frozensets(st.sampled_from(EDGES), min_size=2, max_size=4), max_size=12)
COSTS = st.fixed_dictionaries({edge: st.integers(1, 4) for edge in EDGES})


@given(SETS, COSTS)
def test_no_cheaper_edges_would_do(sets: list[frozenset[Edge]], costs: dict[Edge, int]) -> None:
    def hits(chosen: Collection[Edge]) -> bool:
        return all(each.intersection(chosen) for each in sets)

    def cost(chosen: Collection[Edge]) -> int:
        return sum(map(costs.__getitem__, chosen))

    found, is_certain = hitting_set(sets, costs.__getitem__, 100_000)
    every = chain.from_iterable(combinations(EDGES, size) for size in range(len(EDGES) + 1))
    assert is_certain
    assert hits(found)
    assert cost(found) == min(cost(each) for each in every if hits(each))


def test_two_edges_are_found_where_greed_takes_three() -> None:
    a, b, c, d, e = (("m", name) for name in "abcde")
    sets = [frozenset({c, d}), frozenset({b, e}), frozenset({a, b, d}), frozenset({a, c, e})]
    assert hitting_set(sets, lambda _: 1, 100) == ((b, c), True)


def test_without_the_work_that_it_takes_nothing_is_certain() -> None:
    sets = [frozenset(pair) for pair in combinations(EDGES, 2)]
    found, is_certain = hitting_set(sets, lambda _: 1, 1)
    assert not is_certain
    assert len(found) == len(EDGES) - 1
