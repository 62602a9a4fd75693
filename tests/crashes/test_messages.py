"""What Python prints about an import that fails, in the words of the version that is asked about."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from import_contracts.crashes.crash import Crash
from import_contracts.crashes.messages import Lack, message, message_at_root
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.search import search_crashes
from import_contracts.reading.source.text import Source
from tests.support.arranging import lint, write
from tests.support.crashes import imported_by_cpython, is_circular

HERE = (sys.version_info.major, sys.version_info.minor)
Files = dict[str, str]

_Y = "from {p}.b import y\nx = 1"
# Each name is that of a program.
PROGRAMS: dict[str, Files] = {
    "a_name": {"p/__init__.py": "", "p/a.py": _Y.format(p="p"), "p/b.py": "from p.a import x\ny = 1"},
    "an_attribute": {"p/__init__.py": "", "p/a.py": _Y.format(p="p"), "p/b.py": "import p.a as a\ny = a.x"},
    "an_attribute_by_name": {
        "p/__init__.py": "",
        "p/a.py": _Y.format(p="p"),
        "p/b.py": "import p.a as a\ny = 1\nfrom p.a import *\na.x",
    },
    "a_star": {
        "p/__init__.py": "",
        "p/a.py": "__all__ = ['x']\nfrom p.b import y\nx = 1",
        "p/b.py": "from p.a import *\ny = 1",
    },
    "a_submodule": {"p/__init__.py": "", "p/a.py": "import p.b\nx = 1", "p/b.py": "import p\nimport p.a\ny = p.a"},
    "a_package_of_a_submodule": {
        "p/__init__.py": "",
        "p/q/__init__.py": "import p.q.a",
        "p/q/a.py": "import p.q.b",
        "p/q/b.py": "import p\nz = p.q.a",
    },
    "a_name_of_a_root": {"mem/__init__.py": "from .mn import C\nx = 1", "mem/mn.py": "from mem import x\nC = 1"},
    "an_attribute_of_a_root": {"mem/__init__.py": "from .mn import C\nx = 1", "mem/mn.py": "import mem\nC = mem.x"},
    "a_submodule_of_a_root": {
        "mem/__init__.py": "from .mn import C\nfrom . import bh",
        "mem/mn.py": "import mem\nC = mem.bh",
        "mem/bh.py": "",
    },
    "a_name_of_the_standard_library": {
        "wave/__init__.py": "from .mn import C\nx = 1",
        "wave/mn.py": "from wave import x\nC = 1",
    },
    "an_attribute_of_the_standard_library": {
        "wave/__init__.py": "from .mn import C\nx = 1",
        "wave/mn.py": "import wave\nC = wave.x",
    },
    "a_submodule_of_the_standard_library": {
        "wave/__init__.py": "",
        "wave/a.py": "import wave.b\nx = 1",
        "wave/b.py": "import wave\nimport wave.a\ny = wave.a",
    },
    "a_name_inside_of_a_namespace": {
        "n/q/__init__.py": "from n.q.a import y\nx = 1",
        "n/q/a.py": "from n.q import x\ny = 1",
    },
}


def module_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def crashes_of(files: Files, version: tuple[int, int]) -> dict[str, Crash]:
    """Return the crashes of a program by entry, as a version of Python is predicted to have them."""
    sources = {
        module_of(path): Source(module_of(path), path, path.endswith("__init__.py"), text)
        for path, text in files.items()
    }
    namespaces = {module.rpartition(".")[0] for module in sources} - {*sources, ""}
    modules = sources.keys() | namespaces
    imports = {module: possible_imports(source, modules) for module, source in sources.items()}
    return {crash.entry: crash for crash in search_crashes(ImportModel(sources, imports, version, namespaces)).crashes}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_this_python_prints_is_told(name: str, tmp_path: Path) -> None:
    files = PROGRAMS[name]
    folder = write(tmp_path, dict(files)).resolve()
    told = {
        entry: f"{outcome[0]}: {outcome[1]}".replace(f"{folder}/", "")
        for entry, outcome in imported_by_cpython(sys.executable, folder, map(module_of, files)).items()
        if outcome
    }
    predicted = crashes_of(files, HERE)
    assert predicted.keys() == told.keys()
    newest = crashes_of(files, (3, 14) if HERE == (3, 13) else HERE)  # the words of 3.14 are those of 3.13.2 too
    for entry, crash in predicted.items():
        assert told[entry] in {crash.message_at_root or crash.message, newest[entry].message_at_root}


def test_some_of_these_crashes_are_what_python_calls_circular() -> None:
    said = [crash.message for files in PROGRAMS.values() for crash in crashes_of(files, HERE).values()]
    assert len(said) > 20
    assert all(map(is_circular, said))


CIRCULAR = "(most likely due to a circular import)"
X = Lack("AttributeError", "mem", "x", "mem/__init__.py", is_submodule=False)
NAME = Lack("ImportError", "mem", "x", "mem/__init__.py", is_submodule=False)
STANDARD = Lack("AttributeError", "wave", "x", "wave.py", is_submodule=False)
INSIDE = Lack("AttributeError", "wave", "a", "wave/__init__.py", is_submodule=True)


@pytest.mark.parametrize(
    ("lack", "version", "text"),
    [
        (X, (3, 12), f"partially initialized module 'mem' has no attribute 'x' {CIRCULAR}"),
        (
            X,
            (3, 13),
            f"partially initialized module 'mem' from 'mem/__init__.py' has no attribute 'x' {CIRCULAR}",
        ),
        (
            NAME,
            (3, 15),
            f"cannot import name 'x' from partially initialized module 'mem' {CIRCULAR} (mem/__init__.py)",
        ),
        (INSIDE, (3, 15), f"cannot access submodule 'a' of module 'wave' {CIRCULAR}"),
    ],
)
def test_what_is_printed(lack: Lack, version: tuple[int, int], text: str) -> None:
    assert message(lack, version) == f"{lack.error}: {text}"


LIBRARY = "(consider renaming 'mem/__init__.py' if it has the same name as a library you intended to import)"
OLD_LIBRARY = LIBRARY.replace("library", "third-party module")
PRECEDENCE = (
    "(consider renaming 'wave.py' since it has the same name as the standard library module named 'wave' "
    "and the import system gives it precedence)"
)
PREVENTS = PRECEDENCE.replace(
    "the import system gives it precedence", "prevents importing that standard library module"
)


@pytest.mark.parametrize(
    ("lack", "version", "text"),
    [
        (X, (3, 12), None),
        (X, (3, 13), f"module 'mem' has no attribute 'x' {OLD_LIBRARY}"),
        (X, (3, 14), f"module 'mem' has no attribute 'x' {LIBRARY}"),
        (NAME, (3, 13), None),
        (NAME, (3, 14), f"cannot import name 'x' from 'mem' {LIBRARY}"),
        (STANDARD, (3, 13), f"module 'wave' has no attribute 'x' {PRECEDENCE}"),
        (STANDARD, (3, 15), f"module 'wave' has no attribute 'x' {PREVENTS}"),
        (INSIDE, (3, 14), f"module 'wave' has no attribute 'a' {PREVENTS.replace('wave.py', 'wave/__init__.py')}"),
        (Lack("AttributeError", "mem", "a", "mem/__init__.py", is_submodule=True), (3, 14), None),
        (Lack("AttributeError", "mem", "x", "src/mem/__init__.py", is_submodule=False), (3, 14), None),
        (Lack("AttributeError", "mem.a", "x", "mem/a.py", is_submodule=False), (3, 14), None),
    ],
)
def test_what_is_printed_where_the_folder_is_first_on_the_path(
    lack: Lack, version: tuple[int, int], text: str | None
) -> None:
    assert message_at_root(lack, version) == (text and f"{lack.error}: {text}")


def test_concise_names_the_module_that_is_imported_first(tmp_path: Path) -> None:
    write(
        tmp_path, {"p/__init__.py": "from p.a import x", "p/a.py": "import p.b\nx = 1", "p/b.py": "from p.a import x"}
    )
    lines = lint(tmp_path, "cycles", "p", "--python", "3.12", "--format", "concise").out.splitlines()
    text = f"ImportError: cannot import name 'x' from partially initialized module 'p.a' {CIRCULAR} (p/a.py)"
    assert [line for line in lines if " crashes " in line] == [
        f"p/b.py:1:1: crashes {text}. Fix: p/a.py:1: move this import below what the other module needs "
        f"(stops 3 crashes) (import {entry}: p -> p.a -> p.b -> p.a)"
        for entry in ("p", "p.a", "p.b")
    ]
