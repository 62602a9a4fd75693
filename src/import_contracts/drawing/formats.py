"""The formats of a picture, one module each; a format is a function from the subject to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import draw


def _lazily(name: str) -> Callable[[Subject], str]:
    """Return a format whose module is imported when it is called."""

    def render(subject: Subject) -> str:
        text = import_module(f"import_contracts.drawing.{name}").render(subject)
        assert isinstance(text, str), "each of these modules has the function"  # noqa: S101
        return text

    return render


_MODULES = {"dot": "dot", "html": "page", "json": "json", "mermaid": "mermaid", "svg": "svg"}

FORMATS: Mapping[str, Callable[[Subject], str]] = MappingProxyType(
    {name: _lazily(module) for name, module in _MODULES.items()}
)

_ARROWS, _LENGTH = 500, 50_000
"""How many arrows and characters Mermaid draws, unless ``maxEdges`` and ``maxTextSize`` are raised."""


def left_out(name: str, subject: Subject, text: str) -> tuple[str, ...]:
    """Return sentences about what a format does not show of a picture, because it would be too much."""
    if name == "html" and subject.options.only_packages:
        return ("The page has the modules of packages too: --packages is for the other formats.",)
    if name not in {"mermaid", "svg"}:
        return ()
    picture = draw(subject)
    if name == "svg" and picture.arrangement is None and not subject.options.matrix:
        return (f"{len(picture.boxes):,} boxes are too many to draw; this is their matrix.",)
    if name == "mermaid" and (len(picture.drawn) > _ARROWS or len(text) > _LENGTH):
        return (f"Mermaid draws {_ARROWS} arrows and {_LENGTH:,} characters at most, and this is more.",)
    return ()
