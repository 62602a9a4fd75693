"""The Action: its steps are run as GitHub runs them, as far as a machine without GitHub can."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.arranging import ROOT, write
from tests.support.repositories import SHOP, commit, environment, this_project

from .action import ACTION, complaints

STEPS: tuple[Mapping[str, Any], ...] = tuple(ACTION["runs"]["steps"])
DEFAULTS: Mapping[str, str] = {name: each["default"] for name, each in ACTION["inputs"].items()}

IS_FORK = "github.event.pull_request && github.event.pull_request.head.repo.full_name != github.repository"

_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


@dataclass
class Runner:
    """A machine of GitHub's, with what an expression may ask for."""

    folder: Path
    known: dict[str, str]

    def run(self, step: Mapping[str, Any], repository: Path) -> tuple[int, str]:
        """Run a step in a repository; return its status, and what it prints."""
        files = {each: self.folder / each.lower() for each in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        variables = {name: self.evaluated(value) for name, value in step.get("env", {}).items()}
        script = self.folder / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],  # noqa: S607  # as GitHub does it
            cwd=repository / self.evaluated(step.get("working-directory", ".")),
            env=environment(
                **variables,
                **{name: str(path) for name, path in files.items()},
                GITHUB_ACTIONS="true",
                GITHUB_ACTION_PATH=str(self.folder / "project"),
                RUNNER_TEMP=str(self.folder / "temp"),
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            self.known[f"steps.{step['id']}.outputs.{name}"] = value
        return done.returncode, done.stdout

    def evaluated(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self.known[found[1]], text)

    @property
    def summary(self) -> str:
        return (self.folder / "github_step_summary").read_text(encoding="utf-8")


def step(identity: str) -> Mapping[str, Any]:
    return next(each for each in STEPS if each.get("id") == identity)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Return a machine on which the tool is installed: the one of this environment."""
    folder = write(tmp_path / "a runner", {"temp/import-contracts/x": ""})
    bin_, kept = Path(sys.executable).parent, folder / "temp/import-contracts"
    known = {"steps.install.outputs.bin": str(bin_), "steps.install.outputs.folder": str(kept), IS_FORK: "false"}
    return Runner(folder, known)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    repository = write(tmp_path / "work", {f"backend/{name}": text for name, text in SHOP.items()})
    commit(repository)
    return repository


def check(runner: Runner, repository: Path, **inputs: str) -> tuple[int, str]:
    given = {**DEFAULTS, "working-directory": "backend", **{name.replace("_", "-"): inputs[name] for name in inputs}}
    runner.known |= {f"inputs.{name}": value for name, value in given.items()}
    return runner.run(step("check"), repository)


@pytest.mark.installs
def test_the_steps_install_the_tool_and_run_it(runner: Runner, shop: Path) -> None:
    this_project(runner.folder / "project")
    hostile = "open('ran', 'w').close()\n"
    write(shop, {f"{name}.py": hostile for name in ("pip", "venv", "ensurepip", "typing", "sitecustomize")})
    runner.known = {"steps.python.outputs.python-path": sys.executable, IS_FORK: "false"}
    status, printed = runner.run(step("install"), shop)
    assert status == 0, printed
    assert not list(shop.rglob("ran"))
    status, printed = check(runner, shop)
    assert status == 1, printed
    assert "::error file=backend/src/shop/models.py,line=1," in printed
    assert Path(runner.known["steps.install.outputs.bin"]).is_relative_to(runner.folder / "temp")


def test_a_violation_is_an_annotation_on_its_line_and_in_the_summary(runner: Runner, shop: Path) -> None:
    status, printed = check(runner, shop)
    assert status == 1
    assert "src/shop/models.py:1:1: import shop.web" in printed
    assert "::error file=backend/src/shop/models.py,line=1,col=1,title=Models do not know the web" in printed
    assert "src/shop/models.py" in runner.summary
    assert runner.summary.startswith("#")
    assert runner.evaluated(ACTION["outputs"]["status"]["value"]) == "1"
    assert not (shop / "backend/ran").exists()
    assert not (shop / "backend/.import_contracts_cache").exists()


def test_when_all_is_kept_the_step_succeeds(runner: Runner, shop: Path) -> None:
    write(shop, {"backend/src/shop/models.py": ""})
    status, printed = check(runner, shop)
    assert status == 0
    assert "1 contract kept, 0 broken." in printed
    assert "::" not in printed


def test_what_was_read_is_where_the_cache_is_kept_unless_there_is_to_be_none(runner: Runner, shop: Path) -> None:
    (cache,) = [each for each in STEPS if "actions/cache" in each.get("uses", "")]
    kept = Path(runner.evaluated(cache["with"]["path"]))
    check(runner, shop, cache="false", args="--show-timings")
    before = set(kept.glob("*"))
    assert "scan 4 files" in check(runner, shop, args="--show-timings")[1]
    assert set(kept.glob("*.program")) - before
    assert "reuse" in check(runner, shop, args="--show-timings")[1]


@pytest.mark.parametrize(
    ("cache", "event", "head", "is_kept"),
    [
        *(("true", event, "", True) for event in ("push", "schedule", "workflow_dispatch", "merge_group")),
        ("true", "pull_request", "a/b", True),
        ("true", "pull_request", "fork/b", False),
        *(("true", event, "a/b", False) for event in ("pull_request_target", "workflow_run", "issue_comment", "")),
        ("false", "push", "", False),
    ],
)
def test_the_cache_is_kept_where_nobody_else_can_write_it(cache: str, event: str, head: str, is_kept: bool) -> None:
    (step,) = [each for each in STEPS if "actions/cache" in each.get("uses", "")]
    values = {
        "inputs.cache": cache,
        "github.event_name": event,
        "github.event.pull_request.head.repo.full_name": head,
        "github.repository": "a/b",
    }
    known = re.sub(r"contains\(fromJSON\('(.+?)'\), (\S+?)\)", r"(\2 in \1)", step["if"])
    for name in sorted(values, key=len, reverse=True):
        known = known.replace(name, repr(values[name]))
    assert eval(f"({known})".replace("&&", " and ").replace("||", " or ")) is is_kept  # noqa: S307 - it is our own
    assert "actions/cache/" not in str(STEPS), "an action that restores or saves needs a condition of its own"
    assert step["with"]["path"].startswith("${{ steps.install.outputs.folder }}/")


def test_inputs_are_options_of_the_command(runner: Runner, shop: Path) -> None:
    second = SHOP["pyproject.toml"].replace("tool.import-contracts.", "").replace("[tool.import-contracts]\n", "")
    write(shop, {"backend/my contracts.toml": second.replace('"models"', '"second"')})
    status, printed = check(
        runner,
        shop,
        config="my contracts.toml",
        args="--contract second\n  --verbose",
        sarif="report.sarif",
        summary="false",
    )
    assert status == 1
    assert "[second]" in printed
    assert '"second"' in (shop / "backend/report.sarif").read_text(encoding="utf-8")
    assert runner.summary == ""


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"config": "no.toml"}, "no.toml: There is no such file."),
        ({"args": "--contract none"}, "There is no contract 'none'."),
        ({"args": "--nonsense"}, "No such option"),
    ],
)
def test_a_wrong_call_is_status_2_and_says_so(runner: Runner, shop: Path, inputs: dict[str, str], message: str) -> None:
    status, printed = check(runner, shop, **inputs)
    assert status == 2
    assert message in printed
    assert runner.known["steps.check.outputs.status"] == "2"


@pytest.mark.parametrize("name", ["config", "args", "sarif", "summary", "cache"])
def test_what_an_input_says_is_never_run(runner: Runner, shop: Path, name: str) -> None:
    check(runner, shop, **{name: "\"; touch pwned; $(touch pwned) `touch pwned` * '; touch pwned #"})
    assert not list(shop.rglob("pwned"))


def test_no_script_is_made_of_an_expression() -> None:
    scripts = [each["run"] for each in STEPS if "run" in each]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]


def test_every_expression_is_of_something_that_there_is() -> None:
    identities = {each["id"] for each in STEPS if "id" in each}
    there_are = {"inputs": set(DEFAULTS), "steps": identities, "github": {"sha"}, "runner": {"os"}}
    expressions = _EXPRESSION.findall((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert expressions
    for expression in expressions:
        context, name = expression.split(".")[:2]
        assert expression == IS_FORK or name in there_are[context], expression


def test_of_a_fork_no_custom_type_runs(runner: Runner, shop: Path) -> None:
    config = SHOP["pyproject.toml"].replace("root_packages", 'contract_types = ["x: evil.x"]\nroot_packages')
    write(shop, {"backend/evil.py": "open('pwned', 'w').close()\ndef x(t): ...\n", "backend/pyproject.toml": config})
    runner.known[IS_FORK] = "true"
    status, printed = check(runner, shop)
    assert status == 2
    assert "--no-custom-types" in printed
    assert not list(shop.rglob("pwned"))
    runner.known[IS_FORK] = ""  # in a push
    check(runner, shop)
    assert list(shop.rglob("pwned"))


def test_it_is_as_github_says_that_an_action_is() -> None:
    assert complaints("github-actions", [ROOT / "action.yml"]) == ""
