"""Converting a configuration of import-linter to this tool's TOML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from import_contracts.adopt.comments import TableComments, read_comments
from import_contracts.adopt.toml import table
from import_contracts.config.contracts import Contract
from import_contracts.config.misnamed import OWN
from import_contracts.config.session import Config

_FIRST = ("id", "name", "type")


def migrate(config: Config, contracts: Sequence[Contract], text: str = "") -> str:
    """Return a configuration file of import-linter as ``[tool.import-contracts]``, without the files that it includes.

    The meaning stays the same: a value gets the type with which its key is read, and unknown keys and wrong values are
    kept. ``contracts`` are those of the configuration. The comments in ``text``, that of the file, are kept: one right
    above a contract becomes its reason if it has none.
    """
    document = config.documents[0]
    forms = config.session.forms
    session = {key: _value(forms.get(key, ""), value) for key, value in document.session.items() if key != "contracts"}
    if "root_packages" in session:
        session.pop("root_package", None)  # ignored if root_packages is set
    own = contracts[: len(document.contracts)]
    comments = read_comments(text, is_toml=not document.is_ini)
    origin = [f"Converted from {document.file} by lint-imports init --from-import-linter."]
    tables = (_contract(each, comments.of_contract(number)) for number, each in enumerate(own))
    return "\n".join([_table(f"[tool.{OWN}]", session, comments.session, [origin, *comments.session.above]), *tables])


def _contract(contract: Contract, comments: TableComments) -> str:
    values, forms = contract.table.values, contract.table.forms
    keys = [*(key for key in _FIRST if key in values), *values]
    written = {key: _value(forms.get(key, ""), values[key]) for key in keys}
    blocks = comments.above
    if comments.reason and not {"reason", "broken_contract_guidance"} & values.keys():
        first = {key: written.pop(key) for key in _FIRST if key in written}
        written, blocks = {**first, "reason": comments.reason, **written}, blocks[:-1]
    return _table(f"[[tool.{OWN}.contracts]]", written, comments, blocks)


def _table(header: str, values: Mapping[str, object], comments: TableComments, blocks: Sequence[Sequence[str]]) -> str:
    """Return a table with its comments: ``blocks`` above it, and those of keys that are not written."""
    lost = [line for (key, _), lines in comments.at.items() if key not in values for line in lines]
    above = [line for block in filter(None, (*blocks, lost)) for line in block]
    return table(header, values, comments=above, notes=comments.at, end=comments.end)


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
