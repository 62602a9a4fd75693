"""What folders have: Python files, folders that may be packages, compiled files and stubs."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from import_contracts import disk, inputs
from import_contracts.reading.files.precedence import COMPILED, compiled_name


class Entries(NamedTuple):
    """What a folder has: the names of Python files, of folders that may contain modules, of compiled files and stubs.

    Each is sorted. ``links`` are those of them that are symbolic links.
    """

    files: list[str]
    folders: list[str]
    compiled: list[str]
    links: Collection[str]


def folder_entries(folder: str, watched: list[str]) -> Entries:
    """Return what a folder has; raises OSError.

    Adds to ``watched`` the folder and the links in it, whose targets may change when the folder itself does not.
    """
    found = Entries([], [], [], links := set())
    watched.append(folder)
    inputs.note(inputs.STATUS, folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            end = name[-3:]
            if end == ".py":
                if name.count(".") > 1 or name == ".py":
                    continue
                names, is_kind = found.files, os.DirEntry.is_file
            elif "." not in name:
                if name == "__pycache__" or not name.isidentifier():
                    continue
                names, is_kind = found.folders, os.DirEntry.is_dir
            elif end in _COMPILED and name.endswith(COMPILED) and compiled_name(name):
                names, is_kind = found.compiled, os.DirEntry.is_file
            else:
                continue
            if entry.is_symlink():
                watched.append(entry.path)
                inputs.note(inputs.STATUS, entry.path)
                links.add(name)
            if _is(entry, is_kind):
                names.append(name)
    for names in found[:3]:
        names.sort()
    return found


_COMPILED = frozenset(end[-3:] for end in COMPILED)  # looked up first, because most names are of other files


def _is(entry: os.DirEntry[str], what: Callable[[os.DirEntry[str]], bool]) -> bool:
    try:
        return what(entry)
    except OSError:  # such as a link to itself; reading it will fail, and that is reported
        return True


def has_python(folder: str, watched: list[str]) -> bool:
    """Return whether a folder contains Python files that can be imported; adds to ``watched`` what it has read."""
    todo = [folder]
    for outer in todo:
        try:
            entries = folder_entries(outer, watched)
        except OSError:
            continue
        if entries.files or entries.compiled:
            return True
        todo += [os.path.join(outer, name) for name in entries.folders if name not in entries.links]
    return False


def regular_packages(places: Iterable[str]) -> set[str]:
    """Return the names of the regular packages directly in some folders."""
    packages = set()
    for place in places:
        packages |= {name for name in disk.names(place) if disk.is_file(os.path.join(place, name, "__init__.py"))}
    return packages
