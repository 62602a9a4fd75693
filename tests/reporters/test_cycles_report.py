"""The report of ``cycles``: what is shown of which cycles, crashes and plans, and in which words."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reporters.cycles import as_json, as_text
from import_contracts.reporters.cycles_as_contracts import as_report
from import_contracts.reporters.style import Style
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Outcome, Report, ReportedViolation, Unreadable
from import_contracts.reports.cycles import (
    Cycle,
    CyclesReport,
    NotFollowed,
    Place,
    Plan,
    Planned,
    Question,
    ReportedCrash,
    ReportedMissing,
    Step,
)
from tests.support.reports import an_import, chain, change

BRIEF, VERBOSE, COLORED = Style(), Style(verbose=True), Style(color=True)
NO_CHANGE = ReportedFix("restructure", (), ())
CHANGE = ReportedFix("type_checking", ("Used only in annotations.",), (change("a.py", 1, "import b", "import c"),))


def ring(*modules: str) -> tuple[Import, ...]:
    """Return the imports of an elementary cycle; the first module is also the last."""
    return chain(*modules, modules[0])


def cycle(
    *modules: str,
    kind: Kind = Kind.RUNTIME,
    others: tuple[str, ...] = (),
    crashes: tuple[str, ...] = (),
    plan: Plan | None = None,
) -> Cycle:
    """Make a cycle of a ring and of other modules."""
    return Cycle(kind, (*modules, *others), ring(*modules), ring(*modules), crashes, plan)


def steps(*gains: int, fix: ReportedFix = NO_CHANGE) -> tuple[Step, ...]:
    return tuple(Step(an_import("a", "b"), gain, fix, ring("a", "b")) for gain in gains)


def plan(
    *of: Step,
    is_minimum: bool = True,
    crashes_left: tuple[str, ...] | None = None,
    crashes_new: tuple[str, ...] | None = None,
) -> Plan:
    return Plan(of, is_minimum, crashes_left, crashes_new)


def place(module: str, line: int = 1, text: str = "import x", *, is_call: bool = False) -> Place:
    return Place(module, f"{module}.py", line, text, is_call)


def crash(
    entry: str,
    *stack: Place,
    error: str = "ImportError",
    defined: Place | None = None,
    works_from: str | None = None,
    name: str | None = "B",
    at_root: str | None = None,
    lazy: str | None = None,
) -> ReportedCrash:
    """Make a crash because ``b`` has no name yet, at the last place of a stack."""
    way, message = (an_import("a", "b"),), f"{error}: It crashes."
    return ReportedCrash(entry, error, "b", name, stack[-1], stack, defined, works_from, message, way, at_root, lazy)


MISSING = ReportedMissing(place("m", 3, "import m.x"), "m.x", "ModuleNotFoundError: no", "It is not there.")


def report(*cycles: Cycle, crashes: tuple[ReportedCrash, ...] | None = None) -> CyclesReport:
    return CyclesReport(("p",), 1200, 3400, (3, 13), cycles, crashes)


def shown(of: CyclesReport, style: Style = BRIEF) -> str:
    """Return the report as text without its last line, which has the totals."""
    *lines, _ = as_text(of, style).splitlines(keepends=True)
    return "".join(lines)


# --- the totals ---------------------------------------------------------------------------------------------------


TOTAL = "1,200 modules, 3,400 imports"
NOT_FOLLOWED = "3 calls of import_module with computed names, 1 call of exec or eval, 1,200 other"
NOT_ALL = f"1 statement imports what is missing; not followed: {NOT_FOLLOWED}"


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (report(), f"{TOTAL}: 0 cycles.\n"),
        (CyclesReport((), 1, 1, (3, 13)), "1 module, 1 import: 0 cycles.\n"),
        (report(crashes=()), f"{TOTAL}: 0 cycles; 0 modules crash when imported first (Python 3.13).\n"),
        (
            report(cycle("a", "b"), crashes=(crash("a", place("a")),)),
            f"{TOTAL}: 1 cycle (1 runtime); 1 module crashes when imported first (Python 3.13).\n",
        ),
        (
            report(crashes=(crash("a", place("a")), crash("b", place("b")))),
            f"{TOTAL}: 0 cycles; 2 modules crash when imported first (Python 3.13).\n",
        ),
        (
            replace(
                report(crashes=()),
                missing=(MISSING,),
                not_followed=(NotFollowed("computed_imports", 3), NotFollowed("exec", 1), NotFollowed("other", 1200)),
            ),
            f"{TOTAL}: 0 cycles; 0 modules crash when imported first (Python 3.13); {NOT_ALL}.\n",
        ),
        (
            report(*(cycle("a", "b", kind=kind) for kind in (*reversed(Kind), Kind.DEFERRED))),
            f"{TOTAL}: 5 cycles (1 runtime, 2 deferred, 1 lazy, 1 type checking).\n",
        ),
    ],
)
def test_the_last_line_has_the_totals(of: CyclesReport, text: str) -> None:
    assert as_text(of, Style()).splitlines(keepends=True)[-1] == text


@pytest.mark.parametrize(("crashes", "color"), [(None, 32), ((), 32), ((crash("a", place("a")),), 31)])
def test_the_totals_are_red_if_something_crashes(crashes: tuple[ReportedCrash, ...] | None, color: int) -> None:
    assert as_text(report(crashes=crashes), COLORED).splitlines()[-1].startswith(f"\x1b[1;{color}m{TOTAL}: ")


# --- crashes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (
            crash("a", place("a", 3, "from b import B")),
            """\
  import a: ImportError: It crashes.

    a.py:3: from b import B
      needs B from b
