"""Where the packages of a project are, by its ``pyproject.toml``: members of a uv workspace, and source layouts.

Only data is read: no build backend runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from import_contracts import disk
from import_contracts.config.globs import folders_at
from import_contracts.config.misnamed import OWN
from import_contracts.config.pyproject import is_ours, project, string_list, table, uv_members, uv_workspace
from import_contracts.config.session import SOURCE_ROOTS
from import_contracts.contracts.table import Table
from import_contracts.problems import Problem, UserError
from import_contracts.reading.files.packages import find_beside, find_namespaces, find_packages
from import_contracts.records import NamedTuple


class Places(NamedTuple):
    """The source roots of a project without a configuration.

    ``named`` are their names, relative to the folder, as ``source_roots`` has them; () for the default. ``folders`` are
    the folders that these match.
    """

    named: tuple[str, ...]
    folders: tuple[Path, ...]


def places_of(folder: Path, named: Sequence[str]) -> Places:
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
    members = _listed(folder) or string_list(uv_workspace(folder), "members")
    return Places(tuple(_written(folder, [*own, *more], members)), (*default, *more))


def packages_at(folder: Path, places: Places) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Return the packages that nobody has named, sorted, and the folders to look them up in.

    These are the packages in the source roots; if there are none, and none are named, everything that can be imported
    from the folder itself.
    """
    found = packages_in(folder, places)
    return (found, places.folders) if found or places.named else find_beside(folder)


def packages_in(folder: Path, places: Places) -> tuple[str, ...]:
    """Return the packages in the source roots of a project, sorted.

    Those without ``__init__.py`` count in source roots that have no others, except the folder itself and its ``src``.
    """
    more = [place for place in places.folders if place not in (folder, folder / "src") and not find_packages([place])]
    return tuple(sorted({*find_packages(places.folders), *find_namespaces(more)}))


def _found(folder: Path) -> list[Path]:
    """Return the folders with packages: those of the project itself, and those of the members of its workspace."""
    places = [(place, home) for home in (folder, *members_of(folder)) for place in layout(home)]
    return list(
        dict.fromkeys(
            place for place, home in places if find_packages([place]) or (place != home and find_namespaces([place]))
        )
    )


def members_of(folder: Path) -> list[Path]:
    """Return the folders of the members of a workspace, as uv or the key ``workspace`` names them, sorted."""
    patterns = _listed(folder)
    if patterns is None:
        return uv_members(folder)
    found = {Path(os.path.normpath(each)) for pattern in patterns for each in folders_at(folder, pattern)}
    return sorted(member for member in found if is_ours(member, folder))


def _listed(folder: Path) -> tuple[str, ...] | None:
    """Return what the key ``workspace`` has; None if there is none."""
    own = table(table(project(folder), "tool"), OWN)
    return Table(own).strings("workspace", ()) if "workspace" in own else None


def layout(folder: Path) -> list[Path]:
    """Return the source roots of one project: its folder, ``src``, and those that it tells a build backend."""
    tools = table(project(folder), "tool")
    named = [*SOURCE_ROOTS, *_of_backends(tools)]
    places = dict.fromkeys(Path(os.path.normpath(folder / place)) for place in named if "\0" not in place)
    return [place for place in places if is_ours(place, folder)]


def _of_backends(tools: Mapping[str, object]) -> Iterator[str]:
    setuptools = table(tools, "setuptools")
    root = table(setuptools, "package-dir").get("")
    wheel = table(table(table(table(tools, "hatch"), "build"), "targets"), "wheel")
    module_root = table(table(tools, "uv"), "build-backend").get("module-root")
    packages = table(tools, "poetry").get("packages")
    included = (
        [each.get("from") for each in packages if isinstance(each, Mapping)] if isinstance(packages, list) else []
    )
    yield from (each for each in (root, module_root, *included) if isinstance(each, str))
    yield from string_list(table(table(setuptools, "packages"), "find"), "where")
    yield from (os.path.dirname(each) or "." for each in string_list(wheel, "packages"))  # noqa: PTH120 - a part of a path


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
