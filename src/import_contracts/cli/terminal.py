"""What the commands share: reading the configuration, printing, writing files, progress."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from import_contracts import atomic
from import_contracts.config.session import Config, load_config
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import CACHE, RunContext
from import_contracts.reporters.style import Style


def options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of every command that reads a configuration."""
    return _add(
        command,
        click.option("--config", "config_file", metavar="FILE", help="Read this configuration file."),
        click.option(
            "--cache-dir", metavar="DIR", help=f"Keep the cache in DIR; default: {CACHE} next to the configuration."
        ),
        click.option("--no-cache", is_flag=True, help="Read every file again, and write no cache."),
    )


def look_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options about the look of a report, and about what is shown while it is made."""
    return _add(
        command,
        click.option("--verbose", is_flag=True, help="Show everything, even if the report is long."),
        click.option(
            "--color/--no-color",
            default=None,
            help="Use colors; default: on a terminal or with FORCE_COLOR, but not with NO_COLOR.",
        ),
        click.option("--show-timings", is_flag=True, help="Print the time of each step on standard error."),
    )


def _add(command: Callable[..., int], *added: Callable[[Callable[..., int]], Callable[..., int]]) -> Callable[..., int]:
    for option in reversed(added):
        command = option(command)
    return command


def read(config_file: str | None) -> Config:
    """Return the named configuration, or the one that is found from the working directory."""
    return load_config(config_file, Path.cwd())


@dataclass(frozen=True, slots=True)
class CacheChoice:
    """The options about the cache."""

    folder: str | None = None
    is_off: bool = False

    def context(self, config: Config, *, timings: bool = False) -> RunContext:
        """Return the context of a run with a configuration; by default the cache is next to the configuration."""
        return _context(config.folder, self._cache_in(config.folder), timings=timings)

    def context_here(self, folder: Path, *, timings: bool = False) -> RunContext:
        """Return the context of a run without a configuration.

        By default there is a cache in ``folder`` only if it has one already, or a file of a project, such as
        pyproject.toml.
        """
        cache = folder / CACHE
        is_project = cache.is_dir() or any((folder / name).exists() for name in _PROJECT_FILES)
        is_wanted = is_project or self.folder is not None
        return _context(folder, self._cache_in(folder) if is_wanted else None, timings=timings)

    def _cache_in(self, folder: Path) -> Path | None:
        return None if self.is_off else Path.cwd() / self.folder if self.folder else folder / CACHE


def _context(folder: Path, cache: Path | None, *, timings: bool) -> RunContext:
    return RunContext(folder, cache, Progress(timings=timings).step, warn)


_PROJECT_FILES = ("pyproject.toml", "setup.cfg", ".importlinter", ".git")


def warn(message: str) -> None:
    """Print a warning on standard error."""
    click.echo(f"warning: {message}", err=True)


def print_traceback() -> None:
    """Print the exception that is being handled."""
    import traceback  # noqa: PLC0415 - slow to import, and rarely needed

    traceback.print_exc()


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
            atomic.write(path, text.encode())
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
    """Return the style of a report, by default with colors on a terminal.

    NO_COLOR (no-color.org) turns colors off; otherwise FORCE_COLOR (force-color.org) turns them on. An empty value
    means not set. A report in a file has no colors by default.
    """
    if color is None:
        is_wanted = sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
        color = output is None and is_wanted and not os.environ.get("NO_COLOR")
    return Style(verbose=verbose, color=color)
