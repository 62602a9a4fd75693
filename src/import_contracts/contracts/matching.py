"""Which modules of the program match the names and patterns in a contract."""

from __future__ import annotations

from collections.abc import Iterable

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern, ancestors, external_package
from import_contracts.problems import Problem, Severity, did_you_mean_inner, did_you_mean_module


class Matcher:
    """Finds the modules of a graph that match a contract's patterns, and collects the problems.

    ``may_come`` says that external packages were asked for that nothing imports yet.
    """

    def __init__(self, graph: ImportGraph) -> None:
        self.graph = graph
        self.may_come = False
        self._problems: list[Problem] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems so far, in the order in which they were found."""
        return tuple(self._problems)

    @property
    def failed(self) -> bool:
        """Whether one of the problems is an error, so that the contract has no verdict."""
        return any(problem.is_error for problem in self._problems)

    def error(self, key: str, message: str, missing: str | None = None) -> None:
        """Add an error about a key; ``missing`` is the name of a module that it is about."""
        self._problems.append(Problem(message, key=key, missing=missing))

    def warn(self, key: str, message: str) -> None:
        """Add a warning about a key."""
        self._problems.append(Problem(message, key=key, severity=Severity.WARNING))

    def modules(self, key: str, patterns: Iterable[ModulePattern]) -> tuple[str, ...]:
        """Return the modules that match, each once: in the order of the patterns, those of one pattern by name.

        An exact name without a module is an error, a wildcard without a match is a warning. A group of external
        packages, and a part of one, may be named before anything imports it.
        """
        modules: dict[str, None] = {}
        for pattern in patterns:
            matching = self.graph.matching(pattern)
            modules |= dict.fromkeys(matching)
            if not matching and pattern.is_group and not self.graph.knows_external:
                setting = "include_external_packages = true"
                self.error(key, f"'{pattern}' are external packages; set {setting} next to root_packages.")
            elif not matching and self._may_come(pattern):
                self.may_come = True
            elif not matching and pattern.is_exact:
                self.missing(key, pattern.text)
            elif not matching:
                self.warn(key, f"'{pattern}' matches no module.")
        return tuple(modules)

    def _may_come(self, pattern: ModulePattern) -> bool:
        """Return whether a pattern is a group of external packages, or a part of one that is imported."""
        if pattern.is_group:
            return True
        package = external_package(pattern.text, self.graph.roots) if pattern.is_exact else None
        return package != pattern.text and package in self.graph.external

    def missing(self, key: str, module: str) -> None:
        """Add an error: there is no such module."""
        instead = self._without_file(module) or did_you_mean_module(module, self.graph.modules)
        inner = "" if instead else did_you_mean_inner(module, self.graph.modules)
        if not instead and self.graph.roots and not self.graph.knows_external and not self.graph.is_internal(module):
            instead = " For an external package, set include_external_packages = true next to root_packages."
        self.error(key, f"Module '{module}' does not exist.{inner}{instead}", module)

    def _without_file(self, module: str) -> str:
        """Return what to write if a name ends as that of a file does, and there is a module of the name without it."""
        names = (module.removesuffix(".py"), module.removesuffix(".__init__.py"), module.removesuffix(".__init__"))
        name = next((name for name in names if name != module and name in self.graph), None)
        return f" Write '{name}'." if name else ""

    def refuse_overlap(self, key: str, groups: Iterable[Iterable[str]]) -> None:
        """Add an error for each module that is inside a module of another group."""
        group_of: dict[str, int] = {}
        for number, group in enumerate(groups):
            group_of |= dict.fromkeys(group, number)
        for module, number in sorted(group_of.items()):
            outer = next((package for package in ancestors(module) if group_of.get(package, number) != number), None)
            if outer is not None:
                self.error(key, inside(module, outer))


def inside(module: str, outer: str) -> str:
    """Return the message about a module that is named beside a package that contains it."""
    return f"'{module}' is inside '{outer}'; name one of the two, or the children of '{outer}'."
