"""The section that pytest shows below the error if a test file cannot be imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.arranging import write
from tests.support.pytest_runs import run_pytest

pytestmark = pytest.mark.slow

CYCLE = {
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.users import User\n\n\nclass Order:\n    def owner(self) -> User: ...\n",
    "shop/users.py": "from shop.orders import Order\n\n\nclass User:\n    def orders(self) -> list[Order]: ...\n",
    "test_orders.py": "from shop.orders import Order\n\n\ndef test_it(): ...\n",
    "test_users.py": "from shop.orders import Order\n\n\ndef test_it(): ...\n",
    "pytest.ini": "[pytest]\n",
}
WATCH = """
import sys
def pytest_sessionfinish():
    print("IMPORTED", sorted(name for name in sys.modules if name.startswith("import_contracts.")))
"""


def section(printed: str) -> str:
    return printed.partition("- import-contracts -")[2].partition("\n")[2].partition("\n=")[0]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path, CYCLE)


def test_the_story_and_the_edit_stand_below_the_error(shop: Path) -> None:
    status, printed = run_pytest(shop, "test_orders.py")
    told = section(printed)
    assert status == 2
    assert "  shop/users.py:1: from shop.orders import Order\n    needs Order from shop.orders" in told
    assert "\n    +if TYPE_CHECKING:\n" in told
    assert f"import test_orders works (predicted for Python {sys.version_info[0]}.{sys.version_info[1]})." in told


def test_a_second_file_that_fails_in_the_same_way_refers_to_the_first(shop: Path) -> None:
    _, printed = run_pytest(shop)
    assert printed.count("Cause: import cycle") == 1
    assert "\nThe cause is the same as for test_orders.py.\n" in printed


@pytest.mark.parametrize(
    "args", [("-p", "no:import_contracts"), ("-o", "import_contracts_explain=false")], ids=" ".join
)
def test_it_can_be_turned_off(shop: Path, args: tuple[str, ...]) -> None:
    _, printed = run_pytest(shop, *args)
    assert "circular import" in printed
    assert "Cause:" not in printed


@pytest.mark.parametrize(
    "test", ["import nothing_like_this\n", "raise ImportError('x')\n", "1 / 0\n", "from shop import\n"]
)
def test_nothing_is_said_about_other_errors(tmp_path: Path, test: str) -> None:
    write(tmp_path, {"shop/__init__.py": "", "test_it.py": test, "pytest.ini": "[pytest]\n"})
    status, printed = run_pytest(tmp_path)
    assert status == 2
    assert "import-contracts -" not in printed


def test_nothing_is_imported_unless_a_file_fails(tmp_path: Path) -> None:
    write(tmp_path, {"test_it.py": "def test_it(): assert False\n", "conftest.py": WATCH, "pytest.ini": "[pytest]\n"})
    _, printed = run_pytest(tmp_path, "-s")
    imported = printed.partition("IMPORTED ")[2].partition("\n")[0]
    assert (
        imported
        == "['import_contracts.pytest_plugin', 'import_contracts.pytest_plugin.warning', 'import_contracts.version']"
    )


def test_each_process_of_xdist_tells_it(shop: Path) -> None:
    _, printed = run_pytest(shop, "-n", "2")
    assert "Cause: import cycle" in printed


def test_the_error_stays_as_it_is_if_the_explanation_fails(shop: Path) -> None:
    broken = "import import_contracts.runs.tracebacks as runs\ndef fail(*_): raise RuntimeError('bug')\nruns.explain_raised = fail\n"
    write(shop, {"conftest.py": broken})
    status, printed = run_pytest(shop)
    assert status == 2
    assert "circular import" in printed
    assert "INTERNALERROR" not in printed
