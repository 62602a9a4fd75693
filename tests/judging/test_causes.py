from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.acyclic import Acyclic
from import_contracts.contracts.findings import Findings, Rule, Violation
from import_contracts.graph.import_graph import Edge, ImportGraph
from import_contracts.judging.causes import Causes, find_causes, known_before
from tests.support.arranging import graph, rule_of

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


def test_all_imports_that_are_equally_good_are_named() -> None:
    ring = graph("a -> b", "b -> c", "c -> d", "d -> a")
    found = blame(Acyclic(), ring, old=("a -> b", "b -> c"))
    assert found == Causes(((("c", "d"), 4),), is_minimum=True, others={("c", "d"): (("d", "a"),)})


def test_what_another_import_would_leave_is_no_alternative() -> None:
    rings = graph("a -> b", "b -> c", "c -> a", "b -> d", "d -> a")
    assert blame(Acyclic(), rings) == Causes(((("a", "b"), 5),), is_minimum=True)


def test_of_two_causes_each_has_its_own_alternatives() -> None:
    found = blame(Acyclic(), graph("a -> b", "b -> a", "c -> d", "d -> c"))
    assert found is not None
    assert found.others == {("a", "b"): (("b", "a"),), ("c", "d"): (("d", "c"),)}


@pytest.mark.parametrize(("size", "named", "untried"), [(21, 20, False), (22, 20, True)])
def test_very_many_alternatives_are_not_all_tried(size: int, named: int, untried: bool) -> None:
    names = [f"m{number:02}" for number in range(size)]
    ring = [f"{here} -> {there}" for here, there in zip(names, [*names[1:], names[0]], strict=True)]
    found = blame(Acyclic(), graph(*ring))
    assert found is not None
    (edge,) = (edge for edge, _ in found.effects)
    assert (len(found.others[edge]), bool(found.untried)) == (named, untried)


class Repeating(Rule):
    """A rule that has several violations while there is an import, and none without it."""

    def __init__(self, times: int) -> None:
        self._times = times

    def check(self, graph: ImportGraph) -> Findings:
        edge = ("a", "b")
        violations = [Violation(*edge, str(each), "no", (edge,)) for each in range(self._times)]
        return Findings(tuple(violations) if graph.has_import(*edge) else ())


@pytest.mark.parametrize(("times", "effects"), [(1, 1), (1_000, 1_000), (1_001, None)])
def test_of_very_many_violations_the_causes_are_not_looked_for(times: int, effects: int | None) -> None:
    found = blame(Repeating(times), graph("a -> b"))
    assert found == (effects and Causes(((("a", "b"), effects),), is_minimum=True))


def test_of_very_many_violations_it_is_not_asked_which_were_there_before() -> None:
    rule = Repeating(5_001)
    of_all = rule.check(graph("a -> b")).violations
    assert known_before(rule, graph("a -> b"), of_all, lambda _: True) is None
    assert known_before(rule, graph("a -> b"), of_all[:5_000], lambda _: True) is not None


class Revealing(Rule):
    """A rule that has no violation but the first import of a graph."""

    def check(self, graph: ImportGraph) -> Findings:
        return Findings(tuple(Violation(*edge, "", "no", (edge,)) for edge in [*graph.edges()][:1]))


@pytest.mark.parametrize(("imports", "is_found"), [(1, True), (40, True), (41, False)])
def test_a_contract_is_not_asked_without_end(imports: int, is_found: bool) -> None:
    names = [f"m{number:02}" for number in range(imports)]
    found = blame(Revealing(), graph(*(f"{name} -> z" for name in names)))
    assert (found is not None) is is_found


class Nowhere(Rule):
    """A rule whose violations have no chain, but for one of an import."""

    def check(self, graph: ImportGraph) -> Findings:
        alone = tuple(Violation(module, "", "", "no") for module in graph.modules)
        return Findings((*alone, *(Violation(*edge, "", "no", (edge,)) for edge in graph.edges())))


def test_what_has_no_chain_has_no_cause() -> None:
    assert blame(Nowhere(), graph("a", "b")) is None
    assert blame(Nowhere(), graph("a -> b", "c")) == Causes(((("a", "b"), 1),), is_minimum=True)
    assert blame(Nowhere(), graph("a -> b", "c -> b"), "a -> b") == Causes(((("c", "b"), 1),), is_minimum=True)


def test_of_causes_those_with_most_effects_come_first_and_then_by_name() -> None:
    found = blame(
        rule_of("layers", layers=["p.high", "p.low"]),
        graph("p.low.c -> p.u", "p.low.d -> p.u", "p.u -> p.high", "p.low.a -> p.high.y", "p.low.b -> p.high.x"),
    )
    assert found == Causes(
        ((("p.u", "p.high"), 2), (("p.low.a", "p.high.y"), 1), (("p.low.b", "p.high.x"), 1)), is_minimum=True
    )


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
        for edge in chosen:
            rest = tuple({*chosen} - {edge})
            equal = tuple(each for each in edges if each not in chosen and is_clean((*rest, each)))
            assert found.others.get(edge, ()) == equal
            assert not found.untried


@given(EDGES, EDGES)
def test_what_was_there_before_is_what_needs_no_added_import(before: set[Edge], more: set[Edge]) -> None:
    now, added = _graph(before | more), more - before
    violations = Acyclic().check(now).violations
    found = known_before(Acyclic(), now, violations, lambda edge: edge in added)
    old = {(each.importer, each.imported) for each in Acyclic().check(_graph(before)).violations}
    if found is None:
        assert {each.identity[:2] for each in violations} == old
    else:
        assert {each.identity[:2] for each in violations if found(each)} == old


def _graph(edges: set[Edge]) -> ImportGraph:
    return graph(*sorted(f"{importer} -> {imported}" for importer, imported in edges))
