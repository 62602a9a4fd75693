"""The cuts of real programs, of which an integer program knows the least."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Extent
from import_contracts.reading.files.roots import find_portions
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.store.refresh import compare
from tests.real.wheels import django, unpacked
from tests.support.feedback_oracle import cheapest

pytestmark = pytest.mark.real


def weight(edge: Edge) -> int:
    """Return one of the weights that fixes have, at random but always the same."""
    return (2, 3, 6, 8, 12)[sum(map(len, edge)) % 5]


@pytest.mark.parametrize(
    ("program", "package"), [(django, "django"), (lambda: unpacked("sqlalchemy==2.0.44", platform="any"), "sqlalchemy")]
)
@pytest.mark.parametrize("kinds", [{Kind.RUNTIME}, {Kind.RUNTIME, Kind.DEFERRED}])
@pytest.mark.parametrize("cost", [weight, lambda _: 1])
def test_a_cut_is_the_cheapest_or_hardly_dearer(
    program: Callable[[], Path], package: str, kinds: set[Kind], cost: Callable[[Edge], int]
) -> None:
    portions = find_portions([package], [program()])
    extent = Extent(portions, include_external=False, kinds=True, every_folder=True)
    graph = take_snapshot(compare(extent, RunContext(program()))).scan.graph.without_kinds(set(Kind) - kinds)
    weights = {edge: cost(edge) for edge in graph.edges()}

    found = feedback_set(weights)

    spent, least = sum(weights[edge] for edge in found.edges), cheapest(weights)
    assert spent == least if found.is_minimum else least < spent <= 1.05 * least or spent == least
    assert least > 10
