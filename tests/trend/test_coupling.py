"""Modules that change together, according to the commits."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.trend.coupling import LARGEST, Change, chance, coupling
from tests.support import repositories
from tests.support.arranging import configuration, contract, graph, lint, program, write


def changes(*lines: str) -> list[Change]:
    """Return commits of lines such as ``a b`` or ``old>new``, the oldest first; the n-th has the hash ``n``."""
    found = []
    for number, line in enumerate(lines):
        author, _, names = line.rpartition(": ")
        paths = [(new or old, old if new else "") for old, _, new in (name.partition(">") for name in names.split())]
        found.append(Change(str(number), author, paths))
    return found[::-1]


def pairs(*lines: str, a_graph: ImportGraph | None = None, ignored: frozenset[str] = frozenset()) -> list[str]:
    """Return the hidden pairs as ``a b support/of_first``, and the leaky ones with their contracts."""
    modules = {name: f"p.{name}" for name in "abcdefgh"}
    found = coupling(changes(*lines), modules, a_graph or graph("p"), ignored, lambda *_: ("layers",))
    shown = [(*found.hidden,), (*found.leaky,)]
    return [
        " ".join([each.first[2:], each.second[2:], f"{each.support}/{each.of_first}", *each.contracts])
        for each in (*shown[0], *shown[1])
    ]


OTHERS = ["c", "d", "e", "f", "g"] * 4


def test_a_pair_that_changes_together_more_often_than_chance_is_found() -> None:
    assert pairs(*["a b"] * 4, *OTHERS) == ["a b 4/4"]
    assert pairs(*["a b"] * 4, "b", "b", *OTHERS) == ["a b 4/4"]
    assert pairs(*["a b"] * 2, *OTHERS) == []
    assert pairs(*["a b c d e f g"] * 9) == []


def test_a_pair_that_an_import_joins_is_one_only_across_a_boundary() -> None:
    joined = graph("p.b -> p.a")
    assert pairs(*["a b"] * 4, *OTHERS, a_graph=joined) == ["a b 4/4 layers"]
    modules = {"a": "p.a", "b": "p.b"}
    found = coupling(changes(*["a b"] * 4, *OTHERS), modules, joined, frozenset(), lambda *_: ())
    assert (found.hidden, found.leaky) == ((), ())


def test_files_are_followed_through_renames() -> None:
    assert pairs("old b", "old b", "old>older", "older b", "older>a", "a b", *OTHERS) == ["b a 4/4"]
    assert pairs("gone b", "gone b", "gone b", "gone b", *OTHERS) == []
    assert pairs("x>a b", "a>x", "x b", "x>a", "a b", "a b", *OTHERS)[0].startswith("b a 4/4")


def test_large_commits_those_of_bots_and_those_that_are_ignored_are_left_out() -> None:
    modules = {f"m{number}": f"p.m{number}" for number in range(LARGEST + 1)}
    names = " ".join(modules)
    lines = [names, *["dependabot[bot] <x>: m0 m1"] * 5, *["Ann <ann@abbot.org>: m0 m1"] * 3, "m0 m1", "m0 m1"]
    found = coupling(changes(*lines), modules, graph("p"), frozenset({"9"}), lambda *_: ())
    assert (found.commits, found.large, found.bots, found.ignored) == (4, 1, 5, 1)


@given(total=st.integers(1, 40), one=st.integers(0, 40), other=st.integers(0, 40), together=st.integers(0, 40))
def test_chance_is_the_tail_of_the_hypergeometric_distribution(total: int, one: int, other: int, together: int) -> None:
    one, other = min(one, total), min(other, total)
    together = min(together, one, other)
    ways = sum(comb(one, both) * comb(total - one, other - both) for both in range(together, min(one, other) + 1))
    assert chance(total, one, other, together) == pytest.approx(ways / comb(total, other), abs=1e-9)


def test_chance_is_found_for_many_commits() -> None:
    assert chance(10_000, 5_000, 5_000, 2_500) == pytest.approx(0.5, abs=0.02)
    assert 0 < chance(10_000, 100, 100, 30) < 1e-20


# --- with a repository --------------------------------------------------------------------------------------------


def commit(folder: Path, files: dict[str, str], author: str = "Ann <ann@example.org>") -> str:
    write(folder, files)
    repositories.git(folder, "init", "--quiet", "--initial-branch", "main")
    repositories.git(folder, "add", "--all")
    repositories.git(folder, "commit", "--quiet", "--author", author, "--message", "x")
    return repositories.git(folder, "rev-parse", "HEAD")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository in which two pairs of modules change together; one of each pair was renamed."""
    program(tmp_path, "shop.web -> shop.models", "shop.reader", "shop.old", "shop.other", "shop.more")
    layers = contract("layers", "layers", layers=["shop.web", "shop.models"])
    commit(tmp_path, {"pyproject.toml": configuration(layers), "shop/old.py": "# a writer\n" * 9})
    for number in range(4):
        if number == 2:
            (tmp_path / "shop/old.py").rename(tmp_path / "shop/writer.py")
        writer = "old" if number < 2 else "writer"
        lines = f"# {number}\n" + "# a writer\n" * 9
        commit(tmp_path, {f"shop/{writer}.py": lines, "shop/reader.py": f"# {number}\n"})
        commit(tmp_path, {"shop/web.py": f"import shop.models  # {number}\n", "shop/models.py": f"# {number}\n"})
        commit(tmp_path, {"shop/other.py": f"# {number}\n"}, "renovate[bot] <x@example.org>")
        commit(tmp_path, {"shop/more.py": f"# {number}\n"})
    for number in range(6):
        commit(tmp_path, {"shop/more.py": f"# more {number}\n"})
    return tmp_path


