"""Editing a configuration file: adds a key and leaves the rest of the text unchanged."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from import_contracts.config.files import Document, read_document
from import_contracts.config.misnamed import OWN, PEER
from import_contracts.config.session import Config
from import_contracts.problems import Problem, UserError


def with_key(config: Config, key: str, value: str) -> str:
    """Return the text of the configuration file with one more key about the run, the rest unchanged.

    Raises UserError, with the line to add and where, if the place of the key is not clear.
    """
    line = f'{key} = "{value}"' if config.path.suffix == ".toml" else f"{key} = {value}"
    text = config.path.read_bytes().decode()
    header = _HEADER.search(text)
    place = header.end() if header else 0
    edited = f"{text[:place]}{line}\n{text[place:]}"
    before, after = read_document(config.path, config.file), _document_of(edited, config)
    if after is None or {**before.session, key: value} != after.session:
        raise UserError(Problem(f"Add this line next to 'root_packages': {line}", file=config.file, key=key))
    return edited


_HEADER = re.compile(rf"^[ \t]*\[(?:tool\.{OWN}|tool\.{PEER}|{PEER})\][^\n]*\n", re.MULTILINE)


def _document_of(text: str, config: Config) -> Document | None:
    """Return the document of a configuration file with other text; None if that is not valid."""
    with TemporaryDirectory() as folder:
        path = Path(folder, config.file)
        path.write_bytes(text.encode())
        try:
            return read_document(path, config.file)
        except UserError:
            return None
