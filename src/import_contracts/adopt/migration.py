"""Converting a configuration of import-linter to this tool's TOML."""

from __future__ import annotations

from collections.abc import Sequence

from import_contracts.adopt.toml import table
from import_contracts.config.contracts import Contract
from import_contracts.config.misnamed import OWN
from import_contracts.config.session import Config

_FIRST = ("id", "name", "type")


def migrate(config: Config, contracts: Sequence[Contract]) -> str:
    """Return a configuration file of import-linter as ``[tool.import-contracts]``, without the files that it includes.

    The meaning stays the same: a value gets the type with which its key is read, and unknown keys and wrong values are
    kept. ``contracts`` are those of the configuration.
    """
    document = config.documents[0]
    forms = config.session.forms
    session = {key: _value(forms.get(key, ""), value) for key, value in document.session.items() if key != "contracts"}
    if "root_packages" in session:
        session.pop("root_package", None)  # ignored if root_packages is set
    own = contracts[: len(document.contracts)]
    comments = (
        f"Converted from {document.file} by lint-imports init --from-import-linter, without the comments in it.",
    )
    tables = (table(f"[[tool.{OWN}.contracts]]", _contract(each)) for each in own)
    return "\n".join([table(f"[tool.{OWN}]", session, comments=comments), *tables])


def _contract(contract: Contract) -> dict[str, object]:
    values, forms = contract.table.values, contract.table.forms
    keys = [*(key for key in _FIRST if key in values), *values]
    return {key: _value(forms.get(key, ""), values[key]) for key in keys}


def _value(form: str, value: object) -> object:
    """Return a value with the type that it has in TOML; a wrong value stays as it is.

    import-linter reads every value of a lenient flag that is not true as false.
    """
    if form == "lenient flag":
        return isinstance(value, bool | str) and str(value).strip().lower() == "true"
    if isinstance(value, str):
        return _of_text(form, value)
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        if form == "string":
            return " ".join(value)
        if form == "text":
            return "\n".join(value).strip()
        if form == "strings":
            return _stripped(value)
    return value


def _of_text(form: str, text: str) -> object:
    word = text.strip()
    if form == "flag" and word.lower() in ("true", "false"):
        return word.lower() == "true"
    if form == "integer" and word.isascii() and word.isdigit() and len(word) < 10:
        return int(word)
    return _stripped([text]) if form == "strings" else text


def _stripped(items: Sequence[str]) -> list[str]:
    return [item.strip() for item in items if item.strip()]
