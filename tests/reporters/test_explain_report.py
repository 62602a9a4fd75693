"""The report of ``explain``: what is shown of dependencies and contracts, and in which words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reporters.explanation import as_json, as_text
from import_contracts.reporters.style import Style
from import_contracts.reports.explain import (
    ContractDescription,
    ContractVerdict,
    Coverage,
    CoveredPart,
    Dependency,
    Explanation,
    Ignore,
    Stance,
    Uncovered,
)
from tests.support.reports import an_import, chain

BRIEF, VERBOSE, COLORED = Style(), Style(verbose=True), Style(color=True)
HM = Problem("hm", "x.toml", "c", "k", Severity.WARNING, 5)
NO = Problem("no", "y.toml", "d", "l", line=6)


def dependency(
    *chains: tuple[Import, ...], cut: tuple[Import, ...] = (), is_eager: bool = True, back: int = 0, **more: Any
) -> Dependency:
    return Dependency("a", "z", more.pop("outer", None), chains, cut, is_eager, back, **more)


# --- how one module depends on another ----------------------------------------------------------------------------

DIRECT = chain("a", "z")
HEAD = """\
a depends on z

  Shortest chain:
    a.py:1:2: import z
      a -> z

"""
LONG = """\
a depends on z

  Shortest chain:
    a.py:1:2: import b
      a -> b -> c -> z
      b.py:1:2: import c
      c.py:1:2: import z

"""


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (dependency(), "a does not depend on z.\n"),
        (
            dependency(back=1),
            """\
a does not depend on z.

  z depends on a (1 import):
    lint-imports explain z a
""",
        ),
        (dependency(DIRECT, cut=DIRECT), f"{HEAD}  Removing this import would end the dependency.\n"),
        (
            dependency(DIRECT, cut=DIRECT, back=2),
            f"""\
{HEAD}  Removing this import would end the dependency.

  z also depends on a (2 imports):
    lint-imports explain z a
    lint-imports cycles a
""",
        ),
        (
            dependency(DIRECT, cut=DIRECT, is_eager=False),
            f"""\
{HEAD}  Every chain needs a deferred, lazy or type-checking import.

  Removing this import would end the dependency.
""",
        ),
        (
            dependency(chain("a", "b", "c", "z"), cut=chain("b", "c")),
            f"""\
{LONG}  Removing 1 import would end the dependency:
    b -> c  b.py:1:2
""",
        ),
        (
            dependency(chain("a", "z", kind=Kind.LAZY), chain("a", "b", "z", kind=Kind.DEFERRED), cut=chain("z", "z")),
            """\
a depends on z

  Shortest chain:
    a.py:1:2: import z  (lazy)
      a -> z

  2 imports in a lead to z. The others, shortest chain first:
    a.py:1:2: import b  (deferred)
      a -> b -> z

  Removing 1 import would end the dependency:
    z -> z  z.py:1:2
""",
        ),
        (
            dependency(chain("a", "b", "z", kind=Kind.DEFERRED), cut=chain("a", "b", kind=Kind.DEFERRED)),
            """\
a depends on z

  Shortest chain:
    a.py:1:2: import b  (deferred)
      a -> b -> z
      b.py:1:2: import z  (deferred)

  Removing this import would end the dependency.
""",
        ),
        (
            dependency(DIRECT, chain("a", "b", "z"), cut=(*DIRECT, *chain("a", "b"))),
            f"""\
{HEAD}  2 imports in a lead to z. The others, shortest chain first:
    a.py:1:2: import b
      a -> b -> z

  Removing all 2 imports would end the dependency.
