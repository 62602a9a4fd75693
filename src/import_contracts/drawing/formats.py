"""The formats of a picture, one module each; a format is a function from the subject to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from import_contracts.drawing.model import Subject


def _lazily(name: str) -> Callable[[Subject], str]:
    """Return a format whose module is imported when it is called."""

    def render(subject: Subject) -> str:
        text = import_module(f"import_contracts.drawing.{name}").render(subject)
        assert isinstance(text, str), "each of these modules has the function"  # noqa: S101
        return text

    return render


_MODULES = {"html": "page", "json": "json", "svg": "svg", "text": "text"}

FORMATS: Mapping[str, Callable[[Subject], str]] = MappingProxyType(
    {name: _lazily(module) for name, module in _MODULES.items()}
)
