"""No cycles among the children of a package, each taken with everything inside it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from import_contracts.contracts.findings import Cut, Description, Findings, Part, Violation
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import Table
from import_contracts.graph.components import components, rings
from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ModulePattern, overlap, parent, within
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class AcyclicSiblings:
    """Siblings depend on one another in one direction only, from the ancestors' children down ``depth`` generations.

    What one sibling imports of another counts directly, not through third modules. Inside ``skipped`` packages that
    are no ancestors no siblings are compared, but their imports count for those further up.
    """

    ancestors: tuple[ModulePattern, ...]
    skipped: tuple[ModulePattern, ...]
    depth: int

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every sibling that depends on another in the same cycle."""
        matcher = Matcher(graph)
        ancestors = self._named(matcher, "ancestors", self.ancestors)
        skipped = self._named(matcher, "skip_descendants", self.skipped)
        for module in ancestors:
            if module in graph.external:
                matcher.error("ancestors", f"'{module}' is an external package, of which no children are known.")
        for pattern in self.ancestors:
            if pattern in self.skipped:
                matcher.error("skip_descendants", f"'{pattern}' is also an ancestor; list it once.")
        if matcher.failed:
            return Findings(problems=matcher.problems)
        packages = self._packages(graph, ancestors, frozenset(skipped))
        if not packages:
            matcher.warn("ancestors", "This contract cannot be broken: there are no siblings to compare.")
        dependencies = _dependencies(graph)
        violations, cuts = [], []
        for package in packages:
            more, their_cuts = _offences(package, dependencies.get(package, {}))
            violations += more
            cuts += their_cuts
        return Findings(tuple(violations), tuple(cuts), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return what it says, with the packages from which on children are compared."""
        ancestors = self._named(Matcher(graph), "ancestors", self.ancestors)
        deep = f"So it is with the children of these, {self.depth} generations down" if self.depth else ""
        skipped = f", but not inside {listed(self.skipped)}" if self.skipped else ""
        return Description(
            (
                f"The children of {listed(self.ancestors)} depend on one another in one direction only.",
                "What one imports of another counts, with all that is inside them, but no chains through third ones.",
                *([f"{deep}{skipped}."] if deep else []),
            ),
            tuple(Part("ancestor", module, graph.subtree(module)) for module in ancestors),
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return that a cycle may close, where children are reached from those that they would import."""
        matcher = Matcher(graph)
        ancestors = self._named(matcher, "ancestors", self.ancestors)
        skipped = frozenset(self._named(matcher, "skip_descendants", self.skipped))
        dependencies = _dependencies(graph)
        found = []
        for package in self._packages(graph, ancestors, skipped):
            above, below = (
                {_child(package, each) for each in modules if within(parent(each), package)}
                for modules in (importers, imported)
            )
            siblings = _siblings(dependencies.get(package, {}))
            ways_back = ((siblings.routes_to({sibling}, frozenset()), below - {sibling}) for sibling in above)
            if any(back.lead_from(each) for back, others in ways_back for each in others):
                found.append(f"the children of {package} must not form a cycle, and there is a way back")
        return tuple(found)

    @staticmethod
    def _named(matcher: Matcher, key: str, patterns: tuple[ModulePattern, ...]) -> tuple[str, ...]:
        """Expand patterns, of which import-linter lets none match nothing."""
        for pattern in patterns:
            if not pattern.is_exact and not matcher.graph.matching(pattern):
                matcher.error(key, f"'{pattern}' matches no module.")
        return matcher.modules(key, [each for each in patterns if each.is_exact or matcher.graph.matching(each)])

    def _packages(self, graph: ImportGraph, ancestors: tuple[str, ...], skipped: frozenset[str]) -> list[str]:
        """Return the packages whose children are compared, sorted."""
        found: set[str] = set()
        generation = set(ancestors)
        for _ in range(self.depth + 1):
            if not generation:
                break
            found |= generation
            generation = {child for package in generation for child in graph.children(package) if child not in skipped}
        return sorted(package for package in found if len(graph.children(package)) > 1)


def _dependencies(graph: ImportGraph) -> dict[str, dict[Edge, list[Edge]]]:
    """Return, by package, the pairs of its children of which one imports the other, with the imports, sorted."""
    found: dict[str, dict[Edge, list[Edge]]] = {}
    for edge in graph.edges():
        package = _common_package(*edge)
        if package and edge[1] not in graph.external:
            siblings = (_child(package, edge[0]), _child(package, edge[1]))
            found.setdefault(package, {}).setdefault(siblings, []).append(edge)
    return found


def _common_package(one: str, other: str) -> str:
    """Return the innermost package that both modules lie inside; "" where neither does, or one is in the other."""
    package = parent(one)
    while package and not other.startswith(package + "."):
        package = parent(package)
    return package if package and not overlap(one, other) else ""


def _child(package: str, module: str) -> str:
    return module[: module.find(".", len(package) + 1)] if "." in module[len(package) + 1 :] else module


def _siblings(dependencies: dict[Edge, list[Edge]]) -> ImportGraph:
    """Return the children of a package as a graph."""
    imports: dict[str, dict[str, tuple[int, ...]]] = {}
    for importer, imported in dependencies:
        imports.setdefault(importer, {})[imported] = ()
    return ImportGraph({name for edge in dependencies for name in edge}, imports)


def _offences(package: str, dependencies: dict[Edge, list[Edge]]) -> tuple[list[Violation], list[Cut]]:
    siblings = _siblings(dependencies)
    violations, cuts = [], []
    for component in components({name: siblings.imported_by(name) for name in siblings.modules}):
        found = tuple(rings(siblings, component))
        names = ", ".join(name.removeprefix(package + ".") for name in component)
        message = f"the children of {package} must not form a cycle: {names}"
        violations += [
            Violation(*ring[0], None, message, tuple(dependencies[edge][0] for edge in ring)) for ring in found
        ]
        cut = feedback_set({ring[0]: len(dependencies[ring[0]]) for ring in found})
        edges = tuple(sorted(edge for pair in cut.edges for edge in dependencies[pair]))
        cuts.append(Cut(message, edges, cut.is_minimum))
    return violations, cuts


def parse(table: Table) -> AcyclicSiblings:
    """Read ``ancestors``, ``skip_descendants`` and ``depth``."""
    return AcyclicSiblings(
        table.modules("ancestors"),
        table.modules("skip_descendants", ()),
        table.integer("depth", default=10, at_least=0),
    )
