"""The command ``graph``: what it asks of the program, and what it says of bad input."""

from __future__ import annotations

import json
import tempfile
import webbrowser
from pathlib import Path

import pytest

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from tests.support.arranging import MODELS, Run, configuration, contract, lint, program, write
from tests.support.drawings import texts

SHOP = ("shop.web -> shop.orders", "shop.orders -> shop.models", "shop.models -> shop.web", "shop.web -> shop.models")


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Path:
    return program(tmp_path, *SHOP)


def links(run: Run) -> dict[str, bool]:
    """Return the links of a picture as JSON, with whether each leads upwards."""
    assert run.status == 0, run.err
    return {f"{each['importer']} -> {each['imported']}": each["is_cut"] for each in json.loads(run.out)["links"]}


def test_text_has_the_levels_and_what_leads_upwards_with_its_place(shop: Path) -> None:
    run = lint(shop, "graph", "shop")
    assert run.status == 0
    assert run.out == (
        "The imports of shop\n"
        "\n"
        "  3  web\n"
        "  2  orders\n"
        "  1  models\n"
        "\n"
        "Upwards:\n"
        "  models -> web  1 import  shop/models.py:1\n"
        "\n"
        "4 dependencies between 3 boxes: 3 downwards, 1 upwards.\n"
        "Of those downwards, 2 are drawn; the others follow from them.\n"
        "Without the 1 import upwards there is no cycle (no cheaper cut exists).\n"
    )


def test_the_packages_are_those_that_are_found_if_none_is_named(shop: Path) -> None:
    assert links(lint(shop, "graph", "--format", "json")) == {
        "shop.models -> shop.web": True,
        "shop.orders -> shop.models": False,
        "shop.web -> shop.models": False,
        "shop.web -> shop.orders": False,
    }


def test_every_format_can_be_written_in_one_run(shop: Path) -> None:
    formats = ("text", "dot", "json", "mermaid", "svg")
    run = lint(shop, "graph", "shop", *(part for each in formats for part in ("--format", each, "--output", each)))
    assert (run.status, run.out) == (0, "")
    assert all((shop / each).read_text(encoding="utf-8") for each in formats)


def test_the_name_of_a_file_says_its_format(shop: Path) -> None:
    assert lint(shop, "graph", "shop", "--output", "shop.svg").status == 0
    assert lint(shop, "graph", "shop", "--output", "shop.txt").status == 0
    assert (shop / "shop.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (shop / "shop.txt").read_text(encoding="utf-8").startswith("The imports of shop")


@pytest.mark.parametrize(
    ("arguments", "formats"),
    [
        ("--output a.svg --output b.dot", {"a.svg": "<svg", "b.dot": "digraph"}),
        ("--output a.svg --format json --output b.txt", {"a.svg": "<svg", "b.txt": "{"}),
        ("--output a.svg --format dot", {"a.svg": "digraph"}),
        ("--format text --output a.svg", {"a.svg": "The imports"}),
    ],
)
def test_the_name_of_each_file_without_a_format_says_one(shop: Path, arguments: str, formats: dict[str, str]) -> None:
    assert lint(shop, "graph", "shop", *arguments.split()) == (0, "", "")
    for name, start in formats.items():
        assert (shop / name).read_text(encoding="utf-8").startswith(start)


def test_a_second_run_gives_the_same_bytes_from_the_cache_and_a_change_is_seen(shop: Path) -> None:
    write(shop, {"pyproject.toml": ""})
    runs = [lint(shop, "graph", "shop", "--format", "svg", "--show-timings") for _ in range(2)]
    assert runs[0].out == runs[1].out
    assert "reuse the report" in runs[1].err
    (shop / "shop/models.py").write_text("")
    assert not any(links(lint(shop, "graph", "shop", "--format", "json")).values())


def test_imports_inside_functions_are_drawn_and_those_for_type_checking_are_counted(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "shop/__init__.py": "",
            "shop/a.py": "def f():\n    import shop.b\n",
            "shop/b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.c\n",
            "shop/c.py": "import shop.a\n",
        },
    )
    run = lint(tmp_path, "graph", "shop", "--format", "json")
    assert links(run) == {"shop.a -> shop.b": False, "shop.c -> shop.a": False}
    assert json.loads(run.out)["notes"][-1] == "Left out: 1 type-checking import."
    only = lint(tmp_path, "graph", "shop", "--format", "json", "--kind", "type_checking")
    assert links(only) == {"shop.b -> shop.c": False}


