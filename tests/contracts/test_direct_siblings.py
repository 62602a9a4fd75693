"""The contract type ``direct_siblings``."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts import direct_siblings
from import_contracts.contracts.table import Table
from import_contracts.graph.names import ancestors
from tests.support.arranging import check, configuration, contract, graph, lint, messages, offenders, write


@pytest.mark.parametrize(
    ("line", "is_allowed"),
    [
        ("p.a.x -> p.a", False),
        ("p.a.x.y -> p.a", False),
        ("p.a.x -> p", False),
        ("p.a.x -> p.a.y", True),
        ("p.ab -> p.a", True),
        ("p -> p.a", True),
        ("p.a -> p.a.x", True),
        ("q -> p.a", True),
    ],
)
def test_no_module_imports_a_package_that_it_is_inside_of(line: str, is_allowed: bool) -> None:
    assert (offenders(check(graph(line), "direct_siblings")) == []) is is_allowed


def test_imports_are_in_order_with_a_cut_for_each_package() -> None:
    a_graph = graph("p.b.y -> p.b", "p.a.y -> p.a", "p.a.x -> p.a", "p.a.x -> p")
    found = check(a_graph, "direct_siblings")
    assert offenders(found) == ["p.a.x -> p", "p.a.x -> p.a", "p.a.y -> p.a", "p.b.y -> p.b"]
    assert [(cut.message, cut.imports) for cut in found.cuts] == [
        ("modules inside p must not import from p itself", (("p.a.x", "p"),)),
        ("modules inside p.a must not import from p.a itself", (("p.a.x", "p.a"), ("p.a.y", "p.a"))),
        ("modules inside p.b must not import from p.b itself", (("p.b.y", "p.b"),)),
    ]
    assert offenders(check(a_graph, "direct_siblings", packages=["p.b", "p.b*"])) == ["p.b.y -> p.b"]


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        ("p.x", "packages: Module 'p.x' does not exist."),
        ("p.x*", "packages: 'p.x*' matches no module."),
        (
            "django",
            "packages: 'django' is an external package; the modules inside it are not known. Remove it.",
        ),
        ("q", "packages: This contract cannot be broken: there is no module inside these packages."),
        (["p.a", "q"], None),
    ],
)
def test_what_is_wrong_with_the_packages_is_said(packages: str, expected: str | None) -> None:
    found = messages(check(graph("p.a.x -> django", "q", external=("django",)), "direct_siblings", packages=packages))
    assert expected in found if expected else not found


# --- what to write instead ----------------------------------------------------------------------------------------

PROGRAM = {
    "pyproject.toml": configuration(contract("direct", "direct_siblings")),
    "shop/__init__.py": "",
    "shop/models/__init__.py": "from shop.models.user import User, load\ndef own(): ...\n",
    "shop/models/user.py": "class User: ...\ndef load(): ...\n",
}
RE_EXPORTED = "Defined in shop.models.user and only re-exported by shop.models"


@pytest.mark.parametrize(
    ("text", "kind", "why", "new"),
    [
        (
            "from shop.models import User\n",
            "direct_import",
            [f"{RE_EXPORTED}: User."],
            ["from shop.models.user import User"],
        ),
        (
            "from . import User as U, load\n",
            "direct_import",
            [f"{RE_EXPORTED}: User and load."],
            ["from .user import User as U, load"],
        ),
        (
            "def total():\n    from shop.models import User\n    return User()\n",
            "direct_import",
            [f"{RE_EXPORTED}: User."],
            ["    from shop.models.user import User"],
        ),
        (
            "from shop.models import User, own\n",
            "direct_import",
            [f"{RE_EXPORTED}: User.", "own is defined in shop.models itself; move it into a module of its own."],
            ["from shop.models import own\nfrom shop.models.user import User"],
        ),
        (
            "from shop.models import own\n",
            "restructure",
            ["own is defined in shop.models itself; move it into a module of its own."],
            [],
        ),
        (
            "from shop.models import *\n",
            "restructure",
            ["It takes every name; import those that are used from the modules that define them."],
            [],
        ),
        (
            "import shop.models\n",
            "restructure",
            ["It imports the package itself; import the names that are used from the modules that define them."],
            [],
        ),
        (
            "from shop import models\n",
            "restructure",
            ["It imports the package itself; import the names that are used from the modules that define them."],
            [],
        ),
        (
            "try:\n    from shop.models import User\nexcept ImportError: ...\n",
            "restructure",
            ["User is defined in shop.models.user, but the statement cannot be changed safely; change it by hand."],
            [],
        ),
        (
            "from shop.models import gone\n",
            "restructure",
            ["It is not certain where gone is defined; import it from there."],
            [],
        ),
        (
            "import importlib\nimportlib.import_module('shop.models')\n",
            "restructure",
            ["It is imported by a call, not by an import statement."],
            [],
        ),
    ],
)
def test_the_report_says_what_to_write_instead(
    tmp_path: Path, text: str, kind: str, why: list[str], new: list[str]
) -> None:
    keys = "count_dynamic_imports = true\n"
    files = {"pyproject.toml": configuration(contract("direct", "direct_siblings"), keys=keys)}
    write(tmp_path, {**PROGRAM, **files, "shop/models/order.py": text})
    report = json.loads(lint(tmp_path, "--format", "json").out)
    (fix,) = (each["fix"] for each in report["contracts"][0]["cut"])
    assert (fix["kind"], fix["why"]) == (kind, why)
    assert [change["new"] for change in fix["changes"]] == new


def test_the_fix_stands_below_its_import_also_with_a_baseline(tmp_path: Path) -> None:
    order = "from shop.models import User\n"
    write(tmp_path, {**PROGRAM, "shop/models/order.py": order, "shop/models/cart.py": ""})
    fix = [
        "    shop/models/order.py:1:1: from shop.models import User",
        "      shop.models.order -> shop.models",
        "      import it from its defining module",
        f"      {RE_EXPORTED}: User.",
        "        - from shop.models import User",
        "        + from shop.models.user import User",
    ]
    assert "\n".join(fix) in lint(tmp_path).out
    assert (
        "- import it from its defining module: `from shop.models.user import User`"
        in lint(tmp_path, "--format", "markdown").out
    )
    head = 'baseline = "known.txt"\n'
    write(tmp_path, {"pyproject.toml": configuration(contract("direct", "direct_siblings"), keys=head)})
    lint(tmp_path, "baseline", "create")
    write(tmp_path, {"shop/models/cart.py": order})
    out = lint(tmp_path).out
    assert "\n".join(fix).replace("order", "cart") in out
    assert "shop/models/order.py" not in out


# --- against the definition ---------------------------------------------------------------------------------------

PARTS = [".".join(parts) for parts in product(("p", "q"), ("a", "b"), ("x", "y"))]
MODULES = sorted({*PARTS, *(outer for name in PARTS for outer in ancestors(name))})
PAIRS = st.lists(st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES)), unique=True)
PACKAGES = st.lists(st.sampled_from(MODULES), unique=True, max_size=3)


def is_broken(importer: str, imported: str, packages: list[str]) -> bool:
    """Tell whether a module imports a package that it is inside of, by the definition."""
    return (
        imported in (packages or MODULES)
        and importer.split(".")[: len(imported.split("."))] == imported.split(".")
        and importer != imported
    )


@given(PAIRS, PACKAGES)
def test_it_is_broken_exactly_where_a_package_is_imported_from_within(
    pairs: list[tuple[str, str]], packages: list[str]
) -> None:
    a_graph = graph(*MODULES, *(f"{one} -> {other}" for one, other in pairs))
    found = check(a_graph, "direct_siblings", **({"packages": packages} if packages else {}))
    expected = [pair for pair in pairs if is_broken(*pair, packages)]
    assert sorted((each.importer, each.imported) for each in found.violations) == sorted(expected)
    assert sorted(edge for cut in found.cuts for edge in cut.imports) == sorted(expected)


@given(st.sets(st.sampled_from(MODULES), max_size=3), st.sets(st.sampled_from(MODULES), max_size=3), PACKAGES)
def test_an_import_that_does_not_exist_yet_would_break_it_exactly_where_it_is_from_within(
    importers: set[str], imported: set[str], packages: list[str]
) -> None:
    rule = direct_siblings.parse(Table({"packages": packages}))
    broken = rule.would_break(graph(*MODULES), importers, imported)
    assert bool(broken) == any(is_broken(*pair, packages) for pair in product(importers, imported))


# --- fix ----------------------------------------------------------------------------------------------------------

ORDER = """from shop.models import User, load  # both
from shop.models import own


