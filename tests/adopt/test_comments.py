import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.adopt.comments import read_comments
from import_contracts.adopt.migration import migrate
from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import ConfigSource, Origin, read_config
from tests.support.arranging import write
from tests.support.hostile import HOSTILE


def converted(folder: Path, text: str, name: str) -> str:
    write(folder, {name: text})
    config = read_config(folder / name, ConfigSource(folder, Origin.FOUND))
    return migrate(config, read_contracts(config).chosen, (folder / name).read_bytes().decode())


def contracts(text: str) -> list[dict[str, object]]:
    found = tomllib.loads(text)["tool"]["import-contracts"].get("contracts", [])
    assert isinstance(found, list)
    return found


INI = """\
# Of the file.

# Of the run.
[importlinter]
; Of the root.
root_package = shop

# A divider.

# Models are {marks}
# for everyone.
[importlinter:contract:models]
# Of the name.
name = Models
type = forbidden
source_modules =
    # The oldest.
    shop.models
  ; Not the last.
    shop.users
# Of the key.
forbidden_modules = shop.web
# At the end.

# Of the next tool.
[mypy]
# Of mypy.
strict = true
# Also of mypy.

# With a reason.
[importlinter:contract:apart]
name = Apart
type = independence
reason = It has one.
modules =
    shop.a
    shop.b
    # Above the last line.
"""
TOML = """\
# Of black.
[tool.black]
line-length = 120  # of black

# Of the run.
[tool.importlinter]  # Of the header.
# Of the root.
root_package = "shop"  # Also of the root.

# A divider.

# Models are {marks}
# for everyone.
[[tool.importlinter.contracts]]
id = "models"
# Of the name.
name = "Models # 1"
type = 'forbidden'
source_modules = [  # The oldest.
    "shop.models",
    # Not the last.
    "shop.users",  # Beside the last.
    # At the end of the list.
]
forbidden_modules = ["shop.web"]  # Of the key.
# At the end.

# Of the next tool.
[tool.mypy]
strict = true

# With a reason.
[[tool . "importlinter" . contracts]]
id = "apart"
name = '''
Apart # no comment'''
type = "independence"
reason = \"\"\"It has \\
# one.\"\"\"
modules = ["shop.a", "shop.b"]
"""


def test_comments_of_an_ini_file_are_kept_where_they_were(tmp_path: Path) -> None:
    text = converted(tmp_path, INI.format(marks='"# marked"'), "setup.cfg")
    assert [each.get("reason") for each in contracts(text)] == ['Models are "# marked"\nfor everyone.', "It has one."]
    assert (
        text
        == """\
# Converted from setup.cfg by lint-imports init --from-import-linter.
# Of the file.
# Of the run.
[tool.import-contracts]
# Of the root.
root_package = "shop"

# A divider.
[[tool.import-contracts.contracts]]
id = "models"
# Of the name.
name = "Models"
type = "forbidden"
reason = \"\"\"
Models are "# marked"
for everyone.\"\"\"
source_modules = [
  # The oldest.
  "shop.models",
  # Not the last.
  "shop.users",
]
# Of the key.
forbidden_modules = ["shop.web"]
# At the end.

# With a reason.
[[tool.import-contracts.contracts]]
id = "apart"
name = "Apart"
type = "independence"
reason = "It has one."
modules = ["shop.a", "shop.b"]
# Above the last line.
"""
    )


def test_comments_of_a_toml_file_are_kept_where_they_were(tmp_path: Path) -> None:
    text = converted(tmp_path, TOML.format(marks='"# marked"'), "pyproject.toml")
    assert [each["reason"] for each in contracts(text)] == ['Models are "# marked"\nfor everyone.', "It has # one."]
    assert (
        text
        == """\
# Converted from pyproject.toml by lint-imports init --from-import-linter.
# Of the run.
# Of the header.
[tool.import-contracts]
# Of the root.
# Also of the root.
root_package = "shop"

# A divider.
[[tool.import-contracts.contracts]]
id = "models"
# Of the name.
name = "Models # 1"
type = "forbidden"
reason = \"\"\"
Models are "# marked"
for everyone.\"\"\"
source_modules = [
  # The oldest.
  "shop.models",
  # Not the last.
  # Beside the last.
  "shop.users",
  # At the end of the list.
]
# Of the key.
forbidden_modules = ["shop.web"]
# At the end.

# With a reason.
[[tool.import-contracts.contracts]]
id = "apart"
name = "Apart # no comment"
type = "independence"
reason = "It has # one."
modules = ["shop.a", "shop.b"]
"""
    )