def test_runtime_imports_are_left_out_of_every_module_also_of_those_without_other_kinds() -> None:
    kinds = {"a.y": {("a.x", 1): Kind.LAZY}}  # as a scan leaves out modules with runtime imports only
    a_graph = ImportGraph(["a.x", "a.y"], {"a.x": {"a.y": [1]}, "a.y": {"a.x": [1]}}, kinds=kinds)
    assert list(a_graph.without_kinds({Kind.RUNTIME}).edges()) == [("a.y", "a.x")]


def test_the_layers_and_violations_of_a_configuration_are_shown(shop: Path) -> None:
    layers = contract("order", "layers", layers=["shop.models", "shop.web"])
    write(shop, {"pyproject.toml": configuration(MODELS, layers)})
    found = json.loads(lint(shop, "graph", "--format", "json").out)
    assert {box["name"].partition(".")[2]: box["level"] for box in found["boxes"]} == {
        "models": 3,
        "web": 2,
        "orders": 1,
    }
    broken = {f"{link['importer']} -> {link['imported']}" for link in found["links"] if link["breaks_contract"]}
    assert broken == {
        "shop.models -> shop.web",
        "shop.web -> shop.models",
        "shop.web -> shop.orders",
        "shop.orders -> shop.models",
    }
    only = links(lint(shop, "graph", "--format", "json", "--only", "violations"))
    assert set(only) == broken


def test_a_contract_that_cannot_be_checked_is_named(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration(contract("wrong", "layers", layers=["shop.web", "shop.nothing"]))})
    run = lint(shop, "graph")
    assert run.status == 0
    assert "Not checked, because of an error that lint-imports check shows: wrong." in run.out


def test_a_configuration_about_other_packages_does_not_matter(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration(MODELS, root="other"), "other/__init__.py": ""})
    assert len(links(lint(shop, "graph", "shop", "--format", "json"))) == 4


def test_an_installed_package_can_be_drawn(tmp_path: Path) -> None:
    run = lint(tmp_path, "graph", "click", "--format", "json")
    assert "click.core -> click.types" in links(run)


