"""The commands: their names, the one that runs if none is named, and where they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module

from import_contracts import disk
from import_contracts.cli.parameters import DeclaredCommand, DeclaredGroup
from import_contracts.problems import Problem, UserError

COMMANDS = ("baseline", "check", "cycles", "explain", "fix", "graph", "init", "trend")
"""Each is a module in this package, imported when the command runs."""

_OWN_OPTIONS = {"-h", "--help", "--version"}


def found(name: str) -> DeclaredCommand | DeclaredGroup:
    """Return the command with a name."""
    command = import_module(f"import_contracts.cli.{name}").command
    assert isinstance(command, DeclaredCommand | DeclaredGroup), "each of these modules has a command"  # noqa: S101
    return command


def with_default(words: Sequence[str]) -> list[str]:
    """Return the words of a command line with ``check`` before them, if they name no command, as in ``--verbose``."""
    return ["check", *words] if not words or _begins_check(words[0]) else list(words)


def _begins_check(word: str) -> bool:
    """Return whether a first word is an option of ``check`` or a configuration file. A command comes first."""
    if word.startswith("-"):
        return word not in _OWN_OPTIONS
    return word not in COMMANDS and (not {".", "/", os.sep}.isdisjoint(word) or disk.exists(word))


def demand_a_folder() -> None:
    """Raise UserError if the working directory does not exist any more."""
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd() in the commands would raise the same
    except FileNotFoundError:
        raise UserError(Problem("The working directory does not exist any more.")) from None
