"""The plugin of pytest: its parts, and ``pytest --import-contracts`` in a small program in a process of its own."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias
from warnings import catch_warnings, simplefilter

import pytest

from import_contracts.pytest_plugin import pytest_make_collect_report
from import_contracts.pytest_plugin.items import collectors
from import_contracts.pytest_plugin.warning import ContractWarning
from tests.support.arranging import MODELS, configuration, program, write
from tests.support.pytest_runs import run_pytest

HEAD = '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n' + configuration()
BROKEN, KEPT = MODELS, MODELS.replace("models", "util")
WRONG = MODELS.replace('"models"', '"wrong"').replace("shop.models", "shop.modles")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    program(tmp_path, "shop.models -> shop.web", "shop.util")
    return write(tmp_path, {"pyproject.toml": HEAD + BROKEN + KEPT, "test_shop.py": "def test_it(): ...\n"})


@pytest.fixture
def elsewhere(shop: Path) -> Path:
    """Return a folder in the program that has a configuration of its own, as has the folder above it."""
    lone = 'source_roots = [".."]\n' + (HEAD[HEAD.index("root") :] + KEPT).replace("tool.import-contracts.", "")
    return write(shop / "deep", {"c.toml": lone, "pyproject.toml": configuration(WRONG), "test_deep.py": ""})


def results(printed: str) -> dict[str, str]:
    """Return what each contract and the like came to, as ``pytest -v`` prints it."""
    return dict(re.findall(r"^(?:\.\./)?import-contracts::(\S+)(?: <- \S+)? ([A-Z]+)", printed, flags=re.MULTILINE))


@pytest.mark.slow
def test_the_summary_repeats_only_the_name_of_a_contract_even_in_ci(shop: Path) -> None:
    _, printed = run_pytest(shop, "--import-contracts", CI="true")
    summary = printed.partition("short test summary info")[2].splitlines()
    assert summary[1:-1] == ["FAILED import-contracts::models - Models do not know the web (forbidden)"]


@pytest.mark.slow
def test_what_pytest_prints_of_a_contract_can_be_seen(shop: Path) -> None:
    hostile = MODELS.replace('"models"', '"\\u001b[2J##[x]"').replace("Models do", "\\n::error::x\\u202e")
    write(shop, {"pyproject.toml": HEAD + hostile + hostile.replace("shop.models", "\\n::x").replace("u001b", "u009b")})
    status, printed = run_pytest(shop, "-v", "--import-contracts", GITHUB_ACTIONS="true")
    lines = printed.split("\n")

    assert status == 1
    assert "import-contracts::\\x1b[2J\\x23#[x]" in printed
    assert all(line.isprintable() and "##[" not in line and not line.strip().startswith("::") for line in lines)
    assert any(line.startswith("\\n::error::x\\u202e not know the web (forbidden)") for line in lines)


@pytest.mark.slow
def test_what_pytest_prints_of_the_members_of_a_workspace_can_be_seen(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + 'workspace = ["members/*"]\n' + KEPT})
    for name in ("a\n::error::x", "b\x1b[2J", "c\u202e"):
        write(program(shop / "members" / name, "shop.models -> shop.web"), {"pyproject.toml": configuration(BROKEN)})
    _, printed = run_pytest(shop, "-v", "-rA", "--import-contracts")

    assert r"import-contracts[members/a\n::error::x/pyproject.toml]::models" in printed
    assert all(line.isprintable() and not line.strip().startswith("::") for line in printed.split("\n"))


@pytest.mark.slow
def test_each_contract_is_a_test_that_fails_with_its_own_report(shop: Path) -> None:
    status, printed = run_pytest(shop, "-v", "--import-contracts")
    assert status == 1
    assert results(printed) == {"configuration-and-files": "PASSED", "models": "FAILED", "util": "PASSED"}
    assert "test_shop.py::test_it PASSED" in printed
    failures = printed.partition("= FAILURES =")[2].partition("= short test summary")[0]
    assert failures.splitlines()[1:-1] == [
        "___________________________ import-contracts::models ___________________________",
        "Models do not know the web (forbidden)",
        "",
        "  shop.models must not import shop.web",
        "",
        "    shop/models.py:1:1: import shop.web",
        "      shop.models -> shop.web",
    ]


@pytest.mark.slow
def test_without_the_option_nothing_of_it_is_there_and_no_more_is_imported(shop: Path) -> None:
    tell = (
        "import sys\n\ndef test_it():\n    print(*sorted(n for n in sys.modules if n.partition('.')[0] in sys.argv))\n"
    )
    write(shop, {"test_shop.py": tell.replace("sys.argv", "{'click', 'grimp', 'import_contracts'}")})
    status, printed = run_pytest(shop, "-s", "-q")
    assert (status, "1 passed" in printed) == (0, True)
    imported = {
        *("import_contracts", "import_contracts.version"),
        *("import_contracts.pytest_plugin", "import_contracts.pytest_plugin.warning"),
    }
    assert set(printed.splitlines()[0].split()) <= imported


@pytest.mark.slow
def test_the_plugin_can_be_left_out(shop: Path) -> None:
    status, printed = run_pytest(shop, "-p", "no:import_contracts", "--import-contracts")
    assert status == 4
    assert "unrecognized arguments: --import-contracts" in printed


@pytest.mark.slow
def test_tests_are_chosen_as_ever(shop: Path) -> None:
    status, printed = run_pytest(shop, "-v", "--import-contracts", "-k", "import-contracts and not models")
    assert status == 0
    assert results(printed) == {"configuration-and-files": "PASSED", "util": "PASSED"}


@pytest.mark.slow
def test_to_collect_is_not_to_check(shop: Path) -> None:
    status, printed = run_pytest(shop, "--import-contracts", "--collect-only", "-q")
    names = ["configuration-and-files", "models", "util"]
    assert status == 0
    assert printed.splitlines()[:4] == ["test_shop.py::test_it", *(f"import-contracts::{name}" for name in names)]
    assert not (shop / ".import_contracts_cache").exists()


@pytest.mark.slow
def test_processes_share_the_work(shop: Path) -> None:
    status, printed = run_pytest(shop, "--import-contracts", "-n2")
    assert status == 1
    assert "1 failed, 3 passed" in printed


@pytest.mark.slow
def test_another_configuration_may_be_named_and_contracts_need_no_tests_beside_them(shop: Path) -> None:
    (shop / "test_shop.py").unlink()
    write(shop, {"c.toml": (HEAD[HEAD.index("root") :] + KEPT).replace("tool.import-contracts.", "")})
    status, printed = run_pytest(shop, "-v", "--import-contracts-config", "c.toml")
    assert status == 0
    assert results(printed) == {"configuration-and-files": "PASSED", "util": "PASSED"}


@pytest.mark.slow
def test_several_configurations_may_be_named(shop: Path) -> None:
    texts = {f"{name}.toml": (HEAD[HEAD.index("root") :] + text) for name, text in (("a", BROKEN), ("b", KEPT))}
    write(shop, {name: text.replace("tool.import-contracts.", "") for name, text in texts.items()})
    named = [option for file in ("a.toml", "b.toml", "a.toml") for option in ("--import-contracts-config", file)]
    status, printed = run_pytest(shop, "-v", *named)
    assert status == 1
    assert re.findall(r"^import-contracts\[(\S+)\]::models (\S+)", printed, re.MULTILINE) == [("a.toml", "FAILED")]
    assert re.findall(r"^import-contracts\[(\S+)\]::util (\S+)", printed, re.MULTILINE) == [("b.toml", "PASSED")]


@pytest.mark.slow
def test_what_cannot_be_checked_is_an_error_with_its_message(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + KEPT + WRONG, "shop/bad.py": "def f(:\n"})
    status, printed = run_pytest(shop, "-v", "--import-contracts")
    assert status == 1
    assert results(printed) == {"configuration-and-files": "ERROR", "util": "PASSED", "wrong": "ERROR"}
    assert "\nshop/bad.py:1: This is not valid Python: 'def f(:'.\n" in printed
    assert "\npyproject.toml: contract 'wrong': source_modules: " in printed
    assert "Traceback" not in printed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.import-contracts]\n=", "pyproject.toml: This is not valid TOML"),
        (HEAD.replace("shop", "shp") + KEPT, "Package 'shp' is neither in"),
        ("", "No configuration found."),
    ],
)
def test_a_configuration_that_cannot_be_used_at_all_is_an_error_and_not_the_end(
    shop: Path, text: str, message: str
) -> None:
    write(shop, {"c.toml": text, "pyproject.toml": "", ".git/x": ""})
    named = ["--import-contracts-config", "c.toml"] if text else ["--import-contracts"]
    status, printed = run_pytest(shop, "-v", *named)
    assert status == 1
    assert results(printed)["configuration-and-files"] == "ERROR"
    assert message.replace("pyproject", "c") in printed
    assert "test_shop.py::test_it PASSED" in printed
    assert "Traceback" not in printed


@pytest.mark.slow
def test_the_baseline_is_a_test_as_well(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + 'baseline = "b.txt"\n' + BROKEN + KEPT})
    write(shop, {"b.txt": "models shop.models -> shop.web => shop.web\nutil shop.util -> shop.web => shop.web\n"})
    status, printed = run_pytest(shop, "-v", "--import-contracts")
    assert status == 1
    assert (results(printed)["baseline"], results(printed)["models"]) == ("FAILED", "PASSED")
    assert "No violation matches 'util shop.util -> shop.web => shop.web' any more" in printed
    assert "lint-imports baseline shrink" in printed


@pytest.mark.slow
def test_a_contract_that_is_broken_by_old_names_says_so(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + 'baseline = "known.txt"\n' + BROKEN})
    write(shop, {"known.txt": "models shop.model -> shop.web => shop.web\n"})
    status, printed = run_pytest(shop, "--import-contracts")
    assert status == 1
    assert "Models do not know the web (forbidden)\n\n  1 known violation with old names\n" in printed


@pytest.mark.slow
def test_a_warning_is_one_of_pytest(shop: Path) -> None:
    lenient = (HEAD + "misspelt = 1\n" + KEPT).replace('"error"', '"default"')
    write(shop, {"pyproject.toml": lenient})
    status, printed = run_pytest(shop, "--import-contracts")
    assert status == 0
    assert "ContractWarning: pyproject.toml: misspelt: " in printed


@pytest.mark.slow
def test_a_long_report_is_capped_unless_pytest_is_verbose(shop: Path) -> None:
    program(shop, *(f"shop.models.m{number} -> shop.web" for number in range(9)))
    (shop / "shop/models.py").unlink()
    assert "(--verbose shows all)" in run_pytest(shop, "--import-contracts")[1]
    verbose = run_pytest(shop, "--import-contracts", "--verbose")[1]
    assert all(f"shop/models/m{number}.py:1:1: import shop.web" in verbose for number in range(9))


@pytest.mark.slow
def test_a_configuration_is_found_from_the_root_and_a_named_one_from_where_pytest_was_called(elsewhere: Path) -> None:
    _, printed = run_pytest(elsewhere, "-v", "--import-contracts")
    assert results(printed) == {"configuration-and-files": "PASSED", "models": "FAILED", "util": "PASSED"}
    _, printed = run_pytest(elsewhere, "-v", "--import-contracts-config", "c.toml")
    assert results(printed) == {"configuration-and-files": "PASSED", "util": "PASSED"}


# --- the parts, in this process -----------------------------------------------------------------------------------


class Trial:
    """The contracts of a program as tests, each of which can be run alone."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        (self.collector,) = collectors(request.session, "import-contracts", [str(folder / "pyproject.toml")])
        self.items = {item.name: item for item in self.collector.collect()}

    def check(self) -> None:
        self.collector.setup()

    def said(self, name: str) -> tuple[str, str]:
        """Return when a test fails, if it does, and what it says then."""
        item = self.items[name]
        for when in ("setup", "runtest"):
            try:
                getattr(item, when)()
            except pytest.fail.Exception as failure:
                return when, str(failure)
        return "", ""


