"""The import graph and its algorithms. Pure functions of names."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Return what custom contract types used to import from here, with a DeprecationWarning."""
    return import_module("import_contracts.retired").forwarded(__name__, name)
