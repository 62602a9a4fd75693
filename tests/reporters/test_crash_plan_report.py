"""The plan for crashes in reports: the edit at the end of each crash, and all edits together."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from import_contracts.reporters.cycles import as_json
from import_contracts.reporters.cycles_as_contracts import as_report
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.cycles import (
    CyclesReport,
    ReportedCrashPlan,
    ReportedDeadlock,
    ReportedEdit,
    ReportedEntry,
)
from tests.reporters.test_cycles_report import CHANGE, LEFT, VERBOSE, crash, cycle, place, plan, report, shown, steps
from tests.support.reports import change

EDIT = ReportedEdit("b", place("a", 1, "import b"), CHANGE, "unsafe", ("x", "y"))
MOVE = ReportedFix(
    "move", ("B is then bound.",), (change("c.py", 1, "import d", ""), change("c.py", 5, "", "import d"))
)
NEXT = ReportedEdit("d", place("c", 1, "import d"), MOVE, "unsafe", ("z",))
BY_HAND = ReportedDeadlock(("w",), "m", ReportedFix("restructure", ("m: Used at once.",), ()))


def with_plan(*steps: ReportedEdit, left: tuple[ReportedDeadlock, ...] = (), is_whole: bool = True) -> CyclesReport:
    """Return a report of the crashes of x, y, z and w, of which y fails at another line than the others."""
    at, other = place("a", 1, "from b import B"), place("a", 2, "from b import B")
    crashes = (crash("w", at), crash("x", at), crash("y", other), crash("z", place("c", 3, "from b import B")))
    return replace(report(crashes=crashes), crash_plan=ReportedCrashPlan(steps, left, is_whole))


def stories(of: CyclesReport) -> list[str]:
    """Return the lines of the crashes that name an edit."""
    return [line.strip() for line in shown(of).splitlines() if "Fix:" in line]


def section(of: CyclesReport) -> list[str]:
    """Return the lines of the plan."""
    return shown(of, VERBOSE).partition("Plan for crashes: ")[2].splitlines()


def test_a_crash_ends_with_the_edit_that_stops_it() -> None:
    assert stories(with_plan(EDIT)) == ["Fix: a.py:1: import it for type checking only"]


def test_a_diff_is_shown_once_and_later_crashes_refer_to_it() -> None:
    edit = replace(EDIT, stops=("w", "x", "y"))
    assert stories(with_plan(edit, NEXT)) == [
        "Fix: a.py:1: import it for type checking only (step 1 of the plan below)",
        "Fix: a.py:1: import it for type checking only (as above, step 1 of the plan below)",
        "Fix: c.py:1: move this import below what the other module needs (step 2 of the plan below)",
    ]
    assert shown(with_plan(edit, NEXT)).count("- import b") == 1


def test_the_plan_says_how_many_crashes_its_edits_stop() -> None:
    assert section(with_plan(replace(EDIT, stops=("w", "x", "y", "z"))))[0] == "1 edit stops 4 of 4"
    assert section(with_plan(EDIT, NEXT)) == [
        "2 edits stop 3 of 4",
        "",
        "  1. a.py:1: import b",
        "     import it for type checking only (stops 2 of 4; 2 left)",
        "     Used only in annotations.",
        "",
        "  2. c.py:1: import d",
        "     move this import below what the other module needs (stops 1 of 4; 1 left)",
        "     B is then bound.",
        "",
    ]


def test_a_step_that_stops_nothing_alone_is_needed_for_the_next() -> None:
    first = replace(EDIT, stops=())
    lines = section(with_plan(first, replace(NEXT, stops=("w", "x", "y", "z"))))
    assert lines[3] == "     import it for type checking only (needed for the next step)"
    assert lines[5:8] == ["       - import b", "       + import c", ""]


def test_what_is_left_is_said_with_the_reason() -> None:
    assert section(with_plan(left=(BY_HAND,))) == [
        "no edit was found",
        "",
        "  w still crashes; m needs manual restructuring:",
        "     m: Used at once.",
        "",
    ]


def test_json_has_the_whole_plan() -> None:
    plan = json.loads(as_json(with_plan(EDIT, left=(BY_HAND,), is_whole=False)))["crash_plan"]
    assert [(step["importer"], step["fix"], step["level"], step["stops"]) for step in plan["steps"]] == [
        ("a", "type_checking", "unsafe", ["x", "y"])
    ]
    assert plan["left"] == [{"entries": ["w"], "importer": "m", "fix": "restructure", "why": "m: Used at once."}]
    assert plan["is_whole"] is False
    assert "crash_plan" not in json.loads(as_json(report(crashes=())))


def test_other_formats_have_the_edit_in_the_message() -> None:
    (outcome, *_) = as_report(with_plan(EDIT)).outcomes
    messages = {violation.importer: violation.message for violation in outcome.violations}
    assert messages["x"].endswith(". Fix: a.py:1: import it for type checking only (stops 2 crashes)")
    assert "Fix" not in messages["z"]


def test_an_entry_says_that_the_plan_stops_it() -> None:
    of = replace(with_plan(EDIT), entries=(ReportedEntry("pytest", works=True),))
    assert "works_after" not in json.loads(as_json(of))["entries"][0]
    of = replace(of, entries=(ReportedEntry("pytest", works=False, works_after=True),))
    assert json.loads(as_json(of))["entries"][0]["works_after"] is True


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (("x",), "x; the plan for crashes stops it"),
        (("x", "y"), "x and y; the plan for crashes stops them"),
        (("w", "x"), "w and x; the plan for crashes stops 1 of them"),
        (("w",), "w"),
    ],
)
def test_a_plan_for_a_cycle_says_which_crashes_the_plan_for_crashes_stops(left: tuple[str, ...], text: str) -> None:
    of = replace(with_plan(EDIT), cycles=(cycle("a", "b", plan=plan(*steps(2, fix=CHANGE), crashes_left=left)),))
    assert f"  {LEFT}: {text}\n" in shown(of)
