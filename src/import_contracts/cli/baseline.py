"""The commands of the ratchet."""

from __future__ import annotations

import click

from import_contracts.cli.terminal import CacheChoice, options, read, write
from import_contracts.reporters.baseline import CHANGE_FORMATS, STATUS_FORMATS
from import_contracts.reports.baseline import BaselineChange
from import_contracts.runs import baseline


@click.group("baseline", short_help="Known violations, which may become fewer.")
def command() -> None:
    """Keep known violations in a file that can shrink, and that grows only where somebody says so.

    \b
    create   take all violations of today for known
    status   how many are known, new and stale, and where most are
    shrink   remove what is no longer true
    accept   add a violation
    rename   follow a module or package that has another name
    """  # noqa: D301 - as above


_change_format = click.option(
    "--format", "format_", type=click.Choice(sorted(CHANGE_FORMATS)), default="text", help="Default text."
)


def _write(change: BaselineChange, format_: str) -> int:
    write(CHANGE_FORMATS[format_](change), None)
    return 0


@command.command("create")
@_change_format
@options
def _create(*, format_: str, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Take all violations of today for known.

    Writes them into the file that the key "baseline" names. Where there is no such key, it is added to the
    configuration. Where there are entries already, nothing is done.
    """
    config = read(config_file)
    return _write(baseline.create(config, CacheChoice(cache_dir, no_cache).context(config)), format_)


@command.command("shrink")
@_change_format
@options
def _shrink(*, format_: str, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Remove the entries that no violation matches any more, and only them.

    Nothing is removed while a file cannot be read, as its imports may be what an entry is about.
    """
    config = read(config_file)
    return _write(baseline.shrink(config, CacheChoice(cache_dir, no_cache).context(config)), format_)


@command.command("accept")
@click.argument("wanted", metavar="[VIOLATION|CONTRACT]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Accept all that is new.")
@click.option("--reason", default="", metavar="TEXT", help="Write this behind each entry, as a comment.")
@_change_format
@options
def _accept(  # noqa: PLR0913 - one parameter for each option
    *,
    wanted: tuple[str, ...],
    everything: bool,
    reason: str,
    format_: str,
    config_file: str | None,
    cache_dir: str | None,
    no_cache: bool,
) -> int:
    """Add violations to those that are known.

    A violation is named by its line in the baseline ("layers shop.a -> shop.b => shop.web"), by its chain, or by
    path:line; the id of a contract stands for all that is new in it.
    """
    if bool(wanted) == everything:
        raise click.UsageError("Name what to accept: a violation, a contract's id, or --all.")
    config = read(config_file)
    context = CacheChoice(cache_dir, no_cache).context(config)
    return _write(baseline.accept(config, context, wanted, reason), format_)


@command.command("rename")
@click.argument("old")
@click.argument("new")
@click.option("--config", "config_file", metavar="FILE", help="Read this file instead of looking for one.")
@_change_format
def _rename(*, old: str, new: str, config_file: str | None, format_: str) -> int:
    """Give a module, or a package with everything inside it, its new name in every entry."""
    return _write(baseline.rename(read(config_file), old, new), format_)


@command.command("status")
@click.option("--since", metavar="REV", help="Also say what was added and removed since this git revision.")
@click.option("--format", "format_", type=click.Choice(sorted(STATUS_FORMATS)), default="text", help="Default text.")
@options
def _status(*, since: str | None, format_: str, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Say how many violations are known, new and stale in each contract, and which modules have most.

    The exit status is 0, or 2 where not everything could be read and checked.
    """
    config = read(config_file)
    status = baseline.status(config, CacheChoice(cache_dir, no_cache).context(config), since)
    write(STATUS_FORMATS[format_](status), None)
    return status.exit_status
