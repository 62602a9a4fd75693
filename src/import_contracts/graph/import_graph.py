"""The import graph: modules and the imports between them. Immutable, sorted, complete."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from copy import copy
from functools import cache, cached_property
from itertools import chain
from typing import TypeAlias

from import_contracts.graph.columns import ImportColumns
from import_contracts.graph.kinds import Kind
from import_contracts.graph.min_cut import Between, minimum_cut
from import_contracts.graph.names import (
    STANDARD_LIBRARY,
    ImportPattern,
    ModulePattern,
    ancestors,
    external_package,
    external_part,
    parent,
    within,
)
from import_contracts.graph.nodes import Nodes
from import_contracts.graph.reach import Reach
from import_contracts.graph.standard_library import is_standard
from import_contracts.records import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement and one module that it imports.

    ``path`` is the importer's file, as reports show it. ``line`` and ``column`` count from 1; the column is in
    characters. ``text`` is the statement as written, joined into one line.
    """

    importer: str
    imported: str
    path: str
    line: int
    column: int
    kind: Kind
    text: str


Edge: TypeAlias = tuple[str, str]
"""An importer and a module that it imports."""

Chain: TypeAlias = tuple[Edge, ...]
"""Imports of which each begins with the module that the one before it imports."""


class ImportGraph:
    """The modules of the root packages and every import between them.

    ``imports[importer][imported]`` are the lines of the import statements; columns of them must be sorted by importer.
    ``external`` are the imported modules outside the root packages, of which no imports are known; None if imports of
    them were left out.
    ``kinds[importer][imported, line]`` is the kind of a statement, for importers whose files have been read; without an
    entry it is ``runtime``. ``excepted`` are modules whose imports a contract does not judge. Everything that the
    methods return in an order is sorted by module name.
    """

    def __init__(
        self,
        modules: Iterable[str],
        imports: Mapping[str, Mapping[str, Iterable[int]]],
        *,
        roots: Iterable[str] = (),
        external: Iterable[str] | None = (),
        kinds: Mapping[str, Mapping[tuple[str, int], Kind]] | None = None,
    ) -> None:
        self.roots = tuple(sorted(set(roots)))
        self.external = frozenset(external or ())
        self.knows_external = external is not None
        self.modules = tuple(sorted({*modules, *self.external}))
        self._imports: Mapping[str, Mapping[str, tuple[int, ...]]] = (
            imports
            if isinstance(imports, ImportColumns)
            else {importer: _sorted(targets) for importer, targets in sorted(imports.items())}
        )
        self._kinds = kinds or {}
        self.excepted: frozenset[str] = frozenset()
        self._origin: tuple[ImportGraph, Collection[Edge]] | None = None

    def _with(
        self,
        imports: Mapping[str, Mapping[str, tuple[int, ...]]],
        gone: Collection[Edge] | None = None,
        external: Set[str] | None = None,
    ) -> ImportGraph:
        """Return a graph of the same modules with other imports, which must be sorted.

        ``gone`` are the imports that are not left; None if others were added. ``external`` are its external modules;
        None for the same ones.
        """
        graph = copy(self)
        graph.__dict__.pop("nodes", None)
        graph._origin = None if gone is None else (self, gone)  # noqa: SLF001 - our own
        graph._imports = imports  # noqa: SLF001 - our own
        if external is not None and external != self.external:
            graph.external = frozenset(external)
            graph.modules = tuple(sorted(self.modules_set - self.external | external))
            for cached in ("modules_set", "_children"):
                graph.__dict__.pop(cached, None)
        return graph

    def is_internal(self, name: str) -> bool:
        """Return whether a name is in a root package, whether or not there is such a module."""
        return any(within(name, root) for root in self.roots)

    def __contains__(self, module: object) -> bool:
        return module in self.modules_set

    @cached_property
    def modules_set(self) -> frozenset[str]:
        """All modules, as a set."""
        return frozenset(self.modules)

    @cached_property
    def nodes(self) -> Nodes:
        """The same graph of numbers instead of names."""
        if self._origin is not None:
            graph, gone = self._origin
            return graph.nodes.without(gone)
        return Nodes.of(self.modules, self._imports)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for module in self.modules:
            package, dot, _ = module.rpartition(".")
            if dot and (module in self.external) == (package in self.external):
                children.setdefault(package, []).append(module)
        return children

    def imported_by(self, importer: str) -> Collection[str]:
        """Return the modules that a module imports, sorted."""
        return self._imports.get(importer, {}).keys()

    def importers_of(self, imported: str) -> Collection[str]:
        """Return the modules that import a module, sorted."""
        nodes = self.nodes
        number = nodes.numbers.get(imported)
        return () if number is None else [nodes.names[tail] for tail in nodes.links.tails[number]]

    def edges(self) -> Iterator[Edge]:
        """Yield every pair of an importer and a module that it imports, sorted."""
        for importer, targets in self._imports.items():
            for imported in targets:
                yield importer, imported

    @property
    def size(self) -> int:
        """The number of pairs of an importer and a module that it imports."""
        return sum(map(len, self.nodes.links.heads))

    def has_import(self, importer: str, imported: str) -> bool:
        """Return whether a module imports another directly."""
        return imported in self._imports.get(importer, ())

    def lines(self, importer: str, imported: str) -> tuple[int, ...]:
        """Return the lines of the import statements, sorted; empty if there is no such import."""
        return self._imports.get(importer, {}).get(imported, ())

    def kinds(self, importer: str, imported: str) -> tuple[Kind, ...]:
        """Return the kinds of the import statements, in the order of their lines."""
        known = self._kinds.get(importer, {})
        return tuple(known.get((imported, line), Kind.RUNTIME) for line in self.lines(importer, imported))

    @property
    def every_kind(self) -> frozenset[Kind]:
        """The kinds that import statements have."""
        return frozenset({Kind.RUNTIME}).union(*(statements.values() for statements in self._kinds.values()))

    def children(self, package: str) -> tuple[str, ...]:
        """Return the modules directly inside a package, sorted."""
        return tuple(self._children.get(package, ()))

    def subtree(self, module: str) -> frozenset[str]:
        """Return the module and everything inside it; of an external one, its parts. Only itself if it is unknown."""
        modules = [module]
        for package in modules:
            modules += self._children.get(package, ())
        return frozenset(modules)

    def matching(self, pattern: ModulePattern) -> tuple[str, ...]:
        """Return the modules that match a pattern, external ones included, sorted.

        A group matches external packages, not their parts.
        """
        if pattern.is_group:
            return tuple(sorted(name for name in self._in_group(pattern) if parent(name) not in self.external))
        if pattern.is_exact:
            return (pattern.text,) if pattern.text in self else ()
        start = pattern.text.partition("*")[0]
        first, last = bisect_left(self.modules, start), bisect_left(self.modules, f"{start}\U0010ffff")
        return tuple(pattern.matching(self.modules[first:last]))

    def _in_group(self, pattern: ModulePattern) -> Iterator[str]:
        return (name for name in self.external if is_standard(name) == (pattern.text == STANDARD_LIBRARY))

    def matching_edges(self, pattern: ImportPattern) -> tuple[Edge, ...]:
        """Return the imports that match a pattern, sorted."""
        importers = self.matching(pattern.importer)
        wanted = pattern.imported
        all_imported = set().union(*map(self.imported_by, importers))
        named = self._in_group(wanted) if wanted.is_group else wanted.matching(all_imported)
        imported = set(named)
        return tuple(
            (importer, other) for importer in importers for other in self.imported_by(importer) if other in imported
        )

    def without(self, edges: Collection[Edge]) -> ImportGraph:
        """Return a graph without some imports, which must be in this graph."""
        if not edges:
            return self
        imports = dict(self._imports)
        for importer, imported in edges:
            imports[importer] = {other: lines for other, lines in imports[importer].items() if other != imported}
        return self._with(imports, edges)

    def without_statements(self, statements: Iterable[tuple[Edge, int]]) -> ImportGraph:
        """Return a graph without some statements, given by import and line, all of which must be in this graph."""
        removed: dict[str, set[tuple[str, int]]] = {}
        for (importer, imported), line in statements:
            removed.setdefault(importer, set()).add((imported, line))
        if not removed:
            return self
        imports = dict(self._imports)
        for importer, places in removed.items():
            left = {
                imported: tuple(line for line in lines if (imported, line) not in places)
                for imported, lines in imports[importer].items()
            }
            imports[importer] = {imported: lines for imported, lines in left.items() if lines}
        return self._with(imports)

    def excepting(self, modules: Iterable[str]) -> ImportGraph:
        """Return the same graph, in which the imports of some modules, and of those inside them, are not judged."""
        excepted = frozenset().union(*map(self.subtree, modules))
        if not excepted:
            return self
        graph = copy(self)
        graph.excepted = excepted
        return graph

    def without_lines(self, lines: Mapping[str, Set[int]]) -> ImportGraph:
        """Return a graph without the imports on some lines of importers; one that is on other lines too keeps these."""
        return self.without_statements(
            ((importer, imported), line)
            for importer, gone in lines.items()
            for imported in self.imported_by(importer)
            for line in self.lines(importer, imported)
            if line in gone
        )

    def without_kinds(self, kinds: Set[Kind]) -> ImportGraph:
        """Return a graph without the import statements of some kinds.

        External modules that only those statements import are left out too.
        """
        if not kinds:
            return self
        excluded = tuple(kinds)  # looking for a member of an enumeration in a set is slow
        imports = dict(self._imports)
        gone: list[Edge] = []
        for importer in self._imports if Kind.RUNTIME in excluded else self._kinds:
            known = self._kinds.get(importer, {})
            if Kind.RUNTIME in excluded or any(kind in excluded for kind in known.values()):
                left = {
                    imported: tuple(line for line in lines if known.get((imported, line), Kind.RUNTIME) not in excluded)
                    for imported, lines in imports.get(importer, {}).items()
                }
                imports[importer] = {imported: lines for imported, lines in left.items() if lines}
                gone += [(importer, imported) for imported, lines in left.items() if not lines]
        return self._with(imports, gone, self.external.intersection(chain.from_iterable(imports.values())))

    def without_external(self) -> ImportGraph:
        """Return the graph of the root packages alone."""
        if not self.external:
            return self
        inside = {
            importer: {imported: lines for imported, lines in targets.items() if imported not in self.external}
            for importer, targets in self._imports.items()
        }
        return self._with(inside, external=frozenset())

    def with_imports(self, imports: Iterable[tuple[Edge, int, Kind]]) -> ImportGraph:
        """Return a graph with additional imports between its modules, each with its line and kind."""
        added = [*imports]
        if not added:
            return self
        lines = {importer: dict(targets) for importer, targets in self._imports.items()}
        kinds = {importer: dict(statements) for importer, statements in self._kinds.items()}
        for (importer, imported), line, kind in added:
            known = lines.setdefault(importer, {})
            if line not in known.get(imported, ()):
                known[imported] = tuple(sorted({*known.get(imported, ()), line}))
                kinds.setdefault(importer, {})[imported, line] = kind
        graph = self._with({importer: dict(sorted(lines[importer].items())) for importer in sorted(lines)})
        graph._kinds = kinds  # noqa: SLF001 - our own
        return graph

    def with_external_parts(self, parts: Set[str]) -> ImportGraph:
        """Return a graph in which imports of other parts of external packages are imports of what they are a part of.

        The packages around each part are in it too, whether or not something imports them.
        """
        packages = {name: external_package(name, self.roots) or name for name in self.external}
        names = {name: external_part(name, package, parts) for name, package in packages.items()}
        if all(name == package for name, package in packages.items()):
            return self
        imports = {}
        for importer, targets in self._imports.items():
            lines: dict[str, set[int]] = {}
            for imported, statements in targets.items():
                lines.setdefault(names.get(imported, imported), set()).update(statements)
            imports[importer] = {module: tuple(sorted(lines[module])) for module in sorted(lines)}
        around = (each for name in names.values() for each in ancestors(name) if external_package(each, self.roots))
        return self._with(imports, external={*names.values(), *around})

    def with_modules(self, names: Iterable[str]) -> ImportGraph:
        """Return a graph with more modules, which import nothing and are not imported, and the packages around them.

        Those outside the root packages are external; without imports of external modules, they are left out.
        """
        more = {each for name in names for each in (name, *ancestors(name))} - self.modules_set
        inside = {each for each in more if self.is_internal(each)}
        outside = {each for each in more - inside if self.knows_external and external_package(each, self.roots)}
        if not inside | outside:
            return self
        graph = copy(self)
        graph.modules = tuple(sorted({*self.modules, *inside, *outside}))
        graph.external = self.external | outside
        for cached in ("modules_set", "nodes", "_children"):
            graph.__dict__.pop(cached, None)
        return graph

    def with_parent_packages(self) -> ImportGraph:
        """Return a graph in which an import of ``a.b.c`` is also an import of ``a`` and ``a.b``, as in CPython.

        No such import is added for packages that contain the importer, because they run before it in any case.
        """

        @cache
        def outer(imported: str) -> list[str]:
            return [package for package in ancestors(imported) if package in self]

        imports = {}
        for importer, targets in self._imports.items():
            lines: dict[str, set[int]] = {}
            own = {importer, *ancestors(importer)}
            for imported, statements in targets.items():
                for module in (imported, *outer(imported)):
                    if module == imported or module not in own:
                        lines.setdefault(module, set()).update(statements)
            imports[importer] = {module: tuple(sorted(lines[module])) for module in sorted(lines)}
        return self._with(imports)

    def routes_to(self, targets: Set[str], barred: Set[str]) -> Routes:
        """Return the shortest chains to the targets through modules that are not barred."""
        return Routes(self, targets, barred)


