"""Which packages ``cycles``, ``fix``, ``graph`` and ``trend`` read, with a configuration or without one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from import_contracts import disk
from import_contracts.cli.parameters import Decorator, UsageError, option
from import_contracts.cli.terminal import Shared, once
from import_contracts.config.workspace import Places, packages_at, places_of
from import_contracts.graph.kinds import Kind
from import_contracts.problems import NoConfigurationError, Problem, UserError
from import_contracts.reading.files.excluding import Exclude
from import_contracts.reading.files.packages import find_place
from import_contracts.records import NamedTuple

RUNNING = (sys.version_info.major, sys.version_info.minor)
"""The version of the Python that runs this."""


def _version(value: str) -> tuple[int, int]:
    """Return (3, 13) for "3.13"; raises UsageError for anything that is not a version of Python 3."""
    major, dot, minor = value.partition(".")
    if not (dot and major == "3" and minor.isdecimal() and len(minor) < 4):
        raise UsageError(f"'{value}' is not a version of Python 3; write one like 3.13.", "--python")
    return 3, int(minor)


def kind_option(help_: str) -> Decorator:
    """Return the option ``--kind``, which can be repeated, as the parameter ``kinds``."""
    names = [str(kind) for kind in Kind]
    return option("--kind", "kinds", choices=names, multiple=True, help=help_)


python_option = once(
    "--python", convert=_version, metavar="3.x", help="Python version to predict for; default: the one running."
)


def chosen_kinds(kinds: Sequence[str]) -> tuple[Kind, ...]:
    """Return the kinds that are named, the most eager first; all if none are."""
    return tuple(kind for kind in Kind if not kinds or kind in kinds)


class Targets(NamedTuple):
    """The packages that are asked about, the folders in which they are looked up, and what is excluded.

    ``named`` are the folders that the user has named, among the others. Paths in reports are relative to ``folder``.
    """

    packages: tuple[str, ...]
    roots: tuple[Path, ...]
    exclude: Exclude
    folder: Path
    named: tuple[Path, ...]


def find_targets(
    command: str, packages: tuple[str, ...], source_roots: Sequence[str], globs: Sequence[str], shared: Shared
) -> Targets:
    """Return what the arguments and options of a command, which has a name for messages, ask about.

    Raises UserError if there is nothing, and UsageError if they contradict each other.
    """
    folder = Path.cwd()
    if source_roots and shared.config_file is not None:
        raise UsageError("The configuration says where packages are; give --config or --source-root.")
    places = places_of(folder, source_roots)
    packages, named = _located(packages)
    roots = (*named, *places.folders)
    exclude: Exclude = tuple((glob, str(folder)) for glob in globs)
    if source_roots:
        packages, named = packages or _packages_in(places, command)[0], roots
    elif shared.config_file is not None or not packages:
        packages, configured, folder, excluded = _packages_to_read(packages, shared, places, command)
        roots = (*named, *configured)
        exclude += excluded
    return Targets(tuple(dict.fromkeys(packages)), roots, exclude, folder, named)


def _located(arguments: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Return the modules that are named, and the folders of those that are named by their path."""
    modules: list[str] = []
    folders: list[Path] = []
    for argument in arguments:
        is_path = argument.endswith(".py") or os.sep in argument or not argument.strip(".")
        path = Path(argument if is_path else f"{argument}.py")
        if is_path or disk.is_file(path):
            names, places = find_place(path)
            modules += names
            folders += places
        else:
            modules.append(argument)
    return tuple(modules), tuple(folders)


def _packages_to_read(
    packages: tuple[str, ...], shared: Shared, places: Places, command: str
) -> tuple[tuple[str, ...], tuple[Path, ...], Path, Exclude]:
    """Return the packages, the folders to look them up in, the folder that paths are relative to, and what to exclude.

    From the configuration; without one, the packages in ``places``. Raises UserError if a key that decides which files
    are read is wrong.
    """
    try:
        config = shared.config()
    except NoConfigurationError:
        return *_packages_in(places, command), Path.cwd(), ()
    config.demand_no_refusal()
    if wrong := [each for each in config.problems if each.is_error and each.key in _DECIDING]:
        raise UserError(*wrong)
    return packages or config.root_packages, config.source_roots, config.folder, config.exclude


_DECIDING = {"root_package", "root_packages", "source_roots", "exclude"}


def _packages_in(places: Places, command: str) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Return the packages that can be found, and the folders to look them up in; raises UserError if there are none."""
    found, folders = packages_at(Path.cwd(), places)
    if not found:
        where = "in the source roots" if places.named else "in this folder or in 'src'"
        raise UserError(Problem(f"There is no package {where}; name one: lint-imports {command} shop")) from None
    return found, folders
