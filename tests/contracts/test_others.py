import pytest

from import_contracts.contracts.crash import NoCrash, violation_of
from import_contracts.contracts.findings import Cut, Violation, self_description
from import_contracts.crashes.crash import Crash, Frame
from import_contracts.graph.kinds import Kind
from tests.support.arranging import check, graph, messages, offenders, rule_of

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


@pytest.mark.parametrize(
    ("external", "problem"),
    [
        (("boto_ec2",), None),
        ((), None),
        (None, "set include_external_packages = true next to root_packages."),
    ],
)
def test_external_packages_may_be_forbidden_by_a_part_of_their_names(
    external: tuple[str, ...] | None, problem: str | None
) -> None:
    imports = ["p.a -> boto_ec2"] if external else ["p.a"]
    found = check(graph(*imports, external=external), "forbidden", source_modules=["p"], forbidden_modules=["boto_*"])
    message = f"forbidden_modules: 'boto_*' matches external packages only; {problem}"
    assert messages(found) == ([message] if problem else [])
    assert offenders(found) == (["p.a -> boto_ec2 => boto_ec2"] if external else [])


@pytest.mark.parametrize(
    ("type_", "keys"),
    [
        ("forbidden", {"source_modules": ["p.web*"], "forbidden_modules": ["p.*_db"]}),
        ("protected", {"protected_modules": ["p.*_db"], "allowed_importers": ["p.c*"]}),
        ("independence", {"modules": ["p.w*", "p.*db"]}),
        ("layers", {"layers": ["p.*_db", "p.w*"]}),
        ("layers", {"layers": ["*_db", "w*"], "containers": ["p*"]}),
        ("acyclic_siblings", {"ancestors": ["p*"]}),
    ],
)
def test_wildcards_within_a_part_are_taken_everywhere(type_: str, keys: dict[str, object]) -> None:
    found = check(graph("p.web -> p.my_db", "p.my_db -> p.web", "p.core"), type_, **keys)
    assert not messages(found)
    assert offenders(found)[0].startswith(("p.web -> p.my_db", "p.my_db -> p.web"))


def test_an_external_package_may_be_forbidden_before_anything_imports_it() -> None:
    a_graph = graph("p.a -> django", external=("django",))
    found = check(a_graph, "forbidden", source_modules="p", forbidden_modules=["django", "flask"])
    assert offenders(found) == ["p.a -> django => django"]
    assert not found.problems


