"""The situations in which a linter is run, and how each is brought about."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.programs import Program
from benchmarks.timing import Run, run
from benchmarks.tools import CACHE, Tool

_NUMBERS = count(1)


@dataclass(frozen=True)
class Work:
    """A folder with a program, its configuration and the caches of the tools, all of which may be changed."""

    program: Program
    folder: Path
    _originals: dict[Path, bytes] = field(default_factory=dict)

    @classmethod
    def begin(cls, program: Program, lay_out: Callable[[Path], None]) -> Work:
        """Start from nothing, with a function that puts the program in a folder."""
        folder = CACHE / "work" / program.package
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        lay_out(folder)
        (folder / "pyproject.toml").write_text(program.contracts.configuration(program.package), encoding="utf-8")
        return cls(program, folder)

    def run(self, tool: Tool) -> Run:
        """Check the program once."""
        status = self.program.status if tool.status is None else tool.status
        return run([tool.command, *tool.arguments], self.folder, status=status)

    def verify(self, tools: Sequence[Tool]) -> None:
        """Stop the benchmark unless each tool reports on the contracts: a status of 1 alone may also be a failure."""
        for tool in tools:
            report = subprocess.run([tool.command], cwd=self.folder, stdout=subprocess.PIPE, check=False).stdout
            if b"Forbidden" not in report:
                sys.exit(f"no contract was checked in {self.folder}: {tool.command}")

    def settle(self, tools: Sequence[Tool]) -> None:
        """Bring every cache up to date, at a time when no file is new, and keep a copy of it."""
        time.sleep(3)
        for tool in tools:
            if tool.cache:
                self.run(tool)
                self.run(tool)
                _replace(self._saved(tool), self.folder / tool.cache)

    def restore_cache(self, tool: Tool) -> None:
        """Go back to the cache that was kept."""
        _replace(self.folder / tool.cache, self._saved(tool))

    def _saved(self, tool: Tool) -> Path:
        return self.folder / f"{tool.cache}.saved"

    def edit(self, path: Path, content: bytes) -> None:
        """Give a file another content, until all edits are undone."""
        self._originals.setdefault(path, path.read_bytes())
        path.write_bytes(content)

    @contextmanager
    def edits_undone(self) -> Iterator[None]:
        """Give the files that are edited their contents back, in the end."""
        try:
            yield
        finally:
            for path, content in self._originals.items():
                path.write_bytes(content)
            self._originals.clear()

    @property
    def edited(self) -> Path:
        """The file that is edited."""
        return self.folder / self.program.edited

    @property
    def importing(self) -> list[Path]:
        """The files whose imports change, each in its turn."""
        return sorted(self.folder.glob(self.program.importing))


def _replace(folder: Path, by: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if by.exists():
        shutil.copytree(by, folder)


def nothing_changed(_work: Work, _tool: Tool, _turn: int) -> None:
    """Leave all as it is."""


def file_edited(work: Work, tool: Tool, _turn: int) -> None:
    """Append a new comment to a file."""
    work.run(tool)
    work.edit(work.edited, work.edited.read_bytes() + f"# {next(_NUMBERS)}\n".encode())


def import_added(work: Work, tool: Tool, turn: int) -> None:
    """Append an import to a file, in each turn to another one."""
    line = f"import {work.program.added}\n".encode()
    path = work.importing[turn * _STRIDE % len(work.importing)]
    without = path.read_bytes().removesuffix(line)
    work.edit(path, without)
    work.run(tool)
    work.edit(path, without + line)


_STRIDE = 37  # prime, so that files of one turn and the next are far apart


def no_cache(work: Work, tool: Tool, _turn: int) -> None:
    """Delete the cache."""
    shutil.rmtree(work.folder / tool.cache, ignore_errors=True)


def restored_cache(work: Work, tool: Tool, _turn: int) -> None:
    """Give every module a new time stamp, next to a cache from before."""
    work.restore_cache(tool)
    for path in (work.folder / work.program.package).rglob("*.py"):
        os.utime(path)


def fresh_clone(work: Work, tool: Tool, _turn: int) -> None:
    """Make every file, folder and the configuration anew, next to a cache from before."""
    work.restore_cache(tool)
    package, old = work.folder / work.program.package, work.folder / "old"
    package.rename(old)
    shutil.copytree(old, package, copy_function=shutil.copyfile)
    shutil.rmtree(old)
    os.utime(work.folder / "pyproject.toml")


Case = Callable[[Work, Tool, int], None]


@dataclass(frozen=True)
class Side:
    """A tool that is measured, and what happens before each run."""

    tool: Tool
    case: Case = nothing_changed


def measure(work: Work, sides: Sequence[Side]) -> Iterator[list[Run]]:
    """Run the sides again and again, each time in a random order, and yield the run of each."""
    random = Random()
    with work.edits_undone():
        work.settle([side.tool for side in sides])
        for turn in count():
            measured: dict[int, Run] = {}
            for number in random.sample(range(len(sides)), len(sides)):
                sides[number].case(work, sides[number].tool, turn)
                measured[number] = work.run(sides[number].tool)
            yield [measured[number] for number in range(len(sides))]
