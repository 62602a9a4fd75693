"""Packages beside those that are asked about: those through which a cycle leads back are read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from import_contracts.reading.store.cache import Cache
from import_contracts.reading.store.trust import CACHE
from tests.support.arranging import lint, write

Files = dict[str, str]
LATCH = {"latch/__init__.py": "", "latch/core.py": "import latch_cli.run", "latch_cli/__init__.py": ""}


def asked(folder: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lint(folder, "cycles", *arguments, "--format", "json").out)
    return found


def rings(folder: Path, *arguments: str) -> list[list[str]]:
    return [each["modules"] for each in asked(folder, *arguments)["cycles"]]


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, which has a cache, that trusts files although they were written just now."""
    monkeypatch.setattr("import_contracts.inputs._GRANULARITY", -(10**18))
    return write(tmp_path, {"setup.cfg": ""})


@pytest.mark.parametrize("where", ["", "src/"])
def test_a_package_that_imports_the_named_one_back_is_read_too(where: str, tmp_path: Path) -> None:
    files = LATCH | {"latch_cli/run.py": "import latch.core", "tests/__init__.py": "import latch"}
    write(tmp_path, {f"{where}{path}": text for path, text in files.items()})
    found = asked(tmp_path, "latch")
    assert (found["packages"], found["also_read"], found["modules"]) == (["latch"], ["latch_cli"], 4)
    assert rings(tmp_path, "latch") == [["latch.core", "latch_cli.run"]]
    assert lint(tmp_path, "cycles", "latch", "--quick").out.endswith(
        "\n4 modules, 2 imports, with latch_cli, which imports latch back: 1 cycle (1 runtime).\n"
    )


def test_it_may_be_far_around(tmp_path: Path) -> None:
    write(
        tmp_path,
        LATCH | {"latch_cli/run.py": "from a.b import c", "a/__init__.py": "", "a/b.py": "c = 1\nimport latch.core"},
    )
    assert asked(tmp_path, "latch")["also_read"] == ["a", "latch_cli"]
    assert rings(tmp_path, "latch") == [["a.b", "latch.core", "latch_cli.run"]]


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    from latch import core",
        "import os, latch.core as core",
        "lazy import latch.core",
        "import importlib\nimportlib.import_module('latch.core')",
        "from os import (\n    path\n); import latch.core\nimport latch",
    ],
)
def test_every_way_back_counts(text: str, tmp_path: Path) -> None:
    write(tmp_path, LATCH | {"latch_cli/run.py": text})
    assert rings(tmp_path, "latch") == [["latch.core", "latch_cli.run"]] or "(" in text
    assert asked(tmp_path, "latch")["also_read"] == ["latch_cli"]


@pytest.mark.parametrize(
    "files",
    [
        {"latch_cli/run.py": "import os"},
        {"latch_cli/run.py": "# import latch\nx = 'import latch'"},
        {"latch_cli/run.py": "import latch_more", "latch_more/__init__.py": ""},
    ],
)
def test_what_does_not_import_it_back_is_not_read(files: Files, tmp_path: Path) -> None:
    write(tmp_path, LATCH | files)
    assert "also_read" not in asked(tmp_path, "latch")
    assert asked(tmp_path, "latch")["modules"] == 2


def test_what_only_imports_the_named_one_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"latch/__init__.py": "", "latch_cli/__init__.py": "import latch"})
    assert "also_read" not in asked(tmp_path, "latch")


def test_cycles_of_the_other_package_alone_are_not_shown(tmp_path: Path) -> None:
    more = {
        "latch_cli/run.py": "import latch.core",
        "latch_cli/a.py": "import latch_cli.b",
        "latch_cli/b.py": "import latch_cli.a",
    }
    write(tmp_path, LATCH | more)
    assert rings(tmp_path, "latch") == [["latch.core", "latch_cli.run"]]
    assert len(rings(tmp_path, "latch", "latch_cli")) == 2


@pytest.mark.parametrize("is_settled", [True, False])
def test_a_change_of_any_of_them_is_noticed(is_settled: bool, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    write(tmp_path, {"setup.cfg": "", "latch/__init__.py": "", "latch/core.py": "import latch_cli.run"})
    if is_settled:
        request.getfixturevalue("settled")

    def shown() -> list[list[str]]:
        found = rings(tmp_path, "latch")
        assert rings(tmp_path, "latch") == found
        assert rings(tmp_path, "latch", "--no-cache") == found
        return found

    ring = [["latch.core", "latch_cli.run"]]
    assert shown() == []
    write(tmp_path, {"latch_cli/__init__.py": "", "latch_cli/run.py": "import os"})
    assert shown() == []
    write(tmp_path, {"latch_cli/run.py": "import latch.core"})
    assert shown() == ring
    write(tmp_path, {"latch_cli/run.py": "import json"})
    assert shown() == []
    write(tmp_path, {"latch_cli/more.py": "import latch.core", "latch_cli/run.py": "import latch_cli.more"})
    assert shown() == [["latch.core", "latch_cli.more", "latch_cli.run"]]
    write(tmp_path, {"latch/core.py": ""})
    assert shown() == []


def test_on_an_unchanged_tree_no_file_is_read_to_decide(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(settled, LATCH | {"latch_cli/run.py": "import latch.core"})
    write(settled, {"latch/more.py": "import other", "other/__init__.py": ""})
    first = asked(settled, "latch")
    monkeypatch.delattr("import_contracts.reading.siblings._imported")
    assert asked(settled, "latch") == first
    write(settled, {"other/__init__.py": "import latch"})
    assert "_imported" in lint(settled, "cycles", "latch").err


@pytest.mark.parametrize(
    "damage", [None, [], {}, [["no such"], []], [[1], []], [["latch_cli"], [["x", 1]]], [[], [[1, 1, 1, 1, 1]]]]
)
def test_a_decision_that_cannot_have_been_made_is_not_used(damage: object, settled: Path) -> None:
    write(settled, LATCH | {"latch_cli/run.py": "import latch.core"})
    ring = rings(settled, "latch")
    (stored,) = (settled / CACHE).glob("*.beside")
    Cache(settled / CACHE, print).save(stored.name, damage)
    assert rings(settled, "latch") == ring == [["latch.core", "latch_cli.run"]]


def test_a_cache_that_is_not_trusted_is_warned_of_once(settled: Path) -> None:
    write(settled, LATCH | {"latch_cli/run.py": "import latch.core", f"{CACHE}/x.beside": ""})
    (settled / CACHE).chmod(0o777)
    assert lint(settled, "cycles", "latch").err.count("is not used") == 1
