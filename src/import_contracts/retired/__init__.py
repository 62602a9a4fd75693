"""Modules from which custom contract types used to import; each forwards to `import_contracts.rules` with a warning.

The package looks for its submodules here too (``__path__`` in ``import_contracts/__init__.py``), so that
``from import_contracts.table import Table`` keeps working.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any
from warnings import warn

_MOVED = frozenset(
    {"Account", "ContractType", "Cut", "Findings", "ImportGraph", "ImportPattern", "Kind", "ModulePattern", "Part"}
    | {"Problem", "Severity", "Table", "Violation"}
)


def forwarded(module: str, name: str) -> Any:
    """Return a name of `import_contracts.rules` for a module that had it once, with a DeprecationWarning.

    Raises AttributeError for any other name.
    """
    if name not in _MOVED:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    warn(f"Import {name} from import_contracts.rules instead of {module}.", DeprecationWarning, stacklevel=3)
    return getattr(import_module("import_contracts.rules"), name)
