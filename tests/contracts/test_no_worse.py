"""The contract type ``no_worse``, with a number and with the base of the branch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.counts import COUNTS
from import_contracts.graph.import_graph import ImportGraph
from tests.support import repositories
from tests.support.arranging import check, configuration, contract, graph, lint, offenders, program, write

RING = ("p.a -> p.b", "p.b -> p.c", "p.c -> p.a", "p.d -> p.a")


@pytest.mark.parametrize(
    ("count", "number", "found"),
    [
        ("cyclic_modules", 3, ["p.a -> p.b", "p.b -> p.c", "p.c -> p.a"]),
        ("largest_cycle", 3, ["p.a -> p.b", "p.b -> p.c", "p.c -> p.a"]),
        ("cut", 1, ["p.a -> p.b"]),
        ("upward", 1, ["p.a -> p.b"]),
    ],
)
def test_at_most_a_number_may_be_counted(count: str, number: int, found: list[str]) -> None:
    assert offenders(check(graph(*RING), "no_worse", count=count, at_most=number)) == []
    broken = check(graph(*RING), "no_worse", count=count, at_most=number - 1)
    assert offenders(broken) == found
    assert broken.violations[0].message.endswith(f"must be at most {number - 1}, and it is {number}")
    assert all(each.chain == (("p.a", "p.b"), ("p.b", "p.c"), ("p.c", "p.a")) for each in broken.violations[:1])


MODULES = ["p.a", "p.b", "p.q.c", "p.q.d", "p.q", "p"]
EDGES = st.lists(st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES)), max_size=12)


@given(edges=EDGES, count=st.sampled_from(list(COUNTS)), number=st.integers(0, 6))
def test_it_is_broken_exactly_if_the_count_is_greater(edges: list[tuple[str, str]], count: str, number: int) -> None:
    a_graph = graph(*MODULES, *(f"{one} -> {other}" for one, other in edges if one != other))
    found = check(a_graph, "no_worse", count=count, at_most=number)
    counted = brute(a_graph, count)
    assert bool(found.violations) == (counted > number)
    assert len(found.violations) in {0, counted}


def brute(a_graph: ImportGraph, count: str) -> int:
    """Count by what reaches what; of cuts, only whether there is one, else by what was counted."""
    reached = set(a_graph.edges())
    while more := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
        reached |= more
    cycles = {a: {b for b in a_graph.modules if {(a, b), (b, a)} <= reached} for a in a_graph.modules}
    if count == "cyclic_modules":
        return sum(bool(cycle) for cycle in cycles.values())
    if count == "largest_cycle":
        return max(map(len, cycles.values()))
    return COUNTS[count](a_graph).value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a cycle of two modules, on a branch."""
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    program(tmp_path, "shop.a -> shop.b", "shop.b -> shop.a", "shop.c -> shop.a", "shop.d -> shop.c")
    write(tmp_path, {"pyproject.toml": configuration(contract("cycles", "no_worse"))})
    repositories.commit(tmp_path)
    repositories.git(tmp_path, "checkout", "--quiet", "-b", "work")
    return tmp_path


def broken(folder: Path, *args: str) -> list[str]:
    """Return the importers of the violations."""
    done = lint(folder, "--format", "json", *args)
    assert done.status in {0, 1}, done
    return [each["importer"] for outcome in json.loads(done.out)["contracts"] for each in outcome["violations"]]


def test_a_count_must_not_rise_on_the_branch(folder: Path) -> None:
    assert broken(folder) == []
    write(folder, {"shop/a.py": "import shop.b, shop.c\n"})
    assert broken(folder) == ["shop.c"]
    write(folder, {"shop/b.py": "# one goes, one comes\n"})
    assert broken(folder) == []


def test_the_verdict_is_not_taken_from_the_cache_when_the_target_branch_moves(folder: Path) -> None:
    write(folder, {"shop/a.py": "import shop.b, shop.c\n"})
    assert broken(folder) == broken(folder) == ["shop.c"]
    repositories.git(folder, "commit", "--quiet", "--all", "--message", "x")
    repositories.git(folder, "branch", "--force", "main", "work")
    assert broken(folder) == []


def test_ignored_imports_count_at_neither_end(folder: Path) -> None:
    keys = contract("cycles", "no_worse", ignore_imports=["shop.b -> shop.a"])
    write(folder, {"pyproject.toml": configuration(keys)})
    assert broken(folder) == []
    write(folder, {"shop/c.py": "import shop.d\n"})
    assert broken(folder) == ["shop.c", "shop.d"]


def test_a_known_violation_stays_known(folder: Path) -> None:
    write(folder, {"shop/a.py": "import shop.b, shop.c\n"})
    keys = 'baseline = "known"\n'
    write(folder, {"pyproject.toml": configuration(contract("cycles", "no_worse"), keys=keys)})
    assert lint(folder, "baseline", "create").status == 0
    assert lint(folder).status == 0


def test_without_a_base_the_contract_is_not_checked(folder: Path) -> None:
    repositories.git(folder, "branch", "--move", "main", "other")
    done = lint(folder)
    assert (done.status, "It is not known where this branch began" in done.out) == (2, True)


def test_a_package_that_is_new_on_the_branch_had_none(folder: Path) -> None:
    program(folder, "store.a -> store.b", "store.b -> store.a")
    text = configuration(contract("cycles", "no_worse"), root="store")
    write(folder, {"pyproject.toml": text})
    assert broken(folder) == ["store.a", "store.b"]


def test_which_imports_are_allowed_is_not_asked(folder: Path) -> None:
    """Whether a count rises depends on all imports, so that none is allowed or forbidden by itself."""
    report = json.loads(lint(folder, "explain", "shop.a", "--format", "json").out)
    assert report["left_out"] == ["cycles"]
