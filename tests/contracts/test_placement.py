"""In which layers a module could go that is in none: such that no import of it, or to it, breaks the contract."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.import_graph import ImportGraph
from tests.support.arranging import check, graph


def advice(a_graph: ImportGraph, *layers: str) -> str:
    """Return what is said of p.new, which is in no layer of p."""
    found = check(a_graph, "layers", layers=list(layers), containers=["p"], exhaustive=True, exhaustive_ignores=["x"])
    return next(each.advice for each in found.violations if each.importer == "p.new")


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ((), "could go in any layer"),
        (("p.high -> p.new",), "could go in any layer"),
        (("p.new -> p.high",), "could go in high"),
        (("p.new.m -> p.mid.m",), "could go in high or mid"),
        (("p.mid -> p.new",), "could go in mid or low"),
        (("p.low -> p.x", "p.x -> p.new"), "could go in low"),
        (("p.high -> p.new", "p.new -> p.low"), "could go in any layer"),
        (("p.mid -> p.new", "p.new -> p.mid"), "could go in mid"),
        (("p.low -> p.new", "p.new -> p.mid"), "fits in no layer: it imports p.mid, and p.low imports it"),
        (("p.low -> p.mid", "p.mid -> p.high", "p.new -> p.low"), "could go in any layer"),
    ],
)
def test_a_module_fits_between_what_imports_it_and_what_it_imports(imports: tuple[str, ...], expected: str) -> None:
    assert advice(graph("p.high", "p.mid", "p.low", "p.x", "p.new", *imports), "high", "mid", "low") == expected


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        (("p.a -> p.new",), "could be a layer of its own below a | b"),
        (("p.new -> p.b",), "could be a layer of its own above a | b"),
        (("p.a -> p.new", "p.new -> p.b"), "fits in no layer: it imports p.b, and p.a imports it"),
    ],
)
def test_siblings_that_are_independent_may_not_import_it(imports: tuple[str, ...], expected: str) -> None:
    assert advice(graph("p.a", "p.b", "p.new", *imports), "a | b") == expected
    assert advice(graph("p.a", "p.b", "p.new", *imports), "a : b") == "could go in any layer"


def test_between_independent_siblings_is_a_place_for_a_new_layer() -> None:
    a_graph = graph("p.a", "p.b", "p.c", "p.d", "p.a -> p.new", "p.new -> p.c")
    assert advice(a_graph, "a | b", "c | d") == "could be a layer of its own between a | b and c | d"


NAMES = st.sampled_from(["p.a", "p.b", "p.c", "p.d", "p.x", "p.new", "p.new.m", "p.b.m"])
LAYERS = st.sampled_from(
    [["a", "b", "c", "d"], ["a | b", "c : d"], ["a : b", "c | d"], ["a", "b | c | d"], ["a | b | c | d"]]
)


@given(st.sets(st.tuples(NAMES, NAMES), max_size=10), LAYERS)
def test_it_could_go_where_the_contract_would_be_kept(edges: set[tuple[str, str]], layers: list[str]) -> None:
    children = ("p.a", "p.b.m", "p.c", "p.d", "p.x", "p.new.m")
    a_graph = graph(*children, *(f"{importer} -> {imported}" for importer, imported in sorted(edges)))

    def fits(place: int) -> bool:
        sign = "|" if "|" in layers[place] else ":"
        with_it = [*layers[:place], f"{layers[place]} {sign} new", *layers[place + 1 :]]
        found = check(a_graph, "layers", layers=with_it, containers=["p"]).violations
        return not any("p.new" in (each.message.split()[0], each.target) for each in found)

    fitting = [layer for place, layer in enumerate(layers) if fits(place)]
    said = advice(a_graph, *layers)
    if len(fitting) == len(layers):
        assert said == "could go in any layer"
    elif fitting:
        assert said.startswith("could go in ")
        assert said.removeprefix("could go in ").replace(" or ", ", ").split(", ") == fitting
    else:
        assert said.startswith(("could be a layer of its own", "fits in no layer"))
