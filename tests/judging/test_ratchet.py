import errno
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.acyclic import Acyclic
from import_contracts.contracts.findings import Rule
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.judging.history import History
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Extent
from import_contracts.reading.files.roots import find_portions
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.store.refresh import compare
from tests.support.arranging import Run, check, graph, lint, program, write

CONFIGURATION = """\
[tool.import-contracts]
root_packages = ["shop"]

[[tool.import-contracts.contracts]]
id = "layers"
name = "Layers"
type = "layers"
layers = ["shop.web", "shop.models"]

[[tool.import-contracts.contracts]]
id = "acyclic"
name = "No cycles"
type = "acyclic"
"""
IMPORTS = ("shop.web -> shop.models", "shop.models -> shop.util", "shop.util -> shop.web", "shop.models -> shop.web")
ENTRIES = """\
acyclic shop.models -> shop.util
acyclic shop.models -> shop.web
acyclic shop.util -> shop.web
acyclic shop.web -> shop.models
layers shop.models -> shop.util => shop.web
layers shop.models -> shop.web => shop.web
"""
FILE = "known-violations.txt"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(program(tmp_path, *IMPORTS), {"pyproject.toml": CONFIGURATION})


@pytest.fixture
def frozen(shop: Path) -> Path:
    assert baseline(shop, "create").status == 0
    return shop


def baseline(folder: Path, *args: str) -> Run:
    return lint(folder, "baseline", *args)


def known(folder: Path) -> str:
    return (folder / FILE).read_text()


def stays(folder: Path, *args: str) -> Run:
    """Run a command that has to end with 2 and to leave the file as it is."""
    before = known(folder)
    run = baseline(folder, *args)
    assert run.status == 2
    assert run.out == ""
    assert known(folder) == before
    return run


# --- create ---


def test_create_takes_todays_state_in_one_command(shop: Path) -> None:
    run = baseline(shop, "create")
    assert run == Run(0, f"Wrote 6 known violations to {FILE} and named it in pyproject.toml.\n", "")
    assert known(shop) == ENTRIES
    assert (shop / "pyproject.toml").read_text() == CONFIGURATION.replace("]\n", f']\nbaseline = "{FILE}"\n', 1)
    assert lint(shop).status == 0


def test_create_writes_where_the_configuration_says(shop: Path) -> None:
    text = CONFIGURATION.replace("]\n", ']\nbaseline = "deep/known.txt"\n', 1)
    write(shop, {"pyproject.toml": text})
    assert baseline(shop, "create").out == "Wrote 6 known violations to deep/known.txt.\n"
    assert (shop / "deep/known.txt").read_text() == ENTRIES
    assert (shop / "pyproject.toml").read_text() == text


def test_create_names_the_file_in_ini_too(shop: Path) -> None:
    (shop / "pyproject.toml").unlink()
    ini = "[importlinter]\nroot_package = shop\n\n[importlinter:contract:a]\nname = A\ntype = acyclic\n"
    write(shop, {".importlinter": ini})
    assert baseline(shop, "create").status == 0
    assert f"[importlinter]\nbaseline = {FILE}\n" in (shop / ".importlinter").read_text()
    assert lint(shop).status == 0


def test_create_does_not_regenerate(frozen: Path) -> None:
    run = stays(frozen, "create")
    assert "This baseline already has 6 entries." in run.err


def test_create_fills_an_empty_file_below_its_comments(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace("]\n", f']\nbaseline = "{FILE}"\n', 1), FILE: "# debts\n"})
    assert baseline(shop, "create").status == 0
    assert known(shop) == "# debts\n" + ENTRIES


def test_the_baseline_of_a_clean_program_is_empty_and_blame_starts_at_once(tmp_path: Path) -> None:
    clean = write(program(tmp_path, "shop.web -> shop.models", "shop.util"), {"pyproject.toml": CONFIGURATION})
    run = baseline(clean, "create")
    assert run == Run(0, f"Wrote an empty baseline to {FILE} and named it in pyproject.toml.\n", "")
    assert known(clean) == ""
    assert lint(clean).status == 0
    write(clean, {"shop/models.py": "import shop.util\n", "shop/util.py": "import shop.web\n"})
    report = json.loads(lint(clean, "--format", "json").out)
    assert [len(each["culprits"]) for each in report["contracts"]] == [1, 1]
    assert report["baseline"]["known"] == 0
    assert baseline(clean, "create").out == f"Wrote 4 known violations to {FILE}.\n"


@pytest.mark.parametrize(
    ("attributes", "line"),
    [
        ({}, "in/known.txt text eol=lf merge=union"),
        ({".gitattributes": "in/known.txt text eol=lf merge=union\n"}, None),
        ({".gitattributes": "/in/known.txt merge=union\n"}, None),
        ({".gitattributes": "known.txt merge=union\n"}, None),
        ({".gitattributes": "*.txt merge=union\n"}, None),
        ({".gitattributes": "**/known.txt merge=union\n"}, None),
        ({"in/.gitattributes": "/known.txt merge=union\n"}, None),
        (
            {".gitattributes": "/known.txt merge=union\n*/*/known.txt merge=union\nin/*.md merge=union\n"},
            "in/known.txt",
        ),
        ({".gitattributes": "in/known.txt text eol=lf\n# in/known.txt merge=union\n"}, "in/known.txt"),
        ({"in/at/.gitattributes": "known.txt merge=union\n"}, "in/known.txt"),
    ],
)
def test_create_says_what_gitattributes_lacks(shop: Path, attributes: dict[str, str], line: str | None) -> None:
    text = CONFIGURATION.replace("]\n", ']\nbaseline = "in/known.txt"\n', 1)
    write(shop, {"pyproject.toml": text, ".git/HEAD": "", **attributes})
    run = baseline(shop, "create", "--format", "json")
    found = json.loads(run.out)["attributes"]
    assert found == (line and "in/known.txt text eol=lf merge=union")
    assert not (shop / ".gitattributes").exists() or ".gitattributes" in attributes


