"""What the commands share: the options, reading the configuration, printing, writing files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import Any

from import_contracts import disk, inputs
from import_contracts.cli.parameters import Decorator, Function, UsageError, option
from import_contracts.cli.progress import Progress
from import_contracts.cli.streams import not_obeyed
from import_contracts.config.loading import load_configs, load_one
from import_contracts.config.session import NO_CUSTOM_TYPES, Config
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.excluding import mistake_in
from import_contracts.reading.store.trust import CACHE
from import_contracts.records import NamedTuple, replace
from import_contracts.reporters.style import Style, Wanted
from import_contracts.repository import checkout
from import_contracts.visible import visible, visible_lines, visible_report
from import_contracts.wording import listed


class Shared(NamedTuple):
    """The values of the options that several commands have; those that a command does not have are as by default."""

    config_file: str | None = None
    cache_dir: str | None = None
    no_cache: bool = False
    show_timings: bool = False
    reports: tuple[Wanted, ...] = ()
    no_custom_types: bool = False
    files: tuple[str, ...] = ()
    """The configuration files, for a command that reads several of them."""
    is_fix: bool = False
    """The command puts back itself what an earlier one has left unfinished."""
    jobs: int = 1
    """How many processes may work at once."""

    def configs(self) -> tuple[Config, ...]:
        """Return the configurations in ``files``, or the one that is found from the working directory."""
        for file in self.files:
            if file.endswith((".py", ".pyi")):
                message = "This is a Python file; name configuration files, which say what packages are checked."
                raise UserError(Problem(message, file=file))
        return load_configs(self.files, Path.cwd(), custom_types=not self.no_custom_types)

    def config(self) -> Config:
        """Return the named configuration, or the one that is found from the working directory."""
        return load_one(self.config_file, Path.cwd(), custom_types=not self.no_custom_types)

    def whole_config(self) -> Config:
        """Return the same for a command that writes; raises UserError if custom contract types are refused."""
        config = self.config()
        config.demand_no_refusal()
        return config

    def seen_from_here(self, folder: Path) -> Shared:
        """Return these values for a report about a folder, in which people can open the paths from here.

        If the configuration was found, not named, they are relative to its folder, as from every folder below it.
        """
        is_named = self.files or self.config_file is not None
        base = os.path.relpath(Path.cwd(), folder) if is_named and folder.drive == Path.cwd().drive else os.curdir
        base = "" if base == os.curdir else base.replace(os.sep, "/")
        return self._replace(
            reports=tuple(each._replace(style=each.style._replace(base=base)) for each in self.reports)
        )

    def context(self, *configs: Config) -> RunContext:
        """Return the context of a run with configurations; by default the cache is at the home of the first of them."""
        timings = self.show_timings or any(config.show_timings for config in configs)
        context = self._context(configs[0].folder, configs[0].home / CACHE, timings=timings)
        return context._replace(programs=len(configs))

    def context_here(self, folder: Path) -> RunContext:
        """Return the context of a run that needs no configuration.

        By default its cache is in ``folder`` if there is a cache already, or a file of a project such as
        pyproject.toml; else there is none.
        """
        cache = folder / CACHE
        is_project = disk.is_folder(cache) or any(disk.exists(folder / name) for name in _PROJECT_FILES)
        return self._context(folder, cache if is_project else None, timings=self.show_timings)

    def _context(self, folder: Path, default: Path | None, *, timings: bool) -> RunContext:
        # A hook's arguments reach us without a shell. Of an unknown user's folder, Path.expanduser raises an exception.
        named = os.path.expanduser(self.cache_dir) if self.cache_dir else None  # noqa: PTH111
        cache = None if self.no_cache else Path.cwd() / named if named else default
        checkouts = (checkout(folder), checkout(Path.cwd()))
        if not self.is_fix:
            warn_of_unfinished(checkouts[0])
        progress = Progress(say, timings=timings)
        return RunContext(folder, cache, progress.step, progress.above(warn), checkouts, jobs=self.jobs)


_PROJECT_FILES = ("pyproject.toml", "setup.cfg", ".importlinter", ".git")


def once(
    word: str, name: str = "", *, convert: Callable[[str], Any] = str, default: Any = None, **more: Any
) -> Decorator:
    """Return an option that may be repeated only with the same value; click would use the last one without a word.

    ``convert`` makes the parameter from the value; ``default`` is the parameter without the option.
    """

    def single(values: tuple[str, ...]) -> Any:
        different = list(dict.fromkeys(values))
        if len(different) > 1:
            raise UsageError(f"{word} is given more than once: {listed(different)}. Give it once.")
        return convert(different[0]) if different else default

    return option(word, name, multiple=True, convert=single, **more)


def whole_number(word: str, least: int, most: int) -> Callable[[str], int]:
    """Return what makes a number of an option's value; it raises UsageError for all but ``least`` to ``most``."""

    def convert(value: str) -> int:
        if not value.isdecimal() or not least <= int(value) <= most:
            raise UsageError(f"'{value}' is not a number from {least} to {most:,}.", word)
        return int(value)

    return convert


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def options(command: Function) -> Function:
    """Add the options of every command that reads one configuration, as the parameter ``shared``."""
    return once("--config", "config_file", metavar="FILE", help="Read this configuration file.")(cache_options(command))


source_roots = option(
    "--source-root",
    "source_roots",
    metavar="DIR",
    multiple=True,
    help="Look for packages in DIR, which may have wildcards, and read no configuration. Can be repeated.",
)


