"""A broken contract as text: what it says of its violations and of what would clear them."""

from __future__ import annotations

from collections.abc import Iterator, Set

from import_contracts.graph.import_graph import Import
from import_contracts.reporters.fixes import FIXES, changed
from import_contracts.reporters.style import BOLD, DIM, RED, Style
from import_contracts.reporters.words import also, causes, chain, count, effects, kind, place, remedy
from import_contracts.reports.check import Outcome, ReportedCut, ReportedViolation

# How much is shown before --verbose is asked for.
_MESSAGES, _VIOLATIONS, _IMPORTS = 10, 3, 5


def broken(outcome: Outcome, style: Style) -> Iterator[str]:
    """Yield a section: one block for each message, with its imports and what would clear them."""
    yield style.paint(f"{outcome.name} ({outcome.type})", BOLD)
    yield ""
    yield from _causes(outcome, style)
    blocks = list(outcome.sentences.items())
    shown = style.capped(blocks, _MESSAGES)
    for message, violations in shown:
        yield from _block(message, violations, outcome, style)
    if hidden := blocks[len(shown) :]:
        left = sum(len(violations) for _, violations in hidden)
        yield f"  … and {len(hidden)} more such sentences with {count(left, 'import')} (--verbose shows all)"
        yield ""
    if outcome.reason:
        yield from (f"  {line}".rstrip() for line in f"Reason: {outcome.reason}".splitlines())
        yield ""


def _block(message: str, violations: list[ReportedViolation], outcome: Outcome, style: Style) -> Iterator[str]:
    yield f"  {style.paint(message, RED)}"
    yield ""
    seen: set[Import] = set()
    shown = style.capped(violations, _VIOLATIONS)
    for violation in shown:
        yield from (f"    {line}" for line in _violation(violation, seen, style))
        seen |= set(violation.chain)
    if hidden := len(violations) - len(shown):
        yield f"    … and {count(hidden, 'more import')} (--verbose shows all)"
    cuts = [] if outcome.causes else [cut for cut in outcome.cuts if cut.message == message]
    for cut in cuts:
        yield from (f"    {line}" for line in _cut(cut, outcome, violations, style))
    yield ""


def _causes(outcome: Outcome, style: Style) -> Iterator[str]:
    """Yield what is to blame for the new violations, unless that is just what they say themselves."""
    if not outcome.shown_causes:
        return
    yield f"  {causes(outcome)}"
    yield ""
    shown = style.capped(outcome.shown_causes, _IMPORTS)
    for each in shown:
        first = each.evidence
        yield f"    {place(first)}: {style.paint(first.text, BOLD)}{kind(first)}"
        yield f"      {first.importer} -> {first.imported}  ({effects(each)})"
    if hidden := len(outcome.shown_causes) - len(shown):
        yield f"    … and {count(hidden, 'more import')} (--verbose shows all)"
    yield ""


def _violation(violation: ReportedViolation, seen: Set[Import], style: Style) -> Iterator[str]:
    """Yield where the import is and what it says; below it its chain, and where the rest of that is unless seen."""
    if not violation.chain:
        yield f"{violation.path}: {violation.importer}"
        return
    first, *rest = violation.chain
    yield f"{place(first)}: {style.paint(first.text, BOLD)}{kind(first)}{also(violation.lines[1:], style)}"
    yield "  " + chain(violation.chain)
    yield from (style.paint(f"  {place(each)}: {each.text}{kind(each)}", DIM) for each in rest if each not in seen)


def _cut(cut: ReportedCut, outcome: Outcome, violations: list[ReportedViolation], style: Style) -> Iterator[str]:
    sentence, listed = remedy(cut, violations)
    if sentence:
        yield sentence
    shown = style.capped(cut.imports, _IMPORTS) if listed else ()
    for each in shown:
        served = sum(each in other.imports for other in outcome.cuts) - 1
        shared = f"  (also needed for {count(served, 'other sentence')})" if served else ""
        yield f"  {each.importer} -> {each.imported}  {place(each)}{shared}"
        yield from _fix(cut, each, style)
    if listed and (hidden := len(cut.imports) - len(shown)):
        yield f"  … and {count(hidden, 'more import')} (--verbose shows all)"


def _fix(cut: ReportedCut, each: Import, style: Style) -> Iterator[str]:
    """Yield how to do without an import of a cut, where that is known."""
    for fix in cut.fixes[cut.imports.index(each) :][:1]:
        yield f"    {FIXES[fix.kind]}"
        yield from (style.paint(f"    {sentence}", DIM) for sentence in fix.why)
        yield from (f"      {line}" for change in fix.changes for line in changed(change, each, style))
