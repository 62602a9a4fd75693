import sys
from collections.abc import Callable
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_contracts.graph import feedback_arcs, removal_order
from import_contracts.graph.components import components
from import_contracts.graph.feedback_arcs import FeedbackSet, feedback_set
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.node_order import OrderSearch, backward_edges, first_order, needed
from import_contracts.graph.removal_order import in_order
from import_contracts.graph.weighted_edges import WeightedEdges, search
from tests.support.feedback_oracle import cheapest

Weights = dict[Edge, int]

NODES = st.sampled_from("abcdef")
SMALL = st.dictionaries(st.tuples(NODES, NODES), st.integers(1, 4), max_size=11)
# Most edges are there, so that many rings are longer than the shortest ones through their edges.
DENSE = st.fixed_dictionaries({edge: st.integers(0, 4) for edge in product("abcde", repeat=2)}).map(
    lambda weights: {edge: weight for edge, weight in weights.items() if weight}
)


def by_order(weights: Weights) -> tuple[Edge, ...]:
    """Return what the heuristic removes from a component, whose edges are sorted."""
    edges = list(weights)
    return tuple(edges[edge] for edge in backward_edges(WeightedEdges.of(weights)))


def names(weights: Weights) -> list[str]:
    return sorted({name for edge in weights for name in edge})


def is_acyclic(edges: set[Edge]) -> bool:
    return not components({tail: [head for each, head in edges if each == tail] for tail, _ in edges})


def cyclic(edges: set[Edge]) -> set[Edge]:
    return {
        (tail, head)
        for part in components({tail: [head for each, head in edges if each == tail] for tail, _ in edges})
        for tail, head in edges
        if tail in part and head in part
    }


@given(DENSE)
def test_no_lighter_edges_would_do(weights: Weights) -> None:
    found = feedback_set(weights)
    # Without the edges that lead backwards in some order of the nodes no cycle is left, and there is no other way.
    orders = [{node: place for place, node in enumerate(order)} for order in permutations("abcde")]
    lightest = min(sum(weights[edge] for edge in weights if at[edge[0]] >= at[edge[1]]) for at in orders)
    assert found.is_minimum
    assert sum(weights[edge] for edge in found.edges) == lightest
    assert is_acyclic(set(weights) - set(found.edges))


def test_a_ring_that_is_not_the_shortest_through_any_of_its_edges_is_broken_too() -> None:
    # Each edge is on a ring of two. Without the lighter edge of each, the others are left, and they are a ring.
    light = {("a", "b"): 1, ("b", "c"): 1, ("c", "a"): 1}
    weights = light | {("b", "a"): 3, ("c", "b"): 3, ("a", "c"): 2}
    assert feedback_set(weights) == FeedbackSet((("a", "b"), ("a", "c"), ("b", "c")), is_minimum=True)


@given(SMALL)
def test_the_gains_are_the_edges_that_are_cyclic_no_more_step_by_step(weights: Weights) -> None:
    found = in_order(feedback_set(weights).edges, weights)
    left = set(weights)
    for edge, gain in found:
        assert len(cyclic(left)) - len(cyclic(left - {edge})) == gain
        left -= {edge}
    assert not cyclic(left)


@given(SMALL, st.randoms())
def test_the_order_in_which_edges_come_makes_no_difference(weights: Weights, dice: object) -> None:
    shuffled = sorted(weights.items())
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis does not say what it returns
    assert feedback_set(dict(shuffled)) == feedback_set(weights)


@given(SMALL)
def test_the_heuristic_leaves_no_cycle_and_takes_nothing_that_could_stay(weights: Weights) -> None:
    inner = {edge: weight for edge, weight in weights.items() if edge[0] != edge[1]}
    if not cyclic(set(inner)):
        return
    found = set(by_order({edge: inner[edge] for edge in sorted(cyclic(set(inner)))}))
    assert is_acyclic(set(inner) - found)
    assert all(not is_acyclic((set(inner) - found) | {edge}) for edge in found)