""",
        ),
        (
            crash("a", place("a", 3, "b.B"), error="AttributeError"),
            """\
  import a: AttributeError: It crashes.

    a.py:3: b.B
      needs B from b
""",
        ),
        (
            crash(
                "b",
                place("b", 2, "import c"),
                place("c", 5, "f()"),
                place("c", 4, "import a", is_call=True),
                place("a", 3, "from b import B"),
                defined=place("b", 7, "class B:"),
                works_from="a",
            ),
            """\
  import b: ImportError: It crashes.

    b.py:2: import c
      runs c
    c.py:5: f()
      calls a function of c
    c.py:4: import a
      runs a
    a.py:3: from b import B
      needs B from b, which is still at line 2
      B is not defined until line 7: class B:
    Importing a first works; a test that imports only b fails.
""",
        ),
        (
            crash("b", place("b", 2), place("b", 2), place("a", 3), place("a", 3)),
            """\
  import b: ImportError: It crashes.

    b.py:2: import x
      runs a
    a.py:3: import x
      needs B from b, which is still at line 2
""",
        ),
    ],
)
def test_a_crash_is_told_from_the_first_import_to_the_line_that_fails(of: ReportedCrash, text: str) -> None:
    assert shown(report(crashes=(of,))) == f"Crashes\n\n{text}\n"


@pytest.mark.parametrize(("line", "is_told"), [(1, False), (2, False), (3, True)])
def test_where_a_name_is_defined_is_told_if_that_is_below_the_line_that_was_reached(line: int, is_told: bool) -> None:
    of = crash("b", place("b", 2), place("a", 3), defined=place("b", line, "B = 1"))
    assert ("B is not defined until" in shown(report(crashes=(of,)))) is is_told


def test_what_else_python_may_print_is_below() -> None:
    of = crash("a", place("a", 3), name=None, at_root="ImportError: rename it", lazy="ImportError: lazily")
    assert (
        shown(report(crashes=(of,)))
        == """\
Crashes

  import a: ImportError: It crashes.
    Where this folder is first on sys.path: ImportError: rename it
    Above it: ImportError: lazily

    a.py:3: import x
      needs b

"""
    )


def test_where_a_name_is_defined_is_told_if_it_is_unknown_which_line_was_reached() -> None:
    of = crash("a", place("a", 3), defined=place("b", 1, "B = 1"))
    assert "\n      needs B from b\n      B is not defined until line 1: B = 1\n" in shown(report(crashes=(of,)))


def test_crashes_at_one_statement_are_one_block_about_the_shortest_stack() -> None:
    end = place("a", 3)
    crashes = (
        crash("z", place("z"), end),
        crash("y", place("y"), end),
        crash("x", place("x"), place("b", 2), end),
    )
    assert (
        shown(report(crashes=crashes))
        == """\
Crashes

  import y: ImportError: It crashes.

    y.py:1: import x
      runs a
    a.py:3: import x
      needs B from b
    The same happens for z and x.

