"""Where the repository of a folder is, and what it tracks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.repository import _names, is_tracked, repository_of, root_of
from tests.support import repositories
from tests.support.arranging import write

CACHE = ".import_contracts_cache"


def test_a_repository_is_the_nearest_folder_around_with_git_in_it(tmp_path: Path) -> None:
    write(tmp_path, {"a/b/c": "", "a/d/.git": "gitdir: ../../x", "a/d/e/f": "", ".git/HEAD": ""})
    assert root_of(tmp_path) == tmp_path
    assert root_of(tmp_path / "a/b") == tmp_path
    assert root_of(tmp_path / "a/d/e") == tmp_path / "a/d"
    assert root_of(Path("/")) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("gitdir: ../.git/modules/a", True),
        ("gitdir: {outside}", True),
        ("gitdir: {outside}\r\n", True),
        ("gitdir: ../evil", False),
        ("gitdir: evil", False),
        ("gitdir: .", False),
        ("gitdir: ../.git/../evil", False),
        ("gitdir: link", False),
        ("gitdir: ", False),
        ("gitdir: a\0b", False),
        ("other: {outside}", False),
        ("", False),
    ],
)
def test_a_file_instead_of_a_folder_names_one_that_is_not_checked_out(tmp_path: Path, text: str, found: bool) -> None:
    outside = write(tmp_path / "outside", {"HEAD": ""})
    root = write(tmp_path / "r", {".git/modules/a/HEAD": "", "evil/HEAD": "", "a/evil/HEAD": ""})
    (root / "a/link").symlink_to("../evil")
    write(root, {"a/.git": text.format(outside=outside)})
    assert (repository_of(root / "a") is not None) is found


def test_the_folder_of_git_may_be_a_link_but_not_into_the_checkout(tmp_path: Path) -> None:
    write(tmp_path, {"real/HEAD": "", "a/x": "", "b/evil/HEAD": ""})
    (tmp_path / "a/.git").symlink_to("../real")
    (tmp_path / "b/.git").symlink_to("evil")
    assert repository_of(tmp_path / "a") == (tmp_path / "a", tmp_path / "real")
    assert repository_of(tmp_path / "b") is None


def test_worktrees_beside_a_bare_repository_are_repositories(tmp_path: Path) -> None:
    repositories.commit(write(tmp_path / "r", {"x": ""}))
    repositories.git(tmp_path, "clone", "--quiet", "--bare", "r", "project/.bare")
    write(tmp_path, {"project/.git": "gitdir: ./.bare\n"})
    repositories.git(tmp_path / "project/.bare", "worktree", "add", "--quiet", "../main")
    assert repository_of(tmp_path / "project/main") is not None
    assert repository_of(tmp_path / "project") is None


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    repositories.git(tmp_path, "init", "--quiet")
    return write(tmp_path, {"a/x.py": "", f"b/{CACHE}/old": "", f"c{CACHE}/x": "", f"b{CACHE}": "", "z": ""})


FORMATS = [
    *([["index.version", version]] for version in "234"),
    [["core.splitIndex", "true"]],
    [["index.sparse", "true"]],
    [["index.skipHash", "true"]],
    [["index.version", "4"], ["core.splitIndex", "true"]],
]


@pytest.mark.parametrize("settings", FORMATS)
@pytest.mark.parametrize("folder", [CACHE, f"a/{CACHE}", f"a/{'long' * 60}/{'name' * 60}/{CACHE}"])
def test_a_folder_is_tracked_when_git_has_a_file_in_it(
    repository: Path, settings: list[list[str]], folder: str
) -> None:
    for key, value in settings:
        repositories.git(repository, "config", key, value)
    repositories.git(repository, "add", "--all")
    repositories.git(repository, "commit", "--quiet", "--message", "x")
    assert not is_tracked(repository / folder)
    write(repository, {f"{folder}/x": ""})
    assert not is_tracked(repository / folder)
    repositories.git(repository, "add", "--intent-to-add", "--all")
    assert is_tracked(repository / folder)
    repositories.git(repository, "rm", "--quiet", "--cached", "-r", folder)
    repositories.git(repository, "update-index", "--no-split-index")
    for path in (repository / ".git").glob("sharedindex.*"):
        path.unlink()
    assert not is_tracked(repository / folder)


def test_a_folder_is_tracked_in_a_repository_with_sha256(tmp_path: Path) -> None:
    repositories.git(tmp_path, "init", "--quiet", "--object-format", "sha256")
    repositories.git(write(tmp_path, {f"{CACHE}/x": "", "a/y": "", f"b/{CACHE}/x": ""}), "add", "--all")
    assert is_tracked(tmp_path / CACHE)
    assert not is_tracked(tmp_path / "a" / CACHE)


def test_a_folder_is_tracked_in_a_worktree_and_in_a_submodule(tmp_path: Path) -> None:
    first, second = (write(tmp_path / name, {f"{CACHE}/x": ""}) for name in ("first", "second"))
    repositories.commit(first)
    repositories.commit(second)
    repositories.git(first, "worktree", "add", "--quiet", "../tree")
    repositories.git(second, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(first), "sub")
    for root in (first, tmp_path / "tree", second / "sub"):
        assert is_tracked(root / CACHE)
        assert not is_tracked(root / "other")


def test_a_link_that_git_tracks_is_tracked_with_what_it_leads_to(repository: Path, tmp_path: Path) -> None:
    (repository / CACHE).symlink_to(tmp_path.parent)
    (repository / "up").symlink_to(tmp_path.parent)
    (repository / "mine").symlink_to("a")
    assert not is_tracked(repository / CACHE)
    repositories.git(repository, "add", CACHE, "up", "a")
    assert is_tracked(repository / CACHE)
    assert is_tracked(repository / "up/deep" / CACHE)
    assert is_tracked(repository / "mine")
    assert not is_tracked(repository / "mine/more")


def test_the_root_of_a_repository_is_tracked_with_any_file(repository: Path) -> None:
    assert not is_tracked(repository)
    repositories.git(repository, "add", "z")
    assert is_tracked(repository)


def test_where_a_file_system_ignores_case_a_name_in_another_case_is_tracked(repository: Path) -> None:
    write(repository, {f"{CACHE.upper()}/x": ""})
    repositories.git(repository, "add", "--all")
    if not (repository / ".GIT").exists():
        assert not is_tracked(repository / CACHE)
        write(repository, {".GIT/x": ""})
    assert is_tracked(repository / CACHE)
    assert not is_tracked(repository / "a" / CACHE)


@pytest.mark.parametrize(
    "damage", [b"", b"DIRC", b"DIRC\0\0\0\x05\0\0\0\1", b"DIRC\0\0\0\4\0\0\0\1", b"DIRC\0\0\0\2\0\0\0\1"]
)
def test_an_index_that_cannot_be_read_may_have_any_file(repository: Path, damage: bytes) -> None:
    (repository / ".git/index").write_bytes(damage + CACHE.encode())
    assert is_tracked(repository / CACHE) is None


@pytest.mark.parametrize("text", ["", "gitdir: ../gone", "gitdir: evil"])
def test_where_git_finds_no_repository_either_any_file_may_be_tracked(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"r/.git": text, "r/evil/HEAD": ""})
    assert is_tracked(tmp_path / "r" / CACHE) is None


@given(st.binary(max_size=200), st.integers(2, 4), st.integers(0, 3))
def test_what_an_index_says_never_fails_otherwise(data: bytes, version: int, number: int) -> None:
    try:
        _names(b"DIRC" + version.to_bytes(4) + number.to_bytes(4) + data)
    except ValueError:
        return
