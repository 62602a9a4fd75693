from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts import layers
from import_contracts.contracts.table import Table
from tests.support.arranging import check, configuration, contract, graph, lint, messages, offenders, program, write

CANNOT = "This contract cannot be broken: it forbids no import."


def test_a_lower_layer_must_not_import_a_higher_one() -> None:
    found = check(graph("p.low -> p.high", "p.high -> p.low"), "layers", layers=["p.high", "p.low"])
    assert offenders(found) == ["p.low -> p.high => p.high"]
    assert [each.message for each in found.violations] == ["p.low must not import p.high"]


def test_nor_through_modules_that_are_in_no_layer() -> None:
    found = check(graph("p.low -> p.util", "p.util -> p.high"), "layers", layers=["p.high", "p.low"])
    assert found.violations[0].chain == (("p.low", "p.util"), ("p.util", "p.high"))


def test_a_way_through_another_layer_is_the_other_layers_affair() -> None:
    found = check(graph("p.c -> p.b", "p.b -> p.a"), "layers", layers=["p.a", "p.b", "p.c"])
    assert offenders(found) == ["p.b -> p.a => p.a", "p.c -> p.b => p.b"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("p.b | p.c", ["p.b -> p.c => p.c"]), ("p.b : p.c", []), ("p.b|p.c", ["p.b -> p.c => p.c"]), ("p.*", [])],
)
def test_siblings_are_kept_apart_by_a_bar_and_not_by_a_colon(line: str, expected: list[str]) -> None:
    assert offenders(check(graph("p.b -> p.c", "p.a"), "layers", layers=[line])) == expected


def test_a_wildcard_within_a_part_is_closer_than_one_that_is_a_whole_part() -> None:
    a_graph = graph("p.a -> p.plug_b", "p.plug_c -> p.a")
    assert offenders(check(a_graph, "layers", layers=["p.plug_*", "p.*"])) == ["p.a -> p.plug_b => p.plug_b"]
    found = check(a_graph, "layers", layers=["plug_*", "*"], containers=["p"], exhaustive=True)
    assert offenders(found) == ["p.a -> p.plug_b => p.plug_b"]


@pytest.mark.parametrize(
    ("first", "second", "module"),
    [("p.a_*", "p.*_b", "p.a_b"), ("p.*.x", "**.x", "p.a_b.x"), ("p.a*", "p.a*b", "p.a_b")],
)
def test_a_module_that_wildcards_put_in_two_layers_is_an_error(first: str, second: str, module: str) -> None:
    found = messages(check(graph("p.a_b.x -> q"), "layers", layers=[first, second]))
    assert found == [f"layers: '{first}' and '{second}' both match '{module}'; name it in the layer where it belongs."]


def test_a_module_that_two_wildcards_of_one_layer_match_is_in_it_once() -> None:
    found = check(graph("p.a_b -> p.c", "p.c -> p.a_b"), "layers", layers=["p.a_* | p.*_b", "p.c"])
    assert offenders(found) == ["p.c -> p.a_b => p.a_b"]


def test_a_layer_in_parentheses_need_not_exist() -> None:
    found = check(graph("p.low -> p.high"), "layers", layers=["p.high", "(p.middle)", "( p.other )", "p.low"])
    assert len(found.violations) == 1
    assert not found.problems


def test_a_missing_layer_is_an_error_that_names_the_nearest() -> None:
    found = check(graph("p.models", "p.api"), "layers", layers=["p.api", "p.model"])
    assert messages(found) == ["layers: Layer 'p.model' does not exist. Did you mean 'p.models'?"]


def test_each_container_is_a_world_of_its_own() -> None:
    a_graph = graph("p.x.low -> p.x.high", "p.x.low -> p.y.high", "p.y.low -> p.x.low", "p.y.high")
    assert offenders(check(a_graph, "layers", layers=["high", "low"], containers=["p.x", "p.y"])) == [
        "p.x.low -> p.x.high => p.x.high",
        "p.y.low -> p.x.low => p.y.high",
    ]


def test_containers_take_wildcards() -> None:
    a_graph = graph("p.x.low -> p.x.high", "p.y.low -> p.y.high")
    assert len(check(a_graph, "layers", layers=["high", "low"], containers="p.*").violations) == 2


def test_a_container_outside_the_root_packages_is_an_error() -> None:
    found = check(graph("p.a -> django", external=("django",)), "layers", layers=["(x)"], containers="django")
    assert messages(found) == ["containers: 'django' is outside the root packages (p)."]


