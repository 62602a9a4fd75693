"""Markdown pages that can be executed.

A page is run from top to bottom in one folder:

* a block with a title (``toml title="pyproject.toml"``) writes that file;
* a block ``text title="program"`` replaces the program by one of which it lists the imports;
* a block ``console`` runs each line that begins with ``$ ``; what the commands print stands below them. A command that
  fails is followed by ``$ echo $?``;
* a block below ``<!-- not executed: reason -->`` is left alone, and one below ``<!-- executed with NAME: reason -->``
  is run only where NAME is available.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.arranging import ROOT

DOCS = ROOT / "docs"

_FENCE = re.compile(r"(?P<fence>`{3,})(?P<language>[\w-]*)(?P<attributes>.*)")
_TITLE = re.compile(r'title="([^"]+)"')
_COMMENT = re.compile(r"<!-- (?:(?P<never>not executed)|executed with (?P<needs>\w+)): .+ -->")
# In GitHub Actions, what is printed is between two lines with a random token.
_RANDOM = re.compile(r"^(::(?:stop-commands::)?)[0-9a-f]{32}(?=(?:::)?$)", re.MULTILINE)
_FIXED = r"\g<1>8d1f3c5a7b9e2046c8ea0b1d3f527496"
_LINE = re.compile(r"(?P<importer>[\w.]+)(?: -> (?P<imported>[\w.]+)(?: \((?P<kind>deferred|type checking)\))?)?")


def pages() -> list[Path]:
    return sorted(DOCS.rglob("*.md"))


def name(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; ``start`` and ``end`` are the indices of the lines of its body in the page."""

    language: str
    title: str
    lines: tuple[str, ...]
    start: int
    end: int
    never: bool = False
    needs: str = ""

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    lines = page.splitlines()
    comment: re.Match[str] | None = None
    number = 0
    while number < len(lines):
        opening = _FENCE.fullmatch(lines[number])
        if opening is None:
            if lines[number].strip():
                comment = _COMMENT.fullmatch(lines[number])
            number += 1
            continue
        start = number + 1
        end = lines.index(opening["fence"], start)
        title = _TITLE.search(opening["attributes"])
        yield Block(
            opening["language"],
            title[1] if title else "",
            tuple(lines[start:end]),
            start,
            end,
            never=bool(comment and comment["never"]),
            needs=(comment["needs"] or "") if comment else "",
        )
        comment = None
        number = end + 1


@dataclass
class Run:
    """One execution of a page, in a folder of its own."""

    folder: Path
    available: Collection[str] = ()
    status: int = 0
    program: set[Path] = field(default_factory=set)

    def page(self, text: str) -> str:
        """Execute a page and return it with what its commands really print."""
        (self.folder / ".git").mkdir(exist_ok=True)  # where the search for a configuration ends
        lines = text.splitlines()
        for block in reversed([(block, self.block(block)) for block in blocks(text)]):
            if block[1] is not None:
                lines[block[0].start : block[0].end] = block[1]
        return "".join(f"{line}\n" for line in lines)

    def block(self, block: Block) -> list[str] | None:
        """Execute a block; return its lines as they should be where it has commands."""
        if block.never or (block.needs and block.needs not in self.available):
            return None
        if block.title == "program":
            self._new_program(block.lines)
        elif block.title:
            path = self.folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        return list(self._commands(block)) if block.language == "console" else None

    def _commands(self, block: Block) -> Iterator[str]:
        commands = [line for line in block.lines if line.startswith("$ ")]
        for command, following in zip(commands, [*commands[1:], ""], strict=True):
            yield command
            if command == "$ echo $?":
                yield str(self.status)
                continue
            yield from self._run(command.removeprefix("$ "))
            if self.status and following != "$ echo $?":
                raise AssertionError(f"'{command}' fails with {self.status}: let '$ echo $?' follow it")

    def _run(self, command: str) -> list[str]:
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607 - that of the system
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        self.status = done.returncode
        return _RANDOM.sub(_FIXED, done.stdout).splitlines()

    def _new_program(self, lines: Collection[str]) -> None:
        for path in self.program:
            shutil.rmtree(path, ignore_errors=True)
        files = program([line for line in lines if line])
        self.program = {self.folder / path.parts[0] for path in files}
        for path, text in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def _environment() -> dict[str, str]:
    drop = {"FORCE_COLOR", "GITHUB_ACTIONS", "NO_COLOR", "PYTHONPATH"}
    kept = {key: value for key, value in os.environ.items() if key not in drop}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, **_GIT, "PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


# With these, a commit has the same hash everywhere.
_GIT = {
    **{f"GIT_{role}_NAME": "Ann" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "ann@example.org" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_DATE": "2026-01-01T00:00:00Z" for role in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def program(lines: Collection[str]) -> dict[Path, str]:
    """Return the files of a program of which the imports are listed, one ``importer -> imported`` a line.

    A module that imports nothing stands alone on its line. What lies in another top-level package than the first
    module is installed elsewhere.
    """
    imports: dict[str, list[str]] = {}
    root = next(iter(lines)).partition(".")[0]
    for line in lines:
        found = _LINE.fullmatch(line)
        assert found, f"'{line}' is neither a module nor an import"
        statement = f"import {found['imported']}"
        if found["kind"] == "deferred":
            statement = f"def later():\n    {statement}"
        elif found["kind"]:
            statement = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {statement}"
        imports.setdefault(found["importer"], []).extend([statement] if found["imported"] else [])
        if found["imported"] and found["imported"].partition(".")[0] == root:
            imports.setdefault(found["imported"], [])
    packages = {module[: dot.start()] for module in imports for dot in re.finditer(r"\.", module)}
    return {
        Path(*module.split("."), "__init__.py")
        if module in packages
        else Path(*module.split(".")).with_suffix(".py"): (
            "".join(f"{statement}\n" for statement in imports.get(module, ()))
        )
        for module in packages | set(imports)
    }