@pytest.mark.parametrize(
    "text",
    [
        """\
# One.
tool.importlinter = { # Two.
  root_package = "shop",
  contracts = [
    # Three.
    { name = "N", type = "acyclic" }, # Four.
  ],
}
# Of another tool.
[other]
# Of another key.
x = 1
""",
        """\
[tool]
other = 1 # Of another key.
# One.
importlinter.root_package = "shop" # Two.
# Three.
importlinter.contracts = [
  { name = "N", type = "acyclic" }, # Four.
]
other-x = 1 # Of another key.
""",
        """\
[tool]
# One.
# Two.
importlinter = { root_package = "shop", contracts = [
  # Three.
  { name = "N", type = "acyclic" }, # Four.
] }

# Of another tool.
[project]
""",
    ],
)
def test_comments_in_inline_tables_and_at_dotted_keys_are_kept_above_the_table(tmp_path: Path, text: str) -> None:
    found = converted(tmp_path, text, "pyproject.toml")
    head, _, _ = found.partition("[tool.import-contracts]\n")
    kept = [line for line in head.splitlines()[1:] if line]
    assert kept == ["# One.", "# Two.", "# Three.", "# Four."]
    assert "Of another" not in found


@pytest.mark.parametrize(
    "comment",
    ["[importlinter:contract:old]", "name = Old", "shop.a -> shop.b", "----------"],
)
def test_what_was_switched_off_is_no_reason(tmp_path: Path, comment: str) -> None:
    ini = f"[importlinter]\nroot_package = shop\n# {comment}\n[importlinter:contract:n]\nname = N\ntype = acyclic\n"
    text = converted(tmp_path, ini, ".importlinter")
    assert "reason" not in contracts(text)[0]
    assert f"# {comment}\n[[tool.import-contracts.contracts]]\n" in text


@pytest.mark.parametrize("key", ["reason", "broken_contract_guidance"])
def test_a_reason_that_is_written_stays(tmp_path: Path, key: str) -> None:
    contract = f"# No.\n[importlinter:contract:n]\nname = N\ntype = acyclic\n{key} = Yes\n"
    ini = f"[importlinter]\nroot_package = shop\n{contract}"
    text = converted(tmp_path, ini, ".importlinter")
    assert {name: contracts(text)[0].get(name) for name in ("reason", "broken_contract_guidance")} == {
        "reason": None,
        "broken_contract_guidance": None,
        key: "Yes",
    }
    assert "# No.\n[[" in text


PLACES = ["# Of the run.", "Models are", "; Not the last.", "# Of the key.", "# At the end.", "# Not the last."]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("form", "name"), [(INI, "setup.cfg"), (TOML, "pyproject.toml")])
def test_no_comment_adds_a_line_or_hides_anything(tmp_path: Path, form: str, name: str, place: str) -> None:
    before = form.format(marks="")
    usual = converted(tmp_path, before, name)
    for hostile in HOSTILE:
        comment = hostile.replace("\n", " ").encode("utf-8", "replace").decode()
        if name == "pyproject.toml":  # its parser takes no control characters
            comment = "".join(each for each in comment if each == "\t" or (ord(each) > 31 and ord(each) != 127))
        text = converted(tmp_path, before.replace(place, f"{place} {comment}"), name)
        assert len(text.splitlines()) == len(usual.splitlines())
        assert all(line.isprintable() for line in text.splitlines())
        assert [{**each, "reason": ""} for each in contracts(text)] == [
            {**each, "reason": ""} for each in contracts(usual)
        ]


LINES = st.lists(st.integers(0, 60), max_size=6)


@given(st.sampled_from([(INI, "setup.cfg"), (TOML, "pyproject.toml")]), LINES)
def test_no_comment_of_ours_is_lost_wherever_it_is(file: tuple[str, str], places: list[int]) -> None:
    form, name = file
    lines = [
        line
        for line in form.format(marks="").split("\n")
        if line == '# one."""' or not line.lstrip().startswith(("#", ";"))
    ]
    whole = {number for number, line in enumerate(lines) if "'''" not in line and '"""' not in line}
    inside = {lines.index("Apart # no comment'''")} if "Apart # no comment'''" in lines else set()
    inside |= {number for number, line in enumerate(lines) if line == '# one."""'}
    own = "importlinter" if name == "setup.cfg" else "tool.importlinter"
    start = next(number for number, line in enumerate(lines) if own in line)
    marked = [place for place in sorted(set(places), reverse=True) if start < place < len(lines)]
    marked = [place for place in marked if place in whole - inside]
    for place in marked:
        lines.insert(place, f"# comment {place}!")
    with TemporaryDirectory() as folder:
        text = converted(Path(folder), "\n".join(lines), name)
    other = next(number for number, line in enumerate(lines) if "mypy]" in line)
    for place in marked:
        is_others = f"# comment {place}!" in lines[other - 1 : other + 4]
        assert (f"comment {place}!" in text) or is_others
    tomllib.loads(text)


@given(st.text("[]{}=,#;\"'\\\n\t :ab.->"), st.booleans())
def test_reading_the_comments_of_any_text_ends(text: str, is_toml: bool) -> None:
    read_comments(text, is_toml=is_toml)
