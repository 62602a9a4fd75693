"""What ``import import_contracts`` offers: the runs of the command, for Python programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from import_contracts.config.session import load_config
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reading.context import CACHE, RunContext
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style
from import_contracts.reports.check import Report
from import_contracts.reports.cycles import CyclesReport, Question
from import_contracts.runs.check import check as run_check
from import_contracts.runs.cycles import cycles as run_cycles
from import_contracts.runs.requests import Choice

AnyPath: TypeAlias = str | PathLike[str]


def check(
    config: AnyPath | None = None,
    *,
    folder: AnyPath = ".",
    contracts: str | Iterable[str] = (),
    use_baseline: bool = True,
    cache: bool | AnyPath = True,
) -> Report:
    """Check the contracts of a configuration, as the command ``lint-imports`` does, and return what was found.

    The configuration is the file that is named, or else the one that is found from ``folder`` on, as the command finds
    it from the working directory. ``contracts`` are the ids of those to check; by default all are. Without
    ``use_baseline``, known violations are new ones. What was read is kept in the folder ``cache`` for the next run:
    True is ``.import_contracts_cache`` beside the configuration, False reads every file and keeps nothing; where the
    folder cannot be written, nothing is kept. ``config`` and ``cache`` are relative to ``folder``.

    Nothing of the program is run. Raises UserError, with everything that is wrong, where nothing can be checked: there
    is no configuration, a root package is not found, no contract has such an id, or the baseline cannot be read. What
    is wrong with single contracts or files is in the report, whose ``exit_status`` is that of the command.
    """
    found = load_config(config, folder)
    only = (contracts,) if isinstance(contracts, str) else tuple(contracts)
    context = RunContext(found.folder, _kept_in(found.folder, folder, cache=cache))
    return run_check(found, Choice(only, use_baseline=use_baseline), context)


def find_cycles(
    *packages: str,
    folder: AnyPath = ".",
    python: tuple[int, int] | None = None,
    quick: bool = False,
    cache: bool | AnyPath = True,
) -> CyclesReport:
    """Return the import cycles of packages, or of parts of them, as ``lint-imports cycles`` finds them.

    The packages lie in ``folder``, in its ``src``, or are installed; the paths of the report are relative to
    ``folder``. Crashes are foretold for a version of ``python``, by default the one that runs. A ``quick`` search finds
    the cycles, and neither crashes nor what to change. ``cache`` is that of `check`; True lies in ``folder``.

    Nothing of the program is run. Raises UserError where a package is not found.
    """
    here = Path(folder).absolute()
    question = Question(packages, python or (sys.version_info.major, sys.version_info.minor), is_quick=quick)
    return run_cycles(question, (here, here / "src"), RunContext(here, _kept_in(here, here, cache=cache)))


def render(report: Report, format_: str = "text", /, *, verbose: bool = False, color: bool = False) -> str:
    """Return a report in one of the formats of the command, which are the choices of its option ``--format``.

    ``verbose`` shows everything, however long the report gets; ``color`` uses ANSI escape codes. Raises UserError where
    there is no such format.
    """
    if format_ not in FORMATS:
        known = did_you_mean(format_, FORMATS) or f" Known are {', '.join(sorted(FORMATS))}."
        raise UserError(Problem(f"There is no format '{format_}'.{known}"))
    return FORMATS[format_](report, Style(verbose=verbose, color=color))


def _kept_in(beside: Path, folder: AnyPath, *, cache: bool | AnyPath) -> Path | None:
    """Return the folder of the cache, None where nothing is to be kept."""
    if isinstance(cache, bool):
        return beside / CACHE if cache else None
    return Path(folder).absolute() / cache