@pytest.mark.parametrize(
    ("external", "name", "message"),
    [
        (None, "django", "include_external_packages = true"),
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


# --- what is said, exactly ----------------------------------------------------------------------------------------

CANNOT = "This contract cannot be broken:"
UNKNOWN = "is an external package; its imports are not known. Remove it."
CHILDREN = "is an external package; its children are not known."


@pytest.mark.parametrize(
    ("type_", "keys", "expected"),
    [
        ("independence", {"modules": ["p.a", "p.b"]}, []),
        ("independence", {"modules": ["p.a", "django"]}, []),
        ("independence", {"modules": ["p.a"]}, [f"modules: {CANNOT} it names fewer than two modules."]),
        ("independence", {"modules": ["p.a.*"]}, [f"modules: {CANNOT} it names fewer than two modules."]),
        (
            "independence",
            {"modules": ["django", "flask"]},
            [f"modules: {CANNOT} none of its modules is in the program."],
        ),
        (
            "independence",
            {"modules": ["p.c.*", "p.a"]},
            [
                "modules: 'p.c.*' matches no module.",
                f"modules: {CANNOT} it names fewer than two modules.",
            ],
        ),
        ("forbidden", {"source_modules": "p.a", "forbidden_modules": ["p.b", "django"]}, []),
        ("forbidden", {"source_modules": "p.a", "forbidden_modules": "requests"}, []),
        (
            "forbidden",
            {"source_modules": ["django", "flask"], "forbidden_modules": ["p.a"]},
            [f"source_modules: {CANNOT} no source module is in the program."],
        ),
        (
            "forbidden",
            {"source_modules": ["p.a", "django", "p.b", "flask"], "forbidden_modules": ["p.c"]},
            [f"source_modules: 'django' {UNKNOWN}", f"source_modules: 'flask' {UNKNOWN}"],
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": ["p", "p.a.x"]},
            [f"forbidden_modules: {CANNOT} every source overlaps with every forbidden module."],
        ),
        ("forbidden", {"source_modules": "p.a", "forbidden_modules": ["p", "p.a.x"], "as_packages": False}, []),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p.a", "as_packages": False},
            [f"forbidden_modules: {CANNOT} every source overlaps with every forbidden module."],
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p.c.*"},
            [
                "forbidden_modules: 'p.c.*' matches no module.",
                f"forbidden_modules: {CANNOT} no forbidden module exists.",
            ],
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "django.*"},
            [
                "forbidden_modules: 'django.*' matches no module.",
                f"forbidden_modules: {CANNOT} no forbidden module exists.",
            ],
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": ["django.db", "flsk"]},
            [
                "forbidden_modules: Nothing imports 'flsk'. Did you mean 'flask'?",
            ],
        ),
        (
            "forbidden",
            {"source_modules": ["p.a", "p.x.*"], "forbidden_modules": ["p.d", "p.b"]},
            [
                "source_modules: 'p.x.*' matches no module.",
                "forbidden_modules: Module 'p.d' does not exist.",
            ],
        ),
        ("protected", {"protected_modules": "p.a", "allowed_importers": "p.b"}, []),
        ("protected", {"protected_modules": ["p.a", "p.b"], "allowed_importers": "p.c"}, []),
        ("protected", {"protected_modules": "p.a", "allowed_importers": ["*"], "as_packages": False}, []),
        (
            "protected",
            {"protected_modules": "p.c.*", "allowed_importers": []},
            ["protected_modules: 'p.c.*' matches no module.", f"protected_modules: {CANNOT} it protects no module."],
        ),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": ["p.b", "p.c", "p"]},
            [f"allowed_importers: {CANNOT} every module may import the protected ones."],
        ),
        (
            "protected",
            {"protected_modules": "p", "allowed_importers": []},
            [f"allowed_importers: {CANNOT} every module may import the protected ones."],
        ),
        (
            "protected",
            {"protected_modules": ["p", "p.a"], "allowed_importers": []},
            [],
        ),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": ["p.x.*", "p.d", "p.bb"], "as_packages": False},
            [
                "allowed_importers: Module 'p.d' does not exist.",
                "allowed_importers: Module 'p.bb' does not exist. Did you mean 'p.b'?",
                "allowed_importers: 'p.x.*' matches no module.",
            ],
        ),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": ["p.b", "django", "flask"]},
            [f"allowed_importers: 'django' {UNKNOWN}"],
        ),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": ["flask", "p.b", "django"], "as_packages": False},
            [f"allowed_importers: 'flask' {UNKNOWN}", f"allowed_importers: 'django' {UNKNOWN}"],
        ),
        ("acyclic", {}, []),
        ("acyclic_siblings", {"ancestors": "p"}, []),
        ("acyclic_siblings", {"ancestors": "p", "skip_descendants": ["p.a"], "depth": 0}, []),
        ("acyclic_siblings", {"ancestors": "*"}, [f"ancestors: '{each}' {CHILDREN}" for each in ("django", "flask")]),
        (
            "acyclic_siblings",
            {"ancestors": ["p.a", "p.b"]},
            [f"ancestors: {CANNOT} there are no siblings to compare."],
        ),
        (
            "acyclic_siblings",
            {"ancestors": ["p", "p.dd", "p.x.*"], "skip_descendants": ["p", "p.y.*", "p.aa"]},
            [
                "ancestors: 'p.x.*' matches no module.",
                "ancestors: Module 'p.dd' does not exist.",
                "skip_descendants: 'p.y.*' matches no module.",
                "skip_descendants: Module 'p.aa' does not exist. Did you mean 'p.a'?",
                "skip_descendants: 'p' is also in 'ancestors'; list it once.",
            ],
        ),
        ("crash", {}, []),
        ("crash", {"modules": ["p.a", "django"]}, []),
        ("crash", {"modules": "django"}, [f"modules: {CANNOT} none of its modules is in the program."]),
        (
            "crash",
            {"modules": ["django", "flask"]},
            [f"modules: {CANNOT} none of its modules is in the program."],
        ),
        (
            "crash",
            {"modules": ["p.b", "p.x.*", "p.aa"]},
            [
                "modules: No module matches 'p.x.*'.",
                "modules: No module matches 'p.aa'. Did you mean 'p.a'?",
            ],
        ),
    ],
)
def test_what_a_contract_says_of_itself(type_: str, keys: dict[str, object], expected: list[str]) -> None:
    a_graph = graph("p.a.x", "p.b", "p.c", "p.c -> django", "p.c -> flask", external=("django", "flask"))
    assert messages(check(a_graph, type_, **keys)) == expected


