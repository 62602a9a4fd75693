import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.adopt.inference import _unconnected, infer, to_toml
from import_contracts.adopt.inferred import InferredContract
from import_contracts.adopt.layering import connections, levels
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from tests.support.arranging import check, graph

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


# --- the top layers -----------------------------------------------------------------------------------------------

BESIDE = ["__about__", "__main__", "__version__", "_version", "version", "conftest", "test", "testing", "tests"]


@pytest.mark.parametrize("beside", BESIDE)
def test_what_is_beside_the_only_package_does_not_count(beside: str) -> None:
    found = inferred(graph(f"org.{beside}", "org.shop.a -> org.shop.b"))
    assert found["layers-shop"].keys == {"containers": ["org.shop"], "exhaustive": True, "layers": ["a", "b"]}
    assert found["layers-shop"].name == "Layers of org.shop"
    assert found["acyclic"].why == ("No cycles today.",)


def test_any_other_module_beside_the_only_package_counts() -> None:
    found = inferred(graph("org.util", "org.shop.a -> org.shop.b", "org.shop -> org.util"))
    assert found["layers"].keys["layers"] == ["shop", "util"]


def test_a_wrapper_in_a_wrapper_is_looked_into_down_to_the_last_package() -> None:
    found = inferred(graph("org.shop.core.a.x -> org.shop.core.b"))
    assert list(found) == ["layers-shop-core", "acyclic"]
    assert list(inferred(graph("org.shop.core"))) == ["acyclic"]


def test_several_root_packages_are_told_apart_by_their_names() -> None:
    a_graph = graph("shop.a -> shop.b", "mall.x.c -> mall.x.d", "shop.b -> mall.x.c")
    found = infer(a_graph, roots=["shop", "mall", "shop"])
    assert [(each.id, each.name, each.type) for each in found] == [
        ("packages", "Layers of the packages", "layers"),
        ("layers-mall-x", "Layers of mall.x", "layers"),
        ("layers-shop", "Layers of shop", "layers"),
        ("acyclic", "No cycles in mall and shop", "acyclic"),
    ]
    assert found[-1].why == ("No cycles today.",)


@pytest.mark.parametrize(
    ("lines", "layers"),
    [
        (["p.a -> p.b"], ["a", "b"]),
        (["p.a -> p.b", "p.__main__"], ["__main__ | a", "b"]),
        (["p.__main__ -> p.a", "p.b"], None),
        (["p.__main__ -> p.a", "p.a -> p.b"], ["__main__", "a", "b"]),
        (["p.a", "p.b"], None),
    ],
)
def test_an_entry_point_alone_makes_no_layers(lines: list[str], layers: list[str] | None) -> None:
    found = inferred(graph(*lines)).get("layers")
    assert (found and found.keys["layers"]) == layers


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["p.a -> p.b"], "1 import between layers, none of them upwards."),
        (["p.a -> p.b", "p.a -> p.b.x", "p.a.y -> p.b"], "3 imports between layers, none of them upwards."),
        (["p.a -> p.b", "p.b -> p.a", "p.a -> p.c"], "1 import between layers, none of them upwards."),
        (["p.a -> p", "p -> p.b"], "No layer imports another."),
    ],
)
def test_the_comment_counts_the_imports_between_layers(lines: list[str], why: str) -> None:
    assert inferred(graph(*lines))["layers"].why[0] == why


LIGHT = ["p.x -> p.a", "p.y -> p.a", "p.z -> p.a", "p.u -> p.a", "p.v -> p.a", "p.w -> p.a"]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (
            ["p.a -> p.b", "p.b -> p.c", "p.c -> p.a"],
            ["a : b : c depend on each other: 3 imports; removing 1 of them would break the cycle."],
        ),
        (
            ["p.a -> p.b", "p.b -> p.c", "p.c -> p.d", "p.d -> p.a"],
            ["a : … : d (4) depend on each other: 4 imports; removing 1 of them would break the cycle."],
        ),
        (
            ["p.a -> p.b", "p.a -> p.b.i", "p.a.j -> p.b", "p.b -> p.a", "p.b.i -> p.a.j"],
            ["a : b depend on each other: 5 imports; removing 2 of them would break the cycle."],
        ),
        (
            ["p.a -> p.b", "p.b -> p.a", "p.c -> p.d", "p.d -> p.c", "p.c -> p.a"],
            [
                "c : d depend on each other: 2 imports; removing 1 of them would break the cycle.",
                "a : b depend on each other: 2 imports; removing 1 of them would break the cycle.",
            ],
        ),
        (
            ["p.a -> p.b", "p.b -> p.a", "p.a -> p", "p -> p.b", "p.b -> p"],
            ["a : b depend on each other: 2 imports, and indirectly through other modules."],
        ),
        (
            ["p.a -> q", "q -> p.b", "p.b -> r", "r -> p.a"],
            ["a : b depend on each other: only indirectly, through other modules."],
        ),
    ],
)
def test_the_comment_says_what_a_tangle_is_made_of(lines: list[str], why: list[str]) -> None:
    a_graph = graph(*LIGHT, *lines)
    found = {each.id: each for each in infer(a_graph, roots=["p"])}["layers"]
    assert list(found.why[1:]) == why


