"""The report of ``check`` as text: what is shown of contracts and problems, and in which words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from import_contracts.baseline import Renaming
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reporters.section import broken
from import_contracts.reporters.style import Style
from import_contracts.reporters.text import render
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation, Unreadable
from tests.support.reports import an_import, chain, change, of_edge, outcome

BRIEF, VERBOSE, COLORED = Style(), Style(verbose=True), Style(color=True)


def violation(
    *modules: str, message: str = "no", lines: tuple[int, ...] = (1,), kind: Kind = Kind.RUNTIME, is_known: bool = False
) -> ReportedViolation:
    steps = chain(*modules, kind=kind)
    return ReportedViolation(
        modules[0], modules[1], modules[-1], message, f"{modules[0]}.py", lines, steps, is_known=is_known
    )


def cut(
    *edges: str,
    message: str = "no",
    is_minimum: bool = True,
    fixes: tuple[ReportedFix, ...] = (),
    others: tuple[int, ...] = (),
) -> ReportedCut:
    return ReportedCut(message, tuple(map(of_edge, edges)), is_minimum, fixes, others)


def cause(edge: str, number: int = 2, *, is_added: bool | None = False) -> Cause:
    return Cause(of_edge(edge), number, is_added)


def section(of: Outcome, style: Style = BRIEF) -> str:
    """Return what is told of a contract, without its name, which is the first line."""
    heading, blank, *lines = broken(of, style)
    assert (heading, blank) == (style.paint("Name (layers)", 1), "")
    return "".join(f"{line}\n" for line in lines)


# --- a broken contract --------------------------------------------------------------------------------------------

DIRECT = """\
  no

    a.py:1:2: import b
      a -> b

"""


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (outcome(violation("a", "b")), DIRECT),
        (outcome(violation("a", "b"), violation("c", "d", is_known=True)), DIRECT),
        (outcome(violation("a", "b"), reason="One.\n\nTwo."), f"{DIRECT}  Reason: One.\n        |\n        | Two.\n\n"),
        (
            outcome(violation("a", "b", lines=(1, 4, 5), kind=Kind.DEFERRED)),
            """\
  no

    a.py:1:2: import b  (deferred)  (also lines 4, 5)
      a -> b

""",
        ),
        (
            outcome(violation("a", "b", "c", kind=Kind.LAZY)),
            """\
  no

    a.py:1:2: import b  (lazy)
      a -> b -> c
      b.py:1:2: import c  (lazy)

""",
        ),
        (
            outcome(violation("a", "c", "d"), violation("b", "c", "d"), violation("b", "c", "d", "e")),
            """\
  no

    a.py:1:2: import c
      a -> c -> d
      c.py:1:2: import d
    b.py:1:2: import c
      b -> c -> d
    b.py:1:2: import c
      b -> c -> d -> e
      d.py:1:2: import e

""",
        ),
        (outcome(ReportedViolation("a", "", "", "no", "a.py")), "  no\n\n    a.py: a\n\n"),
        (
            outcome(violation("a", "b"), violation("a", "c", message="nor"), violation("a", "d")),
            """\
  no

    a.py:1:2: import b
      a -> b
    a.py:1:2: import d
      a -> d

  nor

    a.py:1:2: import c
      a -> c

""",
        ),
    ],
)
def test_violations_are_told_by_message(of: Outcome, text: str) -> None:
    assert section(of) == text


def test_the_imports_of_a_chain_are_told_again_under_another_message() -> None:
    of = outcome(violation("a", "c", "d"), violation("b", "c", "d", message="nor"))
    assert section(of).splitlines().count("      c.py:1:2: import d") == 2


@pytest.mark.parametrize(("number", "hidden"), [(3, ""), (4, "    … and 1 more import (--verbose shows all)\n")])
def test_three_imports_are_shown_for_a_message(number: int, hidden: str) -> None:
    of = outcome(*(violation(f"a{each}", "b") for each in range(number)))
    lines = [f"    a{each}.py:1:2: import b\n      a{each} -> b\n" for each in range(number)]
    assert section(of) == f"  no\n\n{''.join(lines[:3])}{hidden}\n"
    assert section(of, VERBOSE) == f"  no\n\n{''.join(lines)}\n"


@pytest.mark.parametrize(
    ("number", "hidden"),
    [
        (10, ""),
        (11, "  … and 1 more message with 2 imports (--verbose shows all)\n\n"),
        (12, "  … and 2 more messages with 4 imports (--verbose shows all)\n\n"),
    ],
)
def test_ten_messages_are_shown(number: int, hidden: str) -> None:
    both = ((f"no {each}", importer) for each in range(number) for importer in ("a", "b"))
    of = outcome(*(violation(importer, "c", message=message) for message, importer in both), reason="Because.")
    imports = "    a.py:1:2: import c\n      a -> c\n    b.py:1:2: import c\n      b -> c\n"
    blocks = [f"  no {each}\n\n{imports}\n" for each in range(number)]
    assert section(of) == f"{''.join(blocks[:10])}{hidden}  Reason: Because.\n\n"
    assert section(of, VERBOSE) == f"{''.join(blocks)}  Reason: Because.\n\n"


# --- what would fix it --------------------------------------------------------------------------------------------

INDIRECT = """\
  no

    a.py:1:2: import b
      a -> b -> c
      b.py:1:2: import c
