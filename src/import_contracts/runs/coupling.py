"""What commits say about the modules of a program: read from git once, for ``trend`` and ``explain``."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from import_contracts import git
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Program
from import_contracts.repository import path_in, root_of
from import_contracts.trend.coupling import Change

COMMITS = 10_000
"""How many of the last commits say what changes together."""
_IGNORED = ".git-blame-ignore-revs"


class Evidence(NamedTuple):
    """The last commits, the newest first, the modules by the paths of their files now, and the commits to leave out."""

    changes: list[Change]
    modules: dict[str, str]
    ignored: frozenset[str]


def evidence(folder: Path, program: Program, context: RunContext) -> Evidence:
    """Return what the repository of a folder says about a program; raises UserError if git cannot tell."""
    if git.commit(folder, "HEAD") is None:
        raise UserError(Problem(f"--coupling: There is no history: {git.obstacle(folder)}"))
    root = root_of(folder.resolve()) or folder
    with context.step("read what commits change"):
        changes = git.changes(folder, COMMITS)
    if changes is None:
        raise UserError(
            Problem("--coupling: Git cannot tell what commits change. If this is a partial clone, fetch more.")
        )
    modules = {path_in(root, file.path): file.module for file in program.files}
    try:
        listed = git.at(folder, "HEAD", str(root / _IGNORED)) or b""
    except git.UnreadableError:
        listed = b""
    ignored = frozenset(line.split()[0] for line in listed.decode(errors="replace").splitlines() if line.strip())
    return Evidence([Change(*each) for each in changes], modules, ignored)
