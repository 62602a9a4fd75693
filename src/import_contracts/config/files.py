"""Configuration files: finding them, and reading TOML or INI."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from import_contracts import disk
from import_contracts.config.misnamed import OWN, PEER, keys, sections, tables
from import_contracts.contracts.table import DECLARED, Table
from import_contracts.contracts.types import TYPES
from import_contracts.problems import NoConfigurationError, Problem, UserError, unreadable
from import_contracts.reading.context import text_of
from import_contracts.records import NamedTuple
from import_contracts.repository import checkout


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


def is_declared(contract: Mapping[str, object]) -> bool:
    """Return whether a contract allows what the members of a workspace declare as dependencies."""
    return contract.get("type") == "allowed" and contract.get("allowed") == DECLARED


def find_config(start: Path) -> Path:
    """Return the configuration file in a folder, or in the nearest folder around it that has one.

    The search ends at the root of the repository (a folder with ``.git``), or at the root of the file system. Raises
    NoConfigurationError, with the folders that were searched and an example to start from, if there is none; and
    UserError if a file that may be the configuration cannot be read.
    """
    path, start, searched = _searched(start)
    if path is not None:
        return path
    where = "here" if len(searched) == 1 else f"here and in every folder up to {searched[-1]}"
    message = f"No configuration found. Searched {where} for {_PLACES}."
    overlooked = [Problem(sentence, name_of(path, start)) for path, sentence in _overlooked(searched)]
    is_tach = any(disk.is_file(folder / "tach.toml") for folder in searched)
    below = () if overlooked else ("", _OF_TACH if is_tach else _OF_CODE, "", *FIRST_CONFIGURATION.split("\n"))
    raise NoConfigurationError(Problem(message, below=below), *overlooked)


def existing_config(start: Path) -> Path | None:
    """Return what `find_config` does; None if there is no configuration."""
    return _searched(start)[0]


def _searched(start: Path) -> tuple[Path | None, Path, Sequence[Path]]:
    """Return the configuration file, the folder without links in its path, and the folders that were searched."""
    try:
        start = Path(disk.real(start))
    except OSError as error:
        raise UserError(Problem(f"This folder cannot be searched: {error.strerror}.", file=str(start))) from None
    searched = []
    for folder in (start, *start.parents):
        searched.append(folder)
        if (path := config_in(folder, start)) is not None:
            return path, start, searched
        if disk.exists(folder / ".git"):
            break
    return None, start, searched


def _overlooked(folders: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the parts of configuration files that are probably meant for this tool, with a sentence for each."""
    for path in (folder / name for folder in folders for name in _NAMES):
        try:
            if not may_quote(path):
                continue
            data = disk.read(path)
            is_toml = path.suffix == ".toml"
            found = tables(parse_toml(data, path.name)) if is_toml else sections(_ini(data, path.name), TYPES)
        except (OSError, UserError):
            continue
        yield from ((path, sentence) for sentence in found)


def has_own(data: bytes, name: str) -> bool:
    """Return whether TOML has the table ``tool.import-contracts``; raises UserError if it is not valid."""
    return OWN in _tool(parse_toml(data, name))


_NAMES = ("pyproject.toml", "setup.cfg", ".importlinter")
_PLACES = (
    "pyproject.toml ([tool.import-contracts] or [tool.importlinter]), setup.cfg and .importlinter ([importlinter])"
)
_OF_CODE = "To write contracts that hold today, run: lint-imports init"
_OF_TACH = "To convert tach.toml, run: lint-imports init --from-tach"
FIRST_CONTRACT = """\
[[tool.import-contracts.contracts]]
name = "Models do not know the web"
type = "forbidden"
source_modules = ["shop.models"]
forbidden_modules = ["shop.web"]"""
FIRST_CONFIGURATION = f"""\
To write your own, add this to pyproject.toml with the names of your packages, and run lint-imports:

[tool.import-contracts]
root_packages = ["shop"]

{FIRST_CONTRACT}"""


def config_in(folder: Path, start: Path) -> Path | None:
    """Return the configuration file in a folder; None if it has none.

    Raises UserError, with names relative to ``start``, if a file that may be the configuration cannot be read.
    """
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
        if not disk.is_link(path):
            return b""
        raise unreadable(error, name_of(path, start)) from None
    except OSError as error:
        if disk.is_folder(path):
            return b""
        raise unreadable(error, name_of(path, start)) from None


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
    misnamed = tables(content) if quotes else ()
    for tool, is_peers in ((OWN, False), (PEER, True)):
        if tool in tools:
            document = toml_document(name, tools[tool], is_peers=is_peers)
            near = keys(document.session, f"tool.{tool}.") if quotes else ()
            return document._replace(overlooked=(*near, *misnamed))
    if tools and not {"root_packages", "root_package"} & content.keys():
        message = f"There is no table [tool.{OWN}] or [tool.{PEER}] in this file. {' '.join(misnamed)}"
        raise UserError(Problem(message.rstrip(), file=name))
    near = keys(content, "") if quotes else ()
    return toml_document(name, content)._replace(overlooked=(*near, *misnamed))


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
    found = _ini(data, name, quotes=quotes)
    overlooked = sections(found, TYPES) if quotes else ()
    if PEER not in found:
        message = f"There is no section [{PEER}] in this file. {' '.join(overlooked)}"
        raise UserError(Problem(message.rstrip(), file=name))
    contracts = [
        ({"id": id_} if (id_ := section.rpartition(":")[2]) else {}) | dict(values)
        for section, values in found.items()
        if section.startswith(f"{PEER}:")
    ]
    return Document(name, found[PEER], contracts, is_peers=True, overlooked=overlooked)


def read_toml(path: Path, name: str, *, quotes: bool = True) -> dict[str, object]:
    """Return the content of a TOML file; raises UserError if it cannot be read or is not valid."""
    return parse_toml(_read(path, name), name, quotes=quotes)


def parse_toml(data: bytes, name: str, *, quotes: bool = True) -> dict[str, object]:
    """Return the value of TOML 1.1, whose file has ``name`` in messages; raises UserError if it is not valid.

    Without ``quotes``, the message has nothing of the content, only the place.
    """
    import tomli  # noqa: PLC0415 - not needed for INI

    try:
        return tomli.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name)) from None
    except tomli.TOMLDecodeError as error:
        raise _invalid("TOML", _in_words(error), name, quotes=quotes) from None
    except (RecursionError, ValueError):
        message = "This TOML has a number that is too large, or tables that are nested too deeply."
        raise UserError(Problem(message, file=name)) from None


def _in_words(error: object) -> str:
    """Return the message of an error with dotted names instead of tuples: ``[a.b]`` for ``('a', 'b')``."""
    return re.sub(r"\((?:'[^'()]*',? ?)+\)", lambda found: f"[{'.'.join(found[0].split(chr(39))[1::2])}]", str(error))


def _invalid(language: str, error: str, name: str, *, quotes: bool) -> UserError:
    where = re.search(r"line:? +(\d+)", error)
    known = f": {' '.join(error.split())}" if quotes else f" (line {where[1]})" if where else ""
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


def _ini(data: bytes, name: str, *, quotes: bool = True) -> dict[str, Mapping[str, object]]:
    from import_contracts.config.ini import InvalidIniError, parse_ini  # noqa: PLC0415 - not needed for TOML

    try:
        return parse_ini(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name)) from None
    except InvalidIniError as error:
        raise _invalid("INI", str(error), name, quotes=quotes) from None
