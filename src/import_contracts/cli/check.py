"""The command ``check``."""

from __future__ import annotations

import click

from import_contracts.api import lint
from import_contracts.cli.terminal import CACHE, Progress, cache_folder, print_traceback, read, say, style, warn, write
from import_contracts.errors import UserError
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style
from import_contracts.snapshot import Answer


@click.command("check", short_help="Check every contract (the default).")
@click.option("--config", "config_file", metavar="FILE", help="Read this file: TOML if its name ends so, else INI.")
@click.option("--contract", "only", metavar="ID", multiple=True, help="Check this contract only. May be repeated.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(sorted(FORMATS)),
    default="text",
    help="Format of the report; default text.",
)
@click.option("--output", metavar="FILE", help="Write the report to a file.")
@click.option("--no-baseline", is_flag=True, help="Report known violations like new ones.")
@click.option("--verbose", is_flag=True, help="Show everything, however long the report gets.")
@click.option("--color/--no-color", default=None, help="Colours; by default on a terminal, unless NO_COLOR is set.")
@click.option("--show-timings", is_flag=True, help="Say on standard error how long each step took.")
@click.option("--debug", is_flag=True, help="Show a traceback also where the configuration is wrong.")
@click.option("--cache-dir", metavar="DIR", help=f"Keep the cache here; default {CACHE} beside the configuration.")
@click.option("--no-cache", is_flag=True, help="Read every file, and keep nothing.")
@click.option("--no-logo", is_flag=True, hidden=True)
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    config_file: str | None,
    only: tuple[str, ...],
    format_: str,
    output: str | None,
    no_baseline: bool,
    verbose: bool,
    color: bool | None,
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
    look = style(verbose=verbose, color=color, output=output)
    try:
        config = read(config_file)
        progress = Progress(timings=show_timings or config.show_timings)
        answer = lint(
            config,
            format_,
            look,
            only=only,
            use_baseline=not no_baseline,
            cache=cache_folder(config, cache_dir, no_cache=no_cache),
            watch=progress.step,
            warn=warn,
        )
    except UserError as error:
        if debug:
            print_traceback()
        if format_ == "text" and output is None:
            raise
        if output is not None:
            say(error)
        answer = _wrong(error, format_, look)
    write(answer.text, output)
    return answer.exit_status


def _wrong(error: UserError, format_: str, style: Style) -> Answer:
    """Return a report that says nothing but what is wrong."""
    from import_contracts.report import Report  # noqa: PLC0415 - slow to import, and seldom needed

    report = Report(modules=0, imports=0, outcomes=(), problems=error.problems)
    return Answer(FORMATS[format_](report, style), report.exit_status)
