from collections.abc import Iterable, Set
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph import min_cut
from import_contracts.graph.nodes import Nodes

NODES = "stabcde"
EDGES = st.sets(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: edge[0] != edge[1]), max_size=11
)


def minimum_cut(edges: Iterable[tuple[str, str]], sources: Set[str], targets: Set[str]) -> tuple[tuple[str, str], ...]:
    heads: dict[str, set[str]] = {}
    for tail, head in edges:
        heads.setdefault(tail, set()).add(head)
    nodes = Nodes.of(sorted(sources | targets), {tail: sorted(after) for tail, after in heads.items()})
    members, goals = map(nodes.numbered, (sources, targets))
    everything = dict.fromkeys(range(len(nodes.names)), 1)
    between = min_cut.Between(nodes.links, members, goals, everything, everything)
    cut = min_cut.minimum_cut(between, nodes.links.leaving(members))
    return tuple(nodes.edge(*pair) for pair in cut)


def _connected(edges: set[tuple[str, str]]) -> bool:
    reached, todo = {"s"}, ["s"]
    for node in todo:
        new = {head for tail, head in edges if tail == node} - reached
        reached |= new
        todo += sorted(new)
    return "t" in reached


def _nearest(edges: set[tuple[str, str]], size: int) -> set[tuple[str, str]]:
    """Return the cut of a size after which the fewest nodes reach the target; there is only one."""
    cuts = [set(cut) for cut in combinations(sorted(edges), size) if not _connected(edges - set(cut))]
    return min(cuts, key=lambda cut: sum(_reaches(edges - cut, node) for node in NODES))


def _reaches(edges: set[tuple[str, str]], start: str) -> bool:
    return _connected({("s" if tail == start else tail, head) for tail, head in edges if start == "s" or tail != "s"})


def _smallest(edges: set[tuple[str, str]]) -> int:
    sizes = range(len(edges) + 1)
    return next(size for size in sizes if any(not _connected(edges - set(cut)) for cut in combinations(edges, size)))


@given(EDGES)
def test_the_cut_is_as_small_as_any_that_brute_force_finds_and_it_cuts(edges: set[tuple[str, str]]) -> None:
    cut = minimum_cut(edges, {"s"}, {"t"})
    assert not _connected(edges - set(cut))
    assert len(cut) == _smallest(edges)
    assert cut == tuple(sorted(_nearest(edges, len(cut))))


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


def edges_of(text: str) -> list[tuple[str, str]]:
    return [(word[0], word[1]) for word in text.split()]


@pytest.mark.parametrize(
    ("edges", "sources", "targets", "cut"),
    [
        ("st", "s", "t", "st"),
        ("sa ta", "s", "t", ""),
        ("sa at sb bt", "s", "t", "at bt"),
        ("sa sb ac bc ct", "s", "t", "ct"),
        ("sa sb ac bc ct cu", "s", "tu", "ct cu"),
        ("sa rb ac bc ct du cd", "sr", "tu", "ct du"),
        ("sa ra rb ac bt at", "sr", "t", "at bt"),
        ("st su rt", "sr", "tu", "rt st su"),
        # The first path that is found must be taken back: s a b t stands in the way of the two that there are.
        ("sa sb ab at bt", "s", "t", "at bt"),
        ("sa sc ab cd bd ad be dt et", "s", "t", "dt et"),
        ("sa sb ad bd be cd ce dt et sc", "s", "t", "dt et"),
        ("sa sb ax ay bx xc yd ct dt", "s", "t", "ct dt"),
        # Dead ends, and a way back.
        ("sa ab bc cb ba sd dt ct", "s", "t", "ct dt"),
        ("sa sb sc ad bd cd de ef fe et", "s", "t", "et"),
        ("sx xs sa as at ta", "s", "t", "at"),
    ],
)
def test_a_cut_is_sorted_and_the_nearest_to_the_targets(edges: str, sources: str, targets: str, cut: str) -> None:
    assert minimum_cut(edges_of(edges), set(sources), set(targets)) == tuple(edges_of(cut))
