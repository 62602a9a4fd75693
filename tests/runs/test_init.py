import tomllib
from pathlib import Path

import pytest

from tests.support.arranging import lint, program, write

IMPORTS = ("shop.web -> shop.orders", "shop.orders -> shop.users", "shop.users -> shop.db", "shop.users -> shop.orders")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return program(tmp_path, *IMPORTS)


def contracts(folder: Path) -> dict[str, object]:
    found = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["import-contracts"]["contracts"]
    return {each["id"]: each.get("layers") for each in found}


def test_init_writes_contracts_that_hold_and_a_baseline_of_the_cycles(shop: Path) -> None:
    run = lint(shop, "init")
    assert (run.status, run.err) == (0, "")
    assert contracts(shop) == {"layers": ["web", "orders : users", "db"], "acyclic": None}
    assert len((shop / "known-violations.txt").read_text().splitlines()) == 2
    assert lint(shop).status == 0
    write(shop, {"shop/db.py": "import shop.web\n"})
    assert lint(shop).status == 1


def test_packages_may_be_named(shop: Path) -> None:
    program(shop, "mall.a -> mall.b")
    program(shop / "src", "depot.a -> depot.b")
    run = lint(shop, "init", "--dry-run", "mall", "depot")
    assert (run.status, run.err) == (0, "")
    assert tomllib.loads(run.out)["tool"]["import-contracts"]["root_packages"] == ["mall", "depot"]


def test_init_twice_changes_nothing(shop: Path) -> None:
    lint(shop, "init")
    before = {path: path.read_bytes() for path in shop.glob("*.*") if path.is_file()}
    run = lint(shop, "init")
    assert run.status == 0
    assert "nothing was changed" in run.out
    assert {path: path.read_bytes() for path in shop.glob("*.*") if path.is_file()} == before


OWN_CONTRACT = (
    '{}"contracts" = [{{name = "N", type = "forbidden", source_modules = "shop.a", forbidden_modules = "shop.b"}}]\n'
)
PEER_INI = """[importlinter]
root_package = shop
[importlinter:contract:n]
name = N
type = forbidden
source_modules = shop.a
forbidden_modules = shop.b
"""
PEER_TOML = '[tool.importlinter]\nroot_package = "shop"\n' + OWN_CONTRACT.format("")
OFFER = "To convert it, run: lint-imports init --from-import-linter\n"


@pytest.mark.parametrize("place", ["", "lib/"])
@pytest.mark.parametrize(
    ("name", "text", "offer"),
    [
        ("setup.cfg", PEER_INI, OFFER),
        (".importlinter", PEER_INI, OFFER),
        ("pyproject.toml", PEER_TOML, OFFER),
        ("pyproject.toml", PEER_TOML.replace("importlinter", "import-contracts"), ""),
        (
            "pyproject.toml",
            'tool.importlinter.root_package = "shop"\n' + OWN_CONTRACT.format("tool.importlinter."),
            OFFER,
        ),
    ],
)
def test_init_never_writes_a_table_that_wins_over_a_configuration(
    tmp_path: Path, place: str, name: str, text: str, offer: str
) -> None:
    (tmp_path / ".git").mkdir()
    program(write(tmp_path, {name: text}), "shop.a -> shop.b")
    folder = program(tmp_path / place, "shop.a -> shop.b")
    before = sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    for args in ((), ("shop",)):
        run = lint(folder, "init", *args)
        where = name if not place else (tmp_path / name).as_posix()
        assert run == (0, f"{where} has a configuration already; nothing was changed.\n{offer}", "")
    run = lint(folder, "init", "--dry-run")
    assert "[[tool.import-contracts.contracts]]" in run.out
    assert "nothing would be changed" in run.err
    assert sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()) == before
    assert lint(folder, "--no-cache").status == 1


def test_a_configuration_beyond_the_repository_is_not_in_force(tmp_path: Path) -> None:
    write(tmp_path, {"setup.cfg": PEER_INI})
    inner = program(tmp_path / "inner", "shop.a -> shop.b")
    (inner / ".git").mkdir()
    assert lint(inner, "init").out.startswith("Wrote 2 contracts to pyproject.toml.\n")


