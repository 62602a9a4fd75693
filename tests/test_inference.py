import tomllib

from hypothesis import given
from hypothesis import strategies as st

from import_contracts.adopt.inference import InferredContract, infer, to_toml
from import_contracts.adopt.layering import connections, levels
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from tests.arranging import check, graph

LAYERED = ("shop.web -> shop.core", "shop.cli -> shop.core", "shop.core -> shop.db")
EXCLUDE = {"exclude_type_checking_imports": Kind.TYPE_CHECKING, "exclude_deferred_imports": Kind.DEFERRED}


def inferred(a_graph: ImportGraph) -> dict[str, InferredContract]:
    return {each.id: each for each in infer(a_graph, roots=a_graph.roots)}


def is_kept(a_graph: ImportGraph, contract: InferredContract) -> bool:
    excluded = {kind for key, kind in EXCLUDE.items() if key in contract.keys}
    keys = {key: value for key, value in contract.keys.items() if key not in EXCLUDE}
    findings = check(a_graph.without_kinds(excluded), contract.type, **keys)
    return not findings.violations and not findings.problems


def test_layers_follow_the_order_of_imports() -> None:
    found = inferred(graph(*LAYERED))["layers"]
    assert found.keys == {"containers": ["shop"], "exhaustive": True, "layers": ["cli | web", "core", "db"]}
    assert found.why == ("3 imports between layers, none of them upwards.",)


def test_a_tangle_is_one_layer_and_says_what_is_in_the_way() -> None:
    found = inferred(graph(*LAYERED, "shop.db -> shop.core", "shop.core -> shop.db.x"))["layers"]
    assert found.keys["layers"] == ["cli | web", "core : db"]
    assert found.why[1] == "core : db depend on each other: 3 imports; removing 1 of them would break the cycle."


def test_a_tangle_through_the_package_itself_is_seen() -> None:
    found = inferred(graph(*LAYERED, "shop.db -> shop", "shop -> shop.core"))["layers"]
    assert found.keys["layers"] == ["cli | web", "core : db"]
    assert found.why[1] == "core : db depend on each other: 1 import, and indirectly through other modules."


def test_layers_leave_out_deferred_imports_only_where_most_would_be_one_tangle() -> None:
    line = "shop.db -> shop.web"
    found = inferred(graph(*LAYERED, line, kinds={line: Kind.DEFERRED}))["layers"]
    assert found.keys["exclude_deferred_imports"] is True
    assert found.keys["layers"] == ["cli | web", "core", "db"]
    assert "3 of the 4 modules depend on each other" in found.why[-1]


def test_a_package_that_is_one_tangle_has_no_layers_and_the_comment_says_so() -> None:
    found = inferred(graph("shop.a -> shop.b", "shop.b -> shop.a"))
    assert list(found) == ["acyclic"]
    assert found["acyclic"].why == (
        "1 cycle today, with 2 modules and 2 cyclic imports.",
        "No layers for shop: both modules depend on each other.",
    )


def test_a_wrapper_is_looked_into() -> None:
    found = inferred(graph("org.shop.a -> org.shop.b", "org.__main__ -> org.shop.a"))
    assert found["layers-shop"].keys["containers"] == ["org.shop"]


def test_plugins_that_nothing_connects_are_independent() -> None:
    lines = [f"shop.plugins.{each} -> shop.core" for each in "abc"]
    assert inferred(graph(*lines))["independence-plugins"].keys == {"modules": ["shop.plugins.*"]}
    assert "independence-plugins" not in inferred(graph(*lines, "shop.core -> shop.plugins.a"))


def test_independence_that_no_import_statement_could_break_is_left_out() -> None:
    assert list(inferred(graph(*(f"shop.migrations.000{each} -> shop.core" for each in "123")))) == [
        "layers",
        "acyclic",
    ]


def test_only_tests_import_tests() -> None:
    lines = ("shop.tests.a -> shop.core", "shop.core.tests -> shop.tests", "shop.web -> shop.core")
    protected = ["shop.**.tests", "shop.tests"]
    assert inferred(graph(*lines))["tests"].keys == {"protected_modules": protected, "allowed_importers": protected}
    assert inferred(graph(*lines, "shop.web -> shop.tests.a"))["tests"].keys["protected_modules"] == ["shop.**.tests"]


def test_a_long_layer_goes_over_several_lines_and_is_read_back_as_one() -> None:
    wide = [f"shop.quite_a_long_name_{number} -> shop.base" for number in range(12)]
    contracts = infer(graph(*wide), roots=["shop"])
    text = to_toml({}, contracts, prefix="")
    assert max(map(len, text.splitlines())) <= 118
    assert tomllib.loads(text)["contracts"] == [each.table for each in contracts]


names = st.lists(st.sampled_from(["a", "b", "c", "tests", "__main__"]), max_size=3).map(
    lambda x: ".".join(["shop", *x])
)
kinds = st.sampled_from([Kind.RUNTIME, Kind.DEFERRED, Kind.TYPE_CHECKING])
programs = st.lists(st.tuples(names, names, kinds).filter(lambda each: each[0] != each[1]), min_size=1, max_size=14)


@given(programs)
def test_what_is_inferred_holds_and_is_read_back_as_it_was(lines: list[tuple[str, str, Kind]]) -> None:
    known = {f"{one} -> {other}": kind for one, other, kind in lines}
    a_graph = graph(*known, kinds=known)
    *contracts, acyclic = infer(a_graph, roots=["shop"])
    assert acyclic.type == "acyclic"
    assert [each.id for each in contracts if not is_kept(a_graph, each)] == []
    session = {"root_packages": ["shop"]}
    text = to_toml(session, (*contracts, acyclic), prefix="tool.import-contracts")
    tables = [each.table for each in (*contracts, acyclic)]
    assert tomllib.loads(text)["tool"]["import-contracts"] == {**session, "contracts": tables}
    assert len({each["id"] for each in tables}) == len(tables) <= 8
    again = infer(graph(*reversed(known), kinds=known), roots=["shop"])
    assert [each.table for each in again] == tables


@given(programs)
def test_connections_are_the_imports_that_independence_finds_and_levels_are_layers(
    lines: list[tuple[str, str, Kind]],
) -> None:
    a_graph = graph(*(f"{one} -> {other}" for one, other, _ in lines))
    siblings = a_graph.children("shop")
    found = check(a_graph, "independence", modules=list(siblings)).violations if siblings else ()
    pairs = {(next(each for each in siblings if f"{v.importer}.".startswith(f"{each}.")), v.target) for v in found}
    connected = connections(a_graph, siblings)
    assert {(one, other) for one, others in connected.items() for other in others} == pairs
    height = {member: number for number, level in enumerate(levels(connected)) for member in level.members}
    assert sorted(height) == list(siblings)
    for one, other in pairs:
        is_tangle = levels(connected)[height[one]].is_tangle
        assert height[one] < height[str(other)] or (is_tangle and height[one] == height[str(other)])
