"""How contracts describe themselves, and what they answer about an import that does not exist yet."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.findings import SelfDescription, Violation, self_description
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.graph.names import within
from import_contracts.wording import listed
from tests.arranging import graph

PROGRAM = ["p", "p.a", "p.a.x", "p.a.y", "p.b", "p.c", "q"]
CONTRACTS: dict[str, list[dict[str, object]]] = {
    "layers": [
        {"layers": ["p.a", "p.b : p.c"]},
        {"layers": ["a | (d)", "b | c"], "containers": "p", "exhaustive": True, "exhaustive_ignores": "x"},
        {"layers": ["x", "(y)"], "containers": ["p.a"]},
        {"layers": ["(x)", "(y)"], "containers": ["p.a", "p.*"]},
    ],
    "independence": [{"modules": ["p.a", "p.b"]}, {"modules": "p.*"}],
    "forbidden": [
        {"source_modules": ["p.a", "p.a.x"], "forbidden_modules": ["p.b", "p.a.y"]},
        {"source_modules": "p.a", "forbidden_modules": "p", "allow_indirect_imports": True, "as_packages": False},
    ],
    "protected": [
        {"protected_modules": "p.a", "allowed_importers": "p.b"},
        {"protected_modules": ["p.a", "p.a.x"], "allowed_importers": [], "as_packages": False},
    ],
    "acyclic_siblings": [{"ancestors": "p", "skip_descendants": "p.a"}, {"ancestors": ["p"], "depth": 0}],
    "acyclic": [{}],
    "crash": [{}, {"modules": ["p.a", "p.b"], "python": "3.13"}],
}
CASES = [(type_, keys) for type_, several in CONTRACTS.items() for keys in several]


def rule(type_: str, keys: dict[str, object]) -> SelfDescription:
    found = self_description(TYPES[type_].parse(Table(keys)))
    assert found is not None
    return found


def words(type_: str, **keys: object) -> str:
    return " ".join(rule(type_, keys).describe(graph(*PROGRAM)).sentences)


@pytest.mark.parametrize(
    ("type_", "keys", "sentence"),
    [
        (
            "layers",
            {"layers": ["p.a", "p.b : (p.d)"]},
            "A layer must not import a higher one. From the top: p.a and p.b : (p.d).",
        ),
        ("layers", {"layers": ["x"], "containers": "p.a"}, "The layers are inside p.a."),
        (
            "layers",
            {"layers": ["x"], "containers": ["p.a", "p"]},
            "The layers of each container are checked separately: p.a and p.",
        ),
        ("layers", {"layers": ["p.a | p.b"]}, "Modules separated by '|' must not import each other either."),
        (
            "layers",
            {"layers": ["a"], "containers": "p", "exhaustive": True, "exhaustive_ignores": ["b", "c"]},
            "Every child of p except b and c must be in a layer.",
        ),
        ("independence", {"modules": ["p.a", "p.b"]}, "p.a and p.b must not import each other."),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": ["p.b", "p.c"]},
            "p.a must not import p.b or p.c.",
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p.b", "allow_indirect_imports": True},
            "Only direct imports count.",
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p.b", "as_packages": False},
            "Each name stands for that module only, not for what is inside it.",
        ),
        ("protected", {"protected_modules": "p.a", "allowed_importers": "p.b"}, "p.a may be imported only by p.b."),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": []},
            "p.a may be imported only by modules inside it.",
        ),
        ("acyclic_siblings", {"ancestors": "p", "skip_descendants": "p.a"}, "down to 10 levels, except inside p.a."),
        ("acyclic", {}, "No module may import itself, directly or through other modules."),
        ("crash", {}, "A fresh interpreter must be able to import any module first."),
        ("crash", {"modules": "p.a", "python": "3.13"}, "This is predicted for Python 3.13."),
    ],
)
def test_a_contract_says_what_it_is_about(type_: str, keys: dict[str, object], sentence: str) -> None:
    assert sentence in words(type_, **keys)


def test_of_many_names_a_sentence_has_the_first() -> None:
    assert listed("abcdef") == "a, b, c, d and 2 more"
    assert [listed("a"), listed("ab", "or"), listed("abc"), listed("")] == ["a", "a or b", "a, b and c", ""]


def test_the_parts_are_what_patterns_stand_for_with_what_is_inside() -> None:
    description = rule("layers", {"layers": ["p.b", "p.*"]}).describe(graph(*PROGRAM))
    assert [(each.role, each.name, sorted(each.members)) for each in description.parts] == [
        ("layer 1", "p.b", ["p.b"]),
        ("layer 2", "p.a", ["p.a", "p.a.x", "p.a.y"]),
        ("layer 2", "p.c", ["p.c"]),
    ]


def test_what_lies_inside_a_protected_module_may_import_it() -> None:
    protected = rule("protected", {"protected_modules": "p.a", "allowed_importers": "p.b"})
    messages = [protected.would_break(graph(*PROGRAM), {each}, {"p.a"}) for each in ("p.a.x", "p.b", "p.c")]
    assert messages == [(), (), ("p.a may be imported only by p.b",)]


# --- against the definition ---------------------------------------------------------------------------------------

NAMES = st.sets(st.sampled_from(PROGRAM), min_size=1, max_size=3)
EDGES = st.sets(st.sampled_from([pair for pair in product(PROGRAM, PROGRAM) if len(set(pair)) > 1]), max_size=8)
DIRECT = ("layers", "independence", "forbidden", "protected")


@given(st.sampled_from(CASES), NAMES, NAMES, EDGES)
def test_there_is_an_objection_exactly_where_imports_between_the_modules_would_break_the_contract(
    case: tuple[str, dict[str, object]], importers: set[str], imported: set[str], edges: set[tuple[str, str]]
) -> None:
    imported -= importers
    there = [] if case[0] in DIRECT else [f"{one} -> {other}" for one, other in edges]
    a_graph = graph(*PROGRAM, *there)
    more = graph(*PROGRAM, *there, *(f"{one} -> {other}" for one, other in product(importers, imported)))
    violations = TYPES[case[0]].parse(Table(case[1])).check(more).violations
    blamed = [edge for edge in product(importers, imported) if any(is_blamed(edge, each) for each in violations)]
    assert bool(rule(*case).would_break(a_graph, importers, imported)) == bool(blamed)


def is_blamed(edge: tuple[str, str], violation: Violation) -> bool:
    """Tell whether an import is a part of a violation; where siblings are the ends, one import of several is shown."""
    siblings = violation.message.startswith("the children of")
    ends = (violation.importer, violation.imported or "")
    return edge in violation.chain or (siblings and all(map(within, edge, ends)))
