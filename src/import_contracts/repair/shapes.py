"""The shapes of cycles that have a name, each recognized by an import that is changed, and by how it is changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from enum import StrEnum

from import_contracts.graph.components import Component
from import_contracts.graph.names import within
from import_contracts.repair.edits import Rewrite
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import Fix, Fixes
from import_contracts.repair.program_names import Origin
from import_contracts.repair.usage import Binding


class Shape(StrEnum):
    """What makes an import close a cycle, where that has a name."""

    FAT_INIT = "fat_init"
    """A module imports through the ``__init__`` of a package that it is in, what another module of that defines."""
    MUTUAL_MODELS = "mutual_models"
    """A module imports a class from a module that imports a class from it."""
    UTILITY_CREEP = "utility_creep"
    """A module that imports nothing else of the cycle needs the import in one function, which no other one imports."""
    TYPE_HINTS = "type_hints"
    """Only annotations need the import."""


class Shapes:
    """Tells the shapes of the imports of a cycle."""

    def __init__(self, cycle: Component, fixes: Fixes) -> None:
        self._cycle = cycle
        self._names = fixes.names

    def shape(self, fix: Fix) -> Shape | None:
        """Return the shape of an import that a fix changes; None if it has no name."""
        bindings = [rewrite.binding for rewrite in _rewrites(fix)]
        if fix.kind is FixKind.DIRECT_IMPORT and within(fix.importer, fix.imported):
            return Shape.FAT_INIT
        if any(self._classes(fix.importer, bindings)):
            return Shape.MUTUAL_MODELS
        if fix.kind is FixKind.DEFER and self._is_utility(fix):
            return Shape.UTILITY_CREEP
        return Shape.TYPE_HINTS if fix.kind is FixKind.TYPE_CHECKING else None

    def _classes(self, module: str, bindings: Sequence[Binding]) -> Iterator[Origin]:
        """Yield the classes that a module imports of those that import a class from it."""
        for origin in filter(None, map(self._class, bindings)):
            usage = self._names.usage(origin[0])
            others = usage.bindings if usage else []
            if any(other[0] == module for other in filter(None, map(self._class, others))):
                yield origin

    def _class(self, binding: Binding) -> Origin | None:
        """Return the module that defines the class that is imported, and its name; None if it is no class."""
        if not binding.name:
            return None
        module, name = self._names.origin(binding) or (binding.module, binding.name)
        usage = self._names.usage(module)
        statements = usage.defined.get(name, []) if usage else []
        return (module, name) if len(statements) == 1 and isinstance(statements[0], ast.ClassDef) else None

    def _is_utility(self, fix: Fix) -> bool:
        blocks = {block for rewrite in _rewrites(fix) for block in rewrite.blocks}
        usage = self._names.usage(fix.importer)
        if len(blocks) != 1 or usage is None:
            return False
        (function,) = blocks
        if isinstance(function, ast.If):
            return False
        others = [edge for edge in self._cycle.edges if edge[0] == fix.importer and edge[1] != fix.imported]
        users = (edge[0] for edge in self._cycle.edges if edge[1] == fix.importer)
        is_global = function in usage.defined.get(function.name, [])
        return is_global and not others and all(self._uses_more(user, fix.importer, function.name) for user in users)

    def _uses_more(self, user: str, module: str, function: str) -> bool:
        """Tell whether a module imports another as a whole, or something else of it than a function."""
        usage = self._names.usage(user)
        return {each.name for each in usage.bindings if each.module == module} != {function} if usage else True


def _rewrites(fix: Fix) -> list[Rewrite]:
    return [change for change in fix.rewrites if isinstance(change, Rewrite)]