MEDIUM = st.dictionaries(
    st.tuples(st.integers(0, 24).map(str), st.integers(0, 24).map(str)), st.integers(1, 9), min_size=30, max_size=110
)


@settings(max_examples=15, deadline=None)
@given(MEDIUM)
def test_of_larger_graphs_the_answer_is_that_of_an_integer_program_or_close_to_it(weights: Weights) -> None:
    found = feedback_set(weights)
    weight, least = sum(weights[edge] for edge in found.edges), cheapest(weights)
    assert weight == least if found.is_minimum else least <= weight <= 1.1 * least


def test_a_dear_edge_is_left_where_a_light_one_will_do() -> None:
    assert feedback_set({("a", "b"): 5, ("b", "a"): 1}).edges == (("b", "a"),)
    assert feedback_set({("a", "b"): 1, ("b", "a"): 5}).edges == (("a", "b"),)


def test_an_edge_from_a_node_to_itself_has_to_go() -> None:
    assert feedback_set({("a", "a"): 3, ("a", "b"): 1}).edges == (("a", "a"),)


def test_what_gains_most_for_its_weight_comes_first() -> None:
    wheel = {("a", "b"): 1, ("b", "c"): 9, ("c", "a"): 9, ("b", "d"): 9, ("d", "a"): 9}
    weights = wheel | {("x", "y"): 1, ("y", "x"): 9}
    assert in_order(feedback_set(weights).edges, weights) == ((("a", "b"), 5), (("x", "y"), 2))


def dense(size: int, degree: int) -> Weights:
    """Return a graph in which most edges are on many cycles, the same one in each run."""
    steps = [
        (tail, (tail * (step + 1) + step * step) % size, step) for tail in range(size) for step in range(1, degree)
    ]
    weights = {
        (f"{tail:02}", f"{head:02}"): (tail * 7 + step * 3) % 5 + 1 for tail, head, step in steps if tail != head
    }
    return dict(sorted(weights.items()))


