"""Commits and earlier versions of files, from git. Without git or a repository, every function returns None."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


def merge_base(folder: Path) -> str | None:
    """Return the full hash of the merge base of HEAD and the target branch; None if there is none.

    ``folder`` is in the repository. The target branch is the first of these that exists: the one that GitHub or GitLab
    names for a merge request, the default branch of ``origin``, its ``main`` or ``master``, the local ``main`` or
    ``master``.
    """
    for branch in _branches():
        if _git(folder, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}") is not None:
            base = _git(folder, "merge-base", "HEAD", branch)
            return base.decode().strip() if base else None
    return None


def _branches() -> Iterator[str]:
    for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        if name := os.environ.get(variable):
            yield f"origin/{name}"
    yield from ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def commit(folder: Path, revision: str) -> str | None:
    """Return the full hash of the commit that a revision (such as ``main`` or ``HEAD~3``) names; None if none does."""
    name = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return name.decode().strip() if name else None


def files(folder: Path, revision: str) -> dict[str, str]:
    """Return the files of the repository at a revision, sorted by path: the path from its root, and the object's name.

    ``folder`` is in the repository.
    """
    listed = _git(folder, "ls-tree", "-r", "-z", "--full-tree", revision) or b""
    entries = (entry.partition("\t") for entry in os.fsdecode(listed).split("\0"))
    return {path: entry.split()[2] for entry, _, path in sorted(entries, key=lambda each: each[2]) if path}


def at(folder: Path, revision: str, path: str) -> bytes | None:
    """Return the content of a file at a revision; None if it did not exist then.

    ``path`` is absolute, and ``folder`` is in the repository.
    """
    try:
        inside = os.path.relpath(os.path.realpath(path), os.path.realpath(folder)).replace(os.sep, "/")
    except ValueError:  # on Windows, if the file is on another drive
        return None
    return _git(folder, "show", f"{revision}:./{inside}")


def _git(folder: Path, *args: str) -> bytes | None:
    """Return the output of a git command; None if it fails, or git is not installed."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
