"""Packages in the same folder that the requested ones import, and that import them back: cycles may lead there.

They are read too. Which packages those are is decided by the words of import statements, so there may be one too many.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain

from import_contracts import disk
from import_contracts.inputs import UNKNOWN, Signature, is_recent, noted_signature, signature
from import_contracts.patterns import pattern
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.precedence import is_regular
from import_contracts.reading.files.program import Extent, Portions
from import_contracts.reading.store.cache import Cache, digest
from import_contracts.reading.store.refresh import Comparison, compare
from import_contracts.reading.store.values import DAMAGED, is_number, strings
from import_contracts.reading.store.watch import relative
from import_contracts.records import NamedTuple

_IMPORT = pattern(rb"^[ \t]*(?:lazy[ \t]+)?(?:from[ \t]+(\w+)|import[ \t]+([^\n#;]+))", re.MULTILINE)
_CALL = pattern(rb"(?:import_module|__import__)\s*\(\s*['\"](\w+)")


class _Decision(NamedTuple):
    """The packages to read too, sorted, and what else decided that: the signatures of files and folders by path."""

    packages: tuple[str, ...]
    watched: Mapping[str, Signature]

    @property
    def is_current(self) -> bool:
        """Whether nothing that was watched has changed."""
        return all(noted_signature(path) == was for path, was in self.watched.items())


def compare_with_siblings(extent: Extent, context: RunContext) -> Comparison:
    """Compare a program with the last run as `compare` does, together with the packages beside it that import it back.

    On an unchanged program no file is read to find these: the cache has the decision, with what it depends on.
    """
    alone = compare(extent, context)
    siblings = _siblings(extent.portions)
    if not siblings:
        return alone
    cache = alone.last.cache
    context = context if cache is not None else context._replace(cache=None)  # of which there was a warning already

    def with_packages(names: Iterable[str]) -> Comparison:
        more = tuple((name, siblings[name]) for name in names)
        return compare(extent._replace(portions=(*extent.portions, *more)), context) if more else alone

    name = _name(cache, extent, alone.last.base) if cache else ""
    known = _stored(cache, name, siblings) if cache else None
    comparison = with_packages(known.packages) if known else alone
    if known and comparison.last.is_current and known.is_current:
        return comparison
    found = _decide(extent.portions, siblings)
    if cache is not None:
        cache.prepare()
        clock = cache.clock()
        watched = [[path, *(UNKNOWN if is_recent(was, clock) else was)] for path, was in found.watched.items()]
        cache.save(name, [found.packages, watched])
    return comparison if known and known.packages == found.packages else with_packages(found.packages)


def _siblings(portions: Portions) -> dict[str, str]:
    """Return the other regular packages in the folders of root packages, and their folders, sorted."""
    roots = {name for name, _ in portions}
    found: dict[str, str] = {}
    for place in dict.fromkeys(os.path.dirname(folder) for name, folder in portions if "." not in name):
        for name in disk.names(place):
            folder = os.path.join(place, name)
            if name.isidentifier() and name not in roots and is_regular(folder):
                found.setdefault(name, folder)
    return dict(sorted(found.items()))


def _name(cache: Cache, extent: Extent, base: str) -> str:
    inside = [[name, relative(folder, base)] for name, folder in extent.portions]
    return f"{digest(cache.versions, inside)}.beside"


def _stored(cache: Cache, name: str, siblings: Mapping[str, str]) -> _Decision | None:
    """Return the decision in the cache; None if there is none, or one that cannot have been made."""
    try:
        packages, watched = cache.load(name)
        signatures = {path: (a, b, c, d) for path, a, b, c, d in watched}
        strings([*packages, *signatures])
        is_valid = siblings.keys() >= set(packages) and all(map(is_number, chain.from_iterable(signatures.values())))
        return _Decision(tuple(packages), signatures) if is_valid else None
    except DAMAGED:
        return None


def _decide(portions: Portions, siblings: Mapping[str, str]) -> _Decision:
    """Follow the imports from the root packages to those beside them, and return those from which they lead back."""
    roots = dict.fromkeys(name for name, _ in portions)
    folders = [*portions, *siblings.items()]
    watched: dict[str, dict[str, Signature]] = {}
    importers: dict[str, set[str]] = {}
    todo = list(roots)
    for name in todo:
        paths = [path for each, folder in folders if each == name for path in _paths(folder)]
        watched[name] = {path: signature(path) for path in paths}  # taken before the files are read
        for imported in sorted(_imported(paths) & (siblings.keys() | roots.keys())):
            importers.setdefault(imported, set()).add(name)
            if imported not in todo:
                todo.append(imported)
    back = list(roots)
    for name in back:
        back += sorted(importers.get(name, set()) - set(back))
    packages = tuple(sorted(set(back) - roots.keys()))
    others = [name for name in todo if name not in back]
    return _Decision(packages, {path: was for name in others for path, was in watched[name].items()})


def _paths(folder: str) -> Iterator[str]:
    """Yield a folder and those inside it, and their Python files, without following links."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name.isidentifier() and name != "__pycache__")
        yield place
        yield from (os.path.join(place, name) for name in sorted(files) if name.endswith(".py"))


def _imported(paths: Iterable[str]) -> set[str]:
    """Return the first parts of the names that import statements and calls in some files have."""
    found: set[bytes] = set()
    for path in paths:
        if path.endswith(".py"):
            with suppress(OSError):
                data = disk.read(path)
                found.update(_CALL.findall(data))
                for one, several in _IMPORT.findall(data):
                    found.update([one] if one else (each.split(b".")[0].strip() for each in several.split(b",")))
    return {each.split(b" ")[0].decode(errors="replace") for each in found}
