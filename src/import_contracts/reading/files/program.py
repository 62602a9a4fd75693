"""The linted program as data: its root packages and their folders, and the modules and files in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple, TypeAlias

from import_contracts import disk
from import_contracts.problems import Problem
from import_contracts.reading.files.excluding import Exclude, Excluded
from import_contracts.reading.files.precedence import Unread
from import_contracts.records import dataclass

Portions: TypeAlias = tuple[tuple[str, str], ...]
"""Each root package and its folder, in order. A namespace package may have several folders, so several items.

Of a root that is a single file, it is the path of the file without ``.py``.
"""


class SourceFile(NamedTuple):
    """The file of one module; ``path`` is absolute, and ``is_package`` is True for an ``__init__.py``."""

    module: str
    path: str
    is_package: bool

    def read(self) -> bytes:
        """Return the content of the file; raises OSError."""
        return disk.read_unnoted(self.path)


class Findings(NamedTuple):
    """What else was found with the modules of a program.

    ``problems`` are files and folders that cannot be checked. ``watched`` are the folders, links and files that were
    read to find the files: while none of them changes, there are the same files.
    """

    problems: tuple[Problem, ...] = ()
    watched: tuple[str, ...] = ()


class Extent(NamedTuple):
    """Which program is read, and how much of it.

    ``portions`` are the folders of each root package. With ``include_external``, the graph has imports of modules
    outside the program, with ``kinds`` the kinds of imports, with ``every_folder`` the modules in folders without
    ``__init__.py``, and with ``calls`` the imports by calls such as ``import_module("a")``. ``exclude`` are the globs
    of files and folders that are no part of the program. ``unread`` are files and folders with the name of a root
    package that are not imported. ``external_parts`` are parts of external packages that are told apart, such as
    ``django.db``.
    """

    portions: Portions
    include_external: bool
    kinds: bool
    every_folder: bool = False
    calls: bool = False
    exclude: Exclude = ()
    unread: tuple[Unread, ...] = ()
    external_parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Program:
    """The modules of the root packages.

    ``roots`` are the root packages, in order. ``files`` are sorted by module. ``namespaces`` are the packages without a
    file. ``portions`` are the folders of the root packages. ``shadowed`` are the modules with a second file, which
    CPython ignores: ``a.py`` next to ``a/__init__.py``. ``compiled`` are the modules without source, sorted: extension
    modules, and stubs alone. They import nothing. ``excluded`` are the modules that ``exclude`` leaves out, sorted.
    ``find`` returns what else was found; it is called once, when somebody asks for that.
    """

    roots: tuple[str, ...]
    files: tuple[SourceFile, ...]
    namespaces: frozenset[str]
    portions: Portions
    shadowed: frozenset[str] = frozenset()
    compiled: tuple[SourceFile, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    find: Callable[[], Findings] = Findings

    @cached_property
    def findings(self) -> Findings:
        """What else was found with the modules."""
        return self.find()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The files and folders that cannot be checked."""
        return self.findings.problems

    @property
    def watched(self) -> tuple[str, ...]:
        """What was read to find the files."""
        return self.findings.watched

    @cached_property
    def by_module(self) -> dict[str, SourceFile]:
        """The file of each module that has one."""
        return {file.module: file for file in self.files}

    @cached_property
    def excluded_files(self) -> frozenset[str]:
        """The modules of the files that are excluded by themselves."""
        return frozenset(each.module for each in self.excluded if not each.is_folder)

    @cached_property
    def excluded_folders(self) -> frozenset[str]:
        """The packages of the folders that are excluded, with everything inside them."""
        return frozenset(each.module for each in self.excluded if each.is_folder)

    @cached_property
    def excluded_names(self) -> frozenset[str]:
        """The last part of each excluded module, one of which is in every import of it."""
        return frozenset(each.module.rpartition(".")[2] for each in self.excluded)

    @cached_property
    def modules(self) -> frozenset[str]:
        """All modules, including namespace packages and modules without source."""
        return self.namespaces.union(self.by_module, (file.module for file in self.compiled))