def _sorted(targets: Mapping[str, Iterable[int]]) -> dict[str, tuple[int, ...]]:
    """Return the lines of a module's imports in order; the same object if they are, because a copy takes memory."""
    if isinstance(targets, dict) and all(
        isinstance(lines, tuple) and (len(lines) == 1 or lines == tuple(sorted(set(lines))))
        for lines in targets.values()
    ):
        imported = list(targets)
        if imported == sorted(imported):
            return targets
    return {imported: tuple(sorted(set(lines))) for imported, lines in sorted(targets.items())}


class Routes:
    """The shortest chains to any of the ``targets`` whose other modules, except the first, are not ``barred``.

    Of several shortest chains, the one whose modules come first by name.
    """

    def __init__(self, graph: ImportGraph, targets: Set[str], barred: Set[str]) -> None:
        self._graph = graph
        self._nodes = graph.nodes
        self._targets = targets
        self._barred = barred
        self._reach = Reach(self._nodes.links, [self._nodes.numbered(targets)], self._nodes.numbered(barred))

    def avoiding(self, modules: Set[str]) -> Routes:
        """Return routes whose chains, after their first module, contain none of ``modules`` either.

        For chains that start in ``modules``: a chain that leaves them does not come back.
        """
        if modules <= self._barred:
            return self
        reentered = (edge[0] in modules for chain in self.chains_from(modules) for edge in chain[1:])
        return Routes(self._graph, self._targets, self._barred | modules) if any(reentered) else self

    def minimum_cut(self, sources: Set[str]) -> tuple[Edge, ...]:
        """Return the fewest imports whose removal leaves no route from the sources to the targets, sorted.

        Of several smallest cuts, the one nearest to the targets, where the routes of many importers meet.
        """
        members, targets, barred = map(self._nodes.numbered, (sources, self._targets, self._barred))
        led = Reach(self._nodes.links.reversed(), [members], barred).groups
        between = Between(self._nodes.links, members, targets, led, self._reach.groups)
        return tuple(self._nodes.edge(*pair) for pair in minimum_cut(between, self._leaving(members)))

    def lead_from(self, module: str) -> bool:
        """Return whether a module is a target, or reaches one."""
        return module in self._targets or self._nodes.numbers.get(module) in self._reach.groups

    @cached_property
    def importers(self) -> frozenset[str]:
        """The modules that import a target, or a module that reaches one."""
        names, tails = self._nodes.names, self._nodes.links.tails
        return frozenset(names[tail] for node in self._reach.groups for tail in tails[node])

    def chains_from(self, sources: Set[str]) -> Iterator[Chain]:
        """Yield, for every import that leaves the sources and leads to a target, its shortest chain; sorted."""
        for importer, imported in self._leaving(self._nodes.numbered(sources)):
            yield self._nodes.chain([importer, *self._reach.path(imported, 0)])

    def _leaving(self, nodes: Set[int]) -> list[tuple[int, int]]:
        return [edge for edge in self._nodes.links.leaving(nodes) if edge[1] in self._reach.groups]
