import ntpath
import os
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.config.contracts import Contract, Contracts, read_contracts
from import_contracts.config.custom import load_types
from import_contracts.config.files import find_config
from import_contracts.config.session import EXCLUDING, Config, ConfigSource, Origin, load_config, read_config
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES, ContractType
from import_contracts.graph.kinds import Kind
from import_contracts.problems import UserError
from import_contracts.reading.context import shown
from tests.support.arranging import configuration, write

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
    return read_config(folder / name, ConfigSource(folder, Origin.FOUND))


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
    found = read_config(here / "pyproject.toml", ConfigSource(there, Origin.FOUND))
    assert found.source_roots[:2] == (here / ".", here / "src")
    named = read_config(Path("../pyproject.toml"), ConfigSource(there))
    assert named.source_roots[:2] == (there / ".", there / "src")


# --- what it says -------------------------------------------------------------------------------------------------


def test_a_contract_without_an_id_gets_one_made_of_its_name(tmp_path: Path) -> None:
    config = read(tmp_path, HEAD + CONTRACT.replace("One", "CLI > Context, I/O & Größe"))
    assert read_contracts(config).chosen[0].id == "cli-context-i-o-größe"


def test_an_ini_contract_has_the_last_part_of_its_section_for_an_id(tmp_path: Path) -> None:
    config = read(tmp_path, INI.replace("importlinter:contract:one", "importlinter:any:of:layers"), ".importlinter")
    assert read_contracts(config).chosen[0].id == "layers"


