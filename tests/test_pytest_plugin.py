"""The plugin of pytest, in a process of its own: ``pytest --import-contracts`` in a small program."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arranging import MODELS, configuration, program, write

# Each starts pytest in a process.
pytestmark = pytest.mark.slow

HEAD = '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n' + configuration()
BROKEN, KEPT = MODELS, MODELS.replace("models", "util")
WRONG = MODELS.replace('"models"', '"wrong"').replace("shop.models", "shop.modles")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    program(tmp_path, "shop.models -> shop.web", "shop.util")
    return write(tmp_path, {"pyproject.toml": HEAD + BROKEN + KEPT, "test_shop.py": "def test_it(): ...\n"})


def run(folder: Path, *args: str, **variables: str) -> tuple[int, str]:
    """Run pytest in a folder; return its status, and what it prints."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *args],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def results(printed: str) -> dict[str, str]:
    """Return what each contract and the like came to, as ``pytest -v`` prints it."""
    return dict(re.findall(r"^import-contracts::(\S+)(?: <- \S+)? ([A-Z]+)", printed, flags=re.MULTILINE))


def test_the_summary_repeats_only_the_name_of_a_contract_even_in_ci(shop: Path) -> None:
    _, printed = run(shop, "--import-contracts", CI="true")
    summary = printed.partition("short test summary info")[2].splitlines()
    assert summary[1:-1] == ["FAILED import-contracts::models - Models do not know the web (forbidden)"]


def test_each_contract_is_a_test_that_fails_with_its_own_report(shop: Path) -> None:
    status, printed = run(shop, "-v", "--import-contracts")
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


def test_without_the_option_nothing_of_it_is_there_and_no_more_is_imported(shop: Path) -> None:
    tell = (
        "import sys\n\ndef test_it():\n    print(*sorted(n for n in sys.modules if n.partition('.')[0] in sys.argv))\n"
    )
    write(shop, {"test_shop.py": tell.replace("sys.argv", "{'click', 'grimp', 'import_contracts'}")})
    status, printed = run(shop, "-s", "-q")
    assert (status, "1 passed" in printed) == (0, True)
    imported = {
        *("import_contracts", "import_contracts.version"),
        *("import_contracts.pytest_plugin", "import_contracts.pytest_plugin.warning"),
    }
    assert set(printed.splitlines()[0].split()) <= imported


def test_the_plugin_can_be_left_out(shop: Path) -> None:
    status, printed = run(shop, "-p", "no:import_contracts", "--import-contracts")
    assert status == 4
    assert "unrecognized arguments: --import-contracts" in printed


def test_tests_are_chosen_as_ever(shop: Path) -> None:
    status, printed = run(shop, "-v", "--import-contracts", "-k", "import-contracts and not models")
    assert status == 0
    assert results(printed) == {"configuration-and-files": "PASSED", "util": "PASSED"}


def test_to_collect_is_not_to_check(shop: Path) -> None:
    status, printed = run(shop, "--import-contracts", "--collect-only", "-q")
    names = ["configuration-and-files", "models", "util"]
    assert status == 0
    assert printed.splitlines()[:4] == ["test_shop.py::test_it", *(f"import-contracts::{name}" for name in names)]
    assert not (shop / ".import_contracts_cache").exists()


def test_processes_share_the_work(shop: Path) -> None:
    status, printed = run(shop, "--import-contracts", "-n2")
    assert status == 1
    assert "1 failed, 3 passed" in printed


def test_another_configuration_may_be_named_and_contracts_need_no_tests_beside_them(shop: Path) -> None:
    (shop / "test_shop.py").unlink()
    write(shop, {"c.toml": (HEAD[HEAD.index("root") :] + KEPT).replace("tool.import-contracts.", "")})
    status, printed = run(shop, "-v", "--import-contracts-config", "c.toml")
    assert status == 0
    assert results(printed) == {"configuration-and-files": "PASSED", "util": "PASSED"}


def test_what_cannot_be_checked_is_an_error_with_its_message(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + KEPT + WRONG, "shop/bad.py": "def f(:\n"})
    status, printed = run(shop, "-v", "--import-contracts")
    assert status == 1
    assert results(printed) == {"configuration-and-files": "ERROR", "util": "PASSED", "wrong": "ERROR"}
    assert "\nshop/bad.py:1: This is not valid Python: 'def f(:'.\n" in printed
    assert "\npyproject.toml: contract 'wrong': source_modules: " in printed
    assert "Traceback" not in printed


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
    status, printed = run(shop, "-v", *named)
    assert status == 1
    assert results(printed)["configuration-and-files"] == "ERROR"
    assert message.replace("pyproject", "c") in printed
    assert "test_shop.py::test_it PASSED" in printed
    assert "Traceback" not in printed


def test_the_baseline_is_a_test_as_well(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + 'baseline = "b.txt"\n' + BROKEN + KEPT})
    write(shop, {"b.txt": "models shop.models -> shop.web => shop.web\nutil shop.util -> shop.web => shop.web\n"})
    status, printed = run(shop, "-v", "--import-contracts")
    assert status == 1
    assert (results(printed)["baseline"], results(printed)["models"]) == ("FAILED", "PASSED")
    assert "No violation matches 'util shop.util -> shop.web => shop.web' any more" in printed
    assert "lint-imports baseline shrink" in printed


def test_a_warning_is_one_of_pytest(shop: Path) -> None:
    lenient = (HEAD + "misspelt = 1\n" + KEPT).replace('"error"', '"default"')
    write(shop, {"pyproject.toml": lenient})
    status, printed = run(shop, "--import-contracts")
    assert status == 0
    assert "ContractWarning: pyproject.toml: misspelt: " in printed


def test_a_long_report_is_capped_unless_pytest_is_verbose(shop: Path) -> None:
    program(shop, *(f"shop.models.m{number} -> shop.web" for number in range(9)))
    (shop / "shop/models.py").unlink()
    assert "(--verbose shows all)" in run(shop, "--import-contracts")[1]
    verbose = run(shop, "--import-contracts", "--verbose")[1]
    assert all(f"shop/models/m{number}.py:1:1: import shop.web" in verbose for number in range(9))