TYPE_CHECKING, DEFERRED = "exclude_type_checking_imports", "exclude_deferred_imports"


@pytest.mark.parametrize(
    ("runtime", "deferred", "type_checking", "excluded", "why"),
    [
        # Half of the children in one tangle is few enough to keep every import.
        (["a -> b", "b -> c", "c -> d"], [], ["b -> a"], [], []),
        (
            ["a -> b", "b -> c", "c -> d"],
            [],
            ["c -> a"],
            [TYPE_CHECKING],
            ["Type-checking imports are excluded: with them, 3 of the 4 modules depend on each other."],
        ),
        (
            ["a -> b"],
            [],
            ["b -> a"],
            [TYPE_CHECKING],
            ["Type-checking imports are excluded: with them, both modules depend on each other."],
        ),
        (
            ["a -> b", "b -> c"],
            ["c -> a"],
            [],
            [TYPE_CHECKING, DEFERRED],
            ["Deferred and type-checking imports are excluded: with them, all 3 modules depend on each other."],
        ),
        # Of a tangle that stays large, the smallest that there is.
        (
            ["a -> b", "b -> c", "c -> a", "c -> d"],
            [],
            ["d -> a"],
            [TYPE_CHECKING],
            ["Type-checking imports are excluded: with them, all 4 modules depend on each other."],
        ),
        (["a -> b", "b -> c", "c -> a", "c -> d"], ["b -> a"], ["a -> c"], [], []),
    ],
)
def test_no_more_kinds_of_imports_are_excluded_than_make_the_tangle_small(
    runtime: list[str], deferred: list[str], type_checking: list[str], excluded: list[str], why: list[str]
) -> None:
    def full(lines: list[str]) -> list[str]:
        return [line.replace("-> ", "-> p.").join(["p.", ""]) for line in lines]

    kinds = dict.fromkeys(full(deferred), Kind.DEFERRED) | dict.fromkeys(full(type_checking), Kind.TYPE_CHECKING)
    found = inferred(graph(*full(runtime), *kinds, kinds=kinds))["layers"]
    assert [key for key in found.keys if key.startswith("exclude")] == excluded
    assert all(found.keys[key] is True for key in excluded)
    assert [line for line in found.why if "excluded" in line] == why


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["p"], "it has too few modules"),
        (["p.a"], "it has too few modules"),
        (["p.a", "p.b"], "none imports another"),
        (["p.a -> p.b", "p.b -> p.c", "p.c -> p.a"], "all 3 modules depend on each other"),
        (["p.a -> p.b", "p.b -> p.a"], "both modules depend on each other"),
        ([f"p.m{number}" for number in range(40)], "none imports another"),
        ([f"p.m{number}" for number in range(41)], "its 41 modules are too many to list"),
        ([f"p.m{number}" for number in range(1100)], "its 1,100 modules are too many to list"),
    ],
)
def test_a_package_without_layers_is_told_why(lines: list[str], why: str) -> None:
    found = inferred(graph(*lines))["acyclic"]
    assert (found.name, found.keys) == ("No cycles in p", {})
    assert found.why[1:] == (f"No layers for p: {why}.",)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["p.a -> p.b"], "No cycles today."),
        (["p.a -> p.a", "p.a -> p.b"], "1 cycle today, with 1 module and 1 cyclic import."),
        (["p.a -> p.b", "p.b -> p.a", "p.b -> p.c"], "1 cycle today, with 2 modules and 2 cyclic imports."),
        (
            ["p.a -> p.b", "p.b -> p.a", "p.c -> p.d", "p.d -> p.c", "p.c -> p.a", "p.e -> p.a"],
            "2 cycles today, with 4 modules and 4 cyclic imports.",
        ),
    ],
)
def test_the_comment_counts_the_cycles_of_today(lines: list[str], why: str) -> None:
    assert inferred(graph(*lines))["acyclic"].why[0] == why