@pytest.fixture
def trial(request: pytest.FixtureRequest, shop: Path) -> Callable[..., Trial]:
    def start(text: str, files: dict[str, str] | None = None) -> Trial:
        write(shop, {"pyproject.toml": HEAD + text, **(files or {})})
        return Trial(request, shop)

    return start


Start: TypeAlias = Callable[..., Trial]


def test_a_test_is_named_for_its_contract_and_stands_in_the_configuration(shop: Path, trial: Start) -> None:
    found = trial(BROKEN + KEPT)
    assert list(found.items) == ["configuration-and-files", "models", "util"]
    for item in found.items.values():
        assert item.path == shop / "pyproject.toml"
        assert item.reportinfo() == (str(shop / "pyproject.toml"), 0, item.nodeid)


def test_the_report_is_kept_in_the_folder_of_the_configuration(shop: Path, trial: Start) -> None:
    before = {each.name for each in shop.iterdir()}
    trial(BROKEN + KEPT).check()
    assert {each.name for each in shop.iterdir()} - before == {".import_contracts_cache"}


def test_each_test_says_what_is_wrong_with_its_own_part(trial: Start) -> None:
    dull = MODELS.replace('"models"', '"dull"') + 'ignore_imports = ["shop.gone -> shop.web"]\n'
    found = trial(
        KEPT + BROKEN + WRONG + dull + 'unmatched_ignore_imports_alerting = "warn"\n', {"shop/bad.py": "def f(:\n"}
    )
    found.check()
    assert found.said("util") == ("", "")
    when, said = found.said("models")
    assert when == "runtest"
    assert said == (
        "Models do not know the web (forbidden)\n\n  shop.models must not import shop.web\n\n"
        "    shop/models.py:1:1: import shop.web\n      shop.models -> shop.web"
    )
    when, said = found.said("wrong")
    assert when == "setup"
    assert re.findall(r"contract '(\w+)'", said) == ["wrong"]
    assert found.said("configuration-and-files") == ("setup", "shop/bad.py:1: This is not valid Python: 'def f(:'.")
    with pytest.warns(ContractWarning) as warned:
        assert found.said("dull")[0] == "runtest"
    assert [str(each.message).partition(": ignore_imports: ")[0] for each in warned] == [
        "pyproject.toml: contract 'dull'"
    ]


