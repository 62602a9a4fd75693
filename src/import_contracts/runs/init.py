"""The run of ``init``: writes a first configuration, inferred from the code or converted from import-linter's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from import_contracts.adopt.inference import infer, to_toml
from import_contracts.adopt.migration import migrate
from import_contracts.config.contracts import read_contracts
from import_contracts.config.files import find_config, has_own, parse_toml
from import_contracts.config.misnamed import OWN
from import_contracts.config.session import read_config
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import judge
from import_contracts.problems import Problem, UserError
from import_contracts.reading.cache import Extent
from import_contracts.reading.context import RunContext
from import_contracts.reading.imports import read_imports
from import_contracts.reading.program import find_packages, find_portions, walk
from import_contracts.reading.refresh import compare
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reports.init import Initialized
from import_contracts.runs.baseline import create_from
from import_contracts.runs.changing import UserFile, alone, write_all
from import_contracts.runs.requests import extent_of

_FILE = "pyproject.toml"
_PLACES = (".", "src")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The text of a configuration; ``statements`` are those of the program if it was read, else None."""

    text: str
    statements: Statements | None = None


def infer_configuration(packages: Sequence[str], context: RunContext, exclude: Sequence[str] = ()) -> Proposal:
    """Return contracts that packages keep now: the given ones, or those in the folder and in its ``src``.

    Files and folders that match the globs ``exclude`` are left out. Raises UserError if there is no package, or if a
    file cannot be read, because its imports might break a contract.
    """
    places = [context.folder / place for place in _PLACES]
    roots = tuple(packages) or find_packages(places)
    if not roots:
        raise UserError(Problem("There is no package here or in 'src'; name one: lint-imports init shop"))
    globs = tuple((glob, str(context.folder)) for glob in exclude)
    extent = Extent(find_portions(roots, places), include_external=False, kinds=True, exclude=globs)
    statements, keys = _with_every_folder(Statements(take_snapshot(compare(extent, context))))
    scan = statements.snapshot.scan
    if scan.unreadable:
        raise UserError(*(Problem(file.message, file=file.path) for file in scan.unreadable))
    keys = {"root_packages": roots, **({"exclude": tuple(exclude)} if exclude else {}), **keys}
    return Proposal(to_toml(keys, infer(scan.graph, roots=roots), prefix=f"tool.{OWN}"), statements)


def _with_every_folder(statements: Statements) -> tuple[Statements, dict[str, object]]:
    """Return the program with its folders without ``__init__.py`` and the key for them, if these matter.

    They do if something in them imports or is imported, and can be read.
    """
    snapshot = statements.snapshot
    extent = snapshot.last.extent._replace(every_folder=True)
    added = walk(extent.portions, every_folder=True, exclude=extent.exclude).modules - snapshot.program.modules
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
    """Convert import-linter's configuration of a folder.

    Raises UserError if there is none, or if it has custom contract types and these are refused.
    """
    path = find_config(folder)
    config = read_config(path, start=folder, found=True, custom_types=custom_types)
    config.demand_no_refusal()
    if not config.documents[0].is_peers:
        raise UserError(Problem("This is not an import-linter configuration.", file=config.file))
    return Proposal(migrate(config, read_contracts(config).chosen))


def write_configuration(proposal: Proposal, context: RunContext) -> Initialized:
    """Add a configuration to the folder's ``pyproject.toml``, and write a baseline if there are violations now.

    Does nothing if ``pyproject.toml`` already has a ``tool.import-contracts``.
    """
    with alone(context.folder):
        file = UserFile.read(context.folder / _FILE, _FILE, context.folder)
        if has_own(file.before or b"", _FILE):
            return Initialized(_FILE, None)
        before = (file.before or b"").decode()
        gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
        text = f"{before}{gap}{proposal.text}"
        _refuse_inline(text)
        write_all((file, text))
        return _with_baseline(file.path, proposal, context)


def _with_baseline(path: Path, proposal: Proposal, context: RunContext) -> Initialized:
    """Check the configuration that was written, and write a baseline if there are violations."""
    config = read_config(path, start=context.folder, found=True)
    contracts = read_contracts(config)
    statements = proposal.statements or Statements(take_snapshot(compare(extent_of(config), context)))
    judgement = judge(config, contracts, statements, None)
    is_broken = any(verdict.violations for verdict in judgement.verdicts) and config.baseline is None
    return Initialized(_FILE, len(contracts.chosen), create_from(judgement, config) if is_broken else None)


def _refuse_inline(text: str) -> None:
    """Raise UserError if a file would not be valid with a new table at its end: ``tool = {...}`` cannot be extended."""
    try:
        parse_toml(text.encode(), _FILE)
    except UserError:
        message = (
            "No table can be added here, because 'tool' is an inline table. Write [tool.x] instead of tool = {x …}."
        )
        raise UserError(Problem(message, file=_FILE)) from None
