"""Custom contract types: the team's own code, which is imported only here."""

from __future__ import annotations

import sys
from importlib import import_module

from import_contracts.config.files import PEER
from import_contracts.config.session import Config
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES, ContractType
from import_contracts.graph.names import within
from import_contracts.problems import Problem
from import_contracts.reading.program import runs


def load_types(config: Config) -> tuple[dict[str, ContractType], tuple[Problem, ...]]:
    """Return the contract types that ``contract_types`` names as ``type: module.object``, and what is wrong.

    Each module is imported, with the folders of the configuration and of the run at the end of ``sys.path``; nothing of
    the linted program is.
    """
    table = Table({}, file=config.file)
    found: dict[str, ContractType] = {}
    for text in config.custom_types:
        name, _, path = (part.strip() for part in text.partition(":"))
        module, dot, attribute = path.rpartition(".")
        if not (name and dot):
            table.error("contract_types", f"Found '{text}'; write 'type: module.object'.")
        elif name in TYPES:
            table.error("contract_types", f"'{name}' is a contract type already; give yours another name.")
        elif config.root_packages:  # without them it cannot be told whether this is a part of the linted program
            try:
                found[name] = _load(module, attribute, config)
            except _UnusableTypeError as error:
                table.error("contract_types", f"'{path}': {error}")
    return found, table.problems


class _UnusableTypeError(Exception):
    """A custom contract type cannot be used; the message says why and what to do."""


_PORTING = (
    "this class is written for import-linter. Write parse(table), which returns an object with check(graph) -> "
    "Findings: docs/custom-contract-types.md shows how"
)


def _load(module: str, attribute: str, config: Config) -> ContractType:
    # At the end, so that nothing of the linted program takes the place of what this program still has to import.
    sys.path += [folder for base in config.bases if (folder := str(base)) not in sys.path]
    if runs(module, config.root_packages, config.source_roots):
        raise _UnusableTypeError("it is in the linted program, which is never run; move it elsewhere.")
    try:
        loaded = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if error.name and within(error.name, PEER):
            raise _UnusableTypeError(f"{_PORTING}.") from None
        raise _UnusableTypeError(f"{error}.") from None
    except AttributeError:
        raise _UnusableTypeError(f"module '{module}' has no '{attribute}'.") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the team's own code raises is theirs to read
        raise _UnusableTypeError(f"importing it failed with {type(error).__name__}: {error}.") from None
    if hasattr(loaded, "render_broken_contract"):
        raise _UnusableTypeError(f"{_PORTING}.")
    if isinstance(loaded, ContractType):
        return loaded
    if not callable(loaded):
        raise _UnusableTypeError("it is neither a function parse(table) nor a ContractType.")
    return ContractType(loaded)
