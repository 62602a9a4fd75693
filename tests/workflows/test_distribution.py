"""What is published: built, looked into, and installed where nothing else is."""

from __future__ import annotations

import re
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from email.message import Message
from email.parser import Parser
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from import_contracts import __version__
from tests.support.arranging import ROOT, write
from tests.support.repositories import SHOP, run, this_project

pytestmark = pytest.mark.slow

PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME = f"import_contracts-{__version__}"
INFO = f"{NAME}.dist-info"
# What CI needs and nobody else does.
NOT_SHIPPED = {".ci/run"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of this project in which both distributions are built, the wheel from the sdist."""
    project = this_project(tmp_path_factory.mktemp("project"))
    build(project, "dist")
    return project


def build(project: Path, folder: str, *options: str) -> None:
    done = run(project, sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, *options)
    assert done.returncode == 0, done.stdout


def wheel(project: Path, folder: str = "dist") -> Path:
    return project / folder / f"{NAME}-py3-none-any.whl"


def described(project: Path) -> Message:
    with zipfile.ZipFile(wheel(project)) as archive:
        return Parser().parsestr(archive.read(f"{INFO}/METADATA").decode())


def test_the_wheel_has_the_package_and_nothing_else(project: Path) -> None:
    with zipfile.ZipFile(wheel(project)) as archive:
        found = set(archive.namelist())
    source = project / "src"
    suffixes = {".css", ".html", ".js", ".py", ".typed"}
    package = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.suffix in suffixes}
    info = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    assert found == package | {f"{INFO}/{name}" for name in info}
    assert {"import_contracts/py.typed", "import_contracts/drawing/html/page.js"} <= found


def test_the_sdist_has_all_that_it_takes_to_work_on_it_and_nothing_else(project: Path) -> None:
    with tarfile.open(project / "dist" / f"{NAME}.tar.gz") as archive:
        found = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    tracked = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    built = {name for name in tracked if name.startswith("dist/")}
    assert found == tracked - built - NOT_SHIPPED | {"PKG-INFO"}


def test_a_wheel_of_the_sdist_is_that_of_the_repository(project: Path) -> None:
    build(project, "direct", "--wheel")
    assert wheel(project, "direct").read_bytes() == wheel(project).read_bytes()


def test_the_metadata_is_complete(project: Path) -> None:
    found = described(project)
    assert (found["Name"], found["Version"], found["License-Expression"]) == ("import-contracts", __version__, "MIT")
    assert found["Requires-Python"] == ">=3.11"
    assert found["Summary"]
    assert found["Keywords"]
    assert found["Description-Content-Type"] == "text/markdown"
    assert found.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(map(Requirement, found.get_all("Requires-Dist", []))) == set(map(Requirement, PROJECT["dependencies"]))


def test_no_python_is_named_that_grimp_is_not_for(project: Path) -> None:
    def pythons(classifiers: list[str]) -> list[str]:
        return [each for each in classifiers if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", each)]

    ours, theirs = described(project).get_all("Classifier", []), metadata("grimp").get_all("Classifier") or []
    assert pythons(ours)[0].endswith(f" {described(project)['Requires-Python'].removeprefix('>=')}")
    assert set(pythons(ours)) <= set(pythons(theirs))


@pytest.mark.installs
def test_it_works_installed_with_the_oldest_of_what_it_needs(project: Path, tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    done = run(tmp_path, sys.executable, "-m", "venv", "installed")
    assert done.returncode == 0, done.stdout
    bin_ = next(path for name in ("bin", "Scripts") if (path := tmp_path / "installed" / name).is_dir())
    oldest = [re.sub(r">=([\d.]+).*", r"==\1", each) for each in PROJECT["dependencies"]]
    done = run(tmp_path, str(bin_ / "pip"), "install", "--quiet", str(wheel(project)), *oldest)
    assert done.returncode == 0, done.stdout
    for command in PROJECT["scripts"]:
        done = run(tmp_path, str(bin_ / command), "--version")
        assert (done.returncode, done.stdout) == (0, f"import-contracts, version {__version__}\n")
    done = run(tmp_path, str(bin_ / "lint-imports"))
    assert done.returncode == 1
    assert "src/shop/models.py:1:1: import shop.web" in done.stdout
    for command in ("check", "cycles", "explain", "init", "baseline"):
        done = run(tmp_path, str(bin_ / "lint-imports"), command, "--help")
        assert done.returncode == 0, done.stdout
    done = run(tmp_path, str(bin_ / "python"), "-c", "import import_contracts as c; print(c.check().exit_status)")
    assert done.stdout == "1\n"
    reading = (
        "import import_contracts\n\nreveal_type(import_contracts.check().outcomes[0].violations[0].chain[0].line)\n"
    )
    write(tmp_path / "typed", {"reading.py": reading})
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(bin_ / "python"), "reading.py"]
    done = run(tmp_path / "typed", *mypy)
    assert (done.returncode, 'int"' in done.stdout) == (0, True), done.stdout