def test_imports_for_type_checking_make_no_cycle_of_today() -> None:
    lines = ["p.a -> p.b", "p.b -> p.a"]
    assert inferred(graph(*lines, kinds={lines[0]: Kind.TYPE_CHECKING}))["acyclic"].why == ("No cycles today.",)


# --- layers of the packages inside --------------------------------------------------------------------------------


def inside(*names: str) -> list[str]:
    """Return lines that make packages of two layers each."""
    return [f"p.{name}.a -> p.{name}.b" for name in names]


def test_the_three_largest_packages_inside_get_layers_and_of_equal_ones_the_first() -> None:
    lines = [*inside("b", "d", "c", "a"), "p.d.a.x", "p.c.a.x", "p.c.a.y", "p.lone"]
    assert list(inferred(graph(*lines))) == ["layers-c", "layers-d", "layers-a", "acyclic"]


def test_packages_two_levels_inside_come_after_those_one_level_inside_and_deeper_ones_not_at_all() -> None:
    lines = ["p.a.b.x -> p.a.b.y", "p.c.x -> p.c.y", "p.a.d.e.x -> p.a.d.e.y", "p.a.d.f"]
    assert list(inferred(graph(*lines))) == ["layers-c", "layers-a-b", "acyclic"]


@pytest.mark.parametrize("name", ["conftest", "test", "testing", "tests"])
def test_packages_of_tests_get_no_layers(name: str) -> None:
    assert [each for each in inferred(graph(*inside("a", "b", name))) if "layers-" in each] == ["layers-a", "layers-b"]


@pytest.mark.parametrize(
    ("lines", "has_layers"),
    [
        # Half of the children are in a tangle, and more than half.
        (["a -> b", "b -> a", "a -> c", "c -> d"], True),
        (["a -> b", "b -> c", "c -> a", "a -> d", "d -> e"], False),
        # Half as many imports as children, and fewer.
        (["a -> b", "c -> d", "e", "f"], False),
        (["a -> b", "c -> b", "d"], True),
        (["a -> b", "c"], False),
        (["a -> b", "c -> b", "d", "e"], False),
        # Eight levels, and nine.
        ([f"m{n} -> m{n + 1}" for n in range(7)], True),
        ([f"m{n} -> m{n + 1}" for n in range(8)], False),
    ],
)
def test_a_package_inside_has_layers_if_it_is_ordered_and_connected(lines: list[str], *, has_layers: bool) -> None:
    full = ["p.in." + line.replace("-> ", "-> p.in.") for line in lines]
    assert ("layers-in" in inferred(graph(*full, "p.beside"))) is has_layers


def test_what_is_inside_a_package_with_too_many_children_is_left_out() -> None:
    many = [f"p.m{number:02}" for number in range(39)]
    assert "layers-in" in inferred(graph(*inside("in"), *many))
    assert "layers-in" not in inferred(graph(*inside("in"), *many, "p.m39"))


def test_a_module_that_no_contract_can_name_keeps_its_package_from_having_layers() -> None:
    found = inferred(graph("p.a -> p.b", "p.c d", "p.e,f"))
    assert list(found) == ["acyclic"]
    assert found["acyclic"].why[1:] == ("No layers for p: no contract can name 'p.c d'.",)


# --- independence -------------------------------------------------------------------------------------------------


def plugins(package: str, number: int, *, importing: int = 100) -> list[str]:
    """Return lines that make modules in a package, of which the first import ``p.core``."""
    return [f"{package}.m{each:02}" + (" -> p.core" if each < importing else "") for each in range(number)]


@pytest.mark.parametrize(
    ("package", "least"), [("p.in", 3), ("p.x.in", 8), ("p.x.y.in", 8)], ids=["one level", "two levels", "three levels"]
)
def test_so_many_modules_must_be_independent_the_more_the_deeper_they_are(package: str, least: int) -> None:
    id_ = package.replace(".", "-").replace("p", "independence", 1)
    found = inferred(graph(*plugins(package, least)))[id_]
    assert found.name == f"Independence inside {package}"
    assert found.type == "independence"
    assert found.keys == {"modules": [f"{package}.*"]}
    assert found.why == (f"None of the {least} modules imports another, directly or through other modules.",)
    assert id_ not in inferred(graph(*plugins(package, least - 1)))


