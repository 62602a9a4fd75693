"""Finding files whose paths are those of another machine or container, such as ``/app/shop/models.py``."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, TypeAlias

from import_contracts import disk

_INSTALLED = re.compile(r".*/(?:site|dist)-packages/")
_LIBRARY = re.compile(r"<.*|.*/(?:lib(?:64)?/python\d[\w.]*|python[\w.-]*/lib)/.*", re.IGNORECASE)
_MOST_FOLDERS = 20_000
_NOT_PROGRAM = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})

Parts: TypeAlias = tuple[str, ...]


class _Match(NamedTuple):
    """A file here, and what differs between its path there and here: both without the parts at the end they share.

    ``is_sure`` says that they share enough for the file to be the same.
    """

    shared: int
    there: Parts
    here: Parts
    path: str
    is_sure: bool


def find_elsewhere(paths: Collection[str], folder: Path, source_roots: Sequence[Path]) -> dict[str, str]:
    """Return the file here for each path of another machine that one can be found for; the paths here are absolute.

    It is the file in ``folder`` or in one of the source roots whose path has the longest end in common with that path:
    more than the name of the file, unless that is directly in one of them or where other files are found. Of several,
    it is the one in a place in which more of the other files are found too, and then the one in fewer folders. A file
    of a library is found only where the library itself is in one of the folders, and not in an environment there.
    """
    places = list(dict.fromkeys([str(folder), *map(str, source_roots)]))
    known = {path: os.path.normpath(os.path.join(folder, path)) for path in dict.fromkeys(paths) if path[:1] != "<"}
    known = {path: file for path, file in known.items() if disk.is_file(file) and _is_own(file, places)}
    written = {path: parts for path in dict.fromkeys(paths) if path not in known and (parts := _parts(path))}
    here = _files_called({parts[-1] for parts in written.values()}, places)
    matches = {path: list(_matches(path, parts, here, places)) for path, parts in written.items()}
    moves = Counter((match.there, match.here) for found in matches.values() for match in found if match.is_sure)
    for path, found in matches.items():
        credible = [match for match in found if match.is_sure or moves[match.there, match.here]]
        if credible:
            best = max(credible, key=lambda match: (match.shared, moves[match.there, match.here], -len(match.here)))
            known[path] = best.path
    return known


def _is_own(path: str, places: Sequence[str]) -> bool:
    """Tell whether a file is in one of some folders, but not in the library of an environment there."""
    for place in places:
        if disk.within(path, place) and disk.is_inside(path, Path(place)):
            inside = path[len(place.rstrip(os.sep)) :].replace(os.sep, "/")
            return not (_INSTALLED.match(inside) or _LIBRARY.match(inside))
    return False


def _parts(path: str) -> Parts:
    """Return the parts of a path that may be of the program; those inside the library of an installed one; or none."""
    plain = path.replace("\\", "/")
    inside = _INSTALLED.match(plain)
    if inside is None and _LIBRARY.match(plain):
        return ()
    parts = plain[inside.end() :] if inside else plain
    return tuple(part for part in parts.split("/") if part not in {"", ".", ".."})


def _matches(path: str, there: Parts, here: dict[str, list[str]], places: Sequence[str]) -> Iterator[_Match]:
    is_installed = _INSTALLED.match(path.replace("\\", "/")) is not None
    for file in here.get(there[-1], ()):
        parts = tuple(file.split(os.sep))
        pairs = zip(reversed(there), reversed(parts), strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        is_direct = os.path.dirname(file) in places
        if shared == len(there) or not is_installed:
            is_sure = shared > 1 or is_direct or len(there) == 1
            yield _Match(shared, there[: len(there) - shared], parts[: len(parts) - shared], file, is_sure)


def _files_called(names: Collection[str], places: Sequence[str]) -> dict[str, list[str]]:
    """Return the files with some names in folders, those of environments and caches aside; sorted."""
    found: dict[str, set[str]] = {}
    for place in places:
        real = disk.real(place)
        for outer, files in folders_of_programs(place):
            for name in set(files).intersection(names):
                path = os.path.join(outer, name)
                if not os.path.islink(path) or disk.within(os.path.realpath(path), real):
                    found.setdefault(name, set()).add(path)
    return {name: sorted(files) for name, files in found.items()}


def folders_of_programs(place: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders in one, itself too, with the names of their files; not those of environments and caches."""
    for number, (outer, folders, files) in enumerate(os.walk(place)):
        if number == _MOST_FOLDERS:
            break
        folders[:] = sorted(each for each in folders if each[0] != "." and each not in _NOT_PROGRAM)
        if "pyvenv.cfg" in files:
            folders[:] = []
            continue
        yield outer, files
