"""Which report goes where: ``--format`` and ``--output``, several times, and GitHub Actions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.cli.parameters import UsageError
from import_contracts.cli.reports import paired
from import_contracts.reporters.style import Wanted
from tests.support.arranging import MODELS, configuration, lint, not_obeyed, program, write

CONFIGURATION = configuration(MODELS)
FORMAT, OUTPUT = "formats", "outputs"


# --- what the name of a file says ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        ("--output r.json", "{"),
        ("check --output r.JSON", "{"),
        ("--output r.md", "## Import contracts"),
        ("--output r.xml", "<?xml"),
        ("--output r.sarif", "{"),
        ("--output r.txt", "Models"),
        ("--output r.2026-01", "Models"),
        ("--output r", "Models"),
        ("--format text --output r.json", "Models"),
        ("cycles --output r.json", "{"),
        ("fix --output r.sarif", "{"),
        ("trend shop --output r.csv", "commit,"),
        ("trend shop --output r.svg", "<svg"),
        ("graph --output r.mmd", "flowchart"),
        ("graph --output r.gv", "digraph"),
        ("explain shop.models shop.web --output r.json", "{"),
        ("explain shop.models shop.web --output r.txt", "shop.models"),
    ],
)
def test_the_name_of_a_file_says_the_format_of_its_report(shop: Path, arguments: str, start: str) -> None:
    run = lint(shop, *arguments.split())
    assert run.status < 2, run.err
    assert (shop / arguments.rpartition(" ")[2]).read_text().startswith(start)


@pytest.mark.parametrize(
    ("arguments", "formats"),
    [
        ("graph --output r.pdf", "dot, html, json, mermaid, svg, text"),
        ("--output r.html", "concise, github, gitlab, json, junit, markdown, sarif, text"),
        ("fix --diff --output r.patch", "json, sarif, text"),
        ("explain shop.models shop.web --output r.md", "json, text"),
    ],
)
def test_a_name_that_says_a_format_that_a_command_does_not_write_is_refused(
    shop: Path, arguments: str, formats: str
) -> None:
    name = arguments.rpartition(" ")[2]
    run = lint(shop, *arguments.split())
    assert run.status == 2
    assert f"'{name}': this command writes no {name[1:]}. Add --format: {formats}." in run.err
    assert not (shop / name).exists()


# --- which belongs to which ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("", "text>-"),
        ("o:a", "text>a"),
        ("f:json", "json>-"),
        ("f:json o:a", "json>a"),
        ("o:a f:json", "json>a"),
        ("f:json f:text o:a o:b", "json>a text>b"),
        ("o:a o:b f:json f:text", "json>a text>b"),
        ("f:json o:a f:text", "json>a text>-"),
        ("f:json f:text o:a", "json>- text>a"),
        ("f:json o:a f:text f:sarif o:b", "json>a text>- sarif>b"),
        ("o:-", "text>-"),
        ("f:json o:- f:text o:a", "json>- text>a"),
    ],
)
def test_files_belong_to_formats_in_order_or_to_the_one_before(given_: str, wanted: str) -> None:
    found = paired(options(given_))
    assert " ".join(f"{each.format}>{each.output or '-'}" for each in found) == wanted
    assert all(each.output != "-" for each in found)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (
            "f:json f:text",
            "The formats json and text would both go to standard output. Write: --format json --format text",
        ),
        ("f:json f:text f:sarif o:a", "The formats json and text would both go to standard output."),
        ("o:a o:b", "'--output a' has no --format. Write: --format text --output a"),
        ("f:json o:a o:b", "'--output b' has no --format. Write: --format text --output b"),
        ("o:a f:json f:text", "'--output a' has no --format."),
        ("f:json o:a f:text o:a", "Two reports would be written to 'a'. Give each --format its own --output."),
        ("f:json o:a f:text o:b f:sarif o:b", "Two reports would be written to 'b'."),
        ("f:json o:- f:text", "The formats json and text would both go to standard output."),
    ],
)
def test_what_has_no_answer_is_a_usage_error_that_says_what_to_write(given_: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        paired(options(given_))

    assert message in str(error.value)


def options(text: str) -> list[tuple[str, str]]:
    return [(FORMAT if each[0] == "f" else OUTPUT, each[2:]) for each in text.split()]


@given(st.lists(st.tuples(st.sampled_from([FORMAT, OUTPUT]), st.sampled_from("abcdef")), max_size=6))
def test_nothing_is_lost_and_no_two_reports_share_a_place(given_: list[tuple[str, str]]) -> None:
    try:
        found = paired(given_)
    except UsageError:
        return

    places = [each.output for each in found]
    assert len(set(places)) == len(places)
    assert [each.format for each in found] == ([value for name, value in given_ if name == FORMAT] or ["text"])
    assert [each for each in places if each is not None] == [value for name, value in given_ if name == OUTPUT]


# --- the command --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["check", "cycles", "fix", "graph", "trend shop", "explain", "explain --brief", "explain shop.models"]
)
def test_a_dash_is_standard_output(shop: Path, command: str) -> None:
    named, plain = lint(shop, *command.split(), "--output", "-"), lint(shop, *command.split())
    assert (named.status, named.out) == (plain.status, plain.out)
    assert not (shop / "-").exists()


def test_an_error_about_the_name_of_a_file_has_no_usage(shop: Path) -> None:
    assert lint(shop, "explain", "--output", "x.pdf").err.startswith("Error: 'x.pdf': this command writes no .pdf.")


def test_one_run_writes_every_format(shop: Path) -> None:
    run = lint(
        shop, "--format", "text", "--format", "json", "--output", "a.json", "--format", "sarif", "--output", "b.sarif"
    )

    assert (run.status, run.err) == (1, "")
    assert run.out == lint(shop).out
    assert (shop / "a.json").read_text() == lint(shop, "--format", "json").out
    assert (shop / "b.sarif").read_text() == lint(shop, "--format", "sarif").out


@pytest.mark.parametrize("args", [["--format", "json", "--format", "text"], ["--output", "a", "--output", "b"]])
def test_a_call_that_has_no_answer_is_status_2_and_writes_nothing(shop: Path, args: list[str]) -> None:
    run = lint(shop, *args)

    assert (run.status, run.out) == (2, "")
    assert "Write: --format" in run.err
    assert sorted(each.name for each in shop.iterdir()) == ["pyproject.toml", "shop"]


def test_a_report_that_cannot_be_written_keeps_no_other_from_being_written(shop: Path) -> None:
    run = lint(
        shop,
        "--format",
        "json",
        "--format",
        "sarif",
        "--format",
        "text",
        "--output",
        "no/a",
        "--output",
        "b",
        "--output",
        "no/c",
    )

    assert run.status == 2
    assert json.loads((shop / "b").read_text())["version"] == "2.1.0"
    assert run.err.count("Cannot write the report: there is no folder 'no'.") == 2


def test_a_configuration_that_is_wrong_is_told_in_every_format(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace('"shop"', '"shp"', 1)})
    run = lint(
        shop, "--format", "concise", "--format", "json", "--output", "a.json", "--format", "junit", "--output", "b.xml"
    )

    assert run.status == 2
    assert "error: root_packages: Package 'shp'" in run.out
    assert "Package 'shp'" in run.err
    assert json.loads((shop / "a.json").read_text())["outcome"] == "error"
    assert "Package 'shp'" in (shop / "b.xml").read_text()


@pytest.mark.parametrize(("breaks", "status"), [(True, 1), (False, 0)])
@pytest.mark.parametrize("format_", ["concise", "github", "gitlab", "junit", "markdown", "sarif"])
def test_the_status_is_the_same_whatever_the_format(shop: Path, format_: str, breaks: bool, status: int) -> None:
    if not breaks:
        write(shop, {"shop/util.py": ""})

    assert lint(shop, "--format", format_).status == status


def test_where_every_format_was_printed_before_nothing_is_computed(shop: Path) -> None:
    both = ("--show-timings", "--format", "json", "--format", "concise", "--output", "a")
    first = lint(shop, *both)
    second = lint(shop, *both)
    third = lint(shop, *both, "--format", "gitlab", "--output", "b")

    assert "check 'models'" in first.err
    assert "reuse the report" in second.err
    assert "check 'models'" not in second.err
    assert first.out == second.out == third.out
    assert "check 'models'" in third.err


def test_a_report_is_the_same_in_whatever_order_its_contracts_are_named(shop: Path) -> None:
    ids = ["models", *"abcdefg"]
    write(shop, {"pyproject.toml": configuration(*(MODELS.replace('"models"', f'"{each}"') for each in ids))})
    first, second = ([word for each in order for word in ("--contract", each)] for order in (ids, reversed(ids)))
    assert lint(shop, *first).out == lint(shop, *second).out == lint(shop, *first, *second).out
    assert "reuse the report" in lint(shop, *second, "--show-timings").err
    (shop / ".import_contracts_cache").rename(shop / "old")
    lint(shop, *first)
    assert "reuse the report" in lint(shop, *second, "--show-timings").err


def test_cycles_has_the_formats_too_and_reports_without_judging(shop: Path) -> None:
    program(shop, "shop.models -> shop.util", "shop.util -> shop.models")
    run = lint(shop, "cycles", "shop", "--format", "sarif", "--format", "concise", "--output", "a")
    (invocation,) = json.loads(run.out)["runs"][0]["invocations"]

    assert run.status == invocation["exitCode"] == 0
    assert "shop/models.py:1:1: cycles " in (shop / "a").read_text()


# --- paths --------------------------------------------------------------------------------------------------------


def test_a_host_of_repositories_sees_paths_from_the_root_and_a_person_from_the_configuration(shop: Path) -> None:
    before = lint(shop, "--format", "github")
    write(shop.parent, {".git/HEAD": ""})
    try:
        assert f"file={shop.name}/shop/models.py" in lint(shop, "--format", "github").out
        assert f'"{shop.name}/shop/models.py"' in lint(shop, "--format", "sarif").out
        assert f'"{shop.name}/shop/models.py"' in lint(shop, "--format", "gitlab").out
        assert lint(shop, "--format", "concise").out.startswith("shop/models.py:1:1: ")
        write(shop, {"pyproject.toml": CONFIGURATION.replace('"shop"', '"shp"', 1)})
        assert lint(shop, "--format", "github").out.startswith(f"::error file={shop.name}/pyproject.toml::")
        write(shop, {"pyproject.toml": CONFIGURATION})
    finally:
        (shop.parent / ".git" / "HEAD").unlink()
        (shop.parent / ".git").rmdir()
    assert lint(shop, "--format", "github") == before


def test_a_wrong_configuration_is_found_from_the_root_wherever_the_command_runs(shop: Path) -> None:
    write(shop, {"conf/.git/HEAD": "", "conf/a/pyproject.toml": CONFIGURATION.replace('"shop"', '"shp"', 1)})
    write(shop, {"conf/a/b/x": "", "conf/a/lone/.git/HEAD": ""})
    said = lint(shop / "conf/a/b", "--format", "github").out
    assert said.startswith("::error file=a/pyproject.toml::root_packages: Package 'shp'")
    assert lint(shop / "conf/a/lone", "--format", "json").status == 2


@pytest.mark.parametrize("format_", ["github", "gitlab", "markdown", "sarif"])
def test_no_report_for_a_host_of_repositories_names_the_machine(shop: Path, format_: str) -> None:
    write(
        shop,
        {
            ".git/HEAD": "",
            "conf/x.toml": CONFIGURATION.replace("tool.import-contracts.", "").replace("[tool.import-contracts]", ""),
        },
    )
    run = lint(shop, "--config", "conf/x.toml", "--format", format_)

    assert run.status == 1
    assert "shop/models.py" in run.out
    assert str(shop) not in run.out


# --- GitHub Actions -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("actions")
def test_in_github_actions_annotations_follow_the_text(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotated = lint(shop)
    annotations = lint(shop, "--format", "github").out
    monkeypatch.delenv("GITHUB_ACTIONS")
    text = lint(shop).out

    assert annotated.status == 1
    assert not_obeyed(annotated.out) == text + annotations
    assert annotated.out.endswith(annotations)
    assert annotations.startswith("::error file=shop/models.py,line=1,col=1,title=")


@pytest.mark.usefixtures("actions")
def test_where_a_format_is_asked_for_nothing_is_added(shop: Path) -> None:
    assert "::error" not in lint(shop, "--format", "text").out
    json.loads(lint(shop, "--format", "json").out)


@pytest.mark.usefixtures("actions")
def test_where_the_text_goes_to_a_file_annotations_are_printed(shop: Path) -> None:
    run = lint(shop, "--output", "a.txt")

    assert run.out == lint(shop, "--format", "github").out
    assert "::error" not in (shop / "a.txt").read_text()


@pytest.mark.usefixtures("actions")
def test_a_wrong_configuration_is_an_annotation_too(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace('"shop"', '"shp"', 1)})
    run = lint(shop)

    assert run.status == 2
    assert run.out.startswith("::error file=pyproject.toml::root_packages: Package 'shp'")
    assert "error: pyproject.toml: root_packages: Package 'shp'" in run.err


@pytest.mark.usefixtures("actions")
def test_cycles_does_not_annotate_as_it_does_not_judge(shop: Path) -> None:
    program(shop, "shop.models -> shop.util", "shop.util -> shop.models")

    assert "::" not in not_obeyed(lint(shop, "cycles", "shop").out)


@pytest.mark.parametrize("value", ["", "false"])
def test_elsewhere_nothing_is_added(shop: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", value)

    assert "::error" not in lint(shop).out


def test_a_pair_is_a_format_and_where_it_goes() -> None:
    assert paired([(FORMAT, "json"), (OUTPUT, "a")]) == (Wanted("json", output="a"),)


# --- what a format leaves out -------------------------------------------------------------------------------------


def test_what_a_log_leaves_out_is_said_on_standard_error_of_a_stored_report_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("import_contracts.reporters.sarif._MOST_RESULTS", 1)
    program(tmp_path, "shop.models.a -> shop.web", "shop.models.b -> shop.web")
    write(tmp_path, {"pyproject.toml": CONFIGURATION})
    said = "warning: sarif: Only 1 of 2 violations are in this log; the JSON report has all of them.\n"
    for _ in range(2):
        run = lint(tmp_path, "--format", "text", "--format", "sarif", "--output", "x.sarif")
        assert (run.status, run.err) == (1, said)
    assert lint(tmp_path).err == ""
    program(tmp_path, "shop.web -> shop.models.a", "shop.models.a -> shop.web", "shop.x -> shop.y", "shop.y -> shop.x")
    assert lint(tmp_path, "cycles", "--format", "sarif").err.startswith("warning: sarif: Only 1 of 2 violations")


def test_a_log_with_everything_is_no_warning(tmp_path: Path) -> None:
    program(tmp_path, "shop.models.a -> shop.web")
    write(tmp_path, {"pyproject.toml": CONFIGURATION})
    assert lint(tmp_path, "--format", "sarif").err == ""
