"""The ratchet, which alone writes the baseline: it can shrink, and grows only where somebody says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from import_contracts import atomic, git
from import_contracts.baseline import Baseline, Entry, parse
from import_contracts.config.config import Config, with_key
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reports.baseline import ContractStatus, Status
from import_contracts.reports.check import Outcome, Report, ReportedViolation, Result
from import_contracts.runs.check import read_baseline

Check = Callable[[Config], Report]
"""Checks the contracts of a configuration."""

DEFAULT = "known-violations.txt"
"""What `create` calls the file where the configuration names none."""


def create(config: Config, check: Check) -> str:
    """Take every violation of today for known; names the file in the configuration if nothing is named there.

    Raises UserError, and writes nothing, where there are entries already, or where a contract could not be checked.
    """
    path = config.baseline or config.folder / DEFAULT
    name = config.shown(str(path))
    before = _read(replace(config, baseline=path)) if path.exists() else Baseline()
    if before.entries:
        raise UserError(
            Problem(
                f"This baseline has entries already, {len(before.entries):,} of them. 'lint-imports baseline accept"
                f"{config.options}' adds to it, 'lint-imports baseline shrink{config.options}' takes from it.",
                file=name,
            )
        )
    report = _whole(check(replace(config, baseline=None)))
    ids = [outcome.id for outcome in report.outcomes]
    if repeated := sorted({each for each in ids if ids.count(each) > 1}):
        raise UserError(*(Problem("Two contracts have this id; give one another.", contract=id_) for id_ in repeated))
    entries = _writable({_entry(outcome, each) for outcome in report.outcomes for each in outcome.violations})
    edited = None if config.baseline else with_key(config, "baseline", DEFAULT)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, name, before.including(entries))
    if edited is not None:
        atomic.write(config.path, edited.encode())
    named = f" and named it in {config.file}" if edited is not None else ""
    return f"Wrote {_count(len(entries), 'known violation')} to {name}{named}.\n"


def shrink(config: Config, check: Check) -> str:
    """Remove the entries that no violation matches any more, and nothing else.

    Raises UserError, and writes nothing, where something could not be read or checked.
    """
    path, name = _place(config)
    before = _read(config)
    stale = set(_whole(check(config)).stale or ())
    after = before.without({entry for entry in before.entries if str(entry) in stale})
    if after == before:
        return f"Nothing to remove: every entry of {name} is still true.\n"
    _write(path, name, after)
    gone = sorted(stale)
    return "\n".join([f"Removed {_count(len(gone), 'entry')} from {name}:", *(f"  {each}" for each in gone), ""])


def accept(config: Config, check: Check, wanted: Sequence[str], *, everything: bool, reason: str) -> str:
    """Add new violations: ``everything``, those of contracts, or single ones as a report shows them.

    One is wanted by its line in the baseline, by its chain, or by ``path:line``. Raises UserError, and writes nothing,
    where one is not found or is not the only one, or where something could not be read or checked.
    """
    path, name = _place(config)
    before = _read(config)
    report = _whole(check(config))
    found: set[Entry] = set()
    problems: list[Problem] = []
    for each in wanted:
        try:
            found |= _wanted(each, report)
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    if everything:
        found = {_entry(outcome, each) for outcome in report.outcomes for each in outcome.violations}
    new = _writable(found - before.entries)
    if not new:
        return f"Nothing to add: all of it is in {name} already.\n"
    _write(path, name, before.including(new, reason))
    lines = sorted(map(str, new))
    return "\n".join([f"Added {_count(len(lines), 'entry')} to {name}:", *(f"  {each}" for each in lines), ""])


def rename(config: Config, old: str, new: str) -> str:
    """Give a module, with everything inside it, its new name in every entry; raises UserError if none has the old."""
    path, name = _place(config)
    before = _read(config)
    after = before.renamed(old, new)
    changed = {entry for entry in before.entries if entry != entry.renamed(old, new)}
    if not changed:
        names = {each for entry in before.entries for each in (entry.importer, entry.imported, entry.target)}
        raise UserError(Problem(f"No entry speaks of '{old}'.{did_you_mean(old, names - {''})}", file=name))
    if bad := [each for each in (old, new) if not all(part.isidentifier() for part in each.split("."))]:
        raise UserError(*(Problem(f"'{each}' is not the name of a module.") for each in bad))
    _write(path, name, after)
    return f"Renamed {old} to {new} in {_count(len(changed), 'entry')} of {name}.\n"


def status(config: Config, check: Check, *, since: str | None) -> Status:
    """Return how much is known, new and stale, and what has come and gone in the file since a git revision.

    Raises UserError where there is no baseline, or no such revision. What could not be read or checked is said in the
    result.
    """
    path, name = _place(config)
    now = _read(config)
    before = None if since is None else _at(config, path, name, since)
    report = check(config)
    stale = {entry for entry in now.entries if str(entry) in (report.stale or ())}
    added = now.entries - before.entries if before else frozenset()
    removed = before.entries - now.entries if before else frozenset()
    known = [each for outcome in report.outcomes for each in outcome.violations if each.is_known]
    names = {outcome.id: outcome.name for outcome in report.outcomes}
    violations = {outcome.id: outcome.violations for outcome in report.outcomes}
    every = {*names, *(entry.contract for entry in stale | added | removed)}
    return Status(
        file=name,
        contracts=tuple(
            ContractStatus(
                id=id_,
                name=names.get(id_),
                known=sum(each.is_known for each in violations.get(id_, ())),
                new=sum(not each.is_known for each in violations.get(id_, ())),
                stale=_of(stale, id_),
                added=_of(added, id_),
                removed=_of(removed, id_),
            )
            for id_ in sorted(every, key=lambda each: ([*names].index(each) if each in names else len(names), each))
        ),
        modules=tuple(sorted(Counter(each.importer for each in known).items(), key=lambda each: (-each[1], each[0]))),
        since=since,
        added=tuple(sorted(map(str, added))),
        removed=tuple(sorted(map(str, removed))),
        problems=_troubles(report),
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
        message = f"No baseline is named; 'lint-imports baseline create{config.options}' makes one and names it."
        raise UserError(Problem(message, file=config.file, key="baseline"))
    return config.baseline, config.shown(str(config.baseline))


def _read(config: Config) -> Baseline:
    return parse(read_baseline(config) or "", config.shown(str(config.baseline)))


def _write(path: Path, name: str, baseline: Baseline) -> None:
    try:
        atomic.write(path.resolve(), baseline.text.encode())
    except OSError as error:
        raise UserError(Problem(f"This file cannot be written: {error.strerror}.", file=name)) from None


def _whole(report: Report) -> Report:
    """Return a report that leaves nothing open; raises UserError with what it leaves open."""
    if report.result is Result.ERROR:
        raise UserError(*_troubles(report), Problem("So not everything is known, and the baseline is left as it is."))
    return report


def _troubles(report: Report) -> tuple[Problem, ...]:
    files = (
        Problem(each.message, file=each.path if each.line is None else f"{each.path}:{each.line}")
        for each in report.unreadable
    )
    return (*report.errors, *files)


def _entry(outcome: Outcome, violation: ReportedViolation) -> Entry:
    return Entry(outcome.id, violation.importer, violation.imported or "", violation.target or "")


def _writable(entries: set[Entry]) -> set[Entry]:
    if bad := sorted({entry.contract for entry in entries if not entry.can_be_written}):
        message = "This id cannot stand in a baseline; give the contract one of letters, digits and hyphens."
        raise UserError(*(Problem(message, contract=each) for each in bad))
    return entries


def _wanted(wanted: str, report: Report) -> set[Entry]:
    """Return the entry of a violation as a report shows it, or all entries of a contract."""
    of_contract = next((outcome for outcome in report.outcomes if outcome.id == wanted), None)
    if of_contract:
        return {_entry(of_contract, each) for each in of_contract.violations}
    text = " ".join(wanted.split())
    place = re.match(r"(.*?:\d+)(?::\d+)?(?::|$)", text)
    looked_for = {text, place[1]} if place else {text}
    found = {
        _entry(outcome, each)
        for outcome in report.outcomes
        for each in outcome.violations
        if not looked_for.isdisjoint(_forms(outcome, each))
    }
    if len(found) > 1:
        lines = "".join(f"\n  {entry}" for entry in sorted(map(str, found)))
        raise UserError(Problem(f"'{wanted}' is more than one violation; name the one that is meant:{lines}"))
    if not found:
        known = [outcome.id for outcome in report.outcomes]
        hint = did_you_mean(wanted, known) or " Write a line as it would stand in the baseline, or a contract's id."
        raise UserError(Problem(f"There is no violation '{wanted}' today.{hint}"))
    return found


def _forms(outcome: Outcome, violation: ReportedViolation) -> Iterator[str]:
    """Yield all that a report shows of a violation by which it could be told."""
    entry = _entry(outcome, violation)
    yield str(entry)
    yield str(entry).removeprefix(f"{outcome.id} ")
    if violation.chain:
        yield " -> ".join([violation.importer, *(each.imported for each in violation.chain)])
        yield f"{violation.importer} -> {violation.imported}"
        yield f"{violation.path}:{violation.lines[0]}"


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
