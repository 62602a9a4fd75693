"""Configuration files: finding them, and reading TOML or INI."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from import_contracts import disk
from import_contracts.contracts.table import Table
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import text_of
from import_contracts.repository import checkout

OWN, PEER = "import-contracts", "importlinter"


class Document(NamedTuple):
    """The content of one configuration file: the keys about the run in ``session``, and a table for each contract.

    ``file`` is its path as messages show it. ``is_peers`` is True for import-linter's configuration.
    """

    file: str
    session: Mapping[str, object]
    contracts: Sequence[Mapping[str, object]]
    is_peers: bool = False


def find_config(start: Path) -> Path:
    """Return the configuration file in a folder, or in the nearest folder around it that has one.

    The search ends at the root of the repository (a folder with ``.git``), or at the root of the file system. Raises
    UserError, with the folders that were searched and an example to start from, if there is none; also if a file that
    may be the configuration cannot be read.
    """
    try:
        start = Path(disk.real(start))
    except OSError as error:
        raise UserError(Problem(f"This folder cannot be searched: {error.strerror}.", file=str(start))) from None
    searched = []
    for folder in (start, *start.parents):
        searched.append(folder)
        if (path := _in_folder(folder, start)) is not None:
            return path
        if disk.exists(folder / ".git"):
            break
    where = "here" if len(searched) == 1 else f"here and in every folder up to {searched[-1]}"
    message = f"No configuration found. Searched {where} for {_PLACES}."
    raise UserError(Problem(message, below=("", *FIRST_CONFIGURATION.split("\n"))))


def has_own(data: bytes, name: str) -> bool:
    """Return whether TOML has the table ``tool.import-contracts``; raises UserError if it is not valid."""
    return OWN in _tool(parse_toml(data, name))


_PLACES = (
    "pyproject.toml ([tool.import-contracts] or [tool.importlinter]), setup.cfg and .importlinter ([importlinter])"
)
FIRST_CONFIGURATION = """\
To start, add this to pyproject.toml with the names of your packages, and run lint-imports:

[tool.import-contracts]
root_packages = ["shop"]

