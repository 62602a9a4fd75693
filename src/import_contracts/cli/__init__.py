"""The command ``lint-imports``: its options, what it prints, and how it exits.

A run that is remembered imports only `remembered`; everything else is behind `command_line`.
"""

import gc
import sys

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def run() -> int:
    """Run the command with the arguments and the standard streams of this process, and return the exit status."""
    from import_contracts.cli import remembered  # noqa: PLC0415 - as below

    status = remembered.repeat(sys.argv[1:])
    if status is not None:
        return status
    gc.disable()  # nearly all objects live until the end, and garbage collection would take a quarter of a run
    from import_contracts.cli import command_line  # noqa: PLC0415 - only if there is something to do

    return command_line.run()


def main(args: "Sequence[str] | None" = None) -> "NoReturn":
    """Run the command with ``args``, by default the arguments of this process, and exit."""
    from import_contracts.cli import command_line  # noqa: PLC0415 - as above

    command_line.main(args)
