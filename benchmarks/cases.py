"""The situations in which a linter is run, and how each is brought about."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.programs import Program
from benchmarks.timing import Run, run
from benchmarks.tools import CACHE, Tool

_NUMBERS = count(1)


@dataclass(frozen=True)
class Work:
    """A folder with a program, its configuration and the caches of the tools, all of which may be changed."""

    program: Program
    folder: Path

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
        return run([tool.command], self.folder, status=self.program.status)

    def verify(self, tools: Sequence[Tool]) -> None:
        """Stop the benchmark unless each tool reports on the contracts: a status of 1 alone may also be a failure."""
        for tool in tools:
            report = self.folder / "report.txt"
            with report.open("w") as file:
                subprocess.run([tool.command], cwd=self.folder, stdout=file, check=False)
            with report.open(encoding="utf-8") as file:
                if not any("Forbidden" in line for line in file):
                    sys.exit(f"no contract was checked in {self.folder}: {tool.command}")

    def settle(self, tools: Sequence[Tool]) -> None:
        """Bring every cache up to date, at a time when no file is new, and keep a copy of it."""
        time.sleep(3)
        for tool in tools:
            self.run(tool)
            self.run(tool)
            _replace(self._saved(tool), self.folder / tool.cache)

    def restore_cache(self, tool: Tool) -> None:
        """Go back to the cache that was kept."""
        _replace(self.folder / tool.cache, self._saved(tool))

    def _saved(self, tool: Tool) -> Path:
        return self.folder / f"{tool.cache}.saved"

    @contextmanager
    def edits_undone(self) -> Iterator[None]:
        """Give both files that are edited their contents back, in the end."""
        texts = {path: path.read_bytes() for path in (self.edited, self.importing)}
        try:
            yield
        finally:
            for path, text in texts.items():
                path.write_bytes(text)

    @property
    def edited(self) -> Path:
        """The file that is edited."""
        return self.folder / self.program.edited

    @property
    def importing(self) -> Path:
        """The file whose imports change."""
        return self.folder / self.program.importing


def _replace(folder: Path, by: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if by.exists():
        shutil.copytree(by, folder)


def nothing_changed(_work: Work, _tool: Tool, _turn: int) -> None:
    """Leave all as it is."""


def file_edited(work: Work, tool: Tool, _turn: int) -> None:
    """Append a new comment to a file."""
    work.run(tool)
    with work.edited.open("a", encoding="utf-8") as file:
        file.write(f"# {next(_NUMBERS)}\n")


def import_added(work: Work, tool: Tool, turn: int) -> None:
    """Append an import to a file, and take it away the next time."""
    line = f"import {work.program.added}\n"
    without = work.importing.read_text(encoding="utf-8").removesuffix(line)
    before, after = (without, without + line) if turn % 2 == 0 else (without + line, without)
    work.importing.write_text(before, encoding="utf-8")
    work.run(tool)
    work.importing.write_text(after, encoding="utf-8")


def no_cache(work: Work, tool: Tool, _turn: int) -> None:
    """Delete the cache."""
    shutil.rmtree(work.folder / tool.cache, ignore_errors=True)


def restored_cache(work: Work, tool: Tool, _turn: int) -> None:
    """Make every file as new as a fresh clone does, next to a cache from before."""
    work.restore_cache(tool)
    for path in (work.folder / work.program.package).rglob("*.py"):
        os.utime(path)


Case = Callable[[Work, Tool, int], None]

CASES: dict[str, Case] = {
    "nothing changed": nothing_changed,
    "one file edited, imports the same": file_edited,
    "one import added": import_added,
    "no cache at all": no_cache,
    "restored cache, new time stamps": restored_cache,
}


def measure(work: Work, case: Case, tools: Sequence[Tool], *, runs: int) -> list[list[Run]]:
    """Run the tools in turn, in alternating order, and return the runs of each: those at one index belong together."""
    measured: dict[Tool, list[Run]] = {tool: [] for tool in tools}
    with work.edits_undone():
        work.settle(tools)
        for turn in range(runs):
            for tool in tools[:: 1 if turn % 2 == 0 else -1]:
                case(work, tool, turn)
                measured[tool].append(work.run(tool))
    return list(measured.values())