def test_a_configuration_above_is_converted_where_it_is(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(program(tmp_path, "shop.a -> shop.b"), {".importlinter": PEER_INI, "lib/x.txt": ""})
    where = (tmp_path / "pyproject.toml").as_posix()
    assert lint(tmp_path / "lib", "init", "--from-import-linter").out.startswith(f"Wrote 1 contract to {where}.\n")
    assert not (tmp_path / "lib/pyproject.toml").exists()
    assert "n shop.a -> shop.b => shop.b\n" in (tmp_path / "known-violations.txt").read_text()


def test_what_is_not_read_because_of_our_own_table_is_not_converted(shop: Path) -> None:
    write(shop, {".importlinter": PEER_INI, "pyproject.toml": '[tool.import-contracts]\nroot_packages = ["shop"]\n'})
    run = lint(shop, "init", "--from-import-linter")
    assert (run.status, run.out) == (2, "")
    assert "pyproject.toml: The table [tool.import-contracts] is here already" in run.err


@pytest.mark.parametrize(("name", "text"), [("setup.cfg", PEER_INI), ("pyproject.toml", PEER_TOML)])
def test_a_new_baseline_is_named_in_the_configuration_that_is_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / ".git").mkdir()
    write(program(tmp_path, "shop.a -> shop.b"), {name: text, "lib/x.txt": ""})
    files = {path.name for path in tmp_path.iterdir()}
    assert lint(tmp_path / "lib", "baseline", "create", "--no-cache").status == 0
    assert {path.name for path in tmp_path.iterdir()} == {*files, "known-violations.txt"}
    assert "known-violations.txt" in (tmp_path / name).read_text()
    assert lint(tmp_path / "lib", "--no-cache").status == 0


def test_init_leaves_what_stands_in_the_file(shop: Path) -> None:
    write(shop, {"pyproject.toml": "# ours\n[project]\nname = 'shop'"})
    assert lint(shop, "init").status == 0
    assert (
        (shop / "pyproject.toml")
        .read_text()
        .startswith("# ours\n[project]\nname = 'shop'\n\n[tool.import-contracts]\n")
    )
    assert lint(shop).status == 0


@pytest.mark.parametrize(
    ("before", "kept"), [(None, ""), ("", ""), ("# ours\n", "# ours\n\n"), ("# ours", "# ours\n\n")]
)
def test_a_line_without_a_word_is_between_what_was_there_and_what_is_new(
    shop: Path, before: str | None, kept: str
) -> None:
    new = lint(shop, "init", "--dry-run").out
    if before is not None:
        write(shop, {"pyproject.toml": before})
    lint(shop, "init")
    text = (shop / "pyproject.toml").read_text()
    assert text.startswith(kept + new.partition("\n")[0] + "\n")


def test_where_nothing_is_broken_there_is_no_baseline(tmp_path: Path) -> None:
    run = lint(program(tmp_path, "shop.web -> shop.db"), "init")
    assert (run.status, run.out) == (0, "Wrote 2 contracts to pyproject.toml.\n")
    assert not (tmp_path / "known-violations.txt").exists()


def test_imports_in_functions_are_left_out_of_layers_where_they_would_tangle_them(tmp_path: Path) -> None:
    write(program(tmp_path, "shop.a -> shop.b", "shop.c"), {"shop/b.py": "def f():\n    import shop.a\n"})
    assert lint(tmp_path, "init").status == 0
    assert contracts(tmp_path) == {"layers": ["a", "b | c"], "acyclic": None}
    assert "exclude_deferred_imports = true\n" in (tmp_path / "pyproject.toml").read_text()
    assert (tmp_path / "known-violations.txt").read_text() == "acyclic shop.a -> shop.b\nacyclic shop.b -> shop.a\n"


def test_imports_of_other_programs_are_in_no_contract(shop: Path) -> None:
    before = lint(shop, "init", "--dry-run").out
    write(shop, {"shop/web.py": "import os\nimport click.types\nimport shop.orders\n"})
    assert lint(shop, "init", "--dry-run").out == before


def test_a_ground_floor_may_import_other_programs_as_before(tmp_path: Path) -> None:
    ring = [f"shop.m{number} -> shop.m{(number + 1) % 45}" for number in range(45)]
    program(tmp_path, *ring, *(f"shop.m{number} -> shop.db" for number in range(45)), "shop.m0 -> shop.m9")
    write(
        tmp_path, {"shop/db.py": "import os\nimport click\n", "shop/m9.py": "import yaml\nfrom shop import m10, db\n"}
    )
    assert lint(tmp_path, "init").status == 0
    text = (tmp_path / "pyproject.toml").read_text()
    assert "include_external_packages = true" in text
    assert lint(tmp_path, "--contract", "ground", "--no-baseline").status == 0


def test_a_dry_run_prints_and_writes_nothing(shop: Path) -> None:
    run = lint(shop, "init", "--dry-run")
    assert run.status == 0
    assert [each["id"] for each in tomllib.loads(run.out)["tool"]["import-contracts"]["contracts"]] == [
        "layers",
        "acyclic",
    ]
    assert not (shop / "pyproject.toml").exists()


def test_packages_are_found_in_src_and_tests_are_none(tmp_path: Path) -> None:
    program(tmp_path / "src", *IMPORTS)
    program(tmp_path, "tests.a -> shop.web")
    assert 'root_packages = ["shop"]' in lint(tmp_path, "init", "--dry-run").out


