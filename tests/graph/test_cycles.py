from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph import rings
from import_contracts.graph.components import Component, components
from import_contracts.graph.import_graph import Chain, ImportGraph
from import_contracts.graph.rings import shortest_ring, shortest_rings
from tests.support.arranging import graph

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
    assert shortest_ring(a_graph, component) == (tuple(zip(ring, ring[1:] + ring[0], strict=True)), True)


def test_each_import_of_a_component_begins_a_ring_in_their_order() -> None:
    a_graph = graph("a -> b", "b -> a", "b -> c", "c -> a", "c -> c", "a -> x", "x -> y")
    found = shortest_rings(a_graph, ("a", "b", "c"))
    assert ["".join(tail for tail, _ in ring or ()) for ring in found.values()] == ["ab", "ba", "bca", "c", "cab"]
    assert [ring and ring[0] for ring in found.values()] == list(found)
    wanted = [("c", "c"), ("b", "c")]
    assert list(shortest_rings(a_graph, ("a", "b", "c"), wanted).items()) == [
        (("c", "c"), (("c", "c"),)),
        (("b", "c"), (("b", "c"), ("c", "a"), ("a", "b"))),
    ]


def test_a_long_cycle_needs_no_recursion() -> None:
    nodes = [f"n{number:05}" for number in range(20_000)]
    ring = {node: [following] for node, following in zip(nodes, [*nodes[1:], nodes[0]], strict=True)}
    assert components(ring) == (tuple(nodes),)


def by_search(a_graph: ImportGraph, component: tuple[str, ...]) -> dict[tuple[str, str], Chain]:
    """Return the shortest ring that begins with each import, each found by a search from its importer."""
    found: dict[tuple[str, str], Chain] = {}
    for module in component:
        if a_graph.has_import(module, module):
            found[module, module] = ((module, module),)
        outside = a_graph.modules_set.difference(component)
        found |= {chain[0]: chain for chain in a_graph.routes_to({module}, outside).chains_from({module})}
    return found


def graph_of(edges: Edges) -> ImportGraph:
    return graph(*(f"{tail} -> {head}" for tail, head in sorted(edges)))


MANY = st.sets(st.tuples(st.sampled_from("abcdefghi"), st.sampled_from("abcdefghi")), max_size=25)
LIMITS = {"_BLOCK": [1, 3, 4_096], "_KEPT": [0, 500, 16_000_000], "_WORK": [0, 2_000, 1_000_000_000]}


@given(MANY, st.fixed_dictionaries({name: st.sampled_from(values) for name, values in LIMITS.items()}))
def test_every_cyclic_import_has_a_shortest_ring_that_begins_with_it_however_it_is_found(
    edges: Edges, limits: dict[str, int]
) -> None:
    a_graph = graph_of(edges)
    for component in components({module: a_graph.imported_by(module) for module in a_graph.modules}):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in limits.items():
                patch.setattr(rings, name, value)
            found = shortest_rings(a_graph, component)
        assert list(found.items()) == list(by_search(a_graph, component).items())


@given(MANY, st.integers(1, 30))
def test_the_shortest_rings_are_returned_as_far_as_there_is_room_for_their_imports(edges: Edges, steps: int) -> None:
    a_graph = graph_of(edges)
    for component in components({module: a_graph.imported_by(module) for module in a_graph.modules}):
        every = by_search(a_graph, component)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rings, "_STEPS", steps)
            found = shortest_rings(a_graph, component)
        assert list(found) == list(every)
        given = {edge: ring for edge, ring in found.items() if ring}
        assert given == {edge: every[edge] for edge in given}
        assert sum(map(len, given.values())) <= steps
        left = sorted((len(ring), edge) for edge, ring in every.items() if edge not in given)
        assert not left or left[0] > max((len(ring), edge) for edge, ring in [((), ()), *given.items()])
        assert not left or sum(map(len, given.values())) + left[0][0] > steps


@given(MANY, st.sampled_from([-1, 0, 5, 5_000_000]), st.sampled_from([1, 4, 4_096]))
def test_the_shortest_ring_is_the_first_of_the_shortest_of_all_however_it_is_found(
    edges: Edges, reads: int, block: int
) -> None:
    a_graph = graph_of(edges)
    for component in components({module: a_graph.imported_by(module) for module in a_graph.modules}):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rings, "_READS", reads)
            patch.setattr(rings, "_BLOCK", block)
            found = shortest_ring(a_graph, component)
        assert found == (min(by_search(a_graph, component).values(), key=len), True)


def circle(size: int) -> tuple[ImportGraph, tuple[str, ...]]:
    nodes = tuple(f"n{number:05}" for number in range(size))
    imports = {node: {following: (1,)} for node, following in zip(nodes, [*nodes[1:], nodes[0]], strict=True)}
    return ImportGraph(nodes, imports), nodes


def test_a_ring_that_is_too_long_for_every_import_is_shown_for_the_first() -> None:
    a_graph, nodes = circle(20_000)
    ring, is_shortest = shortest_ring(a_graph, nodes)
    assert (len(ring), ring[0], is_shortest) == (20_000, ("n00000", "n00001"), True)
    found = shortest_rings(a_graph, nodes)
    assert [edge[0] for edge, each in found.items() if each] == ["n00000", "n00001"]
    assert found["n00001", "n00002"] == (*ring[1:], *ring[:1])


def test_it_is_said_where_a_shorter_ring_than_the_one_found_may_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    # Both rings share a; the search that may not read on has seen only the first.
    lines = [*(f"a{n} -> a{n + 1}" for n in range(1, 6)), "a6 -> a1", "a6 -> b1", "b1 -> b2", "b2 -> b3", "b3 -> a6"]
    a_graph = graph(*lines)
    monkeypatch.setattr(rings, "_READS", 1)
    monkeypatch.setattr(rings, "_WORK", 0)
    assert [len(ring) if isinstance(ring, tuple) else ring for ring in shortest_ring(a_graph, a_graph.modules)] == [
        6,
        False,
    ]
