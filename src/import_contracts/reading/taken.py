"""Which names of a module other modules take: by the names in their statements, and as attributes of the module."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from functools import cache

from import_contracts.graph.names import absolute
from import_contracts.reading.imports import WrittenImport, read_imports
from import_contracts.reading.plain import plain_text
from import_contracts.reading.resolution import resolve
from import_contracts.reading.text import Source, universal_newlines

EVERYTHING = "*"
"""The name that a star import takes, and an import that is not written as a statement, such as a call."""


class TakenNames:
    """The names that the modules of a program take from each other; ``source`` returns the text of a module."""

    def __init__(self, modules: Container[str], source: Callable[[str], Source | None]) -> None:
        self._modules = modules
        self._source = source
        self._written = cache(self._read)
        self._plain = cache(self._plain_text)

    def by(self, importer: str, imported: str, line: int) -> frozenset[str]:
        """Return the names that the statements on a line take from a module that they import.

        A statement that imports the module itself takes what the text of the importer then uses as ``module.name``;
        modules inside it do not count.
        """
        found = [
            written
            for written in self._written(importer)
            if written.line == line and self._resolved(written, importer) == imported
        ]
        names = (self._names(written, importer, imported) for written in found)
        return frozenset().union(*names) if found else frozenset({EVERYTHING})

    def origin(self, package: str, name: str) -> tuple[str, str] | None:
        """Return the module and the name there that the ``__init__`` of a package imports as a name; None if none."""
        source = self._source(package)
        if source is None or not source.is_package:
            return None
        origins = [
            (module, written.name)
            for written in self._written(package)
            if written.name and _bound(written) == name and (module := self._resolved(written, package))
            if not self._is_module(written, package, module)
        ]
        return origins[-1] if origins else None

    def _read(self, module: str) -> tuple[WrittenImport, ...]:
        source = self._source(module)
        return () if source is None else read_imports(source.text, module, is_package=source.is_package)

    def _plain_text(self, module: str) -> str:
        source = self._source(module)
        return plain_text(universal_newlines(source.text)) if source else ""

    def _is_package(self, module: str) -> bool:
        source = self._source(module)
        return source is not None and source.is_package

    def _resolved(self, written: WrittenImport, importer: str) -> str | None:
        return resolve(written, importer, is_package=self._is_package(importer), modules=self._modules)

    def _is_module(self, written: WrittenImport, importer: str, imported: str) -> bool:
        """Return whether a statement imports a module itself, and not a name in it."""
        from_ = absolute(written.level, written.module, importer, is_package=self._is_package(importer))
        return written.name is None or from_ != imported

    def _names(self, written: WrittenImport, importer: str, imported: str) -> Iterator[str]:
        if written.name is not None and not self._is_module(written, importer, imported):
            yield written.name
            return
        bound = r"\s*\.\s*".join(map(re.escape, _bound(written).split(".")))
        for name in re.findall(rf"(?<![\w.]){bound}\s*\.\s*(\w+)", self._plain(importer)):
            if f"{imported}.{name}" not in self._modules:
                yield name


def _bound(written: WrittenImport) -> str:
    """Return the name under which a module uses what it imports: ``b`` after ``import a as b``, else ``a.b``."""
    name = written.name or written.module
    alias = re.search(rf"(?<![\w.]){re.escape(name)} as (\w+)", written.text)
    return alias[1] if alias else name
