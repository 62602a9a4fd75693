"""The command explain: how one module depends on another, and what contracts say."""

import json
import re
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from import_contracts.config.contracts import Contract
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.explain.coverage import audit, coverage
from import_contracts.explain.dependency import dependency
from import_contracts.explain.views import View
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ImportPattern
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import Verdict
from import_contracts.reports.explain import ContractDescription
from tests.support.arranging import Run, configuration, contract, graph, lint, program, write

HEAD = configuration()
IMPORTS = ("shop.web -> shop.models", "shop.models.user -> shop.mail", "shop.models.order -> shop.util")
MORE = ("shop.mail -> shop.util", "shop.util -> shop.web", "shop.cart -> shop.stock", "shop.extra.a", "shop.extra.b")
LAYERS = contract("layers", "layers", layers=["shop.web", "shop.models"])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return program(tmp_path, *IMPORTS, *MORE)


def explain(folder: Path, *args: str, contracts: str = "", head: str = HEAD) -> Run:
    if contracts:
        write(folder, {"pyproject.toml": head + contracts})
    return lint(folder, "explain", *args)


def document(folder: Path, *args: str, contracts: str = "", head: str = HEAD) -> dict[str, Any]:
    run = explain(folder, *args, "--format", "json", contracts=contracts, head=head)
    assert run.status == 0, run.err + run.out
    found = json.loads(run.out)
    assert isinstance(found, dict)
    return found


def ways(found: dict[str, Any]) -> list[str]:
    return [" -> ".join([each[0]["importer"], *(at["imported"] for at in each)]) for each in found["chains"]]


def stances(folder: Path, contracts: str, *names: str) -> dict[str, str]:
    found = document(folder, *(names or ("shop.models", "shop.web")), contracts=contracts)
    return {each["id"]: each["stance"] for each in found["concerns"]}


# --- how one module depends on another ----------------------------------------------------------------------------


def test_every_import_that_leads_there_is_shown_with_its_shortest_chain_and_what_to_cut(shop: Path) -> None:
    found = document(shop, "shop.models", "shop.web")
    assert ways(found) == [
        "shop.models.order -> shop.util -> shop.web",
        "shop.models.user -> shop.mail -> shop.util -> shop.web",
    ]
    assert [(each["importer"], each["imported"]) for each in found["cut"]] == [("shop.util", "shop.web")]


def test_the_shortest_chain_comes_first(tmp_path: Path) -> None:
    program(tmp_path, "p.a.one -> p.m", "p.m -> p.b", "p.a.two -> p.b")
    assert ways(document(tmp_path, "p.a", "p.b")) == ["p.a.two -> p.b", "p.a.one -> p.m -> p.b"]


def test_without_a_configuration_no_contract_is_spoken_of(shop: Path) -> None:
    found = document(shop, "shop.models", "shop.web")
    assert found["concerns"] is None
    assert "contracts" not in explain(shop, "shop.models", "shop.web").out


def test_nor_with_one_that_is_about_another_program(shop: Path) -> None:
    found = document(shop, "click.core", "click.types", contracts=LAYERS)
    assert found["chains"][0][0]["importer"] == "click.core"
    assert found["concerns"] is None


def test_without_a_configuration_modules_are_looked_up_here_and_in_src(tmp_path: Path) -> None:
    program(tmp_path / "src", "p.a -> p.b")
    program(tmp_path, "q.a -> q.b")
    assert [ways(document(tmp_path, f"{each}.a", f"{each}.b")) for each in "pq"] == [["p.a -> p.b"], ["q.a -> q.b"]]


def test_without_a_configuration_the_modules_are_those_of_cycles_also_in_folders_without_init(tmp_path: Path) -> None:
    write(program(tmp_path, "p.b"), {"p/ext/a.py": "import p.b\n", "app.py": "import lib\n", "lib.py": ""})
    assert ways(document(tmp_path, "p.ext.a", "p.b")) == ["p.ext.a -> p.b"]
    assert ways(document(tmp_path, "app", "lib")) == ["app -> lib"]


def test_a_configuration_about_a_part_of_a_namespace_is_about_that_namespace(tmp_path: Path) -> None:
    program(tmp_path, "ns.shop.web -> ns.shop.models")
    (tmp_path / "ns/__init__.py").unlink()
    layers = contract("layers", "layers", layers=["ns.shop.web", "ns.shop.models"])
    found = document(tmp_path, "ns.shop.web", "ns.shop.models", contracts=layers, head=configuration(root="ns.shop"))
    assert [each["stance"] for each in found["concerns"]] == ["allowed"]


