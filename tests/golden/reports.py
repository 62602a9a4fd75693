"""What the reports in this folder are of, and how one is compared with what is printed today."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent

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


def compare(request: pytest.FixtureRequest, name: str, text: str) -> None:
    """Compare what was printed with a file of this folder; or make the file say it."""
    golden = HERE / name
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), f"pytest --update-golden makes {name} say what is printed today"
