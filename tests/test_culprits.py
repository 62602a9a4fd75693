from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.acyclic import Acyclic
from import_contracts.contracts.findings import Rule, Violation
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.judging.causes import Causes, find_causes
from tests.arranging import graph, rule_of

NAMES = st.sampled_from("abcdef")
EDGES = st.sets(st.tuples(NAMES, NAMES), max_size=14)


def blame(rule: Rule, now: ImportGraph, *known: str, old: tuple[str, ...] = ()) -> Causes | None:
    def is_known(violation: Violation) -> bool:
        return f"{violation.importer} -> {violation.imported}" in known

    return find_causes(rule, now, is_known, lambda edge: 9 if " -> ".join(edge) in old else 1)


def test_the_import_that_closes_a_ring_is_to_blame_for_all_of_it() -> None:
    ring = [f"{here} -> {there}" for here, there in zip("abcdefg", "bcdefga", strict=True)]
    found = blame(Acyclic(), graph(*ring), old=tuple(ring[:-1]))
    assert found == Causes(((("g", "a"), 7),), is_minimum=True)


def test_what_is_known_is_not_to_blame() -> None:
    found = blame(
        Acyclic(), graph("a -> b", "b -> a", "b -> c", "c -> a"), "a -> b", "b -> a", old=("a -> b", "b -> c")
    )
    assert found == Causes(((("c", "a"), 2),), is_minimum=True)


def test_one_import_in_a_shared_module_is_one_cause() -> None:
    importers = [f"p.low.m{number} -> p.util" for number in range(50)]
    found = blame(rule_of("layers", layers=["p.high", "p.low"]), graph(*importers, "p.util -> p.high"))
    assert found == Causes(((("p.util", "p.high"), 50),), is_minimum=True)


def test_two_causes_are_two() -> None:
    found = blame(
        rule_of("layers", layers=["p.high", "p.low"]),
        graph("p.low.a -> p.u", "p.low.b -> p.u", "p.u -> p.high", "p.low.c -> p.high"),
    )
    assert found is not None
    assert [edge for edge, _ in found.effects] == [("p.u", "p.high"), ("p.low.c", "p.high")]


def test_where_nothing_is_new_nothing_is_to_blame() -> None:
    assert blame(Acyclic(), graph("a -> b")) is None


@given(EDGES, EDGES)
def test_without_the_culprits_there_is_nothing_new_and_fewer_would_not_do(before: set[Edge], more: set[Edge]) -> None:
    known = {(each.importer, each.imported) for each in Acyclic().check(_graph(before)).violations}
    now = _graph(before | more)
    found = find_causes(Acyclic(), now, lambda each: (each.importer, each.imported) in known, lambda _: 1)

    def is_clean(removed: tuple[Edge, ...]) -> bool:
        left = Acyclic().check(now.without(removed)).violations
        return {(each.importer, each.imported) for each in left} <= known

    assert (found is None) == is_clean(())
    if found:
        chosen = tuple(edge for edge, _ in found.effects)
        assert found.is_minimum
        assert is_clean(chosen)
        edges = sorted(now.edges())
        assert not any(is_clean(each) for size in range(min(len(chosen), 3)) for each in combinations(edges, size))


def _graph(edges: set[Edge]) -> ImportGraph:
    return graph(*sorted(f"{importer} -> {imported}" for importer, imported in edges))
