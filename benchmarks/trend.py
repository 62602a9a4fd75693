"""What ``trend`` costs on a history: a repository that is made of released versions, and the commits between them.

The history of a program is in no package index. So each released version is ten commits here: the files that differ
from the version before come in ten steps, in the order of their paths.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from benchmarks.timing import Run, run
from benchmarks.tools import CACHE, Tool

STEPS = 10


@dataclass(frozen=True)
class Releases:
    """A package and its versions, the oldest first, with the Python that has wheels of them."""

    package: str
    python: str
    versions: tuple[str, ...]


HISTORIES = {
    "celery": Releases(
        "celery",
        "3.11",
        ("5.2.3", "5.2.6", "5.2.7", "5.3.1", "5.3.4", "5.3.6", "5.4.0", "5.5.0", "5.5.3", "5.6.0", "5.6.3"),
    ),
    "django": Releases("django", "3.12", ("4.2.16", "5.0.9", "5.1.4", "5.2.7", "6.0", "6.1")),
}


def repository(releases: Releases, folder: Path) -> int:
    """Make the repository in a new folder, and return the number of its commits."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "pyproject.toml").touch()  # so that there is a cache
    before: dict[str, bytes] = {}
    for number, version in enumerate(releases.versions):
        files = _files(releases, version)
        changed = sorted(name for name in {*before, *files} if before.get(name) != files.get(name))
        for step in range(STEPS if before else 1):
            part = changed if not before else changed[step * len(changed) // STEPS : (step + 1) * len(changed) // STEPS]
            _write(folder, {name: files.get(name) for name in part})
            _git(folder, "add", "--all")
            _git(
                folder, "commit", "--quiet", "--allow-empty", "--message", f"{version} {step}", when=number * 10 + step
            )
        before = files
    return 1 + STEPS * (len(releases.versions) - 1)


def runs(tool: Tool, releases: Releases, folder: Path) -> Iterator[tuple[str, Run]]:
    """Yield what the first run costs with all commits as points, the second, and one after one more commit."""
    points = repository(releases, folder)
    command: list[str | Path] = [tool.command, "trend", releases.package, "--points", str(points + 1)]
    yield f"{points} commits, the first run", run(command, folder)
    yield f"{points} commits, the second run", run(command, folder)
    _write(folder, {f"{releases.package}/one_more.py": f"import {releases.package}\n".encode()})
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "one more", when=10_000)
    yield "one commit more", run(command, folder)


def _files(releases: Releases, version: str) -> dict[str, bytes]:
    """Return the files of a version, fetched from the package index the first time."""
    folder = CACHE / "wheels" / f"{releases.package}=={version}"
    if not folder.exists():
        options = ["--no-deps", "--only-binary=:all:", "--python-version", releases.python, "--dest", str(folder)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", *options, f"{releases.package}=={version}"]
        subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(f"{releases.package}/") and name[-1] != "/"]
        return {name: archive.read(name) for name in names}


def _write(folder: Path, files: dict[str, bytes] | dict[str, bytes | None]) -> None:
    for name, data in files.items():
        path = folder / name
        if data is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _git(folder: Path, *args: str, when: int = 0) -> None:
    """Run git; a commit is made so many days after 2020-01-01."""
    who = {f"GIT_{role}_{what}": "benchmark" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {f"GIT_{role}_DATE": f"{1_577_836_800 + when * 86_400} +0000" for role in ("AUTHOR", "COMMITTER")}
    subprocess.run(
        ["git", *args],  # noqa: S607 - that of the user
        cwd=folder,
        check=True,
        env={**os.environ, **who, **dates},
    )
