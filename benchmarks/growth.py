"""How the time grows with the program: synthetic ones, of which every byte is the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.cases import Case, Side, Work, file_edited, measure, no_cache, nothing_changed
from benchmarks.programs import Contracts, Program
from benchmarks.tools import Tool

SIZES = (1_000, 10_000, 50_000)
MEASURED: dict[str, Case] = {
    "no cache at all": no_cache,
    "nothing changed": nothing_changed,
    "one file edited, imports the same": file_edited,
}

_PER_PACKAGE = 50
_GROUPS = 4
_RUNS = 3

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


def seconds(tool: Tool, size: int) -> list[float]:
    """Return the median times for a program of this many modules, one for each case in MEASURED."""
    work = Work.begin(_program(size), lambda folder: _write(folder, size))
    measured = [islice(measure(work, [Side(tool, case)]), _RUNS) for case in MEASURED.values()]
    return [median(run.seconds for (run,) in runs) for runs in measured]


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
    """Write packages that import only packages with lower numbers, and in the topmost group only lower groups."""
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