""",
        ),
    ],
)
def test_a_dependency_is_told_by_its_shortest_chain(of: Dependency, text: str) -> None:
    assert as_text(of, BRIEF) == text


@pytest.mark.parametrize(
    ("outer", "text"),
    [
        (None, "a does not depend on z."),
        ("a", "a (without z) does not depend on z."),
        ("z", "a does not depend on z (without a)."),
    ],
)
def test_a_package_that_contains_the_other_module_is_taken_without_it(outer: str | None, text: str) -> None:
    assert as_text(dependency(outer=outer), BRIEF) == f"{text}\n"
    depends = text.replace("does not depend", "depends").rstrip(".")
    assert as_text(dependency(DIRECT, cut=DIRECT, outer=outer), BRIEF).splitlines()[0] == depends


@pytest.mark.parametrize(("others", "hidden"), [(5, ""), (7, "    … and 2 more imports (--verbose shows all)\n")])
def test_five_other_chains_are_shown(others: int, hidden: str) -> None:
    of = dependency(DIRECT, *(chain("a", f"b{each}", "z") for each in range(others)), cut=DIRECT)
    blocks = [f"    a.py:1:2: import b{each}\n      a -> b{each} -> z\n" for each in range(others)]
    heading = f"{HEAD}  {others + 1} imports in a lead to z. The others, shortest chain first:\n"
    tail = "\n  Removing 1 import would end the dependency:\n    a -> z  a.py:1:2\n"
    assert as_text(of, BRIEF) == f"{heading}{''.join(blocks[:5])}{hidden}{tail}"
    assert as_text(of, VERBOSE) == f"{heading}{''.join(blocks)}{tail}"


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (6, "    … and 1 more import (--verbose shows all)\n")])
def test_five_imports_to_remove_are_shown(number: int, hidden: str) -> None:
    of = dependency(DIRECT, cut=tuple(an_import("b", f"c{each}") for each in range(number)))
    lines = [f"    b -> c{each}  b.py:1:2\n" for each in range(number)]
    heading = f"{HEAD}  Removing {number} imports would end the dependency:\n"
    assert as_text(of, BRIEF) == f"{heading}{''.join(lines[:5])}{hidden}"
    assert as_text(of, VERBOSE) == f"{heading}{''.join(lines)}"


def test_a_dependency_has_colors() -> None:
    of = dependency(chain("a", "b", "z"), DIRECT, cut=(*chain("a", "b"), *DIRECT), concerns=())
    assert as_text(of, COLORED).splitlines() == [
        "\x1b[1ma depends on z\x1b[0m",
        "",
        "  Shortest chain:",
        "    a.py:1:2: \x1b[1mimport b\x1b[0m",
        "      a -> b -> z",
        "    \x1b[2m  b.py:1:2: import z\x1b[0m",
        "",
        "  2 imports in a lead to z. The others, shortest chain first:",
        "    a.py:1:2: \x1b[1mimport z\x1b[0m",
        "      a -> z",
        "",
        "  Removing all 2 imports would end the dependency.",
        "",
        "\x1b[1mContracts\x1b[0m",
        "",
        "  There are no contracts.",
    ]
    assert as_text(dependency(), COLORED) == "\x1b[1ma does not depend on z.\x1b[0m\n"


# --- what contracts say of it -------------------------------------------------------------------------------------


def verdict(stance: Stance, *sentences: str, **more: Any) -> ContractVerdict:
    id_ = more.pop("id", "c")
    return ContractVerdict(id_, id_.title(), stance, sentences, **more)


def judged(*concerns: ContractVerdict, style: Style = BRIEF, silent: tuple[str, ...] | None = ()) -> str:
    """Return what is told of the contracts of a dependency that does not exist."""
    of = dependency(concerns=concerns, silent=silent)
    return as_text(of, style).partition("Contracts" if not style.color else "\x1b[1mContracts\x1b[0m")[2].lstrip("\n")


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (verdict(Stance.BROKEN, "No.", new=1), "  broken    C [c] (1 violation)\n    No.\n"),
        (
            verdict(Stance.BROKEN, "No.", "Nor.", new=2, known=1, ignored=1),
            "  broken    C [c] (2 violations, 1 known violation, 1 ignored violation)\n    No.\n    Nor.\n",
        ),
        (verdict(Stance.KNOWN, "No.", known=2), "  known     C [c] (2 known violations)\n    No.\n"),
        (verdict(Stance.IGNORED, "No.", ignored=2), "  ignored   C [c] (2 ignored violations)\n    No.\n"),
        (verdict(Stance.FORBIDDEN, "No.", note="Why."), "  forbidden C [c]\n    No.\n    Why.\n"),
        (verdict(Stance.ALLOWED), "  allowed   C [c]\n"),
    ],
)
def test_a_verdict_is_a_word_with_numbers_and_sentences(of: ContractVerdict, text: str) -> None:
    assert judged(of) == text


@pytest.mark.parametrize(
    ("stance", "color"),
    [(Stance.BROKEN, 31), (Stance.KNOWN, 33), (Stance.IGNORED, 33), (Stance.FORBIDDEN, 33), (Stance.ALLOWED, 32)],
)
def test_a_verdict_has_a_color(stance: Stance, color: int) -> None:
    assert judged(verdict(stance), style=COLORED) == f"  \x1b[{color}m{stance.ljust(9)}\x1b[0m C [c]\n"


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (6, "    … and 1 more message (--verbose shows all)\n")])
def test_five_sentences_of_a_verdict_are_shown(number: int, hidden: str) -> None:
    sentences = [f"No {each}." for each in range(number)]
    lines = [f"    {each}\n" for each in sentences]
    of = verdict(Stance.FORBIDDEN, *sentences, note="Why.")
    assert judged(of) == f"  forbidden C [c]\n{''.join(lines[:5])}{hidden}    Why.\n"
    assert judged(of, style=VERBOSE) == f"  forbidden C [c]\n{''.join(lines)}    Why.\n"


def elsewhere(id_: str, module: str) -> ContractVerdict:
    return verdict(Stance.ELSEWHERE, module, id=id_)


@pytest.mark.parametrize(
    ("concerns", "silent", "text"),
    [
        ((), (), "  There are no contracts.\n"),
        ((), ("s",), "  Neither is covered by s.\n"),
        ((), ("s", "t"), "  Neither is covered by s and t.\n"),
        ((verdict(Stance.ALLOWED),), ("s",), "  allowed   C [c]\n  Neither is covered by s.\n"),
        (
            (elsewhere("c", "z"), elsewhere("d", "a"), elsewhere("e", "z")),
            ("s",),
            "  Only a is covered by d.\n  Only z is covered by c and e.\n  Neither is covered by s.\n",
        ),
        ((elsewhere("c", "a"),), (), "  Only a is covered by c.\n"),
        ((elsewhere("c", "z"),), (), "  Only z is covered by c.\n"),
        ((verdict(Stance.FORBIDDEN, "a"),), (), "  forbidden C [c]\n    a\n"),
    ],
)
def test_contracts_that_cover_one_module_or_neither_are_named(
    concerns: tuple[ContractVerdict, ...], silent: tuple[str, ...], text: str
) -> None:
    assert judged(*concerns, silent=silent) == text


@pytest.mark.parametrize(
    ("number", "brief"),
    [(5, "s0, s1, s2, s3 and s4"), (6, "s0, s1, s2, s3 and 2 more"), (7, "s0, s1, s2, s3 and 3 more")],
)
def test_five_contracts_are_named_and_all_with_commas_if_everything_is_wanted(number: int, brief: str) -> None:
    ids = tuple(f"s{each}" for each in range(number))
    assert judged(silent=ids) == f"  Neither is covered by {brief}.\n"
    assert judged(silent=ids, style=VERBOSE) == f"  Neither is covered by {', '.join(ids)}.\n"


def test_without_a_configuration_there_is_nothing_about_contracts() -> None:
    assert as_text(dependency(concerns=None), BRIEF) == "a does not depend on z.\n"


def test_problems_come_last() -> None:
    text = """\
