"""What CPython 3.14 and 3.15 do, which few machines have yet: asked under Node, of small programs."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import click
import pytest
import tomli

import import_contracts
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.messages import message_of_lazy
from tests.crashes.test_crashes import ANNOTATIONS, BINDINGS, LAZY, LINES, RULES, binding, marked, sources
from tests.crashes.test_messages import PROGRAMS, Files, crashes_of
from tests.support.arranging import configuration, contract, lint, write
from tests.support.crashes import is_circular
from tests.support.pyodide import PACKAGES, Version, ask, imported

pytestmark = [pytest.mark.pyodide, pytest.mark.slow]
VERSIONS = sorted(PACKAGES)
NEWEST = (3, 15)

_A = "from p.b import y\nx = 1"
_PACKAGE = {"p/__init__.py": ""}
LAZILY: dict[str, Files] = {
    "a_lazy_name_that_fails": {"p/a.py": "lazy from p.b import y\ny\nx = 1", "p/b.py": "from p.a import x\ny = 1"},
    "a_lazy_attribute_that_fails": {"p/a.py": "lazy from p.b import y\ny\nx = 1", "p/b.py": "import p.a as a\ny = a.x"},
    "a_lazy_name_of_what_fails": {"p/a.py": _A, "p/b.py": "lazy from p.a import x\ny = x"},
    "a_lazy_module": {"p/a.py": _A, "p/b.py": "lazy import p.a\ny = p.a.x"},
    "a_lazy_alias": {"p/a.py": _A, "p/b.py": "lazy import p.a as a\ny = a.x"},
    "a_lazy_name_that_is_not_used": {"p/a.py": _A, "p/b.py": "lazy from p.a import x\ny = 1"},
    "a_lazy_submodule": {"p/a.py": _A, "p/b.py": "lazy import p.a\nimport p as q\ny = q.a"},
    "a_submodule_of_a_lazy_name": {"p/a.py": _A, "p/b.py": "lazy from p.a import x\nimport p as q\ny = q.a"},
    "a_lazy_name_of_a_package": {"p/a.py": _A, "p/b.py": "lazy from p import a\nimport p as q\ny = q.a"},
    "a_submodule_of_a_lazy_alias": {"p/a.py": "x = 1", "p/b.py": "lazy import p.a as z\nimport p as q\ny = q.a"},
    "a_lazy_name_in_a_star": {"p/a.py": "lazy from p.b import y\nx = 1", "p/b.py": "from p.a import *\ny = 1"},
    "a_lazy_name_in_a_function": {
        "p/a.py": _A,
        "p/b.py": "lazy from p.a import x\ndef f(): return x\ny = f()",
    },
    "a_lazy_name_that_is_caught": {
        "p/a.py": _A,
        "p/b.py": "lazy from p.a import x\ntry:\n    x\nexcept ImportError:\n    pass\ny = 1",
    },
    "a_lazy_name_in_an_annotation": {"p/a.py": _A, "p/b.py": "lazy from p.a import x\nclass C:\n    z: x\ny = 1"},
    "lazy_modules_in_a_mapping": {"p/a.py": _A, "p/b.py": "__lazy_modules__ = {'p.a': 1}\nfrom p.a import x\ny = 1"},
    "lazy_modules_in_a_text": {"p/a.py": _A, "p/b.py": "__lazy_modules__ = 'p.a'\nfrom p.a import x\ny = 1"},
    "lazy_modules": {"p/a.py": _A, "p/b.py": "__lazy_modules__ = ['p.a']\nfrom p.a import x\ny = 1"},
    "lazy_modules_that_are_used": {"p/a.py": _A, "p/b.py": "__lazy_modules__ = ['p.a']\nfrom p.a import x\ny = x"},
}


def programs(version: Version) -> dict[str, Files]:
    """Return the programs of all tests of crashes that a version can read, each with a name of its own."""
    files = [inner for inner, _ in RULES.values()]
    texts = [*LINES, *ANNOTATIONS, *(LAZY if version >= NEWEST else ())]
    files += [marked(text)[0] for text in texts] + [binding(text) for text in BINDINGS]
    found = {f"program{number}": {each.path: each.text for each in sources(of)} for number, of in enumerate(files)}
    found |= PROGRAMS
    return found | ({name: _PACKAGE | of for name, of in LAZILY.items()} if version >= NEWEST else {})


@pytest.mark.parametrize("version", VERSIONS)
def test_what_crashes_is_predicted_and_told_in_the_words_of_that_python(version: Version) -> None:
    asked = programs(version)
    truth = imported(version, asked)
    wrong = {}
    for name, files in asked.items():
        predicted = crashes_of(files, version)
        for entry, said in truth[name].items():
            if said is not None and said[0].startswith("SyntaxError"):
                continue  # in both texts of a line and of a binding there is something before it
            is_ours = said is not None and is_circular(said[0])
            told = _messages(predicted[entry]) if entry in predicted else None
            if told != (said if is_ours else None):
                wrong[f"{name}: {entry}"] = (said, told, files)
    assert not wrong, "\n".join(map(str, wrong.items()))


def _messages(crash: Crash) -> list[str]:
    return [crash.message, *([message_of_lazy(crash.lazy)] if crash.lazy else [])]


TOML = [
    "a = 1",
    "a = {b = 1,}",
    "a = {\n  b = 1,  # why\n  c = [\n1],\n}",
    "a = {b = 1\n}",
    'a = "\\e\\x41"',
    "a = 07:32",
    "a = 1979-05-27 07:32",
    "a = 1979-05-27T07:32Z",
    "a = 07:32:00.5",
    "a = 1.",
    "a = 0x_1",
    "ä = 1",
    '"ä" = 1',
    'a = "\\x4"',
    'a = "\\u00e9\\U0001F600"',
    "a = 1\na = 2",
    "[a]\nb = 1\n[a]",
    "a = '''\n\x00'''",
    "a = [1,,2]",
    "a = {,}",
    "a = {b = 1, b = 2}",
    "a.b = 1\n[a]\nc = 1",
    "a = 'x' # \x7f",
    "a = 2026-02-30",
]


def test_toml_is_read_as_python_315_reads_it() -> None:
    program = (
        "import json, tomllib\n"
        "def read(text):\n"
        "    try:\n        return repr(tomllib.loads(text))\n"
        "    except tomllib.TOMLDecodeError:\n        return None\n"
        "json.dumps([read(each) for each in json.loads(asked)])"
    )
    assert ask(NEWEST, program, TOML) == list(map(_read, TOML))


def _read(text: str) -> str | None:
    try:
        return repr(tomli.loads(text))
    except tomli.TOMLDecodeError:
        return None


_RUN = r"""
import contextlib, io, json, os, sys, threading

