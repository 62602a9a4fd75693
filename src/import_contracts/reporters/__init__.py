"""The formats of a report, one module each: a function of the report that returns text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from import_contracts.report import Report
from import_contracts.reporters import json, text
from import_contracts.reporters.style import Style

FORMATS: Mapping[str, Callable[[Report, Style], str]] = MappingProxyType({"json": json.render, "text": text.render})
