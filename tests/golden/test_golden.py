"""Whole runs of the command; ``pytest --update-golden`` writes the reports anew."""

from pathlib import Path

import pytest

from import_contracts.reporters import FORMATS
from tests.support.arranging import lint, program, write

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


MORE = """
[tool.import-contracts]
root_packages = ["shop"]

[[tool.import-contracts.contracts]]
id = "interface"
name = "Services have an interface"
type = "interface"
package = "shop.services"
exposed = ["shop.services.mail:send"]
except = ["shop.util"]

[[tool.import-contracts.contracts]]
id = "allowed"
name = "Models use little"
type = "allowed"
exact = true
allowed = { "shop.models" = ["shop.util"], "shop.services" = ["shop.models", "shop.util"] }

[[tool.import-contracts.contracts]]
id = "siblings"
name = "Services import each other directly"
type = "direct_siblings"
packages = ["shop.services"]

[[tool.import-contracts.contracts]]
id = "layers"
name = "Models are used by services only"
type = "layers"
layers = ["<top> shop.api", "closed shop.services", "shop.models"]
direct = true
"""
MORE_OF_SHOP = {
    "shop/services/__init__.py": "from .mail import send\n\ndef own(): ...\n",
    "shop/services/mail.py": "import shop.services.orders\n\ndef send(): ...\n",
    "shop/services/orders.py": "from shop.services import own, send\nimport shop.models.user\n",
    "shop/api/users.py": "from shop.services.mail import Mail, send\nfrom shop.models import user\n",
    "shop/api/orders.py": "from shop.services.mail import send\nfrom shop.services import send\nimport shop.services\n",
}


KNOWN = CONTRACTS.replace("root_packages", 'baseline = "known.txt"\nroot_packages')
BASELINE = """
forbidden shop.util -> shop.api => shop.api
forbidden shop.gone -> shop.api => shop.api
independence shop.services.mail -> shop.util => shop.services.orders
layers shop.services.mail -> shop.util => shop.api
layers shop.util
"""
CASES = [("broken", CONTRACTS, 1), ("known", KNOWN, 1), ("wrong", WRONG, 2), ("private", PRIVATE, 1), ("more", MORE, 1)]
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
    if name == "more":
        write(shop, MORE_OF_SHOP)
    run = lint(shop, "--format", format_, "--verbose")
    assert run.status == status
    compare(request, f"{name}.{SUFFIXES[format_]}", run.out)
