"""The status of a baseline, changes to it, and what ``init`` wrote, in each of their formats."""

from __future__ import annotations

import json

import pytest

from import_contracts.problems import Problem
from import_contracts.reporters.baseline import CHANGE_FORMATS, STATUS_FORMATS, change_as_json, change_as_text
from import_contracts.reporters.init import as_text
from import_contracts.reports.baseline import BaselineChange, ContractStatus, EarlierImport, Status
from import_contracts.reports.init import Initialized
from import_contracts.reports.weakening import LetThrough, Weakening

LAYERS = ContractStatus("layers", "Layers", 1200, 1, 0, 2, 30)
GONE = ContractStatus("go|ne", None, 1, 2, 3, 4, 5)
UNREADABLE = Problem("no", "a.py", line=2)


def status(since: str | None = None, *, modules: int = 0, entries: int = 0, problems: int = 0) -> Status:
    """Return the status of a baseline with two contracts; the n-th last module has n known violations."""
    return Status(
        "known.txt",
        (LAYERS, GONE),
        tuple((f"m{number}", number) for number in range(modules, 0, -1)),
        since,
        tuple(f"layers a -> b{number}" for number in range(entries)),
        tuple(f"layers c -> d{number}" for number in range(entries)),
        (UNREADABLE,) * problems,
    )


COUNTS = """\
known.txt:

known  new  stale  contract
1,200    1      0  layers
    1    2      3  go|ne (contract no longer exists)
1,201    3      3  total
"""
COUNTS_SINCE = """\
known.txt:

known  new  stale  added  removed  contract
1,200    1      0     +2      -30  layers
    1    2      3     +4       -5  go|ne (contract no longer exists)
1,201    3      3     +6      -35  total
"""
MOST = "\nModules with the most known violations:\n"
CHANGES = """
Added since v1:
  + layers a -> b0
  + layers a -> b1

Removed since v1:
  - layers c -> d0
  - layers c -> d1
"""


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (status(), COUNTS),
        (status("v1"), COUNTS_SINCE),
        (status(modules=2), f"{COUNTS}{MOST}      2  m2\n      1  m1\n"),
        (status("v1", entries=2), f"{COUNTS_SINCE}{CHANGES}"),
        (status(problems=2), f"{COUNTS}\nerror: a.py:2: no\nerror: a.py:2: no\n"),
    ],
)
def test_a_status_is_a_table_with_what_else_is_known_below(of: Status, text: str) -> None:
    assert STATUS_FORMATS["text"](of) == text


@pytest.mark.parametrize(
    ("number", "hidden"), [(10, ""), (11, "         … and 1 more\n"), (1011, "         … and 1,001 more\n")]
)
def test_ten_modules_are_shown_with_their_numbers(number: int, hidden: str) -> None:
    shown = "".join(f"{known:>7,}  m{known}\n" for known in range(number, number - 10, -1))
    rows = "".join(f"| {known:,} | `m{known}` |\n" for known in range(number, number - 10, -1))
    assert STATUS_FORMATS["text"](status(modules=number)) == f"{COUNTS}{MOST}{shown}{hidden}"
    assert STATUS_FORMATS["markdown"](status(modules=number)) == f"{TABLE}\n| Known | Module |\n| ---: | --- |\n{rows}"


TABLE = """\
### Known violations: `known.txt`

| known | new | stale | contract |
| ---: | ---: | ---: | --- |
| 1,200 | 1 | 0 | layers |
| 1 | 2 | 3 | go\\|ne (contract no longer exists) |
| 1,201 | 3 | 3 | total |
"""
TABLE_SINCE = """\
### Known violations: `known.txt`

| known | new | stale | added | removed | contract |
| ---: | ---: | ---: | ---: | ---: | --- |
| 1,200 | 1 | 0 | +2 | -30 | layers |
| 1 | 2 | 3 | +4 | -5 | go\\|ne (contract no longer exists) |
| 1,201 | 3 | 3 | +6 | -35 | total |
"""
DIFF = """
Since `v1`:

```diff
+ layers a -> b0
+ layers a -> b1
- layers c -> d0
- layers c -> d1
```
"""


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (status(), TABLE),
        (status("v1"), TABLE_SINCE),
        (status("v1", entries=2), f"{TABLE_SINCE}{DIFF}"),
        (status(problems=1), f"{TABLE}- **error**: a.py:2: no\n"),
    ],
)
def test_a_status_in_markdown_is_a_table_and_a_diff(of: Status, text: str) -> None:
    assert STATUS_FORMATS["markdown"](of) == text


@pytest.mark.parametrize(
    ("added", "removed", "diff"), [(("x a -> b",), (), "+ x a -> b"), ((), ("x a -> b",), "- x a -> b")]
)
def test_a_diff_in_markdown_may_have_one_side(added: tuple[str, ...], removed: tuple[str, ...], diff: str) -> None:
    text = STATUS_FORMATS["markdown"](Status("known.txt", (), (), "v1", added, removed))
    assert text.endswith(f"\nSince `v1`:\n\n```diff\n{diff}\n```\n")


