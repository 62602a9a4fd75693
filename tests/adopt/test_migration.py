from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.adopt.migration import _value, migrate
from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import Config, ConfigSource, Origin, read_config
from tests.support.arranging import write

INI = """# A comment.
[importlinter]
root_packages =
    shop
    web
include_external_packages = True

[importlinter:contract:layers]
name = 100% layered
type = layers
layers =
    web | (cli)
    core : db
containers = shop
exhaustive = true
broken_contract_guidance =
    Ask "the architects".
    Or don't.

[importlinter:contract:apart]
name = Apart
type = forbidden
source_modules = shop.a
forbidden_modules =
    shop.b

    shop.c
ignore_imports = shop.a.* -> shop.b
allow_indirect_imports = TRUE
as_packages = false
unmatched_ignore_imports_alerting = none
"""
TOML = """[tool.importlinter]
root_package = "shop"
exclude_type_checking_imports = "yes"
[[tool.importlinter.contracts]]
name = "Ümläut\\u007f"
type = "acyclic_siblings"
ancestors = "shop"
depth = "3"
[[tool.importlinter.contracts]]
type = "protected"
name = "P"
protected_modules = ["shop.a"]
allowed_importers = []
"""


def meaning(config: Config) -> tuple[object, ...]:
    """What a configuration comes to, wherever it stands."""
    contracts = [replace(contract, file="") for contract in read_contracts(config).chosen]
    session = (config.root_packages, config.source_roots, config.include_external, config.baseline, config.strict)
    return *session, config.show_timings, config.defaults, contracts


def migrated(folder: Path, text: str, name: str) -> tuple[Config, Config]:
    """Read a configuration before and after it is rewritten."""
    write(folder, {name: text})
    before = read_config(folder / name, ConfigSource(folder, Origin.FOUND))
    write(folder, {"pyproject.toml": migrate(before, read_contracts(before).chosen)})
    return before, read_config(folder / "pyproject.toml", ConfigSource(folder, Origin.FOUND))


@pytest.mark.parametrize(("text", "name"), [(INI, "setup.cfg"), (INI, ".importlinter"), (TOML, "pyproject.toml")])
def test_a_rewritten_configuration_means_the_same(tmp_path: Path, text: str, name: str) -> None:
    before, after = migrated(tmp_path, text, name)
    assert meaning(after) == meaning(before)
    assert not read_contracts(after).problems


def test_it_is_written_as_a_person_would(tmp_path: Path) -> None:
    migrated(tmp_path, INI, ".importlinter")
    text = (tmp_path / "pyproject.toml").read_text()
    assert text.startswith("# Converted from .importlinter by lint-imports init")
    assert 'root_packages = ["shop", "web"]\ninclude_external_packages = true\n' in text
    assert (
        'id = "layers"\nname = "100% layered"\ntype = "layers"\nlayers = [\n  "web | (cli)",\n  "core : db",\n]\n'
        in text
    )
    assert 'broken_contract_guidance = """\nAsk "the architects".\nOr don\'t."""\n' in text


def test_included_files_stay_where_they_are(tmp_path: Path) -> None:
    write(tmp_path, {"more.toml": '[[contracts]]\nname = "N"\ntype = "acyclic"\n'})
    before, after = migrated(tmp_path, TOML.replace("[[", 'include = "more.toml"\n[[', 1), "pyproject.toml")
    assert meaning(after) == meaning(before)
    assert len(read_contracts(after).chosen) == 3


