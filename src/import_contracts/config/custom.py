"""Custom contract types: the only module that imports the user's code."""

from __future__ import annotations

import sys
from importlib import import_module

from import_contracts.config.misnamed import PEER
from import_contracts.config.session import Config
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES, ContractType
from import_contracts.graph.names import within
from import_contracts.problems import Problem
from import_contracts.reading.files.roots import runs


def load_types(config: Config) -> tuple[dict[str, ContractType], tuple[Problem, ...]]:
    """Return the contract types in the key ``contract_types``, by name, and the problems.

    An entry of the key is ``type: module.object``. The module is imported, with ``config.bases`` at the end of
    ``sys.path``, unless it is part of the linted program. If they are refused, nothing is imported, and there are none.
    """
    if config.refused:
        return {}, ()
    table = Table({}, file=config.file)
    types: dict[str, ContractType] = {}
    for text in config.custom_types:
        name, _, path = (part.strip() for part in text.partition(":"))
        module, dot, attribute = path.rpartition(".")
        if not (name and dot):
            table.error("contract_types", f"Found '{text}'; write 'type: module.object'.")
        elif name in TYPES:
            table.error("contract_types", f"'{name}' is a built-in contract type; use another name.")
        elif config.root_packages:  # without them, it is unknown whether the module is in the linted program
            try:
                types[name] = _load(module, attribute, config)
            except _UnusableTypeError as error:
                table.error("contract_types", f"'{path}': {error}")
    return types, table.problems


def refused_types(config: Config) -> frozenset[str]:
    """Return the names of the custom contract types that are refused; empty if they are not."""
    return frozenset(text.partition(":")[0].strip() for text in config.custom_types if config.refused)


class _UnusableTypeError(Exception):
    """A custom contract type cannot be used; the message is the reason and what to do."""


_PORTING = (
    "this class is written for import-linter. Write parse(table), which returns an object with check(graph) -> "
    "Findings; see docs/custom-contract-types.md"
)


def _load(module: str, attribute: str, config: Config) -> ContractType:
    # At the end, so that no module of the linted program shadows a module that this program still has to import.
    sys.path += [folder for base in config.bases if (folder := str(base)) not in sys.path]
    if runs(module, config.root_packages, config.source_roots):
        raise _UnusableTypeError("it is in the linted program, which is never executed; move it to another package.")
    try:
        loaded = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if error.name and within(error.name, PEER):
            raise _UnusableTypeError(f"{_PORTING}.") from None
        raise _UnusableTypeError(f"{error}.") from None
    except AttributeError:
        raise _UnusableTypeError(f"module '{module}' has no '{attribute}'.") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's code may raise anything
        raise _UnusableTypeError(f"importing it failed with {type(error).__name__}: {error}.") from None
    if hasattr(loaded, "render_broken_contract"):
        raise _UnusableTypeError(f"{_PORTING}.")
    if isinstance(loaded, ContractType):
        return loaded
    if not callable(loaded):
        raise _UnusableTypeError("it is neither a function parse(table) nor a ContractType.")
    return ContractType(loaded)
