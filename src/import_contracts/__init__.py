"""A linter for the architecture of Python programs.

``import_contracts.check()`` does what the command ``lint-imports`` does, and returns the report. Each name is imported
when it is first used.
"""

import sys

# Python puts the working directory first on the search path for ``-m``, and it may have a ``typing.py`` that must not
# run. So this comes before every import, even that of ``__future__``. Until it is found, the command is named -m.
if sys.argv[:1] == ["-m"] and not sys.flags.safe_path and sys.orig_argv[-len(sys.argv) :][0].count(__name__):
    del sys.path[0]

from import_contracts.version import __version__ as __version__

TYPE_CHECKING = False  # as in typing, which takes long to import

# The modules that custom contract types used to import from. They warn.
__path__.append(f"{__path__[0]}/retired")

if TYPE_CHECKING:
    from import_contracts.graph.import_graph import Import as Import
    from import_contracts.graph.kinds import Kind as Kind
    from import_contracts.problems import Problem as Problem
    from import_contracts.problems import Severity as Severity
    from import_contracts.problems import UserError as UserError
    from import_contracts.public import check as check
    from import_contracts.public import find_cycles as find_cycles
    from import_contracts.public import render as render
    from import_contracts.reports.check import Outcome as Outcome
    from import_contracts.reports.check import Report as Report
    from import_contracts.reports.check import ReportedCut as ReportedCut
    from import_contracts.reports.check import ReportedViolation as ReportedViolation
    from import_contracts.reports.check import Result as Result
    from import_contracts.reports.cycles import CyclesReport as CyclesReport
else:
    # The same names at run time, each imported when it is first used.
    _PLACES = {
        "graph.import_graph": ("Import",),
        "graph.kinds": ("Kind",),
        "problems": ("Problem", "Severity", "UserError"),
        "public": ("check", "find_cycles", "render"),
        "reports.check": ("Outcome", "Report", "ReportedCut", "ReportedViolation", "Result"),
        "reports.cycles": ("CyclesReport",),
    }

    def __getattr__(name):
        for module, names in _PLACES.items():
            if name in names:
                return getattr(__import__(f"{__name__}.{module}", fromlist=[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return {*globals(), *(name for names in _PLACES.values() for name in names)}
