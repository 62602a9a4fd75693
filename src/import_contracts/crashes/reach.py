"""Which modules the import of a module may start: this grows while the modules are followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from import_contracts.graph.components import components


def reached(modules: Iterable[str], following: Mapping[str, Iterable[str]], known: Set[str] = frozenset()) -> set[str]:
    """Return some modules and those that follow one of them, directly or not.

    Those that are ``known`` are left out; what follows one of them must be known too.
    """
    found = set(modules).difference(known)
    todo = list(found)
    for module in todo:
        new = [each for each in following.get(module, ()) if each not in found and each not in known]
        found.update(new)
        todo += new
    return found


class Reach:
    """The modules that the import of each module may start.

    At first that is what its own text imports at run time; what the functions do that it calls is added when they are
    followed.
    """

    def __init__(self, started: Mapping[str, Iterable[str]]) -> None:
        self._started = {module: set(found) for module, found in started.items()}
        self._starting: dict[str, list[str]] | None = None
        self._components: dict[str, int] | None = None

    def add(self, importer: str, imported: str) -> None:
        """Add that the import of a module starts that of another."""
        if imported not in self._started[importer]:
            self._started[importer].add(imported)
            self._starting = self._components = None

    def starting(self, modules: Iterable[str], known: Set[str] = frozenset()) -> set[str]:
        """Return some modules and those whose import may start one of them, directly or not; not those ``known``.

        What may start one of these must be known too.
        """
        if self._starting is None:
            self._starting = {}
            for importer, started in self._started.items():
                for each in started:
                    self._starting.setdefault(each, []).append(importer)
        return reached(modules, self._starting, known)

    def below(self, modules: Iterable[str]) -> set[str]:
        """Return some modules and those whose import one of them may start, directly or not."""
        return reached(modules, self._started)

    def started(self, module: str) -> Set[str]:
        """Return the modules that the import of a module starts itself."""
        return self._started[module]

    def take_over(self, before: Reach, modules: Iterable[str]) -> None:
        """Add what the import of some modules starts as far as another one knows it."""
        for module in modules:
            self._started[module] |= before._started[module]
        self._starting = self._components = None

    def components(self) -> dict[str, int]:
        """Return for each module the number of its strongly connected component, which may be that module alone."""
        if self._components is None:
            found = components(self._started)
            numbers = {module: number for number, modules in enumerate(found) for module in modules}
            self._components = {
                module: numbers.get(module, len(found) + place) for place, module in enumerate(self._started)
            }
        return self._components

    def lowest_first(self, modules: Iterable[str], component: Mapping[str, int]) -> list[str]:
        """Return some modules and all that they may import, each component after those that it may import.

        Within a component, packages come before what is inside them.
        """
        order = list(self._depth_first(modules))
        rank = {component[module]: place for place, module in enumerate(order)}
        return sorted(order, key=lambda module: (rank[component[module]], module.count("."), module))

    def _depth_first(self, modules: Iterable[str]) -> Iterator[str]:
        """Yield some modules and all that they may import, each after what it imports, cycles aside."""
        seen: set[str] = set()
        for root in sorted(modules):
            path = [] if root in seen else [(root, iter(sorted(self._started[root])))]
            seen.add(root)
            while path:
                module, imported = path[-1]
                for other in imported:
                    if other not in seen:
                        seen.add(other)
                        path.append((other, iter(sorted(self._started[other]))))
                        break
                else:
                    path.pop()
                    yield module
