"""Tests run in copies, and what these import is there too."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.arranging import ROOT

from .copies import Copies
from .equivalents import FILE, Equivalents
from .mutations import mutants_of

WHERE = "import import_contracts; print(import_contracts.__file__)"


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return Copies(ROOT, tmp_path_factory.mktemp("copies"))


def test_the_copy_is_what_is_imported_whatever_the_environment_says(copies: Copies) -> None:
    with copies.fresh() as copy:
        package = f"{copy.tree / 'src/import_contracts/__init__.py'}\n"
        without_variables = ["env", "--ignore-environment", str(copy.python), "-c", WHERE]
        assert copy.run(str(copy.python), "-c", WHERE) == (0, package)
        assert copy.run(*without_variables) == (0, package)


def test_a_change_is_what_runs_in_the_tests_and_in_the_command(copies: Copies) -> None:
    package = "src/import_contracts/__init__.py"
    source = (ROOT / package).read_bytes()
    with copies.fresh({package: source + b"raise SystemExit(86)"}) as copy:
        assert copy.run("lint-imports", "--version") == (86, "")
        assert copy.pytest("--collect-only", "tests/graph/test_names.py")[0] == 86
    assert (ROOT / package).read_bytes() == (copies.tree / package).read_bytes() == source


def test_nothing_stays_of_what_an_earlier_copy_was_written_to(copies: Copies) -> None:
    with copies.fresh() as copy:
        (copy.tree / "left").touch()
        (copy.tree / "README.md").write_bytes(b"")
    with copies.fresh() as other:
        assert not copy.folder.exists()
        assert not (other.tree / "left").exists()
        assert (other.tree / "README.md").read_bytes() == (ROOT / "README.md").read_bytes()


def test_what_takes_too_long_is_ended(copies: Copies) -> None:
    with copies.fresh() as copy:
        assert copy.run(sys.executable, "-c", "while True: pass", seconds=0.1) == (None, "")


def test_an_equivalent_mutant_is_known_when_lines_move(tmp_path: Path) -> None:
    (mutant,) = mutants_of("src/a.py", b"\n\nx = y - 1 + 0\n")[:1]
    text = f'path = "src/a.py"\nline = "x = y - 1 + 0"\nchange = "{mutant.change}"\n'
    file = tmp_path / "equivalent.toml"
    file.write_text(f'[[mutant]]\n{text}reason = "it is"\n')
    known = Equivalents(file)
    moved, *others = mutants_of("src/a.py", b"x = y - 1 + 0\n")
    assert known.reason(moved) == "it is"
    assert [known.reason(other) for other in others] == [None] * len(others)
    assert known.unknown([moved]) == []
    assert known.unknown(others) == [f"src/a.py: {mutant.change}"]
    file.write_text(f"[[mutant]]\n{text}")
    with pytest.raises(ValueError, match="reason"):
        Equivalents(file)


def test_the_file_of_equivalent_mutants_can_be_read() -> None:
    assert Equivalents(FILE).unknown([]) is not None