def test_an_exhaustive_contract_lists_every_child_of_its_containers() -> None:
    a_graph = graph("p.a", "p.b.x", "p.new", "p.util", "p._version")
    keys = {"layers": ["a", "b.x"], "containers": "p", "exhaustive": True, "exhaustive_ignores": ["util", "_version"]}
    found = check(a_graph, "layers", **keys)
    assert [each.importer for each in found.violations] == ["p.b", "p.new"]
    assert {each.imported for each in found.violations} == {""}


def test_an_ignore_that_no_container_needs_is_a_warning() -> None:
    keys = {"layers": ["a"], "containers": "p", "exhaustive": True, "exhaustive_ignores": ["utl"]}
    found = check(graph("p.a", "p.util"), "layers", **keys)
    assert "exhaustive_ignores: No container has a child 'utl'. Did you mean 'util'?" in messages(found)


def test_a_module_that_is_named_is_not_taken_by_a_wildcard() -> None:
    a_graph = graph("p.core -> p.blog", "p.blog -> p.core", "p.shop -> p.main", "p.main")
    found = check(a_graph, "layers", layers=["p.main", "p.*", "p.core"])
    assert offenders(found) == ["p.shop -> p.main => p.main", "p.core -> p.blog => p.blog"]


def test_layers_inside_one_another_are_an_error() -> None:
    found = check(graph("p.main", "p.a.x", "p.b"), "layers", layers=["p.*", "p.a.*", "p.b"])
    assert messages(found) == ["layers: 'p.a.x' is inside 'p.a'; name one of the two, or the children of 'p.a'."]


def test_siblings_of_one_wildcard_may_lie_inside_one_another() -> None:
    found = check(graph("p.a.x -> p.a", "q -> p.a"), "layers", layers=["p.**", "q"])
    assert offenders(found) == ["q -> p.a => p.a"]


def test_external_packages_may_be_layers() -> None:
    a_graph = graph("p.a -> django", external=("django",))
    assert offenders(check(a_graph, "layers", layers=["django", "p.a"])) == ["p.a -> django => django"]


@pytest.mark.parametrize("layer", ["p.a", "p.*", "p.a : p.b"])
def test_a_contract_that_cannot_be_broken_is_a_warning(layer: str) -> None:
    found = check(graph("p.a -> p.b", "p.b"), "layers", layers=[layer])
    assert messages(found) == ["layers: This contract cannot be broken: it forbids no import."]


