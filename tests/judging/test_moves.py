"""Which modules have another name than at the merge base: what git says, without which nothing is known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.judging.moves import Moves, moved
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Extent
from import_contracts.reading.files.roots import find_portions
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.store.refresh import compare
from tests.support import repositories
from tests.support.arranging import configuration, contract, lint, write


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "CI_MERGE_REQUEST", "GIT_"))]:
        monkeypatch.delenv(name)


# --- the same content ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "come", "expected"),
    [
        ("a=1", "b=1", "a>b"),
        ("a=1", "b=2", ""),
        ("a=1 b=2", "c=2 d=1", "a>d b>c"),
        ("p.a=1", "q.a=1 q.b=1", "p.a>q.a"),
        ("p.a=1", "q.c=1 q.b=1", ""),
        ("p.a=1 p.b=1", "q.a=1 q.b=1", "p.a>q.a p.b>q.b"),
        ("p.a=1 p.b=1", "q.a=1", "p.a>q.a"),
        ("p.a=1 p.b=1", "q.c=1", ""),
        ("p.a=1", "q.a=1 r.a=1", ""),
        ("p.a=1 q.a=1", "r.a=1", ""),
        ("", "a=1", ""),
    ],
)
def test_what_has_the_same_content_has_moved_unless_that_is_not_clear(gone: str, come: str, expected: str) -> None:
    before, now = (dict(each.split("=") for each in side.split()) for side in (gone, come))
    assert " ".join(f"{old}>{new}" for old, new in moved(before, now).items()) == expected


CONTENTS = st.dictionaries(st.sampled_from(["p.a", "p.b", "q.a", "q.b", "r.c"]), st.sampled_from("123"), max_size=5)


@given(CONTENTS, CONTENTS)
def test_no_two_modules_have_moved_to_one_and_each_kept_its_content(gone: dict[str, str], come: dict[str, str]) -> None:
    found = moved(gone, come)
    assert len(set(found.values())) == len(found)
    assert all(gone[old] == come[new] for old, new in found.items())
    for content in set(gone.values()):
        olds = [old for old in gone if gone[old] == content]
        news = [new for new in come if come[new] == content]
        if len(olds) == len(news) == 1:
            assert found[olds[0]] == news[0]


# --- in a repository ----------------------------------------------------------------------------------------------


def branch(folder: Path, before: dict[str, str], now: dict[str, str]) -> Path:
    """Write a repository whose branch has other files in its program than main."""
    repositories.commit(write(folder, before))
    repositories.git(folder, "checkout", "--quiet", "-b", "work")
    for name in before.keys() - now.keys():
        (folder / name).unlink()
    return write(folder, now)


def moves(folder: Path) -> Moves:
    extent = Extent(find_portions(["shop"], [folder / "src"]), include_external=False, kinds=False)
    return Moves(take_snapshot(compare(extent, RunContext(folder))))


def test_a_module_that_git_knows_under_another_path_has_moved(tmp_path: Path) -> None:
    init = {"src/shop/__init__.py": "", "src/shop/new/__init__.py": ""}
    before = init | {
        "src/shop/a.py": "A = 1\n",
        "src/shop/b.py": "B = 1\n",
        "src/shop/empty.py": "",
        "other/a.py": "A = 1\n",
    }
    now = init | {"src/shop/new/a.py": "A = 1\n", "src/shop/b2.py": "B = 2\n", "src/shop/new/empty.py": ""}
    found = moves(branch(tmp_path, before, now))
    are_read = [found.are_read]
    assert found.modules == {"shop.a": "shop.new.a"}
    assert [*are_read, found.are_read] == [False, True]
    assert [found.new_name(name) for name in ("shop.a", "shop.b", "shop.empty")] == ["shop.new.a", None, None]


def test_a_package_is_where_most_of_its_moved_modules_are(tmp_path: Path) -> None:
    init = {"src/shop/__init__.py": ""}
    before = init | {f"src/shop/old/{name}.py": f"{name} = 1\n" for name in ("__init__", "a", "b", "c")}
    now = init | {f"src/shop/new/{name}.py": f"{name} = 1\n" for name in ("__init__", "a", "b")}
    found = moves(branch(tmp_path, before, now | {"src/shop/c.py": "c = 1\n"}))
    assert found.new_name("shop.old") == "shop.new"
    assert found.new_name("shop.old.c") == "shop.c"
    assert found.new_name("shop.none") is None


def test_half_of_the_modules_are_no_package(tmp_path: Path) -> None:
    init = {"src/shop/__init__.py": ""}
    before = init | {"src/shop/old/a.py": "a = 1\n", "src/shop/old/b.py": "b = 1\n", "src/shop/old/__init__.py": ""}
    now = init | {"src/shop/new/a.py": "a = 1\n", "src/shop/else/b.py": "b = 1\n"}
    folder = branch(tmp_path, before, now | {f"src/shop/{name}/__init__.py": "" for name in ("new", "else")})
    assert moves(folder).new_name("shop.old") is None


def test_without_a_repository_nothing_has_moved(tmp_path: Path) -> None:
    found = moves(write(tmp_path, {"src/shop/__init__.py": ""}))
    assert (found.modules, found.new_name("shop.a")) == ({}, None)


def test_a_missing_module_is_named_with_its_new_name(tmp_path: Path) -> None:
    before = {"shop/__init__.py": "", "shop/orders.py": "def place(): ...\n", "shop/web.py": ""}
    rule = contract("x", "forbidden", source_modules=["shop.orders"], forbidden_modules=["shop.web"])
    now = {name: text for name, text in before.items() if name != "shop/orders.py"}
    folder = branch(
        tmp_path, before | {"pyproject.toml": configuration(rule)}, now | {"pyproject.toml": configuration(rule)}
    )
    write(folder, {"shop/sales.py": before["shop/orders.py"]})
    said = "source_modules: Module 'shop.orders' does not exist. It was renamed to 'shop.sales'."
    assert said in lint(folder).out
