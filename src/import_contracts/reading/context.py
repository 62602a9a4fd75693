"""What every run needs: the folder, the cache, progress and warnings."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from itertools import cycle
from pathlib import Path, PurePath
from typing import Protocol, TypeAlias

from import_contracts.records import NamedTuple

Advance: TypeAlias = Callable[[], None]
"""Counts one more file, contract or other item as done."""


class Step(Protocol):
    """Called with a phrase such as ``find the modules``; the context manager is entered while that is done.

    If it is known how much there is to do, ``total`` says so, and ``done`` how much is done already. What the context
    manager returns is called when one more is done.
    """

    def __call__(self, what: str, total: int | None = None, done: int = 0) -> AbstractContextManager[Advance]:
        """Return the context manager."""
        ...


def not_counted() -> None:
    """Count nothing: no progress is shown."""


def every_second(advance: Advance) -> Advance:
    """Return what counts one more as done with every second call, for items that are gone through twice."""
    is_done = cycle((False, True))
    return lambda: advance() if next(is_done) else None


def _unseen(what: str, total: int | None = None, done: int = 0) -> AbstractContextManager[Advance]:
    del what, total, done
    return nullcontext(not_counted)


class RunContext(NamedTuple):
    """What every run needs.

    Paths in reports are relative to ``folder``, which is absolute. ``cache`` is the folder of the cache; None for no
    cache. ``step`` is entered for each step of the run. ``warn`` is called with the message if the cache cannot be
    written. ``checkouts`` are the folders, besides ``folder``, with what belongs to the program. The cache keeps more
    files if the run may read several ``programs``. ``jobs`` is how many processes may work at once.
    """

    folder: Path
    cache: Path | None = None
    step: Step = _unseen
    warn: Callable[[str], None] = lambda _: None
    checkouts: tuple[Path, ...] = ()
    programs: int = 1
    jobs: int = 1

    def shown(self, path: str) -> str:
        """Return a path as reports show it."""
        return shown(path, self.folder)


def shown(path: str, folder: PurePath) -> str:
    """Return a path as reports show it, with ``/`` on every system: relative to a folder unless it is outside."""
    inside = f"{folder}/"
    if path.startswith(inside) and os.sep == "/" and "//" not in path and "/." not in path and path[-1] != "/":
        return text_of(path[len(inside) :])  # as below, in a tenth of the time
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # on Windows, if it is on another drive
        relative = os.pardir
    return text_of(type(folder)(path if relative.startswith(os.pardir) else relative).as_posix())


def text_of(path: str) -> str:
    """Return a path as text: what Python makes of bytes that are not UTF-8, surrogates, is escaped."""
    return path.encode(errors="backslashreplace").decode()
