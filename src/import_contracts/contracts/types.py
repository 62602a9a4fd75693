"""The built-in contract types, by the name that ``type`` gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from import_contracts.contracts import acyclic, acyclic_siblings, crash, forbidden, independence, layers, protected
from import_contracts.contracts.findings import Rule
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import Kind


@dataclass(frozen=True, slots=True)
class ContractType:
    """A contract type.

    ``parse`` reads the keys of the type from a contract's table and returns a rule; it adds problems to the table.
    ``excludes`` are the kinds of imports that contracts of this type leave out by default.
    """

    parse: Callable[[Table], Rule]
    excludes: frozenset[Kind] = frozenset()


TYPES: Mapping[str, ContractType] = MappingProxyType(
    {
        "acyclic": ContractType(acyclic.parse, excludes=frozenset({Kind.TYPE_CHECKING})),
        "acyclic_siblings": ContractType(acyclic_siblings.parse),
        "crash": ContractType(crash.parse),
        "forbidden": ContractType(forbidden.parse),
        "independence": ContractType(independence.parse),
        "layers": ContractType(layers.parse),
        "protected": ContractType(protected.parse),
    }
)
