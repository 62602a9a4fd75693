"""What custom contract types import: `import_contracts.rules`, and for a while the modules where it used to be."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from import_contracts import rules
from tests.docs.pages import DOCS
from tests.support.arranging import configuration, lint, program, write

PAGE = (DOCS / "custom-contract-types.md").read_text(encoding="utf-8")
FORMER = [
    *(("errors", name) for name in ("Problem", "Severity")),
    *(("graph", name) for name in ("ImportGraph", "Kind")),
    *(("names", name) for name in ("ImportPattern", "ModulePattern")),
    *(("violations", name) for name in ("Cut", "Findings", "Part", "Violation")),
    ("table", "Table"),
    ("contracts", "ContractType"),
]


def test_the_examples_of_the_page_import_nothing_else() -> None:
    examples = re.findall(r'```python title="\w+\.py"\n(.*?)```', PAGE, re.DOTALL)
    imported = {
        node.module
        for example in examples
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert {each for each in imported if each.startswith("import_contracts")} == {"import_contracts.rules"}


def test_every_name_is_on_the_page() -> None:
    assert [name for name in rules.__all__ if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize(("module", "name"), FORMER)
def test_a_former_module_gives_the_same_object_and_warns(module: str, name: str) -> None:
    found = importlib.import_module(f"import_contracts.{module}")
    with pytest.warns(DeprecationWarning, match=f"Import {name} from import_contracts.rules"):
        assert getattr(found, name) is getattr(rules, name)


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        ("errors", "Problem", "Import Problem from import_contracts.rules instead of import_contracts.errors."),
        (
            "violations",
            "Account",
            "Import Description from import_contracts.rules instead of Account from import_contracts.violations.",
        ),
    ],
)
def test_the_warning_says_what_to_write_and_where(module: str, name: str, message: str) -> None:
    found = importlib.import_module(f"import_contracts.{module}")
    with pytest.warns(DeprecationWarning, match=f"^{re.escape(message)}$") as warned:
        getattr(found, name)
    assert [each.filename for each in warned] == [__file__]


def test_a_description_had_another_name() -> None:
    with pytest.warns(DeprecationWarning, match="Import Description from import_contracts.rules"):
        assert importlib.import_module("import_contracts.violations").Account is rules.Description


@pytest.mark.parametrize("module", ["errors", "graph", "names", "table", "violations", "contracts"])
def test_a_former_module_has_no_other_names(module: str) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = importlib.import_module(f"import_contracts.{module}").nothing


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_type_that_was_written_for_the_former_modules_is_checked(tmp_path: Path) -> None:
    former = """
from import_contracts.graph import ImportGraph
from import_contracts.table import Table
from import_contracts.violations import Findings, Violation

class Lonely:
    def check(self, graph: ImportGraph) -> Findings:
        return Findings(tuple(Violation(*edge, None, "nothing imports", (edge,)) for edge in graph.edges()))

def parse(table: Table) -> Lonely:
    return Lonely()
"""
    program(tmp_path, "shop.a -> shop.b")
    text = configuration('[[tool.import-contracts.contracts]]\nname = "L"\ntype = "lonely"\n')
    text = text.replace("root_packages", 'contract_types = ["lonely: former_zz.parse"]\nroot_packages', 1)
    write(tmp_path, {"former_zz.py": former, "pyproject.toml": text})
    run = lint(tmp_path)
    assert run.status == 1
    assert "shop/a.py:1:1: import shop.b" in run.out
