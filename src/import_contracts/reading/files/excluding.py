"""What ``exclude`` leaves out of a program: globs of files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from fnmatch import translate
from typing import TypeAlias

from import_contracts.records import NamedTuple

EXCLUDE = "exclude"
"""The key, which problems with it have too."""

Exclude: TypeAlias = tuple[tuple[str, str], ...]
"""Globs as written, each with the absolute folder that it is relative to."""


class Excluded(NamedTuple):
    """A module that is left out; if ``is_folder``, with everything inside it."""

    module: str
    is_folder: bool


def mistake_in(glob: str) -> str:
    """Return what is wrong with a glob, and what to write instead; "" if nothing is."""
    if glob.startswith("!"):
        return f"'{glob}': a pattern cannot take back what another one excludes; exclude less."
    if "\\" in glob:
        return f"'{glob}': write folders with '/': '{glob.replace(chr(92), '/')}'."
    if not glob.strip("/.") or "\0" in glob:
        return f"'{glob}' is not a file or folder; write one like 'shop/templates'."
    return ""


class Globs:
    """Matches the files and folders of a program against globs, folder by folder from the root package on.

    ``*`` and ``?`` match within one name, ``**`` matches any number of folders. A glob without a slash matches a name
    in any folder, and so does one that begins with ``**``. A folder that matches is not looked into, and ``a/**`` is
    the same as ``a``.
    """

    def __init__(self, exclude: Exclude) -> None:
        self._globs = [_Glob(text, base) for text, base in dict.fromkeys(exclude)]
        self._places: dict[str, list[frozenset[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._globs)

    @property
    def unmatched(self) -> list[str]:
        """The globs that have matched nothing so far, sorted."""
        return sorted({glob.text for glob in self._globs if not glob.has_matched})

    def start(self, package: str, folder: str) -> bool:
        """Begin with the folder of a root package, and return whether it is left out, by its own name or one around."""
        places = [glob.at(package, folder) for glob in self._globs]
        self._places[folder] = places
        return self._is_match(places)

    def leave_out(self, folder: str, name: str) -> bool:
        """Return whether a file or folder is left out; ``folder`` is one that was begun with, or that was asked for."""
        places = [glob.step(place, name) for glob, place in zip(self._globs, self._places[folder], strict=True)]
        self._places[os.path.join(folder, name)] = places
        return self._is_match(places)

    def _is_match(self, places: Iterable[frozenset[int]]) -> bool:
        matching = [glob for glob, place in zip(self._globs, places, strict=True) if glob.end in place]
        for glob in matching:
            glob.has_matched = True
        return bool(matching)


class _Glob:
    """One glob as an automaton: a place is a set of numbers, each of how many parts the names so far have matched."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.has_matched = False
        self._base = base
        names = [name for name in text.split("/") if name not in ("", ".")]
        self._is_anywhere = "/" not in text.rstrip("/") or names[0] == "**"
        before = [""] if text.startswith("/") else [] if self._is_anywhere else _names(base)
        parts: list[re.Pattern[str] | None] = [re.compile(re.escape(name)) for name in before]
        for name in ["**", *names] if self._is_anywhere else names:
            if name == "..":
                del parts[max(1, len(parts) - 1) :]  # there is nothing above the first part, that of the drive
            else:
                parts.append(None if name == "**" else re.compile(translate(name)))
        while parts and parts[-1] is None:
            parts.pop()
        self._parts = parts or [None, re.compile(".*")]
        self.end = len(self._parts)

    def at(self, package: str, folder: str) -> frozenset[int]:
        """Return the place of the folder of a root package; the end if it, or a folder around it, matches."""
        names = _names(folder)
        if (
            self._is_anywhere
        ):  # the names of folders around the configuration, or around an installed package, are chance
            base = _names(self._base)
            is_inside = names[: len(base)] == base
            names = names[len(base) :] if is_inside else names[-1 - package.count(".") :]
        place = self._closed({0})
        for name in names:
            place = self.step(place, name)
            if self.end in place:
                break
        return place

    def step(self, place: Collection[int], name: str) -> frozenset[int]:
        """Return the place behind one more name."""
        parts = [(number, self._parts[number]) for number in place if number < self.end]
        return self._closed(
            {number if part is None else number + 1 for number, part in parts if part is None or part.fullmatch(name)}
        )

    def _closed(self, place: set[int]) -> frozenset[int]:
        """Add what ``**`` allows: it may match nothing."""
        for number in sorted(place):
            while number < self.end and self._parts[number] is None:
                number += 1  # noqa: PLW2901 - the way on from here
                place.add(number)
        return frozenset(place)


def _names(folder: str) -> list[str]:
    return os.path.normpath(folder).split(os.sep)