def test_the_line_for_gitattributes_is_for_its_place_in_the_repository(tmp_path: Path) -> None:
    write(program(tmp_path / "a b", *IMPORTS), {"pyproject.toml": CONFIGURATION})
    write(tmp_path, {".git/HEAD": ""})
    said = f'To let git merge it line by line, add to .gitattributes: "a b/{FILE}" text eol=lf merge=union\n'
    assert baseline(tmp_path / "a b", "create").out.endswith(said)


def test_ids_that_are_made_from_names_are_told(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace('id = "acyclic"\n', "")})
    said = 'A contract has no id, so a new name would make its violations new. Write in it: id = "no-cycles"\n'
    assert baseline(shop, "create").out.endswith(said)
    assert baseline(shop, "status").out.endswith(f"\n\n{said}")
    assert json.loads(baseline(shop, "status", "--format", "json").out)["unwritten_ids"] == ["no-cycles"]
    write(shop, {"pyproject.toml": re.sub('id = ".*"\n', "", (shop / "pyproject.toml").read_text())})
    assert (
        '2 contracts have no id, so new names would make their violations new. Write in them: id = "layers" and '
        in (baseline(shop, "status", "--format", "markdown").out)
    )


@pytest.mark.parametrize("damage", [{"shop/models.py": "x = (\n"}, {"pyproject.toml": CONFIGURATION + "layerz = 1\n"}])
def test_create_writes_nothing_of_half_an_answer(shop: Path, damage: dict[str, str]) -> None:
    write(shop, damage)
    before = (shop / "pyproject.toml").read_text()
    run = baseline(shop, "create")
    assert run.status == 2
    assert "The check is incomplete; the baseline was not changed." in run.err
    assert not (shop / FILE).exists()
    assert (shop / "pyproject.toml").read_text() == before


@pytest.mark.parametrize(
    "arguments", [("accept", "--all", "--reason", "x"), ("accept", "layers", "--reason", "x"), ("shrink",)]
)
def test_a_baseline_is_not_changed_by_half_an_answer(shop: Path, arguments: tuple[str, ...]) -> None:
    assert baseline(shop, "create").status == 0
    write(shop, {"shop/models.py": "x = (\n", "shop/new.py": "import shop.web\n"})
    before = (shop / FILE).read_bytes()
    run = baseline(shop, *arguments)
    assert run.status == 2
    assert run.err.endswith("error: The check is incomplete; the baseline was not changed.\n")
    assert (shop / FILE).read_bytes() == before


def test_create_refuses_an_id_that_no_line_can_hold(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace('id = "acyclic"', 'id = "no #cycles"')})
    run = baseline(shop, "create")
    assert (run.status, run.out) == (2, "")
    assert "contract 'no #cycles': This id cannot be written in a baseline" in run.err


def test_create_refuses_two_contracts_of_one_id(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace('id = "acyclic"', 'id = "layers"')})
    assert baseline(shop, "create").status == 2
    assert not (shop / FILE).exists()


CYCLES = "".join(
    f'[[tool.import-contracts.contracts]]\nid = "{id_}"\nname = "N"\ntype = "acyclic"\n'
    for id_ in ("#z", "b", "#a", "b", "once", "a", "a", "a")
)


def test_create_names_every_id_that_two_contracts_have(shop: Path) -> None:
    contracts = CYCLES.replace("#", "x")
    contracts += contracts.replace("once", "twice")
    write(shop, {"pyproject.toml": CONFIGURATION.partition("[[")[0] + contracts})
    run = baseline(shop, "create")
    assert (run.status, run.out) == (2, "")
    assert set(re.findall(r"contract '(\w+)'", run.err)) == {"a", "b", "xa", "xz"}


def test_create_names_every_id_that_no_line_can_hold(shop: Path) -> None:
    unlike = CYCLES.replace('"b"', '"c"', 1).replace('"a"', '"d"', 1).replace('"a"', '"e"', 1)
    write(shop, {"pyproject.toml": CONFIGURATION.partition("[[")[0] + unlike})
    run = baseline(shop, "create")
    assert (run.status, run.out) == (2, "")
    assert re.findall(r"contract '(\S+)'", run.err) == ["#a", "#z"]
    assert not (shop / FILE).exists()


def test_create_makes_the_folders_of_the_file(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace("]\n", ']\nbaseline = "very/deep/known.txt"\n', 1)})
    assert baseline(shop, "create").status == 0
    assert baseline(write(shop, {"very/deep/known.txt": ""}), "create").status == 0
    assert (shop / "very/deep/known.txt").read_text() == ENTRIES


@pytest.mark.parametrize("name", ["pyproject.toml/known.txt", "pyproject.toml/deep/known.txt"])
def test_a_baseline_inside_a_file_is_an_error_and_no_bug(shop: Path, name: str) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace("]\n", f']\nbaseline = "{name}"\n', 1)})
    run = baseline(shop, "create")
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"error: {name}: ")


