"""The built-in contract types, by the name that ``type`` gives them, with everything known before parsing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from import_contracts.graph.kinds import Kind
from import_contracts.records import NamedTuple

if TYPE_CHECKING:
    from import_contracts.contracts.findings import Rule
    from import_contracts.contracts.table import Table


OWN_DEMAND = "A custom contract type."
"""The demand of a custom contract type that states none."""


class ContractType(NamedTuple):
    """A contract type.

    ``parse`` reads the keys of the type from a contract's table and returns a rule; it adds problems to the table.
    ``excludes`` are the kinds of imports that contracts of this type leave out by default. ``demand`` is the rule in
    one sentence. If the type is ``about_cycles``, reports show a fix for each import of a cut; if it
    ``wants_direct_imports``, they show how to import each name from its defining module. If it is ``about_counts``, no
    import breaks a contract by itself, so none is its cause. ``groups`` returns the modules to which the keys of a
    contract give a name in angle brackets, by that name: the lists of others may have it. If it ``reads_text``, its
    verdict may change with any text of the program, not only with imports.
    """

    parse: Callable[[Table], Rule]
    excludes: frozenset[Kind] = frozenset()
    demand: str = OWN_DEMAND
    about_cycles: bool = False
    about_counts: bool = False
    wants_direct_imports: bool = False
    reads_text: bool = False
    groups: Callable[[Mapping[str, object]], Mapping[str, tuple[str, ...]]] | None = None


def _in(module: str) -> Callable[[Table], Rule]:
    """Return the ``parse`` of a module of this package; the module is imported when ``parse`` is first called."""

    def parse(table: Table) -> Rule:
        rule: Rule = import_module(f"import_contracts.contracts.{module}").parse(table)
        return rule

    return parse


def _groups_in(module: str) -> Callable[[Mapping[str, object]], Mapping[str, tuple[str, ...]]]:
    """Return the ``groups`` of a module of this package, imported as in `_in`."""

    def groups(values: Mapping[str, object]) -> Mapping[str, tuple[str, ...]]:
        found: Mapping[str, tuple[str, ...]] = import_module(f"import_contracts.contracts.{module}").groups(values)
        return found

    return groups


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
        "allowed": ContractType(
            _in("allowed"), demand="Some modules may import only what is allowed.", groups=_groups_in("allowed")
        ),
        "crash": ContractType(
            _in("crash"), demand="Modules must not crash when they are imported first.", reads_text=True
        ),
        "direct_siblings": ContractType(
            _in("direct_siblings"),
            demand="Modules inside a package must not import from the package itself.",
            wants_direct_imports=True,
        ),
        "forbidden": ContractType(
            _in("forbidden"),
            demand="Some modules must not import certain others, directly or indirectly.",
        ),
        "independence": ContractType(
            _in("independence"), demand="Some modules must not import each other, directly or indirectly."
        ),
        "interface": ContractType(_in("interface"), demand="A package must be imported only through what it exposes."),
        "layers": ContractType(
            _in("layers"), demand="A lower layer must not import a higher layer.", groups=_groups_in("layers")
        ),
        "no_needless_deferrals": ContractType(
            _in("no_needless_deferrals"),
            excludes=frozenset({Kind.TYPE_CHECKING}),
            demand="An import inside a function must avoid a cycle, or have another reason to be there.",
            reads_text=True,
        ),
        "no_worse": ContractType(
            _in("no_worse"),
            excludes=frozenset({Kind.TYPE_CHECKING}),
            demand="A count of the program must not rise.",
            about_counts=True,
        ),
        "private_modules": ContractType(
            _in("private_modules"), demand="A private module must be imported only inside its parent package."
        ),
        "protected": ContractType(_in("protected"), demand="Only some modules may import certain others."),
    }
)
