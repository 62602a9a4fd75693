from collections import Counter
from collections.abc import Iterator
from itertools import pairwise, permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph import crossings, reach
from import_contracts.graph.columns import ImportColumns, Lines
from import_contracts.graph.components import components, cycles_in
from import_contracts.graph.crossings import Crossings
from import_contracts.graph.import_graph import Chain, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ImportPattern, ModulePattern
from tests.support.arranging import graph


def test_whatever_the_order_of_what_goes_in_what_comes_out_is_sorted() -> None:
    a_graph = graph("p.b -> p.c", "p.a -> q", "p.b -> p.a")
    assert list(a_graph.edges()) == [("p.a", "q"), ("p.b", "p.a"), ("p.b", "p.c")]
    assert a_graph.modules == ("p", "p.a", "p.b", "p.c", "q")


def test_a_runtime_import_is_the_most_eager_and_one_for_type_checking_the_least() -> None:
    assert [Kind.RUNTIME.rank, Kind.DEFERRED.rank, Kind.LAZY.rank, Kind.TYPE_CHECKING.rank] == [0, 1, 2, 3]


def test_several_statements_are_one_import_with_several_lines() -> None:
    assert graph("a -> b", "a -> c", "a -> b").lines("a", "b") == (1, 3)


def test_a_subtree_is_a_module_with_all_that_is_inside() -> None:
    assert graph("p.a.x", "p.ab", "p.b").subtree("p.a") == {"p.a", "p.a.x"}


def test_inside_an_external_module_are_only_its_external_parts() -> None:
    assert graph("p -> ns.x", "p -> ns", external=("ns", "ns.x")).subtree("ns") == {"ns", "ns.x"}
    assert graph("ns.p -> ns.x", external=("ns.x",)).subtree("ns") == {"ns", "ns.p"}


def test_taking_an_import_away_leaves_the_graph_it_is_taken_from_alone() -> None:
    before = graph("a -> b", "a -> c")
    assert list(before.importers_of("b")) == ["a"]
    after = before.without([("a", "b")])
    assert list(after.importers_of("b")) == []
    assert list(before.edges()) == [("a", "b"), ("a", "c")]


def test_imports_that_are_added_are_in_their_sorted_places() -> None:
    calls = [(("b", "a"), 7, Kind.RUNTIME), (("a", "d"), 3, Kind.RUNTIME), (("c", "a"), 1, Kind.RUNTIME)]
    a_graph = graph("b -> c", "d -> a").with_imports(calls)
    assert list(a_graph.edges()) == [("a", "d"), ("b", "a"), ("b", "c"), ("c", "a"), ("d", "a")]
    assert list(a_graph.importers_of("a")) == ["b", "c", "d"]


def test_an_import_is_gone_when_all_its_statements_are_of_excluded_kinds() -> None:
    a_graph = graph("a -> b", "a -> c", kinds={"a -> b": Kind.TYPE_CHECKING})
    assert list(a_graph.without_kinds({Kind.TYPE_CHECKING}).edges()) == [("a", "c")]
    assert list(a_graph.without_kinds({Kind.DEFERRED}).edges()) == [("a", "b"), ("a", "c")]


def test_an_import_stays_with_the_lines_of_the_kinds_that_are_left() -> None:
    kinds = {"a": {("b", 1): Kind.DEFERRED}}
    a_graph = ImportGraph(["a", "b"], {"a": {"b": [1, 7]}}, kinds=kinds)
    assert a_graph.without_kinds({Kind.DEFERRED}).lines("a", "b") == (7,)


def test_an_external_package_is_gone_with_its_last_import() -> None:
    a_graph = graph("a -> os", "a -> re", external=("os", "re"), kinds={"a -> os": Kind.TYPE_CHECKING})
    assert a_graph.without_kinds({Kind.TYPE_CHECKING}).modules == ("a", "re")


def test_importing_a_module_imports_the_packages_it_is_in_but_not_the_importers_own() -> None:
    a_graph = graph("p.a.x -> p.b.c.y", "p.a.x -> p.a.z").with_parent_packages()
    assert [imported for _, imported in a_graph.edges()] == ["p.a.z", "p.b", "p.b.c", "p.b.c.y"]
    assert a_graph.lines("p.a.x", "p.b") == (1,)


