"""The report as Markdown with diagrams, for a job summary or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from import_contracts.graph.import_graph import Edge, Import
from import_contracts.problems import Problem
from import_contracts.records import replace
from import_contracts.reporters.markup import code, plain, plain_line
from import_contracts.reporters.mermaid import overview, picture
from import_contracts.reporters.style import Style
from import_contracts.reporters.weakening import as_markdown
from import_contracts.reporters.words import (
    VERDICTS,
    also,
    causes,
    chain,
    cut_chains,
    details,
    effects,
    kind,
    own_fix,
    remedy,
    repeats,
    summary,
    way,
)
from import_contracts.reports.check import Outcome, Report, ReportedCut, ReportedViolation, Sentence
from import_contracts.wording import FIXES, count

# How many of each are shown without --verbose.
_MESSAGES, _VIOLATIONS, _IMPORTS, _LET_THROUGH = 10, 5, 5, 20


def render(report: Report, style: Style) -> str:
    """Return a table of the contracts, then the broken contracts, the problems, and the known violations."""
    lines = [
        f"## Import contracts: {report.result}",
        "",
        summary(report),
        "",
        *_table(report),
        *(line for outcome in report.outcomes if outcome.is_shown for line in _broken(outcome, report, style)),
        *_problems("Errors", report.faults, report),
        *_problems("The baseline is out of date", report.drift, report),
        *_problems("Warnings", report.warnings, report),
        *_weakening(report, style),
        *_known(report),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _table(report: Report) -> Iterator[str]:
    if report.outcomes:
        yield "| Result | Contract | Violations |"
        yield "| --- | --- | --- |"
    for outcome in report.outcomes:
        verdict = VERDICTS[outcome.kept] if outcome.kept else f"**{VERDICTS[outcome.kept]}**"
        yield f"| {verdict} | {plain_line(outcome.name)} ({plain_line(outcome.id)}) | {details(outcome)} |"
    yield ""


def _broken(outcome: Outcome, report: Report, style: Style) -> Iterator[str]:
    yield f"### {plain_line(outcome.name)} ({plain_line(outcome.type)})"
    yield ""
    if outcome.reason:
        yield from (f"> {plain(line.strip())}".rstrip() for line in outcome.reason.split("\n"))
        yield ""
    yield from _causes(outcome, report, style)
    whole = list(overview(outcome.new)) if outcome.about_cycles else []
    yield from whole or picture(outcome.new, _marked(outcome))
    sentences = outcome.told
    shown = style.capped(sentences, _MESSAGES)
    for sentence in shown:
        yield from _block(sentence, outcome, report, style)
    if hidden := len(sentences) - len(shown):
        left = count(outcome.counts.new - sum(len(sentence.violations) for sentence in shown), "import")
        yield f"… and {count(hidden, 'more message')} with {left} (`--verbose` shows all)"
        yield ""


def _marked(outcome: Outcome) -> frozenset[Edge]:
    """Return the imports to remove: the causes of new violations, and the cuts if there are others."""
    of_cuts = (statement for cut in outcome.shown_cuts for statement in cut.imports)
    imports = [*(cause.evidence for cause in outcome.causes), *of_cuts]
    return frozenset((statement.importer, statement.imported) for statement in imports)


def _block(sentence: Sentence, outcome: Outcome, report: Report, style: Style) -> Iterator[str]:
    message, violations, cuts = sentence
    yield f"**{plain_line(message)}**"
    yield ""
    shown = style.capped(violations, _VIOLATIONS)
    for violation in shown:
        yield from _violation(violation, report, style)
        if fix := own_fix(violation, outcome):
            lines = (code(line.strip()) for change in fix.changes for line in change.new.split("\n") if line)
            yield f"    - {FIXES[fix.kind]}: {', '.join(lines) or plain(' '.join(fix.why))}"
    if hidden := len(violations) - len(shown):
        yield f"- … and {count(hidden, 'more import')} (`--verbose` shows all)"
    yield ""
    if left_out := cut_chains(violations):
        yield left_out
        yield ""
    for cut in cuts:
        yield from _cut(cut, violations, report, style)


def _cut(cut: ReportedCut, violations: Sequence[ReportedViolation], report: Report, style: Style) -> Iterator[str]:
    if sentence := remedy(cut, violations):
        yield sentence
        yield ""
    if repeats(cut, violations):
        return
    for number, statement in enumerate(style.capped(cut.imports, _IMPORTS)):
        fix = f": {FIXES[cut.fixes[number].kind]}" if cut.fixes else ""
        yield f"- {code(chain([statement]))} {_at(statement, report)}{fix}"
    yield from _more(cut.imports, style)


def _violation(violation: ReportedViolation, report: Report, style: Style) -> Iterator[str]:
    if not violation.chain:
        advice = f" {plain(violation.advice)}" if violation.advice else ""
        yield f"- {code(violation.importer)}{advice} {code(report.in_repository(violation.path))}"
        return
    first, *rest = violation.chain
    yield f"- {code(way(violation))}"
    yield f"    - {_statement(first, report)}{also(violation.lines[1:], style).replace('  ', ' ')}"
    yield from (f"    - {_statement(statement, report)}" for statement in rest)


def _causes(outcome: Outcome, report: Report, style: Style) -> Iterator[str]:
    if outcome.shown_causes:
        yield causes(outcome)
        yield ""
        for cause in style.capped(outcome.shown_causes, _IMPORTS):
            yield f"- {code(chain([cause.evidence]))} ({effects(cause)})"
            yield f"    - {_statement(cause.evidence, report)}"
            others = style.capped(cause.others, _IMPORTS)
            yield from (f"- or {code(chain([each]))}\n    - {_statement(each, report)}" for each in others)
            if cause.has_more or len(others) < len(cause.others):
                yield "- or another import of the chain"
        yield from _more(outcome.shown_causes, style)


def _more(items: Sequence[object], style: Style) -> Iterator[str]:
    if hidden := len(items) - len(style.capped(items, _IMPORTS)):
        yield f"- … and {count(hidden, 'more import')} (`--verbose` shows all)"
    yield ""


def _weakening(report: Report, style: Style) -> Iterator[str]:
    for weakening in filter(None, (each.weakening for each in report.configurations)):
        shown = style.capped(weakening.let_through, _LET_THROUGH)
        yield from as_markdown(weakening, report.in_repository, shown)


def _problems(heading: str, problems: Sequence[Problem], report: Report) -> Iterator[str]:
    if problems:
        yield f"### {heading}"
        yield ""
        yield from (f"- **{problem.severity}**: {plain_line(str(_placed(problem, report)))}" for problem in problems)
        yield ""


def _placed(problem: Problem, report: Report) -> Problem:
    return problem if problem.file is None else replace(problem, file=report.in_repository(problem.file))


def _known(report: Report) -> Iterator[str]:
    """Yield the known violations, folded."""
    known = [(outcome, violation) for outcome in report.outcomes for violation in outcome.known]
    if known:
        yield f"<details><summary>{count(len(known), 'known violation')}</summary>"
        yield ""
        for outcome, violation in known:
            yield f"- {plain_line(outcome.id)}: {code(way(violation))} {_at(violation, report)}"
        yield ""
        yield "</details>"


def _statement(statement: Import, report: Report) -> str:
    return f"{_at(statement, report)} {code(statement.text)}{kind(statement).replace('  ', ' ')}"


def _at(place: Import | ReportedViolation, report: Report) -> str:
    return code(f"{report.in_repository(place.path)}:{place.line}:{place.column}")
