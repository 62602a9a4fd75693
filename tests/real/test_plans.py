"""What a plan says to write is written into real programs; CPython is asked whether their modules still import."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from import_contracts.reading.source.text import decode
from import_contracts.repair.layout import Edit, edited
from tests.real.wheels import DJANGO, django, unpacked
from tests.support.arranging import lint
from tests.support.crashes import imported_by_cpython, read

pytestmark = pytest.mark.real


def make(folder: Path, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make the changes of some steps, and return these; of steps that change the same file, only the first is made."""
    made: list[dict[str, Any]] = []
    taken: set[str] = set()
    for step in steps:
        changes: dict[str, list[Edit]] = {}
        for each in step["changes"]:
            edit = Edit(*(each[key] for key in ("line", "column", "end_line", "end_column", "old", "text")))
            changes.setdefault(each["path"], []).append(edit)
        if taken.isdisjoint(changes):
            made.append(step)
            taken.update(changes)
            for path, edits in changes.items():
                (folder / path).write_bytes(edited(decode((folder / path).read_bytes()), edits).encode())
    return made


@pytest.mark.parametrize(
    ("program", "package", "needs"),
    [
        (django, "django", DJANGO),
        (lambda: unpacked("werkzeug==3.1.3"), "werkzeug", ("markupsafe==3.0.3",)),
        (lambda: unpacked("click==8.3.0"), "click", ()),
    ],
)
def test_after_the_changes_whatever_could_be_imported_still_can(
    program: Callable[[], Path], package: str, needs: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(program() / package, tmp_path / package)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(unpacked(each)) for each in needs))
    report = cycles(tmp_path, package)
    modules = {module for cycle in report["cycles"] for module in cycle["modules"]}
    entries = sorted(modules | {each.module for each in read(tmp_path, package).sources[::25]})
    before = imported_by_cpython(sys.executable, tmp_path, entries)

    steps: list[dict[str, Any]] = []
    while wanted := [step for each in report["cycles"] for step in each["cut"] if step["changes"]]:
        steps += make(tmp_path, wanted)
        report = cycles(tmp_path, package)

    after = imported_by_cpython(sys.executable, tmp_path, entries)
    assert [each for each, outcome in after.items() if outcome and before[each] is None] == []
    left = {(each["importer"], each["imported"]) for cycle in report["cycles"] for each in cycle["imports"]}
    assert steps
    assert left.isdisjoint((step["importer"], step["imported"]) for step in steps)


def cycles(folder: Path, package: str) -> dict[str, Any]:
    run = lint(folder, "cycles", package, "--kind", "runtime", "--format", "json", "--no-cache")
    report: dict[str, Any] = json.loads(run.out)
    return report
