"""Names of modules, and patterns that match many of them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property

from import_contracts.patterns import pattern
from import_contracts.records import dataclass


def parent(module: str) -> str:
    """Return the package that contains a module; "" for a top-level module."""
    return module.rpartition(".")[0]


def top_level(module: str) -> str:
    """Return the top-level package that a module is in, or the module itself."""
    return module.partition(".")[0]


def ancestors(module: str) -> Iterator[str]:
    """Yield the packages that contain a module, the nearest first."""
    while module := parent(module):
        yield module


def within(module: str, package: str) -> bool:
    """Return whether a module is the package itself or anywhere inside it."""
    return module == package or module.startswith(package + ".")


def overlap(one: str, other: str) -> bool:
    """Return whether two packages are the same, or one is inside the other."""
    return within(one, other) or within(other, one)


def external_package(name: str, roots: Iterable[str]) -> str | None:
    """Return the package outside the root packages that a name is in: the first part of the name.

    Where a root package is part of a namespace package, it is as many parts as are needed to tell the two apart. None
    if the name lies in a root package or is the namespace of one.
    """
    parts = name.split(".")
    shared = 0
    for root in roots:
        of_root = root.split(".")
        same = next((i for i, pair in enumerate(zip(parts, of_root, strict=False)) if pair[0] != pair[1]), None)
        if same is None:
            return None
        shared = max(shared, same)
    return ".".join(parts[: shared + 1])


def external_part(name: str, package: str, parts: Container[str]) -> str:
    """Return the innermost of some ``parts`` of an external package that a name is in; the package if in none."""
    return next((each for each in (name, *ancestors(name)) if each in parts or each == package), package)


_TOKEN = pattern(r"[^\s,;:|()<>=\[\]'\"/\\-]+")


def dotted_names(value: object) -> Iterator[str]:
    """Yield the names with a dot in a value of a configuration, such as a list of modules; without wildcards."""
    if isinstance(value, str):
        yield from (
            each for each in _TOKEN.findall(value) if "." in each and all(map(str.isidentifier, each.split(".")))
        )
    elif isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from dotted_names(each)


class InvalidPatternError(ValueError):
    """A pattern that can match no module; the message says why, and what to write instead."""


# A part of a module's name. File names may have other characters than identifiers, such as "-" in "0001-initial.py".
# The characters excluded here are those of separators and quotes: "a, b" is a list in one string, and not a name.
_PART = r"[^\s.,;:|()<>\[\]='\"/\\]+"
_WILDCARDS = {"*", "**"}  # those that are a whole part
_ANY = r"(?:\.[^.]+)+"  # what ** matches: one or more parts

THIRD_PARTY, STANDARD_LIBRARY = "<third party>", "<standard library>"
"""The groups of external packages, as a pattern names them."""

_GROUPS = frozenset({THIRD_PARTY, STANDARD_LIBRARY})


@dataclass(frozen=True)
class ModulePattern:
    """A module's name in which ``*`` matches one part and ``**`` one or more parts.

    As in import-linter, ``a.**`` matches everything inside ``a``, but not ``a`` itself. A ``*`` within a part, as in
    ``a._*``, matches any number of characters that are not dots. Raises InvalidPatternError for an empty part, for a
    ``**`` that is not a whole part, and for a part that is a wildcard next to ``**``.

    Two other patterns are groups of external packages, ``<third party>`` and ``<standard library>``. Which modules
    these match is a question to the import graph.
    """

    text: str

    def __post_init__(self) -> None:
        if self.is_group:
            return
        if self.text[:1] == "<" and self.text[-1:] == ">":
            raise InvalidPatternError(f"'{self.text}' is no group; write '{THIRD_PARTY}' or '{STANDARD_LIBRARY}'.")
        parts = self.text.split(".")
        if not all(re.fullmatch(_PART, part) for part in parts):
            raise InvalidPatternError(f"'{self.text}' is not a module name; write one like 'shop.models'.")
        for part, following in zip(parts, [*parts[1:], ""], strict=True):
            if "**" in part and part != "**":
                single = re.sub(r"\*+", "*", part)
                instead = "'*' or '**'" if single == "*" else f"'{single}'"
                raise InvalidPatternError(
                    f"'{self.text}': '**' must be a whole part of a name; write {instead} instead of '{part}'."
                )
            if part in _WILDCARDS and following in _WILDCARDS and "**" in (part, following):
                raise InvalidPatternError(
                    f"'{self.text}': '{following}' must not follow '{part}'; write only one of them."
                )

    @property
    def is_exact(self) -> bool:
        """Whether the pattern has no wildcard, and is no group."""
        return "*" not in self.text and not self.is_group

    @property
    def is_group(self) -> bool:
        """Whether the pattern is a group of external packages."""
        return self.text in _GROUPS

    @property
    def width(self) -> int:
        """How closely the pattern names modules: 0 exactly, 1 with wildcards within parts only, else 2."""
        is_wide = self.is_group or not _WILDCARDS.isdisjoint(self.text.split("."))
        return 0 if self.is_exact else 2 if is_wide else 1

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        """The pattern for a name with a dot before each part.

        A piece between two ``**`` takes the first place where it matches, and so does a text between two ``*`` of one
        part. Later places are not tried (``?>``): they cannot help, and trying all of them takes exponential time.
        """
        start, *pieces = ("".join(map(_part_regex, filter(None, piece.split(".")))) for piece in self.text.split("**"))
        between = [rf"(?>{_ANY}?{piece}(?![^.]))" for piece in pieces[:-1]]
        return re.compile("".join([start, *between, *(_ANY + piece for piece in pieces[-1:])]))

    def matches(self, module: str) -> bool:
        """Return whether the pattern matches a module; that of a group matches none, see `ImportGraph.matching`."""
        if self.is_group:
            return False
        return module == self.text if self.is_exact else self._regex.fullmatch(f".{module}") is not None

    def matching(self, modules: Iterable[str]) -> list[str]:
        """Return the modules that match, in the order given."""
        if self.is_exact:
            return [module for module in modules if module == self.text]
        fullmatch = self._regex.fullmatch
        return [module for module in modules if fullmatch(f".{module}")]

    def __str__(self) -> str:
        return self.text


def _part_regex(part: str) -> str:
    """Return the regular expression for a part and the dot before it; the part is not ``**``."""
    if part == "*":
        return r"\.[^.]+"
    if "*" not in part:
        return rf"\.{re.escape(part)}"
    start, *between, end = map(re.escape, part.split("*"))
    inner = "".join(f"(?>[^.]*?{text})" for text in between)
    return rf"\.(?>{start}{inner}[^.]*{end}(?![^.]))"


@dataclass(frozen=True)
class ImportPattern:
    """Two module patterns that match imports, such as ``shop.* -> shop.models``."""

    importer: ModulePattern
    imported: ModulePattern

    @classmethod
    def parse(cls, text: str) -> ImportPattern:
        """Return the pattern for ``importer -> imported``; raises InvalidPatternError for any other text."""
        importer, arrow, imported = text.partition("->")
        if not arrow or "->" in imported:
            raise InvalidPatternError(f"'{text}' is not an import; write 'importer -> imported'.")
        return cls(ModulePattern(importer.strip()), ModulePattern(imported.strip()))

    def __str__(self) -> str:
        return f"{self.importer} -> {self.imported}"


@dataclass(frozen=True)
class NamePattern:
    """A module pattern and a name in the modules that it matches, such as ``shop.orders:place_order``.

    The name may have wildcards too. It is None if the modules themselves are meant.
    """

    module: ModulePattern
    name: ModulePattern | None = None

    @classmethod
    def parse(cls, text: str) -> NamePattern:
        """Return the pattern for ``module`` or ``module:name``; raises InvalidPatternError for any other text."""
        module, colon, name = (part.strip() for part in text.partition(":"))
        if not colon:
            return cls(ModulePattern(module))
        if not re.fullmatch(r"[\w*]+", name) or "**" in name:
            raise InvalidPatternError(
                f"'{text}': '{name}' is not a name in a module; write a function, class or other name at the top level "
                "of a module, such as 'shop.orders:place_order', or only a module."
            )
        return cls(ModulePattern(module), ModulePattern(name))

    def __str__(self) -> str:
        return str(self.module) if self.name is None else f"{self.module}:{self.name}"


def absolute(level: int, module: str, importer: str, *, is_package: bool) -> str | None:
    """Return the absolute name of the module of ``from ..module import x`` (PEP 328).

    ``level`` is the number of dots, ``module`` the name after them, and ``importer`` the module that has the import,
    which is an ``__init__`` if ``is_package``. None if the import leaves the top-level package.
    """
    if not level:
        return module
    parts = importer.split(".")
    kept = len(parts) - level + is_package
    if kept < 1:
        return None
    return ".".join([*parts[:kept], module] if module else parts[:kept])
