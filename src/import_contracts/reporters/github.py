"""The report as workflow commands of GitHub Actions, which become annotations on the lines of a pull request.

GitHub shows about ten annotations of each level for a step, so the most important come first. All known violations are
one notice with their number, because annotations on unchanged lines would distract; each is a debug message in the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import blame, chain, kind, way
from import_contracts.reports.check import Cause, Outcome, Report, ReportedViolation
from import_contracts.wording import count, listed

# How many imports that are not violations themselves are shown for a contract; more would crowd out violations.
_ELSEWHERE = 3


def render(report: Report, _: Style) -> str:
    """Return one command per line: errors, new violations, problems of the baseline, warnings, known violations."""
    commands = [
        *(_problem(problem, report) for problem in report.faults),
        *_in_turn(report),
        *(_problem(problem, report) for problem in (*report.drift, *report.warnings)),
        *_known(report),
    ]
    return "".join(f"{command}\n" for command in commands)


def _in_turn(report: Report) -> Iterator[str]:
    """Yield the most important command of each contract, then the next of each, so that none crowds out another."""
    for rank in zip_longest(*(list(_outcome(outcome, report)) for outcome in report.outcomes)):
        yield from filter(None, rank)


def _outcome(outcome: Outcome, report: Report) -> Iterator[str]:
    """Yield the imports to remove that are not violations themselves, then the violations."""
    direct = {(violation.importer, violation.imported) for violation in outcome.new}
    removable = [*_causes(outcome), *_crossings(outcome)]
    elsewhere = [(step, what) for step, what in removable if (step.importer, step.imported) not in direct]
    yield from (_import(step, what, outcome, report) for step, what in elsewhere[:_ELSEWHERE])
    yield from (_violation("error", outcome, violation, report) for violation in outcome.new)


def _causes(outcome: Outcome) -> list[tuple[Import, str]]:
    return [
        (cause.evidence, f"causes {count(cause.effects, 'new violation')}{_more(cause)}") for cause in outcome.causes
    ]


def _more(cause: Cause) -> str:
    added = "; added on this branch" if cause.is_added else ""
    others = [*(chain([each]) for each in cause.others), *(["another import of the chain"] if cause.has_more else [])]
    return f"{added}; instead of it, {listed(others, 'or', most=3)} can be removed" if others else added


def _crossings(outcome: Outcome) -> list[tuple[Import, str]]:
    """Return the imports of the cuts that are in the chains of several violations."""
    chains = Counter(step for violation in outcome.new for step in violation.chain)
    shared = {step for cut in outcome.shown_cuts for step in cut.imports if chains[step] > 1}
    ranked = sorted(shared, key=lambda step: (-chains[step], step.importer, step.imported))
    return [(step, f"is part of {chains[step]} violations; removing it helps to fix them") for step in ranked]


def _violation(level: str, outcome: Outcome, violation: ReportedViolation, report: Report) -> str:
    message = [violation.message, "", way(violation), *(_statement(step, report) for step in violation.chain)]
    message += ["", cause] if (cause := blame(outcome, violation)) else []
    message += ["", f"Reason: {outcome.reason}"] if outcome.reason else []
    place: dict[str, str | int] = {
        "file": report.in_repository(violation.path),
        "line": violation.line,
        "col": violation.column,
    }
    return _command(level, "\n".join(message), **place, title=_title(outcome))


def _statement(step: Import, report: Report) -> str:
    return f"{report.in_repository(step.path)}:{step.line}:{step.column}: {step.text}{kind(step)}"


def _import(step: Import, what: str, outcome: Outcome, report: Report) -> str:
    place: dict[str, str | int] = {"file": report.in_repository(step.path), "line": step.line, "col": step.column}
    return _command("error", f"{chain([step])} {what}", **place, title=_title(outcome))


def _problem(problem: Problem, report: Report) -> str:
    about = [f"contract '{problem.contract}'"] if problem.contract is not None else []
    about += [problem.key] if problem.key is not None else []
    file = None if problem.file is None else report.in_repository(problem.file)
    return _command(problem.severity, ": ".join([*about, problem.full_message]), file=file, line=problem.line)


def _known(report: Report) -> Iterator[str]:
    known = [(outcome, violation) for outcome in report.outcomes for violation in outcome.known]
    if known:
        yield _command("notice", f"{count(len(known), 'known violation')} in {report.baseline}")
    yield from (_violation("debug", outcome, violation, report) for outcome, violation in known)


def _title(outcome: Outcome) -> str:
    return f"{outcome.name} [{outcome.id}]"


def _command(level: str, message: str, **given: str | int | None) -> str:
    """Return a workflow command with those of its properties that are given, in the order in which they are."""
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in given.items() if value is not None)
    return f"::{level}{' ' if properties else ''}{properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