a does not depend on z.

Contracts

  There are no contracts.

Errors and warnings

  warning: x.toml:5: contract 'c': k: hm
  error: y.toml:6: contract 'd': l: no
"""
    of = dependency(concerns=(), problems=(HM, NO))
    assert as_text(of, BRIEF) == text
    assert as_text(of, COLORED).splitlines()[-4:] == [
        "\x1b[1mErrors and warnings\x1b[0m",
        "",
        "  \x1b[33mwarning\x1b[0m: x.toml:5: contract 'c': k: hm",
        "  \x1b[31merror\x1b[0m: y.toml:6: contract 'd': l: no",
    ]


@pytest.mark.parametrize(("problems", "status"), [((), 0), ((HM,), 0), ((NO,), 2), ((HM, NO), 2)])
def test_an_error_is_status_2_and_a_warning_is_not(problems: tuple[Problem, ...], status: int) -> None:
    assert dependency(problems=problems).exit_status == status
    assert Explanation((), None, problems).exit_status == status


# --- contracts in words -------------------------------------------------------------------------------------------

BARE = ContractDescription("c", "Name", "layers", "x.toml", "", ("One.", "Two."), (), (), None, (), True, 0, 0)
PARTS = (
    CoveredPart("layer 1", "shop.web", ("shop.web", "shop.web.views")),
    CoveredPart("source", "shop", ("shop",)),
    CoveredPart("layer 2", "db", ()),
)


def one(of: ContractDescription, style: Style = BRIEF) -> str:
    return as_text(Explanation((of,), None), style)


NAMED = "Name [c] (layers, in x.toml)\n\n  One.\n  Two.\n"


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (BARE, f"{NAMED}\n  Result: kept\n"),
        (
            replace(BARE, reason="Because.\n\nIndeed."),
            f"{NAMED}  Reason: Because.\n        |\n        | Indeed.\n\n  Result: kept\n",
        ),
        (
            replace(BARE, sentences=(), options=(("größe", ["ä", 1]), ("path", Path("a.py")))),
            'Name [c] (layers, in x.toml)\n\n  größe = ["ä", 1]\n  path = "a.py"\n\n  Result: kept\n',
        ),
        (
            replace(BARE, covers=("shop", "shop.web", "shop.web.views"), parts=PARTS),
            f"""\
{NAMED}
  It covers 3 modules:
    layer 1  shop.web  2 modules
    source   shop      1 module
    layer 2  db        not imported

  Result: kept