[[tool.import-contracts.contracts]]
name = "Models do not know the web"
type = "forbidden"
source_modules = ["shop.models"]
forbidden_modules = ["shop.web"]"""


def _in_folder(folder: Path, start: Path) -> Path | None:
    pyproject, setup, own = folder / "pyproject.toml", folder / "setup.cfg", folder / ".importlinter"
    text = _candidate(pyproject, start)
    if OWN.encode() in text and OWN in _tools(text, pyproject):
        return pyproject
    for path in (setup, own):
        ini = _candidate(path, start)
        if PEER.encode() in ini and PEER in _ini(ini, path.name, quotes=may_quote(path)):
            return path
    return pyproject if PEER.encode() in text and PEER in _tools(text, pyproject) else None


def may_quote(path: Path) -> bool:
    """Return whether messages may quote a file that was not named by the user: not if it is a link out of a checkout.

    Otherwise a pull request could show any file of the machine that checks it.
    """
    return disk.is_inside(path, checkout(path.parent))


def _candidate(path: Path, start: Path) -> bytes:
    """Return the content of a file that may be the configuration; empty if there is no such file.

    If it names no tool of ours it is not parsed, so its errors do not matter. Raises UserError if it cannot be read,
    because another configuration may not be the right one then.
    """
    try:
        return disk.read(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        if not path.is_symlink():
            return b""
        raise unreadable(error, name_of(path, start)) from None
    except OSError as error:
        if disk.is_folder(path):
            return b""
        raise unreadable(error, name_of(path, start)) from None


def unreadable(error: OSError, name: str) -> UserError:
    """Return the error for a file that cannot be read."""
    return UserError(Problem(f"This file cannot be read: {error.strerror}.", file=name))


def name_of(path: Path, folder: Path) -> str:
    """Return a path as messages show it: relative to ``folder`` if it is inside, with ``/`` on every system."""
    path = Path(os.path.normpath(path))
    return text_of(path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix())


def read_document(path: Path, name: str, *, quotes: bool = True) -> Document:
    """Read a configuration file, which has ``name`` in messages; for ``quotes`` see `parse_toml`.

    A TOML file without ``tool.import-contracts`` or ``tool.importlinter`` is read as one of these tables. Raises
    UserError if the file cannot be read or is not valid.
    """
    return document_of(_read(path, name), name, is_toml=path.suffix == ".toml", quotes=quotes)


def document_of(data: bytes, name: str, *, is_toml: bool, quotes: bool = True) -> Document:
    """Return the document in the content of a configuration file, as `read_document` does."""
    if not is_toml:
        return _ini_document(data, name, quotes=quotes)
    content = parse_toml(data, name, quotes=quotes)
    tools = _tool(content)
    for tool, is_peers in ((OWN, False), (PEER, True)):
        if tool in tools:
            return toml_document(name, tools[tool], is_peers=is_peers)
    return toml_document(name, content)


def toml_document(name: str, session: object, *, is_peers: bool = False) -> Document:
    """Return a parsed table as a document; raises UserError if it is not a table, or its contracts are not tables."""
    if not isinstance(session, Mapping):
        raise UserError(Problem("The configuration is not a table.", file=name))
    contracts = Table(session, file=name)
    tables = contracts.tables("contracts")
    if contracts.problems:
        raise UserError(*contracts.problems)
    return Document(name, session, tables, is_peers)


def _ini_document(data: bytes, name: str, *, quotes: bool) -> Document:
    sections = _ini(data, name, quotes=quotes)
    if PEER not in sections:
        raise UserError(Problem(f"There is no section [{PEER}] in this file.", file=name))
    contracts = [
        {"id": section.rpartition(":")[2], **values}
        for section, values in sections.items()
        if section.startswith(f"{PEER}:")
    ]
    return Document(name, sections[PEER], contracts, is_peers=True)


def read_toml(path: Path, name: str, *, quotes: bool = True) -> dict[str, object]:
    """Return the content of a TOML file; raises UserError if it cannot be read or is not valid."""
    return parse_toml(_read(path, name), name, quotes=quotes)


def parse_toml(data: bytes, name: str, *, quotes: bool = True) -> dict[str, object]:
    """Return the value of TOML, whose file has ``name`` in messages; raises UserError if it is not valid.

    Without ``quotes``, the message has nothing of the content, only the place.
    """
    import tomllib  # noqa: PLC0415 - not needed for INI

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name)) from None
    except tomllib.TOMLDecodeError as error:
        raise _invalid("TOML", error, name, quotes=quotes) from None
    except (RecursionError, ValueError):
        message = "This TOML has a number that is too large, or tables that are nested too deeply."
        raise UserError(Problem(message, file=name)) from None


def _invalid(language: str, error: Exception, name: str, *, quotes: bool) -> UserError:
    where = re.search(r"line:? +(\d+)", str(error))
    known = f": {' '.join(str(error).split())}" if quotes else f" (line {where[1]})" if where else ""
    return UserError(Problem(f"This is not valid {language}{known}.", file=name))


def _read(path: Path, name: str) -> bytes:
    try:
        return disk.read(path)
    except OSError as error:
        raise unreadable(error, name) from None


def _tools(data: bytes, path: Path) -> Mapping[str, object]:
    return _tool(parse_toml(data, path.name, quotes=may_quote(path)))


def _tool(content: Mapping[str, object]) -> Mapping[str, object]:
    tool = content.get("tool", {})
    return tool if isinstance(tool, Mapping) else {}


def _ini(data: bytes, name: str, *, quotes: bool = True) -> dict[str, dict[str, object]]:
    from configparser import ConfigParser, Error, InterpolationError  # noqa: PLC0415 - not needed for TOML

    parser = ConfigParser()
    try:
        parser.read_string(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name)) from None
    except Error as error:
        raise _invalid("INI", error, name, quotes=quotes) from None

    def value(section: str, key: str) -> object:
        try:
            text = parser.get(section, key)
        except InterpolationError:  # a literal %, as in "100% typed"
            text = parser.get(section, key, raw=True)
        return [line for line in text.splitlines() if line.strip()] if "\n" in text else text

    return {section: {key: value(section, key) for key in parser.options(section)} for section in parser.sections()}
