"""What CPython prints of broken programs: why each fails, and that CPython runs it after the proposed change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.arranging import lint, write
from tests.tracebacks.test_shapes import explained


class Case(NamedTuple):
    """A program, the arguments of Python that show its error, and the kinds of the cause and of the change."""

    files: dict[str, str]
    args: tuple[str, ...]
    kind: str
    mending: str


TYPED = {
    "shop/__init__.py": "",
    "shop/a.py": "from shop.b import B\n\n\nclass A:\n    def b(self) -> B: ...\n",
    "shop/b.py": "from shop.a import A\n\n\nclass B(A):\n    pass\n",
}
CASES = {
    "an import for annotations": Case(TYPED, ("-c", "import shop.a"), "cycle", "type_checking"),
    "a fat package": Case(
        {
            "shop/__init__.py": "",
            "shop/core/__init__.py": "from shop.core.extra import Extra\nfrom shop.core.base import Base\n",
            "shop/core/base.py": "class Base: ...\n",
            "shop/core/extra.py": "from shop.core import Base\n\n\nclass Extra(Base): ...\n",
        },
        ("-c", "import shop.core"),
        "cycle",
        "direct_import",
    ),
    "an import above what the other needs": Case(
        {
            "app.py": "import models\n\ndb = object()\n\nprint(models.User)\n",
            "models.py": "from app import db\n\nUser = db\n",
        },
        ("-c", "import app"),
        "cycle",
        "move",
    ),
    "a name for a function": Case(
        {
            "shop/__init__.py": "",
            "shop/a.py": "from shop.b import b\n\n\ndef a():\n    return b()\n\n\nA = 1\n",
            "shop/b.py": "from shop.a import A\n\nB = A\n\n\ndef b():\n    return B\n",
        },
        ("-c", "import shop.b"),
        "cycle",
        "defer",
    ),
    "a script that is imported too": Case(
        {
            "app.py": "from models import User\n\ndb = object()\n\n\ndef use():\n    return User\n",
            "models.py": "from app import db\n\nUser = db\n",
        },
        ("app.py",),
        "cycle",
        "defer",
    ),
    "python -m": Case(TYPED, ("-m", "shop.a"), "cycle", "type_checking"),
    "a computed name": Case(
        {
            "shop/__init__.py": "",
            "shop/load.py": "from importlib import import_module\n\n"
            "plugins = [import_module('shop.' + name) for name in ('plugin',)]\n\nregistry = {}\n",
            "shop/plugin.py": "from shop.load import registry\n\n\ndef register():\n    registry[1] = 1\n",
        },
        ("-c", "import shop.load"),
        "cycle",
        "module_form",
    ),
    "a function that is called": Case(
        {
            "shop/__init__.py": "",
            "shop/a.py": "from shop.b import setup\n\nsetup()\nNAME = 1\n\n\ndef get(x: 'int'): ...\n",
            "shop/b.py": "def setup():\n    from shop.a import NAME\n    return NAME\n",
        },
        ("-c", "import shop.a"),
        "cycle",
        "restructure",
    ),
    "two changes": Case(
        {
            "shop/__init__.py": "",
            "shop/a.py": "from shop.b import B\n\n\nclass A1: ...\n\n\nclass A2:\n    def b(self) -> B: ...\n",
            "shop/b.py": "from shop.a import A1\nfrom shop.c import C\n\n\nclass B(A1, C): ...\n",
            "shop/c.py": "from shop.a import A2\n\n\nclass C(A2): ...\n",
        },
        ("-c", "import shop.a"),
        "cycle",
        "type_checking",
    ),
    "an attribute of a module": Case(
        {
            "shop/__init__.py": "",
            "shop/a.py": "from shop.b import B\n\n\nclass A:\n    def b(self) -> B: ...\n",
            "shop/b.py": "import shop.a\n\n\nclass B(shop.a.A): ...\n",
        },
        ("-c", "import shop.a"),
        "cycle",
        "type_checking",
    ),
    "lines that end in two characters": Case(
        {name: text.replace("\n", "\r\n") for name, text in TYPED.items()},
        ("-c", "import shop.a"),
        "cycle",
        "type_checking",
    ),
    "no newline at the end": Case(
        {name: text.rstrip("\n") for name, text in TYPED.items()}, ("-c", "import shop.a"), "cycle", "type_checking"
    ),
    "a file that hides the standard library": Case(
        {"random.py": "NAME = 1\n", "dice.py": "import random\n\nprint(random.randint(1, 6))\n"},
        ("dice.py",),
        "hidden_library",
        "rename",
    ),
    "a file that imports its own name": Case(
        {"random.py": "import random\n\nprint(random.randint(1, 6))\n", "main.py": "import random\n"},
        ("-c", "try: import random_\nexcept ImportError: import random"),
        "hidden_library",
        "rename",
    ),
    "a file that hides it from a library": Case(
        {"main.py": "import tempfile\n", "random.py": "NAME = 1\n"}, ("main.py",), "hidden_library", "rename"
    ),
    "a file that hides a package of the standard library": Case(
        {"email.py": "", "main.py": "from email.message import Message\n"}, ("main.py",), "hidden_library", "rename"
    ),
    "a misspelled module": Case(
        {"shop/__init__.py": "", "shop/models.py": "x = 1\n", "shop/a.py": "from shop.modles import x\n"},
        ("-c", "import shop.a"),
        "missing_module",
        "import",
    ),
    "a misspelled package": Case(
        {
            "shop/__init__.py": "",
            "shop/core/__init__.py": "",
            "shop/core/db.py": "x = 1\n",
            "a.py": "from shop.corre.db import x\n",
        },
        ("a.py",),
        "missing_module",
        "import",
    ),
    "names of a module in a package beside": Case(
        {
            "shop/__init__.py": "",
            "shop/core/__init__.py": "",
            "shop/core/db.py": "x = 1\n",
            "shop/a.py": "from core.db import x\n",
        },
        ("-c", "import shop.a"),
        "missing_module",
        "import",
    ),
    "a module beside": Case(
        {"shop/__init__.py": "", "shop/models.py": "x = 1\n", "shop/a.py": "import models\n\nprint(models.x)\n"},
        ("-c", "import shop.a"),
        "missing_module",
        "import",
    ),
    "names of a module beside": Case(
        {"shop/__init__.py": "", "shop/models.py": "x = 1\n", "shop/a.py": "from models import x\n"},
        ("-c", "import shop.a"),
        "missing_module",
        "import",
    ),
    "a relative import without a package": Case(
        {"app.py": "from .models import x\n", "models.py": "x = 1\n"}, ("app.py",), "outside_package", "import"
    ),
    "a submodule that nothing imports": Case(
        {
            "shop/__init__.py": "",
            "shop/tools/__init__.py": "",
            "shop/tools/x.py": "y = 1\n",
            "shop/a.py": "import shop.tools\n\nprint(shop.tools.x.y)\n",
        },
        ("-c", "import shop.a"),
        "missing_import",
        "import",
    ),
    "a name that is defined elsewhere": Case(
        {
            "shop/__init__.py": "",
            "shop/models.py": "",
            "shop/users.py": "class User: ...\n",
            "shop/a.py": "from shop.models import User\n",
        },
        ("-c", "import shop.a"),
        "missing_name",
        "direct_import",
    ),
}
WITHOUT_A_DIFF = {
    "a script in its package": Case(TYPED, ("shop/a.py",), "outside_package", "run"),
    "a script with the name of its package": Case(
        {"shop/shop.py": "import shop.models\n", "shop/models.py": ""}, ("shop/shop.py",), "hidden_package", "run"
    ),
    "a relative import in a script": Case(
        {"shop/__init__.py": "", "shop/b.py": "", "shop/a.py": "from . import b\n"},
        ("shop/a.py",),
        "outside_package",
        "run",
    ),
    "a relative import beyond the package": Case(
        {"shop/__init__.py": "", "shop/api/__init__.py": "", "shop/api/a.py": "from ... import b\n"},
        ("-c", "import shop.api.a"),
        "outside_package",
        "",
    ),
    "a package that is not installed": Case({"a.py": "import simplejsonx\n"}, ("a.py",), "missing_module", ""),
    "a misspelled name": Case(
        {"shop/__init__.py": "", "shop/models.py": "class User: ...\n", "shop/a.py": "from shop.models import Usr\n"},
        ("-c", "import shop.a"),
        "missing_name",
        "",
    ),
    "an extension that is not built": Case(
        {"shop/__init__.py": "from shop import _speedups\n"}, ("-c", "import shop"), "missing_name", ""
    ),
}


def run(folder: Path, args: tuple[str, ...]) -> str:
    """Return what Python prints as an error; "" if it runs."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", *args],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stderr if done.returncode else ""


