"""A linter for the architecture of Python programs.

``import_contracts.check()`` does what the command ``lint-imports`` does, and returns what was found. Each name is
imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from import_contracts.version import __version__ as __version__

if TYPE_CHECKING:
    from import_contracts.errors import Problem as Problem
    from import_contracts.errors import Severity as Severity
    from import_contracts.errors import UserError as UserError
    from import_contracts.graph import Import as Import
    from import_contracts.graph import Kind as Kind
    from import_contracts.public import check as check
    from import_contracts.public import find_cycles as find_cycles
    from import_contracts.public import render as render
    from import_contracts.report import CyclesReport as CyclesReport
    from import_contracts.report import Outcome as Outcome
    from import_contracts.report import Report as Report
    from import_contracts.report import ReportedCut as ReportedCut
    from import_contracts.report import ReportedViolation as ReportedViolation
    from import_contracts.report import Result as Result
else:
    # The same for Python, which looks into a module only when it is asked for a name that is there.
    _PLACES = {
        "errors": ("Problem", "Severity", "UserError"),
        "graph": ("Import", "Kind"),
        "public": ("check", "find_cycles", "render"),
        "report": ("CyclesReport", "Outcome", "Report", "ReportedCut", "ReportedViolation", "Result"),
    }

    def __getattr__(name):
        for module, names in _PLACES.items():
            if name in names:
                return getattr(import_module(f"{__name__}.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *(name for names in _PLACES.values() for name in names)})