def test_where_there_is_no_dependency_that_is_said_and_the_other_way_named(shop: Path) -> None:
    run = explain(shop, "shop.stock", "shop.cart")
    assert run.status == 0
    assert run.out.startswith("shop.stock does not depend on shop.cart.")
    assert "lint-imports explain shop.cart shop.stock\n" in run.out


def test_a_dependency_in_both_directions_is_said_with_the_command_that_tells_of_cycles(shop: Path) -> None:
    assert "lint-imports cycles shop.models" in explain(shop, "shop.models", "shop.web").out
    assert document(shop, "shop.models", "shop.web")["back"] == 1


@pytest.mark.parametrize(("names", "expected"), [(("shop", "shop.util"), 2), (("shop.util", "shop"), 1)])
def test_a_package_stands_for_what_is_inside_it_but_the_other_one(
    shop: Path, names: tuple[str, str], expected: int
) -> None:
    assert len(document(shop, *names)["chains"]) == expected
    assert "shop (without shop.util)" in explain(shop, *names).out


@pytest.mark.parametrize(
    ("source", "is_eager"),
    [("import p.b\ndef f():\n    import p.c\n", True), ("import p.c\ndef f():\n    import p.b\n", False)],
)
def test_it_is_said_where_no_chain_runs_at_import(tmp_path: Path, source: str, is_eager: bool) -> None:
    write(program(tmp_path, "p.a", "p.b", "p.c"), {"p/a.py": source})
    assert document(tmp_path, "p.a", "p.b")["is_eager"] is is_eager
    assert (
        "Every chain needs a deferred, lazy or type-checking import." in explain(tmp_path, "p.a", "p.b").out
    ) is not is_eager


def test_nor_with_a_configuration_for_which_all_kinds_are_the_same(tmp_path: Path) -> None:
    write(program(tmp_path, "shop.web", "shop.models"), {"shop/models.py": "def f():\n    import shop.web\n"})
    found = document(tmp_path, "shop.models", "shop.web", contracts=LAYERS)
    assert (found["is_eager"], found["chains"][0][0]["kind"]) == (False, "deferred")


@pytest.mark.parametrize("names", [("shop.models", "shop.web"), ("layers",), ()])
def test_what_is_wrong_elsewhere_is_said_where_it_matters(shop: Path, names: tuple[str, ...]) -> None:
    dull = LAYERS + 'ignore_imports = ["shop.gone -> shop.web"]\nunmatched_ignore_imports_alerting = "warn"\n'
    other = contract("other", "layers", layers=["shop.web"], wrong=1)
    write(shop, {"shop/bad.py": "def f(:\n", "pyproject.toml": HEAD + "misspelt = 1\n" + dull + other})
    run = explain(shop, *names, "--format", "json")
    told = json.loads(run.out)
    found = [{each["contract"] or each["key"] or each["file"] for each in told[key]} for key in ("warnings", "errors")]
    if len(names) == 2:
        expected: list[set[str]] = [set(), {"other", "shop/bad.py"}]
    else:
        expected = [{"layers"}, {"shop/bad.py"}] if names else [{"layers", "misspelt"}, {"other", "shop/bad.py"}]
    assert (run.status, found) == (2, expected)


def test_a_warning_is_none_of_the_problems_of_a_dependency(shop: Path) -> None:
    assert document(shop, "shop.models", "shop.web", contracts=LAYERS, head=HEAD + "misspelt = 1\n")["errors"] == []


def test_all_contracts_are_known_by_their_ids(shop: Path) -> None:
    contracts = "".join(contract(id_, "acyclic") for id_ in ("zeta", "beta", "eta"))
    assert "beta, eta, zeta" in explain(shop, "quite-different", contracts=contracts).err