def apply(folder: Path, diff: list[str]) -> None:
    """Make the changes of a diff in a folder."""
    text = "".join(f"{line}\n" for line in diff).encode()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)  # noqa: S607
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, input=text, check=True)  # noqa: S607


def story_of(folder: Path, case: Case) -> dict[str, Any]:
    write(folder, case.files)
    printed = run(folder, case.args)
    assert printed, "this program is not broken"
    (story,) = explained(folder, printed)["stories"]
    assert isinstance(story, dict)
    return story


@pytest.mark.parametrize("name", CASES)
def test_the_change_makes_the_program_run(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    story = story_of(tmp_path, case)

    assert (story["kind"], story["mending"]["kind"]) == (case.kind, case.mending)
    if case.mending != "restructure":
        apply(tmp_path, story["mending"]["diff"])
        assert run(tmp_path, case.args) == ""


@pytest.mark.parametrize("name", WITHOUT_A_DIFF)
def test_the_cause_is_told_where_no_file_has_to_change(name: str, tmp_path: Path) -> None:
    case = WITHOUT_A_DIFF[name]
    story = story_of(tmp_path, case)

    assert story["kind"] == case.kind
    assert (story["mending"] or {"kind": ""})["kind"] == case.mending
    assert story["sentences"]
    text = lint(tmp_path, "explain", "--traceback", "log.txt")
    assert (text.status, text.err) == (0, "")
    assert all(sentence in text.out for sentence in story["sentences"])
