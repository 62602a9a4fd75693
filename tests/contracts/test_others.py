import pytest

from import_contracts.graph.kinds import Kind
from tests.arranging import check, graph, messages, offenders

# --- independence -------------------------------------------------------------------------------------------------


def test_independent_modules_do_not_reach_each_other_in_either_direction() -> None:
    a_graph = graph("p.a.x -> p.m", "p.m -> p.b", "p.b -> p.a", "p.c")
    assert offenders(check(a_graph, "independence", modules=["p.a", "p.b", "p.c"])) == [
        "p.b -> p.a => p.a",
        "p.a.x -> p.m => p.b",
    ]


def test_independence_takes_wildcards() -> None:
    assert offenders(check(graph("p.a -> p.b"), "independence", modules="p.*")) == ["p.a -> p.b => p.b"]


def test_modules_inside_one_another_cannot_be_independent() -> None:
    assert "is inside" in messages(check(graph("p.a.x"), "independence", modules=["p.a", "p.a.x"]))[0]


@pytest.mark.parametrize("module", ["p.a", "django"])
def test_one_module_alone_is_independent_whatever_happens_which_is_one_warning(module: str) -> None:
    found = check(graph("p.a -> django", external=("django",)), "independence", modules=[module])
    assert messages(found) == ["modules: This contract cannot be broken: it names fewer than two modules."]


# --- forbidden ----------------------------------------------------------------------------------------------------


def test_a_source_must_not_reach_a_forbidden_module_through_anything_not_even_other_sources() -> None:
    a_graph = graph("p.a -> p.b", "p.b -> p.c")
    found = check(a_graph, "forbidden", source_modules=["p.a", "p.b"], forbidden_modules="p.c")
    assert offenders(found) == ["p.a -> p.b => p.c", "p.b -> p.c => p.c"]


def test_a_way_that_leaves_a_source_and_comes_back_counts_where_it_leaves_for_good() -> None:
    a_graph = graph("p.a.x -> p.m", "p.m -> p.a.y", "p.a.y -> p.c")
    assert offenders(check(a_graph, "forbidden", source_modules="p.a", forbidden_modules="p.c")) == [
        "p.a.y -> p.c => p.c"
    ]


def test_indirect_imports_may_be_allowed() -> None:
    a_graph = graph("p.a -> p.b", "p.b -> p.c", "p.a.x -> p.c.y")
    keys = {"source_modules": "p.a", "forbidden_modules": "p.c", "allow_indirect_imports": True}
    assert offenders(check(a_graph, "forbidden", **keys)) == ["p.a.x -> p.c.y => p.c"]


def test_modules_may_be_meant_without_what_is_inside() -> None:
    a_graph = graph("p.a.x -> p.c", "p.a -> p.c.y", "p.c.y -> p.c")
    keys = {"source_modules": "p.a", "forbidden_modules": "p.c", "as_packages": False}
    assert offenders(check(a_graph, "forbidden", **keys)) == ["p.a -> p.c.y => p.c"]


def test_a_source_and_a_forbidden_module_that_overlap_are_no_pair() -> None:
    a_graph = graph("p.a -> p.a.x", "p.b -> p.a.x")
    found = check(a_graph, "forbidden", source_modules=["p.a", "p.b"], forbidden_modules="p.a.x")
    assert offenders(found) == ["p.b -> p.a.x => p.a.x"]


def test_an_import_of_two_overlapping_sources_is_one_violation() -> None:
    found = check(graph("p.a.x -> p.b"), "forbidden", source_modules=["p.a", "p.a.x"], forbidden_modules="p.b")
    assert offenders(found) == ["p.a.x -> p.b => p.b"]
    assert [each.message for each in found.violations] == ["p.a must not import p.b"]
    assert [each.message for each in found.cuts] == ["p.a must not import p.b"]


def test_an_external_package_may_be_forbidden_before_anything_imports_it() -> None:
    a_graph = graph("p.a -> django", external=("django",))
    found = check(a_graph, "forbidden", source_modules="p", forbidden_modules=["django", "flask"])
    assert offenders(found) == ["p.a -> django => django"]
    assert not found.problems


@pytest.mark.parametrize(
    ("external", "name", "message"),
    [
        (None, "django", "include_external_packages = true"),
        (("django",), "django.db", "forbid the whole package, 'django'"),
        (("django",), "djagno", "Did you mean 'django'?"),
        (("django",), "p.nope", "does not exist"),
    ],
)
def test_what_cannot_be_forbidden_is_said(external: tuple[str, ...] | None, name: str, message: str) -> None:
    a_graph = graph("p.a", *(f"p.a -> {each}" for each in external or ()), external=external)
    found = check(a_graph, "forbidden", source_modules="p.a", forbidden_modules=[name])
    assert message in messages(found)[0]


# --- protected ----------------------------------------------------------------------------------------------------


def test_a_protected_module_is_imported_by_allowed_importers_and_its_own_inside_only() -> None:
    a_graph = graph("p.a -> p.db", "p.b.x -> p.db.y", "p.db.y -> p.db.z", "p.c -> p.a")
    keys = {"protected_modules": "p.db", "allowed_importers": "p.a"}
    assert offenders(check(a_graph, "protected", **keys)) == ["p.b.x -> p.db.y => p.db"]


def test_protected_modules_do_not_import_each_other() -> None:
    keys = {"protected_modules": ["p.x", "p.y"], "allowed_importers": []}
    assert offenders(check(graph("p.x -> p.y"), "protected", **keys)) == ["p.x -> p.y => p.y"]


