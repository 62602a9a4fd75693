"""The command ``cycles``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from import_contracts.cli.reports import Reporting, deliver, report_options
from import_contracts.cli.terminal import Shared, exclude_option, once, options, source_roots
from import_contracts.config.workspace import Places, places_of
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, UserError
from import_contracts.reading.excluding import Exclude
from import_contracts.reading.program import find_packages, find_place, find_top_level
from import_contracts.reports.cycles import Question
from import_contracts.runs import answers


def _version(value: str) -> tuple[int, int]:
    """Return (3, 13) for "3.13"; raises BadParameter for anything that is not a version of Python 3."""
    major, dot, minor = value.partition(".")
    if not (dot and major == "3" and minor.isdecimal() and len(minor) < 4):
        raise click.BadParameter(
            f"'{value}' is not a version of Python 3; write one like 3.13.", param_hint="'--python'"
        )
    return 3, int(minor)


@click.command("cycles", cls=Reporting, short_help="Find import cycles, crashes, and what to change.")
@click.argument("packages", metavar="[PACKAGE]...", nargs=-1)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([str(kind) for kind in Kind]),
    multiple=True,
    help="Show only cycles of this kind. Can be repeated.",
)
@once("--python", convert=_version, metavar="3.x", help="Python version to predict for; default: the one running.")
@click.option(
    "--entry",
    "entries",
    metavar="COMMAND",
    multiple=True,
    help='Also tell whether this command works, such as "python -m shop" or "pytest tests". Can be repeated.',
)
@click.option("--quick", is_flag=True, help="Find only the cycles: no crashes, no entries, no plan.")
@source_roots
@exclude_option
@report_options
@options
def command(  # noqa: PLR0913 - each is an option
    *,
    packages: tuple[str, ...],
    kinds: tuple[str, ...],
    python: tuple[int, int] | None,
    entries: tuple[str, ...],
    quick: bool,
    source_roots: tuple[str, ...],
    globs: tuple[str, ...],
    shared: Shared,
) -> int:
    """Find every import cycle, predict which modules crash when imported first, and propose what to change.

    No configuration is needed: a PACKAGE is looked up in this folder, in "src", in the members of a uv workspace, and
    among the installed packages. It may also be a path: a folder, such as ".", or a file, such as app.py, which is
    read with all that is beside it. By default, the packages of the configuration are read, or else all packages in
    these folders. With a part of a package, such as app.models, only cycles that contain a module of it are shown. The
    program is never run.

    \b
    Kinds:
      runtime          closed by imports that run while a module is imported
      deferred         closed by imports inside functions
      lazy             closed by lazy imports (PEP 810)
      type_checking    closed by imports for type checking

    The exit status is 0, or 2 if a file could not be read. To fail on cycles or crashes, write a contract of type
    acyclic or crash.
    """  # noqa: D301 - as above
    if quick and entries:
        raise click.UsageError("--entry and --quick are both given. Give one of them.")
    folder = Path.cwd()
    if source_roots and shared.config_file is not None:
        raise click.UsageError("The configuration says where packages are; give --config or --source-root.")
    places = places_of(folder, source_roots)
    packages, named = _located(packages)
    roots = (*named, *places.folders)
    exclude: Exclude = tuple((glob, str(folder)) for glob in globs)
    if source_roots:
        packages = packages or _packages_in(places)
    elif shared.config_file is not None or not packages:
        packages, configured, folder, excluded = _packages_to_read(packages, shared, places)
        roots = (*named, *configured)
        exclude += excluded
    shared = shared.seen_from_here(folder)
    question = Question(
        tuple(dict.fromkeys(packages)),
        python or (sys.version_info.major, sys.version_info.minor),
        tuple(kind for kind in Kind if not kinds or kind in kinds),
        quick,
        entries,
    )
    found = answers.cycles(question, roots, exclude, shared.reports, shared.context_here(folder))
    deliver(shared.reports, found)
    return found[0].exit_status


def _located(arguments: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Return the modules that are named, and the folders of those that are named by their path."""
    modules: list[str] = []
    folders: list[Path] = []
    for argument in arguments:
        is_path = argument.endswith(".py") or os.sep in argument or not argument.strip(".")
        path = Path(argument if is_path else f"{argument}.py")
        if is_path or os.path.isfile(path):  # noqa: PTH113 - of too long a name it is no error
            names, places = find_place(path)
            modules += names
            folders += places
        else:
            modules.append(argument)
    return tuple(modules), tuple(folders)


def _packages_to_read(
    packages: tuple[str, ...], shared: Shared, places: Places
) -> tuple[tuple[str, ...], tuple[Path, ...], Path, Exclude]:
    """Return the packages, the folders to look them up in, the folder that paths are relative to, and what to exclude.

    From the configuration; without one, the packages in ``places``.
    """
    try:
        config = shared.config()
    except UserError:
        if shared.config_file is not None:
            raise
        return _packages_in(places), places.folders, Path.cwd(), ()
    config.demand_no_refusal()
    return packages or config.root_packages, config.source_roots, config.folder, config.exclude


def _packages_in(places: Places) -> tuple[str, ...]:
    """Return the packages in some source roots, else what can be imported from here; raises UserError if nothing."""
    found = find_packages(places.folders) or (() if places.named else find_top_level(str(Path.cwd())))
    if not found:
        where = "in the source roots" if places.named else "in this folder or in 'src'"
        raise UserError(Problem(f"There is no package {where}; name one: lint-imports cycles shop")) from None
    return found
