"""The runs of ``baseline``: create, shrink, accept, rename, status. No other module writes the baseline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

from import_contracts import git
from import_contracts.baseline import CONTRACT, MODULE, Baseline, Entry, Renaming, once, parse
from import_contracts.config.contracts import ids_of
from import_contracts.config.edit import key_line, with_key
from import_contracts.config.session import Config
from import_contracts.contracts.findings import Violation
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.judging.check_report import reported
from import_contracts.judging.history import ImportTiming
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, Verdict
from import_contracts.problems import Problem, UserError, did_you_mean, did_you_mean_module
from import_contracts.reading.context import RunContext
from import_contracts.records import replace
from import_contracts.reports.baseline import BaselineChange, ContractStatus, EarlierImport, Status
from import_contracts.repository import checkout, merge_attributes
from import_contracts.runs.changing import UserFile, changing, write_all
from import_contracts.runs.check import judged, parsed
from import_contracts.runs.requests import Choice, read_baseline
from import_contracts.runs.weakening import Revision, find_weakening
from import_contracts.wording import count

DEFAULT = "known-violations.txt"
"""The name of the file that `create` writes if the configuration names none."""


def create(config: Config, context: RunContext) -> BaselineChange:
    """Write every current violation to the baseline; add the key ``baseline`` to the configuration if it is missing.

    Raises UserError, and writes nothing, if the baseline already has entries, or if the check is incomplete.
    """
    with changing(config):
        _before_create(config)
        judgement, _ = judged(replace(config, baseline=None), context)
        return create_from(judgement, config)


def _before_create(config: Config) -> tuple[UserFile, Baseline]:
    """Return the file that will be the baseline, which may have comments; raises UserError if it has entries."""
    path = config.baseline or config.folder / DEFAULT
    file = UserFile.read(path, config.shown(str(path)), config.folder)
    before = Baseline() if file.before is None else _read(replace(config, baseline=path))
    if before.entries:
        raise UserError(Problem(_already(before, config), file=file.name))
    return file, before


def _already(before: Baseline, config: Config) -> str:
    number, options = count(len(before.entries), "entry"), config.options
    if config.baseline is None:
        line = key_line(config, "baseline", DEFAULT)
        return (
            f"This file already has {number}, but {config.file} does not name it. "
            f"Remove it, or add this line next to 'root_packages': {line}"
        )
    return (
        f"This baseline already has {number}. Add entries with 'lint-imports baseline accept{options}'; "
        f"remove stale ones with 'lint-imports baseline shrink{options}'."
    )


def create_from(judgement: Judgement, config: Config) -> BaselineChange:
    """Write every violation of a judgement without a baseline to the baseline; raises UserError as `create` does."""
    ids = [verdict.contract.id for verdict in _whole(judgement).verdicts]
    if repeated := sorted(id_ for id_, times in Counter(ids).items() if times > 1):
        raise UserError(*(Problem("Two contracts have this id; give each its own.", contract=id_) for id_ in repeated))
    entries = _writable(judgement.entries)
    file, before = _before_create(config)
    changes = [(file, before.including(entries).text)]
    if config.baseline is None:
        configuration = UserFile.read(config.path, config.file, config.folder)
        changes.append((configuration, with_key(config, configuration.before or b"", "baseline", DEFAULT)))
    write_all(*changes)
    return BaselineChange(
        "create",
        file.name,
        added=_lines(entries),
        named_in=config.file if config.baseline is None else None,
        attributes=merge_attributes(file.path),
        unwritten_ids=_unwritten_ids(judgement),
    )


def _unwritten_ids(judgement: Judgement) -> tuple[str, ...]:
    """Return the ids of contracts that are made from their names, in the order of the configuration."""
    contracts = (verdict.contract for verdict in judgement.verdicts)
    return tuple(contract.id for contract in contracts if "id" not in contract.table)


def shrink(config: Config, context: RunContext) -> BaselineChange:
    """Remove the stale entries, and of an entry that is on several lines all but one; nothing else.

    Raises UserError, and writes nothing, if there is no baseline, or if the check is incomplete.
    """
    with changing(config):
        path, name = _configured_path(config)
        text = read_baseline(config) or ""
        text_once, repeats = once(text)
        before = parsed(text_once, config)
        judgement, _ = judged(config, context, text_once)
        stale = frozenset(_whole(judgement).stale or ())
        if stale or repeats:
            write_all((UserFile(path, name, checkout(config.folder), text.encode()), before.without(stale).text))
    return BaselineChange("shrink", name, removed=_lines([*stale, *repeats]))


def accept(config: Config, context: RunContext, wanted: Sequence[str], reason: str) -> BaselineChange:
    """Add new violations to the baseline: those that ``wanted`` names, or all if it is empty.

    A name is the id of a contract, or a violation: its line in the baseline, its chain, or its ``path:line``. Raises
    UserError, and writes nothing, if a name matches no violation or more than one, if there is no baseline, or if the
    check is incomplete.
    """
    with changing(config):
        file, before = _configured(config)
        judgement, statements = judged(config, context)
        whole = _whole(judgement)
        named = _named(wanted, whole, statements) if wanted else whole.entries
        new = _writable(named - before.entries)
        if new:
            write_all((file, before.including(new, reason).text))
    return BaselineChange("accept", file.name, added=_lines(new))


def rename(config: Config, old: str, new: str) -> BaselineChange:
    """Rename a module, and the modules inside it, or a contract, in every entry.

    Raises UserError if there is no baseline, if no entry contains the old name, or if the new one is not the name of a
    module, or the id of a contract.
    """
    with changing(config):
        file, before = _configured(config)
        return _rename(file, before, _renaming(config, before, old, new, file.name))


def _renaming(config: Config, before: Baseline, old: str, new: str, name: str) -> Renaming:
    """Return the renaming of a contract if entries have the old id, and none names a module like it."""
    modules = {module for entry in before.entries for module in (entry.importer, entry.imported, entry.target)} - {""}
    ids = {entry.contract for entry in before.entries}
    if old in ids and not any(within(module, old) for module in modules):
        now = ids_of(config)
        if new not in now:
            raise UserError(Problem(f"There is no contract '{new}'.{did_you_mean(new, now)}", file=config.file))
        return Renaming(CONTRACT, old, new)
    if not any(within(module, old) for module in modules):
        near = did_you_mean_module(old, modules) or did_you_mean(old, ids, closeness=0.8)
        raise UserError(Problem(f"No entry names '{old}'.{near}", file=name))
    if bad := [module for module in (old, new) if not all(part.isidentifier() for part in module.split("."))]:
        raise UserError(*(Problem(f"'{module}' is not the name of a module.") for module in bad))
    return Renaming(MODULE, old, new)


def _rename(file: UserFile, before: Baseline, renaming: Renaming) -> BaselineChange:
    changed = {entry for entry in before.entries if entry != renaming.of(entry)}
    added = _writable(frozenset(map(renaming.of, changed)))
    write_all((file, before.after(renaming).text))
    return BaselineChange("rename", file.name, _lines(added), _lines(changed), renaming=(renaming.old, renaming.new))


def status(config: Config, context: RunContext, since: str | None) -> Status:
    """Return the numbers of known, new and stale violations, and the entries added and removed since a git revision.

    Raises UserError if there is no baseline, or no such revision. The result has a problem for everything that could
    not be read or checked.
    """
    path, name = _configured_path(config)
    now = _read(config)
    then = None if since is None else _revision(config, since)
    before = None if then is None else _at(config, path, name, then)
    judgement, statements = judged(config, context)
    stale = frozenset(judgement.stale or ())
    added = now.entries - before.entries if before else frozenset()
    removed = before.entries - now.entries if before else frozenset()
    verdicts = {verdict.contract.id: verdict for verdict in judgement.verdicts}
    others = {entry.contract for entry in stale | added | removed} - verdicts.keys()
    violations = ((verdict, violation) for verdict in judgement.verdicts for violation in verdict.violations)
    known = (violation.importer for verdict, violation in violations if verdict.is_known(violation))
    numbers = [Counter(entry.contract for entry in entries) for entries in (stale, added, removed)]
    return Status(
        file=name,
        contracts=tuple(
            _contract_status(id_, verdicts.get(id_), *(number[id_] for number in numbers))
            for id_ in (*verdicts, *sorted(others))
        ),
        modules=tuple(sorted(Counter(known).items(), key=lambda item: (-item[1], item[0]))),
        since=since,
        added=_lines(added),
        removed=_lines(removed),
        problems=judgement.faults,
        unwritten_ids=_unwritten_ids(judgement),
        earlier=() if then is None or before is None else _earlier(judgement, statements, before, then.commit),
        weakening=None if then is None else find_weakening(judgement, statements, then, Choice()),
    )


def _earlier(judgement: Judgement, statements: Statements, before: Baseline, commit: str) -> tuple[EarlierImport, ...]:
    """Return the cyclic imports, known now and then, that run when the importer is imported, and did not then."""
    timing, recorded = ImportTiming(statements, commit), before.entries
    found = []
    for verdict in judgement.verdicts:
        of_type = verdict.contract.contract_type
        if of_type is None or not of_type.about_cycles:
            continue
        edges = _edges(verdict)
        for violation in verdict.violations:
            entry = verdict.entry(violation)
            if entry in recorded and verdict.is_known(violation):
                change = _made_runtime(timing, edges.get((entry.importer, entry.imported), ()))
                found += [] if change is None else [EarlierImport(str(entry), *change)]
    return tuple(sorted(found, key=lambda each: each.violation))


def _made_runtime(timing: ImportTiming, edges: Iterable[Edge]) -> tuple[str, int, Kind] | None:
    try:
        return timing.made_runtime(edges)
    except git.UnreadableError:
        raise UserError(
            Problem("Git cannot read the modules of that commit. If this is a partial clone, fetch them.")
        ) from None


def _edges(verdict: Verdict) -> dict[Edge, list[Edge]]:
    """Return the imports for which an entry stands: one import, or all those between two siblings."""
    found: dict[Edge, list[Edge]] = {}
    for edge in verdict.graph.edges():
        found.setdefault(edge if verdict.contract.type == "acyclic" else _siblings(*edge), []).append(edge)
    return found


def _siblings(one: str, other: str) -> Edge:
    """Return the packages or modules in which two modules are, and which are next to each other."""
    pairs = zip(one.split("."), other.split("."), strict=False)
    shared = next((place for place, (left, right) in enumerate(pairs, 1) if left != right), 0)
    return (".".join(one.split(".")[:shared]), ".".join(other.split(".")[:shared])) if shared else (one, other)


def _contract_status(id_: str, verdict: Verdict | None, stale: int, added: int, removed: int) -> ContractStatus:
    violations = verdict.violations if verdict else ()
    known = sum(verdict.is_known(violation) for violation in violations) if verdict else 0
    return ContractStatus(
        id=id_,
        name=verdict.contract.name if verdict else None,
        known=known,
        new=len(violations) - known,
        stale=stale,
        added=added,
        removed=removed,
        inline=len(verdict.inline) if verdict else 0,
    )


def _revision(config: Config, since: str) -> Revision:
    """Return a git revision; raises UserError if there is none of this name."""
    commit = git.commit(config.folder, since)
    if commit is None:
        raise UserError(Problem(f"--since: {git.absence(config.folder, since)}"))
    return Revision(commit, since)


def _at(config: Config, path: Path, name: str, then: Revision) -> Baseline:
    """Return the baseline at a git revision, empty if there was none; raises UserError if git cannot read it."""
    try:
        data = git.at(config.folder, then.commit, str(path))
    except git.UnreadableError:
        message = f"Git cannot read this file at '{then.name}'. If this is a partial clone, fetch what it lacks."
        raise UserError(Problem(message, file=name)) from None
    return Baseline() if data is None else parse(data.decode(errors="replace"), f"{name} at {then.name}")


def _configured_path(config: Config) -> tuple[Path, str]:
    """Return the path of the baseline, and as messages show it; raises UserError if there is none."""
    if config.baseline is None:
        message = f"No baseline is configured. Create one with 'lint-imports baseline create{config.options}'."
        raise UserError(Problem(message, file=config.file, key="baseline"))
    return config.baseline, config.shown(str(config.baseline))


def _configured(config: Config) -> tuple[UserFile, Baseline]:
    """Return the baseline and the file that it is in; raises UserError if there is none, or it is wrong."""
    path, name = _configured_path(config)
    text = read_baseline(config) or ""
    return UserFile(path, name, checkout(config.folder), text.encode()), parsed(text, config)


def _read(config: Config) -> Baseline:
    return parsed(read_baseline(config) or "", config)


def _lines(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(sorted(map(str, entries)))


def _whole(judgement: Judgement) -> Judgement:
    """Return a judgement if it is complete; raises UserError with the reasons if it is not."""
    if not judgement.is_whole:
        raise UserError(*judgement.faults, Problem("The check is incomplete; the baseline was not changed."))
    return judgement


def _writable(entries: frozenset[Entry]) -> frozenset[Entry]:
    """Return entries if the ids of their contracts can be written in a baseline; raises UserError if not."""
    if bad := sorted({entry.contract for entry in entries if not entry.can_be_written}):
        message = "This id cannot be written in a baseline; use letters, digits and hyphens."
        raise UserError(*(Problem(message, contract=id_) for id_ in bad))
    return entries


def _named(wanted: Sequence[str], judgement: Judgement, statements: Statements) -> frozenset[Entry]:
    """Return the entries that are named as in `accept`; raises UserError with a problem for each wrong name."""
    contracts = {verdict.contract.id: verdict.entries for verdict in reversed(judgement.verdicts)}
    by_name: dict[str, set[Entry]] = {}
    for verdict in judgement.verdicts:
        for violation in verdict.violations:
            for name in _names(verdict, violation, statements):
                by_name.setdefault(name, set()).add(verdict.entry(violation))
    entries: set[Entry] = set()
    problems: list[Problem] = []
    for name in dict.fromkeys(wanted):
        found = contracts[name] if name in contracts else _entries(name, by_name)
        if name in contracts or len(found) == 1:
            entries |= found
        else:
            problems.append(_wrong_name(name, found, list(contracts)))
    if problems:
        raise UserError(*problems)
    return frozenset(entries)


def _entries(wanted: str, by_name: Mapping[str, Set[Entry]]) -> frozenset[Entry]:
    """Return the entries of the violations with a name; a place may have a column, or be the start of a line."""
    text = " ".join(wanted.split())
    place = re.match(r"(.*?:\d+)(?::\d+)?(?::|$)", text)
    names = {text, place[1]} if place else {text}
    return frozenset().union(*(by_name.get(name, ()) for name in names))


def _wrong_name(wanted: str, entries: Set[Entry], ids: Iterable[str]) -> Problem:
    """Return the problem of a name that matches no violation, or more than one."""
    if entries:
        message = f"'{wanted}' matches more than one violation; name one of them:"
        return Problem(message, below=tuple(f"  {entry}" for entry in _lines(entries)))
    hint = did_you_mean(wanted, ids) or " Name a violation by its line in the baseline, or a contract by its id."
    return Problem(f"There is no violation '{wanted}'.{hint}")


def _names(verdict: Verdict, violation: Violation, statements: Statements) -> Iterator[str]:
    """Yield the names of a violation: its entry with and without the contract, its chain, its ends, its place."""
    entry = str(verdict.entry(violation))
    yield entry
    yield entry.removeprefix(f"{verdict.contract.id} ")
    if violation.chain:
        shown = reported(violation, verdict, statements)
        yield " -> ".join([violation.importer, *(imported for _, imported in violation.chain)])
        yield f"{violation.importer} -> {violation.imported}"
        yield f"{shown.path}:{shown.lines[0]}"
