"""Configuration: found, read from TOML or INI, and made into contracts. Every problem is collected, none is printed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from glob import glob
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from import_contracts.contracts.table import Table
from import_contracts.graph.names import within
from import_contracts.problems import Problem, Severity, UserError, did_you_mean

if TYPE_CHECKING:
    from import_contracts.contracts.findings import Rule
    from import_contracts.contracts.types import ContractType
    from import_contracts.graph.kinds import Kind
    from import_contracts.graph.names import ImportPattern

OWN, PEER = "import-contracts", "importlinter"
ALERTING = ("error", "warn", "none")
STALE = ("error", "warn")

_EXCLUDING = {
    "exclude_type_checking_imports": "type_checking",
    "exclude_deferred_imports": "deferred",
    "exclude_lazy_imports": "lazy",
}
# The types that leave out nothing unless told to.
_NOT_EXCLUDING = frozenset({"acyclic_siblings", "crash", "forbidden", "independence", "layers", "protected"})


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract: its rule, and what the graph is like that the rule is asked about.

    ``rule`` is None where the type is unknown. A contract ``is_sound`` unless its keys are wrong; then the
    configuration's problems say how, and of the rule's answer only further errors are of use.
    """

    id: str
    name: str
    type: str
    file: str
    rule: Rule | None
    reason: str = ""
    ignored: tuple[ImportPattern, ...] = ()
    alerting: str = "error"
    excluded: frozenset[Kind] = frozenset()
    include_parent_packages: bool = False
    is_sound: bool = True


@dataclass(frozen=True)
class Config:
    """What one run is asked to check.

    ``folder`` is the absolute path of the configuration file's folder, to which the paths of reports are relative;
    ``source_roots`` are absolute, in the order in which packages are looked for. ``documents`` is what the files say,
    the configuration file first: the contracts are made of it when they are first asked for.
    """

    folder: Path
    file: str
    root_packages: tuple[str, ...]
    source_roots: tuple[Path, ...]
    include_external: bool
    baseline: Path | None
    stale_fails: bool
    """Whether an entry of the baseline that nothing matches any more fails a run, or only warns."""
    options: str
    """The options that name this configuration on the command line; empty where it is found."""
    strict: bool
    show_timings: bool
    documents: tuple[Document, ...]
    session_problems: tuple[Problem, ...]
    custom_types: Mapping[str, ContractType]
    defaults: Mapping[str, bool]
    """What holds for contracts that do not say otherwise, by key."""

    @property
    def may_exclude(self) -> bool:
        """Whether a contract may leave out imports of some kinds; False is certain."""
        tables = [table for document in self.documents for table in (document.session, *document.contracts)]
        return any(
            not _EXCLUDING.keys().isdisjoint(table) or str(table.get("type", "layers")) not in _NOT_EXCLUDING
            for table in tables
        )

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts, in the order of the files."""
        return self._made[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong with the configuration."""
        return (*self.session_problems, *self._made[1])

    @property
    def path(self) -> Path:
        """The absolute path of the configuration file."""
        return self.folder / self.file

    def shown(self, path: str) -> str:
        """Return a path as reports show it: relative to the configuration's folder unless it lies outside."""
        return shown(path, self.folder)

    @cached_property
    def _made(self) -> tuple[tuple[Contract, ...], tuple[Problem, ...]]:
        from import_contracts.contracts.types import TYPES  # noqa: PLC0415 - not needed while nothing has changed

        types = {**TYPES, **self.custom_types}
        contracts: list[Contract] = []
        problems: list[Problem] = []
        for document in self.documents:
            for number, values in enumerate(document.contracts, len(contracts) + 1):
                contract, found_wrong = _contract(Table(values, file=document.file), number, types, self.defaults)
                contracts.append(contract)
                problems += found_wrong
        if not contracts and not any(problem.is_error for problem in (*self.session_problems, *problems)):
            problems.append(Problem(f"There are no contracts. {FIRST_CONFIGURATION}", file=self.file))
        return tuple(contracts), (*problems, *_repeated(contracts, is_error=self.baseline is not None))


