from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.arranging import lint, write

from .__main__ import RECORD
from .peer import verdict_of_contracts
from .projects import PROJECTS

RECORDED: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))["projects"]


@pytest.mark.parametrize("name", RECORDED)
def test_contracts_find_the_imports_that_tach_finds(tmp_path: Path, name: str) -> None:
    recorded = RECORDED[name]
    assert verdict_of_contracts(tmp_path, recorded.get("files") or PROJECTS[name]) == recorded["wrong"]


def test_every_project_is_recorded_and_most_of_them_break_a_rule() -> None:
    assert PROJECTS.keys() <= RECORDED.keys()
    assert sum(bool(recorded["wrong"]) for recorded in RECORDED.values()) > len(RECORDED) / 2


SHOP = {"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""}
A, B = '[[modules]]\npath = "shop.a"\n', '[[modules]]\npath = "shop.b"\n'


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[[modules]]\n", "tach.toml: path: This key is required."),
        (f"{A}depends_on = [1]\n", "tach.toml: depends_on: Write a list of modules, or of tables with a 'path'."),
        (f'{A}layer = "ui"\n', "tach.toml: There is no layer 'ui' for shop.a."),
        ("layers = [1]\n", "tach.toml: layers: Write a name or {name = …}."),
        (f"{A}utility = 3\n", "tach.toml: utility: Found 3; write true or false."),
        ('[[interfaces]]\nexpose = ["("]\n', "tach.toml: interfaces: '(' is no regular expression"),
        ('[[modules]]\npath = "nothing"\n', "tach.toml: None of its modules is in the source roots."),
        ("modules = 1\n", "tach.toml: modules: Found 1; write an array of tables"),
        ("[", "tach.toml: This is not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_configuration_is_said(tmp_path: Path, toml: str, message: str) -> None:
    run = lint(write(tmp_path, {**SHOP, "tach.toml": toml}), "init", "--from-tach", "--dry-run")
    assert (run.status, message in run.err) == (2, True), run.err


def test_without_a_configuration_of_tach_there_is_nothing_to_convert(tmp_path: Path) -> None:
    run = lint(write(tmp_path, {**SHOP, ".git/x": ""}), "init", "--from-tach")
    assert (run.status, "There is no configuration of tach here" in run.err) == (2, True)


@pytest.mark.parametrize(
    "arguments", [("shop",), ("--source-root", "."), ("--exclude", "x"), ("--from-import-linter",)]
)
def test_options_that_do_not_go_with_it_are_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert lint(write(tmp_path, {**SHOP, "tach.toml": A}), "init", "--from-tach", *arguments).status == 2


def test_what_is_not_converted_is_named_at_the_top(tmp_path: Path) -> None:
    keys = 'root_module = "forbid"\nunknown = 1\ninclude_string_imports = true\n[rules]\nlocal_imports = "off"\n'
    module = f"{A}visibility = []\ndepends_on = [{{path = 'shop.b', deprecated = true}}]\n"
    missing = '[[modules]]\npath = "shop.gone"\n'
    text = lint(
        write(tmp_path, {**SHOP, "tach.toml": keys + module + B + missing}), "init", "--from-tach", "--dry-run"
    ).out
    top = text.partition("[tool")[0]
    expected = (
        "'root_module'",
        "'unknown'",
        "'include_string_imports'",
        "'rules'",
        "'visibility'",
        "Deprecated",
        "shop.gone",
    )
    assert [each for each in expected if each not in top] == []


def test_a_configuration_in_pyproject_is_found_from_a_folder_inside_and_written_beside_it(tmp_path: Path) -> None:
    toml = f"[tool.tach]\n{A}depends_on = []\n{B}".replace("[[modules]]", "[[tool.tach.modules]]")
    write(tmp_path, {**SHOP, ".git/x": "", "pyproject.toml": toml})
    assert lint(tmp_path / "shop", "init", "--from-tach").status == 0
    text = (tmp_path / "pyproject.toml").read_text()
    assert text.startswith(toml)
    assert '"shop.a" = []' in text
    assert lint(tmp_path).status == 0
    assert (tmp_path / "known-violations.txt").read_text() == "modules shop.a -> shop.b\n"


def test_the_reason_of_an_ignored_import_stays_and_one_that_would_ignore_more_is_named(tmp_path: Path) -> None:
    program = {
        **SHOP,
        "shop/a.py": "import shop.b  # tach-ignore(since 2024)\n",
        "shop/c.py": "import shop.b  # tach-ignore\nfrom shop.b import x\n",
    }
    toml = f"{A}depends_on = []\n{B}{A.replace('shop.a', 'shop.c')}depends_on = []\n"
    text = lint(write(tmp_path, {**program, "tach.toml": toml}), "init", "--from-tach", "--dry-run").out
    assert "shop/c.py:2: no tach-ignore" in text
    assert 'ignore_imports = [\n  # since 2024\n  "shop.a -> shop.b",\n]' in text


@pytest.mark.parametrize("path", ["shop.[a", "shop.{a", "[", "shop..a", "<root>"])
def test_a_path_that_names_no_module_is_named(tmp_path: Path, path: str) -> None:
    toml = f'{A}depends_on = ["{path}"]\n{B}[[modules]]\npath = "{path}"\n'
    run = lint(write(tmp_path, {**SHOP, "tach.toml": toml}), "init", "--from-tach", "--dry-run")
    assert (run.status, run.err) == (0, "")
    assert f"# Not in the program: {path}." in run.out


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, ".git/x": ""})
    (tmp_path / "tach.toml").write_bytes(b"\xff\xfe")
    assert lint(tmp_path, "init", "--from-tach").status == 2