def test_modules_four_levels_inside_are_not_looked_at() -> None:
    assert list(inferred(graph(*plugins("p.x.y.z.in", 9)))) == ["layers", "acyclic"]


def test_three_modules_of_the_top_package_are_independent_if_each_imports_something_else() -> None:
    lines = ["p.a -> q", "p.b -> q", "p.c -> q"]
    found = inferred(graph(*lines, external=("q",)))
    assert found["independence"].keys == {"modules": ["p.*"]}
    assert found["acyclic"].why == ("No cycles today.", "No layers for p: none imports another.")
    assert list(inferred(graph(*lines[:2], external=("q",)))) == ["acyclic"]


def test_half_of_independent_modules_must_import_something() -> None:
    assert "independence-in" in inferred(graph(*plugins("p.in", 4, importing=2)))
    assert "independence-in" not in inferred(graph(*plugins("p.in", 5, importing=2)))


def test_what_a_module_imports_of_itself_is_not_something() -> None:
    lines = ["p.in.b.x -> p.in.b", "p.in.c.y -> p.core", "p.in.d"]
    assert "independence-in" in inferred(graph("p.in.a.x -> p.core", *lines))
    assert "independence-in" not in inferred(graph("p.in.a.x -> p.in.a.y", *lines))


def test_no_more_than_the_two_largest_packages_of_independent_modules_are_named() -> None:
    lines = [*plugins("p.a", 3), *plugins("p.b", 4), *plugins("p.c", 3), *plugins("p.d", 5)]
    assert list(inferred(graph(*lines))) == ["layers", "independence-d", "independence-b", "acyclic"]
    assert list(inferred(graph(*lines, "p.d.m00 -> p.d.m01"))) == [
        "layers",
        "independence-b",
        "independence-a",
        "acyclic",
    ]


def test_an_import_for_type_checking_connects_modules_too() -> None:
    line = "p.in.m00 -> p.in.m01"
    assert "independence-in" not in inferred(graph(*plugins("p.in", 5), line, kinds={line: Kind.TYPE_CHECKING}))


def test_modules_that_no_contract_can_name_are_not_independent() -> None:
    assert list(inferred(graph(*plugins("p.in", 4), "p.in.a b"))) == ["layers", "acyclic"]


@pytest.mark.parametrize(
    ("number", "pairs", "left_out"),
    [
        (41, 1, "m01"),
        (42, 1, None),
        (45, 9, "m01, m03, m05, m07, m09, m11, m13, m15 and m17"),
        (45, 10, None),
        (50, 10, "m01, m03, m05, m07, m09, m11, m13, m15, m17 and m19"),
        (50, 11, None),
        (40, 8, None),
        (5, 1, None),
    ],
)
def test_of_modules_too_many_for_layers_four_fifths_are_independent_if_they_can_be_listed(
    number: int, pairs: int, left_out: str | None
) -> None:
    lines = [f"p.in.m{2 * each:02} -> p.in.m{2 * each + 1:02}" for each in range(pairs)]
    found = inferred(graph(*plugins("p.in", number), *lines)).get("independence-in")
    dropped = {2 * each + 1 for each in range(pairs)}
    modules = [f"p.in.m{each:02}" for each in range(number) if each not in dropped]
    why = f"None of these {len(modules)} imports another, directly or through other modules; left out: {left_out}."
    assert (found and (found.keys, found.why)) == (({"modules": modules}, (why,)) if left_out else None)


def test_everything_that_can_be_inferred_comes_in_a_fixed_order() -> None:
    lines = [*inside("e"), *plugins("p.plugins", 3), "p.tests -> p.core", "p.core -> p.e"]
    assert list(inferred(graph(*lines))) == ["layers", "tests", "layers-e", "independence-plugins", "acyclic"]


