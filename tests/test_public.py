"""What ``import import_contracts`` offers. That the types are as said here, mypy checks."""

import ast
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import assert_type

import pytest

import import_contracts
from import_contracts import CyclesReport, Outcome, Report, ReportedViolation, Result, UserError
from tests.support.arranging import MODELS, configuration, lint, program, write

CONTRACTS = MODELS + MODELS.replace("models", "util")
KNOWN = "models shop.models -> shop.web => shop.web\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    program(tmp_path, "shop.models -> shop.web", "shop.util")
    return write(tmp_path, {"pyproject.toml": configuration(CONTRACTS), ".git/x": "", "docs/x": ""})


# --- check --------------------------------------------------------------------------------------------------------


def test_the_report_is_that_of_the_command(shop: Path) -> None:
    report = import_contracts.check(folder=shop)
    assert_type(report, Report)
    assert json.loads(import_contracts.render(report, "json")) == json.loads(lint(shop, "--format", "json").out)
    assert import_contracts.render(report) == lint(shop).out
    assert (report.result, report.exit_status) == (Result.BROKEN, 1)


def test_reports_can_be_pickled(shop: Path) -> None:
    write(shop, {"shop/web.py": "import shop.models"})
    for report in (import_contracts.check(folder=shop), import_contracts.find_cycles("shop", folder=shop)):
        assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301 - it was written here


def test_a_violation_is_where_it_is_written(shop: Path) -> None:
    outcome, kept = import_contracts.check(folder=shop).outcomes
    assert_type(outcome, Outcome)
    (violation,) = outcome.violations
    assert_type(violation, ReportedViolation)
    assert (outcome.id, outcome.kept, kept.kept) == ("models", False, True)
    assert (violation.importer, violation.imported) == ("shop.models", "shop.web")
    assert [(each.path, each.line, each.column, each.text) for each in violation.chain] == [
        ("shop/models.py", 1, 1, "import shop.web")
    ]


def test_the_configuration_is_found_as_from_a_working_directory(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = import_contracts.check(folder=shop)
    assert import_contracts.check(folder=str(shop / "docs")) == found
    monkeypatch.chdir(shop / "docs")
    assert import_contracts.check() == found
    assert import_contracts.check(folder="..") == found


def test_a_configuration_is_named_relative_to_the_folder(shop: Path) -> None:
    (shop / "pyproject.toml").rename(shop / "docs/pyproject.toml")
    assert import_contracts.check("docs/pyproject.toml", folder=shop).exit_status == 1
    assert import_contracts.check(shop / "docs/pyproject.toml", folder=shop).exit_status == 1


@pytest.mark.parametrize("chosen", ["util", ["util"], iter(["util"])])
def test_only_the_contracts_that_are_named_are_checked(shop: Path, chosen: str | list[str]) -> None:
    report = import_contracts.check(folder=shop, contracts=chosen)
    assert [outcome.id for outcome in report.outcomes] == ["util"]
    assert report.result is Result.KEPT


def test_what_is_known_is_new_without_the_baseline(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration(CONTRACTS, keys='baseline = "known.txt"\n'), "known.txt": KNOWN})
    assert import_contracts.check(folder=shop).exit_status == 0
    assert import_contracts.check(folder=shop, use_baseline=False).exit_status == 1


@pytest.mark.parametrize(
    ("cache", "kept"), [(True, ".import_contracts_cache"), (False, None), ("x", "x"), (Path("x"), "x")]
)
def test_the_cache_is_where_it_is_asked_for(shop: Path, cache: bool | str | Path, kept: str | None) -> None:
    before = set(shop.iterdir())
    first = import_contracts.check(folder=shop, cache=cache)
    assert {path.name for path in set(shop.iterdir()) - before} == ({kept} if kept else set())
    assert import_contracts.check(folder=shop, cache=cache) == first
    assert len({first, import_contracts.check(folder=shop)}) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"config": "no.toml"}, "no.toml: There is no such file."),
        ({"contracts": ["utli"]}, "There is no contract 'utli'. Did you mean 'util'?"),
        ({"folder": "/"}, "No configuration found."),
    ],
)
def test_what_cannot_be_checked_is_an_error_for_people(shop: Path, call: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as error:
        import_contracts.check(**{"folder": shop, **call})  # type: ignore[arg-type]  # the point is what is wrong
    assert str(error.value).startswith(message)
    assert error.value.problems[0].message in str(error.value)


def test_what_is_wrong_with_one_contract_is_in_the_report(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration(CONTRACTS.replace("shop.util", "shop.utl"))})
    report = import_contracts.check(folder=shop)
    assert [problem.contract for problem in report.errors] == ["util"]
    assert [outcome.kept for outcome in report.outcomes] == [False, None]
    assert report.exit_status == 2


# --- the rest -----------------------------------------------------------------------------------------------------


