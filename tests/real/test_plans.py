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

from tests.arranging import lint
from tests.crashes import imported_by_cpython, read
from tests.real.wheels import DJANGO, django, unpacked

pytestmark = pytest.mark.real


def make(folder: Path, changes: list[dict[str, Any]]) -> None:
    """Make changes from the last line to the first, those of one statement once."""
    wanted = {(each["path"], each["line"], each["old"]): each["new"] for each in reversed(changes)}
    for (path, line, old), new in sorted(wanted.items(), key=lambda item: (item[0][0], -item[0][1], not item[0][2])):
        lines = (folder / path).read_text(encoding="utf-8").split("\n")
        end = line - 1 + len(old.split("\n")) * bool(old)
        assert "\n".join(lines[line - 1 : end]) == old
        lines[line - 1 : end] = new.rstrip("\n").split("\n") if new else []
        (folder / path).write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("program", "package", "needs"),
    [
        (django, "django", DJANGO),
        (lambda: unpacked("werkzeug==3.1.3"), "werkzeug", ("markupsafe==3.0.3",)),
        (lambda: unpacked("rich==14.2.0"), "rich", ("pygments==2.19.2", "markdown-it-py==4.0.0", "mdurl==0.1.2")),
    ],
)
def test_after_the_changes_whatever_could_be_imported_still_can(
    program: Callable[[], Path], package: str, needs: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(program() / package, tmp_path / package)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(unpacked(each)) for each in needs))
    report = cycles(tmp_path, package)
    steps = [step for each in report["cycles"] for step in each["cut"] if step["changes"]]
    modules = {module for cycle in report["cycles"] for module in cycle["modules"]}
    entries = sorted(modules | {each.module for each in read(tmp_path, package).sources[::25]})
    before = imported_by_cpython(sys.executable, tmp_path, entries)

    make(tmp_path, [change for step in steps for change in step["changes"]])

    after = imported_by_cpython(sys.executable, tmp_path, entries)
    assert [each for each, outcome in after.items() if outcome and before[each] is None] == []
    left = {
        (each["importer"], each["imported"])
        for cycle in cycles(tmp_path, package)["cycles"]
        for each in cycle["imports"]
    }
    assert steps
    assert left.isdisjoint((step["importer"], step["imported"]) for step in steps)


def cycles(folder: Path, package: str) -> dict[str, Any]:
    run = lint(folder, "cycles", package, "--kind", "runtime", "--format", "json", "--no-cache")
    report: dict[str, Any] = json.loads(run.out)
    return report
