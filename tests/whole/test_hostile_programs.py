"""Nothing of the linted program speaks in the command's name, whatever its files and its configuration contain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import import_contracts
from import_contracts.cli.by_click import print_usage_error
from import_contracts.cli.progress import Progress, Step, bar, line
from import_contracts.cli.terminal import print_problems, print_traceback, say, warn
from import_contracts.problems import Problem, UserError
from import_contracts.reporters import FORMATS
from import_contracts.visible import visible
from tests.support.arranging import ROOT, Run, configuration, lint, program, write
from tests.support.hostile import DENSE, HOSTILE, TEXTS, harmless, lines, obeyed

SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = import_module("jsonschema").Draft202012Validator(SCHEMA)


def toml(text: str) -> str:
    """Return a string in TOML, with every character escaped."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def hostile_program(folder: Path, text: str) -> Path:
    """Write a program and a configuration in which ``text`` is wherever one of the two may have it."""
    program(folder, "shop.api -> shop.web")
    inside = re.sub(r"[\0\r\n\f\v\x1a\x1c-\x1e\x85\u2028\u2029]", "x", text)  # what can be in a comment
    keys = f"root_packages = ['shop']\nbaseline = 'known.txt'\nstale = 'warn'\n{toml(f'a{text}')} = {toml(text)}\n"
    contracts = "".join(f"[[tool.import-contracts.contracts]]\n{each}" for each in contracts_of(text))
    return write(
        folder,
        {
            "shop/models.py": f"from\tshop.util import late  # {inside}\nearly = 1  # {inside}\n",
            "shop/util.py": f"from shop.web import early  # {inside}\nlate = 1  # {inside}\n",
            "shop/web.py": f"from shop.models import early  # {inside}\n",
            "shop/wrong.py": f"import shop.web ? {inside}\n",
            "shop/other.py": f"? {inside}\nimport shop.web\n",
            "pyproject.toml": f"[tool.import-contracts]\n{keys}{contracts}",
            "known.txt": "first shop.gone -> shop.web\n",
        },
    )


FORBIDDEN = "type = 'forbidden'\nsource_modules = ['shop.models']\nforbidden_modules = ['shop.web']\n"


def id_of(text: str) -> str:
    """Return a text as an id, which has no colon."""
    return text.replace(":", ";")


def contracts_of(text: str) -> Iterator[str]:
    """Yield contracts with ``text`` in each of their keys: broken, kept, and wrong in several ways."""
    name, reason, id_ = toml(text), toml(" ".join(re.split("\r\n|\r|\n", text))), id_of(text)
    yield f"id = {toml(id_)}\nname = {name}\nreason = {reason}\n{FORBIDDEN}"
    yield f"id = {toml(id_ + '2')}\nname = {name}\nbroken_contract_guidance = {reason}\ntype = 'acyclic'\n"
    yield f"id = {toml(id_ + '3')}\nname = {name}\ntype = {toml('?' + text)}\n{toml('?' + text)} = [{name}]\n"
    yield f"id = {toml('4' + id_)}\nname = {name}\ntype = 'independence'\nmodules = [{toml('a b' + text)}, 'shop']\n"
    yield f"id = 'y'\nname = 'Y'\n{FORBIDDEN}ignore_imports = [{toml('?' + text)}]\nas_packages = {name}\n"
    yield "id = 'crash'\nname = 'Crash'\ntype = 'crash'\n"


COMMANDS = [
    *(f"check --verbose --no-cache --format {name}" for name in FORMATS),
    "check --color",
    "check --no-baseline --show-timings",
    "check --contract ID",
    "check --config TEXT",
    "check --format TEXT",
    "check --output TEXT/x",
    "check TEXT",
    "check --debug --contract ID",
    "--TEXT",
    "cycles",
    "cycles TEXT",
    "cycles --python TEXT",
    "cycles shop --format markdown",
    "cycles shop --format json",
    "graph",
    "graph TEXT",
    "graph shop --depth 3 --format mermaid",
    "graph shop --focus TEXT",
    "explain",
    "explain ID",
    "explain ID2 --verbose",
    "explain shop.models shop.web --format json",
    "explain shop.models TEXT",
    "baseline status",
    "baseline status --format markdown",
    "baseline status --since TEXT",
    "baseline shrink --format json",
    "baseline accept ID",
    "baseline rename TEXT shop.x",
    "baseline TEXT",
    "init --dry-run",
    "init TEXT",
]


