"""Which module an import statement imports."""

from __future__ import annotations

from collections.abc import Collection, Container

from import_contracts.graph.names import absolute, external_package, external_part
from import_contracts.reading.source.imports import WrittenImport


def resolve(written: WrittenImport, importer: str, *, is_package: bool, modules: Container[str]) -> str | None:
    """Return the module among ``modules`` that an import imports, as grimp resolves it; None if it is not among them.

    For both ``from a import b`` and ``import a.b`` that is ``a.b`` if there is such a module, else ``a``. ``modules``
    must contain namespace packages too. A relative import beyond the top-level package imports nothing.
    """
    name = _object(written, importer, is_package=is_package)
    if name is None:
        return None
    parent = name.rpartition(".")[0]
    return name if name in modules else parent if parent in modules else None


def external(
    written: WrittenImport, importer: str, *, is_package: bool, roots: Collection[str], parts: Container[str] = ()
) -> str | None:
    """Return the package outside the root packages that an import imports, as grimp names it, or one of its ``parts``.

    None if the name lies in a root package or is the namespace of one.
    """
    name = _object(written, importer, is_package=is_package)
    if name is None:
        return None
    name = name.removesuffix(".*")
    package = external_package(name, roots)
    return None if package is None else external_part(name, package, parts)


def _object(written: WrittenImport, importer: str, *, is_package: bool) -> str | None:
    """Return the absolute name of what is imported, which need not be a module; None beyond the top-level package."""
    module = absolute(written.level, written.module, importer, is_package=is_package)
    return f"{module}.{written.name}" if module and written.name else module