"""
CHANGE = change("b.py", 1, "import c", "import d")


@pytest.mark.parametrize(
    ("cuts", "text"),
    [
        ((cut("b -> c"),), "    Removing 1 import would fix this:\n      b -> c  b.py:1:2\n"),
        (
            (cut("b -> c", "b -> d", is_minimum=False),),
            """\
    Removing 2 imports would fix this (not proven minimal):
      b -> c  b.py:1:2
      b -> d  b.py:1:2
""",
        ),
        ((cut("b -> c", message="nor"),), ""),
        ((cut("a -> b"),), ""),
        ((cut("a -> b", "a -> b"),), ""),
        (
            (cut("a -> b", is_minimum=False),),
            "    Removing 1 import would fix this (not proven minimal):\n      a -> b  a.py:1:2\n",
        ),
        (
            (cut("b -> c", others=(1,)),),
            """\
    Removing 1 import would fix this:
      b -> c  b.py:1:2  (also needed for 1 other message)
""",
        ),
        (
            (cut("b -> c", "b -> d", others=(2, 0)),),
            """\
    Removing 2 imports would fix this:
      b -> c  b.py:1:2  (also needed for 2 other messages)
      b -> d  b.py:1:2
""",
        ),
        (
            (
                cut(
                    *("b -> c", "b -> d", "b -> e"),
                    fixes=(
                        ReportedFix("type_checking", ("One.", "Two."), (CHANGE, change("b.py", 9, "", "x"))),
                        ReportedFix("restructure", (), ()),
                        ReportedFix("extract", ("Three.",), ()),
                    ),
                ),
            ),
            """\
    Removing 3 imports would fix this:
      b -> c  b.py:1:2
        import it for type checking only
        One.
        Two.
          - import c
          + import d
          line 9:
          + x
      b -> d  b.py:1:2
        needs manual restructuring
      b -> e  b.py:1:2
        move what both need into a new module
        Three.
""",
        ),
    ],
)
def test_what_would_fix_a_message_is_told_below_it(cuts: tuple[ReportedCut, ...], text: str) -> None:
    assert section(outcome(violation("a", "b", "c"), cuts=cuts)) == f"{INDIRECT}{text}\n"


def test_imports_that_are_all_violations_themselves_are_not_repeated() -> None:
    of = outcome(violation("a", "b"), violation("c", "d"), cuts=(cut("a -> b", "c -> d"),))
    assert section(of).splitlines()[-3:] == ["      c -> d", "    All 2 imports must be removed.", ""]


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (7, "      … and 2 more imports (--verbose shows all)\n")])
def test_five_imports_to_remove_are_shown(number: int, hidden: str) -> None:
    of = outcome(violation("a", "b", "c"), cuts=(cut(*(f"b -> c{each}" for each in range(number))),))
    lines = [f"      b -> c{each}  b.py:1:2\n" for each in range(number)]
    start = f"{INDIRECT}    Removing {number} imports would fix this:\n"
    assert section(of) == f"{start}{''.join(lines[:5])}{hidden}\n"
    assert section(of, VERBOSE) == f"{start}{''.join(lines)}\n"


@pytest.mark.parametrize(
    ("causes", "text"),
    [
        (
            (cause("b -> c"),),
            """\
  This import is the cause:

    b.py:1:2: import c
      b -> c  (2 new violations)

""",
        ),
        (
            (cause("b -> c", is_added=True), cause("d -> e", 1, is_added=None)),
            """\
  These 2 imports are the causes:

    b.py:1:2: import c
      b -> c  (2 new violations; added on this branch)
    d.py:1:2: import e
      d -> e  (1 new violation; unknown if added on this branch)

