"""The import statements of files that reports have shown, kept by the content of these, so that each is read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeAlias

from import_contracts.graph.kinds import Kind
from import_contracts.reading.scanning.scan import Statement
from import_contracts.reading.store.cache import Cache, digest
from import_contracts.reading.store.manifest import Manifest
from import_contracts.reading.store.values import DAMAGED, is_number, text

OfFile: TypeAlias = dict[tuple[str, int], Statement]
"""The statements of one file, by imported module and line."""


class KeptStatements:
    """The statements in the cache for a program as a manifest has it.

    ``manifest_name`` is the name of its file; what else statements mean depends on the modules that there are.
    """

    def __init__(self, cache: Cache, manifest_name: str, manifest: Manifest) -> None:
        self._cache = cache
        self._digests = manifest.digests
        modules = (manifest.value[key] for key in ("modules", "namespaces", "compiled", "excluded"))
        self._name = f"{digest(manifest_name, *modules)}.statements"

    def of(self, module: str) -> OfFile | None:
        """Return the statements of a module; None if they are not kept, or if its file has changed since."""
        try:
            of_file, *found = self._kept[module]
            if of_file != self._digests[module]:
                return None
            return {(text(imported), _positive(line)): _statement(*rest) for imported, line, *rest in found}
        except DAMAGED:
            return None

    def keep(self, found: Mapping[str, OfFile], digests: Mapping[str, str]) -> None:
        """Keep the statements of some modules too, if their files were read when they had these digests."""
        new = {
            module: [digests[module], *([*place, *statement] for place, statement in statements.items())]
            for module, statements in found.items()
            if digests.get(module) == self._digests[module] != "" and self.of(module) is None
        }
        if new:
            current = {module: kept for module, kept in self._kept.items() if self.of(module) is not None}
            self._kept = current | new
            self._cache.save(self._name, self._kept)

    @cached_property
    def _kept(self) -> dict[str, list[Any]]:
        try:
            return dict(self._cache.load(self._name).items())
        except DAMAGED:
            return {}


def _statement(column: int, kind: str, written: str) -> Statement:
    return Statement(_positive(column), Kind(kind), text(written))


def _positive(number: object) -> int:
    if not is_number(number) or number < 1:
        raise ValueError
    return number
