"""The status of a baseline, and changes to it, in each of their formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType

from import_contracts.reporters.exact import json_text
from import_contracts.reporters.markup import cells, code, code_cell, plain
from import_contracts.reporters.people import for_people
from import_contracts.reporters.weakening import as_json, as_markdown, as_text
from import_contracts.reports.baseline import BaselineChange, ContractStatus, EarlierImport, Status
from import_contracts.wording import count, listed

# How many modules are shown in text and Markdown.
_MODULES = 10


def _json(status: Status) -> str:
    document = {
        "version": 1,
        "file": status.file,
        "contracts": [asdict(contract) for contract in status.contracts],
        "modules": [{"module": module, "known": known} for module, known in status.modules],
        "since": status.since,
        "added": status.added,
        "removed": status.removed,
        "earlier": [asdict(each) for each in status.earlier],
        **as_json(status.weakening),
        "unwritten_ids": status.unwritten_ids,
        "errors": [
            {"message": problem.full_message, "file": problem.file, "contract": problem.contract}
            for problem in status.problems
        ],
    }
    return json_text(document) + "\n"


@for_people
def _text(status: Status) -> str:
    table = [_head(status), *(_row(contract, status) for contract in status.contracts), _row(_total(status), status)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    lines = [
        "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in table
    ]
    sections = [[f"{status.file}:", ""], lines]
    if status.modules:
        shown = status.modules[:_MODULES]
        sections.append(
            ["", "Modules with the most known violations:", *(f"{known:>7,}  {module}" for module, known in shown)]
        )
        if len(status.modules) > _MODULES:
            sections[-1].append(f"         … and {len(status.modules) - _MODULES:,} more")
    for sign, word, entries in (("+", "Added", status.added), ("-", "Removed", status.removed)):
        if entries:
            sections.append(["", f"{word} since {status.since}:", *(f"  {sign} {entry}" for entry in entries)])
    sections += [_earlier(status), [*as_text(status.weakening)] if status.weakening else []]
    if status.unwritten_ids:
        sections.append(["", _unwritten(status.unwritten_ids)])
    if status.problems:
        sections.append(["", *(f"error: {problem}" for problem in status.problems)])
    return "".join(f"{line}\n" for section in sections for line in section)


def _unwritten(ids: Sequence[str]) -> str:
    """Return what to write so that contracts keep their ids."""
    if len(ids) == 1:
        return f'A contract has no id, so a new name would make its violations new. Write in it: id = "{ids[0]}"'
    keys = listed([f'id = "{each}"' for each in ids])
    return f"{len(ids)} contracts have no id, so new names would make their violations new. Write in them: {keys}"


def _earlier(status: Status) -> list[str]:
    if not status.earlier:
        return []
    return [
        "",
        f"{_earlier_heading(status, str(status.since))}:",
        *(f"  {each.path}:{each.line}: {each.violation}  ({_before(each)})" for each in status.earlier),
    ]


def _earlier_heading(status: Status, since: str) -> str:
    number = len(status.earlier)
    verb = "now runs" if number == 1 else "now run"
    return f"{count(number, 'known cyclic import')} {verb} when the importer is imported, but not at {since}"


def _before(earlier: EarlierImport) -> str:
    return f"was {earlier.before.replace('_', ' ')}"


@for_people
def _markdown(status: Status) -> str:
    head = _head(status)
    lines = [f"### Known violations: {code(status.file)}", "", cells(*head), cells(*["---:"] * (len(head) - 1), "---")]
    rows = [_row(contract, status) for contract in (*status.contracts, _total(status))]
    lines += [cells(*counts, plain(name)) for *counts, name in rows]
    if status.modules:
        lines += ["", "| Known | Module |", "| ---: | --- |"]
        lines += [cells(f"{known:,}", code_cell(module)) for module, known in status.modules[:_MODULES]]
    if status.added or status.removed:
        lines += ["", f"Since {code(str(status.since))}:", "", "```diff"]
        lines += [*(f"+ {entry}" for entry in status.added), *(f"- {entry}" for entry in status.removed), "```"]
    if status.earlier:
        lines += ["", f"{_earlier_heading(status, code(str(status.since)))}:", ""]
        for each in status.earlier:
            lines.append(f"- {code(f'{each.path}:{each.line}')} {code(each.violation)} ({plain(_before(each))})")
    if status.weakening is not None and not status.weakening.is_empty:
        lines += ["", *as_markdown(status.weakening)]
    if status.unwritten_ids:
        lines += ["", plain(_unwritten(status.unwritten_ids))]
    lines += [f"- **error**: {plain(' '.join(str(problem).split(chr(10))))}" for problem in status.problems]
    return "".join(f"{line}\n" for line in lines)


def _head(status: Status) -> list[str]:
    changes = ["added", "removed"] if status.since else []
    return ["known", "new", "stale", *changes, *(["inline"] if _has_inline(status) else []), "contract"]


def _has_inline(status: Status) -> bool:
    return any(contract.inline for contract in status.contracts)


def _row(contract: ContractStatus, status: Status) -> list[str]:
    counts = [f"{contract.known:,}", f"{contract.new:,}", f"{contract.stale:,}"]
    counts += [f"+{contract.added:,}", f"-{contract.removed:,}"] if status.since else []
    counts += [f"{contract.inline:,}"] if _has_inline(status) else []
    return [*counts, contract.id if contract.name is not None else f"{contract.id} (contract no longer exists)"]


def _total(status: Status) -> ContractStatus:
    def total(key: str) -> int:
        return sum(getattr(contract, key) for contract in status.contracts)

    return ContractStatus("total", "", *map(total, ("known", "new", "stale", "added", "removed", "inline")))


STATUS_FORMATS: Mapping[str, Callable[[Status], str]] = MappingProxyType(
    {"json": _json, "markdown": _markdown, "text": _text}
)


# --- changes -----------------------------------------------------------------------------------------------------


@for_people
def change_as_text(change: BaselineChange) -> str:
    """Return a line about what a command did, then the entries that it added or removed."""
    if change.command == "create":
        return "".join(f"{line}\n" for line in _created(change))
    if change.renaming:
        old, new = change.renaming
        return f"Renamed {old} to {new} in {count(len(change.removed), 'entry')} of {change.file}.\n"
    if change.command == "shrink":
        if not change.removed:
            return f"Nothing to remove: every entry of {change.file} still matches a violation.\n"
        return _entries(f"Removed {count(len(change.removed), 'entry')} from {change.file}", change.removed)
    if not change.added:
        return f"Nothing to add: {change.file} already contains all of them.\n"
    return _entries(f"Added {count(len(change.added), 'entry')} to {change.file}", change.added)


def _created(change: BaselineChange) -> Iterator[str]:
    named = f" and named it in {change.named_in}" if change.named_in else ""
    what = count(len(change.added), "known violation") if change.added else "an empty baseline"
    yield f"Wrote {what} to {change.file}{named}."
    if change.attributes:
        yield f"To let git merge it line by line, add to .gitattributes: {change.attributes}"
    if change.unwritten_ids:
        yield _unwritten(change.unwritten_ids)


def _entries(heading: str, entries: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in [f"{heading}:", *(f"  {entry}" for entry in entries)])


def change_as_json(change: BaselineChange) -> str:
    """Return the change as one JSON object."""
    renaming = change.renaming and {"old": change.renaming[0], "new": change.renaming[1]}
    document = {"version": 1, **asdict(change), "renaming": renaming}
    return json_text(document) + "\n"


CHANGE_FORMATS: Mapping[str, Callable[[BaselineChange], str]] = MappingProxyType(
    {"json": change_as_json, "text": change_as_text}
)
