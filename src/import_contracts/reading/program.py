"""Finding the linted program: from the names of its root packages to its files. Nothing of it is imported."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import NamedTuple, TypeAlias

from import_contracts.graph.names import within
from import_contracts.problems import Problem, Severity, UserError, did_you_mean

Portions: TypeAlias = tuple[tuple[str, str], ...]
"""Root packages with their folders, in order; a namespace package has several."""


class SourceFile(NamedTuple):
    """The file of one module; ``path`` is absolute."""

    module: str
    path: str
    is_package: bool

    def read(self) -> bytes:
        """Return what is in the file; raises OSError."""
        with open(self.path, "rb", buffering=0) as file:
            return file.read()


@dataclass(frozen=True)
class Program:
    """The modules of the root packages.

    ``files`` are sorted by module. ``namespaces`` are the packages without a file. ``portions`` are the folders of each
    root package: one, or several of a namespace package. ``shadowed`` modules have a file that CPython passes over
    beside the one it imports. ``watched`` are the paths, beside those of the files, on which all this depends: while
    none of them changes, walking the folders again finds the same.
    """

    roots: tuple[str, ...]
    files: tuple[SourceFile, ...]
    namespaces: frozenset[str]
    portions: Portions
    shadowed: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    watched: tuple[str, ...] = ()

    @cached_property
    def by_module(self) -> dict[str, SourceFile]:
        """The file of each module that has one."""
        return {file.module: file for file in self.files}

    @cached_property
    def modules(self) -> frozenset[str]:
        """All modules, namespace packages among them."""
        return self.namespaces.union(self.by_module)


def find_program(roots: Iterable[str], source_roots: Iterable[Path]) -> Program:
    """Return the program of some root packages; raises UserError as `find_portions` does."""
    return walk(find_portions(roots, source_roots))


def find_portions(roots: Iterable[str], source_roots: Iterable[Path]) -> Portions:
    """Return each root package with its folder, or folders.

    Each is looked for in the source roots, in order, and then among what is installed for the Python that runs this.
    As in CPython a regular package wins over the portions of a namespace package. Raises UserError naming every root
    package that is not found or is no top-level package.
    """
    places = list(dict.fromkeys(map(str, source_roots)))
    problems: list[Problem] = []
    portions: list[tuple[str, str]] = []
    for name in dict.fromkeys(roots):
        try:
            portions += [(name, folder) for folder in _folders(name, places)]
        except _NotFoundError as error:
            problems.append(Problem(str(error)))
    if problems:
        raise UserError(*problems)
    return tuple(portions)


def walk(portions: Portions, *, every_folder: bool = False) -> Program:
    """Return the program that lies in the folders of some root packages.

    A folder without ``__init__.py`` inside a regular package, which CPython would import, is in it only if
    ``every_folder`` is.
    """
    found = _Walk(every_folder)
    for name, folder in portions:
        found.package(name, folder)
    return Program(
        tuple(dict.fromkeys(name for name, _ in portions)),
        tuple(sorted(found.files.values(), key=lambda file: file.module)),
        frozenset(found.namespaces).difference(found.files),
        portions,
        frozenset(found.shadowed),
        tuple(found.problems),
        tuple(dict.fromkeys(found.watched)),
    )


def runs(module: str, roots: Iterable[str], source_roots: Iterable[Path]) -> bool:
    """Tell whether importing a module would run code of the root packages. It is found without being imported."""
    places = list(map(str, source_roots))
    inside: list[str] = []
    for root in roots:
        if within(module, root):
            return True
        with contextlib.suppress(_NotFoundError):
            inside += [os.path.realpath(folder) + os.sep for folder in _folders(root, places)]
    origins = (spec.origin for spec in _specs(module) if spec.origin is not None)
    return any(os.path.realpath(origin).startswith(tuple(inside)) for origin in origins)


class _NotFoundError(Exception):
    """There is no such top-level package; the message says what is there."""


def _folders(name: str, places: list[str]) -> list[str]:
    if not all(part.isidentifier() for part in name.split(".")):
        raise _NotFoundError(f"'{name}' is not the name of a package; write it as in an import statement.")
    found = _portions(name, places) or _portions(name, [each or "." for each in sys.path]) or _installed(name)
    if found:
        return found
    near = did_you_mean(name, _packages(places))
    elsewhere = near or " If it is elsewhere, add the folder that contains it to 'source_roots'."
    raise _NotFoundError(f"Package '{name}' is neither in the source roots nor installed.{elsewhere}")


def _portions(name: str, places: Collection[str]) -> list[str]:
    """Return the folder of a regular package, or the folders of a namespace package that have Python files."""
    *outer, _ = name.split(".")
    for done, part in enumerate(name.split("."), 1):
        folders = []
        for place in places:
            folder = os.path.join(place, part)
            if os.path.isfile(os.path.join(folder, "__init__.py")):
                if done <= len(outer):
                    regular = ".".join(outer[:done])
                    raise _NotFoundError(f"'{name}' lies inside the package '{regular}': write '{regular}'.")
                return [folder]
            if os.path.isfile(folder + ".py") and done > len(outer):
                raise _NotFoundError(f"'{name}' is a module, not a package; name a package.")
            if os.path.isdir(folder):
                folders.append(folder)
        places = folders
    return [folder for folder in places if _has_python(folder, [])]


def _installed(name: str) -> list[str]:
    """Return the folders of a package that this Python would import, from an editable install for instance."""
    specs = list(_specs(name))
    if len(specs) <= name.count("."):
        return []
    return [folder for folder in specs[-1].submodule_search_locations or () if _has_python(folder, [])]


def _specs(name: str) -> Iterator[ModuleSpec]:
    """Yield where this Python would find the parts of a dotted name, as far as it does. Nothing is imported."""
    path: list[str] | None = None
    # Of a whole dotted name PathFinder would look among what is imported for the package around it.
    for part in name.split("."):
        finders = sys.meta_path if path is None else [PathFinder]
        specs = (finder.find_spec(part, path) for finder in finders if hasattr(finder, "find_spec"))
        spec = next((found for found in specs if found is not None), None)
        if spec is None:
            return
        yield spec
        path = list(spec.submodule_search_locations or ())


def _has_python(folder: str, watched: list[str]) -> bool:
    """Tell whether a folder has Python files that can be imported, and note on what the answer depends."""
    todo = [folder]
    for each in todo:
        try:
            files, folders = _entries(each, watched)
        except OSError:
            continue
        if files:
            return True
        todo += [path for name in folders if not os.path.islink(path := os.path.join(each, name))]
    return False


# Folders beside the program that are no part of it.
_BESIDE = frozenset({"benchmarks", "doc", "docs", "examples", "scripts", "test", "testing", "tests", "tools"})


def find_packages(places: Iterable[Path]) -> tuple[str, ...]:
    """Return the regular packages that lie directly in some folders, except tests and the like, sorted."""
    return tuple(sorted(_packages(map(str, places)) - _BESIDE))


def _packages(places: Iterable[str]) -> set[str]:
    """Return the names of the packages directly in some folders."""
    found = set()
    for place in places:
        with contextlib.suppress(OSError):
            found |= {name for name in os.listdir(place) if os.path.isfile(os.path.join(place, name, "__init__.py"))}
    return found


@dataclass
class _Walk:
    """Walks packages and notes their modules; the first file found for a module is the one that counts."""

    every_folder: bool
    files: dict[str, SourceFile] = field(default_factory=dict)
    namespaces: set[str] = field(default_factory=set)
    shadowed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)

    def package(self, name: str, folder: str) -> None:
        """Note the modules of a package."""
        self._folder(name, folder, (os.path.realpath(folder),), inside_regular=False)

    def _folder(self, name: str, folder: str, real: tuple[str, ...], *, inside_regular: bool) -> bool:
        """Note the modules in a folder, and tell whether there are any.

        ``real`` are the folder and those around it without symbolic links: by these it is seen that one goes round.
        """
        try:
            files, folders = _entries(folder, self.watched)
        except OSError as error:
            self.problems.append(Problem(f"This folder cannot be read: {error.strerror}.", file=folder))
            return False
        for each in [name for name in files if not _is_text(name)]:
            files.remove(each)
            path = os.path.join(folder, each).encode(errors="backslashreplace").decode()
            self.problems.append(Problem("The name of this file is not UTF-8 text; rename it.", file=path))
        is_regular = "__init__.py" in files
        if inside_regular and not is_regular and not self.every_folder:
            self._left_out(folder)
            return False
        both = {each for each in folders if f"{each}.py" in files}
        packages = {each for each in both if os.path.isfile(os.path.join(folder, each, "__init__.py"))}
        self.watched += (os.path.join(folder, each) for each in both - packages)
        for each in files:
            path = os.path.join(folder, each)
            module = name if each == "__init__.py" else f"{name}.{each[:-3]}"
            if each[:-3] in packages:
                self._shadowed(module, path)
            else:
                self.files.setdefault(module, SourceFile(module, path, is_package=each == "__init__.py"))
        found = bool(files)
        for each in folders:
            path = os.path.join(folder, each)
            target = os.path.realpath(path) if os.path.islink(path) else os.path.join(real[-1], each)
            if target not in real and (each in packages or each not in both):
                found |= self._folder(f"{name}.{each}", path, (*real, target), inside_regular=is_regular)
        if found and not is_regular:
            self.namespaces.add(name)
        return found

    def _left_out(self, folder: str) -> None:
        if _has_python(folder, self.watched):
            message = "This folder has no __init__.py, so its Python files are not checked."
            self.problems.append(Problem(message, file=folder, severity=Severity.WARNING))

    def _shadowed(self, module: str, path: str) -> None:
        self.shadowed.add(module)
        message = f"This file is never imported, because the package '{module}' has the same name."
        self.problems.append(Problem(message, file=path, severity=Severity.WARNING))


def _entries(folder: str, watched: list[str]) -> tuple[list[str], list[str]]:
    """Return the names of the Python files and of the folders that can hold modules, sorted; raises OSError.

    Notes on what they depend: the folder, and links in it, which can come to lead elsewhere without any change of it.
    """
    files: list[str] = []
    folders: list[str] = []
    watched.append(folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith(".py"):
                kept, is_kept = files, name.count(".") == 1 and name != ".py" and _is(entry, os.DirEntry.is_file)
            elif name.isidentifier() and name != "__pycache__":
                kept, is_kept = folders, _is(entry, os.DirEntry.is_dir)
            else:
                continue
            if is_kept:
                kept.append(name)
            if entry.is_symlink():
                watched.append(entry.path)
    return sorted(files), sorted(folders)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # os.fsdecode has put surrogates into it
        return False
    return True


def _is(entry: os.DirEntry[str], what: Callable[[os.DirEntry[str]], bool]) -> bool:
    try:
        return what(entry)
    except OSError:  # such as a link that refers to itself: whoever reads it will say so
        return True