def test_a_warning_that_is_about_no_contract_is_one_of_the_configuration(trial: Start) -> None:
    found = trial("misspelt = 1\n" + KEPT + 'ignore_imports = ["shop.gone -> shop.web"]\n' + WARN)
    found.check()
    with pytest.warns(ContractWarning) as warned:
        assert found.said("configuration-and-files") == ("", "")
    assert [str(each.message).partition(": ")[2].partition(":")[0] for each in warned] == ["misspelt"]


WARN = 'unmatched_ignore_imports_alerting = "warn"\n'
ACCEPTED = "models shop.models -> shop.web => shop.web\n"
STALE = f"{ACCEPTED}gone shop.a -> shop.b\n"
RENAMED = "models shop.old -> shop.web => shop.web\n"


@pytest.mark.parametrize(
    ("keys", "known", "fails", "warnings"),
    [
        ("", ACCEPTED, False, 0),
        ("", STALE, True, 0),
        ("", RENAMED, True, 0),
        ('stale = "warn"\n', STALE, False, 1),
        ('stale = "warn"\n', RENAMED, True, 0),
    ],
)
def test_a_stale_baseline_fails_or_is_a_warning(
    trial: Start, keys: str, known: str, fails: bool, warnings: int
) -> None:
    found = trial(f'baseline = "b.txt"\n{keys}{BROKEN}', {"b.txt": known})
    assert list(found.items) == ["configuration-and-files", "baseline", "models"]
    found.check()
    with catch_warnings(record=True) as warned:
        simplefilter("always")
        when, said = found.said("baseline")
    assert (when, bool(said)) == (("runtest", True) if fails else ("", False))
    assert len(warned) == warnings
    if fails:
        assert [line.partition(":")[0] for line in said.splitlines()] == ["b.txt"]


