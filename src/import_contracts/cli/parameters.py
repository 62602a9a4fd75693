"""The commands and their parameters, declared once: for plain command lines, which are read here, and for click.

A command line is plain if each word is a whole option, the value of one, or an argument. click reads all others, helps,
completes words in a shell, and says what is wrong (`import_contracts.cli.by_click`): importing it takes a tenth of a
short run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from import_contracts.records import NamedTuple

Function = Callable[..., int]
"""What a command does with the values of its parameters; it returns the exit status."""

Decorator = Callable[[Function], Function]


class UsageError(Exception):
    """The command line is wrong. If that is because of one value, ``option`` is the option that has it."""

    def __init__(self, message: str, option: str = "") -> None:
        super().__init__(message)
        self.option = option


class Parameter(NamedTuple):
    """An option, or the arguments, of a command.

    ``word`` is the option as it is written; "" for arguments. ``name`` is the parameter of the function. Its value is
    True or False for a flag, a tuple if there may be ``multiple`` values, and else the value or None; ``convert`` makes
    another one of that, and raises UsageError if it is wrong. If there are ``choices``, a value is one of them. The
    function does not get an option that ``is_ignored``.
    """

    word: str
    name: str
    help: str = ""
    metavar: str | None = None
    is_flag: bool = False
    multiple: bool = False
    choices: Sequence[str] = ()
    convert: Callable[[Any], Any] | None = None
    is_path: bool = False
    is_ignored: bool = False

    def value(self, given: Sequence[str]) -> Any:
        """Return the value for the function; raises UsageError if it is wrong."""
        several = bool(given) if self.is_flag else tuple(given)
        value = several if self.is_flag or self.multiple else given[-1] if given else None
        return self.convert(value) if self.convert else value


def option(word: str, name: str = "", **attributes: Any) -> Decorator:
    """Declare an option; ``attributes`` are those of `Parameter`."""
    return _declared(Parameter(word, name or word.removeprefix("--").replace("-", "_"), **attributes))


def argument(name: str, **attributes: Any) -> Decorator:
    """Declare one or several arguments; ``attributes`` are those of `Parameter`."""
    return _declared(Parameter("", name, **attributes))


def _declared(parameter: Parameter) -> Decorator:
    def add(function: Function) -> Function:
        vars(function).setdefault("parameters", []).append(parameter)
        return function

    return add


Finish = Callable[[dict[str, Any], Sequence[str]], None]
"""Changes the values of parameters, given the names of those on the command line, in order; raises UsageError."""


class DeclaredCommand:
    """A command: its function, and the parameters, in the order in which help shows them."""

    def __init__(self, name: str, function: Function, short_help: str, finish: Finish) -> None:
        self.name = name
        self.function = function
        self.short_help = short_help
        self.finish = finish
        self.parameters: list[Parameter] = vars(function).get("parameters", [])[::-1]

    def read(self, words: Sequence[str]) -> dict[str, Any] | None:
        """Return the values for the function; None if the words are not plain. Raises UsageError if one is wrong."""
        known = {each.word: each for each in self.parameters}
        if "" in known and not known[""].multiple:  # arguments that must be there
            return None
        given: list[tuple[Parameter, str]] = []
        rest = iter(words)
        for word in rest:
            start, equals, value = word.partition("=") if word.startswith("-") else ("", "=", word)
            parameter = known.get(start)
            if parameter is None or (parameter.is_flag and equals):
                return None
            if not parameter.is_flag and not equals:
                value = next(rest, "-")
            if value.startswith("-") or (parameter.choices and value not in parameter.choices) or _expands(value):
                return None
            given.append((parameter, value))
        values = {
            parameter.name: parameter.value([value for each, value in given if each is parameter])
            for parameter in self.parameters
            if not parameter.is_ignored
        }
        self.finish(values, [parameter.name for parameter, _ in given])
        return values


def _expands(word: str) -> bool:
    """Return whether a word stands for others: no shell of Windows replaces these, so click does."""
    return os.name == "nt" and not set("*?[~$%").isdisjoint(word)


class DeclaredGroup(NamedTuple):
    """A command that has commands."""

    name: str
    commands: Sequence[DeclaredCommand]
    short_help: str
    help: str


def declare(
    name: str, short_help: str, finish: Finish = lambda _values, _order: None
) -> Callable[[Function], DeclaredCommand]:
    """Make a command of a function with declared parameters; its docstring is the help."""
    return lambda function: DeclaredCommand(name, function, short_help, finish)
