"""What the projects of a workspace declare that they depend on, by their ``pyproject.toml``; nothing is imported."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from import_contracts import disk
from import_contracts.config.loading import PROJECT, project, string_list, table
from import_contracts.config.session import Config
from import_contracts.config.workspace import layout, members_of
from import_contracts.contracts.declared import Declaration, Distribution, normalized
from import_contracts.problems import UserError
from import_contracts.reading.program import find_packages, find_portions, find_top_level
from import_contracts.repository import checkout


def declarations(config: Config) -> tuple[Declaration, ...]:
    """Return what the projects of the workspace around a configuration declare, in the order of their folders.

    The modules of a dependency are those of the project with its name, else those of the distribution that is installed
    in the ``.venv`` of the workspace, or for the running Python. Empty if a root package is not found.
    """
    home = _home(config)
    folders = [folder for folder in (home, *members_of(home)) if isinstance(project(folder).get("project"), Mapping)]
    try:
        packages = _packages(config, folders)
    except UserError:  # which is reported where the program is read
        return ()
    names = {folder: normalized(str(table(project(folder), "project").get("name", ""))) for folder in folders}
    own = {names[folder]: packages[folder] or find_packages(layout(folder)) for folder in folders}
    installed = _Installed(home)
    return tuple(_declaration(config, folder, packages[folder], own, installed) for folder in folders)


def _home(config: Config) -> Path:
    """Return the folder of the workspace that a configuration is in; its own folder if it is in none."""
    here = config.path.parent
    top = checkout(here)
    outer = (folder for folder in here.parents if folder.is_relative_to(top) and here in members_of(folder))
    return config.home if config.is_member else next(outer, here)


def _packages(config: Config, folders: Sequence[Path]) -> dict[Path, tuple[str, ...]]:
    """Return the packages of the program that are in the folder of each project, sorted.

    Of a namespace package in several of them, these are the packages and modules in it. Raises UserError if a root
    package is not found.
    """
    real = {os.path.realpath(folder) + os.sep: folder for folder in folders}
    owned: dict[str, list[tuple[Path, str]]] = {}
    for name, place in find_portions(config.root_packages, config.source_roots):
        around = [outer for outer in real if os.path.realpath(place).startswith(outer)]
        if around:
            owned.setdefault(name, []).append((real[max(around, key=len)], place))
    found: dict[Path, set[str]] = {folder: set() for folder in folders}
    for name, places in owned.items():
        is_shared = len({folder for folder, _ in places}) > 1
        for folder, place in places:
            found[folder] |= {f"{name}.{inner}" for inner in find_top_level(place)} if is_shared else {name}
    return {folder: tuple(sorted(names)) for folder, names in found.items()}


def _declaration(
    config: Config,
    folder: Path,
    packages: tuple[str, ...],
    own: Mapping[str, tuple[str, ...]],
    installed: _Installed,
) -> Declaration:
    def distributions(requirements: Sequence[str]) -> tuple[Distribution, ...]:
        names = sorted({normalized(found[1]) for each in requirements if (found := _NAME.match(each))})
        return tuple(Distribution(name, own[name] if name in own else installed.modules(name)) for name in names)

    declared = [table(project(folder), "project"), *_by_hooks(folder)]
    optional = (table(each, "optional-dependencies") for each in declared)
    required = [requirement for each in declared for requirement in string_list(each, "dependencies")]
    return Declaration(
        config.shown(str(folder / PROJECT)),
        packages,
        distributions(required),
        distributions([each for extras in optional for extra in extras for each in string_list(extras, extra)]),
        is_dynamic="dependencies" in string_list(declared[0], "dynamic") and not required,
    )


def _by_hooks(folder: Path) -> Iterator[Mapping[str, object]]:
    """Yield the tables of the metadata hooks of Hatch, which may list what is dynamic in ``[project]``."""
    hooks = table(table(table(table(project(folder), "tool"), "hatch"), "metadata"), "hooks")
    yield from (table(hooks, name) for name in hooks)


_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")  # at the start of a requirement (PEP 508)


class _Installed:
    """The distributions that are installed for a workspace, or for the running Python."""

    def __init__(self, home: Path) -> None:
        inside = (found for end in ("lib/python*", "Lib") for found in sorted(home.glob(f".venv/{end}/site-packages")))
        self._places = [*inside, *map(Path, sys.path)]

    @cached_property
    def _metadata(self) -> dict[str, Path]:
        """The folder of each distribution's metadata, by its normalized name; of several, the first on the path."""
        found: dict[str, Path] = {}
        for place in filter(disk.is_folder, self._places):
            for path in sorted(place.iterdir()):
                if path.suffix in {".dist-info", ".egg-info"}:
                    found.setdefault(normalized(path.stem.partition("-")[0]), path)
        return found

    def modules(self, name: str) -> tuple[str, ...]:
        """Return the top-level modules of a distribution, sorted; () if it is not installed, or has none."""
        folder = self._metadata.get(name)
        return () if folder is None else tuple(sorted(set(_top_level(folder))))


def _top_level(metadata: Path) -> Iterator[str]:
    """Yield the top-level modules that the metadata of a distribution names."""
    listed = _lines(metadata / "top_level.txt")
    for path in listed or [line.partition(",")[0].strip('"') for line in _lines(metadata / "RECORD")]:
        first, slash, _ = path.strip().partition("/")
        name = first if slash or listed else first.partition(".")[0] if first.endswith(_MODULES) else ""
        if name.isidentifier() and not name.startswith("__"):
            yield name


_MODULES = (".py", ".so", ".pyd")


def _lines(path: Path) -> list[str]:
    try:
        return disk.read(path).decode(errors="replace").splitlines()
    except OSError:
        return []
