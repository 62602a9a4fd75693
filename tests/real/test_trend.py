"""The history of Celery, made of released versions: its counts are those of each version by itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.real.wheels import unpacked
from tests.support import repositories
from tests.support.arranging import lint

pytestmark = pytest.mark.real
VERSIONS = ("5.2.7", "5.3.6", "5.5.3")


def test_the_counts_of_each_version_are_those_of_cycles_on_it(tmp_path: Path) -> None:
    for version in VERSIONS:
        shutil.rmtree(tmp_path / "celery", ignore_errors=True)
        shutil.copytree(unpacked(f"celery=={version}") / "celery", tmp_path / "celery")
        repositories.commit(tmp_path)
    history = json.loads(lint(tmp_path, "trend", "celery", "--points", "9", "--format", "json").out)["history"]
    found = []
    for version in VERSIONS:
        run = lint(unpacked(f"celery=={version}"), "cycles", "celery", "--quick", "--format", "json", "--no-cache")
        report = json.loads(run.out)
        sizes = [len(cycle["modules"]) for cycle in report["cycles"] if cycle["kind"] == "runtime"]
        found.append((report["modules"], report["imports"], sum(sizes), max(sizes)))
    names = ("cyclic_modules", "largest_cycle")
    counted = [
        (
            *(point["numbers"][name] for name in ("modules", "imports")),
            *(point["counts"][name]["value"] for name in names),
        )
        for point in history
    ]
    assert counted == found
    assert not any(point["marks"] for point in history)
