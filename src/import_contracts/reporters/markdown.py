"""The report as Markdown with a picture of what is broken, for the summary of a job or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from import_contracts.graph.import_graph import Edge, Import
from import_contracts.problems import Problem
from import_contracts.reporters.fixes import FIXES
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.mermaid import picture
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import (
    VERDICTS,
    also,
    causes,
    chain,
    count,
    details,
    effects,
    kind,
    remedy,
    summary,
    way,
)
from import_contracts.reports.check import Outcome, Report, ReportedViolation

# How much is shown before --verbose is asked for.
_MESSAGES, _VIOLATIONS, _IMPORTS = 10, 5, 5


def render(report: Report, style: Style) -> str:
    """Return a table of the contracts, then each that is broken, then what is wrong and what is not in step."""
    lines = [
        f"## Import contracts: {report.result}",
        "",
        summary(report),
        "",
        *_table(report),
        *(line for each in report.outcomes if each.kept is False for line in _broken(each, report, style)),
        *_problems("Errors", report.faults, report),
        *_problems("The baseline is not in step", report.drift, report),
        *_problems("Warnings", report.warnings, report),
        *_known(report),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _table(report: Report) -> Iterator[str]:
    if report.outcomes:
        yield "| Result | Contract | Violations |"
        yield "| --- | --- | --- |"
    for each in report.outcomes:
        verdict = VERDICTS[each.kept] if each.kept else f"**{VERDICTS[each.kept]}**"
        yield f"| {verdict} | {_line(each.name)} ({_line(each.id)}) | {details(each)} |"
    yield ""


def _broken(outcome: Outcome, report: Report, style: Style) -> Iterator[str]:
    yield f"### {_line(outcome.name)} ({_line(outcome.type)})"
    yield ""
    if outcome.reason:
        yield from (f"> {line}".rstrip() for line in plain(outcome.reason).splitlines())
        yield ""
    yield from _causes(outcome, report, style)
    yield from picture(outcome.new, _marked(outcome))
    blocks = list(outcome.sentences.items())
    shown = style.capped(blocks, _MESSAGES)
    for message, violations in shown:
        yield from _block(message, violations, outcome, report, style)
    if hidden := blocks[len(shown) :]:
        left = sum(len(violations) for _, violations in hidden)
        yield f"… and {len(hidden)} more such sentences with {count(left, 'import')} (`--verbose` shows all)"
        yield ""


def _marked(outcome: Outcome) -> frozenset[Edge]:
    """Return the imports without which nothing new would be left: those to blame, else the cuts."""
    imports = [each.evidence for each in outcome.causes] or [each for cut in outcome.cuts for each in cut.imports]
    return frozenset((each.importer, each.imported) for each in imports)


def _block(
    message: str, violations: list[ReportedViolation], outcome: Outcome, report: Report, style: Style
) -> Iterator[str]:
    yield f"**{_line(message)}**"
    yield ""
    shown = style.capped(violations, _VIOLATIONS)
    for violation in shown:
        yield from _violation(violation, report, style)
    if hidden := len(violations) - len(shown):
        yield f"- … and {count(hidden, 'more import')} (`--verbose` shows all)"
    yield ""
    for cut in [] if outcome.causes else outcome.cuts:
        sentence, listed = remedy(cut, violations) if cut.message == message else ("", False)
        if sentence:
            yield sentence
            yield ""
        for number, each in enumerate(style.capped(cut.imports, _IMPORTS) if listed else ()):
            fix = f": {FIXES[cut.fixes[number].kind]}" if cut.fixes else ""
            yield f"- {code(chain([each]))} {_at(each, report)}{fix}"
        if listed:
            yield from _more(cut.imports, style)


def _violation(violation: ReportedViolation, report: Report, style: Style) -> Iterator[str]:
    if not violation.chain:
        yield f"- {code(violation.importer)} {code(report.in_repository(violation.path))}"
        return
    first, *rest = violation.chain
    yield f"- {code(chain(violation.chain))}"
    yield f"    - {_statement(first, report)}{also(violation.lines[1:], style).replace('  ', ' ')}"
    yield from (f"    - {_statement(each, report)}" for each in rest)


def _causes(outcome: Outcome, report: Report, style: Style) -> Iterator[str]:
    if outcome.shown_causes:
        yield causes(outcome)
        yield ""
        for each in style.capped(outcome.shown_causes, _IMPORTS):
            yield f"- {code(chain([each.evidence]))} ({effects(each)})"
            yield f"    - {_statement(each.evidence, report)}"
        yield from _more(outcome.shown_causes, style)


def _more(items: Sequence[object], style: Style) -> Iterator[str]:
    if hidden := len(items) - len(style.capped(items, _IMPORTS)):
        yield f"- … and {count(hidden, 'more import')} (`--verbose` shows all)"
    yield ""


def _problems(heading: str, problems: Sequence[Problem], report: Report) -> Iterator[str]:
    if problems:
        yield f"### {heading}"
        yield ""
        yield from (f"- **{each.severity}**: {_line(str(_seen(each, report)))}" for each in problems)
        yield ""


def _seen(problem: Problem, report: Report) -> Problem:
    return problem if problem.file is None else replace(problem, file=report.in_repository(problem.file))


def _known(report: Report) -> Iterator[str]:
    """Yield the known violations, folded in."""
    known = [(outcome, each) for outcome in report.outcomes for each in outcome.known]
    if known:
        yield f"<details><summary>{count(len(known), 'known violation')}</summary>"
        yield ""
        yield from (f"- {_line(outcome.id)}: {code(way(each))} {_at(each, report)}" for outcome, each in known)
        yield ""
        yield "</details>"


def _statement(each: Import, report: Report) -> str:
    return f"{_at(each, report)} {code(each.text)}{kind(each).replace('  ', ' ')}"


def _at(each: Import | ReportedViolation, report: Report) -> str:
    return code(f"{report.in_repository(each.path)}:{each.line}:{each.column}")


def _line(text: str) -> str:
    return plain(" ".join(text.splitlines()))
