"""The names of boxes as pictures show them, and how wide text is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import takewhile
from unicodedata import combining, east_asian_width

from import_contracts.visible import visible

_MOST = 32
"""How many columns of a name are shown, unless its last part is wider."""


def shared_package(packages: Collection[str]) -> str:
    """Return the innermost package that packages are in, or are themselves; "" if there is none."""
    columns = zip(*(package.split(".") for package in packages), strict=False)
    return ".".join(column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns))


def labels(names: Collection[str], opened: Collection[str], package: str) -> dict[str, str]:
    """Return the label of each box: its name without the package that all are in, shortened at dots if it is long.

    Names that would have the same label are not shortened. ``opened`` are those that stand for an ``__init__``.
    """
    inside = f"{package}." if package else ""
    whole = {name: name.removeprefix(inside) + ".__init__" * (name in opened) for name in names}
    short = {name: _shortened(visible(label)) for name, label in whole.items()}
    times = Counter(short.values())
    return {name: label if times[label] == 1 else visible(whole[name]) for name, label in short.items()}


def _shortened(label: str) -> str:
    """Return a label, of which the first parts are left out if it is too wide; a part is never cut."""
    parts = label.split(".")
    while len(parts) > 1 and columns(label) > _MOST:
        parts = parts[1:]
        label = ".".join(["…", *parts])
    return label


def columns(text: str) -> int:
    """Return how many columns a text takes in a font with letters of one width, at most; wide letters take two."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
