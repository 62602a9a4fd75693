"""The contract type ``acyclic_siblings``: the children of a package must not form import cycles."""

from __future__ import annotations

from collections.abc import Set

from import_contracts.contracts.findings import Cut, Description, Findings, Part, Violation
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import Table
from import_contracts.graph.components import cycles_in
from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ModulePattern, overlap, parent, within
from import_contracts.graph.rings import shortest_rings
from import_contracts.records import dataclass
from import_contracts.wording import count, listed


@dataclass(frozen=True, slots=True)
class AcyclicSiblings:
    """The children of the ``ancestors`` and of the packages inside these, down ``depth`` levels, form no cycles.

    A child stands for everything inside it. Only direct imports between children of one package count. The children of
    ``skipped`` packages are not compared, unless the package is an ancestor, but their imports count for the packages
    above them.
    """

    ancestors: tuple[ModulePattern, ...]
    skipped: tuple[ModulePattern, ...]
    depth: int

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every pair of children of which one imports the other within a cycle."""
        matcher = Matcher(graph)
        ancestors = self._named(matcher, "ancestors", self.ancestors)
        skipped = self._named(matcher, "skip_descendants", self.skipped)
        for module in ancestors:
            if module in graph.external:
                matcher.error("ancestors", f"'{module}' is an external package; its children are not known.")
        for pattern in self.ancestors:
            if pattern in self.skipped:
                matcher.error("skip_descendants", f"'{pattern}' is also in 'ancestors'; list it once.")
        if matcher.failed:
            return Findings(problems=matcher.problems)
        packages = self._packages(graph, ancestors, frozenset(skipped))
        if not packages:
            matcher.warn("ancestors", "This contract cannot be broken: there are no siblings to compare.")
        dependencies = _dependencies(graph)
        violations, cuts = [], []
        for package in packages:
            of_package, their_cuts = _cyclic(package, dependencies.get(package, {}))
            violations += of_package
            cuts += their_cuts
        return Findings(tuple(violations), tuple(cuts), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the ancestors."""
        ancestors = self._named(Matcher(graph), "ancestors", self.ancestors)
        skipped = f", except inside {listed(self.skipped)}" if self.skipped else ""
        levels = count(self.depth, "level")
        return Description(
            (
                f"The children of {listed(self.ancestors)} must not form a cycle.",
                "Each child stands for everything inside it. Only direct imports between children count.",
                *([f"The same applies inside the children, down to {levels}{skipped}."] if self.depth else []),
            ),
            tuple(Part("ancestor", module, graph.subtree(module)) for module in ancestors),
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return a message for each package of which a child to import already reaches the importing child."""
        matcher = Matcher(graph)
        ancestors = self._named(matcher, "ancestors", self.ancestors)
        skipped = frozenset(self._named(matcher, "skip_descendants", self.skipped))
        dependencies = _dependencies(graph)
        messages = []
        for package in self._packages(graph, ancestors, skipped):
            above, below = (
                {_child(package, module) for module in modules if within(parent(module), package)}
                for modules in (importers, imported)
            )
            siblings = _siblings(dependencies.get(package, {}))
            ways_back = ((siblings.routes_to({sibling}, frozenset()), below - {sibling}) for sibling in above)
            if any(back.lead_from(other) for back, others in ways_back for other in others):
                messages.append(f"a direct import would close a cycle between children of {package}")
        return tuple(messages)

    @staticmethod
    def _named(matcher: Matcher, key: str, patterns: tuple[ModulePattern, ...]) -> tuple[str, ...]:
        """Return the modules that match the patterns; as in import-linter, a pattern without a match is an error."""
        unmatched = [pattern for pattern in patterns if not pattern.is_exact and not matcher.graph.matching(pattern)]
        for pattern in unmatched:
            matcher.error(key, f"'{pattern}' matches no module.")
        return matcher.modules(key, [pattern for pattern in patterns if pattern not in unmatched])

    def _packages(self, graph: ImportGraph, ancestors: tuple[str, ...], skipped: frozenset[str]) -> list[str]:
        """Return the packages whose children are compared, sorted."""
        packages: set[str] = set()
        level = set(ancestors)
        for _ in range(self.depth + 1):
            if not level:
                break
            packages |= level
            level = {child for package in level for child in graph.children(package) if child not in skipped}
        return sorted(package for package in packages if len(graph.children(package)) > 1)


def _dependencies(graph: ImportGraph) -> dict[str, dict[Edge, list[Edge]]]:
    """Return, for each package, the pairs of its children of which one imports the other, with the imports, sorted.

    Those of excepted modules come last, because the first is the one that is judged.
    """
    dependencies: dict[str, dict[Edge, list[Edge]]] = {}
    for edge in sorted(graph.edges(), key=lambda edge: edge[0] in graph.excepted) if graph.excepted else graph.edges():
        package = _common_package(*edge)
        if package and edge[1] not in graph.external:
            siblings = (_child(package, edge[0]), _child(package, edge[1]))
            dependencies.setdefault(package, {}).setdefault(siblings, []).append(edge)
    return dependencies


def _common_package(one: str, other: str) -> str:
    """Return the innermost package that contains both modules; "" if there is none, or one module is in the other."""
    package = parent(one)
    while package and not other.startswith(package + "."):
        package = parent(package)
    return package if package and not overlap(one, other) else ""


def _child(package: str, module: str) -> str:
    return f"{package}.{module.removeprefix(f'{package}.').partition('.')[0]}"


def _siblings(dependencies: dict[Edge, list[Edge]]) -> ImportGraph:
    """Return the graph of the children of a package."""
    imports: dict[str, dict[str, tuple[int, ...]]] = {}
    for importer, imported in dependencies:
        imports.setdefault(importer, {})[imported] = ()
    return ImportGraph({name for edge in dependencies for name in edge}, imports)


def _cyclic(package: str, dependencies: dict[Edge, list[Edge]]) -> tuple[list[Violation], list[Cut]]:
    siblings = _siblings(dependencies)
    violations, cuts = [], []
    for component in cycles_in(siblings):
        rings = shortest_rings(siblings, component)
        message = f"the children of {package} must not form a cycle: {_listed(package, component)}"
        for pair, ring in rings.items():
            chain = tuple(dependencies[edge][0] for edge in ring or (pair,))
            violations.append(Violation(*pair, "", message, chain, is_chain_cut=not ring))
        cut = feedback_set({pair: len(dependencies[pair]) for pair in rings})
        edges = tuple(sorted(edge for pair in cut.edges for edge in dependencies[pair]))
        cuts.append(Cut(message, edges, cut.is_minimum))
    return violations, cuts


# How many children a message names if there are more of them than the second number.
_NAMED, _MANY = 20, 100


def _listed(package: str, component: tuple[str, ...]) -> str:
    """Return the names of children without that of their package; of very many, the first."""
    names = [name.removeprefix(package + ".") for name in component]
    if len(names) > _MANY:
        names[_NAMED:] = [f"and {len(names) - _NAMED:,} more"]
    return ", ".join(names)


def parse(table: Table) -> AcyclicSiblings:
    """Return the rule for the keys ``ancestors``, ``skip_descendants`` and ``depth``."""
    return AcyclicSiblings(
        table.modules("ancestors"),
        table.modules("skip_descendants", ()),
        table.integer("depth", default=10, at_least=0),
    )