@pytest.mark.parametrize("text", ["=", "baseline = 'gone.txt'\n" + KEPT])
def test_what_cannot_be_used_at_all_fails_before_any_test(trial: Start, text: str) -> None:
    found = trial(text)
    with pytest.raises(pytest.fail.Exception, match=r"^(/.*/pyproject\.toml|gone\.txt): ") as failure:
        found.check()
    assert not failure.value.pytrace


def test_a_failure_is_told_by_its_first_line_and_whole_where_there_is_room(trial: Start) -> None:
    (item, *_) = trial(KEPT).items.values()
    lines: list[str] = []
    with pytest.raises(pytest.fail.Exception) as failure:
        pytest.fail("one\ntwo\nthree")
    shown: Any = item.repr_failure(failure)
    shown.toterminal(SimpleNamespace(line=lines.append))
    assert (shown.reprcrash.message, str(shown), lines) == ("one", "one\ntwo\nthree", ["one\ntwo\nthree"])
    with pytest.raises(ZeroDivisionError) as bug:
        1 / 0  # noqa: B018
    assert "ZeroDivisionError: division by zero" in str(item.repr_failure(bug))


@pytest.mark.parametrize(
    ("options", "is_there"),
    [({"import_contracts": True}, True), ({"import_contracts_config": ["c.toml", "c.toml"]}, True), ({}, False)],
)
@pytest.mark.parametrize("others", [None, ["a", "b"]])
def test_the_contracts_come_after_all_that_a_session_has_and_only_if_asked_for(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, object],
    is_there: bool,
    others: list[str] | None,
) -> None:
    def collected(collector: pytest.Collector) -> list[object] | None:
        report = SimpleNamespace(result=others)
        step = pytest_make_collect_report(collector)
        next(step)
        with pytest.raises(StopIteration):
            step.send(SimpleNamespace(get_result=lambda: report))  # type: ignore[arg-type]
        return report.result and [getattr(each, "nodeid", each) for each in report.result]

    for name in ("import_contracts", "import_contracts_config"):
        monkeypatch.setattr(request.config.option, name, options.get(name))
    assert collected(request.session) == ([*(others or ()), "import-contracts"] if is_there else others)
    assert collected(request.node.parent) == others
