"""The words, numbers and colors that several reports share."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reporters.fixes import changed
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style, Wanted
from import_contracts.reporters.words import (
    VERDICTS,
    also,
    causes,
    chain,
    details,
    effects,
    kind,
    more,
    place,
    remedy,
    repeats,
    summary,
    way,
)
from import_contracts.reports.changes import Change
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation, Unreadable
from import_contracts.wording import FIXES, count, listed
from tests.support.reports import change


def step(edge: str, kind: Kind = Kind.RUNTIME) -> Import:
    """Make an import of a line such as ``a -> b``."""
    importer, imported = edge.split(" -> ")
    return Import(importer, imported, f"{importer}.py", 3, 5, kind, f"import {imported}")


def violation(*edges: str, is_known: bool = False) -> ReportedViolation:
    """Make a violation whose chain has these imports; the first is the violation."""
    chain = tuple(map(step, edges))
    return ReportedViolation(
        chain[0].importer, chain[0].imported, "", "no", chain[0].path, (3,), chain, is_known=is_known
    )


def cut(*edges: str, is_minimum: bool = True) -> ReportedCut:
    return ReportedCut("no", tuple(map(step, edges)), is_minimum)


def outcome(*violations: ReportedViolation, kept: bool | None = False, ignored: int = 0) -> Outcome:
    return Outcome("x", "X", "layers", "", kept, violations, ignored=ignored)


# --- numbers and lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "import", "0 imports"),
        (1, "import", "1 import"),
        (2, "import", "2 imports"),
        (999, "import", "999 imports"),
        (1200, "import", "1,200 imports"),
        (1, "entry", "1 entry"),
        (2, "entry", "2 entries"),
        (1, "crash", "1 crash"),
        (2, "crash", "2 crashes"),
        (2, "day", "2 days"),
    ],
)
def test_a_number_agrees_with_its_noun(number: int, noun: str, text: str) -> None:
    assert count(number, noun) == text


@pytest.mark.parametrize(
    ("names", "most", "text"),
    [
        ("", 5, ""),
        ("a", 5, "a"),
        ("ab", 5, "a and b"),
        ("abc", 5, "a, b and c"),
        ("abcde", 5, "a, b, c, d and e"),
        ("abcdef", 5, "a, b, c, d and 2 more"),
        ("abc", 2, "a and 2 more"),
        ("ab", 1, "2 more"),
    ],
)
def test_a_list_ends_with_what_is_left_out(names: str, most: int, text: str) -> None:
    assert listed(names, most=most) == text


def test_a_list_shows_five_names_unless_told_otherwise() -> None:
    assert listed("abcde") == "a, b, c, d and e"
    assert listed("abcdef") == "a, b, c, d and 2 more"


def test_a_list_may_be_of_alternatives_and_of_numbers() -> None:
    assert listed([1, 2, 3], "or") == "1, 2 or 3"


def test_a_large_number_of_names_that_are_left_out_has_commas() -> None:
    assert listed(range(1005)) == "0, 1, 2, 3 and 1,001 more"


# --- imports ------------------------------------------------------------------------------------------------------


def test_a_place_is_path_line_and_column() -> None:
    assert place(step("a -> b")) == "a.py:3:5"


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (Kind.RUNTIME, ""),
        (Kind.DEFERRED, "  (deferred)"),
        (Kind.LAZY, "  (lazy)"),
        (Kind.TYPE_CHECKING, "  (type checking)"),
    ],
)
def test_a_kind_is_named_unless_it_is_the_usual_one(of: Kind, text: str) -> None:
    assert kind(step("a -> b", of)) == text


@pytest.mark.parametrize(
    ("lines", "brief", "verbose"),
    [
        ((), "", ""),
        ((7,), "  (also line 7)", "  (also line 7)"),
        ((7, 8), "  (also lines 7, 8)", "  (also lines 7, 8)"),
        ((7, 8, 9), "  (also lines 7, 8, 9)", "  (also lines 7, 8, 9)"),
        ((5, 6, 7, 8), "  (also lines 5, 6, 7 and 1 more)", "  (also lines 5, 6, 7, 8)"),
        ((5, 6, 7, 8, 9), "  (also lines 5, 6, 7 and 2 more)", "  (also lines 5, 6, 7, 8, 9)"),
    ],
)
def test_other_lines_with_an_import_are_told_up_to_three(lines: Sequence[int], brief: str, verbose: str) -> None:
    assert also(lines, Style()) == brief
    assert also(lines, Style(verbose=True)) == verbose


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "", "… and 1 more (--verbose shows all)"),
        (1200, "", "… and 1,200 more (--verbose shows all)"),
        (1, "import", "… and 1 more import (--verbose shows all)"),
        (3, "import", "… and 3 more imports (--verbose shows all)"),
    ],
)
def test_what_is_hidden_is_counted(number: int, noun: str, text: str) -> None:
    assert more(number, noun) == text


@pytest.mark.parametrize(
    ("edges", "text"),
    [
        (["a -> b"], "a -> b"),
        (["a -> b", "b -> c"], "a -> b -> c"),
        (["a -> b", "b -> c", "c -> a"], "a -> b -> c -> a"),
        (["a.x -> b.x", "b.y -> a.y"], "a.x -> b.x, b.y -> a.y"),
    ],
)
def test_a_chain_begins_anew_where_it_does_not_hang_together(edges: list[str], text: str) -> None:
    assert chain([*map(step, edges)]) == text
    assert way(violation(*edges)) == text


def test_the_way_of_a_module_that_is_in_no_layer_is_its_name() -> None:
    assert way(ReportedViolation("a.b", "", "", "no", "a/b.py")) == "a.b"


# --- contracts ----------------------------------------------------------------------------------------------------


def test_each_verdict_has_its_word() -> None:
    assert VERDICTS == {True: "kept", False: "broken", None: "not checked"}


@pytest.mark.parametrize(
    ("number", "about_cycles", "text"),
    [
        (1, True, "This import closes the cycle:"),
        (2, True, "These 2 imports close the cycles:"),
        (1, False, "This import is the cause:"),
        (3, False, "These 3 imports are the causes:"),
    ],
)
def test_the_causes_are_introduced(number: int, about_cycles: bool, text: str) -> None:
    found = tuple(Cause(step(f"a{each} -> b"), 2, None) for each in range(number))
    assert causes(Outcome("x", "X", "layers", "", False, causes=found, about_cycles=about_cycles)) == text


@pytest.mark.parametrize(
    ("number", "is_added", "text"),
    [
        (1, True, "1 new violation; added on this branch"),
        (2, False, "2 new violations"),
        (2, None, "2 new violations; unknown if added on this branch"),
    ],
)
def test_the_effects_of_a_cause_are_counted(number: int, is_added: bool | None, text: str) -> None:
    assert effects(Cause(step("a -> b"), number, is_added)) == text


@pytest.mark.parametrize(
    ("which", "found", "text", "is_repeated"),
    [
        (cut("a -> b"), [violation("a -> b")], "", True),
        (cut("a -> b", "a -> b"), [violation("a -> b")], "", True),
        (
            cut("a -> b", "b -> c"),
            [violation("a -> b"), violation("b -> c")],
            "All 2 imports must be removed.",
            True,
        ),
        (cut("b -> c"), [violation("a -> b", "b -> c")], "Removing 1 import would fix this:", False),
        (
            cut("a -> b"),
            [violation("a -> b"), violation("b -> c")],
            "Removing 1 import would fix this:",
            False,
        ),
        (cut("b -> c", "b -> d"), [violation("a -> b")], "Removing 2 imports would fix this:", False),
        (
            cut("a -> b", is_minimum=False),
            [violation("a -> b")],
            "Removing 1 import would fix this (not proven minimal):",
            False,
        ),
    ],
)
def test_a_cut_that_only_repeats_the_violations_is_not_listed(
    which: ReportedCut, found: list[ReportedViolation], text: str, is_repeated: bool
) -> None:
    assert remedy(which, found) == text
    assert repeats(which, found) is is_repeated


NEW, KNOWN = violation("a -> b"), violation("a -> c", is_known=True)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (outcome(), ""),
        (outcome(NEW), "1 violation"),
        (outcome(NEW, NEW), "2 violations"),
        (outcome(KNOWN), "1 known violation"),
        (outcome(NEW, KNOWN, KNOWN), "1 new violation, 2 known violations"),
        (outcome(ignored=1), "1 import ignored"),
        (outcome(NEW, KNOWN, ignored=2), "1 new violation, 1 known violation, 2 imports ignored"),
    ],
)
def test_a_contract_is_told_in_numbers(found: Outcome, text: str) -> None:
    assert details(found) == text


ERROR, WARNING = Problem("no"), Problem("hm", severity=Severity.WARNING)
NOTHING = "2 modules, 2 imports: 0 contracts kept, 0 broken"


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (Report(0, 0, ()), "0 modules, 0 imports: 0 contracts kept, 0 broken."),
        (Report(1, 1, (outcome(kept=True),)), "1 module, 1 import: 1 contract kept, 0 broken."),
        (
            Report(1200, 3400, (outcome(kept=True), outcome(), outcome(kept=True))),
            "1,200 modules, 3,400 imports: 2 contracts kept, 1 broken.",
        ),
        (
            Report(2, 1, (outcome(kept=None), outcome(kept=None))),
            "2 modules, 1 import: 0 contracts kept, 0 broken, 2 not checked.",
        ),
        (
            Report(2, 2, (), (ERROR, WARNING, WARNING), (Unreadable("a.py", 1, "no"),), ("x a -> b", "x a -> c")),
            f"{NOTHING}; 1 error, 2 warnings, 2 stale baseline entries, 1 unreadable file.",
        ),
        (
            Report(2, 2, (), stale=("x a -> b",)),
            f"{NOTHING}; 1 stale baseline entry.",
        ),
        (Report(2, 2, (), stale=()), f"{NOTHING}."),
    ],
)
def test_a_report_ends_with_its_totals(report: Report, text: str) -> None:
    assert summary(report) == text


# --- how it looks -------------------------------------------------------------------------------------------------


def test_colors_are_the_escape_codes_of_a_terminal() -> None:
    colored = Style(color=True)
    assert colored.paint("a", BOLD) == "\x1b[1ma\x1b[0m"
    assert [colored.paint("a", each) for each in (DIM, RED, GREEN, YELLOW)] == [
        "\x1b[2ma\x1b[0m",
        "\x1b[31ma\x1b[0m",
        "\x1b[32ma\x1b[0m",
        "\x1b[33ma\x1b[0m",
    ]
    assert colored.paint("a", BOLD, RED) == "\x1b[1;31ma\x1b[0m"
    assert Style(verbose=True).paint("a", BOLD, RED) == "a"


def test_a_list_is_capped_unless_everything_is_wanted() -> None:
    assert [Style().capped("abc", most) for most in (0, 2, 3, 4)] == ["", "ab", "abc", "abc"]
    assert Style(verbose=True).capped("abc", 2) == "abc"


def test_a_report_is_brief_and_without_colors_unless_told_otherwise() -> None:
    assert Style() == Style(verbose=False, color=False)
    assert Wanted("json") == Wanted("json", Style(), None)


def test_each_fix_has_its_words() -> None:
    assert FIXES == {
        "type_checking": "import it for type checking only",
        "direct_import": "import it from its defining module",
        "extract": "move what both need into a new module",
        "defer": "defer it (a workaround: the cycle is hidden, not removed)",
        "restructure": "needs manual restructuring",
        "reorder": "put these imports in another order",
        "module_form": "import the module, and look the name up where it is used",
        "move": "move this import below what the other module needs",
        "move_definition": "move a definition above the import",
        "import_first": "import another module first",
    }


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (change("a.py", 3, "import b", "import c"), ["- import b", "+ import c"]),
        (change("a.py", 9, "x\ny", "u\n\nv"), ["line 9:", "- x", "- y", "+ u", "+ v"]),
        (change("a.py", 1, "", "import c"), ["line 1:", "+ import c"]),
        (change("a.py", 3, "x\n\ny", ""), ["- x", "- ", "- y"]),
    ],
)
def test_a_change_is_a_diff_under_its_line_unless_it_is_that_of_the_import(made: Change, lines: list[str]) -> None:
    assert list(changed(made, step("a -> b"), Style())) == lines


def test_what_a_change_removes_is_red_and_what_it_adds_green() -> None:
    assert list(changed(change("a.py", 9, "x", "y"), step("a -> b"), Style(color=True))) == [
        "\x1b[2mline 9:\x1b[0m",
        "\x1b[31m- x\x1b[0m",
        "\x1b[32m+ y\x1b[0m",
    ]
