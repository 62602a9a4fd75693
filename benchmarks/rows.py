"""The rows of the comparison: what each compares, and how often it has to be measured before it says something."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median, quantiles

from benchmarks import tools
from benchmarks.cases import (
    Case,
    Side,
    Work,
    file_edited,
    fresh_clone,
    import_added,
    measure,
    no_cache,
    nothing_changed,
    restored_cache,
)
from benchmarks.programs import Release
from benchmarks.timing import WALK, Run
from benchmarks.tools import Tool

_NOISE = 0.15
"""The largest interquartile range of the ratios, as a part of their median, with which a row is printed."""

_LONG = 5.0
"""A run that takes more seconds is measured at most ``_LONG_RUNS`` times: it is steadier, and there is no time."""

_LONG_RUNS = 3


@dataclass(frozen=True)
class Row:
    """One comparison: ``ours`` with ``other``, which is called ``against``; ``goal`` is for the ratio of the times."""

    case: str
    ours: Side
    other: Side
    against: str
    goal: float | None = None


@dataclass(frozen=True)
class Measured:
    """The runs of both sides of a row; those at one index were made one after the other."""

    ours: Sequence[Run]
    others: Sequence[Run]

    @property
    def ratios(self) -> list[float]:
        """The ratio of the times of each pair of runs, sorted."""
        return sorted(our.seconds / other.seconds for our, other in zip(self.ours, self.others, strict=True))

    @property
    def ratio(self) -> float:
        """The median of these."""
        return median(self.ratios)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The first and the third quartile of these."""
        first, _, third = quantiles(self.ratios, n=4, method="inclusive")
        return first, third

    @property
    def memory(self) -> float:
        """The median ratio of the peak memory of each pair."""
        return median(our.megabytes / other.megabytes for our, other in zip(self.ours, self.others, strict=True))

    @property
    def is_steady(self) -> bool:
        """Whether the ratios differ little, so that the median is not luck."""
        first, third = self.quartiles
        return third - first <= _NOISE * self.ratio


def rows_of(release: Release) -> Iterator[Row]:
    """Yield the rows about a program."""
    ours, goals = tools.ours(), release.goals
    yield from _checks(ours, goals)
    yield from _cycles(ours, release.program.package, goals)


def _checks(ours: Tool, goals: Mapping[str, float]) -> Iterator[Row]:
    cases: dict[str, Case] = {
        "nothing changed": nothing_changed,
        "a comment added in one file": file_edited,
        "an import added, each run in another file": import_added,
        "no cache at all": no_cache,
        "restored cache, new time stamps": restored_cache,
        "restored cache, a fresh clone": fresh_clone,
    }
    for name, case in cases.items():
        yield Row(name, Side(ours, case), Side(tools.peer(), case), "import-linter 2.17", goals.get(name))
    walk = Tool(tools.PYTHON, "", ("-c", WALK), status=0)
    yield Row("nothing changed", Side(ours), Side(walk), "a bare walk and stat", 1.5)
    graph = Side(tools.ruff().running("analyze", "graph", "--quiet", "--config", "respect-gitignore=false", status=0))
    yield Row("no cache at all", Side(ours, no_cache), graph, "ruff analyze graph, which checks nothing")


def _cycles(ours: Tool, package: str, goals: Mapping[str, float]) -> Iterator[Row]:
    one = Side(ours.running("check", "--contract", "forbidden"), no_cache)
    quick = Side(ours.running("cycles", "--quick", package, status=0), no_cache)
    whole = ours.running("cycles", package, status=0)
    first = Side(replace(ours.running("cycles", "--no-cache", package, status=0), cache=""))
    pylint = tools.pylint().running("--disable=all", "--enable=cyclic-import", package, status=8)
    cases = {
        "cycles --quick, no cache": (quick, one, "check with one forbidden contract"),
        "cycles, no cache": (first, one, "check with one forbidden contract"),
        "cycles, no cache, and pylint": (first, Side(pylint), "pylint 4.1, cyclic-import"),
        "cycles after one edited file": (Side(whole, file_edited), first, "cycles, no cache"),
    }
    for name, sides in cases.items():
        if name in goals:
            yield Row(name, *sides, goals[name])


def measured(work: Work, row: Row, runs: int) -> Measured:
    """Measure a row: so many pairs, and up to three times as many while their ratios differ much."""
    pairs: list[Sequence[Run]] = []
    for run in measure(work, (row.ours, row.other)):
        pairs.append(run)
        is_long = max(each.seconds for each in run) > _LONG
        enough, most = (_LONG_RUNS, _LONG_RUNS) if is_long else (max(runs, 3), 3 * runs)
        if len(pairs) >= enough:
            found = Measured(*zip(*pairs, strict=True))
            if found.is_steady or len(pairs) >= most:
                return found
    sys.exit("no pair of runs was measured")
