"""The model of pictures: boxes, levels, what is left out, and where everything is."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from import_contracts.drawing.arrangement import Arrangement, Arrow, arrange, split
from import_contracts.drawing.collapse import between
from import_contracts.drawing.labels import columns, labels, shared_package
from import_contracts.drawing.levels import find_levels, reduced
from import_contracts.drawing.model import Layering
from import_contracts.drawing.picture import draw
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from tests.support.arranging import graph
from tests.support.drawings import about, drawn, levels, picture, subject

NAMES = "abcdef"
EDGES = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]))
WEIGHTS = st.dictionaries(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 4),
    max_size=12,
)
MODULES = st.sampled_from(["p", "p.a", "p.a.x", "p.a.y", "p.b", "p.b.x", "p.c", "q", "q.a"])
IMPORTS = st.sets(st.tuples(MODULES, MODULES).filter(lambda pair: pair[0] != pair[1]), max_size=20)


def reach(edges: set[Edge]) -> set[Edge]:
    """Return the pairs of nodes of which the first reaches the second: by repeated composition."""
    found = set(edges)
    while more := {(one, other) for one, between in found for start, other in found if between == start} - found:
        found |= more
    return found


def is_acyclic(edges: set[Edge]) -> bool:
    return all(one != other for one, other in reach(edges))


def longest_path(node: str, edges: set[Edge]) -> int:
    return max((1 + longest_path(head, edges) for tail, head in edges if tail == node), default=0)


# --- boxes -------------------------------------------------------------------------------------------------------


def test_a_package_is_opened_as_deep_as_asked() -> None:
    lines = ("p.a.x.m -> p.b", "p.a.y -> p.c.z")
    assert drawn(picture(*lines)) == ["p.a -> p.b", "p.a -> p.c"]
    assert drawn(picture(*lines, depth=2)) == ["p.a.x -> p.b", "p.a.y -> p.c.z"]
    assert drawn(picture(*lines, depth=3)) == ["p.a.x.m -> p.b", "p.a.y -> p.c.z"]
    assert [box.name for box in picture(*lines, depth=0).boxes] == ["p"]


def test_a_package_inside_another_is_opened_in_its_place() -> None:
    found = picture("p.a.x -> p.b.y", "p.b.y -> p.b.z", packages=("p", "p.b"))
    assert drawn(found) == ["p.a -> p.b.y", "p.b.y -> p.b.z"]


def test_what_is_outside_the_packages_is_not_drawn() -> None:
    assert drawn(picture("p.a.x -> p.b", "p.a.x -> p.a.y", packages=("p.a",))) == ["p.a.x -> p.a.y"]


def test_modules_are_part_of_their_package_if_only_packages_are_asked_for() -> None:
    lines = ("p.a.x -> p.b.y.z", "p.m -> p.a")
    assert drawn(picture(*lines, depth=5, only_packages=True)) == ["p -> p.a", "p.a -> p.b.y"]


def test_an_opened_package_is_a_box_if_it_imports_or_is_imported_itself() -> None:
    assert [box.label for box in picture("p.a -> p.b").boxes] == ["a", "b"]
    assert [box.label for box in picture("p -> p.a", "p.b").boxes] == ["p.__init__", "a", "b"]


def test_external_packages_are_boxes_if_asked_for_and_the_standard_library_is_one() -> None:
    lines = ("p.a -> requests", "p.a -> os", "p.b -> sys", "p.b -> p.a")
    outside = ("requests", "os", "sys")
    assert drawn(picture(*lines, external=outside)) == ["p.b -> p.a"]
    found = picture(*lines, external=outside, with_external=True)
    assert drawn(found) == ["p.a -> <standard library>", "p.a -> requests", "p.b -> p.a"]
    assert [box.name for box in found.boxes if box.is_external] == ["<standard library>", "requests"]


def test_an_external_focus_is_a_box_of_its_own() -> None:
    lines = ("p.a -> requests.api", "p.a -> os.path", "p.b -> sys", "p.b -> requests")
    outside = ("requests", "requests.api", "os.path", "sys")
    found = picture(*lines, external=outside, with_external=True, focus="os.path")
    assert drawn(found) == ["p.a -> os.path"]
    found = picture(*lines, external=outside, with_external=True, focus="requests.api")
    assert drawn(found) == ["p.a -> requests.api"]


def test_the_imports_on_a_way_lead_from_the_first_to_the_second() -> None:
    a_graph = graph("p.a -> p.m", "p.m -> p.z", "p.m -> p.dead", "p.other -> p.m", "p.z -> p.m", "p.m -> p.a")
    assert between(a_graph, "p.a", "p.z") == (("p.a", "p.m"), ("p.m", "p.z"))
    assert between(a_graph, "p.dead", "p.z") == ()


@given(IMPORTS)
def test_an_import_is_on_a_way_if_it_is_on_a_walk_that_neither_enters_the_first_nor_leaves_the_second(
    imports: set[Edge],
) -> None:
    a_graph = graph(*(f"{one} -> {other}" for one, other in sorted(imports)), "p.a", "q")
    starts, ends = a_graph.subtree("p.a"), a_graph.subtree("q")
    open_ = {edge for edge in imports if edge[1] not in starts and edge[0] not in ends}
    reaching = reach(open_) | {(module, module) for module in a_graph.modules}
    expected = {
        (one, other)
        for one, other in open_
        if any((start, one) in reaching for start in starts) and any((other, end) in reaching for end in ends)
    }
    assert set(between(a_graph, "p.a", "q")) == expected


# --- levels ------------------------------------------------------------------------------------------------------


def test_boxes_are_as_low_as_their_links_allow() -> None:
    assert levels(picture("p.a -> p.b", "p.b -> p.c", "p.d -> p.c")) == ["p.a", "p.b p.d", "p.c"]


def test_the_link_with_the_fewest_imports_is_cut() -> None:
    found = picture("p.a.x -> p.b", "p.a.y -> p.b", "p.b -> p.a.x")
    assert drawn(found) == ["p.a -> p.b", "p.b -> p.a!"]
    assert "Without the 1 import upwards there is no cycle (no cheaper cut exists)." in found.notes


def test_links_that_follow_from_others_are_not_drawn_and_counted() -> None:
    found = picture("p.a -> p.b", "p.b -> p.c", "p.a -> p.c")
    assert drawn(found) == ["p.a -> p.b", "p.b -> p.c"]
    assert found.legend[:2] == (
        "3 dependencies between 3 boxes: all downwards.",
        "Of those downwards, 2 are drawn; the others follow from them.",
    )


def test_written_layers_are_the_levels_and_what_leads_upwards_through_them_is_cut() -> None:
    lines = ("p.low.x -> p.high", "p.low.y -> p.high", "p.low.z -> p.high", "p.high -> p.low.x")
    assert levels(picture(*lines)) == ["p.low", "p.high"]
    found = picture(*lines, layers=("p.high", "p.low"), broken=(("p.low.x", "p.high"),))
    assert levels(found) == ["p.high", "p.low"]
    assert drawn(found) == ["p.high -> p.low", "p.low -> p.high!?"]
    assert "The levels follow the layers of contract layers." in found.notes


def test_with_layers_no_cheaper_cut_means_one_that_keeps_to_them() -> None:
    found = picture("p.low -> p.high", layers=("p.high", "p.low"))
    assert found.notes[1] == (
        "Without the 1 import upwards there is no cycle and no way up through the layers (no cheaper cut exists)."
    )


def test_layers_that_contradict_each_other_are_ignored_and_said() -> None:
    layerings = [Layering(name, (("p.a",), ("p.b",))[::step]) for name, step in (("one", 1), ("other", -1))]
    asked = replace(subject("p.a -> p.b", "p.b -> p.c"), layerings=tuple(layerings))
    found = draw(asked)
    assert levels(found) == ["p.a", "p.b", "p.c"]
    assert found.notes == (
        "2 dependencies between 3 boxes: all downwards.",
        "The levels ignore the layers of contracts one and other, which contradict each other.",
    )


def test_layers_hold_between_boxes_that_are_not_linked() -> None:
    found = picture("p.a -> p.z", "p.b -> p.z", "p.c -> p.z", layers=("p.c", "p.a | p.b"))
    assert levels(found) == ["p.c", "p.a p.b", "p.z"]


def test_a_violation_is_drawn_even_if_it_follows_from_others() -> None:
    lines = ("p.a -> p.b", "p.b -> p.c", "p.a -> p.c")
    assert "p.a -> p.c?" in drawn(picture(*lines, broken=(("p.a", "p.c"),)))


def test_boxes_without_links_are_on_no_level() -> None:
    found = picture("p.a -> p.b", "p.c")
    assert levels(found) == ["p.a", "p.b"]
    assert [box.name for box in found.unlinked] == ["p.c"]


@given(WEIGHTS)
def test_all_links_lead_downwards_but_those_of_the_lightest_cut(weights: dict[Edge, int]) -> None:
    boxes = sorted({end for link in weights for end in link})
    found = find_levels(boxes, weights)
    height = {box: -place for place, level in enumerate(found.levels) for box in level}
    assert sorted(height) == boxes
    down = set(weights).difference(found.cut)
    assert all(height[one] > height[other] for one, other in down)
    assert all(height[one] < height[other] for one, other in found.cut)
    assert found.is_minimum
    cuts = (cut for size in range(len(weights) + 1) for cut in combinations(weights, size))
    lightest = min(sum(map(weights.__getitem__, cut)) for cut in cuts if is_acyclic(set(weights).difference(cut)))
    assert sum(map(weights.__getitem__, found.cut)) == lightest


@given(WEIGHTS)
def test_a_box_is_as_high_as_the_longest_path_below_it(weights: dict[Edge, int]) -> None:
    found = find_levels({end for link in weights for end in link}, weights)
    down = set(weights).difference(found.cut)
    for height, level in enumerate(reversed(found.levels)):
        assert all(longest_path(box, down) == height for box in level)


@given(WEIGHTS, st.permutations("abcde"))
def test_layers_are_kept_whatever_the_links(weights: dict[Edge, int], order: list[str]) -> None:
    layers = [order[:2], order[2:3], order[3:]]
    found = find_levels("abcde", weights, [layers])
    height = {box: -place for place, level in enumerate(found.levels) for box in level}
    assert all(height[one] > height[other] for upper, lower in pairwise(layers) for one in upper for other in lower)
    assert all(height[one] > height[other] for one, other in set(weights).difference(found.cut))


@given(EDGES)
def test_the_reduction_keeps_what_reaches_what_and_no_link_of_it_can_be_left_out(edges: set[Edge]) -> None:
    down = {(one, other) for one, other in edges if one < other}
    kept = set(reduced(down, {name: -place for place, name in enumerate(NAMES)}))
    assert kept == {edge for edge in down if edge not in reach(down - {edge})}
    assert reach(kept) == reach(down)


# --- where everything is -----------------------------------------------------------------------------------------


def crossings(found: Arrangement) -> int:
    """Return the number of pairs of pieces of arrows that cross, from the places in the rows."""
    place = {node: (row, at) for row, nodes in enumerate(found.rows) for at, node in enumerate(nodes)}
    pieces = {tuple(sorted(map(place.__getitem__, piece))) for way in found.ways.values() for piece in pairwise(way)}
    return sum(
        (one[0][1] - other[0][1]) * (one[1][1] - other[1][1]) < 0
        for one, other in combinations(pieces, 2)
        if one[0][0] == other[0][0]
    )


def test_arrows_do_not_cross_where_they_need_not() -> None:
    rows = [("a", "b", "c"), ("x", "y", "z")]
    arrows = [Arrow("a", "z", ""), Arrow("b", "y", ""), Arrow("c", "x", "")]
    assert crossings(arrange(rows, arrows, dict.fromkeys("abcxyz", 50.0))) == 0


@st.composite
def layered(draw: st.DrawFn) -> tuple[list[list[str]], list[Arrow]]:
    """Return rows of boxes, and arrows between different rows."""
    rows = [[f"{row}{box}" for box in range(draw(st.integers(1, 4)))] for row in range(draw(st.integers(1, 4)))]
    pairs = [(one, other) for one, other in combinations(chain(*rows), 2) if one[0] != other[0]]
    down = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=10)) if pairs else []
    up = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4)) if pairs else []
    return rows, [*(Arrow(*pair, "down") for pair in down), *(Arrow(pair[1], pair[0], "up") for pair in up)]


@given(layered())
def test_nothing_in_a_row_overlaps_and_arrows_pass_every_row_between_their_ends(
    program: tuple[list[list[str]], list[Arrow]],
) -> None:
    rows, arrows = program
    widths = {box: 30.0 + 10 * place for place, box in enumerate(chain(*rows))}
    found = arrange(rows, arrows, widths)
    assert [sorted(row) for row in found.boxes] == rows
    for row in found.rows:
        for one, other in pairwise(row):
            half = [10.0 / 2 if node.is_gap else widths[node.box] / 2 for node in (one, other)]
            assert found.middles[other] - found.middles[one] >= sum(half) - 1e-6
    row_of = {node: place for place, row in enumerate(found.rows) for node in row}
    for arrow in arrows:
        way = found.ways[arrow]
        assert (way[0].box, way[-1].box) == (arrow.start, arrow.end)
        assert all(abs(row_of[one] - row_of[other]) == 1 for one, other in pairwise(way))
        assert all(node.is_gap for node in way[1:-1])


@given(layered())
def test_the_order_of_the_input_does_not_matter(program: tuple[list[list[str]], list[Arrow]]) -> None:
    rows, arrows = program
    widths = dict.fromkeys(chain(*rows), 40.0)
    again = arrange([row[::-1] for row in rows], arrows[::-1], widths)
    assert arrange(rows, arrows, widths) == again


def test_a_level_that_is_too_wide_becomes_several_rows() -> None:
    boxes = tuple("abcdefg")
    rows = split([boxes], dict.fromkeys(boxes, 100.0), [Arrow("a", "x", ""), Arrow("y", "g", "")], 300)
    assert rows == [("g", "b", "c"), ("d", "e", "f"), ("a",)]


# --- names -------------------------------------------------------------------------------------------------------


def test_a_label_has_no_package_that_all_share_and_is_shortened_at_dots_only() -> None:
    long = "p.a_rather_long_name.of_a_package.and_of_a_module"
    found = labels(["p.x", long, "p.one_part_that_is_longer_than_all_that_fits"], [], "p")
    assert list(found.values()) == ["x", "….of_a_package.and_of_a_module", "one_part_that_is_longer_than_all_that_fits"]


def test_names_that_would_look_alike_are_not_shortened() -> None:
    names = ["p.a_rather_long_name_of_a_package.x", "p.another_rather_long_name_of_a_package.x"]
    assert list(labels(names, [], "p").values()) == [name[2:] for name in names]


def test_the_package_that_is_shared_is_one_of_whole_names() -> None:
    assert shared_package(["p.aa", "p.ab"]) == "p"
    assert shared_package(["p.a", "p.a.b"]) == "p.a"
    assert shared_package(["p", "q"]) == ""


def test_wide_letters_take_two_columns() -> None:
    assert columns("ab漢é") == 5
    assert columns("e\u0301") == 1


# --- the picture -------------------------------------------------------------------------------------------------


def test_kinds_that_are_not_drawn_are_counted() -> None:
    found = picture("p.a -> p.b", "p.b -> p.a", kinds={"p.b -> p.a": Kind.TYPE_CHECKING})
    assert drawn(found) == ["p.a -> p.b"]
    assert found.notes[-1] == "Left out: 1 type-checking import."


def test_a_focus_is_drawn_with_what_it_imports_and_what_imports_it() -> None:
    lines = ("p.a -> p.b", "p.b -> p.c", "p.c -> p.d", "p.x -> p.y")
    assert drawn(picture(*lines, focus="p.b")) == ["p.a -> p.b", "p.b -> p.c"]


def test_a_focus_is_a_box_however_deep_it_is() -> None:
    assert drawn(picture("p.a -> p.b.m.x", "p.b.m.x -> p.b.y", focus="p.b.m")) == ["p.a -> p.b.m", "p.b.m -> p.b"]


def test_only_cycles_are_the_boxes_that_reach_each_other() -> None:
    lines = ("p.a -> p.b", "p.b -> p.a", "p.b -> p.c", "p.d -> p.a", "p.x -> p.y", "p.y -> p.x")
    found = picture(*lines, only="cycles")
    assert {box.name: box.knot for box in found.boxes} == {"p.a": 1, "p.b": 1, "p.x": 2, "p.y": 2}


def test_only_violations_are_drawn_if_that_is_asked() -> None:
    found = picture("p.a -> p.b", "p.b -> p.c", only="violations", broken=(("p.b", "p.c"),))
    assert drawn(found) == ["p.b -> p.c?"]
    assert picture("p.a -> p.b", only="violations").notes[0] == "There is no configuration with contracts."


def test_two_modules_without_a_way_between_are_a_sentence() -> None:
    found = picture("p.a -> p.b", source="p.b", target="p.a")
    assert not found.boxes
    assert found.notes == ("There is no chain of imports from p.b to p.a.",)


def test_where_something_is_missing_is_said() -> None:
    lines = ("p.a -> p.b", "p.b -> p.c", "p.c -> p.b", "p.d -> p.c")
    wrong = (("p.d", "p.c"),)
    way = {"source": "p.a", "target": "p.b"}
    notes = [
        picture(*lines, broken=wrong, only=only, **where).notes
        for only in ("cycles", "violations")
        for where in (way, {"focus": "p.a"})
    ]
    assert notes == [
        ("There is no cycle on a chain from p.a to p.b.",),
        ("There is no cycle around p.a.",),
        ("No import in the picture on a chain from p.a to p.b breaks a contract.",),
        ("No import in the picture around p.a breaks a contract.",),
    ]


def test_if_all_lead_upwards_nothing_leads_downwards() -> None:
    found = picture("p.low -> p.high", layers=("p.high", "p.low"))
    assert found.notes[0] == "1 dependency between 2 boxes: all upwards."


def test_a_program_without_imports_has_boxes_only() -> None:
    found = picture("p.a", "p.b")
    assert [box.level for box in found.boxes] == [0, 0]
    assert found.notes == ("There are no imports between these boxes.",)


def test_of_many_boxes_a_matrix_is_said_to_show_more() -> None:
    found = picture(*(f"p.m{number} -> p.m{number + 1}" for number in range(50)))
    assert found.notes[-1] == "With so many boxes, a matrix is clearer: --matrix."


@given(IMPORTS)
def test_the_picture_is_the_same_whatever_the_order_of_modules_and_imports(imports: set[Edge]) -> None:
    lines = sorted(imports)
    nested: dict[str, dict[str, list[int]]] = {}
    for one, other in reversed(lines):
        nested.setdefault(one, {})[other] = [1]
    ordered: dict[str, dict[str, list[int]]] = {}
    for one, other in lines:
        ordered.setdefault(one, {})[other] = [1]
    names = sorted({end for edge in lines for end in edge} | {"p", "q"})
    sorted_, reversed_ = (
        draw(about(ImportGraph(modules, each, roots=("p", "q"))))
        for modules, each in ((names, ordered), (names[::-1], nested))
    )
    assert sorted_ == reversed_


def test_the_subject_says_the_line_of_a_statement_of_a_kind_that_is_drawn() -> None:
    lines = ("p.a -> p.b", "p.a  -> p.b")
    found = subject(*lines, kinds={lines[0]: Kind.TYPE_CHECKING})
    assert found.line(("p.a", "p.b")) == 2