""",
        ),
        (
            replace(BARE, covers=("a",), parts=(CoveredPart("source", "a", ("a",)),)),
            f"{NAMED}\n  It covers 1 module:\n    source  a  1 module\n\n  Result: kept\n",
        ),
        (replace(BARE, parts=PARTS), f"{NAMED}\n  Result: kept\n"),
        (replace(BARE, covers=("a",)), f"{NAMED}\n  Result: kept\n"),
        (
            replace(BARE, ignores=(Ignore("a -> b", 2, 1), Ignore("a -> long", 0, 0))),
            f"""\
{NAMED}
  Ignored imports:
    a -> long  matches 0 imports, no longer needed
    a -> b     matches 2 imports, prevents 1 violation

  Result: kept
""",
        ),
    ],
)
def test_a_contract_is_told_in_sentences_with_what_it_covers_and_ignores(of: ContractDescription, text: str) -> None:
    assert one(of) == text


@pytest.mark.parametrize(
    ("kept", "new", "known", "text", "color"),
    [
        (True, 0, 0, "kept", 32),
        (True, 0, 1, "kept (1 known violation)", 32),
        (False, 1, 0, "broken (1 violation)", 31),
        (False, 2, 3, "broken (2 new violations, 3 known violations)", 31),
        (None, 0, 0, "not checked", 33),
    ],
)
def test_the_result_of_a_contract_is_a_word_with_numbers(
    kept: bool | None, new: int, known: int, text: str, color: int
) -> None:
    of = replace(BARE, kept=kept, new=new, known=known)
    word, counts = text.partition(" (")[0], text.partition(" (")[2]
    painted = f"\x1b[{color}m{word}\x1b[0m{f' ({counts}' if counts else ''}"
    assert one(of).splitlines()[-1] == f"  Result: {text}"
    assert one(of, COLORED).splitlines()[-1] == f"  Result: {painted}"


def test_the_modules_of_each_part_are_named_if_everything_is_wanted() -> None:
    of = replace(BARE, covers=("shop",), parts=PARTS)
    lines = [
        "    layer 1  shop.web  2 modules",
        "      shop.web",
        "      shop.web.views",
        "    source   shop      1 module",
        "    layer 2  db        not imported",
    ]
    assert one(of, VERBOSE).splitlines()[6:11] == lines
    painted = one(of, Style(verbose=True, color=True)).splitlines()
    assert painted[0] == "\x1b[1mName [c]\x1b[0m (layers, in x.toml)"
    assert painted[7] == "    \x1b[2m  shop.web\x1b[0m"


@pytest.mark.parametrize(("number", "hidden"), [(20, ""), (21, "    … and 1 more line (--verbose shows all)\n")])
def test_twenty_parts_are_shown(number: int, hidden: str) -> None:
    parts = tuple(CoveredPart("part", f"m{each:02}", ("x",)) for each in range(number))
    lines = [f"    part  m{each:02}  1 module\n" for each in range(number)]
    of = replace(BARE, covers=("x",), parts=parts)
    start, end = f"{NAMED}\n  It covers 1 module:\n", "\n  Result: kept\n"
    assert one(of) == f"{start}{''.join(lines[:20])}{hidden}{end}"
    assert one(of, VERBOSE) == f"{start}{''.join(lines)}{end}"


@pytest.mark.parametrize(("number", "hidden"), [(10, ""), (11, "    … and 1 more line (--verbose shows all)\n")])
def test_ten_ignored_imports_are_shown(number: int, hidden: str) -> None:
    ignores = tuple(Ignore(f"a -> b{each:02}", 1, 2) for each in range(number))
    lines = [f"    a -> b{each:02}  matches 1 import, prevents 2 violations\n" for each in range(number)]
    of = replace(BARE, ignores=ignores)
    start, end = f"{NAMED}\n  Ignored imports:\n", "\n  Result: kept\n"
    assert one(of) == f"{start}{''.join(lines[:10])}{hidden}{end}"
    assert one(of, VERBOSE) == f"{start}{''.join(lines)}{end}"


# --- all contracts and what they leave out ------------------------------------------------------------------------


def test_all_contracts_are_two_lines_each_with_their_ignored_imports_below() -> None:
    first = replace(BARE, ignores=(Ignore("a -> b", 1, 1), Ignore("a -> c", 3, None), Ignore("a -> d", 2, 0)))
    second = replace(
        BARE, id="d", name="Other", kept=False, new=1, ignores=(Ignore("a -> *", 5, 0), Ignore("q -> r", 9, 4))
    )
    text = as_text(Explanation((first, second), Coverage(3, (), (), ())), BRIEF)
    assert (
        text
        == """\