def test_an_import_pattern_stands_for_the_imports_between_what_its_ends_stand_for() -> None:
    a_graph = graph("p.a -> p.b", "p.a -> q", "p.b -> q")
    assert a_graph.matching_edges(ImportPattern.parse("p.* -> q")) == (("p.a", "q"), ("p.b", "q"))
    assert a_graph.matching(ModulePattern("p.x")) == ()


@pytest.mark.parametrize(
    ("lines", "chain"),
    [
        (["s.a -> t"], ["s.a", "t"]),
        (["s.a -> m", "m -> n", "n -> t", "m -> t"], ["s.a", "m", "t"]),
        (["s.a -> z", "z -> b", "z -> c", "b -> t", "c -> t"], ["s.a", "z", "b", "t"]),
        (["s.a -> b", "b -> t.x", "b -> t.a"], ["s.a", "b", "t.a"]),
    ],
    ids=["direct", "shortest", "first by name", "first target by name"],
)
def test_the_chain_is_the_shortest_and_of_these_the_first_by_name(lines: list[str], chain: list[str]) -> None:
    a_graph = graph(*lines)
    routes = a_graph.routes_to(a_graph.subtree("t"), frozenset())
    assert list(routes.chains_from(a_graph.subtree("s"))) == [tuple(pairwise(chain))]


def test_roots_and_modules_are_sorted_and_external_modules_are_among_the_modules() -> None:
    a_graph = ImportGraph(["q", "p", "p.a"], {}, roots=["q", "p", "q"], external=["os"])
    assert a_graph.roots == ("p", "q")
    assert a_graph.modules == ("os", "p", "p.a", "q")
    assert a_graph.modules_set == {"os", "p", "p.a", "q"}
    assert [name in a_graph for name in ("os", "p.a", "p.b")] == [True, True, False]
    assert a_graph.external == {"os"}


@pytest.mark.parametrize(
    ("external", "known", "knows_external"), [((), [], True), (None, [], False), (["re", "os"], ["os", "re"], True)]
)
def test_external_modules_are_known_unless_they_were_left_out(
    external: list[str] | None, known: list[str], *, knows_external: bool
) -> None:
    a_graph = ImportGraph([], {}, external=external, roots="hgfedcbah")
    assert sorted(a_graph.external) == known
    assert a_graph.knows_external is knows_external
    assert a_graph.roots == tuple("abcdefgh")
    assert ImportGraph([], {}).knows_external


@pytest.mark.parametrize(
    ("name", "is_internal"), [("p", True), ("p.a.b", True), ("q.x", True), ("pq", False), ("os", False), ("", False)]
)
def test_a_name_is_internal_if_it_is_in_any_root_package(name: str, *, is_internal: bool) -> None:
    assert ImportGraph([], {}, roots=["p", "q"]).is_internal(name) is is_internal


def test_what_a_graph_does_not_know_has_nothing() -> None:
    a_graph = graph("a -> b")
    assert (list(a_graph.imported_by("b")), list(a_graph.imported_by("x"))) == ([], [])
    assert (list(a_graph.importers_of("a")), list(a_graph.importers_of("x"))) == ([], [])
    assert (a_graph.lines("a", "x"), a_graph.lines("x", "b"), a_graph.children("x")) == ((), (), ())
    assert [a_graph.has_import(*pair) for pair in ("ab", "ba", "ax", "xb")] == [True, False, False, False]
    assert a_graph.subtree("x") == {"x"}


def test_an_importer_without_imports_and_lines_in_any_order_make_no_difference() -> None:
    a_graph = ImportGraph(["a", "b"], {"b": {}, "a": {"b": [1000, 8, 1, 7, 8]}})
    assert list(a_graph.edges()) == [("a", "b")]
    assert a_graph.lines("a", "b") == (1, 7, 8, 1000)


def test_children_are_directly_inside_and_sorted_and_a_subtree_has_every_depth() -> None:
    a_graph = graph("p.b", "p.a.x.y", "pq.c", "p.ext", external=("p.ext",))
    assert a_graph.children("p") == ("p.a", "p.b")
    assert a_graph.children("p.a.x") == ("p.a.x.y",)
    assert a_graph.children("") == ()
    assert a_graph.subtree("p") == {"p", "p.a", "p.a.x", "p.a.x.y", "p.b"}


def test_taking_several_imports_away_leaves_the_others_with_their_lines() -> None:
    before = graph("a -> b", "a -> c", "a -> d", "b -> c")
    after = before.without([("a", "b"), ("a", "d"), ("b", "c")])
    assert list(after.edges()) == [("a", "c")]
    assert after.lines("a", "c") == (2,)
    assert before.without([]) is before


