"""Modules that custom contract types used to import from. Each forwards to `import_contracts.rules` and warns.

``__path__`` in ``import_contracts/__init__.py`` includes this folder, so that
``from import_contracts.table import Table`` keeps working.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any
from warnings import warn

_KEPT = frozenset(
    {"ContractType", "Cut", "Findings", "ImportGraph", "ImportPattern", "Kind", "ModulePattern", "Part", "Problem"}
    | {"Severity", "Table", "Violation"}
)
# From each former name to the name in `import_contracts.rules`.
_MOVED = {name: name for name in _KEPT} | {"Account": "Description"}


def forwarded(module: str, name: str) -> Any:
    """Return the object of `import_contracts.rules` that had ``name`` in ``module``, and issue a DeprecationWarning.

    Raises AttributeError if there was none.
    """
    if name not in _MOVED:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    present = _MOVED[name]
    former = f"{name} from {module}" if name != present else module
    warn(f"Import {present} from import_contracts.rules instead of {former}.", DeprecationWarning, stacklevel=3)
    return getattr(import_module("import_contracts.rules"), present)
