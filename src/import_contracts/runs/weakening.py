"""What the configuration and the baseline let through now: the program of today, checked as it was at a commit.

The earlier configuration is read, but its custom contract types are not imported: no code of another commit runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from os.path import normpath
from pathlib import Path

from import_contracts import git
from import_contracts.baseline import Entry, parse
from import_contracts.config.contracts import Contract, Contracts, read_contracts
from import_contracts.config.session import Config, Files, read_config
from import_contracts.contracts.findings import Violation
from import_contracts.contracts.types import TYPES
from import_contracts.judging.check_report import reported
from import_contracts.judging.history import texts_at
from import_contracts.judging.inline import Remarks
from import_contracts.judging.renamings import moved
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, Verdict, judge
from import_contracts.problems import Problem, UserError
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.source.remarks import Remark, read_remarks
from import_contracts.reading.source.text import UndecodableError, decode
from import_contracts.reading.store.refresh import compare
from import_contracts.records import NamedTuple, replace
from import_contracts.reports.weakening import LetThrough, Weakening
from import_contracts.repository import root_of
from import_contracts.runs.requests import Choice, extent_of
from import_contracts.wording import count


class Revision(NamedTuple):
    """A commit, and its name in messages."""

    commit: str
    name: str


class _Then(NamedTuple):
    """The earlier configuration, and the entries of its baseline."""

    config: Config
    known: frozenset[Entry] | None


def find_weakening(judgement: Judgement, statements: Statements, revision: Revision, choice: Choice) -> Weakening:
    """Return what the configuration lets through now, and did not at a commit; never raises UserError."""
    config = judgement.config
    try:
        then = _read(config, revision, choice)
        if then is None:
            return Weakening(revision.name, not_compared=(f"there was no {config.file} at {revision.name}",))
        remarks = _remarks_then(statements, revision)
        if _same(then, judgement) and remarks == statements.snapshot.scan.remarks:
            return Weakening(revision.name)
        contracts = read_contracts(replace(then.config, custom_types=()))
        chosen = [id_ for id_ in contracts.ids if not choice.only or id_ in choice.only]
        program = _statements(then.config, statements)
        before = judge(then.config, contracts.only(chosen), program, then.known, remarks)
    except UserError as error:
        return Weakening(revision.name, not_compared=tuple(_sentence(each, revision) for each in error.problems))
    found = _LetThrough(judgement, before, statements)
    return Weakening(
        revision.name,
        tuple(sorted(found.all())),
        tuple(_changes(judgement, before, contracts)),
        tuple(_not_compared(before, judgement)),
    )


def _sentence(problem: Problem, revision: Revision) -> str:
    return f"the configuration at {revision.name}: {problem}"


# --- as it was ----------------------------------------------------------------------------------------------------


def _read(config: Config, revision: Revision, choice: Choice) -> _Then | None:
    """Return the configuration and the baseline at a commit; None if there was no such file. Raises UserError."""
    files = _files_at(config.folder, revision)
    if not files.matching(config.folder, config.file):
        return None
    old = read_config(config.path, config.source._replace(around=None, files=files))
    if old.baseline is None or not choice.use_baseline:
        return _Then(old, None)
    name = config.shown(str(old.baseline))
    existed = files.matching(config.folder, str(old.baseline))
    text = files.read(old.baseline, name).decode(errors="replace") if existed else ""
    return _Then(old, parse(text, f"{name} at {revision.name}").entries)


_PARTIAL = "If this is a partial clone, fetch what it lacks."


def _files_at(folder: Path, revision: Revision) -> Files:
    """Return the files of a repository as they were at a commit."""
    root = root_of(folder) or folder
    existed = {root / name for name in git.files(folder, revision.commit)}
    if not existed:
        raise UserError(Problem(f"Git cannot list the files of '{revision.name}'. {_PARTIAL}"))

    def read(path: Path, name: str) -> bytes:
        try:
            data = git.at(folder, revision.commit, str(path))
        except git.UnreadableError:
            message = (
                f"Git cannot read this file at '{revision.name}'. If this is a partial clone, fetch what it lacks."
            )
            raise UserError(Problem(message, file=name)) from None
        if data is None:
            raise UserError(Problem(f"This file did not exist at '{revision.name}'.", file=name))
        return data

    def matching(inside: Path, pattern: str) -> list[Path]:
        path = Path(normpath(inside / pattern))
        if not any(mark in pattern for mark in "*?["):
            return [path] if path in existed else []
        return sorted(each for each in existed if _matches(each.parts, path.parts))

    return Files(read, matching)


def _matches(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether a path matches a pattern as `glob` has it: a wildcard matches no name that begins with a dot."""
    if not names or not parts:
        return not names and not parts
    if parts[0] == "**":
        inside = not names[0].startswith(".") and _matches(names[1:], parts)
        return inside or _matches(names, parts[1:])
    is_hidden = names[0].startswith(".") and not parts[0].startswith(".")
    return not is_hidden and fnmatchcase(names[0], parts[0]) and _matches(names[1:], parts[1:])