def test_taking_no_kinds_away_leaves_the_graph_as_it_is() -> None:
    a_graph = graph("a -> b", kinds={"a -> b": Kind.DEFERRED})
    assert a_graph.without_kinds(frozenset()) is a_graph
    assert list(a_graph.without_kinds({Kind.DEFERRED}).edges()) == []
    assert list(a_graph.edges()) == [("a", "b")]


def test_a_statement_of_which_no_kind_is_known_runs_with_its_module() -> None:
    kinds = {"a": {("c", 2): Kind.DEFERRED}, "x": {("b", 1): Kind.DEFERRED}}
    a_graph = ImportGraph(["a", "b", "c", "d"], {"a": {"b": [1], "c": [2]}, "d": {"b": [1]}}, kinds=kinds)
    assert list(a_graph.without_kinds({Kind.DEFERRED}).edges()) == [("a", "b"), ("d", "b")]
    assert list(a_graph.without_kinds({Kind.RUNTIME}).edges()) == [("a", "c")]


def test_without_any_kinds_every_statement_runs_with_its_module() -> None:
    a_graph = ImportGraph(["a", "b"], {"a": {"b": [1]}})
    assert list(a_graph.without_kinds({Kind.DEFERRED}).edges()) == [("a", "b")]
    assert a_graph.with_imports([(("b", "a"), 2, Kind.LAZY)]).lines("b", "a") == (2,)


def test_modules_that_are_left_out_with_a_kind_are_in_the_graph_no_more() -> None:
    a_graph = graph("a -> os", "a -> re", "b", external=("os", "re"), kinds={"a -> os": Kind.DEFERRED})
    assert "os" in a_graph
    after = a_graph.without_kinds({Kind.DEFERRED})
    assert after.modules == ("a", "b", "re")
    assert after.external == {"re"}
    assert after.modules_set == {"a", "b", "re"}
    assert a_graph.modules == ("a", "b", "os", "re")
    assert a_graph.external == {"os", "re"}


def test_an_import_that_is_added_has_its_line_and_its_kind_unless_the_line_is_known() -> None:
    before = graph("a -> b", kinds={"a -> b": Kind.DEFERRED})
    added = [
        (("a", "b"), 1, Kind.TYPE_CHECKING),
        (("a", "b"), 1000, Kind.TYPE_CHECKING),
        (("a", "b"), 8, Kind.RUNTIME),
        (("b", "a"), 2, Kind.LAZY),
    ]
    after = before.with_imports(added)
    assert (after.lines("a", "b"), after.lines("b", "a")) == ((1, 8, 1000), (2,))
    lines = {kind: after.without_kinds(set(Kind) - {kind}) for kind in Kind}
    assert {kind: (left.lines("a", "b"), left.lines("b", "a")) for kind, left in lines.items()} == {
        Kind.RUNTIME: ((8,), ()),
        Kind.DEFERRED: ((1,), ()),
        Kind.LAZY: ((), (2,)),
        Kind.TYPE_CHECKING: ((1000,), ()),
    }
    assert (before.lines("a", "b"), before.lines("b", "a")) == ((1,), ())
    assert list(before.without_kinds({Kind.DEFERRED}).edges()) == []


def test_packages_are_imported_with_every_line_that_imports_something_inside() -> None:
    a_graph = graph(
        "p.a -> p.b.y", "p.a -> p.b.x", "p.a -> p.b", "p.a -> q.r.s", "p.b.x -> p.b.y.z"
    ).with_parent_packages()
    assert {edge: a_graph.lines(*edge) for edge in a_graph.edges()} == {
        ("p.a", "p.b"): (1, 2, 3),
        ("p.a", "p.b.x"): (2,),
        ("p.a", "p.b.y"): (1,),
        ("p.a", "q"): (4,),
        ("p.a", "q.r"): (4,),
        ("p.a", "q.r.s"): (4,),
        ("p.b.x", "p.b.y"): (5,),
        ("p.b.x", "p.b.y.z"): (5,),
    }
    assert list(a_graph.importers_of("q")) == ["p.a"]


def test_the_lines_that_import_a_package_are_sorted() -> None:
    a_graph = ImportGraph(["a", "p", "p.x", "p.y"], {"a": {"p.x": [1000, 8], "p.y": [1]}})
    assert a_graph.with_parent_packages().lines("a", "p") == (1, 8, 1000)


