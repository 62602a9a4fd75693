"""The built-in contract types, by the name that ``type`` gives them: all that is known before a contract is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from import_contracts.graph.kinds import Kind

if TYPE_CHECKING:
    from import_contracts.contracts.findings import Rule
    from import_contracts.contracts.table import Table


OWN_DEMAND = "A custom contract type."
"""What is said of the demand of a custom contract type."""


@dataclass(frozen=True, slots=True)
class ContractType:
    """A contract type.

    ``parse`` makes a rule of the contract's table: it reads the keys that are the type's own, and notes in the table
    what is wrong with them. ``excludes`` are the kinds of imports left out unless the contract says otherwise.
    ``demand`` says in one sentence what contracts of the type demand. Of a type that is ``about_cycles``, reports show
    how to fix each import of a cut.
    """

    parse: Callable[[Table], Rule]
    excludes: frozenset[Kind] = frozenset()
    demand: str = OWN_DEMAND
    about_cycles: bool = False


def _in(module: str) -> Callable[[Table], Rule]:
    """Return the ``parse`` of a module of this package, which is imported when a contract of the type is read."""

    def parse(table: Table) -> Rule:
        rule: Rule = import_module(f"import_contracts.contracts.{module}").parse(table)
        return rule

    return parse


TYPES: Mapping[str, ContractType] = MappingProxyType(
    {
        "acyclic": ContractType(
            _in("acyclic"),
            excludes=frozenset({Kind.TYPE_CHECKING}),
            demand="Modules must not form import cycles.",
            about_cycles=True,
        ),
        "acyclic_siblings": ContractType(
            _in("acyclic_siblings"),
            demand="The children of a package, each with everything inside it, must not form import cycles.",
            about_cycles=True,
        ),
        "crash": ContractType(_in("crash"), demand="Modules must not crash when they are imported first."),
        "forbidden": ContractType(
            _in("forbidden"),
            demand="Some modules must not import certain others, directly or indirectly.",
        ),
        "independence": ContractType(
            _in("independence"), demand="Some modules must not import each other, directly or indirectly."
        ),
        "layers": ContractType(_in("layers"), demand="A lower layer must not import a higher layer."),
        "protected": ContractType(_in("protected"), demand="Only some modules may import certain others."),
    }
)
