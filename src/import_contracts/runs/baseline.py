"""The runs of ``baseline``, which alone write it: it can shrink, and grows only where somebody says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from import_contracts import atomic, git
from import_contracts.baseline import Baseline, Entry, parse
from import_contracts.config.edit import with_key
from import_contracts.config.session import Config
from import_contracts.contracts.findings import Violation
from import_contracts.judging.dress import reported
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, Verdict
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reading.context import RunContext
from import_contracts.reports.baseline import BaselineChange, ContractStatus, Status
from import_contracts.runs.check import judged
from import_contracts.runs.requests import read_baseline
from import_contracts.wording import count

DEFAULT = "known-violations.txt"
"""What `create` calls the file where the configuration names none."""


def create(config: Config, context: RunContext) -> BaselineChange:
    """Accept every violation of today; names the file in the configuration if nothing is named there.

    Raises UserError, and writes nothing, where there are entries already, or where a contract could not be checked.
    """
    before = _before_create(config)
    judgement, _ = judged(replace(config, baseline=None), context)
    return create_from(judgement, config, before)


def _before_create(config: Config) -> Baseline:
    """Return the comments of the file that will be the baseline; raises UserError if there are entries."""
    path = _place_of(config)
    before = _read(replace(config, baseline=path)) if path.exists() else Baseline()
    if before.entries:
        raise UserError(
            Problem(
                f"This baseline already has {count(len(before.entries), 'entry')}. Add entries with 'lint-imports "
                f"baseline accept{config.options}'; remove stale ones with 'lint-imports baseline "
                f"shrink{config.options}'.",
                file=config.shown(str(path)),
            )
        )
    return before


def create_from(judgement: Judgement, config: Config, before: Baseline) -> BaselineChange:
    """Accept every violation of contracts that were judged without a baseline; raises UserError as `create` does."""
    path = _place_of(config)
    name = config.shown(str(path))
    ids = [verdict.contract.id for verdict in _whole(judgement).verdicts]
    if repeated := sorted({each for each in ids if ids.count(each) > 1}):
        raise UserError(*(Problem("Two contracts have this id; give each its own.", contract=id_) for id_ in repeated))
    entries = _writable(judgement.entries)
    edited = None if config.baseline else with_key(config, "baseline", DEFAULT)
    write(path, name, before.including(entries).text)
    if edited is not None:
        write(config.path, config.file, edited)
    return BaselineChange("create", name, added=_lines(entries), named_in=None if edited is None else config.file)


def _place_of(config: Config) -> Path:
    return config.baseline or config.folder / DEFAULT


def shrink(config: Config, context: RunContext) -> BaselineChange:
    """Remove the entries that no violation matches any more, and nothing else.

    Raises UserError, and writes nothing, where something could not be read or checked.
    """
    path, name = _place(config)
    before = _read(config)
    judgement, _ = judged(config, context)
    stale = frozenset(_whole(judgement).stale or ())
    if stale:
        write(path, name, before.without(stale).text)
    return BaselineChange("shrink", name, removed=_lines(stale))


def accept(config: Config, context: RunContext, wanted: Sequence[str], reason: str) -> BaselineChange:
    """Add new violations, all where none is named: those of contracts, or single ones as a report shows them.

    One is named by its line in the baseline, by its chain, or by ``path:line``. Raises UserError, and writes nothing,
    where one is not found or is not the only one, or where something could not be read or checked.
    """
    path, name = _place(config)
    before = _read(config)
    judgement, statements = judged(config, context)
    found = _named(wanted, _whole(judgement), statements) if wanted else judgement.entries
    new = _writable(found - before.entries)
    if new:
        write(path, name, before.including(new, reason).text)
    return BaselineChange("accept", name, added=_lines(new))


def rename(config: Config, old: str, new: str) -> BaselineChange:
    """Give a module, with everything inside it, its new name in every entry; raises UserError if none has the old."""
    path, name = _place(config)
    before = _read(config)
    changed = {entry for entry in before.entries if entry != entry.renamed(old, new)}
    if not changed:
        names = {each for entry in before.entries for each in (entry.importer, entry.imported, entry.target)}
        raise UserError(Problem(f"No entry names '{old}'.{did_you_mean(old, names - {''})}", file=name))
    if bad := [each for each in (old, new) if not all(part.isidentifier() for part in each.split("."))]:
        raise UserError(*(Problem(f"'{each}' is not the name of a module.") for each in bad))
    write(path, name, before.renamed(old, new).text)
    added = {entry.renamed(old, new) for entry in changed}
    return BaselineChange("rename", name, _lines(added), _lines(changed), renaming=(old, new))


def status(config: Config, context: RunContext, since: str | None) -> Status:
    """Return how much is known, new and stale, and what has come and gone in the file since a git revision.

    Raises UserError where there is no baseline, or no such revision. What could not be read or checked is said in the
    result.
    """
    path, name = _place(config)
    now = _read(config)
    before = None if since is None else _at(config, path, name, since)
    judgement, _ = judged(config, context)
    stale = frozenset(judgement.stale or ())
    added = now.entries - before.entries if before else frozenset()
    removed = before.entries - now.entries if before else frozenset()
    verdicts = {verdict.contract.id: verdict for verdict in judgement.verdicts}
    others = {entry.contract for entry in stale | added | removed} - verdicts.keys()
    known = (each.importer for verdict in judgement.verdicts for each in verdict.violations if verdict.is_known(each))
    return Status(
        file=name,
        contracts=tuple(
            _contract_status(id_, verdicts.get(id_), stale, added, removed) for id_ in (*verdicts, *sorted(others))
        ),
        modules=tuple(sorted(Counter(known).items(), key=lambda each: (-each[1], each[0]))),
        since=since,
        added=_lines(added),
        removed=_lines(removed),
        problems=judgement.faults,
    )


def _contract_status(
    id_: str, verdict: Verdict | None, stale: Collection[Entry], added: Collection[Entry], removed: Collection[Entry]
) -> ContractStatus:
    violations = verdict.violations if verdict else ()
    known = sum(verdict.is_known(each) for each in violations) if verdict else 0
    return ContractStatus(
        id=id_,
        name=verdict.contract.name if verdict else None,
        known=known,
        new=len(violations) - known,
        stale=_of(stale, id_),
        added=_of(added, id_),
        removed=_of(removed, id_),
    )


def _of(entries: Collection[Entry], contract: str) -> int:
    return sum(entry.contract == contract for entry in entries)


def _at(config: Config, path: Path, name: str, since: str) -> Baseline:
    commit = git.commit(config.folder, since)
    if commit is None:
        raise UserError(Problem(f"git knows no commit '{since}' here."))
    data = git.at(config.folder, commit, str(path))
    return Baseline() if data is None else parse(data.decode(errors="replace"), f"{name} at {since}")


def _place(config: Config) -> tuple[Path, str]:
    if config.baseline is None:
        message = f"No baseline is configured. Create one with 'lint-imports baseline create{config.options}'."
        raise UserError(Problem(message, file=config.file, key="baseline"))
    return config.baseline, config.shown(str(config.baseline))


def _read(config: Config) -> Baseline:
    return parse(read_baseline(config) or "", config.shown(str(config.baseline)))


def write(path: Path, name: str, text: str) -> None:
    """Write a file, which is replaced atomically, and the folders around it; raises UserError where that fails.

    Where the file is a link, what it leads to is replaced.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path.resolve(), text.encode())
    except OSError as error:
        raise UserError(Problem(f"This file cannot be written: {error.strerror}.", file=name)) from None


