"""Comments that leave an import out of contracts: ``# import-contracts: ignore[layers] reason``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set

from import_contracts.config.contracts import Contract, Contracts
from import_contracts.contracts.findings import Violation
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.judging.statements import Statements
from import_contracts.patterns import pattern
from import_contracts.problems import Problem, Severity, did_you_mean
from import_contracts.reading.source.remarks import MARK, Remark
from import_contracts.records import dataclass

Remarks = Mapping[str, tuple[Remark, ...]]
"""The comments to this tool, by module."""

KEY = "inline ignore"
"""The key of problems with such comments. They do not make a check incomplete."""

_IGNORE = pattern(r"ignore\b\s*(?:\[(?P<ids>[^\]]*)\])?[\s:]*(?P<reason>.*)", re.DOTALL)
_SHOWN = 80  # characters of a comment that messages quote
_LIKE = f"# {MARK} ignore[{{}}] reason"


@dataclass(frozen=True, slots=True, order=True)
class InlineIgnore:
    """A comment that leaves the imports of its statement out of a contract.

    ``line`` is that of the comment, ``first`` and ``last`` are those of the statement. ``others`` says that the comment
    names other contracts too.
    """

    module: str
    line: int
    first: int
    last: int
    reason: str
    others: bool = False

    def is_on(self, module: str, line: int) -> bool:
        """Return whether a line of a module is one of the statement."""
        return module == self.module and self.first <= line <= self.last


def lines_of(ignores: Iterable[InlineIgnore], graph: ImportGraph) -> dict[str, Set[int]]:
    """Return the lines of the ignored imports in a graph, by importer."""
    lines: dict[str, Set[int]] = {}
    for each in ignores:
        found = (line for imported in graph.imported_by(each.module) for line in graph.lines(each.module, imported))
        lines[each.module] = lines.get(each.module, frozenset()) | {
            line for line in found if each.first <= line <= each.last
        }
    return lines


def read_ignores(
    remarks: Remarks, contracts: Contracts, statements: Statements
) -> tuple[dict[str, list[InlineIgnore]], list[Problem]]:
    """Return the ignores of each of the chosen contracts, by id, and the problems with comments; both sorted."""
    reader = _Reader(contracts, statements)
    for module, found in sorted(remarks.items()):
        for remark in found:
            reader.read(module, remark)
    return reader.ignores, reader.problems


class _Reader:
    def __init__(self, contracts: Contracts, statements: Statements) -> None:
        self.ignores: dict[str, list[InlineIgnore]] = {}
        self.problems: list[Problem] = []
        self._chosen = {contract.id: contract for contract in contracts.chosen}
        self._known = contracts.everywhere or frozenset(contracts.ids)
        self._example = next(iter(contracts.ids), "layers")
        self._statements = statements

    def read(self, module: str, remark: Remark) -> None:
        """Read one comment; a problem with one of its ids leaves the others valid."""
        found = _IGNORE.fullmatch(remark.text)
        quotes = self._statements.snapshot.may_quote(module)
        like = _LIKE.format(self._example)
        if found is None:
            what = f"Found '{remark.text[:_SHOWN]}'" if quotes else "This comment is unknown"
            self._add(module, remark, f"{what}; write: {like}", Severity.WARNING)
            return
        ids = [id_ for each in (found["ids"] or "").split(",") if (id_ := each.strip())]
        if not ids:
            self._add(module, remark, f"Nothing is ignored, because no contract is named. Write: {like}")
        elif not found["reason"]:
            named = f"ignore[{', '.join(ids)[:_SHOWN]}]" if quotes else "the bracket"
            self._add(module, remark, f"Nothing is ignored, because the reason is missing. Write it after {named}.")
        elif not self._has_import(module, remark):
            self._add(module, remark, "No import on this line is checked. Move the comment to one, or remove it.")
        else:
            for id_ in dict.fromkeys(ids):
                self._read_id(id_, InlineIgnore(module, *remark[:3], found["reason"] if quotes else "", len(ids) > 1))

    def _read_id(self, id_: str, ignore: InlineIgnore) -> None:
        contract = self._chosen.get(id_)
        if id_ not in self._known:
            what = (
                f"There is no contract '{id_[:_SHOWN]}'" if ignore.reason else "It names a contract that does not exist"
            )
            hint = did_you_mean(id_, self._known) if ignore.reason else ""
            self._add(ignore.module, ignore, f"{what}.{hint}")
        elif contract is not None and not contract.allow_inline_ignores:
            message = "allow_inline_ignores = false forbids this comment. Remove it."
            self._add(ignore.module, ignore, message, contract=id_)
        elif contract is not None:
            self.ignores.setdefault(id_, []).append(ignore)

    def _has_import(self, module: str, remark: Remark) -> bool:
        graph = self._statements.snapshot.scan.graph
        return any(
            remark.first <= line <= remark.last
            for imported in graph.imported_by(module)
            for line in graph.lines(module, imported)
        )

    def _add(
        self,
        module: str,
        place: Remark | InlineIgnore,
        message: str,
        severity: Severity = Severity.ERROR,
        contract: str | None = None,
    ) -> None:
        path = self._statements.path(module)
        self.problems.append(Problem(message, path, contract, KEY, severity, place.line))


def is_hidden(violation: Violation, ignores: Iterable[InlineIgnore]) -> bool:
    """Return whether a violation that has lines, such as a crash, is at an ignored statement: its last one."""
    return bool(violation.lines) and any(_at_end(violation, ignores))


def _at_end(violation: Violation, ignores: Iterable[InlineIgnore]) -> Iterator[InlineIgnore]:
    return (each for each in ignores if each.is_on(violation.chain[-1][0], violation.lines[-1]))


def prevented(
    ignores: Collection[InlineIgnore],
    graph: ImportGraph,
    hidden_with: Callable[[Collection[InlineIgnore]], Collection[Violation]],
) -> dict[InlineIgnore, int]:
    """Return how many violations each ignore prevents, sorted.

    ``hidden_with`` returns the violations with only some of the ignores that there are not with all. The ignores with 0
    can all be removed together: there are no more violations then. If several in a chain do the same, the one that
    prevents most counts.
    """
    counts: Counter[InlineIgnore] = Counter(dict.fromkeys(sorted(ignores), 0))
    needed: set[InlineIgnore] = set()
    while hidden := hidden_with(needed):
        chosen = _chosen(hidden, [each for each in counts if each not in needed], graph)
        if not chosen:  # a custom type, whose chains need not say why
            chosen = Counter({each: len(hidden) for each in counts if each not in needed})
        counts.update(chosen)  # which adds, and keeps those with 0
        needed |= chosen.keys()
    return {each: counts[each] for each in sorted(ignores)}


def _chosen(
    hidden: Collection[Violation], ignores: Collection[InlineIgnore], graph: ImportGraph
) -> Counter[InlineIgnore]:
    """Return ignores that prevent some violations, each with how many: first those that prevent most."""
    groups: dict[tuple[InlineIgnore, ...], set[int]] = {}
    by_module: dict[str, list[InlineIgnore]] = {}
    for each in ignores:
        by_module.setdefault(each.module, []).append(each)
    for number, violation in enumerate(hidden):
        for group in _groups(violation, by_module, graph):
            groups.setdefault(group, set()).add(number)
    chosen: Counter[InlineIgnore] = Counter()
    while groups:
        group, numbers = min(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        chosen += Counter(dict.fromkeys(group, len(numbers)))
        groups = {other: left for other, has in groups.items() if (left := has - numbers)}
    return chosen


def _groups(
    violation: Violation, by_module: Mapping[str, Collection[InlineIgnore]], graph: ImportGraph
) -> Iterator[tuple[InlineIgnore, ...]]:
    """Yield, for each import in the chain of a violation that is ignored on all its lines, what ignores it."""
    if violation.lines:
        yield from ((each,) for each in _at_end(violation, by_module.get(violation.chain[-1][0], ())))
        return
    for importer, imported in violation.chain:
        own = by_module.get(importer, ())
        on_lines = [[each for each in own if each.is_on(importer, line)] for line in graph.lines(importer, imported)]
        if own and on_lines and all(on_lines):
            yield tuple(dict.fromkeys(found[0] for found in on_lines))


def unneeded(contract: Contract, counts: Mapping[InlineIgnore, int], statements: Statements) -> Iterator[Problem]:
    """Yield a problem for each ignore that prevents no violation, with the severity that the contract sets."""
    if contract.alerting == "none":
        return
    severity = Severity.WARNING if contract.alerting == "warn" else Severity.ERROR
    for each, number in counts.items():
        if not number:
            what = f"'{contract.id}' from the comment" if each.others else "the comment"
            message = f"There is no violation without it. Remove {what}."
            yield Problem(message, statements.path(each.module), contract.id, KEY, severity, each.line)
