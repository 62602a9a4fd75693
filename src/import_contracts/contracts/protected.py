"""The contract type ``protected``: only some modules may import certain others."""

from __future__ import annotations

from collections.abc import Set

from import_contracts.contracts.findings import Description, Findings, Part, Violation, direct_cuts
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern
from import_contracts.problems import did_you_mean_module
from import_contracts.records import dataclass
from import_contracts.wording import listed


@dataclass(frozen=True, slots=True)
class Protected:
    """Only the allowed importers, and the modules inside it, may import a protected module directly.

    With ``as_packages`` each name stands for everything inside it too.
    """

    protected: tuple[ModulePattern, ...]
    allowed: tuple[ModulePattern, ...]
    as_packages: bool

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every direct import of a protected module by a module that is not allowed."""
        matcher = Matcher(graph)
        protected = matcher.modules("protected_modules", self.protected)
        allowed = self._allowed(matcher)
        if matcher.failed:
            return Findings(problems=matcher.problems)
        free = self._free(graph, allowed) | graph.excepted
        others = frozenset(graph.modules) - graph.external - free
        if not protected and not matcher.may_come:
            matcher.warn("protected_modules", "This contract cannot be broken: it protects no module.")
        elif protected and all(others <= self._members(graph, module) for module in protected):
            matcher.warn(
                "allowed_importers", "This contract cannot be broken: every module may import the protected ones."
            )
        violations = tuple(violation for module in protected for violation in self._violations(graph, module, free))
        return Findings(violations, direct_cuts(violations), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the protected modules and the allowed importers."""
        matcher = Matcher(graph)
        protected = matcher.modules("protected_modules", self.protected)
        roles = (("protected", protected), ("allowed importer", self._allowed(matcher)))
        inside = "Modules inside a protected module may import it."
        alone = "Each name stands for that module only, not for what is inside it."
        return Description(
            (
                f"{listed(self.protected)} may be imported only by {listed(self.allowed) or 'modules inside it'}.",
                f"Only direct imports count. {inside if self.as_packages else alone}",
            ),
            tuple(Part(role, module, self._members(graph, module)) for role, modules in roles for module in modules),
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each protected module with an imported module, if an importer is not allowed."""
        matcher = Matcher(graph)
        others = importers - self._free(graph, self._allowed(matcher))
        protected = ((module, self._members(graph, module)) for module in matcher.modules("", self.protected))
        broken = (module for module, members in protected if not members.isdisjoint(imported) and others - members)
        return tuple(map(self._message, broken))

    def _free(self, graph: ImportGraph, allowed: tuple[str, ...]) -> frozenset[str]:
        return frozenset().union(*(self._members(graph, module) for module in allowed))

    def _message(self, module: str) -> str:
        return f"{module} may be imported only by " + (" and ".join(map(str, self.allowed)) or "modules inside it")

    def _allowed(self, matcher: Matcher) -> tuple[str, ...]:
        """Return the allowed importers. Without ``as_packages``, one that does not exist is only a warning."""
        key, graph = "allowed_importers", matcher.graph
        exact = [] if self.as_packages else [pattern for pattern in self.allowed if pattern.is_exact]
        absent = [pattern for pattern in exact if pattern.text not in graph]
        for pattern in absent:
            matcher.warn(key, f"Module '{pattern}' does not exist.{did_you_mean_module(str(pattern), graph.modules)}")
        allowed = matcher.modules(key, [pattern for pattern in self.allowed if pattern not in absent])
        external = [module for module in allowed if module in graph.external]
        named = [module for module in external if any(module == pattern.text for pattern in self.allowed)]
        for module in external[:1] if self.as_packages else named:
            report = matcher.error if self.as_packages else matcher.warn
            report(key, f"'{module}' is an external package; its imports are not known. Remove it.")
        return allowed

    def _members(self, graph: ImportGraph, module: str) -> frozenset[str]:
        return graph.subtree(module) if self.as_packages else frozenset({module})

    def _violations(self, graph: ImportGraph, module: str, free: frozenset[str]) -> list[Violation]:
        members = self._members(graph, module)
        edges = sorted((importer, member) for member in members for importer in graph.importers_of(member))
        return [
            Violation(*edge, module, self._message(module), (edge,))
            for edge in edges
            if edge[0] not in members and edge[0] not in free
        ]


def parse(table: Table) -> Protected:
    """Return the rule for the keys ``protected_modules``, ``allowed_importers`` and ``as_packages``."""
    return Protected(
        table.modules("protected_modules"),
        table.modules("allowed_importers"),
        table.flag("as_packages", default=True),
    )
