"""What the projects of a workspace declare that they depend on, by their ``pyproject.toml``; nothing is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from import_contracts import disk
from import_contracts.config.globs import folders_at
from import_contracts.config.pyproject import PROJECT, project, string_list, table
from import_contracts.config.session import Config
from import_contracts.config.workspace import layout, members_of
from import_contracts.contracts.declared import Declaration, Distribution, normalized
from import_contracts.patterns import pattern
from import_contracts.problems import UserError
from import_contracts.reading.files.packages import find_packages, find_top_level
from import_contracts.reading.files.roots import find_portions
from import_contracts.repository import checkout


def declarations(config: Config) -> tuple[Declaration, ...]:
    """Return what the projects of the workspace around a configuration declare, in the order of their folders.

    The modules of a dependency are those of the project with its name, else those of the distribution that is installed
    in the ``.venv`` of the workspace, or for the running Python. A root package that is in no project is in a
    declaration without a file. Empty if a root package is not found.
    """
    home = _home(config)
    projects = _Projects(config)
    try:
        packages = projects.packages()
    except UserError:  # which is reported where the program is read
        return ()
    folders = sorted({folder for folder in (home, *members_of(home), *packages) if folder and projects.name(folder)})
    own = {projects.name(folder): packages.get(folder) or find_packages(layout(folder)) for folder in folders}
    installed = _Installed(home)
    found = [projects.declaration(folder, packages.get(folder, ()), own, installed) for folder in folders]
    return *found, *(Declaration("", names, (), is_dynamic=False) for folder, names in packages.items() if not folder)


def _home(config: Config) -> Path:
    """Return the folder of the workspace that a configuration is in; its own folder if it is in none."""
    here = config.path.parent
    top = checkout(here)
    outer = (folder for folder in here.parents if folder.is_relative_to(top) and here in members_of(folder))
    return config.home if config.is_member else next(outer, here)


class _Projects:
    """The folders whose ``pyproject.toml`` has a project with a name, in the checkout of a configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._top = checkout(config.path.parent)
        self._read: dict[Path, Mapping[str, object]] = {}

    def _content(self, folder: Path) -> Mapping[str, object]:
        if folder not in self._read:
            files = self._config.source.files
            self._read[folder] = project(folder, None if files is None else files.read)
        return self._read[folder]

    def name(self, folder: Path) -> str:
        """Return the normalized name of the project in a folder; "" if there is none."""
        name = table(self._content(folder), "project").get("name")
        return normalized(name) if isinstance(name, str) else ""

    def packages(self) -> dict[Path | None, tuple[str, ...]]:
        """Return the packages of the program in each project, sorted; those of None are in no project.

        Of a namespace package in several of them, these are the packages and modules in it. Raises UserError if a root
        package is not found.
        """
        places: dict[str, list[tuple[Path | None, str]]] = {}
        for name, place in find_portions(self._config.root_packages, self._config.source_roots):
            around = (Path(os.path.normpath(each)) for each in Path(place).parents)
            inside = (folder for folder in around if disk.is_inside(folder, self._top))
            places.setdefault(name, []).append((next(filter(self.name, inside), None), place))
        found: dict[Path | None, set[str]] = {}
        for name, portions in places.items():
            is_shared = len({folder for folder, _ in portions}) > 1
            for folder, place in portions:
                inner = {f"{name}.{each}" for each in find_top_level(place)} if is_shared else {name}
                found.setdefault(folder, set()).update(inner)
        return {folder: tuple(sorted(names)) for folder, names in found.items()}

    def declaration(
        self, folder: Path, packages: tuple[str, ...], own: Mapping[str, tuple[str, ...]], installed: _Installed
    ) -> Declaration:
        """Return what the project in a folder declares; ``own`` are the packages of each project, by its name."""
        tables = [table(self._content(folder), "project"), *self._by_hooks(folder)]
        texts = [text for each in tables for text in string_list(each, "dependencies")]
        is_dynamic = "dependencies" in string_list(tables[0], "dynamic") and not texts
        for extras in (table(each, "optional-dependencies") for each in tables):
            texts += [text for extra in extras for text in string_list(extras, extra)]
        names = sorted({normalized(found[1]) for text in texts if (found := _NAME.match(text))})
        return Declaration(
            self._config.shown(str(folder / PROJECT)),
            packages,
            tuple(Distribution(name, own[name] if name in own else installed.modules(name)) for name in names),
            is_dynamic=is_dynamic,
        )

    def _by_hooks(self, folder: Path) -> Iterator[Mapping[str, object]]:
        """Yield the tables of the metadata hooks of Hatch, which may list what is dynamic in ``[project]``."""
        hooks = table(table(table(table(self._content(folder), "tool"), "hatch"), "metadata"), "hooks")
        yield from (table(hooks, name) for name in hooks)


_NAME = pattern(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")  # at the start of a requirement (PEP 508)


class _Installed:
    """The distributions that are installed for a workspace, or for the running Python."""

    def __init__(self, home: Path) -> None:
        inside = (each for end in ("lib/python*", "Lib") for each in folders_at(home, f".venv/{end}/site-packages"))
        self._places = [*inside, *map(Path, sys.path)]

    @cached_property
    def _metadata(self) -> dict[str, Path]:
        """The folder of each distribution's metadata, by its normalized name; of several, the first on the path."""
        found: dict[str, Path] = {}
        for place in filter(disk.is_folder, self._places):
            for path in sorted(place / name for name in disk.names(place)):
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
