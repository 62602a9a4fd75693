"""The warning that the plugin gives."""

import pytest


class ContractWarning(pytest.PytestWarning):
    """A warning about the configuration or the program; the contracts are checked all the same."""
