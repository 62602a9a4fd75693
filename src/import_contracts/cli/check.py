"""The command ``check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from import_contracts.cli.reports import Reporting, deliver, report_options
from import_contracts.cli.terminal import CacheChoice, print_problems, print_traceback, read
from import_contracts.problems import UserError
from import_contracts.reading.context import CACHE
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Wanted
from import_contracts.runs import answers
from import_contracts.runs.requests import Choice


@click.command("check", cls=Reporting, annotates=True, short_help="Check the contracts (the default command).")
@click.option(
    "--config", "config_file", metavar="FILE", help="Read this file: TOML if its name ends in .toml, else INI."
)
@click.option("--contract", "only", metavar="ID", multiple=True, help="Check only this contract. Can be repeated.")
@report_options
@click.option("--no-baseline", is_flag=True, help="Report known violations as new ones.")
@click.option("--debug", is_flag=True, help="Print a traceback for errors in the configuration too.")
@click.option("--cache-dir", metavar="DIR", help=f"Keep the cache in DIR; default: {CACHE} next to the configuration.")
@click.option("--no-cache", is_flag=True, help="Read every file again, and write no cache.")
@click.option("--no-logo", is_flag=True, hidden=True)
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    config_file: str | None,
    only: tuple[str, ...],
    reports: tuple[Wanted, ...],
    no_baseline: bool,
    show_timings: bool,
    debug: bool,
    cache_dir: str | None,
    no_cache: bool,
    no_logo: bool,
) -> int:
    """Check the contracts, and show every violation with the shortest chain of imports.

    The configuration is the first one found in this folder or a parent folder: pyproject.toml with
    [tool.import-contracts], or a configuration of import-linter. Paths in the report are relative to its folder.

    \b
    Exit status:
      0  every contract is kept
      1  a contract is broken by something that is not in the baseline
      2  the configuration or the command line is wrong, or a file could not be read
      3  nothing is new, but the baseline has stale entries
     70  a bug in this program
    """  # noqa: D301 - as above
    del no_logo  # a flag of import-linter, for which there is no use here
    folder = Path.cwd()
    try:
        config = read(config_file)
        folder = config.folder
        context = CacheChoice(cache_dir, no_cache).context(config, timings=show_timings or config.show_timings)
        found = answers.check(config, Choice(only, use_baseline=not no_baseline), reports, context)
    except UserError as error:
        if debug:
            print_traceback()
        return _report_error(error, folder, reports)
    deliver(reports, [answer.text for answer in found])
    return found[0].exit_status


def _report_error(error: UserError, folder: Path, reports: Sequence[Wanted]) -> int:
    """Report the problems in every format, as text on standard error, and return the exit status."""
    from import_contracts.runs.check import nothing_checked  # noqa: PLC0415 - only for errors

    report = nothing_checked(error.problems, folder)
    if any(wanted.format == "text" or wanted.output is not None for wanted in reports):
        print_problems(error)
    others = [wanted for wanted in reports if wanted.format != "text" or wanted.output is not None]
    deliver(others, [FORMATS[wanted.format](report, wanted.style) for wanted in others])
    return report.exit_status
