"""Which files of a git repository have uncommitted changes. No program that a repository names is started.

``git status`` would run filters and monitors that the repository configures, so files are compared here: with the
index, and the index with the commit.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from import_contracts import disk, git
from import_contracts.repository import IndexEntry, index_entries, path_in, repository_of


class UnknownError(Exception):
    """It cannot be told; the message says why."""


def uncommitted(folder: Path, files: Iterable[Path]) -> list[str]:
    """Return the paths, from the root of the repository, of tracked files that differ from HEAD, sorted.

    Also those of ``files`` that git does not track. ``folder`` is in the repository. Raises UnknownError if the
    repository cannot be read.
    """
    repository = repository_of(folder.resolve())
    if repository is None:
        raise UnknownError("the .git of this folder is not the one of a repository")
    root, git_dir = repository
    try:
        entries = index_entries(git_dir)
    except (OSError, ValueError) as error:
        raise UnknownError("the index of the repository cannot be read") from error
    committed = git.files(folder, "HEAD")
    if not committed and entries and git.commit(folder, "HEAD") is None and _has_commits(git_dir):
        raise UnknownError("git cannot read the repository")
    staged = {entry.path: entry.name for entry in entries if entry.is_file}
    found = {path for path in staged.keys() | committed.keys() if staged.get(path) != committed.get(path)}
    links = {entry.path for entry in entries if not entry.is_file}
    found -= links
    found |= {entry.path for entry in entries if entry.is_file and not _is_same(root, entry)}
    tracked = {os.path.realpath(root / path) for path in staged}
    found |= {path_in(root, path) for path in files if os.path.realpath(path) not in tracked}
    return sorted(found)


def _has_commits(git_dir: Path) -> bool:
    return any(disk.exists(git_dir / name) for name in ("packed-refs", "logs/HEAD"))


def _is_same(root: Path, entry: IndexEntry) -> bool:
    """Return whether a file in the working tree is as the index has it; as git does, by its time and size first."""
    path = root / entry.path
    try:
        status = path.lstat()
        if (status.st_mtime_ns // 10**9, status.st_size) == (entry.seconds, entry.size) and not entry.may_be_newer:
            nanoseconds = status.st_mtime_ns % 10**9
            if 0 in (entry.nanoseconds, nanoseconds) or entry.nanoseconds == nanoseconds:
                return True
        data = os.fsencode(path.readlink()) if stat.S_ISLNK(status.st_mode) else disk.read(path)
    except OSError:
        return entry.may_be_absent
    forms: Iterator[bytes] = iter((data, data.replace(b"\r\n", b"\n")))  # as core.autocrlf stores it
    return any(git.object_name(form, len(entry.name)) == entry.name for form in forms)
