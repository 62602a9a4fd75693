"""The keys of a configuration about the run. The contracts are read later, when something has to be checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, auto
from itertools import chain
from os import PathLike
from pathlib import Path

from import_contracts import disk
from import_contracts.config.files import (
    Document,
    document_of,
    find_config,
    is_declared,
    may_quote,
    name_of,
    parse_toml,
    read_document,
    read_toml,
    toml_document,
)
from import_contracts.config.globs import files_at, folders_at, is_glob
from import_contracts.config.misnamed import OWN, PEER
from import_contracts.contracts.mistakes import likely_mistake
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.graph.names import dotted_names, external_package
from import_contracts.problems import Problem, Severity, UserError, did_you_mean
from import_contracts.reading.context import shown, text_of
from import_contracts.reading.files.excluding import Exclude, mistake_in
from import_contracts.records import NamedTuple, dataclass, replace
from import_contracts.repository import checkout

SOURCE_ROOTS = (".", "src")
"""The source roots if none are given."""

STALE = ("error", "warn")
EXCLUDING = {
    "exclude_type_checking_imports": "type_checking",
    "exclude_deferred_imports": "deferred",
    "exclude_lazy_imports": "lazy",
}
"""The keys that exclude a kind of imports, and the kind."""

NO_CUSTOM_TYPES = "LINT_IMPORTS_NO_CUSTOM_TYPES"
"""The environment variable that refuses custom contract types; "", 0, false, no and off count as not set."""


class Files(NamedTuple):
    """The configuration files of a commit.

    ``read`` returns the content of a file, or raises UserError with the name for messages. ``matching`` returns the
    files in a folder that match a pattern, sorted.
    """

    read: Callable[[Path, str], bytes]
    matching: Callable[[Path, str], list[Path]]


class Origin(Enum):
    """How a configuration file was chosen: named by the user, found in a folder, or as that of a workspace's member."""

    NAMED = auto()
    FOUND = auto()
    MEMBER = auto()


class ConfigSource(NamedTuple):
    """Where a configuration file comes from.

    ``start`` is the working directory, or the folder of the workspace of a member. Paths in reports are relative to
    ``around``; None for the file's folder. ``files`` are those of the commit at which it is read; None for those that
    are there now.
    """

    start: Path
    origin: Origin = Origin.NAMED
    around: Path | None = None
    files: Files | None = None

    def bases(self, folder: Path) -> tuple[Path, ...]:
        """Return the folders that source roots are relative to, given the file's folder; the first one counts most.

        If the file was found, its folder is the first, so that a run gives the same report from every folder below it.
        Of a member, only its own folder counts, as if the run were there.
        """
        if self.origin is Origin.MEMBER:
            return (folder,)
        return (folder, self.start) if self.origin is Origin.FOUND else (self.start, folder)


