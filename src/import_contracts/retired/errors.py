"""Moved to `import_contracts.rules`."""

from typing import Any

from import_contracts.retired import forwarded


def __getattr__(name: str) -> Any:
    return forwarded(__name__, name)