""",
        ),
        (
            (Cause(an_import("b", "c", Kind.LAZY), 2, is_added=False),),
            """\
  This import is the cause:

    b.py:1:2: import c  (lazy)
      b -> c  (2 new violations)

""",
        ),
    ],
)
def test_causes_come_before_the_messages_and_instead_of_cuts(causes: tuple[Cause, ...], text: str) -> None:
    found = section(outcome(violation("a", "b", "c"), causes=causes, cuts=(cut("b -> c"),), has_baseline=True))
    assert found == f"{text}{INDIRECT}\n"


def test_causes_that_are_the_violations_themselves_are_not_repeated() -> None:
    assert section(outcome(violation("a", "b"), causes=(cause("a -> b", 1),))) == DIRECT


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (6, "    … and 1 more import (--verbose shows all)\n")])
def test_five_causes_are_shown(number: int, hidden: str) -> None:
    of = outcome(violation("a", "b", "c"), causes=tuple(cause(f"b -> c{each}") for each in range(number)))
    lines = [f"    b.py:1:2: import c{each}\n      b -> c{each}  (2 new violations)\n" for each in range(number)]
    start = f"  These {number} imports are the causes:\n\n"
    assert section(of) == f"{start}{''.join(lines[:5])}{hidden}\n{INDIRECT}\n"
    assert section(of, VERBOSE) == f"{start}{''.join(lines)}\n{INDIRECT}\n"


def test_a_broken_contract_has_colors() -> None:
    fix = ReportedFix("defer", ("One.",), (CHANGE,))
    of = outcome(violation("a", "b", "c"), cuts=(cut("b -> c", fixes=(fix,)),))
    assert section(of, COLORED).splitlines() == [
        "  \x1b[31mno\x1b[0m",
        "",
        "    a.py:1:2: \x1b[1mimport b\x1b[0m",
        "      a -> b -> c",
        "    \x1b[2m  b.py:1:2: import c\x1b[0m",
        "    Removing 1 import would fix this:",
        "      b -> c  b.py:1:2",
        "        defer it (a workaround: the cycle is hidden, not removed)",
        "    \x1b[2m    One.\x1b[0m",
        "          \x1b[31m- import c\x1b[0m",
        "          \x1b[32m+ import d\x1b[0m",
        "",
    ]
    caused = section(outcome(violation("a", "b", "c"), causes=(cause("b -> c"),)), COLORED)
    assert caused.splitlines()[2] == "    b.py:1:2: \x1b[1mimport c\x1b[0m"


# --- a whole report -----------------------------------------------------------------------------------------------

KEPT, BROKEN, UNCHECKED = outcome(kept=True), outcome(violation("a", "b"), ignored=1), outcome(kept=None)
HM = Problem("hm", "x.toml", severity=Severity.WARNING)
NO = Problem("no", "y.toml")
TOTAL = "2 modules, 1 import: 1 contract kept, 0 broken"


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (Report(0, 0, ()), "0 modules, 0 imports: 0 contracts kept, 0 broken.\n"),
        (Report(2, 1, (KEPT,)), f"kept     Name [x]\n\n{TOTAL}.\n"),
        (
            Report(2, 1, (KEPT, BROKEN, UNCHECKED)),
            f"""\
Name (layers)

{DIRECT}\
kept        Name [x]
broken      Name [x] (1 violation, 1 import ignored)
not checked Name [x]

2 modules, 1 import: 1 contract kept, 1 broken, 1 not checked.
""",
        ),
        (
            Report(2, 1, (KEPT,), (HM, NO), (Unreadable("a.py", 3, "bad"),)),
            f"""\
Warnings

  warning: x.toml: hm

Errors

  error: y.toml: no
  error: a.py:3: bad

kept     Name [x]

{TOTAL}; 1 error, 1 warning, 1 unreadable file.
""",
        ),
        (
            Report(2, 1, (KEPT,), stale=("x a -> b", "x a -> c"), options=" --config c.toml"),
            f"""\
Stale baseline entries

  x a -> b
  x a -> c

  No violation matches them any more. Remove them:
  lint-imports baseline shrink --config c.toml

kept     Name [x]

