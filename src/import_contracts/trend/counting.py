"""What is counted in a program, by the same code that `cycles` and `check` use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import cast

from import_contracts.contracts.counts import cheapest_cut, cyclic_modules, upward
from import_contracts.contracts.findings import DescribingRule
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import parent, within
from import_contracts.graph.reach import searches
from import_contracts.judging.check_report import reported
from import_contracts.judging.cycles import CycleSearch
from import_contracts.judging.remedies import Remedies
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Judgement, Verdict
from import_contracts.reports.cycles import Question
from import_contracts.reports.trend import Facts, Item, Items
from import_contracts.wording import count

Judged = tuple[Judgement, Statements]


def facts_of(question: Question, statements: Statements, judged: Sequence[Judged] | None) -> Facts:
    """Count what there is in a program; ``judged`` are the verdicts of its configurations, None without one."""
    search = _search(question, statements)
    runtime = search.view(Kind.RUNTIME)
    cycles = [cycle.component for cycle in search.cycles if cycle.kind is Kind.RUNTIME]
    cut = cheapest_cut(cycles)
    violations = [each for one in judged or () for each in _violations(*one, several=len(judged or ()) > 1)]
    layers = [_upward(*one) for one in judged or ()]
    written = [items for items in layers if items is not None]
    marks = [*_unreadable(statements), *(mark for one in judged or () for mark in _unchecked(one[0]))]
    loads = sorted(_loads(runtime))
    return Facts(
        packages=question.packages,
        modules=len(statements.snapshot.program.modules),
        imports=search.graph.size,
        kinds=_kinds(search),
        cyclic=_modules(cyclic_modules(cycles).modules, statements),
        cycles=tuple(sorted((component.modules for component in cycles), key=lambda each: (-len(each), each))),
        cut=_imports(cut.imports, runtime, statements),
        is_minimum=cut.is_exact,
        known=tuple(sorted(item for item, is_new in violations if not is_new)),
        new=tuple(sorted(item for item, is_new in violations if is_new)),
        contracts=None if judged is None else tuple(sorted(_checked(judged))),
        upward=tuple(sorted({item for items in written for item in items}))
        if written
        else _imports(upward(search.graph).imports, search.graph, statements),
        are_written=bool(written),
        loads=_percentile(loads, 50),
        most_loads=_percentile(loads, 95),
        reexporting=_modules(_reexporting(runtime, statements), statements),
        hubs=_modules(_hubs(search.graph), statements),
        marks=tuple(dict.fromkeys(marks)),
    )


def runtime_imports(question: Question, statements: Statements) -> dict[Edge, Item]:
    """Return the runtime imports of a program, which its runtime cycles are made of, with the place of each."""
    runtime = _search(question, statements).view(Kind.RUNTIME)
    edges = list(runtime.edges())
    return dict(zip(edges, _imports(edges, runtime, statements), strict=True))


def whole_graph(question: Question, statements: Statements) -> ImportGraph:
    """Return the import graph in which cycles are looked for: imports of all kinds."""
    return _search(question, statements).graph


def boundaries(judged: Sequence[Judged]) -> Callable[[str, str], tuple[str, ...]]:
    """Return a function that returns the ids of the contracts of which two modules are in different parts, sorted."""
    parts = [
        (verdict.contract.id, [part.members for part in _rule(verdict).describe(verdict.graph).parts])
        for judgement, _ in judged
        for verdict in judgement.verdicts
        if verdict.is_checked and verdict.contract.type in TYPES
    ]

    def are_apart(one: str, other: str, of_contract: Iterable[frozenset[str]]) -> bool:
        inside = {(one in part, other in part) for part in of_contract}
        return {(True, False), (False, True)} <= inside and (True, True) not in inside

    def apart(one: str, other: str) -> tuple[str, ...]:
        return tuple(sorted({id_ for id_, of_contract in parts if are_apart(one, other, of_contract)}))

    return apart


def _rule(verdict: Verdict) -> DescribingRule:
    return cast("DescribingRule", verdict.contract.rule)


def _search(question: Question, statements: Statements) -> CycleSearch:
    return CycleSearch(question, statements, Remedies(question, statements).missing())


def _modules(names: Iterable[str], statements: Statements) -> Items:
    files = statements.snapshot.program.by_module
    return tuple(Item(name, statements.path(name) if name in files else "") for name in sorted(set(names)))


def _imports(edges: Iterable[Edge], graph: ImportGraph, statements: Statements) -> Items:
    return tuple(
        Item(f"{importer} -> {imported}", statements.path(importer), graph.lines(importer, imported)[0])
        for importer, imported in sorted(set(edges))
    )


def _kinds(search: CycleSearch) -> dict[str, int]:
    """Return the number of imports of each kind, which is that of the most eager statement."""
    sizes = [0, *(search.view(kind).size for kind in Kind)]
    return {str(kind): size - before for kind, before, size in zip(Kind, sizes, sizes[1:], strict=False)}


def _loads(runtime: ImportGraph) -> Iterator[int]:
    """Yield how many modules importing each module loads, itself and its packages included."""
    names = runtime.modules_set
    up = (((name, parent(name)), 1, Kind.RUNTIME) for name in runtime.modules if parent(name) in names)
    nodes = runtime.with_imports(up).nodes
    loaded: Counter[int] = Counter()
    for _, reach in searches(nodes.links, [[number] for number in range(len(nodes.names))], frozenset()):
        for node, bits in reach.groups.items():
            loaded[node] += bits.bit_count()
    yield from loaded.values()


def _percentile(values: Sequence[int], percent: int) -> int:
    """Return the smallest of some sorted values that at least so many percent of them do not exceed; 0 of none."""
    return values[-(-len(values) * percent // 100) - 1] if values else 0


def _reexporting(runtime: ImportGraph, statements: Statements) -> Iterator[str]:
    for file in statements.snapshot.program.files:
        name = file.module
        if file.is_package and any(each != name and within(each, name) for each in runtime.imported_by(name)):
            yield name


_FEW = 5


def _hubs(graph: ImportGraph) -> Iterator[str]:
    """Yield the modules that both import and are imported by more modules than 95 % of them, and at least by five."""
    directions = [{name: len(ends(name)) for name in graph.modules} for ends in (graph.imported_by, graph.importers_of)]
    least = [max(_FEW, _percentile(sorted(ends.values()), 95)) for ends in directions]
    for name in graph.modules:
        if all(ends[name] >= bound for ends, bound in zip(directions, least, strict=True)):
            yield name


# --- contracts ----------------------------------------------------------------------------------------------------


def _violations(judgement: Judgement, statements: Statements, *, several: bool) -> Iterator[tuple[Item, bool]]:
    """Yield each violation of the contracts, and whether it is new."""
    file = f"{judgement.config.file}:" if several else ""
    for verdict in judgement.verdicts:
        for violation in verdict.violations:
            shown = reported(violation, verdict, statements)
            ends = " -> ".join(filter(None, (shown.importer, shown.imported)))
            target = f" => {shown.target}" if shown.target not in {"", shown.imported} else ""
            line = shown.lines[0] if shown.lines else 0
            yield Item(ends + target, shown.path, line, file + verdict.contract.id), verdict.is_new(violation)


def _checked(judged: Collection[Judged]) -> Iterator[str]:
    for judgement, _ in judged:
        file = f"{judgement.config.file}:" if len(judged) > 1 else ""
        yield from (file + verdict.contract.id for verdict in judgement.verdicts if verdict.is_checked)


def _upward(judgement: Judgement, statements: Statements) -> Items | None:
    """Return the imports that break contracts of type layers; None if there are no such contracts."""
    verdicts = [each for each in judgement.verdicts if each.is_checked and each.contract.type == "layers"]
    found = [
        reported(violation, verdict, statements)
        for verdict in verdicts
        for violation in verdict.violations
        if violation.imported
    ]
    items = {Item(f"{shown.importer} -> {shown.imported}", shown.path, shown.line) for shown in found}
    return tuple(sorted(items)) if verdicts else None


# --- what is not known --------------------------------------------------------------------------------------------


def _unreadable(statements: Statements) -> Iterator[str]:
    unreadable = statements.snapshot.unreadable
    if unreadable:
        first = unreadable[0]
        place = f"{statements.snapshot.context.shown(first.path)}:{first.line or 1}"
        yield f"{count(len(unreadable), 'file')} could not be read, so imports are missing; the first is {place}"


def _unchecked(judgement: Judgement) -> Iterator[str]:
    """Yield the contracts that could not be checked, and why."""
    reasons = {problem.contract: problem.message for problem in judgement.problems[::-1] if problem.is_error}
    for verdict in judgement.verdicts:
        if not verdict.is_checked:
            why = reasons.get(verdict.contract.id, "it has an error")
            yield f"contract '{verdict.contract.id}' could not be checked: {why}"
