"""Files and folders outside the program that a report depends on, such as tests: each is read once, and noted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from import_contracts import disk, inputs
from import_contracts.hashing import hashed
from import_contracts.reading.source.text import UndecodableError, decode


class Listing(NamedTuple):
    """What is directly in a folder, sorted: files with source or configuration, and folders that may have some."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


_NOTHING = Listing((), ())
_SUFFIXES = (".py", ".toml", ".ini", ".cfg")


class Outside:
    """Reads files and folders. ``seen`` has the digest of each path that was looked at, as `digest_of` returns it.

    ``known`` are texts by path that are in memory already: those that are the same are taken from there.
    """

    def __init__(self, known: Mapping[str, str] = MappingProxyType({})) -> None:
        self._known = known
        self.seen: dict[str, str] = {}
        self._listings: dict[str, Listing] = {}
        self._texts: dict[str, str | None] = {}

    def text(self, path: str) -> str | None:
        """Return the text of a file; None if it cannot be read or decoded."""
        if path not in self._texts:
            data = _content(path)
            self.seen[path] = _digest(data)
            try:
                text = None if data is None else decode(data)
            except UndecodableError:
                text = None
            known = self._known.get(path)
            self._texts[path] = known if known == text else text
        return self._texts[path]

    def listing(self, folder: str) -> Listing:
        """Return what is in a folder; nothing if it cannot be read."""
        if folder not in self._listings:
            self._listings[folder] = listing = _listed(folder)
            self.seen[folder] = _digest(repr(listing).encode())
        return self._listings[folder]

    def is_file(self, path: str) -> bool:
        """Return whether there is a file with source or configuration."""
        folder, name = os.path.split(path)
        return name in self.listing(folder).files

    def is_folder(self, path: str) -> bool:
        """Return whether there is a folder that may have source in it."""
        folder, name = os.path.split(path)
        return name in self.listing(folder).folders


def is_same(seen: Mapping[str, str]) -> bool:
    """Return whether everything that was looked at is still the same, given its digests."""
    return all(digest_of(path) == digest for path, digest in seen.items())


def digest_of(path: str) -> str:
    """Return the digest of a file or of what is in a folder."""
    if disk.is_folder(path):
        return _digest(repr(_listed(path)).encode())
    data = _content(path)
    return _digest(repr(_NOTHING).encode()) if data is None else _digest(data)


def _content(path: str) -> bytes | None:
    try:
        return disk.read(path)
    except OSError:
        return None


def _digest(data: bytes | None) -> str:
    return hashed(repr(_NOTHING).encode() if data is None else data)


def _listed(folder: str) -> Listing:
    files: list[str] = []
    folders: list[str] = []
    inputs.note(inputs.STATUS, folder)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink():  # it may lead to something else, or nowhere, while the folder stays the same
                    inputs.note(inputs.KIND, entry.path)
                if entry.name.endswith(_SUFFIXES):
                    files += [entry.name] if entry.is_file() else []
                elif not entry.name.startswith(".") and entry.name != "__pycache__" and entry.is_dir():
                    folders.append(entry.name)
    except (OSError, ValueError):
        return _NOTHING
    return Listing(tuple(sorted(files)), tuple(sorted(folders)))