def test_packages_that_are_no_modules_are_imported_by_nobody() -> None:
    a_graph = ImportGraph(["a", "os.path"], {"a": {"os.path": [1], "x.y": [2]}}, external=["os.path"])
    assert list(a_graph.with_parent_packages().edges()) == [("a", "os.path"), ("a", "x.y")]


@pytest.mark.parametrize(
    ("pattern", "modules"),
    [("p.a", ("p.a",)), ("p.*", ("p.a", "p.b")), ("**", ("os", "p", "p.a", "p.b")), ("p.x", ()), ("*", ("os", "p"))],
)
def test_a_pattern_stands_for_the_modules_that_it_matches_external_ones_included(
    pattern: str, modules: tuple[str, ...]
) -> None:
    assert graph("p.b -> os", "p.a", external=("os",)).matching(ModulePattern(pattern)) == modules


def test_routes_know_what_leads_to_a_target() -> None:
    a_graph = graph("a -> b", "b -> t.x", "t.x -> t", "c -> d", "d -> b", "e -> a", "t -> f", "s -> t")
    routes = a_graph.routes_to({"t", "t.x"}, {"d"})
    assert [module for module in a_graph.modules if routes.lead_from(module)] == ["a", "b", "e", "s", "t", "t.x"]
    assert routes.importers == {"a", "b", "d", "e", "s", "t.x"}


def test_routes_avoid_the_modules_they_start_in_only_where_they_would_come_back() -> None:
    a_graph = graph("s -> m", "m -> s.a", "s.a -> n", "n -> t", "s.b -> n")
    routes = a_graph.routes_to({"t"}, frozenset())
    assert list(routes.chains_from({"s", "s.a"})) == [
        (("s", "m"), ("m", "s.a"), ("s.a", "n"), ("n", "t")),
        (("s.a", "n"), ("n", "t")),
    ]
    assert list(routes.avoiding({"s", "s.a"}).chains_from({"s", "s.a"})) == [(("s.a", "n"), ("n", "t"))]
    assert routes.avoiding({"s.b"}) is routes
    barred = a_graph.routes_to({"t"}, {"s", "s.a", "n"})
    assert barred.avoiding({"s", "s.a"}) is barred
    assert list(a_graph.routes_to({"t"}, {"n"}).avoiding({"m"}).chains_from({"n"})) == [(("n", "t"),)]


def test_what_is_barred_stays_barred_where_the_start_is_avoided_too() -> None:
    a_graph = graph("s -> m", "m -> s.a", "s.a -> n", "s.a -> o", "n -> t", "o -> o.x", "o.x -> t")
    routes = a_graph.routes_to({"t"}, {"n"}).avoiding({"s", "s.a"})
    assert list(routes.chains_from({"s", "s.a"})) == [(("s.a", "o"), ("o", "o.x"), ("o.x", "t"))]


@pytest.mark.parametrize(
    ("lines", "cut"),
    [
        (["s -> m", "m -> t"], [("m", "t")]),
        (["s -> m", "s -> n", "m -> o", "n -> o", "o -> t.x", "o -> t"], [("o", "t"), ("o", "t.x")]),
        (["s -> m", "s -> n", "m -> o", "n -> o", "o -> t"], [("o", "t")]),
        (["s -> t", "s -> m", "m -> s.a", "m -> n", "n -> m", "s.a -> t.x"], [("s", "t"), ("s.a", "t.x")]),
        (["s -> s.a", "m -> t", "s -> x"], []),
        (["s -> t", "t -> m", "m -> t.x"], [("s", "t")]),
    ],
)
def test_the_cut_is_the_smallest_and_of_these_the_nearest_to_the_targets(
    lines: list[str], cut: list[tuple[str, str]]
) -> None:
    a_graph = graph("s.a", "t.x", *lines)
    sources = a_graph.subtree("s")
    routes = a_graph.routes_to(a_graph.subtree("t"), frozenset()).avoiding(sources)
    assert routes.minimum_cut(sources) == tuple(cut)


# --- the one question, against its definition ---------------------------------------------------------------------

NODES = ["a1", "a2", "b1", "b2", "m", "n", "o"]
A, B = frozenset({"a1", "a2"}), frozenset({"b1", "b2"})
EDGES = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=16)
BARRED = st.sampled_from([A | B, A | B | {"o"}, frozenset(NODES)])

Edges = set[tuple[str, str]]


