"""The contract types, one module each, and the code that they share."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Return an object that has moved to `import_contracts.rules`, with a DeprecationWarning."""
    return import_module("import_contracts.retired").forwarded(__name__, name)
