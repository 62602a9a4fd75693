"""Inferring contracts that the imports of a program do not break."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from import_contracts.adopt.habits import habits
from import_contracts.adopt.inferred import InferredContract, can_be_named
from import_contracts.adopt.layering import Connections, Level, connections, imports_between, levels
from import_contracts.adopt.toml import table
from import_contracts.contracts.types import TYPES
from import_contracts.graph.components import components
from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import parent
from import_contracts.wording import count, listed

_MOST_TOPS = 4
"""How many root packages get layers: the largest ones, if there are more."""
_MOST_LAYERED = 3
"""How many packages inside the root packages get a contract of their own."""
_MOST_INDEPENDENT = 2
_MOST_LEVELS = 8
_MOST_CHILDREN = 40
"""A package with more children gets no list of them: it would be too long to read."""
_USERS = 3
"""How many modules import each one of a ground floor, at least."""

_TESTS = frozenset({"conftest", "test", "testing", "tests"})
# The modules of a root package that do not count when it has one package with everything else in it.
_BESIDE = frozenset({"__about__", "__main__", "__version__", "_version", "version", *_TESTS})

_EXCLUDE = {Kind.TYPE_CHECKING: "exclude_type_checking_imports", Kind.DEFERRED: "exclude_deferred_imports"}
# The kinds of imports that a layers contract may exclude, in the order in which they are tried.
_EXCLUSIONS: tuple[frozenset[Kind], ...] = (
    frozenset(),
    frozenset({Kind.TYPE_CHECKING}),
    frozenset({Kind.TYPE_CHECKING, Kind.DEFERRED}),
)


def infer(graph: ImportGraph, *, roots: Collection[str]) -> tuple[InferredContract, ...]:
    """Return contracts that the graph does not break, and last one of type ``acyclic``, which it may break.

    The graph must have the kinds of imports, because a contract may exclude some. The same graph gives the same
    contracts, in whatever order the roots are given.
    """
    return tuple(_Inference(graph, sorted(set(roots))).contracts())


def to_toml(session: Mapping[str, object], contracts: Iterable[InferredContract], *, prefix: str) -> str:
    """Return a configuration with the contracts, each below a comment with the reasons for it.

    ``prefix`` is the name of the table that contains everything, such as ``tool.import-contracts``; "" for a contract
    file.
    """
    header = f"[{prefix}]" if prefix else ""
    name = f"[[{prefix}.contracts]]" if prefix else "[[contracts]]"
    tables = [table(header, session)] if session else []
    return "\n".join([*tables, *(table(name, contract.table, comments=contract.why) for contract in contracts)])


class _Inference:
    """The search for contracts in one graph."""

    def __init__(self, graph: ImportGraph, roots: Sequence[str]) -> None:
        self._graph = graph
        self._roots = roots
        self._tops = [self._top(root) for root in roots]
        largest = sorted(self._tops, key=lambda top: (-len(graph.subtree(top)), top))[:_MOST_TOPS]
        self._largest = [top for top in self._tops if top in largest]
        self._without = cache(graph.without_kinds)
        self._connections = cache(lambda kinds, package: connections(self._without(kinds), graph.children(package)))

    def contracts(self) -> Iterator[InferredContract]:
        """Yield the contracts, the widest first."""
        tops = list(self._kept(filter(None, map(self._layers, self._largest))))
        independent = list(islice(self._kept(self._independent()), _MOST_INDEPENDENT))
        inside = islice(self._kept(self._layers_inside()), _MOST_LAYERED)
        tests = list(self._kept(self._tests()))
        friends = [pattern for contract in tests for pattern in _patterns(contract)]
        ground = [] if tops else list(self._kept(self._ground_floors()))
        between = self._kept(self._between_roots())
        others = (*habits(self._graph, friends), *independent)
        yield from (*between, *tops, *ground, *tests, *inside, *others, self._acyclic(tops))

    def _kept(self, contracts: Iterable[InferredContract]) -> Iterator[InferredContract]:
        return filter(self._holds, contracts)

    def _holds(self, contract: InferredContract) -> bool:
        """Return whether a contract is kept, without the imports that it excludes."""
        excluded = frozenset(kind for kind, key in _EXCLUDE.items() if key in contract.keys)
        return contract.holds(self._without(excluded))

    def _id(self, what: str, package: str) -> str:
        """Return an id, such as ``layers-models``; with several root packages ``layers-shop-models``."""
        inside = package.partition(".")[2] if len(self._roots) == 1 else package
        return "-".join([what, *inside.split(".")] if inside else [what])

    def _top(self, root: str) -> str:
        """Return the package whose children get the top layers.

        This is the root, or, if the root has only one package besides tests and the like, that package, and so on.
        """
        package = root
        while True:
            inside = [child for child in self._graph.children(package) if _last(child) not in _BESIDE]
            if len(inside) != 1 or not self._graph.children(inside[0]):
                return package
            package = inside[0]

    def _packages(self, depth: int) -> list[str]:
        """Return the packages ``depth`` levels below a top package, the largest first.

        Packages inside a package with very many children are left out.
        """
        modules = self._tops
        for _ in range(depth):
            few = (module for module in modules if len(self._graph.children(module)) <= _MOST_CHILDREN)
            modules = [child for module in few for child in self._graph.children(module)]
        packages = (module for module in modules if self._graph.children(module) and _last(module) not in _TESTS)
        return sorted(packages, key=lambda package: (-len(self._graph.subtree(package)), package))

    # --- layers ---------------------------------------------------------------------------------------------------

    def _between_roots(self) -> Iterator[InferredContract]:
        """Yield layers of the root packages, if there are several and they have an order."""
        roots = [root for root in self._roots if root not in _TESTS]
        best = levels(connections(self._graph, roots)) if _is_list(roots) else ()
        if len(best) > 1 and not any(level.is_tangle for level in best):
            keys = {"layers": [" | ".join(level.members) for level in best]}
            why = (self._order(_EXCLUSIONS[0], best),)
            yield InferredContract("packages", "Layers of the packages", "layers", keys, why)

    def _ground_floors(self) -> Iterator[InferredContract]:
        """Yield, where everything else is one tangle, a contract for the modules that import nothing of it."""
        for top in self._tops:
            children = [child for child in self._graph.children(top) if _last(child) not in _TESTS]
            users = {child: self._importers(child) for child in children}
            low = [child for child in children if users[child] >= _USERS and not self._imports_something(child)]
            shown = sorted(filter(can_be_named, low), key=lambda child: (-users[child], child))[:_MOST_LEVELS]
            if shown:
                why = f"They import nothing of {top}; at least {_USERS} modules import each."
                name = f"The ground floor of {top}"
                keys = {"modules": sorted(shown), "allowed": []}
                yield InferredContract(self._id("ground", top), name, "allowed", keys, (why,))

    def _importers(self, child: str) -> int:
        members = self._graph.subtree(child)
        return len({importer for member in members for importer in self._graph.importers_of(member)} - members)

    def _layers_inside(self) -> Iterator[InferredContract]:
        """Yield layers of packages inside the top packages: of those with few tangles and not too many levels."""
        for package in (*self._packages(1), *self._packages(2)):
            children = self._graph.children(package)
            kinds, best = self._best_levels(package)
            between = imports_between(self._without(kinds), children)
            is_ordered = 2 * _largest_tangle(best) <= len(children) and len(best) <= _MOST_LEVELS
            are_connected = 2 * sum(map(len, between.values())) >= len(children)
            if is_ordered and are_connected and (contract := self._layers(package)):
                yield contract

    def _best_levels(self, package: str) -> tuple[frozenset[Kind], tuple[Level, ...]]:
        """Return the kinds of imports to exclude, and then the levels of a package's children.

        The fewest kinds without which no more than half of the children are in one tangle; if there are none, the kinds
        with the smallest tangle.
        """
        children = self._graph.children(package)
        tried: list[tuple[frozenset[Kind], tuple[Level, ...]]] = []
        for kinds in _EXCLUSIONS if _is_list(children) else ():
            tried.append((kinds, levels(self._connections(kinds, package))))
            if 2 * _largest_tangle(tried[-1][1]) <= len(children):
                return tried[-1]
        return min(tried, key=lambda option: _largest_tangle(option[1]), default=(_EXCLUSIONS[0], ()))

    def _layers(self, package: str) -> InferredContract | None:
        """Return a layers contract for a package; None if all its children are on one level."""
        kinds, best = self._best_levels(package)
        if sum(level.members != (f"{package}.__main__",) for level in best) < 2:
            return None
        keys: dict[str, object] = {"containers": [package], "exhaustive": True}
        keys |= {key: True for kind, key in _EXCLUDE.items() if kind in kinds}
        keys["layers"] = [(" : " if level.is_tangle else " | ").join(map(_last, level.members)) for level in best]
        why = (self._order(kinds, best), *self._tangles(kinds, best), *self._excluded(package, kinds))
        return InferredContract(self._id("layers", package), f"Layers of {package}", "layers", keys, why)

    def _order(self, kinds: frozenset[Kind], layered: tuple[Level, ...]) -> str:
        height = {member: number for number, level in enumerate(layered) for member in level.members}
        between = imports_between(self._without(kinds), height)
        down = sum(len(edges) for (one, other), edges in between.items() if height[one] != height[other])
        return f"{count(down, 'import')} between layers, none of them upwards." if down else "No layer imports another."

    def _tangles(self, kinds: frozenset[Kind], layered: tuple[Level, ...]) -> Iterator[str]:
        """Yield a line for each tangle: its imports, and how many to remove, if that is enough to order it."""
        graph = self._without(kinds)
        for level in layered:
            if not level.is_tangle:
                continue
            between = imports_between(graph, level.members)
            names = " : ".join(map(_last, level.members)) if len(level.members) < 4 else _from_to(level.members)
            cut = [
                edge
                for pair in feedback_set({pair: len(edges) for pair, edges in between.items()}).edges
                for edge in between[pair]
            ]
            left = levels(connections(graph.without(cut), [member for other in layered for member in other.members]))
            number = sum(map(len, between.values()))
            if not _tangled(left) & set(level.members):
                how = f"{count(number, 'import')}; removing {len(cut):,} of them would break the cycle"
            elif number:
                how = f"{count(number, 'import')}, and indirectly through other modules"
            else:
                how = "only indirectly, through other modules"
            yield f"{names} depend on each other: {how}."

    def _excluded(self, package: str, kinds: frozenset[Kind]) -> Iterator[str]:
        if kinds:
            tangle = _largest_tangle(levels(self._connections(_EXCLUSIONS[0], package)))
            which = "Deferred and type-checking imports" if Kind.DEFERRED in kinds else "Type-checking imports"
            many = _of(tangle, len(self._graph.children(package)))
            yield f"{which} are excluded: with them, {many} modules depend on each other."

    # --- independence ---------------------------------------------------------------------------------------------

    def _independent(self) -> Iterator[InferredContract]:
        """Yield contracts for packages whose children are not connected, although most of them import something."""
        for depth, at_least in ((0, 3), (1, 3), (2, 8), (3, 8)):
            for package in self._packages(depth):
                children = self._graph.children(package)
                # No statement can import a module whose name is no identifier, such as a migration: it proves nothing.
                live = [child for child in children if _last(child).isidentifier() and self._imports_something(child)]
                if len(children) >= at_least and 2 * len(live) >= len(children) and all(map(can_be_named, children)):
                    yield from self._independent_children(package, children)

    def _imports_something(self, child: str) -> bool:
        members = self._graph.subtree(child)
        return any(imported not in members for member in members for imported in self._graph.imported_by(member))

    def _independent_children(self, package: str, children: Sequence[str]) -> Iterator[InferredContract]:
        """Yield a contract for all children, or for at least four fifths of them, if these are not too many."""
        independent = _unconnected(self._connections(_EXCLUSIONS[0], package))
        number = len(independent)
        if number == len(children):
            why = f"None of the {number} modules imports another, directly or through other modules."
            yield self._independence(package, [f"{package}.*"], why)
        elif 5 * number >= 4 * len(children) and 3 <= number <= _MOST_CHILDREN and not self._has_layers(package):
            others = [_last(child) for child in children if child not in independent]
            left_out = listed(others, most=len(others))
            why = f"None of these {number} imports another, directly or through other modules; left out: {left_out}."
            yield self._independence(package, independent, why)

    def _has_layers(self, package: str) -> bool:
        return len(self._best_levels(package)[1]) > 1

    def _independence(self, package: str, modules: list[str], why: str) -> InferredContract:
        name = f"Independence inside {package}"
        return InferredContract(self._id("independence", package), name, "independence", {"modules": modules}, (why,))

    # --- others ---------------------------------------------------------------------------------------------------

    def _tests(self) -> Iterator[InferredContract]:
        """Yield a contract that forbids other modules to import tests."""
        patterns: dict[str, list[str]] = {}
        for module in self._graph.modules:
            if self._is_tests(module):
                patterns.setdefault(self._tests_pattern(module), []).append(module)
        private = [pattern for pattern in patterns if self._holds(_only_tests([pattern], patterns))]
        number = sum(len(patterns[pattern]) for pattern in private)
        if private:
            yield _only_tests(private, private, f"Only tests import {count(number, 'test module')}.")

    def _is_tests(self, module: str) -> bool:
        if module in self._graph.external or [module] == list(self._roots):
            return False
        is_top = parent(module) in self._tops and bool(self._graph.children(module))
        return _last(module) in ("tests", "conftest") or (is_top and _last(module) in _TESTS)

    def _tests_pattern(self, module: str) -> str:
        return module if module.count(".") < 2 else f"{module.partition('.')[0]}.**.{_last(module)}"

    def _acyclic(self, layered: Collection[InferredContract]) -> InferredContract:
        graph = self._without(TYPES["acyclic"].excludes)
        cycles = components({module: graph.imported_by(module) for module in graph.modules})
        cycle_of = {module: cycle for cycle in cycles for module in cycle}
        imports = sum(one in cycle_of and cycle_of[one] == cycle_of.get(other) for one, other in graph.edges())
        size = f"{count(len(cycle_of), 'module')} and {count(imports, 'cyclic import')}"
        why = f"{count(len(cycles), 'cycle')} today, with {size}." if cycles else "No cycles today."
        done = {contract.name for contract in layered}
        missing = [
            f"No layers for {top}: {self._why_no_layers(top)}."
            for top in self._largest
            if f"Layers of {top}" not in done
        ]
        names = " and ".join(self._roots)
        return InferredContract("acyclic", f"No cycles in {names}", "acyclic", {}, (why, *missing))

    def _why_no_layers(self, package: str) -> str:
        children = self._graph.children(package)
        if len(children) < 2:
            return "it has too few modules"
        if len(children) > _MOST_CHILDREN:
            return f"its {len(children):,} modules are too many to list"
        if unnamed := [child for child in children if not can_be_named(child)]:
            return f"no contract can name '{unnamed[0]}'"
        tangle = _largest_tangle(self._best_levels(package)[1])
        return f"{_of(tangle, len(children))} modules depend on each other" if tangle > 1 else "none imports another"


def _patterns(contract: InferredContract) -> list[str]:
    found = contract.keys["protected_modules"]
    return [*found] if isinstance(found, list) else []


def _only_tests(protected: list[str], allowed: Iterable[str], *why: str) -> InferredContract:
    keys = {"protected_modules": protected, "allowed_importers": list(allowed)}
    return InferredContract("tests", "Only tests import tests", "protected", keys, why)


def _unconnected(connected: Connections) -> list[str]:
    """Return siblings of which no two are connected, by dropping the one with most connections until none is left."""
    either = {one: {two for two in connected if two in connected[one] or one in connected[two]} for one in connected}
    while worst := max(either, key=lambda sibling: (len(either[sibling]), sibling), default=""):
        if not either[worst]:
            break
        for other in either.pop(worst):
            either[other].discard(worst)
    return sorted(either)


def _last(module: str) -> str:
    return module.rpartition(".")[2]


def _from_to(modules: Sequence[str]) -> str:
    return f"{_last(modules[0])} : … : {_last(modules[-1])} ({len(modules)})"


def _of(some: int, total: int) -> str:
    if some == total:
        return "both" if total == 2 else f"all {total}"
    return f"{some} of the {total}"


def _largest_tangle(layered: tuple[Level, ...]) -> int:
    return max((len(level.members) for level in layered if level.is_tangle), default=1)


def _tangled(layered: tuple[Level, ...]) -> set[str]:
    return {member for level in layered if level.is_tangle for member in level.members}


def _is_list(children: Collection[str]) -> bool:
    """Return whether a contract can list the modules: not too many, and each has a valid name."""
    return 1 < len(children) <= _MOST_CHILDREN and all(map(can_be_named, children))
