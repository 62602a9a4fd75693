"""From fixes to what reports show: the lines to change, with their old and new text."""

from __future__ import annotations

import sys

from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.judging.statements import Statements
from import_contracts.reading.text import universal_newlines
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes
from import_contracts.repair.layout import Edit
from import_contracts.reports.check import Change, ReportedFix


class CutFixes:
    """The cheapest fixes of imports in one graph; imports of the ``excluded`` kinds do not count."""

    def __init__(self, graph: ImportGraph, excluded: frozenset[Kind], statements: Statements) -> None:
        self._kinds = frozenset(Kind) - excluded
        self._statements = statements
        self._fixes = Fixes(statements.quotable_source, graph, (sys.version_info.major, sys.version_info.minor))

    def cheapest(self, edge: Edge, cycle: frozenset[str]) -> ReportedFix:
        """Return the cheapest way to remove an import from a cycle, for the running Python version.

        ``cycle`` are the modules of the cycle.
        """
        fix = self._fixes.cheapest(CyclicImport(edge, self._kinds, cycle))
        return reported_fix(fix, self._fixes, self._statements)


def reported_fix(fix: Fix, fixes: Fixes, statements: Statements) -> ReportedFix:
    """Return a fix as reports show it, with the changes of each file."""
    changes = (change(statements.path(module), edit) for module, edits in fixes.edits([fix]).items() for edit in edits)
    return ReportedFix(fix.kind, fix.why, tuple(changes))


def change(path: str, edit: Edit) -> Change:
    """Return an edit of a file as reports show it."""
    old, new = (universal_newlines(text).removesuffix("\n") for text in (edit.old, edit.new))
    return Change(path, edit.line, old, new, edit.column, edit.end_line, edit.end_column, edit.new, edit.level)
