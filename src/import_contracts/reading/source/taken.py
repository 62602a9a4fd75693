"""Which names of a module other modules use: by the names in their statements, and as attributes of the module."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from functools import cache

from import_contracts.graph.names import absolute
from import_contracts.reading.source.imports import WrittenImport, read_imports
from import_contracts.reading.source.plain import plain_text
from import_contracts.reading.source.resolution import resolve
from import_contracts.reading.source.text import Source, universal_newlines

EVERYTHING = "*"
"""The name that a star import takes, and an import that is not written as a statement, such as a call."""


class TakenNames:
    """The names that the modules of a program take from each other; ``source`` returns the text of a module."""

    def __init__(self, modules: Container[str], source: Callable[[str], Source | None]) -> None:
        self._modules = modules
        self._source = source
        self._read = cache(self._written)
        self._origins = cache(self._imported_names)
        self._plain = cache(self._plain_text)

    def by(self, importer: str, imported: str, line: int) -> frozenset[str]:
        """Return the names that the statements on a line take from a module that they import.

        A statement that imports the module itself takes what the text of the importer then uses as ``module.name``;
        modules inside it do not count.
        """
        found = self._read(importer).get((imported, line), ())
        names = (self._names(written, importer, imported) for written in found)
        return frozenset().union(*names) if found else frozenset({EVERYTHING})

    def written(self, importer: str, imported: str, line: int) -> frozenset[str]:
        """Return the names of a module that are in the statements on a line; none if these import the module itself."""
        found = self._read(importer).get((imported, line), ())
        names = (each.name for each in found if not self._is_module(each, importer, imported))
        return frozenset(filter(None, names)) if found else frozenset({EVERYTHING})

    def origin(self, package: str, name: str) -> tuple[str, str] | None:
        """Return the module and the name there that the ``__init__`` of a package imports as a name; None if none."""
        return self._origins(package).get(name)

    def _written(self, module: str) -> dict[tuple[str, int], list[WrittenImport]]:
        """Return what a module imports, by imported module and line, in the order of its text."""
        source, found = self._source(module), dict[tuple[str, int], list[WrittenImport]]()
        for written in read_imports(source.text, module, is_package=source.is_package) if source else ():
            if imported := self._resolved(written, module):
                found.setdefault((imported, written.line), []).append(written)
        return found

    def _imported_names(self, package: str) -> dict[str, tuple[str, str]]:
        if not self._is_package(package):
            return {}
        return {
            _bound(written): (imported, written.name)
            for (imported, _), several in sorted(self._read(package).items(), key=lambda item: item[0][1])
            for written in several
            if written.name and not self._is_module(written, package, imported)
        }

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
    if " as " not in written.text:
        return name
    alias = re.search(rf"(?<![\w.]){re.escape(name)} as (\w+)", written.text)
    return alias[1] if alias else name
