"""The warning of the plugin."""

import pytest


class ContractWarning(pytest.PytestWarning):
    """A warning about the configuration or the program."""