def run(folder: Path, command: str, text: str) -> Run:
    """Run a command of those above."""
    return lint(folder, *(word.replace("TEXT", text).replace("ID", id_of(text)) for word in command.split()))


OURS = re.compile("::(error|warning|notice|debug)[ :]")


def assert_harmless(found: Run, command: str) -> None:
    """Assert that no reader, terminal or runner is misled."""
    lines(found.err)
    lines(found.out, colors="--color" in command)
    commands = obeyed(found.out)
    annotates = command.startswith("check") and ("--format" not in command or "github" in command)
    assert not commands or annotates
    assert all(OURS.match(each) for each in commands)
    assert obeyed(found.err) == []


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_as_many_lines_as_without_malice_and_none_is_obeyed(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, text in enumerate(DENSE):
        monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
        found = run(hostile_program(tmp_path / f"{number}", text), command, text)
        expected = run(hostile_program(tmp_path / f"{number}-", harmless(text)), command, harmless(text))
        assert_harmless(found, command)
        assert (found.status, found.out.count("\n"), found.err.count("\n")) == (
            *(expected.status, expected.out.count("\n"), expected.err.count("\n")),
        ), f"{text!r}: {found} instead of {expected}"
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        assert_harmless(run(tmp_path / f"{number}", command, text), command)


# --- standard error -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_every_line_on_standard_error_is_visible(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    warn(text)
    print_problems(UserError(Problem(text, text, text, text), Problem(text, below=(text,))))
    print_usage_error(click.UsageError(text))
    print_usage_error(click.NoSuchOption(text))
    with Progress(say, timings=True).step(text):
        pass
    found = capsys.readouterr()

    assert found.out == ""
    assert len(lines(found.err)) == 7
    assert obeyed(found.err) == []


def _fail(message: str) -> None:
    raise ValueError(message)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_traceback_has_no_line_of_the_message(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = set()
    for message in (text, harmless(text)):
        with pytest.raises(ValueError) as raised:  # noqa: PT011 - any message
            _fail(message)
        print_traceback(raised.value)
        found = capsys.readouterr().err
        numbers.add(len(lines(found)))
        assert found.endswith(f"ValueError: {visible(message)}\n")
        assert obeyed(found) == []

    assert len(numbers) == 1


def test_moving_progress_is_visible() -> None:
    shown = (bar(Step("check '\x1b]0;x\x07'"), 3.0, 100), line(Step("check '\x1b]0;x\x07'"), 3.0))
    assert all("check '\\x1b]0;x\\x07'" in each for each in shown)


# --- in GitHub Actions --------------------------------------------------------------------------------------------


TOKENS = re.compile("^::stop-commands::([0-9a-f]{32})$", re.MULTILINE)


@pytest.mark.usefixtures("actions")
@pytest.mark.parametrize("command", ["check --format text", "cycles", "explain", "baseline status", "init --dry-run"])
def test_text_is_between_the_lines_that_turn_commands_off_and_on(command: str, shop: Path) -> None:
    edit = (shop / "pyproject.toml").read_text(encoding="utf-8").replace("[[", "baseline = 'known.txt'\n[[", 1)
    write(shop, {"pyproject.toml": edit, "known.txt": ""} if "init" not in command else {"pyproject.toml": ""})
    found = lint(shop, *command.split()).out
    (token,) = TOKENS.findall(found)

    assert found.startswith(f"::stop-commands::{token}\n")
    assert found.endswith(f"\n::{token}::\n")


@pytest.mark.usefixtures("actions")
def test_each_message_on_standard_error_is_between_them(shop: Path) -> None:
    found = lint(shop, "check", "--contract", "x", "--contract", "y").err
    tokens = TOKENS.findall(found)

    assert found == "".join(
        f"::stop-commands::{token}\nerror: There is no contract '{id_}'. Use one of: models.\n::{token}::\n"
        for token, id_ in zip(tokens, "xy", strict=True)
    )
    assert len(set(tokens)) == 2


@pytest.mark.usefixtures("actions")
@pytest.mark.parametrize("format_", ["github", "gitlab", "json", "junit", "markdown", "sarif"])
def test_reports_that_are_not_for_a_log_have_nothing_around_them(format_: str, shop: Path) -> None:
    assert not TOKENS.search(lint(shop, "check", "--format", format_).out)


@pytest.mark.usefixtures("actions")
def test_a_file_has_nothing_around_its_text(shop: Path) -> None:
    assert lint(shop, "check", "--format", "text", "--output", "report").out == ""
    assert not TOKENS.search((shop / "report").read_text(encoding="utf-8"))


# --- schema -------------------------------------------------------------------------------------------------------

VALUES = TEXTS | st.sampled_from(["", " ", "shop", "shop.web", "shop.models", "*", "x"])
TYPES = st.sampled_from(
    ["acyclic", "acyclic_siblings", "crash", "forbidden", "independence", "layers", "protected", ""]
)
KEYS = st.sampled_from(
    [
        *("modules", "layers", "source_modules", "forbidden_modules", "ancestors", "protected_modules", "containers"),
        *("allowed_importers", "ignore_imports", "exhaustive", "reason", "broken_contract_guidance", "entries"),
    ]
)
CONTRACTS = st.fixed_dictionaries(
    {"type": TYPES | VALUES},
    optional={"id": VALUES, "name": VALUES, "reason": VALUES},
).flatmap(lambda table: st.dictionaries(KEYS, st.lists(VALUES, max_size=3), max_size=4).map(lambda keys: keys | table))


@settings(max_examples=60)
@given(st.lists(CONTRACTS, max_size=3), st.dictionaries(st.sampled_from(["baseline", "stale", "x"]) | VALUES, VALUES))
def test_the_json_report_of_any_configuration_is_as_the_schema_says(
    contracts: list[dict[str, str | list[str]]], keys: dict[str, str]
) -> None:
    with TemporaryDirectory() as folder:
        program(Path(folder), "shop.web -> shop.models", "shop.models -> shop.web", "shop.api -> shop.web")
        tables = "".join(f"[[tool.import-contracts.contracts]]\n{_table(each)}" for each in contracts)
        head = f"[tool.import-contracts]\nroot_packages = ['shop']\n{_table(keys)}"
        write(Path(folder), {"pyproject.toml": f"{head}{tables}"})
        found = lint(Path(folder), "check", "--format", "json")

    assert [f"{each.json_path}: {each.message}" for each in VALIDATOR.iter_errors(json.loads(found.out))] == []


def _table(values: Mapping[str, str | list[str]]) -> str:
    return "".join(
        f"{toml(key)} = {toml(value) if isinstance(value, str) else '[' + ', '.join(map(toml, value)) + ']'}\n"
        for key, value in values.items()
    )


@pytest.mark.parametrize("id_", ["", "a b", "\n", "#"])
def test_an_odd_id_is_reported_as_the_schema_says(id_: str, tmp_path: Path) -> None:
    program(tmp_path, "shop.models -> shop.web")
    write(
        tmp_path,
        {
            "pyproject.toml": configuration(
                f"[[tool.import-contracts.contracts]]\nid = {toml(id_)}\nname = ''\n{FORBIDDEN}"
            )
        },
    )
    found = lint(tmp_path, "check", "--format", "json")
    document = json.loads(found.out)

    assert list(VALIDATOR.iter_errors(document)) == []
    assert [each["id"] for each in document["contracts"]] == [id_ or "contract-1"]
    assert [each["message"] for each in document["errors"] if each["key"] == "id"] == [
        "This is empty. Write an id, or remove this key." for _ in [id_] if not id_
    ]


def test_a_crash_is_reported_as_the_schema_says(tmp_path: Path) -> None:
    write(
        hostile_program(tmp_path, "x"),
        {"pyproject.toml": configuration("[[tool.import-contracts.contracts]]\nname = 'Crash'\ntype = 'crash'\n")},
    )
    document = json.loads(lint(tmp_path, "check", "--format", "json").out)

    assert list(VALIDATOR.iter_errors(document)) == []
    assert [each["imported"] for each in document["contracts"][0]["violations"]] == [None] * 4


def test_only_two_modules_print() -> None:
    source = Path(import_contracts.__file__).parent
    printing = re.compile(r"(?<!\w)(?:click\.s?echo|print)\(|sys\.std(?:out|err)\.(?:buffer\.)?write")
    found = {path for path in source.rglob("*.py") if printing.search(path.read_text(encoding="utf-8"))}

    assert {path.relative_to(source).as_posix() for path in found} == {"cli/progress.py", "cli/terminal.py"}