def test_an_explanation_in_a_file_has_no_colors(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in explain(shop, "shop.models", "shop.web", contracts=LAYERS).out
    assert explain(shop, "shop.models", "shop.web", "--output", "told").out == ""
    assert "\x1b[" not in (shop / "told").read_text()


@pytest.mark.parametrize(("importers", "hidden"), [(6, None), (7, "1 more import"), (8, "2 more imports")])
def test_of_many_imports_that_lead_there_a_few_are_shown(tmp_path: Path, importers: int, hidden: str | None) -> None:
    program(tmp_path, *(f"p.a.m{number} -> p.b" for number in range(importers)))
    found = re.search(r"… and (.*) \(--verbose shows all\)", explain(tmp_path, "p.a", "p.b").out)
    assert (found and found[1]) == hidden


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("shop.modls", "shop.web"), "There is no module 'shop.modls'. Did you mean 'shop.models'?"),
        (("shop.models", "shop.wbe"), "There is no module 'shop.wbe'. Did you mean 'shop.web'?"),
        (("shop.web", "shop.web"), "'shop.web' is named twice"),
        (("shop.web", "django"), "set include_external_packages = true"),
        (("shpo.web", "shop.web"), "Did you mean 'shop'?"),
        (("a", "b", "c"), "Name one contract, or two modules"),
        (("shop.modls",), "There is no contract 'shop.modls'. Did you mean 'shop.models'?"),
        (("layer",), "contract 'layer'"),
        (("layer",), "Did you mean 'layers'?"),
        (("nothing",), "Use one of: layers."),
        (("shop.modls", "shop.wbe"), "Did you mean 'shop.models'?"),
        (("shop.modls", "shop.wbe"), "Did you mean 'shop.web'?"),
    ],
)
def test_what_cannot_be_explained_is_said(shop: Path, names: tuple[str, ...], message: str) -> None:
    run = explain(shop, *names, contracts=LAYERS)
    assert run.status == 2
    assert message in run.err


EXTERNAL = HEAD + "include_external_packages = true\n"


def test_an_external_package_may_be_what_is_depended_on(shop: Path) -> None:
    write(shop, {"shop/mail.py": "import django.db\n"})
    found = document(shop, "shop.models", "django", contracts=LAYERS, head=EXTERNAL)
    assert ways(found) == ["shop.models.user -> shop.mail -> django"]
    assert not document(shop, "shop.models", "requests")["chains"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("django", "shop"), "'django' is an external package, whose imports are not known."),
        (("shop", "djanog"), "Nothing imports 'djanog'. Did you mean 'django'?"),
        (("shop", "django.db"), "name the package, 'django'"),
        (("shop", "djang.o"), "Nothing imports 'djang.o'. Did you mean 'django'?"),
    ],
)
def test_what_is_not_known_of_external_packages_is_said(shop: Path, names: tuple[str, str], message: str) -> None:
    write(shop, {"shop/mail.py": "import django.db\n"})
    run = explain(shop, *names, "--config", "pyproject.toml", contracts=LAYERS, head=EXTERNAL)
    assert (run.status, message in run.err) == (2, True), run.err


# --- what the contracts say of it ---------------------------------------------------------------------------------


def test_a_contract_that_the_dependency_breaks_comes_first_with_its_sentence(shop: Path) -> None:
    free = contract("free", "independence", modules=["shop.cart", "shop.extra"])
    found = document(shop, "shop.models", "shop.web", contracts=free + LAYERS)
    assert [(each["id"], each["stance"], each["new"]) for each in found["concerns"]] == [("layers", "broken", 2)]
    assert found["concerns"][0]["sentences"] == ["shop.models must not import shop.web"]
    assert found["silent"] == ["free"]


def test_a_module_on_the_way_is_spoken_of_as_well(shop: Path) -> None:
    assert stances(shop, LAYERS, "shop.models", "shop.mail") == {"layers": "broken"}


@pytest.mark.parametrize(
    ("keys", "names", "expected"),
    [
        ({"layers": ["shop.models", "shop.web"]}, (), "allowed"),
        ({"layers": ["shop.stock", "shop.cart", "shop.web"]}, ("shop.web", "shop.cart"), "forbidden"),
        ({"layers": ["shop.cart", "shop.stock"]}, ("shop.cart", "shop.web"), "elsewhere"),
        ({"layers": ["shop.web", "shop.models"], "ignore_imports": ["shop.util -> *.web"]}, (), "ignored"),
        ({"layers": ["user", "order"], "containers": ["shop.models"]}, ("shop.models", "shop"), "elsewhere"),
        ({"layers": ["user", "order"], "containers": ["shop.models"]}, ("shop", "shop.models"), "elsewhere"),
    ],
)
def test_a_contract_allows_forbids_or_ignores_it_or_looks_at_one_end(
    shop: Path, keys: dict[str, object], names: tuple[str, ...], expected: str
) -> None:
    assert stances(shop, contract("one", "layers", **keys), *names) == {"one": expected}


