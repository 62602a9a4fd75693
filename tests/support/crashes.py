"""Compare the crashes that are predicted with those of CPython: `python -m tests.support.crashes PYTHON PACKAGE ...`.

PYTHON is the interpreter of an environment in which the packages are installed. With `--mutants N` each package is
also changed N times, in copies: deferred imports are hoisted, guards of TYPE_CHECKING are opened, imports are moved.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from import_contracts.crashes.crash import Crash
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.search import search_crashes
from import_contracts.reading.source.text import Source, UndecodableError, decode

# Runs in the other interpreter. Each module is imported in a process of its own, forked before anything was imported.
IMPORTER = r"""
import json, os, signal, sys, traceback
sys.dont_write_bytecode = False
seconds = int(sys.argv[1])
entries = json.load(sys.stdin)
def attempt(entry):
    signal.alarm(seconds)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    try:
        __import__(entry)
    except BaseException as error:
        frames = [each for each in traceback.extract_tb(error.__traceback__) if "importlib" not in each.filename]
        last = frames[-1] if frames else None
        return type(error).__name__, str(error), last and last.filename, last and last.lineno
    return None
def collect(running):
    entry, pipe, child = running
    with os.fdopen(pipe) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    print(json.dumps([entry, json.loads(text) if text else ["Killed", "", None, None]]), flush=True)
