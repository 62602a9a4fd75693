"""What crashes in real programs when it is imported first, of which CPython is asked as well."""

from __future__ import annotations

import os
import random
import sys

import pytest

from tests.real.wheels import DJANGO, MYPY, django, mypy, unpacked
from tests.support.crashes import imported_by_cpython, is_crash, predict, read

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("folder", "package", "needs", "number"), [(mypy, "mypy", MYPY, 14), (django, "django", DJANGO, None)]
)
def test_cpython_agrees(
    folder: object, package: str, needs: tuple[str, ...], number: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(folder)
    found = read(folder(), package)
    here = (sys.version_info.major, sys.version_info.minor)
    predicted = predict(found, here).keys()
    assert number is None or len(predicted) == number
    others = sorted({each.module for each in found.sources if "__main__" not in each.module} - predicted)
    entries = [*sorted(predicted), *random.Random(1).sample(others, 40)]  # noqa: S311 - the same ones each time
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(unpacked(each)) for each in needs))
    outcomes = imported_by_cpython(sys.executable, folder(), entries)
    known = {entry: is_crash(each) for entry, each in outcomes.items() if each is None or is_crash(each)}
    assert len(known) > 30
    assert known == {entry: entry in predicted for entry in known}