@pytest.mark.parametrize(
    ("connected", "unconnected"),
    [
        ({}, []),
        ({"a": ""}, ["a"]),
        ({"b": "", "a": ""}, ["a", "b"]),
        ({"a": "b", "b": ""}, ["a"]),
        ({"a": "", "b": "a"}, ["a"]),
        ({"a": "bcd", "b": "", "c": "", "d": ""}, ["b", "c", "d"]),
        ({"a": "", "b": "a", "c": "a", "d": ""}, ["b", "c", "d"]),
        ({"a": "b", "b": "c", "c": "d", "d": ""}, ["a", "d"]),
        ({"a": "b", "b": "c", "c": "d", "d": "e", "e": ""}, ["a", "c", "e"]),
    ],
)
def test_the_siblings_with_most_connections_are_dropped_and_of_equal_ones_the_last(
    connected: dict[str, str], unconnected: list[str]
) -> None:
    assert _unconnected(connected) == unconnected


# --- tests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "protected", "why"),
    [
        (["p.tests -> p.a", "p.b -> p.a"], ["p.tests"], "Only tests import 1 test module."),
        (
            ["p.testing.x -> p.a", "p.test.x", "p.a.testing.y -> p.b", "p.test_b -> p.b", "p.conftest -> p.b"],
            ["p.conftest", "p.test", "p.testing"],
            "Only tests import 3 test modules.",
        ),
        # A module "test" or "testing" without anything inside may be part of the program.
        (["p.testing -> p.a", "p.test -> p.a"], None, None),
        (
            ["tests.a -> tests.b", "tests.b.conftest -> tests.b.tests.x"],
            ["tests.**.conftest", "tests.**.tests"],
            "Only tests import 2 test modules.",
        ),
        (["tests.a -> p.b", "p.c -> p.b"], ["tests"], "Only tests import 1 test module."),
        (
            ["p.a.tests.x -> p.a.y", "p.b.tests.z", "p.a.conftest -> p.b", "p.a.y -> p.a.conftest"],
            ["p.**.tests"],
            "Only tests import 2 test modules.",
        ),
        (
            ["p.x.conftest", "p.x.a -> p.x.b", "p.c -> p.x", "p.c.test.i", "p.test.i"],
            ["p.test", "p.**.conftest"],
            "Only tests import 2 test modules.",
        ),
    ],
)
def test_only_tests_import_modules_that_are_tests_by_their_name_and_place(
    lines: list[str], protected: list[str] | None, why: str | None
) -> None:
    found = inferred(graph(*lines)).get("tests")
    if protected is None or why is None:
        assert found is None
    else:
        keys = {"protected_modules": protected, "allowed_importers": protected}
        assert found == InferredContract("tests", "Only tests import tests", "protected", keys, (why,))


def test_where_everything_is_a_test_nobody_is_kept_from_importing_tests() -> None:
    assert list(inferred(graph("tests.a -> conftest", "tests.b"))) == ["acyclic"]


def test_tests_outside_the_root_packages_are_nobodys_tests() -> None:
    assert list(inferred(graph("p.a -> tests", "p.a -> p.b", external=("tests",)))) == ["layers", "acyclic"]


# --- the text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "session", "first", "header"),
    [
        ("", {}, "", "[[contracts]]"),
        ("", {"root_packages": ["p"]}, 'root_packages = ["p"]\n\n', "[[contracts]]"),
        ("tool.x", {}, "", "[[tool.x.contracts]]"),
        ("tool.x", {"root_packages": ["p"]}, '[tool.x]\nroot_packages = ["p"]\n\n', "[[tool.x.contracts]]"),
    ],
)
def test_contracts_are_written_below_the_reasons_for_them(
    prefix: str, session: dict[str, object], first: str, header: str
) -> None:
    found = InferredContract("i", "N", "acyclic", {"strict": True}, ("Why.", "And how."))
    assert to_toml(session, [found], prefix=prefix) == (
        f'{first}# Why.\n# And how.\n{header}\nid = "i"\nname = "N"\ntype = "acyclic"\nstrict = true\n'
    )


def test_contracts_are_written_with_an_empty_line_between_them() -> None:
    a, b = (InferredContract(id_, id_.upper(), "acyclic", {}, (f"{id_}.",)) for id_ in "ab")
    assert to_toml({}, [a, b], prefix="x") == (
        '# a.\n[[x.contracts]]\nid = "a"\nname = "A"\ntype = "acyclic"\n\n'
        '# b.\n[[x.contracts]]\nid = "b"\nname = "B"\ntype = "acyclic"\n'
    )


# --- any program ------------------------------------------------------------------------------------------------

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