if sys.argv[2]:
    out, into = os.pipe()
    if not os.fork():
        attempt(sys.argv[2])
        found = [each for each in sys.modules if each.partition(".")[0] in sys.stdlib_module_names]
        os.write(into, json.dumps(found).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as stream:
        text = stream.read()
    os.wait()
    for each in json.loads(text or "[]"):
        try:
            __import__(each)
        except ImportError:
            pass
running = []
for entry in entries:
    if len(running) == 2:
        collect(running.pop(0))
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        text = json.dumps(attempt(entry))
        os.write(into, text.encode()[:60000])
        os._exit(0)
    os.close(into)
    running.append((entry, out, child))
for each in running:
    collect(each)
"""

Outcome: TypeAlias = tuple[str, str, str | None, int | None] | None
"""The type and the message of an exception, and where it was raised; None if there was none."""


def imported_by_cpython(
    python: str, folder: Path, entries: Iterable[str], *, seconds: int = 20, after_library_of: str = ""
) -> dict[str, Outcome]:
    """Import each module first in a fresh process of another interpreter.

    What a module ``after_library_of`` imports of the standard library is imported before, which saves time.
    """
    done = subprocess.run(
        [python, "-c", IMPORTER, str(seconds), after_library_of],
        input=json.dumps(sorted(entries)),
        env={**os.environ, "PYTHONPATH": _path(folder), "PYTHONWARNINGS": "ignore"},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {entry: outcome and tuple(outcome) for entry, outcome in map(json.loads, done.stdout.splitlines())}


def _path(folder: Path) -> str:
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))


def is_crash(outcome: Outcome) -> bool:
    """Tell whether CPython says that a module was only partially initialized."""
    return outcome is not None and is_circular(f"{outcome[0]}: {outcome[1]}")


def is_circular(message: str) -> bool:
    """Tell whether a message of CPython, with the name of the exception, is about a partially initialized module."""
    return message.startswith(("ImportError: ", "AttributeError: ")) and "circular import" in message


def version_of(python: str) -> tuple[int, int]:
    """Return the version of another interpreter."""
    program = "import sys; print(*sys.version_info[:2])"
    major, minor = subprocess.run([python, "-c", program], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return int(major), int(minor)


class Found(NamedTuple):
    """The modules of a package and its folders without `__init__.py`."""

    sources: tuple[Source, ...]
    namespaces: frozenset[str]


def read(folder: Path, package: str) -> Found:
    """Read the modules of a package; their paths are relative to the folder."""
    sources = []
    namespaces = set()
    for place, folders, files in os.walk(folder / package):
        folders[:] = sorted(each for each in folders if each.isidentifier() and each != "__pycache__")
        names = sorted(each for each in files if each.endswith(".py") and each[:-3].isidentifier())
        path = Path(place).relative_to(folder)
        module = ".".join(path.parts)
        if "__init__.py" not in names:
            namespaces.add(module)
        for name in names:
            is_package = name == "__init__.py"
            try:
                text = decode((folder / path / name).read_bytes())
            except UndecodableError:
                continue
            full = module if is_package else f"{module}.{name[:-3]}"
            sources.append(Source(full, (path / name).as_posix(), is_package, text))
    return Found(tuple(sources), frozenset(namespaces))


@dataclass
class Score:
    """How the two agree."""

    right: int = 0
    same_place: int = 0
    false: int = 0
    missed: int = 0
    work: int = 0
    other: int = 0

    def add(self, more: Score) -> None:
        for name, value in vars(more).items():
            setattr(self, name, getattr(self, name) + value)

    def __str__(self) -> str:
        precision = self.right / max(1, self.right + self.false)
        recall = self.right / max(1, self.right + self.missed)
        return (
            f"{self.right + self.missed:5} crash, {self.work:5} work, {self.other:5} left out; "
            f"precision {precision:.4f} "
            f"({self.false} false), recall {recall:.4f} ({self.missed} missed), {self.same_place} at the same place"
        )


def predict(found: Found, version: tuple[int, int], entries: Collection[str] | None = None) -> dict[str, Crash]:
    """Return what crashes, by entry."""
    sources = {source.module: source for source in found.sources}
    modules = sources.keys() | found.namespaces
    imports = {module: possible_imports(source, modules) for module, source in sources.items()}
    crashing = search_crashes(ImportModel(sources, imports, version, found.namespaces), entries).crashes
    return {each.entry: each for each in crashing}


def compare(python: str, folder: Path, found: Found, entries: Iterable[str], *, verbose: bool) -> Score:
    """Try some modules, and compare."""
    truth = imported_by_cpython(python, folder, entries)
    predicted = predict(found, version_of(python), truth.keys())
    score = Score()
    for entry, outcome in truth.items():
        ours = predicted.get(entry)
        if outcome is not None and not is_crash(outcome):
            score.other += 1
        elif ours and outcome:
            score.right += 1
            score.same_place += _same_place(ours, outcome, folder)
        elif ours:
            score.false += 1
        elif outcome:
            score.missed += 1
        else:
            score.work += 1
        if verbose and bool(ours) != is_crash(outcome) and (outcome is None or is_crash(outcome)):
            print("   ", "FALSE" if ours else "MISSED", entry, outcome or "", _story(ours) if ours else "")  # noqa: T201 - a command
    return score


def _same_place(crash: Crash, outcome: tuple[str, str, str | None, int | None], folder: Path) -> bool:
    return outcome[2] == str(folder / crash.path) and outcome[3] == crash.line and f"'{crash.name}'" in outcome[1]


def _story(crash: Crash) -> str:
    return (
        f"{crash.path}:{crash.line} {crash.text!r} {' > '.join(f'{each.module}:{each.line}' for each in crash.stack)}"
    )


# --- changing programs -------------------------------------------------------------------------------------------

Edit: TypeAlias = tuple[Path, str]
"""A file and its new text."""


def edits(path: Path) -> Iterator[Edit]:
    """Yield changes of one file, each of which most often leaves a program that can run."""
    text = path.read_text(encoding="utf-8", errors="ignore")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.splitlines(keepends=True)
    top = _after_future(tree)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for each in function.body:
                if isinstance(each, ast.Import | ast.ImportFrom):
                    yield path, "".join([*lines[:top], ast.unparse(each) + "\n", *lines[top:]])
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            header = "".join(lines[node.lineno - 1 : node.body[0].lineno - 1])
            opened = header.replace("typing.TYPE_CHECKING", "True").replace("TYPE_CHECKING", "True")
            yield path, "".join([*lines[: node.lineno - 1], opened, *lines[node.body[0].lineno - 1 :]])
        if isinstance(node, ast.Import | ast.ImportFrom) and ast.unparse(node).startswith("from __future__") is False:
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            moved, rest = lines[first:last], [*lines[:first], *[""] * (last - first), *lines[last:]]
            yield path, "".join([*rest, "\n", *moved])
            yield path, "".join([*rest[:top], *moved, *rest[top:]])


def _after_future(tree: ast.Module) -> int:
    """Return how many lines come before the place where an import may stand first."""
    top = 0
    for node in tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_text and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
        top = node.end_lineno or 0
    return top


def mutant(folder: Path, package: str, target: Path, dice: random.Random, count: int) -> list[str]:
    """Copy a package, changed in a few places; return the modules that were changed."""
    shutil.copytree(folder / package, target / package, ignore=shutil.ignore_patterns("__pycache__"))
    files = sorted((target / package).rglob("*.py"))
    dice.shuffle(files)
    changed: list[str] = []
    for path in files:
        choices = [edit for edit in edits(path) if package in edit[1]] if len(changed) < count else []
        if choices and all(part.isidentifier() for part in path.relative_to(target).with_suffix("").parts):
            chosen = dice.choice(choices)
            try:
                compile(chosen[1], "", "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                continue
            path.write_text(chosen[1], encoding="utf-8")
            changed.append(".".join(path.relative_to(target).with_suffix("").parts).removesuffix(".__init__"))
    return changed


def main() -> None:
    """Print one line for each package, and those for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python")
    parser.add_argument("packages", nargs="+")
    parser.add_argument("--folder", type=Path, help="where the packages are, if not among the installed ones")
    parser.add_argument("--mutants", type=int, default=0, help="change each package so often instead")
    parser.add_argument("--changes", type=int, default=6, help="how many changes there are in each mutant")
    parser.add_argument("--entries", type=int, default=80, help="how many modules of each mutant to try")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    program = "import sysconfig; print(sysconfig.get_path('purelib'))"
    installed = subprocess.run([options.python, "-c", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    folder = options.folder or Path(installed.strip())
    total = Score()
    for package in options.packages:
        score = Score()
        if not options.mutants:
            found = read(folder, package)
            score = compare(options.python, folder, found, _names(found), verbose=options.verbose)
        for number in range(options.mutants):
            score.add(_tried(options, folder, package, f"{options.seed} {package} {number}"))
        print(f"{package:14}", score, flush=True)  # noqa: T201 - a command
        total.add(score)
    print(f"{'all':14}", total)  # noqa: T201 - a command


def _names(found: Found) -> list[str]:
    return [source.module for source in found.sources if not source.module.endswith("__main__")]


def _tried(options: argparse.Namespace, folder: Path, package: str, seed: str) -> Score:
    """Compare one mutant."""
    dice = random.Random(seed)  # noqa: S311 - the same mutants each time
    with tempfile.TemporaryDirectory() as place:
        target = Path(place).resolve()
        changed = mutant(folder, package, target, dice, options.changes)
        found = read(target, package)
        names = _names(found)
        entries = {*dice.sample(names, min(options.entries, len(names))), *changed} & set(names)
        return compare(options.python, target, found, entries, verbose=options.verbose)


if __name__ == "__main__":
    main()
