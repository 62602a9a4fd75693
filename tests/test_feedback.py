from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_contracts.graph.components import components
from import_contracts.graph.feedback_arcs import FeedbackSet, _by_order, feedback_set, in_order
from import_contracts.graph.import_graph import Edge
from tests.feedback_oracle import cheapest

Weights = dict[Edge, int]

NODES = st.sampled_from("abcdef")
SMALL = st.dictionaries(st.tuples(NODES, NODES), st.integers(1, 4), max_size=11)
# Most edges are there, so that many rings are longer than the shortest ones through their edges.
DENSE = st.fixed_dictionaries({edge: st.integers(0, 4) for edge in product("abcde", repeat=2)}).map(
    lambda weights: {edge: weight for edge, weight in weights.items() if weight}
)


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
    found = set(_by_order({edge: inner[edge] for edge in cyclic(set(inner))}))
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


@pytest.mark.parametrize("size", [60, 200])
def test_beyond_the_exact_way_the_heuristic_stays_close(size: int) -> None:
    # A dense graph whose numbers are the same in each run.
    edges = {(str(n * 7 % 41), str(n * n * 3 % 41)): n % 5 + 1 for n in range(1, size * 8)}
    found = feedback_set(edges)
    assert sum(edges[edge] for edge in found.edges) <= 1.05 * cheapest(edges)
