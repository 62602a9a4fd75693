"""Root packages that had another name or another place at an earlier commit."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable

_SAME = 0.5
"""A folder is an earlier place of a package if at least so large a part of its Python files is there."""


def shape(paths: Iterable[str], folder: str) -> frozenset[str]:
    """Return the Python files in a folder, by their paths from it; all paths are relative to the same root.

    Without its own ``__init__.py``, which every package has.
    """
    start = f"{folder}/"
    files = (path.removeprefix(start) for path in paths if path.startswith(start) and path.endswith(".py"))
    return frozenset(files) - {"__init__.py"}


def earlier_place(package: Collection[str], paths: Collection[str], taken: Collection[str]) -> str | None:
    """Return the folder that has most of the files of a package, of top-level packages only; None if none has enough.

    ``package`` are the files as `shape` returns them. Contents are not compared: a renaming changes most of them. The
    folders that are ``taken`` are other packages.
    """
    folders = {os.path.dirname(path) for path in paths if path.endswith("/__init__.py")}  # noqa: PTH120 - a part of it
    tops = {folder for folder in folders if os.path.dirname(folder) not in folders}  # noqa: PTH120 - as above
    tops -= {*taken}
    same: Counter[str] = Counter()
    for path in paths:
        if path.endswith(".py"):
            top = next((folder for folder in _around(path) if folder in tops), None)
            same[top or ""] += top is not None and path[len(top) + 1 :] in package
    if not tops:
        return None
    best = min(tops, key=lambda folder: (-same[folder], folder))
    return best if package and same[best] >= _SAME * len(package) else None


def _around(path: str) -> Iterable[str]:
    """Yield the folders around a file, the innermost first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
