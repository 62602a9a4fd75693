"""The cheapest way to remove a cycle: for each name that is imported in it, keep it or choose one of its ways.

What a plan costs: each import statement that is edited costs the weight of the kind of its fix, once for each kind,
however many of its names are concerned. What is done by hand costs its weight for each import. If several modules of a
package import through the ``__init__`` of the package, they can all import directly in one step; it costs as much as
one of them, and 1 for each further statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from import_contracts.graph.changes import Changes, Chosen, Way, cheapest_changes
from import_contracts.graph.components import Component, cyclic_parts
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes
from import_contracts.repair.ways import ImportedName

_NEVER_RUNS = "It never runs, so nothing has to change."
_ADDED_AT_ONCE, _MOST_WAYS = 1, 24
"""What each further statement of a step costs; and how many ways to remove one import are looked at."""

_AUTOMATIC = (FixKind.TYPE_CHECKING, FixKind.DEFER, FixKind.DIRECT_IMPORT)
"""The ways of a name, in the order in which one is taken if there are several."""

Taken = tuple[tuple[ImportedName, FixKind], ...]
"""Which way each name of an import goes."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Imports that are removed together, each with its fix; ``added`` are the imports of the cycle that this adds.

    ``package`` is the package through whose ``__init__`` its own modules imported, if there are several imports; else
    "". ``weight`` is what the fixes cost.
    """

    fixes: Mapping[Edge, Fix]
    weight: int
    added: tuple[Edge, ...] = ()
    package: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do about one cycle: the cuts, sorted by their first import."""

    cuts: tuple[Cut, ...]
    is_minimum: bool
    """It is proven that no choice costs less."""
    changes: Changes
    chosen: Chosen
    """The cheapest of the changes; they are found once if what is rejected later is none of them."""

    @property
    def fixes(self) -> dict[Edge, Fix]:
        """The fix of each import that is removed."""
        return {edge: fix for cut in self.cuts for edge, fix in cut.fixes.items()}


def choose(
    cycle: Component,
    kinds: frozenset[Kind],
    fixes: Fixes,
    rejected: Mapping[Edge, frozenset[FixKind]],
    last: Choice | None = None,
) -> Choice:
    """Return the cheapest choice after which nothing is left of a cycle of imports of some kinds.

    ``rejected`` are the kinds of fixes that must not be chosen, by import. ``last`` is what was chosen when fewer were.
    """
    menu = _Menu(cycle, kinds, fixes, rejected)
    changes = Changes(menu.ways, menu.added, tuple(menu.costs))
    chosen = last.chosen if last and last.changes == changes else cheapest_changes(changes)
    cuts = tuple(menu.cuts(frozenset(chosen.changes)))
    return Choice(cuts, chosen.is_minimum and menu.is_whole, changes, chosen)