def shown(path: str, folder: PurePath) -> str:
    """Return a path as reports show it, with ``/`` on every system: relative to a folder unless it lies outside."""
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # on Windows, where it lies on another drive
        relative = os.pardir
    return type(folder)(path if relative.startswith(os.pardir) else relative).as_posix()


def find_config(start: Path) -> Path:
    """Return the configuration file of a folder: its own, or that of the nearest folder around it that has one.

    The search ends at the root of the repository (a folder with ``.git``), else at the root of the file system.
    Raises UserError, saying where it looked and what to write.
    """
    start = start.resolve()
    looked = []
    for folder in (start, *start.parents):
        looked.append(folder)
        if (found := _in_folder(folder)) is not None:
            return found
        if (folder / ".git").exists():
            break
    where = "here" if len(looked) == 1 else f"here and in every folder up to {looked[-1]}"
    raise UserError(Problem(f"No configuration was found. Looked {where} for {_PLACES}.\n\n{FIRST_CONFIGURATION}"))


def repository(folder: Path) -> Path | None:
    """Return the root of the repository that a folder lies in, None where it lies in none."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def has_own(path: Path) -> bool:
    """Tell whether a TOML file has a configuration of this program; raises UserError if it is not valid."""
    return path.is_file() and OWN in _tools(path)


_PLACES = (
    "pyproject.toml ([tool.import-contracts] or [tool.importlinter]), setup.cfg and .importlinter ([importlinter])"
)
FIRST_CONFIGURATION = """\
To begin, write this into pyproject.toml, with the names of your own packages, and run lint-imports:

[tool.import-contracts]
root_packages = ["shop"]

[[tool.import-contracts.contracts]]
name = "Models do not know the web"
type = "forbidden"
source_modules = ["shop.models"]
forbidden_modules = ["shop.web"]"""


def _in_folder(folder: Path) -> Path | None:
    pyproject, setup, own = folder / "pyproject.toml", folder / "setup.cfg", folder / ".importlinter"
    if _speaks_of(pyproject, OWN) and OWN in _tools(pyproject):
        return pyproject
    for path in (setup, own):
        if _speaks_of(path, PEER) and PEER in _ini(path):
            return path
    return pyproject if _speaks_of(pyproject, PEER) and PEER in _tools(pyproject) else None


def _speaks_of(path: Path, name: str) -> bool:
    """Tell without parsing whether a file is worth parsing, so that what is wrong elsewhere in it is not our affair."""
    try:
        return path.is_file() and name.encode() in path.read_bytes()
    except OSError:
        return False


def read_config(path: Path, *, start: Path, found: bool) -> Config:
    """Read a configuration file and the contract files that it includes.

    ``start`` is the working directory; packages are looked for there and in the file's folder, and first in the
    folder if the file was ``found`` rather than named, so that a run gives the same from anywhere below it. What is
    wrong with single contracts or keys is among the problems of the result. Raises UserError where the file cannot be
    read at all.
    """
    options = "" if found else _naming(path)
    path = path if path.is_absolute() else start / path
    if not path.is_file():
        what = "This is a folder; name a file in it." if path.is_dir() else "There is no such file."
        raise UserError(Problem(what, file=_name(path, start)))
    folder = path.parent
    document = _document(path, path.name)
    session = Table(document.session, file=document.file)
    bases = (folder, start) if found else (start, folder)
    roots = _root_packages(session, document)
    sources = tuple(base / each for base in bases for each in session.strings("source_roots", (".", "src")))
    for place in session.strings("source_roots", ()):
        if not any((base / place).is_dir() for base in bases):
            session.warn("source_roots", f"There is no folder '{place}'.")
    custom_types = _custom_types(session, roots, sources, bases) if "contract_types" in session else {}
    defaults = {key: session.flag(key, lenient=document.is_peers) for key in _EXCLUDING if key in session}
    defaults["include_parent_packages"] = session.flag("include_parent_packages")
    include_external = session.flag("include_external_packages", lenient=document.is_peers)
    strict, baseline = session.flag("strict"), session.string("baseline", "")
    stale_fails = session.choice("stale", STALE, STALE[0]) == STALE[0]
    show_timings = session.flag("show_timings", lenient=document.is_peers)
    session.tables("contracts")
    included = tuple(_included(session, path))
    session.finish(severity=Severity.WARNING)
    return Config(
        folder=folder,
        file=document.file,
        root_packages=roots,
        source_roots=tuple(dict.fromkeys(sources)),
        include_external=include_external,
        baseline=folder / baseline if baseline else None,
        stale_fails=stale_fails,
        options=options,
        strict=strict,
        show_timings=show_timings,
        documents=(document, *included),
        session_problems=tuple(session.problems),
        custom_types=custom_types,
        defaults=defaults,
    )


def _naming(path: Path) -> str:
    from shlex import quote  # noqa: PLC0415 - seldom needed

    return f" --config {quote(str(path))}"


def with_key(config: Config, key: str, value: str) -> str:
    """Return the text of the configuration file with one key more about the run, all else in it as it was.

    Raises UserError, saying what to write where, if there is no telling where it belongs.
    """
    line = f'{key} = "{value}"' if config.path.suffix == ".toml" else f"{key} = {value}"
    text = config.path.read_bytes().decode()
    header = _HEADER.search(text)
    place = header.end() if header else 0
    edited = f"{text[:place]}{line}\n{text[place:]}"
    before, after = _document(config.path, config.file), _document_of(edited, config)
    if after is None or {**before.session, key: value} != after.session or before.contracts != after.contracts:
        raise UserError(Problem(f"Write this beside 'root_packages': {line}", file=config.file, key=key))
    return edited


_HEADER = re.compile(rf"^[ \t]*\[(?:tool\.{OWN}|tool\.{PEER}|{PEER})\][^\n]*\n", re.MULTILINE)


def _document_of(text: str, config: Config) -> Document | None:
    """Return what a configuration file with other text would say, None where that is not valid."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - slow to import, and seldom needed

    with TemporaryDirectory() as folder:
        path = Path(folder, config.file)
        path.write_bytes(text.encode())
        try:
            return _document(path, config.file)
        except UserError:
            return None


