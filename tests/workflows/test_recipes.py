"""The recipes of the page about CI are valid, and their scripts do what the page says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.docs.pages import DOCS, Block, blocks
from tests.docs.tables import names
from tests.support.arranging import ROOT, write
from tests.support.repositories import SHOP, run

from .action import ACTION, complaints

PAGE = (DOCS / "ci.md").read_text(encoding="utf-8")
RECIPES = {block.title: block for block in blocks(PAGE) if block.title}
GITLAB: dict[str, Any] = yaml.safe_load(RECIPES[".gitlab-ci.yml"].text)["import-contracts"]


def steps() -> Iterator[dict[str, Any]]:
    """Yield the steps of all GitHub workflows on the page that use the Action."""
    for title, block in RECIPES.items():
        if title.startswith(".github/"):
            (job,) = yaml.safe_load(block.text)["jobs"].values()
            yield from (step for step in job["steps"] if "import-contracts@" in step.get("uses", ""))


@pytest.mark.parametrize(
    ("schema", "block"),
    [
        ("gitlab-ci" if "gitlab" in title else "github-workflows", block)
        for title, block in RECIPES.items()
        if title.startswith((".github/", ".gitlab"))
    ],
)
def test_a_recipe_is_as_its_host_says(schema: str, block: Block, tmp_path: Path) -> None:
    write(tmp_path, {"recipe.yml": block.text})
    assert complaints(schema, [tmp_path / "recipe.yml"]) == ""


def test_the_action_is_used_with_inputs_that_it_has() -> None:
    used = [name for step in steps() for name in step.get("with", {})]
    assert used
    assert set(used) <= set(ACTION["inputs"])


def test_every_input_is_documented_with_its_default() -> None:
    assert names("ci.md", "## GitHub Actions") == list(ACTION["inputs"])
    for name, each in ACTION["inputs"].items():
        if each["default"]:
            assert f"| `{name}` | `{each['default']}` |" in PAGE


def test_the_hook_of_the_page_is_one_that_there_is() -> None:
    (repository,) = yaml.safe_load(RECIPES[".pre-commit-config.yaml"].text)["repos"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [each["id"] for each in repository["hooks"]] == [each["id"] for each in hooks]


def test_the_script_for_gitlab_writes_what_it_hands_on(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    (script,) = GITLAB["script"]
    done = run(tmp_path, "bash", "-c", script)
    assert done.returncode == 1
    assert "src/shop/models.py:1:1: import shop.web" in done.stdout
    reports = GITLAB["artifacts"]["reports"]
    (found,) = json.loads((tmp_path / reports["codequality"]).read_text(encoding="utf-8"))
    assert found["location"] == {"path": "src/shop/models.py", "lines": {"begin": 1}}
    assert ET.parse(tmp_path / reports["junit"]).getroot().get("failures") == "1"  # noqa: S314 - it is our own
    assert all((tmp_path / path).is_dir() for path in GITLAB["cache"]["paths"])


@pytest.mark.parametrize("page", ["ci.md", "cache.md"])
def test_no_two_branches_share_a_cache_on_gitlab(page: str) -> None:
    keys = re.findall(r"^ *cache:\n *key: (\S+)", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == 1
    assert all("$CI_COMMIT_REF_SLUG" in key for key in keys)


def test_on_github_and_in_the_hook_the_cache_is_outside_the_checkout() -> None:
    page = (DOCS / "cache.md").read_text(encoding="utf-8")
    recipe = next(yaml.safe_load(block.text) for block in blocks(page) if "actions/cache@" in block.text)
    (repository,) = yaml.safe_load(RECIPES[".pre-commit-config.yaml"].text)["repos"]
    paths = [step["with"]["path"] for step in recipe if "uses" in step]
    paths += [step["run"].split()[-1] for step in recipe if "run" in step]
    paths += [hook["args"][1] for hook in repository["hooks"]]
    assert len(paths) == 4
    assert all(path.startswith("~/") for path in paths)


def test_the_script_for_jenkins_writes_what_it_hands_on(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    (script,) = re.findall(r"sh '(.+)'", RECIPES["Jenkinsfile"].text)
    (report,) = re.findall(r"junit '(.+)'", RECIPES["Jenkinsfile"].text)
    assert run(tmp_path, "bash", "-c", script).returncode == 1
    assert ET.parse(tmp_path / report).getroot().get("tests") == "1"  # noqa: S314 - it is our own
