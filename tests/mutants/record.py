"""Which tests run which lines of the program, measured once for each state of the checkout and then kept in `.cache`.

Where nothing but modules of tests has changed, only the tests in these are run again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import coverage

from .copies import MEASURED, Copies, Copy
from .recorder import CONTEXT, FOLDER, SHARED

_CONFIGURATION = """\
[run]
branch = true
core = ctrace
parallel = true
data_file = {folder}/data
source = {source}
context = ${{{context}-}}
"""

Lines: TypeAlias = dict[str, list[int]]
Arcs: TypeAlias = dict[str, list[tuple[int, int]]]


class RecordingError(Exception):
    """The tests cannot be recorded, as some fail without any change."""


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """A test, how many seconds it takes while it is measured, what it comes to, and the lines of files that it runs."""

    id: str
    seconds: float
    outcome: str
    lines: Lines

    @property
    def file(self) -> str:
        return self.id.partition("::")[0]


@dataclass(slots=True)
class Module:
    """The tests of a module, and all steps from one line to another that they take.

    The module without a name has what runs outside of tests.
    """

    digest: str = ""
    tests: list[Test] = field(default_factory=list)
    arcs: Arcs = field(default_factory=dict)


class Record:
    """What is known of the tests of a checkout; it is kept in a folder."""

    def __init__(self, copies: Copies, folder: Path) -> None:
        self._copies = copies
        contents = {name: (copies.tree / name).read_bytes() for name in copies.files}
        tests = {name: content for name, content in contents.items() if re.fullmatch(r"tests/(.+/)?test_\w+\.py", name)}
        own = {name for name in contents if name.startswith("tests/mutants/") and not name.endswith("/recorder.py")}
        self._digests = {name: _digest({name: tests[name]}) for name in sorted(tests.keys() - own)}
        common = _digest({name: contents[name] for name in contents.keys() - tests.keys() - own})
        self._path = folder / f"{common}.json.gz"
        self.modules = {name: module for name, module in self._read() if self._digests.get(name, "") == module.digest}

    def _read(self) -> Iterator[tuple[str, Module]]:
        kept = json.loads(gzip.decompress(self._path.read_bytes())) if self._path.exists() else {}
        for name, each in kept.items():
            arcs = {path: [(first, last) for first, last in steps] for path, steps in each["arcs"].items()}
            yield name, Module(each["digest"], [Test(*test) for test in each["tests"]], arcs)

    def _write(self) -> None:
        kept = {
            name: {
                "digest": module.digest,
                "tests": [[test.id, test.seconds, test.outcome, test.lines] for test in module.tests],
                "arcs": module.arcs,
            }
            for name, module in self.modules.items()
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(gzip.compress(json.dumps(kept).encode(), compresslevel=5))

    @property
    def missing(self) -> list[str]:
        """The modules whose tests have to be run."""
        return [name for name in self._digests if name not in self.modules]

    @property
    def tests(self) -> list[Test]:
        return [test for _, module in sorted(self.modules.items()) for test in module.tests]

    @cached_property
    def outside(self) -> dict[str, set[int]]:
        """The lines of each file that run outside of tests, such as on import."""
        arcs = self.modules[""].arcs if "" in self.modules else {}
        return {name: {line for arc in arcs[name] for line in arc if line > 0} for name in arcs}

    def complete(self, jobs: int) -> None:
        """Run the tests that have to be run, and keep what is measured."""
        missing = self.missing
        if not missing:
            return
        with self._copies.fresh() as copy:
            records = copy.folder / "records"
            records.mkdir()
            configuration = records / "configuration"
            configuration.write_text(
                _CONFIGURATION.format(folder=records, source=copy.tree / "src", context=CONTEXT), encoding="utf-8"
            )
            variables = {MEASURED: str(configuration), FOLDER: str(records)}
            workers = ["--numprocesses", str(jobs), "--dist", "loadfile"]
            status, printed = copy.pytest("-p", "tests.mutants.recorder", *workers, *missing, variables=variables)
            if status:
                raise RecordingError(printed)
            measured = coverage.Coverage(config_file=str(configuration))
            measured.combine([str(records)])
            recorded: dict[str, dict[str, Any]] = {}
            for path in sorted(records.glob("tests-*.json")):
                recorded |= json.loads(path.read_text(encoding="utf-8"))
            self._add(copy, measured.get_data(), recorded)
        self._write()

    def _add(self, copy: Copy, data: coverage.CoverageData, recorded: dict[str, dict[str, Any]]) -> None:
        """Add what was measured in a copy."""
        lines: defaultdict[str, Lines] = defaultdict(dict)
        for path in sorted(data.measured_files()):
            name = Path(path).relative_to(copy.tree).as_posix()
            for line, contexts in sorted(data.contexts_by_lineno(path).items()):
                for context in contexts:
                    lines[context].setdefault(name, []).append(line)
        for name in self.missing:
            self.modules[name] = Module(self._digests[name], [], _arcs(data, copy, f"^{re.escape(name)} "))
        for identity, each in recorded.items():
            contexts = [each["context"], *(f"{SHARED}{fixture}" for fixture in each["fixtures"])]
            its_lines = _united(lines[context] for context in contexts if context in lines)
            test = Test(identity, round(each["seconds"], 3), each["outcome"], its_lines)
            self.modules[test.file].tests.append(test)
        outside = self.modules.setdefault("", Module())
        for name, arcs in _arcs(data, copy, f"^$|^{SHARED}").items():
            outside.arcs[name] = sorted({*outside.arcs.get(name, []), *arcs})

    def coverage(self) -> tuple[float, float]:
        """Return how many of a hundred lines and of a hundred branches all tests run."""
        arcs: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        for module in self.modules.values():
            for name, its_arcs in module.arcs.items():
                arcs[str(self._copies.tree / name)].update(its_arcs)
        with TemporaryDirectory() as folder:
            data = coverage.CoverageData(str(Path(folder, "data")))
            data.add_arcs(arcs)
            data.close()
            source = [str(self._copies.tree / "src")]
            measured = coverage.Coverage(str(Path(folder, "data")), config_file=False, branch=True, source=source)
            measured.load()
            report = Path(folder, "report.json")
            measured.json_report(outfile=str(report))
            totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
        lines = totals["covered_lines"] / totals["num_statements"]
        branches = totals["covered_branches"] / totals["num_branches"]
        return 100 * lines, 100 * branches


def _digest(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name, content in sorted(contents.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:20]


def _arcs(data: coverage.CoverageData, copy: Copy, contexts: str) -> Arcs:
    """Return the steps that were taken in some contexts, given as a regular expression."""
    data.set_query_contexts([contexts])
    files = {path: data.arcs(path) for path in sorted(data.measured_files())}
    data.set_query_contexts(None)
    return {Path(path).relative_to(copy.tree).as_posix(): sorted(arcs) for path, arcs in files.items() if arcs}


def _united(parts: Iterable[Lines]) -> Lines:
    united: defaultdict[str, set[int]] = defaultdict(set)
    for part in parts:
        for name, lines in part.items():
            united[name].update(lines)
    return {name: sorted(lines) for name, lines in united.items()}
