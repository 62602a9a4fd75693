"""Changing several files: all or none, and nothing that somebody else has written."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from import_contracts import disk
from import_contracts.problems import UserError
from import_contracts.reports.fix import Recovery
from import_contracts.runs.changing import UserFile
from import_contracts.runs.journal import recover, refuse_unfinished, rewriting
from tests.support.arranging import write
from tests.support.repositories import git


@pytest.fixture(autouse=True)
def states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))
    return tmp_path / "states"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "project", {"a.py": "a\n", "b.py": "b\n"})


def files(root: Path) -> dict[Path, UserFile]:
    return {path: UserFile(path, path.name, root, path.read_bytes()) for path in sorted(root.glob("*.py"))}


def texts(root: Path) -> list[str]:
    return [path.read_text() for path in sorted(root.glob("*.py"))]


def plant(root: Path, entries: Sequence[object], *, folder: Path | None = None) -> Path:
    """Write a journal as a run would that was stopped."""
    place = disk.journal_of(root)
    assert place is not None
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = json.dumps([1, str(folder or root), entries]).encode()
    place.write_bytes(sha256(body).hexdigest().encode() + b"\n" + body)
    return place


def entry(path: str, before: str, now: str, temporary: str = ".0123456789abcdef.tmp") -> list[object]:
    return [path, b64encode(before.encode()).decode(), temporary, [sha256(now.encode()).hexdigest()]]


def test_files_are_changed_and_the_journal_is_gone(root: Path, states: Path) -> None:
    with rewriting(root, files(root)) as one:
        one.write({root / "a.py": b"1\n"})
        one.write({root / "b.py": b"2\n"})
        assert texts(root) == ["a\n", "2\n"]
        assert disk.exists(disk.journal_of(root) or "")
    assert texts(root) == ["a\n", "2\n"]
    assert not any(states.rglob("*.journal"))


def test_an_error_puts_everything_back(root: Path) -> None:
    def fail() -> None:
        with rewriting(root, files(root)) as one:
            one.write({root / "a.py": b"1\n", root / "b.py": b"2\n"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert texts(root) == ["a\n", "b\n"]
    assert recover(root) is None


def test_what_was_changed_meanwhile_is_named(root: Path) -> None:
    def change() -> None:
        with rewriting(root, files(root)) as one:
            one.write({root / "a.py": b"1\n", root / "b.py": b"2\n"})
            (root / "b.py").write_text("theirs\n")
            one.write({})

    with pytest.raises(UserError, match=r"b.py: This file was changed meanwhile, so it was not put back."):
        change()
    assert texts(root) == ["a\n", "theirs\n"]


def test_an_earlier_run_is_undone(root: Path) -> None:
    place = plant(root, [entry("a.py", "old\n", "a\n"), entry("b.py", "old\n", "c\n")])
    write(root, {".0123456789abcdef.tmp": ""})
    with pytest.raises(UserError, match="An earlier 'lint-imports fix' was stopped"):
        refuse_unfinished(root)
    assert recover(root) == Recovery(("a.py",), ("b.py",))
    assert texts(root) == ["old\n", "b\n"]
    assert sorted(path.name for path in root.iterdir()) == ["a.py", "b.py"]
    assert not place.exists()
    assert recover(root) is None


@pytest.mark.parametrize("path", ["../victim.py", "/etc/hostname", "x/../../victim.py"])
def test_a_journal_that_leads_out_of_the_folder_is_refused(root: Path, path: str) -> None:
    write(root.parent, {"victim.py": "a\n"})
    plant(root, [entry(path, "evil\n", "a\n")])
    with pytest.raises(UserError, match="is damaged"):
        recover(root)
    assert (root.parent / "victim.py").read_text() == "a\n"


def test_a_journal_removes_no_other_file(root: Path) -> None:
    plant(root, [entry("a.py", "old\n", "a\n", temporary="b.py")])
    with pytest.raises(UserError, match="is damaged"):
        recover(root)
    assert texts(root) == ["a\n", "b\n"]


def test_a_journal_does_not_follow_links(root: Path) -> None:
    write(root.parent, {"victim.py": "a\n"})
    (root / "a.py").unlink()
    (root / "a.py").symlink_to("../victim.py")
    plant(root, [entry("a.py", "evil\n", "a\n")])
    with pytest.raises(UserError, match="symbolic link"):
        recover(root)
    assert (root.parent / "victim.py").read_text() == "a\n"


def test_a_journal_of_another_folder_is_refused(root: Path, tmp_path: Path) -> None:
    plant(root, [entry("a.py", "old\n", "a\n")], folder=tmp_path)
    with pytest.raises(UserError, match="is damaged"):
        recover(root)


def test_a_journal_that_git_tracks_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "states"))
    git(root, "init", "--quiet")
    plant(root, [entry("a.py", "evil\n", "a\n")])
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "x")
    with pytest.raises(UserError, match="git tracks it, so whoever wrote a commit may have written it"):
        recover(root)
    assert texts(root) == ["a\n", "b\n"]


def test_without_a_home_nothing_is_written(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(UserError, match="this user has no home folder"), rewriting(root, files(root)):
        pytest.fail("there is no journal")


def test_the_journal_is_that_of_the_real_folder(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert disk.journal_of(tmp_path / "link") == disk.journal_of(root) != disk.journal_of(tmp_path)
