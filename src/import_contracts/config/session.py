"""The keys of a configuration about the run. The contracts are read later, when something has to be checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from shlex import quote

from import_contracts.config.files import (
    ON_DISK,
    Document,
    Files,
    find_config,
    name_of,
    read_document,
    read_toml,
    toml_document,
)
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.problems import Problem, Severity, UserError, did_you_mean
from import_contracts.reading.context import shown

STALE = ("error", "warn")
EXCLUDING = {
    "exclude_type_checking_imports": "type_checking",
    "exclude_deferred_imports": "deferred",
    "exclude_lazy_imports": "lazy",
}
"""The keys that exclude a kind of imports, and the kind."""


@dataclass(frozen=True)
class Config:
    """The configuration of a run.

    ``folder`` is the absolute path of the configuration file's folder; paths in reports are relative to it. ``file`` is
    the name of the configuration file. ``source_roots`` are absolute, in the order in which packages are searched for.
    ``baseline`` is absolute; None if there is none. ``documents`` are the configuration file and then the contract
    files that it includes. ``problems`` are those of the keys about the run. ``custom_types`` are the entries of
    ``contract_types``. ``bases`` are the folders that are added to ``sys.path`` for them.
    """

    folder: Path
    file: str
    root_packages: tuple[str, ...]
    source_roots: tuple[Path, ...]
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
    bases: tuple[Path, ...]
    defaults: Mapping[str, bool]
    """The values for contracts that do not have the key themselves, by key."""
    session: Table
    """The keys about the run, as written."""

    @property
    def may_exclude(self) -> bool:
        """Whether a contract may exclude kinds of imports. If False, none does."""
        tables = [table for document in self.documents for table in (document.session, *document.contracts)]
        return any(
            not EXCLUDING.keys().isdisjoint(table) or _may_exclude(str(table.get("type", "layers"))) for table in tables
        )

    @property
    def path(self) -> Path:
        """The absolute path of the configuration file."""
        return self.folder / self.file

    def shown(self, path: str) -> str:
        """Return a path as reports show it: relative to ``folder`` unless it is outside."""
        return shown(path, self.folder)


def _may_exclude(type_name: str) -> bool:
    return type_name not in TYPES or bool(TYPES[type_name].excludes)


def load_config(named: str | PathLike[str] | None, folder: str | PathLike[str]) -> Config:
    """Read the configuration ``named``, relative to ``folder``; if None, the one that `find_config` finds.

    Raises UserError as `find_config` and `read_config` do.
    """
    start = Path(folder).absolute()
    path = find_config(start) if named is None else Path(named)
    return read_config(path, start=start, found=named is None)


def read_config(path: Path, *, start: Path, found: bool, files: Files = ON_DISK) -> Config:
    """Read a configuration file and the contract files that it includes.

    ``start`` is the working directory. Packages are searched for in ``start`` and in the file's folder. If the file was
    ``found``, not named, the file's folder comes first, so that a run gives the same report from every folder below it.
    Problems with single keys are in the result. Raises UserError if the file cannot be read or is not valid.
    """
    options = "" if found else f" --config {quote(str(path))}"
    path = path if path.is_absolute() else start / path
    if files is ON_DISK and not path.is_file():
        what = "This is a folder; name a file in it." if path.is_dir() else "There is no such file."
        raise UserError(Problem(what, file=name_of(path, start)))
    folder = path.parent
    document = read_document(path, path.name, files)
    session = Table(document.session, file=document.file)
    bases = (folder, start) if found else (start, folder)
    roots = _root_packages(session, document)
    sources = tuple(base / place for base in bases for place in session.strings("source_roots", (".", "src")))
    for place in session.strings("source_roots", ()):
        if not any((base / place).is_dir() for base in bases):
            session.warn("source_roots", f"There is no folder '{place}'.")
    custom_types = session.strings("contract_types", ())
    defaults = {key: session.flag(key, lenient=document.is_peers) for key in EXCLUDING if key in session}
    defaults["include_parent_packages"] = session.flag("include_parent_packages")
    include_external = session.flag("include_external_packages", lenient=document.is_peers)
    strict, baseline = session.flag("strict"), session.string("baseline", "")
    stale_fails = session.choice("stale", STALE, STALE[0]) == STALE[0]
    show_timings = session.flag("show_timings", lenient=document.is_peers)
    session.tables("contracts")
    included = tuple(_included(session, path, files))
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
        problems=tuple(session.problems),
        custom_types=custom_types,
        bases=bases,
        defaults=defaults,
        session=session,
    )


def _root_packages(session: Table, document: Document) -> tuple[str, ...]:
    several = "root_packages" in session
    roots = session.strings("root_packages", ())
    alone = session.string("root_package", "")
    if several and "root_package" in session:
        session.warn("root_package", "This key has no effect next to 'root_packages'; remove one of them.")
    elif alone:
        roots = (alone,)
    found = document.session.get("root_packages")
    if document.is_peers and document.file.endswith(".toml") and isinstance(found, str) and len(found) > 1:
        session.warn("root_packages", f'import-linter reads each letter as a package; write ["{found}"].')
    if not roots:
        near = did_you_mean("root_packages", [key for key in document.session if key.startswith("root")], closeness=0.8)
        misspelt = near if "root_packages" not in session and "root_package" not in session else ""
        session.error("root_packages", f'Name the packages to check: root_packages = ["shop"].{misspelt}')
    return roots


def _included(session: Table, configuration: Path, files: Files) -> Iterator[Document]:
    """Yield the contract files that ``include`` names, each once: pattern by pattern, then sorted by path."""
    folder = configuration.parent
    seen = {configuration}
    for pattern in session.strings("include", ()):
        try:
            paths = files.matching(folder, pattern)
        except ValueError:  # a NUL, which no path contains
            paths = []
        if not paths:
            (session.warn if "*" in pattern else session.error)("include", f"'{pattern}' matches no file.")
        for path in paths:
            if path not in seen:
                seen.add(path)
                yield from _contract_file(session, path, name_of(path, folder), files)


def _contract_file(session: Table, path: Path, name: str, files: Files) -> Iterator[Document]:
    """Yield the document of an included file; nothing if it cannot be read."""
    try:
        document = toml_document(name, read_toml(path, name, files))
    except UserError as error:
        for problem in error.problems:
            session.error("include", f"{name}: {problem.message}")
        return
    for key in document.session:
        if key != "contracts":
            message = f"'{key}' in {name} has no effect; only the [[contracts]] of an included file are read."
            session.warn("include", message)
    yield document