@pytest.mark.parametrize(
    ("files", "args", "message"),
    [
        ({}, (), "There is no package here or in 'src'; name one: lint-imports init shop"),
        ({}, ("mall",), "Package 'mall' is neither in the source roots"),
        ({"shop/__init__.py": "x = ("}, (), "This is not valid Python"),
        ({"shop/__init__.py": "", "pyproject.toml": "["}, (), "pyproject.toml: This is not valid TOML"),
        ({"shop/__init__.py": ""}, ("--from-import-linter", "shop"), "name none"),
        ({"shop/__init__.py": ""}, ("--from-import-linter",), "No configuration found"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    tmp_path: Path, files: dict[str, str], args: tuple[str, ...], message: str
) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, files)
    run = lint(tmp_path, "init", *args)
    assert run.status == 2
    assert message in run.err
    assert (tmp_path / "pyproject.toml").exists() == ("pyproject.toml" in files)


def test_a_configuration_of_import_linter_is_rewritten_and_stays(shop: Path) -> None:
    contract = "[importlinter:contract:up]\nname = Up\ntype = layers\nlayers =\n  shop.web\n  shop.db\n"
    ini = f"[importlinter]\nroot_package = shop\n{contract}"
    write(shop, {".importlinter": ini})
    before = lint(shop, "--format", "json").out
    assert lint(shop, "init", "--from-import-linter").out == "Wrote 1 contract to pyproject.toml.\n"
    assert contracts(shop) == {"up": ["shop.web", "shop.db"]}
    assert (shop / ".importlinter").read_text() == ini
    assert lint(shop, "--format", "json").out == before


def test_a_rewritten_configuration_that_is_broken_gets_a_baseline_unless_it_has_one(shop: Path) -> None:
    contract = "[importlinter:contract:down]\nname = Down\ntype = layers\nlayers =\n  shop.db\n  shop.web\n"
    write(shop, {".importlinter": f"[importlinter]\nroot_package = shop\nbaseline = known.txt\n{contract}"})
    write(shop, {"known.txt": ""})
    run = lint(shop, "init", "--from-import-linter")
    assert (run.status, run.out) == (0, "Wrote 1 contract to pyproject.toml.\n")
    assert (shop / "known.txt").read_text() == ""
    assert not (shop / "known-violations.txt").exists()
    (shop / "pyproject.toml").unlink()
    write(shop, {".importlinter": f"[importlinter]\nroot_package = shop\n{contract}"})
    assert lint(shop, "init", "--from-import-linter").status == 0
    assert (shop / "known-violations.txt").read_text() == "down shop.web -> shop.orders => shop.db\n"


def test_a_configuration_of_this_program_is_not_rewritten(shop: Path) -> None:
    lint(shop, "init")
    before = (shop / "pyproject.toml").read_text()
    run = lint(shop, "init", "--from-import-linter")
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("error: pyproject.toml: ")
    assert (shop / "pyproject.toml").read_text() == before


def test_what_is_written_is_toml_1_0_whatever_was_read(tmp_path: Path) -> None:
    peers = """tool.importlinter = {
      root_package = "shop",  # TOML 1.1
      contracts = [{name = "A\\e\\x42", type = "independence", modules = ["shop.a"]}],
    }
    """
    write(tmp_path, {"shop/a.py": "", "shop/__init__.py": "", "pyproject.toml": peers})
    run = lint(tmp_path, "init", "--from-import-linter", "--dry-run")
    [found] = tomllib.loads(run.out)["tool"]["import-contracts"]["contracts"]
    assert found == {"name": "A\x1bB", "type": "independence", "modules": ["shop.a"]}


def test_a_file_to_which_no_table_can_be_added_stays_as_it_is(shop: Path) -> None:
    write(shop, {"pyproject.toml": "tool = {\n  black = {},\n}\n"})
    before = (shop / "pyproject.toml").read_bytes()
    run = lint(shop, "init")
    assert (run.status, run.out) == (2, "")
    assert "because 'tool' is an inline table. Write [tool.x] instead" in run.err
    assert (shop / "pyproject.toml").read_bytes() == before


def test_a_configuration_of_tach_that_is_not_converted_is_named(shop: Path) -> None:
    write(shop, {"tach.toml": "modules = []"})
    run = lint(shop, "init", "--dry-run")
    assert (run.status, run.err) == (
        0,
        "warning: tach.toml is not read; to convert it, run: lint-imports init --from-tach\n",
    )


def test_the_number_of_processes_does_not_change_what_is_written(shop: Path) -> None:
    assert lint(shop, "init", "--dry-run", "--jobs", "1").out == lint(shop, "init", "--dry-run", "--jobs", "2").out
