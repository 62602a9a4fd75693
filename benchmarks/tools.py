"""The tools, each installed in a virtual environment of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "benchmarks"
CACHE_OF_OURS = ".import_contracts_cache"
PYTHON = Path(sys.executable)


@dataclass(frozen=True)
class Tool:
    """A command with its arguments, and the name of the cache that it keeps in the folder where it runs; "" for none.

    ``status`` is its exit status; None if it is that of a program's contracts.
    """

    command: Path
    cache: str
    arguments: tuple[str, ...] = ()
    status: int | None = None

    def running(self, *arguments: str, status: int | None = None) -> Tool:
        """Return the same tool with arguments."""
        return replace(self, arguments=arguments, status=status)


@cache
def ours() -> Tool:
    """Install this project as it is now."""
    command = _command("import-contracts")
    _install(command, str(ROOT), *(["--force-reinstall", "--no-deps"] if command.exists() else []))
    return Tool(command, CACHE_OF_OURS)


def peer() -> Tool:
    """Install import-linter, unless that was done before."""
    command = _command("import-linter-2.17")
    if not command.exists():
        _install(command, "import-linter==2.17")
    return Tool(command, ".import_linter_cache")


def pylint() -> Tool:
    """Install pylint, unless that was done before."""
    command = _command("pylint-4.1").with_name("pylint")
    if not command.exists():
        _install(command, "pylint==4.1.*")
    return Tool(command, "")


def ruff() -> Tool:
    """Install ruff, unless that was done before."""
    command = _command("ruff-0.17").with_name("ruff")
    if not command.exists():
        _install(command, "ruff==0.17.*")
    return Tool(command, "")


def _command(environment: str) -> Path:
    return CACHE / "environments" / environment / "bin" / "lint-imports"


def _install(command: Path, *arguments: str) -> None:
    python = command.with_name("python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", command.parents[1]], check=True)
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments], check=True)
