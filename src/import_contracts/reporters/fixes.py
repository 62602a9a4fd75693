"""How a fix is told in text."""

from __future__ import annotations

from collections.abc import Iterator

from import_contracts.graph.import_graph import Import
from import_contracts.reporters.style import DIM, GREEN, RED, Style
from import_contracts.reports.check import Change

FIXES = {
    "type_checking": "import it for type checking only",
    "direct_import": "import it from where it is defined",
    "extract": "extract what both need",
    "defer": "defer it (a workaround: the cycle is only hidden)",
    "restructure": "take it apart by hand",
}


def changed(change: Change, evidence: Import, style: Style) -> Iterator[str]:
    """Yield what to write instead, line by line, with the line where that is not the import's own."""
    if change.line != evidence.line:
        yield style.paint(f"line {change.line}:", DIM)
    yield from (style.paint(f"- {line}", RED) for line in change.old.split("\n") if change.old)
    yield from (style.paint(f"+ {line}", GREEN) for line in change.new.split("\n") if line)
