"""Where the packages of a project are, by its ``pyproject.toml``: in the members of a uv workspace, and layouts.

Only data is read: no build backend runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from import_contracts import disk
from import_contracts.config.files import parse_toml
from import_contracts.config.session import SOURCE_ROOTS, folders_at
from import_contracts.problems import Problem, UserError
from import_contracts.reading.program import find_packages
from import_contracts.repository import checkout

_FILE = "pyproject.toml"


class Places(NamedTuple):
    """The source roots of a project without a configuration.

    ``named`` are their names, relative to the folder, as ``source_roots`` has them; () for the default. ``folders`` are
    the folders that these match.
    """

    named: tuple[str, ...]
    folders: tuple[Path, ...]


def places_of(folder: Path, named: Sequence[str] = ()) -> Places:
    """Return the named source roots; else those that the project in a folder has.

    Raises UserError if one of the named does not exist.
    """
    if named:
        found = [(place, [each for each in folders_at(folder, place) if disk.is_folder(each)]) for place in named]
        absent = [place for place, folders in found if not folders]
        if absent:
            raise UserError(*(Problem(f"--source-root: There is no folder '{place}'.") for place in absent))
        return Places(tuple(named), tuple(dict.fromkeys(each for _, folders in found for each in folders)))
    default = [folder / place for place in SOURCE_ROOTS]
    more = [place for place in _found(folder) if place not in default]
    if not more:
        return Places((), tuple(default))
    own = [place for place in default if find_packages([place])]
    members = _string_list(_uv(folder), "members")
    return Places(tuple(_written(folder, [*own, *more], members)), (*default, *more))


def _found(folder: Path) -> list[Path]:
    """Return the folders with packages: those of the project itself, and those of the members of its workspace."""
    found = [place for place in _layout(folder) if find_packages([place])]
    for member in _members(folder):
        found += [place for place in _layout(member) if find_packages([place])]
    return list(dict.fromkeys(found))


def _members(folder: Path) -> list[Path]:
    """Return the members of a workspace of uv, sorted; not those that its ``exclude`` leaves out."""
    workspace = _uv(folder)
    excluded = {each for pattern in _string_list(workspace, "exclude") for each in folders_at(folder, pattern)}
    members = {each for pattern in _string_list(workspace, "members") for each in folders_at(folder, pattern)}
    return sorted(
        Path(os.path.normpath(member))
        for member in members
        if excluded.isdisjoint((member, *member.parents)) and _is_ours(member, folder)
    )


def _is_ours(place: Path, folder: Path) -> bool:
    """Return whether a folder is in the checkout: a project could name any folder of the machine."""
    return disk.is_folder(place) and disk.is_inside(place, checkout(folder))


def _layout(folder: Path) -> list[Path]:
    """Return the source roots of one project: its folder, ``src``, and those that it tells a build backend."""
    tools = _table(_project(folder), "tool")
    named = [*SOURCE_ROOTS, *_of_backends(tools)]
    places = dict.fromkeys(Path(os.path.normpath(folder / place)) for place in named if "\0" not in place)
    return [place for place in places if _is_ours(place, folder)]


def _of_backends(tools: Mapping[str, object]) -> Iterator[str]:
    setuptools = _table(tools, "setuptools")
    root = _table(setuptools, "package-dir").get("")
    wheel = _table(_table(_table(_table(tools, "hatch"), "build"), "targets"), "wheel")
    module_root = _table(_table(tools, "uv"), "build-backend").get("module-root")
    packages = _table(tools, "poetry").get("packages")
    included = (
        [each.get("from") for each in packages if isinstance(each, Mapping)] if isinstance(packages, list) else []
    )
    yield from (each for each in (root, module_root, *included) if isinstance(each, str))
    yield from _string_list(_table(_table(setuptools, "packages"), "find"), "where")
    yield from (os.path.dirname(each) or "." for each in _string_list(wheel, "packages"))  # noqa: PTH120 - a part of a path


def _written(folder: Path, places: Sequence[Path], members: Sequence[str]) -> Iterator[str]:
    """Yield names for places: the pattern of a workspace where it matches exactly some of them, else each path."""
    left = list(places)
    while left:
        place = left.pop(0)
        patterns = (os.path.normpath(f"{member}/{end}") for member in members for end in SOURCE_ROOTS[::-1])
        for pattern in patterns:
            matched = list(map(Path, map(os.path.normpath, folders_at(folder, pattern))))
            if len(matched) > 1 and place in matched and set(matched) <= {place, *left}:
                left = [each for each in left if each not in matched]
                yield Path(pattern).as_posix()
                break
        else:
            yield Path(os.path.relpath(place, folder)).as_posix()


def _uv(folder: Path) -> Mapping[str, object]:
    return _table(_table(_table(_project(folder), "tool"), "uv"), "workspace")


def _project(folder: Path) -> Mapping[str, object]:
    """Return the content of a project's ``pyproject.toml``; empty if it cannot be read, which others report."""
    try:
        return parse_toml(disk.read(folder / _FILE), _FILE)
    except (OSError, UserError):
        return {}


def _table(outer: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = outer.get(key)
    return value if isinstance(value, Mapping) else {}


def _string_list(outer: Mapping[str, object], key: str) -> list[str]:
    value = outer.get(key)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
