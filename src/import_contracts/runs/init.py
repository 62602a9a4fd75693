"""The run of ``init``: writes a first configuration, inferred from the code or converted from another tool's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

from import_contracts import disk
from import_contracts.adopt.from_tach import Excluded, TachConversion
from import_contracts.adopt.habits import libraries
from import_contracts.adopt.inference import infer, to_toml
from import_contracts.adopt.migration import migrate
from import_contracts.adopt.tach import TachDomain, TachProject, TachRules, read_project
from import_contracts.config.contracts import read_contracts
from import_contracts.config.files import (
    existing_config,
    find_config,
    has_own,
    may_quote,
    name_of,
    parse_toml,
    read_document,
)
from import_contracts.config.globs import folders_at
from import_contracts.config.misnamed import OWN
from import_contracts.config.session import SOURCE_ROOTS, ConfigSource, Origin, read_config
from import_contracts.config.tach import find_domains, find_tach
from import_contracts.config.workspace import Places, members_of, packages_in
from import_contracts.graph.names import ancestors
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import judge
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.excluding import Exclude
from import_contracts.reading.files.packages import find_beside, find_namespaces
from import_contracts.reading.files.walk import walk
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.store.refresh import compare
from import_contracts.records import dataclass
from import_contracts.reports.init import Initialized
from import_contracts.runs.baseline import create_from
from import_contracts.runs.changing import UserFile, alone, write_all
from import_contracts.runs.requests import extent_here, extent_of

_FILE = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The text of a configuration.

    ``statements`` are those of the program if it was read, else None. ``converted`` is the configuration file that the
    text is to replace; None if there is none.
    """

    text: str
    statements: Statements | None = None
    converted: Path | None = None


def in_force(folder: Path) -> Initialized | None:
    """Return that nothing was changed, if a folder has a configuration, its own or one around it; else None.

    A new table would win over it, so that its contracts would not be checked any more. Not if the folder is that of a
    member of a workspace: then a run in the workspace checks both.
    """
    path = existing_config(folder)
    here = Path(disk.real(folder))
    if path is None or (path.parent != here and here in members_of(path.parent)):
        return None
    name = name_of(path, here)
    return Initialized(name, None, is_peers=read_document(path, name, quotes=may_quote(path)).is_peers)


def tach_in_force(folder: Path) -> str | None:
    """Return the name of the configuration of tach that is for a folder; None if there is none that can be read."""
    try:
        return find_tach(Path(disk.real(folder))).name
    except UserError:
        return None


def infer_configuration(
    packages: Sequence[str], places: Places, context: RunContext, exclude: Sequence[str]
) -> Proposal:
    """Return contracts that packages keep now: the given ones, or all those in some source roots.

    Files and folders that match the globs ``exclude`` are left out. Raises UserError if there is no package, or if a
    file cannot be read, because its imports might break a contract.
    """
    inner = [place for place in places.folders if place != context.folder]
    roots = tuple(packages) or packages_in(context.folder, places) or find_namespaces(inner)
    if not (roots or places.named):
        roots, places = _beside(context.folder, places)
    if not roots:
        where = "in the source roots" if places.named else "here or in 'src'"
        raise UserError(Problem(f"There is no package {where}; name one: lint-imports init shop"))
    globs = tuple((glob, str(context.folder)) for glob in exclude)
    extent = extent_here(roots, places.folders, globs)
    statements, found = _with_every_folder(Statements(take_snapshot(compare(extent, context))))
    scan = statements.snapshot.scan
    if unreadable := statements.snapshot.unreadable:
        raise UserError(*(Problem(file.message, file=file.path) for file in unreadable))
    given = {"source_roots": places.named, "exclude": tuple(exclude)}
    keys = {"root_packages": roots, **{key: value for key, value in given.items() if value}, **found}
    *contracts, acyclic = infer(scan.graph, roots=roots)
    outside = Statements(
        take_snapshot(compare(statements.snapshot.last.extent._replace(include_external=True), context))
    )
    if wrapped := [*libraries(outside.snapshot.scan.graph)]:
        keys, statements = {**keys, "include_external_packages": True}, outside
        contracts = [contract.with_external() for contract in contracts]
    return Proposal(to_toml(keys, (*contracts, *wrapped, acyclic), prefix=f"tool.{OWN}"), statements)


