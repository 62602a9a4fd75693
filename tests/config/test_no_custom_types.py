"""Custom contract types are refused on request: nothing of them is imported, and no answer looks complete."""

import sys
from pathlib import Path

import pytest

import import_contracts
from import_contracts.config.session import NO_CUSTOM_TYPES
from tests.support.arranging import MODELS, configuration, contract, lint, write
from tests.support.pytest_runs import run_pytest

TYPES = 'contract_types = ["few: checks_of_ours.parse"]\n'
FEW = contract("few", "few")
CODE = """\
from pathlib import Path

Path("ran").touch()

class Rule:
    def check(self, graph):
        from import_contracts.rules import Findings
        return Findings()

def parse(table):
    return Rule()
"""
SENTENCE = (
    "pyproject.toml: contract_types: Found 'few: checks_of_ours.parse'. Custom contract types run code that the "
    f"configuration names; they are refused by --no-custom-types or {NO_CUSTOM_TYPES}."
)
COMMANDS = [
    "check",
    "check --format json",
    "check --contract models",
    "explain",
    "explain few",
    "explain models",
    "explain shop.models shop.web",
    "baseline create",
    "baseline shrink",
    "baseline accept --all",
    "baseline rename shop.models shop.data",
    "baseline status",
    "cycles",
    "init --from-import-linter",
]


@pytest.fixture
def shop(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the program, with a contract of a type of its own, in import-linter's configuration too."""
    monkeypatch.delenv(NO_CUSTOM_TYPES, raising=False)
    text = configuration(MODELS, FEW, keys=TYPES + 'baseline = "known.txt"\n')
    return write(shop, {"pyproject.toml": text, "known.txt": "", "checks_of_ours.py": CODE})


def convertible(folder: Path, args: str) -> None:
    """Make the configuration one that `init --from-import-linter` reads, or the baseline one that can be created."""
    path = folder / "pyproject.toml"
    if args.startswith("init"):
        path.write_text(path.read_text().replace("import-contracts", "importlinter"))
    if args == "baseline create":
        (folder / "known.txt").unlink()


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".import_" not in str(path)}


@pytest.mark.parametrize("how", ["option", "variable"])
@pytest.mark.parametrize("args", COMMANDS)
def test_every_command_refuses_them_and_runs_and_writes_nothing(
    shop: Path, monkeypatch: pytest.MonkeyPatch, args: str, how: str
) -> None:
    convertible(shop, args)
    before, path = content(shop), list(sys.path)
    monkeypatch.setenv(NO_CUSTOM_TYPES, "1" if how == "variable" else "")
    run = lint(shop, *args.split(), *(["--no-custom-types"] if how == "option" else []))
    assert run.status == 2
    assert SENTENCE.partition(": Found")[2] in run.out + run.err
    assert (content(shop), sys.path, "checks_of_ours" in sys.modules) == (before, path, False)


@pytest.mark.parametrize("file", [".importlinter", "setup.cfg"])
def test_those_in_ini_are_refused_too(shop: Path, file: str) -> None:
    (shop / "pyproject.toml").unlink()
    keys = "[importlinter]\nroot_package = shop\ncontract_types =\n  few: checks_of_ours.parse\n"
    write(shop, {file: keys + "[importlinter:contract:few]\nname = Few\ntype = few\n"})
    run = lint(shop, "--no-custom-types")
    assert run.status == 2
    assert f"{file}: contract_types: Found 'few: checks_of_ours.parse'." in run.out
    assert not (shop / "ran").exists()


def test_the_other_contracts_are_checked(shop: Path) -> None:
    said = lint(shop, "--no-custom-types").out
    assert "Models do not know the web [models] (1 violation)" in said
    assert "not checked Few [few]" in said
    assert "type: The custom contract type 'few' is refused, so this contract was not checked." in said


def test_without_custom_types_there_is_nothing_to_refuse(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration(MODELS, keys="contract_types = []\n")})
    assert lint(shop, "--no-custom-types") == lint(shop)


@pytest.mark.parametrize(
    ("value", "is_refused"),
    [("", False), ("0", False), ("false", False), ("No", False), (" off ", False)]
    + [(word, True) for word in ("1", "true", "yes", "on", "anything", "00")],
)
def test_the_variable_refuses_unless_it_says_no(
    shop: Path, monkeypatch: pytest.MonkeyPatch, value: str, is_refused: bool
) -> None:
    monkeypatch.setenv(NO_CUSTOM_TYPES, value)
    assert (lint(shop).status == 2, (shop / "ran").exists()) == (is_refused, not is_refused)
    sys.modules.pop("checks_of_ours", None)


def test_a_report_that_is_stored_is_no_way_around(shop: Path) -> None:
    assert lint(shop).status == 1
    assert (shop / "ran").exists()
    sys.modules.pop("checks_of_ours")
    (shop / "ran").unlink()
    for _ in "12":
        assert lint(shop, "--no-custom-types").status == 2
    assert not (shop / "ran").exists()
    assert lint(shop).status == 1
    sys.modules.pop("checks_of_ours")


def test_python_refuses_them_too(shop: Path) -> None:
    report = import_contracts.check(folder=shop, custom_types=False)
    assert report.exit_status == 2
    assert SENTENCE in map(str, report.errors)
    assert not (shop / "ran").exists()


@pytest.mark.parametrize("options", [["--import-contracts-no-custom-types"], []])
def test_pytest_refuses_them_too(shop: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    monkeypatch.setenv(NO_CUSTOM_TYPES, "" if options else "1")
    status, printed = run_pytest(shop, "-q", "--import-contracts", *options)
    assert status == 1
    assert SENTENCE in printed
    assert "type: The custom contract type 'few' is refused" in printed
    assert not (shop / "ran").exists()
