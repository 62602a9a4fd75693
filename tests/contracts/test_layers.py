from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts import layers
from import_contracts.contracts.table import Table
from tests.arranging import check, graph, messages, offenders


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
    found = check(graph("p.a.x", "p.b"), "layers", layers=["p.a", "p.a.x", "p.b"])
    assert messages(found) == ["layers: 'p.a.x' is inside 'p.a'; name one of the two, or the children of 'p.a'."]


def test_siblings_that_are_free_may_lie_inside_one_another() -> None:
    found = check(graph("p.a.x -> p.a", "p.b -> p.a"), "layers", layers=["p.a : p.a.x", "p.b"])
    assert offenders(found) == ["p.b -> p.a => p.a"]


def test_external_packages_may_be_layers() -> None:
    a_graph = graph("p.a -> django", external=("django",))
    assert offenders(check(a_graph, "layers", layers=["django", "p.a"])) == ["p.a -> django => django"]


@pytest.mark.parametrize("layer", ["p.a", "p.*", "p.a : p.b"])
def test_a_contract_that_cannot_be_broken_is_a_warning(layer: str) -> None:
    found = check(graph("p.a -> p.b", "p.b"), "layers", layers=[layer])
    assert messages(found) == ["layers: This contract cannot be broken: it forbids no import."]


@pytest.mark.parametrize(
    ("keys", "key", "message"),
    [
        ({"layers": ["a | b : c"]}, "layers", "mixes"),
        ({"layers": ["a", "b | a"]}, "layers", "'a' is listed twice"),
        ({"layers": ["a | "]}, "layers", "not a module name"),
        ({"layers": ["(shop.models"]}, "layers", "not a module name"),
        ({"layers": ["shop.models)"]}, "layers", "not a module name"),
        ({"layers": ["a"], "exhaustive": True}, "exhaustive", "needs 'containers'"),
        ({}, "layers", "required"),
    ],
)
def test_what_is_wrong_with_the_keys_is_said(keys: dict[str, object], key: str, message: str) -> None:
    table = Table(keys)
    layers.parse(table)
    assert any(problem.key == key and message in problem.message for problem in table.problems)


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
