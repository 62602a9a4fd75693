"""The command line: which command runs, and the exit status of an exception."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

from import_contracts import inputs
from import_contracts.cli.commands import COMMANDS, demand_a_folder, found, with_default
from import_contracts.cli.parameters import DeclaredCommand, UsageError
from import_contracts.cli.streams import take_over
from import_contracts.cli.terminal import print_problems, print_traceback, say
from import_contracts.problems import UserError
from import_contracts.reading.store.watch import forget
from import_contracts.version import __version__

_USER_ERROR, _BUG, _INTERRUPTED = 2, 70, 130
_DEEPEST = 5000  # a sum of 1,000 terms is a tree of 1,000 levels, and each takes some calls


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command with ``args``, by default the arguments of this process, and exit."""
    if inputs.record() is None:
        inputs.begin(sys.argv[1:] if args is None else args)
    collecting = gc.isenabled()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(_DEEPEST, limit))
    gc.disable()  # as in `import_contracts.cli.run`
    try:
        status = _run(args)
    except UserError as error:
        print_problems(error)
        status = _USER_ERROR
    except KeyboardInterrupt:
        say("")  # behind the ^C of the terminal
        status = _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort
        status = _unexpected(error)
    finally:
        sys.setrecursionlimit(limit)
        inputs.stop()
        forget()
        if args is None:
            gc.freeze()  # so that the collection at the end of the process does nothing
        elif collecting:
            gc.enable()
    sys.exit(status)


def _run(args: Sequence[str] | None) -> int:
    """Run the command with ``args``, by default the arguments of this process, and return the exit status."""
    is_completing = any(name.endswith("_COMPLETE") for name in os.environ)  # click completes the words of a shell then
    try:
        status = None if is_completing else _run_plain(with_default(sys.argv[1:] if args is None else args))
    except UsageError:  # raised before anything is done; click says it with the usage of the command
        status = None
    if status is not None:
        return status
    from import_contracts.cli import by_click  # noqa: PLC0415 - rarely needed

    status = by_click.run(args)
    return _INTERRUPTED if status is None else status


def _run_plain(words: Sequence[str]) -> int | None:
    """Run the command on a plain command line, and return the exit status; None if it is not plain."""
    command = found(words[0]) if words[0] in COMMANDS else None
    if not isinstance(command, DeclaredCommand) or (values := command.read(words[1:])) is None:
        return None
    demand_a_folder()
    return command.function(**values)


def _unexpected(error: Exception) -> int:
    """Say why the run ends with an exception, and return the exit status: for most of them this is a bug."""
    if any(isinstance(each, KeyboardInterrupt) for each in _chain(error)):  # CPython 3.11 wraps one in __set_name__
        return _INTERRUPTED
    for kind, sentence in _LIMITS.items():
        if isinstance(error, kind):
            say(f"error: {sentence}")
            return _USER_ERROR
    if isinstance(error, OSError):
        say(f"error: The operating system reports: {error}.")  # a disk that fails, too many open files
        return _USER_ERROR
    print_traceback(error)
    say(f"This is a bug in import-contracts {__version__}. Please report it with the lines above.")
    return _BUG


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_LIMITS: dict[type[Exception], str] = {
    MemoryError: "There is not enough memory for this program.",
    RecursionError: "The program or the configuration is nested too deeply.",
}


def run() -> int:
    """Run the command with the arguments and the standard streams of this process, and return the exit status."""
    output = take_over()
    try:
        main()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 0
    sys.stdout.flush()
    if output.failure is None or status == _BUG:
        return status
    say(f"error: Cannot write to standard output: {output.failure}.")
    return _USER_ERROR