def test_a_status_in_json_has_everything() -> None:
    earlier = EarlierImport("x a -> b", "a.py", 3, "deferred")
    weakening = Weakening("v1", (LetThrough("y", "y c", "c.py", None, "why"),), ("key: 1 -> 2",), ("no",))
    of = Status(
        *("größe.txt", (GONE,), (("m", 2),), "v1", ("x a -> b",), ("x c -> d",), (Problem("no", "a.py", "x"),)),
        earlier=(earlier,),
        weakening=weakening,
    )
    text = STATUS_FORMATS["json"](of)
    numbers = {"known": 1, "new": 2, "stale": 3, "added": 4, "removed": 5, "inline": 0}
    assert json.loads(text) == {
        "version": 1,
        "file": "größe.txt",
        "contracts": [{"id": "go|ne", "name": None, **numbers}],
        "modules": [{"module": "m", "known": 2}],
        "since": "v1",
        "added": ["x a -> b"],
        "removed": ["x c -> d"],
        "earlier": [{"violation": "x a -> b", "path": "a.py", "line": 3, "before": "deferred"}],
        "let_through": [{"contract": "y", "violation": "y c", "path": "c.py", "line": None, "because": "why"}],
        "changes": ["key: 1 -> 2"],
        "unwritten_ids": [],
        "not_compared": ["no"],
        "errors": [{"message": "no", "file": "a.py", "contract": "x"}],
    }
    assert text.startswith('{\n  "version": 1,\n  "file": "größe.txt",\n')
    assert text.endswith("\n}\n")


def test_a_status_is_2_if_something_could_not_be_read() -> None:
    assert status().exit_status == 0
    assert status(problems=1).exit_status == 2


def test_the_formats_are_those_that_are_documented() -> None:
    assert list(STATUS_FORMATS) == ["json", "markdown", "text"]
    assert list(CHANGE_FORMATS) == ["json", "text"]


# --- changes ------------------------------------------------------------------------------------------------------

ONE, TWO = ("x a -> b",), ("x a -> b", "x c -> d")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (BaselineChange("create", "k.txt", ONE), "Wrote 1 known violation to k.txt.\n"),
        (BaselineChange("create", "k.txt"), "Wrote an empty baseline to k.txt.\n"),
        (
            BaselineChange("create", "k.txt", attributes="k.txt merge=union", unwritten_ids=("a",)),
            (
                "Wrote an empty baseline to k.txt.\n"
                "To let git merge it line by line, add to .gitattributes: k.txt merge=union\n"
                'A contract has no id, so a new name would make its violations new. Write in it: id = "a"\n'
            ),
        ),
        (
            BaselineChange("create", "k.txt", TWO, named_in="pyproject.toml"),
            "Wrote 2 known violations to k.txt and named it in pyproject.toml.\n",
        ),
        (BaselineChange("rename", "k.txt", ONE, ONE, ("a", "z")), "Renamed a to z in 1 entry of k.txt.\n"),
        (BaselineChange("rename", "k.txt", ONE, TWO, ("a", "z")), "Renamed a to z in 2 entries of k.txt.\n"),
        (BaselineChange("shrink", "k.txt"), "Nothing to remove: every entry of k.txt still matches a violation.\n"),
        (BaselineChange("shrink", "k.txt", (), ONE), "Removed 1 entry from k.txt:\n  x a -> b\n"),
        (BaselineChange("shrink", "k.txt", (), TWO), "Removed 2 entries from k.txt:\n  x a -> b\n  x c -> d\n"),
        (BaselineChange("accept", "k.txt"), "Nothing to add: k.txt already contains all of them.\n"),
        (BaselineChange("accept", "k.txt", ONE), "Added 1 entry to k.txt:\n  x a -> b\n"),
        (BaselineChange("accept", "k.txt", TWO), "Added 2 entries to k.txt:\n  x a -> b\n  x c -> d\n"),
    ],
)
def test_a_change_says_what_it_did(change: BaselineChange, text: str) -> None:
    assert change_as_text(change) == text
    assert CHANGE_FORMATS["text"](change) == text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            BaselineChange("create", "größe.txt", TWO, named_in="pyproject.toml"),
            {
                "command": "create",
                "added": [*TWO],
                "removed": [],
                "renaming": None,
                "named_in": "pyproject.toml",
                "attributes": None,
                "unwritten_ids": [],
            },
        ),
        (
            BaselineChange("rename", "größe.txt", ONE, TWO, ("a", "z")),
            {
                "command": "rename",
                "added": [*ONE],
                "removed": [*TWO],
                "renaming": {"old": "a", "new": "z"},
                "named_in": None,
                "attributes": None,
                "unwritten_ids": [],
            },
        ),
    ],
)
def test_a_change_in_json_has_everything(change: BaselineChange, expected: dict[str, object]) -> None:
    text = change_as_json(change)
    assert json.loads(text) == {"version": 1, "file": "größe.txt", **expected}
    assert text.startswith(f'{{\n  "version": 1,\n  "command": "{change.command}",\n  "file": "größe.txt",\n')
    assert text.endswith("\n}\n")
    assert CHANGE_FORMATS["json"](change) == text


# --- init ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "text"),
    [
        (Initialized("a.toml", None), "a.toml has a configuration already; nothing was changed.\n"),
        (Initialized("a.toml", 0), "Wrote 0 contracts to a.toml.\n"),
        (Initialized("a.toml", 1), "Wrote 1 contract to a.toml.\n"),
        (
            Initialized("a.toml", 2, BaselineChange("create", "k.txt", ONE)),
            "Wrote 2 contracts to a.toml.\nWrote 1 known violation to k.txt.\n",
        ),
    ],
)
def test_init_says_what_it_wrote(done: Initialized, text: str) -> None:
    assert as_text(done) == text
