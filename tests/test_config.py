import ntpath
from pathlib import Path, PureWindowsPath

import pytest

from import_contracts.config.contracts import Contracts, read_contracts
from import_contracts.config.files import find_config
from import_contracts.config.session import Config, read_config
from import_contracts.graph.kinds import Kind
from import_contracts.problems import UserError
from import_contracts.reading.context import shown
from tests.arranging import configuration, write

FORBIDDEN = 'type = "forbidden"\nsource_modules = "shop.a"\nforbidden_modules = "shop.b"\n'
HEAD = configuration()
CONTRACT = f'[[tool.import-contracts.contracts]]\nname = "One"\n{FORBIDDEN}'
INI = """[importlinter]
root_package = shop
[importlinter:contract:one]
name = One
type = independence
modules =
    shop.a
"""


def read(folder: Path, text: str, name: str = "pyproject.toml") -> Config:
    write(folder, {name: text})
    return read_config(folder / name, start=folder, found=True)


def contracts(folder: Path, text: str, name: str = "pyproject.toml") -> Contracts:
    return read_contracts(read(folder, text, name))


def problems(folder: Path, text: str, name: str = "pyproject.toml") -> list[str]:
    try:
        return [f"{each.severity}: {each}" for each in contracts(folder, text, name).problems]
    except UserError as error:
        return [str(problem) for problem in error.problems]


# --- where it is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"pyproject.toml": HEAD, "setup.cfg": INI, ".importlinter": INI}, "pyproject.toml"),
        ({"pyproject.toml": "[tool.importlinter]\n", "setup.cfg": INI, ".importlinter": INI}, "setup.cfg"),
        (
            {"pyproject.toml": "[tool.importlinter]\n", "setup.cfg": "[metadata]\n", ".importlinter": INI},
            ".importlinter",
        ),
        ({"pyproject.toml": "[tool.importlinter]\n", "setup.cfg": "[metadata]\n"}, "pyproject.toml"),
        ({"pyproject.toml": "# import-contracts\n[tool.black]\n", ".importlinter": INI}, ".importlinter"),
        ({"pyproject.toml": "not toml", ".importlinter": INI}, ".importlinter"),
    ],
)
def test_the_first_place_with_a_configuration_counts(tmp_path: Path, files: dict[str, str], found: str) -> None:
    assert find_config(write(tmp_path, files)).name == found


def test_it_is_found_from_any_folder_below(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": HEAD, "src/shop/x/y.py": ""})
    assert find_config(tmp_path / "src/shop/x") == tmp_path / "pyproject.toml"


def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": HEAD, "repo/.git/HEAD": "", "repo/src/x.py": ""})
    with pytest.raises(UserError, match=r"Searched here and in every folder up to .*repo for pyproject.toml"):
        find_config(tmp_path / "repo/src")


def test_where_there_is_none_it_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UserError, match=r"\[tool.import-contracts\]\nroot_packages"):
        find_config(tmp_path)


def test_a_contract_file_has_the_same_keys_without_the_prefix(tmp_path: Path) -> None:
    text = f'root_package = "shop"\n[[contracts]]\nname = "One"\n{FORBIDDEN}'
    config = read(tmp_path, text, "layers.toml")
    assert config.root_packages == ("shop",)
    assert [contract.id for contract in read_contracts(config).chosen] == ["one"]


def test_packages_are_looked_for_first_in_the_folder_of_a_file_that_was_found(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"pyproject.toml": HEAD + CONTRACT, "src/x.py": ""})
    here, there = tmp_path, tmp_path / "src"
    found = read_config(here / "pyproject.toml", start=there, found=True)
    assert found.source_roots[:2] == (here / ".", here / "src")
    named = read_config(Path("../pyproject.toml"), start=there, found=False)
    assert named.source_roots[:2] == (there / ".", there / "src")


# --- what it says -------------------------------------------------------------------------------------------------


def test_a_contract_without_an_id_gets_one_made_of_its_name(tmp_path: Path) -> None:
    config = read(tmp_path, HEAD + CONTRACT.replace("One", "CLI > Context, I/O & Größe"))
    assert read_contracts(config).chosen[0].id == "cli-context-i-o-größe"


def test_an_ini_contract_has_the_last_part_of_its_section_for_an_id(tmp_path: Path) -> None:
    config = read(tmp_path, INI.replace("importlinter:contract:one", "importlinter:any:of:layers"), ".importlinter")
    assert read_contracts(config).chosen[0].id == "layers"


def test_a_percent_sign_stands_for_itself(tmp_path: Path) -> None:
    assert contracts(tmp_path, INI.replace("One", "100% typed"), ".importlinter").chosen[0].name == "100% typed"
    assert contracts(tmp_path, INI.replace("One", "50%% off"), ".importlinter").chosen[0].name == "50% off"


