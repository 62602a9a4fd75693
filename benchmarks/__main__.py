"""The command: ``python -m benchmarks`` compares with import-linter, ``python -m benchmarks growth`` with more modules.

``python -m benchmarks cycles`` measures what the commands ``cycles`` and ``fix`` cost, and
``python -m benchmarks shapes`` how time and memory grow with programs of extreme shapes.

What is printed is Markdown, row by row as the measurements are made.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import cycles, growth, scaling, tools
from benchmarks.cases import CASES, Work, measure
from benchmarks.programs import RELEASES, Release
from benchmarks.shapes import SHAPES
from benchmarks.timing import Run, bare_walk


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
    elif options.command == "cycles":
        _cycles([RELEASES[name] for name in options.program or RELEASES], options)
    else:
        releases = [RELEASES[name] for name in options.program or RELEASES]
        _comparison(releases, options.case or list(CASES), options.runs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Compare with import-linter on real programs.")
    parser.add_argument("--program", action="append", choices=RELEASES, help="Only this one. May be repeated.")
    parser.add_argument("--case", action="append", choices=CASES, help="Only this one. May be repeated.")
    parser.add_argument("--runs", type=int, default=7, help="How often each tool is measured; default 7.")
    commands = parser.add_subparsers(dest="command")
    grow = commands.add_parser("growth", help="Measure how the time grows with the size of a synthetic program.")
    grow.add_argument("--modules", type=int, nargs="+", default=growth.SIZES, help="Sizes: multiples of 1,000.")
    ring = commands.add_parser("cycles", help="Measure what cycles and their repair cost.")
    ring.add_argument("--pylint", action="append", choices=RELEASES, default=[], help="Run pylint on this one as well.")
    shape = commands.add_parser("shapes", help="Measure how time and memory grow with programs of extreme shapes.")
    shape.add_argument("--shape", action="append", choices=SHAPES, help="Only this one. May be repeated.")
    shape.add_argument("--sizes", type=int, nargs="+", help="Other sizes than those of each shape.")
    shape.add_argument("--limit", type=int, default=120, help="CPU seconds that a run may take; default 120.")
    shape.add_argument("--tool", type=Path, help="The lint-imports to measure, alone; by default this is installed.")
    shape.add_argument("--update-docs", action="store_true", help="Write the table into docs/benchmarks.md as well.")
    return parser


_COLUMNS = ("ours, s", "import-linter, s", "ratio", "goal", "ours, MB", "import-linter, MB", "memory ratio (goal 1.00)")


def _comparison(releases: Iterable[Release], cases: Sequence[str], runs: int) -> None:
    pair = [tools.ours(), tools.peer()]
    walks = []
    _head("program", "case", *_COLUMNS)
    for release in releases:
        work = Work.begin(release.program, release.copy_to)
        work.verify(pair)
        for case in cases:
            ours, peers = measure(work, CASES[case], pair, runs=runs)
            _row(release.requirement, case, *_compared(ours, peers, release.goals.get(case)))
            if case == "nothing changed":
                walks.append(_against_walk(release, work, ours))
    print("", *walks, sep="\n")


def _compared(ours: Sequence[Run], peers: Sequence[Run], goal: float | None) -> Iterable[str]:
    pairs = list(zip(ours, peers, strict=True))
    yield f"{_seconds(ours):.3f}"
    yield f"{_seconds(peers):.3f}"
    yield f"{median(our.seconds / peer.seconds for our, peer in pairs):.2f}"
    yield "-" if goal is None else f"{goal:.2f}"
    yield f"{_megabytes(ours):.0f}"
    yield f"{_megabytes(peers):.0f}"
    yield f"{median(our.megabytes / peer.megabytes for our, peer in pairs):.2f}"


def _against_walk(release: Release, work: Work, ours: Sequence[Run]) -> str:
    walk = _seconds([bare_walk(work.folder / release.program.package) for _ in ours])
    return f"- {release.requirement}, nothing changed: {_seconds(ours) / walk:.1f} times a bare walk of {walk:.3f} s"


def _seconds(runs: Iterable[Run]) -> float:
    return median(run.seconds for run in runs)


def _megabytes(runs: Iterable[Run]) -> float:
    return median(run.megabytes for run in runs)


def _cycles(releases: Iterable[Release], options: argparse.Namespace) -> None:
    _head("program", "run", "seconds", "CPU seconds", f"CPU time of that of {cycles.COMPARED}")
    for release in releases:
        measured = dict(cycles.measure(release, options.runs, pylint=release.program.package in options.pylint))
        for what, found in measured.items():
            pairs = zip(found, measured[cycles.COMPARED], strict=False)
            ratio = median(one.cpu / other.cpu for one, other in pairs)
            cpu = median(one.cpu for one in found)
            _row(release.requirement, what, f"{_seconds(found):.2f}", f"{cpu:.2f}", f"{ratio:.2f}")


def _growth(sizes: Sequence[int]) -> None:
    tool = tools.ours()
    _head("modules", *(f"{case}, {unit}" for case in growth.MEASURED for unit in ("s", "µs per module")))
    each = {size: _growth_row(size, growth.seconds(tool, size)) for size in sizes}
    if {10_000, 50_000} <= each.keys():
        ratios = [after / before for before, after in zip(each[10_000], each[50_000], strict=True)]
        _row("time per module, 50,000 / 10,000", *(cell for ratio in ratios for cell in ("", f"{ratio:.2f}")))


def _growth_row(size: int, seconds: Sequence[float]) -> list[float]:
    each = [second / size for second in seconds]
    cells = zip(seconds, each, strict=True)
    _row(f"{size:,}", *(cell for second, one in cells for cell in (f"{second:.3f}", f"{one * 1e6:.0f}")))
    return each


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
