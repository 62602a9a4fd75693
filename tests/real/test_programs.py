"""Django and Home Assistant, whole: what is found, and by whom else."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from import_contracts import find_cycles
from import_contracts.graph.kinds import Kind
from import_contracts.reading.assembly import Scan, scan
from import_contracts.reading.files.program import Program
from import_contracts.reading.scanning.scan import Take, statements
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.text import decode
from tests.real.wheels import unpacked
from tests.support.arranging import find_program, lint, write

pytestmark = pytest.mark.real

GRIMP = """
import grimp, sys
graph = grimp.build_graph(sys.argv[1], cache_dir=None)
for importer in sorted(graph.modules):
    for imported in sorted(graph.find_modules_directly_imported_by(importer)):
        lines = {each["line_number"] for each in graph.get_import_details(importer=importer, imported=imported)}
        print(importer, imported, *sorted(lines))
"""


# What a star import loads because ``__all__`` names it, which grimp does not read: importer, imported and line.
STARS = {
    "django": {("django.contrib.gis.db.models", "django.db.models.signals", 1)},
    "homeassistant": set[tuple[str, str, int]](),
}


def django() -> Path:
    return unpacked("django==5.2.8")


def home_assistant() -> Path:
    """A program of which Python 3.11's own parser refuses 880 files of 8,805."""
    return unpacked("homeassistant==2026.2.3", python="3.13.2")


def read(folder: Path, package: str) -> tuple[Program, Scan]:
    program = find_program([package], [folder])
    return program, scan(program, include_external=False, kinds=True)


@pytest.mark.parametrize(
    ("folder", "package", "files"), [(django, "django", 883), (home_assistant, "homeassistant", 8805)]
)
def test_every_file_is_read_and_our_reading_of_each_agrees_with_grimps_of_all(
    folder: object, package: str, files: int
) -> None:
    assert callable(folder)
    program, found = read(folder(), package)
    assert len(program.files) == files
    assert found.unreadable == ()
    ours = {
        (file.module, imported, line)
        for file in program.files
        for imported, line in statements(program, file.module, Take())
    }
    grimps = {(*edge, line) for edge in found.graph.edges() for line in found.graph.lines(*edge)}
    assert len(grimps) > files
    assert ours | STARS[package] == grimps


def test_the_graph_of_django_is_grimps() -> None:
    _, found = read(django(), "django")
    ours = [" ".join([*edge, *map(str, found.graph.lines(*edge))]) for edge in found.graph.edges()]
    run = subprocess.run(
        [sys.executable, "-c", GRIMP, "django"], cwd=django(), capture_output=True, text=True, check=True, timeout=300
    )
    stars = [" ".join(map(str, star)) for star in STARS["django"]]
    assert ours == sorted([*run.stdout.splitlines(), *stars])


def test_kinds_are_those_that_a_python_which_can_parse_all_of_home_assistant_finds() -> None:
    # Counted once with the ast module of CPython 3.13.0: the same definition of kinds, another reader.
    program, _ = read(home_assistant(), "homeassistant")
    kinds = Counter(
        each.kind
        for file in program.files
        for each in read_imports(decode(file.read()), file.module, is_package=file.is_package)
    )
    assert kinds == {Kind.RUNTIME: 139_602, Kind.DEFERRED: 197, Kind.TYPE_CHECKING: 461}


def test_what_runs_only_when_a_file_is_started_closes_no_runtime_cycle() -> None:
    # Modules of textual show what they do when they are started; with those imports, 70 modules would be in one cycle.
    report = find_cycles("textual", folder=unpacked("textual==8.2.8"), quick=True, cache=False)
    assert [(each.kind, len(each.modules)) for each in report.cycles] == [
        (Kind.RUNTIME, 10),
        (Kind.DEFERRED, 84),
        (Kind.TYPE_CHECKING, 141),
    ]


def test_a_stranger_lints_django(tmp_path: Path) -> None:
    configuration = (
        '[tool.import-contracts]\nroot_packages = ["django"]\n'
        '[[tool.import-contracts.contracts]]\nname = "Core"\ntype = "layers"\n'
        'layers = ["django.contrib", "django.core", "django.utils"]\n'
    )
    write(tmp_path, {"pyproject.toml": configuration})
    (tmp_path / "django").symlink_to(django() / "django")
    run = lint(tmp_path)
    assert run.status == 1
    assert "django/core/management/commands/test.py:7:1: from django.test.utils import" in run.out
    assert run.out.endswith("883 modules, 3,044 imports: 0 contracts kept, 1 broken.\n")
    assert run.err == ""
