"""The import graph and its algorithms: pure functions of module names."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Return an object that has moved to `import_contracts.rules`, with a DeprecationWarning."""
    return import_module("import_contracts.retired").forwarded(__name__, name)
