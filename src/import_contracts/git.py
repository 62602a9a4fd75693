"""What a git repository knows of earlier states of its files; without git, or outside a repository, nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


def merge_base(folder: Path) -> str | None:
    """Return the commit at which the work in a folder left the branch that it is to be merged into; None if unknown.

    That branch is the one that GitHub or GitLab names in a merge request, else the default one of the remote, else
    ``main`` or ``master``.
    """
    for branch in _branches():
        if _git(folder, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}") is not None:
            found = _git(folder, "merge-base", "HEAD", branch)
            return found.decode().strip() if found else None
    return None


def _branches() -> Iterator[str]:
    for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        if name := os.environ.get(variable):
            yield f"origin/{name}"
    yield from ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def commit(folder: Path, revision: str) -> str | None:
    """Return the name of the commit that a revision stands for; None if there is none."""
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found.decode().strip() if found else None


def at(folder: Path, revision: str, path: str) -> bytes | None:
    """Return what was in a file at a commit; None if it was not there."""
    try:
        inside = os.path.relpath(os.path.realpath(path), os.path.realpath(folder)).replace(os.sep, "/")
    except ValueError:  # on Windows, where it lies on another drive
        return None
    return _git(folder, "show", f"{revision}:./{inside}")


def _git(folder: Path, *words: str) -> bytes | None:
    """Return what git prints, None where it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