def _same(then: _Then, judgement: Judgement) -> bool:
    """Tell whether the configuration and the baseline have not changed."""
    config = judgement.config
    known = next((verdict.known for verdict in judgement.verdicts), None)
    return _documents(then.config) == _documents(config) and (known is None or then.known == known)


def _documents(config: Config) -> list[object]:
    return [(document.session, list(document.contracts)) for document in config.documents]


def _statements(old: Config, statements: Statements) -> Statements:
    """Return the program of today as the earlier configuration sees it, which may have had other packages."""
    now = statements.snapshot.last.extent
    extent = extent_of(old, kinds=now.kinds)
    if extent == now:
        return statements
    return Statements(take_snapshot(compare(extent, statements.snapshot.context)))


def _remarks_then(statements: Statements, revision: Revision) -> Remarks:
    """Return the comments to this tool that were at a commit too, on a statement that imports the same."""
    now, texts = statements.snapshot.scan.remarks, texts_at(statements.snapshot, revision.commit)
    then: dict[str, tuple[Remark, ...]] = {}
    for module, remarks in now.items():
        try:
            imports = statements.snapshot.statements_at(module, texts)
            was = {_on_imports(each, imports) for each in read_remarks(decode(texts(module) or b""))}
        except (git.UnreadableError, UndecodableError):
            continue
        imports = statements.snapshot.statements(module)
        then[module] = tuple(each for each in remarks if _on_imports(each, imports) in was)
    return {module: remarks for module, remarks in then.items() if remarks}


def _on_imports(remark: Remark, imports: Iterable[tuple[str, int]]) -> tuple[str, frozenset[str]]:
    """Return the text of a comment, and what the statement imports that it is on."""
    return remark.text, frozenset(module for module, line in imports if remark.first <= line <= remark.last)


# --- what is different --------------------------------------------------------------------------------------------


class _LetThrough:
    """Compares the verdicts of today with those of the earlier configuration."""

    def __init__(self, now: Judgement, before: Judgement, statements: Statements) -> None:
        self._now = {verdict.contract.id: verdict for verdict in now.verdicts}
        self._before = before
        self._statements = statements
        new = [entry for verdict in now.verdicts for entry in _new(verdict)]
        self._reported = {(entry.contract, entry.importer, entry.imported) for entry in new}
        self._imports = {(entry.importer, entry.imported) for entry in new}
        self._session = now.config.session.values

    def all(self) -> Iterator[LetThrough]:
        """Yield what is let through."""
        entries = (entry for verdict in self._before.verdicts for entry in verdict.known or ())
        known = {*moved(entries, self._before.renamings).values()}
        for verdict in map(self._checked, self._before.verdicts):
            for violation in verdict.violations:
                entry = verdict.entry(violation)
                if entry not in known and not self._is_reported(entry):
                    yield self._described(violation, entry, verdict)

    def _checked(self, before: Verdict) -> Verdict:
        """Return an earlier verdict; for a custom type, the present one if its contract is the same."""
        now = self._now.get(before.contract.id)
        return now if now is not None and _is_same_custom(before.contract, now.contract) else before

    def _is_reported(self, entry: Entry) -> bool:
        verdict = self._now.get(entry.contract)
        if verdict is None:
            return (entry.importer, entry.imported) in self._imports
        return not verdict.is_checked or (entry.contract, entry.importer, entry.imported) in self._reported

    def _described(self, violation: Violation, entry: Entry, verdict: Verdict) -> LetThrough:
        shown = reported(violation, verdict, self._statements)
        line = shown.lines[0] if shown.lines else None
        return LetThrough(entry.contract, str(entry), shown.path, line, self._because(entry, verdict))

    def _because(self, entry: Entry, before: Verdict) -> str:
        now = self._now.get(entry.contract)
        if now is None:
            return "contract removed"
        if entry in now.entries:
            return "added to the baseline"
        keys = _changed_keys(before.contract.table.values, now.contract.table.values)
        keys = keys or _changed_keys(self._before.config.session.values, self._session)
        changed = "inline ignore added" if now.inline.keys() - before.inline.keys() else "configuration changed"
        return f"changed: {', '.join(keys)}" if keys else changed


