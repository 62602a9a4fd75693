"""What the commands share: the options, reading the configuration, printing, writing files, progress."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from import_contracts import disk
from import_contracts.config.session import Config, load_config, load_configs
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import CACHE, RunContext
from import_contracts.reporters.style import Style, Wanted
from import_contracts.wording import listed

Command = Callable[..., int]
Option = Callable[[Command], Command]


class Shared(NamedTuple):
    """The values of the options that most commands have; ``reports`` is empty for commands without `report_options`."""

    config_file: str | None = None
    cache_dir: str | None = None
    no_cache: bool = False
    show_timings: bool = False
    reports: tuple[Wanted, ...] = ()
    files: tuple[str, ...] = ()
    """The configuration files, for a command that reads several of them."""

    def configs(self) -> tuple[Config, ...]:
        """Return the configurations in ``files``, or the one that is found from the working directory."""
        for file in self.files:
            if file.endswith((".py", ".pyi")):
                message = "This is a Python file; name configuration files, which say what packages are checked."
                raise UserError(Problem(message, file=file))
        return load_configs(self.files, Path.cwd())

    def config(self) -> Config:
        """Return the named configuration, or the one that is found from the working directory."""
        return load_config(self.config_file, Path.cwd())

    def context(self, *configs: Config) -> RunContext:
        """Return the context of a run with configurations; by default the cache is next to them."""
        folder = configs[0].folder
        timings = self.show_timings or any(config.show_timings for config in configs)
        return self._context(folder, folder / CACHE, timings=timings)

    def context_here(self, folder: Path) -> RunContext:
        """Return the context of a run that needs no configuration.

        By default its cache is in ``folder`` if there is a cache already, or a file of a project such as
        pyproject.toml; else there is none.
        """
        cache = folder / CACHE
        is_project = cache.is_dir() or any((folder / name).exists() for name in _PROJECT_FILES)
        return self._context(folder, cache if is_project else None, timings=self.show_timings)

    def _context(self, folder: Path, default: Path | None, *, timings: bool) -> RunContext:
        cache = None if self.no_cache else Path.cwd() / self.cache_dir if self.cache_dir else default
        return RunContext(folder, cache, Progress(timings=timings).step, warn)


_PROJECT_FILES = ("pyproject.toml", "setup.cfg", ".importlinter", ".git")


def once(*names: str, convert: Callable[[str], Any] = str, default: Any = None, **attributes: Any) -> Option:
    """Return an option that may be repeated only with the same value; click would use the last one without a word.

    ``convert`` makes the parameter from the value; ``default`` is the parameter without the option.
    """

    def single(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> Any:
        del context
        different = list(dict.fromkeys(values))
        if len(different) > 1:
            raise click.UsageError(f"{option.opts[0]} is given more than once: {listed(different)}. Give it once.")
        return convert(different[0]) if different else default

    return click.option(*names, multiple=True, callback=single, **attributes)


def options(command: Command) -> Command:
    """Add the options of every command that reads one configuration, as the parameter ``shared``."""
    return once("--config", "config_file", metavar="FILE", help="Read this configuration file.")(cache_options(command))


def cache_options(command: Command) -> Command:
    """Add the options about the cache, as the parameter ``shared``."""

    @wraps(command)
    def run(*, cache_dir: str | None, no_cache: bool, config_file: str | None = None, **others: Any) -> int:
        timings, reports = others.pop("show_timings", False), others.pop("reports", ())
        files = (*others.pop("configs", ()), *others.pop("files", ()))  # in this order, as in import-linter
        return command(shared=Shared(config_file, cache_dir, no_cache, timings, reports, files), **others)

    return _with(
        run,
        once("--cache-dir", metavar="DIR", help=f"Keep the cache in DIR; default: {CACHE} next to the configuration."),
        click.option("--no-cache", is_flag=True, help="Read every file again, and write no cache."),
    )


def look_options(command: Command) -> Command:
    """Add the options about the look of a report, as the parameter ``look``, and ``--show-timings``."""

    @wraps(command)
    def run(*, verbose: bool, color: bool, no_color: bool, **others: Any) -> int:
        wanted = one_color(color=color, no_color=no_color)
        return command(look=style(verbose=verbose, color=wanted, output=others.get("output")), **others)

    return with_look(run)


def with_look(command: Command) -> Command:
    """Add the options ``--verbose``, ``--color``, ``--no-color`` and ``--show-timings`` as parameters."""
    return _with(
        command,
        click.option("--verbose", is_flag=True, help="Show everything, even if the report is long."),
        click.option(
            "--color",
            is_flag=True,
            help="Use colors; default: on a terminal or with FORCE_COLOR, but not with NO_COLOR.",
        ),
        click.option("--no-color", is_flag=True, help="Use no colors."),
        click.option("--show-timings", is_flag=True, help="Print the time of each step on standard error."),
    )


def one_color(*, color: bool, no_color: bool) -> bool | None:
    """Return whether colors are wanted; None if there is no wish. Raises UsageError for both wishes."""
    if color and no_color:
        raise click.UsageError("--color and --no-color are both given. Give one of them.")
    return True if color else False if no_color else None


def _with(command: Command, *added: Option) -> Command:
    for option in reversed(added):
        command = option(command)
    return command


def warn(message: str) -> None:
    """Print a warning on standard error."""
    click.echo(f"warning: {message}", err=True)


def print_traceback(error: BaseException) -> None:
    """Print an exception and where it was raised on standard error, as Python does."""
    sys.excepthook(type(error), error, error.__traceback__)


def print_problems(error: UserError) -> None:
    """Print every problem of an error on standard error."""
    for problem in error.problems:
        click.echo(f"error: {problem}", err=True)


def write(text: str, output: str | None) -> None:
    """Write a report in UTF-8 to a file, which is replaced atomically, or to standard output.

    Raises UserError if the file cannot be written.
    """
    if output is None:
        try:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the reader has closed the pipe, which does not change the exit status
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    path = Path(output)
    try:
        if path.exists() and not (path.is_file() and not path.is_symlink()):
            path.write_bytes(text.encode())  # a device, a pipe or a link: write to its target instead of replacing it
        else:
            disk.write(path, text.encode())
    except OSError as error:
        why = error.strerror if path.parent.is_dir() else f"there is no folder '{path.parent}'"
        raise UserError(Problem(f"Cannot write the report: {why}.", file=output)) from None


class Progress:
    """Shows the current step on standard error if it is a terminal, and the time of each step if ``timings``."""

    def __init__(self, *, timings: bool) -> None:
        self._timings = timings
        self._live = sys.stderr.isatty()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show one step while it runs."""
        if self._live:
            click.echo(f"\r\x1b[K{what} …", err=True, nl=False)
        start = time.perf_counter()
        yield
        if self._live:
            click.echo("\r\x1b[K", err=True, nl=False)
        if self._timings:
            click.echo(f"{time.perf_counter() - start:7.3f} s  {what}", err=True)


def style(*, verbose: bool, color: bool | None, output: str | None) -> Style:
    """Return the style of a report; by default with colors on a terminal.

    NO_COLOR (no-color.org) turns colors off, else FORCE_COLOR (force-color.org) turns them on; an empty value counts as
    not set. Neither applies to a report that is written to a file.
    """
    if color is None:
        is_wanted = sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
        color = output is None and is_wanted and not os.environ.get("NO_COLOR")
    return Style(verbose=verbose, color=color)