def test_included_files_add_their_contracts_in_order(tmp_path: Path) -> None:
    one = f'[[contracts]]\nname = "B"\n{FORBIDDEN}'
    write(tmp_path, {"contracts/b.toml": one, "contracts/a.toml": one.replace("B", "A")})
    config = read(tmp_path, HEAD + 'include = ["contracts/*.toml"]\n' + CONTRACT)
    assert [(each.id, each.file) for each in read_contracts(config).chosen] == [
        ("one", "pyproject.toml"),
        ("a", "contracts/a.toml"),
        ("b", "contracts/b.toml"),
    ]


@pytest.mark.parametrize(
    ("keys", "type_", "excluded"),
    [
        ("", "forbidden", set()),
        ("exclude_type_checking_imports = true\n", "forbidden", {Kind.TYPE_CHECKING}),
        ("exclude_lazy_imports = true\nexclude_deferred_imports = 'true'\n", "forbidden", {Kind.LAZY, Kind.DEFERRED}),
        ("", "acyclic", {Kind.TYPE_CHECKING}),
        ("exclude_type_checking_imports = false\n", "acyclic", set()),
    ],
)
def test_kinds_are_excluded_for_all_contracts_or_one(
    tmp_path: Path, keys: str, type_: str, excluded: set[Kind]
) -> None:
    body = FORBIDDEN if type_ == "forbidden" else 'type = "acyclic"\n'
    for text in (HEAD + keys + CONTRACT.replace(FORBIDDEN, body), HEAD + CONTRACT.replace(FORBIDDEN, body) + keys):
        assert contracts(tmp_path, text).chosen[0].excluded == excluded


def test_guidance_may_have_several_lines(tmp_path: Path) -> None:
    config = read(tmp_path, INI + "broken_contract_guidance =\n    Do this.\n    Or that.\n", ".importlinter")
    assert read_contracts(config).chosen[0].reason == "Do this.\nOr that."
    assert contracts(tmp_path, HEAD + CONTRACT + 'reason = "ADR 7"\n').chosen[0].reason == "ADR 7"


# --- what is wrong with it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            HEAD.replace("root_packages", "root_packags") + CONTRACT,
            "error: pyproject.toml: root_packages: Name the packages",
        ),
        (HEAD.replace("root_packages", "root_packags") + CONTRACT, "Did you mean 'root_packags'?"),
        (
            HEAD + "strickt = true\n" + CONTRACT,
            "warning: pyproject.toml: strickt: This key is unknown. Did you mean 'strict'?",
        ),
        (HEAD + "strict = 'maybe'\n" + CONTRACT, "strict: Found 'maybe'; write true or false."),
        (
            HEAD + "include_external_packages = 3\n" + CONTRACT,
            "include_external_packages: Found 3; write true or false.",
        ),
        (HEAD + 'root_package = "shop"\n' + CONTRACT, "warning: pyproject.toml: root_package: This key has no effect"),
        (HEAD + 'include = ["x.toml"]\n' + CONTRACT, "error: pyproject.toml: include: 'x.toml' matches no file."),
        (HEAD + 'include = ["x/*"]\n' + CONTRACT, "warning: pyproject.toml: include: 'x/*' matches no file."),
        (HEAD, "There are no contracts."),
        (HEAD + "contracts = 3\n", "contracts: Found 3; write an array of tables"),
        (HEAD + "x = [\n", "pyproject.toml: This is not valid TOML: "),
        (
            HEAD + CONTRACT + "sources = 3\n",
            "contract 'one': sources: This key is unknown. Did you mean 'source_modules'?",
        ),
        (
            HEAD + CONTRACT.replace("forbidden", "forbiden"),
            "type: There is no contract type 'forbiden'. Did you mean 'forbidden'?",
        ),
        (
            HEAD + CONTRACT.replace('"forbidden"', '"x"'),
            "Use one of: acyclic, acyclic_siblings, crash, forbidden, independence, layers",
        ),
        (HEAD + CONTRACT.replace('"forbidden"', '""'), "type: There is no contract type ''. Use one of: acyclic"),
        (HEAD + CONTRACT.replace('type = "forbidden"', ""), "contract 'one': type: This key is required."),
        (HEAD + CONTRACT.replace('name = "One"', ""), "contract 'contract-1': name: This key is required."),
        (HEAD + CONTRACT.replace('"shop.b"', "[3]"), "forbidden_modules: Found [3]; write a list of strings."),
        (
            HEAD + CONTRACT.replace('"shop.b"', '"shop.b*"'),
            "forbidden_modules: 'shop.b*': a wildcard must be a whole part",
        ),
        (HEAD + CONTRACT.replace('"shop.b"', "true"), "forbidden_modules: Found true; write a list of strings."),
        (
            HEAD + CONTRACT + 'ignore_imports = "a => b"\n',
            "ignore_imports: 'a => b' is not an import; write 'importer -> imported'.",
        ),
        (
            HEAD + CONTRACT + 'unmatched_ignore_imports_alerting = "WARN"\n',
            "Found 'WARN'; write one of 'error', 'warn', 'none'. Did you mean 'warn'?",
        ),
        (
            HEAD + CONTRACT + 'ignore_imports = "** -> **"\n',
            "warning: pyproject.toml: contract 'one': ignore_imports: '** -> **' ignores every import",
        ),
        (
            HEAD + CONTRACT + CONTRACT,
            "warning: pyproject.toml: contract 'one': id: Another contract has this id: 'One'",
        ),
        (
            HEAD + 'baseline = "b.txt"\n' + CONTRACT + CONTRACT,
            "error: pyproject.toml: contract 'one': id: Another contract",
        ),
        (
            '[tool.importlinter]\nroot_packages = "shop"\n' + CONTRACT.replace("import-contracts", "importlinter"),
            'warning: pyproject.toml: root_packages: import-linter reads each letter as a package; write ["shop"].',
        ),
        (
            '[tool.importlinter]\nroot_packages = ["shop"]\ninclude_external_packages = "yes"\n'
            + CONTRACT.replace("import-contracts", "importlinter"),
            "warning: pyproject.toml: include_external_packages: Found 'yes', which is read as false; write",
        ),
        (HEAD + 'contract_types = ["x"]\n' + CONTRACT, "contract_types: Found 'x'; write 'type: module.object'."),
        (HEAD + 'contract_types = ["x: shop.types.X"]\n' + CONTRACT, "in the linted program, which is never executed"),
        (HEAD + 'contract_types = ["x: nope_zz.X"]\n' + CONTRACT, "'nope_zz.X': No module named 'nope_zz'."),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write_instead(tmp_path: Path, text: str, problem: str) -> None:
    found = problems(tmp_path, text)
    assert any(problem in each for each in found), found


