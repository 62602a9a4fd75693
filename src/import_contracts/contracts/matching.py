"""From the modules that a contract names to those that the program has."""

from __future__ import annotations

from collections.abc import Iterable

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ModulePattern, ancestors
from import_contracts.problems import Problem, Severity, did_you_mean


class Matcher:
    """Finds the modules of a graph that a contract's patterns stand for, and collects what is wrong with them."""

    def __init__(self, graph: ImportGraph) -> None:
        self.graph = graph
        self._problems: list[Problem] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found wrong so far."""
        return tuple(self._problems)

    @property
    def failed(self) -> bool:
        """Whether no verdict is possible."""
        return any(problem.is_error for problem in self._problems)

    def error(self, key: str, message: str) -> None:
        """Note that no verdict is possible."""
        self._problems.append(Problem(message, key=key))

    def warn(self, key: str, message: str) -> None:
        """Note something that is probably not meant."""
        self._problems.append(Problem(message, key=key, severity=Severity.WARNING))

    def modules(self, key: str, patterns: Iterable[ModulePattern]) -> tuple[str, ...]:
        """Return the modules that patterns stand for, each once, in the order written, then by name."""
        found: dict[str, None] = {}
        for pattern in patterns:
            matching = self.graph.matching(pattern)
            found |= dict.fromkeys(matching)
            if not matching and pattern.is_exact:
                self.missing(key, pattern.text)
            elif not matching:
                self.warn(key, f"'{pattern}' matches no module.")
        return tuple(found)

    def missing(self, key: str, module: str) -> None:
        """Note that there is no such module."""
        self.error(key, f"Module '{module}' does not exist.{did_you_mean(module, self.graph.modules)}")

    def refuse_overlap(self, key: str, groups: Iterable[Iterable[str]]) -> None:
        """Note as an error where a module lies inside one of another group."""
        home: dict[str, int] = {}
        for number, group in enumerate(groups):
            home |= dict.fromkeys(group, number)
        for module, number in sorted(home.items()):
            outer = next((each for each in ancestors(module) if home.get(each, number) != number), None)
            if outer is not None:
                self.error(key, f"'{module}' lies inside '{outer}': name one of the two, or the parts of '{outer}'.")
