"""What is asked of git, in real repositories."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from import_contracts import git
from import_contracts.repository import Tips, tips
from tests.support import repositories
from tests.support.arranging import write

TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")


class Repository(NamedTuple):
    """A repository and its commits, the oldest first; no branch has the name of a target branch."""

    folder: Path
    commits: list[str]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("original")
    commits = [repositories.commit(write(folder, {"docs/n.txt": f"{number}\n"})) for number in range(6)]
    repositories.git(folder, "branch", "--move", "work")
    return Repository(folder, commits)


@pytest.fixture
def repository(original: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for variable in [*TARGETS, *(name for name in os.environ if name.startswith("GIT_"))]:
        monkeypatch.delenv(variable, raising=False)
    return Repository(Path(shutil.copytree(original.folder, tmp_path / "repository")), original.commits)


def point(repository: Repository, **branches: int) -> None:
    """Let branches end at commits by their numbers; ``origin_x`` is the branch x of the remote."""
    refs = {
        name.replace("origin_", "remotes/origin/") if "_" in name else f"heads/{name}": branches[name]
        for name in branches
    }
    write(repository.folder / ".git/refs", {ref: f"{repository.commits[number]}\n" for ref, number in refs.items()})


@pytest.mark.parametrize(
    ("branches", "variables", "expected"),
    [
        ({}, {}, None),
        ({"master": 0}, {}, 0),
        ({"master": 0, "main": 1}, {}, 1),
        ({"master": 0, "main": 1, "origin_master": 2}, {}, 2),
        ({"master": 0, "main": 1, "origin_master": 2, "origin_main": 3}, {}, 3),
        ({"master": 0, "main": 1, "origin_master": 2, "origin_main": 3, "origin_HEAD": 4}, {}, 4),
        ({"origin_HEAD": 4, "origin_release": 1}, {TARGETS[0]: "release"}, 1),
        ({"origin_HEAD": 4, "origin_release": 1}, {TARGETS[1]: "release"}, 1),
        ({"origin_a": 1, "origin_b": 2}, {TARGETS[0]: "a", TARGETS[1]: "b"}, 1),
        ({"origin_HEAD": 4, "release": 1}, {TARGETS[0]: "release"}, 4),
        ({"origin_HEAD": 4}, {TARGETS[0]: "", TARGETS[1]: ""}, 4),
    ],
)
def test_the_merge_base_is_that_with_the_first_target_branch_that_exists(
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    branches: dict[str, int],
    variables: dict[str, str],
    expected: int | None,
) -> None:
    point(repository, **branches)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    found = git.merge_base(repository.folder / "docs")
    assert found == (None if expected is None else repository.commits[expected])


def test_what_a_merge_base_depends_on_is_read_without_git(repository: Repository, tmp_path: Path) -> None:
    folder, before = repository.folder, tips(repository.folder / "docs")
    head = repository.commits[-1]
    assert (before.head, set(before.targets), before.promise_a_base) == (head, {""}, False)
    point(repository, main=1, origin_main=2)
    repositories.git(folder, "remote", "add", "origin", str(folder))
    repositories.git(folder, "remote", "set-head", "origin", "main")
    loose = tips(folder)
    assert {each for each in loose.targets if each} == {*repository.commits[1:3]}
    assert loose.promise_a_base
    repositories.git(folder, "pack-refs", "--all")
    assert tips(folder) == loose
    repositories.git(folder, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "work")
    assert tips(tmp_path / "tree") == loose
    repositories.git(folder, "checkout", "--quiet", "--detach", "work~1")
    assert tips(folder) == loose._replace(head=repository.commits[-2])
    repositories.git(folder, "tag", "main", "work")  # which git prefers to the branch
    assert tips(folder).targets != loose.targets


@pytest.mark.parametrize(
    ("files", "promises"),
    [
        ({"HEAD": "ref: refs/heads/main\n"}, False),
        ({"HEAD": "ref: refs/heads/main\n", "refs/heads/main": f"{'1' * 40}\n"}, True),
        ({"HEAD": "ref: refs/heads/main\n", "refs/heads/main": "ref: refs/heads/main\n"}, False),
        ({"HEAD": "ref: ../../x\n", "refs/heads/main": f"{'1' * 40}\n"}, False),
        ({"HEAD": f"{'2' * 64}\n", "packed-refs": f"# pack-refs\n{'1' * 64} refs/heads/main\n"}, True),
        ({"HEAD": "secret\n", "refs/heads/main": "secret\n", "packed-refs": "secret refs/heads/main\n"}, False),
    ],
)
def test_only_names_of_commits_are_read_from_refs(tmp_path: Path, files: dict[str, str], promises: bool) -> None:
    write(tmp_path, {".git/x": "", "x": f"{'3' * 40}\n"})
    write(tmp_path / ".git", files)
    found = tips(tmp_path)
    assert found.promise_a_base is promises
    assert "secret" not in str(found)


def test_without_a_repository_a_merge_base_depends_on_nothing(tmp_path: Path) -> None:
    assert tips(tmp_path) == Tips()


def test_a_target_branch_that_shares_no_commit_has_no_merge_base(repository: Repository) -> None:
    point(repository, master=0)
    repositories.git(repository.folder, "checkout", "--quiet", "--orphan", "alone")
    repositories.git(repository.folder, "commit", "--quiet", "--message", "alone")
    assert git.merge_base(repository.folder) is None


@pytest.mark.parametrize(
    ("revision", "expected"),
    [("HEAD", 5), ("work", 5), ("HEAD~2", 3), ("nowhere", None), ("HEAD:docs/n.txt", None), ("--all", None)],
)
def test_a_revision_names_a_commit_or_none(repository: Repository, revision: str, expected: int | None) -> None:
    found = git.commit(repository.folder, revision)
    assert found == (None if expected is None else repository.commits[expected])


def test_a_file_is_read_as_it_was_at_a_commit(repository: Repository) -> None:
    folder, first = repository.folder, repository.commits[0]
    (folder / "docs/n.txt").unlink()
    (folder / "link").symlink_to("docs")
    assert git.at(folder, first, str(folder / "docs/n.txt")) == b"0\n"
    assert git.at(folder, "HEAD", str(folder / "docs/n.txt")) == b"5\n"
    assert git.at(folder / "docs", first, str(folder / "docs/n.txt")) == b"0\n"
    assert git.at(folder, first, str(folder / "link/n.txt")) == b"0\n"
    assert git.at(folder, first, str(folder / "docs/m.txt")) is None
    assert git.at(folder, "nowhere", str(folder / "docs/n.txt")) is None


def test_nothing_is_known_outside_a_repository_or_without_git(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(repository, main=1)

    def known(folder: Path) -> list[object]:
        return [git.merge_base(folder), git.commit(folder, "HEAD"), git.at(folder, "HEAD", str(folder / "docs/n.txt"))]

    assert known(repository.folder) == [repository.commits[1], repository.commits[5], b"5\n"]
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert known(tmp_path) == [None, None, None]
    monkeypatch.setenv("PATH", "")
    assert known(repository.folder) == [None, None, None]