@pytest.mark.parametrize("command", [("baseline", "create"), ("init",)])
def test_a_configuration_that_cannot_be_written_is_an_error_and_no_bug(
    shop: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    def fail(path: str | Path, data: bytes) -> None:
        if Path(path).name == "pyproject.toml":
            raise OSError(errno.EACCES, "Permission denied")
        Path(path).write_bytes(data)

    if command == ("init",):
        (shop / "pyproject.toml").unlink()
    monkeypatch.setattr("import_contracts.disk.write", fail)
    run = lint(shop, *command)
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("error: pyproject.toml: ")
    assert run.err.endswith("Permission denied.\n")


def test_create_writes_through_no_link_and_leaves_no_baseline_then(shop: Path) -> None:
    (shop / "pyproject.toml").rename(shop / "real.toml")
    (shop / "pyproject.toml").symlink_to("real.toml")
    run = baseline(shop, "create")
    message = "This file cannot be written: it is a symbolic link to 'real.toml'; use that path instead."
    assert run == Run(2, "", f"error: pyproject.toml: {message}\n")
    assert (shop / "pyproject.toml").is_symlink()
    assert (shop / "real.toml").read_text() == CONFIGURATION
    assert not (shop / FILE).exists()
    assert baseline(shop, "create", "--config", "real.toml").status == 0


@pytest.mark.parametrize("command", [("create",), ("accept", "--all"), ("rename", "shop", "mall"), ("shrink",)])
def test_a_file_that_cannot_be_written_is_an_error_and_no_bug(
    shop: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if command != ("create",):
        write(shop, {"pyproject.toml": CONFIGURATION.replace("]\n", f']\nbaseline = "{FILE}"\n', 1)})
        write(shop, {FILE: "layers shop.web -> shop.gone => shop.gone\n"})
    monkeypatch.setattr("import_contracts.disk.write", fail)
    run = baseline(shop, *command)
    assert (run.status, run.out) == (2, "")
    said = run.err.splitlines()[-1]
    assert said.startswith(f"error: {FILE}: ")
    assert said.endswith("No space left on device.")


# --- shrink ---


def test_shrink_removes_what_is_stale_and_only_that(frozen: Path) -> None:
    write(frozen, {FILE: "# ours\n" + ENTRIES.replace("=> shop.web\n", "=> shop.web  # SHOP-1\n", 1)})
    write(frozen, {"shop/models.py": "import shop.util\n"})
    assert lint(frozen).status == 3
    run = baseline(frozen, "shrink")
    assert run.status == 0
    assert run.out == (
        f"Removed 2 entries from {FILE}:\n"
        "  acyclic shop.models -> shop.web\n  layers shop.models -> shop.web => shop.web\n"
    )
    kept = "# ours\n" + ENTRIES.replace("=> shop.web\n", "=> shop.web  # SHOP-1\n", 1)
    for gone in ("acyclic shop.models -> shop.web\n", "layers shop.models -> shop.web => shop.web\n"):
        kept = kept.replace(gone, "")
    assert known(frozen) == kept
    assert lint(frozen).status == 0


def test_shrink_with_nothing_to_remove_is_fine(frozen: Path) -> None:
    assert baseline(frozen, "shrink") == Run(
        0, f"Nothing to remove: every entry of {FILE} still matches a violation.\n", ""
    )
    assert known(frozen) == ENTRIES


def test_shrink_goes_down_to_an_empty_file(frozen: Path) -> None:
    program(frozen, "shop.web -> shop.models", "shop.models", "shop.util")
    write(frozen, {"shop/models.py": "", "shop/util.py": ""})
    assert baseline(frozen, "shrink").status == 0
    assert known(frozen) == ""
    assert lint(frozen).status == 0


def test_shrink_adds_nothing(frozen: Path) -> None:
    write(frozen, {"shop/util.py": "import shop.web\nimport shop.models\n"})
    baseline(frozen, "shrink")
    assert known(frozen) == ENTRIES
    assert lint(frozen).status == 1


def test_shrink_refuses_while_a_file_cannot_be_read(frozen: Path) -> None:
    write(frozen, {"shop/models.py": "x = (\n"})
    assert "shop/models.py:2: This is not valid Python" in stays(frozen, "shrink").err


def test_an_entry_of_a_contract_that_is_gone_is_stale(frozen: Path) -> None:
    write(frozen, {FILE: ENTRIES + "gone shop.a -> shop.b\n"})
    assert lint(frozen).status == 3
    assert baseline(frozen, "shrink").out == f"Removed 1 entry from {FILE}:\n  gone shop.a -> shop.b\n"


def test_stale_can_be_made_a_warning(frozen: Path) -> None:
    text = (frozen / "pyproject.toml").read_text().replace("]\n", ']\nstale = "warn"\n', 1)
    write(frozen, {"pyproject.toml": text, FILE: ENTRIES + "gone shop.a -> shop.b\n"})
    run = lint(frozen)
    assert run.status == 0
    assert "gone shop.a -> shop.b" in run.out
    report = json.loads(lint(frozen, "--format", "json").out)
    assert (report["outcome"], report["baseline"]["stale"]) == ("kept", ["gone shop.a -> shop.b"])


def test_the_command_that_mends_names_the_configuration(frozen: Path) -> None:
    (frozen / "pyproject.toml").rename(frozen / "my rules.toml")
    write(frozen, {FILE: ENTRIES + "gone shop.a -> shop.b\n"})
    run = lint(frozen, "--config", "my rules.toml")
    assert "  lint-imports baseline shrink --config 'my rules.toml'\n" in run.out
    assert baseline(frozen, "shrink", "--config", "my rules.toml").status == 0
    assert known(frozen) == ENTRIES


# --- accept ---


@pytest.mark.parametrize(
    "wanted",
    [
        "acyclic shop.util -> shop.models",
        "shop.util -> shop.models -> shop.util",
        "shop/util.py:2:1: import shop.models",
        "shop/util.py:2:1",
        "shop/util.py:2",
        "shop.util -> shop.models",
        "  acyclic   shop.util -> shop.models ",
    ],
)
def test_accept_takes_one_violation_as_it_is_printed(frozen: Path, wanted: str) -> None:
    write(frozen, {"shop/util.py": "import shop.web\nimport shop.models\n"})
    shown = lint(frozen).out
    assert " ".join(wanted.split()).removeprefix("acyclic ") in shown
    run = baseline(frozen, "accept", wanted, "--reason", "until SHOP-9")
    assert run.out == f"Added 1 entry to {FILE}:\n  acyclic shop.util -> shop.models\n"
    assert "acyclic shop.util -> shop.models  # until SHOP-9\nacyclic shop.util -> shop.web\n" in known(frozen)
    assert lint(frozen).status == 0


def test_accept_takes_one_with_a_target_and_a_module_of_no_layer(frozen: Path) -> None:
    exhaustive = 'containers = ["shop"]\nlayers = ["web", "models"]\nexhaustive = true'
    text = (frozen / "pyproject.toml").read_text().replace('layers = ["shop.web", "shop.models"]', exhaustive)
    write(frozen, {"pyproject.toml": text, FILE: ""})
    for wanted, entry in (
        ("shop.models -> shop.util => shop.web", "layers shop.models -> shop.util => shop.web"),
        ("shop.util", "layers shop.util"),
    ):
        assert baseline(frozen, "accept", wanted).out == f"Added 1 entry to {FILE}:\n  {entry}\n"


def test_accept_takes_one_by_its_import_where_that_is_one_only(shop: Path) -> None:
    layers = CONFIGURATION.replace("]\n", f']\nbaseline = "{FILE}"\n', 1).rpartition("[[")[0]
    write(shop, {"pyproject.toml": layers, FILE: ""})
    entry = "layers shop.models -> shop.util => shop.web"
    assert baseline(shop, "accept", "shop.models -> shop.util").out == f"Added 1 entry to {FILE}:\n  {entry}\n"


def test_accept_takes_several_and_names_all_that_are_not_there(frozen: Path) -> None:
    write(frozen, {FILE: ""})
    run = stays(frozen, "accept", "nothing", "layers", "shop.a -> shop.b")
    assert re.findall(r"'(.*?)'", run.err) == ["nothing", "shop.a -> shop.b"]
    assert "Name a violation by its line in the baseline, or a contract by its id." in run.err
    assert baseline(frozen, "accept", "layers", "shop.web -> shop.models").status == 0
    assert known(frozen) == "".join(f"{line}\n" for line in ENTRIES.splitlines()[3:])


def test_accept_of_a_contract_is_about_that_one(frozen: Path) -> None:
    write(frozen, {FILE: ""})
    assert baseline(frozen, "accept", "layers").status == 0
    assert known(frozen) == "".join(f"{line}\n" for line in ENTRIES.splitlines()[4:])


def test_accept_leaves_the_file_alone_where_there_is_nothing_to_add(frozen: Path) -> None:
    write(frozen, {FILE: ENTRIES.removesuffix("\n")})
    assert baseline(frozen, "accept", "layers").out == f"Nothing to add: {FILE} already contains all of them.\n"
    assert baseline(frozen, "shrink").status == 0
    assert known(frozen) == ENTRIES.removesuffix("\n")


@pytest.mark.parametrize("how", ["--all", "acyclic"])
def test_accept_takes_a_contract_or_everything(frozen: Path, how: str) -> None:
    write(frozen, {"shop/util.py": "import shop.web\nimport shop.models\n"})
    assert baseline(frozen, "accept", how).status == 0
    assert lint(frozen).status == 0


def test_accept_takes_nothing_that_is_not_there(frozen: Path) -> None:
    assert "There is no violation 'shop.a -> shop.b'." in stays(frozen, "accept", "shop.a -> shop.b").err
    assert "Did you mean 'layers'?" in stays(frozen, "accept", "layer").err


def test_accept_asks_which_one_is_meant(frozen: Path) -> None:
    write(frozen, {FILE: ""})
    run = stays(frozen, "accept", "shop.models -> shop.web")
    assert "  acyclic shop.models -> shop.web\n  layers shop.models -> shop.web => shop.web" in run.err


def test_accept_without_a_word_is_a_mistake(frozen: Path) -> None:
    stays(frozen, "accept")
    stays(frozen, "accept", "layers", "--all")


def test_accept_leaves_a_stale_entry(frozen: Path) -> None:
    write(frozen, {FILE: ENTRIES + "gone shop.a -> shop.b\n"})
    assert baseline(frozen, "accept", "--all").out == f"Nothing to add: {FILE} already contains all of them.\n"
    assert known(frozen) == ENTRIES + "gone shop.a -> shop.b\n"


# --- rename ---


def test_check_sees_a_renaming_and_says_how_to_follow_it(frozen: Path) -> None:
    (frozen / "shop/util.py").rename(frozen / "shop/tools.py")
    write(frozen, {"shop/models.py": "import shop.tools\nimport shop.web\n"})
    run = lint(frozen)
    assert run.status == 1
    assert "  lint-imports baseline rename shop.util shop.tools\n" in run.out
    renaming = json.loads(lint(frozen, "--format", "json").out)["baseline"]["renaming"]
    assert renaming == {"old": "shop.util", "new": "shop.tools"}
    assert baseline(frozen, "rename", "shop.util", "shop.tools").out == (
        f"Renamed shop.util to shop.tools in 3 entries of {FILE}.\n"
    )
    assert lint(frozen).status == 0


def test_a_renaming_with_something_new_beside_it_is_seen_and_the_rest_is_shown(frozen: Path) -> None:
    (frozen / "shop/util.py").rename(frozen / "shop/tools.py")
    write(frozen, {"shop/models.py": "import shop.tools\nimport shop.web\nimport shop.models\n"})
    run = lint(frozen)
    assert run.status == 1
    assert "  lint-imports baseline rename shop.util shop.tools\n" in run.out
    assert "shop.models -> shop.models" in run.out
    assert "shrink" not in run.out


def test_a_contract_with_another_name_keeps_its_entries(frozen: Path) -> None:
    text = (frozen / "pyproject.toml").read_text()
    write(frozen, {"pyproject.toml": text.replace('id = "acyclic"', 'id = "no-cycles"')})
    run = lint(frozen)
    assert run.status == 1
    assert "  lint-imports baseline rename acyclic no-cycles\n" in run.out
    assert "shrink" not in run.out
    assert baseline(frozen, "rename", "acyclic", "no-cycles").status == 0
    assert lint(frozen).status == 0


def test_rename_wants_the_id_of_a_contract(frozen: Path) -> None:
    assert "There is no contract 'layer'. Did you mean 'layers'?" in stays(frozen, "rename", "acyclic", "layer").err


def test_rename_of_what_nobody_speaks_of_is_a_mistake(frozen: Path) -> None:
    assert "No entry names 'shop.utils'. Did you mean 'shop.util'?" in stays(frozen, "rename", "shop.utils", "a").err


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (("shop.util", "shop.2"), ["shop.2"]),
        (("shop.util", "shop..util"), ["shop..util"]),
        (("shop.util", "a-b"), ["a-b"]),
        (("shop.util", "2.b"), ["2.b"]),
        (("shop.1st", "shop.first"), ["shop.1st"]),
        (("shop.1st", "shop.2nd"), ["shop.1st", "shop.2nd"]),
    ],
)
def test_rename_wants_names_of_modules(frozen: Path, names: tuple[str, str], wrong: list[str]) -> None:
    write(frozen, {FILE: ENTRIES + "gone shop.1st -> shop.b\n"})
    run = stays(frozen, "rename", *names)
    assert run.err == "".join(f"error: '{name}' is not the name of a module.\n" for name in wrong)


