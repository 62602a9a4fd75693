"""Which files reports may quote: those of the program, and not what a link in it leads to elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cached_property

from import_contracts import disk
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.roots import installed


class Quoting:
    """Which files of some root packages reports may quote.

    They may quote what is in the folders of the run, and what is installed. Otherwise a link in a pull request could
    show any file of the machine that checks it.
    """

    def __init__(self, context: RunContext, roots: Iterable[str]) -> None:
        self._folders = list(map(disk.real, (context.folder, *context.checkouts)))
        self._roots = tuple(roots)
        self._known: dict[str, bool] = {}

    def allows(self, path: str) -> bool:
        """Return whether reports may quote the file at an absolute path."""
        if os.path.islink(path):
            return self._is_ours(os.path.realpath(path))
        folder = os.path.dirname(path)
        if folder not in self._known:
            self._known[folder] = self._is_ours(os.path.realpath(folder))
        return self._known[folder]

    def _is_ours(self, real: str) -> bool:
        return any(disk.within(real, folder) for folder in self._folders) or any(
            disk.within(real, folder) for folder in self._installed
        )

    @cached_property
    def _installed(self) -> list[str]:
        """The folders with installed packages, and those of root packages that are installed elsewhere."""
        folders = [entry for entry in sys.path if entry]
        for root in self._roots:
            folders += installed(root)
        return list(map(os.path.realpath, folders))