MIXED = "'|' (independent siblings) and ':' (siblings that may import each other)"
WHICH = "the packages whose children must all be in a layer"
NO_NAME = "is not a module name; write one like 'shop.models'."


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"layers": ["a | b", "(c) : d"], "containers": "p", "exhaustive": True, "exhaustive_ignores": ["x"]}, []),
        ({"layers": ["a | b"], "exhaustive": False}, []),
        (
            {"layers": ["a | b : c", "d"]},
            [
                f"layers: Layer 'a | b : c' mixes {MIXED}; use one.",
            ],
        ),
        (
            {"layers": ["a", "b | a", "b : c", "(c)"]},
            [f"layers: '{name}' is listed twice; a module can be in one layer only." for name in "abc"],
        ),
        *(
            ({"layers": each}, ["layers: 'a.x' is inside 'a'; name one of the two, or the children of 'a'."])
            for each in (["a", "a.x"], ["a.x", "b", "(a)"], ["a : a.x"], ["(a) | (a.x)", "c"])
        ),
        ({"layers": ["a", "ab.x"]}, []),
        ({"layers": ["a.*", "a.x", "b.**.c"]}, []),
        ({"layers": ["a | "]}, [f"layers: Layer 'a |': '' {NO_NAME}"]),
        ({"layers": ["(shop.models", "a"]}, [f"layers: Layer '(shop.models': '(shop.models' {NO_NAME}"]),
        ({"layers": ["shop.models)"]}, [f"layers: Layer 'shop.models)': 'shop.models)' {NO_NAME}"]),
        ({"layers": ["()"]}, [f"layers: Layer '()': '' {NO_NAME}"]),
        (
            {"layers": ["a"], "exhaustive": True},
            [
                f"exhaustive: An exhaustive contract needs 'containers', {WHICH}.",
            ],
        ),
        ({}, ["layers: This key is required."]),
    ],
)
def test_what_is_wrong_with_the_keys_is_said(keys: dict[str, object], expected: list[str]) -> None:
    table = Table(keys)
    layers.parse(table)
    table.finish()
    assert [f"{each.key}: {each.message}" for each in table.problems] == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"layers": ["p.a", "p.b"]}, []),
        ({"layers": ["p.a", "django"]}, [f"layers: {CANNOT}"]),
        ({"layers": ["django", "p.a"]}, []),
        ({"layers": ["django", "p.a", "flask"]}, []),
        ({"layers": ["p.a | django"]}, []),
        ({"layers": ["flask | django"]}, [f"layers: {CANNOT}"]),
        ({"layers": ["p.*", "p.b"]}, []),
        ({"layers": ["p.a", "p.x.*"]}, ["layers: 'p.x.*' matches no module.", f"layers: {CANNOT}"]),
        (
            {"layers": ["p.a", "p.bb", "zz"]},
            [
                "layers: Layer 'p.bb' does not exist. Did you mean 'p.b'?",
                "layers: Layer 'zz' does not exist. If it is optional, write (zz).",
            ],
        ),
        ({"layers": ["(p.bb)", "p.a", "p.b"]}, []),
        ({"layers": ["(p.bb)", "p.a"]}, [f"layers: {CANNOT}"]),
        ({"layers": ["b : a"], "containers": "p"}, [f"layers: {CANNOT}"]),
        ({"layers": ["a"], "containers": "p", "exhaustive": True}, []),
        ({"layers": ["a", "b"], "containers": "p", "exhaustive": True}, []),
        ({"layers": ["*"], "containers": "p", "exhaustive": True}, [f"layers: {CANNOT}"]),
        ({"layers": ["**"], "containers": "p.b", "exhaustive": True}, [f"layers: {CANNOT}"]),
        ({"layers": ["a", "*"], "containers": "p", "exhaustive": True}, []),
        ({"layers": ["b.*"], "containers": "p", "exhaustive": True}, []),
        *(
            (
                {"layers": ["a"], "containers": "p", "exhaustive": True, "exhaustive_ignores": each},
                [f"layers: {CANNOT}"],
            )
            for each in ("*", "**")
        ),
        ({"layers": ["a"], "containers": "p", "exhaustive": True, "exhaustive_ignores": ["a", "b", "c"]}, []),
        (
            {"layers": ["a"], "containers": "p", "exhaustive": True, "exhaustive_ignores": ["bb", "d", "c.y"]},
            [
                "exhaustive_ignores: No container has a child 'bb'. Did you mean 'b'?",
                "exhaustive_ignores: No container has a child 'd'.",
                "exhaustive_ignores: No container has a child 'c.y'.",
            ],
        ),
        (
            {"layers": ["x"], "containers": "p.z.*", "exhaustive": True},
            [
                "containers: 'p.z.*' matches no module.",
                f"layers: {CANNOT}",
            ],
        ),
        (
            {"layers": ["(x)"], "containers": ["p", "django", "p.aa"]},
            [
                "containers: Module 'p.aa' does not exist. Did you mean 'p.a'?",
                "containers: 'django' is outside the root packages (p).",
            ],
        ),
        (
            {"layers": ["a", "(y)"], "containers": ["p", "p.c"]},
            ["layers: Layer 'p.c.a' does not exist. If it is optional, write (p.c.a)."],
        ),
        (
            {"layers": ["p.a : p.b", "p.b.*"]},
            [
                "layers: 'p.b.x' is inside 'p.b'; name one of the two, or the children of 'p.b'.",
            ],
        ),
        (
            {"layers": ["p.b | p.b.*", "p.a"]},
            [
                "layers: 'p.b.x' is inside 'p.b'; name one of the two, or the children of 'p.b'.",
            ],
        ),
        ({"layers": ["p.b : p.b.*", "p.a"]}, []),
    ],
)
def test_what_a_contract_says_of_itself(keys: dict[str, object], expected: list[str]) -> None:
    a_graph = graph("p.a", "p.b.x", "p.c.y", "p.c -> django", "p.c -> flask", external=("django", "flask"))
    assert messages(check(a_graph, "layers", **keys)) == expected


def test_a_way_that_comes_back_to_its_own_module_is_none_between_siblings() -> None:
    a_graph = graph("p.a -> p.m", "p.m -> p.a", "p.b -> p.m")
    assert offenders(check(a_graph, "layers", layers=["p.a | p.b"])) == ["p.b -> p.m => p.a"]


