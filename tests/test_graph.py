from collections.abc import Iterator
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.import_graph import Chain, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ImportPattern, ModulePattern
from tests.arranging import graph


def test_whatever_the_order_of_what_goes_in_what_comes_out_is_sorted() -> None:
    a_graph = graph("p.b -> p.c", "p.a -> q", "p.b -> p.a")
    assert list(a_graph.edges()) == [("p.a", "q"), ("p.b", "p.a"), ("p.b", "p.c")]
    assert a_graph.modules == ("p", "p.a", "p.b", "p.c", "q")


def test_a_runtime_import_is_the_most_eager_and_one_for_type_checking_the_least() -> None:
    assert [Kind.RUNTIME.rank, Kind.DEFERRED.rank, Kind.LAZY.rank, Kind.TYPE_CHECKING.rank] == [0, 1, 2, 3]


def test_several_statements_are_one_import_with_several_lines() -> None:
    assert graph("a -> b", "a -> c", "a -> b").lines("a", "b") == (1, 3)


def test_a_subtree_is_a_module_with_all_that_is_inside() -> None:
    assert graph("p.a.x", "p.ab", "p.b").subtree("p.a") == {"p.a", "p.a.x"}


def test_an_external_module_has_no_inside() -> None:
    assert graph("p -> ns.x", "p -> ns", external=("ns", "ns.x")).subtree("ns") == {"ns"}


def test_taking_an_import_away_leaves_the_graph_it_is_taken_from_alone() -> None:
    before = graph("a -> b", "a -> c")
    assert list(before.importers_of("b")) == ["a"]
    after = before.without([("a", "b")])
    assert list(after.importers_of("b")) == []
    assert list(before.edges()) == [("a", "b"), ("a", "c")]


def test_imports_that_are_added_are_in_their_sorted_places() -> None:
    calls = [(("b", "a"), 7, Kind.RUNTIME), (("a", "d"), 3, Kind.RUNTIME), (("c", "a"), 1, Kind.RUNTIME)]
    a_graph = graph("b -> c", "d -> a").with_imports(calls)
    assert list(a_graph.edges()) == [("a", "d"), ("b", "a"), ("b", "c"), ("c", "a"), ("d", "a")]
    assert list(a_graph.importers_of("a")) == ["b", "c", "d"]


def test_an_import_is_gone_when_all_its_statements_are_of_excluded_kinds() -> None:
    a_graph = graph("a -> b", "a -> c", kinds={"a -> b": Kind.TYPE_CHECKING})
    assert list(a_graph.without_kinds({Kind.TYPE_CHECKING}).edges()) == [("a", "c")]
    assert list(a_graph.without_kinds({Kind.DEFERRED}).edges()) == [("a", "b"), ("a", "c")]


def test_an_import_stays_with_the_lines_of_the_kinds_that_are_left() -> None:
    kinds = {"a": {("b", 1): Kind.DEFERRED}}
    a_graph = ImportGraph(["a", "b"], {"a": {"b": [1, 7]}}, kinds=kinds)
    assert a_graph.without_kinds({Kind.DEFERRED}).lines("a", "b") == (7,)


def test_an_external_package_is_gone_with_its_last_import() -> None:
    a_graph = graph("a -> os", "a -> re", external=("os", "re"), kinds={"a -> os": Kind.TYPE_CHECKING})
    assert a_graph.without_kinds({Kind.TYPE_CHECKING}).modules == ("a", "re")


def test_importing_a_module_imports_the_packages_it_is_in_but_not_the_importers_own() -> None:
    a_graph = graph("p.a.x -> p.b.c.y", "p.a.x -> p.a.z").with_parent_packages()
    assert [imported for _, imported in a_graph.edges()] == ["p.a.z", "p.b", "p.b.c", "p.b.c.y"]
    assert a_graph.lines("p.a.x", "p.b") == (1,)


