"""A broken contract as text: its violations, and what would fix them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from import_contracts.graph.import_graph import Import
from import_contracts.records import replace
from import_contracts.reporters.fixes import changed
from import_contracts.reporters.style import BOLD, DIM, RED, Style
from import_contracts.reporters.words import (
    also,
    causes,
    cut_chains,
    details,
    effects,
    kind,
    more,
    own_fix,
    place,
    reason,
    remedy,
    repeats,
    way,
)
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Outcome, ReportedCut, ReportedViolation, Sentence
from import_contracts.wording import FIXES, count

# How many of each are shown without --verbose.
_MESSAGES, _VIOLATIONS, _IMPORTS, _CHAIN = 10, 3, 5, 20


def broken(outcome: Outcome, style: Style) -> Iterator[str]:
    """Yield a block for each message, with its imports and what would fix them; before them the causes.

    If there is no new violation, say how many known ones have old names in the baseline, which is why it is broken.
    """
    yield style.paint(f"{outcome.name} ({outcome.type})", BOLD)
    yield ""
    yield from _causes(outcome, style)
    sentences = outcome.told
    if outcome.counts.renamed and not sentences:
        yield f"  {details(outcome)}"
        yield ""
    shown = style.capped(sentences, _MESSAGES)
    for sentence in shown:
        yield from _block(sentence, outcome, style)
    if hidden := len(sentences) - len(shown):
        left = count(outcome.counts.new - sum(len(sentence.violations) for sentence in shown), "import")
        yield f"  … and {count(hidden, 'more message')} with {left} (--verbose shows all)"
        yield ""
    if outcome.reason:
        yield from (f"  {line}" for line in reason(outcome.reason))
        yield ""


def _block(sentence: Sentence, outcome: Outcome, style: Style) -> Iterator[str]:
    message, violations, cuts = sentence
    yield f"  {style.paint(message, RED)}"
    yield ""
    seen: set[Import] = set()
    shown = style.capped(violations, _VIOLATIONS)
    for violation in shown:
        yield from (f"    {line}" for line in _violation(violation, seen, style))
        if fix := own_fix(violation, outcome):
            yield from (f"  {line}" for line in _fix(fix, violation.chain[0], style))
        seen |= set(violation.chain)
    if hidden := len(violations) - len(shown):
        yield f"    {more(hidden, 'import')}"
    if left_out := cut_chains(violations):
        yield f"    {left_out}"
    for cut in cuts:
        yield from (f"    {line}" for line in _cut(cut, violations, style))
    yield ""


def _causes(outcome: Outcome, style: Style) -> Iterator[str]:
    """Yield the causes of the new violations, unless they only repeat the violations."""
    if not outcome.shown_causes:
        return
    yield f"  {causes(outcome)}"
    yield ""
    shown = style.capped(outcome.shown_causes, _IMPORTS)
    for cause in shown:
        yield from _cause(cause.evidence, f"  ({effects(cause)})", style)
        others = style.capped(cause.others, _IMPORTS)
        for other in others:
            yield "    or"
            yield from _cause(other, "", style)
        if cause.has_more or len(others) < len(cause.others):
            yield "    or another import of the chain"
    if hidden := len(outcome.shown_causes) - len(shown):
        yield f"    {more(hidden, 'import')}"
    yield ""


def _cause(statement: Import, effect: str, style: Style) -> Iterator[str]:
    yield f"    {place(statement)}: {style.paint(statement.text, BOLD)}{kind(statement)}"
    yield f"      {statement.importer} -> {statement.imported}{effect}"


def _violation(violation: ReportedViolation, seen: Set[Import], style: Style) -> Iterator[str]:
    """Yield the import with its place, then its chain, then the other imports of the chain that are not in ``seen``."""
    if not violation.chain:
        yield f"{violation.path}: {violation.importer}"
        yield from [f"  {violation.importer} {violation.advice}"] if violation.advice else []
        return
    first, *rest = violation.chain
    yield f"{place(first)}: {style.paint(first.text, BOLD)}{kind(first)}{also(violation.lines[1:], style)}"
    shown = style.capped(rest, _CHAIN)
    yield f"  {way(replace(violation, chain=(first, *shown)))}" + (" -> …" if len(shown) < len(rest) else "")
    for statement in shown:
        if statement not in seen:
            yield style.paint(f"  {place(statement)}: {statement.text}{kind(statement)}", DIM)
    if hidden := len(rest) - len(shown):
        yield f"  {more(hidden, 'import')}"


def _cut(cut: ReportedCut, violations: Sequence[ReportedViolation], style: Style) -> Iterator[str]:
    if sentence := remedy(cut, violations):
        yield sentence
    if repeats(cut, violations):
        return
    shown = style.capped(cut.imports, _IMPORTS)
    for number, statement in enumerate(shown):
        others = cut.others[number] if cut.others else 0
        shared = f"  (also needed for {count(others, 'other message')})" if others else ""
        yield f"  {statement.importer} -> {statement.imported}  {place(statement)}{shared}"
        if cut.fixes:
            yield from _fix(cut.fixes[number], statement, style)
    if hidden := len(cut.imports) - len(shown):
        yield f"  {more(hidden, 'import')}"


def _fix(fix: ReportedFix, statement: Import, style: Style) -> Iterator[str]:
    yield f"    {FIXES[fix.kind]}"
    yield from (style.paint(f"    {sentence}", DIM) for sentence in fix.why)
    yield from (f"      {line}" for change in fix.changes for line in changed(change, statement, style))