@dataclass(frozen=True)
class Config:
    """The configuration of a run.

    ``path`` is the absolute path of the configuration file, and ``source`` says where it comes from. Paths in
    reports are relative to ``folder``: its folder, or a folder around it if several configurations are read.
    ``file`` is the file, relative to that. ``paths`` are the source roots, absolute, first as they are relative to
    one folder, then to the other. ``baseline`` is absolute; None if there is none. ``documents`` are the
    configuration file and then the contract files that it includes. ``problems`` are those of the keys about the
    run. ``custom_types`` are the entries of ``contract_types``; if there are some and they are refused, ``refused``
    is the error, also in ``problems``.
    """

    folder: Path
    path: Path
    file: str
    root_packages: tuple[str, ...]
    paths: tuple[tuple[Path, ...], ...]
    include_external: bool
    baseline: Path | None
    stale_fails: bool
    """Whether a stale entry of the baseline makes the run fail; otherwise it is only shown."""
    options: str
    """The options that name this configuration on the command line, with a leading space; "" if it was found."""
    strict: bool
    show_timings: bool
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    custom_types: tuple[str, ...]
    refused: Problem | None
    workspace: tuple[str, ...] | None
    """The folders of the members of its workspace, relative to its own or globs; None for those that uv knows."""
    defaults: Mapping[str, bool]
    """The values for contracts that do not have the key themselves, by key."""
    exclude: Exclude
    """The globs of files and folders that are no part of the program."""
    count_namespace_folders: bool
    count_dynamic_imports: bool
    session: Table
    """The keys about the run, as written."""
    source: ConfigSource

    @property
    def bases(self) -> tuple[Path, ...]:
        """The folders that source roots are relative to; they are added to ``sys.path`` for custom types."""
        return self.source.bases(self.path.parent)

    @property
    def source_roots(self) -> tuple[Path, ...]:
        """All source roots, in the order in which packages are searched for."""
        return tuple(dict.fromkeys(chain.from_iterable(self.paths)))

    @property
    def may_exclude(self) -> bool:
        """Whether a contract may exclude kinds of imports. If False, none does."""
        tables = [table for document in self.documents for table in (document.session, *document.contracts)]
        return any(
            not EXCLUDING.keys().isdisjoint(table) or _may_exclude(str(table.get("type", "layers"))) for table in tables
        )

    @property
    def external_parts(self) -> tuple[str, ...]:
        """The parts of external packages that contracts name, such as ``django.db``; sorted."""
        if not self.include_external:
            return ()
        names = {name for document in self.documents for name in dotted_names(document.contracts)}
        return tuple(sorted(name for name in names if external_package(name, self.root_packages) not in {None, name}))

    @property
    def asks_what_is_declared(self) -> bool:
        """Whether a contract depends on what projects declare, which is in no file of the configuration."""
        return any(is_declared(table) for document in self.documents for table in document.contracts)

    def demand_no_refusal(self) -> None:
        """Raise UserError if custom contract types are refused, for a command that has no other place for the error."""
        if self.refused:
            raise UserError(self.refused)

    @property
    def checkouts(self) -> tuple[Path, ...]:
        """The folders with what belongs to the program and its configuration; messages quote no file outside them."""
        return tuple(dict.fromkeys(map(checkout, self.bases)))

    @property
    def as_named(self) -> str:
        """The configuration file as it was named on the command line; its path if it was found."""
        return self.options.removeprefix(" --config ") or self.path.as_posix()

    @property
    def is_member(self) -> bool:
        """Whether it is that of a member of a workspace, and is read as if the run were in its folder."""
        return self.source.origin is Origin.MEMBER

    @property
    def home(self) -> Path:
        """The folder of the workspace, if this is the configuration of a member of one; else the file's own folder."""
        return self.source.start if self.is_member else self.path.parent

    @property
    def only_names_members(self) -> bool:
        """Whether it says where the members of a workspace are, and has neither packages nor contracts of its own."""
        return _only_names_members(self.session, self.documents[0])

    def is_at(self, file: str) -> bool:
        """Return whether a path, relative to the working directory, is the configuration file."""
        own = disk.real(self.path)
        places = self.bases[:1] if self.options else self.bases  # the working directory, if the file was named
        places = (self.home,) if self.is_member else places
        return any(disk.real(place / file) == own for place in places)

    def shown(self, path: str) -> str:
        """Return a path as reports show it: relative to ``folder`` unless it is outside."""
        return shown(path, self.folder)


def _may_exclude(type_name: str) -> bool:
    return type_name not in TYPES or bool(TYPES[type_name].excludes)


def load_config(named: str | PathLike[str] | None, folder: str | PathLike[str], *, custom_types: bool = True) -> Config:
    """Read the configuration ``named``, relative to ``folder``; if None, the one that `find_config` finds.

    Raises UserError as `find_config` and `read_config` do.
    """
    start = Path(folder).absolute()
    if named is None:
        return read_config(find_config(start), ConfigSource(start, Origin.FOUND), custom_types=custom_types)
    return read_config(Path(named), ConfigSource(start), custom_types=custom_types)


