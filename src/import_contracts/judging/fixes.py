"""Fixes as reports show them."""

from __future__ import annotations

import sys

from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.judging.statements import Statements
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes
from import_contracts.reports.check import Change, ReportedFix


class CutFixes:
    """The cheapest fixes of imports of one graph, in which some kinds of imports do not count."""

    def __init__(self, graph: ImportGraph, excluded: frozenset[Kind], statements: Statements) -> None:
        self._kinds = frozenset(Kind) - excluded
        self._statements = statements
        self._fixes = Fixes(statements.source, graph, (sys.version_info.major, sys.version_info.minor))

    def cheapest(self, edge: Edge, cycle: frozenset[str]) -> ReportedFix:
        """Return how to remove an import from a cycle of some modules, for the Python that runs this."""
        fix = self._fixes.cheapest(CyclicImport(edge, self._kinds, cycle))
        return reported_fix(fix, self._fixes, self._statements)


def reported_fix(fix: Fix, fixes: Fixes, statements: Statements) -> ReportedFix:
    """Return a fix with what to write."""
    changes = (
        Change(statements.path(module), edit.line, edit.old, edit.new)
        for module, edits in fixes.edits([fix]).items()
        for edit in edits
    )
    return ReportedFix(fix.kind, fix.why, tuple(changes))
