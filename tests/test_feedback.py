from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_contracts.graph.components import components
from import_contracts.graph.feedback_arcs import (
    FeedbackSet,
    _by_order,
    _needed,
    _ordered,
    _OrderSearch,
    feedback_set,
    in_order,
)
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
def test_beyond_the_exact_way_the_heuristic_is_as_good_on_small_graphs(size: int, degree: int, weight: int) -> None:
    edges = dense(size, degree)
    found = feedback_set(edges)
    assert found == FeedbackSet(tuple(sorted(_by_order(edges))), is_minimum=False)
    assert sum(edges[edge] for edge in found.edges) == weight
    assert feedback_set(dict(reversed(edges.items()))) == found


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
    search = _OrderSearch(edges, moves)
    assert search.settle(list(search.place)) == gained
    search.go()
    assert " ".join(sorted(search.place, key=search.place.__getitem__)) == order


def test_of_a_larger_graph_the_answer_is_the_same_on_every_machine() -> None:
    edges = dense(61, 9)
    assert sum(edges[edge] for edge in _by_order(edges)) == 364


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
    assert "".join(_ordered(edges_of(edges))) == order


@pytest.mark.parametrize(
    ("edges", "backward", "needed"),
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
def test_edges_that_close_no_cycle_are_put_back_the_heaviest_first(edges: str, backward: str, needed: str) -> None:
    assert _needed(list(edges_of(backward)), edges_of(edges)) == tuple(edges_of(needed))


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
