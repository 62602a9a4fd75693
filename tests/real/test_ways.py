"""The plans of real programs, of which an integer program knows what the cheapest cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from import_contracts import find_cycles
from import_contracts.graph.changes import Changes, Chosen, cheapest_changes
from import_contracts.repair import choices
from tests.real.wheels import django, unpacked, with_tests
from tests.support.changes_oracle import cheapest

pytestmark = pytest.mark.real

PROGRAMS: dict[str, Callable[[], Path]] = {
    "django": django,
    "sqlalchemy": lambda: unpacked("sqlalchemy==2.0.44", platform="any"),
    "scrapy": lambda: unpacked("scrapy==2.13.3"),
    "luigi": lambda: with_tests("luigi==3.6.0"),
    "kedro": lambda: unpacked("kedro==1.0.0"),
    "pandas": lambda: unpacked("pandas==2.3.3"),
}


@pytest.mark.parametrize(("package", "program"), PROGRAMS.items())
def test_a_plan_is_the_cheapest_or_hardly_dearer(
    package: str, program: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[Changes, Chosen]] = []

    def noted(changes: Changes) -> Chosen:
        found.append((changes, cheapest_changes(changes)))
        return found[-1][1]

    monkeypatch.setattr(choices, "cheapest_changes", noted)
    find_cycles(package, folder=program(), cache=False)

    assert found
    for changes, chosen in found:
        spent, least = changes.cost(chosen.changes), cheapest(changes)
        assert spent == least if chosen.is_minimum else least <= spent <= 1.06 * least
