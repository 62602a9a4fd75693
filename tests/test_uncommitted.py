"""Which files have changes that are in no commit: the same as git says, without asking it."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from import_contracts.uncommitted import UnknownError, uncommitted
from tests.support.arranging import write
from tests.support.repositories import git

NAMES = ("a.py", "b/c.py", "b/d e.py", "é.py", "x/y/z.py")


def repository(folder: Path, *options: str) -> Path:
    write(folder, {name: f"# {name}\n" for name in NAMES})
    git(folder, "init", "--quiet", "--initial-branch", "main", *options)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All")
    return folder


def said_by_git(folder: Path) -> list[str]:
    """Return the tracked files that git calls changed."""
    command = [
        "git",
        "-c",
        "core.quotePath=false",
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--no-renames",
        "-z",
    ]
    out = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
    return sorted(os.fsdecode(line[3:]) for line in out.split(b"\0") if line)


def change(folder: Path, dice: random.Random) -> None:
    path = folder / dice.choice(NAMES)
    how = dice.randrange(8)
    if how == 0 and path.exists():
        path.unlink()
    elif how == 1:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {path.relative_to(folder).as_posix()}\n")  # as it was
    elif how < 4:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dice.choice(["", "x\n", "# a.pY\n"]))
    elif how == 4:
        git(folder, "add", "--all")
    elif how == 5:
        git(folder, "commit", "--quiet", "--allow-empty", "--message", "x")
    elif how == 6 and path.exists():
        path.touch()
    else:
        write(folder, {f"new{dice.randrange(3)}.py": "1\n"})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_git_says_the_same_of_a_tree_that_changes_at_random(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same ones each time
    options = ["--object-format=sha256"] if seed % 4 == 1 else []
    folder = repository(tmp_path, *options)
    if seed % 4 == 2:
        git(folder, "update-index", "--index-version", "4")
    for _ in range(12):
        change(folder, dice)
        assert uncommitted(folder, []) == said_by_git(folder)


def test_a_clean_tree_has_no_changes(tmp_path: Path) -> None:
    assert uncommitted(repository(tmp_path), [tmp_path / "a.py"]) == []


def test_only_untracked_files_that_are_asked_about_count(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path, {"b/new.py": "", "other.py": ""})
    assert uncommitted(tmp_path, [tmp_path / "b/new.py", tmp_path / "a.py"]) == ["b/new.py"]


def test_before_the_first_commit_everything_is_uncommitted(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b.py": ""})
    git(tmp_path, "init", "--quiet")
    assert uncommitted(tmp_path, [tmp_path / "a.py"]) == ["a.py"]
    git(tmp_path, "add", "a.py")
    assert uncommitted(tmp_path, [tmp_path / "a.py", tmp_path / "b.py"]) == ["a.py", "b.py"]


def test_a_link_and_a_submodule_are_no_changes(tmp_path: Path) -> None:
    folder = repository(tmp_path / "one")
    inner = repository(tmp_path / "two")
    (folder / "link").symlink_to("a.py")
    git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "inner")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    assert uncommitted(folder, []) == []
    (folder / "link").unlink()
    (folder / "link").symlink_to("b")
    assert uncommitted(folder, []) == ["link"]


def test_files_that_are_left_out_of_a_sparse_checkout_are_no_changes(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    git(folder, "update-index", "--skip-worktree", "x/y/z.py")
    (folder / "x/y/z.py").unlink()
    assert uncommitted(folder, []) == []


@pytest.mark.parametrize("what", ["index", "split", "conflict", "HEAD"])
def test_what_cannot_be_read_is_not_taken_for_clean(tmp_path: Path, what: str) -> None:
    folder = repository(tmp_path)
    if what == "index":
        (folder / ".git/index").write_bytes(b"DIRC\0\0\0\2\0\0\0\1")
    elif what == "split":
        git(folder, "update-index", "--split-index")
    elif what == "HEAD":
        (folder / ".git/objects").rename(folder / ".git/gone")
    else:
        git(folder, "checkout", "--quiet", "-b", "other")
        write(folder, {"a.py": "1\n"})
        git(folder, "commit", "--quiet", "--all", "--message", "x")
        git(folder, "checkout", "--quiet", "main")
        write(folder, {"a.py": "2\n"})
        git(folder, "commit", "--quiet", "--all", "--message", "x")
        subprocess.run(["git", "merge", "other"], cwd=folder, check=False, capture_output=True)  # noqa: S607
    try:
        found = uncommitted(folder, [])
    except UnknownError:
        return
    assert found == sorted(NAMES)  # nothing is known to be committed


def test_no_filter_and_no_monitor_of_a_repository_runs(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository")
    script = write(tmp_path, {"evil.sh": f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n"}) / "evil.sh"
    script.chmod(0o755)
    write(folder, {".gitattributes": "*.py filter=evil diff=evil\n"})
    for key in ("filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "core.fsmonitor", "core.hooksPath"):
        git(folder, "config", key, str(script))
    (folder / "a.py").write_text("x\n")
    assert uncommitted(folder, [folder / "a.py"]) == ["a.py"]
    assert not (tmp_path / "ran").exists()
