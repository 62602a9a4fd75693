"""What the result of a check says of itself: its status, its problems, and the order of its violations."""

from __future__ import annotations

from itertools import pairwise

import pytest

from import_contracts.baseline import Renaming
from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reports.check import (
    Cause,
    Outcome,
    Report,
    ReportedViolation,
    Result,
    Unreadable,
)
from import_contracts.reports.later import Later


def an_import(importer: str, imported: str) -> Import:
    return Import(importer, imported, f"{importer}.py", 3, 5, Kind.RUNTIME, f"import {imported}")


def violation(*modules: str, message: str = "no", is_known: bool = False) -> ReportedViolation:
    chain = tuple(an_import(*edge) for edge in pairwise(modules))
    return ReportedViolation(modules[0], modules[1], "", message, f"{modules[0]}.py", (3,), chain, is_known=is_known)


def outcome(*violations: ReportedViolation, kept: bool | None = False, causes: tuple[Cause, ...] = ()) -> Outcome:
    return Outcome("x", "X", "layers", "", kept, violations, causes=causes)


def cause(importer: str, imported: str, effects: int = 1) -> Cause:
    return Cause(an_import(importer, imported), effects, None)


def ways(found: tuple[ReportedViolation, ...]) -> list[str]:
    """Return the modules of each violation in one word."""
    return ["".join([each.importer, *(step.imported for step in each.chain)]) for each in found]


# --- a contract ---------------------------------------------------------------------------------------------------


def test_the_new_violations_are_those_with_the_shortest_chains_first_and_then_by_name() -> None:
    found = [violation(*each) for each in ("bcde", "bd", "bc", "acd", "ad", "cab")]
    assert ways(outcome(*found, violation("a", "b", is_known=True)).new) == ["ad", "bc", "bd", "acd", "cab", "bcde"]


def test_those_that_are_a_cause_come_before_all_others() -> None:
    found = [violation(*each) for each in ("ab", "ac", "xyz", "pqr", "wxy")]
    causes = (cause("x", "y"), cause("p", "q"), cause("m", "n"))
    assert ways(outcome(*found, causes=causes).new) == ["pqr", "xyz", "ab", "ac", "wxy"]


def test_known_violations_stay_in_their_order() -> None:
    found = [violation(*each, is_known=each != "ab") for each in ("bcd", "ab", "ac")]
    assert ways(outcome(*found).known) == ["bcd", "ac"]


def test_new_violations_are_by_message_in_the_order_in_which_messages_were_found() -> None:
    found = (
        violation(*"bcd", message="second"),
        violation(*"kl", message="known", is_known=True),
        violation(*"ab", message="first"),
        violation(*"ac", message="second"),
        violation(*"xy", message="first", is_known=True),
    )
    sentences = outcome(*found).sentences
    assert [(message, ways(tuple(each))) for message, each in sentences.items()] == [
        ("second", ["ac", "bcd"]),
        ("first", ["ab"]),
    ]


@pytest.mark.parametrize(
    ("causes", "are_shown"),
    [
        ((), False),
        ((cause("a", "b"), cause("c", "d"), cause("p", "q")), True),
        ((cause("a", "b"),), True),
        ((cause("a", "b", 2),), True),
        ((cause("a", "b"), cause("x", "y")), True),
        ((cause("p", "q"),), True),
        ((cause("k", "l"),), True),
    ],
)
def test_causes_are_shown_unless_all_are_violations_themselves_and_cause_no_other(
    causes: tuple[Cause, ...], are_shown: bool
) -> None:
    found = (violation(*"ab"), violation(*"cd"), violation(*"pqr"), violation(*"kl", is_known=True))
    assert outcome(*found, causes=causes).shown_causes == (causes if are_shown else ())
    alone = (violation(*"ab"), violation(*"cd"), violation(*"kl", is_known=True))
    assert outcome(*alone, causes=(cause("a", "b"), cause("c", "d"))).shown_causes == ()


def test_a_contract_is_about_no_cycles_and_ignores_nothing_unless_told_otherwise() -> None:
    of = Outcome("x", "X", "layers", "", kept=True)
    assert (of.ignored, of.about_cycles, of.demand) == (0, False, "")


@pytest.mark.parametrize(
    ("of", "place"),
    [
        (violation("a", "b"), (3, 5)),
        (ReportedViolation("a", "b", "", "no", "a.py", (7, 9), violation("a", "b").chain), (7, 5)),
        (ReportedViolation("a", "", "", "no", "a.py"), (1, 1)),
    ],
)
def test_a_violation_is_on_its_first_line(of: ReportedViolation, place: tuple[int, int]) -> None:
    assert (of.line, of.column) == place
    assert not of.is_known


# --- a run --------------------------------------------------------------------------------------------------------

