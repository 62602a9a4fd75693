"""Earlier versions of files, from git. Without git, or outside a repository, every function returns None."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


def merge_base(folder: Path) -> str | None:
    """Return the merge base of HEAD and the target branch, for the repository around a folder; None if unknown.

    The target branch is the one that GitHub or GitLab names for a merge request, else the default branch of the remote,
    else ``main`` or ``master``.
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
    """Return the full hash of the commit that a revision names; None if there is none."""
    name = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return name.decode().strip() if name else None


def at(folder: Path, revision: str, path: str) -> bytes | None:
    """Return the content of a file at a commit; None if the file did not exist there."""
    try:
        inside = os.path.relpath(os.path.realpath(path), os.path.realpath(folder)).replace(os.sep, "/")
    except ValueError:  # on Windows, if it is on another drive
        return None
    return _git(folder, "show", f"{revision}:./{inside}")


def _git(folder: Path, *words: str) -> bytes | None:
    """Return the output of a git command; None if it fails, or there is no git."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
