"""Finding packages that are not named: for a first configuration, and for a path on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from import_contracts import disk
from import_contracts.patterns import pattern
from import_contracts.problems import Problem, UserError
from import_contracts.reading.files.folders import Entries, folder_entries, has_python, regular_packages

# Folders that are often next to a program, but are not part of it.
_NOT_PROGRAM = frozenset({"benchmarks", "doc", "docs", "examples", "scripts", "test", "testing", "tests", "tools"})
# Nor are these, and some of them are large.
_NOT_CODE = frozenset({"build", "dist", "env", "node_modules", "site", "venv"})
_FOR_TOOLS = pattern("setup|conftest|noxfile|test_.*|.*_test|tests|__init__|__main__")


def find_packages(places: Iterable[Path]) -> tuple[str, ...]:
    """Return the regular packages directly in some folders, except ``tests``, ``docs`` and similar ones, sorted."""
    return tuple(sorted(regular_packages(map(str, places)) - _NOT_PROGRAM))


def find_namespaces(places: Iterable[Path]) -> tuple[str, ...]:
    """Return the packages without ``__init__.py`` directly in some folders, sorted.

    One that has Python files itself, such as ``poetry``, is a package; of others, the regular packages inside them are
    named, as ``myorg.api`` or ``myorg.shop.api``.
    """
    found: set[str] = set()
    todo = [(place, "") for place in places]
    for place, outer in todo:
        entries = _entries(place)
        names = set(entries.folders) - regular_packages([str(place)]) - _NOT_PROGRAM - _NOT_CODE
        for name in filter(str.isidentifier, names):
            inside = {f"{outer}{name}.{inner}" for inner in regular_packages([str(place / name)])}
            has_files = bool(_entries(place / name).files)
            found |= {outer + name} if inside and has_files else inside
            if not (inside or has_files or name in entries.links):
                todo.append((place / name, f"{outer}{name}."))
    return tuple(sorted(found))


def find_beside(folder: Path) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Return what can be imported from a folder and from the source roots in it, sorted, and all these folders.

    ``src`` is a source root, and so is every folder that has regular packages and that no file in it imports by name.
    """
    found = find_top_level(str(folder))
    sources = [name for name in found if _is_source_root(folder / name)]
    inside = {name for source in sources for name in find_top_level(str(folder / source))}
    return tuple(sorted(inside.union(found).difference(sources))), (folder, *(folder / name for name in sources))


def _is_source_root(folder: Path) -> bool:
    if not disk.is_folder(folder) or disk.is_file(folder / "__init__.py"):
        return False
    return folder.name == "src" or (bool(regular_packages([str(folder)])) and not _is_imported(folder))


def _is_imported(folder: Path) -> bool:
    """Return whether a Python file in a folder seems to import the folder, or something in it, by name."""
    statement = pattern(rb"(?m)^[ \t]*(?:from|import)[ \t]+%s\b" % folder.name.encode())
    todo = [folder]
    for outer in todo:
        entries = _entries(outer)
        if any(statement.search(_text(outer / file)) for file in entries.files):
            return True
        todo += [outer / name for name in entries.folders if name not in entries.links]
    return False


def find_top_level(folder: str) -> tuple[str, ...]:
    """Return what can be imported from a folder, sorted: packages, folders with Python files, and single files.

    Without what is there for tools, such as ``tests`` and ``setup.py``, and without virtual environments.
    """
    files, folders, *_ = _entries(Path(folder))
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
    found, folders = find_beside(folder)
    if not {*inside, *found}:
        raise UserError(Problem("There is no Python file in this folder that can be imported.", file=str(path)))
    return tuple(sorted({*inside, *found})), folders


def _entries(folder: Path) -> Entries:
    """Return what a folder has; nothing if it cannot be read."""
    try:
        return folder_entries(str(folder), [])
    except OSError:
        return Entries([], [], [], ())


def _text(file: Path) -> bytes:
    try:
        return disk.read(file)
    except OSError:
        return b""


def _stem(file: str) -> str:
    return file.removesuffix(".py")