@pytest.mark.parametrize(
    ("ignores", "expected"),
    [
        (["shop.models.order -> shop.util"], ("broken", 1, 0, 1)),
        (["shop.models.order -> shop.util", "shop.cart -> shop.web"], ("broken", 1, 0, 1)),
        (["shop.cart -> shop.web", "shop.util -> shop.web"], ("ignored", 0, 0, 2)),
        (["shop.web -> shop.models"], ("broken", 2, 0, 0)),
        (["shop.cart -> shop.web"], ("broken", 2, 0, 0)),
    ],
)
def test_what_is_ignored_of_it_is_counted_apart(
    shop: Path, ignores: list[str], expected: tuple[str, int, int, int]
) -> None:
    keys = {"ignore_imports": ignores, "unmatched_ignore_imports_alerting": "none"}
    (found,) = document(
        shop,
        "shop.models",
        "shop.web",
        contracts=contract("layers", "layers", layers=["shop.web", "shop.models"], **keys),
    )["concerns"]
    assert (found["stance"], found["new"], found["known"], found["ignored"]) == expected
    assert found["sentences"] == ["shop.models must not import shop.web"]
    assert found["note"] == ""


def test_of_a_contract_that_is_not_checked_nothing_is_counted(shop: Path) -> None:
    keys = {"ignore_imports": ["shop.util -> shop.web", "shop.cart -> shop.gone"]}
    wrong = contract("layers", "layers", layers=["shop.web", "shop.models"], **keys)
    run = explain(shop, "shop.models", "shop.web", "--format", "json", contracts=wrong)
    (found,) = json.loads(run.out)["concerns"]
    assert (run.status, found["stance"], found["ignored"]) == (2, "forbidden", 0)


def test_known_violations_are_counted_apart_from_new_ones(shop: Path) -> None:
    known = {"known.txt": "layers shop.models.order -> shop.util => shop.web\n"}
    head = HEAD + 'baseline = "known.txt"\n'
    (found,) = document(write(shop, known), "shop.models", "shop.web", contracts=LAYERS, head=head)["concerns"]
    assert (found["stance"], found["new"], found["known"]) == ("broken", 1, 1)
    told = document(shop, "layers")["contracts"][0]
    assert (told["kept"], told["new"], told["known"]) == (False, 1, 1)


def test_an_inner_import_of_a_package_is_none_of_its_imports_of_what_is_around_it(shop: Path) -> None:
    write(shop, {"shop/models/order.py": "import shop.models.user\n", "shop/models/user.py": ""})
    inner = contract("inner", "layers", layers=["user", "order"], containers=["shop.models"])
    assert lint(write(shop, {"pyproject.toml": HEAD + inner})).status == 1
    assert stances(shop, inner, "shop.models", "shop") == {"inner": "elsewhere"}
    assert stances(shop, inner, "shop", "shop.models") == {"inner": "elsewhere"}
    assert stances(shop, inner, "shop.models.order", "shop.models") == {"inner": "broken"}


def test_what_is_forbidden_and_not_there_needs_no_excuse(shop: Path) -> None:
    down = contract("down", "layers", layers=["shop.stock", "shop.cart"], exclude_deferred_imports=True)
    (found,) = document(shop, "shop.cart", "shop.web", contracts=down)["concerns"]
    assert (found["stance"], found["note"]) == ("elsewhere", "")
    write(shop, {"shop/cart.py": ""})
    (found,) = document(shop, "shop.cart", "shop.stock", contracts=down)["concerns"]
    assert (found["stance"], found["note"]) == ("forbidden", "")
    assert found["sentences"] == ["shop.cart must not import shop.stock"]