def total():
    return User(), load(), own()
"""


def test_fix_writes_what_the_report_shows_once(tmp_path: Path) -> None:
    cart = "try:\n    from shop.models import User\nexcept ImportError: ...\n"
    write(tmp_path, {**PROGRAM, "shop/models/order.py": ORDER, "shop/models/cart.py": cart})
    run = lint(tmp_path, "fix", "--direct", "--format", "json")
    report = json.loads(run.out)
    assert run.status == 0
    assert [(each["importer"], each["fix"], each["level"]) for each in report["made"]] == [
        ("shop.models.order", "direct_import", "safe")
    ]
    assert [(each["importer"], each["fix"]) for each in report["left"]] == [
        ("shop.models.cart", "restructure"),
        ("shop.models.order", "restructure"),
    ]
    after = (tmp_path / "shop/models/order.py").read_text()
    assert after == ORDER.replace("shop.models import User", "shop.models.user import User")
    assert (tmp_path / "shop/models/cart.py").read_text() == cart
    again = json.loads(lint(tmp_path, "fix", "--direct", "--format", "json").out)
    assert (again["made"], again["files"]) == ([], [])


def test_fix_changes_only_what_the_contract_and_the_packages_are_about(tmp_path: Path) -> None:
    text = "from shop.models import User\n"
    web = {"shop/web/__init__.py": "from shop.web.page import Page\n", "shop/web/page.py": "class Page: ...\n"}
    view = {"shop/web/view.py": "from shop.web import Page\nfrom shop.models import User\n"}
    write(tmp_path, {**PROGRAM, **web, **view, "shop/models/order.py": text})
    lint(tmp_path, "fix", "shop.web", "--direct")
    assert (tmp_path / "shop/models/order.py").read_text() == text
    changed = "from shop.web.page import Page\nfrom shop.models import User\n"
    assert (tmp_path / "shop/web/view.py").read_text() == changed


def test_fix_adds_no_cycle_of_imports_that_run(tmp_path: Path) -> None:
    files = {
        "shop/models/__init__.py": "from shop.models.user import User\n",
        "shop/models/user.py": "def load():\n    import shop.models.order\nimport shop.models.cart\nclass User: ...\n",
        "shop/models/cart.py": "def load():\n    from shop.models import User\n",
        "shop/models/order.py": "",
    }
    before = write(tmp_path, {**PROGRAM, **files})
    report = json.loads(lint(before, "fix", "--direct", "--format", "json").out)
    assert [(each["importer"], each["fix"]) for each in report["made"]] == [("shop.models.cart", "direct_import")]
    assert report["crashes"]["after"] == []


@pytest.mark.parametrize(
    ("contracts", "args", "expected"),
    [
        ([contract("a", "acyclic")], [], "No contract wants direct imports. Add one of the type 'direct_siblings'."),
        (
            [contract("a", "direct_siblings", packages="shop.nothing")],
            [],
            "contract 'a': packages: Module 'shop.nothing' does not exist.",
        ),
        ([contract("a", "direct_siblings")], ["--crashes"], "--direct cannot be used with --crashes."),
        ([contract("a", "direct_siblings")], ["--source-root", "."], "--direct cannot be used with --source-root."),
    ],
)
def test_what_is_wrong_with_fix_is_said_and_nothing_changes(
    tmp_path: Path, contracts: list[str], args: list[str], expected: str
) -> None:
    write(tmp_path, {**PROGRAM, "shop/models/order.py": ORDER, "pyproject.toml": configuration(*contracts)})
    run = lint(tmp_path, "fix", "--direct", *args)
    assert (run.status, expected in run.err) == (2, True), run.err
    assert (tmp_path / "shop/models/order.py").read_text() == ORDER
