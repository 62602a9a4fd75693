"""What every run shares: a folder, the cache, progress and warnings."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePath
from typing import NamedTuple, TypeAlias

CACHE = ".import_contracts_cache"
"""The name of the folder in which the cache is kept."""

Step: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Called with what is about to be done, and entered while it is being done."""


class RunContext(NamedTuple):
    """What every run shares.

    Paths in reports are relative to ``folder``, which is absolute. ``cache`` is the folder of the cache, None to keep
    nothing. ``step`` is entered for each step of the run; ``warn`` is called with what went wrong without stopping it.
    """

    folder: Path
    cache: Path | None = None
    step: Step = lambda _: nullcontext()
    warn: Callable[[str], None] = lambda _: None

    def shown(self, path: str) -> str:
        """Return a path as reports show it."""
        return shown(path, self.folder)


def shown(path: str, folder: PurePath) -> str:
    """Return a path as reports show it, with ``/`` on every system: relative to a folder unless it lies outside."""
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # on Windows, where it lies on another drive
        relative = os.pardir
    return type(folder)(path if relative.startswith(os.pardir) else relative).as_posix()