def test_an_ini_contract_whose_section_ends_with_a_colon_has_none(tmp_path: Path) -> None:
    found = contracts(tmp_path, INI.replace("importlinter:contract:one", "importlinter:contract:"), ".importlinter")
    assert [(each.id, each.is_sound) for each in found.chosen] == [("one", True)]


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
        (HEAD + "x = [\n", "pyproject.toml: This is not valid TOML: Invalid value (at end of document)."),
        (HEAD + HEAD, "This is not valid TOML: Cannot declare [tool.import-contracts] twice (at line 3, column 23)."),
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
            f"Use one of: {', '.join(TYPES)}",
        ),
        (HEAD + CONTRACT.replace('"forbidden"', '""'), "type: There is no contract type ''. Use one of: acyclic"),
        (HEAD + CONTRACT.replace('type = "forbidden"', ""), "contract 'one': type: This key is required."),
        (HEAD + CONTRACT.replace('name = "One"', ""), "contract 'contract-1': name: This key is required."),
        (HEAD + CONTRACT.replace('"shop.b"', "[3]"), "forbidden_modules: Found [3]; write a list of strings."),
        (
            HEAD + CONTRACT.replace('"shop.b"', '"shop.b**"'),
            "forbidden_modules: 'shop.b**': '**' must be a whole part of a name; write 'b*' instead of 'b**'.",
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
        read_config(tmp_path / "x.toml", ConfigSource(tmp_path))


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nope\.toml: There is no such file."):
        read_config(Path("nope.toml"), ConfigSource(tmp_path))


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


@pytest.mark.skipif(os.sep != "/", reason="of systems with other paths")
@given(st.lists(st.sampled_from(["a", "..", ".", ".b", "", "é", "b.py", "..c"])), st.sampled_from(["/srv/shop", "/"]))
def test_a_path_is_shown_relative_to_a_folder_if_it_is_inside(parts: list[str], folder: str) -> None:
    path = "/srv/shop/" + "/".join(parts)
    relative = os.path.relpath(path, folder)
    expected = PurePosixPath(path if relative.startswith(os.pardir) else relative).as_posix()
    assert shown(path, PurePosixPath(folder)) == expected


# --- the session --------------------------------------------------------------------------------------------------


def test_without_keys_a_run_has_its_defaults(tmp_path: Path) -> None:
    config = read(tmp_path, HEAD + CONTRACT)
    assert (config.folder, config.file, config.path) == (tmp_path, "pyproject.toml", tmp_path / "pyproject.toml")
    assert (config.root_packages, config.source_roots) == (("shop",), (tmp_path, tmp_path / "src"))
    assert (config.baseline, config.stale_fails, config.options) == (None, True, "")
    assert (config.strict, config.show_timings, config.include_external) == (False, False, False)
    assert (config.problems, config.custom_types, config.bases) == ((), (), (tmp_path, tmp_path))
    assert config.defaults == {"include_parent_packages": False, "allow_inline_ignores": True}
    assert len(config.documents) == 1
    assert config.shown(str(tmp_path / "src/x.py")) == "src/x.py"


def test_every_key_of_a_run_is_read(tmp_path: Path) -> None:
    keys = """\
source_roots = ["lib", "lib", "."]
baseline = "deep/known.txt"
stale = "warn"
strict = true
show_timings = true
include_external_packages = true
include_parent_packages = true
exclude_lazy_imports = false
exclude_deferred_imports = true
allow_inline_ignores = false
contract_types = []
"""
    write(tmp_path, {"lib/x": ""})
    config = read(tmp_path, HEAD + keys + CONTRACT)
    assert config.source_roots == (tmp_path / "lib", tmp_path)
    assert (config.baseline, config.stale_fails) == (tmp_path / "deep/known.txt", False)
    assert (config.strict, config.show_timings, config.include_external) == (True, True, True)
    assert config.defaults == {
        "include_parent_packages": True,
        "exclude_lazy_imports": False,
        "exclude_deferred_imports": True,
        "allow_inline_ignores": False,
    }
    assert config.problems == ()
    assert read(tmp_path, HEAD + 'stale = "error"\n' + CONTRACT).stale_fails


@pytest.mark.parametrize(
    ("keys", "type_", "may_exclude"),
    [
        ("", 'type = "layers"', False),
        ("", 'type = "forbidden"', False),
        ("", 'type = "acyclic"', True),
        ("", 'type = "custom"', True),
        ("", "", False),
        *((f"{key} = true\n", 'type = "layers"', True) for key in EXCLUDING),
        ("", 'type = "layers"\nexclude_lazy_imports = false', True),
    ],
)
def test_whether_kinds_of_imports_may_be_left_out_is_known_before_contracts_are_read(
    tmp_path: Path, keys: str, type_: str, may_exclude: bool
) -> None:
    assert read(tmp_path, f"{HEAD}{keys}{CONTRACT}{CONTRACT.replace(FORBIDDEN, type_)}").may_exclude is may_exclude
    write(tmp_path, {"one.toml": f"[[contracts]]\n{type_}\n"})
    assert read(tmp_path, f"{HEAD}{keys}include = 'one.toml'\n{CONTRACT}").may_exclude is may_exclude


def test_a_configuration_is_found_or_named_relative_to_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"pyproject.toml": HEAD, "in/my own.toml": 'root_package = "mall"\n'})
    monkeypatch.chdir(tmp_path)
    found = load_config(None, "in")
    assert (found.root_packages, found.options, found.bases) == (("shop",), "", (tmp_path, tmp_path / "in"))
    for path, folder in (("in/my own.toml", "."), (tmp_path / "in/my own.toml", "/"), ("my own.toml", tmp_path / "in")):
        named = load_config(path, folder)
        assert (named.root_packages, named.path) == (("mall",), tmp_path / "in/my own.toml")
        assert named.bases == (Path(folder).absolute(), tmp_path / "in")
        assert named.options == f" --config '{path}'"


@pytest.mark.parametrize(("name", "what"), [("in", "folder"), ("in/x.toml", "in/x.toml"), ("../x.toml", "x.toml")])
def test_what_is_named_has_to_be_a_file(tmp_path: Path, name: str, what: str) -> None:
    write(tmp_path, {"start/in/y": ""})
    with pytest.raises(UserError) as error:
        load_config(name, tmp_path / "start")
    (problem,) = error.value.problems
    assert problem.file == {"../x.toml": str(tmp_path / "x.toml")}.get(name, name)
    assert ("folder" in problem.message) == (what == "folder")


def test_a_source_root_has_to_be_somewhere(tmp_path: Path) -> None:
    write(tmp_path, {"x.toml": 'root_package = "shop"\nsource_roots = ["a", "b", "c"]\n', "a/x": "", "in/b/x": ""})
    config = load_config("../x.toml", tmp_path / "in")
    assert [(each.key, "'c'" in each.message, each.severity) for each in config.problems] == [
        ("source_roots", True, "warning")
    ]


PEER = "[tool.importlinter]\n{}"


