"""Phrases that several formats share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem
from import_contracts.reporters.style import RED, YELLOW, Style
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation
from import_contracts.wording import count, listed, path

_CAUSES = {True: ("closes the cycle", "close the cycles"), False: ("is the cause", "are the causes")}
_ADDED = {True: "; added on this branch", False: "", None: "; unknown if added on this branch"}

# How many imports a sentence names that could be removed instead.
_OTHERS = 2

# How many lines are shown if the same import is on several.
_LINES = 3

# How many characters of a statement are shown.
_LONGEST = 100

VERDICTS = {True: "kept", False: "broken", None: "not checked"}
"""A word for each value of ``Outcome.kept``."""


def problem_lines(problems: Sequence[Problem], style: Style) -> Iterator[str]:
    """Yield a line for each problem, and then an empty one; nothing if there are none."""
    for problem in problems:
        label = style.paint("error", RED) if problem.is_error else style.paint("warning", YELLOW)
        yield f"{label}: {problem}"
    if problems:
        yield ""


def place(statement: Import) -> str:
    """Return path, line and column of an import."""
    return f"{statement.path}:{statement.line}:{statement.column}"


def kind(statement: Import) -> str:
    """Return the kind of an import in parentheses, after two spaces; "" for runtime imports."""
    return "" if statement.kind is Kind.RUNTIME else f"  ({statement.kind.replace('_', ' ')})"


def also(lines: Sequence[int], style: Style) -> str:
    """Return the other lines with the same import in parentheses, after two spaces; "" if there are none."""
    if not lines:
        return ""
    shown = style.capped(lines, _LINES)
    more = f" and {len(lines) - len(shown)} more" if len(lines) > len(shown) else ""
    return f"  (also line{'s' if len(lines) > 1 else ''} {', '.join(map(str, shown))}{more})"


def more(number: int, noun: str = "") -> str:
    """Return a line for what is not shown, such as ``… and 3 more imports (--verbose shows all)``."""
    return f"… and {count(number, f'more {noun}') if noun else f'{number:,} more'} (--verbose shows all)"


def ring(imports: Sequence[Import]) -> str:
    """Return the modules of an elementary cycle, ``a -> b -> a``."""
    return path([*(statement.importer for statement in imports), imports[0].importer])


def short(statement: str, style: Style) -> str:
    """Return the text of a statement; of a very long one, without ``verbose``, only the first names."""
    if style.verbose or len(statement) <= _LONGEST:
        return statement
    return f"{statement[:_LONGEST].rpartition(',')[0]}, …"


def some(names: Sequence[str], most: int, style: Style) -> str:
    """Return a list of names in words; without ``verbose``, at most so many of them."""
    return listed(names, most=len(names) if style.verbose else most)


def chain(imports: Sequence[Import]) -> str:
    """Return the modules of a chain, ``a -> b -> c``.

    An import that does not begin where the one before it ended starts a new piece after a comma: ``a.x -> b.x, b.y ->
    a.y`` in a cycle of siblings.
    """
    text = imports[0].importer
    for previous, following in zip((None, *imports), imports, strict=False):
        if previous is not None and previous.imported != following.importer:
            text += f", {following.importer}"
        text += f" -> {following.imported}"
    return text


def reason(text: str) -> Iterator[str]:
    """Yield the lines of a reason, those after the first behind a bar: they must not look like lines of the report."""
    first, *others = text.split("\n")
    if text:
        yield f"Reason: {first}"
        yield from (f"      | {line}".rstrip() for line in others)


def way(violation: ReportedViolation) -> str:
    """Return the chain of a violation, for a crash with the module that is imported first.

    If a module is in no layer, that is its name, and where it could go.

    A chain of which only the first import is known goes on with an ellipsis.
    """
    if violation.is_chain_cut:
        return f"{chain(violation.chain)} -> … -> {violation.chain[0].importer}"
    if not violation.chain:
        return f"{violation.importer} {violation.advice}".rstrip()
    return f"import {violation.importer}: " * violation.is_crash + chain(violation.chain)


def cut_chains(violations: Sequence[ReportedViolation]) -> str:
    """Return of how many violations the chain is given; "" if of all."""
    cut = sum(violation.is_chain_cut for violation in violations)
    given = f"{len(violations) - cut:,} of {count(len(violations), 'import')}"
    return f"Chains are given for {given}, because the cycle is very large." if cut else ""


def causes(outcome: Outcome) -> str:
    """Return the line above the causes of new violations, such as ``This import closes the cycle:``."""
    one, many = _CAUSES[outcome.about_cycles]
    shown = outcome.shown_causes
    if len(shown) > 1:
        return f"These {len(shown)} imports {many}:"
    if shown[0].others:
        least = "at least " if shown[0].has_more else ""
        return f"One of {least or 'these '}{len(shown[0].others) + 1} imports {one}:"
    return f"This import {one}:"


def effects(cause: Cause) -> str:
    """Return the number of violations that an import causes, and whether git knows that it is new."""
    return f"{count(cause.effects, 'new violation')}{_ADDED[cause.is_added]}"


def blame(outcome: Outcome, violation: ReportedViolation) -> str:
    """Return a sentence about the import of this branch that causes a violation; "" if none is known but itself."""
    cause = outcome.cause_of(violation)
    if cause is None or not cause.is_added:
        return ""
    imports = listed([chain([each]) for each in (cause.evidence, *cause.others[:_OTHERS])], "or")
    more = " or another import" if cause.has_more or len(cause.others) > _OTHERS else ""
    return f"Cause: {imports}{more}, added on this branch."


def remedy(cut: ReportedCut, violations: Sequence[ReportedViolation]) -> str:
    """Return how many imports to remove to fix the violations; "" if the only one is the only violation."""
    number = len(_edges(cut))
    if repeats(cut, violations):
        return f"All {number} imports must be {'changed' if cut.fixes else 'removed'}." if number > 1 else ""
    minimum = "" if cut.is_minimum else " (not proven minimal)"
    return f"Removing {count(number, 'import')} would fix this{minimum}:"


def own_fix(violation: ReportedViolation, outcome: Outcome) -> ReportedFix | None:
    """Return how to change a violation that is a single import; None if it is a chain, or nothing is known."""
    edge = (violation.importer, violation.imported)
    for cut in outcome.cuts_with_fixes if len(violation.chain) == 1 and not violation.is_chain_cut else ():
        for number, statement in enumerate(cut.imports if cut.message == violation.message else ()):
            if (statement.importer, statement.imported) == edge:
                return cut.fixes[number]
    return None


def repeats(cut: ReportedCut, violations: Sequence[ReportedViolation]) -> bool:
    """Return whether the imports of a minimum cut are the violations themselves, so that they need no list."""
    return cut.is_minimum and _edges(cut) == {(violation.importer, violation.imported) for violation in violations}


def _edges(cut: ReportedCut) -> set[tuple[str, str | None]]:
    return {(statement.importer, statement.imported) for statement in cut.imports}


def details(outcome: Outcome) -> str:
    """Return the numbers of violations and of ignored imports, such as ``1 violation, 2 imports ignored``."""
    new, known, renamed = outcome.counts.new, outcome.counts.known, outcome.counts.renamed
    counts = [count(new, "new violation" if known else "violation")] if new else []
    counts += [count(known, "known violation")] if known else []
    counts += [f"{count(renamed, 'known violation')} with old names"] if renamed else []
    counts += [f"{count(outcome.ignored, 'import')} ignored"] if outcome.ignored else []
    counts += [count(outcome.inline, "inline ignore")] if outcome.inline else []
    return ", ".join(counts)


def summary(report: Report) -> str:
    """Return the last line of a report: its totals."""
    verdicts = [outcome.kept for outcome in report.outcomes]
    contracts = [f"{count(verdicts.count(True), 'contract')} kept", f"{verdicts.count(False)} broken"]
    contracts += [f"{verdicts.count(None)} not checked"] if None in verdicts else []
    numbers = (
        (report.errors, "error"),
        (report.warnings, "warning"),
        (report.stale, "stale baseline entry"),
        (report.unreadable, "unreadable file"),
    )
    extras = [count(len(items), noun) for items, noun in numbers if items]
    text = f"{count(report.modules, 'module')}, {count(report.imports, 'import')}: {', '.join(contracts)}"
    return f"{text}{'; ' if extras else ''}{', '.join(extras)}."