"""
    )


def test_crashes_at_one_line_that_need_other_names_are_other_blocks() -> None:
    crashes = (crash("x", place("a")), crash("y", place("a"), name="C"))
    assert [line for line in shown(report(crashes=crashes)).splitlines() if "import " in line and "crash" in line] == [
        "  import x: ImportError: It crashes.",
        "  import y: ImportError: It crashes.",
    ]


def entries(of: CyclesReport, style: Style = BRIEF) -> list[str]:
    """Return which crash is told in each block, in order."""
    lines = shown(of, style).splitlines()
    return [line.split()[1].rstrip(":") for line in lines if line.startswith("  import ")]


def test_the_statement_at_which_most_crash_comes_first_and_then_they_are_by_name() -> None:
    crashes = (
        *(crash(entry, place(entry)) for entry in ("c", "a")),
        *(crash(entry, place("s")) for entry in ("e", "f")),
    )
    assert entries(report(crashes=crashes)) == ["e", "a", "c"]


@pytest.mark.parametrize(
    ("number", "hidden"), [(5, []), (6, ["  … and 1 more failing statement (--verbose shows all)", ""])]
)
def test_five_statements_that_fail_are_shown(number: int, hidden: list[str]) -> None:
    of = report(crashes=tuple(crash(f"m{each}", place(f"m{each}")) for each in range(number)))
    lines = shown(of).splitlines()
    assert entries(of) == ["m0", "m1", "m2", "m3", "m4"]
    assert lines[len(lines) - len(hidden) - 2 :] == ["      needs B from b", "", *hidden]
    assert entries(of, VERBOSE) == [f"m{each}" for each in range(number)]
    assert "more" not in shown(of, VERBOSE)


@pytest.mark.parametrize(
    ("number", "text"),
    [(2, "b"), (7, "b, c, d, e, f and g"), (8, "b, c, d, e, f and 2 more")],
)
def test_six_other_entries_are_named(number: int, text: str) -> None:
    of = report(crashes=tuple(crash(each, place("s")) for each in "abcdefgh"[:number]))
    assert f"\n    The same happens for {text}.\n" in shown(of)


def test_all_other_entries_are_named_if_everything_is_wanted() -> None:
    of = report(crashes=tuple(crash(each, place("s")) for each in "abcdefgh"))
    assert "\n    The same happens for b, c, d, e, f, g and h.\n" in shown(of, VERBOSE)


def test_a_crash_has_colors() -> None:
    crashes = (crash("b", place("b", 2), place("a", 3)),)
    assert shown(report(crashes=crashes), COLORED).splitlines() == [
        "\x1b[1mCrashes\x1b[0m",
        "",
        "  \x1b[31mimport b: ImportError: It crashes.\x1b[0m",
        "",
        "    b.py:2: \x1b[1mimport x\x1b[0m",
        "  \x1b[2m    runs a\x1b[0m",
        "    a.py:3: \x1b[1mimport x\x1b[0m",
        "      needs B from b, which is still at line 2",
        "",
    ]


def text_of_length(length: int) -> str:
    return f"from b import A, {'B' * (length - 17)}"


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        (text_of_length(99), text_of_length(99)),
        (text_of_length(100), text_of_length(100)),
        (text_of_length(101), "from b import A, …"),
    ],
)
def test_a_very_long_statement_is_cut_after_a_name(text: str, brief: str) -> None:
    of = report(crashes=(crash("a", place("a", 3, text)),))
    assert f"    a.py:3: {brief}\n" in shown(of)
    assert f"    a.py:3: {text}\n" in shown(of, VERBOSE)


# --- cycles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (
            cycle("a", "b"),
            """\
Cycle 1: 2 modules, 2 cyclic imports; runtime cycle

  Shortest cycle: a -> b -> a
    a.py:1:2: import b
    b.py:1:2: import a
""",
        ),
        (
            cycle("a", "b", others=("c",), crashes=("a", "c")),
            """\
Cycle 1: 3 modules, 2 cyclic imports; runtime cycle

  a, b and c

  Shortest cycle: a -> b -> a
    a.py:1:2: import b
    b.py:1:2: import a
  Crashes when imported first: a and c
""",
        ),
        (
            cycle("a"),
            """\
Cycle 1: 1 module, 1 cyclic import; runtime cycle

  a imports itself:
    a.py:1:2: import a
""",
        ),
        (
            Cycle(
                Kind.LAZY,
                ("a", "b"),
                ring("a", "b"),
                (an_import("a", "b"), an_import("b", "a", Kind.LAZY)),
                (),
                None,
            ),
            """\
