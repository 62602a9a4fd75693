"""The report as JUnit XML: a case for each contract, for the baseline, and for each other problem.

Attributes, such as the name of a case, have exact values. The text in a case is for people, as in the format ``text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from import_contracts.problems import Problem
from import_contracts.records import dataclass
from import_contracts.reporters.exact import legal_in_xml, xml_text
from import_contracts.reporters.people import shown
from import_contracts.reporters.section import broken
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import details, way
from import_contracts.reports.check import Outcome, Report
from import_contracts.wording import count


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case; ``failure`` and ``error`` are pairs of a message and a text, ``out`` is its output."""

    of: str
    name: str
    failure: tuple[str, str] | None = None
    error: tuple[str, str] | None = None
    out: str = ""


def render(report: Report, style: Style) -> str:
    """Return one suite: a broken contract is a failure, a contract or file that could not be read is an error."""
    contracts = (_contract(outcome, report, style) for outcome in report.outcomes)
    cases = [*contracts, *_baseline(report), *_others(report)]
    counts = {
        "tests": len(cases),
        "failures": sum(case.failure is not None for case in cases),
        "errors": sum(case.error is not None for case in cases),
    }
    attributes = {"name": "import-contracts", **{key: str(number) for key, number in counts.items()}}
    root = ET.Element("testsuites", attributes)
    suite = ET.SubElement(root, "testsuite", attributes)
    for case in cases:
        _add(case, suite)
    ET.indent(root)
    return xml_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n')


def _add(case: _Case, suite: ET.Element) -> None:
    element = _element(suite, "testcase", classname=case.of, name=case.name)
    for tag, result in (("error", case.error), ("failure", case.failure)):
        if result is not None:
            message, text = result
            _element(element, tag, text, message=message, type=case.of)
    if case.out:
        _element(element, "system-out", case.out)


def _element(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, {key: legal_in_xml(value) for key, value in attributes.items()})
    element.text = text and legal_in_xml(text)
    return element


def _contract(outcome: Outcome, report: Report, style: Style) -> _Case:
    problems = [problem for problem in report.problems if problem.contract == outcome.id]
    known = [
        f"known: {violation.path}:{violation.line}:{violation.column}: {violation.message} ({way(violation)})"
        for violation in shown(outcome).known
    ]
    warnings = [f"warning: {problem}" for problem in problems if not problem.is_error]
    errors = _lines(problem for problem in problems if problem.is_error)
    return _Case(
        of=outcome.type,
        name=f"{outcome.name} [{outcome.id}]",
        failure=(details(outcome), "\n".join(broken(shown(outcome), style))) if outcome.kept is False else None,
        error=("This contract was not checked.", errors) if errors or outcome.kept is None else None,
        out="\n".join([*known, *warnings]),
    )


def _baseline(report: Report) -> Iterator[_Case]:
    for of_one in report.configurations:
        if of_one.stale is not None:
            text = _lines(of_one.drift)
            fails = any(problem.is_error for problem in of_one.drift)
            outdated = len(of_one.stale) or sum(renaming.entries for renaming in of_one.renamings)
            noun = "stale baseline entry" if of_one.stale else "renamed baseline entry"
            failure = (count(outdated, noun), text) if fails else None
            yield _Case("baseline", str(of_one.baseline), failure, out="" if fails else text)


def _others(report: Report) -> Iterator[_Case]:
    """Yield a case for each problem that belongs to none of the contracts."""
    ids = {outcome.id for outcome in report.outcomes}
    for problem in (*report.faults, *report.warnings):
        if problem.contract not in ids:
            error = (problem.full_message, str(problem)) if problem.is_error else None
            out = "" if error else f"warning: {problem}"
            yield _Case("problem", problem.place or problem.message, error=error, out=out)


def _lines(problems: Iterable[Problem]) -> str:
    return "\n".join(map(str, problems))
