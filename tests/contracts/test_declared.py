"""``allowed = "declared"``: each project of a workspace imports only what its pyproject.toml declares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.allowed import Allowed, parse
from import_contracts.contracts.declared import Declaration, Distribution, normalized
from import_contracts.contracts.table import Table
from tests.support.arranging import Run, graph, lint, project, write

ROOT = """\
[tool.uv.workspace]
members = ["packages/*"]

[tool.import-contracts]
root_packages = ["shop", "core"]
source_roots = ["packages/*/src"]
include_external_packages = true

[[tool.import-contracts.contracts]]
id = "declared"
name = "Declared"
type = "allowed"
allowed = "declared"
"""


@pytest.fixture
def space(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        {
            ".git/HEAD": "",
            "pyproject.toml": ROOT,
            "packages/shop/pyproject.toml": project(
                "My.Shop", "core-lib>=1", "PyYAML[x] ; python_version > '3'", "rich"
            ),
            "packages/core/pyproject.toml": project("core_lib"),
            "packages/shop/src/shop/__init__.py": "import os, yaml.nodes, rich\nfrom core import x\nimport shop.web\n",
            "packages/shop/src/shop/web.py": "",
            "packages/core/src/core/__init__.py": "import json\n",
            ".venv/lib/python3.12/site-packages/PyYAML-6.0.dist-info/RECORD": (
                "yaml/__init__.py,sha256=x,1\n_yaml/__init__.py,,\nPyYAML-6.0.dist-info/RECORD,,\n../../bin/y,,\n"
            ),
            ".venv/lib/python3.12/site-packages/some_lib-1.dist-info/top_level.txt": "lib\n",
        },
    )


def violations(run: Run) -> set[str]:
    (contract,) = json.loads(run.out)["contracts"]
    return {f"{each['importer']} -> {each['imported']}" for each in contract["violations"]}


def found(space: Path, *args: str) -> set[str]:
    return violations(lint(space, *args, "--format", "json"))


def test_what_a_project_declares_may_be_imported_and_the_standard_library(space: Path) -> None:
    run = lint(space)
    assert (run.status, run.err) == (0, "")


def test_what_it_does_not_declare_may_not(space: Path) -> None:
    write(space, {"packages/core/src/core/__init__.py": "import shop.web, rich, requests\n"})
    run = lint(space)
    assert run.status == 1
    assert "  core may import only what packages/core/pyproject.toml declares\n" in run.out
    assert found(space) == {"core -> shop.web", "core -> rich", "core -> requests"}


@pytest.mark.parametrize("file", ["packages/core/pyproject.toml", "packages/shop/pyproject.toml"])
def test_a_change_of_what_is_declared_counts_in_the_next_run(space: Path, file: str) -> None:
    write(space, {"packages/core/src/core/__init__.py": "import lib\n"})
    for _ in range(2):
        assert found(space) == {"core -> lib"}
    write(space, {file: project("core-lib" if "core" in file else "shop", "Some.Lib")})
    if "core" in file:
        assert found(space) == set()
    else:
        assert found(space) == {"core -> lib", "shop -> core", "shop -> rich", "shop -> yaml"}


def test_an_unchanged_run_reuses_the_report(space: Path) -> None:
    for _ in range(2):
        lint(space)
    assert "reuse the report" in lint(space, "--show-timings").err


def test_a_distribution_that_is_not_installed_is_imported_by_its_name_or_by_what_the_key_says(space: Path) -> None:
    write(space, {"packages/core/pyproject.toml": project("core-lib", "scikit-learn", "other-one", "unused")})
    write(space, {"packages/core/src/core/__init__.py": "import sklearn, other_one\n"})
    run = lint(space)
    hint = 'import_names = { scikit-learn = "…" }'
    assert f"allowed: 'scikit-learn' is not installed, so its modules are not known. Name them: {hint}." in run.out
    assert "'other-one' is not" not in run.out
    assert found(space) == {"core -> sklearn"}
    write(space, {"pyproject.toml": f'{ROOT}import_names = {{ Scikit_Learn = "sklearn" }}\n'})
    run = lint(space)
    assert (run.status, "not installed" in run.out) == (0, False)


def test_only_some_packages_may_be_judged_and_dynamic_dependencies_are_not_known(space: Path) -> None:
    dynamic = '[project]\nname = "shop"\ndynamic = ["version", "dependencies"]\n'
    write(space, {"packages/shop/pyproject.toml": dynamic})
    run = lint(space)
    assert run.status == 2
    assert "allowed: The dependencies in packages/shop/pyproject.toml are dynamic, so they are not known." in run.out
    for modules in ('["core"]', '["c*"]'):
        write(space, {"pyproject.toml": f"{ROOT}modules = {modules}\n"})
        assert lint(space).status == 0
    write(space, {"pyproject.toml": f'{ROOT}modules = ["core", "cor", "shop.web"]\n'})
    out = lint(space).out
    for name in ("cor", "shop.web"):
        assert f"modules: '{name}' is no package of a project; write one like 'core'." in out


def test_dependencies_that_a_hook_of_hatch_lists_are_known(space: Path) -> None:
    hook = '[tool.hatch.metadata.hooks.uv-dynamic-versioning]\ndependencies = ["core-lib=={{ version }}", "rich"]\n'
    dynamic = '[project]\nname = "shop"\ndynamic = ["dependencies"]\n'
    write(space, {"packages/shop/pyproject.toml": dynamic + hook})
    assert found(space) == {"shop -> yaml"}


def test_a_member_may_have_the_contract_itself_and_knows_the_others(space: Path) -> None:
    own = ROOT[ROOT.index("[tool.import-contracts]") :].replace('"shop", "core"', '"shop"').replace("packages/*/", "")
    write(space, {"pyproject.toml": "[tool.uv.workspace]\nmembers = ['packages/*']\n"})
    shop = "packages/shop/pyproject.toml"
    write(space, {shop: f"{project('shop', 'core-lib', 'pyyaml')}{own}"})
    assert found(space) == {"shop -> rich"}
    assert found(space / "packages/shop") == {"shop -> rich"}
    write(space, {shop: f"{project('shop', 'rich', 'pyyaml')}{own}"})
    assert found(space) == {"shop -> core"}


def test_portions_of_a_namespace_package_belong_to_their_projects(space: Path) -> None:
    write(space, {"pyproject.toml": ROOT.replace('"shop", "core"', '"company"')})
    for name in ("shop", "core"):
        write(space, {f"packages/{name}/src/company/{name}/__init__.py": ""})
    write(space, {"packages/shop/src/company/shop/a.py": "import company.core\n"})
    write(space, {"packages/core/src/company/core/a.py": "import company.shop\n"})
    assert found(space) == {"company.core.a -> company.shop"}


def test_a_project_that_is_no_workspace_is_judged_too(tmp_path: Path) -> None:
    text = (
        ROOT[ROOT.index("[tool.import-contracts]") :].replace('"shop", "core"', '"shop"').replace("packages/*/src", ".")
    )
    write(tmp_path, {"pyproject.toml": project("shop", "rich") + text, "shop/__init__.py": "import rich, yaml\n"})
    assert found(tmp_path) == {"shop -> yaml"}


def test_without_external_packages_only_members_count(space: Path) -> None:
    text = ROOT.replace("include_external_packages = true\n", "")
    write(space, {"pyproject.toml": text, "packages/core/src/core/__init__.py": "import requests, shop\n"})
    assert found(space) == {"core -> shop"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            "exact = true",
            "exact: 'allowed' is what projects declare, so nothing can be removed from it. Remove this key.",
        ),
        ('import_names = "x"', "import_names: This key is unknown."),
    ],
)
def test_keys_that_mean_nothing_here_are_errors(space: Path, keys: str, message: str) -> None:
    write(space, {"pyproject.toml": f"{ROOT}{keys}\n"})
    run = lint(space)
    assert (run.status, message in run.out) == (2, True)


def test_a_key_for_what_is_declared_is_an_error_elsewhere(space: Path) -> None:
    listed = ROOT.replace('allowed = "declared"', 'modules = ["shop"]\nallowed = ["core"]')
    write(space, {"pyproject.toml": listed + 'import_names = { x = "y" }\n'})
    run = lint(space)
    assert (run.status, 'This key is only for allowed = "declared".' in run.out) == (2, True)
    assert "unknown" not in run.out


@pytest.mark.parametrize("text", ["x = = 1", "project = 3", "[project]\nname = 3\n"])
def test_a_project_of_another_form_is_none(space: Path, text: str) -> None:
    write(space, {"packages/core/pyproject.toml": text})
    run = lint(space)
    assert run.status == 2
    assert "There is no pyproject.toml with a [project] around 'core'" in run.out
    assert "Traceback" not in run.err


def test_explain_says_where_it_is_declared(space: Path) -> None:
    out = lint(space, "explain", "declared").out
    assert "core may import only what packages/core/pyproject.toml declares." in out


def test_names_are_normalized_as_pep_503_has_it() -> None:
    assert {normalized(name) for name in ("Friendly-Bard", "friendly.bard", "FRIENDLY--_.bard")} == {"friendly-bard"}


MODULES = ("a", "a.x", "b", "b.x", "c")
EDGES = st.lists(st.tuples(st.sampled_from(MODULES), st.sampled_from((*MODULES, "os", "ext", "other"))), max_size=12)


@given(EDGES, st.dictionaries(st.sampled_from("abc"), st.sets(st.sampled_from(["a", "b", "c", "ext"])), min_size=1))
def test_it_agrees_with_a_definition_by_brute_force(
    edges: list[tuple[str, str]], declares: dict[str, set[str]]
) -> None:
    edges = [(importer, imported) for importer, imported in edges if importer != imported]
    lines = [*MODULES, *(f"{importer} -> {imported}" for importer, imported in edges)]
    program = graph(*lines, external=("os", "ext", "other"))
    declared = [
        Declaration(name, (name,), tuple(Distribution(each, (each,)) for each in sorted(needs)), is_dynamic=False)
        for name, needs in sorted(declares.items())
    ]
    table = Table({"allowed": "declared"}, declarations=declared)
    rule = _rule(table)
    expected = {
        (importer, imported)
        for importer, imported in edges
        if importer[0] in declares
        if imported.split(".")[0] not in {importer[0], "os", *declares[importer[0]]}
    }
    assert {(each.importer, each.imported) for each in rule.check(program).violations} == expected


def _rule(table: Table) -> Allowed:
    rule = parse(table)
    table.finish()
    assert table.problems == ()
    return rule
