"""Rules that the code already follows: interfaces of packages, libraries with one user, direct imports inside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from import_contracts.adopt.inferred import InferredContract, can_be_named
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import THIRD_PARTY, ModulePattern, ancestors, parent, within
from import_contracts.wording import count, listed

_MOST_NAMED = 6
"""How many packages a contract lists: more are probably no rule that people made."""
_MOST_LIBRARIES = 3
_DEEPEST = 3
"""The most dots in the name of a package that is named: few people know those further inside."""
_TESTS = frozenset({"test", "testing", "tests"})
_MOST_EXPOSED = 2
"""How many modules of a package others import, if that is an interface."""


def habits(graph: ImportGraph, tests: Sequence[str]) -> Iterator[InferredContract]:
    """Yield contracts about interfaces and about direct imports, which the graph keeps to.

    ``tests`` are the patterns of modules that may look inside a package.
    """
    yield from (each for each in (*_interfaces(graph, tests), *_direct_siblings(graph)) if each.holds(graph))


def libraries(graph: ImportGraph) -> Iterator[InferredContract]:
    """Yield contracts about external packages, which the graph must have, that only one place imports."""
    wrapped: dict[str, list[str]] = {}
    for library in graph.matching(ModulePattern(THIRD_PARTY)):
        importers = {module for each in graph.subtree(library) for module in graph.importers_of(each)}
        if place := _place(graph, importers):
            wrapped.setdefault(place, []).append(library)
    users = {place: _users(graph, place) for place in wrapped}
    ranked = sorted(wrapped, key=lambda place: (-users[place], place))
    for place in ranked[:_MOST_LIBRARIES]:
        only = sorted(wrapped[place])[:_MOST_NAMED]
        keys = {"protected_modules": only, "allowed_importers": [place]}
        why = (
            f"{count(users[place], 'module')} outside {place} import it, and none of them imports {listed(only, 'or')}."
        )
        name = f"Only {place} imports {listed(only)}"
        contract = InferredContract(f"only-{place.replace('.', '-')}", name, "protected", keys, (why,))
        if contract.holds(graph):
            yield contract


def _place(graph: ImportGraph, importers: Collection[str]) -> str:
    """Return the smallest module or package around all importers, if it is a part of the program that others use."""
    if not importers:
        return ""
    first, *others = sorted(importers)
    around = (each for each in (first, *ancestors(first)) if all(within(other, each) for other in others))
    place = next(around, "")
    is_part = 0 < place.count(".") <= _DEEPEST and place not in graph.roots and can_be_named(place)
    is_small = 4 * len(graph.subtree(place)) <= len(graph.modules) - len(graph.external)
    return place if is_part and is_small and _users(graph, place) > 1 else ""


def _users(graph: ImportGraph, place: str) -> int:
    """Return how many modules outside a package import something in it."""
    inside = graph.subtree(place)
    return len({module for each in inside for module in graph.importers_of(each)} - inside)


def _is_for_tests(module: str) -> bool:
    return not _TESTS.isdisjoint(part.strip("_") for part in module.split("."))


# --- interfaces -------------------------------------------------------------------------------------------------------


def _interfaces(graph: ImportGraph, tests: Sequence[str]) -> Iterator[InferredContract]:
    """Yield a contract for packages that are imported only themselves, and one for each of some that expose more."""
    exposed = {package: _exposed(graph, package, tests) for package in _packages(graph)}
    closed = {package: found for package, found in exposed.items() if found and _hides_much(graph, package, found)}
    outer = [package for package in closed if not any(each in closed for each in ancestors(package))]
    friends: dict[str, object] = {"except": [*tests]} if tests else {}
    whole = [package for package in outer if closed[package] == (package,)][:_MOST_NAMED]
    if whole:
        why = f"Nothing outside imports a module inside {'one of these' if whole[1:] else whole[0]}."
        keys = {"package": sorted(whole), "exposed": sorted(whole), **friends}
        yield InferredContract("interfaces", "Packages with an interface", "interface", keys, (why,))
    for package in [package for package in outer if closed[package] != (package,)][:2]:
        others = count(_users(graph, package), "module")
        why = f"{others} outside {package} import it, all of them through {listed(closed[package])}."
        keys = {"package": package, "exposed": [*closed[package]], **friends}
        name = f"Interface of {package}"
        yield InferredContract(f"interface-{package.replace('.', '-')}", name, "interface", keys, (why,))


def _packages(graph: ImportGraph) -> list[str]:
    """Return the packages not far inside the root packages and not for tests, those with most modules first."""
    modules = (module for module in graph.modules if module not in graph.external and module not in graph.roots)
    near = (module for module in modules if module.count(".") <= _DEEPEST and not _is_for_tests(module))
    packages = [module for module in near if graph.children(module) and can_be_named(module)]
    return sorted(packages, key=lambda package: (-len(graph.subtree(package)), package))


def _exposed(graph: ImportGraph, package: str, tests: Iterable[str]) -> tuple[str, ...]:
    """Return the modules of a package that others import, apart from tests; sorted."""
    inside = graph.subtree(package)
    friends = frozenset().union(
        *(graph.subtree(each) for test in tests for each in graph.matching(ModulePattern(test)))
    )
    return tuple(sorted(each for each in inside if not inside.union(friends).issuperset(graph.importers_of(each))))


def _hides_much(graph: ImportGraph, package: str, exposed: Sequence[str]) -> bool:
    """Return whether a package has modules worth hiding, and enough users for that to be no chance."""
    hidden = len(graph.subtree(package)) - len(exposed)
    few = len(exposed) <= _MOST_EXPOSED and all(map(can_be_named, exposed))
    return few and hidden >= 3 and hidden >= 3 * len(exposed) - 1 and _users(graph, package) >= 4


# --- direct imports ---------------------------------------------------------------------------------------------------


def _direct_siblings(graph: ImportGraph) -> Iterator[InferredContract]:
    """Yield a contract if packages that import what is inside them are not imported from there."""
    fat = [package for package in _packages(graph) if _takes_from_inside(graph, package)]
    fat += [root for root in graph.roots if root in graph and _takes_from_inside(graph, root)]
    clean = [package for package in fat if not any(within(each, package) for each in graph.importers_of(package))]
    name, why = (
        "Modules do not import their own package",
        f"{count(len(clean), 'package')} re-export what is inside them",
    )
    everywhere = InferredContract(
        "direct-siblings", name, "direct_siblings", {}, (f"{why}; no module inside uses that.",)
    )
    if len(fat) > 1 and everywhere.holds(graph):
        yield everywhere
    elif clean[2:]:
        shown = sorted(clean, key=lambda package: (-len(graph.subtree(package)), package))[:_MOST_NAMED]
        others = f" (of {len(clean)}, those with most modules)" if len(clean) > len(shown) else ""
        keys = {"packages": sorted(shown)}
        why = f"These re-export what is inside them; no module inside uses that{others}."
        yield InferredContract("direct-siblings", name, "direct_siblings", keys, (why,))


def _takes_from_inside(graph: ImportGraph, package: str) -> bool:
    """Return whether the ``__init__`` of a package imports three of the modules directly inside it, or more."""
    return sum(parent(each) == package for each in graph.imported_by(package)) > 2
