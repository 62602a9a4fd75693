"""What is stale in a configuration and its baseline, once the files of a program have other contents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from import_contracts import disk
from import_contracts.config.contracts import Contract, Contracts, read_contracts
from import_contracts.config.edit import without_items
from import_contracts.config.session import Config
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ImportPattern
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import judge, prepared
from import_contracts.problems import Problem, UserError, unwritable
from import_contracts.reading.context import RunContext
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.store.refresh import compare
from import_contracts.records import replace
from import_contracts.reports.fix import RemovedEntry
from import_contracts.repository import checkout
from import_contracts.runs.changing import UserFile
from import_contracts.runs.check import parsed
from import_contracts.runs.requests import extent_of, read_baseline

_IGNORES = "ignore_imports"


class Stale(NamedTuple):
    """The files without what is stale, each with its new content, and what is removed."""

    changes: tuple[tuple[UserFile, bytes], ...]
    removed: tuple[RemovedEntry, ...]


def find_stale(config: Config, context: RunContext, contents: Mapping[str, bytes]) -> Stale:
    """Return what is stale if the files at some absolute paths have other contents.

    That are the items of ``ignore_imports`` that match no import, and the entries of the baseline that match no
    violation. Raises UserError if a contract cannot be checked, or an item cannot be found in the text.
    """
    snapshot = take_snapshot(compare(extent_of(config), context))
    changed = {
        file.module: contents[path] for file in snapshot.program.files if (path := disk.real(file.path)) in contents
    }
    statements = Statements(snapshot.with_texts(changed))
    contracts, graph = read_contracts(config), statements.snapshot.scan.graph
    ignores = [_stale_ignores(contract, graph) for contract in contracts.chosen]
    changes, removed = _without_ignores(config, ignores, contracts)
    if (text := read_baseline(config)) is not None and config.baseline is not None:
        kept = tuple(map(_without, contracts.chosen, ignores))
        baseline = parsed(text, config)
        judgement = judge(config, replace(contracts, chosen=kept), statements, baseline.entries)
        if not judgement.is_whole:
            raise UserError(*judgement.faults, Problem("The check is incomplete, so it is not known what is stale."))
        if stale := frozenset(judgement.stale or ()):
            file = _file(config.baseline, config)
            changes.append((file, baseline.without(stale).text.encode()))
            removed += (RemovedEntry(file.name, entry.contract, str(entry)) for entry in sorted(stale))
    return Stale(tuple(changes), tuple(removed))


def _stale_ignores(contract: Contract, graph: ImportGraph) -> frozenset[ImportPattern]:
    if contract.rule is None or not contract.is_sound:
        return frozenset()
    whole = prepared(graph, contract)
    return frozenset(pattern for pattern in contract.ignored if not whole.matching_edges(pattern))


def _without(contract: Contract, ignores: frozenset[ImportPattern]) -> Contract:
    return replace(contract, ignored=tuple(pattern for pattern in contract.ignored if pattern not in ignores))


def _without_ignores(
    config: Config, ignores: list[frozenset[ImportPattern]], contracts: Contracts
) -> tuple[list[tuple[UserFile, bytes]], list[RemovedEntry]]:
    """Return the configuration files without some items, and these items; the ignores are those of each contract."""
    changes: list[tuple[UserFile, bytes]] = []
    removed: list[RemovedEntry] = []
    rest = list(zip(contracts.chosen, ignores, strict=True))
    for document in config.documents:
        own, rest = rest[: len(document.contracts)], rest[len(document.contracts) :]
        dropped = [
            {item for item in _items(table.get(_IGNORES)) if ImportPattern.parse(item) in stale} if stale else set()
            for table, (_, stale) in zip(document.contracts, own, strict=True)
        ]
        if any(dropped):
            file = _file(config.folder / document.file, config)
            changes.append((file, without_items(document, file.before or b"", _IGNORES, dropped)))
            removed += (
                RemovedEntry(document.file, contract.id, item)
                for (contract, _), items in zip(own, dropped, strict=True)
                for item in sorted(items)
            )
    return changes, removed


def _items(value: object) -> list[str]:
    items = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [str(item).strip() for item in items]


def _file(path: Path, config: Config) -> UserFile:
    """Return a file as it is now, by its real path; raises UserError if a link of the checkout leads to it."""
    name = config.shown(str(path))
    try:
        disk.refuse_links(checkout(config.folder), path)
    except OSError as error:
        raise unwritable(error, name) from None
    return UserFile.read(Path(disk.real(path)), name, config.folder)