# No weight is less, as the integer program says.
@pytest.mark.parametrize(("size", "degree", "weight"), [(13, 6, 37), (17, 7, 68), (23, 9, 129)])
def test_beyond_the_exact_way_the_heuristic_is_as_good_on_small_graphs(
    size: int, degree: int, weight: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("import_contracts.graph.feedback_arcs._SETS", 10)
    edges = dense(size, degree)
    found = feedback_set(edges)
    assert found == FeedbackSet(by_order(edges), is_minimum=False)
    assert sum(edges[edge] for edge in found.edges) == weight
    assert feedback_set(dict(reversed(edges.items()))) == found


def test_a_small_graph_with_many_cycles_is_solved_exactly() -> None:
    edges = dense(13, 6)
    found = feedback_set(edges)
    assert found.is_minimum
    assert sum(edges[edge] for edge in found.edges) == 37


@pytest.mark.parametrize(
    ("size", "moves", "gained", "order"),
    [
        (13, 0, 0, "12 02 03 00 09 01 05 11 08 04 10 06 07"),
        (13, 1, 1, "02 03 00 09 12 01 05 11 08 04 10 06 07"),
        (13, 50, 2, "02 00 09 12 01 03 05 11 08 04 10 06 07"),
        (13, 500, 10, "02 11 00 04 09 10 12 01 03 08 05 06 07"),
        (13, 20_000, 10, "02 00 04 10 09 12 01 03 08 05 11 06 07"),
        (17, 0, 0, "00 04 15 05 13 08 16 11 03 14 12 01 09 02 06 07 10"),
        (17, 1, 2, "04 15 05 13 08 00 16 11 03 14 12 01 09 02 06 07 10"),
        (17, 50, 6, "04 15 13 08 00 16 05 11 03 14 12 01 09 02 06 07 10"),
        (17, 500, 20, "10 04 15 13 08 00 16 01 05 09 11 02 03 06 14 12 07"),
        (17, 20_000, 20, "10 04 15 13 08 00 16 01 05 09 11 02 03 14 07 06 12"),
    ],
)
def test_the_search_for_an_order_takes_the_same_steps_on_every_machine(
    size: int, moves: int, gained: int, order: str
) -> None:
    edges = dense(size, 6 if size == 13 else 7)
    found = OrderSearch(WeightedEdges.of(edges), moves)
    assert found.settle(found.order()) == gained
    found.go()
    assert " ".join(names(edges)[node] for node in found.order()) == order


def test_no_cycle_is_left_where_the_search_has_moved_two_nodes_to_one_place() -> None:
    edges = dict(sorted(edges_of("02 03 04 10 12 14 21 30 34 40 43").items()))
    assert is_acyclic(set(edges) - set(by_order(edges)))


def test_of_a_larger_graph_the_answer_is_the_same_on_every_machine() -> None:
    edges = dense(61, 9)
    assert sum(edges[edge] for edge in by_order(edges)) == 364


def edges_of(text: str) -> Weights:
    """Return the edges of a text such as ``ab cd3``, each with its weight, which is 1 if it is left out."""
    return {(word[0], word[1]): int(word[2:] or 1) for word in text.split()}


@pytest.mark.parametrize(
    ("edges", "order"),
    [
        ("ab", "ab"),
        ("ab bc", "abc"),
        ("ba ca cb", "cba"),
        ("ab ba", "ba"),
        ("ab2 ba", "ab"),
        ("ab bc ca", "cab"),
        ("ab3 bc ca", "abc"),
        ("ab bc3 ca", "bca"),
        ("ab ba bc xa", "xbac"),
        ("ab bc cd db ax", "adbcx"),
        ("ab ac ad ba ca da", "dcba"),
    ],
)
def test_the_first_order_is_sinks_last_sources_first_and_else_by_surplus(edges: str, order: str) -> None:
    weights = dict(sorted(edges_of(edges).items()))
    assert "".join(names(weights)[node] for node in first_order(WeightedEdges.of(weights))) == order


@pytest.mark.parametrize(
    ("edges", "backward", "left"),
    [
        ("ab ba", "ba", "ba"),
        ("ab bc ca", "ca", "ca"),
        ("ab bc", "bc", ""),
        ("ab bc ca3 ba", "ca ba", "ca ba"),
        ("ab bc ca ba3", "ca ba", "ba ca"),
        ("ab ba cd", "ba cd", "ba"),
        # The heavier one is put back first, so the lighter one is needed.
        ("ab ba2", "ab ba", "ab"),
        ("ab2 ba", "ab ba", "ba"),
        ("ab ba", "ab ba", "ba"),
    ],
)
def test_edges_that_close_no_cycle_are_put_back_the_heaviest_first(edges: str, backward: str, left: str) -> None:
    weights = dict(sorted(edges_of(edges).items()))
    numbers = [list(weights).index(edge) for edge in edges_of(backward)]
    assert [list(weights)[edge] for edge in needed(numbers, WeightedEdges.of(weights))] == list(edges_of(left))


@pytest.mark.parametrize(
    ("edges", "chosen"),
    [
        ("", ""),
        ("ab bc", ""),
        ("aa", "aa"),
        ("aa ab ba2", "aa ab"),
        ("ab ba cd dc bc", "ab cd"),
        ("ab bb bc ca3 cc ac", "ab ac bb cc"),
    ],
)
def test_each_part_that_has_a_cycle_is_broken_by_itself(edges: str, chosen: str) -> None:
    assert feedback_set(edges_of(edges)) == FeedbackSet(tuple(edges_of(chosen)), is_minimum=True)


@pytest.mark.parametrize(
    ("edges", "order"),
    [
        ("", []),
        ("aa", [("aa", 1)]),
        ("ab3 bc ca ba", [("bc", 2), ("ba", 2)]),
        # As much for each unit of weight: by name.
        ("cd dc ab ba", [("ab", 2), ("cd", 2)]),
        ("ab2 ba2 cd dc", [("cd", 2), ("ab", 2)]),
        ("aa2 bc cd db", [("bc", 3), ("aa", 1)]),
        ("aa ab bc ca", [("ab", 3), ("aa", 1)]),
    ],
)
def test_edges_are_removed_in_the_order_of_their_gain_for_their_weight(
    edges: str, order: list[tuple[str, int]]
) -> None:
    found = in_order(feedback_set(edges_of(edges)).edges, edges_of(edges))
    assert [(tail + head, gain) for (tail, head), gain in found] == order


def test_two_nodes_with_paths_both_ways_are_found_to_be_joined_from_the_side_with_fewer_nodes() -> None:
    # From 0, a thousand nodes can be reached; only node 1 leads to node 2.
    heads: list[set[int]] = [{1, *range(3, 1_000)}, {2}, set(), *(set[int]() for _ in range(997))]
    tails: list[set[int]] = [set(), {0}, {1}, *({0} for _ in range(997))]
    assert search(heads, tails, 0, 2)[:2] == (None, 999)
    assert search(heads, tails, 2, 0) == ({2}, 0, True)
    assert search(heads, tails, 0, 0) == (None, 0, True)


@given(SMALL, st.integers(-1, 40))
def test_gains_are_right_where_it_is_too_much_work_to_look_for_the_highest(weights: Weights, work: int) -> None:
    chosen = feedback_set(weights).edges
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal_order, "_READS", work)
        found = in_order(chosen, weights)
    left = set(weights)
    for edge, gain in found:
        assert len(cyclic(left)) - len(cyclic(left - {edge})) == gain
        left -= {edge}
    assert tuple(sorted(edge for edge, _ in found)) == chosen


