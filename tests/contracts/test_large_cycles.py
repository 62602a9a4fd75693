"""Contracts about cycles of which not everything can be shown."""

import pytest

from import_contracts.contracts.findings import Findings, Violation
from import_contracts.graph import rings
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.judging.causes import find_causes
from tests.support.arranging import check, graph


def circle(size: int, prefix: str = "p.m") -> ImportGraph:
    """Return a graph of modules of which each imports the next, and the last the first."""
    return graph(*(f"{prefix}{number:04} -> {prefix}{(number + 1) % size:04}" for number in range(size)))


def cut(findings: Findings) -> list[tuple[str, int, bool]]:
    return [(each.importer, len(each.chain), each.is_chain_cut) for each in findings.violations]


def test_an_import_whose_chain_is_not_shown_is_a_violation_with_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rings, "_STEPS", 7)
    expected = [("p.m0000", 3, False), ("p.m0001", 3, False), ("p.m0002", 1, True)]
    assert cut(check(circle(3), "acyclic")) == expected
    assert cut(check(circle(3), "acyclic_siblings", ancestors=["p"])) == expected


def test_the_violations_of_a_large_cycle_are_those_of_a_small_one_in_everything_but_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_graph = graph("a -> b", "b -> c", "c -> a", "b -> a", "c -> c")
    whole = check(a_graph, "acyclic")
    monkeypatch.setattr(rings, "_STEPS", 0)
    found = check(a_graph, "acyclic")
    assert found.cuts == whole.cuts
    assert [(each.identity, each.message) for each in found.violations] == [
        (each.identity, each.message) for each in whole.violations
    ]
    assert all(each.chain == ((each.importer, each.imported),) for each in found.violations)


def test_a_message_names_twenty_modules_of_a_long_cycle() -> None:
    (message,) = {each.message for each in check(circle(100, "m"), "acyclic").violations}
    first = " -> ".join(f"m{number:04}" for number in range(10))
    last = " -> ".join(f"m{number:04}" for number in range(93, 100))
    assert message == f"100 modules must not form a cycle; the shortest is {first} -> … 83 more … -> {last} -> m0000"
    (short,) = {each.message for each in check(circle(19, "m"), "acyclic").violations}
    assert "…" not in short


def test_a_message_names_twenty_of_more_than_a_hundred_siblings() -> None:
    (message,) = {each.message for each in check(circle(101), "acyclic_siblings", ancestors=["p"]).violations}
    names = ", ".join(f"m{number:04}" for number in range(20))
    assert message == f"the children of p must not form a cycle: {names}, and 81 more"
    (message,) = {each.message for each in check(circle(100), "acyclic_siblings", ancestors=["p"]).violations}
    assert message.endswith("m0098, m0099")


class Cut:
    """A rule whose only violation has a chain that is not whole."""

    def check(self, graph: ImportGraph) -> Findings:
        return Findings(tuple(Violation(*edge, "", "no", (edge,), is_chain_cut=True) for edge in graph.edges()))


def test_no_cause_is_named_where_chains_are_not_whole() -> None:
    assert find_causes(Cut(), circle(2), lambda _: False, lambda _: 1) is None