def cache_options(command: Function) -> Function:
    """Add the options about the cache and the processes of a run, as the parameter ``shared``."""

    @wraps(command)
    def run(**values: Any) -> int:
        files = (*values.pop("configs", ()), *values.pop("files", ()))  # in this order, as in import-linter
        common = {name: values.pop(name) for name in Shared._fields if name in values}
        return command(shared=Shared(files=files, **common), **values)

    return _with(
        run,
        once(
            "--jobs",
            convert=whole_number("--jobs", 1, 1_000),
            metavar="N",
            default=_processors(),
            help="How many processes may work at once; default: one for each processor. The result is the same.",
        ),
        once("--cache-dir", metavar="DIR", help=f"Keep the cache in DIR; default: {CACHE} next to the configuration."),
        option("--no-cache", is_flag=True, help="Read every file again, and write no cache."),
        no_custom_types,
    )


no_custom_types = option(
    "--no-custom-types",
    is_flag=True,
    help=f"Refuse custom contract types, which are code that the configuration runs. Also: {NO_CUSTOM_TYPES}=1.",
)


def _globs(globs: tuple[str, ...]) -> tuple[str, ...]:
    for glob in globs:
        if message := mistake_in(glob):
            raise UsageError(message, "--exclude")
    return globs


exclude_option = option(
    "--exclude",
    "globs",
    metavar="GLOB",
    multiple=True,
    convert=_globs,
    help="Leave out these files and folders, such as 'templates' or 'shop/*/migrations'. Can be repeated.",
)
"""The option of every command that needs no configuration."""


def look_options(command: Function) -> Function:
    """Add the options about the look of a report, as the parameter ``look``, and ``--show-timings``."""

    @wraps(command)
    def run(*, verbose: bool, color: bool, no_color: bool, **others: Any) -> int:
        wanted = one_color(color=color, no_color=no_color)
        return command(look=style(verbose=verbose, color=wanted, output=others.get("output")), **others)

    return with_look(run)


def with_look(command: Function) -> Function:
    """Add the options ``--verbose``, ``--color``, ``--no-color`` and ``--show-timings`` as parameters."""
    return _with(
        command,
        option("--verbose", is_flag=True, help="Show everything, even if the report is long."),
        option(
            "--color",
            is_flag=True,
            help="Use colors; default: on a terminal or with FORCE_COLOR, but not with NO_COLOR.",
        ),
        option("--no-color", is_flag=True, help="Use no colors."),
        option("--show-timings", is_flag=True, help="Print the time of each step on standard error."),
    )


def one_color(*, color: bool, no_color: bool) -> bool | None:
    """Return whether colors are wanted; None if there is no wish. Raises UsageError for both wishes."""
    if color and no_color:
        raise UsageError("--color cannot be used with --no-color.")
    return True if color else False if no_color else None


def _with(command: Function, *added: Decorator) -> Function:
    for add in reversed(added):
        command = add(command)
    return command


def warn(message: str) -> None:
    """Print a warning on standard error."""
    say(f"warning: {visible(message)}")


def warn_of_unfinished(folder: Path) -> None:
    """Warn if the files in a folder are being changed, or were when the command was stopped."""
    journal = disk.journal_of(folder)
    if journal is not None and disk.exists(journal):
        warn("'lint-imports fix' was interrupted while it changed files, or is still running. Run it to restore them.")


def print_traceback(error: BaseException) -> None:
    """Print an exception and where it was raised on standard error, as Python does."""
    printed = StringIO()
    with redirect_stderr(printed):
        sys.excepthook(type(error), error, error.__traceback__)
    lines = printed.getvalue().rstrip("\n")
    say(lines if isinstance(error, UserError) else lines.replace(str(error), visible(str(error))))


def print_problems(error: UserError, place: Callable[[str], str] = str) -> None:
    """Print every problem of an error on standard error; ``place`` makes a path of its file."""
    for problem in error.problems:
        say(f"error: {replace(problem, file=problem.file and place(problem.file))}")


def say(text: str) -> None:
    """Print lines on standard error; everything that is printed there, except the moving progress, is printed here.

    Every line is made visible. If a value can contain a line break, make the value visible first. A run that has said
    something is not remembered.
    """
    inputs.stop()
    print(not_obeyed(f"{visible_lines(text)}\n"), end="", file=sys.stderr, flush=True)  # noqa: T201 - the only one


def write(text: str, output: str | None, *, is_for_log: bool = True) -> None:
    """Write a report in UTF-8 to a file, which is replaced atomically, or to standard output.

    If ``is_for_log``, it is text whose lines must not be commands. Raises UserError if the file cannot be written.
    """
    text = visible_report(text) if is_for_log else text
    if output is None:
        text = not_obeyed(text) if is_for_log else text
        try:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the reader has closed the pipe, which does not change the exit status
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    path = Path(output)
    try:
        disk.write_in(checkout(Path.cwd()), path, text.encode())
    except OSError as error:
        why = error.strerror if disk.is_folder(path.parent) else f"there is no folder '{path.parent}'"
        raise UserError(Problem(f"Cannot write the report: {why}.", file=output)) from None


def print_diff(diff: bytes) -> None:
    """Print a diff on standard output: exactly, unless it is a terminal."""
    if sys.stdout.isatty():
        write(diff.decode(errors="replace"), None)
        return
    around = not_obeyed("").encode().split(b"\n", 1)
    sys.stdout.buffer.write(diff if len(around) < 2 or not diff else b"%s\n%s%s" % (around[0], diff, around[1]))
    sys.stdout.buffer.flush()


def style(*, verbose: bool, color: bool | None, output: str | None) -> Style:
    """Return the style of a report; by default with colors on a terminal.

    NO_COLOR (no-color.org) turns colors off, else FORCE_COLOR (force-color.org) turns them on; an empty value counts as
    not set. Neither applies to a report that is written to a file.
    """
    if color is None:
        is_wanted = sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
        color = output is None and is_wanted and not os.environ.get("NO_COLOR")
    return Style(verbose=verbose, color=color)