NO, HM = Problem("no"), Problem("hm", severity=Severity.WARNING)
KEPT, BROKEN, UNCHECKED = outcome(kept=True), outcome(kept=False), outcome(kept=None)
UNREADABLE = Unreadable("a.py", 3, "bad")
ENTRY = ("x a -> b",)


@pytest.mark.parametrize(
    ("report", "result", "status"),
    [
        (Report(0, 0, ()), Result.KEPT, 0),
        (Report(0, 0, (KEPT, KEPT), (HM,), stale=()), Result.KEPT, 0),
        (Report(0, 0, (KEPT, BROKEN, KEPT)), Result.BROKEN, 1),
        (Report(0, 0, (BROKEN, BROKEN)), Result.BROKEN, 1),
        (Report(0, 0, (BROKEN, KEPT), stale=ENTRY), Result.BROKEN, 1),
        (Report(0, 0, (KEPT,), (NO,)), Result.ERROR, 2),
        (Report(0, 0, (BROKEN,), (HM, NO), stale=ENTRY), Result.ERROR, 2),
        (Report(0, 0, (KEPT,), unreadable=(UNREADABLE,)), Result.ERROR, 2),
        (Report(0, 0, (KEPT, UNCHECKED, BROKEN)), Result.ERROR, 2),
        (Report(0, 0, (KEPT,), stale=ENTRY), Result.STALE, 3),
        (Report(0, 0, (KEPT,), stale=ENTRY, stale_fails=False), Result.KEPT, 0),
        (Report(0, 0, (KEPT,), stale=(), stale_fails=False), Result.KEPT, 0),
        (Report(0, 0, (BROKEN,), judges=False), Result.BROKEN, 0),
        (Report(0, 0, (KEPT,), judges=False), Result.KEPT, 0),
        (Report(0, 0, (KEPT,), (NO,), judges=False), Result.ERROR, 2),
    ],
)
def test_a_run_comes_to_the_worst_of_what_it_found(report: Report, result: Result, status: int) -> None:
    assert (report.result, report.exit_status) == (result, status)


def test_results_have_these_names() -> None:
    assert [*Result] == ["kept", "broken", "error", "stale"]


def test_problems_are_told_apart_by_what_they_prevented() -> None:
    report = Report(0, 0, (), (HM, NO), (UNREADABLE,))
    assert (report.warnings, report.errors) == ((HM,), (NO,))
    assert report.faults == (NO, Problem("bad", "a.py", line=3))


def drift(message: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(message, "k.txt", severity=severity)


@pytest.mark.parametrize(
    ("report", "found", "mend"),
    [
        (Report(0, 0, (), baseline="k.txt"), (), "shrink"),
        (Report(0, 0, (), stale=(), baseline="k.txt"), (), "shrink"),
        (
            Report(0, 0, (), stale=("x", "y"), baseline="k.txt", options=" -c z"),
            (
                drift("No violation matches 'x' any more. Remove it: lint-imports baseline shrink -c z"),
                drift("No violation matches 'y' any more. Remove it: lint-imports baseline shrink -c z"),
            ),
            "shrink -c z",
        ),
        (
            Report(0, 0, (), stale=("x",), baseline="k.txt", stale_fails=False),
            (
                drift(
                    "No violation matches 'x' any more. Remove it: lint-imports baseline shrink",
                    Severity.WARNING,
                ),
            ),
            "shrink",
        ),
        (
            Report(
                0, 0, (), stale=("x",), renamings=(Renaming("module", "a", "z", 1),), baseline="k.txt", options=" -c z"
            ),
            (
                drift(
                    "a was renamed to z; this explains 1 violation. "
                    "Update the baseline: lint-imports baseline rename a z -c z",
                ),
                drift("No violation matches 'x' any more. Remove it: lint-imports baseline shrink -c z"),
            ),
            "shrink -c z",
        ),
    ],
)
def test_what_is_stale_or_renamed_is_a_problem_of_the_baseline_with_its_command(
    report: Report, found: tuple[Problem, ...], mend: str
) -> None:
    assert report.drift == found
    assert report.shrink_command == f"lint-imports baseline {mend}"


# --- later --------------------------------------------------------------------------------------------------------


def test_what_is_computed_later_is_computed_once_and_only_if_it_is_read() -> None:
    calls: list[int] = []

    def item(number: int) -> int:
        calls.append(number)
        return number * 10

    items = Later(4, item)
    some = items[1:3]
    assert (len(items), len(some), calls) == (4, 2, [])
    assert (items[2], some[1], some[0], items[-1], calls) == (20, 20, 10, 30, [2, 1, 3])
    assert list(items) == [0, 10, 20, 30]
    assert calls == [2, 1, 3, 0]
