"""The command line: the commands, the default command, and the exit status of an exception."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from import_contracts import disk, looks
from import_contracts.cli.streams import take_over
from import_contracts.cli.terminal import print_problems, print_traceback, print_usage_error, say
from import_contracts.config.files import FIRST_CONFIGURATION
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reading.watch import forget
from import_contracts.version import __version__

_USER_ERROR, _BUG, _INTERRUPTED = 2, 70, 130
_DEEPEST = 5000  # a sum of 1,000 terms is a tree of 1,000 levels, and each takes some calls
_COMMANDS = ("baseline", "check", "cycles", "explain", "fix", "graph", "init", "trend")
"""Each is a module in this package, imported when the command runs."""


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command with ``args``, by default the arguments of this process, and exit."""
    if looks.record() is None:
        looks.begin(sys.argv[1:] if args is None else args)
    collecting = gc.isenabled()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(_DEEPEST, limit))
    gc.disable()  # as in `import_contracts.cli.run`
    try:
        status = _commands.main(args, standalone_mode=False)
    except UserError as error:
        print_problems(error)
        status = _USER_ERROR
    except click.ClickException as error:
        print_usage_error(error)
        status = _USER_ERROR
    except (click.Abort, KeyboardInterrupt):
        status = _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort
        status = _unexpected(error)
    finally:
        sys.setrecursionlimit(limit)
        looks.stop()
        forget()
        if args is None:
            gc.freeze()  # so that the collection at the end of the process does nothing
        elif collecting:
            gc.enable()
    sys.exit(status)


def _unexpected(error: Exception) -> int:
    """Say why the run ends with an exception, and return the exit status: for most of them this is a bug."""
    if any(isinstance(each, KeyboardInterrupt) for each in _chain(error)):  # CPython 3.11 wraps one in __set_name__
        return _INTERRUPTED
    for kind, sentence in _LIMITS.items():
        if isinstance(error, kind):
            say(f"error: {sentence}")
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


_OWN_OPTIONS = {"-h", "--help", "--version"}


class _CheckByDefault(click.Group):
    """A group that runs ``check`` if no command is named, as in ``lint-imports contracts.toml --verbose``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with a name; None if there is none."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"import_contracts.cli.{cmd_name}").command
        assert isinstance(command, click.Command), "each of these modules has a command"  # noqa: S101
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        completing = ctx.resilient_parsing  # the shell completes: no arguments may be the start of a command's name
        if (not args and not completing) or (args and self._begins_check(args[0])):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def _begins_check(self, word: str) -> bool:
        """Return whether a first word is an option of ``check`` or a configuration file. A command comes first."""
        if word.startswith("-"):
            return word not in _OWN_OPTIONS
        return word not in _COMMANDS and (not {".", "/", os.sep}.isdisjoint(word) or disk.exists(word))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names, and the other words."""
        if not ctx.resilient_parsing and args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"There is no command or file '{args[0]}'.{did_you_mean(args[0], _COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands, and the options of ``check``."""
        items = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-") and (check := self.get_command(ctx, "check")):
            items += check.shell_complete(ctx, incomplete)
        return list({item.value: item for item in items}.values())


# For click, \b means: do not rewrap the next paragraph.
_EXAMPLE = FIRST_CONFIGURATION.replace("\n\n", "\n\n\b\n")
_HELP = f"""\
Check the imports of a Python program against contracts: rules about which parts may import which.

The default command is check: "lint-imports --verbose" is the same as "lint-imports check --verbose", and "lint-imports
contracts.toml" checks the contracts of that file. Its options and exit statuses: lint-imports check --help.

A configuration of import-linter can be used unchanged.

\b
{_EXAMPLE}
"""


@click.group(cls=_CheckByDefault, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="import-contracts")
def _commands() -> None:
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd() in the commands would raise the same
    except FileNotFoundError:
        raise UserError(Problem("The working directory does not exist any more.")) from None
