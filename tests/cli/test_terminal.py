"""What the commands share: where the cache is, what is printed where, colors, progress, and completion in a shell."""

import gc
import io
import os
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from import_contracts.cli import main
from import_contracts.cli.by_click import group as top
from import_contracts.cli.terminal import Shared, style, warn, write
from import_contracts.config.files import FIRST_CONFIGURATION
from import_contracts.reading.store.trust import CACHE
from import_contracts.reporters.style import Style
from import_contracts.version import __version__
from tests.support import arranging
from tests.support.arranging import lint


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


# --- the cache ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("pyproject.toml", True),
        ("setup.cfg", True),
        (".importlinter", True),
        (".git", True),
        (f"{CACHE}/x", True),
        ("setup.py", False),
        ("pyproject.tom", False),
    ],
)
def test_without_a_configuration_the_cache_is_in_the_folder_of_a_project_and_nowhere_else(
    tmp_path: Path, name: str, is_kept: bool
) -> None:
    arranging.write(tmp_path, {name: ""})
    context = Shared().context_here(tmp_path)
    assert (context.folder, context.cache) == (tmp_path, tmp_path / CACHE if is_kept else None)


def test_the_cache_may_be_elsewhere_or_nowhere(
    shop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    named = str(shop / "pyproject.toml")
    config = Shared(named).config()
    choices = [Shared(), Shared(cache_dir="x"), Shared(cache_dir=str(shop / "y")), Shared(cache_dir="x", no_cache=True)]
    assert [each.context(config).cache for each in choices] == [shop / CACHE, Path.cwd() / "x", shop / "y", None]
    assert [each.context_here(shop).cache for each in choices] == [shop / CACHE, Path.cwd() / "x", shop / "y", None]
    assert {each.context(config).folder for each in choices} == {shop}


def test_what_is_not_given_is_as_documented() -> None:
    assert Shared() == Shared(
        config_file=None, cache_dir=None, no_cache=False, show_timings=False, reports=(), no_custom_types=False
    )


# --- what is printed ----------------------------------------------------------------------------------------------


def test_a_warning_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    warn("this is odd")
    assert capsys.readouterr() == ("", "warning: this is odd\n")


def test_a_report_is_on_standard_output_before_anything_else_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(printed), encoding="ascii"))
    write("größer\n", None)
    assert printed.getvalue() == "größer\n".encode()


def test_what_is_printed_once_the_reader_is_gone_goes_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.RawIOBase):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    class Output:
        buffer = Closed()

        def fileno(self) -> int:
            return file.fileno()

    with (tmp_path / "pipe").open("wb") as file:
        monkeypatch.setattr(sys, "stdout", Output())
        write("text", None)
        assert os.fstat(file.fileno()).st_rdev == Path(os.devnull).stat().st_rdev


def test_a_file_is_replaced_and_not_written_over(tmp_path: Path) -> None:
    arranging.write(tmp_path, {"report": "old"})
    (tmp_path / "before").hardlink_to(tmp_path / "report")
    write("new", str(tmp_path / "report"))
    assert [(tmp_path / each).read_text() for each in ("report", "before")] == ["new", "old"]


def test_why_a_report_cannot_be_written_is_said(shop: Path) -> None:
    run = lint(shop, "--output", "shop")
    assert (run.status, run.out, run.err) == (2, "", "error: shop: Cannot write the report: Is a directory.\n")


# --- colors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "is_terminal", "variables", "is_colored"),
    [
        ((None, None), True, "", True),
        ((None, None), False, "", False),
        ((None, None), False, "FORCE_COLOR", True),
        ((None, None), True, "FORCE_COLOR", True),
        ((None, None), True, "NO_COLOR", False),
        ((None, None), False, "NO_COLOR", False),
        ((None, None), True, "FORCE_COLOR NO_COLOR", False),
        ((None, "report"), True, "", False),
        ((None, "report"), False, "FORCE_COLOR", False),
        ((True, "report"), False, "NO_COLOR", True),
        ((False, None), True, "FORCE_COLOR", False),
    ],
)
def test_colors_are_for_terminals_unless_something_else_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
    chosen: tuple[bool | None, str | None],
    is_terminal: bool,
    variables: str,
    is_colored: bool,
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.setenv(name, "1" if name in variables.split() else "")
    monkeypatch.setattr(sys, "stdout", Terminal() if is_terminal else io.StringIO())
    color, output = chosen
    assert style(verbose=True, color=color, output=output) == Style(verbose=True, color=is_colored)


