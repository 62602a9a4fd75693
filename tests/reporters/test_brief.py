"""The contracts as a page: what is on it, and whether it is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.arranging import lint, write

CONFIG = """
[tool.import-contracts]
root_package = "shop"

[[tool.import-contracts.contracts]]
id = "layers"
name = "Layers of the *shop*"
type = "layers"
layers = ["shop.web", "shop.core"]
ignore_imports = ["shop.core -> shop.web"]
reason = "The core can be sold without the web."
"""
SECTION = """\
## Layers of the \\*shop\\*

The core can be sold without the web.

- A layer must not import a higher one. From the top: shop.web and shop.core.
- Indirect imports count too, through modules that are in no layer.
- Layer 1: `shop.web`
- Layer 2: `shop.core`
- Ignored: `shop.core -> shop.web`
- Contract `layers`, of the type `layers`, in `pyproject.toml`
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {"shop/__init__.py": "", "shop/web.py": "", "shop/core.py": "import shop.web\n"}
    write(tmp_path, {**files, "pyproject.toml": CONFIG})
    return tmp_path


def test_the_page_has_every_contract(shop: Path) -> None:
    run = lint(shop, "explain", "--brief")
    assert run.out.endswith(SECTION)
    assert run.status == 0


def test_a_page_is_up_to_date_until_the_contracts_change(shop: Path) -> None:
    page = ["explain", "--brief", "--output", "CONTRACTS.md"]
    assert lint(shop, *page, "--check").status == 1
    assert lint(shop, *page).status == 0
    assert lint(shop, *page, "--check").status == 0
    (shop / "shop/web.py").write_text("import os\n")
    assert lint(shop, *page, "--check").status == 0
    write(shop, {"pyproject.toml": CONFIG.replace("sold", "used")})
    run = lint(shop, *page, "--check")
    assert run.status == 1
    assert "Run: lint-imports explain --brief --output CONTRACTS.md" in run.err
    assert "sold" in (shop / "CONTRACTS.md").read_text()


def test_a_wrong_contract_makes_no_page(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIG.replace("shop.web", "shop.wbe"), "CONTRACTS.md": "old"})
    run = lint(shop, "explain", "--brief", "--output", "CONTRACTS.md")
    assert (run.status, (shop / "CONTRACTS.md").read_text()) == (2, "old")
    assert "shop.wbe" in run.err


@pytest.mark.parametrize(
    "args", [["--brief", "layers"], ["--check"], ["--brief", "--check"], ["--brief", "--format=json"]]
)
def test_what_cannot_be_meant_is_refused(shop: Path, args: list[str]) -> None:
    assert lint(shop, "explain", *args).status == 2
