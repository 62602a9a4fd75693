"""The contract type ``interface``."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts import interface
from import_contracts.contracts.table import Table
from import_contracts.graph.names import ancestors
from import_contracts.reading.source.taken import TakenNames
from import_contracts.reading.source.text import Source
from tests.support.arranging import check, configuration, contract, graph, lint, messages, offenders, write

ORDERS = {"package": "p.a", "exposed": ["p.a.api"]}


@pytest.mark.parametrize(
    ("line", "is_allowed"),
    [
        ("p.b -> p.a.api", True),
        ("p.b -> p.a.store", False),
        ("p.b -> p.a", False),
        ("p -> p.a.store", False),
        ("p.a.api -> p.a.store", True),
        ("p.a -> p.a.store", True),
        ("p.b -> p.a.api.v1", False),
        ("p.ab -> p.a.store", False),
        ("p.friend.x -> p.a.store", True),
        ("q -> p.b", True),
    ],
)
def test_a_package_is_imported_only_through_what_it_exposes(line: str, is_allowed: bool) -> None:
    a_graph = graph(line, "p.a.api", "p.friend", "q")
    assert (offenders(check(a_graph, "interface", **ORDERS, **{"except": "p.friend"})) == []) is is_allowed


def test_the_package_itself_is_exposed_only_where_it_is_listed() -> None:
    a_graph = graph("q -> p.a", "q -> p.a.x")
    assert offenders(check(a_graph, "interface", package="p.a", exposed="p.a")) == ["q -> p.a.x => p.a"]


def test_each_package_that_a_wildcard_matches_is_one_of_its_own() -> None:
    a_graph = graph("p.b.x -> p.a.x", "p.b.x -> p.a.api", "p.a.x -> p.b.x", "p.a.x -> p.c", "p.b.api", "p.c")
    found = check(a_graph, "interface", package="p.*", exposed="p.*.api")
    assert offenders(found) == ["p.b.x -> p.a.x => p.a", "p.a.x -> p.b.x => p.b"]
    assert [(cut.message, cut.imports, cut.is_minimum) for cut in found.cuts] == [
        ("p.a may be imported only through p.*.api", (("p.b.x", "p.a.x"),), True),
        ("p.b may be imported only through p.*.api", (("p.a.x", "p.b.x"),), True),
    ]


def test_indirect_imports_are_allowed() -> None:
    assert not check(graph("q -> p.a.api", "p.a.api -> p.a.x"), "interface", **ORDERS).violations


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"package": "p.a", "exposed": "p.a.apo"}, "exposed: Module 'p.a.apo' does not exist. Did you mean 'p.a.api'?"),
        (
            {"package": "p.a", "exposed": "p.a.apo:f"},
            "exposed: Module 'p.a.apo' does not exist. Did you mean 'p.a.api'?",
        ),
        ({"package": "p.x", "exposed": []}, "package: Module 'p.x' does not exist."),
        (
            {"package": "p.a", "exposed": "p.b"},
            "exposed: 'p.b' is not inside p.a. Expose what is inside, such as 'p.a.api'.",
        ),
        (
            {"package": "p.a", "exposed": ["p.a.api", "p.c*"]},
            "exposed: 'p.c*' matches no module.",
        ),
        (
            {"package": "p.a", "exposed": ["p.a.api", "p.b*"]},
            "exposed: 'p.b*' is not inside p.a. Expose what is inside, such as 'p.a.api'.",
        ),
        (
            {"package": "django", "exposed": []},
            "package: 'django' is an external package; what is inside it is not known.",
        ),
        (
            {"package": "p.a", "exposed": "p.a.api", "except": "django"},
            "except: 'django' is an external package; its imports are not known. Remove it.",
        ),
        ({"package": "p.a", "exposed": "p.a.api", "except": "p.x"}, "except: Module 'p.x' does not exist."),
        ({"package": "p.b.*", "exposed": []}, "package: 'p.b.*' matches no module."),
        (
            {"package": "p", "exposed": []},
            "package: This contract cannot be broken: no module is outside the package and 'except'.",
        ),
        (
            {"package": "p.a", "exposed": ["p.a", "p.a.*"]},
            "exposed: This contract cannot be broken: every module of the package is exposed.",
        ),
        ({"package": "p.a", "exposed": ["p.a.api", "p.a:f"]}, None),
    ],
)
def test_what_is_wrong_with_it_is_said(keys: dict[str, object], expected: str | None) -> None:
    a_graph = graph("p.a.api", "p.a.x", "p.b -> django", external=("django",))
    assert expected in messages(check(a_graph, "interface", **keys)) or expected is None
    assert expected is not None or not messages(check(a_graph, "interface", **keys))


@pytest.mark.parametrize(
    ("exposed", "expected"),
    [
        ("p.a:", "'p.a:': '' is not a name in a module; write a function, class or other name at the top level of a "),
        ("p.a:Order.total", "'p.a:Order.total': 'Order.total' is not a name in a module; write a function, class or "),
        ("p/a", "'p/a' is a path, not the name of a module; write 'p.a'."),
    ],
)
def test_what_is_exposed_is_a_module_or_a_name_in_one(exposed: str, expected: str) -> None:
    table = Table({"package": "p.a", "exposed": exposed})
    interface.parse(table)
    assert [problem.message.startswith(expected) for problem in table.problems] == [True]


# --- names --------------------------------------------------------------------------------------------------------

NAMES = configuration(
    contract("orders", "interface", package="shop.orders", exposed=["shop.orders:place", "shop.orders.api"])
)
PROGRAM = {
    "pyproject.toml": NAMES,
    "shop/__init__.py": "",
    "shop/orders/__init__.py": "from shop.orders.store import place, secret\nfrom . import api\n",
    "shop/orders/store.py": "def place(): ...\ndef secret(): ...\n",
    "shop/orders/api.py": "",
}


@pytest.mark.parametrize(
    ("statement", "is_allowed"),
    [
        ("from shop.orders import place", True),
        ("from shop.orders import place as p, api", True),
        ("from .orders import (\n    place,  # a comment\n)", True),
        ("from shop.orders import secret", False),
        ("from shop.orders import place, secret", False),
        ("from shop.orders import *", False),
        ("from shop.orders.store import place", False),
        ("import shop.orders", True),
        ("import shop.orders\nshop.orders.place()", True),
        ("import shop.orders\nshop.orders.secret()", False),
        ("import shop.orders as o\no.secret()", False),
        ("import shop.orders as o\n'o.secret()'  # o.secret", True),
        ("from shop import orders\norders.secret()", False),
        ("from shop import orders as o\no.place()\norders.secret()", True),
        ("import shop.orders, shop.orders.api\nshop.orders.api.secret()", True),
    ],
)
def test_a_statement_takes_exposed_names_or_it_breaks_the_contract(
    tmp_path: Path, statement: str, is_allowed: bool
) -> None:
    write(tmp_path, {**PROGRAM, "shop/web.py": statement})
    assert lint(tmp_path).status == (0 if is_allowed else 1)


@pytest.mark.parametrize(
    ("init", "is_allowed"),
    [
        ("from shop.orders.store import place", True),
        ("from .store import place", True),
        ("from .store import secret as place, place as other", False),
        ("from .store import place as other\nfrom .api import place", False),
        ("def place(): ...", False),
        ("from shop.orders import place", False),
    ],
)
def test_a_name_counts_as_the_one_that_an_init_imports_it_from(tmp_path: Path, init: str, is_allowed: bool) -> None:
    keys = {"package": "shop.orders", "exposed": ["shop.orders.store:place"]}
    files = {
        **PROGRAM,
        "pyproject.toml": configuration(contract("orders", "interface", **keys)),
        "shop/orders/__init__.py": init,
        "shop/web.py": "from shop.orders import place",
    }
    assert lint(write(tmp_path, files)).status == (0 if is_allowed else 1)


def test_the_line_is_that_of_the_statement_that_takes_a_private_name(tmp_path: Path) -> None:
    web = "from shop.orders import place\nfrom shop.orders import secret\n"
    out = lint(write(tmp_path, {**PROGRAM, "shop/web.py": web}), "--format", "concise").out
    assert out.startswith("shop/web.py:2:1: ")


def test_a_report_is_not_reused_where_only_a_name_has_changed(tmp_path: Path) -> None:
    write(tmp_path, {**PROGRAM, "shop/web.py": "from shop.orders import place\n"})
    statuses = [lint(tmp_path).status]
    for text in ("from shop.orders import store as place, secret\n", "from shop.orders import place\n"):
        write(tmp_path, {"shop/web.py": text})
        statuses.append(lint(tmp_path).status)
    write(tmp_path, {"shop/web.py": "import shop.orders as place\n"})
    statuses.append(lint(tmp_path).status)
    write(tmp_path, {"shop/web.py": "import shop.orders as place\nplace.secret\n"})
    assert [*statuses, lint(tmp_path).status] == [0, 1, 0, 0, 1]


@pytest.mark.parametrize(("imported", "is_allowed"), [("shop.orders.store", True), ("shop.orders.api", False)])
def test_explain_says_that_a_module_may_be_imported_some_names_of_which_are_exposed(
    tmp_path: Path, imported: str, is_allowed: bool
) -> None:
    keys = {"package": "shop.orders", "exposed": "shop.orders.store:place"}
    write(tmp_path, {**PROGRAM, "shop/web.py": "", "pyproject.toml": configuration(contract("o", "interface", **keys))})
    assert lint(tmp_path, "explain", "shop.web", imported, "--may").status == (0 if is_allowed else 1)


def test_an_import_that_is_not_written_takes_everything() -> None:
    sources = {"p": Source("p", "p.py", is_package=False, text="x = 1\n")}
    assert TakenNames({"p", "q"}, sources.get).by("p", "q", 1) == {"*"}


@pytest.mark.parametrize(
    ("statement", "is_allowed"),
    [
        ("from shop.orders import place", True),
        ("from shop.orders import api", True),
        ("import shop.orders.api", True),
        ("from shop.orders.api import anything", False),
        ("from shop.orders import secret", False),
        ("from shop.orders import *", False),
        ("import shop.orders\nshop.orders.secret()", True),
        ("from shop import orders", True),
        ("from shop.orders.store import hidden", True),
        ("from shop.orders import hidden", False),
        ("import shop.orders.store", False),
        ("from shop.orders.admin import anything", True),
    ],
)
def test_as_written_only_the_names_in_a_statement_count(tmp_path: Path, statement: str, is_allowed: bool) -> None:
    exposed = ["shop.orders:place", "shop.orders:api", "shop.orders.store:hidden"]
    keys = {"package": "shop.orders", "exposed": exposed, "as_written": True, "without": ["shop.orders.admin"]}
    program = {
        **PROGRAM,
        "shop/orders/__init__.py": "from shop.orders.store import hidden\n",
        "shop/orders/admin.py": "",
    }
    write(tmp_path, {**program, "shop/web.py": statement})
    write(tmp_path, {"pyproject.toml": configuration(contract("orders", "interface", **keys))})
    assert lint(tmp_path).status == int(not is_allowed)


def test_what_is_inside_but_not_part_of_the_package_may_not_look_inside() -> None:
    a_graph = graph("p.a.x -> p.y", "p.y -> p.a.x", "q -> p.a.x", "q -> p")
    found = interface.parse(Table({"package": "p", "exposed": ["p"], "without": "p.a"})).check(a_graph)
    assert [(each.importer, each.imported) for each in found.violations] == [("p.a.x", "p.y")]


# --- against the definition ---------------------------------------------------------------------------------------

PARTS = [".".join(parts) for parts in product(("p", "q"), ("a", "b"), ("api", "x"))]
MODULES = sorted({*PARTS, *(outer for name in PARTS for outer in ancestors(name))})
PAIRS = st.lists(st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES)), unique=True)
CONTRACTS = st.fixed_dictionaries(
    {
        "package": st.sampled_from([["p"], ["p.a"], ["p.a", "q.b"], ["p.*"], ["*.a"], ["p", "p.a"]]),
        "exposed": st.lists(st.sampled_from(["p.a", "p.a.api", "*.*.api", "p.*", "p.b"]), unique=True),
        "except": st.lists(st.sampled_from(["q", "q.a", "p.b.*"]), max_size=2),
    }
)


def inside(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def stands_for(pattern: str, module: str) -> bool:
    parts, names = pattern.split("."), module.split(".")
    return len(parts) == len(names) and all(part in ("*", name) for part, name in zip(parts, names, strict=True))


def broken(importer: str, imported: str, keys: dict[str, list[str]]) -> set[str]:
    """Return the packages whose interface an import breaks, by the definition."""
    packages = {each for each in MODULES if any(stands_for(text, each) for text in keys["package"])}
    friends = {each for each in MODULES if any(stands_for(text, each) for text in keys["except"])}
    return {
        package
        for package in packages
        if inside(imported, package)
        and not inside(importer, package)
        and not any(stands_for(text, imported) for text in keys["exposed"])
        and not any(inside(importer, friend) for friend in friends)
    }


@given(PAIRS, CONTRACTS)
def test_it_is_broken_exactly_where_something_private_is_imported_from_outside(
    pairs: list[tuple[str, str]], keys: dict[str, list[str]]
) -> None:
    a_graph = graph(*MODULES, *(f"{one} -> {other}" for one, other in pairs))
    rule = interface.parse(Table(keys))
    found = rule.check(a_graph)
    if not any(problem.is_error for problem in found.problems):
        expected = {(*pair, package) for pair in pairs for package in broken(*pair, keys)}
        assert {each.identity for each in found.violations} == expected
        assert len(found.violations) == len(expected)
        assert sorted(edge for cut in found.cuts for edge in cut.imports) == sorted(each[:2] for each in expected)


@given(st.sets(st.sampled_from(MODULES), max_size=3), st.sets(st.sampled_from(MODULES), max_size=3), CONTRACTS)
def test_an_import_that_does_not_exist_yet_would_break_it_exactly_where_it_is_private(
    importers: set[str], imported: set[str], keys: dict[str, list[str]]
) -> None:
    rule = interface.parse(Table(keys))
    found = rule.would_break(graph(*MODULES), importers, imported)
    assert bool(found) == any(broken(*pair, keys) for pair in product(importers, imported))


@pytest.mark.parametrize(
    ("exposed", "orders", "warning"),
    [
        (
            "shop.orders:plce",
            "def place(): ...",
            "'shop.orders:plce' matches no name in shop.orders. Did you mean 'place'?",
        ),
        ("shop.orders:sum", "def place(): ...", "'shop.orders:sum' matches no name in shop.orders."),
        ("shop.orders:*_sum", "def place(): ...", "'shop.orders:*_sum' matches no name in shop.orders."),
        ("shop.*:plce", "def place(): ...", "'shop.*:plce' matches no name in shop.orders. Did you mean 'place'?"),
        ("shop.orders:_*", "def place(): ...", "'shop.orders:_*' matches no name in shop.orders."),
        ("shop.orders:_*", "_place = 1", ""),
        ("shop.orders:__doc__", "", ""),
        ("shop.orders:total", "def place(total): ...", "'shop.orders:total' matches no name in shop.orders."),
        ("shop.orders:total", "def place():\n    global total\n    total = 1", ""),
        ("shop.orders:total", "if x:\n    for total in y: ...", ""),
        ("shop.orders:total", "import total.of", ""),
        ("shop.orders:total", "from .store import total", ""),
        ("shop.orders:total", "from .store import *", ""),
        ("shop.orders:other", "from .store import *", "'shop.orders:other' matches no name in shop.orders."),
        ("shop.orders:total", "from outside import *", ""),
        ("shop.orders:total", "from .store import x, *", ""),
        ("shop.orders:total", "def __getattr__(name): ...", ""),
        ("shop.orders:*", "", ""),
        ("shop.orders:total", "globals()['total'] = 1", ""),
        ("shop.orders:store", "", ""),
    ],
)
def test_an_exposed_name_that_its_module_does_not_have_is_a_warning(
    tmp_path: Path, exposed: str, orders: str, warning: str
) -> None:
    write(
        tmp_path, {"shop/__init__.py": "", "shop/web.py": "import shop.orders.store", "shop/orders/__init__.py": orders}
    )
    write(tmp_path, {"shop/orders/store.py": "total = 1"})
    text = configuration(contract("orders", "interface", package="shop.orders", exposed=[exposed]))
    write(tmp_path, {"pyproject.toml": text})
    told = json.loads(lint(tmp_path, "--format", "json").out)["warnings"]
    assert [each["message"] for each in told] == [warning] * bool(warning)


def test_a_name_that_is_gone_is_noticed_although_the_imports_are_the_same(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/web.py": "", "shop/orders/__init__.py": "def place(): ..."})
    text = configuration(contract("orders", "interface", package="shop.orders", exposed=["shop.orders:place"]))
    write(tmp_path, {"pyproject.toml": text})
    assert "warning" not in lint(tmp_path).out
    write(tmp_path, {"shop/orders/__init__.py": "def order(): ..."})
    assert "'shop.orders:place' matches no name in shop.orders." in lint(tmp_path).out
