"""Imports of what is not there: no cycle is to blame, although Python may say so."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from import_contracts.crashes.bodies import Bodies, CodeCache
from import_contracts.crashes.missing import MissingImports
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.reading.source.text import Source
from tests.support.arranging import lint, write
from tests.support.crashes import imported_by_cpython

HERE = (sys.version_info.major, sys.version_info.minor)
Files = dict[str, str]

CIRCULAR = "(most likely due to a circular import)"
_NAME = "ImportError: cannot import name '{}' from '{}' ({})"
_PARTIAL = "ImportError: cannot import name '{}' from partially initialized module '{}' " + CIRCULAR + " ({})"
_MODULE = "ModuleNotFoundError: No module named '{}'"

# The files of a program; what is missing, by importer and line, with what Python prints.
MISSING: dict[str, tuple[Files, dict[tuple[str, int], tuple[str, str]]]] = {
    "a submodule of the package itself": (
        {"z/__init__.py": "from . import nosuch"},
        {("z", 1): ("z.nosuch", _PARTIAL.format("nosuch", "z", "z/__init__.py"))},
    ),
    "a submodule of the package itself, that is used": (
        {"z/__init__.py": "import os\nfrom z import nosuch\nnosuch.x()\n__all__ = ['nosuch']"},
        {("z", 2): ("z.nosuch", _PARTIAL.format("nosuch", "z", "z/__init__.py"))},
    ),
    "a submodule by its full name": (
        {"z/__init__.py": "import z.nosuch"},
        {("z", 1): ("z.nosuch", _MODULE.format("z.nosuch"))},
    ),
    "a name of a submodule": (
        {"z/__init__.py": "", "z/a.py": "from z.nosuch import y"},
        {("z.a", 1): ("z.nosuch", _MODULE.format("z.nosuch"))},
    ),
    "a relative one": (
        {"z/__init__.py": "", "z/a.py": "from .nosuch import y"},
        {("z.a", 1): ("z.nosuch", _MODULE.format("z.nosuch"))},
    ),
    "deep inside": (
        {"z/__init__.py": "", "z/a.py": "import z.no.such.thing"},
        {("z.a", 1): ("z.no", _MODULE.format("z.no"))},
    ),
    "a submodule of a module": (
        {"z/__init__.py": "", "z/a.py": "import z.b.c", "z/b.py": ""},
        {("z.a", 1): ("z.b.c", _MODULE.format("z.b.c") + "; 'z.b' is not a package")},
    ),
    "a name of a package": (
        {"z/__init__.py": "x = 1", "z/a.py": "from z import nosuch"},
        {("z.a", 1): ("z.nosuch", _NAME.format("nosuch", "z", "z/__init__.py"))},
    ),
    "a name of a package that imports the module": (
        {"z/__init__.py": "from z.a import y", "z/a.py": "from z import nosuch\ny = 1"},
        {("z.a", 1): ("z.nosuch", _PARTIAL.format("nosuch", "z", "z/__init__.py"))},
    ),
    "a name of a module": (
        {"z/__init__.py": "", "z/a.py": "from z.b import nosuch, y", "z/b.py": "y = 1"},
        {("z.a", 1): ("z.b.nosuch", _NAME.format("nosuch", "z.b", "z/b.py"))},
    ),
    "a name that the module only uses": (
        {"z/__init__.py": "", "z/a.py": "from z.b import nosuch", "z/b.py": "def f(): return nosuch.x\n# nosuch"},
        {("z.a", 1): ("z.b.nosuch", _NAME.format("nosuch", "z.b", "z/b.py"))},
    ),
    "upper case": (
        {"z/__init__.py": "", "z/a.py": "from z import B", "z/b.py": ""},
        {("z.a", 1): ("z.B", _NAME.format("B", "z", "z/__init__.py"))},
    ),
    "in a class": (
        {"z/__init__.py": "", "z/a.py": "class C:\n    from z import nosuch"},
        {("z.a", 2): ("z.nosuch", _NAME.format("nosuch", "z", "z/__init__.py"))},
    ),
    "with a clean-up": (
        {"z/__init__.py": "", "z/a.py": "try:\n    from z import nosuch\nfinally:\n    pass"},
        {("z.a", 2): ("z.nosuch", _NAME.format("nosuch", "z", "z/__init__.py"))},
    ),
    "not even in a star import": (
        {
            "z/__init__.py": "from z.b import *",
            "z/a.py": "from z import nosuch",
            "z/b.py": "y = 1\nfrom z.c import *",
            "z/c.py": "",
        },
        {("z.a", 1): ("z.nosuch", _NAME.format("nosuch", "z", "z/__init__.py"))},
    ),
}

_A = "from z import x"
# Programs in which x is there, may be, or is not needed.
THERE: dict[str, Files] = {
    "a variable": {"z/__init__.py": "x = 1", "z/a.py": _A},
    "a variable among others": {"z/__init__.py": "w, (x, y) = 1, (2, 3)", "z/a.py": _A},
    "a function": {"z/__init__.py": "def x(): pass", "z/a.py": _A},
    "a class": {"z/__init__.py": "class x: pass", "z/a.py": _A},
    "a submodule": {"z/__init__.py": "", "z/x.py": "", "z/a.py": _A},
    "a folder": {"z/__init__.py": "", "z/x/y.py": "", "z/a.py": _A},
    "an import": {"z/__init__.py": "import os as x", "z/a.py": _A},
    "a loop": {"z/__init__.py": "for x in [1]: pass", "z/a.py": _A},
    "a walrus": {"z/__init__.py": "print(x := 1)", "z/a.py": _A},
    "a pattern": {"z/__init__.py": "match 1:\n    case x: pass", "z/a.py": _A},
    "a branch": {"z/__init__.py": "import os\nif os.name:\n    x = 1", "z/a.py": _A},
    "__getattr__": {"z/__init__.py": "def __getattr__(name): return 1", "z/a.py": _A},
    "globals": {"z/__init__.py": "globals()['x'] = 1", "z/a.py": _A},
    "exec": {"z/__init__.py": "exec('x' + '=1')", "z/a.py": _A},
    "vars": {"z/__init__.py": "vars()['x'] = 1", "z/a.py": _A},
    "setattr": {"z/__init__.py": "import sys\nsetattr(sys.modules[__name__], 'x', 1)", "z/a.py": _A},
    "a global in a function": {"z/__init__.py": "def f():\n    global x\n    x = 1\nf()", "z/a.py": _A},
    "a star import of the program": {"z/__init__.py": "from z.b import *", "z/b.py": "x = 1", "z/a.py": _A},
    "a star import of another program": {"z/__init__.py": "from os.path import *", "z/a.py": "from z import join"},
    "a star import": {"z/__init__.py": "", "z/a.py": "from z import *"},
    "what every module has": {
        "z/__init__.py": "",
        "z/a.py": "from z import __doc__, __path__, __file__, __name__, __dict__",
    },
    "another folder of the package": {
        "z/__init__.py": "import os\n__path__.append(os.path.join(__path__[0], '..', 'more'))",
        "more/x.py": "",
        "z/a.py": "import z.x\nfrom z import x",
    },
    "sys.modules": {"z/__init__.py": "import sys, os\nsys.modules['z.x'] = os\nx = os", "z/a.py": "import z.x"},
    "a namespace": {"z/b/c.py": "", "z/a.py": "try:\n    import z.x\nexcept ImportError:\n    pass"},
    "what is caught": {"z/__init__.py": "", "z/a.py": "try:\n    from z import x\nexcept ImportError:\n    x = None"},
    "what is suppressed": {
        "z/__init__.py": "",
        "z/a.py": "from contextlib import suppress\nwith suppress(ImportError):\n    import z.x",
    },
    "what only a function imports": {"z/__init__.py": "", "z/a.py": "def f():\n    from z import x"},
    "what only type checkers import": {
        "z/__init__.py": "",
        "z/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from z import x",
    },
    "what one branch imports": {"z/__init__.py": "", "z/a.py": "import os\nif os.sep == 'x':\n    from z import x"},
    "what a script imports": {"z/__init__.py": "", "z/a.py": "if __name__ == '__main__':\n    from z import x"},
    "what comes after an exception": {"z/__init__.py": "", "z/a.py": "raise SystemExit(0)\nfrom z import x"},
    "the package itself": {"z/__init__.py": "x = 1\nfrom . import x\nimport z", "z/a.py": "from . import a"},
    "an old module": {"z/__init__.py": "", "z/a.py": "import sys\nif sys.version_info < (3, 9):\n    import z.x"},
}


def found(files: Files) -> dict[tuple[str, int], tuple[str, str]]:
    sources = {}
    for path, text in files.items():
        module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        sources[module] = Source(module, path, path.endswith("__init__.py"), text)
    namespaces = {module.rpartition(".")[0] for module in sources} - {*sources, ""}
    modules = sources.keys() | namespaces
    imports = {module: possible_imports(source, modules) for module, source in sources.items()}
    model = ImportModel(sources, imports, HERE, namespaces)
    missing = MissingImports(model, Bodies(model, CodeCache()), model.modules.__contains__).of(sorted(sources))
    return {(each.importer, each.line): (each.imported, each.message) for each in missing}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_found(name: str) -> None:
    files, expected = MISSING[name]
    assert found(files) == expected


@pytest.mark.parametrize("name", MISSING)
def test_python_prints_the_same(name: str, tmp_path: Path) -> None:
    files, expected = MISSING[name]
    folder = write(tmp_path, dict(files)).resolve()
    told = imported_by_cpython(sys.executable, folder, [importer for importer, _ in expected])
    said = {entry: f"{each[0]}: {each[1]}".replace(f"{folder}/", "") for entry, each in told.items() if each}
    circular = {importer: message for (importer, _), (_, message) in expected.items()}
    if HERE >= (3, 13):  # where a folder of its own may hide another module, it says that instead
        said = {
            entry: circular[entry] if "consider renaming" in message else message for entry, message in said.items()
        }
    assert said == circular


@pytest.mark.parametrize("name", THERE)
def test_what_is_there_or_may_be_is_not_missing(name: str) -> None:
    assert found(THERE[name]) == {}


@pytest.mark.parametrize("name", sorted(THERE.keys() - {"what comes after an exception"}))
@pytest.mark.slow
def test_python_imports_what_is_there(name: str, tmp_path: Path) -> None:
    folder = write(tmp_path, dict(THERE[name]))
    assert imported_by_cpython(sys.executable, folder, ["z.a"]) == {"z.a": None}


def cycles(folder: Path, *arguments: str) -> str:
    return lint(folder, "cycles", "z", "--python", "3.13", *arguments).out


def test_a_missing_submodule_is_no_cycle(tmp_path: Path) -> None:
    folder = write(tmp_path, {"z/__init__.py": "from . import nosuch"})
    message = _PARTIAL.format("nosuch", "z", "z/__init__.py")
    assert (
        cycles(folder)
        == f"""\
