"""The command ``baseline`` and its subcommands."""

from __future__ import annotations

import click

from import_contracts.cli.terminal import checked, options, read, write
from import_contracts.reporters.status import STATUS_FORMATS
from import_contracts.runs import baseline as run


@click.group("baseline", short_help="Create, update and show the file of known violations.")
def command() -> None:
    """Create, update and show the baseline: the file of known violations, which do not fail a run."""


@command.command("create", short_help="Write all current violations to a new baseline.")
@options
def _create(*, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Write all current violations to a new baseline.

    The file is the one that the key "baseline" names; if the configuration has no such key, it is added. If the file
    has entries already, nothing is written.
    """
    config = read(config_file)
    write(run.create(config, checked(cache_dir, no_cache=no_cache)), None)
    return 0


@command.command("shrink", short_help="Remove stale entries.")
@options
def _shrink(*, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Remove the stale entries: those that no violation matches any more.

    If a file cannot be read or a contract cannot be checked, nothing is removed.
    """
    config = read(config_file)
    write(run.shrink(config, checked(cache_dir, no_cache=no_cache)), None)
    return 0


@command.command("accept", short_help="Add new violations.")
@click.argument("wanted", metavar="[VIOLATION|CONTRACT]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Accept all new violations.")
@click.option("--reason", default="", metavar="TEXT", help="Write TEXT as a comment after each entry.")
@options
def _accept(  # noqa: PLR0913 - one parameter for each option
    *,
    wanted: tuple[str, ...],
    everything: bool,
    reason: str,
    config_file: str | None,
    cache_dir: str | None,
    no_cache: bool,
) -> int:
    """Add new violations to the baseline.

    Name a VIOLATION by its line in the baseline ("layers shop.a -> shop.b => shop.web"), by its chain, or by path:line;
    name a CONTRACT by its id to accept all its new violations.
    """
    if bool(wanted) == everything:
        raise click.UsageError("Name what to accept: violations, ids of contracts, or --all.")
    config = read(config_file)
    check = checked(cache_dir, no_cache=no_cache)
    write(run.accept(config, check, wanted, everything=everything, reason=reason), None)
    return 0


@command.command("rename", short_help="Rename a module or package in every entry.")
@click.argument("old")
@click.argument("new")
@click.option("--config", "config_file", metavar="FILE", help="Read this configuration file.")
def _rename(*, old: str, new: str, config_file: str | None) -> int:
    """Rename a module, or a package with everything inside it, in every entry."""
    write(run.rename(read(config_file), old, new), None)
    return 0


@command.command("status", short_help="Count known, new and stale violations.")
@click.option("--since", metavar="REV", help="Also show the entries added and removed since this git revision.")
@click.option(
    "--format", "format_", type=click.Choice(["json", "markdown", "text"]), default="text", help="Default: text."
)
@options
def _status(*, since: str | None, format_: str, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Show how many violations of each contract are known, new and stale, and the modules with the most.

    The exit status is 0, or 2 if something could not be read or checked.
    """
    status = run.status(read(config_file), checked(cache_dir, no_cache=no_cache), since=since)
    write(STATUS_FORMATS[format_](status), None)
    return status.exit_status