# --- status ---


def test_status_counts_what_is_known_new_and_stale(frozen: Path) -> None:
    write(frozen, {"shop/util.py": "import shop.web\nimport shop.models\n", FILE: ENTRIES + "gone shop.a -> shop.b\n"})
    run = baseline(frozen, "status")
    assert run.status == 0
    assert "    2    0      0  layers\n    4    1      0  acyclic\n" in run.out
    assert "    0    0      1  gone (contract no longer exists)\n    6    1      1  total\n" in run.out
    assert "      4  shop.models\n" in run.out
    found = json.loads(baseline(frozen, "status", "--format", "json").out)
    assert [(each["id"], each["known"], each["new"], each["stale"]) for each in found["contracts"]] == [
        ("layers", 2, 0, 0),
        ("acyclic", 4, 1, 0),
        ("gone", 0, 0, 1),
    ]
    assert "| 4 | 1 | 0 | acyclic |" in baseline(frozen, "status", "--format", "markdown").out


def status(folder: Path, *args: str) -> dict[str, Any]:
    document = json.loads(baseline(folder, "status", "--format", "json", *args).out)
    assert isinstance(document, dict)
    return document


def test_status_has_the_modules_with_most_first_and_those_with_as_many_by_name(tmp_path: Path) -> None:
    pairs = (("a", "b"), ("c", "d"), ("c", "e"))
    cyclic = [f"shop.{one} -> shop.{other}" for pair in pairs for one, other in (pair, pair[::-1])]
    program(tmp_path, "shop.models.z -> shop.web", *cyclic)
    baseline(write(tmp_path, {"pyproject.toml": CONFIGURATION}), "create")
    write(tmp_path, {"shop/d.py": "import shop.c\nimport shop.e\n"})
    found = {each["module"]: each["known"] for each in status(tmp_path)["modules"]}
    assert list(found.items()) == [
        ("shop.c", 2),
        *((f"shop.{each}", 1) for each in ("a", "b", "d", "e", "models.z")),
    ]


