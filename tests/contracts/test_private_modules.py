"""The contract type ``private_modules``."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts import private_modules
from import_contracts.contracts.table import Table
from import_contracts.graph.names import ancestors
from tests.support.arranging import check, graph, messages, offenders

KEY = "packages_with_private_modules"


@pytest.mark.parametrize(
    ("line", "is_allowed"),
    [
        ("p._a -> p.b", True),
        ("p.b -> p._a", True),
        ("p -> p._a", True),
        ("p.b.x -> p._a.y", True),
        ("p.b -> p.a._c", False),
        ("p.b -> p.a._c.d", False),
        ("p.b -> p._a._c", False),
        ("p._a -> p._a._c", True),
        ("p._a.d.e -> p._a._c.f", True),
        ("p -> p.a._c", False),
        ("p.ab -> p.a._c", False),
        ("p.b -> p.a.__main__", True),
        ("p.b -> p.a.__c", False),
        ("p.b -> p.a.c_", True),
        ("p.b -> p.a._", False),
        ("p.b -> p.a.__", True),
        ("q -> p._a", False),
        ("q -> _p", True),
        ("q -> _p.a", True),
        ("q -> _p._a", False),
    ],
)
def test_a_private_module_is_imported_only_inside_its_parent_package(line: str, is_allowed: bool) -> None:
    assert (offenders(check(graph(line), "private_modules")) == []) is is_allowed


def test_the_target_is_the_innermost_private_module() -> None:
    found = check(graph("q -> p._a._b.c", "p -> p._a._b"), "private_modules")
    assert offenders(found) == ["p -> p._a._b => p._a._b", "q -> p._a._b.c => p._a._b"]
    assert {each.message for each in found.violations} == {"p._a._b may be imported only inside p._a"}
    assert [(cut.message, cut.imports, cut.is_minimum) for cut in found.cuts] == [
        ("p._a._b may be imported only inside p._a", (("p", "p._a._b"), ("q", "p._a._b.c")), True)
    ]


def test_indirect_imports_are_allowed() -> None:
    assert not check(graph("q -> p.a", "p.a -> p._b"), "private_modules").violations


def test_an_external_package_may_share_a_namespace_with_the_program() -> None:
    a_graph = graph("ns.one -> ns._two", "q -> ns._two", external=("ns._two",))
    assert offenders(check(a_graph, "private_modules")) == ["q -> ns._two => ns._two"]


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        ([], ["q -> p.a._x => p.a._x", "q -> p.b._y => p.b._y"]),
        (["p"], ["q -> p.a._x => p.a._x", "q -> p.b._y => p.b._y"]),
        (["p.a"], ["q -> p.a._x => p.a._x"]),
        (["p.*"], ["q -> p.a._x => p.a._x", "q -> p.b._y => p.b._y"]),
        (["q"], []),
    ],
)
def test_packages_say_whose_private_modules_are_meant_whoever_imports_them(
    packages: list[str], expected: list[str]
) -> None:
    a_graph = graph("q -> p.a._x", "q -> p.b._y", "q.z")
    assert offenders(check(a_graph, "private_modules", **{KEY: packages})) == expected


IS_PRIVATE = "is private, or inside a private module."


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("p._a", f"'p._a' {IS_PRIVATE} Write 'p', the package around it."),
        ("p._a.b", f"'p._a.b' {IS_PRIVATE} Write 'p', the package around it."),
        ("p.b._a.c._d", f"'p.b._a.c._d' {IS_PRIVATE} Write 'p.b', the package around it."),
        ("p._a.*", f"'p._a.*' {IS_PRIVATE} Write 'p', the package around it."),
        ("_p", f"'_p' {IS_PRIVATE} Remove it."),
        ("_p.a", f"'_p.a' {IS_PRIVATE} Remove it."),
    ],
)
def test_a_private_package_cannot_be_named(package: str, expected: str) -> None:
    table = Table({KEY: [package, "p.__main__"]})
    private_modules.parse(table)
    assert [f"{each.key}: {each.message}" for each in table.problems] == [f"{KEY}: {expected}"]


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("p.*", "'p.*' matches 'p._a', which is private. Write 'p', the package around it."),
        ("p.*.b", "'p.*.b' matches 'p._a.b', which is private. Write 'p', the package around it."),
        ("p.x", "Module 'p.x' does not exist."),
        ("p.x.*", "'p.x.*' matches no module."),
        ("django", "'django' is an external package; the modules inside it are not known. Remove it."),
        ("d*", "'d*' matches 'django', which is an external package; the modules inside it are not known. Remove it."),
        ("p._*", "'p._*' matches 'p._a', which is private. Write 'p', the package around it."),
        ("p.*a", "'p.*a' matches 'p._a', which is private. Write 'p', the package around it."),
        ("*", "'*' matches 'django', which is an external package; the modules inside it are not known. Remove it."),
        ("p.c", "This contract cannot be broken: there is no module inside these packages."),
        ("p", None),
    ],
)
def test_what_is_wrong_with_the_packages_in_a_program_is_said(package: str, expected: str | None) -> None:
    a_graph = graph("p._a.b", "p.c -> django", external=("django",))
    table = Table({KEY: package})
    rule = private_modules.parse(table)
    found = messages(rule.check(a_graph))
    assert found == ([f"{KEY}: {expected}"] if expected and not table.problems else [])


def test_imports_are_in_order_with_a_cut_for_each_private_module() -> None:
    found = check(graph("q.b -> p._b", "q.a -> p._b", "q.b -> p._a", "r -> p._a.x"), "private_modules")
    assert offenders(found) == [
        "q.a -> p._b => p._b",
        "q.b -> p._a => p._a",
        "q.b -> p._b => p._b",
        "r -> p._a.x => p._a",
    ]
    assert [cut.imports for cut in found.cuts] == [
        (("q.a", "p._b"), ("q.b", "p._b")),
        (("q.b", "p._a"), ("r", "p._a.x")),
    ]


def test_it_describes_itself() -> None:
    rule = private_modules.parse(Table({KEY: ["p.a", "q"]}))
    found = rule.describe(graph("p.a._x.y", "p.a.b._z", "p._w", "q"))
    assert found.sentences[0] == "Every private module in p.a and q may be imported only inside its parent package."
    assert [(part.role, part.name, sorted(part.members)) for part in found.parts] == [
        ("private", "p.a._x", ["p.a._x", "p.a._x.y"]),
        ("private", "p.a.b._z", ["p.a.b._z"]),
    ]
    assert private_modules.parse(Table({})).describe(graph("p")).sentences[0] == (
        "Every private module may be imported only inside its parent package."
    )


NAMES = [".".join(parts) for parts in product(("p", "_q"), ("a", "_b", "__c__"), ("x", "_y", "__z"))]
MODULES = sorted({*NAMES, *(outer for name in NAMES for outer in ancestors(name))})


def is_allowed(importer: str, imported: str) -> bool:
    """Return whether an import is allowed, by the definition: every private part is seen from its own package only."""
    parts = imported.split(".")
    for place in range(1, len(parts)):
        is_dunder = parts[place].startswith("__") and parts[place].endswith("__")
        package = parts[:place]
        if parts[place].startswith("_") and not is_dunder and importer.split(".")[:place] != package:
            return False
    return True


@given(st.lists(st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES)), unique=True))
def test_it_is_broken_exactly_where_a_private_part_is_not_seen(pairs: list[tuple[str, str]]) -> None:
    found = check(graph(*MODULES, *(f"{one} -> {other}" for one, other in pairs)), "private_modules")
    expected = sorted(pair for pair in pairs if not is_allowed(*pair))
    assert [(each.importer, each.imported) for each in found.violations] == expected


@given(st.sets(st.sampled_from(MODULES), max_size=4), st.sets(st.sampled_from(MODULES), max_size=4), st.booleans())
def test_an_import_that_does_not_exist_yet_would_break_it_exactly_where_it_is_not_allowed(
    importers: set[str], imported: set[str], in_part: bool
) -> None:
    rule = private_modules.parse(Table({KEY: "p"} if in_part else {}))
    pairs = [pair for pair in product(importers, imported) if not in_part or pair[1].startswith("p")]
    broken = rule.would_break(graph(*MODULES), importers, imported)
    assert bool(broken) == any(not is_allowed(*pair) for pair in pairs)
