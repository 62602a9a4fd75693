"""What each command touches besides its output: it runs nothing of the program, and writes only what it promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import NamedTuple

import pytest

from import_contracts.reporters import FORMATS
from tests.support.arranging import MODELS, ROOT, configuration, contract, write
from tests.support.repositories import git
from tests.support.watched import CONNECTS, EXECUTES, STARTS, WRITES

CACHE = ".import_contracts_cache"
# If this is run, there is a file `ran`, whatever else happens.
TRACEBACK = """\
  File "/app/shop/web.py", line 3, in <module>
    from shop import models
  File "/app/shop/models.py", line 3, in <module>
    from shop import web
ImportError: cannot import name 'web' from 'shop.web' (/app/shop/web.py)
"""
HOSTILE = "import pathlib\npathlib.Path({!r}).touch()\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository, in which each file runs something if it is imported, and each program that git may start, too."""
    hostile = HOSTILE.format(str(tmp_path / "ran"))
    folder = write(
        tmp_path / "repository",
        {
            "shop/__init__.py": hostile,
            "shop/web.py": f"{hostile}from shop import models\ndef view(): ...\ndef show():\n    return models\n",
            "shop/models.py": f"{hostile}from shop import web\nbase = web.view\n",
            "setup.py": hostile,
            "conftest.py": hostile,
            "sitecustomize.py": hostile,
            **{f"{name}.py": hostile for name in ("click", "grimp", "typing", "json", "difflib", "tomli", "tomllib")},
            "pyproject.toml": configuration(
                MODELS,
                contract("rings", "acyclic"),
                contract("crashes", "crash"),
                keys='baseline = "known-violations.txt"\n',
            ),
            "known-violations.txt": "",
            "web.log": TRACEBACK,
            "evil.sh": f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n",
        },
    )
    (folder / "evil.sh").chmod(0o755)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All")
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "core.hooksPath"):
        git(folder, "config", key, str(folder / "evil.sh"))
    return folder


class Watched(NamedTuple):
    """A watched run: the exit status, the output, the events, and the files that are new, gone or changed."""

    status: int
    output: str
    events: list[list[str]]
    changed: set[str]


def watched(folder: Path, *args: str) -> Watched:
    log = folder.parent.with_name(f"{folder.parent.name}.log")
    before = _files(folder.parent)
    run = subprocess.run(
        [sys.executable, ROOT / "tests/support/watched.py", log, *args],
        cwd=folder,
        env=os.environ | {"HOME": str(folder.parent), "PYTHONDONTWRITEBYTECODE": "1", "GITHUB_ACTIONS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    events = [json.loads(line) for line in log.read_text().splitlines()]
    log.unlink()
    after = _files(folder.parent)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return Watched(run.returncode, run.stdout + run.stderr, events, changed)


def _files(folder: Path) -> Mapping[str, object]:
    def found() -> Iterator[tuple[str, object]]:
        for path in folder.rglob("*"):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() else None
            yield path.relative_to(folder).as_posix(), (status.st_mode, status.st_uid, status.st_ino, content)

    return dict(found())


READING = [
    *(["check", "--format", name] for name in FORMATS),
    ["check", "--verbose", "--show-timings"],
    ["check", "--no-cache"],
    ["explain"],
    ["explain", "models"],
    ["explain", "shop.models", "shop.web"],
    ["explain", "--traceback", "web.log"],
    ["cycles"],
    ["cycles", "shop", "--format", "json"],
    ["cycles", "shop", "--python", "3.13"],
    ["graph"],
    ["graph", "shop", "--format", "svg"],
    ["baseline", "status"],
    ["baseline", "status", "--since", "HEAD", "--format", "json"],
    ["fix", "--diff", "--unsafe-fixes"],
    ["fix", "shop", "--format", "json"],
    ["init", "--dry-run"],
    ["trend", "shop", "--points", "9"],
    ["--help"],
    ["--version"],
    ["no-such-command"],
]
WRITING = [
    (["check", "--format", "sarif", "--output", "report.sarif"], ["repository/report.sarif"]),
    (["baseline", "create"], ["repository/known-violations.txt"]),
    (["baseline", "accept", "--all", "--reason", "x"], ["repository/known-violations.txt"]),
    (["baseline", "shrink"], []),
    # the journal, which is removed, is in a folder of the user that was not there
    (["fix", "--unsafe-fixes", "--allow-dirty"], ["repository/shop/web.py", ".local", ".local/state"]),
    (["fix", "--unsafe-fixes", "--stale"], ["repository/shop/web.py", ".local", ".local/state"]),
    (["baseline", "rename", "shop.models", "shop.tables"], []),
]


def refuse(run: Watched, folder: Path) -> None:
    """Fail if anything of the program ran, something else was started than git, or a connection was opened."""
    assert "Traceback" not in run.output, run.output
    assert not (folder.parent / "ran").exists()
    for event, *args in run.events:
        if event in EXECUTES:
            places = [arg for arg in args if os.sep in arg]
            assert not any(Path(place).is_relative_to(folder) for place in places), (event, args)
        elif event in STARTS:
            assert Path(args[0]).name == "git", (event, args)
        assert event not in CONNECTS, (event, args)


def outside_the_cache(names: set[str]) -> set[str]:
    return {name for name in names if not name.startswith(f"repository/{CACHE}")}


@pytest.mark.slow
@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_a_command_that_reads_runs_nothing_and_writes_only_its_cache(repository: Path, args: list[str]) -> None:
    for _ in range(2):  # without and with a cache
        run = watched(repository, *args)
        refuse(run, repository)
        assert outside_the_cache(run.changed) == set()
        for event, place, *_ in run.events:
            if event in WRITES and not place.isdecimal():  # the number of a file that is open already
                is_temporary = args[0] == "trend" and Path(place).is_relative_to(gettempdir())
                is_temporary = is_temporary and not Path(place).is_relative_to(repository.parent)
                is_temporary |= args[0] == "trend" and os.sep not in place  # relative to an open folder, to remove it
                assert is_temporary or Path(place).is_relative_to(repository / CACHE), (event, place)


@pytest.mark.slow
@pytest.mark.parametrize(("args", "written"), WRITING, ids=" ".join)
def test_a_command_that_writes_replaces_only_its_files(repository: Path, args: list[str], written: list[str]) -> None:
    run = watched(repository, *args)
    refuse(run, repository)
    assert outside_the_cache(run.changed) == set(written)


def test_the_watch_sees_what_is_executed_started_and_written(repository: Path) -> None:
    write(repository, {"types_here/evil.py": "import subprocess\nsubprocess.run(['true'], check=True)\n"})
    config = configuration(keys='contract_types = ["x: types_here.evil.x"]\n')
    write(repository, {"pyproject.toml": config})
    run = watched(repository, "check")
    evil = str(repository / "types_here" / "evil.py")
    assert ["exec", evil] in [event[:2] for event in run.events]
    assert "true" in [event[1] for event in run.events if event[0] in STARTS]
    assert "open" in [event[0] for event in run.events]
