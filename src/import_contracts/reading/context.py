"""What every run needs: the folder, the cache, progress and warnings."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePath
from typing import NamedTuple, TypeAlias

CACHE = ".import_contracts_cache"
"""The default name of the cache's folder."""

Step: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Called with a phrase such as ``find the modules``; the context manager is entered while that is done."""


class RunContext(NamedTuple):
    """What every run needs.

    Paths in reports are relative to ``folder``, which is absolute. ``cache`` is the folder of the cache; None for no
    cache. ``step`` is entered for each step of the run. ``warn`` is called with the message if the cache cannot be
    written. ``checkouts`` are the folders, besides ``folder``, with what belongs to the program.
    """

    folder: Path
    cache: Path | None = None
    step: Step = lambda _: nullcontext()
    warn: Callable[[str], None] = lambda _: None
    checkouts: tuple[Path, ...] = ()

    def shown(self, path: str) -> str:
        """Return a path as reports show it."""
        return shown(path, self.folder)


def shown(path: str, folder: PurePath) -> str:
    """Return a path as reports show it, with ``/`` on every system: relative to a folder unless it is outside."""
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # on Windows, if it is on another drive
        relative = os.pardir
    return text_of(type(folder)(path if relative.startswith(os.pardir) else relative).as_posix())


def text_of(path: str) -> str:
    """Return a path as text: what Python makes of bytes that are not UTF-8, surrogates, is escaped."""
    return path.encode(errors="backslashreplace").decode()
