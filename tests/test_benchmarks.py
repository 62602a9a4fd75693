import os
import sys
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from benchmarks.cases import Side, Work, file_edited, import_added
from benchmarks.programs import RELEASES
from benchmarks.rows import Measured, Row, measured
from benchmarks.scaling import exponent, measure, with_table
from benchmarks.shapes import SHAPES
from benchmarks.timing import Run, run, run_within
from benchmarks.tools import Tool

from tests.support.arranging import ROOT

HOME_ASSISTANT = RELEASES["homeassistant"].program
TOOL = Tool(Path(sys.executable).with_name("lint-imports"), ".import_contracts_cache")
SMALL = {"modules": 100, "baseline": 20, "unreadable": 20, "links": 3}


def contents(folder: Path) -> dict[str, bytes | str]:
    """Return what is in each file below a folder, and where each link leads."""
    paths = (Path(outer) / name for outer, folders, files in os.walk(folder) for name in (*folders, *files))
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in paths
        if path.is_symlink() or path.is_file()
    }


def runs(*seconds: float) -> list[Run]:
    return [Run(each, 10 * each, each) for each in seconds]


def test_a_row_is_steady_if_the_middle_half_of_its_ratios_is_close_together() -> None:
    steady = Measured(runs(1.0, 1.0, 1.1, 9.0, 1.0), runs(2.0, 2.0, 2.0, 2.0, 2.0))
    assert (steady.ratio, steady.quartiles, steady.is_steady) == (0.5, (0.5, 0.55), True)
    assert steady.memory == 0.5
    noisy = Measured(runs(1.0, 1.0, 1.4, 1.6, 1.8), runs(2.0, 2.0, 2.0, 2.0, 2.0))
    assert not noisy.is_steady


def test_a_noisy_row_is_measured_three_times_as_often_and_a_steady_one_no_longer_than_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(HOME_ASSISTANT, tmp_path)
    side = Side(Tool(Path("true"), ""))
    row = Row("case", side, side, "itself")
    for others, expected in ((cycle([1.0]), 5), (cycle([1.0, 3.0]), 15)):
        pairs = ([*runs(1.0), *runs(other)] for other in others)
        monkeypatch.setattr("benchmarks.rows.measure", lambda *_, pairs=pairs: pairs)
        assert len(measured(work, row, 5).ours) == expected


def test_edits_are_undone_byte_for_byte(tmp_path: Path) -> None:
    program = replace(HOME_ASSISTANT, edited="a.py", importing="*.py", added="x")
    (tmp_path / "a.py").write_bytes(b"import b\r\n\xff")
    work = Work(program, tmp_path)
    tool = Tool(Path("true"), "", status=0)
    with work.edits_undone():
        file_edited(work, tool, 0)
        import_added(work, tool, 1)
        assert (tmp_path / "a.py").read_bytes().endswith(b"import x\n")
    assert (tmp_path / "a.py").read_bytes() == b"import b\r\n\xff"


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_of_one_size_is_the_same_each_time(tmp_path: Path, name: str) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        SHAPES[name].write(folder, SMALL.get(name, 10))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert "pyproject.toml" in contents(tmp_path / "a")


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_every_step_of_a_shape_ends_with_its_exit_status(tmp_path: Path, name: str) -> None:
    SHAPES[name].write(tmp_path, SMALL.get(name, 10))
    for step in SHAPES[name].steps.values():
        found = measure(tmp_path, step, TOOL, 60)
        assert found is not None
        assert found.cpu > 0
        assert found.mebibytes > 1


def test_the_program_of_many_modules_has_six_imports_in_most_of_them(tmp_path: Path) -> None:
    SHAPES["modules"].write(tmp_path, 200)
    modules = sorted((tmp_path / "big").rglob("module_*.py"))
    assert len(modules) == 200
    imports = [path.read_text().count("import ") for path in modules]
    assert max(imports) == 6
    assert sum(imports) / len(imports) > 4.5


def test_a_run_over_its_limit_is_none(tmp_path: Path) -> None:
    assert run_within(1, [sys.executable, "-c", "while True: pass"], tmp_path, status=0) is None
    assert run_within(60, [sys.executable, "-c", ""], tmp_path, status=0) is not None
    with pytest.raises(SystemExit, match="exit status 3 instead of 0"):
        run_within(60, [sys.executable, "-c", "exit(3)"], tmp_path, status=0)


def test_what_a_run_takes_is_that_of_the_command_alone(tmp_path: Path) -> None:
    ballast = b"x" * 2**26
    assert run(["true"], tmp_path).mebibytes < 30 < len(ballast) / 2**20
    assert run(["sleep", "0.2"], tmp_path).seconds >= 0.2
    large = run([sys.executable, "-c", "b'x' * int(2**26)"], tmp_path)
    assert 64 < large.mebibytes < 128


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], "-"),
        ([(10, 1.0)], "-"),
        ([(10, 1.0), (100, 10.0)], "1.00"),
        ([(1, 9.0), (10, 1.0), (100, 100.0)], "2.00"),
    ],
)
def test_the_exponent_is_that_between_the_two_largest_sizes(points: list[tuple[int, float]], expected: str) -> None:
    assert exponent(points) == expected


def test_the_table_in_the_docs_is_replaced_and_nothing_else() -> None:
    page = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    once = with_table(page, "| a table |\n")
    assert with_table(once, "| another |\n") == once.replace("| a table |", "| another |")
    with pytest.raises(SystemExit, match="no table of shapes"):
        with_table("# A page without marks\n", "| a table |\n")