@dataclass(frozen=True, slots=True)
class Document:
    """What one configuration file says: keys about the run, and the tables of its contracts."""

    file: str
    session: Mapping[str, object]
    contracts: Sequence[Mapping[str, object]]
    is_peers: bool = False


def _name(path: Path, folder: Path) -> str:
    """Return a path as messages show it: relative to a folder where it lies inside it."""
    path = Path(os.path.normpath(path))
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def _document(path: Path, name: str) -> Document:
    if path.suffix != ".toml":
        return _ini_document(path, name)
    tools = _tools(path)
    for tool, is_peers in ((OWN, False), (PEER, True)):
        if tool in tools:
            return _toml_document(name, tools[tool], is_peers=is_peers)
    return _toml_document(name, _toml(path, name))


def _toml_document(name: str, session: object, *, is_peers: bool = False) -> Document:
    if not isinstance(session, Mapping):
        raise UserError(Problem("The configuration is not a table.", file=name))
    contracts = Table(session, file=name)
    tables = contracts.tables("contracts")
    if contracts.problems:
        raise UserError(*contracts.problems)
    return Document(name, session, tables, is_peers)


def _ini_document(path: Path, name: str) -> Document:
    sections = _ini(path)
    if PEER not in sections:
        raise UserError(Problem(f"There is no section [{PEER}] in this file.", file=name))
    contracts = [
        {"id": section.rpartition(":")[2], **values}
        for section, values in sections.items()
        if section.startswith(f"{PEER}:")
    ]
    return Document(name, sections[PEER], contracts, is_peers=True)


def _toml(path: Path, name: str) -> dict[str, object]:
    import tomllib  # noqa: PLC0415 - not needed for INI

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name)) from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(Problem(f"This is not valid TOML: {error}.", file=name)) from None
    except (RecursionError, ValueError):
        raise UserError(Problem("This TOML has a number too large or tables too deep.", file=name)) from None
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=path.name)) from None


