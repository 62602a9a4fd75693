"""What is found in real programs after edits: with a cache, from which it may be taken over, and without."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.real.wheels import unpacked
from tests.support.arranging import lint, write

pytestmark = pytest.mark.real

EDITS = ("# touched", "# a name, and another", "", "passed = 1", "return None", "import os", "self.size = len(self)")


def edited(text: str, dice: random.Random) -> str:
    """Return a text with a line more, indented as the one below it, or with a comment behind a line."""
    lines = text.split("\n")
    at = dice.choice([0, len(lines) - 1, *dice.choices(range(len(lines)), k=6)])
    if dice.random() < 0.2:
        return "\n".join([*lines[:at], f"{lines[at]}  # touched", *lines[at + 1 :]])
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    return "\n".join([*lines[:at], indent + dice.choice(EDITS), *lines[at:]])


def test_a_report_after_edits_is_the_one_without_a_cache(tmp_path: Path) -> None:
    package = "werkzeug"
    shutil.copytree(unpacked("werkzeug==3.1.3") / package, tmp_path / package)
    write(tmp_path, {"pyproject.toml": f'[tool.import-contracts]\nroot_packages = ["{package}"]\n'})
    command = ("cycles", package, "--format", "json")
    lint(tmp_path, *command)
    dice = random.Random(2)  # noqa: S311 - no secret
    files = sorted(tmp_path.rglob("*.py"))
    taken_over = 0
    for _ in range(5):
        path = dice.choice(files)
        path.write_text(edited(path.read_text(), dice))
        run = lint(tmp_path, *command, "--show-timings")
        taken_over += "look for crashes" not in run.err
        assert run[:2] == lint(tmp_path, *command, "--no-cache")[:2], path
    assert taken_over
