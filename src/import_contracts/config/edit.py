"""Editing a configuration file: adds a key and leaves the rest of the text unchanged."""

from __future__ import annotations

import re

from import_contracts.config.files import Document, document_of
from import_contracts.config.misnamed import OWN, PEER
from import_contracts.config.session import Config
from import_contracts.problems import Problem, UserError


def with_key(config: Config, data: bytes, key: str, value: str) -> str:
    """Return the text ``data`` of the configuration file with one more key about the run, the rest unchanged.

    Raises UserError, with the line to add and where, if the place of the key is not clear.
    """
    line = key_line(config, key, value)
    text = data.decode()
    header = _HEADER.search(text)
    place = header.end() if header else 0
    edited = f"{text[:place]}{line}\n{text[place:]}"
    after = _document_of(edited, config)
    if after is None or {**config.documents[0].session, key: value} != after.session:
        raise UserError(Problem(f"Add this line next to 'root_packages': {line}", file=config.file, key=key))
    return edited


def key_line(config: Config, key: str, value: str) -> str:
    """Return the line of a key, as the configuration file has it."""
    return f'{key} = "{value}"' if config.path.suffix == ".toml" else f"{key} = {value}"


_HEADER = re.compile(rf"^[ \t]*\[(?:tool\.{OWN}|tool\.{PEER}|{PEER})\][^\n]*\n", re.MULTILINE)


def _document_of(text: str, config: Config) -> Document | None:
    """Return the document of a configuration file with other text; None if that is not valid."""
    try:
        return document_of(text.encode(), config.file, is_toml=config.path.suffix == ".toml")
    except UserError:
        return None
