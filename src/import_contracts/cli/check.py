"""The command ``check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from import_contracts.cli.reports import Reporting, Wanted, deliver, report_options
from import_contracts.cli.terminal import (
    CACHE,
    Progress,
    cache_folder,
    print_problems,
    print_traceback,
    read,
    style,
    warn,
)
from import_contracts.problems import UserError
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style
from import_contracts.runs.check import lint, placed


@click.command("check", cls=Reporting, annotates=True, short_help="Check the contracts (the default command).")
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="Read this file: TOML if its name ends in .toml, else INI.",
)
@click.option("--contract", "only", metavar="ID", multiple=True, help="Check only this contract. Can be repeated.")
@report_options
@click.option("--no-baseline", is_flag=True, help="Report known violations as new ones.")
@click.option("--verbose", is_flag=True, help="Show everything, even if the report is long.")
@click.option("--color/--no-color", default=None, help="Use colours; default: on a terminal, unless NO_COLOR is set.")
@click.option("--show-timings", is_flag=True, help="Print the time of each step on standard error.")
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
    verbose: bool,
    color: bool | None,
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
    formats = [(each.format, style(verbose=verbose, color=color, output=each.output)) for each in reports]
    folder = Path.cwd()
    try:
        config = read(config_file)
        folder = config.folder
        progress = Progress(timings=show_timings or config.show_timings)
        answers = lint(
            config,
            formats,
            only=only,
            use_baseline=not no_baseline,
            cache=cache_folder(config, cache_dir, no_cache=no_cache),
            watch=progress.step,
            warn=warn,
        )
    except UserError as error:
        if debug:
            print_traceback()
        return _report_error(error, folder, reports, formats)
    deliver(reports, [answer.text for answer in answers])
    return answers[0].exit_status


def _report_error(
    error: UserError, folder: Path, reports: Sequence[Wanted], formats: Sequence[tuple[str, Style]]
) -> int:
    """Report the problems in every format, as text on standard error, and return the exit status."""
    from import_contracts.reports.check import Report  # noqa: PLC0415 - slow to import, and rarely needed

    report = placed(Report(modules=0, imports=0, outcomes=(), problems=error.problems), folder)
    if any(each.format == "text" or each.output is not None for each in reports):
        print_problems(error)
    rendered = [
        (wanted, FORMATS[name](report, style))
        for wanted, (name, style) in zip(reports, formats, strict=True)
        if wanted != ("text", None)
    ]
    deliver([wanted for wanted, _ in rendered], [text for _, text in rendered])
    return report.exit_status
