"""Names of modules, and the patterns that stand for many of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property


def parent(module: str) -> str:
    """Return the package that a module is in, or "" for a top-level module."""
    return module.rpartition(".")[0]


def ancestors(module: str) -> Iterator[str]:
    """Yield the packages that a module is in, the nearest first."""
    while module := parent(module):
        yield module


def within(module: str, package: str) -> bool:
    """Tell whether a module is the package or lies anywhere inside it."""
    return module == package or module.startswith(package + ".")


def overlap(one: str, other: str) -> bool:
    """Tell whether two packages share a module: they are the same, or one lies inside the other."""
    return within(one, other) or within(other, one)


class InvalidPatternError(ValueError):
    """A pattern that can stand for no module; the message says why and what to write instead."""


# What no file of a module is called, but what a list in one line would have in it.
_PART = re.compile(r"[^\s.,;:|()<>='\"/\\]+")
_WILDCARDS = {"*": r"[^.]+", "**": r"[^.]+(?:\.[^.]+)*"}


@dataclass(frozen=True)
class ModulePattern:
    """A module's name in which ``*`` stands for one part and ``**`` for one part or more.

    As in import-linter, ``a.**`` is everything inside ``a`` but not ``a``. Raises InvalidPatternError for an empty
    part, a wildcard that is only a piece of a part, and another wildcard next to ``**``.
    """

    text: str

    def __post_init__(self) -> None:
        parts = self.text.split(".")
        if not all(map(_PART.fullmatch, parts)):
            raise InvalidPatternError(f"'{self.text}' is not a module's name; write one like 'shop.models'.")
        for part, following in zip(parts, [*parts[1:], ""], strict=True):
            if "*" in part and part not in _WILDCARDS:
                raise InvalidPatternError(
                    f"'{self.text}': a wildcard stands for a whole part of a name, so write '*' alone for '{part}'."
                )
            if part in _WILDCARDS and following in _WILDCARDS and "**" in (part, following):
                raise InvalidPatternError(
                    f"'{self.text}': '{part}' cannot be followed by '{following}'; write one of them."
                )

    @property
    def is_exact(self) -> bool:
        """Whether it stands for one module only."""
        return "*" not in self.text

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(r"\.".join(_WILDCARDS.get(part) or re.escape(part) for part in self.text.split(".")))

    def matches(self, module: str) -> bool:
        """Tell whether it stands for the module."""
        return module == self.text if self.is_exact else self._regex.fullmatch(module) is not None

    def matching(self, modules: Iterable[str]) -> list[str]:
        """Return the modules that it stands for, in the order given."""
        return [module for module in modules if self.matches(module)]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class ImportPattern:
    """Two module patterns that together stand for imports: ``shop.* -> shop.models``."""

    importer: ModulePattern
    imported: ModulePattern

    @classmethod
    def parse(cls, text: str) -> ImportPattern:
        """Read ``importer -> imported``; raise InvalidPatternError where it is not of that form."""
        importer, arrow, imported = text.partition("->")
        if not arrow or "->" in imported:
            raise InvalidPatternError(f"'{text}' is not an import: write 'importer -> imported'.")
        return cls(ModulePattern(importer.strip()), ModulePattern(imported.strip()))

    def __str__(self) -> str:
        return f"{self.importer} -> {self.imported}"


def absolute(level: int, module: str, importer: str, *, is_package: bool) -> str | None:
    """Return the absolute name of a module (PEP 328); None if it would lie above the top."""
    if not level:
        return module
    parts = importer.split(".")
    kept = len(parts) - level + is_package
    if kept < 1:
        return None
    return ".".join([*parts[:kept], module] if module else parts[:kept])
