"""The contract type ``direct_siblings``: modules inside a package must not import from the package itself."""

from __future__ import annotations

from collections.abc import Set

from import_contracts.contracts.findings import Description, Findings, Part, Violation, direct_cuts
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ModulePattern
from import_contracts.records import dataclass
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class DirectSiblings:
    """What is inside one of the ``packages``, or any package if there are none, does not import that package directly.

    An import of a module inside the package is no import of the package, although its ``__init__`` runs.
    """

    packages: tuple[ModulePattern, ...]

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import of a package by a module inside it, sorted by package."""
        matcher = Matcher(graph)
        packages = self._packages(matcher)
        if matcher.failed:
            return Findings(problems=matcher.problems)
        if not any(map(graph.children, packages)):
            matcher.warn("packages", "This contract cannot be broken: there is no module inside these packages.")
        violations = tuple(
            Violation(*edge, "", _message(package), (edge,))
            for package in packages
            for edge in _imports(graph, package)
        )
        return Findings(violations, direct_cuts(violations), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the packages."""
        if self.packages:
            named = listed(self.packages, "or")
            parts = tuple(Part("package", each, graph.subtree(each)) for each in self._packages(Matcher(graph)))
        else:
            named = "a package"
            parts = tuple(Part("root package", root, graph.subtree(root)) for root in graph.roots)
        sentences = (
            f"Modules inside {named} must not import from that package itself.",
            "They import a name from the module that defines it.",
        )
        return Description(sentences, parts)

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each package among ``imported`` with an importer inside it."""
        packages = (package for package in self._packages(Matcher(graph)) if package in imported)
        return tuple(_message(each) for each in packages if any(_is_inside(module, each) for module in importers))

    def _packages(self, matcher: Matcher) -> tuple[str, ...]:
        graph = matcher.graph
        if not self.packages:
            return tuple(each for each in graph.modules if each not in graph.external and graph.children(each))
        packages = matcher.modules("packages", self.packages)
        for package in sorted(graph.external.intersection(pattern.text for pattern in self.packages)):
            matcher.error(
                "packages", f"'{package}' is an external package; the modules inside it are not known. Remove it."
            )
        return tuple(sorted(packages))


def _imports(graph: ImportGraph, package: str) -> tuple[Edge, ...]:
    """Return the imports of a package by modules inside it, sorted."""
    inside = (module for module in graph.importers_of(package) if _is_inside(module, package))
    return tuple((module, package) for module in inside if module not in graph.excepted)


def _is_inside(module: str, package: str) -> bool:
    return module.startswith(f"{package}.")


def _message(package: str) -> str:
    return f"modules inside {package} must not import from {package} itself"


def parse(table: Table) -> DirectSiblings:
    """Return the rule for the key ``packages``."""
    return DirectSiblings(table.modules("packages", ()))
