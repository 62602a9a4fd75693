"""Which definitions to move out of a module, so that it need not be imported for them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeAlias

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import Binding, Usage

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
"""A statement that can be moved with the names that it binds."""


FEW = 10
"""How many definitions of a module may be left behind so that it matters if there are some more or less."""


class Extractions:
    """Finds the definitions to move out of modules; what each module imports of a cycle is looked at once."""

    def __init__(self, names: ProgramNames) -> None:
        self._names = names
        self._imported: dict[tuple[str, frozenset[str]], frozenset[str]] = {}

    def definitions(self, module: str, bindings: Sequence[Binding], cycle: frozenset[str]) -> dict[str, int] | None:
        """Return the definitions that some bindings import from a module, with all others of it that these need.

        Each has its line, by which they are sorted. None if they cannot be moved: because they need an import of the
        cycle, because they are all that the module defines, or because a binding imports something else.
        """
        usage = self._names.usage(module)
        wanted = [each.name for each in bindings if each.module == module and each.name and each.name != "*"]
        if usage is None or len(wanted) < len(bindings):
            return None
        barred = self._imported_of(module, usage, cycle)
        moved = list(dict.fromkeys(wanted))
        for name in moved:
            if only_definition(name, usage) is None:
                return None
            used = self._names.names_in(module, name)
            if "global" in used or used & barred:
                return None
            needed = sorted(each for each in used & usage.defined.keys() if not _is_imported(each, usage))
            moved += [each for each in needed if each not in moved]
        number = len([name for name in usage.defined if not _is_imported(name, usage)])
        if number - len(moved) <= FEW:
            self._names.counted.add(module)
        if number == len(moved):
            return None
        lines = {name: usage.defined[name][0].lineno for name in moved}
        return dict(sorted(lines.items(), key=lambda item: item[1]))

    def _imported_of(self, module: str, usage: Usage, cycle: frozenset[str]) -> frozenset[str]:
        """Return the names that imports of the cycle bind in a module."""
        key = module, cycle
        if key not in self._imported:
            found = (each.local for each in usage.bindings if _imports_cycle(each, self._names, cycle))
            self._imported[key] = frozenset(found)
        return self._imported[key]


def _imports_cycle(binding: Binding, names: ProgramNames, cycle: frozenset[str]) -> bool:
    """Tell whether an import that runs imports a module of the cycle, be it as a package around another module."""
    module = names.module(binding.module, binding.name)
    if module is None or binding.kind is Kind.TYPE_CHECKING:
        return False
    return not cycle.isdisjoint((module, *ancestors(module)))


def only_definition(name: str, usage: Usage) -> Definition | None:
    """Return the only statement that ever binds a name of a module, if that can be moved elsewhere."""
    first, *others = usage.defined.get(name, [None])
    is_only = not others and name not in usage.reassigned
    return first if is_only and isinstance(first, Definition) else None


def _is_imported(name: str, usage: Usage) -> bool:
    return isinstance(usage.defined[name][0], ast.Import | ast.ImportFrom)
