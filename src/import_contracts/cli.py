"""The command: the only module that prints, reads the working directory, or exits."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from import_contracts import __version__, atomic
from import_contracts.api import check, lint
from import_contracts.config import FIRST_CONFIGURATION, Config, find_config, read_config
from import_contracts.errors import Problem, UserError
from import_contracts.reporters import FORMATS
from import_contracts.reporters.style import Style
from import_contracts.snapshot import Answer

if TYPE_CHECKING:
    from import_contracts.report import Report

_USER_ERROR, _BUG, _INTERRUPTED = 2, 70, 130
_KINDS = ("runtime", "deferred", "lazy", "type_checking", "parent_packages")
_CACHE = ".import_contracts_cache"


def main(args: Sequence[str] | None = None) -> None:
    """Run the command with the arguments of this process, or those given, and exit."""
    collecting = gc.isenabled()
    gc.disable()  # what is made here is needed to the end, and to look through it takes a quarter of a run
    try:
        status = _commands.main(args, standalone_mode=False)
    except UserError as error:
        _say(error)
        status = _USER_ERROR
    except click.ClickException as error:
        error.show()
        status = _USER_ERROR
    except (click.Abort, KeyboardInterrupt):
        status = _INTERRUPTED
    except Exception:  # noqa: BLE001 - the last resort: whatever it is, it is ours
        _print_traceback()
        click.echo(f"This is a bug of import-contracts {__version__}. Please report it with the lines above.", err=True)
        status = _BUG
    finally:
        if collecting:
            gc.enable()
    sys.exit(status)


def _print_traceback() -> None:
    import traceback  # noqa: PLC0415 - slow to import, and seldom needed

    traceback.print_exc()


def _say(error: UserError) -> None:
    for problem in error.problems:
        click.echo(f"error: {problem}", err=True)


_OWN_OPTIONS = {"-h", "--help", "--version"}


class _CheckByDefault(click.Group):
    """Takes a call that names no command, such as ``lint-imports --verbose``, as one of ``check``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        completing = ctx.resilient_parsing  # then no arguments may still become the name of a command
        if (not args and not completing) or (args and args[0].startswith("-") and args[0] not in _OWN_OPTIONS):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands, and the options of the command that is meant where none is named."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            found += self.commands["check"].shell_complete(ctx, incomplete)
        return list({item.value: item for item in found}.values())


# click takes \b for "the next paragraph as it stands".
_EXAMPLE = FIRST_CONFIGURATION.replace("\n\n", "\n\n\b\n")
_HELP = f"""\
Check which parts of a Python program import which, against contracts that the team has written down.

Without a command, check is meant: "lint-imports --verbose" is "lint-imports check --verbose". Its options and the exit
status: lint-imports check --help.

A configuration of import-linter is read as it is.

\b
{_EXAMPLE}
"""


@click.group(cls=_CheckByDefault, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="import-contracts")
def _commands() -> None:
    pass


