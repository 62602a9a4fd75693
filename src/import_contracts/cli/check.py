"""The command ``check``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from import_contracts.cli.parameters import argument, declare, option
from import_contracts.cli.reports import add_reports, deliver, remember, report_options
from import_contracts.cli.terminal import Shared, cache_options, print_problems, print_traceback
from import_contracts.problems import UserError
from import_contracts.reading.store.answer import Answer
from import_contracts.reporters import FORMATS
from import_contracts.runs import answers
from import_contracts.runs.requests import Choice


@declare("check", finish=partial(add_reports, annotates=True), short_help="Check the contracts (the default command).")
@argument("files", metavar="[FILE]...", multiple=True, is_path=True)
@option("--config", "configs", metavar="FILE", multiple=True, help="The same as FILE. Can be repeated.")
@option(
    "--contract", "only", metavar="ID", multiple=True, help="Check only this contract (ID or FILE:ID). Can be repeated."
)
@report_options
@option("--no-baseline", is_flag=True, help="Report known violations as new.")
@option("--debug", is_flag=True, help="Print a traceback for errors in the configuration too.")
@cache_options
@option("--no-logo", is_flag=True, is_ignored=True)  # an option of import-linter
def command(*, only: tuple[str, ...], no_baseline: bool, debug: bool, shared: Shared) -> int:
    """Check the contracts, and show every violation with the shortest chain of imports.

    FILE is a configuration file. Several are checked separately, and share one report. Without FILE, the configuration
    is the first one found in this folder or a parent folder: pyproject.toml with [tool.import-contracts], or a
    configuration of import-linter. In the root of a workspace, such as one of uv, the configurations of its members are
    checked too.

    Paths in the report are relative to the folder of the configuration, or to the nearest common parent of several. In
    the formats text and concise, they are relative to this folder if FILE is given.

    \b
    Exit status:
      0  every contract is kept
      1  a contract is broken by something that is not in the baseline
      2  the configuration or the command line is wrong, or a file could not be read
      3  nothing is new, but the baseline has stale entries
     70  a bug in this program
    """  # noqa: D301 - click gets the backspace of \b
    folder = Path.cwd()
    try:
        configs = shared.configs()
        folder = configs[0].folder
        shared = shared.seen_from_here(folder)
        choice = Choice(only, use_baseline=not no_baseline)
        context = shared.context(*configs)
        found = answers.check(configs, choice, shared.reports, context)
    except UserError as error:
        if debug:
            print_traceback(error)
        return _report_error(error, folder, shared)
    deliver(shared.reports, found)
    remember(shared.reports, found, context.cache)
    return found[0].exit_status


def _report_error(error: UserError, folder: Path, shared: Shared) -> int:
    """Report the problems in every format, as text on standard error, and return the exit status."""
    from import_contracts.runs.check import nothing_checked  # noqa: PLC0415 - rarely needed

    report = nothing_checked(error.problems, folder)
    if any(wanted.format == "text" or wanted.output is not None for wanted in shared.reports):
        print_problems(error, partial(shared.reports[0].style.place, folder=folder.as_posix()))
    left = [wanted for wanted in shared.reports if wanted.format != "text" or wanted.output is not None]
    deliver(left, [Answer(FORMATS[wanted.format](report, wanted.style), report.exit_status) for wanted in left])
    return report.exit_status
