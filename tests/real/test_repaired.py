"""Real programs are repaired; CPython, ruff and their own tests are asked whether they work as before."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.real.repaired import PROGRAMS, repaired

pytestmark = pytest.mark.real


@pytest.mark.parametrize("name", sorted(name for name, program in PROGRAMS.items() if program.is_quick))
def test_what_worked_works_after_the_repair(name: str, tmp_path: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    done = repaired(PROGRAMS[name], tmp_path.resolve() / name, {version: sys.executable}, most=24)
    assert done.faults() == []
    assert done.report["made"]
    assert done.in_cycles[1] < done.in_cycles[0]
