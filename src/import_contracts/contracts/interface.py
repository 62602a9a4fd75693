"""The contract type ``interface``: a package is imported only through what it exposes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set

from import_contracts.contracts.findings import Description, Findings, Part, Violation, direct_cuts
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import Table
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.graph.names import ModulePattern, NamePattern, parent
from import_contracts.problems import Problem, did_you_mean
from import_contracts.reading.source.taken import TakenNames
from import_contracts.reading.source.text import Source
from import_contracts.records import dataclass
from import_contracts.wording import listed

_NOT_WRITTEN = (0,)
"""The lines of an import that is not in the program: somebody asks about it, and it may take what is exposed."""


@dataclass(frozen=True, slots=True)
class Interface:
    """Modules outside a package may import only the ``exposed`` modules and names in it, directly.

    Each of the ``packages`` is one of its own. An exposed module is that module only, not what is inside it. The
    ``friends``, and what is inside them, may import everything. What is inside the modules ``without`` is not part of
    the package, although it is inside.

    If ``as_written``, a statement takes the names that are in it, as it writes them: of ``import a.b`` it is ``b`` in
    ``a``. Otherwise, attributes of a module that is imported count too, and names that an ``__init__`` passes on.
    """

    packages: tuple[ModulePattern, ...]
    exposed: tuple[NamePattern, ...]
    friends: tuple[ModulePattern, ...]
    as_written: bool = False
    without: tuple[ModulePattern, ...] = ()

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every direct import of a module that is not exposed from outside its package."""
        matcher = Matcher(graph)
        packages = self._packages(matcher)
        outside = self._outside(matcher)
        self._refuse_exposed(matcher, packages)
        matcher.modules("without", self.without)
        if matcher.failed:
            return Findings(problems=matcher.problems)
        closed = [self._members(graph, package) for package in packages if not outside <= self._members(graph, package)]
        if not packages:
            matcher.warn("package", "This contract cannot be broken: no package matches.")
        elif not closed:
            matcher.warn("package", "This contract cannot be broken: no module is outside the package and 'except'.")
        elif all(self._exposes(module) for members in closed for module in members):
            matcher.warn("exposed", "This contract cannot be broken: every module of the package is exposed.")
        messages = {package: self._message(graph, package) for package in packages}
        violations = tuple(
            Violation(*edge, package, messages[package], (edge,))
            for package in packages
            for edge in self._entries(graph, package, outside)
        )
        return Findings(violations, direct_cuts(violations), matcher.problems)

    def counted(self, graph: ImportGraph, source: Callable[[str], Source | None]) -> ImportGraph:
        """Return the graph without the statements that take only exposed names."""
        if all(pattern.name is None for pattern in self.exposed) and not self.as_written:
            return graph
        matcher, taken = Matcher(graph), TakenNames(graph.modules_set, source)
        packages, outside = self._packages(matcher), self._outside(matcher)
        edges = dict.fromkeys(edge for package in packages for edge in self._entries(graph, package, outside))
        return graph.without_statements(
            (edge, line)
            for edge in edges
            for line in graph.lines(*edge)
            if (
                self._allows_as_written(edge, line, taken, packages)
                if self.as_written
                else self._allows(edge, line, taken)
            )
        )

    def doubts(self, graph: ImportGraph, source: Callable[[str], Source | None]) -> tuple[Problem, ...]:
        """Return a warning for each exposed name that none of its modules has."""
        named = {each: each.name for each in self.exposed if each.name is not None and each.name.text != "*"}
        if not named:
            return ()
        from import_contracts.reading.source.bound import (  # noqa: PLC0415 - few contracts name names
            OF_EVERY_MODULE,
            BoundNames,
        )

        matcher, bound = Matcher(graph), BoundNames(graph, source)
        inside = _inside(graph, self._packages(matcher))
        found = Matcher(graph)
        for pattern, name in named.items():
            modules = sorted(inside.intersection(graph.matching(pattern.module)))
            known = [bound.of(module) for module in modules]
            names = frozenset().union(*filter(None, known)) - (frozenset() if name.is_exact else OF_EVERY_MODULE)
            if modules and None not in known and not any(map(name.matches, names)):
                near = did_you_mean(name.text, names) if name.is_exact else ""
                found.warn("exposed", f"'{pattern}' matches no name in {listed(modules, 'or')}.{near}")
        return found.problems

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with the packages, what they expose, and who may import everything."""
        matcher = Matcher(graph)
        friends = f" {listed(self.friends)} may import everything in it." if self.friends else ""
        packages = self._packages(matcher)
        return Description(
            (
                f"{_sentence(listed(self.packages), self.exposed)}.",
                f"Only direct imports count. What is inside an exposed module is not exposed.{friends}",
                *(
                    ["Names count as statements write them, and everyone may import the package itself."]
                    * self.as_written
                ),
            ),
            (
                *(Part("package", package, self._members(graph, package)) for package in packages),
                *(
                    Part("exposed", str(pattern), frozenset(graph.matching(pattern.module)) & _inside(graph, packages))
                    for pattern in self.exposed
                ),
                *(Part("exception", module, graph.subtree(module)) for module in self._friends(matcher)),
            ),
        )

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each package with an imported module of which nothing is exposed."""
        matcher = Matcher(graph)
        importers = importers & self._outside(matcher)
        hidden = {each for each in imported if not (self._exposes(each) or self._has_exposed_names(each))}
        hidden -= {*self._packages(matcher)} if self.as_written else set()
        broken = (
            package
            for package in self._packages(matcher)
            if importers - self._members(graph, package) and hidden & self._members(graph, package)
        )
        return tuple(self._message(graph, package) for package in broken)

    def _message(self, graph: ImportGraph, package: str) -> str:
        members = self._members(graph, package)
        return _sentence(package, [each for each in self.exposed if each.module.matching(members)])

    def _exposes(self, module: str) -> bool:
        return any(pattern.name is None and pattern.module.matches(module) for pattern in self.exposed)

    def _has_exposed_names(self, module: str) -> bool:
        return any(pattern.name is not None and pattern.module.matches(module) for pattern in self.exposed)

    def _allows(self, edge: Edge, line: int, taken: TakenNames) -> bool:
        """Return whether a statement takes only exposed names; if it uses none, whether the module has any."""
        module = edge[1]
        names = taken.by(*edge, line)
        if not names:
            return self._has_exposed_names(module)
        return all(self._exposes_name(module, name, taken) for name in names)

    def _allows_as_written(self, edge: Edge, line: int, taken: TakenNames, packages: Collection[str]) -> bool:
        """Return whether a statement takes only exposed names, or imports a package itself."""
        module = edge[1]
        places = [(module, name) for name in taken.written(*edge, line)] or [
            (parent(module), module.rpartition(".")[2])
        ]
        return all(
            any(each.name and each.module.matches(place) and each.name.matches(name) for each in self.exposed)
            or (module in packages and f"{place}.{name}" == module)
            for place, name in places
        )

    def _exposes_name(self, module: str, name: str, taken: TakenNames) -> bool:
        """Return whether a name is exposed in a module, or where the ``__init__`` of the package imports it from."""
        exposed = self.exposed
        seen = set()
        place: tuple[str, str] | None = (module, name)
        while place is not None and place not in seen:
            seen.add(place)
            if any(each.module.matches(place[0]) and each.name and each.name.matches(place[1]) for each in exposed):
                return True
            place = taken.origin(*place)
        return False

    def _packages(self, matcher: Matcher) -> tuple[str, ...]:
        """Return the packages; a wildcard stands only for those with something inside them."""
        exact = {pattern.text for pattern in self.packages if pattern.is_exact}
        packages = matcher.modules("package", self.packages)
        for package in sorted(exact & matcher.graph.external):
            matcher.error("package", f"'{package}' is an external package; what is inside it is not known.")
        inside = matcher.graph.modules_set - matcher.graph.external
        return tuple(each for each in packages if each in exact or (each in inside and matcher.graph.children(each)))

    def _friends(self, matcher: Matcher) -> tuple[str, ...]:
        friends = matcher.modules("except", self.friends)
        for module in friends:
            if module in matcher.graph.external and any(module == pattern.text for pattern in self.friends):
                matcher.error("except", f"'{module}' is an external package; its imports are not known. Remove it.")
        return friends

    def _refuse_exposed(self, matcher: Matcher, packages: tuple[str, ...]) -> None:
        """Add a problem for everything exposed that is not there, or outside the packages."""
        inside = _inside(matcher.graph, packages)
        for pattern in self.exposed:
            modules = matcher.modules("exposed", [pattern.module])
            if modules and inside.isdisjoint(modules):
                outside = f"'{pattern.module}' is not inside {listed(packages, 'or') or 'the package'}."
                report = matcher.error if pattern.module.is_exact else matcher.warn
                report("exposed", f"{outside} Expose what is inside, such as '{(packages or ('shop',))[0]}.api'.")

    def _members(self, graph: ImportGraph, package: str) -> frozenset[str]:
        apart = (module for pattern in self.without for module in graph.matching(pattern))
        return graph.subtree(package).difference(*map(graph.subtree, apart))

    def _outside(self, matcher: Matcher) -> frozenset[str]:
        """Return the modules that may import only what is exposed, unless they are inside the package."""
        graph = matcher.graph
        return graph.modules_set - graph.external - graph.excepted - _inside(graph, self._friends(matcher))

    def _entries(self, graph: ImportGraph, package: str, outside: Set[str]) -> list[Edge]:
        """Return the imports of modules of a package that are not exposed, from outside it; sorted."""
        members = self._members(graph, package)
        return sorted(
            (importer, module)
            for module in members
            if not self._exposes(module)
            for importer in graph.importers_of(module)
            if importer in outside and importer not in members
            if not (self._has_exposed_names(module) and graph.lines(importer, module) == _NOT_WRITTEN)
        )


def _sentence(packages: str, exposed: Sequence[NamePattern]) -> str:
    return f"{packages} may be imported only " + (f"through {listed(exposed)}" if exposed else "by modules inside it")


def _inside(graph: ImportGraph, packages: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*map(graph.subtree, packages))


def parse(table: Table) -> Interface:
    """Return the rule for the keys ``package``, ``exposed``, ``except``, ``as_written`` and ``without``."""
    return Interface(
        table.modules("package"),
        table.names("exposed"),
        table.modules("except", ()),
        table.flag("as_written"),
        table.modules("without", ()),
    )
