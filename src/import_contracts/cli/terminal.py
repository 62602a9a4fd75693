"""What the commands share: where they read, what they print, and how they write."""

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
    """Add the options that every command about a configuration takes."""
    return _add(
        command,
        click.option("--config", "config_file", metavar="FILE", help="Read this file instead of looking for one."),
        click.option("--cache-dir", metavar="DIR", help=f"Keep the cache here; default {CACHE} beside it."),
        click.option("--no-cache", is_flag=True, help="Read every file, and keep nothing."),
    )


def look_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say how a report for people looks, and what is shown while it is made."""
    return _add(
        command,
        click.option("--verbose", is_flag=True, help="Show everything, however long the report gets."),
        click.option(
            "--color/--no-color",
            default=None,
            help="Use colors. Default: on a terminal, unless NO_COLOR is set; anywhere if FORCE_COLOR is set.",
        ),
        click.option("--show-timings", is_flag=True, help="Say on standard error how long each step took."),
    )


def _add(command: Callable[..., int], *added: Callable[[Callable[..., int]], Callable[..., int]]) -> Callable[..., int]:
    for option in reversed(added):
        command = option(command)
    return command


def read(config_file: str | None) -> Config:
    """Read the configuration that was named, or the one that is found from the working directory."""
    return load_config(config_file, Path.cwd())


@dataclass(frozen=True, slots=True)
class CacheChoice:
    """The options about the cache."""

    folder: str | None = None
    is_off: bool = False

    def context(self, config: Config, *, timings: bool = False) -> RunContext:
        """Return what a run about a configuration shares; the cache lies beside the configuration by default."""
        return _context(config.folder, self._beside(config.folder), timings=timings)

    def context_here(self, folder: Path, *, timings: bool = False) -> RunContext:
        """Return what a run without a configuration shares.

        By default its cache is beside a project's files, or where there is one already; elsewhere nothing is kept.
        """
        cache = folder / CACHE
        is_project = cache.is_dir() or any((folder / name).exists() for name in _PROJECT_FILES)
        is_wanted = is_project or self.folder is not None
        return _context(folder, self._beside(folder) if is_wanted else None, timings=timings)

    def _beside(self, folder: Path) -> Path | None:
        return None if self.is_off else Path.cwd() / self.folder if self.folder else folder / CACHE


def _context(folder: Path, cache: Path | None, *, timings: bool) -> RunContext:
    return RunContext(folder, cache, Progress(timings=timings).step, warn)


_PROJECT_FILES = ("pyproject.toml", "setup.cfg", ".importlinter", ".git")


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
        why = error.strerror if path.parent.is_dir() else f"There is no folder '{path.parent}'"
        raise UserError(Problem(f"The report cannot be written: {why}.", file=output)) from None


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
    """Return how a report looks: by default in colors on a terminal.

    NO_COLOR (no-color.org) turns colors off, else FORCE_COLOR (force-color.org) turns them on; an empty value counts as
    not set. Neither applies to a report that is written to a file.
    """
    if color is None:
        is_wanted = sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
        color = output is None and is_wanted and not os.environ.get("NO_COLOR")
    return Style(verbose=verbose, color=color)