def _lines(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(sorted(map(str, entries)))


def _whole(judgement: Judgement) -> Judgement:
    """Return verdicts that leave nothing open; raises UserError with what they leave open."""
    if not judgement.is_whole:
        raise UserError(*judgement.faults, Problem("The check is incomplete; the baseline was not changed."))
    return judgement


def _writable(entries: frozenset[Entry]) -> frozenset[Entry]:
    if bad := sorted({entry.contract for entry in entries if not entry.can_be_written}):
        message = "This id cannot be written in a baseline; use letters, digits and hyphens."
        raise UserError(*(Problem(message, contract=each) for each in bad))
    return entries


def _named(wanted: Sequence[str], judgement: Judgement, statements: Statements) -> frozenset[Entry]:
    """Return the entries of violations as a report shows them, or of contracts; raises UserError with all not found."""
    found: frozenset[Entry] = frozenset()
    problems: list[Problem] = []
    for each in wanted:
        try:
            found |= _entries(each, judgement, statements)
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    return found


def _entries(wanted: str, judgement: Judgement, statements: Statements) -> frozenset[Entry]:
    """Return the entry of a violation as a report shows it, or all entries of a contract."""
    of_contract = next((verdict for verdict in judgement.verdicts if verdict.contract.id == wanted), None)
    if of_contract:
        return of_contract.entries
    text = " ".join(wanted.split())
    place = re.match(r"(.*?:\d+)(?::\d+)?(?::|$)", text)
    looked_for = {text, place[1]} if place else {text}
    found = frozenset(
        verdict.entry(each)
        for verdict in judgement.verdicts
        for each in verdict.violations
        if not looked_for.isdisjoint(_forms(verdict, each, statements))
    )
    if len(found) > 1:
        lines = "".join(f"\n  {entry}" for entry in _lines(found))
        raise UserError(Problem(f"'{wanted}' matches more than one violation; name one of them:{lines}"))
    if not found:
        known = [verdict.contract.id for verdict in judgement.verdicts]
        hint = did_you_mean(wanted, known) or " Name a violation by its line in the baseline, or a contract by its id."
        raise UserError(Problem(f"There is no violation '{wanted}' today.{hint}"))
    return found


def _forms(verdict: Verdict, violation: Violation, statements: Statements) -> Iterator[str]:
    """Yield all that a report shows of a violation by which it can be named."""
    entry = str(verdict.entry(violation))
    yield entry
    yield entry.removeprefix(f"{verdict.contract.id} ")
    if violation.chain:
        shown = reported(violation, verdict, statements)
        yield " -> ".join([violation.importer, *(imported for _, imported in violation.chain)])
        yield f"{violation.importer} -> {violation.imported}"
        yield f"{shown.path}:{shown.lines[0]}"
