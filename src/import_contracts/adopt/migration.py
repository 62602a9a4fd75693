"""Converting a configuration of import-linter to this tool's TOML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from import_contracts.adopt.toml import table
from import_contracts.config.config import OWN, Document

_FLAGS = frozenset(
    {
        "allow_indirect_imports",
        "as_packages",
        "exclude_deferred_imports",
        "exclude_lazy_imports",
        "exclude_type_checking_imports",
        "exhaustive",
        "include_external_packages",
        "include_parent_packages",
        "show_timings",
        "strict",
    }
)
_LISTS = frozenset(
    {
        "allowed_importers",
        "ancestors",
        "containers",
        "contract_types",
        "exhaustive_ignores",
        "forbidden_modules",
        "ignore_imports",
        "include",
        "layers",
        "modules",
        "protected_modules",
        "root_packages",
        "skip_descendants",
        "source_modules",
        "source_roots",
    }
)
_LINES = frozenset({"baseline", "id", "name", "root_package", "type"})
_TEXTS = frozenset({"broken_contract_guidance", "reason"})
_FIRST = ("id", "name", "type")


def migrate(documents: Sequence[Document]) -> str:
    """Return the first document, a configuration file of import-linter, as ``[tool.import-contracts]``.

    The meaning stays the same; unknown keys and wrong values are kept. The other documents are contract files that the
    first one includes; they are in this tool's format already and are not converted.
    """
    document = documents[0]
    session = {key: _session_value(key, value) for key, value in document.session.items() if key != "contracts"}
    if "root_packages" in session:
        session.pop("root_package", None)  # ignored if root_packages is set
    contracts = ({key: _value(key, value) for key, value in _named_first(contract)} for contract in document.contracts)
    comments = (
        f"Converted from {document.file} by lint-imports init --from-import-linter, without the comments in it.",
    )
    tables = (table(f"[[tool.{OWN}.contracts]]", contract) for contract in contracts)
    return "\n".join([table(f"[tool.{OWN}]", session, comments=comments), *tables])


def _named_first(contract: Mapping[str, object]) -> list[tuple[str, object]]:
    order = {key: number for number, key in enumerate((*_FIRST, *(key for key in contract if key not in _FIRST)))}
    return sorted(contract.items(), key=lambda item: order[item[0]])


def _session_value(key: str, value: object) -> object:
    """Return the value of a key of the run. import-linter reads every value of a flag that is not true as false."""
    converted = _value(key, value)
    return converted if key not in _FLAGS or key == "strict" or isinstance(converted, bool) else False


def _value(key: str, value: object) -> object:
    """Return a value with the type that it has in TOML; a wrong value stays as it is."""
    if isinstance(value, str):
        return _of_text(key, value)
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        if key in _LINES:
            return " ".join(value)
        if key in _TEXTS:
            return "\n".join(value).strip()
        if key in _LISTS:
            return _stripped(value)
    return value


def _of_text(key: str, text: str) -> object:
    word = text.strip()
    if key in _FLAGS and word.lower() in ("true", "false"):
        return word.lower() == "true"
    if key == "depth" and word.isascii() and word.isdigit() and len(word) < 10:
        return int(word)
    return _stripped([text]) if key in _LISTS else text


def _stripped(items: Sequence[str]) -> list[str]:
    return [item.strip() for item in items if item.strip()]