def test_what_is_wrong_stays_wrong(tmp_path: Path) -> None:
    wrong = INI.replace("as_packages = false", "as_packages = maybe\nmodels = x").replace("exhaustive = true", "")
    before, after = migrated(tmp_path, wrong, "setup.cfg")
    wrong_before, wrong_after = (read_contracts(each).problems for each in (before, after))
    assert [each.message for each in wrong_after] == [each.message for each in wrong_before]
    assert len(wrong_after) == 2


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("lenient flag", True, True),
        ("lenient flag", " TRUE ", True),
        ("lenient flag", False, False),
        ("lenient flag", "false", False),
        ("lenient flag", "yes", False),
        ("lenient flag", 1, False),
        ("lenient flag", ["true"], False),
        ("flag", "true", True),
        ("flag", " False ", False),
        ("flag", "maybe", "maybe"),
        ("flag", " maybe ", " maybe "),
        ("flag", True, True),
        ("flag", ["true"], ["true"]),
        ("integer", "3", 3),
        ("integer", " 30 ", 30),
        ("integer", "999999999", 999_999_999),
        ("integer", "1000000000", "1000000000"),
        ("integer", "-3", "-3"),
        ("integer", "³", "³"),
        ("integer", "٣", "٣"),
        ("integer", "", ""),
        ("integer", 3, 3),
        ("strings", "a", ["a"]),
        ("strings", " a, b ", ["a, b"]),
        ("strings", " ", []),
        ("strings", [" a ", "", " ", "b"], ["a", "b"]),
        ("strings", [], []),
        ("strings", ["a ", 1], ["a ", 1]),
        ("strings", [1, "a "], [1, "a "]),
        ("strings", 3, 3),
        ("string", " a ", " a "),
        ("string", ["a ", "b"], "a  b"),
        ("string", [], []),
        ("string", [1], [1]),
        ("text", " a ", " a "),
        ("text", ["", " a", "", "b ", ""], "a\n\nb"),
        ("text", [], []),
        ("choice", "true", "true"),
        ("choice", ["a ", "b"], ["a ", "b"]),
        ("", "3", "3"),
        ("", ["a "], ["a "]),
        ("", None, None),
    ],
)
def test_a_value_gets_the_type_with_which_its_key_is_read_unless_it_is_wrong(
    form: str, value: object, expected: object
) -> None:
    found = _value(form, value)
    assert (found, type(found)) == (expected, type(expected))


def test_a_rewritten_file_has_the_keys_in_order_and_says_where_they_are_from(tmp_path: Path) -> None:
    text = """[tool.importlinter]
include_external_packages = "True"
root_package = "mall"
include = "more.toml"
root_packages = ["shop"]
[[tool.importlinter.contracts]]
odd = "1"
as_packages = "True"
type = "forbidden"
source_modules = "shop.a"
name = "N"
forbidden_modules = ["shop.b "]
[[tool.importlinter.contracts]]
id = "second"
type = "independence"
modules = []
"""
    write(tmp_path, {"more.toml": '[[contracts]]\nname = "M"\ntype = "acyclic"\n'})
    migrated(tmp_path, text, "pyproject.toml")
    assert (
        (tmp_path / "pyproject.toml").read_text()
        == """# Converted from pyproject.toml by lint-imports init --from-import-linter.
[tool.import-contracts]
include_external_packages = true
include = ["more.toml"]
root_packages = ["shop"]

[[tool.import-contracts.contracts]]
name = "N"
type = "forbidden"
odd = "1"
as_packages = true
source_modules = ["shop.a"]
forbidden_modules = ["shop.b"]

[[tool.import-contracts.contracts]]
id = "second"
type = "independence"
modules = []
"""
    )


def test_the_only_root_package_stays(tmp_path: Path) -> None:
    migrated(tmp_path, '[tool.importlinter]\nroot_package = "shop"\n', "pyproject.toml")
    assert (tmp_path / "pyproject.toml").read_text().partition("\n")[2] == (
        '[tool.import-contracts]\nroot_package = "shop"\n'
    )


words = st.text(
    st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]) | st.sampled_from(' "\\#'), min_size=1
)
texts = words.map(str.strip).filter(lambda text: text and text[0] not in "#;" and "%" not in text)
values = st.lists(texts, min_size=1, max_size=3).map("\n    ".join) | st.sampled_from(["true", "False", "", "shop.a"])
keys = st.sampled_from(
    [
        "layers",
        "modules",
        "exhaustive",
        "containers",
        "ignore_imports",
        "reason",
        "as_packages",
        "strict",
        "depth",
        "odd",
    ]
)


@given(
    st.dictionaries(keys, values),
    st.lists(st.tuples(st.sampled_from(["layers", "independence", "acyclic"]), texts, st.dictionaries(keys, values))),
)
def test_any_ini_file_means_the_same_once_rewritten(
    session: dict[str, str], contracts: list[tuple[str, str, dict[str, str]]]
) -> None:
    lines = ["[importlinter]", "root_package = shop", *(f"{key} = {value}" for key, value in session.items())]
    for number, (type_, name, more) in enumerate(contracts):
        lines += [f"[importlinter:contract:{number}]", f"type = {type_}", f"name = {name}"]
        lines += [f"{key} = {value}" for key, value in more.items()]
    with TemporaryDirectory() as folder:
        before, after = migrated(Path(folder), "\n".join(lines), "setup.cfg")
    assert meaning(after) == meaning(before)
    assert [each.message for each in after.problems] == [each.message for each in before.problems]
