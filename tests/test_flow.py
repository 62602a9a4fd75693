from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.min_cut import minimum_cut

NODES = "stabcde"
EDGES = st.sets(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: edge[0] != edge[1]), max_size=11
)


def _connected(edges: set[tuple[str, str]]) -> bool:
    reached, todo = {"s"}, ["s"]
    for node in todo:
        new = {head for tail, head in edges if tail == node} - reached
        reached |= new
        todo += sorted(new)
    return "t" in reached


def _smallest(edges: set[tuple[str, str]]) -> int:
    sizes = range(len(edges) + 1)
    return next(size for size in sizes if any(not _connected(edges - set(cut)) for cut in combinations(edges, size)))


@given(EDGES)
def test_the_cut_is_as_small_as_any_that_brute_force_finds_and_it_cuts(edges: set[tuple[str, str]]) -> None:
    cut = minimum_cut(edges, {"s"}, {"t"})
    assert not _connected(edges - set(cut))
    assert len(cut) == _smallest(edges)


@given(st.permutations(["sa", "sb", "am", "bm", "mt", "sc", "ct", "cm"]))
def test_the_cut_does_not_depend_on_the_order_of_the_edges(names: list[str]) -> None:
    edges = [(name[0], name[1]) for name in names]
    assert minimum_cut(edges, {"s"}, {"t"}) == minimum_cut(sorted(edges), {"s"}, {"t"})


def test_of_equal_cuts_the_one_nearest_to_the_targets_is_taken() -> None:
    assert minimum_cut([("s", "a"), ("a", "b"), ("b", "t")], {"s"}, {"t"}) == (("b", "t"),)


def test_a_long_chain_needs_no_recursion() -> None:
    nodes = ["s", *(f"n{number:05}" for number in range(20_000)), "t"]
    assert minimum_cut(pairwise(nodes), {"s"}, {"t"}) == ((nodes[-2], "t"),)


def test_without_a_way_there_is_nothing_to_cut() -> None:
    assert minimum_cut([], {"s"}, {"t"}) == ()
