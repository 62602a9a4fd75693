"""Which of several files and folders with one name CPython imports, as its `FileFinder` chooses. Nothing is imported.

For each folder of the path in order: a regular package, then a module, then a portion of a namespace package. The first
regular package or module wins whole; a namespace package has all its portions, but only if there is neither.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Literal, TypeAlias

from import_contracts import disk
from import_contracts.patterns import pattern
from import_contracts.problems import Problem, Severity
from import_contracts.records import NamedTuple

Kind: TypeAlias = Literal["package", "module", "portion"]

COMPILED = (".so", ".pyd", ".pyi")
"""The ends of the names of files that stand for a module although they are not Python source."""


class Candidate(NamedTuple):
    """What one folder of the path has under a name."""

    kind: Kind
    path: str


class Choice(NamedTuple):
    """What CPython makes of some candidates: ``taken`` are the winner or the portions, in order; ``left`` the rest."""

    taken: tuple[Candidate, ...]
    left: tuple[Candidate, ...] = ()


def compiled_name(file: str) -> str:
    """Return the name of the module that a compiled file or a stub stands for; "" if it stands for none.

    An extension module may have one tag, whatever Python it is for: ``x.cpython-311-x86_64-linux-gnu.so``.
    """
    name, *tag, end = file.split(".")
    is_stub = end == "pyi"
    if not name.isidentifier() or len(tag) > (not is_stub) or any(each[:1].isdecimal() for each in tag):
        return ""
    return name


def is_extension(file: str) -> bool:
    """Return whether a file is an extension module, which CPython imports; it never imports a stub."""
    return file.endswith((".so", ".pyd")) and compiled_name(file) != ""


def is_regular(folder: str) -> bool:
    """Return whether a folder is a regular package: it has an ``__init__.py``, or a compiled one."""
    if disk.is_file(os.path.join(folder, "__init__.py")):
        return True
    return any(name.startswith("__init__.") and is_extension(name) for name in disk.names(folder))


def candidate(outer: str, name: str, extensions: dict[str, str] | None = None) -> Candidate | None:
    """Return what a folder has under a name; ``extensions`` are the extension modules in it by name, if known."""
    folder = os.path.join(outer, name)
    is_folder = disk.is_folder(folder)
    if is_folder and is_regular(folder):
        return Candidate("package", folder)
    if disk.is_file(f"{folder}.py"):
        return Candidate("module", f"{folder}.py")
    extensions = _extensions(disk.names(outer)) if extensions is None else extensions
    if name in extensions:
        return Candidate("module", os.path.join(outer, extensions[name]))
    return Candidate("portion", folder) if is_folder else None


def _extensions(names: Sequence[str]) -> dict[str, str]:
    return {compiled_name(name): name for name in sorted(names, reverse=True) if is_extension(name)}


def choice(candidates: Sequence[Candidate]) -> Choice:
    """Return which candidates CPython takes. They are in the order of the path.

    A package that extends its path, as with pkgutil, takes other folders too: their modules, not their ``__init__``.
    """
    winner = next((each for each in candidates if each.kind != "portion"), None)
    if winner is None:
        return Choice(tuple(candidates))
    joins = _joined(winner) if winner.kind == "package" and len(candidates) > 1 else ()
    taken = (winner, *(each for each in candidates if each is not winner and each.kind in joins))
    return Choice(taken, tuple(each for each in candidates if each not in taken))


_EXTENDS = pattern(rb"^[^#\n]*\b(extend_path|declare_namespace)[ \t]*\(", re.MULTILINE)


def _joined(package: Candidate) -> tuple[Kind, ...]:
    """Return the kinds of other candidates that a regular package joins to its path, by its text."""
    found = extends_path(package.path)
    return ("package", "portion") if found == "extend_path" else ("package",) if found else ()


def extends_path(folder: str) -> str:
    """Return the function that the ``__init__.py`` of a package joins other folders with; "" if there is none.

    `pkgutil.extend_path` takes folders without ``__init__.py`` too, `pkg_resources.declare_namespace` does not.
    """
    try:
        found = _EXTENDS.search(disk.read(os.path.join(folder, "__init__.py")))
    except OSError:
        return ""
    return found[1].decode() if found else ""


class Unread(NamedTuple):
    """A file or folder that CPython never imports, because it takes ``taken`` for the module of that name."""

    module: str
    path: str
    taken: str

    @property
    def problem(self) -> Problem:
        """What a report says about it."""
        what = "folder" if disk.is_folder(self.path) else "file"
        taken = self._shown(self.taken)
        message = f"This {what} is never imported, because Python imports '{self.module}' from {taken}."
        return Problem(message, file=self.path, severity=Severity.WARNING)

    @property
    def reason(self) -> str:
        """Why it is not imported, as a sentence with both paths."""
        return f"Python imports {self._shown(self.taken)}, and not {self._shown(self.path)}."

    def _shown(self, path: str) -> str:
        """Return one of the paths from the nearest folder around both: the same in every copy of the program."""
        with suppress(ValueError):  # two drives of Windows
            path = os.path.relpath(path, os.path.commonpath([self.path, self.taken]))
        return path.replace(os.sep, "/").encode(errors="backslashreplace").decode()


def left_out(module: str, chosen: Choice) -> Iterator[Unread]:
    """Yield what CPython does not import of the candidates for a module."""
    winner = chosen.taken[0].path if chosen.taken else ""
    for each in chosen.left:
        yield Unread(module, each.path, winner)
    for each in chosen.taken[1:]:
        if each.kind == "package":
            yield Unread(module, os.path.join(each.path, "__init__.py"), os.path.join(winner, "__init__.py"))


def contested(package: str, folders: Sequence[str], watched: list[str]) -> Iterator[Unread]:
    """Yield what CPython does not import inside a package with several folders, in the order of the path.

    A folder counts once in each portion, so that links to each other end. Adds to ``watched`` what the answer depends
    on besides the folders themselves.
    """
    todo = [(package, tuple(enumerate(folders)))]
    seen: set[tuple[int, str]] = set()
    for outer, numbered in todo:
        new = [(number, folder) for number, folder in numbered if (number, os.path.realpath(folder)) not in seen]
        seen.update((number, os.path.realpath(folder)) for number, folder in new)
        for name, candidates in _shared(new):
            module = f"{outer}.{name}"
            chosen = choice([each for _, each in candidates])
            watched += (each.path for _, each in candidates if each.kind != "module")
            watched += (os.path.join(each.path, "__init__.py") for _, each in candidates if each.kind == "package")
            numbers = {each: number for number, each in candidates}
            todo.append((module, tuple((numbers[each], each.path) for each in chosen.taken)))
            yield from left_out(module, chosen)


def _shared(folders: Sequence[tuple[int, str]]) -> Iterator[tuple[str, list[tuple[int, Candidate]]]]:
    """Yield the names that more than one of some folders has, sorted, with what each has under it."""
    if len(folders) < 2:
        return
    names = {folder: disk.names(folder) for _, folder in folders}
    times: dict[str, int] = {}
    for inside in names.values():
        for name in {name.partition(".")[0] for name in inside} - {"__init__", "__pycache__", ""}:
            times[name] = times.get(name, 0) + 1
    extensions = {folder: _extensions(names[folder]) for folder in names}
    for name in sorted(name for name, number in times.items() if number > 1):
        found = [(number, candidate(folder, name, extensions[folder])) for number, folder in folders]
        candidates = [(number, each) for number, each in found if each is not None]
        if len(candidates) > 1:
            yield name, candidates
