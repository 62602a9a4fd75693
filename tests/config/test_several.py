"""Several configuration files in one run, and options that are given more than once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

import import_contracts
from import_contracts.cli.by_click import group as top
from import_contracts.problems import UserError
from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.scanning import scan
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style
from tests.support.arranging import ROOT, Run, forbidden, lint, program, write

SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))


def file(*contracts: str, keys: str = "", root: str = "shop") -> str:
    """Return a configuration file without the name of the tool in its tables."""
    text = f'root_packages = ["{root}"]\n{keys}' + "".join(contracts)
    return text.replace("tool.import-contracts.", "")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    program(tmp_path, "shop.a -> shop.b", "shop.b -> shop.c", "mall.x -> mall.y")
    return write(
        tmp_path,
        {
            "a.toml": file(forbidden("one", "shop.a", "shop.b")),
            "b.toml": file(forbidden("two", "shop.c", "shop.b")),
            "mall.toml": file(forbidden("one", "mall.y", "mall.x"), root="mall"),
            "bad.toml": file(forbidden("bad", "shop.x", "shop.b"), forbidden("fine", "shop.c", "shop.b")),
            "in/a.toml": file(forbidden("one", "mall.y", "mall.x"), root="mall"),
            "lost.toml": file(forbidden("lost", "nowhere.x", "nowhere.b"), root="nowhere"),
            "setup.cfg": "[importlinter]\nroot_package = shop\n[importlinter:contract:ini]\nname = Ini\n"
            "type = independence\nmodules =\n  shop.b\n  shop.c\n",
        },
    )


def verdicts(folder: Path, *args: str) -> dict[str, bool | None]:
    run = lint(folder, *args, "--format", "json")
    report = json.loads(run.out)
    jsonschema.validate(report, SCHEMA)
    return {each["id"]: each["kept"] for each in report["contracts"]}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["a.toml"], {"one": False}),
        (["./a.toml"], {"one": False}),
        (["check", "a.toml"], {"one": False}),
        (["a.toml", "b.toml"], {"one": False, "two": True}),
        (["b.toml", "a.toml"], {"two": True, "one": False}),
        (["--config", "a.toml", "b.toml"], {"one": False, "two": True}),
        (["b.toml", "--config", "a.toml"], {"one": False, "two": True}),
        (["--config", "a.toml", "--config", "b.toml"], {"one": False, "two": True}),
        (["--config=a.toml", "--config=a.toml"], {"one": False}),
        (["a.toml", "./a.toml", "b.toml", "sub/../a.toml"], {"one": False, "two": True}),
        (["a.toml", "setup.cfg"], {"one": False, "ini": False}),
        (["a.toml", "mall.toml"], {"a.toml:one": False, "mall.toml:one": True}),
        (["a.toml", "b.toml", "--contract", "two"], {"two": True}),
        (["a.toml", "mall.toml", "--contract", "mall.toml:one"], {"one": True}),
        (
            ["a.toml", "mall.toml", "--contract=a.toml:one", "--contract=mall.toml:one"],
            {"a.toml:one": False, "mall.toml:one": True},
        ),
        (["b.toml", "bad.toml", "--contract", "two"], {"two": True}),
        (["b.toml", "bad.toml", "--contract", "fine"], {"fine": True}),
        (["b.toml", "lost.toml", "--contract", "two"], {"two": True}),
        (["a.toml", "in/a.toml", "--contract", "a.toml:one"], {"one": False}),
        (["a.toml", "--contract", "./a.toml:one"], {"one": False}),
    ],
)
def test_every_file_is_read_once_and_one_report_has_the_verdicts_of_all(
    shop: Path, args: list[str], expected: dict[str, bool]
) -> None:
    (shop / "sub").mkdir()
    for _ in range(2):  # without and with a cache
        found = verdicts(shop, *args)
        assert found == expected
        assert list(found) == list(expected)


def test_a_link_is_the_file_that_it_leads_to(shop: Path) -> None:
    (shop / "link.toml").symlink_to("a.toml")
    assert verdicts(shop, "a.toml", "link.toml") == {"one": False}


def test_the_exit_status_is_the_worst_of_all(shop: Path) -> None:
    write(
        shop, {"bad.toml": file(forbidden("bad", "shop.x", "shop.b")), "known.txt": "two shop.c -> shop.b => shop.b\n"}
    )
    write(shop, {"stale.toml": file(forbidden("two", "shop.c", "shop.b"), keys='baseline = "known.txt"\n')})
    assert lint(shop, "b.toml", "mall.toml").status == 0
    assert lint(shop, "b.toml", "stale.toml").status == 3
    assert lint(shop, "a.toml", "stale.toml").status == 1
    assert lint(shop, "a.toml", "bad.toml").status == 2


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_reports_all_with_paths_from_the_nearest_folder_around_them(shop: Path, format_: str) -> None:
    program(shop / "in/left", "left.a -> left.b")
    program(shop / "in/right", "right.a -> right.b")
    write(
        shop,
        {
            "in/left/c.toml": file(forbidden("x", "left.a", "left.b"), root="left"),
            "in/right/c.toml": file(forbidden("x", "right.a", "right.b"), root="right"),
        },
    )
    run = lint(shop, "in/left/c.toml", "in/right/c.toml", "--format", format_)
    assert run.status == 1, run.err
    assert "left/left/a.py" in run.out
    assert "right/right/a.py" in run.out
    assert "left/c.toml:x" in run.out.replace("%2F", "/").replace("%3A", ":").replace("\\", "")
    assert (shop / "in/left/.import_contracts_cache").is_dir()
    assert not (shop / "in/.import_contracts_cache").exists()


def places(run: Run) -> list[str]:
    """Return the file of each line of a concise report."""
    return [line.partition(":")[0] for line in run.out.splitlines()]


def test_people_can_open_the_paths_from_the_working_directory_if_a_file_is_named(shop: Path) -> None:
    program(shop / "sub", "left.a -> left.b")
    unknown = file(forbidden("x", "left.a", "left.b"), root="left", keys="zzz = 1\n")
    write(shop, {"sub/pyproject.toml": f"[tool.import-contracts]\n{unknown}".replace("[[", "[[tool.import-contracts.")})
    write(shop, {"sub/other.toml": unknown, "at/x": "", "sub/left/in/x": ""})
    concise = ("--format", "concise")
    assert places(lint(shop, "sub/pyproject.toml", *concise)) == ["sub/left/a.py", "sub/pyproject.toml"]
    assert places(lint(shop / "at", "../sub/pyproject.toml", *concise)) == ["../sub/left/a.py", "../sub/pyproject.toml"]
    assert places(lint(shop / "sub/left", "../pyproject.toml", *concise)) == ["a.py", "../pyproject.toml"]
    assert places(lint(shop / "sub", "pyproject.toml", *concise)) == ["left/a.py", "pyproject.toml"]
    assert places(lint(shop / "sub/left/in", *concise)) == ["left/a.py", "pyproject.toml"]
    both = places(lint(shop, "sub/pyproject.toml", "sub/other.toml", *concise))
    assert both == ["sub/left/a.py", "sub/left/a.py", "sub/pyproject.toml", "sub/other.toml"]
    text = lint(shop, "--config", "sub/pyproject.toml").out
    assert "    sub/left/a.py:1:1: import left.b\n" in text
    assert "  warning: sub/pyproject.toml: zzz: This key is unknown.\n" in text


def test_a_file_outside_the_folder_of_the_configuration_is_named_from_here_too(shop: Path) -> None:
    program(shop, "left.a -> left.b")
    write(shop, {"conf/c.toml": file(forbidden("x", "left.a", "left.b"), root="left"), "at/x": ""})
    assert places(lint(shop, "conf/c.toml", "--format", "concise")) == ["left/a.py"]
    write(
        shop / "conf", {"c.toml": file(forbidden("x", "left.a", "left.b"), root="left", keys='source_roots = [".."]\n')}
    )
    (place,) = places(lint(shop / "at", "../conf/c.toml", "--format", "concise"))
    assert Path(place).is_absolute()
    assert os.path.normpath(place) == str(shop / "left/a.py")


def test_machines_get_the_same_paths_from_everywhere(shop: Path) -> None:
    program(shop / "sub", "left.a -> left.b")
    write(shop, {"sub/c.toml": file(forbidden("x", "left.a", "left.b"), root="left"), ".git/HEAD": ""})
    for format_ in FORMATS.keys() - {"text", "concise", "junit"}:
        assert (
            lint(shop, "sub/c.toml", "--format", format_).out == lint(shop / "sub", "c.toml", "--format", format_).out
        )


def test_cycles_of_a_named_configuration_have_paths_from_here_too(shop: Path) -> None:
    program(shop / "sub", "left.a -> left.b", "left.b -> left.a")
    write(shop, {"sub/c.toml": 'root_packages = ["left"]\n'})
    assert "    sub/left/a.py:1:1: import left.b\n" in lint(shop, "cycles", "--config", "sub/c.toml").out
    concise = places(lint(shop, "cycles", "--config", "sub/c.toml", "--format", "concise"))
    assert concise == ["sub/left/a.py"]


def test_a_stored_report_is_that_for_the_working_directory(shop: Path) -> None:
    program(shop / "sub", "left.a -> left.b")
    write(shop, {"sub/c.toml": file(forbidden("x", "left.a", "left.b"), root="left")})
    for _ in range(2):
        assert places(lint(shop, "sub/c.toml", "--format", "concise")) == ["sub/left/a.py"]
        assert places(lint(shop / "sub", "c.toml", "--format", "concise")) == ["left/a.py"]


@pytest.mark.parametrize("text", ["=", 'root_packages = ["nowhere"]\n', "[tool.other]\n"])
def test_an_error_in_a_named_file_is_placed_from_the_working_directory(shop: Path, text: str) -> None:
    write(shop, {"sub/c.toml": text})
    assert places(lint(shop, "sub/c.toml", "--format", "concise"))[0] == "sub/c.toml"
    assert lint(shop, "sub/c.toml").err.startswith("error: sub/c.toml: ")
    issues = json.loads(lint(shop, "sub/c.toml", "--format", "gitlab").out)
    assert {each["location"]["path"] for each in issues} <= {"sub/c.toml", "c.toml"}


@given(st.lists(st.sampled_from(["a", "b", ".."]), max_size=4), st.lists(st.sampled_from(["a", "b"]), max_size=3))
def test_a_path_from_another_folder_leads_to_the_same_file(base: list[str], inside: list[str]) -> None:
    folder, path = "/x/y/z/w/v", "/".join([*inside, "m.py"])
    here = os.path.normpath("/".join([folder, *base]))
    found = Style(base="/".join(base)).place(path, folder)
    assert os.path.normpath(f"{here}/{found}") == f"{folder}/{path}"
    if base:
        assert found == os.path.relpath(f"{folder}/{path}", here)


def test_the_report_of_one_file_is_that_of_the_file_alone(shop: Path) -> None:
    assert lint(shop, "a.toml") == lint(shop, "--config", "a.toml") == lint(shop, "check", "a.toml", "a.toml")


def test_a_program_is_read_once_whatever_the_configurations_ask_of_it(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deferred = forbidden("three", "shop.a", "shop.c") + "exclude_deferred_imports = true\n"
    write(shop, {"c.toml": file(deferred)})
    takes = []
    read = scan.read

    def watched(program: Program, files: Sequence[SourceFile], take: scan.Take, *others: Any) -> scan.Read:
        takes.append(take)
        return read(program, files, take, *others)

    monkeypatch.setattr("import_contracts.reading.snapshot.read", watched)
    lint(shop, "a.toml", "b.toml", "c.toml", "--no-cache")
    assert [take.kinds for take in takes] == [True]
    lint(shop, "a.toml", "mall.toml", "--no-cache")
    assert len(takes) == 3


def test_each_program_counts_once(shop: Path) -> None:
    assert lint(shop, "a.toml", "b.toml").out.endswith("4 modules, 2 imports: 1 contract kept, 1 broken.\n")
    assert lint(shop, "a.toml", "mall.toml").out.endswith("7 modules, 3 imports: 1 contract kept, 1 broken.\n")


def test_nothing_is_reused_after_a_change_of_any_of_the_programs(shop: Path) -> None:
    assert verdicts(shop, "b.toml", "mall.toml") == {"two": True, "one": True}
    write(shop, {"mall/y.py": "import mall.x\n"})
    assert verdicts(shop, "b.toml", "mall.toml") == {"two": True, "one": False}
    write(shop, {"mall/y.py": "", "shop/c.py": "import shop.b\n"})
    assert verdicts(shop, "b.toml", "mall.toml") == {"two": False, "one": True}


def test_an_unchanged_run_reuses_the_report(shop: Path) -> None:
    lint(shop, "a.toml", "mall.toml")
    lint(shop, "a.toml", "mall.toml")
    again = lint(shop, "a.toml", "mall.toml", "--show-timings")
    assert "reuse the report" in again.err
    assert "check '" not in again.err


def test_a_file_that_cannot_be_read_in_the_other_program_is_read_again(shop: Path) -> None:
    write(shop, {"mall/z.py": "x = = 1\n"})
    for _ in range(2):
        assert lint(shop, "b.toml", "mall.toml").status == 2
    write(shop, {"mall/z.py": ""})
    assert lint(shop, "b.toml", "mall.toml").status == 0


def test_a_problem_of_a_shared_program_is_said_once(shop: Path) -> None:
    write(shop, {"shop/bad.py": "x = = 1\n", "shop/stray/x.py": ""})
    out = lint(shop, "a.toml", "b.toml").out
    assert out.count("This is not valid Python") == 1
    assert out.count("This folder has no __init__.py") == 1


def test_each_file_has_its_own_baseline(shop: Path) -> None:
    write(
        shop,
        {
            "a.toml": file(forbidden("one", "shop.a", "shop.b"), keys='baseline = "a.txt"\n'),
            "mall.toml": file(forbidden("one", "mall.x", "mall.y"), root="mall", keys='baseline = "mall.txt"\n'),
            "a.txt": "one shop.a -> shop.b => shop.b\none shop.a -> shop.gone => shop.b\n",
            "mall.txt": "one mall.x -> mall.y => mall.y\none mall.x -> mall.gone => mall.y\n",
        },
    )
    run = lint(shop, "a.toml", "mall.toml")
    assert run.status == 3
    assert "  lint-imports baseline shrink --config a.toml\n" in run.out
    assert "  lint-imports baseline shrink --config mall.toml\n" in run.out
    report = json.loads(lint(shop, "a.toml", "mall.toml", "--format", "json").out)
    assert report["baseline"]["stale"] == ["one shop.a -> shop.gone => shop.b", "one mall.x -> mall.gone => mall.y"]
    assert (report["baseline"]["known"], report["baseline"]["new"]) == (2, 0)
    junit = lint(shop, "a.toml", "mall.toml", "--format", "junit").out
    assert 'name="a.txt"' in junit
    assert 'name="mall.txt"' in junit
    assert "a.txt and mall.txt" in lint(shop, "a.toml", "mall.toml", "--format", "sarif").out


def test_an_id_of_several_files_needs_the_file(shop: Path) -> None:
    run = lint(shop, "a.toml", "mall.toml", "--contract", "one")
    assert (run.status, run.err) == (
        2,
        "error: Several files have a contract 'one'. Write --contract a.toml:one or --contract mall.toml:one.\n",
    )
    run = lint(shop, "a.toml", "b.toml", "--contract", "tow", "--contract", "x.toml:one", "--contract", "one")
    assert run.err == (
        "error: There is no contract 'tow'. Did you mean 'two'?\n"
        "error: There is no contract 'x.toml:one'. Use one of: one, two.\n"
    )


def test_a_wrong_file_is_an_error_beside_others(shop: Path) -> None:
    write(shop, {"bad.toml": "x = [\n"})
    run = lint(shop, "a.toml", "no.toml", "bad.toml", "shop")
    assert run.status == 2
    assert run.out == ""
    assert run.err == (
        "error: no.toml: There is no such file.\n"
        "error: bad.toml: This is not valid TOML: Invalid value (at end of document).\n"
        "error: shop: This is a folder; name a configuration file.\n"
    )


def test_a_root_package_that_is_not_found_is_an_error_with_its_file(shop: Path) -> None:
    write(shop, {"in/c.toml": file(root="nowhere"), "in/d.toml": file(root="noplace")})
    run = lint(shop, "a.toml", "in/c.toml", "in/d.toml")
    assert run.status == 2
    assert "error: in/c.toml: root_packages: Package 'nowhere' is neither" in run.err
    assert "error: in/d.toml: root_packages: Package 'noplace' is neither" in run.err


def test_a_python_file_is_not_taken_for_a_configuration(shop: Path) -> None:
    run = lint(shop, "shop/a.py", "shop/b.py")
    assert run.status == 2
    assert run.err.startswith("error: shop/a.py: This is a Python file; name configuration files")


@pytest.mark.parametrize("name", ["check", "explain", "no-suffix", "explane"])
def test_a_file_may_have_any_name_but_a_command_comes_first(shop: Path, name: str) -> None:
    write(shop, {name: (shop / "setup.cfg").read_text(encoding="utf-8")})
    assert lint(shop, f"./{name}", "--format", "concise").out.startswith("shop/b.py:1:1: ini ")
    assert lint(shop, "check", name, "--format", "concise").out.startswith("shop/b.py:1:1: ini ")
    is_command = name in ("check", "explain")
    assert lint(shop, name).out.startswith("Ini (independence)") is (not is_command or name == "check")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("explane", " Did you mean 'explain'?"), ("explore", " Did you mean 'graph --open'?"), ("xyz", "")],
)
def test_a_word_that_is_neither_a_command_nor_a_file_is_an_error(shop: Path, word: str, meant: str) -> None:
    run = lint(shop, word)
    assert run.status == 2
    assert f"There is no command or file '{word}'.{meant}" in run.err.splitlines()[-1].removeprefix("Error: ")


def test_ids_of_one_file_are_different_and_have_no_colon(shop: Path) -> None:
    write(shop, {"c.toml": file(forbidden("x", "shop.c", "shop.a"), forbidden("x", "shop.c", "shop.b"))})
    run = lint(shop, "c.toml")
    assert run.status == 2
    assert "contract 'x': id: Another contract has this id: 'X' in c.toml. Give each its own 'id'." in run.out
    write(shop, {"c.toml": file(forbidden("x:y", "shop.c", "shop.a"))})
    run = lint(shop, "c.toml")
    assert run.status == 2
    assert "id: 'x:y' has a colon, which separates file and id in '--contract FILE:ID'. Write 'x-y'." in run.out


def test_ids_that_are_made_of_names_may_be_the_same(shop: Path) -> None:
    alike = forbidden("x", "shop.c", "shop.a").replace('id = "x"\n', "")
    write(shop, {"c.toml": file(alike, alike)})
    assert lint(shop, "c.toml").status == 0


# --- Python and pytest --------------------------------------------------------------------------------------------


def test_python_takes_several_files(shop: Path) -> None:
    report = import_contracts.check(["a.toml", shop / "mall.toml"], folder=shop)
    assert [(outcome.id, outcome.kept) for outcome in report.outcomes] == [
        ("a.toml:one", False),
        ("mall.toml:one", True),
    ]
    assert import_contracts.check(["a.toml"], folder=shop).outcomes[0].id == "one"
    assert import_contracts.check("a.toml", folder=shop, contracts="a.toml:one").exit_status == 1
    with pytest.raises(UserError, match=r"x\.toml: There is no such file"):
        import_contracts.check(["a.toml", "x.toml"], folder=shop)


# --- options that are given twice ---------------------------------------------------------------------------------


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


OPTIONS = [
    pytest.param(path, command, option, id=" ".join((*path, option.opts[0])))
    for path, command in commands(top)
    for option in command.params
    if isinstance(option, click.Option) and not option.is_flag
]
VALUES = {
    "--python": ("3.12", "3.13"),
    "--kind": ("runtime", "lazy"),
    "--every": ("day", "week"),
    "--format": ("text", "json"),
}
ARGUMENTS: dict[tuple[str, ...], list[str]] = {
    ("baseline", "accept"): ["--all"],
    ("baseline", "rename"): ["shop.a", "shop.x"],
}


@pytest.mark.parametrize(("path", "command", "option"), OPTIONS)
def test_no_option_that_is_given_twice_silently_means_the_last(
    shop: Path, path: tuple[str, ...], command: click.Command, option: click.Option
) -> None:
    del command
    name = option.opts[0]
    one, other = VALUES.get(name, ("a.toml", "b.toml"))
    arguments = ARGUMENTS.get(path, [])
    run = lint(shop, *path, *arguments, name, one, name, other)
    if option.name in ("configs", "only", "kinds", "globs", "source_roots", "entries"):  # all values count
        assert "more than once" not in run.err
    elif option.name in ("formats", "outputs"):
        assert "--format" in run.err
        assert run.status == 2
    else:
        assert run.status == 2
        assert f"{name} is given more than once: {one} and {other}. Give it once." in run.err
        assert "more than once" not in lint(shop, *path, *arguments, name, one, name, one).err


@pytest.mark.parametrize("command", ["check", "cycles", "explain"])
def test_both_colors_are_an_error(shop: Path, command: str) -> None:
    run = lint(shop, command, "--color", "--no-color")
    assert run.status == 2
    assert "--color cannot be used with --no-color." in run.err
