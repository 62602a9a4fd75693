"""Which module an import statement imports."""

from __future__ import annotations

from collections.abc import Collection, Container

from import_contracts.graph.names import absolute
from import_contracts.reading.imports import WrittenImport


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


def external(written: WrittenImport, importer: str, *, is_package: bool, roots: Collection[str]) -> str | None:
    """Return the package outside the root packages that an import imports, as grimp names it.

    That is the first part of the name. Where a root package is part of a namespace package, it is as many parts as are
    needed to tell the two apart. None if the name lies in a root package or is the namespace of one.
    """
    name = _object(written, importer, is_package=is_package)
    if name is None:
        return None
    parts = name.removesuffix(".*").split(".")
    shared = 0
    for root in roots:
        of_root = root.split(".")
        same = next((i for i, pair in enumerate(zip(parts, of_root, strict=False)) if pair[0] != pair[1]), None)
        if same is None:
            return None
        shared = max(shared, same)
    return ".".join(parts[: shared + 1])


def _object(written: WrittenImport, importer: str, *, is_package: bool) -> str | None:
    """Return the absolute name of what is imported, which need not be a module; None beyond the top-level package."""
    module = absolute(written.level, written.module, importer, is_package=is_package)
    return f"{module}.{written.name}" if module and written.name else module
