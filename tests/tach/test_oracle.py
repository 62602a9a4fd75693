from __future__ import annotations

import os
from pathlib import Path

import pytest

from .peer import tach_command, verdict_of_contracts, verdict_of_tach
from .projects import random_project

pytestmark = pytest.mark.oracle

CASES = int(os.environ.get("ORACLE_CASES", "1200")) // 10
SEED = os.environ.get("ORACLE_SEED", "2026")


@pytest.mark.parametrize("batch", range(4))
def test_random_projects_get_the_verdict_of_tach(tmp_path: Path, batch: int) -> None:
    tach = tach_command()
    for number in range(batch, CASES, 4):
        project = random_project(f"{SEED}-{number}")
        theirs = verdict_of_tach(tach, tmp_path / f"tach{number}", project)
        assert verdict_of_contracts(tmp_path / f"here{number}", project) == theirs, (number, project)