def test_the_gravest_stance_comes_first(shop: Path) -> None:
    def layers(id_: str, **keys: object) -> str:
        return contract(id_, "layers", layers=["shop.web", "shop.models"], **keys)

    known = "".join(f"known shop.models.{each} => shop.web\n" for each in ("order -> shop.util", "user -> shop.mail"))
    write(shop, {"known.txt": known})
    contracts = (
        contract("elsewhere", "layers", layers=["shop.web", "shop.cart"]),
        contract("allowed", "layers", layers=["shop.models", "shop.web"]),
        contract("forbidden", "protected", protected_modules=["shop.web"], allowed_importers=["shop.util"]),
        layers("ignored", ignore_imports=["shop.util -> shop.web"]),
        contract("silent", "independence", modules=["shop.cart", "shop.extra"]),
        layers("known"),
        layers("broken"),
        contract("mute", "independence", modules=["shop.cart", "shop.stock"], ignore_imports=["*.cart -> *.stock"]),
    )
    head = HEAD + 'baseline = "known.txt"\n'
    found = document(shop, "shop.models", "shop.web", contracts="".join(contracts), head=head)
    order = ["broken", "known", "ignored", "forbidden", "allowed", "elsewhere"]
    assert [each["stance"] for each in found["concerns"]] == [each["id"] for each in found["concerns"]] == order
    assert found["silent"] == ["silent", "mute"]
    sentences = {each["id"]: each["sentences"] for each in found["concerns"]}
    assert sentences["elsewhere"] == ["shop.web"]
    assert sentences["known"] == sentences["ignored"] == ["shop.models must not import shop.web"]


def test_what_is_in_the_baseline_is_known(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + LAYERS})
    assert lint(shop, "baseline", "create").status == 0
    assert [each["stance"] for each in document(shop, "shop.models", "shop.web")["concerns"]] == ["known"]


def test_a_contract_that_does_not_count_the_imports_says_so(tmp_path: Path) -> None:
    write(program(tmp_path, "shop.web", "shop.models"), {"shop/models.py": "def f():\n    import shop.web\n"})
    only = contract("layers", "layers", layers=["shop.web", "shop.models"], exclude_deferred_imports=True)
    found = document(tmp_path, "shop.models", "shop.web", contracts=only)["concerns"][0]
    assert (found["stance"], found["note"]) == ("forbidden", "Excluded kinds of imports: deferred.")


def test_one_that_looks_at_direct_imports_only_is_not_broken_by_a_longer_way(shop: Path) -> None:
    only = contract("only", "protected", protected_modules=["shop.web"], allowed_importers=["shop.util"])
    found = document(shop, "shop.models", "shop.web", contracts=only)["concerns"][0]
    assert (found["stance"], found["note"]) == ("forbidden", "No current import breaks it.")


def test_nor_is_it_where_the_kinds_that_count_lead_there_too(shop: Path) -> None:
    keys = {"protected_modules": ["shop.web"], "allowed_importers": ["shop.util"], "exclude_deferred_imports": True}
    found = document(shop, "shop.models", "shop.web", contracts=contract("only", "protected", **keys))["concerns"][0]
    assert (found["stance"], found["note"]) == ("forbidden", "No current import breaks it.")


def test_an_import_the_other_way_would_close_a_cycle(shop: Path) -> None:
    cycles = contract("acyclic", "acyclic") + contract("siblings", "acyclic_siblings", ancestors=["shop"])
    assert stances(shop, cycles, "shop.stock", "shop.cart") == {"acyclic": "forbidden", "siblings": "forbidden"}
    ignoring = contract("acyclic", "acyclic", ignore_imports=["shop.cart -> shop.stock"])
    assert stances(shop, ignoring, "shop.stock", "shop.cart") == {"acyclic": "allowed"}
    assert stances(shop, cycles, "shop.cart", "shop.extra") == {"acyclic": "allowed", "siblings": "allowed"}


# --- contracts in words -------------------------------------------------------------------------------------------


def test_a_contract_is_told_with_what_it_looks_at_and_how_it_stands(shop: Path) -> None:
    found = document(shop, "layers", contracts=LAYERS)["contracts"][0]
    assert found["covers"] == ["shop.models", "shop.models.order", "shop.models.user", "shop.web"]
    assert (found["kept"], found["new"], found["known"]) == (False, 2, 0)


def test_which_imports_count_is_told(shop: Path) -> None:
    keys = {"exclude_type_checking_imports": True, "exclude_deferred_imports": True, "include_parent_packages": True}
    usual, special = document(shop, contracts=LAYERS + contract("two", "layers", layers=["shop.web"], **keys))[
        "contracts"
    ]
    assert special["sentences"][-2:] == [
        "Excluded kinds of imports: deferred and type_checking.",
        "An import of a.b.c also counts as an import of a and a.b.",
    ]
    assert len(usual["sentences"]) == len(special["sentences"]) - 2


