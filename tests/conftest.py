import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Never a verdict on time: the machines that run this are noisy.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")

# There annotations are added to what is printed; the tests about that set it themselves.
os.environ.pop("GITHUB_ACTIONS", None)


@pytest.fixture(autouse=True)
def path() -> Iterator[None]:
    """Leave no folder of one test, in which custom contract types were looked for, to the next."""
    before = list(sys.path)
    yield
    sys.path[:] = before
