"""The command: the only package that prints or exits."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from import_contracts.cli.terminal import print_traceback, say
from import_contracts.config.files import FIRST_CONFIGURATION
from import_contracts.problems import UserError
from import_contracts.version import __version__

_USER_ERROR, _BUG, _INTERRUPTED = 2, 70, 130
_COMMANDS = ("baseline", "check", "cycles", "explain", "init")
"""Each is a module in this package, imported when it is asked for."""


def main(args: Sequence[str] | None = None) -> None:
    """Run the command with the arguments of this process, or those given, and exit."""
    collecting = gc.isenabled()
    gc.disable()  # what is made here is needed to the end, and to look through it takes a quarter of a run
    try:
        status = _commands.main(args, standalone_mode=False)
    except UserError as error:
        say(error)
        status = _USER_ERROR
    except click.ClickException as error:
        error.show()
        status = _USER_ERROR
    except (click.Abort, KeyboardInterrupt):
        status = _INTERRUPTED
    except Exception:  # noqa: BLE001 - the last resort: whatever it is, it is ours
        print_traceback()
        click.echo(f"This is a bug of import-contracts {__version__}. Please report it with the lines above.", err=True)
        status = _BUG
    finally:
        if args is None:
            gc.freeze()  # nor does it pay to look through it when the process ends
        elif collecting:
            gc.enable()
    sys.exit(status)


_OWN_OPTIONS = {"-h", "--help", "--version"}


class _CheckByDefault(click.Group):
    """Takes a call that names no command, such as ``lint-imports --verbose``, as one of ``check``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None where there is no such."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"import_contracts.cli.{cmd_name}").command
        assert isinstance(command, click.Command), "each of these modules has one"  # noqa: S101
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        completing = ctx.resilient_parsing  # then no arguments may still become the name of a command
        if (not args and not completing) or (args and args[0].startswith("-") and args[0] not in _OWN_OPTIONS):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands, and the options of the command that is meant where none is named."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-") and (check := self.get_command(ctx, "check")):
            found += check.shell_complete(ctx, incomplete)
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
