"""Whole runs of the command; ``pytest tests/golden --update-golden`` writes the reports anew."""

from pathlib import Path

import pytest

from import_contracts.reporters import FORMATS
from tests.arranging import lint, program, write

HERE = Path(__file__).parent

SHOP = (
    "shop.api.views -> shop.services.orders",
    "shop.api.urls -> shop.api.views",
    "shop.api -> shop.api.urls",
    "shop.services.orders -> shop.models.order",
    "shop.services.orders -> shop.services.mail",
    "shop.services.mail -> shop.util",
    "shop.models.order -> shop.models.user",
    "shop.models.order -> shop.util",
    "shop.models.user -> shop.models.order",
    "shop.models.user -> shop.util",
    "shop.models.user -> sqlalchemy",
    "shop.util -> shop.api",
    "shop.extra",
)
CONTRACTS = """
[tool.import-contracts]
root_packages = ["shop"]
include_external_packages = true

[[tool.import-contracts.contracts]]
id = "layers"
name = "Layered architecture"
type = "layers"
containers = ["shop"]
layers = ["api", "services", "models"]
exhaustive = true
reason = "Models are shared by every service: docs/adr/7.md"

[[tool.import-contracts.contracts]]
id = "independence"
name = "Services do not know each other"
type = "independence"
modules = ["shop.services.*"]

[[tool.import-contracts.contracts]]
id = "forbidden"
name = "Utilities stand alone"
type = "forbidden"
source_modules = ["shop.util"]
forbidden_modules = ["shop.api", "sqlalchemy", "flask"]

[[tool.import-contracts.contracts]]
id = "protected"
name = "Only services send mail"
type = "protected"
protected_modules = ["shop.services.mail"]
allowed_importers = ["shop.api"]
ignore_imports = ["shop.services.orders -> shop.services.*"]

[[tool.import-contracts.contracts]]
id = "siblings"
name = "Siblings form no cycles"
type = "acyclic_siblings"
ancestors = ["shop"]

[[tool.import-contracts.contracts]]
id = "acyclic"
name = "No cycles at all"
type = "acyclic"
"""
WRONG = """
[tool.import-contracts]
root_packages = ["shop"]
stict = true

[[tool.import-contracts.contracts]]
name = "Missing"
type = "layers"
layers = ["shop.api", "shop.service", "shop.nothing.*"]

[[tool.import-contracts.contracts]]
name = "Misspelt"
type = "forbidden"
sources = ["shop.util"]
forbidden_modules = ["shop.ap*"]

[[tool.import-contracts.contracts]]
name = "Sound"
type = "independence"
modules = ["shop.models", "shop.api"]
ignore_imports = ["shop.models.* -> shop.util"]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    program(tmp_path, *SHOP)
    write(
        tmp_path,
        {
            "shop/models/user.py": "from typing import TYPE_CHECKING\n\nimport sqlalchemy\n\n\nif TYPE_CHECKING:\n"
            "    from shop.models.order import Order\n\n\ndef link():\n    from shop.util import (\n        link,\n"
            "        absolute,  # two\n    )\n",
            "shop/models/order.py": "from . import user; from ..util import link\nimport shop.util\n",
        },
    )
    return tmp_path


def compare(request: pytest.FixtureRequest, name: str, text: str) -> None:
    golden = HERE / name
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


KNOWN = CONTRACTS.replace("root_packages", 'baseline = "known.txt"\nroot_packages')
BASELINE = """
forbidden shop.util -> shop.api => shop.api
forbidden shop.gone -> shop.api => shop.api
independence shop.services.mail -> shop.util => shop.services.orders
layers shop.services.mail -> shop.util => shop.api
layers shop.util
"""
CASES = [("broken", CONTRACTS, 1), ("known", KNOWN, 1), ("wrong", WRONG, 2)]
SUFFIXES = {
    "concise": "concise.txt",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "json": "json",
    "junit": "junit.xml",
    "markdown": "md",
    "sarif": "sarif",
    "text": "txt",
}


def test_every_format_has_its_golden_files() -> None:
    assert list(SUFFIXES) == list(FORMATS)


@pytest.mark.parametrize("format_", SUFFIXES)
@pytest.mark.parametrize("case", CASES, ids=[name for name, *_ in CASES])
def test_a_report_is_as_it_was(
    request: pytest.FixtureRequest, shop: Path, case: tuple[str, str, int], format_: str
) -> None:
    name, configuration, status = case
    write(shop, {"pyproject.toml": configuration, "known.txt": BASELINE})
    if name == "wrong":
        write(shop, {"shop/broken.py": "import shop.util\n\ndef\n", "shop/stray/x.py": ""})
    run = lint(shop, "--format", format_, "--verbose")
    assert run.status == status
    compare(request, f"{name}.{SUFFIXES[format_]}", run.out)