def test_a_contract_with_a_wrong_key_is_not_described(shop: Path) -> None:
    run = explain(shop, "layers", "--format", "json", contracts=LAYERS + "layerz = 1\n")
    (found,) = json.loads(run.out)["contracts"]
    assert (run.status, found["sentences"]) == (2, ["It is not checked, because its keys are wrong."])
    assert found["kept"] is None
    assert found["covers"] is None
    assert found["options"] == [["layers", ["shop.web", "shop.models"]], ["layerz", 1]]
    assert found["parts"] == []


def test_a_type_of_this_program_that_cannot_describe_itself_is_a_bug_of_this_program(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("import_contracts.contracts.layers.Layers.describe", lambda *_: 1 / 0)
    assert explain(shop, "layers", contracts=LAYERS).status == 70


OWN = """
from import_contracts.rules import Description, Findings, Part, Violation

class Silent:
    def __init__(self, table):
        table.strings("most", ())
    def check(self, graph):
        return Findings()

class Failing(Silent):
    def describe(self, graph):
        raise ValueError
    def would_break(self, graph, importers, imported):
        raise ValueError

class Wordless(Silent):
    def describe(self, graph):
        return Description((), ())
    def would_break(self, graph, importers, imported):
        return ()

class Strict(Silent):
    def check(self, graph):
        found = [edge for edge in graph.edges() if edge[1] == "shop.web"]
        return Findings(tuple(Violation(*edge, "shop.web", "the web is closed", (edge,)) for edge in found))

class Former(Silent):
    def account(self, graph):
        from import_contracts.violations import Account
        return Account(("No module may import shop.web.",), (Part("all", "shop.web", frozenset({"shop.web"})),))
    def objections(self, graph, importers, imported):
        return ("no module may import shop.web",) if "shop.web" in imported else ()
"""


def own(shop: Path, name: str, **keys: object) -> Run:
    write(shop, {f"{name.lower()}_type.py": OWN})
    head = HEAD + f'contract_types = ["own: {name.lower()}_type.{name}"]\n'
    return explain(shop, "mine", contracts=contract("mine", "own", most=["a", "b"], **keys), head=head)


def test_a_type_of_the_teams_own_is_told_by_its_name_and_its_keys(shop: Path) -> None:
    assert 'The type \'own\' has no description.\n  most = ["a", "b"]\n' in own(shop, "Silent").out
    assert document(shop)["coverage"]["unknown"] == ["mine"]


def test_of_its_keys_those_are_told_that_are_not_told_of_every_contract(shop: Path) -> None:
    own(shop, "Silent", reason="ADR 7", broken_contract_guidance="Ask Ann.", ignore_imports=["shop.util -> shop.web"])
    (found,) = document(shop, "mine")["contracts"]
    assert found["options"] == [["most", ["a", "b"]]]
    assert (found["reason"], found["covers"], found["parts"]) == ("ADR 7\nAsk Ann.", None, [])


@pytest.mark.parametrize(("ignores", "expected"), [([], "broken"), (["shop.util -> shop.web"], "ignored")])
def test_what_it_finds_counts_even_if_it_cannot_say_what_it_would_find(
    shop: Path, ignores: list[str], expected: str
) -> None:
    own(shop, "Strict", ignore_imports=ignores)
    (found,) = document(shop, "shop.util", "shop.web")["concerns"]
    assert (found["stance"], found["new"] + found["ignored"]) == (expected, 1)
    assert found["sentences"] == ([] if ignores else ["the web is closed"])
    assert document(shop, "shop.cart", "shop.stock")["silent"] == ["mine"]


@pytest.mark.parametrize("name", ["Failing", "Wordless"])
def test_one_that_fails_to_explain_itself_is_told_all_the_same(shop: Path, name: str) -> None:
    assert "has no description" in own(shop, name).out
    assert document(shop, "shop.models", "shop.web")["silent"] == ["mine"]


def test_a_type_may_describe_itself_by_the_former_names_of_the_methods_and_of_the_class(shop: Path) -> None:
    with pytest.warns(DeprecationWarning, match="Import Description from import_contracts.rules instead of Account"):
        assert "  No module may import shop.web.\n" in own(shop, "Former").out
    with pytest.warns(DeprecationWarning, match="import_contracts.violations"):
        assert document(shop, "shop.models", "shop.web")["concerns"][0]["stance"] == "forbidden"


def test_a_contract_that_is_unusable_is_status_2_and_told_with_its_error(shop: Path) -> None:
    run = explain(shop, contracts=LAYERS + contract("bad", "layers", layers=["shop.nope"], ignore_imports=["a -> b"]))
    assert run.status == 2
    assert "Bad [bad]: not checked" in run.out
    wrong = explain(shop, "wrong", contracts=contract("wrong", "layer", layers=["shop.web"])).out
    assert "It is not checked, because its keys are wrong." in wrong
    assert "error: pyproject.toml: contract 'bad': layers: Layer 'shop.nope' does not exist." in run.out


# --- what no contract looks at ------------------------------------------------------------------------------------


def uncovered(a_graph: ImportGraph, *covered: str) -> list[str]:
    found = coverage(a_graph, [account("one", *covered)]).uncovered
    return [f"{each.name} alone" if each.alone else f"{each.name} {each.modules}" for each in found]


def account(id_: str, *covered: str) -> ContractDescription:
    return ContractDescription(id_, id_, "layers", "", "", (), (), (), covered, (), kept=True, new=0, known=0)


def test_a_package_that_no_contract_looks_at_is_one_line() -> None:
    assert uncovered(graph("p.a.x", "p.a.y", "p.b"), "p.b") == ["p alone", "p.a 3"]
    assert uncovered(graph("p.a", "q.b")) == ["p 2", "q 2"]
    assert uncovered(graph("p.a.x", "p.a.y"), "p.a.x", "p") == ["p.a alone", "p.a.y 1"]


def test_external_packages_need_not_be_looked_at() -> None:
    assert uncovered(graph("p.a -> django", external=("django",)), "p.a") == ["p alone"]


def test_contracts_that_look_at_every_module_are_told_apart(shop: Path) -> None:
    found = document(shop, contracts=LAYERS + contract("acyclic", "acyclic"))["coverage"]
    assert found["sweeping"] == ["acyclic"]
    assert {"name": "shop.extra", "modules": 3, "alone": False} in found["uncovered"]


# --- what ignores do ----------------------------------------------------------------------------------------------


def ignores(folder: Path, *patterns: str) -> list[tuple[int, int]]:
    one = contract("layers", "layers", layers=["shop.web", "shop.models"], ignore_imports=list(patterns))
    found = document(folder, "layers", contracts=one)["contracts"][0]["ignores"]
    return [(each["imports"], each["violations"]) for each in found]


def test_an_ignore_tells_how_much_it_lets_through_and_what_there_would_be_without_it(shop: Path) -> None:
    assert ignores(shop, "shop.util -> shop.web") == [(1, 2)]
    assert ignores(shop, "shop.** -> shop.web", "shop.models.** -> shop.**") == [(1, 2), (2, 0)]


def test_one_that_changes_nothing_is_no_longer_needed(shop: Path) -> None:
    assert ignores(shop, "shop.cart -> shop.stock", "shop.models.order -> shop.util") == [(1, 0), (1, 1)]
    assert "no longer needed" in explain(shop).out


def test_crashes_are_ignored_by_the_import_that_fails(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/a.py": "from shop.b import y\nx = 1\n"})
    write(tmp_path, {"shop/b.py": "from shop.a import x\ny = 1\n", "shop/c.py": "import shop.a\n"})
    one = contract("crash", "crash", ignore_imports=["shop.** -> shop.a", "shop.c -> shop.a", "shop.a -> shop.b"])
    found = document(tmp_path, "crash", contracts=one)["contracts"][0]
    assert all(
        (each["violations"] > 0) == (each["pattern"] in {"shop.** -> shop.a", "shop.a -> shop.b"})
        for each in found["ignores"]
    )
    assert found["kept"]


# --- against the definition ---------------------------------------------------------------------------------------

NODES = ["p.a", "p.a.x", "p.b", "p.c", "p.m", "p.n"]
EDGES = st.sets(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: len(set(edge)) > 1), max_size=12
)
ENDS = st.sampled_from([*NODES, "p.*", "**"])
PATTERNS = st.lists(st.tuples(ENDS, ENDS).map(" -> ".join), max_size=4, unique=True)
RULES: tuple[tuple[str, dict[str, object]], ...] = (
    ("layers", {"layers": ["p.a", "p.b", "p.c"]}),
    ("independence", {"modules": ["p.a", "p.b", "p.c"]}),
    ("forbidden", {"source_modules": ["p.a", "p.b"], "forbidden_modules": ["p.c", "p.a.x"]}),
    ("protected", {"protected_modules": ["p.a"], "allowed_importers": ["p.b"]}),
    ("acyclic_siblings", {"ancestors": ["p"]}),
    ("acyclic", {}),
)


class _Statements(Statements):
    """Tells nothing but which import it is."""

    def __init__(self) -> None:
        pass

    def statement(self, edge: Edge, graph: ImportGraph) -> Import:
        return Import(*edge, "", graph.lines(*edge)[0], 1, Kind.RUNTIME, "")


@given(st.sampled_from(RULES), EDGES, PATTERNS)
def test_what_is_no_longer_needed_can_go_all_at_once_and_nothing_else(
    rule: tuple[str, dict[str, object]], edges: set[Edge], patterns: list[str]
) -> None:
    a_graph = graph(*NODES, *(" -> ".join(edge) for edge in sorted(edges)))
    checked = TYPES[rule[0]].parse(Table(rule[1]))
    one = Contract("one", "One", rule[0], "", checked, ignored=tuple(map(ImportPattern.parse, patterns)))
    ignored = {edge for pattern in one.ignored for edge in a_graph.matching_edges(pattern)}
    findings = checked.check(a_graph.without(ignored))
    verdict = Verdict(one, a_graph, frozenset(ignored), findings, None, is_checked=True)
    found = list(audit(View(verdict, _Statements())))

    def violations(kept: set[str]) -> set[tuple[str, str, str]]:
        through = {edge for each in kept for edge in a_graph.matching_edges(ImportPattern.parse(each))}
        return {each.identity for each in checked.check(a_graph.without(through)).violations}

    today, needed = violations(set(patterns)), {each.pattern for each in found if each.violations}
    assert [each.pattern for each in found] == patterns
    assert violations(needed) == today
    for each in found:
        assert each.imports == len(a_graph.matching_edges(ImportPattern.parse(each.pattern)))
        if each.violations:
            assert len(violations(needed - {each.pattern}) - today) == each.violations


@given(EDGES, st.sampled_from(["p.a", "p.m", "p", "p.a.x"]), st.sampled_from(["p.b", "p.a.x", "p.n", "p.a", "p"]))
def test_without_the_cut_there_is_no_chain_and_no_smaller_one_would_do(
    edges: set[Edge], importer: str, imported: str
) -> None:
    assume(importer != imported)
    a_graph = graph(*NODES, *(" -> ".join(edge) for edge in sorted(edges)))
    found = dependency(importer, imported, a_graph, _Statements())
    cut = {(each.importer, each.imported) for each in found.cut}

    def leads(without: set[Edge]) -> set[Edge]:
        return {
            (each[0].importer, each[0].imported)
            for each in dependency(importer, imported, a_graph.without(without), _Statements()).chains
        }

    assert leads(set()) == _leaving(edges, a_graph.subtree(importer), a_graph.subtree(imported), imported, importer)
    assert not leads(cut)
    smaller = chain.from_iterable(combinations(sorted(edges), size) for size in range(min(len(cut), 3)))
    assert all(leads(set(each)) for each in smaller if len(each) < len(cut))


def _leaving(edges: set[Edge], one: frozenset[str], other: frozenset[str], imported: str, importer: str) -> set[Edge]:
    """Return the imports out of one package from whose end a way leads to the other that does not come back."""
    if imported.startswith(f"{importer}."):
        one -= other
    elif importer.startswith(f"{imported}."):
        other -= one
    reaching = set(other)
    for _ in edges:
        reaching |= {tail for tail, head in edges if head in reaching and tail not in one}
    return {(tail, head) for tail, head in edges if tail in one and head not in one and head in reaching}


def test_a_value_that_json_does_not_have_is_text_in_json(shop: Path) -> None:
    odd = "day = 2026-01-02\ntimes = [[01:02:03], {far = inf}]\nnone = nan\nsome = 1.5\n"
    write(shop, {"pyproject.toml": HEAD + contract("odd", "no such type") + odd})
    run = lint(shop, "explain", "--format", "json")
    (found,) = json.loads(run.out, parse_constant=pytest.fail)["contracts"]
    assert found["options"] == [
        ["day", "2026-01-02"],
        ["times", [["01:02:03"], {"far": "inf"}]],
        ["none", "nan"],
        ["some", 1.5],
    ]