def _beside(folder: Path, default: Places) -> tuple[tuple[str, ...], Places]:
    """Return the packages in a folder that have no ``__init__.py`` or are in another folder than ``src``, and where."""
    found, folders = find_beside(folder)
    roots = tuple(name for name in found if any(disk.is_folder(each / name) for each in folders))
    if set(folders) <= set(default.folders):
        return roots, default
    return roots, Places(tuple(each.relative_to(folder).as_posix() for each in folders), folders)


def _with_every_folder(statements: Statements) -> tuple[Statements, dict[str, object]]:
    """Return the program with its folders without ``__init__.py`` and the key for them, if these matter.

    They do if something in them imports or is imported, and can be read.
    """
    snapshot = statements.snapshot
    extent = snapshot.last.extent._replace(every_folder=True)
    every_module = walk(extent.portions, every_folder=True, exclude=extent.exclude, unread=extent.unread).modules
    added = every_module - snapshot.program.modules
    if not added:
        return statements, {}
    every = Statements(take_snapshot(compare(extent, snapshot.context)))
    scan = every.snapshot.scan
    importing = (source for source in map(every.source, sorted(added)) if source is not None)
    is_used = any(imported in added for _, imported in scan.graph.edges()) or any(
        read_imports(source.text, source.module, is_package=source.is_package) for source in importing
    )
    return (every, {"count_namespace_folders": True}) if is_used and not scan.unreadable else (statements, {})


def rewrite_configuration(folder: Path, *, custom_types: bool) -> Proposal:
    """Convert import-linter's configuration of a folder, its own or the nearest one around it.

    Raises UserError if there is none, or if it has custom contract types and these are refused.
    """
    path = find_config(folder)
    config = read_config(path, ConfigSource(folder, Origin.FOUND), custom_types=custom_types)
    config.demand_no_refusal()
    if not config.documents[0].is_peers:
        message = f"The table [tool.{OWN}] is here already, so no configuration of import-linter is read from here."
        raise UserError(Problem(message, file=config.file))
    text = disk.read(path).decode("utf-8-sig", errors="replace")
    return Proposal(migrate(config, read_contracts(config).chosen, text), converted=path)


def rewrite_tach(folder: Path, context: RunContext) -> Proposal:
    """Convert the configuration of tach in a folder, or in the nearest folder around it, for the program as it is now.

    Raises UserError if there is none, if it is not valid, or if a file of the program cannot be read.
    """
    file = find_tach(Path(disk.real(folder)))
    home = file.path.parent
    project = read_project(file.content, file.name)
    source_roots = [each for place in project.source_roots for each in folders_at(home, place) if disk.is_folder(each)]
    domains = [
        TachDomain(each.name, _module_at(each.path.parent, source_roots), each.content)
        for each in find_domains(source_roots, folder)
    ]
    project = read_project(file.content, file.name, domains)
    roots = _roots_of(project, source_roots)
    if not roots:
        raise UserError(Problem("None of its modules is in the source roots.", file=file.name))
    globs = tuple((glob.rstrip("/"), str(home)) for glob in project.exclude)
    statements, keys = _tach_program(roots, source_roots, globs, context)
    program = statements.snapshot.program
    extent = statements.snapshot.last.extent
    kept = walk(extent.portions, every_folder=True, exclude=globs, unread=extent.unread).modules
    modules = {each for each in program.modules if each in statements.snapshot.scan.graph}
    packages = _packages({each: file.path for each, file in program.by_module.items()}, home)
    rules = TachRules(project, modules, kept, packages)
    hidden = {each for each, file in program.by_module.items() if _is_named(file.path, home, project.exclude)}
    graph = statements.snapshot.scan.graph
    conversion = TachConversion(rules, graph, statements.source, Excluded(frozenset(modules - kept), frozenset(hidden)))
    session: dict[str, object] = {"root_packages": roots}
    if set(project.source_roots) - set(SOURCE_ROOTS):
        session["source_roots"] = project.source_roots
    if project.skips_type_checking:
        session["exclude_type_checking_imports"] = True
    return Proposal(conversion.to_toml({**session, **keys}, file.name), converted=file.path)


def _tach_program(
    roots: tuple[str, ...], source_roots: Sequence[Path], globs: Exclude, context: RunContext
) -> tuple[Statements, dict[str, object]]:
    """Return the program that tach checks, and the keys for it; without excluded files only if one cannot be read."""
    tried: tuple[tuple[Exclude, dict[str, object]], ...] = (
        ((), {}),
        (globs, {"exclude": [glob for glob, _ in globs]}),
    )
    for exclude, keys in tried:
        extent = extent_here(roots, source_roots, exclude)
        statements, found = _with_every_folder(Statements(take_snapshot(compare(extent, context))))
        unreadable = statements.snapshot.unreadable
        if not unreadable:
            return statements, {**keys, **found}
    raise UserError(*(Problem(each.message, file=each.path) for each in unreadable))