def found(folder: Path, *args: str) -> dict[str, Any]:
    done = lint(folder, "trend", "--coupling", "--format", "json", *args)
    assert done.status == 0, done
    return dict(json.loads(done.out)["coupling"])


def test_pairs_are_found_in_a_repository(folder: Path) -> None:
    report = found(folder)
    (hidden,), (leaky,) = report["hidden"], report["leaky"]
    assert (hidden["first"], hidden["second"], hidden["support"], hidden["confidence"]) == (
        "shop.reader",
        "shop.writer",
        5,
        1.0,
    )
    assert hidden["commits"][0] in repositories.git(folder, "log", "--format=%H", "--", "shop/writer.py")
    assert (leaky["first"], leaky["second"], leaky["contracts"]) == ("shop.models", "shop.web", ["layers"])
    assert report["bots"] == 4
    text = lint(folder, "trend", "--coupling").out
    assert "No import joins:\n    shop.reader and shop.writer: 5 of 5 commits (100%)" in text
    assert "[layers]" in text
    assert "shop.reader and shop.writer" in lint(folder, "trend", "--coupling", "--format", "markdown").out


def test_commits_that_blame_ignores_are_left_out(folder: Path) -> None:
    names = repositories.git(folder, "log", "--format=%H", "--", "shop/reader.py").split()
    commit(folder, {".git-blame-ignore-revs": "# mass edits\n" + "".join(f"{name}\n" for name in names[:3])})
    report = found(folder)
    assert report["hidden"] == []
    assert report["ignored"] == 3


def test_without_commits_there_is_an_error(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b")
    done = lint(tmp_path, "trend", "shop", "--coupling")
    assert (done.status, "There is no history" in done.err) == (2, True)
    done = lint(tmp_path, "explain", "shop.a", "shop.b", "--coupling")
    assert (done.status, "There is no history" in done.err) == (2, True)


@pytest.mark.parametrize("ends", [("shop.reader", "shop.writer"), ("shop.web", "shop.models")])
def test_explain_says_that_two_modules_change_together(folder: Path, ends: tuple[str, str]) -> None:
    for importer, imported in (ends, ends[::-1]):
        done = lint(folder, "explain", importer, imported, "--coupling")
        assert done.status == 0, done.err
        first, second = sorted(ends)
        sentence = f"  They change together: 5 of 5 commits (100%) that change {first} also change {second}, such as "
        assert sentence in done.out
        assert "change together" not in lint(folder, "explain", importer, imported).out
        (pair,) = json.loads(lint(folder, "explain", importer, imported, "--coupling", "--format", "json").out)[
            "coupling"
        ]
        assert (pair["first"], pair["support"], pair["of_first"], pair["confidence"]) == (first, 5, 5, 1.0)


def test_explain_says_so_of_the_modules_in_packages_and_without_a_configuration(folder: Path) -> None:
    (folder / "pyproject.toml").unlink()
    nothing = lint(folder, "explain", "shop.web", "shop.writer", "--coupling")
    assert "They do not change together more often than by chance." in nothing.out
    assert lint(folder, "explain", "shop", "shop.writer", "--coupling").out.count("They change together") == 1
    assert lint(folder, "explain", "shop.web", "--coupling").status == 2
