import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.baseline import Entry, parse
from import_contracts.errors import UserError
from tests.arranging import lint, program, write

CONFIGURATION = """
[tool.import-contracts]
root_packages = ["shop"]
baseline = "known.txt"
[[tool.import-contracts.contracts]]
id = "layers"
name = "Layers"
type = "layers"
containers = ["shop"]
layers = ["web", "models"]
exhaustive = true
[[tool.import-contracts.contracts]]
id = "no cycles"
name = "No cycles"
type = "acyclic"
"""
KNOWN = """\
layers shop.models -> shop.util => shop.web  # SHOP-412
layers shop.util
no cycles shop.models -> shop.util
no cycles shop.util -> shop.web

# the last one
no cycles shop.web -> shop.models
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    program(tmp_path, "shop.models -> shop.util", "shop.util -> shop.web", "shop.web -> shop.models")
    return write(tmp_path, {"pyproject.toml": CONFIGURATION, "known.txt": KNOWN})


def baseline(shop: Path, *args: str) -> object:
    return json.loads(lint(shop, "--format", "json", *args).out)["baseline"]


def test_what_is_known_breaks_nothing(shop: Path) -> None:
    run = lint(shop)
    assert run.status == 0
    assert "kept     Layers [layers] (2 known violations)" in run.out
    assert baseline(shop) == {"new": 0, "known": 5, "stale": []}


def test_what_is_new_is_reported_and_nothing_else(shop: Path) -> None:
    write(shop, {"shop/models.py": "import shop.util\nimport shop.web\n"})
    run = lint(shop)
    assert run.status == 1
    assert "shop/models.py:2:1: import shop.web" in run.out
    assert "shop/models.py:1:1" not in run.out
    assert "broken   Layers [layers] (1 new violation, 2 known violations)" in run.out


def test_a_violation_that_moves_or_takes_another_way_is_still_known(shop: Path) -> None:
    write(shop, {"shop/models.py": "\n\n\nimport shop.util as u\n", "shop/util.py": "import shop.web.page\n"})
    (shop / "shop/web.py").unlink()
    write(shop, {"shop/web/__init__.py": "import shop.models\n", "shop/web/page.py": "import shop.web\n"})
    assert "layers" not in json.dumps(baseline(shop))


def test_an_entry_that_no_violation_matches_is_status_3(shop: Path) -> None:
    write(shop, {"known.txt": KNOWN + "layers shop.models -> shop.gone => shop.web\ngone shop.a -> shop.b\n"})
    run = lint(shop)
    assert run.status == 3
    assert "  gone shop.a -> shop.b\n  layers shop.models -> shop.gone => shop.web\n" in run.out
    assert "2 stale in the baseline." in run.out


def test_something_new_is_status_1_also_where_something_is_stale(shop: Path) -> None:
    write(shop, {"known.txt": KNOWN.replace("shop.util => shop.web", "shop.gone => shop.web")})
    assert lint(shop).status == 1


def test_a_narrowed_run_makes_no_other_contracts_entries_stale(shop: Path) -> None:
    write(shop, {"known.txt": KNOWN + "gone shop.a -> shop.b\n"})
    assert lint(shop, "--contract", "layers").status == 0


def test_nothing_is_stale_while_a_file_cannot_be_read(shop: Path) -> None:
    write(shop, {"shop/models.py": "import shop.util\nx = (\n"})
    assert lint(shop).status == 2
    assert baseline(shop) == {"new": 0, "known": 1, "stale": []}


def test_without_the_baseline_all_is_new(shop: Path) -> None:
    assert lint(shop, "--no-baseline").status == 1
    assert baseline(shop, "--no-baseline") is None


def test_checking_never_writes_it(shop: Path) -> None:
    lint(shop)
    assert (shop / "known.txt").read_text() == KNOWN


def test_a_baseline_that_is_named_has_to_exist(shop: Path) -> None:
    (shop / "known.txt").unlink()
    run = lint(shop)
    assert run.status == 2
    assert run.err == "error: known.txt: baseline: There is no such file; an empty one will do.\n"


def test_an_empty_baseline_knows_nothing(shop: Path) -> None:
    write(shop, {"known.txt": ""})
    assert baseline(shop) == {"new": 5, "known": 0, "stale": []}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layers", "x:1: Found 'layers'; write 'contract importer -> imported'"),
        ("layers a -> b\r\nlayers a -> b  # again", "x:2: This entry stands already in line 1; remove one."),
        ("<<<<<<< ours\nlayers a -> b", "x:1: This line is left from a merge conflict; resolve it."),
    ],
)
def test_what_is_no_entry_is_said_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        parse(text, "x")
    assert message in str(error.value)


WORD = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True)


@given(st.builds(Entry, st.lists(WORD, min_size=1, max_size=3).map(" ".join), WORD, WORD, st.one_of(st.just(""), WORD)))
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert parse(f"{entry}  # a comment\n", "x") == {entry}
    alone = Entry(entry.contract, entry.importer)
    assert parse(f"{alone}\n", "x") == {alone}
