"""The report of ``check`` as Markdown: what is shown, in which words, and how its text is escaped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reporters.markdown import render
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.mermaid import overview, picture
from import_contracts.reporters.style import Style
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation, Unreadable
from tests.support.growth import grows_no_faster
from tests.support.reports import chain, of_edge, outcome

BRIEF, VERBOSE = Style(), Style(verbose=True)


def violation(
    *modules: str, message: str = "no", lines: tuple[int, ...] = (1,), kind: Kind = Kind.RUNTIME, is_known: bool = False
) -> ReportedViolation:
    steps = chain(*modules, kind=kind)
    return ReportedViolation(modules[0], modules[1], "", message, f"{modules[0]}.py", lines, steps, is_known=is_known)


def cut(*edges: str, message: str = "no", is_minimum: bool = True, fixes: tuple[ReportedFix, ...] = ()) -> ReportedCut:
    return ReportedCut(message, tuple(map(of_edge, edges)), is_minimum, fixes)


def report(*outcomes: Outcome, **more: Any) -> Report:
    return Report(2, 1, outcomes, folder="/repo/pkg", root="/repo", **more)


def section(of: Outcome, style: Style = BRIEF) -> str:
    """Return what is told of a contract below its heading and its picture."""
    return render(report(of), style).partition("### Name (layers)\n\n")[2].rpartition("```\n\n")[2]


# --- a broken contract --------------------------------------------------------------------------------------------

DIRECT = """\
**no**

- `a -> b`
    - `pkg/a.py:1:2` `import b`
"""
INDIRECT = """\
**no**

- `a -> b -> c`
    - `pkg/a.py:1:2` `import b`
    - `pkg/b.py:1:2` `import c`
"""
FIX, NO_FIX = ReportedFix("defer", ("Why.",), ()), ReportedFix("restructure", (), ())


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (outcome(violation("a", "b")), DIRECT),
        (
            outcome(violation("a", "b", lines=(1, 4, 5), kind=Kind.DEFERRED)),
            f"{DIRECT.rstrip()} (deferred) (also lines 4, 5)\n",
        ),
        (outcome(violation("a", "b", "c")), INDIRECT),
        (outcome(ReportedViolation("a", "", "", "no", "a.py")), "**no**\n\n- `a` `pkg/a.py`\n"),
        (
            outcome(violation("a", "b"), violation("c", "d", message="no*r\ne")),
            f"{DIRECT}\n**no\\*r e**\n\n- `c -> d`\n    - `pkg/c.py:1:2` `import d`\n",
        ),
        (outcome(violation("a", "b"), cuts=(cut("a -> b"),)), DIRECT),
        (outcome(violation("a", "b"), cuts=(cut("b -> c", message="nor"),)), DIRECT),
        (
            outcome(violation("a", "b"), violation("c", "d"), cuts=(cut("a -> b", "c -> d"),)),
            f"{DIRECT}- `c -> d`\n    - `pkg/c.py:1:2` `import d`\n\nAll 2 imports must be removed.\n",
        ),
        (
            outcome(violation("a", "b", "c"), cuts=(cut("b -> c"),)),
            f"{INDIRECT}\nRemoving 1 import would fix this:\n\n- `b -> c` `pkg/b.py:1:2`\n",
        ),
        (
            outcome(violation("a", "b", "c"), cuts=(cut("b -> c", "b -> d", is_minimum=False, fixes=(FIX, NO_FIX)),)),
            f"""\
{INDIRECT}
Removing 2 imports would fix this (not proven minimal):