@pytest.mark.parametrize(
    ("type_", "keys", "key"),
    [
        ("independence", {"modules": ["p.c.*", "p.d"]}, "modules"),
        ("forbidden", {"source_modules": ["p.a"], "forbidden_modules": ["p.b", "p.d"]}, "forbidden_modules"),
        ("protected", {"protected_modules": ["p.b", "p.d"], "allowed_importers": []}, "protected_modules"),
        ("acyclic_siblings", {"ancestors": ["p", "p.d"]}, "ancestors"),
        ("layers", {"layers": ["p.b", "p.d", "p.a"]}, "layers"),
    ],
)
def test_a_contract_with_an_error_has_no_violations(type_: str, keys: dict[str, object], key: str) -> None:
    found = check(graph("p.a -> p.b", "p.b -> p.a"), type_, **keys)
    assert (found.violations, found.cuts) == ((), ())
    assert [each.key for each in found.problems if each.is_error] == [key]


def test_violations_and_cuts_are_in_the_order_of_the_pairs() -> None:
    a_graph = graph("p.b -> p.x", "p.a -> p.m", "p.m -> p.x", "p.a.z -> p.m", "p.b -> p.y", "p.m -> p.y", "p.c")
    found = check(a_graph, "forbidden", source_modules=["p.b", "p.a", "p.c"], forbidden_modules=["p.y", "p.x"])
    assert offenders(found) == [
        "p.b -> p.y => p.y",
        "p.a -> p.m => p.y",
        "p.a.z -> p.m => p.y",
        "p.b -> p.x => p.x",
        "p.a -> p.m => p.x",
        "p.a.z -> p.m => p.x",
    ]
    assert found.violations[1].chain == (("p.a", "p.m"), ("p.m", "p.y"))
    assert [(each.message, each.imports) for each in found.cuts] == [
        ("p.b must not import p.y", (("p.b", "p.y"),)),
        ("p.a must not import p.y", (("p.m", "p.y"),)),
        ("p.b must not import p.x", (("p.b", "p.x"),)),
        ("p.a must not import p.x", (("p.m", "p.x"),)),
    ]
    assert all(each.is_minimum for each in found.cuts)


def test_a_way_that_comes_back_to_its_own_module_breaks_no_independence() -> None:
    a_graph = graph("p.a -> p.m", "p.m -> p.a", "p.b -> p.m")
    assert offenders(check(a_graph, "independence", modules=["p.a", "p.b"])) == ["p.b -> p.m => p.a"]


