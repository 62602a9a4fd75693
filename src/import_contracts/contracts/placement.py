"""Which layers could hold a module that is in none of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from import_contracts.contracts.separation import Group
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.records import NamedTuple
from import_contracts.wording import listed


class Level(NamedTuple):
    """One layer: its name, its modules, and whether these must not import each other."""

    name: str
    groups: Sequence[Group]
    is_independent: bool


class Placement:
    """Finds the layers in which a module would break nothing; ``levels`` are the layers, the highest first.

    If ``is_direct``, only direct imports count.
    """

    def __init__(self, graph: ImportGraph, levels: Sequence[Level], *, is_direct: bool = False) -> None:
        self._graph = graph
        self._levels = levels
        in_layers = frozenset().union(*(group.members for level in levels for group in level.groups))
        self._barred = graph.modules_set if is_direct else in_layers
        self._routes = [[graph.routes_to(group.members, self._barred) for group in level.groups] for level in levels]

    def advice(self, module: str) -> str:
        """Return where a module that is in no layer, with everything inside it, could go; or why it fits nowhere."""
        members = self._graph.subtree(module)
        above, below = self._using(members), self._used(members)
        lowest, highest = max(above, default=-1), min(below, default=len(self._levels))
        fitting = [
            level.name
            for place, level in enumerate(self._levels)
            if lowest <= place <= highest and not (level.is_independent and (place in above or place in below))
        ]
        if len(fitting) == len(self._levels):
            return "could go in any layer"
        if fitting:
            return f"could go in {listed(fitting, 'or')}"
        if lowest < highest:
            names = [self._levels[place].name for place in (lowest, highest) if 0 <= place < len(self._levels)]
            where = "between" if len(names) == 2 else "below" if lowest >= 0 else "above"
            return f"could be a layer of its own {where} {listed(names)}"
        imported, importer = below[highest], above[lowest]
        return f"fits in no layer: it imports {imported}, and {importer} imports it"

    def _using(self, members: Set[str]) -> dict[int, str]:
        """Return the layers that import some modules, each with the first of its modules that does."""
        importers = self._graph.routes_to(members, self._barred).importers
        return _first((place, group) for place, group in self._groups() if not importers.isdisjoint(group.members))

    def _used(self, members: Set[str]) -> dict[int, str]:
        """Return the layers that some modules import, each with the first of its modules that they do."""
        routes = (routes for of_level in self._routes for routes in of_level)
        found = zip(self._groups(), routes, strict=True)
        return _first(each for each, route in found if not route.importers.isdisjoint(members))

    def _groups(self) -> Iterable[tuple[int, Group]]:
        return ((place, group) for place, level in enumerate(self._levels) for group in level.groups)


def _first(found: Iterable[tuple[int, Group]]) -> dict[int, str]:
    names: dict[int, str] = {}
    for place, group in found:
        names.setdefault(place, group.name)
    return names
