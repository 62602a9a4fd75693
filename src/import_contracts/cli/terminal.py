"""What the commands share: reading the configuration, printing, writing files, progress."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from import_contracts import atomic, public
from import_contracts.config.config import Config
from import_contracts.problems import Problem, UserError
from import_contracts.reporters.style import Style
from import_contracts.runs.check import check

if TYPE_CHECKING:
    from import_contracts.reports.check import Report

CACHE = public.CACHE


def options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of every command that reads a configuration."""
    added = (
        click.option("--config", "config_file", metavar="FILE", help="Read this configuration file."),
        click.option(
            "--cache-dir", metavar="DIR", help=f"Keep the cache in DIR; default: {CACHE} next to the configuration."
        ),
        click.option("--no-cache", is_flag=True, help="Read every file again, and write no cache."),
    )
    for option in reversed(added):
        command = option(command)
    return command


def read(config_file: str | None) -> Config:
    """Return the named configuration, or the one that is found from the working directory."""
    return public.read(config_file, Path.cwd())


def checked(cache_dir: str | None, *, no_cache: bool) -> Callable[[Config], Report]:
    """Return a function that checks a configuration, with the cache if it is wanted."""

    def checked(config: Config) -> Report:
        return check(config, cache=cache_folder(config, cache_dir, no_cache=no_cache), warn=warn)

    return checked


def cache_folder(config: Config, cache_dir: str | None, *, no_cache: bool) -> Path | None:
    """Return the folder of the cache; None if there is to be none."""
    return None if no_cache else Path.cwd() / cache_dir if cache_dir else config.folder / CACHE


def cache_here(folder: Path, cache_dir: str | None, *, no_cache: bool) -> Path | None:
    """Return the folder of the cache for a command that needs no configuration; None if there is to be none.

    Without the options, it is in ``folder`` if there is a cache already, or a file of a project such as pyproject.toml.
    """
    if no_cache or cache_dir:
        return None if no_cache else Path.cwd() / str(cache_dir)
    cache = folder / CACHE
    return cache if cache.is_dir() or any((folder / name).exists() for name in _PROJECT_FILES) else None


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
    """Return the style of a report; by default with colours on a terminal, unless NO_COLOR is set."""
    if color is None:
        color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Style(verbose=verbose, color=color)
