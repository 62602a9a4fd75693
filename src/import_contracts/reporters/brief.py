"""The contracts as a page of Markdown, for people and agents who are about to add an import.

The page depends on the configuration, and on the code only where wildcards match modules; it has no results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from import_contracts.reporters.exact import json_text
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.people import for_people
from import_contracts.reports.explain import ContractDescription, Explanation

_NAMES = 12

_HEAD = """\
# Which modules may import which

`lint-imports explain --brief` made this page of the contracts, which `lint-imports` checks. Before you add an import,
ask `lint-imports explain IMPORTER IMPORTED --may`.
"""


@for_people
def as_markdown(report: Explanation) -> str:
    """Return the page, with the contracts in their order."""
    return "\n".join([_HEAD, *(line for contract in report.contracts for line in _section(contract))])


def _section(contract: ContractDescription) -> Iterator[str]:
    yield f"## {plain(contract.name)}"
    yield ""
    if contract.reason:
        yield plain(" ".join(contract.reason.split()))
        yield ""
    yield from (f"- {plain(sentence)}" for sentence in contract.sentences)
    yield from (f"- {code(f'{key} = {json_text(value, indent=None)}')}" for key, value in contract.options)
    by_role: dict[str, list[str]] = {}
    for part in contract.parts:
        by_role.setdefault(part.role, []).append(part.name)
    yield from (f"- {plain(role[:1].upper() + role[1:])}: {_names(names)}" for role, names in by_role.items())
    if contract.ignores:
        yield f"- Ignored: {_names(ignore.pattern for ignore in contract.ignores)}"
    yield f"- Contract {code(contract.id)}, of the type {code(contract.type)}, in {code(contract.file)}"
    yield ""


def _names(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    return ", ".join(map(code, found[:_NAMES])) + (", and more" if found[_NAMES:] else "")