def _tools(path: Path) -> Mapping[str, object]:
    tool = _toml(path, path.name).get("tool", {})
    return tool if isinstance(tool, Mapping) else {}


def _ini(path: Path) -> dict[str, dict[str, object]]:
    from configparser import ConfigParser, Error, InterpolationError  # noqa: PLC0415 - not needed for TOML

    parser = ConfigParser()
    try:
        parser.read_string(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=path.name)) from None
    except Error as error:
        raise UserError(Problem(f"This is not valid INI: {error}.", file=path.name)) from None
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=path.name)) from None

    def value(section: str, key: str) -> object:
        try:
            text = parser.get(section, key)
        except InterpolationError:  # a % that stands for itself, as in "100% typed"
            text = parser.get(section, key, raw=True)
        return [line for line in text.splitlines() if line.strip()] if "\n" in text else text

    return {section: {key: value(section, key) for key in parser.options(section)} for section in parser.sections()}


def _root_packages(session: Table, document: Document) -> tuple[str, ...]:
    several = "root_packages" in session
    roots = session.strings("root_packages", ())
    alone = session.string("root_package", "")
    if several and "root_package" in session:
        session.warn("root_package", "This key does nothing beside 'root_packages'; remove one of the two.")
    elif alone:
        roots = (alone,)
    found = document.session.get("root_packages")
    if document.is_peers and document.file.endswith(".toml") and isinstance(found, str) and len(found) > 1:
        session.warn("root_packages", f'import-linter reads this letter by letter: write ["{found}"].')
    if not roots:
        near = did_you_mean("root_packages", [key for key in document.session if key.startswith("root")], closeness=0.8)
        misspelt = near if "root_packages" not in session and "root_package" not in session else ""
        session.error("root_packages", f'Name the packages to check: root_packages = ["shop"].{misspelt}')
    return roots


def _included(session: Table, configuration: Path) -> Iterator[Document]:
    """Yield the contract files that ``include`` names, each once, sorted by path within a pattern."""
    folder = configuration.parent
    seen = {configuration}
    for pattern in session.strings("include", ()):
        paths = _matching(folder, pattern)
        if not paths:
            (session.warn if "*" in pattern else session.error)("include", f"'{pattern}' matches no file.")
        for path in paths:
            if path not in seen:
                seen.add(path)
                yield from _contract_file(session, path, _name(path, folder))


