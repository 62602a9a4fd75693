"""Paths that are no files, and files that are no regular ones: always a sentence, never a traceback or a wait."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.arranging import MODELS, configuration, lint, program, write

ODD = [
    "\0", "a\0b", "x" * 300, "x" * 300 + "/y", "/".join(["x" * 200] * 30), "", "~", "..", ".", "/", "Z:/x", r"\\s\x",
    "file", "folder", "pipe", "broken", "loop", "device", "socket", "file/x", "folder/no", "no/no", "[", "**", "*\0",
]  # fmt: skip


def special(folder: Path) -> Path:
    """Make a thing of each kind that is no plain file."""
    write(folder, {"file": "x", "folder/x": ""})
    os.mkfifo(folder / "pipe")
    (folder / "broken").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    (folder / "device").symlink_to("/dev/zero")
    before = Path.cwd()
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(folder)  # the path of a socket must be short
        made.bind("socket")
        os.chdir(before)
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(special(program(tmp_path, "shop.models -> shop.web")), {"pyproject.toml": configuration(MODELS)})


@pytest.mark.parametrize("value", ODD, ids=ascii)
@pytest.mark.parametrize("key", ["baseline", "source_roots", "include", "root_packages"])
def test_an_odd_value_in_a_configuration_is_answered(shop: Path, key: str, value: str) -> None:
    written = json.dumps(value if key == "baseline" else [value])
    text = configuration(MODELS, keys="" if key == "root_packages" else f"{key} = {written}\n")
    write(shop, {"pyproject.toml": text.replace('["shop"]', written) if key == "root_packages" else text})
    commands = ("", "--format json", "cycles", "explain", "baseline create", "baseline shrink")
    runs = [lint(shop, *command.split()) for command in commands]
    assert all(run.status in (0, 1, 2) for run in runs)
    assert all(run.out or run.err for run in runs)
    assert sorted(path.name for path in shop.iterdir() if path.name.endswith(".tmp")) == []


@pytest.mark.parametrize("value", [value for value in ODD if "\0" not in value] + ["\udcff"], ids=ascii)
@pytest.mark.parametrize(
    "arguments",
    [
        ("--config",), ("--no-cache", "--output"), ("--format", "json", "--output"), ("--cache-dir",), ("cycles",),
        ("graph", "shop", "--focus"),
        ("explain",), ("explain", "shop.web"), ("init", "--dry-run"), ("--contract",), ("baseline", "accept"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_odd_argument_is_answered(shop: Path, arguments: tuple[str, ...], value: str) -> None:
    if "--output" in arguments and value == "pipe":
        pytest.skip("the user has to wait for a reader of a pipe that he names")
    if ("--cache-dir" in arguments and value in ("/", "..", ".")) or ("cycles" in arguments and value == ".."):
        pytest.skip("outside the temporary folder")
    run = lint(shop, *arguments, value)
    assert run.status in (0, 1, 2)
    assert run.out or run.err or run.status == 1


def test_an_included_file_whose_name_is_no_text_is_read_and_named(shop: Path) -> None:
    for name in (b"\xff.toml", b"\xfe/a.toml"):
        path = Path(os.fsdecode(os.fsencode(shop) + b"/more/" + name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('[[contracts]]\nname = "x"\ntype = "nope"\n' if b"/" in name else "[")
    write(shop, {"pyproject.toml": configuration(MODELS, keys='include = ["more/**/*.toml"]\n')})
    run = lint(shop, "--format", "json")
    assert run.status == 2
    messages = [f"{each['file']}: {each['message']}" for each in json.loads(run.out)["errors"]]
    assert any("more/\\udcff.toml: This is not valid TOML" in each for each in messages)
    assert any(each.startswith("more/\\udcfe/a.toml: There is no contract type 'nope'.") for each in messages)


def test_a_folder_whose_name_is_no_text_may_have_a_program(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    folder.mkdir()
    write(program(folder, "shop.models -> shop.web"), {"pyproject.toml": configuration(MODELS)})
    for form in ("text", "json", "sarif", "gitlab", "junit", "markdown", "github", "concise"):
        for more in ((), ("--output", "report"), ("--config", os.fspath(folder / "pyproject.toml"))):
            assert lint(folder, "--format", form, *more).status == 1


EXPLAIN = "explain shop.models shop.web --source-root ."


@pytest.mark.parametrize("command", ["check", "cycles", "graph", "fix --diff", "trend", "init --dry-run", EXPLAIN])
def test_no_command_is_silent_about_a_file_that_it_does_not_read(shop: Path, command: str) -> None:
    """A file whose name is no text, as root can read all folders."""
    (shop / "shop" / os.fsdecode(b"\xff.py")).write_text("import shop.web\n")
    for _ in range(2):  # the second time from the cache
        run = lint(shop, *command.split())
        assert "ff.py: The name of this file is not UTF-8 text" in run.out + run.err or command == "trend"
        assert "1 file could not be read" in run.out or command != "trend"
        assert run.status == 2


def test_patterns_with_any_number_of_folders_are_not_followed_into_links(shop: Path) -> None:
    names = [f"d{number}" for number in range(12)]
    write(shop, {f"c/{name}/x.toml": "" for name in names})
    for one in names:
        for other in names:
            if one != other:
                (shop / "c" / one / other).symlink_to(f"../{other}")
    write(shop, {"pyproject.toml": configuration(MODELS, keys='include = ["c/**/x.toml", "**/c/**/x.toml"]\n')})
    assert lint(shop).status == 1


def place(shop: Path, name: str) -> None:
    if name == "setup.cfg":
        (shop / "pyproject.toml").unlink()
    keys = {"known.txt": 'baseline = "known.txt"\n', "more.toml": 'include = ["more.toml"]\n'}
    if name in keys:
        write(shop, {"pyproject.toml": configuration(MODELS, keys=keys[name])})
    if (path := shop / name).is_file():
        path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/proc/kmsg")], ids=["pipe", "kernel log"])
@pytest.mark.parametrize(
    "name",
    [
        "pyproject.toml", "setup.cfg", ".importlinter", ".git", "known.txt", "more.toml", "shop/__init__.py",
        "shop/models.py", "shop/web.py", ".import_contracts_cache", ".import_contracts_cache/versions",
    ],
)  # fmt: skip
def test_no_place_for_a_file_waits_for_a_pipe(shop: Path, name: str, make: Callable[[Path], None]) -> None:
    if name == ".import_contracts_cache/versions":
        lint(shop)
    place(shop, name)
    make(shop / name)
    for arguments in ((), ("cycles",), ("baseline", "create"), ("baseline", "status"), ("init",)):
        command = [sys.executable, "-m", "import_contracts", *arguments]
        run = subprocess.run(command, cwd=shop, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        assert run.returncode in (0, 1, 2)
        assert b"Traceback" not in run.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("closed", ["pyproject.toml", "setup.cfg", ".", ".."])
def test_a_configuration_that_another_user_may_not_read_is_not_said_to_be_missing(closed: str) -> None:
    script = (
        "import os, sys\n"
        "from pathlib import Path; from import_contracts.config.files import find_config\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: print(find_config(Path('.')))\n"
        "except Exception as error: print(error)"
    )
    with tempfile.TemporaryDirectory() as folder:  # not the one of pytest, which nobody else may enter
        inner = Path(folder, "in/here")
        write(inner, {"setup.cfg": "[metadata]\n"})
        (inner / closed).touch()
        for opened in (inner, inner.parent, inner.parent.parent):
            opened.chmod(0o755)
        (inner / closed).chmod(0)
        run = subprocess.run([sys.executable, "-c", script], cwd=inner, capture_output=True, text=True, check=False)
        (inner / closed).chmod(0o700)
    assert run.stderr == ""
    name = "pyproject.toml" if closed.startswith(".") else closed
    assert run.stdout == f"{name}: This file cannot be read: Permission denied.\n"