Cycle 1: 2 modules, 2 cyclic imports; closed by lazy imports (hidden, not removed)

  Shortest cycle: a -> b -> a
    a.py:1:2: import b
    b.py:1:2: import a  (lazy)
""",
        ),
        (
            cycle("a", "b", kind=Kind.DEFERRED),
            """\
Cycle 1: 2 modules, 2 cyclic imports; closed by deferred imports (hidden, not removed)

  Shortest cycle: a -> b -> a
    a.py:1:2: import b
    b.py:1:2: import a
""",
        ),
    ],
)
def test_a_cycle_is_told_by_its_shortest_ring(of: Cycle, text: str) -> None:
    assert shown(report(of)) == f"{text}\n"


LETTERS = tuple("abcdefghij")


@pytest.mark.parametrize(
    ("number", "text"),
    [(8, "a, b, c, d, e, f, g and h"), (9, "a, b, c, d, e, f, g and 2 more")],
)
def test_eight_modules_of_a_cycle_are_named(number: int, text: str) -> None:
    assert shown(report(cycle("a", "b", others=LETTERS[2:number]))).splitlines()[2] == f"  {text}"


@pytest.mark.parametrize(
    ("number", "text"),
    [(6, "a, b, c, d, e and f"), (7, "a, b, c, d, e and 2 more")],
)
def test_six_crashes_of_a_cycle_are_named(number: int, text: str) -> None:
    of = report(cycle("a", "b", crashes=LETTERS[:number]))
    assert shown(of).splitlines()[-2] == f"  Crashes when imported first: {text}"


def test_all_modules_and_crashes_are_named_if_everything_is_wanted() -> None:
    lines = shown(report(cycle("a", "b", others=LETTERS[2:], crashes=LETTERS)), VERBOSE).splitlines()
    assert lines[2] == "  a, b, c, d, e, f, g, h, i and j"
    assert lines[-2] == "  Crashes when imported first: a, b, c, d, e, f, g, h, i and j"


def headings(of: CyclesReport, style: Style = BRIEF) -> list[str]:
    """Return the lines that begin something, each without what is said of its size."""
    return [line.partition(":")[0] for line in shown(of, style).splitlines() if line[:1].strip()]


def test_every_runtime_cycle_is_told_in_full() -> None:
    assert headings(report(*[cycle("a", "b")] * 12)) == [f"Cycle {number}" for number in range(1, 13)]


def test_after_ten_cycles_the_deferred_ones_are_a_line_each() -> None:
    deferred = cycle("a", "b", kind=Kind.DEFERRED, plan=plan(*steps(2)))
    many = [cycle("c", "d", others=("e",), kind=Kind.DEFERRED)] * 2
    of = report(*[cycle("a", "b")] * 9, deferred, *many, cycle("x", "y", kind=Kind.LAZY))
    in_full = [f"Cycle {number}" for number in range(1, 11)]
    assert headings(of) == [
        *in_full,
        "2 cycles closed by deferred imports (hidden, not removed)",
        "1 cycle closed by lazy imports (hidden, not removed)",
    ]
    assert shown(of).endswith(
        """\
2 cycles closed by deferred imports (hidden, not removed)

  3 modules: c -> d -> c
  3 modules: c -> d -> c

1 cycle closed by lazy imports (hidden, not removed)

  2 modules: x -> y -> x

"""
    )
    assert headings(of, VERBOSE) == [f"Cycle {number}" for number in range(1, 14)]


@pytest.mark.parametrize(("number", "hidden"), [(10, ""), (12, "  … and 2 more (--verbose shows all)\n")])
def test_type_checking_cycles_are_a_line_each_and_ten_are_shown(number: int, hidden: str) -> None:
    of = report(*(cycle("a", f"b{each}", kind=Kind.TYPE_CHECKING) for each in range(number)))
    lines = [f"  2 modules: a -> b{each} -> a\n" for each in range(number)]
    heading = f"{number} cycles closed by type-checking imports (no cost at run time)\n\n"
    assert shown(of) == f"{heading}{''.join(lines[:10])}{hidden}\n"
    assert shown(of, VERBOSE) == f"{heading}{''.join(lines)}\n"


def test_a_cycle_has_colors() -> None:
    of = report(cycle("a", "b", crashes=("a",)), cycle("c", "d", kind=Kind.TYPE_CHECKING))
    assert shown(of, COLORED).splitlines() == [
        "\x1b[1mCycle 1: 2 modules, 2 cyclic imports; runtime cycle\x1b[0m",
        "",
        "  Shortest cycle: a -> b -> a",
        "    a.py:1:2: import b",
        "    b.py:1:2: import a",
        "\x1b[31m  Crashes when imported first: a\x1b[0m",
        "",
        "\x1b[1m1 cycle closed by type-checking imports (no cost at run time)\x1b[0m",
        "",
        "  2 modules: c -> d -> c",
        "",
    ]


# --- plans --------------------------------------------------------------------------------------------------------


def plan_of(of: Cycle, style: Style = BRIEF) -> str:
    """Return what is told of the plan of a cycle of two modules."""
    return shown(report(of), style).partition("b.py:1:2: import a\n")[2]


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (
            plan(*steps(2, fix=CHANGE)),
            """
  Cheapest fix: change 1 import (proven minimal):

    1. a.py:1:2: import b
       import it for type checking only (breaks 2 cyclic imports; no cycle left)
       Used only in annotations.
         - import b
         + import c

