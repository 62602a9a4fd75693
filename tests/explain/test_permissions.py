"""What may be imported, asked before it is: ``explain A B --may`` and ``explain MODULE``."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.config.contracts import Contract
from import_contracts.explain.permissions import permissions
from import_contracts.explain.views import View
from import_contracts.graph.kinds import Kind
from import_contracts.judging.verdict import Verdict, findings_of
from import_contracts.reports.explain import Region
from tests.support.arranging import configuration, contract, graph, lint, program, rule_of

LAYERS = contract("layers", "layers", layers=["shop.web", "shop.models"], reason="Models are shared.")
FEATURES = contract("features", "independence", modules=["shop.features.*"])
ORM = contract("orm", "protected", protected_modules=["django.db"], allowed_importers=["shop.db"])
PURE = contract("pure", "forbidden", source_modules=["shop.models"], forbidden_modules=["<third party>"])
KEYS = "include_external_packages = true\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    lines = ("shop.features.a -> shop.util", "shop.util -> shop.web", "shop.db -> django.db", "shop.web -> django.http")
    program(tmp_path, *lines, "shop.models.order", "shop.features.b", "shop.mail -> shop.features.a")
    (tmp_path / "pyproject.toml").write_text(configuration(LAYERS, FEATURES, ORM, PURE, keys=KEYS))
    return tmp_path


@pytest.mark.parametrize(
    ("importer", "imported", "expected"),
    [
        ("shop.models.order", "shop.web", {"layers": ["shop.models must not import shop.web"]}),
        ("shop.web", "shop.models.order", {}),
        ("shop.web.views", "shop.models.order", {}),
        ("shop.web.views.forms", "shop.models.prices", {}),
        ("shop.models.new", "shop.web.new", {"layers": ["shop.models must not import shop.web"]}),
        ("shop.features.new", "shop.features.a", {"features": ["shop.features.new must not import shop.features.a"]}),
        ("shop.features.a", "shop.features.new", {"features": ["shop.features.a must not import shop.features.new"]}),
        (
            "shop.features.b",
            "shop.mail",
            {
                "features": [
                    "shop.features.b must not import shop.features.a (shop.features.b -> shop.mail -> shop.features.a)"
                ]
            },
        ),
        ("shop.util", "django.db", {"orm": ["django.db may be imported only by shop.db"]}),
        ("shop.db.new", "django.db", {}),
        ("shop.models.new", "requests", {"pure": ["shop.models must not import requests"]}),
        ("shop.web.new", "requests", {}),
    ],
)
def test_an_import_may_be_asked_about_before_it_or_its_modules_exist(
    shop: Path, importer: str, imported: str, expected: dict[str, list[str]]
) -> None:
    run = lint(shop, "explain", importer, imported, "--may", "--format", "json")
    found = json.loads(run.out)
    wanted = {
        each["id"]: each["sentences"] for each in found["objections"] if each["id"] != "pure" or "pure" in expected
    }
    assert wanted == expected
    assert run.status == int(bool(found["objections"]))
    stances = {each["id"]: each["stance"] for each in found["concerns"]}
    assert all(stances[id_] == "forbidden" for id_ in expected)


def test_the_answer_names_the_contracts_and_their_reasons(shop: Path) -> None:
    run = lint(shop, "explain", "shop.models.new", "shop.web", "--may")
    assert run.status == 1
    assert "  shop.models.new is new: it is not in the program.\n" in run.out
    assert "  shop.models.new must not import shop.web: layers and pure.\n" in run.out
    assert "    shop.models must not import shop.web\n    Reason: Models are shared.\n" in run.out
    run = lint(shop, "explain", "shop.web.new", "shop.models.order", "--may")
    assert (run.status, "  shop.web.new may import shop.models.order.\n" in run.out) == (0, True)
    assert lint(shop, "explain", "shop.models.new", "shop.web").status == 0


def test_an_import_that_exists_and_breaks_a_contract_must_not_be(shop: Path) -> None:
    (shop / "shop" / "models" / "order.py").write_text("import shop.util\n")
    assert lint(shop, "explain", "shop.models.order", "shop.util", "--may").status == 1
    (shop / "known.txt").write_text("layers shop.models.order -> shop.util => shop.web\n")
    (shop / "pyproject.toml").write_text(configuration(LAYERS, keys='baseline = "known.txt"\n'))
    assert lint(shop, "explain", "shop.models.order", "shop.util", "--may").status == 1


def test_an_import_that_is_ignored_may_be(shop: Path) -> None:
    ignoring = contract(
        "layers",
        "layers",
        layers=["shop.web", "shop.models"],
        ignore_imports=["shop.models.* -> shop.web"],
        unmatched_ignore_imports_alerting="none",
    )
    (shop / "pyproject.toml").write_text(configuration(ignoring))
    assert lint(shop, "explain", "shop.models.new", "shop.web", "--may").status == 0
    assert lint(shop, "explain", "shop.models", "shop.web", "--may").status == 1


def test_a_name_that_is_nearly_one_that_exists_is_doubted(shop: Path) -> None:
    run = lint(shop, "explain", "shop.models.ordr", "shop.web")
    assert (run.status, "There is no module 'shop.models.ordr'. Did you mean 'shop.models.order'?" in run.err) == (
        2,
        True,
    )
    run = lint(shop, "explain", "shop.models.ordr", "shop.web", "--may")
    assert (run.status, "warning: There is no module 'shop.models.ordr'." in run.out) == (1, True)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("shop.web", "--may"), "--may needs two modules"),
        (("django", "shop.web", "--may"), "'django' is an external package, whose imports are not known."),
        (("other.x", "shop.web", "--may"), "'other.x' is an external package, whose imports are not known."),
        (("shop.web", "django.http", "--may"), "'django.http' is part of an external package; name the package"),
        (("shop.web", "shop.web", "--may"), "is named twice"),
    ],
)
def test_what_cannot_be_asked_is_told(shop: Path, names: tuple[str, ...], message: str) -> None:
    run = lint(shop, "explain", *names)
    assert (run.status, message in run.err) == (2, True)


def test_a_contract_that_cannot_be_checked_makes_no_answer(shop: Path) -> None:
    wrong = contract("wrong", "layers", layers=["shop.wbe", "shop.models"])
    (shop / "pyproject.toml").write_text(configuration(LAYERS, wrong))
    assert lint(shop, "explain", "shop.models.new", "shop.web", "--may").status == 2


def test_a_module_is_explained_by_what_it_may_import_and_who_may_import_it(shop: Path) -> None:
    run = lint(shop, "explain", "shop.models.prices")
    assert run.status == 0
    assert run.out.startswith("shop.models.prices (new: it is not in the program)\n\n  It may import:\n")
    assert "    shop.web         1 module  [layers and pure]\n" in run.out
    found = json.loads(lint(shop, "explain", "shop.models.prices", "--format", "json").out)
    assert (found["module"], found["exists"], found["covered_by"]) == ("shop.models.prices", False, ["layers", "pure"])
    forbidden = {each["name"]: each["contracts"] for each in found["imports"] if each["contracts"]}
    assert forbidden == {
        "django": ["pure"],
        "django.db": ["orm", "pure"],
        "shop.db": ["pure"],
        "shop.features.a": ["layers", "pure"],
        "shop.mail": ["layers", "pure"],
        "shop.util": ["layers", "pure"],
        "shop.web": ["layers", "pure"],
    }
    assert [each["name"] for each in found["importers"] if not each["contracts"]] == ["shop"]


def test_contracts_about_cycles_and_text_are_not_asked_about_a_module(shop: Path) -> None:
    (shop / "pyproject.toml").write_text(
        configuration(LAYERS, contract("acyclic", "acyclic"), contract("crash", "crash"))
    )
    found = json.loads(lint(shop, "explain", "shop.web", "--format", "json").out)
    assert found["left_out"] == ["acyclic", "crash"]
    said = lint(shop, "explain", "shop.web").out
    assert "  Not considered, because they depend on more than module names: acyclic and crash.\n" in said
    assert "  It must not be imported by:\n    shop.models  2 modules  [layers]\n" in said


def test_a_contract_comes_before_a_module_of_the_same_name(shop: Path) -> None:
    (shop / "pyproject.toml").write_text(configuration(LAYERS.replace('id = "layers"', 'id = "shop.web"')))
    assert lint(shop, "explain", "shop.web").out.startswith("Layers [shop.web] (layers, in pyproject.toml)\n")


NODES = ("p.a", "p.a.x", "p.b", "p.b.x", "p.m", "p.t")
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: edge[0] != edge[1]))
CONTRACTS: list[tuple[str, dict[str, object]]] = [
    ("layers", {"layers": ["p.t", "p.b", "p.a"]}),
    ("independence", {"modules": ["p.a", "p.b", "p.t"]}),
    ("forbidden", {"source_modules": ["p.a", "p.m"], "forbidden_modules": ["p.t"]}),
    ("protected", {"protected_modules": ["p.t", "p.b"], "allowed_importers": ["p.a.x"]}),
]


@given(EDGES, st.sampled_from(CONTRACTS), st.sampled_from([*NODES, "p.a.new", "p.new"]))
def test_each_answer_about_a_module_is_that_of_the_single_import(
    edges: list[tuple[str, str]], of: tuple[str, dict[str, object]], module: str
) -> None:
    type_, keys = of
    whole = graph(*NODES, *(f"{one} -> {other}" for one, other in edges))
    one = Contract("c", "c", type_, "", rule_of(type_, **keys))
    statements = None  # which these types do not read
    verdict = Verdict(one, whole, frozenset(), findings_of(one, whole, (), statements), None, is_checked=True)  # type: ignore[arg-type]
    view = View(verdict, statements, (module,))  # type: ignore[arg-type]
    found = permissions(module, whole, [view])

    def forbids(importer: str, imported: str) -> bool:
        changed = whole.with_modules([module]).with_imports([((importer, imported), 0, Kind.RUNTIME)])
        return any(each.chain[:1] == ((importer, imported),) for each in one.rule.check(changed).violations)  # type: ignore[union-attr]

    def said(regions: tuple[Region, ...], other: str) -> bool:
        inside = [
            each for each in regions if other == each.name or (not each.alone and other.startswith(f"{each.name}."))
        ]
        (region,) = inside
        return bool(region.contracts)

    for other in whole.modules:
        if other != module:
            assert said(found.imports, other) == forbids(module, other)
            assert said(found.importers, other) == forbids(other, module)
