"""The report as JUnit XML: one case for each contract, one for the baseline, and one for each problem of neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from import_contracts.problems import Problem
from import_contracts.reporters.section import broken
from import_contracts.reporters.style import Style
from import_contracts.reporters.words import details, way
from import_contracts.reports.check import Outcome, Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Case:
    """``failure`` and ``error`` are a message with a text below it; ``out`` is what does not fail it."""

    of: str
    name: str
    failure: tuple[str, str] | None = None
    error: tuple[str, str] | None = None
    out: str = ""


def render(report: Report, style: Style) -> str:
    """Return one suite; a contract fails with its text, and what could not be checked or read is an error."""
    cases = [*(_contract(each, report, style) for each in report.outcomes), *_baseline(report), *_others(report)]
    counts = {
        "tests": len(cases),
        "failures": sum(each.failure is not None for each in cases),
        "errors": sum(each.error is not None for each in cases),
    }
    attributes = {"name": "import-contracts", **{key: str(number) for key, number in counts.items()}}
    root = ET.Element("testsuites", attributes)
    suite = ET.SubElement(root, "testsuite", attributes)
    for case in cases:
        _add(case, suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add(case: _Case, suite: ET.Element) -> None:
    element = _element(suite, "testcase", classname=case.of, name=case.name)
    for tag, found in (("error", case.error), ("failure", case.failure)):
        if found is not None:
            message, text = found
            _element(element, tag, text, message=message, type=case.of)
    if case.out:
        _element(element, "system-out", case.out)


def _element(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, {key: _legal(value) for key, value in attributes.items()})
    element.text = text and _legal(text)
    return element


def _contract(outcome: Outcome, report: Report, style: Style) -> _Case:
    problems = [each for each in report.problems if each.contract == outcome.id]
    known = [f"known: {each.path}:{each.line}:{each.column}: {each.message} ({way(each)})" for each in outcome.known]
    errors = _lines(each for each in problems if each.is_error)
    return _Case(
        of=outcome.type,
        name=f"{outcome.name} [{outcome.id}]",
        failure=(details(outcome), "\n".join(broken(outcome, style))) if outcome.kept is False else None,
        error=("This contract could not be checked.", errors) if errors or outcome.kept is None else None,
        out="\n".join([*known, *(f"warning: {each}" for each in problems if not each.is_error)]),
    )


def _baseline(report: Report) -> Iterator[_Case]:
    if report.stale is None:
        return
    said = _lines(report.drift)
    fails = bool(report.stale) and report.stale_fails
    failure = (f"{len(report.stale):,} stale in the baseline", said) if fails else None
    yield _Case("baseline", str(report.baseline), failure, out="" if fails else said)


def _others(report: Report) -> Iterator[_Case]:
    """Yield a case for each problem that is not of a contract above."""
    ids = {outcome.id for outcome in report.outcomes}
    for each in (*report.faults, *report.warnings):
        if each.contract not in ids:
            error = (each.message, str(each)) if each.is_error else None
            yield _Case("problem", each.place or each.message, error=error, out="" if error else f"warning: {each}")


def _lines(problems: Iterable[Problem]) -> str:
    return "\n".join(map(str, problems))


def _legal(text: str) -> str:
    """Return a text with what XML has no characters for written as Python does."""
    return _NOT_XML.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