""",
        ),
        (
            plan(*steps(1, 1), is_minimum=False),
            """
  Cheapest fix: change 2 imports (not proven minimal):

    1. a.py:1:2: import b
       needs manual restructuring (breaks 1 cyclic import; 1 left)

    2. a.py:1:2: import b
       needs manual restructuring (breaks 1 cyclic import; no cycle left)

  2 of 2 must be changed by hand.

""",
        ),
        (
            plan(*steps(1, fix=CHANGE), *steps(1)),
            """
  Cheapest fix: change 2 imports (proven minimal):

    1. a.py:1:2: import b
       import it for type checking only (breaks 1 cyclic import; 1 left)
       Used only in annotations.
         - import b
         + import c

    2. a.py:1:2: import b
       needs manual restructuring (breaks 1 cyclic import; no cycle left)

  1 of 2 must be changed by hand.

""",
        ),
    ],
)
def test_a_plan_has_a_step_for_each_import_to_change(of: Plan, text: str) -> None:
    assert plan_of(cycle("a", "b", plan=of)) == text


def test_a_step_has_the_kind_of_its_import_and_a_line_for_each_sentence() -> None:
    fix = ReportedFix("defer", ("One.", "Two."), (change("a.py", 9, "", "import b"), change("a.py", 1, "import b", "")))
    step = Step(an_import("a", "b", Kind.LAZY), 2, fix, ring("a", "b"))
    assert plan_of(cycle("a", "b", plan=plan(step))).partition(":\n\n")[2] == (
        """\
    1. a.py:1:2: import b  (lazy)
       defer it (a workaround: the cycle is hidden, not removed) (breaks 2 cyclic imports; no cycle left)
       One.
       Two.
         line 9:
         + import b
         - import b

