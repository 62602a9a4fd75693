"""The git repository around a folder: where it is, and which files it tracks. Read from its files, without git."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeAlias

from import_contracts import disk
from import_contracts.records import NamedTuple

Fold: TypeAlias = Callable[[bytes], bytes]


Repository: TypeAlias = tuple[Path, Path]
"""The top of the checkout, and the folder that git calls GIT_DIR; both are absolute."""


def root_of(folder: Path) -> Path | None:
    """Return the root of the repository that contains a folder; None if it is in no repository."""
    return next((outer for outer in (folder, *folder.parents) if disk.exists(outer / ".git")), None)


def checkout(folder: Path) -> Path:
    """Return the repository that contains a folder, or the folder itself: what other people may have written."""
    return root_of(folder) or folder


def root_text(folder: Path) -> str:
    """Return the root of the repository that contains a folder, as reports have it; "" if it is in no repository."""
    root = root_of(folder)
    return root.as_posix() if root else ""


def path_in(root: Path, path: str | Path) -> str:
    """Return the real path of a file or folder from the root of the repository, which is real, with ``/``."""
    return Path(os.path.relpath(os.path.realpath(path), root)).as_posix()


def repository_of(folder: Path) -> Repository | None:
    """Return the repository that contains a folder, which is absolute; None if there is none.

    A ``.git`` file, as in worktrees and submodules, must not lead into a checkout: what lies there belongs to the
    program, and may look like a repository without being one.
    """
    root = root_of(folder)
    git_dir = None if root is None else _git_dir(root)
    if root is None or git_dir is None:
        return None
    return None if git_dir != root / ".git" and _is_checked_out(git_dir, root) else (root, git_dir)


def _git_dir(root: Path) -> Path | None:
    """Return the folder that ``.git`` is, or that it names or links to; None if it names none."""
    path = root / ".git"
    if disk.is_folder(path):
        return Path(disk.real(path)) if disk.is_link(path) else path
    try:
        kind, _, named = os.fsdecode(disk.read(path)).rstrip("\r\n").partition(": ")
        return Path(disk.real(root / named)) if kind == "gitdir" and named else None
    except (OSError, ValueError, RuntimeError):  # unreadable, with a null character, or links that never end
        return None


def _is_checked_out(git_dir: Path, root: Path) -> bool:
    """Return whether a folder is part of a checkout, and not of what is in its ``.git``."""
    if git_dir.is_relative_to(disk.real(root)):
        return True
    outer = root_of(git_dir)
    inside = None if outer is None else _git_dir(outer)
    return inside is not None and not git_dir.is_relative_to(inside)


def target_branches() -> Iterator[str]:
    """Yield the names of the branches that this one may be merged into, in the order in which they are looked for."""
    for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        if (name := os.environ.get(variable)) and name.isprintable():
            yield f"origin/{name}"
    yield from ("origin/HEAD", "origin/main", "origin/master", "main", "master")


class Tips(NamedTuple):
    """What the merge base of HEAD and the target branch depends on: equal values mean the same merge base.

    ``head`` and ``targets`` are the names of commits, "" where there is none. ``limits`` are the commits at which a
    shallow clone ends, and where there are such, the tables of refs.
    """

    head: str = ""
    targets: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def promise_a_base(self) -> bool:
        """Whether there are two commits, so that git should know a merge base."""
        return bool(self.head) and any(self.targets)


_REFS = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
"""Where git looks for a name (gitrevisions)."""


def tips(folder: Path) -> Tips:
    """Return what a merge base in the repository of a folder depends on, read without git."""
    repository = repository_of(Path(disk.real(folder)))
    if repository is None:
        return Tips()
    own = repository[1]
    common = own / _text(own / "commondir").strip()  # of a worktree
    packed = _text(common / "packed-refs")
    targets = (ref.format(name) for name in target_branches() for ref in _REFS if ".." not in name)
    limits = (_text(common / name) for name in ("shallow", "reftable/tables.list"))
    return Tips(
        _commit("HEAD", own, common, packed), tuple(_commit(ref, own, common, packed) for ref in targets), tuple(limits)
    )


def _commit(ref: str, own: Path, common: Path, packed: str) -> str:
    """Return the name of the commit that a ref leads to; "" if it leads to none."""
    for _ in range(5):  # as git does
        found = _text(own / ref) or _text(common / ref)
        kind, _, named = found.strip().partition("ref: ")
        if kind or not named or ".." in named:
            break
        ref = named
    else:
        return ""
    if not found:
        line = re.search(rf"^([0-9a-f]+) {re.escape(ref)}$", packed, re.MULTILINE)
        found = line[1] if line else ""
    return found.strip() if re.fullmatch("[0-9a-f]{40,64}", found.strip()) else ""


def _text(path: Path) -> str:
    try:
        return os.fsdecode(disk.read(path))
    except (OSError, ValueError):
        return ""


def merge_attributes(file: Path) -> str | None:
    """Return the line for ``.gitattributes`` at the root of the repository that lets git merge a file line by line.

    None if the repository has such a line already, or if there is no repository. ``file`` is absolute.
    """
    file = Path(os.path.normpath(file))
    root = root_of(file.parent)
    if root is None:
        return None
    around = file.parents[: len(file.parent.parts) - len(root.parts) + 1]
    lines = ((folder, line.split()) for folder in around for line in _text(folder / ".gitattributes").splitlines())
    for folder, words in lines:
        if "merge=union" in words[1:] and _is_meant(file.relative_to(folder).as_posix(), words[0]):
            return None
    inside = file.relative_to(root).as_posix()
    return f"{json.dumps(inside, ensure_ascii=False) if ' ' in inside else inside} text eol=lf merge=union"


def _is_meant(path: str, pattern: str) -> bool:
    """Return whether a pattern (gitattributes) is for a path; one without a slash is for names in every folder."""
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    pattern = pattern.removeprefix("/")
    is_as_deep = "**" in pattern or pattern.count("/") == path.count("/")
    return is_as_deep and fnmatchcase(f"/{path}", f"/{pattern}".replace("/**/", "*/"))


def is_tracked(folder: Path) -> bool | None:
    """Return whether git tracks a file in a folder, the folder itself as a link, or a link on the way to it.

    None if that cannot be told, because the index of the repository cannot be read.
    """
    places = dict.fromkeys((os.path.normpath(folder.absolute()), os.path.realpath(folder)))
    try:
        return any(_is_tracked(Path(place)) for place in places)
    except (OSError, ValueError):
        return None


def _is_tracked(folder: Path) -> bool:
    """Return whether git tracks a folder by this path; raises OSError or ValueError if that cannot be told."""
    if root_of(folder) is None:
        return False
    repository = repository_of(folder)
    if repository is None:
        raise ValueError
    root, git_dir = repository
    fold: Fold = bytes.lower if (root / ".GIT").exists() else bytes  # where a file system does not tell cases apart
    links = [path for path in folder.parents if root in path.parents and path.is_symlink()]
    wanted = [fold(os.fsencode(path.relative_to(root).as_posix())) for path in (folder, *links)]
    return any(_has(index, wanted, fold) for index in _indexes(git_dir))


def _indexes(git_dir: Path) -> Iterator[bytes]:
    """Yield the index; and if it is split, what it is split into. Raises OSError."""
    for path in git_dir.iterdir():
        if path.name == "index" or path.name.startswith("sharedindex."):
            yield disk.read_unnoted(path)


def _has(index: bytes, wanted: list[bytes], fold: Fold) -> bool:
    """Return whether an index has one of some paths, or a file in the first of them; raises ValueError."""
    folder, searched = wanted[0], fold(index)
    if index[4:8] != _COMPRESSED and folder != b"." and not any(path in searched for path in wanted):
        return False  # nearly always, and in a millisecond
    inside = b"" if folder == b"." else folder + b"/"
    return any(name.startswith(inside) or name in wanted for name in map(fold, _names(index)))


_COMPRESSED = b"\0\0\0\4"  # the version in which a name leaves out what it shares with the one before


def _names(index: bytes) -> list[bytes]:
    """Return the names of the files in an index; raises ValueError if it is not valid."""
    if index[:4] != b"DIRC" or not 2 <= int.from_bytes(index[4:8]) <= 4:
        raise ValueError
    return [name for name, _, _ in _any_entries(index)]


def _any_entries(index: bytes) -> list[tuple[bytes, int, int]]:
    try:
        return list(_entries(index, 20))
    except ValueError:
        return list(_entries(index, 32))  # in a repository with SHA-256


class IndexEntry(NamedTuple):
    """A file in the index: its path from the root, the name of its object, and its status when it was added.

    It is not ``is_file`` but a submodule, or a folder of a sparse index. Git does not look whether it is as in the
    index if it ``may_be_absent``; and it compares the content if it ``may_be_newer`` than its status says.
    """

    path: str
    name: str
    seconds: int
    nanoseconds: int
    size: int
    is_file: bool
    may_be_absent: bool
    may_be_newer: bool


def index_entries(git_dir: Path) -> list[IndexEntry]:
    """Return the files in the index of a repository, in its order; empty if there is none.

    Raises OSError or ValueError if it cannot be read, or is split, or has conflicts.
    """
    path = git_dir / "index"
    if not disk.exists(path):
        return []
    index, written = disk.read(path), path.stat().st_mtime_ns // 10**9
    _names(index)
    found = [_index_entry(index, *place, written) for place in _any_entries(index)]
    if any(place.name.startswith("sharedindex.") for place in git_dir.iterdir()):
        raise ValueError
    return found


def _index_entry(index: bytes, name: bytes, start: int, hash_size: int, written: int) -> IndexEntry:
    def number(at: int) -> int:
        return int.from_bytes(index[start + at : start + at + 4])

    flags = int.from_bytes(index[start + 40 + hash_size : start + 42 + hash_size])
    more = int.from_bytes(index[start + 42 + hash_size : start + 44 + hash_size]) if flags & 0x4000 else 0
    if flags & 0x3000:  # a conflict
        raise ValueError
    kind = number(24) >> 12
    return IndexEntry(
        os.fsdecode(name),
        index[start + 40 : start + 40 + hash_size].hex(),
        number(8),
        number(12),
        number(36),
        is_file=kind in {0o10, 0o12},
        may_be_absent=bool(flags & 0x8000 or more & 0x4000),
        may_be_newer=number(8) >= written,
    )


def _entries(index: bytes, hash_size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the names in an index, where each entry starts, and the size of its hash.

    Each has 40 bytes, a hash, 2 bytes of flags, and perhaps 2 more of them.
    """
    version, at, name = int.from_bytes(index[4:8]), 12, b""
    for _ in range(int.from_bytes(index[8:12])):
        flags_at = at + 40 + hash_size
        flags = int.from_bytes(index[flags_at : flags_at + 2])
        start, kept = flags_at + (4 if flags & 0x4000 else 2), 0
        if version == 4:
            left_out, start = _number(index, start)
            kept = len(name) - left_out
        end = index.index(b"\0", start)
        name = name[:kept] + index[start:end]
        if kept < 0 or flags & 0xFFF != min(len(name), 0xFFF):
            raise ValueError
        yield name, at, hash_size
        at = end + 1 if version == 4 else at + (end - at + 8) // 8 * 8


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number as git packs it, seven bits in a byte, and where it ends; raises ValueError if it does not."""
    number = -1
    for place in range(at, len(data)):
        number = (number + 1) << 7 | data[place] & 0x7F
        if not data[place] & 0x80:
            return number, place + 1
    raise ValueError
