"""The report for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import TypeVar

from import_contracts.errors import Problem
from import_contracts.graph import Import, Kind
from import_contracts.report import Outcome, Report, ReportedCut, ReportedViolation, Result
from import_contracts.reporters.fixes import FIXES, changed
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style

T = TypeVar("T")

# How much is shown of a broken contract before --verbose is asked for.
_MESSAGES, _VIOLATIONS, _IMPORTS, _FILES, _LINES = 10, 3, 5, 5, 3


def render(report: Report, style: Style) -> str:
    """Return what is broken and why, then what the contracts come to, then one line that sums it up."""
    broken = (outcome for outcome in report.outcomes if outcome.kept is False)
    lines = [
        *(line for outcome in broken for line in _broken(outcome, style)),
        *_problems("Warnings", report.warnings, style.paint("warning", YELLOW), style),
        *_errors(report, style),
        *(_renaming(*report.renaming, report.options, style) if report.renaming else _stale(report, style)),
        *(_verdict(outcome, style) for outcome in report.outcomes),
        *([""] if report.outcomes else []),
        _summary(report, style),
    ]
    return "\n".join(lines) + "\n"


def _broken(outcome: Outcome, style: Style) -> Iterator[str]:
    """Yield a section: one block for each message, with its imports and what would clear them."""
    yield style.paint(f"{outcome.name} ({outcome.type})", BOLD)
    yield ""
    blocks: dict[str, list[ReportedViolation]] = {}
    for violation in outcome.violations:
        if not violation.is_known:
            blocks.setdefault(violation.message, []).append(violation)
    yield from _culprits(outcome, style)
    cuts = {cut.message: cut for cut in outcome.cuts}
    shown = _capped(list(blocks.items()), _MESSAGES, style)
    for message, violations in shown:
        yield f"  {style.paint(message, RED)}"
        yield ""
        seen: set[Import] = set()
        for violation in _capped(sorted(violations, key=lambda each: _urgency(each, outcome)), _VIOLATIONS, style):
            yield from (f"    {line}" for line in _violation(violation, seen, style))
            seen |= set(violation.chain)
        if hidden := len(violations) - len(_capped(violations, _VIOLATIONS, style)):
            yield f"    … and {_count(hidden, 'more import')} (--verbose shows all)"
        if message in cuts and not outcome.culprits:
            yield from (f"    {line}" for line in _cut(cuts[message], outcome, violations, style))
        yield ""
    if hidden := len(blocks) - len(shown):
        left = sum(map(len, list(blocks.values())[len(shown) :]))
        yield f"  … and {hidden} more such sentences with {_count(left, 'import')} (--verbose shows all)"
        yield ""
    if outcome.reason:
        yield from (f"  {line}".rstrip() for line in f"Reason: {outcome.reason}".splitlines())
        yield ""


def _culprits(outcome: Outcome, style: Style) -> Iterator[str]:
    """Yield what is to blame for the new violations, unless that is just what they say themselves."""
    new = {(each.importer, each.imported) for each in outcome.violations if not each.is_known and len(each.chain) == 1}
    if all((each.evidence.importer, each.evidence.imported) in new and each.effects == 1 for each in outcome.culprits):
        return
    one, two = _CAUSES[outcome.type in _CYCLE_TYPES]
    many = len(outcome.culprits)
    yield f"  This import {one}:" if many == 1 else f"  These {many} imports {two}:"
    yield ""
    for each in _capped(outcome.culprits, _IMPORTS, style):
        first = each.evidence
        added = {True: ", new on this branch", None: "; git cannot tell what is new", False: ""}[each.is_added]
        yield f"    {_place(first)}: {style.paint(first.text, BOLD)}{_kind(first)}"
        yield f"      {first.importer} -> {first.imported}  ({_count(each.effects, 'new violation')}{added})"
    if hidden := len(outcome.culprits) - len(_capped(outcome.culprits, _IMPORTS, style)):
        yield f"    … and {_count(hidden, 'more import')} (--verbose shows all)"
    yield ""


_CYCLE_TYPES = frozenset({"acyclic", "acyclic_siblings"})
_CAUSES = {True: ("closes the cycle", "close the cycles"), False: ("is the cause", "are the causes")}


def _urgency(violation: ReportedViolation, outcome: Outcome) -> tuple[bool, int, str, str]:
    """Return what violations are sorted by: first those to blame for others, then the most direct."""
    is_culprit = any(each.evidence in violation.chain[:1] for each in outcome.culprits)
    return not is_culprit, len(violation.chain), violation.importer, violation.imported or ""


def _violation(violation: ReportedViolation, seen: Set[Import], style: Style) -> Iterator[str]:
    """Yield where the import is and what it says; below it its chain, and where the rest of that is unless seen."""
    if not violation.chain:
        yield f"{violation.path}: {violation.importer}"
        return
    first, *rest = violation.chain
    yield f"{_place(first)}: {style.paint(first.text, BOLD)}{_kind(first)}{_others(violation.lines[1:], style)}"
    yield "  " + _chain(violation.chain)
    yield from (style.paint(f"  {_place(each)}: {each.text}{_kind(each)}", DIM) for each in rest if each not in seen)


def _others(lines: Sequence[int], style: Style) -> str:
    """Say in which other lines the same import stands."""
    if not lines:
        return ""
    shown = ", ".join(map(str, _capped(lines, _LINES, style)))
    hidden = len(lines) - len(_capped(lines, _LINES, style))
    return f"  (also line{'s' if len(lines) > 1 else ''} {shown}{f' and {hidden} more' if hidden else ''})"


def _chain(chain: Sequence[Import]) -> str:
    """Return the modules of a chain; where siblings stand for their modules, the chain is in several pieces."""
    text = chain[0].importer
    for previous, each in zip((None, *chain), chain, strict=False):
        if previous is not None and previous.imported != each.importer:
            text += f", {each.importer}"
        text += f" -> {each.imported}"
    return text


def _cut(cut: ReportedCut, outcome: Outcome, violations: list[ReportedViolation], style: Style) -> Iterator[str]:
    edges = {(each.importer, each.imported) for each in cut.imports}
    if edges == {(each.importer, each.imported) for each in violations} and cut.is_minimum:
        if len(edges) > 1:
            yield f"No smaller change would do: all {len(edges)} imports have to go."
        return
    fewest = "" if cut.is_minimum else " (perhaps not the fewest)"
    yield f"Removing {_count(len(edges), 'import')} would be enough{fewest}:"
    for each in _capped(cut.imports, _IMPORTS, style):
        served = sum(each in other.imports for other in outcome.cuts) - 1
        shared = f"  (also needed for {_count(served, 'other sentence')})" if served else ""
        yield f"  {each.importer} -> {each.imported}  {_place(each)}{shared}"
        yield from _fix(cut, each, style)
    if hidden := len(cut.imports) - len(_capped(cut.imports, _IMPORTS, style)):
        yield f"  … and {_count(hidden, 'more import')} (--verbose shows all)"


def _fix(cut: ReportedCut, each: Import, style: Style) -> Iterator[str]:
    """Yield how to do without an import of a cut, where that is known."""
    for fix in cut.fixes[cut.imports.index(each) :][:1]:
        yield f"    {FIXES[fix.kind]}"
        yield from (style.paint(f"    {sentence}", DIM) for sentence in fix.why)
        yield from (f"      {line}" for change in fix.changes for line in changed(change, each, style))


def _stale(report: Report, style: Style) -> Iterator[str]:
    if report.stale:
        yield style.paint("Stale entries of the baseline", BOLD)
        yield ""
        yield from (f"  {entry}" for entry in report.stale)
        yield ""
        yield "  No violation matches them any more. Lock the repair in:"
        yield f"  lint-imports baseline shrink{report.options}"
        yield ""


def _renaming(old: str, new: str, options: str, style: Style) -> Iterator[str]:
    yield style.paint(f"{old} was renamed to {new}", BOLD)
    yield ""
    yield "  That explains all that is new and all that is stale. Tell the baseline:"
    yield f"  lint-imports baseline rename {old} {new}{options}"
    yield ""


def _errors(report: Report, style: Style) -> Iterator[str]:
    unreadable = [
        Problem(each.message, file=each.path if each.line is None else f"{each.path}:{each.line}")
        for each in report.unreadable
    ]
    yield from _problems("Errors", [*report.errors, *unreadable], style.paint("error", RED), style)


def _problems(heading: str, problems: Sequence[Problem], label: str, style: Style) -> Iterator[str]:
    """Yield the problems; those that differ only in the file stand together."""
    if not problems:
        return
    files: dict[Problem, list[str | None]] = {}
    for problem in problems:
        same = Problem(problem.message, None, problem.contract, problem.key)
        places = files.setdefault(same, [])
        places += [problem.file] if problem.file not in places else []
    yield style.paint(heading, BOLD)
    yield ""
    for same, places in files.items():
        if len(places) == 1:
            yield f"  {label}: {Problem(same.message, places[0], same.contract, same.key)}"
            continue
        yield f"  {label}: {same}"
        shown = _capped(places, _FILES, style)
        yield from (f"    {place}" for place in shown)
        if hidden := len(places) - len(shown):
            yield f"    … and {hidden} more (--verbose shows all)"
    yield ""


def _verdict(outcome: Outcome, style: Style) -> str:
    verdicts = {True: ("kept", GREEN), False: ("broken", RED), None: ("unusable", YELLOW)}
    word, color = verdicts[outcome.kept]
    known = sum(violation.is_known for violation in outcome.violations)
    new = len(outcome.violations) - known
    counts = [_count(new, "new violation" if known else "violation")] if new else []
    counts += [_count(known, "known violation")] if known else []
    counts += [f"{_count(outcome.ignored, 'import')} ignored"] if outcome.ignored else []
    details = f" ({', '.join(counts)})" if counts else ""
    return f"{style.paint(word.ljust(8), color)} {outcome.name}{style.paint(f' [{outcome.id}]', DIM)}{details}"


def _summary(report: Report, style: Style) -> str:
    kept = sum(outcome.kept is True for outcome in report.outcomes)
    broken = sum(outcome.kept is False for outcome in report.outcomes)
    unusable = len(report.outcomes) - kept - broken
    contracts = [f"{_count(kept, 'contract')} kept", f"{broken} broken"]
    contracts += [f"{unusable} unusable"] if unusable else []
    extras = [
        _count(len(found), word) for found, word in ((report.errors, "error"), (report.warnings, "warning")) if found
    ]
    extras += [f"{len(report.stale):,} stale in the baseline"] if report.stale else []
    extras += [_count(len(report.unreadable), "unreadable file")] if report.unreadable else []
    text = f"{_count(report.modules, 'module')}, {_count(report.imports, 'import')}: {', '.join(contracts)}"
    color = GREEN if report.result is Result.KEPT else RED
    return style.paint(f"{text}{'; ' if extras else ''}{', '.join(extras)}.", BOLD, color)


def _place(each: Import) -> str:
    return f"{each.path}:{each.line}:{each.column}"


def _kind(each: Import) -> str:
    return "" if each.kind is Kind.RUNTIME else f"  ({each.kind.replace('_', ' ')})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _capped(items: Sequence[T], most: int, style: Style) -> Sequence[T]:
    return items if style.verbose else items[:most]