def test_imports_of_protected_modules_are_in_order_with_a_cut_for_each_module() -> None:
    a_graph = graph(
        *("p.z -> p.db", "p.a -> p.db.y", "p.a -> p.db", "p.c -> p.ui", "p.b -> p.db.x", "p.d -> p.db"),
        *("p.ui -> p.db", "p.db.x -> p.ui", "p.ok.x -> p.ui", "p.ok -> p.db.x"),
    )
    found = check(a_graph, "protected", protected_modules=["p.ui", "p.db"], allowed_importers=["p.ok", "p.d"])
    assert offenders(found) == [
        "p.c -> p.ui => p.ui",
        "p.db.x -> p.ui => p.ui",
        "p.a -> p.db => p.db",
        "p.a -> p.db.y => p.db",
        "p.b -> p.db.x => p.db",
        "p.ui -> p.db => p.db",
        "p.z -> p.db => p.db",
    ]
    messages_ = [f"{module} may be imported only by p.ok and p.d" for module in ("p.ui", "p.db")]
    assert [each.message for each in found.violations] == [messages_[0]] * 2 + [messages_[1]] * 5
    assert [each.message for each in found.cuts] == messages_
    assert [len(each.imports) for each in found.cuts] == [2, 5]
    assert all(each.chain == ((each.importer, each.imported),) for each in found.violations)
    assert [each for cut in found.cuts for each in cut.imports] == [each.chain[0] for each in found.violations]


@pytest.mark.parametrize(
    ("lines", "message", "cut"),
    [
        (["a -> a"], "a must not import itself", [("a", "a")]),
        (["b -> a", "a -> b"], "a and b must not import each other", [("a", "b")]),
        (
            ["a -> b", "b -> c", "c -> a"],
            "3 modules must not form a cycle; the shortest is a -> b -> c -> a",
            [("a", "b")],
        ),
        (
            ["a -> b", "b -> c", "c -> d", "d -> a", "d -> c"],
            "4 modules must not form a cycle; the shortest is c -> d -> c",
            [("c", "d")],
        ),
    ],
)
def test_a_cycle_is_told_by_its_size_with_a_smallest_cut(
    lines: list[str], message: str, cut: list[tuple[str, str]]
) -> None:
    found = check(graph(*lines), "acyclic")
    assert {each.message for each in found.violations} == {message}
    assert found.cuts == (Cut(message, tuple(cut)),)


# --- acyclic siblings, exactly ------------------------------------------------------------------------------------


def test_cycles_of_siblings_are_in_the_order_of_their_packages_each_with_its_cut() -> None:
    inside = ["p.{0}.a.x -> p.{0}.b", "p.{0}.b -> p.{0}.a", "p.{0}.b.y -> p.{0}.a.x"]
    a_graph = graph(*(line.format(package) for package in "dacb" for line in inside))
    found = check(a_graph, "acyclic_siblings", ancestors="p")
    assert [(each.importer, each.imported) for each in found.violations] == [
        pair
        for package in "abcd"
        for pair in ((f"p.{package}.a", f"p.{package}.b"), (f"p.{package}.b", f"p.{package}.a"))
    ]
    assert [(each.message, each.imports) for each in found.cuts] == [
        (f"the children of p.{package} must not form a cycle: a, b", ((f"p.{package}.a.x", f"p.{package}.b"),))
        for package in "abcd"
    ]


def test_the_cut_of_siblings_has_every_import_between_them_in_order() -> None:
    lines = [f"p.{one}.{module} -> p.{other}" for one, other in ("ab", "cd") for module in "zyx"]
    back = [f"p.{other}.{module} -> p.{one}" for one, other in ("ab", "cd") for module in "vuwt"]
    found = check(graph(*lines, *back), "acyclic_siblings", ancestors="p")
    assert [each.imports for each in found.cuts] == [
        tuple((f"p.{one}.{module}", f"p.{other}") for module in "xyz") for one, other in ("ab", "cd")
    ]
    dashed = graph("p.a.b -> p.c", "p.a-x -> p.c", *(f"p.c.{n} -> p.{to}" for n in "de" for to in ("a.b", "a-x")))
    (cut,) = check(dashed, "acyclic_siblings", ancestors="p", depth=0).cuts
    assert cut.imports == (("p.a-x", "p.c"), ("p.a.b", "p.c"))
    ring = graph("p.a.y -> p.b", "p.b -> p.a", "p.c.y -> p.b", "p.b -> p.c.y", "p.a.x -> p.b", "p.c.x -> p.b")
    (cut,) = check(ring, "acyclic_siblings", ancestors="p").cuts
    assert cut.imports == (("p.b", "p.a"), ("p.b", "p.c.y"))