@pytest.mark.parametrize(
    ("name", "text", "roots", "keys"),
    [
        ("x.toml", 'root_packages = ["a", "b"]', ("a", "b"), []),
        ("x.toml", 'root_packages = "shop"', ("shop",), []),
        ("x.toml", 'root_package = "shop"', ("shop",), []),
        ("x.toml", 'root_package = "b"\nroot_packages = ["a"]', ("a",), ["root_package"]),
        ("x.toml", 'root_package = ""\nroot_packages = []', (), ["root_package", "root_packages"]),
        ("x.toml", PEER.format('root_packages = ["a", "b"]'), ("a", "b"), []),
        ("x.toml", PEER.format('root_packages = "shop"'), ("shop",), ["root_packages"]),
        ("x.toml", PEER.format('root_packages = "ab"'), ("ab",), ["root_packages"]),
        ("x.toml", PEER.format('root_packages = "a"'), ("a",), []),
        ("x.toml", PEER.format('root_package = "shop"'), ("shop",), []),
        ("x.cfg", "[importlinter]\nroot_packages = shop", ("shop",), []),
        ("x.cfg", "[importlinter]\nroot_packages =\n  a\n  b", ("a", "b"), []),
    ],
)
def test_the_packages_to_check_are_named_in_one_of_two_keys(
    tmp_path: Path, name: str, text: str, roots: tuple[str, ...], keys: list[str]
) -> None:
    config = read(tmp_path, f"{text}\n", name)
    assert config.root_packages == roots
    assert [each.key for each in config.problems] == keys


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("root_packags", True), ("root_packages_", True), ("rot_packages", False), ("root", False), ("strict", False)],
)
def test_a_key_that_was_meant_to_name_packages_is_offered(tmp_path: Path, key: str, nearest: bool) -> None:
    config = read(tmp_path, f"{key} = true\n", "x.toml")
    assert config.problems[0].key == "root_packages"
    assert config.problems[0].message.endswith(f" Did you mean '{key}'?" if nearest else '["shop"].')


@pytest.mark.parametrize(
    ("include", "files", "problems_"),
    [
        (["contracts/b.toml", "contracts/*.toml"], ["contracts/b.toml", "contracts/a.toml"], []),
        (["**/*.toml"], ["contracts/a.toml", "contracts/b.toml", "contracts/in/c.toml", "odd.toml"], []),
        (["contracts/*/*.toml", "*.toml"], ["contracts/in/c.toml", "odd.toml"], []),
        (["contracts/../odd.toml"], ["odd.toml"], []),
        (["no.toml", "no*"], [], [("error", "'no.toml'"), ("warning", "'no*'")]),
        (["contracts"], [], [("error", "'contracts'")]),
        (["a\0b"], [], [("error", "'a\0b'")]),
    ],
)
def test_included_files_are_read_once_each(
    tmp_path: Path, include: list[str], files: list[str], problems_: list[tuple[str, str]]
) -> None:
    one = f'[[contracts]]\nname = "A"\n{FORBIDDEN}'
    names = ("contracts/b.toml", "contracts/a.toml", "contracts/in/c.toml", "odd.toml", "folder.toml/x")
    write(tmp_path, dict.fromkeys(names, one))
    listed = ", ".join(f'"{each}"' for each in include).replace("\0", "\\u0000")
    config = read(tmp_path, f"{HEAD}include = [{listed}]\n{CONTRACT}")
    assert [each.file for each in config.documents] == ["pyproject.toml", *files]
    assert [(str(each.severity), each.key) for each in config.problems] == [(each, "include") for each, _ in problems_]
    assert all(name in each.message for each, (_, name) in zip(config.problems, problems_, strict=True))


def test_the_files_of_a_pattern_are_in_order(tmp_path: Path) -> None:
    write(tmp_path, {f"contracts/{name}.toml": "" for name in "dbgeacf"})
    config = read(tmp_path, f'{HEAD}include = ["contracts/*"]\n{CONTRACT}')
    assert [each.file for each in config.documents[1:]] == [f"contracts/{name}.toml" for name in "abcdefg"]


