"""The contract type ``allowed``."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts import allowed
from import_contracts.contracts.table import Table
from import_contracts.graph.names import ancestors
from tests.support.arranging import check, configuration, contract, graph, lint, messages, offenders, program, write


@pytest.mark.parametrize(
    ("line", "is_allowed"),
    [
        ("p.a -> p.b", True),
        ("p.a.x -> p.b.y", True),
        ("p.a.x -> p.a.y", True),
        ("p.a.x -> p.c", False),
        ("p.a -> p", False),
        ("p.a -> p.bc", False),
        ("p.a -> requests", False),
        ("p.a -> click", True),
        ("p.b -> p.c", True),
    ],
)
def test_a_module_imports_only_what_is_allowed(line: str, is_allowed: bool) -> None:
    a_graph = graph(line, "p.b", "p.a", "p -> click", external=("requests", "click"))
    found = check(a_graph, "allowed", modules="p.a", allowed=["p.b", "click"])
    assert (offenders(found) == []) is is_allowed


def test_the_modules_may_import_each_other_only_on_demand() -> None:
    a_graph = graph("p.a -> p.b", "p.b.x -> p.a.x", "p.a -> p.c")
    keys = {"modules": ["p.a", "p.b"], "allowed": []}
    assert offenders(check(a_graph, "allowed", **keys)) == ["p.a -> p.b", "p.a -> p.c", "p.b.x -> p.a.x"]
    assert offenders(check(a_graph, "allowed", **keys, among_themselves=False)) == ["p.a -> p.c"]


def test_a_listed_module_inside_another_is_a_part_of_its_own() -> None:
    a_graph = graph("p.a.x -> p.a.y", "p.a.y.z -> p.a.x", "p.a.y -> p.a.y.z", "p.a.y -> q")
    found = check(a_graph, "allowed", modules=["p.a", "p.a.y"], allowed="q")
    assert offenders(found) == ["p.a.x -> p.a.y", "p.a.y.z -> p.a.x"]
    assert [cut.message for cut in found.cuts] == ["p.a may import only q", "p.a.y may import only q"]


def test_with_indirect_imports_it_counts_where_what_is_allowed_leads_to() -> None:
    a_graph = graph("p.a -> p.b", "p.a -> p.d", "p.b -> p.c", "p.b.x -> p.c", "p.d -> p.b", "p.c -> p.e")
    keys = {"modules": "p.a", "allowed": ["p.b", "p.d"]}
    assert not check(a_graph, "allowed", **keys).violations
    found = check(a_graph, "allowed", **keys, indirect=True)
    assert [each.chain for each in found.violations] == [
        (("p.a", "p.b"), ("p.b", "p.c")),
        (("p.a", "p.d"), ("p.d", "p.b"), ("p.b", "p.c")),
    ]
    assert [(cut.message, cut.imports, cut.is_minimum) for cut in found.cuts] == [
        ("p.a may import only p.b and p.d", (("p.b", "p.c"),), True)
    ]


def test_in_a_table_each_module_has_a_list_and_the_closest_counts() -> None:
    table = {"p.*": ["p.util"], "p": {"web": ["p.orders", "p.util"]}, "p.util": []}
    a_graph = graph("p.web -> p.orders", "p.orders -> p.util", "p.orders -> p.web", "p.util -> p.web")
    found = check(a_graph, "allowed", allowed=table)
    assert offenders(found) == ["p.orders -> p.web", "p.util -> p.web"]
    assert [each.message for each in found.violations] == [
        "p.orders may import only p.util",
        "p.util may import no other module",
    ]


def test_an_allowed_module_that_nothing_imports_is_a_violation_on_demand() -> None:
    a_graph = graph("p.a -> p.b.x", "p.c", "p.d.x -> p.d.y", "p.e -> p.a")
    keys = {"p.a": ["p.b", "p.c", "click"], "p.d": ["p.d.y"], "p.e": "p.a"}
    assert not check(a_graph, "allowed", allowed=keys).violations
    found = check(a_graph, "allowed", allowed=keys, exact=True)
    assert [(each.importer, each.imported, each.advice) for each in found.violations] == [
        ("p.a", "p.c", "imports nothing of p.c. Remove it from 'allowed'"),
        ("p.a", "click", "imports nothing of click. Remove it from 'allowed'"),
        ("p.d", "p.d.y", "imports nothing of p.d.y. Remove it from 'allowed'"),
    ]


def test_one_of_several_modules_is_enough_to_use_what_is_allowed() -> None:
    a_graph = graph("p.a", "p.b -> p.c", "p.d")
    found = check(a_graph, "allowed", modules=["p.a", "p.b"], allowed=["p.c", "p.d"], exact=True)
    assert [(each.identity, each.advice) for each in found.violations] == [
        (("p.a", "p.d", ""), "and 1 other module import nothing of p.d. Remove it from 'allowed'")
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"modules": "p.x", "allowed": []}, "modules: Module 'p.x' does not exist."),
        ({"modules": "p.a", "allowed": "p.x"}, "allowed: Module 'p.x' does not exist."),
        ({"allowed": {"p.x": []}}, "allowed: Module 'p.x' does not exist."),
        (
            {"modules": "django", "allowed": []},
            "modules: 'django' is an external package; its imports are not known. Remove it.",
        ),
        ({"modules": "p.a", "allowed": "flask.json"}, None),
        ({"modules": "p.a", "allowed": ["<standard library>", "flask"]}, None),
        (
            {"modules": "p.x*", "allowed": []},
            "modules: This contract cannot be broken: none of its modules is in the program.",
        ),
        (
            {"modules": "p", "allowed": ["q", "django"]},
            "allowed: This contract cannot be broken: every module is allowed.",
        ),
        (
            {"allowed": {"p.*": [], "*.a": []}},
            "allowed: 'p.*' and '*.a' both match 'p.a'; list it by its exact name.",
        ),
        ({"allowed": {"p.*": [], "p.a*": [], "p.a": []}}, None),
        ({"modules": "p", "allowed": ["q", "django"], "exact": True}, None),
        ({"modules": "p.a", "allowed": "flask"}, None),
    ],
)
def test_what_is_wrong_with_it_is_said(keys: dict[str, object], expected: str | None) -> None:
    a_graph = graph("p.a.x", "p.b -> django", "q", external=("django",))
    found = messages(check(a_graph, "allowed", **keys))
    assert expected in found if expected else not found


def test_an_external_package_needs_the_setting_that_reads_it() -> None:
    found = check(graph("p.a", external=None), "allowed", modules="p.a", allowed="click")
    (message,) = messages(found)
    assert message.startswith("allowed: Module 'click' does not exist. For an external package, set include_external_")


def test_groups_of_external_packages_and_parts_of_them_may_be_allowed() -> None:
    a_graph = graph("p.a -> os", "p.a -> click", "p.a.x -> google.cloud.storage", external=EXTERNAL)
    keys = {"modules": "p.a", "allowed": ["<standard library>", "google.cloud"]}
    assert offenders(check(a_graph, "allowed", **keys)) == ["p.a -> click"]
    assert offenders(check(a_graph, "allowed", modules="p.a", allowed="<third party>")) == ["p.a -> os"]


EXTERNAL = ("os", "click", "google", "google.cloud", "google.cloud.storage")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"allowed": "p.a"}, "modules: This key is required."),
        ({"modules": "p.a"}, "allowed: This key is required."),
        (
            {"modules": "p.a", "allowed": {"p.a": []}},
            "modules: 'allowed' is a table, which has the modules as keys. Remove this key.",
        ),
        ({"allowed": {"p.a": 3}}, "allowed: 'p.a': Found 3; write a list of strings."),
        ({"allowed": {"p/a": []}}, "allowed: 'p/a' is a path, not the name of a module; write 'p.a'."),
        ({"allowed": {"p": {"a": ["p/b"]}}}, "allowed: 'p.a': 'p/b' is a path, not the name of a module; write 'p.b'."),
    ],
)
def test_keys_that_do_not_go_together_are_errors(keys: dict[str, object], expected: str) -> None:
    table = Table(keys, file="a.toml", contract="one")
    allowed.parse(table)
    table.finish()
    assert [f"{each.key}: {each.message}" for each in table.problems] == [expected]
    assert {(each.file, each.contract) for each in table.problems} == {("a.toml", "one")}


def test_unused_ones_are_reported_and_become_known(tmp_path: Path) -> None:
    program(tmp_path, "shop.web -> shop.orders", "shop.db")
    keys = {"modules": "shop.web", "allowed": ["shop.orders", "shop.db"], "exact": True}
    head = '[tool.import-contracts]\nroot_packages = ["shop"]\nbaseline = "known.txt"\n'
    write(tmp_path, {"pyproject.toml": head + contract("web", "allowed", **keys)})
    out = lint(tmp_path, "--no-baseline").out
    assert "shop.web imports nothing of shop.db. Remove it from 'allowed'" in out
    lint(tmp_path, "baseline", "create")
    assert lint(tmp_path).status == 0
    assert (tmp_path / "known.txt").read_text() == "web shop.web -> shop.db\n"


# --- against the definition ---------------------------------------------------------------------------------------

PARTS = [".".join(parts) for parts in product(("p", "q"), ("a", "b"), ("x",))]
MODULES = sorted({*PARTS, *(outer for name in PARTS for outer in ancestors(name)), "ext"})
INSIDE = [module for module in MODULES if module != "ext"]
PAIRS = st.lists(st.tuples(st.sampled_from(INSIDE), st.sampled_from(MODULES)), unique=True, max_size=14)
LISTED = st.lists(st.sampled_from(INSIDE), unique=True, max_size=3)
CONTRACTS = st.fixed_dictionaries(
    {"rows": st.dictionaries(st.sampled_from(INSIDE), st.lists(st.sampled_from(MODULES), max_size=3), max_size=3)},
).flatmap(lambda keys: st.tuples(st.just(keys["rows"]), st.booleans(), st.booleans()))
Rows = dict[str, list[str]]


def inside(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def row_of(module: str, rows: Rows) -> str | None:
    """Return the innermost row that a module is in."""
    return max((row for row in rows if inside(module, row)), key=len, default=None)


def may_import(row: str, imported: str, rows: Rows, apart: bool) -> bool:
    """Tell whether a module of a row may import another one, by the definition."""
    own = row_of(imported, rows)
    return own == row or (own is not None and not apart) or any(inside(imported, each) for each in rows[row])


def leads_away(edge: tuple[str, str], pairs: list[tuple[str, str]], rows: Rows, apart: bool) -> bool:
    """Tell whether an import leads out of what a row may import, over modules that it may import and not itself."""
    row = row_of(edge[0], rows)
    if row is None or row_of(edge[1], rows) == row:
        return False
    todo = [edge[1]]
    for module in todo:
        if not may_import(row, module, rows, apart):
            return True
        todo += [other for one, other in pairs if one == module and other not in todo and row_of(other, rows) != row]
    return False


@given(PAIRS, CONTRACTS, st.booleans())
def test_it_is_broken_exactly_where_an_import_leads_to_what_is_not_allowed(
    pairs: list[tuple[str, str]], keys: tuple[Rows, bool, bool], is_list: bool
) -> None:
    rows, apart, indirect = keys
    if is_list and rows:
        rows = dict.fromkeys(rows, next(iter(rows.values())))
    table = {"modules": list(rows), "allowed": next(iter(rows.values()))} if is_list and rows else {"allowed": rows}
    a_graph = graph(*INSIDE, *(f"{one} -> {other}" for one, other in pairs), external=("ext",))
    found = check(a_graph, "allowed", **table, among_themselves=apart, indirect=indirect)
    away = [edge for edge in pairs if leads_away(edge, pairs if indirect else [], rows, apart)]
    assert sorted((each.importer, each.imported) for each in found.violations) == sorted(away)
    removed = {edge for cut in found.cuts for edge in cut.imports}
    without = graph(*INSIDE, *(f"{a} -> {b}" for a, b in pairs if (a, b) not in removed), external=("ext",))
    assert not check(without, "allowed", **table, among_themselves=apart, indirect=indirect).violations


@given(st.sets(st.sampled_from(INSIDE), max_size=3), st.sets(st.sampled_from(MODULES), max_size=3), CONTRACTS)
def test_an_import_that_does_not_exist_yet_would_break_it_exactly_where_it_is_not_allowed(
    importers: set[str], imported: set[str], keys: tuple[Rows, bool, bool]
) -> None:
    rows, apart, _ = keys
    rule = allowed.parse(Table({"allowed": rows, "among_themselves": apart}))
    broken = rule.would_break(graph(*INSIDE, external=("ext",)), importers, imported)
    pairs = [(row, other) for one, other in product(importers, imported) if (row := row_of(one, rows))]
    assert bool(broken) == any(not may_import(row, other, rows, apart) for row, other in pairs)


@given(PAIRS, CONTRACTS, st.lists(st.sampled_from(INSIDE), max_size=2))
def test_with_only_listed_modules_it_is_broken_exactly_where_one_part_imports_another(
    pairs: list[tuple[str, str]], keys: tuple[Rows, bool, bool], more: list[str]
) -> None:
    rows, apart, _ = keys
    parts = {*rows, *more, *(each for row in rows.values() for each in row)}

    def part_of(module: str) -> str | None:
        return max((part for part in parts if inside(module, part)), key=len, default=None)

    def is_wrong(one: str, other: str) -> bool:
        row, target = part_of(one), part_of(other)
        is_free = target in (None, row) or (target in rows and not apart)
        return row in rows and not is_free and target not in rows[str(row)]

    a_graph = graph(*INSIDE, *(f"{one} -> {other}" for one, other in pairs), external=("ext",))
    groups = {"groups": {"more": more}} if more else {}
    found = check(a_graph, "allowed", allowed=rows, among_themselves=apart, only_listed=True, **groups)
    wrong = [pair for pair in pairs if is_wrong(*pair)]
    assert sorted((each.importer, each.imported) for each in found.violations) == sorted(wrong)


def test_only_exact_names_are_used_by_what_belongs_to_them() -> None:
    a_graph = graph("p.a -> q.b.x", "p.a -> q.c", "q.b")
    found = check(a_graph, "allowed", allowed={"p.a": ["q", "q.b"], "q.b": ["**"]}, only_listed=True, exact=True)
    assert offenders(found) == []
    unused = check(a_graph, "allowed", allowed={"p.a": ["q", "q.b", "q.c"]}, only_listed=True, exact=True)
    assert offenders(unused) == ["p.a -> q"]


def test_a_group_stands_for_its_modules_in_every_list(tmp_path: Path) -> None:
    program(tmp_path, "shop.web -> shop.db", "shop.orders -> shop.users", "shop.db -> shop.users")
    text = configuration(
        contract("parts", "allowed"),
        '[tool.import-contracts.contracts.groups]\ndomain = ["shop.orders", "shop.users"]\n',
        '[tool.import-contracts.contracts.allowed]\n"shop.web" = ["<domain>"]\n',
        contract("domain", "forbidden", source_modules=["shop.db"], forbidden_modules=["<domain>"]),
    )
    run = lint(write(tmp_path, {"pyproject.toml": text}))
    assert "shop.web may import only shop.orders and shop.users" in run.out
    assert "shop.db must not import shop.users" in run.out


def test_groups_that_are_no_table_are_an_error() -> None:
    table = Table({"allowed": {"p": []}, "groups": ["p"]})
    allowed.parse(table)
    assert [problem.key for problem in table.problems] == ["groups"]
