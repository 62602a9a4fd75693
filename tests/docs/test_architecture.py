"""The page about the architecture shows every room, and each module with its own first line."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from itertools import pairwise

import pytest

from tests.support.arranging import ROOT

from .pages import DOCS

SOURCE = ROOT / "src" / "import_contracts"
PAGE = DOCS / "architecture.md"
_TABLES = re.compile(r"(?<=<!-- rooms -->\n).*(?=<!-- end of rooms -->)", re.DOTALL)


def first_line(path: str) -> str:
    """Return the first line of the docstring of a module."""
    docstring = ast.get_docstring(ast.parse((SOURCE / path).read_text(encoding="utf-8")))
    assert docstring, path
    return docstring.partition("\n")[0]


def rooms() -> str:
    """Return a heading for each room, with its first line, and a table of its modules; first those in no room."""
    lines = ["| Module | First line |", "| --- | --- |"]
    alone = sorted(path.name for path in SOURCE.glob("*.py"))
    lines += [f"| `{name.removesuffix('.py')}` | {first_line(name)} |" for name in alone]
    for room in sorted(path.parent for path in SOURCE.glob("*/**/__init__.py")):
        name = room.relative_to(SOURCE).as_posix()
        lines += ["", f"### {name.replace('/', '.')}", "", first_line(f"{name}/__init__.py"), ""]
        lines += ["| Module | First line |", "| --- | --- |"]
        inside = sorted(path for path in room.glob("*.py") if path.name != "__init__.py")
        lines += [f"| `{path.stem}` | {first_line(f'{name}/{path.name}')} |" for path in inside]
    return "\n" + "\n".join(lines) + "\n\n"


def test_every_module_stands_in_its_room_with_its_own_first_line(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    wanted = _TABLES.sub(lambda _: rooms(), text)
    if request.config.getoption("update_docs", default=False):
        PAGE.write_text(wanted, encoding="utf-8")
    else:
        assert text == wanted, "pytest tests/docs --update-docs writes the tables"


def test_the_rooms_are_in_the_order_of_their_contract() -> None:
    contract = tomllib.loads((ROOT / "contracts" / "architecture.toml").read_text(encoding="utf-8"))["contracts"][0]
    height = {room: -number for number, layer in enumerate(contract["layers"]) for room in layer.split(" | ")}
    table = PAGE.read_text(encoding="utf-8").partition("| Rooms, from top to bottom |")[2].partition("\n\n")[0]
    rows = [re.findall("`(.+?)`", row.split("|")[1]) for row in table.splitlines()[2:]]
    assert sorted(room for row in rows for room in row) == sorted(height)
    heights = [[height[room] for room in row] for row in rows]
    assert all(min(upper) > max(lower) for upper, lower in pairwise(heights))


def test_no_two_public_classes_of_a_room_have_the_same_name() -> None:
    found = Counter(
        (path.relative_to(SOURCE).parts[0], name)
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r"^class ([A-Z]\w*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert [each for each, times in found.items() if times > 1] == []


def test_every_decision_is_listed() -> None:
    listed = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    numbered = [path.name for path in sorted((DOCS / "decisions").glob("[0-9]*.md"))]

    assert re.findall(r"\((\d{3}-[\w-]+\.md)\)", listed) == numbered
