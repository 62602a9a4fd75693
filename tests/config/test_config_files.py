"""How configuration files are found and read, as documents without meaning, and edited."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import import_contracts
from import_contracts import disk
from import_contracts.config.edit import with_key
from import_contracts.config.files import (
    Document,
    find_config,
    has_own,
    name_of,
    read_document,
    read_toml,
)
from import_contracts.config.session import ConfigSource, load_config, read_config
from import_contracts.problems import UserError
from tests.support.arranging import write

OWN = '[tool.import-contracts]\nroot_packages = ["shop"]\n'
PEERS = '[tool.importlinter]\nroot_package = "shop"\n'
INI = "[importlinter]\nroot_package = shop\n"


def refused(function: Callable[..., object], *args: object) -> str:
    with pytest.raises(UserError) as error:
        function(*args)
    (problem,) = error.value.problems
    return str(problem)


# --- finding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"pyproject.toml": OWN}, "pyproject.toml"),
        ({"pyproject.toml": PEERS}, "pyproject.toml"),
        ({"setup.cfg": INI}, "setup.cfg"),
        ({".importlinter": INI}, ".importlinter"),
        ({"pyproject.toml": "# importlinter, import-contracts\n[tool.black]\n"}, None),
        ({"pyproject.toml": "# importlinter\n[tool.black]\n", "setup.cfg": "# importlinter\n[metadata]\n"}, None),
        ({"setup.cfg": "# importlinter\n[metadata]\n", ".importlinter": INI}, ".importlinter"),
        ({"setup.cfg": "no ini", ".importlinter": INI}, ".importlinter"),
        ({"pyproject.toml": 'tool = "import-contracts"\n', ".importlinter": INI}, ".importlinter"),
        ({"pyproject.toml/x": OWN, "setup.cfg/x": INI, ".importlinter": INI}, ".importlinter"),
        ({"pyproject.toml": "no toml\n", "setup.cfg": "no ini\n"}, None),
    ],
)
def test_only_a_file_that_has_a_configuration_is_one(tmp_path: Path, files: dict[str, str], found: str | None) -> None:
    write(tmp_path, {"outside/.git/x": "", **{f"outside/in/{name}": text for name, text in files.items()}})
    write(tmp_path, {"outside/.importlinter": INI})
    expected = f"in/{found}" if found else ".importlinter"
    assert find_config(tmp_path / "outside/in") == tmp_path / "outside" / expected


def test_the_search_begins_at_the_folder_itself_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"pyproject.toml": OWN, "src/x": "", "elsewhere/x": ""})
    monkeypatch.chdir(tmp_path / "src")
    assert find_config(Path()) == tmp_path / "pyproject.toml"
    (tmp_path / "elsewhere/link").symlink_to(tmp_path / "src")
    write(tmp_path, {"elsewhere/pyproject.toml": OWN})
    assert find_config(tmp_path / "elsewhere/link") == tmp_path / "pyproject.toml"


def test_it_is_said_which_folders_were_searched(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": OWN, "one/.git/x": "", "one/two/x": ""})
    assert "here for pyproject.toml" in refused(find_config, tmp_path / "one")
    assert f"up to {tmp_path / 'one'} for pyproject.toml" in refused(find_config, tmp_path / "one/two")


@pytest.mark.parametrize(
    ("text", "expected"), [(OWN, True), (PEERS, False), ("", False), ("[import-contracts]\n", False)]
)
def test_a_file_has_a_configuration_of_ours_or_not(text: str, expected: bool) -> None:
    assert has_own(text.encode(), "x.toml") is expected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b/c/x.toml", "c/x.toml"),
        ("/a/b/c/../x.toml", "x.toml"),
        ("/a/bc/x.toml", "/a/bc/x.toml"),
        ("/a/b/../x", "/a/x"),
    ],
)
def test_a_file_is_named_from_the_folder_on(path: str, name: str) -> None:
    assert name_of(Path(path), Path("/a/b")) == name


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", ".importlinter"])
def test_a_file_that_may_be_the_configuration_but_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"in/x": "", "pyproject.toml": OWN})
    os.mkfifo(tmp_path / "in" / name)
    assert refused(find_config, tmp_path / "in") == f"{name}: This file cannot be read: Not a regular file."
    (tmp_path / "in" / name).unlink()
    (tmp_path / "in" / name).symlink_to("nowhere")
    assert refused(find_config, tmp_path / "in") == f"{name}: This file cannot be read: No such file or directory."


def test_a_configuration_that_must_not_be_read_is_not_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    write(tmp_path, {"pyproject.toml": OWN, "in/deep/x": ""})
    monkeypatch.setattr(disk, "read", fail)
    place = (tmp_path / "in/deep/pyproject.toml").name
    assert refused(find_config, tmp_path / "in/deep") == f"{place}: This file cannot be read: Permission denied."


def test_what_is_found_through_a_link_out_of_the_checkout_is_not_quoted(tmp_path: Path) -> None:
    write(tmp_path, {"secret": "importlinter = hunter2\nimportlinter\n", "checkout/.git/x": "", "checkout/in/x": ""})
    for name in ("pyproject.toml", ".importlinter"):
        (tmp_path / "checkout/in" / name).symlink_to(tmp_path / "secret")
        message = refused(find_config, tmp_path / "checkout/in")
        assert message.startswith(f"{name}: This is not valid ")
        assert message.endswith(("(line 1).", "(line 2)."))
        (tmp_path / "checkout/in" / name).unlink()


# --- reading ------------------------------------------------------------------------------------------------------

CONTRACTS = '[[{0}contracts]]\nname = "One"\n[[{0}contracts]]\nname = "Two"\n'
TWO = [{"name": "One"}, {"name": "Two"}]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "x.toml",
            OWN + CONTRACTS.format("tool.import-contracts."),
            Document("shown", {"root_packages": ["shop"], "contracts": TWO}, TWO),
        ),
        (
            "x.toml",
            PEERS + CONTRACTS.format("tool.importlinter."),
            Document("shown", {"root_package": "shop", "contracts": TWO}, TWO, is_peers=True),
        ),
        ("x.toml", PEERS + OWN, Document("shown", {"root_packages": ["shop"]}, [])),
        (
            "x.toml",
            'root_package = "shop"\n' + CONTRACTS.format(""),
            Document("shown", {"root_package": "shop", "contracts": TWO}, TWO),
        ),
        ("x.toml", "\ufefftool = 3\n", Document("shown", {"tool": 3}, [])),
        (
            "x.cfg",
            "\ufeff[metadata]\nname = x\n"
            + INI
            + "[importlinter:contract:one]\nname = One\nmodules =\n\n  a\n  \n  b\n"
            "[importlinter:two]\nid = 2\n[importlinterx:three]\nname = Three\n[other:contract:four]\nname = Four\n",
            Document(
                "shown",
                {"root_package": "shop"},
                [{"id": "one", "name": "One", "modules": ["a", "b"]}, {"id": "2"}],
                is_peers=True,
            ),
        ),
        (
            ".importlinter",
            "[importlinter]\nroot_package = a%(x)s\nx = 1\nname = 100% 50%% off\nother = 50%%\n",
            Document(
                "shown", {"root_package": "a1", "x": "1", "name": "100% 50%% off", "other": "50%"}, [], is_peers=True
            ),
        ),
    ],
)
def test_a_document_is_what_a_file_says(tmp_path: Path, name: str, text: str, expected: Document) -> None:
    write(tmp_path, {name: text})
    assert read_document(tmp_path / name, "shown") == expected


DEEP = "x = " + "[" * 3000 + "]" * 3000


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("x.toml", b"x = \xff\n", ("shown: ", "UTF-8")),
        ("x.toml", b"x = [\n", ("shown: ", "TOML")),
        ("x.toml", b"x = 1" + b"0" * 5000 + b"\n", ("shown: ", "too large")),
        ("x.toml", DEEP.encode(), ("shown: ", "too deep")),
        ("x.toml", b"[tool]\nimport-contracts = 3\n", ("shown: ", "table")),
        ("x.toml", b"[[tool.importlinter]]\n", ("shown: ", "table")),
        ("x.toml", b"contracts = 3\n", ("shown: contracts: ", "[[\u2026contracts]]")),
        ("x.cfg", b"[importlinter]\nx = \xff\n", ("shown: ", "UTF-8")),
        ("x.cfg", b"x\n", ("shown: ", "INI")),
        ("x.cfg", b"[other]\n[importlinter:contract:x]\n", ("shown: ", "[importlinter]")),
    ],
)
def test_a_file_that_is_no_document_is_refused(
    tmp_path: Path, name: str, data: bytes, expected: tuple[str, str]
) -> None:
    (tmp_path / name).write_bytes(data)
    message = refused(read_document, tmp_path / name, "shown")
    assert message.startswith(expected[0])
    assert expected[1] in message


def test_a_file_that_cannot_be_read_is_said_to_be_one(tmp_path: Path) -> None:
    write(tmp_path, {"x.toml/x": "", "x.cfg/x": ""})
    for name in ("x.toml", "x.cfg"):
        message = refused(read_document, tmp_path / name, "shown")
        assert message == "shown: This file cannot be read: Is a directory."


@pytest.mark.parametrize(("text", "expected"), [("", {}), ("a = 1\n[b]\nc = 'd'\n", {"a": 1, "b": {"c": "d"}})])
def test_toml_is_read_with_or_without_a_byte_order_mark(tmp_path: Path, text: str, expected: dict[str, object]) -> None:
    for mark in ("", "\ufeff"):
        write(tmp_path, {"x.toml": mark + text})
        assert read_toml(tmp_path / "x.toml", "shown") == expected


# --- editing ------------------------------------------------------------------------------------------------------


def edited(folder: Path, name: str, text: str) -> str:
    write(folder, {name: text})
    config = read_config(folder / name, ConfigSource(folder))
    return with_key(config, (folder / name).read_bytes(), "baseline", "known.txt")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "pyproject.toml",
            "[project]\nname = 'x'\n\n[tool.import-contracts]\n",
            "strict = true\n[tool.black]\nx = 1\n",
        ),
        ("pyproject.toml", "[tool.importlinter]\n", "root_package = 'shop'\n"),
        ("pyproject.toml", " \t[tool.import-contracts]  # ours\n", "root_package = 'shop'"),
        ("layers.toml", "", 'root_package = "shop"\n[[contracts]]\nname = "x"\n'),
        ("setup.cfg", "[metadata]\nname = x\n[importlinter]\n", "root_package = shop\n[importlinter:x]\nname = X\n"),
        (".importlinter", "[importlinter]\n", "root_package = shop\n"),
    ],
)
def test_a_key_is_added_at_the_top_of_the_configuration(tmp_path: Path, name: str, before: str, after: str) -> None:
    line = 'baseline = "known.txt"' if name.endswith(".toml") else "baseline = known.txt"
    assert edited(tmp_path, name, before + after) == f"{before}{line}\n{after}"
    assert (tmp_path / name).read_text(encoding="utf-8") == before + after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool]\nimport-contracts = { root_packages = ['shop'] }\n"),
        ("pyproject.toml", "[ tool . import-contracts ]\nroot_packages = ['shop']\n"),
        (
            "pyproject.toml",
            "x = '''\n[tool.import-contracts]\n'''\n[ tool.import-contracts]\nroot_packages = ['shop']\n",
        ),
        ("pyproject.toml", "[tool.import-contracts]\nbaseline = 'other.txt'\n"),
        ("setup.cfg", "[importlinter]\n  root_package = shop\n"),
        ("setup.cfg", "[importlinter]\nbaseline = other.txt\n"),
    ],
)
def test_where_its_place_is_not_clear_it_is_said_what_to_write(tmp_path: Path, name: str, text: str) -> None:
    line = 'baseline = "known.txt"' if name.endswith(".toml") else "baseline = known.txt"
    message = refused(edited, tmp_path, name, text)
    assert message.startswith(f"{name}: baseline: ")
    assert message.endswith(f"'root_packages': {line}")


TOML_1_1 = """\
tool.import-contracts = {
  root_packages = ["shop"],  # a comment
  contracts = [
    {name = "A\\e\\x42", type = "acyclic"},
  ],
}
"""


def test_toml_1_1_is_read_whatever_python_runs(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": TOML_1_1})
    config = load_config(None, tmp_path)
    assert config.root_packages == ("shop",)
    assert config.documents[0].contracts == [{"name": "A\x1bB", "type": "acyclic"}]


def test_nothing_else_reads_toml() -> None:
    sources = Path(import_contracts.__file__).parent.rglob("*.py")
    assert [path.name for path in sources if "import tomllib" in path.read_text(encoding="utf-8")] == []