def test_a_module_whose_name_begins_alike_is_in_no_package_of_that_name() -> None:
    found = check(graph("p.a.x -> p.ab", "p.ab -> p.a.x", "p.a.y"), "acyclic_siblings", ancestors="p")
    assert [(*each.identity, each.message) for each in found.violations] == [
        ("p.a", "p.ab", "", "the children of p must not form a cycle: a, ab"),
        ("p.ab", "p.a", "", "the children of p must not form a cycle: a, ab"),
    ]


def test_what_is_external_is_no_part_of_a_sibling() -> None:
    a_graph = graph("p.a -> p.x.out", "p.x.own -> p.a", external=("p.x.out",))
    assert not check(a_graph, "acyclic_siblings", ancestors="p").violations


def test_a_depth_may_be_greater_than_that_of_any_program() -> None:
    found = check(graph("p.a.x -> p.b", "p.b -> p.a"), "acyclic_siblings", ancestors="p", depth=999_999_999)
    assert len(found.violations) == 2


def test_siblings_are_compared_down_to_ten_levels_by_default() -> None:
    packages = ["p" + ".q" * level for level in range(12)]
    lines = [f"{package}.{pair}" for package in packages for pair in ("a -> {0}.b", "b -> {0}.a")]
    a_graph = graph(*(line.format(line.partition(" ")[0].rpartition(".")[0]) for line in lines))
    found = check(a_graph, "acyclic_siblings", ancestors="p")
    assert {each.importer.rpartition(".")[0] for each in found.violations} == set(packages[:11])


def test_an_import_inside_a_child_closes_no_cycle_between_children() -> None:
    rule = self_description(rule_of("acyclic_siblings", ancestors="p", depth=0))
    assert rule
    a_graph = graph("p.a.x -> p.b.x", "p.b.x -> p.a.x", "p.a.y", "p.b.x -> p.q", "q.a.z")
    assert rule.would_break(a_graph, {"p.a.x"}, {"p.a.y"}) == ()
    assert rule.would_break(a_graph, {"q.a.z"}, {"p.b.x"}) == ()
    assert rule.would_break(a_graph, {"p.a.y"}, {"p.b.x"}) == (
        "a direct import would close a cycle between children of p",
    )


# --- crash --------------------------------------------------------------------------------------------------------


def test_a_crash_is_a_violation_of_its_entry_along_the_modules_that_import_each_other() -> None:
    stack = (Frame("p", 1), Frame("p.a", 2), Frame("p.a", 3, is_call=True), Frame("p.b", 4))
    crash = Crash(
        "p.a",
        "ImportError",
        "p.b",
        "p.a",
        "name",
        "p/b.py",
        5,
        "from p.a import name",
        stack,
        6,
        None,
        message="ImportError: no name",
    )
    assert violation_of(crash) == Violation(
        "p.a",
        "",
        "",
        "ImportError: no name",
        (("p", "p.a"), ("p.a", "p.b"), ("p.b", "p.a")),
        (1, 3, 5),
    )


@pytest.mark.parametrize(
    ("keys", "entries"),
    [
        ({}, {"p", "p.a", "p.b"}),
        ({"modules": ["p.*"]}, {"p.a", "p.b"}),
        ({"modules": ["django", "p.a"]}, {"django", "p.a"}),
    ],
)
def test_all_modules_of_the_program_or_those_that_are_named_must_not_crash(
    keys: dict[str, object], entries: set[str]
) -> None:
    rule = rule_of("crash", **keys)
    assert isinstance(rule, NoCrash)
    assert rule.entries(graph("p.a -> django", "p.b", external=("django",))) == entries
