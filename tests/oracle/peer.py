"""Ask import-linter, in its own environment, and ask this project, and read both answers the same way."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.support.arranging import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PEER = "import-linter==2.17"
CACHE = ROOT / ".cache"
PEER_PYTHON = "IMPORT_LINTER_PYTHON"

CONTRACT_LINE = re.compile(r"^(?P<name>.+) (?P<result>KEPT|BROKEN)(?: \(.*\))?$", re.MULTILINE)
REPORTED_LINE = re.compile(r"^- +(?P<importer>\S+) -> (?P<imported>\S+) \((?:l\.|\d+ import)")
UNLISTED_LINE = re.compile(r"^- (?P<module>[\w.]+)$")
ACYCLIC_LINE = re.compile(r"^No cycles are allowed in (?P<parent>[\w.]+)\.$")
SUMMARY_LINE = re.compile(r"^Contracts: \d+ kept, (?P<broken>\d+) broken\.$", re.MULTILINE)


class Verdict(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    UNUSABLE = "unusable"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Answer:
    """`contracts` has the name of every contract and whether it was kept, sorted; it is empty without a report.

    `reported` has the imports of which a contract's report says that they should go, each as (contract, importer,
    imported), and the modules that no layer lists, as (contract, module, "").
    """

    verdict: Verdict
    contracts: tuple[tuple[str, bool], ...]
    text: str
    reported: frozenset[tuple[str, str, str]] = frozenset()

    def agrees_with(self, other: Answer) -> bool:
        return self.verdict == other.verdict and self.contracts == other.contracts


class Runner:
    """A command that is imported once, in a server of its own, and forked for every run."""

    def __init__(self, python: str, target: str) -> None:
        script = Path(__file__).with_name("fork_server.py")
        self._server = subprocess.Popen(
            [python, "-P", str(script), target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "COLUMNS": "500", "PYTHONDONTWRITEBYTECODE": "1"},
        )

    def start(self, folder: Path, *arguments: str) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps({"folder": str(folder), "arguments": list(arguments)}) + "\n")
        self._server.stdin.flush()

    def finish(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the server ended; what it said is on standard error"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self._server.communicate()


class Oracle:
    """Both programs, ready to be asked; they answer at the same time."""

    def __init__(self, *, with_ours: bool = True) -> None:
        self._peer = Runner(peer_python(), "importlinter.cli:lint_imports_command")
        self._ours = Runner(sys.executable, "import_contracts.cli:main") if with_ours else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._peer.close()
        if self._ours is not None:
            self._ours.close()

    def ask(self, folder: Path, *arguments: str) -> tuple[Answer, Answer]:
        self._peer.start(folder, "--no-cache", "--no-logo", *arguments)
        if self._ours is None:
            answer = read_peer(self._peer.finish())
            return answer, answer
        self._ours.start(folder, "check", "--no-cache", "--format", "json", *arguments)
        return read_peer(self._peer.finish()), read_ours(self._ours.finish())


def read_peer(run: dict[str, Any]) -> Answer:
    text = f"{run['stdout']}{run['stderr']}".strip()
    summary = SUMMARY_LINE.search(text)
    if summary is None or run["exit"] not in {0, 1}:
        return Answer(Verdict.UNUSABLE, (), text)
    assert (run["exit"] == 1) == (summary["broken"] != "0"), text
    before = text[: summary.start()]
    contracts = sorted((line["name"].strip(), line["result"] == "KEPT") for line in CONTRACT_LINE.finditer(before))
    reported = frozenset(peer_reported(text[summary.end() :].splitlines()))
    return Answer(Verdict.BROKEN if run["exit"] else Verdict.KEPT, tuple(contracts), text, reported)


def peer_reported(lines: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what the report wants gone: of every chain its first import, which `-` begins."""
    contract = parent = ""
    for line, following in itertools.pairwise([*lines, ""]):
        if following and set(following) == {"-"}:
            contract, parent = line, ""
        elif found := ACYCLIC_LINE.match(line):
            parent = found["parent"]
        elif found := REPORTED_LINE.match(line):
            yield contract, parent + found["importer"], parent + found["imported"]
        elif found := UNLISTED_LINE.match(line):
            yield contract, found["module"], ""


def read_ours(run: dict[str, Any]) -> Answer:
    text = f"{run['stdout']}{run['stderr']}".strip()
    verdict = {0: Verdict.KEPT, 1: Verdict.BROKEN, 2: Verdict.UNUSABLE}.get(run["exit"], Verdict.CRASHED)
    if verdict is Verdict.CRASHED:
        return Answer(verdict, (), text)
    if verdict is Verdict.UNUSABLE:
        return Answer(verdict, (), digest(json.loads(run["stdout"])) if run["stdout"].startswith("{") else text)
    try:
        report = json.loads(run["stdout"])
        contracts = sorted((contract["name"], contract["kept"]) for contract in report["contracts"])
        reported = frozenset(
            (contract["name"], violation["importer"], violation["imported"] or "")
            for contract in report["contracts"]
            for violation in contract["violations"]
        )
    except (ValueError, KeyError, TypeError) as error:
        return Answer(Verdict.CRASHED, (), f"No report that can be read: {error!r}\n{text}")
    return Answer(verdict, tuple(contracts), digest(report), reported)


def digest(report: dict[str, Any]) -> str:
    """Return what matters of a report, without the evidence."""
    problems = [
        f"{each['contract']}: {each['key']}: {each['message']}" for each in (*report["errors"], *report["warnings"])
    ]
    results = [
        f"{each['name']}: {({True: 'kept', False: 'broken', None: 'error'})[each['kept']]}"
        for each in report["contracts"]
    ]
    violations = [
        f"- {each['importer']} -> {each['imported']}: {each['message']}"
        for contract in report["contracts"]
        for each in contract["violations"]
    ]
    unreadable = [f"{each['path']}: {each['message']}" for each in report["unreadable"]]
    return "\n".join([*problems, *unreadable, *results, *violations])


def peer_python() -> str:
    """Return the Python of an environment that has import-linter, which is made if none is named."""
    named = os.environ.get(PEER_PYTHON)
    return named or str(made_environment() / "bin" / "python")


def made_environment(requirement: str = PEER) -> Path:
    folder = cache_folder(requirement.replace("==", "-"))
    done = folder / "installed"
    with one_at_a_time():
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            subprocess.run([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", requirement], check=True)
            done.touch()
    return folder


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep other runs of these tests from filling the cache at the same time."""
    with cache_folder("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def cache_folder(name: str) -> Path:
    """Return a folder below the checkout's cache, which git does not see."""
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    return CACHE / name
