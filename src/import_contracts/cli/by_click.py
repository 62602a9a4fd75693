"""The same commands as click has them, for what is not a plain command line: help, completion, and mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from io import StringIO
from typing import Any

import click
from click.shell_completion import CompletionItem

from import_contracts.cli.commands import COMMANDS, demand_a_folder, found, with_default
from import_contracts.cli.parameters import DeclaredCommand, Finish, Parameter, UsageError
from import_contracts.cli.terminal import say
from import_contracts.config.files import FIRST_CONFIGURATION
from import_contracts.problems import did_you_mean
from import_contracts.version import __version__
from import_contracts.visible import visible


def run(args: Sequence[str] | None) -> int | None:
    """Run the command with ``args``, by default the arguments of this process, and return the exit status.

    None if it was interrupted.
    """
    try:
        status: int = group.main(args, standalone_mode=False)
    except click.ClickException as error:
        print_usage_error(error)
        return 2
    except click.Abort:
        return None
    return status


def print_usage_error(error: click.ClickException) -> None:
    """Print an error of click's on standard error, with the usage of the command if it is about that."""
    printed, message = StringIO(), error.format_message()
    error.show(printed)
    context = getattr(error, "ctx", None)
    is_help = context is not None and message == context.get_help()  # of a group without a command
    say(printed.getvalue().rstrip("\n").replace(message, message if is_help else visible(message)))


def _in_its_words(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that raises click's errors instead of ours; it knows the usage of the command."""

    @wraps(function)
    def call(*args: Any, **others: Any) -> Any:
        try:
            return function(*args, **others)
        except UsageError as error:
            if error.option:
                raise click.BadParameter(str(error), param_hint=f"'{error.option}'") from None
            raise click.UsageError(str(error)) from None

    return call


class _Command(click.Command):
    """A command that changes the values of its parameters when all are known."""

    def __init__(self, *args: Any, finish: Finish, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._finish = _in_its_words(finish)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            order = [each.name for each in self.make_parser(ctx).parse_args(list(args))[2]]
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # so that the usage is shown
            raise
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            self._finish(ctx.params, order)
        return rest


def clicked(declared: DeclaredCommand) -> click.Command:
    """Return a command as click has it."""
    function = _in_its_words(declared.function)
    return _Command(
        declared.name,
        params=[_parameter(each) for each in declared.parameters],
        callback=function,
        help=declared.function.__doc__,
        short_help=declared.short_help,
        finish=declared.finish,
    )


def _parameter(declared: Parameter) -> click.Parameter:
    type_ = click.Choice(declared.choices) if declared.choices else click.Path() if declared.is_path else None
    convert = _in_its_words(declared.convert) if declared.convert else None
    callback = None if convert is None else lambda _context, _parameter, value: convert(value)
    if not declared.word:
        number = -1 if declared.multiple else 1
        return click.Argument([declared.name], type=type_, metavar=declared.metavar, nargs=number, callback=callback)
    return click.Option(
        [declared.word, declared.name],
        type=type_,
        metavar=declared.metavar,
        is_flag=declared.is_flag or None,  # with False, click lets the value be left out
        multiple=declared.multiple,
        callback=callback,
        help=declared.help,
        hidden=declared.is_ignored,
        expose_value=not declared.is_ignored,
    )


_IN_OTHER_TOOLS = {
    "drawgraph": "graph",
    "explore": "graph --open",
    "freeze": "baseline",
    "lint": "check",
    "mod": "init",
    "report": "explain",
    "show": "graph --open",
    "sync": "init",
    "why": "explain",
}
"""Our commands, by the names that other tools have for the like."""


class _CheckByDefault(click.Group):
    """A group that runs ``check`` if no command is named, as in ``lint-imports contracts.toml --verbose``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with a name; None if there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = found(cmd_name)
        if isinstance(command, DeclaredCommand):
            return clicked(command)
        return click.Group(
            command.name, [*map(clicked, command.commands)], help=command.help, short_help=command.short_help
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        completing = ctx.resilient_parsing  # the shell completes: no arguments may be the start of a command's name
        return super().parse_args(ctx, args if completing and not args else with_default(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names, and the other words."""
        if not ctx.resilient_parsing and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = _IN_OTHER_TOOLS.get(args[0])
            hint = f" Did you mean '{near}'?" if near else did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"There is no command or file '{args[0]}'.{hint}", ctx)
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

A configuration of import-linter can be used unchanged. "lint-imports init" writes a first one, and "lint-imports
cycles" needs none.

\b
{_EXAMPLE}
"""


@click.group(cls=_CheckByDefault, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="import-contracts")
def group() -> None:
    """Check that there is a working directory; help and the version need none."""
    demand_a_folder()
