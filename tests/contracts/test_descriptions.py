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
from tests.support.arranging import graph

PROGRAM = ["p", "p.a", "p.a.x", "p.a.y", "p.b", "p.c", "q"]
CONTRACTS: dict[str, list[dict[str, object]]] = {
    "layers": [
        {"layers": ["p.a", "p.b : p.c"]},
        {"layers": ["a | (d)", "b | c"], "containers": "p", "exhaustive": True, "exhaustive_ignores": "x"},
        {"layers": ["x", "(y)"], "containers": ["p.a"]},
        {"layers": ["<a> p.a", "closed p.b", "p.c"], "direct": True},
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
    "interface": [
        {"package": "p.a", "exposed": "p.a.x", "except": "p.b"},
        {"package": ["p.a", "p.*"], "exposed": []},
    ],
    "allowed": [
        {"modules": ["p.a", "p.a.x"], "allowed": ["p.b", "p.a.y"]},
        {"allowed": {"p.*": ["p.a"], "p.b": ["p.c"]}, "among_themselves": False},
    ],
    "private_modules": [{}, {"packages_with_private_modules": ["p.a", "q"]}],
    "acyclic_siblings": [{"ancestors": "p", "skip_descendants": "p.a"}, {"ancestors": ["p"], "depth": 0}],
    "direct_siblings": [{}, {"packages": ["p.a", "q"]}],
    "acyclic": [{}],
    "crash": [{}, {"modules": ["p.a", "p.b"], "python": "3.13"}],
    "no_worse": [{}, {"count": "cut", "at_most": 3}],
    "no_needless_deferrals": [{}, {"modules": ["p.a", "p.b"]}],
}
CASES = [(type_, keys) for type_, several in CONTRACTS.items() for keys in several]


def rule(type_: str, keys: dict[str, object]) -> SelfDescription:
    found = self_description(TYPES[type_].parse(Table(keys)))
    assert found is not None
    return found


TOP = "A layer must not import a higher one. From the top:"
INDIRECT = "Indirect imports count too, through modules that are in no layer."
DIRECT_SIBLINGS = "Each child stands for everything inside it. Only direct imports between children count."
NOT_INSIDE = "Only direct imports count. What is inside an exposed module is not exposed."
DEFINING = "They import a name from the module that defines it."
ALONE = "Each name stands for that module only, not for what is inside it."


@pytest.mark.parametrize(
    ("type_", "keys", "sentences"),
    [
        (
            "layers",
            {"layers": ["p.a", "p.b : (p.d)"]},
            ["A layer must not import a higher one. From the top: p.a and p.b : (p.d).", INDIRECT],
        ),
        (
            "layers",
            {"layers": ["x"], "containers": "p.a"},
            ["A layer must not import a higher one. From the top: x.", "The layers are inside p.a.", INDIRECT],
        ),
        (
            "layers",
            {"layers": ["(a)", "(x)"], "containers": ["p.a", "p"]},
            [
                "A layer must not import a higher one. From the top: (a) and (x).",
                "The layers of each container are checked separately: p.a and p.",
                INDIRECT,
            ],
        ),
        (
            "layers",
            {"layers": ["p.c", "p.a | p.b"]},
            [
                "A layer must not import a higher one. From the top: p.c and p.a | p.b.",
                "Modules separated by '|' must not import each other either.",
                INDIRECT,
            ],
        ),
        (
            "layers",
            {"layers": ["a : b : c : d", "e : f : g : h : i", "(j)|k|l|m|n|o"], "containers": "p"},
            [
                f"{TOP} a : b : c : d, e : f : g : … (5) and (j) | k | l | … (6).",
                "The layers are inside p.",
                "Modules separated by '|' must not import each other either.",
                INDIRECT,
            ],
        ),
        (
            "layers",
            {"layers": ["a"], "containers": ["p"], "exhaustive": True, "exhaustive_ignores": ["b", "c"]},
            [
                "A layer must not import a higher one. From the top: a.",
                "The layers are inside p.",
                INDIRECT,
                "Every child of p except b and c must be in a layer.",
            ],
        ),
        (
            "layers",
            {"layers": ["(x)"], "containers": ["p", "q"], "exhaustive": True},
            [
                "A layer must not import a higher one. From the top: (x).",
                "The layers of each container are checked separately: p and q.",
                INDIRECT,
                "Every child of p and q must be in a layer.",
            ],
        ),
        (
            "independence",
            {"modules": ["p.a", "p.b"]},
            ["p.a and p.b must not import each other.", "Indirect imports count too, through any other modules."],
        ),
        (
            "forbidden",
            {"source_modules": ["p.a", "q"], "forbidden_modules": ["p.b", "p.c"]},
            ["p.a and q must not import p.b or p.c.", "Indirect imports count too, through any modules."],
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p.b", "allow_indirect_imports": True, "as_packages": False},
            ["p.a must not import p.b.", "Only direct imports count.", ALONE],
        ),
        (
            "protected",
            {"protected_modules": ["p.a", "q"], "allowed_importers": ["p.b", "p.c"]},
            [
                "p.a and q may be imported only by p.b and p.c.",
                "Only direct imports count. Modules inside a protected module may import it.",
            ],
        ),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": [], "as_packages": False},
            ["p.a may be imported only by modules inside it.", f"Only direct imports count. {ALONE}"],
        ),
        (
            "acyclic_siblings",
            {"ancestors": ["p", "q"], "skip_descendants": ["p.a", "p.b"]},
            [
                "The children of p and q must not form a cycle.",
                DIRECT_SIBLINGS,
                "The same applies inside the children, down to 10 levels, except inside p.a and p.b.",
            ],
        ),
        (
            "acyclic_siblings",
            {"ancestors": "p", "depth": 1},
            [
                "The children of p must not form a cycle.",
                DIRECT_SIBLINGS,
                "The same applies inside the children, down to 1 level.",
            ],
        ),
        (
            "acyclic_siblings",
            {"ancestors": "p", "depth": 0},
            ["The children of p must not form a cycle.", DIRECT_SIBLINGS],
        ),
        (
            "interface",
            {"package": "p.a", "exposed": ["p.a.x", "p.a:order"], "except": ["p.b", "q"]},
            [
                "p.a may be imported only through p.a.x and p.a:order.",
                f"{NOT_INSIDE} p.b and q may import everything in it.",
            ],
        ),
        (
            "interface",
            {"package": ["p.a", "p.b"], "exposed": []},
            ["p.a and p.b may be imported only by modules inside it.", NOT_INSIDE],
        ),
        (
            "allowed",
            {"modules": ["p.a", "p.b"], "allowed": "p.c"},
            ["p.a and p.b may import only p.c.", "Only direct imports count."],
        ),
        (
            "allowed",
            {"allowed": {"p.a": ["p.b"], "p.b": []}, "indirect": True, "among_themselves": False, "exact": True},
            [
                "p.a and p.b may import only what is listed for each.",
                "p.a may import only p.b.",
                "p.b may import no other module.",
                "Indirect imports count too.",
                "They may import each other.",
                "Something must import each of the allowed modules.",
            ],
        ),
        (
            "direct_siblings",
            {"packages": ["p", "p.a"]},
            ["Modules inside p or p.a must not import from that package itself.", DEFINING],
        ),
        ("direct_siblings", {}, ["Modules inside a package must not import from that package itself.", DEFINING]),
        ("acyclic", {}, ["No module may import itself, directly or through other modules."]),
        (
            "crash",
            {},
            [
                "A fresh interpreter must be able to import any module first.",
                "This is predicted for the Python version that runs the tool.",
            ],
        ),
        (
            "crash",
            {"modules": "p.a", "python": "3.13"},
            [
                "A fresh interpreter must be able to import p.a first.",
                "This is predicted for Python 3.13.",
            ],
        ),
        (
            "crash",
            {"modules": ["p.a", "q"]},
            [
                "A fresh interpreter must be able to import any of p.a and q first.",
                "This is predicted for the Python version that runs the tool.",
            ],
        ),
    ],
)
def test_a_contract_says_what_it_is_about(type_: str, keys: dict[str, object], sentences: list[str]) -> None:
    assert list(rule(type_, keys).describe(graph(*PROGRAM)).sentences) == sentences