def _new(verdict: Verdict) -> Iterator[Entry]:
    return (verdict.entry(violation) for violation in verdict.violations if verdict.is_new(violation))


def _changed_keys(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Return the keys with another value, sorted; not those that only name or explain."""
    keys = {key for key in {*before, *now} if before.get(key) != now.get(key)}
    return sorted(keys - {"id", "name", "reason", "broken_contract_guidance", "contracts", "show_timings"})


def _changes(now: Judgement, before: Judgement, contracts: Contracts) -> Iterator[str]:
    """Yield the differences of the configuration, in words."""
    old, new = before.config.session.values, now.config.session.values
    for key in _changed_keys(old, new):
        yield f"{key}: {_value(old, key)} -> {_value(new, key)}{_effect(key, now, before)}"
    by_id = {verdict.contract.id: verdict.contract for verdict in now.verdicts}
    for contract in contracts.chosen:
        yield from _changes_of(contract, by_id.get(contract.id))


def _changes_of(before: Contract, now: Contract | None) -> Iterable[str]:
    if now is None:
        return (f"contract '{before.id}': removed",)
    keys = _changed_keys(before.table.values, now.table.values)
    return (f"contract '{before.id}': {', '.join(keys)} changed",) if keys else ()


def _value(values: Mapping[str, object], key: str) -> str:
    return json.dumps(values[key], ensure_ascii=False, default=str) if key in values else "not set"


def _effect(key: str, now: Judgement, before: Judgement) -> str:
    """Return what fails no longer because of a key of the run."""
    if key == "stale" and before.config.stale_fails and not now.config.stale_fails and now.stale:
        return f" ({count(len(now.stale), 'stale entry')} no longer fail{'s' * (len(now.stale) == 1)} the run)"
    warnings = sum(not problem.is_error for problem in now.problems)
    if key == "strict" and before.config.strict and not now.config.strict and warnings:
        return f" ({count(warnings, 'warning')} no longer fail{'s' * (warnings == 1)} the run)"
    return ""


def _not_compared(before: Judgement, now: Judgement) -> Iterator[str]:
    """Yield the earlier contracts that could not be checked, and why."""
    today = {verdict.contract.id: verdict.contract for verdict in now.verdicts}
    for verdict in before.verdicts:
        contract = verdict.contract
        if _is_same_custom(contract, today.get(contract.id)):
            continue
        if contract.type not in TYPES and before.config.custom_types:
            yield f"contract '{contract.id}': '{contract.type}' is a custom contract type; its earlier code is not run"
        elif not verdict.is_checked:
            problems = (each.message for each in before.problems if each.contract == contract.id and each.is_error)
            yield f"contract '{contract.id}': {next(problems, 'it could not be checked.')}"


def _is_same_custom(before: Contract, now: Contract | None) -> bool:
    """Tell whether a contract has a custom type, and the same keys as now."""
    return now is not None and before.type not in TYPES and before.table.values == now.table.values
