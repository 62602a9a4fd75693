"""Whole runs of the command; ``pytest --update-golden`` writes the reports anew."""

from pathlib import Path

import pytest

from import_contracts.reporters import FORMATS
from tests.arranging import lint, program, write

from .reports import CONTRACTS, compare

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
forbidden_modules = ["shop.ap**"]

[[tool.import-contracts.contracts]]
name = "Sound"
type = "independence"
modules = ["shop.models", "shop.api"]
ignore_imports = ["shop.models.* -> shop.util"]
"""


PRIVATE = """
[tool.import-contracts]
root_packages = ["shop"]

[[tool.import-contracts.contracts]]
id = "private"
name = "Private modules stay inside"
type = "private_modules"

[[tool.import-contracts.contracts]]
id = "services"
name = "Those of the services too"
type = "private_modules"
packages_with_private_modules = ["shop.services"]
"""


KNOWN = CONTRACTS.replace("root_packages", 'baseline = "known.txt"\nroot_packages')
BASELINE = """
forbidden shop.util -> shop.api => shop.api
forbidden shop.gone -> shop.api => shop.api
independence shop.services.mail -> shop.util => shop.services.orders
layers shop.services.mail -> shop.util => shop.api
layers shop.util
"""
CASES = [("broken", CONTRACTS, 1), ("known", KNOWN, 1), ("wrong", WRONG, 2), ("private", PRIVATE, 1)]
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
    if name == "private":
        program(shop, "shop.services.mail._smtp", "shop.api.mail -> shop.services.mail._smtp")
        (shop / "shop/services/mail.py").unlink()
    run = lint(shop, "--format", format_, "--verbose")
    assert run.status == status
    compare(request, f"{name}.{SUFFIXES[format_]}", run.out)