"""
    )


def test_a_large_number_of_imports_that_are_left_has_commas() -> None:
    imports = tuple(an_import("a", f"b{number}") for number in range(1001))
    of = Cycle(Kind.RUNTIME, ("a", "b"), imports, ring("a", "b"), (), plan(*steps(1)))
    assert "(breaks 1 cyclic import; 1,000 left)\n" in plan_of(of)


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (6, "  … and 1 more import (--verbose shows all)\n\n")])
def test_five_steps_are_shown(number: int, hidden: str) -> None:
    of = cycle("a", "b", plan=plan(*steps(*[0] * number, fix=CHANGE)))
    assert [line[4:6] for line in plan_of(of).splitlines() if line[4:5].isdigit()] == ["1.", "2.", "3.", "4.", "5."]
    assert plan_of(of).endswith(f"         + import c\n\n{hidden}")
    verbose = [line[4:6] for line in plan_of(of, VERBOSE).splitlines() if line[4:5].isdigit()]
    assert verbose == [f"{each}." for each in range(1, number + 1)]
    assert "more" not in plan_of(of, VERBOSE)


def end(of: Cycle, style: Style = BRIEF) -> str:
    """Return what is told after the steps of a plan."""
    return plan_of(of, style).partition("         + import c\n\n")[2]


FIXED = steps(2, fix=CHANGE)
LEFT = "After these changes, these modules still crash when imported first, but not through this cycle"
SEVEN = LETTERS[:7]


@pytest.mark.parametrize(
    ("crashes", "left", "new", "text"),
    [
        ((), None, None, ""),
        ((), (), (), ""),
        (("a",), (), (), "  After these changes, none of its modules crashes.\n"),
        (
            ("a",),
            ("a", "b"),
            (),
            f"  {LEFT}: a and b\n",
        ),
        (
            ("a",),
            ("a",),
            ("x", "y"),
            "  These changes would make these modules crash when imported first: x and y\n",
        ),
        (
            SEVEN,
            SEVEN,
            (),
            f"  {LEFT}: a, b, c, d, e and 2 more\n",
        ),
        (
            (),
            (),
            SEVEN,
            "  These changes would make these modules crash when imported first: a, b, c, d, e and 2 more\n",
        ),
    ],
)
def test_a_plan_says_what_crashes_after_it(
    crashes: tuple[str, ...], left: tuple[str, ...] | None, new: tuple[str, ...] | None, text: str
) -> None:
    of = cycle("a", "b", crashes=crashes, plan=plan(*FIXED, crashes_left=left, crashes_new=new))
    assert end(of) == (f"{text}\n" if text else "")


def test_six_crashes_after_a_plan_are_named_and_all_if_everything_is_wanted() -> None:
    of = cycle("a", "b", plan=plan(*FIXED, crashes_left=SEVEN[:6]))
    new = cycle("a", "b", plan=plan(*FIXED, crashes_new=SEVEN[:6]))
    left_all = cycle("a", "b", plan=plan(*FIXED, crashes_left=SEVEN))
    new_all = cycle("a", "b", plan=plan(*FIXED, crashes_new=SEVEN))
    assert [end(each).partition(": ")[2] for each in (of, new)] == ["a, b, c, d, e and f\n\n"] * 2
    assert [end(each, VERBOSE).partition(": ")[2] for each in (left_all, new_all)] == ["a, b, c, d, e, f and g\n\n"] * 2


@pytest.mark.parametrize(
    ("left", "new", "color"),
    [((), (), 32), (("a",), (), 33), ((), ("a",), 33)],
)
def test_what_crashes_after_a_plan_is_yellow_and_that_nothing_does_green(
    left: tuple[str, ...], new: tuple[str, ...], color: int
) -> None:
    of = cycle("a", "b", crashes=("a",), plan=plan(*FIXED, crashes_left=left, crashes_new=new))
    assert shown(report(of), COLORED).splitlines()[-2].startswith(f"\x1b[{color}m  ")


def test_a_step_has_colors() -> None:
    assert plan_of(cycle("a", "b", plan=plan(*FIXED)), COLORED).splitlines() == [
        "",
        "  Cheapest fix: change 1 import (proven minimal):",
        "",
        "    1. a.py:1:2: \x1b[1mimport b\x1b[0m",
        "       import it for type checking only (breaks 2 cyclic imports; no cycle left)",
        "  \x1b[2m     Used only in annotations.\x1b[0m",
        "         \x1b[31m- import b\x1b[0m",
        "         \x1b[32m+ import c\x1b[0m",
        "",
    ]


# --- problems -----------------------------------------------------------------------------------------------------

HM = Problem("hm", "x.toml", severity=Severity.WARNING)
UNREADABLE = Unreadable("a.py", 3, "no")


@pytest.mark.parametrize(
    ("problems", "unreadable", "text", "status"),
    [
        ((), (), "", 0),
        ((HM,), (), "warning: x.toml: hm\n\n", 0),
        ((HM, Problem("no")), (), "warning: x.toml: hm\nerror: no\n\n", 2),
        ((), (UNREADABLE,), "error: a.py:3: no\n\n", 2),
        ((HM,), (UNREADABLE,), "warning: x.toml: hm\nerror: a.py:3: no\n\n", 2),
    ],
)
def test_problems_are_a_line_each_and_errors_are_status_2(
    problems: tuple[Problem, ...], unreadable: tuple[Unreadable, ...], text: str, status: int
) -> None:
    of = CyclesReport((), 1, 1, (3, 13), problems=problems, unreadable=unreadable)
    assert shown(of) == text
    assert of.exit_status == status


def test_cycles_and_crashes_are_no_failure() -> None:
    assert report(cycle("a", "b"), crashes=(crash("a", place("a")),)).exit_status == 0


def test_an_error_is_red_and_a_warning_yellow() -> None:
    of = CyclesReport((), 1, 1, (3, 13), problems=(HM,), unreadable=(UNREADABLE,))
    assert shown(of, COLORED) == "\x1b[33mwarning\x1b[0m: x.toml: hm\n\x1b[31merror\x1b[0m: a.py:3: no\n\n"


def test_crashes_come_before_cycles_and_these_before_problems() -> None:
    of = CyclesReport((), 1, 1, (3, 13), (cycle("a", "b"),), (crash("a", place("a")),), (HM,))
    assert headings(of) == ["Crashes", "Cycle 1", "warning"]


def test_a_question_is_of_all_kinds_and_of_everything_unless_told_otherwise() -> None:
    assert Question(("p",), (3, 13)) == Question(("p",), (3, 13), tuple(Kind), is_quick=False)
    assert not place("a").is_call


# --- which plans are shown ------------------------------------------------------------------------------------------


CYCLES = st.lists(st.tuples(st.sampled_from(Kind), st.booleans()), max_size=25)


def planned(cycles: list[tuple[Kind, bool]], kinds: Collection[Kind]) -> CyclesReport:
    """Return the report of cycles, of each kind with or without crashes; only those of ``kinds`` have plans."""
    of = (
        cycle(f"a{number}", "b", kind=kind, crashes=("b",) * is_crash, plan=plan(*steps(1)) if kind in kinds else None)
        for number, (kind, is_crash) in enumerate(sorted(cycles, key=lambda each: (not each[1], each[0].rank)))
    )
    return report(*of)


@given(CYCLES)
def test_the_text_shows_the_plans_of_the_kinds_that_are_planned_for_it_and_no_others(
    cycles: list[tuple[Kind, bool]],
) -> None:
    kinds = Planned.IN_FULL.kinds((is_crash, kind) for kind, is_crash in cycles)
    complete = shown(planned(cycles, tuple(Kind)))
    assert shown(planned(cycles, kinds)) == complete
    assert all(shown(planned(cycles, kinds - {kind})) != complete for kind in kinds)


@given(CYCLES)
def test_all_formats_but_json_show_only_the_plans_of_cycles_that_cost_something(
    cycles: list[tuple[Kind, bool]],
) -> None:
    kinds = Planned.COSTLY.kinds((is_crash, kind) for kind, is_crash in cycles)
    complete, fewer = planned(cycles, tuple(Kind)), planned(cycles, kinds)
    assert shown(fewer, VERBOSE) == shown(complete, VERBOSE)
    assert as_report(fewer) == as_report(complete)
    assert Planned.ALL.kinds(()) == {*Kind}


# --- json ---------------------------------------------------------------------------------------------------------


def of_import(importer: str, imported: str) -> dict[str, object]:
    return {
        "importer": importer,
        "imported": imported,
        "path": f"{importer}.py",
        "line": 1,
        "column": 2,
        "kind": "runtime",
        "text": f"import {imported}",
    }


def of_place(module: str, line: int) -> dict[str, object]:
    return {"module": module, "path": f"{module}.py", "line": line, "text": "import x", "is_call": False}


def test_json_has_everything() -> None:
    fix = ReportedFix("defer", ("One.", "Two."), (change("a.py", 4, "", "größe"),))
    a_plan = plan(Step(an_import("a", "b"), 2, fix, ring("a", "b")), crashes_left=("l",), crashes_new=("n",))
    of = CyclesReport(
        ("p", "q"),
        7,
        8,
        (3, 13),
        (cycle("a", "b", others=("c",), crashes=("x",), plan=a_plan),),
        (
            crash(
                "b",
                place("b", 2),
                place("a", 3),
                defined=place("b", 9),
                works_from="w",
                at_root="ImportError: rename it",
                lazy="ImportError: lazily",
            ),
        ),
        (Problem("hm", "x.toml", "c", "k", Severity.WARNING, 5),),
        (Unreadable("u.py", None, "no"),),
        missing=(MISSING,),
        not_followed=(NotFollowed("exec", 2),),
    )
    text = as_json(of)
    both = [of_import("a", "b"), of_import("b", "a")]
    assert json.loads(text) == {
        "version": 1,
        "packages": ["p", "q"],
        "python": "3.13",
        "modules": 7,
        "imports": 8,
        "cycles": [
            {
                "modules": ["a", "b", "c"],
                "kind": "runtime",
                "imports": both,
                "shortest": ["a", "b", "a"],
                "crashes": ["x"],
                "cut": [
                    {
                        **of_import("a", "b"),
                        "gain": 2,
                        "fix": "defer",
                        "why": "One. Two.",
                        "changes": [asdict(change("a.py", 4, "", "größe"))],
                        "ring": both,
                    }
                ],
                "is_minimum": True,
                "crashes_left": ["l"],
                "crashes_new": ["n"],
            }
        ],
        "crashes": [
            {
                "entry": "b",
                "error": "ImportError",
                "importer": "a",
                "imported": "b",
                "name": "B",
                "message": "ImportError: It crashes.",
                "message_at_root": "ImportError: rename it",
                "lazy_message": "ImportError: lazily",
                "path": "a.py",
                "line": 3,
                "text": "import x",
                "stack": [of_place("b", 2), of_place("a", 3)],
                "defined": of_place("b", 9),
                "works_from": "w",
            }
        ],
        "missing": [
            {
                "importer": "m",
                "imported": "m.x",
                "path": "m.py",
                "line": 3,
                "text": "import m.x",
                "message": "ModuleNotFoundError: no",
                "why": "It is not there.",
            }
        ],
        "not_followed": {"exec": 2},
        "unreadable": [{"path": "u.py", "line": None, "message": "no"}],
        "errors": [{"message": "hm", "file": "x.toml", "contract": "c", "key": "k", "severity": "warning", "line": 5}],
    }
    assert text.startswith('{\n  "version": 1,\n  "packages": [\n    "p",\n')
    assert '"new": "größe"' in text
    assert text.endswith("\n}\n")


def test_what_was_not_looked_for_is_null_in_json() -> None:
    found = json.loads(as_json(report(cycle("a", "b"))))
    assert found["crashes"] is None
    assert {key: found["cycles"][0][key] for key in ("cut", "is_minimum", "crashes_left", "crashes_new")} == {
        "cut": None,
        "is_minimum": None,
        "crashes_left": None,
        "crashes_new": None,
    }
    assert json.loads(as_json(report(crashes=())))["crashes"] == []


# --- as a report of two contracts ---------------------------------------------------------------------------------


def of_cycle(message: str, *modules: str) -> ReportedViolation:
    first, second = modules[0], modules[1]
    return ReportedViolation(first, second, "", message, f"{first}.py", (1,), ring(*modules))


def test_it_is_a_report_of_two_contracts_for_the_other_formats() -> None:
    crashes = (crash("b", place("b", 2), place("a", 3)),)
    hidden = cycle("y", "z", kind=Kind.TYPE_CHECKING)
    of = CyclesReport(("p",), 7, 8, (3, 13), (cycle("a", "b"), hidden), crashes, (HM,), (UNREADABLE,))
    crashed = ReportedViolation("b", "", "", "ImportError: It crashes.", "a.py", (3,), (an_import("a", "b"),))
    assert as_report(of) == Report(
        7,
        8,
        (
            Outcome("crashes", "Every module can be imported first", "crash", "", False, (crashed,)),
            Outcome(
                "cycles",
                "No cycles",
                "acyclic",
                "",
                False,
                (of_cycle("A runtime cycle of 2 modules: a -> b -> a", "a", "b"),),
                about_cycles=True,
            ),
        ),
        problems=(HM,),
        unreadable=(UNREADABLE,),
    )


def test_both_contracts_are_kept_if_there_is_nothing() -> None:
    assert [(each.id, each.kept) for each in as_report(report(crashes=())).outcomes] == [
        ("crashes", True),
        ("cycles", True),
    ]
    hidden = report(cycle("y", "z", kind=Kind.TYPE_CHECKING))
    assert [(each.id, each.kept) for each in as_report(hidden).outcomes] == [("cycles", True)]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Kind.RUNTIME, "A runtime cycle of 2 modules"),
        (Kind.DEFERRED, "A cycle of 2 modules closed by deferred imports (hidden, not removed)"),
        (Kind.LAZY, "A cycle of 2 modules closed by lazy imports (hidden, not removed)"),
    ],
)
def test_each_import_that_a_plan_changes_is_a_violation(kind: Kind, message: str) -> None:
    changes = tuple(Step(an_import(*edge), 1, NO_CHANGE, ring(*edge)) for edge in (("c", "d"), ("e", "f")))
    (found,) = as_report(report(cycle("a", "b", kind=kind, plan=plan(*changes)))).outcomes
    assert found.violations == tuple(of_cycle(f"{message}: a -> b -> a", *edge) for edge in (("c", "d"), ("e", "f")))