def test_status_tells_of_contracts_that_are_gone_after_those_that_are_there(frozen: Path) -> None:
    git(frozen, "init", "-q")
    before = "".join(f"{each} shop.a -> shop.b\n" for each in ("past", "lost", "acyclic"))
    write(frozen, {FILE: ENTRIES + before})
    commit(frozen)
    write(frozen, {FILE: ENTRIES + "".join(f"{each} shop.a -> shop.b\n" for each in ("zeta", "beta", "layers"))})

    def counted() -> list[tuple[object, ...]]:
        keys = ("id", "known", "new", "stale", "added", "removed")
        return [tuple(each[key] for key in keys) for each in status(frozen, "--since", "HEAD")["contracts"]]

    assert counted() == [
        ("layers", 2, 0, 1, 1, 0),
        ("acyclic", 4, 0, 0, 0, 1),
        ("beta", 0, 0, 1, 1, 0),
        ("lost", 0, 0, 0, 0, 1),
        ("past", 0, 0, 0, 0, 1),
        ("zeta", 0, 0, 1, 1, 0),
    ]
    write(frozen, {"shop/extra.py": "x = (\n"})
    assert [each[0] for each in counted()] == ["layers", "acyclic", "beta", "lost", "past", "zeta"]
    assert [each[3] for each in counted()] == [0] * 6


def test_since_a_revision_without_the_file_everything_was_added(shop: Path) -> None:
    git(shop, "init", "-q")
    commit(shop)
    baseline(shop, "create")
    found = status(shop, "--since", "HEAD")
    assert (found["added"], found["removed"], found["since"]) == (ENTRIES.splitlines(), [], "HEAD")
    assert [each["added"] for each in found["contracts"]] == [2, 4]
    found = status(shop)
    assert [(each["added"], each["removed"]) for each in found["contracts"]] == [(0, 0), (0, 0)]


def test_status_of_what_cannot_be_read_says_so(frozen: Path) -> None:
    write(frozen, {"shop/models.py": "x = (\n"})
    run = baseline(frozen, "status")
    assert run.status == 2
    assert "error: shop/models.py:2: This is not valid Python" in run.out


def test_status_since_a_revision_tells_what_came_and_went(frozen: Path) -> None:
    git(frozen, "init", "-q")
    commit(frozen)
    write(
        frozen, {FILE: ENTRIES.replace("acyclic shop.util -> shop.web\n", "") + "layers shop.x -> shop.y => shop.web\n"}
    )
    run = baseline(frozen, "status", "--since", "HEAD")
    assert "Added since HEAD:\n  + layers shop.x -> shop.y => shop.web\n" in run.out
    assert "Removed since HEAD:\n  - acyclic shop.util -> shop.web\n" in run.out
    assert (
        stays(frozen, "status", "--since", "nowhere").err
        == "error: --since: There is no commit 'nowhere' in this repository.\n"
    )


