"""The formats of a report, one module each; a format is a function from the report to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from import_contracts.reporters.style import Style
    from import_contracts.reports.check import Report


def _lazily(name: str) -> Callable[[Report, Style], str]:
    """Return a format whose module is imported when it is called; printing a stored report needs none of them."""

    def render(report: Report, style: Style) -> str:
        text = import_module(f"import_contracts.reporters.{name}").render(report, style)
        assert isinstance(text, str), "each of these modules has the function"  # noqa: S101
        return text

    return render


FORMATS: Mapping[str, Callable[[Report, Style], str]] = MappingProxyType(
    {name: _lazily(name) for name in ("concise", "github", "gitlab", "json", "junit", "markdown", "sarif", "text")}
)
