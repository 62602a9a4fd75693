"""The report as workflow commands of GitHub Actions, which become annotations on the lines of a pull request.

GitHub shows some ten of each level for a step, so what matters most comes first. Known violations are counted in one
notice; each is told only in a log with debug messages, as an annotation on what nobody has touched is in the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import chain, count, kind, way
from import_contracts.reports.check import Outcome, Report, ReportedViolation

# How many imports of a contract that are no violations themselves; more would keep these from being seen.
_ELSEWHERE = 3


def render(report: Report, _: Style) -> str:
    """Return a command a line: what could not be checked, what is new in each contract, the rest, and what is known."""
    commands = [
        *(_problem(each, report) for each in report.faults),
        *_in_turn(report),
        *(_problem(each, report) for each in (*report.drift, *report.warnings)),
        *_known(report),
    ]
    return "".join(f"{command}\n" for command in commands)


def _in_turn(report: Report) -> Iterator[str]:
    """Yield what is most urgent of each contract, then the next of each, so that none crowds out another."""
    for rank in zip_longest(*(list(_outcome(each, report)) for each in report.outcomes)):
        yield from filter(None, rank)


def _outcome(outcome: Outcome, report: Report) -> Iterator[str]:
    """Yield the imports elsewhere that are behind several violations, then the violations."""
    own = {(each.importer, each.imported) for each in outcome.new}
    behind = _causes(outcome) if outcome.causes else _crossings(outcome)
    elsewhere = [(each, what) for each, what in behind if (each.importer, each.imported) not in own]
    yield from (_import(each, what, outcome, report) for each, what in elsewhere[:_ELSEWHERE])
    yield from (_violation("error", outcome, each, report) for each in outcome.new)


def _causes(outcome: Outcome) -> list[tuple[Import, str]]:
    return [(each.evidence, f"is to blame for {count(each.effects, 'new violation')}") for each in outcome.causes]


def _crossings(outcome: Outcome) -> list[tuple[Import, str]]:
    """Return the imports to remove that several violations go through."""
    through = Counter(step for each in outcome.new for step in each.chain)
    cut = {each for cut in outcome.cuts for each in cut.imports if through[each] > 1}
    ranked = sorted(cut, key=lambda each: (-through[each], each.importer, each.imported))
    return [
        (each, f"is on the way of {through[each]} violations; removing it would help to clear them") for each in ranked
    ]


def _violation(level: str, outcome: Outcome, violation: ReportedViolation, report: Report) -> str:
    message = [violation.message, "", way(violation), *(_statement(each, report) for each in violation.chain)]
    message += ["", f"Reason: {outcome.reason}"] if outcome.reason else []
    place = (report.in_repository(violation.path), violation.line, violation.column)
    return _command(level, "\n".join(message), *place, title=_title(outcome))


def _statement(each: Import, report: Report) -> str:
    return f"{report.in_repository(each.path)}:{each.line}:{each.column}: {each.text}{kind(each)}"


def _import(each: Import, what: str, outcome: Outcome, report: Report) -> str:
    path = report.in_repository(each.path)
    return _command("error", f"{chain([each])} {what}", path, each.line, each.column, _title(outcome))


def _problem(problem: Problem, report: Report) -> str:
    about = [f"contract '{problem.contract}'"] if problem.contract is not None else []
    about += [problem.key] if problem.key is not None else []
    path = None if problem.file is None else report.in_repository(problem.file)
    return _command(problem.severity, ": ".join([*about, problem.message]), path, problem.line)


def _known(report: Report) -> Iterator[str]:
    known = [(outcome, each) for outcome in report.outcomes for each in outcome.known]
    if known:
        yield _command("notice", f"{count(len(known), 'known violation')} in {report.baseline}")
    yield from (_violation("debug", outcome, each, report) for outcome, each in known)


def _title(outcome: Outcome) -> str:
    return f"{outcome.name} [{outcome.id}]"


def _command(  # noqa: PLR0913, PLR0917 - the parts of a command
    level: str,
    message: str,
    path: str | None = None,
    line: int | None = None,
    column: int | None = None,
    title: str | None = None,
) -> str:
    given = {"file": path, "line": line, "col": column, "title": title}
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in given.items() if value is not None)
    return f"::{level}{' ' if properties else ''}{properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
