"""How time and memory grow with programs of extreme shapes, as a table in docs/benchmarks.md."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from math import log
from pathlib import Path

from benchmarks.shapes import Shape, Step
from benchmarks.timing import Run, run_within
from benchmarks.tools import ROOT, Tool

HEAD = ("size counts", "command", "sizes", "CPU seconds", "peak MiB", "exponent of time", "exponent of memory")
DOCS = ROOT / "docs" / "benchmarks.md"
_START, _END = "<!-- python -m benchmarks shapes --update-docs -->\n", "<!-- end of shapes -->\n"


def rows(shape: Shape, sizes: Sequence[int], tools: Sequence[tuple[str, Tool]], limit: int) -> Iterator[Sequence[str]]:
    """Yield the cells of each row: each step with ours, the first tool, and with the others if they can do the same.

    ``limit`` is the CPU time that a run may take, in seconds. After one that takes longer, no larger size is measured.
    """
    measured: dict[tuple[str, str], list[Run | None]] = {
        (name, tool): []
        for name, step in shape.steps.items()
        for number, (tool, _) in enumerate(tools)
        if number == 0 or step.is_shared
    }
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            shape.write(Path(folder), size)
            for (name, tool), runs in measured.items():
                if None not in runs:
                    runs.append(measure(Path(folder), shape.steps[name], dict(tools)[tool], limit))
    for (name, tool), runs in measured.items():
        yield _row(shape.what, name if tool == tools[0][0] else f"{name}, {tool}", sizes, runs)


def measure(folder: Path, step: Step, tool: Tool, limit: int) -> Run | None:
    """Return the median run of three by CPU time, or the only one if it takes long; None if it is over the limit."""
    runs: list[Run] = []
    if step.is_cached:
        shutil.rmtree(folder / tool.cache, ignore_errors=True)
        if _limited(folder, step, tool, limit) is None:
            return None
    while len(runs) < 3 and sum(each.cpu for each in runs) < 10:
        one = _limited(folder, step, tool, limit)
        if one is None:
            return None
        runs.append(one)
    return sorted(runs, key=lambda each: each.cpu)[(len(runs) - 1) // 2]


def _limited(folder: Path, step: Step, tool: Tool, limit: int) -> Run | None:
    step.prepare(folder)
    return run_within(limit, [tool.command, *step.arguments], folder, status=step.status)


def _row(what: str, name: str, sizes: Sequence[int], runs: Sequence[Run | None]) -> Sequence[str]:
    done = [(size, each) for size, each in zip(sizes, runs, strict=False) if each is not None]
    over = ["over the limit"] if None in runs else []
    return (
        what,
        name,
        _listed(f"{size:,}" for size, _ in zip(sizes, runs, strict=False)),
        _listed([*(f"{each.cpu:.2f}" for _, each in done), *over]),
        _listed(f"{each.mebibytes:.0f}" for _, each in done),
        exponent([(size, each.cpu) for size, each in done]),
        exponent([(size, each.mebibytes) for size, each in done]),
    )


def _listed(cells: Iterable[str]) -> str:
    return " / ".join(cells)


def exponent(points: Sequence[tuple[int, float]]) -> str:
    """Return the power of the size with which something grows, between the two largest sizes; "-" if there is one."""
    if len(points) < 2:
        return "-"
    (small, before), (large, after) = points[-2:]
    return f"{log(after / before) / log(large / small):.2f}"


def with_table(page: str, table: str) -> str:
    """Return a page of the docs with another table between the marks."""
    before, start, rest = page.partition(_START)
    _, end, after = rest.partition(_END)
    if not end:
        sys.exit(f"there is no table of shapes in {DOCS}")
    return f"{before}{start}\n{table}\n{end}{after}"