def read_config(path: Path, source: ConfigSource, *, custom_types: bool = True) -> Config:
    """Read a configuration file and the contract files that it includes; ``path`` may be relative to ``source.start``.

    With ``custom_types=False``, or if the variable ``NO_CUSTOM_TYPES`` says so, custom contract types are refused.

    Problems with single keys are in the result. Raises UserError if the file cannot be read or is not valid.
    """
    options = "" if source.origin is Origin.FOUND else _naming(path)
    path = source.start / path
    folder = path.parent
    around = source.around or folder
    document = _main_document(path, around, source)
    session = Table(document.session, file=document.file)
    bases = source.bases(folder)
    roots = _root_packages(session, document)
    paths = _paths(session, bases)
    named_types = session.strings("contract_types", ())
    refused = None if custom_types and not _no_custom_types() else _refuse(session, named_types)
    defaults = {key: session.flag(key, lenient=document.is_peers) for key in EXCLUDING if key in session}
    defaults["include_parent_packages"] = session.flag("include_parent_packages")
    defaults["allow_inline_ignores"] = session.flag("allow_inline_ignores", default=True)
    include_external = session.flag("include_external_packages", lenient=document.is_peers)
    strict, baseline = session.flag("strict"), session.string("baseline", "")
    stale_fails = session.choice("stale", STALE, STALE[0]) == STALE[0]
    show_timings = session.flag("show_timings", lenient=document.is_peers)
    exclude = tuple(_globs(session, folder))
    namespace_folders, dynamic = session.flag("count_namespace_folders"), session.flag("count_dynamic_imports")
    session.tables("contracts")
    workspace = session.strings("workspace", ()) if "workspace" in session else None
    documents = (document, *_included(session, path, around, bases, source.files))
    session.finish(severity=Severity.WARNING)
    for sentence in document.overlooked if document.contracts or documents[1:] else ():
        session.warn(None, sentence)
    return Config(
        folder=around,
        path=path,
        file=document.file,
        root_packages=roots,
        paths=paths,
        include_external=include_external,
        baseline=folder / baseline if baseline else None,
        stale_fails=stale_fails,
        options=options,
        strict=strict,
        show_timings=show_timings,
        documents=documents,
        problems=tuple(session.problems),
        custom_types=named_types,
        refused=refused,
        workspace=workspace,
        defaults=defaults,
        exclude=exclude,
        count_namespace_folders=namespace_folders,
        count_dynamic_imports=dynamic,
        session=session,
        source=source,
    )


def _main_document(path: Path, around: Path, source: ConfigSource) -> Document:
    """Read the configuration file at an absolute path; raises UserError if it cannot be read or is not valid.

    Its errors name it as seen from ``source.start``, because there are no paths of a report yet.
    """
    start, origin, _, files = source
    if files is None and disk.is_folder(path):
        raise UserError(Problem("This is a folder; name a configuration file.", file=name_of(path, start)))
    if files is None and not disk.may_exist(path):
        raise UserError(Problem("There is no such file.", file=name_of(path, start)))
    name = text_of(path.name) if around == path.parent else name_of(path, around)
    try:
        return _document(path, name, files, quotes=origin is Origin.NAMED or may_quote(path))
    except UserError as error:
        raise UserError(*(replace(each, file=name_of(path, start)) for each in error.problems)) from None


def _paths(session: Table, bases: Sequence[Path]) -> tuple[tuple[Path, ...], ...]:
    """Return the source roots relative to each base; one that is nowhere is a warning."""
    named = session.strings("source_roots", SOURCE_ROOTS)
    found = [{place: folders_at(base, place) for place in named} for base in bases]
    for place in session.strings("source_roots", ()):
        if not any(disk.is_folder(folder) for places in found for folder in places[place]):
            what = f"'{place}' matches no folder." if is_glob(place) else f"There is no folder '{place}'."
            session.warn("source_roots", what)
    return tuple(tuple(dict.fromkeys(chain.from_iterable(places.values()))) for places in found)


def _no_custom_types() -> bool:
    return os.environ.get(NO_CUSTOM_TYPES, "").strip().lower() not in {"", "0", "false", "no", "off"}


def _refuse(session: Table, custom_types: tuple[str, ...]) -> Problem | None:
    """Add an error to the session if it names custom contract types, and return it."""
    if not custom_types:
        return None
    session.error(
        "contract_types",
        f"Found '{custom_types[0]}'. Custom contract types run code that the configuration names; they are refused by "
        f"--no-custom-types or {NO_CUSTOM_TYPES}.",
    )
    return session.problems[-1]


