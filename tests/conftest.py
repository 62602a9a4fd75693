import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# What they assert is told as in tests.
pytest.register_assert_rewrite("tests.arranging", "tests.golden.reports")

# Never a verdict on time: the machines that run this are noisy.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")

# There annotations are added to what is printed; the tests about that set it themselves.
os.environ.pop("GITHUB_ACTIONS", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="make golden files say what is printed today")


@pytest.fixture(autouse=True)
def path() -> Iterator[None]:
    """Leave no folder of one test, in which custom contract types were looked for, to the next."""
    before = list(sys.path)
    yield
    sys.path[:] = before
