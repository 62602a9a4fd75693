"""What the commands share: where they read, what they print, and how they write."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from import_contracts import atomic
from import_contracts.api import check
from import_contracts.config import Config, find_config, read_config
from import_contracts.errors import Problem, UserError
from import_contracts.reporters.style import Style

if TYPE_CHECKING:
    from import_contracts.report import Report

CACHE = ".import_contracts_cache"
"""The name of the folder in which the cache is kept."""


def options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every command about a configuration takes."""
    added = (
        click.option("--config", "config_file", metavar="FILE", help="Read this file instead of looking for one."),
        click.option("--cache-dir", metavar="DIR", help=f"Keep the cache here; default {CACHE} beside it."),
        click.option("--no-cache", is_flag=True, help="Read every file, and keep nothing."),
    )
    for option in reversed(added):
        command = option(command)
    return command


def read(config_file: str | None) -> Config:
    """Read the configuration that was named, or the one that is found from the working directory."""
    start = Path.cwd()
    path = Path(config_file) if config_file else find_config(start)
    return read_config(path, start=start, found=config_file is None)


def checked(cache_dir: str | None, *, no_cache: bool) -> Callable[[Config], Report]:
    """Return how a configuration is checked, with the cache where that was asked for."""

    def checked(config: Config) -> Report:
        return check(config, cache=cache_folder(config, cache_dir, no_cache=no_cache), warn=warn)

    return checked


def cache_folder(config: Config, cache_dir: str | None, *, no_cache: bool) -> Path | None:
    """Return the folder of the cache, None where nothing is to be kept."""
    return None if no_cache else Path.cwd() / cache_dir if cache_dir else config.folder / CACHE


def warn(message: str) -> None:
    """Say on standard error what does not keep the command from its work."""
    click.echo(f"warning: {message}", err=True)


def print_traceback() -> None:
    """Print the exception that is being handled."""
    import traceback  # noqa: PLC0415 - slow to import, and seldom needed

    traceback.print_exc()


def say(error: UserError) -> None:
    """Print every problem of an error."""
    for problem in error.problems:
        click.echo(f"error: {problem}", err=True)


def write(text: str, output: str | None) -> None:
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


class Progress:
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


def style(*, verbose: bool, color: bool | None, output: str | None) -> Style:
    """Return how a report is to look: by default in colours on a terminal, unless NO_COLOR is set."""
    if color is None:
        color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Style(verbose=verbose, color=color)