# --- bad input ---


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acyclic\n", ":1: Found 'acyclic'; write"),
        (ENTRIES.replace("\n", "\r\n"), ":1: This line has a Windows line ending"),
        ("<<<<<<< HEAD\n" + ENTRIES, ":1: This line is part of a merge conflict"),
    ],
)
@pytest.mark.parametrize(
    "command", [("shrink",), ("accept", "--all"), ("rename", "shop", "mall"), ("create",), ("status",)]
)
def test_a_file_that_is_not_understood_is_never_rewritten(
    frozen: Path, text: str, message: str, command: tuple[str, ...]
) -> None:
    (frozen / FILE).write_bytes(text.encode())
    run = baseline(frozen, *command)
    assert run.status == 2
    assert f"{FILE}{message}" in run.err
    assert (frozen / FILE).read_bytes() == text.encode()


@pytest.mark.parametrize("command", [("accept", "--all"), ("rename", "shop", "mall"), ("create",), ("status",), ()])
def test_a_repeated_entry_is_an_error_until_shrink_removes_it(frozen: Path, command: tuple[str, ...]) -> None:
    first, stale = "acyclic shop.models -> shop.util", "gone shop.a -> shop.b"
    text = f"{ENTRIES}# merged\n{first}  # SHOP-1\n{stale}\n{first}\n{stale}\n"
    write(frozen, {FILE: text})
    run = baseline(frozen, *command) if command else lint(frozen)
    assert run.status == 2
    assert f"{FILE}:8: This entry is already on line 1; remove one of them." in run.out + run.err
    assert known(frozen) == text
    removed = "".join(f"  {entry}\n" for entry in (first, first, stale, stale))
    assert baseline(frozen, "shrink") == Run(0, f"Removed 4 entries from {FILE}:\n{removed}", "")
    assert known(frozen) == f"{ENTRIES.partition(chr(10))[2]}# merged\n{first}  # SHOP-1\n"
    assert lint(frozen).status == 0


def test_shrink_that_cannot_check_leaves_repeated_entries(frozen: Path) -> None:
    write(frozen, {FILE: ENTRIES * 2, "shop/models.py": "x = (\n"})
    assert "shop/models.py:2: This is not valid Python" in stays(frozen, "shrink").err


@pytest.mark.parametrize("command", [("shrink",), ("accept", "--all"), ("rename", "shop", "mall"), ("status",), ()])
def test_a_missing_file_is_an_error_that_says_what_to_do(frozen: Path, command: tuple[str, ...]) -> None:
    (frozen / FILE).unlink()
    run = baseline(frozen, *command) if command else lint(frozen)
    assert run.status == 2
    assert "This file does not exist. Create it with 'lint-imports baseline create'." in run.err
    assert not (frozen / FILE).exists()


def test_without_a_baseline_the_commands_say_how_to_get_one(shop: Path) -> None:
    run = baseline(shop, "shrink")
    assert run.status == 2
    assert "No baseline is configured. Create one with 'lint-imports baseline create'." in run.err


# --- exactness ---

NAMES = st.sampled_from("abcdefg")
EDGES = st.sets(st.tuples(NAMES, NAMES), max_size=16)


def cycles(edges: set[Edge]) -> set[frozenset[Edge]]:
    """Return every elementary cycle as its set of imports, by brute force."""
    found: set[frozenset[Edge]] = set()

    def walk(path: list[str]) -> None:
        for importer, imported in edges:
            if importer == path[-1] and imported == path[0]:
                found.add(frozenset(zip(path, [*path[1:], path[0]], strict=True)))
            elif importer == path[-1] and imported not in path and imported > path[0]:
                walk([*path, imported])

    for name in {importer for importer, _ in edges}:
        walk([name])
    return found


def identities(rule: Rule, edges: set[Edge]) -> set[tuple[str, str, str]]:
    return {each.identity for each in rule.check(graph(*sorted(f"{a} -> {b}" for a, b in edges))).violations}


@given(EDGES, EDGES, EDGES)
def test_something_is_new_if_and_only_if_there_is_a_cycle_that_was_not_there(
    before: set[Edge], gone: set[Edge], more: set[Edge]
) -> None:
    now = (before - gone) | more
    is_new = bool(identities(Acyclic(), now) - identities(Acyclic(), before))
    assert is_new == bool(cycles(now) - cycles(before))


LAYERED = st.sampled_from(["p.a.x", "p.a.y", "p.b.x", "p.c.x", "p.u", "p.v"])
LAYERED_EDGES = st.sets(st.tuples(LAYERED, LAYERED).filter(lambda edge: edge[0] != edge[1]), max_size=14)


def escapes(edges: set[Edge]) -> set[tuple[str, str, str]]:
    """Return, by brute force, the imports that leave a layer and lead to a higher one through no other layer."""
    layer = {name: name[:3] for name in ("p.a.x", "p.a.y", "p.b.x", "p.c.x")}
    found = set()
    for importer, imported in edges:
        inside, seen, todo = layer.get(importer), set(), [imported]
        while todo and inside and layer.get(imported) != inside:
            module = todo.pop()
            if module in layer:
                found |= {(importer, imported, layer[module])} if layer[module] < inside else set()
            elif module not in seen:
                seen.add(module)
                todo += [other for one, other in edges if one == module]
    return found


