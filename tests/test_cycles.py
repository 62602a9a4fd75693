from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.components import Component, components, ring_through, rings, shortest_ring
from tests.arranging import graph

Edges = set[tuple[str, str]]

EDGES = st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=14)


def _successors(edges: Edges) -> dict[str, list[str]]:
    return {node: sorted(head for tail, head in edges if tail == node) for node in "abcdef"}


def _reach(edges: Edges) -> Edges:
    """Floyd and Warshall's transitive closure."""
    closure = set(edges)
    for middle, tail, head in product("abcdef", repeat=3):
        if (tail, middle) in closure and (middle, head) in closure:
            closure.add((tail, head))
    return closure


@given(EDGES)
def test_components_are_the_sets_of_nodes_that_reach_each_other(edges: Edges) -> None:
    closure = _reach(edges)
    cyclic = [node for node in "abcdef" if (node, node) in closure]
    expected = {
        tuple(other for other in cyclic if other == node or {(node, other), (other, node)} <= closure)
        for node in cyclic
    }
    assert components(_successors(edges)) == tuple(sorted(expected))


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ("", []),
        ("ab bc", []),
        ("aa", ["a"]),
        ("ab ba", ["ab"]),
        ("dc cd ba ab", ["ab", "cd"]),
        ("ab bc ca cd de ed", ["abc", "de"]),
        ("ab bc cd db aa", ["a", "bcd"]),
        ("ca ab bc bd da", ["abcd"]),
    ],
)
def test_components_and_their_nodes_are_sorted(edges: str, expected: list[str]) -> None:
    successors: dict[str, list[str]] = {}
    for edge in edges.split():
        successors.setdefault(edge[0], []).append(edge[1])
    assert components(successors) == tuple(map(tuple, expected))


def test_the_cyclic_imports_of_a_component_are_sorted_and_lead_nowhere_else() -> None:
    a_graph = graph("b -> a", "a -> b", "a -> c", "c -> b", "b -> b", "b -> d", "x -> a")
    component = Component(a_graph, ("a", "b", "c"))
    assert component.edges == (("a", "b"), ("a", "c"), ("b", "a"), ("b", "b"), ("c", "b"))


@pytest.mark.parametrize(
    ("lines", "ring"),
    [
        (["a -> b", "b -> a", "b -> b"], "b"),
        (["a -> b", "b -> a", "b -> b", "a -> a"], "a"),
        (["a -> d", "d -> a", "a -> c", "c -> a", "c -> d"], "ac"),
        (["a -> b", "b -> c", "c -> a", "c -> d", "d -> c"], "cd"),
        (["b -> c", "c -> d", "d -> b", "d -> a", "a -> b"], "bcd"),
        (["a -> b", "b -> c", "c -> a", "a -> d", "d -> c"], "abc"),
    ],
)
def test_of_several_shortest_rings_the_one_whose_first_import_is_first_by_name_is_taken(
    lines: list[str], ring: str
) -> None:
    a_graph = graph(*lines, "a -> x", "y -> a")
    component = tuple(sorted(set("".join(lines)) & set("abcd")))
    assert shortest_ring(a_graph, component) == tuple(zip(ring, ring[1:] + ring[0], strict=True))


def test_each_import_of_a_component_begins_a_ring_in_their_order() -> None:
    a_graph = graph("a -> b", "b -> a", "b -> c", "c -> a", "c -> c", "a -> x", "x -> y")
    assert ["".join(tail for tail, _ in ring) for ring in rings(a_graph, ("a", "b", "c"))] == [
        "ab",
        "ba",
        "bca",
        "c",
        "cab",
    ]
    assert ring_through(a_graph, ("a", "b", "c"), ("c", "c")) == (("c", "c"),)
    assert ring_through(a_graph, ("a", "b", "c"), ("b", "c")) == (("b", "c"), ("c", "a"), ("a", "b"))


def test_a_long_cycle_needs_no_recursion() -> None:
    nodes = [f"n{number:05}" for number in range(20_000)]
    ring = {node: [following] for node, following in zip(nodes, [*nodes[1:], nodes[0]], strict=True)}
    assert components(ring) == (tuple(nodes),)


@given(EDGES)
def test_every_cyclic_import_has_a_shortest_ring_that_begins_with_it(edges: Edges) -> None:
    a_graph = graph(*(f"{tail} -> {head}" for tail, head in sorted(edges)))
    closure = _reach(edges)
    for component in components(_successors(edges)):
        found = list(rings(a_graph, component))
        inside = sorted(edge for edge in edges if set(edge) <= set(component))
        assert sorted(ring[0] for ring in found) == [edge for edge in inside if edge[::-1] in closure]
        for ring in found:
            assert set(ring) <= edges
            assert all(one[1] == other[0] for one, other in zip(ring, (*ring[1:], ring[0]), strict=True))
            assert len(ring) == 1 + _distance(edges, ring[0][1], ring[0][0])


def _distance(edges: Edges, start: str, goal: str) -> int:
    level, steps = {start}, 0
    while goal not in level:
        level |= {head for tail, head in edges if tail in level}
        steps += 1
    return steps


@given(EDGES)
def test_the_shortest_ring_is_as_short_as_the_shortest_of_all_and_goes_round(edges: Edges) -> None:
    a_graph = graph(*(f"{tail} -> {head}" for tail, head in sorted(edges)))
    for component in components(_successors(edges)):
        every = list(rings(a_graph, component))
        ring = shortest_ring(a_graph, component)
        assert len(ring) == min(map(len, every))
        assert [head for _, head in ring] == [tail for tail, _ in (*ring[1:], ring[0])]
        assert set(ring) <= edges
        assert all(ring_through(a_graph, component, each[0]) == each for each in every)
