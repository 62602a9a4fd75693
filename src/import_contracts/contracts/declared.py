"""What the projects of a workspace declare that they depend on: the data of ``allowed = "declared"``."""

from __future__ import annotations

import re

from import_contracts.records import NamedTuple


class Distribution(NamedTuple):
    """A dependency: its name, normalized by PEP 503, and its top-level modules; () if these are not known."""

    name: str
    modules: tuple[str, ...]


class Declaration(NamedTuple):
    """The dependencies in the ``pyproject.toml`` of a project (PEP 621).

    ``file`` is its path as messages show it, "" if there is none around the packages. ``packages`` are those of the
    project that are in the program. ``required`` are its ``dependencies`` and ``optional-dependencies``; they are not
    known if it ``is_dynamic``. All are sorted.
    """

    file: str
    packages: tuple[str, ...]
    required: tuple[Distribution, ...]
    is_dynamic: bool


def normalized(name: str) -> str:
    """Return the name of a distribution as PEP 503 normalizes it."""
    return re.sub(r"[-_.]+", "-", name).lower()
