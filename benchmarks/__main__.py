"""The command: ``python -m benchmarks`` compares with import-linter, ``python -m benchmarks growth`` with more modules.

``python -m benchmarks cycles`` measures what the commands ``cycles`` and ``fix`` cost, and
``python -m benchmarks shapes`` how time and memory grow with programs of extreme shapes, and
``python -m benchmarks page`` what the page of ``graph --format html`` costs, and
``python -m benchmarks trend`` what the history of a program costs.

What is printed is Markdown, row by row as the measurements are made.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import cycles, growth, scaling, tools, trend
from benchmarks.cases import Work
from benchmarks.programs import RELEASES, Release
from benchmarks.rows import Measured, Row, measured, rows_of
from benchmarks.shapes import SHAPES
from benchmarks.timing import Run


def main() -> None:
    """Do what the arguments of this process ask for."""
    options = _parser().parse_args()
    machine = f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()}, {os.cpu_count()} CPUs"
    machine += f", Python {platform.python_version()}"
    print(f"{machine}\n", flush=True)
    if options.command == "growth":
        _growth(options.modules)
    elif options.command == "shapes":
        _shapes(options, machine)
    elif options.command == "page":
        _page([RELEASES[name] for name in options.program or RELEASES], options.runs)
    elif options.command == "trend":
        _trend()
    elif options.command == "cycles":
        _cycles([RELEASES[name] for name in options.program or RELEASES], options)
    else:
        releases = [RELEASES[name] for name in options.program or RELEASES]
        _comparison(releases, options.case, options.runs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Compare with import-linter on real programs.")
    parser.add_argument("--program", action="append", choices=RELEASES, help="Only this one. May be repeated.")
    parser.add_argument("--case", action="append", default=[], help="Only this one. May be repeated.")
    parser.add_argument("--runs", type=int, default=7, help="How often each tool is measured; default 7.")
    commands = parser.add_subparsers(dest="command")
    grow = commands.add_parser("growth", help="Measure how the time grows with the size of a synthetic program.")
    grow.add_argument("--modules", type=int, nargs="+", default=growth.SIZES, help="Sizes: multiples of 1,000.")
    ring = commands.add_parser("cycles", help="Measure what cycles and their repair cost.")
    ring.add_argument("--pylint", action="append", choices=RELEASES, default=[], help="Run pylint on this one as well.")
    commands.add_parser("page", help="Measure the page of graph --format html in Chromium.")
    commands.add_parser("trend", help="Measure what the history of a program costs.")
    shape = commands.add_parser("shapes", help="Measure how time and memory grow with programs of extreme shapes.")
    shape.add_argument("--shape", action="append", choices=SHAPES, help="Only this one. May be repeated.")
    shape.add_argument("--sizes", type=int, nargs="+", help="Other sizes than those of each shape.")
    shape.add_argument("--limit", type=int, default=120, help="CPU seconds that a run may take; default 120.")
    shape.add_argument("--tool", type=Path, help="The lint-imports to measure, alone; by default this is installed.")
    shape.add_argument("--update-docs", action="store_true", help="Write the table into docs/benchmarks.md as well.")
    return parser


_COLUMNS = (
    "program",
    "case",
    "ours, s",
    "compared with",
    "its s",
    "ratio",
    "quartiles",
    "goal",
    "memory ratio (goal 0.60)",
)


def _trend() -> None:
    """Print the seconds of CPU and the memory of each run on the history of each program."""
    _head("program", "case", "CPU seconds", "MiB")
    for name, releases in trend.HISTORIES.items():
        with TemporaryDirectory() as folder:
            for case, found in trend.runs(tools.ours(), releases, Path(folder, name)):
                _row(name, case, f"{found.cpu:.2f}", f"{found.mebibytes:.0f}")


def _comparison(releases: Iterable[Release], cases: Sequence[str], runs: int) -> None:
    """Print the rows whose ratios are steady; name the others, and exit with status 1 if there are any."""
    _head(*_COLUMNS)
    noisy = []
    for release in releases:
        work = Work.begin(release.program, release.copy_to)
        work.verify([tools.ours(), tools.peer()])
        for row in rows_of(release):
            if not cases or row.case in cases:
                found = measured(work, row, runs)
                if found.is_steady:
                    _row(release.requirement, *_compared(row, found))
                else:
                    noisy.append(_noise(release, row, found))
    print("", *noisy, sep="\n")
    if noisy:
        sys.exit("Some rows are missing: their ratios differ too much. Measure on a quiet machine.")


def _compared(row: Row, found: Measured) -> Iterable[str]:
    first, third = found.quartiles
    yield row.case
    yield f"{_seconds(found.ours):.3f}"
    yield row.against
    yield f"{_seconds(found.others):.3f}"
    yield f"{found.ratio:.2f}"
    yield f"{first:.2f} to {third:.2f}"
    yield "-" if row.goal is None else f"{row.goal:.2f}"
    yield f"{found.memory:.2f}"


def _noise(release: Release, row: Row, found: Measured) -> str:
    first, third = found.quartiles
    return (
        f"- {release.requirement}, {row.case}, compared with {row.against}: no row, because the quartiles of "
        f"{len(found.ratios)} ratios are {first:.2f} and {third:.2f}"
    )


def _seconds(runs: Iterable[Run]) -> float:
    return median(run.seconds for run in runs)


def _cycles(releases: Iterable[Release], options: argparse.Namespace) -> None:
    _head("program", "run", "seconds", "CPU seconds", f"CPU time of that of {cycles.COMPARED}")
    for release in releases:
        measured = dict(cycles.measure(release, options.runs, pylint=release.program.package in options.pylint))
        for what, found in measured.items():
            pairs = zip(found, measured[cycles.COMPARED], strict=False)
            ratio = median(one.cpu / other.cpu for one, other in pairs)
            cpu = median(one.cpu for one in found)
            _row(release.requirement, what, f"{_seconds(found):.2f}", f"{cpu:.2f}", f"{ratio:.2f}")


def _page(releases: Iterable[Release], runs: int) -> None:
    from benchmarks import page  # noqa: PLC0415 - needs Playwright, which the other measurements do not

    _head(*page.HEAD)
    for release in releases:
        _row(release.requirement, *page.measure(release, runs).cells)


def _growth(sizes: Sequence[int]) -> None:
    tool = tools.ours()
    _head("modules", "command", "CPU seconds", "µs per module", "peak MiB", "KiB per module")
    each: dict[str, list[Sequence[float]]] = {}
    for size in sorted(sizes):
        for case, run in growth.measured(tool, size):
            time, memory = run.cpu / size, run.mebibytes / size
            _row(
                f"{size:,}",
                case,
                *(f"{run.cpu:.2f}", f"{time * 1e6:.0f}", f"{run.mebibytes:.0f}", f"{memory * 1024:.1f}"),
            )
            each.setdefault(case, []).append((time, memory))
    for case, found in each.items() if len(sizes) > 1 else ():
        time, memory = (after / before for before, after in zip(*found[-2:], strict=True))
        _row("the last two, per module", case, "", f"{time:.2f}", "", f"{memory:.2f}")


def _shapes(options: argparse.Namespace, machine: str) -> None:
    alone = options.tool and [("", tools.Tool(options.tool.absolute(), tools.CACHE_OF_OURS))]
    measured = alone or [("", tools.ours()), ("import-linter", tools.peer())]
    _head(*scaling.HEAD)
    lines = []
    for shape in (SHAPES[name] for name in options.shape or SHAPES):
        for cells in scaling.rows(shape, options.sizes or shape.sizes, measured, options.limit):
            _row(*cells)
            lines.append(_line(cells))
    if options.update_docs:
        table = [f"Measured on {machine}:", "", *map(_line, (scaling.HEAD, ["---"] * len(scaling.HEAD))), *lines]
        scaling.DOCS.write_text(scaling.with_table(scaling.DOCS.read_text(encoding="utf-8"), "\n".join(table) + "\n"))


def _head(*titles: str) -> None:
    _row(*titles)
    _row(*("---" for _ in titles))


def _row(*cells: str) -> None:
    print(_line(cells), flush=True)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
