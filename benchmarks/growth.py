"""How the time grows with the program: synthetic ones, of which every byte is the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.cases import Side, Work, file_edited, measure, no_cache
from benchmarks.programs import Contracts, Program
from benchmarks.timing import Run
from benchmarks.tools import Tool

SIZES = (1_000, 10_000, 200_000)

_PER_PACKAGE = 50
_GROUPS = 4
_RUNS, _RUNS_OF_LARGE, _LARGE = 3, 1, 50_000

_BASELINE = "known.txt"
_ONE_CONTRACT = {
    "acyclic.toml": """\
[tool.importlinter]
root_package = "synthetic"

[[tool.importlinter.contracts]]
name = "Acyclic"
type = "acyclic"
""",
    "baseline.toml": f"""\
[tool.importlinter]
root_package = "synthetic"
baseline = "{_BASELINE}"

[[tool.importlinter.contracts]]
id = "apart"
name = "Apart"
type = "forbidden"
source_modules = ["synthetic.group_3"]
forbidden_modules = ["synthetic.group_0"]
""",
}
_FUNCTION = """

def function_{number}(first: int, second: int = {number}) -> list[int]:
    \"\"\"Return some of the numbers from the first to the second.\"\"\"
    found = []
    for each in range(first, second):
        if each % {divisor}:
            found.append(each * {number})
        else:
            found.extend(range(each))
    return found
"""


def measured(tool: Tool, size: int) -> Iterator[tuple[str, Run]]:
    """Yield the median run by CPU time for each case, with a program of this many modules; of a large one, one run."""
    work = Work.begin(_program(size), lambda folder: _write(folder, size))
    for case, side in _sides(tool):
        runs = [run for (run,) in islice(measure(work, [side]), _RUNS_OF_LARGE if size > _LARGE else _RUNS)]
        yield case, sorted(runs, key=lambda run: run.cpu)[len(runs) // 2]


def _sides(tool: Tool) -> Iterator[tuple[str, Side]]:
    """Yield each case with its command; only the first three have a cache."""
    anew = replace(tool, cache="")
    yield "check, no cache at all", Side(tool, no_cache)
    yield "check, nothing changed", Side(tool)
    yield "check, one file edited", Side(tool, file_edited)
    yield "cycles --quick", Side(anew.running("cycles", "--quick", "--no-cache", "synthetic"))
    yield "check, acyclic", Side(anew.running("check", "--no-cache", "--config", "acyclic.toml"))
    create = anew.running("baseline", "create", "--no-cache", "--config", "baseline.toml")
    yield "baseline create", Side(create, _without_baseline)


def _without_baseline(work: Work, _tool: Tool, _turn: int) -> None:
    """Delete the baseline that the run before has written."""
    (work.folder / _BASELINE).unlink(missing_ok=True)


def _program(size: int) -> Program:
    groups = [f"synthetic.group_{number}" for number in reversed(range(_GROUPS))]
    last = size // _PER_PACKAGE - 1
    edited = _module(size - 1, size).replace(".", "/") + ".py"
    return Program(
        package="synthetic",
        contracts=Contracts(
            layers=groups,
            independent=[_package(number, size) for number in (last - 2, last - 1, last)],
            source=groups[-1],
            forbidden=groups[0],
        ),
        edited=edited,
        importing=edited,
        added=_module(0, size),
        status=0,
    )


def _write(folder: Path, size: int) -> None:
    """Write packages that import only packages with lower numbers, and in the topmost group only lower groups.

    Nearly every import of the topmost group breaks the contract for the baseline.
    """
    for name, text in _ONE_CONTRACT.items():
        (folder / name).write_text(text, encoding="utf-8")
    random = Random(size)
    for number in range(size):
        path = folder / (_module(number, size).replace(".", "/") + ".py")
        if number % _PER_PACKAGE == 0:
            path.parent.mkdir(parents=True)
            for package in (path.parent, *path.parents[1:3]):
                (package / "__init__.py").touch()
        path.write_text("".join(_lines(number, size, random)), encoding="utf-8")


def _lines(number: int, size: int, random: Random) -> Iterator[str]:
    below = min(number // _PER_PACKAGE * _PER_PACKAGE, size * (_GROUPS - 1) // _GROUPS)
    for imported in sorted(random.sample(range(below), min(5, below))):
        package, _, module = _module(imported, size).rpartition(".")
        yield f"from {package} import {module}\n"
    for function in range(5):
        yield _FUNCTION.format(number=function, divisor=random.randrange(2, 10))


def _module(number: int, size: int) -> str:
    return f"{_package(number // _PER_PACKAGE, size)}.module_{number}"


def _package(number: int, size: int) -> str:
    return f"synthetic.group_{number * _PER_PACKAGE * _GROUPS // size}.package_{number}"