- `b -> c` `pkg/b.py:1:2`: defer it (a workaround: the cycle is hidden, not removed)
- `b -> d` `pkg/b.py:1:2`: needs manual restructuring
""",
        ),
        (
            outcome(
                violation("a", "b", "c"),
                cuts=(cut("b -> c"),),
                causes=(Cause(of_edge("a -> b"), 1, None),),
                has_baseline=True,
            ),
            INDIRECT,
        ),
    ],
)
def test_a_broken_contract_is_told_by_message(of: Outcome, text: str) -> None:
    assert section(of).removeprefix("In red: the imports to remove.\n\n").partition("This import is")[0] == text


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (6, "- … and 1 more import (`--verbose` shows all)\n")])
def test_five_imports_are_shown_for_a_message(number: int, hidden: str) -> None:
    of = outcome(*(violation(f"a{each}", "b") for each in range(number)))
    lines = [f"- `a{each} -> b`\n    - `pkg/a{each}.py:1:2` `import b`\n" for each in range(number)]
    assert section(of) == f"**no**\n\n{''.join(lines[:5])}{hidden}"
    assert section(of, VERBOSE) == f"**no**\n\n{''.join(lines)}"


@pytest.mark.parametrize(
    ("number", "hidden"),
    [
        (10, ""),
        (11, "\n… and 1 more message with 2 imports (`--verbose` shows all)\n"),
        (12, "\n… and 2 more messages with 4 imports (`--verbose` shows all)\n"),
    ],
)
def test_ten_messages_are_shown(number: int, hidden: str) -> None:
    both = ((f"no {each}", importer) for each in range(number) for importer in ("a", "b"))
    of = outcome(*(violation(importer, "c", message=message) for message, importer in both))
    imports = "- `a -> c`\n    - `pkg/a.py:1:2` `import c`\n- `b -> c`\n    - `pkg/b.py:1:2` `import c`\n"
    blocks = [f"**no {each}**\n\n{imports}" for each in range(number)]
    assert section(of) == "\n".join(blocks[:10]) + hidden
    assert section(of, VERBOSE) == "\n".join(blocks)


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (7, "- … and 2 more imports (`--verbose` shows all)\n")])
def test_five_imports_to_remove_are_shown(number: int, hidden: str) -> None:
    of = outcome(violation("a", "b", "c"), cuts=(cut(*(f"b -> c{each}" for each in range(number))),))
    lines = [f"- `b -> c{each}` `pkg/b.py:1:2`\n" for each in range(number)]
    start = f"{INDIRECT}\nRemoving {number} imports would fix this:\n\n"
    assert section(of) == f"{start}{''.join(lines[:5])}{hidden}"
    assert section(of, VERBOSE) == f"{start}{''.join(lines)}"


@pytest.mark.parametrize(("number", "hidden"), [(5, ""), (6, "- … and 1 more import (`--verbose` shows all)\n")])
def test_five_causes_are_shown_before_the_picture(number: int, hidden: str) -> None:
    causes = tuple(Cause(of_edge(f"b -> c{each}"), 2, is_added=True) for each in range(number))
    of = outcome(violation("a", "b", "c"), causes=causes)
    added = "(2 new violations; added on this branch)"
    lines = [f"- `b -> c{each}` {added}\n    - `pkg/b.py:1:2` `import c{each}`\n" for each in range(number)]
    start = f"### Name (layers)\n\nThese {number} imports are the causes:\n\n"
    assert f"{start}{''.join(lines[:5])}{hidden}\n```mermaid\n" in render(report(of), BRIEF)
    assert f"{start}{''.join(lines)}\n```mermaid\n" in render(report(of), VERBOSE)


def test_a_reason_is_a_quotation() -> None:
    text = render(report(outcome(kept=False, reason="One*.\n\nTwo.")), BRIEF)
    assert text.endswith("\n### Name (layers)\n\n> One\\*.\n>\n> Two.\n")


def test_a_heading_is_escaped() -> None:
    text = render(report(Outcome("x", "A\n*b*", "my_type_", "", kept=False)), BRIEF)
    assert text.endswith("\n### A \\*b\\* (my_type\\_)\n")


# --- a whole report -----------------------------------------------------------------------------------------------

TABLE = "| Result | Contract | Violations |\n| --- | --- | --- |\n"
HM = Problem("h*m", "x.toml", severity=Severity.WARNING)


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (report(), "## Import contracts: kept\n\n2 modules, 1 import: 0 contracts kept, 0 broken.\n"),
        (
            report(outcome(kept=True), Outcome("y_", "A|b", "layers", "", None, ignored=2)),
            f"""\
## Import contracts: error

2 modules, 1 import: 1 contract kept, 0 broken, 1 not checked.

{TABLE}\
| kept | Name (x) |  |
| **not checked** | A\\|b (y\\_) | 2 imports ignored |
""",
        ),
        (
            report(
                problems=(HM, Problem("no")),
                unreadable=(Unreadable("u.py", 3, "bad"),),
                stale=("x a -> b",),
                baseline="known.txt",
            ),
            """\
## Import contracts: error

2 modules, 1 import: 0 contracts kept, 0 broken; 1 error, 1 warning, 1 stale baseline entry, 1 unreadable file.


### Errors

- **error**: no
- **error**: pkg/u.py:3: bad

### The baseline is out of date

- **error**: pkg/known.txt: No violation matches 'x a -> b' any more. Remove it: lint-imports baseline shrink

### Warnings

- **warning**: pkg/x.toml: h\\*m
""",
        ),
        (
            report(outcome(violation("a", "b", is_known=True), violation("c", "d", "e", is_known=True), kept=True)),
            f"""\
## Import contracts: kept

2 modules, 1 import: 1 contract kept, 0 broken.

{TABLE}\
| kept | Name (x) | 2 known violations |

<details><summary>2 known violations</summary>

- x: `a -> b` `pkg/a.py:1:2`
- x: `c -> d -> e` `pkg/c.py:1:2`

</details>
""",
        ),
        (
            report(outcome(violation("a", "b"))),
            f"""\
## Import contracts: broken

2 modules, 1 import: 0 contracts kept, 1 broken.

{TABLE}\
| **broken** | Name (x) | 1 violation |

### Name (layers)

```mermaid
graph LR
  m0["a"]
  m1["b"]
  m0 --> m1
```