def test_an_import_pattern_stands_for_the_imports_between_what_its_ends_stand_for() -> None:
    a_graph = graph("p.a -> p.b", "p.a -> q", "p.b -> q")
    assert a_graph.matching_edges(ImportPattern.parse("p.* -> q")) == (("p.a", "q"), ("p.b", "q"))
    assert a_graph.matching(ModulePattern("p.x")) == ()


@pytest.mark.parametrize(
    ("lines", "chain"),
    [
        (["s.a -> t"], ["s.a", "t"]),
        (["s.a -> m", "m -> n", "n -> t", "m -> t"], ["s.a", "m", "t"]),
        (["s.a -> z", "z -> b", "z -> c", "b -> t", "c -> t"], ["s.a", "z", "b", "t"]),
        (["s.a -> b", "b -> t.x", "b -> t.a"], ["s.a", "b", "t.a"]),
    ],
    ids=["direct", "shortest", "first by name", "first target by name"],
)
def test_the_chain_is_the_shortest_and_of_these_the_first_by_name(lines: list[str], chain: list[str]) -> None:
    a_graph = graph(*lines)
    routes = a_graph.routes_to(a_graph.subtree("t"), frozenset())
    assert list(routes.chains_from(a_graph.subtree("s"))) == [tuple(pairwise(chain))]


# --- the one question, against its definition ---------------------------------------------------------------------

NODES = ["a1", "a2", "b1", "b2", "m", "n", "o"]
A, B = frozenset({"a1", "a2"}), frozenset({"b1", "b2"})
EDGES = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=16)
BARRED = st.sampled_from([A | B, A | B | {"o"}, frozenset(NODES)])

Edges = set[tuple[str, str]]


def _chains(edges: Edges, barred: frozenset[str]) -> Iterator[Chain]:
    """Yield, by trying every sequence of modules, each chain from A to B whose inner modules are not barred."""
    inner = [node for node in NODES if node not in barred | A | B]
    ways = [()] + [way for length in (1, 2, 3) for way in product(inner, repeat=length) if len(set(way)) == length]
    for start, way, end in product(sorted(A), ways, sorted(B)):
        chain = tuple(pairwise((start, *way, end)))
        if edges.issuperset(chain):
            yield chain


def _expected(edges: Edges, barred: frozenset[str]) -> dict[tuple[str, str], Chain]:
    best: dict[tuple[str, str], Chain] = {}
    for chain in sorted(_chains(edges, barred), key=lambda chain: (len(chain), [imported for _, imported in chain])):
        best.setdefault(chain[0], chain)
    return best


def _graph(edges: Edges) -> ImportGraph:
    return graph(*NODES, *(f"{importer} -> {imported}" for importer, imported in sorted(edges)))


@given(EDGES, BARRED)
def test_every_import_that_leaves_a_group_and_reaches_another_is_found_with_its_chain(
    edges: Edges, barred: frozenset[str]
) -> None:
    routes = _graph(edges).routes_to(B, barred)
    assert {chain[0]: chain for chain in routes.chains_from(A)} == _expected(edges, barred)


@given(EDGES)
def test_routes_that_avoid_the_sources_are_those_of_a_search_that_bars_them(edges: Edges) -> None:
    routes = _graph(edges).routes_to(B, frozenset()).avoiding(A)
    assert {chain[0]: chain for chain in routes.chains_from(A)} == _expected(edges, A | B)


@given(EDGES, BARRED)
def test_the_cut_separates_the_groups_and_no_smaller_one_does(edges: Edges, barred: frozenset[str]) -> None:
    cut = set(_graph(edges).routes_to(B, barred).minimum_cut(A))
    assert not _expected(edges - cut, barred)
    assert all(_expected(edges - cut | {edge}, barred) for edge in cut)


@given(EDGES.filter(bool), BARRED)
def test_taking_an_import_away_never_adds_a_violation(edges: Edges, barred: frozenset[str]) -> None:
    before = set(_expected(edges, barred))
    for edge in edges:
        after = {chain[0] for chain in _graph(edges - {edge}).routes_to(B, barred).chains_from(A)}
        assert after <= before
