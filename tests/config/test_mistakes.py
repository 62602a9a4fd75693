"""What is said to somebody who made one of the likely mistakes in a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.arranging import lint, program, write

INI_HEAD = "[importlinter]\nroot_package = shop\n"
TOML_HEAD = '[tool.importlinter]\nroot_package = "shop"\n'
INI_LAYERS = "[importlinter:contract:x]\nname = X\ntype = layers\n"
TOML_CONTRACT = """[[tool.importlinter.contracts]]
name = "X"
type = "independence"
modules = ["shop.a", "shop.b"]
"""


def said(folder: Path, name: str, text: str) -> str:
    """Return what is said of a configuration for a program, which must not pass for one that is right."""
    program(folder, "shop.a -> shop.b", "shop.b", "mall.a")
    write(folder, {name: text})
    run = lint(folder)
    assert run.status == 2, run
    assert "Traceback" not in run.err
    return run.out + run.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[contract:x]", "The section [contract:x] is not read. Write [importlinter:contract:x]."),
        ("[contracts:x]", "The section [contracts:x] is not read. Write [importlinter:contract:x]."),
        ("[contract]", "The section [contract] is not read. Write [importlinter:contract:name]."),
        ("[importlinter.contract.x]", "Write [importlinter:contract:x]."),
        ("[import-linter:contract:x]", "Write [importlinter:contract:x]."),
        ("[import_linter:contract:x]", "Write [importlinter:contract:x]."),
        ("[ImportLinter:contract:x]", "Write [importlinter:contract:x]."),
        ("[importlinter contract x]", "Write [importlinter:contract:x]."),
        ("[tool:importlinter:contract:x]", "Write [importlinter:contract:x]."),
        ("[tool.importlinter.contracts]", "Write [importlinter:contract:name]."),
        ("[[importlinter:contract:x]]", "Write [importlinter:contract:x]."),
        ("[[tool.importlinter.contracts]]", "Write [importlinter:contract:name]."),
        ('[tool."importlinter:contract:x"]', "Write [importlinter:contract:x]."),
        ("[layers of the shop]", "Write [importlinter:contract:layers-of-the-shop]."),
        ("[other]\ntype = x\n[contract:x]", "There are no contracts. The section [contract:x] is not read."),
    ],
)
def test_a_section_of_a_contract_with_another_name_is_named(tmp_path: Path, text: str, expected: str) -> None:
    layers = INI_LAYERS.partition("\n")[2]
    assert expected in said(tmp_path, ".importlinter", f"{INI_HEAD}{text}\n{layers}layers =\n  shop.b\n  shop.a\n")


@pytest.mark.parametrize("header", ["[import-linter]", "[tool:importlinter]", "[tool.importlinter]", "[Importlinter]"])
@pytest.mark.parametrize("name", [".importlinter", "setup.cfg"])
def test_a_first_section_with_another_name_is_named(tmp_path: Path, header: str, name: str) -> None:
    found = said(tmp_path, name, f"{header}\nroot_package = shop\n{INI_LAYERS}layers =\n  shop.b\n  shop.a\n")
    assert "No configuration found." in found
    assert f"error: {name}: The section {header} is not read. Write [importlinter]." in found
    assert "To write" not in found


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("setup.cfg", "To write contracts that hold today, run: lint-imports init\n"),
        ("tach.toml", "To convert tach.toml, run: lint-imports init --from-tach\n"),
    ],
)
def test_without_a_configuration_the_message_says_which_command_writes_one(
    tmp_path: Path, file: str, command: str
) -> None:
    assert command in said(tmp_path, file, "")


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ({"backend/manage.py": "import shop", "backend/shop/__init__.py": ""}, "'source_roots': backend"),
        (
            {"a/b/shop/__init__.py": "", "pyproject.toml": "[tool.uv.build-backend]\nmodule-root = 'a/b'"},
            "'source_roots': a/b",
        ),
        ({"a/b/shop/__init__.py": ""}, "If it is elsewhere, add the folder that contains it to 'source_roots'."),
    ],
)
def test_a_package_in_another_folder_of_the_project_is_found_for_the_message(
    tmp_path: Path, files: dict[str, str], hint: str
) -> None:
    layers = f"{INI_HEAD}{INI_LAYERS}layers =\n  shop.b\n  shop.a\n"
    run = lint(write(tmp_path, {**files, ".importlinter": layers}))
    assert (run.status, run.err.strip().endswith(hint)) == (2, True), run


def test_a_configuration_without_contracts_is_shown_a_contract_and_not_its_own_table_again(tmp_path: Path) -> None:
    found = said(tmp_path, "pyproject.toml", "[tool.import-contracts]\nroot_packages = ['shop']\n")
    assert "There are no contracts. Add one with the names of your modules, such as:" in found
    assert "[[tool.import-contracts.contracts]]\nname" in found
    assert "\n[tool.import-contracts]" not in found


def test_a_section_whose_type_is_a_list_is_a_section_like_others(tmp_path: Path) -> None:
    found = said(
        tmp_path, ".importlinter", f"{INI_HEAD}[importlinter:contract:x]\nname = X\ntype =\n  two\n[y]\ntype =\n  z\n"
    )
    assert "There is no contract type 'two'" in found


def test_a_section_with_another_name_beside_contracts_is_a_warning(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b")
    own = f"{INI_LAYERS}layers =\n  shop.a\n  shop.b\n"
    write(tmp_path, {".importlinter": f"{INI_HEAD}{own}[contract:y]\nname = Y\n[metadata]\nname = shop\n"})
    run = lint(tmp_path)
    assert run.status == 0
    assert "warning: .importlinter: The section [contract:y] is not read. Write [importlinter:contract:y]." in run.out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tool.import-linter]", "The table [tool.import-linter] is not read. Write [tool.importlinter]."),
        ("[tool.import_linter]", "Write [tool.importlinter]."),
        ("[tool.import_contracts]", "The table [tool.import_contracts] is not read. Write [tool.import-contracts]."),
        ("[importlinter]", "The table [importlinter] is not read. Write [tool.importlinter]."),
        ("[import-contracts]", "Write [tool.import-contracts]."),
        (
            '[tool."importlinter:contract:x"]',
            'The table [tool."importlinter:contract:x"] is not read. Write [[tool.importlinter.contracts]].',
        ),
    ],
)
def test_a_table_with_another_name_is_named(tmp_path: Path, text: str, expected: str) -> None:
    found = said(tmp_path, "pyproject.toml", f'{text}\nroot_package = "shop"\n')
    assert "No configuration found." in found
    assert f"error: pyproject.toml: {expected}" in found or expected in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[[tool.importlinter.contract]]",
            "The table [tool.importlinter.contract] is not read. Write [[tool.importlinter.contracts]].",
        ),
        ("[[tool.importlinter.Contracts]]", "Write [[tool.importlinter.contracts]]."),
        ("[[contracts]]", "The table [contracts] is not read. Write [[tool.import-contracts.contracts]]."),
        ("[[tool.contracts]]", "The table [tool.contracts] is not read."),
        ("[tool.importlinter.contracts.x]", "Found a table; write an array of tables, each with the header"),
        ("[x]", "Each contract is a table of its own, with the header [[tool.importlinter.contracts]]"),
    ],
)
def test_a_table_of_a_contract_with_another_name_is_named(tmp_path: Path, text: str, expected: str) -> None:
    contract = TOML_CONTRACT.partition("\n")[2]
    assert expected in said(tmp_path, "pyproject.toml", f"{TOML_HEAD}{text}\n{contract}")


def test_a_pyproject_without_the_table_is_not_read_as_one(tmp_path: Path) -> None:
    program(tmp_path, "shop.a")
    write(tmp_path, {"pyproject.toml": '[project]\nname = "shop"\n[tool.import_linter]\nroot_package = "shop"\n'})
    run = lint(tmp_path, "pyproject.toml")
    assert run.err == (
        "error: pyproject.toml: There is no table [tool.import-contracts] or [tool.importlinter] in this file. "
        "The table [tool.import_linter] is not read. Write [tool.importlinter].\n"
    )


WHOLE = "'{}' is one item; write each on a line of its own in INI, and [{}] in TOML."
COMMENT = "'{}' has a comment in it; write the comment on a line of its own."
BRACKETS = "'{}': a list in INI has one item per line, without brackets, quotes and commas."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("layers = shop.a, shop.b", "layers: " + WHOLE.format("shop.a, shop.b", '"shop.a", "shop.b"')),
        ("layers =\n  shop.a,\n  shop.b", "layers: 'shop.a,' has a comma too many; write 'shop.a'."),
        ("layers =\n  shop.a  # first\n  shop.b", "layers: " + COMMENT.format("shop.a  # first")),
        ("layers =\n  shop.a ; first\n  shop.b", "layers: " + COMMENT.format("shop.a ; first")),
        ('layers = ["shop.a", "shop.b"]', "layers: " + BRACKETS.format('["shop.a", "shop.b"]')),
        ('layers = [\n  "shop.a",\n  shop.b\n  ]', "layers: " + BRACKETS.format("[")),
        ("layers =\n  'shop.a'\n  shop.b", "layers: 'shop.a' has quotes in it; write shop.a"),
        ("layers =\n  - shop.a\n  - shop.b", "layers: '- shop.a' begins with a dash; write 'shop.a'."),
        ("layers =\n  shop/a.py\n  shop.b", "layers: 'shop/a.py' is a path, not the name of a module; write 'shop.a'."),
        ("layers =\n  src/shop/a/__init__.py\n  shop.b", "not the name of a module; write 'shop.a'."),
        ("layers =\n  shop\\a.py\n  shop.b", "is a path, not the name of a module; write 'shop.a'."),
        ("layers =\n  .a\n  shop.b", "layers: '.a' is relative; write the whole name, such as 'shop.a'."),
        (
            "layers =\n  shop.a\n  shop.b\n  exhaustive = true",
            "'exhaustive = true' is indented, so it belongs to the list above it; write 'exhaustive' without indent.",
        ),
        ("layers =\n\tshop.a\n\t\tshop.b, shop.c", WHOLE.format("shop.b, shop.c", '"shop.b", "shop.c"')),
        (
            "layers =\nshop.a\nshop.b",
            "This is not valid INI: 'shop.a' is neither a key nor indented (at line 7). Indent the lines of a list.",
        ),
        ("layers = shop.a\nlayers = shop.b", "'layers' is twice in [importlinter:contract:x] (at line 7)."),
        (
            f"layers = shop.a\n{INI_LAYERS}",
            "there are two sections [importlinter:contract:x] (at line 7). Give one of them another name.",
        ),
        ("layers = shop.a\n[broken", "'[broken' is neither a key nor indented (at line 7)."),
        ("layers =\n  shop.a\nignore-imports =\n  shop.a -> shop.b", "Did you mean 'ignore_imports'?"),
        (
            "layers =\n  shop.a\nignore_imports =\n  shop.a -> shop.b  # for now",
            "ignore_imports: " + COMMENT.format("shop.a -> shop.b  # for now"),
        ),
        ("layers =\n  shop.a\nignore_imports = shop.a -> shop.b,", "has a comma too many; write 'shop.a -> shop.b'."),
        ("layers =\n  shop.a\nignore_imports = shop.a => shop.b", "write 'importer -> imported'."),
    ],
)
def test_a_mistake_in_an_ini_file_is_said_with_what_to_write(tmp_path: Path, text: str, expected: str) -> None:
    found = said(tmp_path, ".importlinter", f"{INI_HEAD}{INI_LAYERS}{text}\n")
    assert expected in found
    assert found.count("error: ") <= 4


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            ".importlinter",
            "root_package = shop",
            "'root_package = shop' is in no section (at line 1). Begin the file with",
        ),
        (".importlinter", "[importlinter]\nroot_package = shop  # ours", COMMENT.format("shop  # ours")),
        (".importlinter", "[importlinter]\nroot_packages = shop, mall", WHOLE.format("shop, mall", '"shop", "mall"')),
        (
            ".importlinter",
            "[importlinter]\nroot_packages =\n  shop,\n  mall",
            "'shop,' has a comma too many; write 'shop'.",
        ),
        (".importlinter", '[importlinter]\nroot_packages = ["shop"]', BRACKETS.format('["shop"]')),
        (".importlinter", '[importlinter]\nroot_package = "shop"', 'root_package: "shop" has quotes in it; write shop'),
        (".importlinter", "[importlinter]\nroot_package = src/shop", "not the name of a module; write 'shop'."),
        (".importlinter", "[importlinter]\nroot_package = my-shop", "write it as in an import statement: 'my_shop'."),
        (".importlinter", "[importlinter]\nroot-package = shop", "root_packages: Name the packages to check"),
        (".importlinter", INI_HEAD, "Each contract is a section of its own, such as [importlinter:contract:layers]"),
        ("pyproject.toml", '[tool.importlinter]\nroot_package = "src/shop"', "write 'shop'."),
        ("pyproject.toml", '[tool.importlinter]\nroot_packages = ["shop, mall"]', "write each on a line of its own"),
        ("pyproject.toml", "[tool.importlinter\n", "This is not valid TOML: Expected ']' at the end of a table"),
        (
            "pyproject.toml",
            "[tool.importlinter]\nroot_package = shop\n",
            "This is not valid TOML: Invalid value (at line 2",
        ),
    ],
)
def test_a_mistake_in_the_keys_of_the_run_is_said_with_what_to_write(
    tmp_path: Path, name: str, text: str, expected: str
) -> None:
    if name == ".importlinter" and "importlinter" not in text:
        text = f"{text}\n[importlinter]\n"
    found = said(tmp_path, name, text)
    assert expected in found
    assert found.count("error: ") <= 2


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("shop.a.py", "Module 'shop.a.py' does not exist. Write 'shop.a'."),
        ("shop.__init__", "Module 'shop.__init__' does not exist. Write 'shop'."),
        ("shop.__init__.py", "Module 'shop.__init__.py' does not exist. Write 'shop'."),
        ("shop/a.py", "'shop/a.py' is a path, not the name of a module; write 'shop.a'."),
        ("shop.a, shop.b", WHOLE.format("shop.a, shop.b", '"shop.a", "shop.b"')),
        ("shop.a # first", COMMENT.format("shop.a # first")),
    ],
)
def test_a_mistake_in_an_item_of_a_toml_list_is_said_with_what_to_write(
    tmp_path: Path, item: str, expected: str
) -> None:
    found = said(tmp_path, "pyproject.toml", TOML_HEAD + TOML_CONTRACT.replace("shop.a", item))
    assert f"modules: {expected}" in found
    assert found.count("error: ") == 1


def test_a_contract_file_with_the_tables_of_a_pyproject_is_not_silent(tmp_path: Path) -> None:
    write(tmp_path, {"contracts/x.toml": TOML_CONTRACT.replace("importlinter", "import-contracts")})
    head = '[tool.import-contracts]\nroot_packages = ["shop"]\ninclude = ["contracts/*.toml"]\n'
    found = said(tmp_path, "pyproject.toml", head)
    assert (
        "contracts/x.toml: The table [tool.import-contracts.contracts] is not read here. Write [[contracts]]." in found
    )
