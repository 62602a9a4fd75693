from collections.abc import Collection
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.hitting_set import _reduced, groups, hitting_set
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


def many(size: int, length: int, number: int) -> list[frozenset[Edge]]:
    """Return sets of edges whose names are the first letters, the same ones in each run."""
    letters = [chr(ord("a") + each) for each in range(size)]
    return [
        frozenset(("m", letters[(n * n * 3 + n * k * 5 + k * k + k) % size]) for k in range(length))
        for n in range(number)
    ]


def letters(edges: Collection[Edge]) -> str:
    return "".join(name for _, name in edges)


@pytest.mark.parametrize(
    ("shape", "most", "least", "answers"),
    [
        ((11, 3, 14), 1, 58, ("cdei", "abdei", "abdei")),
        ((11, 3, 14), 4, 49, ("cdei", "abdei", "abdei")),
        ((13, 3, 18), 1, 89, ("adel", "abdel", "abdel")),
        ((13, 3, 18), 4, 14, ("adel", "adel", "adel")),
        ((13, 4, 18), 1, 97, ("bcdm", "bcdm", "bcdm")),
        ((13, 4, 18), 4, 60, ("adel", "adel", "adel")),
        ((17, 3, 24), 1, 3, ("dgmoq", "dgmoq", "dgmoq")),
        ((17, 3, 24), 4, 212, ("dgmoq", "adefmo", "adefhlmo")),
        ((16, 4, 30), 4, 13, ("adm", "adm", "adm")),
        ((19, 4, 30), 1, 199, ("aikmn", "acgkmn", "acgkmn")),
        ((19, 4, 30), 4, 161, ("dhilmnp", "dhilmnp", "dhilmnp")),
        ((19, 3, 19), 1, 373, ("acgnopr", "acgnopr", "acfhikmn")),
        ((19, 3, 19), 4, 171, ("aehilmnp", "aehilmnp", "adehilmnp")),
    ],
)
def test_the_search_takes_as_much_work_on_every_machine_and_with_less_the_best_so_far_is_returned(
    shape: tuple[int, int, int], most: int, least: int, answers: tuple[str, str, str]
) -> None:
    def found(work: int) -> tuple[str, bool]:
        edges, is_proven = hitting_set(many(*shape), lambda edge: ord(edge[1]) % most + 1, work)
        return letters(edges), is_proven

    assert found(least) == (answers[0], True)
    assert found(least - 1)[1] is False
    assert [found(least // 2), found(0)] == [(answer, False) for answer in answers[1:]]


def test_of_two_groups_one_may_be_proven_and_the_other_not() -> None:
    hard = many(19, 4, 30)
    easy = [
        frozenset({("x", "a"), ("x", "b")}),
        frozenset({("x", "b"), ("x", "c")}),
        frozenset({("x", "c"), ("x", "a")}),
    ]
    for sets in (hard + easy, easy + hard):
        assert hitting_set(sets, lambda _: 1, 100)[1] is False
        assert hitting_set(sets, lambda _: 1, 1000)[1] is True
    assert hitting_set([], lambda _: 1, 0) == ((), True)


@pytest.mark.parametrize(
    ("chains", "costs", "reduced"),
    [
        (["ab", "abc"], {}, ["a"]),
        (["ab", "abc"], {"a": 2}, ["b"]),
        (["abc", "bcd"], {}, ["b"]),
        (["abc", "bcd"], {"b": 2}, ["c"]),
        (["abc", "bcd"], {"b": 2, "c": 2}, ["ab", "bd"]),
        (["ab", "bc", "ca"], {}, ["ab", "ac", "bc"]),
        (["ab", "bc", "cd"], {}, ["b", "c"]),
        (["ab", "bc", "cd"], {"b": 2}, ["a", "c"]),
        (["ab", "cd", "abcd"], {}, ["a", "c"]),
        (["a", "ab", "bc"], {}, ["a", "b"]),
    ],
)
def test_what_another_set_or_edge_implies_is_left_out(
    chains: list[str], costs: dict[str, int], reduced: list[str]
) -> None:
    edges = dict.fromkeys((("m", name) for name in "abcd"), 1) | {("m", name): cost for name, cost in costs.items()}
    found = _reduced({frozenset(("m", name) for name in chain) for chain in chains}, edges)
    assert [letters(sorted(chain)) for chain in found] == reduced


def test_sets_are_in_one_group_if_others_connect_them() -> None:
    a, b, c, d, e, f = (("m", name) for name in "abcdef")
    chains = [frozenset({a, b}), frozenset({c, d}), frozenset({e, f}), frozenset({b, c})]
    assert sorted(map(len, groups(chains, frozenset))) == [1, 3]
    assert {frozenset(group) for group in groups(chains, frozenset)} == {
        frozenset({chains[2]}),
        frozenset({chains[0], chains[1], chains[3]}),
    }
    assert groups([], frozenset) == []
