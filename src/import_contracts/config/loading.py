"""Which configurations a run reads: those that are named; else the one that is found, and those of its workspace."""

from __future__ import annotations

import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from import_contracts import disk
from import_contracts.config.files import config_in, existing_config, find_config, name_of
from import_contracts.config.globs import folders_at, is_glob
from import_contracts.config.pyproject import PROJECT, uv_members
from import_contracts.config.session import Config, ConfigSource, Origin, load_config, read_config
from import_contracts.problems import NoConfigurationError, Problem, Severity, UserError
from import_contracts.records import replace
from import_contracts.wording import listed

AnyPath: TypeAlias = str | PathLike[str]


def load_configs(named: Sequence[AnyPath], folder: AnyPath, *, custom_types: bool = True) -> tuple[Config, ...]:
    """Read configuration files, each once, in order; without names, the one that is found, and those of its members.

    A configuration has members if its key ``workspace`` says so. One that is found, not named, also has those of a
    workspace of uv, which may have none of its own. The members follow their workspace, sorted by their folders.

    Paths in reports are relative to the folder of the workspace; if several files are named, to the nearest folder
    around all of them. Raises UserError as `load_config` does, with the problems of all files.
    """
    start = Path(folder).absolute()
    paths: dict[str, Path] = {}
    for name in named:
        paths.setdefault(_key(start / name), Path(name))
    around = _around([start / path for path in paths.values()], start) if len(paths) > 1 else None
    reading = _Reading(custom_types, around)
    for path in paths.values():
        reading.file(path, start)
    if not paths:
        home, found = _nearest(start)
        if found is not None:
            reading.file(found, start, Origin.FOUND)
        else:
            reading.members(home, _uv_files(home))
    return reading.result()


def load_one(named: AnyPath | None, folder: AnyPath, *, custom_types: bool) -> Config:
    """Read the configuration ``named``, relative to ``folder``; if None, the one that `find_config` finds.

    For a command that reads one configuration. Raises UserError as `load_config` does, and NoConfigurationError if only
    the members of a workspace have contracts, with the options that name them.
    """
    start = Path(folder).absolute()
    if named is not None:
        return load_config(named, start, custom_types=custom_types)
    _, found = _nearest(start)
    if found is not None and not (config := load_config(None, start, custom_types=custom_types)).only_names_members:
        return config
    members = [config.options.strip() for config in load_configs((), start, custom_types=custom_types)]
    named = listed(members, "or", most=4)
    message = f"Only the members of this workspace have contracts. Name one, from its root: {named}."
    raise NoConfigurationError(Problem(message))


class _Reading:
    """Reads configurations, each file once, and collects the problems of those that cannot be read."""

    def __init__(self, custom_types: bool, around: Path | None) -> None:  # noqa: FBT001 - one place calls it
        self._custom_types = custom_types
        self._around = around
        self._seen: set[str] = set()
        self._configs: list[Config] = []
        self._problems: list[Problem] = []

    def file(self, path: Path, start: Path, origin: Origin = Origin.NAMED) -> None:
        """Read a file; then, unless it is that of a member itself, the configurations of its members."""
        self._seen.add(_key(start / path))
        try:
            source = ConfigSource(start, origin, self._around or (start if origin is Origin.MEMBER else None))
            config = read_config(path, source, custom_types=self._custom_types)
        except UserError as error:
            self._problems += error.problems
            return
        if config.is_member:
            self._configs.append(config)
            return
        home = config.path.parent
        problems: list[Problem] = []
        files = _uv_files(home) if origin is Origin.FOUND and config.workspace is None else []
        for pattern in config.workspace or ():
            here, message = _listed(home, pattern)
            files += here
            problems += [Problem(message, file=config.file, key="workspace")] if message else []
        self._configs.append(replace(config, problems=(*config.problems, *problems)))
        self.members(home, files)

    def members(self, home: Path, files: Sequence[Path]) -> None:
        """Read the configurations of the members of a workspace."""
        for path in sorted(files):
            if _key(path) not in self._seen:
                self.file(Path(os.path.relpath(path, home)), home, Origin.MEMBER)

    def result(self) -> tuple[Config, ...]:
        """Return the configurations that have contracts; what is wrong with others is a problem of the first of these.

        Raises UserError if a file cannot be read.
        """
        if self._problems:
            raise UserError(*self._problems)
        checked = [config for config in self._configs if not config.only_names_members]
        if not checked:
            return tuple(self._configs)
        problems = [
            replace(problem, severity=Severity.ERROR) if config.strict else problem
            for config in self._configs
            if config.only_names_members
            for problem in config.problems
        ]
        first, *others = checked
        return replace(first, problems=(*problems, *first.problems)), *others


def _nearest(start: Path) -> tuple[Path, Path | None]:
    """Return the nearest folder with a configuration or a workspace, and the configuration file in it, or None.

    Raises UserError if there is none, as `find_config` does.
    """
    path = existing_config(start)
    inner = Path(disk.real(start))
    for folder in (inner, *inner.parents):
        if path is not None and folder == path.parent:
            return folder, path
        if _uv_files(folder):
            return folder, None
        if disk.exists(folder / ".git"):
            break
    return inner, find_config(start)


def _uv_files(home: Path) -> list[Path]:
    """Return the configuration files of the members of a workspace of uv; raises UserError if one cannot be read."""
    try:
        if b"workspace" not in disk.read(home / PROJECT):
            return []
    except OSError:
        return []
    found = (_file_in(member, home) for member in uv_members(home) if member != home and disk.is_inside(member, home))
    return [path for path in found if path is not None]


def _listed(home: Path, pattern: str) -> tuple[list[Path], str]:
    """Return the configuration files in the folders that match an item of ``workspace``, and what is wrong with it."""
    folders = [each for each in folders_at(home, pattern) if disk.is_folder(each) and disk.is_inside(each, home)]
    found = [path for folder in folders if (path := _file_in(folder, home)) is not None]
    if found:
        return found, ""
    if is_glob(pattern):
        return [], f"'{pattern}' matches no folder {'with a configuration' if folders else 'inside this one'}."
    return [], f"There is no configuration in '{pattern}'." if folders else f"'{pattern}' is no folder inside this one."


def _file_in(member: Path, home: Path) -> Path | None:
    """Return the configuration file in the folder of a member; raises UserError if one cannot be read."""
    try:
        return config_in(member, home)
    except UserError as error:
        names = (name_of(member / Path(problem.file or PROJECT).name, home) for problem in error.problems)
        raise UserError(*map(_at, error.problems, names)) from None


def _at(problem: Problem, file: str) -> Problem:
    return replace(problem, file=file)


def _key(path: Path) -> str:
    return os.path.normcase(disk.real(path))


def _around(paths: Sequence[Path], start: Path) -> Path:
    """Return the nearest folder around some files; ``start`` if they are on several drives."""
    try:
        return Path(os.path.commonpath([os.path.normpath(path.parent) for path in paths]))
    except ValueError:
        return start
