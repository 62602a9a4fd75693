import errno
import os
import stat
from pathlib import Path

import pytest

from import_contracts import disk


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(0o640)
    disk.write(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_new_file_gets_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    disk.write(tmp_path / "file", b"new")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away")
def test_a_replaced_file_keeps_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    os.chown(file, 12, 34)
    disk.write(file, b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12, 34)


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        disk.write(tmp_path / "folder", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_a_file_that_could_not_be_written_leaves_the_old_one_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        disk.write(tmp_path / "file", b"new")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("file", b"old")]


def test_a_temporary_name_that_was_prepared_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "victim").write_bytes(b"old")
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / f".{bytes(8).hex()}.tmp").symlink_to("victim")
    with pytest.raises(FileExistsError):
        disk.write(tmp_path / "file", b"new")
    assert (tmp_path / "victim").read_bytes() == b"old"


def test_temporary_names_are_random(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    monkeypatch.setattr(os, "replace", lambda old, _: names.append(old))
    for _ in range(3):
        disk.write(tmp_path / "file", b"new")
    assert len(set(names)) == 3


def test_a_file_is_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert disk.read(tmp_path / "link") == b"content"


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_the_whole_file_is_read(tmp_path: Path, size: int) -> None:
    (tmp_path / "file").write_bytes(b"x" * size)
    assert disk.read(tmp_path / "file") == b"x" * size


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
def test_a_file_in_proc_is_read_although_its_size_is_0() -> None:
    assert disk.read("/proc/self/environ") == Path("/proc/self/environ").read_bytes() != b""


def test_a_file_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_LARGEST", 100)
    (tmp_path / "file").write_bytes(b"x" * 101)
    with pytest.raises(OSError, match="Larger"):
        disk.read(tmp_path / "file")


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not a regular file"):
        disk.read(tmp_path / "pipe")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/dev/null", "."])
def test_a_device_or_folder_is_refused(path: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - each system has its own words for some of them
        disk.read(path)


def test_a_name_that_no_file_can_have_is_an_error_as_any_other() -> None:
    with pytest.raises(OSError, match="Not a valid file name"):
        disk.read("a\0b")


IMPOSSIBLE = ["a\0b", "a\ud800", "x" * 300, "x" * 300 + "/y", "/".join(["x" * 200] * 30)]


@pytest.mark.parametrize("name", IMPOSSIBLE, ids=ascii)
def test_a_name_that_no_file_can_have_is_no_file_and_no_folder(name: str) -> None:
    assert not disk.is_file(name)
    assert not disk.is_folder(name)
    assert not disk.exists(name)
    assert not disk.is_inside("a\0b", Path.cwd())


@pytest.mark.parametrize("name", IMPOSSIBLE, ids=ascii)
def test_a_file_whose_name_is_impossible_cannot_be_written(tmp_path: Path, name: str) -> None:
    for write in (disk.write, lambda path, data: disk.write_in(tmp_path, path, data)):
        with pytest.raises(OSError, match=r"Not a valid file name|File name too long|No such file"):
            write(tmp_path / name, b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not a regular file"):
        disk.write(tmp_path / "pipe", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"old")
    (tmp_path / "victim").chmod(0o700)
    (tmp_path / "link").symlink_to("victim")
    disk.write(tmp_path / "link", b"new")
    assert (tmp_path / "victim").read_bytes() == b"old"
    assert (tmp_path / "link").read_bytes() == b"new"
    assert not (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "link").stat().st_mode) != 0o700


def test_a_link_to_itself_outside_the_checkout_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        disk.write_in(tmp_path / "checkout", tmp_path / "loop", b"new")
    assert (tmp_path / "loop").is_symlink()


def test_a_file_is_inside_a_folder_if_its_real_path_is(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "ab").mkdir()
    (tmp_path / "a/out").symlink_to("../ab")
    (tmp_path / "ab/in").symlink_to("../a/b")
    assert disk.is_inside(tmp_path / "a/b/x", tmp_path / "a")
    assert disk.is_inside(tmp_path / "ab/in/x", tmp_path / "c", tmp_path / "a")
    assert not disk.is_inside(tmp_path / "a/out/x", tmp_path / "a")
    assert not disk.is_inside(tmp_path / "ab", tmp_path / "a")
    assert disk.is_inside(tmp_path, Path("/"))