def _chains(edges: Edges, barred: frozenset[str]) -> Iterator[Chain]:
    """Yield, by trying every sequence of modules, each chain from A to B whose inner modules are not barred."""
    inner = [node for node in NODES if node not in barred | A | B]
    ways = [()] + [way for length in (1, 2, 3) for way in product(inner, repeat=length) if len(set(way)) == length]
    for start, way, end in product(sorted(A), ways, sorted(B)):
        chain = tuple(pairwise((start, *way, end)))
        if edges.issuperset(chain):
            yield chain


def _expected(edges: Edges, barred: frozenset[str]) -> dict[tuple[str, str], Chain]:
    best: dict[tuple[str, str], Chain] = {}
    for chain in sorted(_chains(edges, barred), key=lambda chain: (len(chain), [imported for _, imported in chain])):
        best.setdefault(chain[0], chain)
    return best


def _graph(edges: Edges) -> ImportGraph:
    return graph(*NODES, *(f"{importer} -> {imported}" for importer, imported in sorted(edges)))


@given(EDGES, BARRED)
def test_every_import_that_leaves_a_group_and_reaches_another_is_found_with_its_chain(
    edges: Edges, barred: frozenset[str]
) -> None:
    routes = _graph(edges).routes_to(B, barred)
    assert {chain[0]: chain for chain in routes.chains_from(A)} == _expected(edges, barred)


@given(EDGES)
def test_routes_that_avoid_the_sources_are_those_of_a_search_that_bars_them(edges: Edges) -> None:
    routes = _graph(edges).routes_to(B, frozenset()).avoiding(A)
    assert {chain[0]: chain for chain in routes.chains_from(A)} == _expected(edges, A | B)


@given(EDGES, BARRED)
def test_the_cut_separates_the_groups_and_no_smaller_one_does(edges: Edges, barred: frozenset[str]) -> None:
    cut = set(_graph(edges).routes_to(B, barred).minimum_cut(A))
    assert not _expected(edges - cut, barred)
    assert all(_expected(edges - cut | {edge}, barred) for edge in cut)


@given(EDGES.filter(bool), BARRED)
def test_taking_an_import_away_never_adds_a_violation(edges: Edges, barred: frozenset[str]) -> None:
    before = set(_expected(edges, barred))
    for edge in edges:
        after = {chain[0] for chain in _graph(edges - {edge}).routes_to(B, barred).chains_from(A)}
        assert after <= before


# --- many groups at once, against one search for each pair --------------------------------------------------------

GROUPS = st.lists(st.frozensets(st.sampled_from(NODES), min_size=1, max_size=3), max_size=4)


@given(EDGES, GROUPS, GROUPS, st.frozensets(st.sampled_from(NODES)), st.sampled_from([1, 40, 10**6]))
def test_searches_for_many_groups_find_what_one_for_each_pair_finds(
    edges: Edges, sources: list[frozenset[str]], targets: list[frozenset[str]], barred: frozenset[str], words: int
) -> None:
    a_graph = _graph(edges)

    def are_apart(source: int, target: int) -> bool:
        return sources[source].isdisjoint(targets[target])

    expected, counted = {}, set()
    for target, source in product(range(len(targets)), range(len(sources))):
        routes = a_graph.routes_to(targets[target], barred).avoiding(sources[source])
        chains = list(routes.chains_from(sources[source]))
        new = [chain for chain in chains if (chain[0], target) not in counted]
        if new and are_apart(source, target):
            counted |= {(chain[0], target) for chain in new}
            expected[source, target] = new, routes.minimum_cut(sources[source])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "_WORDS", words)  # 1: a search for each target; 40: for some of them at a time
        patch.setattr(crossings, "_COUNTED", words - 1)  # 0: all cuts are counted at once
        found = Crossings(a_graph, sources, targets, are_apart, barred)
    places = range(len(expected))
    assert [(found.pairs[at], (found.chains(at), found.cut(at))) for at in places] == list(expected.items())
    assert (found.size, len(found.pairs)) == (len(counted), len(expected))
    in_cuts = Counter(edge for _, cut in expected.values() for edge in cut)
    assert {edge: found.cuts_with(edge) for edge in sorted(edges)} == {edge: in_cuts[edge] for edge in sorted(edges)}
    edges_and_targets = product(product(NODES, NODES), range(len(targets)))
    assert {(edge, target) for edge, target in edges_and_targets if found.has(edge, target)} == counted


MANY = [f"n{number:02}" for number in range(12)]


