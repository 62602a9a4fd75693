"""The built-in contract types, by the name that ``type`` gives them, with everything known before parsing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from import_contracts.graph.kinds import Kind

if TYPE_CHECKING:
    from import_contracts.contracts.findings import Rule
    from import_contracts.contracts.table import Table


OWN_DEMAND = "A custom contract type."
"""The demand of a custom contract type that states none."""


class ContractType(NamedTuple):
    """A contract type.

    ``parse`` reads the keys of the type from a contract's table and returns a rule; it adds problems to the table.
    ``excludes`` are the kinds of imports that contracts of this type leave out by default. ``demand`` is the rule in
    one sentence. If the type is ``about_cycles``, reports show a fix for each import of a cut. If it ``reads_text``,
    its verdict may change with any text of the program, not only with imports.
    """

    parse: Callable[[Table], Rule]
    excludes: frozenset[Kind] = frozenset()
    demand: str = OWN_DEMAND
    about_cycles: bool = False
    reads_text: bool = False


def _in(module: str) -> Callable[[Table], Rule]:
    """Return the ``parse`` of a module of this package; the module is imported when ``parse`` is first called."""

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
        "crash": ContractType(
            _in("crash"), demand="Modules must not crash when they are imported first.", reads_text=True
        ),
        "forbidden": ContractType(
            _in("forbidden"),
            demand="Some modules must not import certain others, directly or indirectly.",
        ),
        "independence": ContractType(
            _in("independence"), demand="Some modules must not import each other, directly or indirectly."
        ),
        "layers": ContractType(_in("layers"), demand="A lower layer must not import a higher layer."),
        "no_needless_deferrals": ContractType(
            _in("no_needless_deferrals"),
            excludes=frozenset({Kind.TYPE_CHECKING}),
            demand="An import inside a function must be needed by a cycle, or have another reason there.",
            reads_text=True,
        ),
        "private_modules": ContractType(
            _in("private_modules"), demand="A private module must be imported only inside its parent package."
        ),
        "protected": ContractType(_in("protected"), demand="Only some modules may import certain others."),
    }
)
