"""Configuration files: finding them, and reading TOML or INI."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from import_contracts import disk
from import_contracts.config.misnamed import OWN, PEER, keys, sections, tables
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.problems import Problem, UserError


class Document(NamedTuple):
    """The content of one configuration file: the keys about the run in ``session``, and a table for each contract.

    ``file`` is its path as messages show it. ``is_peers`` is True for import-linter's configuration. ``overlooked`` has
    a sentence for each part of the file that is probably meant for this tool, but is not read because of its name.
    """

    file: str
    session: Mapping[str, object]
    contracts: Sequence[Mapping[str, object]]
    is_peers: bool = False
    overlooked: tuple[str, ...] = ()

    @property
    def is_ini(self) -> bool:
        """Whether the file is INI, not TOML."""
        return not self.file.endswith(".toml")


def find_config(start: Path) -> Path:
    """Return the configuration file in a folder, or in the nearest folder around it that has one.

    The search ends at the root of the repository (a folder with ``.git``), or at the root of the file system. Raises
    UserError, with the folders that were searched and an example to start from, if there is none.
    """
    start = start.resolve()
    searched = []
    for folder in (start, *start.parents):
        searched.append(folder)
        if (path := _in_folder(folder)) is not None:
            return path
        if (folder / ".git").exists():
            break
    where = "here" if len(searched) == 1 else f"here and in every folder up to {searched[-1]}"
    overlooked = [Problem(sentence, name_of(path, start)) for path, sentence in _overlooked(searched)]
    message = f"No configuration found. Searched {where} for {_PLACES}."
    raise UserError(Problem(message if overlooked else f"{message}\n\n{FIRST_CONFIGURATION}"), *overlooked)


def _overlooked(folders: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the parts of configuration files that are probably meant for this tool, with a sentence for each."""
    for path in (folder / name for folder in folders for name in _NAMES):
        try:
            if path.suffix == ".toml":
                found = tables(read_toml(path, path.name)) if path.is_file() else ()
            else:
                found = sections(_ini(path, path.name), TYPES) if path.is_file() else ()
        except UserError:
            continue
        yield from ((path, sentence) for sentence in found)


def repository(folder: Path) -> Path | None:
    """Return the root of the repository that contains a folder; None if it is in no repository."""
    return next((outer for outer in (folder, *folder.parents) if (outer / ".git").exists()), None)


def has_own(path: Path) -> bool:
    """Return whether a TOML file has the table ``tool.import-contracts``; raises UserError if it is not valid TOML."""
    return path.is_file() and OWN in _tools(path)


_NAMES = ("pyproject.toml", "setup.cfg", ".importlinter")
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


def _in_folder(folder: Path) -> Path | None:
    pyproject, setup, own = folder / "pyproject.toml", folder / "setup.cfg", folder / ".importlinter"
    if _mentions(pyproject, OWN) and OWN in _tools(pyproject):
        return pyproject
    for path in (setup, own):
        if _mentions(path, PEER) and PEER in _ini(path, path.name):
            return path
    return pyproject if _mentions(pyproject, PEER) and PEER in _tools(pyproject) else None


def _mentions(path: Path, name: str) -> bool:
    """Return whether a file contains a name. Other files are not parsed, so their errors do not matter."""
    try:
        return path.is_file() and name.encode() in disk.read(path)
    except OSError:
        return False


def name_of(path: Path, folder: Path) -> str:
    """Return a path as messages show it: relative to ``folder`` if it is inside, with ``/`` on every system."""
    path = Path(os.path.normpath(path))
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def read_document(path: Path, name: str) -> Document:
    """Read a configuration file, which has ``name`` in messages.

    A TOML file without ``tool.import-contracts`` or ``tool.importlinter`` is read as one of these tables. Raises
    UserError if the file cannot be read or is not valid.
    """
    if path.suffix != ".toml":
        return _ini_document(path, name)
    content = read_toml(path, name)
    tools = content.get("tool")
    for tool, is_peers in ((OWN, False), (PEER, True)):
        if isinstance(tools, Mapping) and tool in tools:
            document = toml_document(name, tools[tool], is_peers=is_peers)
            return document._replace(overlooked=(*keys(document.session, f"tool.{tool}."), *tables(content)))
    if isinstance(tools, Mapping) and not {"root_packages", "root_package"} & content.keys():
        message = f"There is no table [tool.{OWN}] or [tool.{PEER}] in this file. {' '.join(tables(content))}"
        raise UserError(Problem(message.rstrip(), file=name))
    document = toml_document(name, content)
    return document._replace(overlooked=(*keys(content, ""), *tables(content)))


def toml_document(name: str, session: object, *, is_peers: bool = False) -> Document:
    """Return a parsed table as a document; raises UserError if it is not a table, or its contracts are not tables."""
    if not isinstance(session, Mapping):
        raise UserError(Problem("The configuration is not a table.", file=name))
    contracts = Table(session, file=name)
    tables = contracts.tables("contracts")
    if contracts.problems:
        raise UserError(*contracts.problems)
    return Document(name, session, tables, is_peers)


def _ini_document(path: Path, name: str) -> Document:
    found = _ini(path, name)
    overlooked = sections(found, TYPES)
    if PEER not in found:
        message = f"There is no section [{PEER}] in this file. {' '.join(overlooked)}"
        raise UserError(Problem(message.rstrip(), file=name))
    contracts = [
        {"id": section.rpartition(":")[2], **values}
        for section, values in found.items()
        if section.startswith(f"{PEER}:")
    ]
    return Document(name, found[PEER], contracts, is_peers=True, overlooked=overlooked)


def read_toml(path: Path, name: str) -> dict[str, object]:
    """Return the content of a TOML file; raises UserError if it cannot be read or is not valid."""
    try:
        return parse_toml(disk.read(path), name)
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=name)) from None


def parse_toml(data: bytes, name: str) -> dict[str, object]:
    """Return the content of TOML 1.1, which has ``name`` in messages; raises UserError if it is not valid."""
    import tomli  # noqa: PLC0415 - not needed for INI

    try:
        return tomli.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name)) from None
    except tomli.TOMLDecodeError as error:
        raise UserError(Problem(f"This is not valid TOML: {_in_words(error)}.", file=name)) from None
    except (RecursionError, ValueError):
        message = "This TOML has a number that is too large, or tables that are nested too deeply."
        raise UserError(Problem(message, file=name)) from None


def _in_words(error: object) -> str:
    """Return the message of an error with dotted names instead of tuples: ``[a.b]`` for ``('a', 'b')``."""
    return re.sub(r"\((?:'[^'()]*',? ?)+\)", lambda found: f"[{'.'.join(found[0].split(chr(39))[1::2])}]", str(error))


def _tools(path: Path) -> Mapping[str, object]:
    tool = read_toml(path, path.name).get("tool", {})
    return tool if isinstance(tool, Mapping) else {}


def _ini(path: Path, name: str) -> dict[str, Mapping[str, object]]:
    from import_contracts.config.ini import parse_ini  # noqa: PLC0415 - not needed for TOML

    try:
        return parse_ini(disk.read(path).decode("utf-8-sig"), name)
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name)) from None
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=name)) from None
