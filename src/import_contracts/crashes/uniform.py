"""Components whose modules use nothing of each other while they are imported.

Whichever of them a fresh interpreter imports first, it loads the same modules, and none of them fails. So one of them
stands for all.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from import_contracts.crashes import operations as does
from import_contracts.crashes.bodies import Bodies
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.operations import Operation, Operations, all_operations
from import_contracts.graph.components import components
from import_contracts.graph.names import ancestors
from import_contracts.reading.source import trees


def is_uniform(modules: Collection[str], model: ImportModel, bodies: Bodies) -> bool:
    """Tell whether it makes no difference which of the modules of a component is imported first."""
    if not all(_Module(module, model, bodies).is_blind for module in modules):
        return False
    imported = {module: _imported(bodies.module(module).operations) for module in modules}
    with_packages = {
        module: {each for name in (*names, module) for each in (name, *ancestors(name))} - {module}
        for module, names in imported.items()
    }
    return components({module: found & imported.keys() for module, found in with_packages.items()}) == (
        tuple(sorted(modules)),
    )


def _imported(operations: Operations) -> set[str]:
    """Return the modules that operations import which are no branches."""
    found: set[str] = set()
    for each in all_operations(operations):
        if isinstance(each, does.ImportModule):
            found.add(each.module)
        elif isinstance(each, does.ImportNames):
            found.update(f"{each.module}.{name}" for name, _ in each.names)
    return found


class _Module:
    """One module, of which every operation is looked at."""

    def __init__(self, module: str, model: ImportModel, bodies: Bodies) -> None:
        self._model = model
        self._bodies = bodies
        self._operations = bodies.module(module).operations
        self._is_parsed = module not in bodies.unparsed
        self._bound = bodies.module(module).defined.keys()

    @property
    def is_blind(self) -> bool:
        """Whether nothing that the module does depends on what is bound in another one."""
        return self._is_parsed and all(map(self._sees_nothing, self._operations))

    def _sees_nothing(self, operation: Operation) -> bool:
        match operation:
            case does.DefineClass(bases=bases, keywords=keywords, decorators=decorators, body=body):
                expressions = [*bases, *decorators, *(value for _, value in keywords)]
                return all(map(self._names_only, expressions)) and all(map(self._sees_nothing, body))
            case does.Define(decorators=decorators, defaults=defaults, annotations=annotations):
                return all(map(self._names_only, [*decorators, *annotations, *(value for _, value in defaults)]))
            case does.Evaluate(value):
                return self._names_only(value)
            case does.ImportModule(_, module, alias):
                return not alias and module in self._model.modules
            case does.ImportNames(_, package, names):
                return all(self._is_submodule(package, name) for name, _ in names)
        return isinstance(operation, does.Bind | does.MayRaise)

    def _names_only(self, node: ast.expr) -> bool:
        """Tell whether an expression is a name, or uses none that the module has bound."""
        if isinstance(node, ast.Name | ast.Constant):
            return True
        return not any(isinstance(each, ast.Name) and each.id in self._bound for each in trees.walk(node))

    def _is_submodule(self, package: str, name: str) -> bool:
        """Tell whether a name of a package is a module in any case: the package binds nothing else under it."""
        if f"{package}.{name}" not in self._model.modules:
            return False
        code = self._bodies.module(package)
        if package in self._bodies.unparsed or not code.defined.keys().isdisjoint((name, "__getattr__")):
            return False
        return not any(map(_binds_unknown, all_operations(code.operations)))


def _binds_unknown(operation: Operation) -> bool:
    """Tell whether an operation may bind any name in its module."""
    if isinstance(operation, does.Define):
        return operation.binds_unknown or bool(operation.globals)
    return isinstance(operation, does.ImportStar | does.Assign | does.Evaluate)