def test_what_leads_upwards_is_in_order_with_its_cuts_before_what_is_in_no_layer() -> None:
    a_graph = graph(
        *("q.low -> q.high", "p.low -> p.mid", "p.low -> p.x", "p.mid.z -> p.high", "p.mid -> p.high", "p.x -> p.high"),
        *("q.mid -> q.low", "q.new", "p.other", "p.low.x -> p.low.y"),
    )
    keys = {"layers": ["high", "mid", "low"], "containers": ["p", "q"], "exhaustive": True, "exhaustive_ignores": "x"}
    found = check(a_graph, "layers", **keys)
    assert [(each.importer, each.imported, each.target, each.message) for each in found.violations] == [
        ("p.mid", "p.high", "p.high", "p.mid must not import p.high"),
        ("p.mid.z", "p.high", "p.high", "p.mid must not import p.high"),
        ("p.low", "p.x", "p.high", "p.low must not import p.high"),
        ("p.low", "p.mid", "p.mid", "p.low must not import p.mid"),
        ("q.low", "q.high", "q.high", "q.low must not import q.high"),
        ("p.other", "", "", "every child of p must be in a layer"),
        ("q.new", "", "", "every child of q must be in a layer"),
    ]
    assert [(each.message, len(each.imports)) for each in found.cuts] == [
        ("p.mid must not import p.high", 2),
        ("p.low must not import p.high", 1),
        ("p.low must not import p.mid", 1),
        ("q.low must not import q.high", 1),
    ]


def test_a_child_is_in_a_layer_by_any_of_its_names() -> None:
    a_graph = graph("p.a", "p.b1", "p.c", "p.d", "p.e")
    keys = {"layers": ["a | (d)", "*"], "containers": "p", "exhaustive": True}
    assert not check(a_graph, "layers", **keys).violations
    keys = {"layers": ["a : (z)", "d"], "containers": "p", "exhaustive": True, "exhaustive_ignores": ["e", "b1"]}
    assert [each.importer for each in check(a_graph, "layers", **keys).violations] == ["p.c"]


# --- against the definition ---------------------------------------------------------------------------------------

NODES = ["p.a", "p.b", "p.c", "p.a.x", "p.m", "p.n"]
EDGES = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=14)
LAYERS = ["p.a", "p.b", "p.c"]


def _layer(module: str) -> str | None:
    return next((layer for layer in LAYERS if module == layer or module.startswith(layer + ".")), None)


def _reaches(edges: set[tuple[str, str]], module: str, layer: str) -> bool:
    reached, todo = {module}, [module]
    for node in todo:
        if _layer(node) is None:
            new = {imported for importer, imported in edges if importer == node} - reached
            reached |= new
            todo += sorted(new)
    return any(_layer(node) == layer for node in reached)


@given(EDGES)
def test_the_violations_are_all_imports_that_leave_a_layer_and_lead_to_a_higher_one(
    edges: set[tuple[str, str]],
) -> None:
    a_graph = graph(*NODES, *(f"{importer} -> {imported}" for importer, imported in edges))
    expected = {
        f"{importer} -> {imported} => {high}"
        for importer, imported in edges
        for high, low in combinations(LAYERS, 2)
        if _layer(importer) == low and _layer(imported) != low and _reaches(edges, imported, high)
    }
    assert set(offenders(check(a_graph, "layers", layers=LAYERS))) == expected


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"layers": ["web", "p.models"]}, "Layer 'web' does not exist. Did you mean 'p.web'?"),
        (
            {"layers": ["p.web", "models"], "containers": ["p"]},
            "Layer 'p.p.web' does not exist. Layers are named without their container: write 'web'.",
        ),
        ({"layers": ["far", "p.models"]}, "Layer 'far' does not exist. If it is optional, write (far)."),
    ],
)
def test_what_to_write_instead_of_a_wrong_layer_is_told(keys: dict[str, list[str]], message: str) -> None:
    found = check(graph("p.web -> p.models"), "layers", **keys)
    assert [problem.message for problem in found.problems] == [message]


def test_a_layer_that_is_listed_twice_is_one_error(tmp_path: Path) -> None:
    program(tmp_path, "shop.web -> shop.models")
    write(tmp_path, {"pyproject.toml": configuration(contract("x", "layers", layers=["shop.web", "shop.web"]))})
    run = lint(tmp_path)
    assert "'shop.web' is listed twice; a module can be in one layer only." in run.out
    assert "1 error." in run.out
