import pytest

from import_contracts.adopt.layering import Level, connections, imports_between, levels
from tests.support.arranging import graph


@pytest.mark.parametrize(
    ("connected", "expected"),
    [
        ({}, ()),
        ({"a": ""}, (Level(("a",), is_tangle=False),)),
        ({"b": "", "a": ""}, (Level(("a", "b")),)),
        ({"a": "b", "b": "c", "c": "", "d": "c"}, (Level(("a", "d")), Level(("b",)), Level(("c",)))),
        ({"a": "bc", "b": "c", "c": ""}, (Level(("a",)), Level(("b",)), Level(("c",)))),
        ({"a": "cb", "b": "", "c": "b"}, (Level(("a",)), Level(("c",)), Level(("b",)))),
        ({"a": "b", "b": "a"}, (Level(("a", "b"), is_tangle=True),)),
        ({"a": "b", "b": "a", "c": ""}, (Level(("c",)), Level(("a", "b"), is_tangle=True))),
        (
            {"a": "b", "b": "a", "c": "", "d": "e", "e": "d"},
            (Level(("c",)), Level(("a", "b"), is_tangle=True), Level(("d", "e"), is_tangle=True)),
        ),
        ({"a": "b", "b": "ac", "c": ""}, (Level(("a", "b"), is_tangle=True), Level(("c",)))),
        ({"a": "b", "b": "c", "c": "b"}, (Level(("a",)), Level(("b", "c"), is_tangle=True))),
        (
            {"a": "b", "b": "ac", "c": "", "d": "c", "e": "", "f": "g", "g": "h", "h": ""},
            (Level(("d", "f")), Level(("g",)), Level(("a", "b"), is_tangle=True), Level(("c", "e", "h"))),
        ),
    ],
)
def test_a_level_has_what_reaches_only_levels_below(connected: dict[str, str], expected: tuple[Level, ...]) -> None:
    assert levels(connected) == expected


@pytest.mark.parametrize(
    ("name", "is_on_top"),
    [("__main__", True), ("conftest", True), ("tests", True), ("test", False), ("conftests", False), ("main", False)],
)
def test_entry_points_and_tests_are_on_top_even_if_they_import_nothing(name: str, *, is_on_top: bool) -> None:
    lone = f"p.{name}"
    top, bottom = levels({"p.a": ["p.b"], "p.b": [], lone: []})
    assert (lone in top.members, lone in bottom.members) == (is_on_top, not is_on_top)
    assert levels({"p.a": ["p.b"], "p.b": [lone], lone: []})[-1] == Level((lone,))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["p.a -> p.b"], {"p.a": {"p.b"}, "p.b": set()}),
        (["p.a.x -> p.b.y.z"], {"p.a": {"p.b"}, "p.b": set()}),
        (["p.a -> p.a.x", "p.b"], {"p.a": set(), "p.b": set()}),
        (["p.a -> x", "x -> y", "y -> p.b"], {"p.a": {"p.b"}, "p.b": set()}),
        (["p.a -> x", "x -> p.a.y", "p.b -> x"], {"p.a": set(), "p.b": {"p.a"}}),
        (["p.a -> x", "x -> y", "y -> x", "y -> p.b", "x -> p.c"], {"p.a": {"p.b", "p.c"}, "p.b": set(), "p.c": set()}),
        (["p.a -> p.b", "p.b -> p.c"], {"p.a": {"p.b"}, "p.b": {"p.c"}, "p.c": set()}),
        (["p.a -> x", "x -> p.b", "p.b -> p.c"], {"p.a": {"p.b"}, "p.b": {"p.c"}, "p.c": set()}),
        (
            # What is near is found first, what is far goes the same way later.
            ["p.a -> x", "x -> p.b", "x -> y", "y -> z", "z -> p.c", "z -> p.b"],
            {"p.a": {"p.b", "p.c"}, "p.b": set(), "p.c": set()},
        ),
    ],
)
def test_siblings_reach_each_other_through_what_is_in_none_of_them(
    lines: list[str], expected: dict[str, set[str]]
) -> None:
    assert connections(graph(*lines), list(expected)) == expected


def test_imports_between_siblings_are_sorted_by_the_siblings_and_then_by_the_modules() -> None:
    a_graph = graph("p.b -> p.a", "p.a.x -> p.b", "p.a -> p.b.y", "p.a -> p.b", "p.a -> p.a.x", "p.a -> q", "q -> p.b")
    assert list(imports_between(a_graph, ["p.b", "p.a"]).items()) == [
        (("p.a", "p.b"), [("p.a", "p.b"), ("p.a", "p.b.y"), ("p.a.x", "p.b")]),
        (("p.b", "p.a"), [("p.b", "p.a")]),
    ]
    sorted_by_pairs = imports_between(graph("p.a.x -> p.c", "p.a.y -> p.b", "p.a -> p.d"), ["p.a", "p.b", "p.c", "p.d"])
    assert list(sorted_by_pairs) == [("p.a", "p.b"), ("p.a", "p.c"), ("p.a", "p.d")]
