"""The pictures in the docs: what the commands beside them in docs/graph.md draw."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.real.wheels import django, unpacked
from tests.support.arranging import ROOT, lint

pytestmark = pytest.mark.real

DOCS = ROOT / "docs"
COMMAND = re.compile(r"^lint-imports graph (\w+)(.*) --output (\S+\.svg)$", re.MULTILINE)
COMMANDS = COMMAND.findall((DOCS / "graph.md").read_text(encoding="utf-8"))


def folder(package: str) -> Path:
    return django() if package == "django" else unpacked("sqlalchemy==2.0.44", platform="any")


@pytest.mark.parametrize(("package", "options", "file"), COMMANDS, ids=[file for *_, file in COMMANDS])
def test_a_picture_is_what_its_command_draws(
    package: str, options: str, file: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run = lint(tmp_path, "graph", package, *options.split(), "--source-root", str(folder(package)), "--output", file)
    assert (run.status, run.err) == (0, "")
    drawn, kept = tmp_path / file, DOCS / "pictures" / file
    if request.config.getoption("update_docs", default=False):
        kept.write_bytes(drawn.read_bytes())
    assert kept.read_bytes() == drawn.read_bytes(), "pytest tests/docs tests/real --update-docs -k picture draws it"


def test_every_picture_has_its_command() -> None:
    assert sorted(path.name for path in (DOCS / "pictures").iterdir()) == sorted(file for *_, file in COMMANDS)
