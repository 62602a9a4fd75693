"""Contracts that hold today, inferred from the imports that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from import_contracts.adopt.layering import Connections, Level, connections, imports_between, levels
from import_contracts.adopt.toml import table
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.graph.components import components
from import_contracts.graph.feedback_arcs import feedback_set
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import InvalidPatternError, ModulePattern, parent

_MOST_LAYERED = 3
"""How many packages inside a root package get layers of their own."""
_MOST_INDEPENDENT = 2
_MOST_LEVELS = 8
_MOST_CHILDREN = 40
"""Of how many children a list is still read."""

_TESTS = frozenset({"conftest", "test", "testing", "tests"})
# What may stand beside the one package that everything else is in.
_BESIDE = frozenset({"__about__", "__main__", "__version__", "_version", "version", *_TESTS})

_EXCLUDE = {Kind.TYPE_CHECKING: "exclude_type_checking_imports", Kind.DEFERRED: "exclude_deferred_imports"}
# What layers may leave out, the least first.
_VIEWS: tuple[frozenset[Kind], ...] = (
    frozenset(),
    frozenset({Kind.TYPE_CHECKING}),
    frozenset({Kind.TYPE_CHECKING, Kind.DEFERRED}),
)


@dataclass(frozen=True, slots=True)
class InferredContract:
    """A contract with the evidence for it.

    ``keys`` are those of its table beside ``id``, ``name`` and ``type``; ``why`` are the lines of a comment.
    """

    id: str
    name: str
    type: str
    keys: Mapping[str, object]
    why: tuple[str, ...]

    @property
    def table(self) -> dict[str, object]:
        """Return the contract as it is written in a configuration."""
        return {"id": self.id, "name": self.name, "type": self.type, **self.keys}


def infer(graph: ImportGraph, *, roots: Collection[str]) -> tuple[InferredContract, ...]:
    """Return contracts that nothing in the graph breaks, but for the last, ``acyclic``, where there are cycles.

    The graph must have the kinds of imports, since layers may leave out some. The same graph gives the same
    contracts, whatever the order of the roots.
    """
    return tuple(_Inference(graph, sorted(set(roots))).contracts())


def to_toml(session: Mapping[str, object], contracts: Iterable[InferredContract], *, prefix: str) -> str:
    """Return a configuration with contracts, each below a comment that says why it was inferred.

    ``prefix`` is the table that all is in, or "" for a contract file.
    """
    header = f"[{prefix}]" if prefix else ""
    name = f"[[{prefix}.contracts]]" if prefix else "[[contracts]]"
    tables = [table(header, session)] if session else []
    return "\n".join([*tables, *(table(name, each.table, comments=each.why) for each in contracts)])


class _Inference:
    """Looks for contracts in one graph."""

    def __init__(self, graph: ImportGraph, roots: Sequence[str]) -> None:
        self._graph = graph
        self._roots = roots
        self._tops = [self._top(root) for root in roots]
        self._without = cache(graph.without_kinds)
        self._connections = cache(lambda kinds, package: connections(self._without(kinds), graph.children(package)))

    def contracts(self) -> Iterator[InferredContract]:
        """Yield the contracts, the widest first."""
        tops = list(self._kept(filter(None, map(self._layers, self._tops))))
        independent = list(islice(self._kept(self._independent()), _MOST_INDEPENDENT))
        inside = islice(self._kept(self._layers_inside()), _MOST_LAYERED)
        yield from (*tops, *self._kept(self._tests()), *inside, *independent, self._acyclic(tops))

    def _kept(self, found: Iterable[InferredContract]) -> Iterator[InferredContract]:
        return filter(self._holds, found)

    def _holds(self, contract: InferredContract) -> bool:
        """Ask the rule itself, which also says whether it could fail at all."""
        excluded = frozenset(kind for kind, key in _EXCLUDE.items() if key in contract.keys)
        keys = {key: value for key, value in contract.keys.items() if key not in _EXCLUDE.values()}
        findings = TYPES[contract.type].parse(Table(keys)).check(self._without(excluded))
        return not findings.violations and not findings.problems

    def _id(self, what: str, package: str) -> str:
        """Return an id that is as short as the roots allow."""
        inside = package.partition(".")[2] if len(self._roots) == 1 else package
        return "-".join([what, *inside.split(".")] if inside else [what])

    def _top(self, root: str) -> str:
        """Return the package whose children are the top packages: the root, or the one package that is all of it."""
        package = root
        while True:
            inside = [each for each in self._graph.children(package) if _last(each) not in _BESIDE]
            if len(inside) != 1 or not self._graph.children(inside[0]):
                return package
            package = inside[0]

    def _packages(self, depth: int) -> list[str]:
        """Return the packages so far below a top, the largest first; none of a package with very many children."""
        found = self._tops
        for _ in range(depth):
            few = (each for each in found if len(self._graph.children(each)) <= _MOST_CHILDREN)
            found = [child for each in few for child in self._graph.children(each)]
        packages = (each for each in found if self._graph.children(each) and _last(each) not in _TESTS)
        return sorted(packages, key=lambda each: (-len(self._graph.subtree(each)), each))

    # --- layers ---------------------------------------------------------------------------------------------------

    def _layers_inside(self) -> Iterator[InferredContract]:
        """Yield the layers of packages inside the top packages, of those that are mostly in order and still read."""
        for package in (*self._packages(1), *self._packages(2)):
            children = self._graph.children(package)
            kinds, found = self._best_levels(package)
            between = imports_between(self._without(kinds), children)
            is_ordered = 2 * _largest_tangle(found) <= len(children) and len(found) <= _MOST_LEVELS
            if is_ordered and 2 * sum(map(len, between.values())) >= len(children) and (each := self._layers(package)):
                yield each

    def _best_levels(self, package: str) -> tuple[frozenset[Kind], tuple[Level, ...]]:
        """Return the levels of a package's children, without kinds of imports with which they are mostly a tangle."""
        children = self._graph.children(package)
        found: list[tuple[frozenset[Kind], tuple[Level, ...]]] = []
        for kinds in _VIEWS if _is_list(children) else ():
            found.append((kinds, levels(self._connections(kinds, package))))
            if 2 * _largest_tangle(found[-1][1]) <= len(children):
                return found[-1]
        return min(found, key=lambda each: _largest_tangle(each[1]), default=(_VIEWS[0], ()))

    def _layers(self, package: str) -> InferredContract | None:
        """Return the layers of a package, or None where all its children are on one level."""
        kinds, found = self._best_levels(package)
        if sum(level.members != (f"{package}.__main__",) for level in found) < 2:
            return None
        keys: dict[str, object] = {"containers": [package], "exhaustive": True}
        keys |= {key: True for kind, key in _EXCLUDE.items() if kind in kinds}
        keys["layers"] = [(" : " if each.is_tangle else " | ").join(map(_last, each.members)) for each in found]
        why = (self._order(kinds, found), *self._tangles(kinds, found), *self._left_out(package, kinds))
        return InferredContract(self._id("layers", package), f"Layers of {package}", "layers", keys, why)

    def _order(self, kinds: frozenset[Kind], found: tuple[Level, ...]) -> str:
        height = {member: number for number, level in enumerate(found) for member in level.members}
        between = imports_between(self._without(kinds), height)
        down = sum(len(edges) for (one, other), edges in between.items() if height[one] != height[other])
        return f"{_number(down, 'import')} from layer to layer: none upwards." if down else "No layer imports another."

    def _tangles(self, kinds: frozenset[Kind], found: tuple[Level, ...]) -> Iterator[str]:
        """Yield a line for each tangle: how large it is, and what would have to go for an order, if that is enough."""
        graph = self._without(kinds)
        for level in found:
            if not level.is_tangle:
                continue
            between = imports_between(graph, level.members)
            names = " : ".join(map(_last, level.members)) if len(level.members) < 4 else _from_to(level.members)
            cut = [
                edge
                for pair in feedback_set({pair: len(edges) for pair, edges in between.items()}).edges
                for edge in between[pair]
            ]
            left = levels(connections(graph.without(cut), [each for other in found for each in other.members]))
            number = sum(map(len, between.values()))
            if not _tangled(left) & set(level.members):
                how = f"{_number(number, 'import')}, without {len(cut):,} of them there is an order"
            elif number:
                how = f"{_number(number, 'import')}, and through modules beside them"
            else:
                how = "only through modules beside them"
            yield f"{names} depend on one another: {how}."

    def _left_out(self, package: str, kinds: frozenset[Kind]) -> Iterator[str]:
        if kinds:
            tangle = _largest_tangle(levels(self._connections(_VIEWS[0], package)))
            where = "inside functions and for type checking" if Kind.DEFERRED in kinds else "for type checking"
            many = _of(tangle, len(self._graph.children(package)))
            yield f"Imports {where} do not count: with them, {many} depend on one another."

    # --- independence ---------------------------------------------------------------------------------------------

    def _independent(self) -> Iterator[InferredContract]:
        """Yield packages with children that nothing connects, though most of them import something."""
        for depth, at_least in ((0, 3), (1, 3), (2, 8), (3, 8)):
            for package in self._packages(depth):
                children = self._graph.children(package)
                # What has no name that a statement could import, such as a migration, is independent whatever it does.
                live = [each for each in children if _last(each).isidentifier() and self._imports_something(each)]
                if len(children) >= at_least and 2 * len(live) >= len(children) and all(map(_is_name, children)):
                    yield from self._apart(package, children)

    def _imports_something(self, child: str) -> bool:
        members = self._graph.subtree(child)
        return any(imported not in members for each in members for imported in self._graph.imported_by(each))

    def _apart(self, package: str, children: Sequence[str]) -> Iterator[InferredContract]:
        """Yield a contract for all children, or for four fifths of them if these can be listed."""
        connected = self._connections(_VIEWS[0], package)
        apart = _unconnected(connected)
        if len(apart) == len(children):
            why = f"None of the {len(children)} imports another, directly or through other modules."
            yield self._independence(package, [f"{package}.*"], why)
        elif (
            5 * len(apart) >= 4 * len(children) and 3 <= len(apart) <= _MOST_CHILDREN and not self._has_layers(package)
        ):
            others = " and ".join(_last(child) for child in children if child not in apart)
            why = f"None of these {len(apart)} imports another, directly or through other modules; left out: {others}."
            yield self._independence(package, apart, why)

    def _has_layers(self, package: str) -> bool:
        return len(self._best_levels(package)[1]) > 1

    def _independence(self, package: str, modules: list[str], why: str) -> InferredContract:
        name = f"Independence inside {package}"
        return InferredContract(self._id("independence", package), name, "independence", {"modules": modules}, (why,))

    # --- others ---------------------------------------------------------------------------------------------------

    def _tests(self) -> Iterator[InferredContract]:
        """Yield a contract that keeps everything else from importing tests."""
        patterns: dict[str, list[str]] = {}
        for module in self._graph.modules:
            if self._is_tests(module):
                patterns.setdefault(self._tests_pattern(module), []).append(module)
        private = [each for each in patterns if self._holds(_only_tests([each], patterns))]
        number = sum(len(patterns[each]) for each in private)
        if private:
            yield _only_tests(private, private, f"Only tests import {_number(number, 'module')} of tests.")

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
        home = {module: cycle for cycle in cycles for module in cycle}
        imports = sum(one in home and home[one] == home.get(other) for one, other in graph.edges())
        size = f"{_number(len(home), 'module')} and {_number(imports, 'import')}"
        why = f"{_number(len(cycles), 'cycle')} today, of {size}." if cycles else "There are none today."
        done = {each.name for each in layered}
        missing = [
            f"No layers of {each}: {self._excuse(each)}." for each in self._tops if f"Layers of {each}" not in done
        ]
        names = " and ".join(self._roots)
        return InferredContract("acyclic", f"No cycles in {names}", "acyclic", {}, (why, *missing))

    def _excuse(self, package: str) -> str:
        """Say why a package has no layers."""
        children = self._graph.children(package)
        if len(children) < 2:
            return "it has too few modules"
        if not _is_list(children):
            return f"its {len(children):,} modules are too many to list"
        tangle = _largest_tangle(self._best_levels(package)[1])
        return f"{_of(tangle, len(children))} depend on one another" if tangle > 1 else "none imports another"


def _only_tests(protected: list[str], allowed: Iterable[str], *why: str) -> InferredContract:
    keys = {"protected_modules": protected, "allowed_importers": list(allowed)}
    return InferredContract("tests", "Only tests import tests", "protected", keys, why)


def _unconnected(connected: Connections) -> list[str]:
    """Return siblings no two of which are connected: the one with the most connections goes until none is left."""
    either = {one: {two for two in connected if two in connected[one] or one in connected[two]} for one in connected}
    while worst := max(either, key=lambda each: (len(either[each]), each), default=""):
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
    return f"all {total}" if some == total else f"{some} of the {total}"


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _largest_tangle(found: tuple[Level, ...]) -> int:
    return max((len(level.members) for level in found if level.is_tangle), default=1)


def _tangled(found: tuple[Level, ...]) -> set[str]:
    return {member for level in found if level.is_tangle for member in level.members}


def _is_list(children: Collection[str]) -> bool:
    """Tell whether modules can be listed in a contract, by a person and by name."""
    return 1 < len(children) <= _MOST_CHILDREN and all(map(_is_name, children))


def _is_name(module: str) -> bool:
    try:
        return ModulePattern(module).is_exact
    except InvalidPatternError:
        return False