{TOTAL}; 2 stale baseline entries.
""",
        ),
        (Report(2, 1, (KEPT,), stale=()), f"kept     Name [x]\n\n{TOTAL}.\n"),
        (
            Report(2, 1, (KEPT,), stale=("x a -> b",), renamings=(Renaming("module", "old", "new", 1),), options=" -p"),
            f"""\
old was renamed to new

  This explains 1 violation. Update the baseline:
  lint-imports baseline rename old new -p

Stale baseline entries

  x a -> b

  No violation matches them any more. Remove them:
  lint-imports baseline shrink -p

kept     Name [x]

{TOTAL}; 1 stale baseline entry.
""",
        ),
    ],
)
def test_a_report_ends_with_a_line_for_each_contract_and_the_totals(report: Report, text: str) -> None:
    assert render(report, BRIEF) == text


def problems(*given: Problem, style: Style = BRIEF) -> str:
    """Return what is told of some errors."""
    return render(Report(2, 1, (), given), style).partition("Errors\n\n")[2].rpartition("\n\n")[0]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((NO, NO), "  error: y.toml: no"),
        ((NO, replace(NO, file="z.toml", line=4), NO), "  error: no\n    y.toml\n    z.toml:4"),
        (
            (
                replace(NO, contract="c", key="k"),
                replace(NO, file="z.toml"),
                replace(NO, file="z", contract="c", key="k"),
            ),
            "  error: contract 'c': k: no\n    y.toml\n    z\n  error: z.toml: no",
        ),
        ((NO, Problem("other", "y.toml")), "  error: y.toml: no\n  error: y.toml: other"),
    ],
)
def test_problems_that_differ_only_in_their_file_are_one_line(given: tuple[Problem, ...], text: str) -> None:
    assert problems(*given) == text


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (6, "\n    … and 1 more (--verbose shows all)")])
def test_five_files_with_the_same_problem_are_shown(number: int, hidden: str) -> None:
    given = [Problem("no", f"f{each}") for each in range(number)]
    lines = [f"\n    f{each}" for each in range(number)]
    assert problems(*given) == f"  error: no{''.join(lines[:5])}{hidden}"
    assert problems(*given, style=VERBOSE) == f"  error: no{''.join(lines)}"


def test_a_report_has_colors() -> None:
    report = Report(2, 1, (KEPT, replace(BROKEN, violations=()), UNCHECKED), (HM, NO), stale=("x a -> b",))
    assert render(report, COLORED).splitlines() == [
        "\x1b[1mName (layers)\x1b[0m",
        "",
        "\x1b[1mWarnings\x1b[0m",
        "",
        "  \x1b[33mwarning\x1b[0m: x.toml: hm",
        "",
        "\x1b[1mErrors\x1b[0m",
        "",
        "  \x1b[31merror\x1b[0m: y.toml: no",
        "",
        "\x1b[1mStale baseline entries\x1b[0m",
        "",
        "  x a -> b",
        "",
        "  No violation matches them any more. Remove them:",
        "  lint-imports baseline shrink",
        "",
        "\x1b[32mkept       \x1b[0m Name\x1b[2m [x]\x1b[0m",
        "\x1b[31mbroken     \x1b[0m Name\x1b[2m [x]\x1b[0m (1 import ignored)",
        "\x1b[33mnot checked\x1b[0m Name\x1b[2m [x]\x1b[0m",
        "",
        (
            "\x1b[1;31m2 modules, 1 import: 1 contract kept, 1 broken, 1 not checked; "
            "1 error, 1 warning, 1 stale baseline entry.\x1b[0m"
        ),
    ]
    renamed = Report(2, 1, (), stale=("x a -> b",), renamings=(Renaming("module", "old", "new", 1),))
    assert render(renamed, COLORED).splitlines()[0] == "\x1b[1mold was renamed to new\x1b[0m"


@pytest.mark.parametrize(
    ("report", "color"),
    [
        (Report(2, 1, (KEPT,)), 32),
        (Report(2, 1, (KEPT,), (HM,)), 32),
        (Report(2, 1, (BROKEN,)), 31),
        (Report(2, 1, (UNCHECKED,)), 31),
        (Report(2, 1, (KEPT,), stale=("x a -> b",)), 31),
        (Report(2, 1, (KEPT,), stale=("x a -> b",), stale_fails=False), 32),
    ],
)
def test_the_totals_are_green_if_the_run_passes(report: Report, color: int) -> None:
    assert render(report, COLORED).splitlines()[-1].startswith(f"\x1b[1;{color}m2 modules")