class _Menu:
    """The ways to remove each import of a cycle, as numbered changes with costs."""

    def __init__(
        self, cycle: Component, kinds: frozenset[Kind], fixes: Fixes, rejected: Mapping[Edge, frozenset[FixKind]]
    ) -> None:
        self._cycle = cycle
        self._kinds = kinds
        self._fixes = fixes
        self._rejected = rejected
        self._modules = frozenset(cycle.modules)
        self._numbers: dict[object, int] = {}
        self._packages: dict[int, str] = {}
        self._taken: dict[tuple[Edge, Way], Taken] = {}
        self.costs: list[int] = []
        self.added: dict[Edge, set[int]] = {}
        self.is_whole = True
        """All ways are in the menu, none is left out because there are too many."""
        self.ways = {edge: self._ways_of(edge) for edge in cycle.edges}

    def _change(self, what: object, cost: int) -> int:
        if what not in self._numbers:
            self._numbers[what] = len(self.costs)
            self.costs.append(cost)
        return self._numbers[what]

    def _wanted(self, edge: Edge) -> CyclicImport:
        return CyclicImport(edge, self._kinds, self._modules)

    # --- the ways to remove an import -----------------------------------------------------------------------------

    def _ways_of(self, edge: Edge) -> list[Way]:
        """Return the ways to remove an import; where imports for type checking count, only whether it runs matters."""
        if Kind.TYPE_CHECKING in self._kinds:
            return [self._by_hand(edge, FixKind.NONE if self._never_runs(edge) else FixKind.RESTRUCTURE)]
        ways = self._automatic(edge)
        plain = [sum(self.costs[each] for each in way) for way in ways if not self._adds(way)]
        if min(plain, default=FixKind.RESTRUCTURE.weight) > FixKind.EXTRACT.weight and self._is_extractable(edge):
            ways.append(self._by_hand(edge, FixKind.EXTRACT))
        return [*ways, self._by_hand(edge, FixKind.RESTRUCTURE)]

    def _never_runs(self, edge: Edge) -> bool:
        return set(self._cycle.graph.kinds(*edge)) == {Kind.TYPE_CHECKING}

    def _by_hand(self, edge: Edge, kind: FixKind) -> Way:
        return frozenset({self._change((edge, kind), kind.weight)})

    def _adds(self, way: Way) -> bool:
        return any(not way.isdisjoint(adding) for adding in self.added.values())

    def _is_extractable(self, edge: Edge) -> bool:
        is_allowed = FixKind.EXTRACT not in self._rejected.get(edge, ())
        return is_allowed and self._is_by_statements(edge) and self._fixes.extraction(self._wanted(edge)) is not None

    def _is_by_statements(self, edge: Edge) -> bool:
        """Tell whether nothing but the names of import statements imports a module: no call, and no other star."""
        lines = {name.binding.statement.lineno for name in self._fixes.names_of(self._wanted(edge))}
        return lines.issuperset(self._cycle.graph.lines(*edge))

    def _automatic(self, edge: Edge) -> list[Way]:
        """Return the ways to remove an import by editing its statements."""
        statements: dict[object, list[ImportedName]] = {}
        for name in self._fixes.names_of(self._wanted(edge)):
            statements.setdefault(name.binding.statement, []).append(name)
        if not statements or not self._is_by_statements(edge):
            return []
        found: dict[Way, Taken] = {}
        for parts in product(*(list(self._of_statement(edge, names)) for names in statements.values())):
            way = frozenset[int]().union(*(part for part, _ in parts))
            found.setdefault(way, tuple(each for _, taken in parts for each in taken))
            if len(found) > _MOST_WAYS:
                self.is_whole = False
                break
        self._taken |= {(edge, way): taken for way, taken in found.items()}
        return [way for way in found if not any(other < way for other in found)]

    def _of_statement(self, edge: Edge, names: Sequence[ImportedName]) -> Iterator[tuple[Way, Taken]]:
        """Yield the ways for some names of one statement, the cheapest first."""
        without = self._wanted(edge).useless | self._rejected.get(edge, frozenset())
        ways = [[kind for kind in _AUTOMATIC if kind in name.ways and kind not in without] for name in names]
        usable = [kind for kind in _AUTOMATIC if any(kind in each for each in ways)]
        enough: list[frozenset[FixKind]] = []
        for size in range(1, len(usable) + 1):
            for kinds in map(frozenset, combinations(usable, size)):
                if all(not kinds.isdisjoint(each) for each in ways) and not any(other <= kinds for other in enough):
                    enough.append(kinds)
        for kinds in sorted(enough, key=lambda kinds: sum(kind.weight for kind in kinds)):
            taken = tuple(
                (name, next(kind for kind in each if kind in kinds)) for name, each in zip(names, ways, strict=True)
            )
            if kinds == {FixKind.DIRECT_IMPORT} and edge in self._at_once:
                yield self._together(edge, names), taken
            yield self._apart(taken), taken

    def _apart(self, taken: Taken) -> Way:
        changes = {self._change((name.binding.statement, kind), kind.weight) for name, kind in taken}
        for name, kind in taken:
            if kind is FixKind.DIRECT_IMPORT and (added := self._added_by(name)):
                changes.add(self._change(name, 0))
                self.added.setdefault(added, set()).add(self._numbers[name])
        return frozenset(changes)

    def _added_by(self, name: ImportedName) -> Edge | None:
        """Return the import of the cycle that importing a name directly adds; None if that is in no cycle."""
        edge = self._fixes.direct_edge(name)
        return edge if edge and edge[1] in self._modules and edge[0] != edge[1] else None

    # --- the modules of a package that import through its own __init__ -------------------------------------------

    @cached_property
    def _at_once(self) -> dict[Edge, int]:
        """The imports of a package by its own modules that can all be direct, each with the cost of all of them."""
        of_package: dict[str, dict[Edge, int]] = {}
        for edge in self._cycle.edges:
            importer, package = edge
            if importer != package and within(importer, package) and self._can_be_direct(edge):
                names = self._fixes.names_of(self._wanted(edge))
                of_package.setdefault(package, {})[edge] = len({name.binding.statement for name in names})
        first = FixKind.DIRECT_IMPORT.weight - _ADDED_AT_ONCE
        return {
            edge: first + _ADDED_AT_ONCE * sum(edges.values())
            for edges in of_package.values()
            if len(edges) > 1
            for edge in edges
        }

    def _can_be_direct(self, edge: Edge) -> bool:
        names = self._fixes.names_of(self._wanted(edge))
        is_allowed = FixKind.DIRECT_IMPORT not in self._rejected.get(edge, ())
        return is_allowed and self._is_by_statements(edge) and all(map(self._fixes.direct_edge, names)) and bool(names)

    def _together(self, edge: Edge, names: Sequence[ImportedName]) -> Way:
        package = edge[1]
        change = self._change(("all modules of", package), self._at_once[edge])
        self._packages[change] = package
        for name in names:
            if added := self._added_by(name):
                self.added.setdefault(added, set()).add(change)
        return frozenset({change})

    # --- from changes to cuts ------------------------------------------------------------------------------------

    def cuts(self, chosen: frozenset[int]) -> Iterator[Cut]:
        """Yield what some changes remove, sorted: first what a package's own modules import through it, all at once."""
        removed = {edge: way for edge in self.ways if (way := self._way_taken(edge, chosen)) is not None}
        together = {
            edge: self._packages[min(way)]
            for edge, way in removed.items()
            if len(way) == 1 and min(way) in self._packages
        }
        needed = self._needed(removed, frozenset(together))
        for package in sorted(set(together.values())):
            edges = [edge for edge, other in together.items() if other == package]
            yield self._cut({edge: removed[edge] for edge in edges}, package)
        for edge in needed:
            yield self._cut({edge: removed[edge]})

    def _way_taken(self, edge: Edge, chosen: frozenset[int]) -> Way | None:
        ways = [way for way in self.ways[edge] if way <= chosen]
        return min(ways, key=lambda way: (self._adds(way), sorted(way)), default=None)

    def _needed(self, removed: Mapping[Edge, Way], kept: Collection[Edge]) -> list[Edge]:
        """Return the imports that have to be removed, besides those of a package that are removed anyway; sorted.

        A change of a statement may remove more imports than need be.
        """
        needed = set(removed)
        shared = [edge for edge in removed if edge not in kept]
        uses = [change for edge in shared for change in removed[edge] if self.costs[change]]
        if len(uses) > len(set(uses)):
            for edge in shared:
                needed.remove(edge)
                if cyclic_parts(self._left({each: removed[each] for each in needed})):
                    needed.add(edge)
        return [edge for edge in shared if edge in needed]

    def _left(self, removed: Mapping[Edge, Way]) -> set[Edge]:
        return set(self.ways).difference(removed).union(*(self._added(*each) for each in removed.items()))

    def _added(self, edge: Edge, way: Way) -> Iterator[Edge]:
        for name, kind in self._taken.get((edge, way), ()):
            if kind is FixKind.DIRECT_IMPORT and (added := self._added_by(name)):
                yield added

    def _cut(self, removed: Mapping[Edge, Way], package: str = "") -> Cut:
        fixes = {edge: self._fix(edge, way) for edge, way in removed.items()}
        added = {each for edge, way in removed.items() for each in self._added(edge, way)}
        weight = sum(self.costs[change] for change in frozenset[int]().union(*removed.values()))
        return Cut(fixes, weight, tuple(sorted(added)), package if len(fixes) > 1 else "")

    def _fix(self, edge: Edge, way: Way) -> Fix:
        wanted = self._wanted(edge)
        if (edge, way) in self._taken:
            return self._fixes.made_of(wanted, self._taken[edge, way])
        if Kind.TYPE_CHECKING in self._kinds:
            is_idle = self._never_runs(edge)
            rejected = self._rejected.get(edge, frozenset())
            return Fix(FixKind.NONE, *edge, (_NEVER_RUNS,)) if is_idle else self._fixes.cheapest(wanted, rejected)
        extraction = self._fixes.extraction(wanted) if way == self._by_hand(edge, FixKind.EXTRACT) else None
        return extraction or self._fixes.restructuring(wanted)