def test_what_is_wrong_with_an_included_file_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    one = f'[[contracts]]\nname = "A"\n{FORBIDDEN}'
    write(tmp_path, {"a.toml": f"strict = true\n{one}", "b.toml": "x = [", "c.toml": "contracts = 3\n", "d.toml": one})
    config = read(tmp_path, f'{HEAD}include = ["[a-d].toml"]\n{CONTRACT}')
    assert [each.file for each in config.documents] == ["pyproject.toml", "a.toml", "d.toml"]
    assert [(str(each.severity), each.key, each.file) for each in config.problems] == [
        ("warning", "include", "pyproject.toml"),
        ("error", "include", "pyproject.toml"),
        ("error", "include", "pyproject.toml"),
    ]
    assert "'strict' in a.toml" in config.problems[0].message
    assert config.problems[1].message.startswith("b.toml: ")
    assert config.problems[2].message.startswith("c.toml: ")


# --- the contracts ------------------------------------------------------------------------------------------------


def test_a_contract_has_its_defaults(tmp_path: Path) -> None:
    text = HEAD + CONTRACT
    (contract,) = contracts(tmp_path, text).chosen
    assert (contract.id, contract.name, contract.type, contract.file) == ("one", "One", "forbidden", "pyproject.toml")
    assert (contract.reason, contract.ignored, contract.alerting) == ("", (), "error")
    assert (contract.excluded, contract.include_parent_packages, contract.is_sound) == (frozenset(), False, True)
    assert contract.rule is not None
    again = contracts(tmp_path, text).chosen[0]
    assert (again, repr(again)) == (contract, repr(contract))


def test_a_contract_that_is_made_without_keys_is_as_one_that_is_read_without_them() -> None:
    one = Contract("one", "One", "forbidden", "pyproject.toml", None)
    assert (one.reason, one.ignored, one.alerting, one.excluded) == ("", (), "error", frozenset())
    assert (one.include_parent_packages, one.is_sound, one.contract_type, one.table.values) == (False, True, None, {})


@pytest.mark.parametrize("alerting", ["error", "warn", "none"])
def test_an_ignore_that_matches_nothing_is_reported_as_is_wanted(tmp_path: Path, alerting: str) -> None:
    read_ = contracts(tmp_path, HEAD + CONTRACT + f'unmatched_ignore_imports_alerting = "{alerting}"\n')
    assert [each.alerting for each in read_.chosen] == [alerting]
    assert read_.problems == ()


@pytest.mark.parametrize(
    ("session", "own", "expected"),
    [
        ("", "", False),
        ("include_parent_packages = true\n", "", True),
        ("include_parent_packages = true\n", "include_parent_packages = false\n", False),
        ("", "include_parent_packages = true\n", True),
    ],
)
def test_parent_packages_are_included_for_all_contracts_or_one(
    tmp_path: Path, session: str, own: str, expected: bool
) -> None:
    read_ = contracts(tmp_path, HEAD + session + CONTRACT + own)
    assert [each.include_parent_packages for each in read_.chosen] == [expected]
    assert read_.problems == ()


def test_contracts_without_a_name_are_numbered_through_all_files(tmp_path: Path) -> None:
    body = FORBIDDEN
    write(tmp_path, {"a.toml": f"[[contracts]]\n{body}", "b.toml": f"[[contracts]]\n{body}[[contracts]]\n{body}"})
    head = "[[tool.import-contracts.contracts]]\n"
    read_ = contracts(tmp_path, f'{HEAD}include = ["a.toml", "b.toml"]\n{head}{body}{CONTRACT}')
    assert read_.ids == ("contract-1", "one", "contract-3", "contract-4", "contract-5")
    assert [each.name for each in read_.chosen] == ["contract-1", "One", "contract-3", "contract-4", "contract-5"]
    assert [(each.contract, each.key, each.file) for each in read_.problems] == [
        ("contract-1", "name", "pyproject.toml"),
        ("contract-3", "name", "a.toml"),
        ("contract-4", "name", "b.toml"),
        ("contract-5", "name", "b.toml"),
    ]


@pytest.mark.parametrize(
    ("ids", "chosen"), [([], ["one", "two", "two"]), (["two"], ["two", "two"]), (["two", "one"], ["one", "two", "two"])]
)
def test_contracts_are_chosen_by_their_ids(tmp_path: Path, ids: list[str], chosen: list[str]) -> None:
    two = CONTRACT.replace("One", "Two")
    only = contracts(tmp_path, HEAD + CONTRACT + two + two).only(ids)
    assert [each.id for each in only.chosen] == chosen
    assert only.ids == ("one", "two", "two")