def test_external_packages_are_drawn_if_asked(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/a.py": "import os, requests.adapters\n"})
    assert links(lint(tmp_path, "graph", "shop", "--external", "--format", "json")) == {
        "shop.a -> <standard library>": False,
        "shop.a -> requests": False,
    }
    looks = {"svg": "box external", "dot": 'style="rounded,filled,dotted"', "mermaid": "class m1,m2 external"}
    for format_, look in looks.items():
        run = lint(tmp_path, "graph", "shop", "--external", "--format", format_)
        assert look in run.out
        assert "Dotted boxes are external." in run.out


def test_a_configuration_that_has_external_packages_does_not_ask_for_them(tmp_path: Path) -> None:
    rule = contract("low", "forbidden", source_modules=["shop.a"], forbidden_modules=["requests"])
    write(tmp_path, {"shop/__init__.py": "", "shop/a.py": "import requests, shop.b\n", "shop/b.py": ""})
    write(tmp_path, {"pyproject.toml": configuration(rule, keys="include_external_packages = true\n")})
    found = json.loads(lint(tmp_path, "graph", "--format", "json").out)
    assert [(each["name"], each["external"]) for each in found["boxes"]] == [("shop.a", False), ("shop.b", False)]
    assert '"external":[]' in lint(tmp_path, "graph", "--format", "html").out
    assert "No import in the picture breaks a contract." in lint(tmp_path, "graph", "--only", "violations").out
    found = json.loads(lint(tmp_path, "graph", "--only", "violations", "--external", "--format", "json").out)
    assert [(each["name"], each["external"]) for each in found["boxes"]] == [("shop.a", False), ("requests", True)]


def test_a_source_root_and_globs_say_what_is_read(shop: Path) -> None:
    run = lint(shop.parent, "graph", "--source-root", str(shop), "--exclude", "orders.py", "--format", "json")
    assert links(run) == {"shop.models -> shop.web": True, "shop.web -> shop.models": False}


def test_a_picture_is_opened_in_the_browser(
    shop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
    assert lint(shop, "graph", "shop", "--open", "--output", "shop.svg") == (0, "", "")
    assert lint(shop, "graph", "nothing", "--open").status == 2
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    assert opened == [(shop / "shop.svg").as_uri()]
    assert "web" in texts((shop / "shop.svg").read_text(encoding="utf-8"))
    assert lint(shop, "graph", "shop", "--open") == (0, "", "")
    assert opened[1].startswith(Path(tempfile.gettempdir()).as_uri())


def test_without_a_browser_the_picture_is_named(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    run = lint(shop, "graph", "shop", "--open", "--output", "shop.svg")
    assert (run.status, run.err) == (0, f"warning: There is no browser. The picture is in {shop / 'shop.svg'}.\n")


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shop.modles"], "error: There is no module 'shop.modles'. Did you mean 'shop.models'?"),
        (["shop", "--focus", "shop.wob"], "error: There is no module 'shop.wob'. Did you mean 'shop.web'?"),
        (["shop", "--from", "shop.x", "--to", "shop.y"], "error: There is no module 'shop.x'."),
        (
            ["shop", "--from", "shop", "--to", "shop.web"],
            "error: --from and --to overlap: 'shop.web' is inside 'shop'.",
        ),
        (["shop", "--from", "shop.web", "--to", "shop.web"], "error: --from and --to are both 'shop.web'."),
        (
            ["shop", "--focus", "os"],
            "error: There is no module 'os'. External packages are drawn only with --external.",
        ),
        (["nowhere"], "error: Package 'nowhere' is neither"),
        (["shop", "--from", "shop.web"], "Error: --from and --to must be used together"),
        (
            ["shop", "--from", "shop.web", "--to", "shop.models", "--focus", "shop.web"],
            "Error: --focus cannot be used with --from.",
        ),
        (["shop", "--matrix"], "Error: --matrix is a picture."),
        (["shop", "--open", "--format", "json"], "Error: There is no picture to open."),
        (["shop", "--focus", "shop.web", "--focus", "shop.models"], "Error: --focus is given more than once"),
        (["shop", "--depth", "-1"], "Error: Invalid value for '--depth'"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(shop: Path, arguments: list[str], message: str) -> None:
    run = lint(shop, "graph", *arguments)
    assert (run.status, run.out) == (2, "")
    assert message in run.err


@pytest.mark.parametrize("format_", ["text", "dot", "json", "mermaid", "svg", "svg --matrix"])
def test_no_way_between_two_modules_is_said_and_is_no_error(tmp_path: Path, format_: str) -> None:
    program(tmp_path, "shop.web -> shop.models")
    run = lint(tmp_path, "graph", "shop", "--from", "shop.models", "--to", "shop.web", "--format", *format_.split())
    assert run.status == 0
    assert "There is no chain of imports from shop.models to shop.web." in run.out


@pytest.mark.parametrize("format_", ["text", "dot", "json", "mermaid", "svg", "svg --matrix"])
def test_a_program_without_imports_is_drawn(tmp_path: Path, format_: str) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/a.py": "", "shop/b.py": ""})
    run = lint(tmp_path, "graph", "shop", "--format", *format_.split())
    assert run.status == 0
    assert "There are no imports between these boxes." in run.out


@pytest.mark.parametrize("format_", ["text", "dot", "json", "mermaid", "svg"])
def test_a_program_that_is_one_empty_file_is_drawn(tmp_path: Path, format_: str) -> None:
    write(tmp_path, {"app.py": ""})
    run = lint(tmp_path, "graph", "app.py", "--format", format_)
    assert (run.status, run.err) == (0, "")
    assert "app" in run.out


def test_a_file_that_cannot_be_read_is_said_and_the_rest_is_drawn(shop: Path) -> None:
    write(shop, {"shop/broken.py": "import (\n"})
    run = lint(shop, "graph", "shop", "--format", "json", "--format", "svg", "--output", "shop.svg")
    assert run.status == 2
    assert run.err == "warning: shop/broken.py:1: This is not valid Python: 'import ('.\n"
    assert json.loads(run.out)["boxes"]
    assert "Incomplete: 1 file could not be read." in json.loads(run.out)["notes"]


def test_names_that_are_no_identifiers_do_no_harm(tmp_path: Path) -> None:
    hostile = ['a"b', "<img src=x>", "`c`", "🎉", "שלום", "a&b"]
    write(tmp_path, {"shop/__init__.py": "", **{f"shop/{name}.py": "import shop\n" for name in hostile}})
    for format_ in ("text", "dot", "json", "mermaid", "svg"):
        run = lint(tmp_path, "graph", "shop", "--format", format_)
        assert run.status == 0, run.err


def test_of_what_breaks_a_contract_about_cycles_only_the_arrows_upwards_are_marked(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b", "shop.b -> shop.c", "shop.a -> shop.c", "shop.c -> shop.a")
    write(tmp_path, {"pyproject.toml": configuration(contract("cycles", "acyclic"))})

    def marked(*options: str) -> dict[str, bool]:
        found = json.loads(lint(tmp_path, "graph", "--format", "json", *options).out)
        return {f"{each['importer']} -> {each['imported']}": each["breaks_contract"] for each in found["links"]}

    assert [link for link, breaks in marked().items() if breaks] == ["shop.c -> shop.a"]
    assert all(marked("--only", "violations").values())
    assert len(marked("--only", "violations")) == 4