@pytest.mark.parametrize("root", ["root_packages = []", 'root_package = ""'])
def test_where_no_package_is_named_no_key_is_taken_for_misspelt(tmp_path: Path, root: str) -> None:
    text = HEAD.replace('root_packages = ["shop"]', root) + CONTRACT
    assert problems(tmp_path, text) == [
        'error: pyproject.toml: root_packages: Name the packages to check: root_packages = ["shop"].'
    ]


def test_all_that_is_wrong_is_said_at_once_and_the_sound_contracts_are_kept(tmp_path: Path) -> None:
    wrong = CONTRACT.replace("One", "Two").replace("forbidden_modules", "forbiden_modules")
    config = read(tmp_path, HEAD + "strict = 7\nx = 1\n" + CONTRACT + wrong + "as_packages = 'no'\n")
    assert [contract.is_sound for contract in read_contracts(config).chosen] == [True, False]
    assert [each.key for each in read_contracts(config).problems] == [
        "strict",
        "x",
        "forbidden_modules",
        "as_packages",
        "forbiden_modules",
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("x.ini", "[importlinter\n", "x.ini: This is not valid INI: "),
        ("x.ini", "[other]\n", "x.ini: There is no section [importlinter] in this file."),
        (
            ".importlinter",
            INI.replace("modules", "modles"),
            "contract 'one': modles: This key is unknown. Did you mean 'modules'?",
        ),
        (".importlinter", "[DEFAULT]\nfoo = 1\n" + INI, "contract 'one': foo: This key is unknown."),
    ],
)
def test_ini_files_are_read_as_carefully(tmp_path: Path, name: str, text: str, problem: str) -> None:
    found = problems(tmp_path, text, name)
    assert any(problem in each for each in found), found


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"x\.toml: This file is not UTF-8 text."):
        read_config(tmp_path / "x.toml", start=tmp_path, found=False)


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nope\.toml: There is no such file."):
        read_config(Path("nope.toml"), start=tmp_path, found=False)


# --- contract types of the team's own -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("porting_a", "from importlinter import Contract\n"),
        ("porting_b", "class X:\n    def render_broken_contract(self): ...\n"),
    ],
)
def test_a_class_written_for_import_linter_gets_told_how_it_is_ported(tmp_path: Path, module: str, source: str) -> None:
    write(tmp_path, {f"{module}.py": source})
    found = problems(tmp_path, HEAD + f'contract_types = ["b: {module}.X"]\n' + CONTRACT)
    assert any("this class is written for import-linter. Write parse(table)" in each for each in found), found


def test_what_a_custom_type_raises_when_it_is_imported_is_reported(tmp_path: Path) -> None:
    write(tmp_path, {"raising_zz.py": "1 / 0\n"})
    found = problems(tmp_path, HEAD + 'contract_types = ["b: raising_zz.X"]\n' + CONTRACT)
    assert any("importing it failed with ZeroDivisionError: division by zero." in each for each in found), found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (r"D:\work\shop\web\page.py", "web/page.py"),
        (r"D:\code\else\page.py", "D:/code/else/page.py"),
        (r"C:\python\lib\page.py", "C:/python/lib/page.py"),
    ],
)
def test_paths_are_shown_alike_on_windows_also_on_another_drive(
    monkeypatch: pytest.MonkeyPatch, path: str, found: str
) -> None:
    monkeypatch.setattr("import_contracts.reading.context.os.path.relpath", ntpath.relpath)
    assert shown(path, PureWindowsPath(r"D:\work\shop")) == found
