"""The command ``check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from import_contracts.cli.reports import Reporting, deliver, report_options
from import_contracts.cli.terminal import CacheChoice, print_traceback, read, say
from import_contracts.problems import UserError
from import_contracts.reading.context import CACHE
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Wanted
from import_contracts.runs import answers
from import_contracts.runs.requests import Choice


@click.command("check", cls=Reporting, annotates=True, short_help="Check every contract (the default).")
@click.option("--config", "config_file", metavar="FILE", help="Read this file: TOML if its name ends so, else INI.")
@click.option("--contract", "only", metavar="ID", multiple=True, help="Check this contract only. May be repeated.")
@report_options
@click.option("--no-baseline", is_flag=True, help="Report known violations like new ones.")
@click.option("--debug", is_flag=True, help="Show a traceback also where the configuration is wrong.")
@click.option("--cache-dir", metavar="DIR", help=f"Keep the cache here; default {CACHE} beside the configuration.")
@click.option("--no-cache", is_flag=True, help="Read every file, and keep nothing.")
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
    """Check every contract and report each broken one, with the shortest chain of imports that breaks it.

    The configuration is looked for in this folder, then in those around it: pyproject.toml with
    [tool.import-contracts], or where import-linter has it. Paths in the report are relative to the file found.

    \b
    Exit status:
      0  every contract is kept
      1  a contract is broken, by something that is not in the baseline
      2  the configuration or the call is wrong, or a file could not be read
      3  nothing new, but the baseline has entries that no violation matches any more
     70  a bug of this program
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
        return _tell(error, folder, reports)
    deliver(reports, [answer.text for answer in found])
    return found[0].exit_status


def _tell(error: UserError, folder: Path, reports: Sequence[Wanted]) -> int:
    """Report what is wrong in every format, but as text on standard error; return the exit status."""
    from import_contracts.runs.check import nothing_checked  # noqa: PLC0415 - only once something is wrong

    report = nothing_checked(error.problems, folder)
    if any(each.format == "text" or each.output is not None for each in reports):
        say(error)
    told = [each for each in reports if each.format != "text" or each.output is not None]
    deliver(told, [FORMATS[each.format](report, each.style) for each in told])
    return report.exit_status