def _globs(session: Table, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the globs of ``exclude``, each with the folder that it is relative to."""
    for pattern in session.strings("exclude", ()):
        message = mistake_in(pattern) or _module_for_a_path(pattern, folder)
        if message:
            session.error("exclude", message)
        else:
            yield pattern, str(folder)


def _module_for_a_path(pattern: str, folder: Path) -> str:
    """Return what to write instead of the name of a module; "" if the pattern is none."""
    if "." not in pattern or pattern.endswith(".py") or not pattern.replace(".", "").isidentifier():
        return ""
    path = pattern.replace(".", "/")
    written = next((each for each in (path, f"src/{path}") if disk.is_folder(folder / each)), f"{path}.py")
    return f"'{pattern}' is the name of a module; write its path: '{written}'."


def _naming(path: Path) -> str:
    """Return the option that names a configuration file, to be added to a command."""
    from shlex import quote  # noqa: PLC0415 - a hundredth of a short run, and most runs find their configuration

    return f" --config {quote(str(path))}"


def _root_packages(session: Table, document: Document) -> tuple[str, ...]:
    several = "root_packages" in session
    roots = session.strings("root_packages", ())
    alone = session.string("root_package", "")
    if several and "root_package" in session:
        session.warn("root_package", "This key has no effect next to 'root_packages'; remove one of them.")
    elif alone:
        roots = (alone,)
    key = "root_packages" if several else "root_package"
    for name in roots:
        if message := _not_a_package(name):
            session.error(key, message)
    if any(map(_not_a_package, roots)):
        return ()
    found = document.session.get("root_packages")
    if document.is_peers and document.file.endswith(".toml") and isinstance(found, str) and len(found) > 1:
        session.warn("root_packages", f'import-linter reads each letter as a package; write ["{found}"].')
    if not roots and not _only_names_members(session, document):
        near = did_you_mean("root_packages", [key for key in document.session if key.startswith("root")], closeness=0.8)
        misspelt = near if "root_packages" not in session and "root_package" not in session else ""
        session.error("root_packages", f'Name the packages to check: root_packages = ["shop"].{misspelt}')
    return roots


def _only_names_members(session: Table, document: Document) -> bool:
    own = {"root_packages", "root_package", "include"}
    return "workspace" in session and not document.contracts and own.isdisjoint(session.values)


def _not_a_package(name: str) -> str:
    """Return what is wrong with the name of a root package, and what to write instead; "" if it can be imported."""
    if all(part.isidentifier() for part in name.split(".")):
        return ""
    if name.replace("-", "_").isidentifier():
        return f"'{name}' is not the name of a package; write it as in an import statement: '{name.replace('-', '_')}'."
    return likely_mistake(name)


def _document(path: Path, name: str, files: Files | None, *, quotes: bool) -> Document:
    if files is None:
        return read_document(path, name, quotes=quotes)
    return document_of(files.read(path, name), name, is_toml=path.suffix == ".toml", quotes=quotes)


def _included(
    session: Table, configuration: Path, around: Path, bases: Sequence[Path], files: Files | None
) -> Iterator[Document]:
    """Yield the contract files that ``include`` names, each once: pattern by pattern, then sorted by path."""
    folder = configuration.parent
    checkouts = [checkout(base) for base in bases]
    seen = {configuration}
    for pattern in session.strings("include", ()):
        paths = files_at(folder, pattern) if files is None else files.matching(folder, pattern)
        if not paths:
            (session.warn if "*" in pattern else session.error)("include", f"'{pattern}' matches no file.")
        for path in paths:
            if path not in seen:
                seen.add(path)
                quotes = disk.is_inside(path, *checkouts)
                yield from _contract_file(session, path, name_of(path, around), files, quotes=quotes)


def _contract_file(session: Table, path: Path, name: str, files: Files | None, *, quotes: bool) -> Iterator[Document]:
    """Yield the document of an included file; nothing if it cannot be read."""
    try:
        data = None if files is None else files.read(path, name)
        content = read_toml(path, name, quotes=quotes) if data is None else parse_toml(data, name, quotes=quotes)
        document = toml_document(name, content)
    except UserError as error:
        for problem in error.problems:
            session.error("include", f"{name}: {problem.message}")
        return
    for key, value in document.session.items():
        if key != "contracts":
            session.warn("include", _without_effect(key if quotes else "", value, name))
    yield document


def _without_effect(key: str, value: object, name: str) -> str:
    """Return the message about a key of an included file that is not read; the key is "" if it must not be quoted."""
    for tool in (OWN, PEER):
        if key == "tool" and isinstance(value, Mapping) and tool in value:
            return f"{name}: The table [tool.{tool}.contracts] is not read here. Write [[contracts]]."
    what = f"'{key}'" if key else "A key"
    return f"{what} in {name} has no effect; only the [[contracts]] of an included file are read."