@pytest.mark.parametrize("seed", range(10))
def test_paths_through_other_sources_count_for_the_cuts_of_many(seed: int) -> None:
    edges = set(Random(seed).sample(list(permutations(MANY, 2)), 30))  # noqa: S311 - the same each time
    a_graph = graph(*MANY, *(f"{importer} -> {imported}" for importer, imported in sorted(edges)))
    sources = [frozenset(MANY[at : at + 2]) for at in range(0, len(MANY), 2)]
    found = Crossings(a_graph, sources, sources, lambda source, target: source != target)
    cuts = [a_graph.routes_to(sources[target], frozenset()).minimum_cut(sources[at]) for at, target in found.pairs]
    assert list(map(found.cut, range(len(found.pairs)))) == cuts
    in_cuts = Counter(edge for cut in cuts for edge in cut)
    assert {edge: found.cuts_with(edge) for edge in edges} == {edge: in_cuts[edge] for edge in edges}


@pytest.mark.parametrize("seed", range(60))
def test_what_one_cut_tells_about_the_cuts_of_other_sources_is_true(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources that import from a common core: to some of them nothing leads, so that their cuts are compared."""
    monkeypatch.setattr(crossings, "_COUNTED", 1000)
    random = Random(seed)  # noqa: S311 - the same each time
    core = [f"c{number}" for number in range(random.randint(3, 9))]
    sources = [frozenset(f"s{number}{end}" for end in range(random.randint(1, 3))) for number in range(9)]
    targets = [frozenset({"t0", "t1"}), frozenset({"t2"})]
    goals, ends = sorted(frozenset.union(*targets)), sorted(frozenset.union(*sources))
    edges = set(random.sample([*permutations(core, 2), *product(core, goals)], 3 * len(core)))
    for tail in ends:
        edges |= {(tail, head) for head in random.sample([*core, *goals, *sorted(sources[0])], random.randint(0, 5))}
    edges |= {(random.choice([*core, "t0"]), random.choice(ends)) for _ in range(seed % 4)}
    edges = {(tail, head) for tail, head in edges if tail != head}
    names = [*core, *goals, *ends]
    a_graph = graph(*names, *(f"{importer} -> {imported}" for importer, imported in edges))
    barred = frozenset(random.sample(names, seed % 3))
    found = Crossings(a_graph, sources, targets, lambda *_: True, barred)
    in_cuts = Counter(edge for at in range(len(found.pairs)) for edge in found.cut(at))
    assert {edge: found.cuts_with(edge) for edge in edges} == {edge: in_cuts[edge] for edge in edges}


@given(EDGES)
def test_cycles_are_the_components_of_more_than_one_module_or_of_one_that_imports_itself(edges: Edges) -> None:
    a_graph = _graph(edges)
    by_name = {module: a_graph.imported_by(module) for module in a_graph.modules}
    assert cycles_in(a_graph) == components(by_name)


@given(EDGES, st.data())
def test_a_graph_without_some_imports_has_the_same_numbers_as_one_made_without_them(
    edges: Edges, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(edges)))) if edges else set()
    after, anew = _graph(edges).without(sorted(gone)).nodes.links, _graph(edges - gone).nodes.links
    for found, expected in zip(after, anew, strict=True):
        assert list(map(list, found)) == list(map(list, expected))


OF_MODULE = st.dictionaries(st.sampled_from("abcdex"), st.sets(st.integers(1, 9), min_size=1)).map(
    lambda lines: {name: tuple(sorted(lines[name])) for name in sorted(lines)}
)
IMPORTS = st.tuples(OF_MODULE, OF_MODULE, OF_MODULE).map(lambda each: dict(zip("acd", each, strict=True)))


@given(IMPORTS, IMPORTS, st.sets(st.sampled_from("acd")))
def test_a_graph_of_columns_is_that_of_the_imports_in_them(
    imports: dict[str, Lines], others: dict[str, Lines], changed: set[str]
) -> None:
    now = {**imports, **{module: others[module] for module in changed}}
    columns = ImportColumns.of(imports).with_changes({module: others[module] for module in changed})
    found, expected = (ImportGraph("abcde", each, roots="abcde", external="x") for each in (columns, now))
    assert list(found.edges()) == list(expected.edges())
    assert found.size == len(list(expected.edges()))
    assert found.nodes == expected.nodes
    for edge in expected.edges():
        assert found.lines(*edge) == expected.lines(*edge)
        assert list(found.without([edge]).edges()) == list(expected.without([edge]).edges())
    assert ImportColumns.of(columns).names == columns.names == ImportColumns.of(now).names