def test_every_id_that_no_contract_has_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        contracts(tmp_path, HEAD + CONTRACT).only(["oen", "one", "x", "oen"])
    first, second = (each.message for each in error.value.problems)
    assert "'oen'" in first
    assert first.endswith("Did you mean 'one'?")
    assert "'x'" in second
    assert "Did you mean" not in second


@pytest.mark.parametrize(
    ("session", "keys"),
    [
        ("", [None]),
        ("strickt = true\n", ["strickt", None]),
        ("strict = 3\n", ["strict"]),
        ("strickt = true\nstrict = 3\n", ["strict", "strickt"]),
        ('contract_types = ["x"]\n', ["contract_types"]),
    ],
)
def test_that_there_are_no_contracts_is_said_unless_something_is_wrong(
    tmp_path: Path, session: str, keys: list[str | None]
) -> None:
    found = contracts(tmp_path, HEAD + session).problems
    assert [each.key for each in found] == keys
    assert {each.file for each in found} == {"pyproject.toml"}


@pytest.mark.parametrize(
    ("keys", "is_sound"),
    [
        ("", True),
        ('ignore_imports = "** -> **"\n', True),
        ("x = 1\n", False),
        ('ignore_imports = "** -> **"\nx = 1\n', False),
    ],
)
def test_a_contract_is_sound_unless_a_key_is_an_error(tmp_path: Path, keys: str, is_sound: bool) -> None:
    assert contracts(tmp_path, HEAD + CONTRACT + keys).chosen[0].is_sound is is_sound


def test_a_warning_that_all_is_ignored_is_only_for_every_import(tmp_path: Path) -> None:
    for pattern, keys in (("shop.** -> **", []), ("** -> **", ["ignore_imports"]), ("**->**", ["ignore_imports"])):
        found = contracts(tmp_path, HEAD + CONTRACT + f'ignore_imports = ["a -> b", "{pattern}"]\n').problems
        assert [each.key for each in found] == keys


def test_of_contracts_with_one_id_every_further_one_is_named_with_the_first(tmp_path: Path) -> None:
    write(tmp_path, {"a.toml": f'[[contracts]]\nid = "one"\nname = "Three"\n{FORBIDDEN}'})
    two = CONTRACT.replace('name = "One"', 'id = "one"\nname = "Two"')
    for keys, severity in (("", "warning"), ('baseline = "x"\n', "error")):
        found = contracts(tmp_path, f'{HEAD}{keys}include = "a.toml"\n{CONTRACT}{two}').problems
        assert [(each.file, each.contract, each.key, each.severity) for each in found] == [
            ("pyproject.toml", "one", "id", severity),
            ("a.toml", "one", "id", severity),
        ]
        assert all("'One' in pyproject.toml" in each.message for each in found)


# --- contract types of the team's own, exactly --------------------------------------------------------------------

CUSTOM = """\
from import_contracts.rules import ContractType, Findings, Kind

class Rule:
    def check(self, graph): return Findings()

def parse(table):
    table.string("own", "")
    return Rule()

def failing(table):
    raise ValueError("of theirs")

def leaving(table):
    raise SystemExit(3)

whole = ContractType(parse, excludes=frozenset({Kind.LAZY}), demand="Ours.", about_cycles=True)
number = 3
"""


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("x", "'x'"),
        ("x:", "'x:'"),
        ("x: parse", "'x: parse'"),
        (": custom_aa.parse", "': custom_aa.parse'"),
        ("x custom_aa.parse", "'x custom_aa.parse'"),
        ("layers: custom_aa.parse", "'layers'"),
        ("x: custom_aa.nothing", "'custom_aa.nothing': module 'custom_aa' has no 'nothing'"),
        ("x: custom_aa.number", "'custom_aa.number': "),
        ("x: leaving_aa.x", "'leaving_aa.x': importing it failed with SystemExit: 3"),
        ("x: missing_aa.x", "'missing_aa.x': gone."),
        ("x: needing_aa.x", "'needing_aa.x': No module named 'nothing_aa'."),
        ("x: porting_aa.x", "'porting_aa.x': this class is written for import-linter"),
        ("x: shop.types.x", "'shop.types.x': it is in the linted program"),
    ],
)
def test_a_custom_type_that_cannot_be_used_is_said_to_be_none(tmp_path: Path, entry: str, said: str) -> None:
    write(
        tmp_path,
        {
            "custom_aa.py": CUSTOM,
            "leaving_aa.py": "raise SystemExit(3)\n",
            "missing_aa.py": "raise ModuleNotFoundError('gone')\n",
            "needing_aa.py": "import nothing_aa\n",
            "porting_aa.py": "raise ModuleNotFoundError('No importlinter', name='importlinter.domain')\n",
            "shop/types.py": "raise SystemExit\n",
        },
    )
    types, problems_ = load_types(read(tmp_path, HEAD + f'contract_types = ["{entry}"]\n'))
    assert types == {}
    assert [(each.file, each.key) for each in problems_] == [("pyproject.toml", "contract_types")]
    assert said in problems_[0].message


