"""The hook, run by the real pre-commit: in a git repository, from a clone, in an environment of its own."""

from pathlib import Path

import pytest

from tests.support.arranging import write
from tests.support.repositories import SHOP, commit, environment, git, run, this_project

CONFIGURATION = """\
default_install_hook_types: [pre-commit, commit-msg]
repos:
  - repo: {project}
    rev: {revision}
    hooks:
      - id: import-contracts
"""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository whose hooks are installed, and in which nothing is committed yet; its path has a space."""
    project = this_project(tmp_path_factory.mktemp("project"))
    configuration = CONFIGURATION.format(project=project, revision=commit(project))
    windows = {name: text.replace("\n", "\r\n") for name, text in SHOP.items()}
    team = write(tmp_path_factory.mktemp("a team"), {**windows, ".pre-commit-config.yaml": configuration})
    git(team, "init", "--quiet", "--initial-branch", "main")
    done = run(team, "pre-commit", "install", "--install-hooks", env=with_hooks(team))
    assert done.returncode == 0, done.stdout
    return team


def with_hooks(team: Path) -> dict[str, str]:
    return environment(PRE_COMMIT_HOME=str(team.with_name("environments")), PRE_COMMIT_COLOR="never")


def committed(team: Path) -> tuple[int, str]:
    git(team, "add", "--all")
    done = run(team, "git", "commit", "--message", "x", env=with_hooks(team))
    return done.returncode, done.stdout


@pytest.mark.installs
def test_a_commit_that_breaks_a_contract_is_refused_and_one_that_mends_it_is_not(team: Path) -> None:
    status, printed = committed(team)
    assert status == 1
    assert "- hook id: import-contracts\n- exit code: 1\n" in printed
    assert "src/shop/models.py:1:1: import shop.web\n" in printed
    assert printed.count("import contracts.") == 1, "once, and not for the message as well"

    write(team, {"src/shop/models.py": ""})
    status, printed = committed(team)
    assert status == 0
    assert "import contracts" in printed
    assert "Passed" in printed
    assert not (team / "ran").exists()

    (team / "src/shop/web.py").unlink()  # no file is left to be given to a hook
    status, printed = committed(team)
    assert status == 1
    assert "contract 'models': forbidden_modules: " in printed
    assert git(team, "log", "--oneline").count("\n") == 0
