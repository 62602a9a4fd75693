"""The report at the top of the README is what its configuration gives for a program that it could be of."""

import re
from pathlib import Path

from tests.arranging import lint, write

README = Path(__file__).parents[1] / "README.md"
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


def test_the_report_is_real(tmp_path: Path) -> None:
    readme = README.read_text()
    (configuration,) = re.findall(r"```toml\n(.*?)```", readme, flags=re.DOTALL)
    (report,) = re.findall(r"```text\n(.*?)```", readme, flags=re.DOTALL)
    write(tmp_path, {"pyproject.toml": configuration})
    write(tmp_path / "src/shop", PROGRAM)
    assert lint(tmp_path).out == report