@_commands.command("check", short_help="Check every contract (the default).")
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
@click.option("--cache-dir", metavar="DIR", help=f"Keep the cache here; default {_CACHE} beside the configuration.")
@click.option("--no-cache", is_flag=True, help="Read every file, and keep nothing.")
@click.option("--no-logo", is_flag=True, hidden=True)
def _check(  # noqa: PLR0913 - one parameter for each option
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
    if color is None:
        color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    style = Style(verbose=verbose, color=color)
    try:
        config = _read(config_file)
        progress = _Progress(timings=show_timings or config.show_timings)
        answer = lint(
            config,
            format_,
            style,
            only=only,
            use_baseline=not no_baseline,
            cache=_cache(config, cache_dir, no_cache=no_cache),
            watch=progress.step,
            warn=_warn,
        )
    except UserError as error:
        if debug:
            _print_traceback()
        if format_ == "text" and output is None:
            raise
        if output is not None:
            _say(error)
        answer = _wrong(error, format_, style)
    _write(answer.text, output)
    return answer.exit_status


@_commands.group("baseline", short_help="Known violations, which may become fewer.")
def _baseline() -> None:
    """Keep known violations in a file that can shrink, and that grows only where somebody says so.

    \b
    create   take all violations of today for known
    status   how many are known, new and stale, and where most are
    shrink   remove what is no longer true
    accept   add a violation
    rename   follow a module or package that has another name
    """  # noqa: D301 - as above


def _options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every command about a configuration takes."""
    options = (
        click.option("--config", "config_file", metavar="FILE", help="Read this file instead of looking for one."),
        click.option("--cache-dir", metavar="DIR", help=f"Keep the cache here; default {_CACHE} beside it."),
        click.option("--no-cache", is_flag=True, help="Read every file, and keep nothing."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _read(config_file: str | None) -> Config:
    start = Path.cwd()
    path = Path(config_file) if config_file else find_config(start)
    return read_config(path, start=start, found=config_file is None)


def _checked(cache_dir: str | None, *, no_cache: bool) -> Callable[[Config], Report]:
    def checked(config: Config) -> Report:
        return check(config, cache=_cache(config, cache_dir, no_cache=no_cache), warn=_warn)

    return checked


def _cache(config: Config, cache_dir: str | None, *, no_cache: bool) -> Path | None:
    return None if no_cache else Path.cwd() / cache_dir if cache_dir else config.folder / _CACHE


def _warn(message: str) -> None:
    click.echo(f"warning: {message}", err=True)


@_baseline.command("create")
@_options
def _create(*, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Take all violations of today for known.

    Writes them into the file that the key "baseline" names. Where there is no such key, it is added to the
    configuration. Where there are entries already, nothing is done.
    """
    from import_contracts import ratchet  # noqa: PLC0415 - not needed by check

    config = _read(config_file)
    _write(ratchet.create(config, _checked(cache_dir, no_cache=no_cache)), None)
    return 0


@_baseline.command("shrink")
@_options
def _shrink(*, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Remove the entries that no violation matches any more, and only them.

    Nothing is removed while a file cannot be read, as its imports may be what an entry is about.
    """
    from import_contracts import ratchet  # noqa: PLC0415 - as above

    config = _read(config_file)
    _write(ratchet.shrink(config, _checked(cache_dir, no_cache=no_cache)), None)
    return 0


@_baseline.command("accept")
@click.argument("wanted", metavar="[VIOLATION|CONTRACT]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Accept all that is new.")
@click.option("--reason", default="", metavar="TEXT", help="Write this behind each entry, as a comment.")
@_options
def _accept(  # noqa: PLR0913 - one parameter for each option
    *,
    wanted: tuple[str, ...],
    everything: bool,
    reason: str,
    config_file: str | None,
    cache_dir: str | None,
    no_cache: bool,
) -> int:
    """Add violations to those that are known.

    A violation is named by its line in the baseline ("layers shop.a -> shop.b => shop.web"), by its chain, or by
    path:line; the id of a contract stands for all that is new in it.
    """
    from import_contracts import ratchet  # noqa: PLC0415 - as above

    if bool(wanted) == everything:
        raise click.UsageError("Name what to accept: a violation, a contract's id, or --all.")
    config = _read(config_file)
    checked = _checked(cache_dir, no_cache=no_cache)
    _write(ratchet.accept(config, checked, wanted, everything=everything, reason=reason), None)
    return 0


@_baseline.command("rename")
@click.argument("old")
@click.argument("new")
@click.option("--config", "config_file", metavar="FILE", help="Read this file instead of looking for one.")
def _rename(*, old: str, new: str, config_file: str | None) -> int:
    """Give a module, or a package with everything inside it, its new name in every entry."""
    from import_contracts import ratchet  # noqa: PLC0415 - as above

    _write(ratchet.rename(_read(config_file), old, new), None)
    return 0


@_baseline.command("status")
@click.option("--since", metavar="REV", help="Also say what was added and removed since this git revision.")
@click.option(
    "--format", "format_", type=click.Choice(["json", "markdown", "text"]), default="text", help="Default text."
)
@_options
def _status(*, since: str | None, format_: str, config_file: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """Say how many violations are known, new and stale in each contract, and which modules have most.

    The exit status is 0, or 2 where not everything could be read and checked.
    """
    from import_contracts import ratchet  # noqa: PLC0415 - as above
    from import_contracts.reporters.status import STATUS_FORMATS  # noqa: PLC0415

    status = ratchet.status(_read(config_file), _checked(cache_dir, no_cache=no_cache), since=since)
    _write(STATUS_FORMATS[format_](status), None)
    return status.exit_status


@_commands.command("init", short_help="Write contracts that hold today, inferred from the code.")
@click.argument("packages", metavar="[PACKAGE]...", nargs=-1)
@click.option("--from-import-linter", "rewrites", is_flag=True, help="Rewrite import-linter's configuration instead.")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
def _init(*, packages: tuple[str, ...], rewrites: bool, dry_run: bool) -> int:
    """Look at the code and write contracts that hold today into pyproject.toml, each with why it was inferred.

    Without a name, every package in this folder and in "src" is looked at. The contracts: the best layering of the
    packages, independence where nothing connects siblings, and no cycles, with a baseline of those that there are.
    Where there is a configuration already, nothing is changed.
    """
    from import_contracts import adoption  # noqa: PLC0415 - not needed by check

    if rewrites and packages:
        raise click.UsageError("--from-import-linter takes the packages from the configuration; name none.")
    folder = Path.cwd()
    text = adoption.rewrite_configuration(folder) if rewrites else adoption.infer_configuration(folder, packages)
    checked = _checked(None, no_cache=False)
    _write(text if dry_run else adoption.write_configuration(folder, text, checked), None)
    return 0


class _PythonVersion(click.ParamType[tuple[int, int]]):
    """A version such as 3.13."""

    name = "version"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return major and minor version."""
        major, dot, minor = str(value).partition(".")
        if not (dot and major == "3" and minor.isdecimal() and len(minor) < 4):
            self.fail(f"'{value}' is no version of Python 3; write one like 3.13.", param, ctx)
        return 3, int(minor)


@_commands.command("cycles", short_help="Find every cycle, what crashes, and what to change.")
@click.argument("packages", metavar="[PACKAGE]...", nargs=-1)
@click.option(
    "--kind", "kinds", type=click.Choice(_KINDS), multiple=True, help="Only cycles of this kind; may be repeated."
)
@click.option(
    "--python", type=_PythonVersion(), metavar="3.x", help="Foretell this version; default the one that runs."
)
@click.option("--quick", is_flag=True, help="Only find the cycles: no crashes, no plan.")
@click.option("--format", "format_", type=click.Choice(sorted(FORMATS)), default="text", help="Default text.")
@click.option("--output", metavar="FILE", help="Write the report to a file.")
@click.option("--verbose", is_flag=True, help="Show everything, however long the report gets.")
@click.option("--color/--no-color", default=None, help="Colours; by default on a terminal, unless NO_COLOR is set.")
@click.option("--show-timings", is_flag=True, help="Say on standard error how long each step took.")
@_options
def _cycles(  # noqa: PLR0913 - one parameter for each option
    *,
    packages: tuple[str, ...],
    kinds: tuple[str, ...],
    python: tuple[int, int] | None,
    quick: bool,
    format_: str,
    output: str | None,
    verbose: bool,
    color: bool | None,
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
      parent_packages  only because importing a.b runs a first

    The exit status is 0, or 2 where something could not be read; the contract types "acyclic" and "crash" judge.
    """  # noqa: D301 - as above
    from import_contracts.api import tell_cycles  # noqa: PLC0415 - not needed by check
    from import_contracts.report import CycleKind, Question  # noqa: PLC0415

    folder = Path.cwd()
    source_roots: tuple[Path, ...] = (folder, folder / "src")
    if config_file is not None or not packages:
        packages, source_roots, folder = _looked_at(packages, config_file, source_roots)
    question = Question(
        tuple(dict.fromkeys(packages)),
        python or (sys.version_info.major, sys.version_info.minor),
        tuple(CycleKind(kind) for kind in _KINDS if not kinds or kind in kinds),
        quick,
    )
    if color is None:
        color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    answer = tell_cycles(
        question,
        folder,
        source_roots,
        format_,
        Style(verbose=verbose, color=color),
        cache=None if no_cache else Path.cwd() / cache_dir if cache_dir else _cycles_cache(folder),
        watch=_Progress(timings=show_timings).step,
        warn=_warn,
    )
    _write(answer.text, output)
    return answer.exit_status


def _looked_at(
    packages: tuple[str, ...], config_file: str | None, places: tuple[Path, ...]
) -> tuple[tuple[str, ...], tuple[Path, ...], Path]:
    """Return the packages of the configuration, or those that are here, with where to look for them."""
    from import_contracts.program import find_packages  # noqa: PLC0415 - as above

    try:
        config = _read(config_file)
    except UserError:
        found = find_packages(places)
        if config_file is not None:
            raise
        if not found:
            message = "There is no package here or in 'src'; name one: lint-imports cycles shop"
            raise UserError(Problem(message)) from None
        return found, places, Path.cwd()
    return packages or config.root_packages, config.source_roots, config.folder


def _cycles_cache(folder: Path) -> Path | None:
    """Return the folder of the cache, beside a configuration or where there is one already; else nothing is kept."""
    cache = folder / _CACHE
    return cache if cache.is_dir() or any((folder / name).exists() for name in _PROJECT_FILES) else None


_PROJECT_FILES = ("pyproject.toml", "setup.cfg", ".importlinter", ".git")


def _wrong(error: UserError, format_: str, style: Style) -> Answer:
    """Return a report that says nothing but what is wrong."""
    from import_contracts.report import Report  # noqa: PLC0415 - slow to import, and seldom needed

    report = Report(modules=0, imports=0, outcomes=(), problems=error.problems)
    return Answer(FORMATS[format_](report, style), report.exit_status)


def _write(text: str, output: str | None) -> None:
    """Write a report in UTF-8 to a file, which is replaced as a whole, or to standard output."""
    if output is None:
        try:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the reader has seen enough, which does not change the verdict
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    path = Path(output)
    try:
        if path.exists() and not (path.is_file() and not path.is_symlink()):
            path.write_bytes(text.encode())  # a device, a pipe or a link: what it leads to is written, not replaced
        else:
            atomic.write(path, text.encode())
    except OSError as error:
        raise UserError(Problem(f"The report cannot be written: {error.strerror}.", file=output)) from None


class _Progress:
    """Says on standard error what is being done, on a terminal, and how long it took, where that is asked for."""

    def __init__(self, *, timings: bool) -> None:
        self._timings = timings
        self._live = sys.stderr.isatty()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Announce one step while it is done."""
        if self._live:
            click.echo(f"\r\x1b[K{what} …", err=True, nl=False)
        start = time.perf_counter()
        yield
        if self._live:
            click.echo("\r\x1b[K", err=True, nl=False)
        if self._timings:
            click.echo(f"{time.perf_counter() - start:7.3f} s  {what}", err=True)
