"""The contract type ``no_worse``: a count must not rise above a number, or above what it is where the branch began."""

from __future__ import annotations

from collections.abc import Iterator, Set

from import_contracts.contracts.counts import COUNTS, Found
from import_contracts.contracts.findings import Description, Findings, Part, Violation
from import_contracts.contracts.table import Table
from import_contracts.graph.components import cycles_in
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.rings import shortest_rings
from import_contracts.problems import Problem
from import_contracts.records import dataclass

_WORDS = {
    "cyclic_modules": "modules in runtime cycles",
    "largest_cycle": "modules in the largest runtime cycle",
    "cut": "imports in the cheapest cut of the runtime cycles",
    "upward": "imports upwards through any layers",
}


@dataclass(frozen=True, slots=True)
class NoWorse:
    """A count is at most ``at_most``."""

    count: str
    at_most: int

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for each item that is counted, if there are more than the number."""
        now = COUNTS[self.count](graph)
        if now.value <= self.at_most:
            return Findings()
        message = f"the number of {_WORDS[self.count]} must be at most {self.at_most:,}, and it is {now.value:,}"
        return Findings(tuple(_violations(graph, now, Found(), message)))

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words; it covers every module."""
        return _described(f"The number of {_WORDS[self.count]} must not be greater than {self.at_most:,}.", graph)

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return nothing: which import is one too many depends on the others."""
        del graph, importers, imported
        return ()


@dataclass(frozen=True, slots=True)
class NoWorseThanBase:
    """A count is at most what it was where the branch began."""

    count: str

    def check(self, graph: ImportGraph) -> Findings:
        """Return no violations: what is compared with is not in the graph."""
        del graph
        return Findings()

    def check_since(self, graph: ImportGraph, before: ImportGraph | None) -> Findings:
        """Return a violation for each item that came since, if there are more; an error if it is not known how many."""
        if before is None:
            message = (
                "It is not known where this branch began, so nothing can be compared. Fetch more, or set 'at_most'."
            )
            return Findings(problems=(Problem(message, key="type"),))
        now, then = COUNTS[self.count](graph), COUNTS[self.count](before)
        if now.value <= then.value:
            return Findings()
        rise = f"from {then.value:,} to {now.value:,}"
        message = f"the number of {_WORDS[self.count]} must not rise, and it rose {rise} on this branch"
        return Findings(tuple(_violations(graph, now, then, message)))

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words; it covers every module."""
        return _described(
            f"The number of {_WORDS[self.count]} must not rise above what it was where the branch began.", graph
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return nothing: which import is one too many depends on the others."""
        del graph, importers, imported
        return ()


def _described(sentence: str, graph: ImportGraph) -> Description:
    return Description((sentence,), tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots))


def _violations(graph: ImportGraph, now: Found, then: Found, message: str) -> Iterator[Violation]:
    """Yield the imports that are counted now and were not then; for modules, a cyclic import of each."""
    modules = set(now.modules) - set(then.modules)
    imports = [edge for edge in now.imports if edge not in then.imports]
    rings = _rings(graph, modules.union(importer for importer, _ in imports))
    first = {edge[0]: edge for edge in sorted(rings, reverse=True)}
    for edge in [*(first[module] for module in sorted(modules)), *imports]:
        ring = rings.get(edge, (edge,))
        yield Violation(*edge, "", message, ring or (edge,), is_chain_cut=not ring)


def _rings(graph: ImportGraph, modules: Set[str]) -> dict[Edge, Chain | None]:
    """Return the cyclic imports of the runtime cycles of some modules, each with the shortest cycle through it."""
    runtime = graph.without_kinds(frozenset(Kind) - {Kind.RUNTIME})
    rings: dict[Edge, Chain | None] = {}
    for component in cycles_in(runtime):
        if not modules.isdisjoint(component):
            rings |= shortest_rings(runtime, component)
    return rings


def parse(table: Table) -> NoWorse | NoWorseThanBase:
    """Return the rule for the keys ``count`` and ``at_most``."""
    count = table.choice("count", tuple(COUNTS), "cyclic_modules")
    most = table.integer("at_most", default=-1, at_least=0)
    return NoWorseThanBase(count) if most < 0 else NoWorse(count, most)
