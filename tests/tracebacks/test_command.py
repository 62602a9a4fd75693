"""The command ``explain --traceback``: what it reads, what it refuses, and what it says of files that have changed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from import_contracts.tracebacks.messages import Failing, read_message
from import_contracts.tracebacks.reader import read_tracebacks
from tests.support.arranging import configuration, lint, write
from tests.support.growth import grows_no_faster
from tests.support.hostile import DENSE, lines, obeyed
from tests.tracebacks.shapes import ERROR, HEADER, INNER, LONG, PLAIN, PROGRAM, SHORT
from tests.tracebacks.test_shapes import explained


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path, PROGRAM)


# --- input that is no traceback of this program ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "log.txt: This file cannot be read: No such file or directory."),
        (b"", "log.txt: This file is empty."),
        (b"hello\n", "log.txt: There is no traceback in this file."),
        (b"\x7fELF\x00\x01", "log.txt: This file is binary; give a log or a traceback as text."),
        (PLAIN.splitlines()[-1].encode(), "log.txt: There is no traceback in this file."),
        (INNER.encode(), "log.txt: There is no traceback in this file."),
    ],
)
def test_a_file_without_a_traceback_is_refused(shop: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (shop / "log.txt").write_bytes(content)
    run = lint(shop, "explain", "--traceback", "log.txt")
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"error: {message}")


def test_a_folder_is_refused(shop: Path) -> None:
    assert "Is a directory" in lint(shop, "explain", "--traceback", "shop").err


def test_names_and_a_traceback_together_are_refused(shop: Path) -> None:
    assert lint(shop, "explain", "--traceback", "log.txt", "shop.a", "shop.b").status == 2


def test_a_traceback_of_another_program_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(PLAIN, encoding="utf-8")
    run = lint(tmp_path, "explain", "--traceback", "log.txt")
    assert run.status == 2
    assert run.out.startswith("error: None of the files in the traceback is here: ImportError: cannot import name")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"{HEADER}{INNER}ValueError: x\n", "ValueError: x"),
        (f"{HEADER}{INNER}shop.errors.Broken\n", "shop.errors.Broken"),
        (
            '  File "shop/orders.py", line 1\n    def (\n        ^\nSyntaxError: invalid syntax\n',
            "SyntaxError: invalid syntax",
        ),
        (
            f"{HEADER}{INNER}AttributeError: 'User' object has no attribute 'x'\n",
            "AttributeError: 'User' object has no attribute 'x'",
        ),
        (f"{HEADER}{INNER}RuntimeError: {ERROR}\n", f"RuntimeError: {ERROR}"),
    ],
)
def test_another_error_is_said_to_be_no_import_problem(shop: Path, text: str, error: str) -> None:
    (shop / "log.txt").write_text(text, encoding="utf-8")
    run = lint(shop, "explain", "--traceback", "log.txt")
    assert (run.status, run.out, run.err) == (0, f"There is no import problem in this traceback:\n  {error}\n", "")


def test_a_module_that_is_not_installed_is_none_if_the_program_goes_on_without_it(shop: Path) -> None:
    handled = f"{HEADER}  File \"run.py\", line 1, in <module>\n    import simplejson\nModuleNotFoundError: No module named 'simplejson'\n"
    link = "\nDuring handling of the above exception, another exception occurred:\n\n"

    assert [each["kind"] for each in explained(shop, handled)["stories"]] == ["missing_module"]
    found = explained(shop, handled + link + PLAIN)
    assert [each["kind"] for each in found["stories"]] == ["cycle"]
    assert found["others"] == ["ModuleNotFoundError: No module named 'simplejson'"]


def test_standard_input_and_utf_16_are_read(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "log.txt").write_bytes(PLAIN.encode("utf-16"))
    expected = lint(shop, "explain", "--traceback", "log.txt").out
    assert "Cause: import cycle" in expected
    with (shop / "log.txt").open(encoding="latin-1") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert lint(shop, "explain", "--traceback", "-").out == expected


# --- the program ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["src", "backend", "services/web/src"])
def test_the_program_may_be_anywhere_below_the_folder(folder: str, tmp_path: Path) -> None:
    write(tmp_path, {f"{folder}/{name}": text for name, text in PROGRAM.items()})
    (story,) = explained(tmp_path, PLAIN)["stories"]
    assert story["stack"][-1]["path"] == f"{folder}/shop/users.py"


def test_of_several_copies_it_is_the_one_that_has_most_of_the_files(tmp_path: Path) -> None:
    write(tmp_path, {f"web/{name}": text for name, text in PROGRAM.items()})
    write(tmp_path, {"a/shop/users.py": "", "a/shop/__init__.py": "", "build/lib/x/shop/orders.py": ""})
    (story,) = explained(tmp_path, PLAIN)["stories"]
    assert [each["path"] for each in story["stack"]] == ["web/run.py", "web/shop/orders.py", "web/shop/users.py"]


def test_files_of_libraries_and_environments_are_not_the_program(shop: Path) -> None:
    write(
        shop,
        {"venv/pyvenv.cfg": "", "venv/lib/shop/users.py": "", "node_modules/shop/users.py": "", "json/decoder.py": ""},
    )
    write(shop, {".venv/lib/python3.12/site-packages/django/apps.py": "x\n"})
    frame = '  File "/usr/lib/python3.12/json/decoder.py", line 3, in decode\n    x\n'
    frame += f'  File "{shop}/.venv/lib/python3.12/site-packages/django/apps.py", line 1, in x\n    x\n'
    (story,) = explained(shop, PLAIN.replace(HEADER, HEADER + frame))["stories"]
    assert [each["path"] for each in story["stack"]] == ["run.py", "shop/orders.py", "shop/users.py"]


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    secret = write(tmp_path / "else", {"shop/users.py": "secret = 1\n"})
    folder = write(tmp_path / "here", PROGRAM)
    (folder / "shop" / "more.py").symlink_to(secret / "shop" / "users.py")
    frames = (
        f'  File "{secret}/shop/users.py", line 1, in <module>\n  File "{folder}/shop/more.py", line 1, in <module>\n'
    )
    (folder / "log.txt").write_text(PLAIN.replace(HEADER, HEADER + frames), encoding="utf-8")
    for form in ("text", "json"):
        assert "secret" not in lint(folder, "explain", "--traceback", "log.txt", "--format", form).out


def test_a_package_without_init_is_known_from_the_statements_and_from_the_configuration(tmp_path: Path) -> None:
    files = {name: text for name, text in PROGRAM.items() if name != "shop/__init__.py"}
    write(tmp_path, {"lib/" + name: text for name, text in files.items()})
    relative = PLAIN.replace("from shop.", "from .").replace("from shop ", "from . ")
    for text in (PLAIN, relative):
        (story,) = explained(tmp_path, text)["stories"]
        assert [each["module"] for each in story["stack"]] == ["__main__", "shop.orders", "shop.users"]
    write(tmp_path, {"pyproject.toml": configuration(keys='source_roots = ["lib"]\n')})
    (story,) = explained(tmp_path, SHORT)["stories"]
    assert [each["module"] for each in story["stack"]] == ["shop.orders", "shop.users"]


def test_paths_are_relative_to_the_configuration(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration()})
    (shop / "shop" / "log.txt").write_text(PLAIN, encoding="utf-8")
    assert "shop/users.py:1: from shop.orders" in lint(shop / "shop", "explain", "--traceback", "log.txt").out


# --- files that have changed ---------------------------------------------------------------------------------------


def test_a_line_that_has_moved_is_found(shop: Path) -> None:
    write(shop, {"shop/users.py": "\n\n" + PROGRAM["shop/users.py"]})
    (story,) = explained(shop, PLAIN)["stories"]
    assert story["stack"][-1]["line"] == 3
    assert story["notes"] == ["shop/users.py has changed: line 1 of the traceback is line 3 now."]
    assert story["mending"]["diff"]


def test_a_line_that_is_gone_is_named(shop: Path) -> None:
    write(shop, {"shop/users.py": "class User: ...\n"})
    (story,) = explained(shop, PLAIN)["stories"]
    assert story["notes"][0] == "shop/users.py has changed: no line of it reads 'from shop.orders import Order' now."
    assert story["kind"] == "cycle"


def test_what_static_analysis_cannot_see_is_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "shop/__init__.py": "",
            "shop/a.py": "import os\nglobals().update(os.environ)\nfrom shop.b import B\n\nNAME = 1\n",
            "shop/b.py": "from shop.a import NAME\n\n\ndef B():\n    return NAME\n",
            "shop/c.py": "",
        },
    )
    frames = '  File "/x/shop/a.py", line 3, in <module>\n    from shop.b import B\n  File "/x/shop/b.py", line 1, in <module>\n    from shop.a import NAME\n'
    text = (
        frames
        + "ImportError: cannot import name 'NAME' from partially initialized module 'shop.a' (most likely due to a circular import)\n"
    )
    (story,) = explained(tmp_path, text)["stories"]
    assert (story["kind"], story["mending"]["works"]) == ("cycle", "")
    assert story["notes"] == [
        "Static analysis alone assumes that shop.a may have any name: shop/a.py:2: globals().update(os.environ)"
    ]


# --- a report for people -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", DENSE)
def test_nothing_in_a_traceback_is_obeyed(shop: Path, text: str) -> None:
    one = text.replace("\n", " ").replace("\r", " ")
    hostile = PLAIN.replace("'Order'", f"'{one.replace(chr(39), '')}'").replace("import User\n", f"import User {one}\n")
    (shop / "log.txt").write_text(f"{hostile}{HEADER}{INNER}ValueError: {one}\n", encoding="utf-8", newline="")
    run = lint(shop, "explain", "--traceback", "log.txt")
    assert lines(run.out)
    assert not obeyed(run.out + run.err)
    assert not obeyed(lint(shop, "explain", "--traceback", "log.txt", "--format", "json").out)


def test_the_report_is_as_long_with_verbose_and_has_colors_on_demand(shop: Path) -> None:
    (shop / "log.txt").write_text(PLAIN, encoding="utf-8")
    plain = lint(shop, "explain", "--traceback", "log.txt").out
    colored = lint(shop, "explain", "--traceback", "log.txt", "--color").out
    assert plain == "\n".join(lines(colored, colors=True)) + "\n"
    assert "\x1b[32m" in colored


# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "message", "what", "module", "name", "hides"),
    [
        ("ImportError", "cannot import name 'x' from 'random' (consider renaming '/a/random.py' since it has the same name as the standard library module named 'random' and prevents importing that standard library module)", Failing.NAME, "random", "x", "stdlib"),
        ("ImportError", "cannot import name 'x' from 'a' (consider renaming '/a/a.py' if it has the same name as a library you intended to import)", Failing.NAME, "a", "x", "library"),
        ("AttributeError", "partially initialized module 'a' from '/a (1)/a.py' has no attribute 'x' (most likely due to a circular import)", Failing.ATTRIBUTE, "a", "x", ""),
        ("AttributeError", "module 'a' has no attribute 'x'. Did you mean: 'y'?", Failing.ATTRIBUTE, "a", "x", ""),
        ("AttributeError", "cannot access submodule 'x' of module 'a' (most likely due to a circular import)", Failing.SUBMODULE, "a", "x", ""),
        ("ModuleNotFoundError", "No module named 'a.b'; 'a' is not a package", Failing.MODULE, "a.b", "", ""),
        ("ImportError", "No module named a.b", Failing.MODULE, "a.b", "", ""),
        ("ImportError", "attempted relative import with no known parent package", Failing.RELATIVE, "", "", ""),
        ("ValueError", "attempted relative import beyond top-level package", Failing.BEYOND, "", "", ""),
        ("pkg.errors.ImportError", "cannot import name 'x' from 'a' (/x (2)/a.py)", Failing.NAME, "a", "x", ""),
    ],
)  # fmt: skip
def test_messages_of_all_versions_are_understood(
    error: str, message: str, what: Failing, module: str, name: str, hides: str
) -> None:
    found = read_message(error, message)
    assert found is not None
    assert (found.what, found.module, found.name, found.hides) == (what, module, name, hides)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("ValueError", "cannot import name 'x' from 'a'"),
        ("ImportError", "libfoo.so: cannot open shared object file"),
        ("AttributeError", "'module' object has no attribute 'x'"),
        ("ImportError", "cannot import name " + "x " * 10_000),
    ],
)
def test_other_messages_are_not(error: str, message: str) -> None:
    assert read_message(error, message) is None


LARGE: dict[str, tuple[Callable[[int], str], int]] = {
    "letters": (lambda n: "x" * n, 50_000),
    "errors": (lambda n: "E   " * n, 5_000),
    "colons": (lambda n: "a:" * n + "1: in x\n", 20_000),
    "log": (lambda n: "2026-03-02 08:15:00 INFO GET /shop 200\n" * n, 500),
    "headers": (lambda n: 'Traceback (most recent call last): File "' * n, 500),
    "colors": (lambda n: "\x1b[31m" * n, 5_000),
    "tracebacks": (lambda n: f"{LONG}\n" * n, 20),
}


@pytest.mark.parametrize(("text", "size"), LARGE.values(), ids=LARGE)
def test_a_large_log_takes_no_more_than_its_length(text: Callable[[int], str], size: int) -> None:
    assert read_tracebacks(f"{text(size)}\n{PLAIN}")[-1].message.startswith("cannot import name 'Order'")
    assert grows_no_faster(read_tracebacks, text, size)