@given(LAYERED_EDGES, LAYERED_EDGES, LAYERED_EDGES)
def test_an_import_is_new_if_and_only_if_it_newly_escapes_its_layer(
    before: set[Edge], gone: set[Edge], more: set[Edge]
) -> None:
    now = (before - gone) | more
    base = [f"{name}" for name in ("p.a.x", "p.b.x", "p.c.x")]

    def found(edges: set[Edge]) -> set[tuple[str, str, str]]:
        lines = sorted(f"{a} -> {b}" for a, b in edges)
        findings = check(graph(*base, *lines), "layers", layers=["p.a", "p.b", "p.c"])
        return {each.identity for each in findings.violations}

    assert found(now) - found(before) == escapes(now) - escapes(before)


# --- culprits and git ---


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=Team", "-c", "user.email=team@example.org", "-c", "init.defaultBranch=main")
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
    command = ["git", *identity, *words]
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a step")


def test_the_import_that_the_branch_added_leads_the_report(tmp_path: Path) -> None:
    ring = [f"shop.m{number} -> shop.m{number + 1}" for number in range(14)]
    write(
        program(tmp_path, *ring),
        {"pyproject.toml": CONFIGURATION.replace("shop.web", "shop.m0").replace("shop.models", "shop.m14")},
    )
    assert baseline(tmp_path, "create").status == 0
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "feature")
    write(tmp_path, {"shop/m14.py": "import shop.m7\n"})
    commit(tmp_path)
    run = lint(tmp_path)
    assert run.status == 1
    head = "No cycles (acyclic)\n\n  This import closes the cycle:\n\n    shop/m14.py:1:1: import shop.m7\n"
    assert head in run.out
    assert "shop.m14 -> shop.m7  (8 new violations; added on this branch)" in run.out
    contract = json.loads(lint(tmp_path, "--format", "json").out)["contracts"][1]
    assert [(each["importer"], each["imported"], each["effects"], each["added"]) for each in contract["culprits"]] == [
        ("shop.m14", "shop.m7", 8, True)
    ]


def test_one_import_in_a_shared_module_is_one_cause_with_many_effects(tmp_path: Path) -> None:
    program(tmp_path, *(f"shop.models.m{number} -> shop.util" for number in range(50)), "shop.web")
    write(tmp_path, {"pyproject.toml": CONFIGURATION})
    assert baseline(tmp_path, "create").status == 0
    write(tmp_path, {"shop/util.py": "import shop.web\n"})
    run = lint(tmp_path)
    assert "  This import is the cause:\n\n    shop/util.py:1:1: import shop.web\n" in run.out
    assert "shop.util -> shop.web  (50 new violations; unknown if added on this branch)" in run.out


def test_branches_merge_to_a_file_that_shrink_brings_into_step(tmp_path: Path) -> None:
    names = [f"m{number}" for number in range(10)]
    program(tmp_path, *(f"shop.models.{name} -> shop.web" for name in names), "shop.web")
    write(tmp_path, {"pyproject.toml": CONFIGURATION, ".gitattributes": f"{FILE} text eol=lf merge=union\n"})
    write(tmp_path, {".gitignore": ".import_contracts_cache/\n"})
    assert baseline(tmp_path, "create").status == 0
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    for branch, repaired in (("one", ("m3", "m4")), ("two", ("m4", "m5"))):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        write(tmp_path, {f"shop/models/{name}.py": "" for name in repaired})
        assert baseline(tmp_path, "shrink").status == 0
        commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "grows", "main")
    write(tmp_path, {"shop/models/m2.py": "import shop.web\nimport shop.late\n", "shop/late.py": "import shop.web\n"})
    assert baseline(tmp_path, "accept", "--all", "--reason", "SHOP-7").status == 0
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "main")
    for branch in ("one", "two", "grows"):
        git(tmp_path, "merge", "-q", "--no-edit", branch)
        assert "<<<" not in known(tmp_path)
        assert lint(tmp_path).status in {0, 3}
        assert baseline(tmp_path, "shrink").status == 0
        assert lint(tmp_path).status == 0
        if git(tmp_path, "status", "--porcelain"):
            commit(tmp_path)
    left = {f"layers shop.models.{name} -> shop.web => shop.web" for name in names if name not in {"m3", "m4", "m5"}}
    new = "layers shop.models.m2 -> shop.late => shop.web  # SHOP-7"
    assert set(known(tmp_path).splitlines()) == left | {new}
    write(tmp_path, {"shop/models/m4.py": "import shop.web\n"})
    assert lint(tmp_path).status == 1


def added(
    folder: Path, *edges: tuple[str, str], parents: bool = False, excluded: frozenset[Kind] = frozenset()
) -> list[bool | None]:
    extent = Extent(find_portions(["p"], [folder]), include_external=False, kinds=True)
    history = History(take_snapshot(compare(extent, RunContext(folder))))
    return [history.is_added(edge, parents=parents, excluded=excluded) for edge in edges]


def test_an_import_is_new_if_the_file_did_not_have_it_where_the_branch_began(tmp_path: Path) -> None:
    write(program(tmp_path, "p.a -> p.c.d", "p.c.e", "p.b"), {"p/a.py": "import p.c.d\nimport p.b\n"})
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "feature")
    write(tmp_path, {"p/a.py": "import p.c.d\nimport p.c.e\n", "p/new.py": "import p.b\n"})
    commit(tmp_path)
    edges = [("p.a", "p.c.d"), ("p.a", "p.c.e"), ("p.a", "p.c"), ("p.a", "p.b"), ("p.new", "p.b"), ("p.gone", "p.b")]
    assert added(tmp_path, *edges) == [False, True, True, False, True, True]
    assert added(tmp_path, *edges, parents=True) == [False, True, False, False, True, True]


def test_an_import_that_did_not_count_then_is_added(tmp_path: Path) -> None:
    checking = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.b\n"
    write(program(tmp_path, "p.a -> p.b"), {"p/a.py": checking})
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "feature")
    write(tmp_path, {"p/a.py": "import p.b\n"})
    assert added(tmp_path, ("p.a", "p.b")) == [False]
    assert added(tmp_path, ("p.a", "p.b"), excluded=frozenset({Kind.TYPE_CHECKING})) == [True]


