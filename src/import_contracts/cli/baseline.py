"""The command ``baseline`` and its subcommands."""

from __future__ import annotations

from import_contracts.cli.parameters import DeclaredGroup, UsageError, argument, declare, option
from import_contracts.cli.terminal import Shared, no_custom_types, once, options, write
from import_contracts.reporters.baseline import CHANGE_FORMATS, STATUS_FORMATS
from import_contracts.reports.baseline import BaselineChange
from import_contracts.runs import baseline as run

_format = once("--format", "format_", choices=list(CHANGE_FORMATS), default="text", help="Default: text.")


def _write(change: BaselineChange, format_: str) -> int:
    write(CHANGE_FORMATS[format_](change), None, is_for_log=format_ == "text")
    return 0


@declare("create", short_help="Write all current violations to a new baseline.")
@_format
@options
def _create(*, format_: str, shared: Shared) -> int:
    """Write all current violations to a new baseline.

    The file is the one that the key "baseline" names; if the configuration has no such key, it is added. If the file
    has entries already, nothing is written.
    """
    config = shared.whole_config()
    return _write(run.create(config, shared.context(config)), format_)


@declare("shrink", short_help="Remove stale entries.")
@_format
@options
def _shrink(*, format_: str, shared: Shared) -> int:
    """Remove the stale entries: those that no violation matches any more.

    If a file cannot be read or a contract cannot be checked, nothing is removed.
    """
    config = shared.whole_config()
    return _write(run.shrink(config, shared.context(config)), format_)


@declare("accept", short_help="Add new violations.")
@argument("wanted", metavar="[VIOLATION|CONTRACT]...", multiple=True)
@option("--all", "everything", is_flag=True, help="Accept all new violations.")
@once("--reason", default="", metavar="TEXT", help="Write TEXT as a comment after each entry.")
@_format
@options
def _accept(*, wanted: tuple[str, ...], everything: bool, reason: str, format_: str, shared: Shared) -> int:
    """Add new violations to the baseline.

    Name a VIOLATION by its line in the baseline ("layers shop.a -> shop.b => shop.web"), by its chain, or by path:line;
    name a CONTRACT by its id to accept all its new violations.
    """
    if bool(wanted) == everything:
        raise UsageError("Name what to accept: violations, ids of contracts, or --all.")
    config = shared.whole_config()
    return _write(run.accept(config, shared.context(config), wanted, reason), format_)


@declare("rename", short_help="Rename a module, package or contract in every entry.")
@argument("old")
@argument("new")
@once("--config", "config_file", metavar="FILE", help="Read this configuration file.")
@no_custom_types
@_format
def _rename(*, old: str, new: str, config_file: str | None, no_custom_types: bool, format_: str) -> int:
    """Rename a module, a package with everything inside it, or a contract (by its id), in every entry."""
    config = Shared(config_file, no_custom_types=no_custom_types).whole_config()
    return _write(run.rename(config, old, new), format_)


@declare("status", short_help="Count known, new and stale violations.")
@once("--since", metavar="REV", help="Also show the entries added and removed since this git revision.")
@once("--format", "format_", choices=list(STATUS_FORMATS), default="text", help="Default: text.")
@options
def _status(*, since: str | None, format_: str, shared: Shared) -> int:
    """Show how many violations of each contract are known, new and stale, and the modules with the most.

    The exit status is 0, or 2 if something could not be read or checked.
    """
    config = shared.config()
    status = run.status(config, shared.context(config), since)
    write(STATUS_FORMATS[format_](status), None, is_for_log=format_ == "text")
    return status.exit_status


command = DeclaredGroup(
    "baseline",
    (_create, _shrink, _accept, _rename, _status),
    short_help="Create, update and show the file of known violations.",
    help="Create, update and show the baseline: the file of known violations, which do not fail a run.",
)
