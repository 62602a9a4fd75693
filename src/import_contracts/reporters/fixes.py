"""Fixes in text: their names, and their changes as a diff."""

from __future__ import annotations

from collections.abc import Iterator

from import_contracts.graph.import_graph import Import
from import_contracts.reporters.style import DIM, GREEN, RED, Style
from import_contracts.reports.check import Change

FIXES = {
    "type_checking": "import it for type checking only",
    "direct_import": "import it from its defining module",
    "reorder": "put these imports in another order",
    "move": "move this import below what the other module needs",
    "move_definition": "move a definition above the import",
    "extract": "move what both need into a new module",
    "module_form": "import the module, and look the name up where it is used",
    "defer": "defer it (a workaround: the cycle is hidden, not removed)",
    "import_first": "import another module first",
    "restructure": "needs manual restructuring",
}


def changed(change: Change, evidence: Import, style: Style) -> Iterator[str]:
    """Yield a change as diff lines; before them the place, if it is not that of the import."""
    if change.path != evidence.path:
        yield style.paint(f"{change.path}:{change.line}:", DIM)
        yield from changed_at(change, change.line, style)
    else:
        yield from changed_at(change, evidence.line, style)


def changed_at(change: Change, line: int, style: Style) -> Iterator[str]:
    """Yield a change as diff lines; before them its line number, if it is not that line."""
    if change.line != line:
        yield style.paint(f"line {change.line}:", DIM)
    yield from (style.paint(f"- {line}", RED) for line in change.old.split("\n") if change.old)
    yield from (style.paint(f"+ {line}", GREEN) for line in change.new.split("\n") if line)
