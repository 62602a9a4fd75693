"""The public API for custom contract types: everything that they may import.

A contract type is a function ``parse(table: Table) -> Rule``, or a `ContractType` with such a function. The rule's
``check(graph: ImportGraph)`` returns `Findings`. ``docs/custom-contract-types.md`` shows how to write one.
"""

from __future__ import annotations

from import_contracts.contracts.findings import Cut, DescribingRule, Description, Findings, Part, Rule, Violation
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import ContractType
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ImportPattern, ModulePattern
from import_contracts.problems import Problem, Severity

__all__ = [
    "Chain",
    "ContractType",
    "Cut",
    "DescribingRule",
    "Description",
    "Edge",
    "Findings",
    "ImportGraph",
    "ImportPattern",
    "Kind",
    "ModulePattern",
    "Part",
    "Problem",
    "Rule",
    "Severity",
    "Table",
    "Violation",
]