def test_a_custom_type_is_a_function_or_all_that_is_known_of_a_type(tmp_path: Path) -> None:
    write(tmp_path, {"custom_bb.py": CUSTOM})
    entries = '["one: custom_bb.parse", " two :custom_bb.whole "]'
    config = read(tmp_path, HEAD + f"contract_types = {entries}\n" + CONTRACT.replace(FORBIDDEN, 'type = "two"\n'))
    types, problems_ = load_types(config)
    custom = sys.modules["custom_bb"]
    assert types == {"one": ContractType(custom.parse), "two": custom.whole}
    assert problems_ == ()
    (contract,) = read_contracts(config).chosen
    assert contract.excluded == {Kind.LAZY}
    assert contract.contract_type == custom.whole


def test_without_root_packages_no_custom_type_is_imported(tmp_path: Path) -> None:
    write(tmp_path, {"custom_cc.py": "raise SystemExit\n"})
    config = read(tmp_path, '[tool.import-contracts]\ncontract_types = ["x: custom_cc.parse"]\n')
    assert load_types(config) == ({}, ())
    assert "custom_cc" not in sys.modules


def test_custom_types_are_looked_for_last_where_the_configuration_is_and_the_run(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": HEAD + 'contract_types = ["x: custom_dd.parse"]\n', "in/custom_dd.py": CUSTOM})
    before = list(sys.path)
    config = load_config(None, tmp_path / "in")
    for _ in range(2):
        assert list(load_types(config)[0]) == ["x"]
        assert sys.path == [*before, str(tmp_path), str(tmp_path / "in")]


@pytest.mark.parametrize(
    ("function", "said"), [("failing", "failed with ValueError: of theirs"), ("leaving", "failed with SystemExit: 3")]
)
def test_what_a_custom_type_raises_is_a_problem_of_its_contract(tmp_path: Path, function: str, said: str) -> None:
    write(tmp_path, {"custom_ee.py": CUSTOM})
    types = f'contract_types = ["mine: custom_ee.{function}"]\n'
    read_ = contracts(tmp_path, HEAD + types + CONTRACT.replace(FORBIDDEN, 'type = "mine"\n'))
    assert [(each.contract, each.key) for each in read_.problems] == [("one", "type")]
    assert said in read_.problems[0].message
    assert (read_.chosen[0].rule, read_.chosen[0].is_sound) == (None, False)


def test_what_a_type_of_this_program_raises_is_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(_: Table) -> object:
        raise ValueError("of ours")

    monkeypatch.setattr("import_contracts.config.contracts.TYPES", {"forbidden": ContractType(parse)})  # type: ignore[arg-type]  # it never returns
    with pytest.raises(ValueError, match="of ours"):
        contracts(tmp_path, HEAD + CONTRACT)


@pytest.mark.parametrize(("type_", "keys"), [('type = "zz"\n', ["type"]), ("", ["type"]), ('type = ""\n', ["type"])])
def test_of_an_unknown_type_all_that_are_known_are_named_in_order(tmp_path: Path, type_: str, keys: list[str]) -> None:
    write(tmp_path, {"custom_ff.py": CUSTOM})
    types = 'contract_types = ["own: custom_ff.parse", "a: custom_ff.parse"]\n'
    read_ = contracts(tmp_path, HEAD + types + CONTRACT.replace(FORBIDDEN, type_))
    assert [each.key for each in read_.problems] == keys
    known = ", ".join(sorted(["a", "own", *TYPES]))
    assert read_.problems[0].message.endswith(f"Use one of: {known}.") is bool(type_)
    assert (read_.chosen[0].rule, read_.chosen[0].contract_type) == (None, None)
