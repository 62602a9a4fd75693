"""The Python API: ``check``, ``find_cycles`` and ``render`` do what the command does."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from import_contracts.config.loading import load_configs
from import_contracts.problems import Problem, UserError, suggestion
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.excluding import EXCLUDE, mistake_in
from import_contracts.reading.store.trust import CACHE
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style
from import_contracts.reports.check import Report
from import_contracts.reports.cycles import CyclesReport, Question
from import_contracts.repository import checkout
from import_contracts.runs.check import check as run_check
from import_contracts.runs.cycles import cycles as run_cycles
from import_contracts.runs.requests import Choice

AnyPath: TypeAlias = str | PathLike[str]


def check(  # noqa: PLR0913 - each is a keyword of the API
    config: AnyPath | Iterable[AnyPath] | None = None,
    *,
    folder: AnyPath = ".",
    contracts: str | Iterable[str] = (),
    use_baseline: bool = True,
    cache: bool | AnyPath = True,
    custom_types: bool = True,
) -> Report:
    """Check the contracts of a configuration, as the command ``lint-imports`` does, and return the report.

    ``config`` is the configuration file, relative to ``folder``, or several of them: then the report is about all. By
    default it is searched for in ``folder`` and in the folders around it; if it is that of a workspace, the members are
    checked too. ``contracts`` are the ids of the contracts to check, by default all of them. With
    ``use_baseline=False``, known violations count as new ones.

    ``cache`` is the folder that keeps what was read for the next run, relative to ``folder``. True is
    ``.import_contracts_cache`` next to the configuration. False reads every file and writes nothing. If the folder
    cannot be written, nothing is kept.

    With ``custom_types=False``, or if the environment variable ``LINT_IMPORTS_NO_CUSTOM_TYPES`` is set, custom contract
    types, which run code, are refused: no code of the configuration is imported, and the report has an error.

    The program is not executed. Raises UserError, with every problem, if nothing can be checked: there is no
    configuration, a root package is not found, there is no contract with one of the ids, or the baseline cannot be
    read. Problems with single contracts or files are in the report. Its ``exit_status`` is the one of the command.
    """
    named = () if config is None else (config,) if isinstance(config, str | PathLike) else tuple(config)
    configurations = load_configs(named, folder, custom_types=custom_types)
    only = (contracts,) if isinstance(contracts, str) else tuple(contracts)
    first = configurations[0]
    checkouts = tuple(dict.fromkeys(place for each in configurations for place in each.checkouts))
    cache_folder = _cache_folder(first.home, folder, cache=cache)
    context = RunContext(first.folder, cache_folder, checkouts=checkouts, programs=len(configurations))
    return run_check(configurations, Choice(only, use_baseline=use_baseline), context)


def find_cycles(  # noqa: PLR0913 - each is an option
    *packages: str,
    folder: AnyPath = ".",
    python: tuple[int, int] | None = None,
    quick: bool = False,
    entries: Sequence[str] = (),
    exclude: str | Iterable[str] = (),
    cache: bool | AnyPath = True,
) -> CyclesReport:
    """Return the import cycles of packages, or of modules in them, as ``lint-imports cycles`` finds them.

    The packages are in ``folder``, in its ``src``, or installed. Paths in the report are relative to ``folder``.
    Crashes are predicted for the version ``python``, such as ``(3, 14)``; by default for the one that is running. A
    ``quick`` search finds the cycles, but no crashes and no fixes. ``entries`` are commands that start the program,
    such as ``python -m shop``; those that the project has are followed too. ``exclude`` are globs of files and folders
    to leave out, relative to ``folder``. ``cache`` is as in `check`, except that True is ``.import_contracts_cache`` in
    ``folder``.

    The program is not executed. Raises UserError if a package or module is not found, a glob is not valid, or an entry
    is not understood.
    """
    here = Path(folder).absolute()
    version = python or (sys.version_info.major, sys.version_info.minor)
    question = Question(packages, version, is_quick=quick, entries=tuple(entries))
    context = RunContext(here, _cache_folder(here, here, cache=cache), checkouts=(checkout(here),))
    globs = (exclude,) if isinstance(exclude, str) else tuple(exclude)
    if mistakes := [Problem(message, key=EXCLUDE) for glob in globs if (message := mistake_in(glob))]:
        raise UserError(*mistakes)
    return run_cycles(question, (here, here / "src"), context, tuple((glob, str(here)) for glob in globs))


def render(report: Report, format_: str = "text", /, *, verbose: bool = False, color: bool = False) -> str:
    """Return a report as text in a format, which is one of the choices of the command's option ``--format``.

    ``verbose`` shows everything, even if the report becomes long. ``color`` adds ANSI escape codes. Raises UserError if
    the format is unknown.
    """
    if format_ not in FORMATS:
        hint = suggestion(format_, FORMATS)
        raise UserError(Problem(f"There is no format '{format_}'.{hint}"))
    return FORMATS[format_](report, Style(verbose=verbose, color=color))


def _cache_folder(default: Path, folder: AnyPath, *, cache: bool | AnyPath) -> Path | None:
    """Return the folder of the cache; None for no cache. ``default`` is the folder that contains it for True."""
    if isinstance(cache, bool):
        return default / CACHE if cache else None
    return Path(folder).absolute() / cache
