"""Copies of this repository in which tests run, each with a Python environment that imports from it.

A test imports from the copy in which it runs, and so do the processes that it starts, whatever environment variables
they are given: the environment is a virtual one of its own, whose first entry is `src` of the copy. What else it has it
takes from the environment that makes it, without the way from there to the checkout.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

NETWORK_FREE = "not oracle and not installs and not real"

# Processes measure their coverage where this variable names a configuration. Its name is not one of those that tests
# take out of the environment of what they start.
MEASURED = "MUTANTS_COVERAGE"
_START = (
    f'import os; os.getenv("{MEASURED}") and (os.environ.update(COVERAGE_PROCESS_START=os.environ["{MEASURED}"]), '
    '__import__("coverage").process_startup())'
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the repository in the folder `tree`, and beside it all that a run of its tests needs and writes."""

    folder: Path

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def python(self) -> Path:
        return self.folder / "environment" / "bin" / Path(sys.executable).name

    def pytest(
        self, *args: str, variables: Mapping[str, str] | None = None, seconds: float | None = None
    ) -> tuple[int | None, str]:
        """Run tests that need no network; return the exit status, None if it took too long, and what was printed."""
        always = ["-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--ignore=tests/mutants", "-m", NETWORK_FREE]
        return self.run(str(self.python), "-m", "pytest", *always, *args, variables=variables, seconds=seconds)

    def run(
        self, *command: str, variables: Mapping[str, str] | None = None, seconds: float | None = None
    ) -> tuple[int | None, str]:
        """Run a command in the copy, and end all that it starts; return the same as `pytest`."""
        with subprocess.Popen(
            command,
            cwd=self.tree,
            env=self._environment(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                printed, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                return None, ""
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        return process.returncode, printed

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST", "PYTHON"))}
        path = os.pathsep.join([str(self.python.parent), kept.get("PATH", "")])
        own = {"PATH": path, "TMPDIR": str(self.folder / "tmp"), "HOME": str(self.folder / "home")}
        return {**kept, **own, "PYTHONHASHSEED": "0", **variables}


class Copies:
    """Makes copies of a checkout as it was when this was made; `tree` is that state, in which nothing ever runs."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._folder = folder
        self._template = Copy(folder / "template")
        self.tree = self._template.tree
        self.files = _repository_files(root)
        for name in self.files:
            target = self.tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target)
        command = ["git", "init", "--quiet", "--template="]
        subprocess.run(command, cwd=self.tree, check=True)
        self._complete(self._template)

    def compile(self) -> None:
        """Compile every module once, so that no run of tests has to."""
        subprocess.run([self._template.python, "-m", "compileall", "-qq", "src"], cwd=self.tree, check=True)
        self._template.pytest("--collect-only")

    @contextmanager
    def fresh(self, changes: Mapping[str, bytes] | None = None) -> Iterator[Copy]:
        """Make a copy in which nothing has run yet, with changed contents of some files; it is removed at the end."""
        with TemporaryDirectory(dir=self._folder, prefix="copy-", ignore_cleanup_errors=True) as folder:
            copy = Copy(Path(folder))
            shutil.copytree(self.tree, copy.tree, symlinks=True)
            self._complete(copy)
            for name, content in (changes or {}).items():
                path = copy.tree / name
                for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
                    compiled.unlink()
                path.write_bytes(content)
            yield copy

    @staticmethod
    def _complete(copy: Copy) -> None:
        """Add an environment to a copy."""
        (copy.folder / "tmp").mkdir()
        (copy.folder / "home").mkdir()
        venv.EnvBuilder(symlinks=True).create(copy.folder / "environment")
        installed = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
        paths = sysconfig.get_paths(vars={"base": str(copy.folder / "environment")})
        lines = [str(copy.tree / "src"), *installed, _START]
        (Path(paths["purelib"]) / "copy.pth").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        for name, script in _scripts():
            target = copy.python.with_name(name)
            target.write_bytes(b"#!" + os.fsencode(copy.python) + script)
            target.chmod(0o755)


def _repository_files(root: Path) -> list[str]:
    """Return the files of a checkout that are tracked, or would be if they were added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout
    return sorted({name for name in listed.split("\0") if name and (root / name).is_file()})


def _scripts() -> Iterable[tuple[str, bytes]]:
    """Yield the commands of this environment by name, from the end of their first line on."""
    for path in sorted(Path(sys.executable).parent.iterdir()):
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        first, _, rest = content.partition(b"\n")
        if first.startswith(b"#!") and os.fsencode(Path(sys.executable).parent) in first:
            yield path.name, b"\n" + rest