@given(DENSE | SMALL)
def test_a_large_component_is_made_smaller_first_and_its_answer_weighs_as_little(weights: Weights) -> None:
    expected = feedback_set(weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feedback_arcs, "_LARGE", -1)
        found = feedback_set(weights)
    assert found.is_minimum
    assert sum(map(weights.__getitem__, found.edges)) == sum(map(weights.__getitem__, expected.edges))
    assert is_acyclic(set(weights) - set(found.edges))
    assert all(not is_acyclic((set(weights) - set(found.edges)) | {edge}) for edge in found.edges)


@given(DENSE | SMALL)
def test_without_the_work_for_an_exact_answer_it_is_not_proven(weights: Weights) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feedback_arcs, "_READS", -1)
        found = feedback_set(weights)
    assert found.is_minimum is not any(tail != head for tail, head in cyclic(set(weights)))
    assert is_acyclic(set(weights) - set(found.edges))


def ring(size: int) -> Weights:
    nodes = [f"{number:05}" for number in range(size)]
    return dict.fromkeys(sorted(zip(nodes, [*nodes[1:], nodes[0]], strict=True)), 1)


def test_a_ring_of_any_length_is_broken_at_one_edge_which_is_proven() -> None:
    assert feedback_set(ring(10_000)) == FeedbackSet((("00000", "00001"),), is_minimum=True)


def reads(run: Callable[[], object]) -> int:
    """Return how many functions a run calls, built-in ones too."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    run()
    sys.setprofile(None)
    return calls


def star(size: int) -> Weights:
    nodes = [f"{number:05}" for number in range(1, size)]
    return dict.fromkeys(sorted([*(("00000", node) for node in nodes), *((node, "00000") for node in nodes)]), 1)


@pytest.mark.parametrize("shape", [ring, star])
def test_the_order_of_removal_takes_work_that_grows_with_the_number_of_edges(
    shape: Callable[[int], Weights],
) -> None:
    def work(size: int) -> int:
        weights = shape(size)
        chosen = feedback_set(weights).edges
        return reads(lambda: in_order(chosen, weights))

    assert work(400) < 5 * work(100)
