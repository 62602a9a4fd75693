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
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
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
    monkeypatch.setattr(Path, "replace", lambda self, _: names.append(self.name))
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