Name [c]: kept
  One.
Other [d]: broken (1 violation)
  One.

Ignored imports

  a -> *  matches 5 imports, no longer needed  [d]
  a -> d  matches 2 imports, no longer needed  [c]
  q -> r  matches 9 imports, prevents 4 violations  [d]
  a -> c  matches 3 imports, not checked  [c]
  a -> b  matches 1 import, prevents 1 violation  [c]

Not covered by any contract: 0 of 3 modules
"""
    )


def covered(of: Coverage, style: Style = BRIEF) -> str:
    return as_text(Explanation((BARE,), of), style).partition("  One.\n\n")[2]


SOME = (Uncovered("b", 2, alone=False), Uncovered("a.long", 1, alone=True), Uncovered("a", 2, alone=False))


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (Coverage(1, (), (), ()), "Not covered by any contract: 0 of 1 module\n"),
        (
            Coverage(3400, (*SOME, Uncovered("big", 1200, alone=False)), (), ()),
            """\
Not covered by any contract: 1,205 of 3,400 modules

  big     1,200 modules
  a       2 modules
  b       2 modules
  a.long  only its own __init__
""",
        ),
        (
            Coverage(3, (Uncovered("a", 1, alone=False),), ("c",), ("d",)),
            """\
Not covered by any contract: 1 of 3 modules

  a  1 module

  Not counted: c, which covers every module.
  Coverage unknown for d.
""",
        ),
        (
            Coverage(3, (), ("c", "e"), ("d", "f")),
            """\
Not covered by any contract: 0 of 3 modules

  Not counted: c and e, which cover every module.
  Coverage unknown for d and f.
