"""What a run asks of the system, counted: what makes an unchanged tree cost more fails here, on any machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

import import_contracts
from import_contracts.disk import real
from tests.support import repositories
from tests.support.arranging import ROOT, configuration, contract, write

DRIVER = ROOT / "tests/support/counted.py"
FORBIDDEN = contract("models", "forbidden", source_modules=["shop.p1"], forbidden_modules=["shop.p0.m0"])


class Counts(NamedTuple):
    """What a run asked of the system; ``opened`` are the files that it opened, without Python's own."""

    calls: Counter[str]
    opened: list[str]
    modules: list[str]

    def opened_in(self, folder: Path) -> list[str]:
        """Return the opened files in a folder, as paths inside it."""
        inside = [Path(path) for path in self.opened if Path(path).is_relative_to(folder)]
        return sorted(path.relative_to(folder).as_posix() for path in inside)

    @property
    def ours(self) -> list[str]:
        """The modules of this tool."""
        return [name for name in self.modules if name.partition(".")[0] == "import_contracts"]


def counted(folder: Path, *args: str) -> Counts:
    log = folder.with_name(f"{folder.name}.json")
    done = subprocess.run(
        [sys.executable, DRIVER, log, *args], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode in {0, 1}, done.stderr
    found = json.loads(log.read_text(encoding="utf-8"))
    return Counts(Counter(found["calls"]), found["opened"], found["modules"])


def shop(place: Path, packages: int, files: int, translations: int = 0, rule: str = FORBIDDEN) -> Path:
    """Write a program of some packages with so many files each, which is not new when it is run, and run it."""
    texts = {"pyproject.toml": configuration(rule), "shop/__init__.py": ""}
    for package in range(packages):
        texts[f"shop/p{package}/__init__.py"] = ""
        for file in range(files):
            texts[f"shop/p{package}/m{file}.py"] = f"import os\nfrom shop import p{(package + 1) % packages}\n"
    texts |= {f"shop/locale/t{number}/LC_MESSAGES/shop.po": "" for number in range(translations)}
    folder = Path(real(write(place, texts)))
    time.sleep(2.1)  # what was just written is not trusted
    counted(folder)
    counted(folder)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop(tmp_path_factory.mktemp("small") / "work", 2, 10)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop(tmp_path_factory.mktemp("large") / "work", 4, 100, translations=20)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with a violation in each file of a package, some of which the report shows."""
    rule = contract("p2", "forbidden", source_modules=["shop.p1"], forbidden_modules=["shop.p2"])
    return shop(tmp_path_factory.mktemp("broken") / "work", 3, 100, rule=rule)


def size(folder: Path) -> int:
    """Return how many files and folders a program has, without those that are no Python."""
    return sum(path.is_dir() or path.suffix == ".py" for path in (folder / "shop").rglob("*")) + 1


# Measured, with little to spare: what is added has to be worth it.
MODULES = 13  # of this tool, packages included, where the run is remembered
MORE_MODULES = 60  # where only its reports are
MODULES_COLD = 126  # without a cache; each contract type, a format and the warning about folders have their own
LOOKS = 60  # calls of os.stat and os.lstat, besides those for the program and for this tool's own code
OTHERS = 8  # calls of other functions, whatever the program


def test_each_file_and_folder_of_an_unchanged_tree_is_looked_at_once_and_none_is_opened(
    small: Path, large: Path
) -> None:
    more = counted(large).calls - counted(small).calls
    assert more == Counter(stat=size(large) - size(small))


@pytest.fixture(scope="module")
def in_worktree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    repositories.commit(write(root / "first", {"x": ""}))
    repositories.git(root / "first", "worktree", "add", "--quiet", "../tree")
    return shop(root / "tree" / "work", 2, 2)


@pytest.mark.parametrize("program", ["large", "broken", "in_worktree"])
def test_an_unchanged_tree_imports_only_what_remembers(request: pytest.FixtureRequest, program: str) -> None:
    found = counted(request.getfixturevalue(program))
    assert len(found.ours) <= MODULES, found.ours
    assert not {"array", "click", "dataclasses", "hashlib", "logging", "tomli"}.intersection(found.modules)


def test_a_run_that_is_not_remembered_imports_only_what_finds_its_reports(large: Path) -> None:
    counted(large, "--format", "concise")
    found = counted(large, "--format", "concise")
    assert len(found.ours) <= MORE_MODULES, found.ours
    others = {
        "click",
        "grimp",
        "inspect",
        "shlex",
        "subprocess",
        "import_contracts.reading.scanning.scan",
        "import_contracts.runs.check",
    }
    assert not others.intersection(found.modules)


def test_an_unchanged_tree_opens_what_was_remembered_and_the_signatures(large: Path) -> None:
    assert [Path(path).suffix for path in counted(large).opened_in(large)] in ([".run", ".watch"], [".watch", ".run"])


def test_what_an_unchanged_tree_costs_besides_its_files_is_bounded(small: Path) -> None:
    calls = counted(small).calls
    own = sum(
        path.suffix in {".css", ".html", ".js", ".py"} for path in Path(import_contracts.__file__).parent.rglob("*")
    )
    assert calls["stat"] + calls["lstat"] - size(small) - own <= LOOKS
    assert calls.total() - calls["stat"] - calls["lstat"] <= OTHERS


@pytest.mark.parametrize("added", ["# a comment\n", "import shop.p2\n"])
def test_after_an_edit_only_the_edited_file_is_opened(large: Path, added: str) -> None:
    edited = large / "shop/p0/m3.py"
    edited.write_text(edited.read_text() + added)
    assert {path for path in counted(large).opened_in(large) if path.endswith(".py")} == {"shop/p0/m3.py"}


def test_after_an_edit_no_file_is_opened_for_a_statement_that_was_shown_before(broken: Path) -> None:
    opened = []
    for edited in (broken / "shop/p0/m3.py", broken / "shop/p1/m0.py"):  # the second one is shown itself
        edited.write_text(edited.read_text() + "import shop.p2\n")
        opened.append({path for path in counted(broken).opened_in(broken) if path.endswith(".py")})
    assert opened[0] == {"shop/p0/m3.py"}
    assert opened[1] <= {"shop/p0/m3.py", "shop/p1/m0.py"}  # what was just written is not trusted


def test_without_a_cache_each_file_is_opened_once_besides_the_scanner(large: Path) -> None:
    opened = Counter(counted(large, "--no-cache").opened_in(large))
    assert {path for path in opened if path.endswith(".py")} == {
        path.relative_to(large).as_posix() for path in (large / "shop").rglob("*.py")
    }
    assert [path for path, times in opened.items() if times > 1 and path.endswith(".py")] == []


def test_a_run_after_an_import_was_added_starts_no_program(broken: Path) -> None:
    edited = broken / "shop/p0/m5.py"
    edited.write_text(edited.read_text() + "import shop.p2\n")
    assert not {"grimp", "subprocess"}.intersection(counted(broken).modules)


@pytest.mark.parametrize("command", [["check"], ["cycles", "--quick", "shop"]], ids=["check", "cycles"])
def test_a_run_without_a_cache_imports_only_what_it_needs(large: Path, command: list[str]) -> None:
    found = counted(large, *command, "--no-cache")
    assert "grimp._rustgrimp" in found.modules
    others = {
        "click",
        "dataclasses",
        "grimp.domain",
        "grimp.main",
        "inspect",
        "pickle",
        "signal",
        "subprocess",
    }
    assert not others.intersection(found.modules)
    assert len(found.ours) <= MODULES_COLD, found.ours