def _contract_file(session: Table, path: Path, name: str) -> Iterator[Document]:
    """Yield what an included file says, or nothing where it cannot be read."""
    try:
        document = _toml_document(name, _toml(path, name))
    except UserError as error:
        for problem in error.problems:
            session.error("include", f"{name}: {problem.message}")
        return
    for key in document.session:
        if key != "contracts":
            message = f"'{key}' in {name} does nothing: of an included file only [[contracts]] are read."
            session.warn("include", message)
    yield document


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Return the files that a pattern stands for, sorted."""
    try:
        names = glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207 - Path.glob refuses what is absolute
    except ValueError:  # a NUL, which no path has
        return []
    return sorted(path for name in names if (path := folder / name).is_file())


def _custom_types(
    session: Table, roots: Sequence[str], sources: Sequence[Path], bases: Sequence[Path]
) -> dict[str, ContractType]:
    """Load the contract types that ``contract_types`` names as ``type: module.object``."""
    from import_contracts.contracts.types import TYPES  # noqa: PLC0415 - only with custom types

    found = {}
    for text in session.strings("contract_types", ()):
        name, colon, path = (part.strip() for part in text.partition(":"))
        module, dot, attribute = path.rpartition(".")
        if not (name and colon and dot):
            session.error("contract_types", f"Found '{text}'; write 'type: module.object'.")
        elif name in TYPES:
            session.error("contract_types", f"'{name}' is a contract type already; give yours another name.")
        elif roots:  # without them it cannot be told whether this is a part of the linted program
            try:
                found[name] = _load(module, attribute, roots, sources, bases)
            except _UnusableTypeError as error:
                session.error("contract_types", f"'{path}': {error}")
    return found


class _UnusableTypeError(Exception):
    """A custom contract type cannot be used; the message says why and what to do."""


_PORTING = (
    "this class is written for import-linter. Write parse(table), which returns an object with check(graph) -> "
    "Findings: docs/custom-contract-types.md shows how"
)


def _load(
    module: str, attribute: str, roots: Sequence[str], sources: Sequence[Path], bases: Sequence[Path]
) -> ContractType:
    import sys  # noqa: PLC0415 - only with custom types
    from importlib import import_module  # noqa: PLC0415

    from import_contracts.contracts.types import ContractType  # noqa: PLC0415
    from import_contracts.reading.program import runs  # noqa: PLC0415

    # At the end, so that nothing of the linted program takes the place of what this program still has to import.
    sys.path += [folder for base in bases if (folder := str(base)) not in sys.path]
    if runs(module, roots, sources):
        raise _UnusableTypeError("this lies in the linted program, which is never run; move it out of it.")
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


def _contract(
    table: Table, number: int, types: Mapping[str, ContractType], defaults: Mapping[str, bool]
) -> tuple[Contract, tuple[Problem, ...]]:
    """Make a contract of its table; ``defaults`` are what the session says of excluded kinds and parent packages."""
    from import_contracts.contracts.types import TYPES  # noqa: PLC0415 - as above
    from import_contracts.graph.kinds import Kind  # noqa: PLC0415

    name = table.string("name")
    identity = table.string("id", _slug(name) or f"contract-{number}")
    table.place(contract=identity)
    type_name = table.string("type")
    contract_type = types.get(type_name)
    reason = "\n".join(filter(None, (table.text("reason"), table.text("broken_contract_guidance"))))
    ignored = table.imports("ignore_imports")
    if _EVERY_IMPORT in map(str, ignored):
        table.warn("ignore_imports", f"'{_EVERY_IMPORT}' ignores every import that there could be.")
    alerting = table.choice("unmatched_ignore_imports_alerting", ALERTING, "error")
    excluded = {
        kind
        for key, kind in ((key, Kind(kind)) for key, kind in _EXCLUDING.items())
        if table.flag(key, default=defaults.get(key, bool(contract_type and kind in contract_type.excludes)))
    }
    parents = table.flag("include_parent_packages", default=defaults["include_parent_packages"])
    rule = None
    if contract_type is not None:
        try:
            rule = contract_type.parse(table)
            table.finish()
        except (Exception, SystemExit) as error:
            if type_name in TYPES:
                raise
            table.error("type", f"The contract type '{type_name}' failed with {type(error).__name__}: {error}")
    elif "type" in table:
        known = ", ".join(sorted(types))
        table.error(
            "type",
            f"There is no contract type '{type_name}'.{did_you_mean(type_name, types) or f' Known are {known}.'}",
        )
    contract = Contract(
        id=identity,
        name=name or identity,
        type=type_name,
        file=table.file,
        rule=rule,
        reason=reason,
        ignored=ignored,
        alerting=alerting,
        excluded=frozenset(excluded),
        include_parent_packages=parents,
        is_sound=not any(problem.is_error for problem in table.problems),
    )
    return contract, table.problems


_EVERY_IMPORT = "** -> **"


def _slug(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def _repeated(contracts: Sequence[Contract], *, is_error: bool) -> Iterator[Problem]:
    """Yield a problem for every contract whose id another has already."""
    severity = Severity.ERROR if is_error else Severity.WARNING
    seen: dict[str, Contract] = {}
    for contract in contracts:
        other = seen.setdefault(contract.id, contract)
        if other is not contract:
            message = f"Another contract has this id: '{other.name}' in {other.file}. Give each an 'id' of its own."
            yield Problem(message, file=contract.file, contract=contract.id, key="id", severity=severity)