threading.Thread.start = threading.Thread.join = lambda *_: None  # WebAssembly has none; only progress is shown in one

def run(program):
    for path, text in program["files"].items():
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    from import_contracts.cli import main
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            main(program["arguments"])
        except SystemExit as stop:
            out.flush()
            return [stop.code, out.buffer.getvalue().decode()]

asked = json.loads(asked)
os.makedirs("/site")
os.chdir("/site")
for path, text in asked["site"].items():
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
sys.path.insert(0, "/site")
answers = []
for number, program in enumerate(asked["programs"]):
    os.makedirs(f"/programs/{number}")
    os.chdir(f"/programs/{number}")
    answers.append(run(program))
json.dumps(answers)
"""


def _sources_of(*packages: ModuleType) -> dict[str, str]:
    """Return the texts of all files of packages, by path in the folder that has the package."""
    folders = [Path(str(package.__file__)).parent for package in packages]
    return {
        path.relative_to(folder.parent).as_posix(): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tool_itself_runs_there_and_reports_the_same(version: Version, tmp_path: Path) -> None:
    future = "from __future__ import annotations\n"  # which fixes need not add, whatever Python runs
    shop = {
        "shop/__init__.py": "",
        "shop/orders.py": f"{future}from shop.users import User\nclass Order:\n    def owner(self) -> User: ...\n",
        "shop/users.py": f"{future}from shop.orders import Order\nclass User:\n    def orders(self) -> Order: ...\n",
        "pyproject.toml": configuration(contract("rings", "acyclic"), contract("crashes", "crash", python="3.13")),
    }
    runs = [
        ["check"],
        ["check", "--format", "json"],
        ["cycles", "--python", "3.13"],
        ["explain", "shop.orders", "shop.users"],
    ]
    asked = [
        {"files": shop, "arguments": [*arguments, "--no-cache"] if arguments[0] != "explain" else arguments}
        for arguments in runs
    ]
    answers = ask(version, _RUN, {"site": _sources_of(import_contracts, click, tomli), "programs": asked})
    for number, (arguments, answer) in enumerate(zip(runs, answers, strict=True)):
        here = lint(write(tmp_path / str(number), dict(shop)), *arguments)
        assert answer[1] == here.out
        assert answer[0] == here.status
