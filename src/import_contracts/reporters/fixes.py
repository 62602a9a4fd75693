"""Fixes in text: their changes as a diff."""

from __future__ import annotations

from collections.abc import Iterator

from import_contracts.graph.import_graph import Import
from import_contracts.reporters.style import DIM, GREEN, RED, Style
from import_contracts.reports.changes import Change


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
