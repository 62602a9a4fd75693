"""The contract types, one module each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from import_contracts.contracts import acyclic, acyclic_siblings, crash, forbidden, independence, layers, protected
from import_contracts.contracts.findings import Rule
from import_contracts.contracts.table import Table
from import_contracts.graph.kinds import Kind


@dataclass(frozen=True, slots=True)
class ContractType:
    """What a contract's ``type`` names.

    ``parse`` makes a rule of the contract's table; it reads the keys that are the type's own, and what is wrong with
    them is noted in the table. ``excludes`` are the kinds of imports left out unless the contract says otherwise.
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
