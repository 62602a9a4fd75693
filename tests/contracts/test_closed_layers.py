"""Layers of which only direct imports count, that are closed, or that have a name for other contracts."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts import layers
from import_contracts.contracts.table import Table
from tests.support.arranging import check, configuration, contract, graph, lint, messages, offenders, program, write

THREE = ["p.a", "closed p.b", "p.c"]


def test_with_direct_imports_a_chain_through_others_is_allowed() -> None:
    a_graph = graph("p.b -> p.util", "p.util -> p.a", "p.b.x -> p.a")
    found = check(a_graph, "layers", layers=["p.a", "p.b"], direct=True)
    assert [each.chain for each in found.violations] == [(("p.b.x", "p.a"),)]
    assert [cut.imports for cut in found.cuts] == [(("p.b.x", "p.a"),)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["p.a -> p.c"], ["p.a -> p.c => p.c"]),
        (["p.a -> p.b", "p.b -> p.c"], []),
        (["p.a -> p.util", "p.util -> p.c"], ["p.a -> p.util => p.c"]),
        (["p.a -> p.util", "p.util -> p.b", "p.b -> p.c"], []),
        (["p.b -> p.a"], ["p.b -> p.a => p.a"]),
        (["p.util -> p.c"], []),
    ],
)
def test_no_import_passes_a_closed_layer(lines: list[str], expected: list[str]) -> None:
    a_graph = graph("p.a", "p.b", "p.c", "p.util", *lines)
    assert offenders(check(a_graph, "layers", layers=THREE)) == expected


def test_the_message_says_through_which_layer_it_is_allowed() -> None:
    a_graph = graph("p.a -> p.d", "p.b -> p.d", "p.c -> p.d", "p.a -> p.c.x")
    found = check(a_graph, "layers", layers=["p.a", "closed p.b | (p.x)", "closed p.c", "p.d"])
    assert [each.message for each in found.violations] == [
        "p.a must not import p.c, except through p.b | (p.x)",
        "p.a must not import p.d, except through p.b | (p.x)",
        "p.b must not import p.d, except through p.c",
    ]
    assert [cut.message for cut in found.cuts] == [each.message for each in found.violations]


def test_a_closed_layer_without_modules_closes_nothing() -> None:
    assert not check(graph("p.a -> p.c"), "layers", layers=["p.a", "closed (p.b)", "p.c"]).violations


def test_a_module_may_be_called_closed() -> None:
    a_graph = graph("closed -> p", "open -> closed")
    assert offenders(check(a_graph, "layers", layers=["p", "closed | open"])) == [
        "closed -> p => p",
        "open -> closed => closed",
    ]
    assert offenders(check(a_graph, "layers", layers=["p", "closed"])) == ["closed -> p => p"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["closed p.a", "p.b"],
            "layers: 'closed p.a' is closed without effect: a layer above it and one below it are needed.",
        ),
        (
            ["p.a", "<b> closed p.b"],
            "layers: '<b> closed p.b' is closed without effect: a layer above it and one below it are needed.",
        ),
        (["<x> p.a", "<x> p.b"], "layers: Two layers are called '<x>'; give each a name of its own."),
        (["<x>p.a", "<y  z>  closed   p.b", "p.c"], None),
        (
            ["<third party> p.a"],
            "layers: '<third party>' is a group of external packages; give the layer another name.",
        ),
        (["<x|y> p.a"], "layers: Layer '<x|y> p.a': '<x' is not a module name; write one like 'shop.models'."),
        (["closed"], "layers: Layer 'closed' does not exist. If it is optional, write (closed)."),
    ],
)
def test_what_is_wrong_with_a_line_is_said(lines: list[str], expected: str | None) -> None:
    table = Table({"layers": lines})
    found = layers.parse(table).check(graph("p.a", "p.b", "p.c"))
    problems = [f"{each.key}: {each.message}" for each in table.problems] + messages(found)
    assert expected in problems if expected else not problems


@pytest.mark.parametrize(
    ("keys", "sentences"),
    [
        (
            {"layers": ["<top> p.a", "closed p.b", "p.c"]},
            [
                "A layer must not import a higher one. From the top: <top> p.a, closed p.b and p.c.",
                "Layers above p.b must not import layers below it.",
                "Indirect imports count too, through modules that are in no layer.",
            ],
        ),
        (
            {"layers": ["p.a", "p.b"], "direct": True},
            ["A layer must not import a higher one. From the top: p.a and p.b.", "Only direct imports count."],
        ),
    ],
)
def test_what_a_contract_says_of_itself(keys: dict[str, object], sentences: list[str]) -> None:
    assert list(layers.parse(Table(keys)).describe(graph("p.a", "p.b", "p.c")).sentences) == sentences


def test_an_unlisted_module_is_placed_by_direct_imports_alone() -> None:
    a_graph = graph("p.new -> q", "q -> p.a", "p.a", "p.b")
    keys = {"layers": ["a", "b"], "containers": "p", "exhaustive": True}
    assert [each.advice for each in check(a_graph, "layers", **keys).violations] == ["could go in a"]
    assert [each.advice for each in check(a_graph, "layers", **keys, direct=True).violations] == [
        "could go in any layer"
    ]


# --- names --------------------------------------------------------------------------------------------------------

NAMED = contract("layers", "layers", layers=["<front> shop.web | shop.api", "<back end> closed shop.db"])


@pytest.mark.parametrize(
    ("type_", "keys", "broken"),
    [
        ("forbidden", {"source_modules": "<front>", "forbidden_modules": ["<back end>"]}, True),
        ("forbidden", {"source_modules": ["<back end>"], "forbidden_modules": "<front>"}, False),
        ("independence", {"modules": "<front>"}, False),
        ("protected", {"protected_modules": "<back end>", "allowed_importers": ["<front>"]}, False),
        ("allowed", {"modules": "<front>", "allowed": ["<back end>"]}, False),
        ("allowed", {"allowed": {"<front>": ["shop.util"]}}, True),
        ("interface", {"package": "shop", "exposed": ["<front>"], "except": "<front>"}, False),
    ],
)
def test_other_contracts_may_name_a_layer(tmp_path: Path, type_: str, keys: dict[str, object], broken: bool) -> None:
    program(tmp_path, "shop.web -> shop.db", "shop.api", "shop.util")
    other = contract("other", type_, **keys).replace('": [', '" = [')  # JSON to TOML
    write(tmp_path, {"pyproject.toml": configuration(other, NAMED)})
    run = lint(tmp_path, "--contract", "other")
    assert run.status == (1 if broken else 0), run.out


def test_a_layer_of_containers_has_the_modules_of_each() -> None:
    found = layers.groups({"layers": ["<api> api", "<data> db | (store)", "x"], "containers": ["p.a", "p.b"]})
    assert found == {"<api>": ("p.a.api", "p.b.api"), "<data>": ("p.a.db", "p.a.store", "p.b.db", "p.b.store")}


def test_a_name_that_no_layer_has_is_an_error(tmp_path: Path) -> None:
    program(tmp_path, "shop.web -> shop.db", "shop.api")
    wrong = contract("other", "independence", modules=["<frnt>", "<nothing like it>"])
    out = lint(write(tmp_path, {"pyproject.toml": configuration(NAMED, wrong)})).out
    assert "modules: '<frnt>' is no group, and no layer has this name. Did you mean '<front>'?" in out
    known = "'<third party>', '<standard library>', '<front>' or '<back end>'"
    assert f"'<nothing like it>' is no group, and no layer has this name. Write {known}." in out


def test_two_contracts_must_not_give_one_name_to_different_layers(tmp_path: Path) -> None:
    program(tmp_path, "shop.web -> shop.db", "shop.api")
    same = contract("same", "layers", layers=["<front> shop.web | shop.api", "shop.db"])
    other = contract("other", "layers", layers=["<front> shop.web", "shop.api"])
    out = lint(write(tmp_path, {"pyproject.toml": configuration(NAMED, same, other)})).out
    errors = [line.strip() for line in out.splitlines() if "error:" in line]
    assert errors == [
        "error: pyproject.toml: contract 'other': Another contract calls other modules '<front>'. Use another name."
    ]


# --- against the definition ---------------------------------------------------------------------------------------

NODES = ["p.a", "p.b", "p.c", "p.d", "p.a.x", "p.b.x", "p.m", "p.n"]
EDGES = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=14)
NAMES = ["p.a", "p.b", "p.c", "p.d"]


def layer_of(module: str) -> str | None:
    return next((layer for layer in NAMES if f"{module}.".startswith(f"{layer}.")), None)


def reaches(edges: set[tuple[str, str]], module: str, layer: str, direct: bool) -> bool:
    """Tell whether a module is in a layer, or leads there through modules that are in none."""
    reached, todo = {module}, [module]
    for node in todo:
        if layer_of(node) is None and not direct:
            new = {imported for importer, imported in edges if importer == node} - reached
            reached |= new
            todo += sorted(new)
    return any(layer_of(node) == layer for node in reached)


def is_forbidden(source: str, target: str, closed: set[str]) -> bool:
    """Tell whether a layer must not import another one: a higher one, or one below a closed one that is between."""
    above, below = NAMES.index(source), NAMES.index(target)
    return below < above or any(name in closed for name in NAMES[above + 1 : below])


@given(EDGES, st.sets(st.sampled_from(NAMES)), st.booleans())
def test_the_violations_are_all_imports_that_lead_upwards_or_past_a_closed_layer(
    edges: set[tuple[str, str]], closed: set[str], direct: bool
) -> None:
    lines = [f"closed {name}" if name in closed else name for name in NAMES]

    rule = layers.parse(Table({"layers": lines, "direct": direct}))
    found = rule.check(graph(*NODES, *(f"{importer} -> {imported}" for importer, imported in edges)))
    expected = sorted(
        f"{importer} -> {imported} => {target}"
        for importer, imported in edges
        for source, target in product(NAMES, NAMES)
        if source != target and is_forbidden(source, target, closed)
        if layer_of(importer) == source and layer_of(imported) != source and reaches(edges, imported, target, direct)
    )
    assert sorted(offenders(found)) == expected
    left = edges - {edge for cut in found.cuts for edge in cut.imports}
    assert not rule.check(graph(*NODES, *(f"{importer} -> {imported}" for importer, imported in left))).violations
    for one, other in product(NODES, NODES):
        source, target = layer_of(one), layer_of(other)
        forbidden = bool(source and target) and source != target and is_forbidden(str(source), str(target), closed)
        assert bool(rule.would_break(graph(*NODES), {one}, {other})) == forbidden
