"""What the formats for people say in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.reporters.style import Style
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation

_CAUSES = {True: ("closes the cycle", "close the cycles"), False: ("is the cause", "are the causes")}

# How many lines are shown where the same import stands in several.
_LINES = 3

VERDICTS = {True: "kept", False: "broken", None: "unusable"}


def place(each: Import) -> str:
    """Return path, line and column of an import."""
    return f"{each.path}:{each.line}:{each.column}"


def kind(each: Import) -> str:
    """Return when an import runs, in parentheses, where that is not while the importer is imported."""
    return "" if each.kind is Kind.RUNTIME else f"  ({each.kind.replace('_', ' ')})"


def also(lines: Sequence[int], style: Style) -> str:
    """Return in which other lines the same import stands, in parentheses."""
    if not lines:
        return ""
    shown = ", ".join(map(str, style.capped(lines, _LINES)))
    hidden = len(lines) - len(style.capped(lines, _LINES))
    return f"  (also line{'s' if len(lines) > 1 else ''} {shown}{f' and {hidden} more' if hidden else ''})"


def count(number: int, noun: str) -> str:
    """Return a number of things."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def chain(imports: Sequence[Import]) -> str:
    """Return the modules of a chain; where siblings stand for their modules, the chain is in several pieces."""
    text = imports[0].importer
    for previous, each in zip((None, *imports), imports, strict=False):
        if previous is not None and previous.imported != each.importer:
            text += f", {each.importer}"
        text += f" -> {each.imported}"
    return text


def way(violation: ReportedViolation) -> str:
    """Return the chain of a violation, or the module that is not listed."""
    return chain(violation.chain) if violation.chain else violation.importer


def causes(outcome: Outcome) -> str:
    """Return what the causes of what is new are, for a line before they are listed."""
    one, many = _CAUSES[outcome.about_cycles]
    number = len(outcome.shown_causes)
    return f"This import {one}:" if number == 1 else f"These {number} imports {many}:"


def effects(cause: Cause) -> str:
    """Return what an import is to blame for, and whether it is new itself."""
    added = {True: ", new on this branch", None: "; git cannot tell what is new", False: ""}[cause.is_added]
    return f"{count(cause.effects, 'new violation')}{added}"


def remedy(cut: ReportedCut, violations: Sequence[ReportedViolation]) -> tuple[str, bool]:
    """Return what it takes to clear violations, and whether the imports of the cut are to be listed below that."""
    edges = {(each.importer, each.imported) for each in cut.imports}
    if edges == {(each.importer, each.imported) for each in violations} and cut.is_minimum:
        return (f"No smaller change would do: all {len(edges)} imports have to go." if len(edges) > 1 else ""), False
    fewest = "" if cut.is_minimum else " (perhaps not the fewest)"
    return f"Removing {count(len(edges), 'import')} would be enough{fewest}:", True


def details(outcome: Outcome) -> str:
    """Return how many violations a contract has, and how many imports it ignores; empty where there are neither."""
    new, known = len(outcome.new), len(outcome.known)
    counts = [count(new, "new violation" if known else "violation")] if new else []
    counts += [count(known, "known violation")] if known else []
    counts += [f"{count(outcome.ignored, 'import')} ignored"] if outcome.ignored else []
    return ", ".join(counts)


def summary(report: Report) -> str:
    """Return a sentence with the sum of everything."""
    verdicts = [outcome.kept for outcome in report.outcomes]
    contracts = [f"{count(verdicts.count(True), 'contract')} kept", f"{verdicts.count(False)} broken"]
    contracts += [f"{verdicts.count(None)} unusable"] if None in verdicts else []
    extras = [
        count(len(found), word) for found, word in ((report.errors, "error"), (report.warnings, "warning")) if found
    ]
    extras += [f"{len(report.stale):,} stale in the baseline"] if report.stale else []
    extras += [count(len(report.unreadable), "unreadable file")] if report.unreadable else []
    text = f"{count(report.modules, 'module')}, {count(report.imports, 'import')}: {', '.join(contracts)}"
    return f"{text}{'; ' if extras else ''}{', '.join(extras)}."
