"""What `init` infers of what code keeps to already, beside layers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from import_contracts.adopt.habits import habits, libraries
from import_contracts.adopt.inference import infer
from import_contracts.graph.import_graph import ImportGraph
from tests.support.arranging import graph, lint, program, write

USERS = ("shop.a", "shop.b", "shop.c", "shop.d")
INSIDE = (
    "shop.orders -> shop.orders.one",
    "shop.orders.one -> shop.orders.two",
    "shop.orders.two -> shop.orders.three",
)


def keys(found: Any) -> dict[str, dict[str, object]]:
    return {each.id: dict(each.keys) for each in found}


def entered(*doors: str) -> ImportGraph:
    return graph(*INSIDE, *(f"{user} -> {door}" for user, door in zip(USERS, doors * 4, strict=False)))


def test_a_package_that_is_imported_only_itself_has_an_interface() -> None:
    found = keys(habits(entered("shop.orders"), []))
    assert found == {"interfaces": {"package": ["shop.orders"], "exposed": ["shop.orders"]}}


def test_a_package_with_one_other_door_has_an_interface() -> None:
    found = keys(habits(entered("shop.orders.one"), []))
    assert found == {"interface-shop-orders": {"package": "shop.orders", "exposed": ["shop.orders.one"]}}


def test_a_package_that_others_enter_anywhere_has_none() -> None:
    assert keys(habits(entered("shop.orders.one", "shop.orders.two", "shop.orders.three"), [])) == {}


def test_a_package_with_few_users_has_none() -> None:
    assert keys(habits(graph(*INSIDE, "shop.a -> shop.orders", "shop.b -> shop.orders"), [])) == {}


def test_tests_may_look_inside() -> None:
    lines = [*INSIDE, *(f"{user} -> shop.orders" for user in USERS), "shop.tests.unit -> shop.orders.three"]
    assert keys(habits(graph(*lines), ["shop.tests"]))["interfaces"]["except"] == ["shop.tests"]
    assert keys(habits(graph(*lines), [])) == {}


def fat(*others: str) -> ImportGraph:
    children = ("one", "two", "three")
    lines = [f"shop.{package} -> shop.{package}.{child}" for package in ("a", "b", "c") for child in children]
    return graph(*lines, *others)


def test_packages_that_reexport_and_are_not_imported_from_inside_are_direct() -> None:
    assert keys(habits(fat(), [])) == {"direct-siblings": {}}


def test_if_some_are_imported_from_inside_the_others_are_named() -> None:
    more = [f"shop.d -> shop.d.{child}" for child in ("one", "two", "three")]
    found = keys(habits(fat(*more, "shop.d.one -> shop.d"), []))
    assert found == {"direct-siblings": {"packages": ["shop.a", "shop.b", "shop.c"]}}


def wrapping(*lines: str) -> ImportGraph:
    users = [f"shop.u{number} -> shop.net" for number in range(8)]
    return graph(*users, *lines, external=("requests", "json"))


def test_a_library_that_one_module_wraps_is_only_for_that() -> None:
    found = keys(libraries(wrapping("shop.net -> requests", "shop.net -> json")))
    assert found == {"only-shop-net": {"protected_modules": ["requests"], "allowed_importers": ["shop.net"]}}


def test_a_library_that_several_parts_import_is_for_all() -> None:
    assert keys(libraries(wrapping("shop.net -> requests", "shop.u1 -> requests"))) == {}


def test_a_library_of_a_module_that_nobody_imports_is_not_wrapped() -> None:
    assert keys(libraries(wrapping("shop.alone -> requests"))) == {}


def test_init_asks_for_external_packages_only_if_a_contract_needs_them(tmp_path: Path) -> None:
    users = [f"shop.u{number} -> shop.net" for number in range(8)]
    plain, wrapped = program(tmp_path / "plain", *users), program(tmp_path / "wrapped", *users)
    write(wrapped, {"shop/net.py": "import requests\n"})
    sessions = [
        tomllib.loads(lint(each, "init", "--dry-run").out)["tool"]["import-contracts"] for each in (plain, wrapped)
    ]
    assert [each.get("include_external_packages") for each in sessions] == [None, True]
    assert lint(wrapped, "init").status == 0
    assert lint(wrapped).status == 0


def test_several_root_packages_have_layers() -> None:
    [first, *_] = infer(graph("app.a -> lib.b", "lib.b -> base.c"), roots=["app", "base", "lib"])
    assert (first.id, first.keys) == ("packages", {"layers": ["app", "lib", "base"]})


def test_in_a_tangle_the_modules_that_import_nothing_of_it_are_its_ground_floor() -> None:
    tangle = [f"shop.{one} -> shop.{other}" for one, other in ("ab", "bc", "ca")]
    found = keys(infer(graph(*tangle, *(f"shop.{user} -> shop.low.x" for user in "abc")), roots=["shop"]))
    assert "layers" in found or found["ground"] == {"modules": ["shop.low"], "allowed": []}


def test_a_ground_floor_is_what_three_modules_import_and_no_tests() -> None:
    ring = [f"shop.m{number} -> shop.m{(number + 1) % 45}" for number in range(45)]
    users = {"shop.low": 3, "shop.rare": 2, "shop.testing": 4}
    found = infer(
        graph(*ring, *(f"shop.m{user} -> {name}" for name, many in users.items() for user in range(many))),
        roots=["shop"],
    )
    ground = next(each for each in found if each.id == "ground")
    assert (ground.keys["modules"], ground.why[0]) == (
        ["shop.low"],
        "They import nothing of shop; at least 3 modules import each.",
    )


def test_packages_for_tests_have_no_interface() -> None:
    for package in ("shop.tests", "shop._tests"):
        lines = [line.replace("shop.orders", package) for line in INSIDE]
        assert keys(habits(graph(*lines, *(f"{user} -> {package}" for user in USERS)), [])) == {}


def test_of_many_root_packages_only_the_largest_get_layers() -> None:
    roots = [f"r{number}" for number in range(6)]
    lines = [f"{root}.a -> {root}.b" for root in roots] + [f"{root}.c" for root in roots[1:5]]
    found = [each for each in infer(graph(*lines), roots=roots) if each.type == "layers"]
    assert [each.keys["containers"] for each in found] == [["r1"], ["r2"], ["r3"], ["r4"]]


def test_the_portions_of_a_namespace_package_are_found(tmp_path: Path) -> None:
    files = {"a/src/org/api/__init__.py": "from org.db import x\n", "b/src/org/db/__init__.py": "x = 1\n"}
    run = lint(write(tmp_path, files), "init", "--dry-run", "--source-root", "*/src")
    assert tomllib.loads(run.out)["tool"]["import-contracts"]["root_packages"] == ["org.api", "org.db"]
    assert 'layers = [\n  "org.api",\n  "org.db",\n]' in run.out
