"""The reports at the top of the README are what the commands print for programs that it could be of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.arranging import ROOT, lint, write

README = ROOT / "README.md"
PROGRAM = {
    "api/__init__.py": "",
    "api/urls.py": "def link(path): ...\n",
    "services.py": "from shop.models import order, user\n",
    "models/__init__.py": "",
    "models/order.py": "from shop.mail import send\n",
    "models/user.py": "import datetime\n\nfrom shop import mail\n",
    "mail.py": "def send(text):\n    from shop.api.urls import link\n\n    print(text, link('/'))\n",
    "features/__init__.py": "",
    "features/cart.py": "from shop import services\n",
    "features/search.py": "from shop import services\n",
    "__init__.py": "",
}
CYCLE = {
    "__init__.py": "",
    "orders.py": "from shop.users import User\n\n\ndef total(user: User) -> int:\n    return user.discount\n",
    "users.py": "from shop import orders\n\n\nclass User:\n    def total(self) -> int:\n"
    "        return orders.total(self)\n",
}


def compare(command: str, printed: str, *, update: bool) -> None:
    """Compare what a command prints with what the README shows below it; or make the README show it."""
    readme = README.read_text(encoding="utf-8")
    head = f"```console\n$ {command}\n"
    before, found, after = readme.partition(head)
    assert found, f"README.md does not show '{command}'"
    shown, _, rest = after.partition("```\n")
    if update and shown != printed:
        README.write_text(f"{before}{head}{printed}```\n{rest}", encoding="utf-8")
    else:
        assert shown == printed, "pytest tests/docs --update-docs makes README.md show it"


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("update_docs", default=False))


def test_the_report_is_real(tmp_path: Path, update: bool) -> None:
    (configuration,) = re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    write(tmp_path, {"pyproject.toml": configuration})
    write(tmp_path / "src/shop", PROGRAM)

    compare("lint-imports", lint(tmp_path).out, update=update)


def test_the_crash_is_real(tmp_path: Path, update: bool) -> None:
    write(tmp_path / "shop", CYCLE)

    compare("lint-imports cycles --python 3.13", lint(tmp_path, "cycles", "--python", "3.13").out, update=update)