{DIRECT}""",
        ),
    ],
)
def test_a_report_is_a_table_of_contracts_with_everything_else_below(of: Report, text: str) -> None:
    assert render(of, BRIEF).replace("0 broken.\n\n\n", "0 broken.\n\n") == text


# --- pictures -----------------------------------------------------------------------------------------------------

NODES = """\
```mermaid
graph LR
  m0["a"]
  m1["b.c"]
  m2["d#45;ä"]
  m0 --> m1
  m1 --> m2
"""


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        (frozenset[tuple[str, str]](), f"{NODES}```\n\n"),
        (
            frozenset({("a", "b.c"), ("b.c", "d-ä"), ("x", "y")}),
            f"{NODES}  linkStyle 0,1 stroke:#d1242f,stroke-width:3px\n```\n\nIn red: the imports to remove.\n\n",
        ),
        (
            frozenset({("b.c", "d-ä")}),
            f"{NODES}  linkStyle 1 stroke:#d1242f,stroke-width:3px\n```\n\nIn red: the imports to remove.\n\n",
        ),
    ],
)
def test_a_picture_has_each_module_and_each_import_once(marked: frozenset[tuple[str, str]], text: str) -> None:
    found = [violation("a", "b.c", "d-ä"), violation("a", "b.c")]
    assert "".join(f"{line}\n" for line in picture(found, marked)) == text


def test_there_is_no_picture_without_a_chain() -> None:
    assert list(picture([ReportedViolation("a", "", "", "no", "a.py")], frozenset())) == []
    assert list(picture([], frozenset())) == []


def test_a_chain_that_does_not_fit_leaves_room_for_a_later_one() -> None:
    found = [violation(f"a{each}", "b") for each in range(29)]
    found += [violation("x", "y", "z"), violation("x", "y"), violation("a0", "b")]
    lines = list(picture(found, frozenset({("a0", "b")})))
    assert [line.count("-->") for line in lines].count(1) == 30
    assert lines[-2:] == ["In red: the imports to remove. Not shown: 1 violation.", ""]


def test_cycles_with_too_many_imports_are_a_map_of_packages_in_levels() -> None:
    one_way = [violation(f"p.a.m{each}", "p.b", "p.b.n") for each in range(31)]
    found = [*one_way, violation("p.b", "p.a.m0"), violation("p.b.n", "p.a.m0")]
    report_ = report(replace(outcome(*found), about_cycles=True))
    text = render(report_, BRIEF)
    assert text.count("```mermaid") == 1
    assert '  m0["a#32;#40;32#41;"]\n  m1["b#32;#40;2#41;"]\n  m0 --> m1\n  m1 -- "2" --> m0\n' in text
    assert "2 dependencies between 2 boxes: 1 downwards, 1 upwards." in text


def test_cycles_that_fit_are_shown_as_chains_and_those_of_too_many_packages_too() -> None:
    assert list(overview([violation("p.a", "p.b", "p.a")])) == []
    assert list(overview([violation(f"p.a{each}", f"p.b{each}", f"p.a{each}") for each in range(60)])) == []


def test_the_causes_are_red_if_they_are_known_and_else_the_cuts() -> None:
    causes = (Cause(of_edge("a -> b"), 2, None),)
    both = outcome(violation("a", "b", "c"), causes=causes, cuts=(cut("b -> c"),), has_baseline=True)
    cuts = outcome(violation("a", "b", "c"), cuts=(cut("b -> c"), cut("a -> b", message="nor")))
    found = [render(report(of), BRIEF).partition("linkStyle ")[2].partition(" ")[0] for of in (both, cuts)]
    assert found == ["0", "0,1"]


# --- escaping -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a.b_c (d) {e} - f. g! h > i + j # k", "a.b_c (d) {e} - f. g! h > i + j # k"),
        ("\\ ` * [ ] < | ~ & $", "\\\\ \\` \\* \\[ \\] \\< \\| \\~ \\& \\$"),
        ("_a_ c_d _", "\\_a\\_ c_d \\_"),
        ("a.__init__ ___b c__d", "a.\\_\\_init\\_\\_ \\_\\_\\_b c__d"),
        ("# a\n> b\n+ c\n- d\n  - e", "\\# a\n\\> b\n\\+ c\n\\- d\n  \\- e"),
        ("1. a\n12) b\n3 c\n4.5", "1\\. a\n12\\) b\n3 c\n4\\.5"),
    ],
)
def test_markdown_in_a_text_is_escaped(text: str, escaped: str) -> None:
    assert plain(text) == escaped


@pytest.mark.parametrize("text", [":{}", "a{}b", "{}", "a:{}"])
@pytest.mark.parametrize("one", ["a", "1", "_", "-", ":", " ", "\n", "`", "w", "f", "#"])
def test_a_long_text_takes_no_more_than_its_length(text: str, one: str) -> None:
    assert grows_no_faster(plain, lambda size: text.format(one * size), 4_000)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", "`a`"),
        ("", "`  `"),
        ("a`b", "``a`b``"),
        ("a``b`c", "```a``b`c```"),
        ("`a", "`` `a ``"),
        ("a`", "`` a` ``"),
        ("`", "`` ` ``"),
    ],
)
def test_code_has_more_backticks_around_it_than_inside(text: str, found: str) -> None:
    assert code(text) == found
