"""External packages: their groups, their parts, and that who names a part changes nothing for other contracts."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.config.session import load_config
from import_contracts.contracts.findings import self_description
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import (
    ImportPattern,
    InvalidPatternError,
    ModulePattern,
    dotted_names,
    external_package,
    within,
)
from import_contracts.graph.standard_library import is_standard
from tests.support.arranging import check, configuration, contract, graph, lint, messages, offenders, rule_of, write

EXTERNAL = ("django", "django.db", "os", "requests")
PROGRAM = ("p.a -> django", "p.a -> django.db", "p.b -> os", "p.b -> requests", "p.a -> p.b")


def test_the_standard_library_of_this_python_is_known() -> None:
    assert all(map(is_standard, sys.stdlib_module_names))
    assert is_standard("os.path")
    assert not any(map(is_standard, ("requests", "osx", "django.db")))


# --- groups -------------------------------------------------------------------------------------------------------


def test_a_group_matches_external_packages_and_an_ignore_of_it_their_parts_too() -> None:
    a_graph = graph(*PROGRAM, external=EXTERNAL)
    assert a_graph.matching(ModulePattern("<third party>")) == ("django", "requests")
    assert a_graph.matching(ModulePattern("<standard library>")) == ("os",)
    assert a_graph.matching_edges(ImportPattern.parse("p.a -> <third party>")) == (
        ("p.a", "django"),
        ("p.a", "django.db"),
    )


@pytest.mark.parametrize(
    "name", ["<third-party>", "<stdlib>", "<>", "<third party>.x", "<third party", "*<third party>"]
)
def test_other_groups_are_refused(name: str) -> None:
    with pytest.raises(InvalidPatternError, match=r"third party|not a module name"):
        ModulePattern(name)


@pytest.mark.parametrize(
    ("type_", "keys", "expected"),
    [
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "<third party>"},
            ["p.a -> django => django", "p.a -> django.db => django", "p.a -> p.b => requests"],
        ),
        (
            "forbidden",
            {"source_modules": "p", "forbidden_modules": "<standard library>"},
            ["p.b -> os => os"],
        ),
        (
            "protected",
            {"protected_modules": "<third party>", "allowed_importers": "p.a"},
            ["p.b -> requests => requests"],
        ),
        ("independence", {"modules": ["p.b", "<third party>"]}, ["p.b -> requests => requests"]),
        ("layers", {"layers": ["<third party>", "p.b"]}, ["p.b -> requests => requests"]),
        ("layers", {"layers": ["<third party>", "b"], "containers": ["p"]}, ["p.b -> requests => requests"]),
    ],
)
def test_every_list_that_takes_external_packages_takes_a_group(
    type_: str, keys: dict[str, object], expected: list[str]
) -> None:
    found = check(graph(*PROGRAM, external=EXTERNAL), type_, **keys)
    assert sorted(offenders(found)) == expected
    assert not found.problems


@pytest.mark.parametrize(
    ("type_", "keys"),
    [
        ("forbidden", {"source_modules": "p.a", "forbidden_modules": ["<third party>", "<standard library>"]}),
        ("protected", {"protected_modules": "<third party>", "allowed_importers": "p.a"}),
    ],
)
def test_a_group_may_be_empty_but_not_if_external_packages_are_not_read(type_: str, keys: dict[str, object]) -> None:
    assert messages(check(graph("p.a -> p.b"), type_, **keys)) == []
    (first, *_) = messages(check(graph("p.a -> p.b", external=None), type_, **keys))
    assert first.endswith(
        "'<third party>' are external packages; set include_external_packages = true next to root_packages."
    )


def test_several_layers_that_match_one_external_package_are_an_error() -> None:
    found = check(graph(*PROGRAM, external=EXTERNAL), "layers", layers=["<third party>", "p.a", "req*", "r*s"])
    assert messages(found) == ["layers: 'req*' and 'r*s' both match 'requests'; name it in the layer where it belongs."]


def test_a_contract_with_a_group_says_so_of_itself() -> None:
    rule = self_description(rule_of("forbidden", source_modules="p.a", forbidden_modules="<third party>"))
    assert rule is not None
    found = rule.describe(graph(*PROGRAM, external=EXTERNAL))
    assert found.sentences[0] == "p.a must not import <third party>."
    assert [(part.role, part.name) for part in found.parts] == [
        ("source", "p.a"),
        ("forbidden", "django"),
        ("forbidden", "requests"),
    ]


# --- parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "roots", "expected"),
    [
        ("django.db.models", ["shop"], "django"),
        ("shop.x", ["shop"], None),
        ("company.other.x", ["company.shop"], "company.other"),
        ("company", ["company.shop"], None),
        ("numpy", [], "numpy"),
    ],
)
def test_an_external_package_is_as_many_parts_as_tell_it_from_the_program(
    name: str, roots: list[str], expected: str | None
) -> None:
    assert external_package(name, roots) == expected


def test_the_names_in_a_configuration_are_found_wherever_they_are() -> None:
    value = {
        "layers": ["a.b | c.d : (e.f)", "x"],
        "ignore_imports": "g.h -> i.j",
        "reason": "See docs/adr.md, at 1.2",
        "n": 3,
    }
    assert sorted(dotted_names(value)) == ["a.b", "adr.md", "c.d", "e.f", "g.h", "i.j"]
    assert not list(dotted_names(["a.*", "*.b", "a..b"]))


PROTECTED = contract("orm", "protected", protected_modules=["django.db"], allowed_importers=["shop.db"])
FORBIDDEN = contract("models", "forbidden", source_modules=["shop.models"], forbidden_modules=["django"])
EXACTLY = contract(
    "exact", "forbidden", source_modules=["shop.models"], forbidden_modules=["django"], as_packages=False
)
READ = "include_external_packages = true\n"
MODELS = (
    "from django.http import x\n"
    "from django.db.models import (\n    Model,\n)\n"
    "from django import db, views\n"
    "import django.database\n"
    "from django.db import *\n"
)


def shop(folder: Path, *contracts: str) -> Path:
    files = {"__init__": "", "models": MODELS, "db": "import django.db\n", "web": "import django\n"}
    sources = {f"shop/{name}.py": text for name, text in files.items()}
    return write(folder, {"pyproject.toml": configuration(*contracts, keys=READ), **sources})


def found_in(folder: Path, *args: str) -> list[str]:
    """Return the violations as ``contract importer:line,line -> imported``."""
    lines = lint(folder, *args).out
    return [line.strip() for line in lines.splitlines() if " -> " in line or ".py:" in line]


@pytest.mark.parametrize("cached", [False, True])
def test_a_part_of_an_external_package_may_be_protected(tmp_path: Path, cached: bool) -> None:
    shop(tmp_path, PROTECTED)
    args = ("--cache-dir", "cache") if cached else ("--no-cache",)
    for _ in range(2):
        assert found_in(tmp_path, *args) == [
            "shop/models.py:2:1: from django.db.models import (Model)  (also lines 5, 7)",
            "shop.models -> django.db",
        ]


def test_a_contract_that_names_no_part_is_the_same_beside_one_that_does(tmp_path: Path) -> None:
    alone = found_in(shop(tmp_path, FORBIDDEN, EXACTLY))
    assert found_in(shop(tmp_path, FORBIDDEN, EXACTLY, PROTECTED))[: len(alone)] == alone
    assert alone[0] == "shop/models.py:1:1: from django.http import x  (also lines 2, 5, 6 and 1 more)"


def test_the_parts_that_contracts_name_are_read_only_with_external_packages(tmp_path: Path) -> None:
    shop(
        tmp_path,
        PROTECTED,
        FORBIDDEN,
        contract("x", "forbidden", source_modules=["shop.db"], forbidden_modules=["google.cloud.storage"]),
    )
    assert load_config(None, tmp_path).external_parts == ("django.db", "google.cloud.storage")
    write(tmp_path, {"pyproject.toml": configuration(PROTECTED)})
    assert load_config(None, tmp_path).external_parts == ()
    assert "For an external package, set include_external_packages = true" in lint(tmp_path).out


def test_a_part_that_nothing_imports_is_kept_and_one_of_a_misspelt_package_is_told(tmp_path: Path) -> None:
    shop(tmp_path, contract("x", "protected", protected_modules=["django.tasks"], allowed_importers=["shop.db"]))
    assert lint(tmp_path).out.startswith("kept ")
    keys = {"source_modules": ["shop"], "forbidden_modules": ["djagno.db"]}
    shop(tmp_path, contract("x", "forbidden", **keys))
    assert "Nothing imports 'djagno'. Did you mean 'django'?" in lint(tmp_path).out


def test_an_edit_of_a_file_that_imports_a_part_is_noticed(tmp_path: Path) -> None:
    shop(tmp_path, PROTECTED)
    assert lint(tmp_path, "--cache-dir", "cache").status == 1
    write(tmp_path, {"shop/models.py": "import django\n"})
    assert lint(tmp_path, "--cache-dir", "cache").status == 0
    write(tmp_path, {"shop/models.py": "import django.db.models.fields\n"})
    assert lint(tmp_path, "--cache-dir", "cache").status == 1


NAMES = st.sampled_from(["x", "x.a", "x.a.b", "x.a.b.c", "x.d", "y", "y.a", "os.path"])


@given(st.lists(st.tuples(st.sampled_from(["p.a", "p.b"]), NAMES), max_size=8), st.sets(NAMES), st.sets(NAMES))
def test_what_a_contract_sees_of_external_packages_depends_only_on_the_parts_it_names(
    imports: list[tuple[str, str]], named: set[str], by_others: set[str]
) -> None:
    def recorded(name: str, parts: set[str]) -> str:
        inside = [each for each in (*parts, name.partition(".")[0]) if within(name, each)]
        return max(inside, key=len)

    def seen(parts: set[str]) -> dict[tuple[str, str], tuple[int, ...]]:
        lines: dict[str, dict[str, list[int]]] = {"p.a": {}, "p.b": {}}
        for line, (importer, name) in enumerate(imports, 1):
            lines[importer].setdefault(recorded(name, parts), []).append(line)
        external = {name for targets in lines.values() for name in targets}
        whole = ImportGraph(["p", *lines], lines, roots=["p"], external=external).with_external_parts(named)
        assert whole.external >= {imported for _, imported in whole.edges()}
        return {edge: whole.lines(*edge) for edge in whole.edges()}

    assert seen(named | by_others) == seen(named)