# --- the command itself -------------------------------------------------------------------------------------------

PLEA = "Please report it with the lines above."


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "\n"),
        (
            ZeroDivisionError("oh"),
            70,
            f"ZeroDivisionError: oh\nThis is a bug in import-contracts {__version__}. {PLEA}\n",
        ),
    ],
)
def test_whatever_ends_a_run_has_a_status_of_its_own(
    shop: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("import_contracts.runs.answers.check", fail)
    run = lint(shop)
    assert (run.status, run.out) == (status, "")
    assert run.err.endswith(said)
    assert run.err.startswith("Traceback (most recent call last):\n") is (status == 70)


@pytest.mark.parametrize("collects", [True, False])
def test_garbage_is_not_collected_during_a_run_and_after_it_as_before(
    shop: Path, monkeypatch: pytest.MonkeyPatch, collects: bool
) -> None:
    during: list[bool] = []

    def fail(*_: object) -> None:
        during.append(gc.isenabled())
        raise RuntimeError

    monkeypatch.setattr("import_contracts.runs.answers.check", fail)
    (gc.enable if collects else gc.disable)()
    try:
        lint(shop)
        assert (during, gc.isenabled()) == ([False], collects)
    finally:
        gc.enable()


def test_in_a_process_of_its_own_the_command_leaves_everything_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(gc.isenabled()))
    monkeypatch.setattr(sys, "argv", ["lint-imports", "--version"])
    try:
        with pytest.raises(SystemExit) as stop:
            main()
    finally:
        gc.enable()
    assert (stop.value.code, frozen) == (0, [False])
    assert capsys.readouterr() == (f"import-contracts, version {__version__}\n", "")


COMMANDS = ["baseline", "check", "cycles", "explain", "fix", "graph", "init", "trend"]


def test_help_is_about_all_commands_in_their_order_and_has_an_example_as_it_is_written(shop: Path) -> None:
    said = lint(shop, "--help").out
    assert said == lint(shop, "-h").out
    commands = said.partition("Commands:\n")[2].splitlines()
    assert [each.split()[0] for each in commands] == [
        "baseline",
        "check",
        "cycles",
        "explain",
        "fix",
        "graph",
        "init",
        "trend",
    ]
    lines = "\n".join(line.removeprefix("  ") for line in said.splitlines())
    assert FIRST_CONFIGURATION.partition("\n\n")[2] in lines


def test_help_is_about_one_command_where_one_is_named(shop: Path) -> None:
    said = lint(shop, "check", "-h").out
    assert said.startswith("Usage: ")
    assert said == lint(shop, "check", "--help").out
    assert "--no-logo" not in said
    assert "--no-baseline" in said
    assert "One of concise, github, gitlab, json, junit, markdown, sarif, text;" in " ".join(said.split())


def test_a_command_that_has_commands_says_which_in_lines(tmp_path: Path) -> None:
    run = lint(tmp_path, "baseline")
    assert run.status == 2
    assert " baseline [OPTIONS] COMMAND" in (run.out + run.err).splitlines()[0]
    assert "  shrink  Remove stale entries." in (run.out + run.err).splitlines()


# --- completion ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "begun", "expected"),
    [
        ("", "", COMMANDS),
        ("", "c", ["check", "cycles"]),
        ("", "x", []),
        ("", "--ver", ["--version", "--verbose"]),
        ("", "--no-b", ["--no-baseline"]),
        ("", "--h", ["--help"]),
        ("check", "--no-b", ["--no-baseline"]),
        ("check --verbose", "--out", ["--output"]),
        ("check --format", "js", ["json"]),
        ("check --format json --output a --format", "sa", ["sarif"]),
        ("check --format json --output a", "--no-c", ["--no-color", "--no-cache", "--no-custom-types"]),
        ("baseline", "s", ["shrink", "status"]),
        ("cycles --kind", "la", ["lazy"]),
    ],
)
def test_a_shell_completes_commands_options_and_the_options_of_check_without_its_name(
    words: str, begun: str, expected: list[str]
) -> None:
    found = ShellComplete(top, {}, "lint-imports", "_X").get_completions(words.split(), begun)
    assert [each.value for each in found] == expected
