"""The formats of a report, one module each: a function of the report that returns text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from import_contracts.report import Report
    from import_contracts.reporters.style import Style


# Each is imported when it is called: a run that prints a stored report needs none of them.
def _json(report: Report, style: Style) -> str:
    from import_contracts.reporters import json  # noqa: PLC0415

    return json.render(report, style)


def _text(report: Report, style: Style) -> str:
    from import_contracts.reporters import text  # noqa: PLC0415

    return text.render(report, style)


FORMATS: Mapping[str, Callable[[Report, Style], str]] = MappingProxyType({"json": _json, "text": _text})