def test_importers_may_be_meant_without_what_is_inside() -> None:
    keys = {"protected_modules": "p.db", "allowed_importers": "p.a", "as_packages": False}
    a_graph = graph("p.a -> p.db", "p.a.x -> p.db", "p.db.y -> p.db", "p.c -> p.db.y")
    assert offenders(check(a_graph, "protected", **keys)) == ["p.a.x -> p.db => p.db", "p.db.y -> p.db => p.db"]


def test_an_allowed_importer_that_does_not_exist_is_an_error() -> None:
    keys = {"protected_modules": "p.db", "allowed_importers": "p.q"}
    assert messages(check(graph("p.db"), "protected", **keys)) == ["allowed_importers: Module 'p.q' does not exist."]


def test_an_allowed_importer_that_is_meant_without_its_inside_need_not_exist() -> None:
    keys = {"protected_modules": "p.db", "allowed_importers": "p.q", "as_packages": False}
    found = check(graph("p.db", "p.c -> p.db"), "protected", **keys)
    assert len(found.violations) == 1
    assert [problem.severity for problem in found.problems] == ["warning"]


def test_an_external_package_cannot_be_an_allowed_importer() -> None:
    found = check(
        graph("p.db", "p.a -> os", external=("os",)), "protected", protected_modules="p.db", allowed_importers="*"
    )
    assert "'os' is an external package" in messages(found)[0]


# --- acyclic ------------------------------------------------------------------------------------------------------


def test_every_cyclic_import_is_a_violation_with_its_ring() -> None:
    found = check(graph("a -> b", "b -> c", "c -> a", "c -> d", "b -> a"), "acyclic")
    assert offenders(found) == ["a -> b", "b -> a", "b -> c", "c -> a"]
    assert found.violations[2].chain == (("b", "c"), ("c", "a"), ("a", "b"))


def test_a_package_and_its_own_child_are_a_cycle() -> None:
    found = check(graph("p -> p.a", "p.a -> p"), "acyclic")
    assert {each.message for each in found.violations} == {"p and p.a must not import each other"}


def test_a_module_that_imports_itself_is_a_cycle() -> None:
    assert [each.message for each in check(graph("a -> a"), "acyclic").violations] == ["a must not import itself"]


def test_the_cut_of_a_cycle_breaks_it() -> None:
    a_graph = graph("a -> b", "b -> c", "c -> a", "b -> a", "a -> c")
    found = check(a_graph, "acyclic")
    left = a_graph.without([edge for cut in found.cuts for edge in cut.imports])
    assert not check(left, "acyclic").violations


# --- acyclic siblings ---------------------------------------------------------------------------------------------


def test_siblings_depend_on_each_other_with_all_that_is_inside() -> None:
    found = check(graph("p.a.x -> p.b", "p.b.y -> p.a", "p.c -> p.a"), "acyclic_siblings", ancestors="p")
    assert offenders(found) == ["p.a -> p.b", "p.b -> p.a"]
    assert found.violations[0].chain == (("p.a.x", "p.b"), ("p.b.y", "p.a"))
    assert found.violations[0].message == "the children of p must not form a cycle: a, b"


@pytest.mark.parametrize(("depth", "count"), [(0, 0), (1, 2), (10, 4)])
def test_generations_are_compared_down_to_a_depth(depth: int, count: int) -> None:
    a_graph = graph("p.q.a -> p.q.b", "p.q.b -> p.q.a", "p.q.a.x -> p.q.a.y", "p.q.a.y -> p.q.a.x", "p.z")
    assert len(check(a_graph, "acyclic_siblings", ancestors="p", depth=depth).violations) == count


def test_the_children_of_a_skipped_package_are_not_compared_but_their_imports_count() -> None:
    a_graph = graph("p.q.a -> p.q.b", "p.q.b -> p.q.a", "p.q.a -> p.r", "p.r -> p.q")
    found = check(a_graph, "acyclic_siblings", ancestors="p", skip_descendants="p.q")
    assert offenders(found) == ["p.q -> p.r", "p.r -> p.q"]


def test_an_ancestor_cannot_be_skipped() -> None:
    found = check(graph("p.a", "p.b"), "acyclic_siblings", ancestors="p", skip_descendants="p")
    assert messages(found) == ["skip_descendants: 'p' is also in 'ancestors'; list it once."]


def test_a_pattern_that_skips_an_ancestor_does_not_skip_its_own_children() -> None:
    a_graph = graph("p.a -> p.b", "p.b -> p.a")
    assert len(check(a_graph, "acyclic_siblings", ancestors="p", skip_descendants="*").violations) == 2


def test_the_pattern_of_an_ancestor_has_to_match() -> None:
    assert messages(check(graph("p.a"), "acyclic_siblings", ancestors="p.x.*")) == [
        "ancestors: 'p.x.*' matches no module."
    ]


def test_an_import_between_a_package_and_its_child_is_none_between_siblings() -> None:
    assert not check(graph("p -> p.a", "p.a -> p", "p.b"), "acyclic_siblings", ancestors="p").violations


def test_kinds_are_of_no_account_to_a_rule_as_they_are_left_out_before() -> None:
    a_graph = graph("a -> b", "b -> a", kinds={"b -> a": Kind.TYPE_CHECKING})
    assert not check(a_graph.without_kinds({Kind.TYPE_CHECKING}), "acyclic").violations
