import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.arranging import MODELS, configuration, program, write

# What it asserts is told as in tests.
pytest.register_assert_rewrite("tests.golden.reports")

# Never a verdict on time: the machines that run this are noisy.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")
# For people who wait: `--hypothesis-profile quick`. CI looks at as many examples as there are by default.
settings.register_profile("quick", settings.get_profile("noisy"), max_examples=20)

# There annotations are added to what is printed; the tests about that use `actions`.
os.environ.pop("GITHUB_ACTIONS", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="make golden files say what is printed today")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a program in which models reach the web, which a contract forbids, and the web imports models."""
    program(tmp_path, "shop.models -> shop.util", "shop.util -> shop.web", "shop.web -> shop.models")
    return write(tmp_path, {"pyproject.toml": configuration(MODELS)})


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as in GitHub Actions."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


@pytest.fixture(autouse=True)
def path() -> Iterator[None]:
    """Leave no folder of one test, in which custom contract types were looked for, to the next."""
    before = list(sys.path)
    yield
    sys.path[:] = before