def _module_at(folder: Path, source_roots: Sequence[Path]) -> str:
    root = next(each for each in source_roots if folder.is_relative_to(each))
    return ".".join(folder.relative_to(root).parts)


def _roots_of(project: TachProject, source_roots: Sequence[Path]) -> tuple[str, ...]:
    """Return the root packages that the modules of tach are in: of a namespace package, the portions."""
    found = {_root_of(each.path.split(".*")[0], source_roots) for each in project.modules} - {""}
    return tuple(sorted(each for each in found if found.isdisjoint(ancestors(each))))


def _root_of(module: str, source_roots: Sequence[Path]) -> str:
    """Return the outermost regular package around a module, or the module itself; "" if there is nothing like it."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        places = [root.joinpath(*parts[:length]) for root in source_roots]
        if any(disk.is_file(place / "__init__.py") or disk.is_file(f"{place}.py") for place in places):
            return ".".join(parts[:length])
    return module if any(disk.is_folder(root.joinpath(*parts)) for root in source_roots) else ""


def _is_named(path: str, home: Path, globs: Sequence[str]) -> bool:
    """Return whether a glob matches a file itself, and not only a folder around it."""
    name = os.path.relpath(path, home).replace(os.sep, "/")
    return any(fnmatch(name if "/" in glob else Path(name).name, glob.lstrip("/")) for glob in globs)


def _packages(paths: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the package around each module, given its file, and around each folder without ``__init__.py``.

    Such a folder is in the package of its modules, if that is one.
    """
    found = {module: _package_around(path, home) for module, path in paths.items()}
    inside: dict[str, set[str]] = {}
    for module, package in found.items():
        for folder in ancestors(module):
            inside.setdefault(folder, set()).add(package)
    return {folder: next(iter(each)) for folder, each in inside.items() if len(each) == 1} | found


def _package_around(path: str, home: Path) -> str:
    """Return the nearest folder around a file that is a distribution, as tach tells them apart; the home if none is."""
    folders = [each for each in Path(path).parents if each.is_relative_to(home)]
    marks = ("pyproject.toml", "setup.py", "requirements.txt")
    return str(next((each for each in folders if any(disk.is_file(each / mark) for mark in marks)), home))


def write_configuration(proposal: Proposal, context: RunContext) -> Initialized:
    """Add a configuration to the ``pyproject.toml`` of the folder, and write a baseline if there are violations now.

    The folder is that of the run, or of the configuration that was converted. Does nothing if there is a configuration
    already that was not converted: the new one would win over it.
    """
    folder = context.folder if proposal.converted is None else proposal.converted.parent
    with alone(folder):
        name = name_of(folder / _FILE, Path(disk.real(context.folder)))
        file = UserFile.read(folder / _FILE, name, folder)
        if has_own(file.before or b"", name):
            return Initialized(name, None)
        if proposal.converted is None and (found := in_force(folder)):
            return found
        before = (file.before or b"").decode()
        gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
        text = f"{before}{gap}{proposal.text}"
        _refuse_inline(text, name)
        write_all((file, text))
        return _with_baseline(file, proposal, context)


def _with_baseline(file: UserFile, proposal: Proposal, context: RunContext) -> Initialized:
    """Check the configuration that was written, and write a baseline if there are violations."""
    config = read_config(file.path, ConfigSource(context.folder, Origin.FOUND))
    contracts = read_contracts(config)
    placed = context._replace(folder=config.folder)
    statements = proposal.statements or Statements(take_snapshot(compare(extent_of(config), placed)))
    judgement = judge(config, contracts, statements, None)
    is_broken = any(verdict.violations for verdict in judgement.verdicts) and config.baseline is None
    return Initialized(file.name, len(contracts.chosen), create_from(judgement, config) if is_broken else None)


def _refuse_inline(text: str, name: str) -> None:
    """Raise UserError if a file would not be valid with a new table at its end: ``tool = {...}`` cannot be extended."""
    try:
        parse_toml(text.encode(), name)
    except UserError:
        message = (
            "No table can be added here, because 'tool' is an inline table. Write [tool.x] instead of tool = {x …}."
        )
        raise UserError(Problem(message, file=name)) from None