def test_of_many_names_a_sentence_has_the_first() -> None:
    assert listed("abcdef") == "a, b, c, d and 2 more"
    assert [listed("a"), listed("ab", "or"), listed("abc"), listed("")] == ["a", "a or b", "a, b and c", ""]


A = ["p.a", "p.a.x", "p.a.y"]


@pytest.mark.parametrize(
    ("type_", "keys", "parts"),
    [
        (
            "layers",
            {"layers": ["p.b", "p.*"]},
            [("layer 1", "p.b", ["p.b"]), ("layer 2", "p.a", A), ("layer 2", "p.c", ["p.c"])],
        ),
        (
            "layers",
            {"layers": ["(x)", "(a)"], "containers": ["p.a", "p"]},
            [("layer 1", "p.a.x", ["p.a.x"]), ("layer 2", "p.a", A)],
        ),
        ("independence", {"modules": ["p.b", "p.a"]}, [("independent", "p.b", ["p.b"]), ("independent", "p.a", A)]),
        (
            "forbidden",
            {"source_modules": ["p.a", "p.c"], "forbidden_modules": ["flask", "p.b"]},
            [
                ("source", "p.a", A),
                ("source", "p.c", ["p.c"]),
                ("forbidden", "p.b", ["p.b"]),
                ("forbidden", "flask", []),
            ],
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p", "as_packages": False},
            [("source", "p.a", ["p.a"]), ("forbidden", "p", ["p"])],
        ),
        (
            "protected",
            {"protected_modules": ["p.a", "p.c"], "allowed_importers": "p.b"},
            [("protected", "p.a", A), ("protected", "p.c", ["p.c"]), ("allowed importer", "p.b", ["p.b"])],
        ),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": [], "as_packages": False},
            [("protected", "p.a", ["p.a"])],
        ),
        (
            "interface",
            {"package": "p.a", "exposed": ["p.*.x", "p.a:order"], "except": "p.c"},
            [
                ("package", "p.a", A),
                ("exposed", "p.*.x", ["p.a.x"]),
                ("exposed", "p.a:order", ["p.a"]),
                ("exception", "p.c", ["p.c"]),
            ],
        ),
        (
            "allowed",
            {"modules": ["p.a", "p.a.x"], "allowed": "p.b"},
            [("module", "p.a", ["p.a", "p.a.y"]), ("module", "p.a.x", ["p.a.x"]), ("allowed", "p.b", ["p.b"])],
        ),
        (
            "allowed",
            {"allowed": {"p.a": ["p.b"], "q": []}},
            [("module", "p.a", A), ("module", "q", ["q"]), ("allowed for p.a", "p.b", ["p.b"])],
        ),
        ("direct_siblings", {"packages": ["p.a"]}, [("package", "p.a", A)]),
        ("direct_siblings", {}, [("root package", "p", ["p", *A, "p.b", "p.c"]), ("root package", "q", ["q"])]),
        ("acyclic_siblings", {"ancestors": ["q", "p.a"]}, [("ancestor", "q", ["q"]), ("ancestor", "p.a", A)]),
        (
            "acyclic",
            {},
            [("root package", "p", ["p", *A, "p.b", "p.c"]), ("root package", "q", ["q"])],
        ),
        (
            "crash",
            {"modules": ["q", "p.a.*"]},
            [("first", "p.a.x", ["p.a.x"]), ("first", "p.a.y", ["p.a.y"]), ("first", "q", ["q"])],
        ),
        ("crash", {}, [("root package", "p", ["p", *A, "p.b", "p.c"]), ("root package", "q", ["q"])]),
    ],
)
def test_the_parts_are_what_names_stand_for(
    type_: str, keys: dict[str, object], parts: list[tuple[str, str, list[str]]]
) -> None:
    description = rule(type_, keys).describe(graph(*PROGRAM))
    assert [(each.role, each.name, sorted(each.members)) for each in description.parts] == parts