""",
        ),
    ],
)
def test_what_no_contract_covers_is_told_the_largest_first(of: Coverage, text: str) -> None:
    assert covered(of) == text


@pytest.mark.parametrize(("number", "hidden"), [(10, ""), (12, "  … and 2 more packages (--verbose shows all)\n")])
def test_ten_packages_that_are_not_covered_are_shown(number: int, hidden: str) -> None:
    of = Coverage(99, tuple(Uncovered(f"m{each:02}", 1, alone=False) for each in range(number)), (), ())
    lines = [f"  m{each:02}  1 module\n" for each in range(number)]
    heading = f"Not covered by any contract: {number} of 99 modules\n\n"
    assert covered(of) == f"{heading}{''.join(lines[:10])}{hidden}"
    assert covered(of, VERBOSE) == f"{heading}{''.join(lines)}"


def test_an_explanation_has_colors() -> None:
    of = Explanation((replace(BARE, ignores=(Ignore("a -> b", 1, 0),)),), Coverage(1, (), (), ()))
    assert as_text(of, COLORED).splitlines() == [
        "\x1b[1mName\x1b[0m [c]: \x1b[32mkept\x1b[0m",
        "  One.",
        "",
        "\x1b[1mIgnored imports\x1b[0m",
        "",
        "  a -> b  matches 1 import, \x1b[33mno longer needed\x1b[0m\x1b[2m  [c]\x1b[0m",
        "",
        "\x1b[1mNot covered by any contract: 0 of 1 module\x1b[0m",
    ]


def test_problems_of_contracts_come_last_too() -> None:
    last = "\nErrors and warnings\n\n  error: y.toml:6: contract 'd': l: no\n"
    assert as_text(Explanation((BARE,), None, (NO,)), BRIEF) == f"{NAMED}\n  Result: kept\n{last}"
    with_coverage = Explanation((BARE,), Coverage(1, (), (), ("c",)), (NO,))
    assert as_text(with_coverage, BRIEF).endswith(f"  Coverage unknown for c.\n{last}")


# --- json ---------------------------------------------------------------------------------------------------------

WARNINGS = [{"message": "hm", "file": "x.toml", "contract": "c", "key": "k"}]
ERRORS = [{"message": "no", "file": "y.toml", "contract": "d", "key": "l"}]


def test_a_dependency_in_json_has_everything() -> None:
    of = dependency(
        DIRECT,
        cut=DIRECT,
        back=3,
        outer="a",
        concerns=(verdict(Stance.BROKEN, "größe", new=1, known=2, ignored=3, note="n"),),
        silent=("s",),
        problems=(HM, NO),
    )
    text = as_json(of)
    statement = {
        "importer": "a",
        "imported": "z",
        "path": "a.py",
        "line": 1,
        "column": 2,
        "kind": "runtime",
        "text": "import z",
    }
    assert json.loads(text) == {
        "version": 1,
        "importer": "a",
        "imported": "z",
        "outer": "a",
        "chains": [[statement]],
        "cut": [statement],
        "is_eager": True,
        "back": 3,
        "concerns": [
            {
                "id": "c",
                "name": "C",
                "stance": "broken",
                "sentences": ["größe"],
                "note": "n",
                "new": 1,
                "known": 2,
                "ignored": 3,
            }
        ],
        "silent": ["s"],
        "objections": None,
        "new": [],
        "warnings": WARNINGS,
        "errors": ERRORS,
    }
    assert text.startswith('{\n  "version": 1,\n  "importer": "a",\n')
    assert '"größe"' in text
    assert text.endswith("\n}\n")


def test_an_explanation_in_json_has_everything() -> None:
    described = replace(
        BARE,
        reason="r",
        parts=(CoveredPart("source", "a", ("a",)),),
        options=(("k", 1),),
        covers=("a",),
        ignores=(Ignore("a -> b", 2, None),),
        kept=None,
        new=4,
        known=5,
    )
    of = Explanation((described,), Coverage(9, (Uncovered("b", 2, alone=True),), ("s",), ("u",)), (NO, HM))
    assert json.loads(as_json(of)) == {
        "version": 1,
        "contracts": [
            {
                "id": "c",
                "name": "Name",
                "type": "layers",
                "file": "x.toml",
                "reason": "r",
                "sentences": ["One.", "Two."],
                "parts": [{"role": "source", "name": "a", "modules": ["a"]}],
                "options": [["k", 1]],
                "covers": ["a"],
                "ignores": [{"pattern": "a -> b", "imports": 2, "violations": None}],
                "kept": None,
                "new": 4,
                "known": 5,
                "inline": [],
            }
        ],
        "coverage": {
            "modules": 9,
            "uncovered": [{"name": "b", "modules": 2, "alone": True}],
            "sweeping": ["s"],
            "unknown": ["u"],
        },
        "warnings": WARNINGS,
        "errors": ERRORS,
    }


def test_a_verdict_has_no_numbers_and_no_note_unless_they_are_given() -> None:
    assert verdict(Stance.ALLOWED) == ContractVerdict("c", "C", Stance.ALLOWED, (), "", 0, 0, 0)
    assert [*Stance] == ["broken", "known", "ignored", "forbidden", "allowed", "elsewhere"]
