"""``allowed = "declared"``: what the members of a workspace declare as dependencies is what they may import."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.arranging import Run, contract, lint, project, write

ROOTS = 'root_packages = ["shop_web", "shop_core", "shop_db", "shop_cli"]\n'
KEYS = f'[tool.import-contracts]\n{ROOTS}source_roots = ["packages/*/src"]\n'
DECLARED = contract("declared", "allowed", allowed="declared")
FILES = {
    "pyproject.toml": KEYS + DECLARED,
    "packages/web/pyproject.toml": project("Shop.Web", "shop-core >= 1; python_version > '3'", "requests"),
    "packages/web/src/shop_web/__init__.py": "import shop_core\nimport shop_cli\n",
    "packages/web/src/shop_cli/__init__.py": "import shop_core.api\n",
    "packages/core/pyproject.toml": project("shop_core", more='optional-dependencies.sql = ["SHOP.DB[x]"]\n'),
    "packages/core/src/shop_core/__init__.py": "def connect():\n    import shop_db\n",
    "packages/core/src/shop_core/api.py": "",
    "packages/db/pyproject.toml": project("shop-db"),
    "packages/db/src/shop_db/__init__.py": "",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return write(tmp_path, FILES)


def broken(run: Run) -> list[str]:
    contracts = json.loads(run.out)["contracts"]
    return [f"{each['importer']} -> {each['imported']}" for one in contracts for each in one["violations"]]


def test_a_member_imports_itself_and_what_it_declares(workspace: Path) -> None:
    assert lint(workspace).status == 0


def test_what_it_does_not_declare_is_a_violation(workspace: Path) -> None:
    write(
        workspace,
        {
            "packages/db/src/shop_db/__init__.py": "import shop_web\n",
            "packages/web/src/shop_web/__init__.py": "import shop_core\nimport shop_db\n",
        },
    )
    run = lint(workspace, "--format", "json")
    assert broken(run) == ["shop_db -> shop_web", "shop_web -> shop_db"]
    assert "shop_web may import only what packages/web/pyproject.toml declares" in lint(workspace).out


def test_a_dependency_that_is_taken_away_is_noticed(workspace: Path) -> None:
    assert lint(workspace).status == 0
    write(workspace, {"packages/web/pyproject.toml": project("Shop.Web")})
    assert broken(lint(workspace, "--format", "json")) == ["shop_cli -> shop_core.api", "shop_web -> shop_core"]


@pytest.mark.parametrize(
    "files",
    [
        {"packages/db/pyproject.toml": "[build-system]\n"},
        {"packages/db/pyproject.toml": "[project"},
        {"packages/db/pyproject.toml": "project = 3\n"},
        {"packages/db/pyproject.toml": "[project]\nname = 3\n"},
    ],
)
def test_a_package_that_no_project_has_is_an_error(workspace: Path, files: dict[str, str]) -> None:
    run = lint(write(workspace, files))
    assert run.status == 2
    assert (
        "There is no pyproject.toml with a [project] around 'shop_db', so it is not known what it declares. "
        "List others in 'modules'." in run.out
    )


@pytest.mark.parametrize("wrong", ["dependencies = 3", "dependencies = [3, '']", "optional-dependencies = [3]", ""])
def test_what_is_no_list_of_requirements_declares_nothing(workspace: Path, wrong: str) -> None:
    write(workspace, {"packages/core/pyproject.toml": f'[project]\nname = "shop-core"\n{wrong}\n'})
    assert broken(lint(workspace, "--format", "json")) == ["shop_core -> shop_db"]


def test_nothing_outside_the_checkout_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": project("outside")})
    inner = tmp_path / "inner"
    keys = '[tool.import-contracts]\nroot_packages = ["shop_db"]\nsource_roots = ["src"]\n'
    write(inner, {"pyproject.toml": keys + DECLARED, "src/shop_db/__init__.py": "", ".git/HEAD": ""})
    assert "There is no pyproject.toml with a [project] around 'shop_db'" in lint(inner).out


def test_a_contract_that_is_not_about_dependencies_keeps_its_list(workspace: Path) -> None:
    other = contract("other", "independence", modules=["shop_db", "shop_web"], allowed="declared")
    write(workspace, {"pyproject.toml": KEYS + other})
    assert "allowed: This key is unknown." in lint(workspace).out