@pytest.mark.parametrize(
    ("type_", "keys", "importers", "imported", "messages"),
    [
        ("layers", {"layers": ["p.a", "p.b", "p.c"]}, {"p.b"}, {"p.a.x"}, ["p.b must not import p.a"]),
        ("layers", {"layers": ["p.a", "p.b", "p.c"]}, {"p.b"}, {"p.c"}, []),
        ("layers", {"layers": ["p.a", "p.b : p.c"]}, {"p.b"}, {"p.c"}, []),
        ("layers", {"layers": ["p.a", "p.b | p.c"]}, {"p.b"}, {"p.c"}, ["p.b must not import p.c"]),
        ("layers", {"layers": ["p.a | p.b"]}, {"p.a.x"}, {"p.a.y"}, []),
        (
            "layers",
            {"layers": ["p.a", "p.b", "p.c"]},
            {"p.c", "p.b"},
            {"p.a", "p.b"},
            ["p.b must not import p.a", "p.c must not import p.a", "p.c must not import p.b"],
        ),
        ("independence", {"modules": ["p.a", "p.b"]}, {"p.a.y"}, {"p.b"}, ["p.a must not import p.b"]),
        ("independence", {"modules": ["p.a", "p.b"]}, {"p.a.y"}, {"p.a"}, []),
        ("independence", {"modules": ["p.a", "p.b"]}, {"p.c"}, {"p.b"}, []),
        (
            "forbidden",
            {"source_modules": ["p.a", "p.c"], "forbidden_modules": ["p.b", "flask", "q"]},
            {"p.a.x", "p.c"},
            {"q", "p.b", "flask"},
            [
                "p.a must not import p.b",
                "p.c must not import p.b",
                "p.a must not import flask",
                "p.c must not import flask",
                "p.a must not import q",
                "p.c must not import q",
            ],
        ),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p.b", "as_packages": False},
            {"p.a.x"},
            {"p.b"},
            [],
        ),
        (
            "protected",
            {"protected_modules": ["p.a", "p.c"], "allowed_importers": ["p.b", "p.c"]},
            {"q"},
            {"p.a.x", "p.c"},
            ["p.a may be imported only by p.b and p.c", "p.c may be imported only by p.b and p.c"],
        ),
        (
            "protected",
            {"protected_modules": "p.a", "allowed_importers": []},
            {"p.a.x", "p.c"},
            {"p.a"},
            ["p.a may be imported only by modules inside it"],
        ),
        ("protected", {"protected_modules": "p.a", "allowed_importers": []}, {"p.c"}, {"p.b"}, []),
        (
            "interface",
            {"package": "p.a", "exposed": "p.a.x"},
            {"p.a", "p.b"},
            {"p.a.y", "p.c"},
            ["p.a may be imported only through p.a.x"],
        ),
        ("interface", {"package": "p.a", "exposed": "p.a:order"}, {"p.b"}, {"p.a"}, []),
        (
            "interface",
            {"package": "p.a", "exposed": "p.a:order"},
            {"p.b"},
            {"p.a", "p.a.x"},
            ["p.a may be imported only through p.a:order"],
        ),
        (
            "allowed",
            {"modules": ["p.a", "p.c"], "allowed": "p.b"},
            {"p.a.x", "p.b", "p.c"},
            {"p.a.y", "p.b"},
            ["p.c may import only p.b"],
        ),
        (
            "direct_siblings",
            {},
            {"p.a.x", "q"},
            {"p.a", "p", "p.b"},
            ["modules inside p must not import from p itself", "modules inside p.a must not import from p.a itself"],
        ),
        ("acyclic", {}, {"p.c"}, {"p.a", "p.b"}, ["a direct import would close a cycle"]),
        ("acyclic", {}, {"p.b"}, {"p.c"}, []),
        (
            "acyclic_siblings",
            {"ancestors": ["p.a", "p"]},
            {"p.c", "p.a.y"},
            {"p.a.x", "q"},
            [
                "a direct import would close a cycle between children of p",
                "a direct import would close a cycle between children of p.a",
            ],
        ),
        ("acyclic_siblings", {"ancestors": "p", "depth": 0}, {"p.a.y"}, {"p.a.x"}, []),
        ("acyclic_siblings", {"ancestors": "p.a"}, {"q.y"}, {"p.a.x"}, []),
        ("acyclic_siblings", {"ancestors": "p"}, {"p.b.x"}, {"p.b.y"}, []),
        ("crash", {}, {"p.c"}, {"p.b"}, []),
    ],
)
def test_an_import_that_does_not_exist_yet_would_break_a_contract_or_not(
    type_: str, keys: dict[str, object], importers: set[str], imported: set[str], messages: list[str]
) -> None:
    a_graph = graph(*PROGRAM, "p.b -> p.c", "p.a.x -> p.a.y", "p.a.x -> p.b.x", "p.b.y -> p.a.y", external=("flask",))
    assert rule(type_, keys).would_break(a_graph, importers, imported) == tuple(messages)


def test_what_lies_inside_a_protected_module_may_import_it() -> None:
    protected = rule("protected", {"protected_modules": "p.a", "allowed_importers": "p.b"})
    messages = [protected.would_break(graph(*PROGRAM), {each}, {"p.a"}) for each in ("p.a.x", "p.b", "p.c")]
    assert messages == [(), (), ("p.a may be imported only by p.b",)]


# --- against the definition ---------------------------------------------------------------------------------------

NAMES = st.sets(st.sampled_from(PROGRAM), min_size=1, max_size=3)
EDGES = st.sets(st.sampled_from([pair for pair in product(PROGRAM, PROGRAM) if len(set(pair)) > 1]), max_size=8)
DIRECT = ("layers", "independence", "allowed", "direct_siblings", "forbidden", "interface", "protected")


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