def test_an_unknown_format_is_told_what_it_may_have_meant(shop: Path) -> None:
    report = import_contracts.check(folder=shop)
    with pytest.raises(UserError, match=r"There is no format 'jsno'\. Did you mean 'json'"):
        import_contracts.render(report, "jsno")


def test_an_unknown_format_that_is_like_none_is_lists_all(shop: Path) -> None:
    report = import_contracts.check(folder=shop)
    with pytest.raises(UserError) as error:
        import_contracts.render(report, "zzz")
    assert str(error.value) == (
        "There is no format 'zzz'. Use one of: concise, github, gitlab, json, junit, markdown, sarif, text."
    )


def test_colours_are_used_on_demand(shop: Path) -> None:
    assert "\x1b[31m" in import_contracts.render(import_contracts.check(folder=shop), color=True)


def test_cycles_are_found_without_a_configuration(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b", "shop.b -> shop.a")
    report = import_contracts.find_cycles("shop", folder=tmp_path, quick=True)
    assert_type(report, CyclesReport)
    assert [cycle.modules for cycle in report.cycles] == [("shop.a", "shop.b")]
    with pytest.raises(UserError, match="'shp'"):
        import_contracts.find_cycles("shp", folder=tmp_path)


@pytest.mark.parametrize(("folder", "path"), [(".", "shop"), ("src", "src/shop")])
def test_packages_for_cycles_lie_in_the_folder_or_in_its_src(tmp_path: Path, folder: str, path: str) -> None:
    program(tmp_path / folder, "shop.a -> shop.b", "shop.b -> shop.a")
    report = import_contracts.find_cycles("shop", folder=tmp_path)
    assert [each.modules for each in report.cycles] == [("shop.a", "shop.b")]
    assert {each.path for cycle in report.cycles for each in cycle.imports} == {
        f"{path}/a.py",
        f"{path}/b.py",
    }
    assert (tmp_path / ".import_contracts_cache").is_dir()


def test_crashes_are_predicted_for_a_version_unless_the_search_is_quick(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/a.py": "from shop.b import y\nx = 1\n"})
    write(tmp_path, {"shop/b.py": "from shop.a import x\ny = 1\n"})
    running = sys.version_info[:2]
    for python, version in ((None, running), ((3, 9), (3, 9)), ((3, 14), (3, 14))):
        report = import_contracts.find_cycles("shop", folder=tmp_path, python=python)
        assert report.python == version
        assert report.crashes
    assert not import_contracts.find_cycles("shop", folder=tmp_path, quick=True).crashes


def test_what_cycles_read_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b")
    before = set(tmp_path.iterdir())
    import_contracts.find_cycles("shop", folder=tmp_path, cache=False)
    assert set(tmp_path.iterdir()) == before
    import_contracts.find_cycles("shop", folder=tmp_path, cache="kept")
    assert {each.name for each in set(tmp_path.iterdir()) - before} == {"kept"}


def test_a_report_is_whole_on_demand(tmp_path: Path) -> None:
    names = [f"n{number:02}" for number in range(40)]
    program(tmp_path, *(f"shop.models.{name} -> shop.web" for name in names), "shop.web")
    write(tmp_path, {"pyproject.toml": configuration(MODELS)})
    report = import_contracts.check(folder=tmp_path)
    texts = [import_contracts.render(report), import_contracts.render(report, verbose=True)]
    assert [sum(f"{name}.py:1:1" in text for name in names) for text in texts] == [3, 40]


def test_a_report_is_kept_by_default_where_the_configuration_is(shop: Path) -> None:
    import_contracts.check(folder=shop / "docs")
    assert (shop / ".import_contracts_cache").is_dir()


def test_nothing_is_imported_before_it_is_asked_for(tmp_path: Path) -> None:
    code = (
        "import sys, import_contracts; print(*(n for n in sys.modules if n.startswith(('import_c', 'grimp', 'cli'))))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) == {"import_contracts", "import_contracts.version"}


def test_python_and_type_checkers_are_told_the_same() -> None:
    tree = ast.parse(Path(import_contracts.__file__).read_text())
    imports = [each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and each.names[0].asname]
    typed = {alias.name: each.module for each in imports for alias in each.names}
    found = {name: getattr(import_contracts, name).__module__ for name in typed if name != "__version__"}
    assert {"__version__": "import_contracts.version", **found} == typed
    assert {name for name in dir(import_contracts) if name[0] != "_"} >= found.keys()


def test_a_name_that_is_not_there_is_none_of_ours() -> None:
    with pytest.raises(AttributeError, match="module 'import_contracts' has no attribute 'chek'"):
        import_contracts.chek  # type: ignore[attr-defined]  # noqa: B018  # the point is that mypy sees it too


def test_a_folder_that_cannot_exist_is_an_error_of_the_user() -> None:
    with pytest.raises(UserError, match="This folder cannot be searched: Not a valid file name"):
        import_contracts.check(folder="a\0b")
