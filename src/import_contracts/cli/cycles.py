"""The command ``cycles``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from import_contracts.cli.reports import Reporting, deliver, report_options
from import_contracts.cli.terminal import CacheChoice, options, read
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, UserError
from import_contracts.reading.program import find_packages
from import_contracts.reporters.style import Wanted
from import_contracts.reports.cycles import Question
from import_contracts.runs import answers


def _version(context: click.Context, option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Return major and minor version of a text such as 3.13."""
    if value is None:
        return None
    major, dot, minor = value.partition(".")
    if not (dot and major == "3" and minor.isdecimal() and len(minor) < 4):
        raise click.BadParameter(f"'{value}' is no version of Python 3; write one like 3.13.", context, option)
    return 3, int(minor)


@click.command("cycles", cls=Reporting, short_help="Find every cycle, what crashes, and what to change.")
@click.argument("packages", metavar="[PACKAGE]...", nargs=-1)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([str(kind) for kind in Kind]),
    multiple=True,
    help="Only cycles of this kind; may be repeated.",
)
@click.option("--python", callback=_version, metavar="3.x", help="Foretell this version; default the one that runs.")
@click.option("--quick", is_flag=True, help="Only find the cycles: no crashes, no plan.")
@report_options
@options
def command(  # noqa: PLR0913 - one parameter for each option
    *,
    packages: tuple[str, ...],
    kinds: tuple[str, ...],
    python: tuple[int, int] | None,
    quick: bool,
    reports: tuple[Wanted, ...],
    show_timings: bool,
    config_file: str | None,
    cache_dir: str | None,
    no_cache: bool,
) -> int:
    """Find every import cycle, say which modules crash when imported first, and what to change.

    No configuration is needed: a PACKAGE lies in this folder, in "src", or is installed. Without one, the packages of
    the configuration are looked at, or else all in this folder and in "src". A part of a package may be named as well,
    such as app.models: then it is the cycles that lead through it. Nothing of the program is run.

    \b
    Kinds:
      runtime          stands with imports that run while a module is imported
      deferred         only with imports inside functions as well
      lazy             only with lazy imports (PEP 810) as well
      type_checking    only with imports for type checking as well

    The exit status is 0, or 2 where something could not be read; the contract types "acyclic" and "crash" judge.
    """  # noqa: D301 - as above
    folder = Path.cwd()
    source_roots: tuple[Path, ...] = (folder, folder / "src")
    if config_file is not None or not packages:
        packages, source_roots, folder = _looked_at(packages, config_file, source_roots)
    question = Question(
        tuple(dict.fromkeys(packages)),
        python or (sys.version_info.major, sys.version_info.minor),
        tuple(kind for kind in Kind if not kinds or kind in kinds),
        quick,
    )
    context = CacheChoice(cache_dir, no_cache).context_here(folder, timings=show_timings)
    found = answers.cycles(question, source_roots, reports, context)
    deliver(reports, [answer.text for answer in found])
    return found[0].exit_status


def _looked_at(
    packages: tuple[str, ...], config_file: str | None, places: tuple[Path, ...]
) -> tuple[tuple[str, ...], tuple[Path, ...], Path]:
    """Return the packages of the configuration, or those that are here, with where to look for them."""
    try:
        config = read(config_file)
    except UserError:
        found = find_packages(places)
        if config_file is not None:
            raise
        if not found:
            message = "There is no package here or in 'src'; name one: lint-imports cycles shop"
            raise UserError(Problem(message)) from None
        return found, places, Path.cwd()
    return packages or config.root_packages, config.source_roots, config.folder