Missing modules and names (not caused by a cycle)

  z/__init__.py:1: from . import nosuch
    {message}
    There is no module z.nosuch, and z does not define nosuch.

1 module, 0 imports: 0 cycles; 0 modules crash when imported first (Python 3.13); 1 statement imports what is missing.
"""
    )
    assert cycles(folder, "--quick") == "1 module, 0 imports: 0 cycles.\n"


def test_an_import_of_more_than_what_is_missing_still_is_one(tmp_path: Path) -> None:
    folder = write(tmp_path, {"z/__init__.py": "x = 1\nfrom . import nosuch, x"})
    report = json.loads(cycles(folder, "--format", "json"))
    assert [each["imported"] for each in report["missing"]] == ["z.nosuch"]
    assert [each["modules"] for each in report["cycles"]] == [["z"]]


@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        ({"z/nosuch.so": ""}, ()),
        ({"z/nosuch.pyi": ""}, ()),
        ({"z/nosuch.py": ""}, ("--exclude", "nosuch.py")),
        ({"z/nosuch/__init__.py": ""}, ("--exclude", "nosuch")),
    ],
)
def test_a_module_without_source_and_one_that_is_excluded_are_there(
    files: Files, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    folder = write(tmp_path, {"z/__init__.py": "from . import nosuch\nimport z.nosuch", **files})
    assert json.loads(cycles(folder, *arguments, "--format", "json"))["missing"] == []


def test_what_was_missing_is_not_after_a_compiled_module_is_there(tmp_path: Path) -> None:
    folder = write(tmp_path, {"z/__init__.py": "from . import nosuch"})
    assert "is missing" in cycles(folder)
    assert "is missing" in cycles(folder)
    write(folder, {"z/nosuch.so": ""})
    assert "is missing" not in cycles(folder)


def test_what_may_be_meant_is_told(tmp_path: Path) -> None:
    folder = write(
        tmp_path, {"z/__init__.py": "", "z/a.py": "from z import B\nimport z.oders", "z/b.py": "", "z/orders.py": ""}
    )
    text = cycles(folder)
    assert "There is no module z.B, and z does not define B. Did you mean 'z.b'?" in text
    assert "There is no module z.oders. Did you mean 'z.orders'?" in text


def test_other_formats_have_it_as_a_warning(tmp_path: Path) -> None:
    folder = write(tmp_path, {"z/__init__.py": "import z.nosuch"})
    warning = "z/__init__.py:1:1: warning: ModuleNotFoundError: No module named 'z.nosuch' (not caused by a cycle)."
    assert cycles(folder, "--format", "concise").startswith(warning)
