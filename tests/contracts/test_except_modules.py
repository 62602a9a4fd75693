"""``except_modules``: modules whose imports are not judged, although chains through them count."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.findings import Findings
from import_contracts.graph.import_graph import ImportGraph
from tests.support.arranging import check, configuration, contract, graph, lint, offenders, program


def judged(a_graph: ImportGraph, except_modules: list[str], type_: str, **keys: object) -> Findings:
    return check(a_graph.excepting(except_modules), type_, **keys)


def broken(folder: Path, *args: str) -> list[str]:
    found = json.loads(lint(folder, "--format", "json", *args).out)
    return [f"{each['importer']} -> {each['imported']}" for one in found["contracts"] for each in one["violations"]]


PROGRAM = (
    "shop.web -> shop.db",
    "shop.cli -> shop.db",
    "shop.cli.run -> shop.db",
    "shop.web -> shop.cli",
    "shop.jobs -> shop.util",
    "shop.util -> shop.cli.run",
)


@pytest.mark.parametrize(
    ("type_", "keys", "expected"),
    [
        (
            "forbidden",
            {"source_modules": ["shop.web", "shop.cli", "shop.jobs"], "forbidden_modules": ["shop.db"]},
            ["shop.jobs -> shop.util", "shop.web -> shop.cli", "shop.web -> shop.db"],
        ),
        (
            "forbidden",
            {"source_modules": ["shop"], "forbidden_modules": ["shop.db"], "as_packages": False},
            [],
        ),
        (
            "layers",
            {"layers": ["shop.db", "shop.web : shop.cli : shop.jobs"]},
            ["shop.jobs -> shop.util", "shop.web -> shop.cli", "shop.web -> shop.db"],
        ),
        (
            "independence",
            {"modules": ["shop.db", "shop.cli", "shop.web"]},
            ["shop.web -> shop.cli", "shop.web -> shop.cli", "shop.web -> shop.db"],
        ),
        ("protected", {"protected_modules": ["shop.db"], "allowed_importers": []}, ["shop.web -> shop.db"]),
        (
            "layers",
            {"containers": ["shop"], "layers": ["web", "db", "jobs", "util"], "exhaustive": True},
            ["shop.util -> shop.cli.run"],
        ),
    ],
)
def test_the_imports_of_an_excepted_package_are_not_judged_but_chains_through_it_count(
    tmp_path: Path, type_: str, keys: dict[str, object], expected: list[str]
) -> None:
    program(tmp_path, *PROGRAM)
    of_type = contract("one", type_, **keys, except_modules=["shop.cli"])
    (tmp_path / "pyproject.toml").write_text(configuration(of_type))
    assert sorted(broken(tmp_path)) == expected


@pytest.mark.parametrize(
    ("type_", "keys"), [("acyclic", {}), ("acyclic_siblings", {"ancestors": ["shop"]}), ("crash", {})]
)
def test_so_it_is_in_cycles(tmp_path: Path, type_: str, keys: dict[str, object]) -> None:
    program(tmp_path, "shop.a -> shop.b", "shop.b -> shop.a", "shop.c -> shop.d", "shop.d -> shop.c")
    for name, other in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")):
        (tmp_path / "shop" / f"{name}.py").write_text(f"from shop.{other} import x{other}\nx{name} = 1\n")
    of_type = contract("one", type_, **keys, except_modules=["shop.a", "shop.c", "shop.d"])
    (tmp_path / "pyproject.toml").write_text(configuration(of_type))
    found = json.loads(lint(tmp_path, "--format", "json").out)["contracts"][0]
    assert [each["importer"] for each in found["violations"]] == ["shop.b"]
    assert not any("shop.c" in each["messages"][0] for each in found["cut"])


def test_between_siblings_the_import_of_another_module_is_judged(tmp_path: Path) -> None:
    program(tmp_path, "shop.a.old -> shop.b", "shop.a.young -> shop.b", "shop.b -> shop.a.old")
    of_type = contract("one", "acyclic_siblings", ancestors=["shop"], except_modules=["shop.a.old"])
    (tmp_path / "pyproject.toml").write_text(configuration(of_type))
    found = json.loads(lint(tmp_path, "--format", "json").out)["contracts"][0]["violations"]
    assert [(each["importer"], each["path"]) for each in found] == [
        ("shop.a", "shop/a/young.py"),
        ("shop.b", "shop/b.py"),
    ]


def test_private_modules_may_be_imported_by_an_excepted_module() -> None:
    a_graph = graph("p.a -> p.b._x", "p.c -> p.b._x")
    found = judged(a_graph, ["p.a"], "private_modules")
    assert offenders(found) == ["p.c -> p.b._x => p.b._x"]
    assert [cut.imports for cut in found.cuts] == [(("p.c", "p.b._x"),)]


def test_the_cut_has_no_imports_that_are_not_judged() -> None:
    found = judged(
        graph("p.a -> p.db", "p.b -> p.db"), ["p.a"], "protected", protected_modules="p.db", allowed_importers=[]
    )
    assert [cut.imports for cut in found.cuts] == [(("p.b", "p.db"),)]


def test_a_contract_of_which_nothing_is_judged_is_a_warning(tmp_path: Path) -> None:
    program(tmp_path, *PROGRAM)
    of_type = contract("one", "layers", layers=["shop.db", "shop.cli"], except_modules=["shop.cli"])
    (tmp_path / "pyproject.toml").write_text(configuration(of_type))
    assert "This contract cannot be broken" in lint(tmp_path).out


def test_a_module_that_does_not_exist_is_an_error_and_a_wildcard_without_a_match_a_warning(tmp_path: Path) -> None:
    program(tmp_path, *PROGRAM)
    of_type = contract("one", "acyclic", except_modules=["shop.cly", "shop.old.*"])
    (tmp_path / "pyproject.toml").write_text(configuration(of_type))
    run = lint(tmp_path)
    assert run.status == 2
    assert "contract 'one': except_modules: Module 'shop.cly' does not exist. Did you mean 'shop.cli'?" in run.out
    assert "contract 'one': except_modules: 'shop.old.*' matches no module." in run.out


def test_explain_says_what_is_not_judged_and_does_not_count_it_as_covered(tmp_path: Path) -> None:
    program(tmp_path, *PROGRAM)
    of_type = contract("one", "layers", layers=["shop.db", "shop.cli : shop.web"], except_modules=["shop.cli"])
    (tmp_path / "pyproject.toml").write_text(configuration(of_type))
    assert "Not judged: the imports of shop.cli. Chains through them count." in lint(tmp_path, "explain", "one").out
    (found,) = json.loads(lint(tmp_path, "explain", "one", "--format", "json").out)["contracts"]
    assert found["covers"] == ["shop.db", "shop.web"]
    assert "forbidden" not in lint(tmp_path, "explain", "shop.cli", "shop.db").out


NODES = ("p.a", "p.a.x", "p.b", "p.b.x", "p.m", "p.t", "p.t.x")
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: edge[0] != edge[1]))


@given(EDGES, st.sets(st.sampled_from(["p.a", "p.a.x", "p.b", "p.b.x", "p.m", "p.t"])))
def test_a_judged_import_is_one_that_reaches_the_target_without_coming_back(
    edges: list[tuple[str, str]], excepted: set[str]
) -> None:
    a_graph = graph(*NODES, *(f"{one} -> {other}" for one, other in edges))
    gone = {node for node in NODES if any(node == each or node.startswith(f"{each}.") for each in excepted)}
    expected = set()
    for source in ("p.a", "p.b"):
        members = {source, f"{source}.x"} - gone
        for importer, imported in edges:
            reached: set[str] = set()
            todo = [imported]
            while todo:
                module = todo.pop()
                if module not in members | reached:
                    reached.add(module)
                    todo += [other for one, other in edges if one == module and module not in {"p.t", "p.t.x"}]
            if importer in members and imported not in members and reached & {"p.t", "p.t.x"}:
                expected.add(f"{importer} -> {imported} => p.t")
    found = judged(a_graph, sorted(excepted), "forbidden", source_modules=["p.a", "p.b"], forbidden_modules="p.t")
    assert set(offenders(found)) == expected
    left = a_graph.without({edge for cut in found.cuts for edge in cut.imports})
    assert not judged(
        left, sorted(excepted), "forbidden", source_modules=["p.a", "p.b"], forbidden_modules="p.t"
    ).violations


@pytest.mark.parametrize(
    ("type_", "keys", "expected"),
    [
        ("allowed", {"modules": "p.a", "allowed": []}, ["p.a.y -> p.b"]),
        ("allowed", {"modules": "p.a", "allowed": [], "indirect": True}, ["p.a.y -> p.a.x", "p.a.y -> p.b"]),
        ("interface", {"package": "p.b", "exposed": []}, ["p.a.y -> p.b => p.b"]),
        ("direct_siblings", {}, ["p.a.y -> p.a"]),
        (
            "forbidden",
            {"source_modules": "p.a", "forbidden_modules": "p.b", "allow_indirect_imports": True},
            ["p.a.y -> p.b => p.b"],
        ),
        ("layers", {"layers": ["p.a", "closed p.c", "p.b"]}, ["p.a.y -> p.a.x => p.b", "p.a.y -> p.b => p.b"]),
        ("layers", {"layers": ["p.a", "closed p.c", "p.b"], "direct": True}, ["p.a.y -> p.b => p.b"]),
    ],
)
def test_what_excepted_modules_import_is_not_judged_by_newer_types_either(
    type_: str, keys: dict[str, object], expected: list[str]
) -> None:
    lines = ("p.a.x -> p.b", "p.a.y -> p.b", "p.a.y -> p.a.x", "p.a.x -> p.a", "p.a.y -> p.a", "p.c")
    found = check(graph(*lines).excepting(["p.a.x"]), type_, **keys)
    assert offenders(found) == expected
    assert not any(edge[0] == "p.a.x" for cut in found.cuts for edge in cut.imports if len(found.violations) == 1)
