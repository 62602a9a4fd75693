"""The run of ``init``: writes a first configuration, inferred from the code or converted from import-linter's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from import_contracts import disk
from import_contracts.adopt.inference import infer, to_toml
from import_contracts.adopt.migration import migrate
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
from import_contracts.config.misnamed import OWN
from import_contracts.config.session import read_config
from import_contracts.config.workspace import Places, members_of
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import judge
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.imports import read_imports
from import_contracts.reading.program import find_packages, walk
from import_contracts.reading.refresh import compare
from import_contracts.reading.snapshot import take_snapshot
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


def infer_configuration(
    packages: Sequence[str], places: Places, context: RunContext, exclude: Sequence[str] = ()
) -> Proposal:
    """Return contracts that packages keep now: the given ones, or all those in some source roots.

    Files and folders that match the globs ``exclude`` are left out. Raises UserError if there is no package, or if a
    file cannot be read, because its imports might break a contract.
    """
    roots = tuple(packages) or find_packages(places.folders)
    if not roots:
        where = "in the source roots" if places.named else "here or in 'src'"
        raise UserError(Problem(f"There is no package {where}; name one: lint-imports init shop"))
    globs = tuple((glob, str(context.folder)) for glob in exclude)
    extent = extent_here(roots, places.folders, globs)
    statements, found = _with_every_folder(Statements(take_snapshot(compare(extent, context))))
    scan = statements.snapshot.scan
    if scan.unreadable:
        raise UserError(*(Problem(file.message, file=file.path) for file in scan.unreadable))
    given = {"source_roots": places.named, "exclude": tuple(exclude)}
    keys = {"root_packages": roots, **{key: value for key, value in given.items() if value}, **found}
    return Proposal(to_toml(keys, infer(scan.graph, roots=roots), prefix=f"tool.{OWN}"), statements)


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


def rewrite_configuration(folder: Path, *, custom_types: bool = True) -> Proposal:
    """Convert import-linter's configuration of a folder, its own or the nearest one around it.

    Raises UserError if there is none, or if it has custom contract types and these are refused.
    """
    path = find_config(folder)
    config = read_config(path, start=folder, found=True, custom_types=custom_types)
    config.demand_no_refusal()
    if not config.documents[0].is_peers:
        message = f"The table [tool.{OWN}] is here already, so no configuration of import-linter is read from here."
        raise UserError(Problem(message, file=config.file))
    text = disk.read(path).decode("utf-8-sig", errors="replace")
    return Proposal(migrate(config, read_contracts(config).chosen, text), converted=path)


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
    config = read_config(file.path, start=context.folder, found=True)
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
