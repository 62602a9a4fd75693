"""What a command means, as the user types it: ``python -m shop``, ``pytest tests``, ``shop.wsgi:application``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from import_contracts.problems import Problem, UserError


class How(StrEnum):
    """How a command starts a program."""

    MODULE = "module"
    """A fresh interpreter imports the module that is named."""
    MAIN = "python -m"
    SCRIPT = "python"
    OBJECT = "object"
    """A server imports an object, such as an application, and calls it if it is named with parentheses."""
    CELERY = "celery"
    FLASK = "flask"
    PYTEST = "pytest"
    INSTALLED = "script"
    """A command that the project installs, named as in ``[project.scripts]``."""


class Command(NamedTuple):
    """A command: what it starts, the arguments after that, and whether its own folder is on the path."""

    how: How
    target: str
    arguments: tuple[str, ...] = ()
    from_here: bool = True


def parse(spelling: str) -> Command:
    """Return what a command means; raises UserError, which says what to write, if that is not known."""
    try:
        words = shlex.split(spelling)
    except ValueError:
        words = []
    while words and (words[0] == "env" or _ASSIGNMENT.match(words[0])):
        words = words[1:]
    if words and words[0] in _RUNNERS:
        words = words[2:] if words[1:2] == ["run"] else words[1:]
    found = _command(words) if words else None
    if found is None:
        raise not_understood(spelling)
    return found


def not_understood(spelling: str) -> UserError:
    """Return the error about a command that starts nothing that is known; it says what to write."""
    return UserError(Problem(f"Cannot tell what '{spelling}' starts; write it as you would type it: {_EXAMPLES}."))


_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_RUNNERS = frozenset({"hatch", "pdm", "pipenv", "poetry", "rye", "uv"})
_EXAMPLES = (
    "'python -m shop', 'python app.py', 'pytest tests', 'gunicorn shop.wsgi:application', 'celery -A shop worker', "
    "a script of pyproject.toml, or a module such as 'shop.orders'"
)
_PYTHON = re.compile(r"(?:.*/)?(?:python[\d.]*|py|pypy[\d.]*)")
_DOTTED = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_NAME = re.compile(_DOTTED)
_OBJECT = re.compile(rf"{_DOTTED}:{_DOTTED}(?:\(.*\))?")


def _command(words: Sequence[str]) -> Command | None:
    first, *rest = words
    if _PYTHON.fullmatch(first):
        return _python(rest)
    if first.endswith(".py") and ("/" in first or first == "manage.py"):
        return Command(How.SCRIPT, first, tuple(rest))
    name = first.rpartition("/")[2]
    if name in _TOOLS:
        return _TOOLS[name](rest)
    if _OBJECT.fullmatch(first) and not rest:
        return Command(How.OBJECT, first)
    if _NAME.fullmatch(first) and "." in first and not rest:
        return None if first.endswith(".py") else Command(How.MODULE, first)
    return Command(How.INSTALLED, first, tuple(rest))


def _python(words: Sequence[str]) -> Command | None:
    """Return what the arguments of ``python`` mean."""
    for place, word in enumerate(words):
        rest = tuple(words[place + 1 :])
        if place and words[place - 1] in {"-W", "-X"}:
            continue
        if word == "-m" or (word.startswith("-m") and len(word) > 2):
            module, *arguments = rest if word == "-m" else (word[2:], *rest)
            return _module(module, arguments) if rest or word != "-m" else None
        if word == "-c" or not word.startswith("-"):
            is_file = word.endswith(".py") or word not in {"-c", "-"}
            return Command(How.SCRIPT, word, rest) if is_file else None
    return None


def _module(module: str, arguments: Sequence[str]) -> Command | None:
    if module in _TOOLS:
        found = _TOOLS[module](arguments)
        return found and found._replace(from_here=True)
    return Command(How.MAIN, module, tuple(arguments)) if _NAME.fullmatch(module) else None


def _pytest(words: Sequence[str]) -> Command:
    return Command(How.PYTEST, "", tuple(words), from_here=False)


def _server(words: Sequence[str]) -> Command | None:
    """Return what a server starts: the first argument that names an object, or else a module."""
    is_factory = "--factory" in words
    for shape in (_OBJECT, _NAME):
        for before, word in zip(["", *words], words, strict=False):
            is_value = before.startswith("-") and "=" not in before and shape is _NAME
            if shape.fullmatch(word) and not is_value:
                return Command(How.OBJECT, f"{word}()" if is_factory else word)
    return None


def _celery(words: Sequence[str]) -> Command | None:
    app = _option(words, "-A", "--app")
    return Command(How.CELERY, app) if app and (_NAME.fullmatch(app) or _OBJECT.fullmatch(app)) else None


def _flask(words: Sequence[str]) -> Command | None:
    app = _option(words, "--app", "-A").removesuffix(".py").replace("/", ".")
    if _OBJECT.fullmatch(app):
        return Command(How.OBJECT, app)
    return Command(How.FLASK, app) if not app or _NAME.fullmatch(app) else None


def _option(words: Sequence[str], *names: str) -> str:
    """Return the value of an option, as ``-A shop``, ``-Ashop`` or ``--app=shop``; "" if it is not given."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        for name in names:
            if word == name:
                return following
            if word.startswith(f"{name}=") or (len(name) == 2 and word.startswith(name)):
                return word.removeprefix(name).removeprefix("=")
    return ""


_TOOLS: dict[str, Callable[[Sequence[str]], Command | None]] = {
    "pytest": _pytest,
    "py.test": _pytest,
    "celery": _celery,
    "flask": _flask,
    **dict.fromkeys(("daphne", "granian", "gunicorn", "hypercorn", "uvicorn", "waitress-serve"), _server),
}
