"""Repair real programs, and ask CPython, ruff and their own tests: `python -m tests.real.repaired --update-docs`.

Each program is a copy of its source distribution in a git repository of its own. `lint-imports fix --unsafe-fixes`
changes it. Afterwards every module is imported first in a process of its own, and tests of the program run. Before, so
do the same tests, and what fails to be imported afterwards is imported.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.timing import Run, run

from tests.reading.test_source_roots import python
from tests.real.wheels import installed, with_tests
from tests.support.arranging import ROOT
from tests.support.concrete import findings
from tests.support.crashes import Outcome, imported_by_cpython, is_crash, read

DOCS = ROOT / "docs/fix.md"
START, END = "<!-- python -m tests.real.repaired --update-docs -->\n", "<!-- end of repaired -->\n"
HEAD = (
    *("program", "runtime cycles", "imports in them", "modules that crash", "changed", "by hand", "without a hand"),
    *("its tests", "CPU seconds", "peak MiB"),
)
_FAILED = re.compile(r"^(?:FAILED|ERROR|FAIL:|ERROR:) (\S+(?: \(\S+\))?)", re.MULTILINE)
_PASSED = re.compile(r"\b(\d+) passed|^Ran (\d+) tests", re.MULTILINE)
_SECONDS = 600


@dataclass(frozen=True)
class Program:
    """A release whose package is in the folder ``inside`` of its source distribution.

    ``tests`` is what runs its tests, after ``python -m`` in the folder ``tests_in``; ``needs`` is what they require.
    ``is_quick`` says that CI repairs it as well.
    """

    requirement: str
    package: str
    tests: tuple[str, ...]
    needs: tuple[str, ...] = ()
    inside: str = "."
    tests_in: str = "."
    is_quick: bool = False

    def copy_to(self, folder: Path) -> None:
        """Make a repository of its source distribution, with one commit."""
        shutil.copytree(with_tests(self.requirement), folder, symlinks=True)
        for command in (["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "--message", "before"]):
            _git(folder, *command)


def _git(folder: Path, *command: str) -> None:
    identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *command], cwd=folder, check=True)  # noqa: S607 - the one on the path


def _pytest(*tests: str) -> tuple[str, ...]:
    return ("pytest", "-q", "-rfE", "-p", "no:cacheprovider", *tests)


@dataclass
class Seen:
    """What is seen of a program at one time: outcomes by Python and module, failed tests, and ruff's findings.

    Before the repair, outcomes are only known of modules that fail after it.
    """

    imported: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    passed: int = 0
    found: dict[str, set[tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Repaired:
    """A program before and after; ``report`` is the one of ``fix``, in JSON."""

    program: Program
    report: Mapping[str, Any]
    before: Seen
    after: Seen
    again: int
    measured: Run
    in_cycles: tuple[int, int]

    def faults(self) -> list[str]:
        """Return what is wrong after the repair that was not before, in words."""
        broken = [
            f"{version}: {entry}: {outcome}"
            for version, outcomes in self.after.imported.items()
            for entry, outcome in outcomes.items()
            if outcome and not self.before.imported[version][entry]
        ]
        gone = set(self.report["crashes"]["before"]) - set(self.report["crashes"]["after"])
        crashes = [
            f"{entry} still crashes: {outcome}"
            for entry, outcome in self.after.imported.get(self.report["python"], {}).items()
            if entry in gone and is_crash(outcome)
        ]
        tests = [f"fails: {each}" for each in sorted(self.after.failed - self.before.failed)]
        counts = f"{self.before.passed} tests passed before, {self.after.passed} after"
        lost = [counts] if self.after.passed < self.before.passed or not self.after.passed else []
        ruff = [
            f"ruff: {module}: {each}"
            for module, found in self.after.found.items()
            for each in sorted(found - self.before.found.get(module, set()))
        ]
        again = [f"a second run ends with {self.again}"] * bool(self.again)
        return [*broken, *crashes, *tests, *lost, *ruff, *again]

    def row(self) -> Sequence[str]:
        """Return the cells of its row in the table."""
        cycles, crashes = self.report["cycles"], self.report["crashes"]
        made, left = len(self.report["made"]), len(self.report["left"])
        return (
            self.program.requirement.replace("==", " "),
            f"{cycles['before'].get('runtime', 0)} -> {cycles['after'].get('runtime', 0)}",
            f"{self.in_cycles[0]} -> {self.in_cycles[1]}",
            f"{len(crashes['before'])} -> {len(crashes['after'])}",
            str(made),
            str(left),
            f"{made / (made + left):.0%}",
            f"{self.after.passed:,} pass" + (f", {len(self.after.failed)} fail as before" if self.after.failed else ""),
            f"{self.measured.cpu:.1f}",
            f"{self.measured.mebibytes:.0f}",
        )


def repaired(program: Program, folder: Path, pythons: Mapping[str, str], most: int = sys.maxsize) -> Repaired:
    """Repair a program in a new folder; the Pythons that import it are given by version, and the first runs tests.

    At most so many modules of cycles are imported first, and as many others, always the same ones.
    """
    program.copy_to(folder)
    imports = runtime_imports(program, folder)
    entries = sample(program, folder, {module for edge in imports for module in edge}, most)
    report, measured = fix(program, folder)
    after = seen(program, folder, pythons, dict.fromkeys(pythons, entries))
    command = _command(program, "fix", "--unsafe-fixes", "--diff", "--allow-dirty")
    again = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    counted = (len(imports), len(runtime_imports(program, folder)))
    failing = {version: [each for each in found if found[each]] for version, found in after.imported.items()}
    _git(folder, "commit", "--quiet", "--all", "--allow-empty", "--message", "after")
    _git(folder, "checkout", "--quiet", "HEAD~")
    before = seen(program, folder, pythons, failing)
    _git(folder, "checkout", "--quiet", "--force", "-")
    return Repaired(program, report, before, after, again.returncode, measured, counted)


def _command(program: Program, command: str, *options: str) -> list[str]:
    """Return a command of this tool for the package of a program."""
    where = ["--source-root", program.inside, "--no-cache", "--kind", "runtime"]
    return [sys.executable, "-m", "import_contracts", command, program.package, *where, *options]


def sample(program: Program, folder: Path, cyclic: Set[str], most: int) -> list[str]:
    """Return at most so many modules of cycles, and as many others."""
    modules = {each.module for each in read(folder / program.inside, program.package).sources}
    dice = random.Random(1)  # noqa: S311 - the same ones each time
    chosen: list[str] = []
    for group in (modules & cyclic, modules - cyclic):
        names = sorted(name for name in group if not name.endswith("__main__"))
        chosen += dice.sample(names, min(most, len(names)))
    return chosen


def runtime_imports(program: Program, folder: Path) -> set[tuple[str, str]]:
    """Return the imports that are in runtime cycles."""
    command = _command(program, "cycles", "--quick", "--format", "json")
    report = json.loads(subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False).stdout)
    return {(each["importer"], each["imported"]) for cycle in report["cycles"] for each in cycle["imports"]}


def fix(program: Program, folder: Path) -> tuple[dict[str, Any], Run]:
    """Repair a program, and return the report, and what it took."""
    report = folder.with_suffix(".json")
    options = ["--unsafe-fixes", "--format", "json", "--output", str(report)]
    measured = run(_command(program, "fix", *options), folder)
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found, measured


def seen(program: Program, folder: Path, pythons: Mapping[str, str], entries: Mapping[str, Collection[str]]) -> Seen:
    """Import some modules first, which are given by the version of Python, run the tests, and ask ruff."""
    found = Seen()
    package = folder / program.inside
    sources = read(package, program.package).sources
    for version, executable in pythons.items():
        with_needs = os.pathsep.join([str(package), str(installed((program.requirement, *program.needs), executable))])
        with _environment(PYTHONPATH=with_needs, PYTHONPYCACHEPREFIX=str(folder.with_suffix(".pyc"))):
            found.imported[version] = imported_by_cpython(
                executable, package.resolve(), entries[version], after_library_of=program.package
            )
            if version == next(iter(pythons)):
                found.failed, found.passed = tested(program, folder, executable)
    with tempfile.TemporaryDirectory() as place:
        found.found = findings(Path(place), {each.module: each.text for each in sources})
    return found


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def tested(program: Program, folder: Path, executable: str) -> tuple[frozenset[str], int]:
    """Run the tests of a program, and return which failed, and how many passed."""
    done = subprocess.run(
        [executable, "-m", *program.tests],
        cwd=folder / program.tests_in,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=_SECONDS,
    )
    passed = sum(int(one or other) for one, other in _PASSED.findall(done.stdout)[-1:])
    return frozenset(_FAILED.findall(done.stdout)), passed


_PYTEST = "pytest==9.0.1"
PROGRAMS = {
    each.package: each
    for each in (
        Program(
            "astroid==4.0.1",
            "astroid",
            _pytest(*(f"tests/test_{each}.py" for each in ("builder", "manager", "nodes", "scoped_nodes"))),
            (_PYTEST, "attrs", "python-dateutil", "regex", "six"),
            is_quick=True,
        ),
        Program(
            "celery==5.5.3",
            "celery",
            _pytest("t/unit/tasks"),
            (
                "pytest==8.4.2",
                "pytest-celery",
                "pytest-subtests",
                "pytest-click",
                "pytest-timeout",
                "pytest-order",
                "moto",
            ),
            is_quick=True,
        ),
        Program(
            "django==5.2.8",
            "django",
            ("runtests", "--parallel=1", "model_fields", "queries", "forms_tests", "contenttypes_tests", "admin_views"),
            tests_in="tests",
        ),
        Program("docutils==0.22.2", "docutils", _pytest("test/test_parsers"), (_PYTEST,), is_quick=True),
        Program(
            "hypothesis==6.142.5",
            "hypothesis",
            _pytest("tests/cover/test_control.py", "tests/cover/test_core.py", "tests/cover/test_settings.py"),
            (_PYTEST, "pexpect", "sortedcontainers", "pytest-xdist"),
            inside="src",
        ),
        Program(
            "kedro==1.0.0",
            "kedro",
            _pytest("--no-cov", "tests"),
            (_PYTEST, "pytest-cov", "pytest-mock", "requests-mock", "ipython", "pandas", "behave", "requests"),
        ),
        Program(
            "luigi==3.6.0",
            "luigi",
            _pytest(*(f"test/{each}_test.py" for each in ("task", "parameter", "scheduler", "execution_summary"))),
            (_PYTEST, "mock", "psutil", "jsonschema"),
            is_quick=True,
        ),
        Program(
            "networkx==3.5",
            "networkx",
            _pytest("networkx/utils", "networkx/algorithms/bipartite", "networkx/algorithms/tree"),
            (_PYTEST,),
            is_quick=True,
        ),
        Program(
            "scrapy==2.13.3",
            "scrapy",
            _pytest(*(f"tests/test_{each}.py" for each in ("http_request", "linkextractors", "loader", "spider"))),
            (_PYTEST, "sybil", "testfixtures", "pytest-cov", "attrs"),
            is_quick=True,
        ),
        Program("sphinx==8.2.3", "sphinx", _pytest("tests/test_util"), (_PYTEST, "defusedxml", "typing_extensions")),
        Program(
            "sqlalchemy==2.0.44",
            "sqlalchemy",
            _pytest("-p", "no:logging", "test/base", "test/orm/declarative", "test/orm/test_mapper.py"),
            ("pytest==8.4.2",),
            inside="lib",
        ),
        Program(
            "sympy==1.14.0",
            "sympy",
            _pytest("sympy/core", "sympy/logic", "sympy/sets"),
            (_PYTEST, "hypothesis", "pytest-timeout"),
        ),
        Program(
            "trio==0.31.0",
            "trio",
            _pytest("-p", "trio._tests.pytest_plugin", "src/trio/_core/_tests", "src/trio/_tests/test_channel.py"),
            (_PYTEST, "trustme", "pyopenssl", "async_generator", "astor"),
            inside="src",
        ),
        Program(
            "twisted==25.5.0",
            "twisted",
            ("twisted.trial", "twisted.logger", "twisted._threads", "twisted.python"),
            ("hypothesis", "pyhamcrest", "httpx"),
            inside="src",
            tests_in="src",
            is_quick=True,
        ),
        Program(
            "werkzeug==3.1.3",
            "werkzeug",
            _pytest("tests/test_http.py", "tests/test_wrappers.py", "tests/test_datastructures.py", "tests/sansio"),
            (_PYTEST, "ephemeral-port-reserve", "cffi", "pytest-timeout", "pytest-xprocess"),
            inside="src",
            is_quick=True,
        ),
    )
}


def main() -> None:
    """Print the row of each program, and on standard error what is wrong."""
    parser = argparse.ArgumentParser("python -m tests.real.repaired", description="Repair real programs.")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help="Only these.")
    parser.add_argument("--folder", type=Path, help="Keep the programs there.")
    parser.add_argument("--update-docs", action="store_true", help="Write the table into docs/fix.md as well.")
    options = parser.parse_args()
    pythons = {version: found for version in ("3.11", "3.12", "3.13") if (found := python(version))}
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    print(*lines, sep="\n", flush=True)  # noqa: T201 - a command
    with tempfile.TemporaryDirectory() as place:
        for name in options.programs or sorted(PROGRAMS):
            done = repaired(PROGRAMS[name], (options.folder or Path(place)).resolve() / name, pythons)
            lines.append(_line(done.row()))
            print(lines[-1], flush=True)  # noqa: T201 - a command
            print(*done.faults(), sep="\n", end="", file=sys.stderr, flush=True)  # noqa: T201 - a command
    if options.update_docs:
        before, start, rest = DOCS.read_text(encoding="utf-8").partition(START)
        _, end, after = rest.partition(END)
        table = "\n".join(lines)
        DOCS.write_text(f"{before}{start}\n{table}\n\n{end}{after}", encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
