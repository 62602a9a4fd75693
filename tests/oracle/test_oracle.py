from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from .comparison import Comparison, compare, smallest
from .differences import DIFFERENCES, Difference
from .examples import EXAMPLES, Example
from .generator import random_case
from .peer import Oracle, Verdict
from .projects import PROJECTS, Project, injected, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.oracle

CASES = int(os.environ.get("ORACLE_CASES", "1200"))
SEED = os.environ.get("ORACLE_SEED", "2026")
BATCHES = 10
MOST_SHOWN = 3
ROUNDS_PER_PROJECT = 5


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as both:
        yield both


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_cases_get_the_verdicts_of_import_linter(oracle: Oracle, batch: int) -> None:
    results = [compare(oracle, random_case(f"{SEED}-{number}")) for number in range(batch, CASES, BATCHES)]
    found = [result for result in results if not result.agree]
    shown = "\n".join(smallest(oracle, result).show() for result in found[:MOST_SHOWN])
    assert not found, f"{len(found)} of {len(results)} cases with seed {SEED} disagree, such as\n{shown}"


def test_random_cases_are_often_kept_often_broken_and_often_unusable() -> None:
    with Oracle(with_ours=False) as peer:
        verdicts = [compare(peer, random_case(f"balance-{number}")).peer.verdict for number in range(100)]
    assert all(verdicts.count(verdict) >= 10 for verdict in (Verdict.KEPT, Verdict.BROKEN, Verdict.UNUSABLE))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_documented_examples_get_the_documented_verdict_from_both(oracle: Oracle, example: Example) -> None:
    result = compare(oracle, example.case)
    assert (result.peer.verdict, result.ours.verdict) == (example.verdict, example.verdict), result.show()


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.name)
def test_intended_differences_are_as_documented(oracle: Oracle, difference: Difference) -> None:
    result = compare(oracle, difference.case)
    assert (result.peer.verdict, result.ours.verdict) == (difference.peer, difference.ours), result.show()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_real_projects_get_the_verdicts_of_import_linter_contract_by_contract(
    oracle: Oracle, project: Project, tmp_path: Path
) -> None:
    workplace = unpack(project, tmp_path)
    check_workplace(oracle, workplace, "as released")
    for number in range(ROUNDS_PER_PROJECT):
        with injected(project, workplace, f"{SEED}-{project.name}-{number}") as added:
            check_workplace(oracle, workplace, "\n".join(added))


def check_workplace(oracle: Oracle, workplace: Path, what: str) -> None:
    peer, ours = oracle.ask(workplace)
    assert peer.verdict != Verdict.UNUSABLE, peer.text
    assert peer.agrees_with(ours), f"{what}\n=== import-linter\n{peer.text}\n=== import-contracts\n{ours.text[:20000]}"


def test_a_disagreement_is_made_as_small_as_it_gets(oracle: Oracle) -> None:
    found = compare(oracle, DIFFERENCES[0].case)
    small = smallest(oracle, found)
    assert isinstance(small, Comparison)
    assert small.difference == found.difference
    assert len(small.case.show()) <= len(found.case.show())
