"""A contract that nothing could break is never just called kept."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.findings import Findings
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import ImportGraph
from tests.support.arranging import check, graph, messages


@pytest.mark.parametrize(
    ("type_", "keys", "key"),
    [
        ("layers", {"layers": ["p.a", "django"]}, "layers"),
        ("layers", {"layers": ["*"], "containers": "p", "exhaustive": True}, "layers"),
        ("layers", {"layers": ["a"], "containers": "p", "exhaustive": True, "exhaustive_ignores": "*"}, "layers"),
        ("layers", {"layers": ["a"], "containers": "p.a.*", "exhaustive": True}, "layers"),
        ("independence", {"modules": ["django", "flask"]}, "modules"),
        ("forbidden", {"source_modules": [], "forbidden_modules": "requests"}, "source_modules"),
        ("forbidden", {"source_modules": "django", "forbidden_modules": "p.a"}, "source_modules"),
        ("forbidden", {"source_modules": ["django", "p.a"], "forbidden_modules": "p.a"}, "forbidden_modules"),
        ("protected", {"protected_modules": "p.a", "allowed_importers": "p"}, "allowed_importers"),
        ("protected", {"protected_modules": "django", "allowed_importers": ["p"]}, "allowed_importers"),
        ("protected", {"protected_modules": ["p.a", "p.b"], "allowed_importers": "p"}, "allowed_importers"),
        ("allowed", {"modules": [], "allowed": "p"}, "modules"),
        ("allowed", {"modules": "p.a", "allowed": ["p", "django", "flask"]}, "allowed"),
        ("direct_siblings", {"packages": "p.a"}, "packages"),
        ("interface", {"package": "p", "exposed": []}, "package"),
        ("interface", {"package": "p.a", "exposed": "p.a", "except": "p.b"}, "exposed"),
        ("interface", {"package": "p.a.*", "exposed": []}, "package"),
        ("crash", {"modules": "django"}, "modules"),
    ],
)
def test_a_contract_that_cannot_be_broken_is_a_warning(type_: str, keys: dict[str, object], key: str) -> None:
    a_graph = graph("p.a", "p.b", "p.b -> django", "p.b -> flask", external=("django", "flask"))
    assert any(
        each.startswith(f"{key}: This contract cannot be broken") for each in messages(check(a_graph, type_, **keys))
    )


@pytest.mark.parametrize(
    ("type_", "keys"),
    [
        ("forbidden", {"source_modules": ["django", "p.a"], "forbidden_modules": "p.b"}),
        ("protected", {"protected_modules": "p.a", "allowed_importers": ["django"], "as_packages": False}),
    ],
)
def test_an_external_importer_which_can_import_nothing_is_a_warning(type_: str, keys: dict[str, object]) -> None:
    found = messages(check(graph("p.a", "p.b -> django", external=("django",)), type_, **keys))
    assert [each.partition(": ")[2] for each in found] == [
        "'django' is an external package; its imports are not known. Remove it."
    ]


def test_where_a_module_does_not_exist_that_alone_is_said() -> None:
    found = messages(check(graph("p.a"), "forbidden", source_modules="p.x", forbidden_modules="p.a"))
    assert len(found) == 1


def test_one_that_a_wildcard_stands_for_is_none() -> None:
    a_graph = graph("p", "q", "p -> django", external=("django",))
    assert not check(a_graph, "forbidden", source_modules="*", forbidden_modules="q").problems


# --- against the definition ---------------------------------------------------------------------------------------

INSIDE = ["p", "p.a", "p.b", "p.a.x"]
EVERY_IMPORT = [f"{one} -> {other}" for one, other in product(INSIDE, [*INSIDE, "django"]) if one != other]
NAMES = st.lists(st.sampled_from(["p", "p.a", "p.b", "p.a.x", "django", "p.*", "p.**", "*"]), max_size=3, unique=True)
FLAG = st.booleans()
KEYS = {
    "layers": st.fixed_dictionaries(
        {
            "layers": st.lists(st.sampled_from(["a", "b", "(c)", "*", "a | b", "a : b", "closed b"]), max_size=3),
            "exhaustive": FLAG,
            "direct": FLAG,
        },
        optional={"exhaustive_ignores": st.sampled_from(["a", "*", "**"])},
    ).map(lambda keys: {**keys, "containers": "p"}),
    "independence": st.fixed_dictionaries({"modules": NAMES}),
    "forbidden": st.fixed_dictionaries(
        {"source_modules": NAMES, "forbidden_modules": NAMES, "allow_indirect_imports": FLAG, "as_packages": FLAG}
    ),
    "protected": st.fixed_dictionaries({"protected_modules": NAMES, "allowed_importers": NAMES, "as_packages": FLAG}),
    "allowed": st.fixed_dictionaries(
        {"modules": NAMES, "allowed": NAMES, "indirect": FLAG, "among_themselves": FLAG, "exact": FLAG}
    ),
    "direct_siblings": st.fixed_dictionaries({"packages": NAMES}),
    "interface": st.fixed_dictionaries({"package": NAMES, "exposed": NAMES, "except": NAMES}),
    "acyclic_siblings": st.fixed_dictionaries(
        {"ancestors": NAMES, "depth": st.integers(0, 2)}, optional={"skip_descendants": NAMES}
    ),
}


def findings(a_graph: ImportGraph, type_: str, keys: dict[str, object]) -> Findings | None:
    """Return what a contract finds, None where it is not valid."""
    table = Table(keys)
    found = TYPES[type_].parse(table).check(a_graph)
    return None if any(each.is_error for each in (*table.problems, *found.problems)) else found


@given(st.sampled_from(sorted(KEYS)).flatmap(lambda type_: st.tuples(st.just(type_), KEYS[type_])))
def test_it_says_so_exactly_where_not_even_every_import_that_there_could_be_breaks_it(
    contract: tuple[str, dict[str, object]],
) -> None:
    # What must be used breaks a contract where nothing is imported, and a new child one that is exhaustive.
    sparse = graph(*INSIDE, external=("django",))
    full = graph(*EVERY_IMPORT, "p.new", external=("django",))
    found, worst = findings(sparse, *contract), findings(full, *contract)
    if found is not None and worst is not None:
        says_so = any("cannot be broken" in each.message for each in found.problems)
        assert says_so == (not worst.violations and not found.violations)
