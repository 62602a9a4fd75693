"""Finding packages that are not named: for a first configuration, and for a path on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from import_contracts import disk
from import_contracts.patterns import pattern
from import_contracts.problems import Problem, UserError
from import_contracts.reading.folders import folder_entries, has_python, regular_packages

# Folders that are often next to a program, but are not part of it.
_NOT_PROGRAM = frozenset({"benchmarks", "doc", "docs", "examples", "scripts", "test", "testing", "tests", "tools"})
# Nor are these, and some of them are large.
_NOT_CODE = frozenset({"build", "dist", "env", "node_modules", "site", "venv"})
_FOR_TOOLS = pattern("setup|conftest|noxfile|test_.*|.*_test|tests|__init__|__main__")


def find_packages(places: Iterable[Path]) -> tuple[str, ...]:
    """Return the regular packages directly in some folders, except ``tests``, ``docs`` and similar ones, sorted."""
    return tuple(sorted(regular_packages(map(str, places)) - _NOT_PROGRAM))


def find_namespaces(places: Iterable[Path]) -> tuple[str, ...]:
    """Return the regular packages in folders without ``__init__.py`` in some folders, as ``myorg.api``; sorted."""
    found: set[str] = set()
    for place in map(str, places):
        try:
            _, folders, *_ = folder_entries(place, [])
        except OSError:
            continue
        for name in filter(str.isidentifier, set(folders) - regular_packages([place]) - _NOT_PROGRAM - _NOT_CODE):
            found.update(f"{name}.{inner}" for inner in regular_packages([os.path.join(place, name)]))
    return tuple(sorted(found))


def find_top_level(folder: str) -> tuple[str, ...]:
    """Return what can be imported from a folder, sorted: packages, folders with Python files, and single files.

    Without what is there for tools, such as ``tests`` and ``setup.py``, and without virtual environments.
    """
    try:
        files, folders, *_ = folder_entries(folder, [])
    except OSError:
        return ()
    modules = {name for name in map(_stem, files) if name.isidentifier() and not _FOR_TOOLS.fullmatch(name)}
    for name in set(folders) - _NOT_PROGRAM - _NOT_CODE:
        path = os.path.join(folder, name)
        if not disk.exists(os.path.join(path, "pyvenv.cfg")) and has_python(path, []):
            modules.add(name)
    return tuple(sorted(modules))


def find_place(path: Path) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Return the modules that the path of a Python file or folder names, and the folders to look them up in.

    Of a file that is in no package, that is everything that can be imported beside it. Raises UserError if nothing can
    be imported there.
    """
    path = Path(os.path.abspath(path))
    is_folder = disk.is_folder(path)
    if not is_folder and not (path.suffix == ".py" and disk.is_file(path)):
        raise UserError(Problem("There is no such Python file or folder.", file=str(path)))
    if path.parent == path:
        raise UserError(Problem("This is all of the file system; name the folder of a program.", file=str(path)))
    start = folder = path if is_folder else path.parent
    inside = [] if is_folder or path.stem == "__init__" else [path.stem]
    while disk.is_file(folder / "__init__.py") and folder.name.isidentifier():
        inside.insert(0, folder.name)
        folder = folder.parent
    if folder != start:
        return (".".join(inside),), (folder,)
    folders = tuple(each for each in (folder, folder / "src") if disk.is_folder(each))
    found = {*inside, *(name for each in folders for name in find_top_level(str(each)))}
    found -= {"src"} if len(folders) > 1 and not disk.is_file(folder / "src" / "__init__.py") else set()
    if not found:
        raise UserError(Problem("There is no Python file in this folder that can be imported.", file=str(path)))
    return tuple(sorted(found)), folders


def _stem(file: str) -> str:
    return file.removesuffix(".py")
