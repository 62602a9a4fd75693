"""The whole of it, on a small program with tests of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.arranging import write

SHOP = {
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["-p", "no:import_contracts"]\n',
    "src/shop/__init__.py": '"""A shop."""\n\nVERSION = 1\n',
    "src/shop/orders.py": """\
MOST = 3

def is_large(count):
    return count > MOST

def names(orders):
    return sorted(orders)

def total(prices):
    found = 0
    for price in prices:
        found += price
    return found or 0

def nobody_calls_it():
    return min([])
""",
    "tests/__init__.py": "",
    "tests/test_shop.py": """\
import subprocess
import sys
from shop.orders import is_large, names, total

def test_four_are_large():
    assert not is_large(2)
    assert is_large(4)

def test_names_are_in_order():
    assert names({"bread", "apples", "wine"}) == ["apples", "bread", "wine"]

def test_prices_are_added():
    command = [sys.executable, "-c", "from shop.orders import total; print(total([1, 2]))"]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout == b"3\\n"
""",
    "tests/mutants/equivalent.toml": """\
[[mutant]]
path = "src/shop/orders.py"
line = "return found or 0"
change = "operand: found or 0 -> found"
reason = "0 is what it is without."
""",
}
VERDICTS = {
    "4  comparison: count > MOST -> count <= MOST": "killed",
    "4  comparison: count > MOST -> count >= MOST": "survived",
    "7  sorted: sorted(orders) -> list(orders)": "killed",
    "12  statement: found += price -> pass": "killed",
    "13  operand: found or 0 -> found": "explained",
    "16  swap: min([]) -> max([])": "survived",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    modules = [path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_")]
    own = {f"tests/mutants/{path.name}": path.read_text(encoding="utf-8") for path in modules}
    shop = write(tmp_path_factory.mktemp("shop"), own | SHOP)
    git = ["git", "init", "--quiet", str(shop)]
    subprocess.run(git, check=True)
    return shop


def mutants(shop: Path, *args: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-m", "tests.mutants", *args]
    done = subprocess.run(
        command, cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.slow
def test_each_mutant_gets_its_verdict(shop: Path) -> None:
    status, lines = mutants(shop, "--sample=1000", "src/shop/orders.py")
    assert status == 0, lines
    found = [line.split(maxsplit=1) for line in lines if " src/shop/orders.py:" in line]
    verdicts = {change.partition(":")[2].partition("  (")[0]: verdict for verdict, change in found}
    assert verdicts.items() >= VERDICTS.items()
    assert "explained src/shop/orders.py:13  operand: found or 0 -> found  (0 is what it is without.)" in lines
    assert "survived  src/shop/orders.py:16  swap: min([]) -> max([])  (no test runs it)" in lines
    assert f"{len(found)} mutants: " in lines[-2]
    assert lines[-1] == "3 offline tests run 92.3 % of lines and 100.0 % of branches."


@pytest.mark.slow
def test_tests_that_fail_without_a_change_are_no_measure(shop: Path) -> None:
    write(shop, {"tests/test_other.py": "def test_it(): assert False\n"})
    status, lines = mutants(shop, "--coverage")
    (shop / "tests/test_other.py").unlink()
    assert (status, lines[-1]) == (1, "The tests fail without any change.")


@pytest.mark.slow
def test_a_sample_is_that_of_its_seed(shop: Path) -> None:
    every = mutants(shop, "--list", "--sample=1000")[1]
    first, second = (mutants(shop, "--list", "--sample=5", f"--seed={seed}") for seed in (1, 2))
    assert first == mutants(shop, "--list", "--sample=5", "--seed=1")
    assert first != second
    assert set(first[1]) < set(every)
    assert mutants(shop, "--list", "src/shop/orders.py:7", "src/shop/orders.py:16")[1] == [
        line for line in every if "orders.py:7 " in line or "orders.py:16 " in line
    ]


@pytest.mark.parametrize("args", [["src/shop/nothing.py"], ["tests"], ["--sample=0"], ["--seed=x"], ["--jobs=-1"]])
def test_a_wrong_call_is_status_2(shop: Path, args: list[str]) -> None:
    assert mutants(shop, *args)[0] == 2
