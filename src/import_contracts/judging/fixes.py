"""From fixes to what reports show: the lines to change, with their old and new text."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.judging.statements import Statements
from import_contracts.reading.source.text import universal_newlines
from import_contracts.records import replace
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes
from import_contracts.repair.layout import Edit
from import_contracts.repair.ways import ImportedName
from import_contracts.reports.changes import Change, ReportedFix


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
        return reported_fix([fix], self._fixes, self._statements)

    def direct(self, edge: Edge) -> ReportedFix:
        """Return how to import the names that an import takes from a package from their defining modules."""
        return reported_fix([direct_fix(edge, self._kinds, self._fixes)], self._fixes, self._statements)


def direct_fix(edge: Edge, kinds: frozenset[Kind], fixes: Fixes) -> Fix:
    """Return how to import the names that an import takes from a package from their defining modules.

    What cannot be imported in this way stays as it is, and the reasons say why.
    """
    wanted = CyclicImport(edge, kinds, frozenset())
    names = fixes.names_of(wanted)
    if not names:
        return fixes.restructuring(wanted)
    direct = [name for name in names if FixKind.DIRECT_IMPORT in name.ways]
    why = dict.fromkeys(_why_not_direct(name, fixes) for name in names if name not in direct)
    if not direct:
        return Fix(FixKind.RESTRUCTURE, *edge, tuple(why))
    fix = fixes.made_of(wanted, [(name, FixKind.DIRECT_IMPORT) for name in direct])
    return replace(fix, why=(*fix.why, *why))


def _why_not_direct(name: ImportedName, fixes: Fixes) -> str:
    """Return why a name is not imported from its defining module, and what to do."""
    module, shown = name.binding.module, name.binding.name
    if shown == "*":
        return "It takes every name; import those that are used from the modules that define them."
    if shown is None or fixes.names.is_module(module, shown):
        return "It imports the package itself; import the names that are used from the modules that define them."
    origin = fixes.names.definition(module, [shown])
    if origin is None:
        return f"It is not certain where {shown} is defined; import it from there."
    if origin == (module, shown):
        return f"{shown} is defined in {module} itself; move it into a module of its own."
    return f"{shown} is defined in {origin[0]}, but the statement cannot be changed safely; change it by hand."


def reported_fix(together: Sequence[Fix], fixes: Fixes, statements: Statements) -> ReportedFix:
    """Return fixes of one kind, of which there is at least one, as reports show them, with the changes of each file."""
    changes = (
        change(statements.path(module), edit) for module, edits in fixes.edits(together).items() for edit in edits
    )
    why = tuple(dict.fromkeys(sentence for fix in together for sentence in fix.why))
    return ReportedFix(together[0].kind, why, tuple(changes))


def change(path: str, edit: Edit) -> Change:
    """Return an edit of a file as reports show it, without blank lines at the end."""
    old, new = (universal_newlines(text).rstrip("\n") for text in (edit.old, edit.new))
    return Change(path, edit.line, old, new, edit.column, edit.end_line, edit.end_column, edit.new, edit.level)