def test_a_star_import_of_an_unchanged_file_is_added_if_the_package_exports_more(tmp_path: Path) -> None:
    write(
        program(tmp_path, "p.a", "p.q.x", "p.q.y"),
        {"p/a.py": "from p.q import *\n", "p/q/__init__.py": "__all__ = ['x']\n"},
    )
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "feature")
    write(tmp_path, {"p/q/__init__.py": "__all__ = ['x', 'y']\n"})
    assert added(tmp_path, ("p.a", "p.q.x"), ("p.a", "p.q.y")) == [False, True]


def test_without_git_nothing_is_known_of_it(tmp_path: Path) -> None:
    write(program(tmp_path, "p.a -> p.b"), {".git": "gitdir: nowhere\n"})
    assert added(tmp_path, ("p.a", "p.b")) == [None]


# --- culprits without a baseline ---


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A branch without a baseline, which adds two imports that close a ring; another one was there."""
    ring = ("shop.web -> shop.models", "shop.models -> shop.util", "shop.util", "shop.late")
    write(program(tmp_path, *ring, "shop.x -> shop.y", "shop.y -> shop.x"), {"pyproject.toml": CONFIGURATION})
    write(tmp_path, {".gitignore": ".import_contracts_cache/\n"})
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "feature")
    return write(tmp_path, {"shop/util.py": "import shop.late\n", "shop/late.py": "import shop.web\n"})


def test_without_a_baseline_the_imports_of_the_branch_are_named_all_of_them(branch: Path) -> None:
    run = lint(branch)
    assert run.status == 1
    assert (
        "  One of these 2 imports closes the cycle:\n\n"
        "    shop/late.py:1:1: import shop.web\n"
        "      shop.late -> shop.web  (4 new violations; added on this branch)\n"
        "    or\n"
        "    shop/util.py:1:1: import shop.late\n"
        "      shop.util -> shop.late\n\n"
    ) in run.out
    assert "Removing 1 import would fix this" in run.out
    layers, acyclic = json.loads(lint(branch, "--format", "json").out)["contracts"]
    for contract, effects in ((layers, 1), (acyclic, 4)):
        (culprit,) = contract["culprits"]
        assert (culprit["importer"], culprit["effects"], culprit["added"]) == ("shop.late", effects, True)
        assert [each["importer"] for each in culprit["alternatives"]] == ["shop.util"]
    assert len(acyclic["violations"]) == 6


def test_on_a_branch_that_adds_nothing_bad_nobody_is_to_blame(branch: Path) -> None:
    write(branch, {"shop/late.py": "import shop.util\n", "shop/util.py": ""})
    run = lint(branch)
    assert run.status == 1
    assert "on this branch" not in run.out


def test_of_a_program_that_git_did_not_have_nobody_is_to_blame(branch: Path) -> None:
    git(branch, "rm", "-r", "-q", "--cached", "shop")
    git(branch, "commit", "-q", "-m", "without")
    git(branch, "branch", "-f", "main", "HEAD")
    run = lint(branch)
    assert run.status == 1
    assert "on this branch" not in run.out


def test_siblings_have_culprits_too(branch: Path) -> None:
    siblings = 'id = "acyclic"\nname = "Siblings"\ntype = "acyclic_siblings"\nancestors = ["shop"]\n'
    write(branch, {"c.toml": f'root_packages = ["shop"]\n[[contracts]]\n{siblings}'})
    (contract,) = json.loads(lint(branch, "--config", "c.toml", "--format", "json").out)["contracts"]
    assert [each["importer"] for each in contract["culprits"]] == ["shop.late"]


def test_a_report_about_the_branch_is_stored_until_the_merge_base_may_have_changed(branch: Path) -> None:
    def reused() -> bool:
        return "reuse the report" in lint(branch, "--show-timings").err

    first = lint(branch).out
    assert [reused(), reused()] == [True, True]
    assert lint(branch).out == first
    commit(branch)
    assert [reused(), reused()] == [False, True]
    assert lint(branch).out == first
    git(branch, "pack-refs", "--all")
    assert reused()
    git(branch, "branch", "-f", "main", "feature")
    assert "on this branch" not in lint(branch).out


# --- JSON ---------------------------------------------------------------------------------------------------------


def changed(folder: Path, *args: str) -> dict[str, object]:
    """Return what a command did, without what is the same for each."""
    run = baseline(folder, *args, "--format", "json")
    assert run.status == 0
    document: dict[str, object] = json.loads(run.out)
    assert (document.pop("version"), document.pop("file"), document.pop("command")) == (1, FILE, args[0])
    return document


def test_every_command_says_what_it_did_in_json(shop: Path) -> None:
    nothing: dict[str, object] = {
        "added": [],
        "removed": [],
        "renaming": None,
        "named_in": None,
        "attributes": None,
        "unwritten_ids": [],
    }
    entries = ENTRIES.splitlines()
    assert changed(shop, "create") == {**nothing, "added": entries, "named_in": "pyproject.toml"}
    assert changed(shop, "shrink") == nothing
    assert changed(shop, "accept", "--all") == nothing

    write(shop, {"shop/models.py": ""})
    assert changed(shop, "shrink") == {**nothing, "removed": entries}

    write(shop, {"shop/models.py": "import shop.web\n"})
    added = ["acyclic shop.models -> shop.web", "acyclic shop.web -> shop.models"]
    assert changed(shop, "accept", "acyclic") == {**nothing, "added": added}

    renamed = ["acyclic shop.entities -> shop.web", "acyclic shop.web -> shop.entities"]
    renaming = {"old": "shop.models", "new": "shop.entities"}
    assert changed(shop, "rename", "shop.models", "shop.entities") == {
        **nothing,
        "added": renamed,
        "removed": added,
        "renaming": renaming,
    }
