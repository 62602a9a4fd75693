"""The contract type ``private_modules``: a private module must be imported only inside its parent package."""

from __future__ import annotations

from collections.abc import Iterator, Set

from import_contracts.contracts.findings import Description, Findings, Part, Violation, direct_cuts
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ModulePattern, ancestors, parent, within
from import_contracts.records import dataclass
from import_contracts.wording import listed

_KEY = "packages_with_private_modules"


@dataclass(frozen=True, slots=True)
class PrivateModules:
    """Only the parent package of a private module, and the modules inside that package, may import it directly.

    A module is private if its name starts with an underscore, and so is everything inside it. The contract is about the
    private modules in ``packages``, or in the whole program if there are none.
    """

    packages: tuple[ModulePattern, ...]

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every direct import of a private module from outside its parent package."""
        matcher = Matcher(graph)
        packages = self._packages(matcher)
        if matcher.failed:
            return Findings(problems=matcher.problems)
        if self.packages and not any(graph.children(package) for package in packages):
            matcher.warn(_KEY, "This contract cannot be broken: there is no module inside these packages.")
        violations = tuple(self._violations(graph, packages))
        return Findings(violations, direct_cuts(violations), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the private modules."""
        packages = self._packages(Matcher(graph))
        where = f" in {listed(self.packages)}" if self.packages else ""
        inside = (private for module in graph.modules if (private := self._private_in(module, packages)))
        return Description(
            (
                f"Every private module{where} may be imported only inside its parent package.",
                "A module is private if its name begins with '_'; so is what is inside it. Only direct imports count.",
            ),
            tuple(Part("private", private, graph.subtree(private)) for private in dict.fromkeys(inside)),
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each private module with an imported module, if an importer is not in its parent."""
        packages = self._packages(Matcher(graph))
        edges = ((importer, module) for module in sorted(imported) for importer in sorted(importers))
        broken = (self._broken_by(edge, packages) for edge in edges)
        return tuple(dict.fromkeys(_message(private) for private in broken if private is not None))

    def _packages(self, matcher: Matcher) -> tuple[str, ...]:
        """Return the packages that are named; none of them may be private, or inside a private module."""
        unmatched = [pattern for pattern in self.packages if not (pattern.is_exact or matcher.graph.matching(pattern))]
        for pattern in unmatched:
            matcher.error(_KEY, f"'{pattern}' matches no module.")
        packages = matcher.modules(_KEY, [pattern for pattern in self.packages if pattern not in unmatched])
        exact = {pattern.text for pattern in self.packages if pattern.is_exact}
        for package in packages:
            outer = next(pattern for pattern in self.packages if pattern.matches(package))
            which = f"'{package}'" if package in exact else f"'{outer}' matches '{package}', which"
            if package in matcher.graph.external:
                matcher.error(_KEY, f"{which} is an external package; the modules inside it are not known. Remove it.")
            elif package not in exact and _is_inside_private(package):
                matcher.error(_KEY, f"{which} is private. {_instead(package)}")
        return packages

    def _violations(self, graph: ImportGraph, packages: tuple[str, ...]) -> list[Violation]:
        found = ((module, self._private_in(module, packages)) for module in graph.modules)
        return sorted(
            (
                Violation(importer, module, private, _message(private), ((importer, module),))
                for module, private in found
                if private is not None
                for importer in graph.importers_of(module)
                if not within(importer, parent(private)) and importer not in graph.excepted
            ),
            key=lambda violation: violation.identity,
        )

    def _broken_by(self, edge: Edge, packages: tuple[str, ...]) -> str | None:
        """Return the private module that an import must not import, or import from; None if it may."""
        importer, imported = edge
        private = self._private_in(imported, packages)
        return None if private is None or within(importer, parent(private)) else private

    def _private_in(self, module: str, packages: tuple[str, ...]) -> str | None:
        """Return the innermost private module that contains a module, or is it, if the contract is about it."""
        if self.packages and not any(within(module, package) for package in packages):
            return None
        return next((outer for outer in _around(module) if parent(outer) and _is_private(outer)), None)


def _around(module: str) -> Iterator[str]:
    """Yield a module and the packages that contain it, the nearest first."""
    yield module
    yield from ancestors(module)


def _is_private(module: str) -> bool:
    name = module.rpartition(".")[2]
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _is_inside_private(module: str) -> bool:
    return any(map(_is_private, _around(module)))


def _message(private: str) -> str:
    return f"{private} may be imported only inside {parent(private)}"


def _instead(package: str) -> str:
    """Return what to write instead of a private package."""
    outermost = [outer for outer in _around(package) if _is_private(outer)][-1]
    around = parent(outermost)
    return f"Write '{around}', the package around it." if around else "Remove it."


def parse(table: Table) -> PrivateModules:
    """Return the rule for the key ``packages_with_private_modules``."""
    packages = table.modules(_KEY, ())
    for pattern in packages:
        if any(_is_private(part) for part in pattern.text.split(".") if "*" not in part):
            table.error(_KEY, f"'{pattern}' is private, or inside a private module. {_instead(pattern.text)}")
    return PrivateModules(packages)
