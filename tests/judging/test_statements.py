"""What the files say of the imports of a program, read when it is asked for."""

import sys
from pathlib import Path
from unittest.mock import ANY

import pytest

from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.judging.statements import Statements
from import_contracts.problems import UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Extent
from import_contracts.reading.files.roots import find_portions
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.store.refresh import compare
from tests.support.arranging import write

A = """\
def f():
    import p.b
if x: import p.b as y

import p.c.d; import p.c.e
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import p.b
"""
FILES = {"p/__init__.py": "", "p/a.py": A, "p/b.py": "", "p/c/__init__.py": "", "p/c/d.py": "", "p/c/e.py": ""}


def statements(folder: Path, *roots: str, external: bool = False) -> Statements:
    extent = Extent(find_portions(roots or ("p",), [folder]), include_external=external, kinds=True)
    return Statements(take_snapshot(compare(extent, RunContext(folder))))


@pytest.fixture
def found(tmp_path: Path) -> Statements:
    return statements(write(tmp_path, FILES))


def test_of_several_statements_the_first_is_shown_with_the_most_eager_kind(found: Statements) -> None:
    one = found.statement(("p.a", "p.b"), found.snapshot.scan.graph)
    assert one == Import("p.a", "p.b", "p/a.py", 2, 5, Kind.RUNTIME, "import p.b")


def test_of_the_kinds_that_count_it_is_the_first_as_well(found: Statements) -> None:
    left = found.snapshot.scan.graph.without_kinds({Kind.DEFERRED})
    assert found.statement(("p.a", "p.b"), left).line == 3
    left = left.without_kinds({Kind.RUNTIME})
    one = found.statement(("p.a", "p.b"), left)
    assert (one.line, one.column, one.kind, one.text) == (8, 5, Kind.TYPE_CHECKING, "import p.b")


def test_a_parent_package_is_imported_by_a_statement_of_the_same_line(found: Statements) -> None:
    whole = found.snapshot.scan.graph.with_parent_packages()
    assert [found.statement(("p.a", each), whole).text for each in ("p.c", "p.c.d", "p.c.e")] == [
        "import p.c.d",
        "import p.c.d",
        "import p.c.e",
    ]


def test_an_import_of_which_nothing_is_known_is_on_the_first_line(found: Statements) -> None:
    one = found.statement(("p.b", "p.a"), found.snapshot.scan.graph)
    assert one == Import("p.b", "p.a", "p/b.py", 1, 1, Kind.RUNTIME, "")


def test_a_file_is_read_when_something_of_a_statement_is_looked_at_and_not_before(found: Statements) -> None:
    a_graph = found.snapshot.scan.graph
    one = found.statement(("p.a", "p.b"), a_graph)
    assert found.statement(("p.a", "p.b"), a_graph) is one
    assert (one.importer, one.imported, one.path, one.line, found.modules_read) == ("p.a", "p.b", "p/a.py", 2, set())
    assert (one.text, found.modules_read) == ("import p.b", {"p.a"})
    with pytest.raises(AttributeError, match=r"^texts$"):
        one.texts  # type: ignore[attr-defined]  # noqa: B018


def test_an_import_is_the_same_whenever_it_is_read(found: Statements) -> None:
    a_graph = found.snapshot.scan.graph
    one = found.statement(("p.a", "p.b"), a_graph)
    again = Statements(found.snapshot).statement(("p.a", "p.b"), a_graph)
    assert one == one  # noqa: PLR0124
    assert one == again
    assert hash(one) == hash(again)
    assert one != found.statement(("p.a", "p.c.d"), a_graph)
    assert one != found.statement(("p.a", "p.b"), a_graph.without_kinds({Kind.DEFERRED}))
    assert one == ANY
    assert one != object()
    assert len({one, again, found.statement(("p.a", "p.c.d"), a_graph)}) == 2


@pytest.mark.parametrize(
    ("line", "text"), [(-1, ""), (0, ""), (1, "def f():"), (2, "import p.b"), (8, "import p.b"), (9, ""), (10, "")]
)
def test_a_line_is_shown_without_the_space_around_it(found: Statements, line: int, text: str) -> None:
    assert found.text("p.a", line) == text
    assert found.on_line(("p.a", "p.b"), line) == Import("p.a", "p.b", "p/a.py", line, 1, Kind.RUNTIME, text)


def test_the_last_line_is_one_as_well(tmp_path: Path) -> None:
    found = statements(write(tmp_path, {"p/__init__.py": "import p.a\n  # end ", "p/a.py": ""}))
    assert [found.text("p", line) for line in range(4)] == ["", "import p.a", "# end", ""]


def test_what_has_no_text_is_empty_and_has_a_path_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/b.py": ""})
    (tmp_path / "p/a.py").symlink_to("a.py")
    (tmp_path / "p/b.py").write_bytes(b"# \xff\n")
    found = statements(tmp_path)
    assert [found.source(each) for each in ("p.a", "p.b", "p.c")] == [None, None, None]
    assert [found.text(each, 1) for each in ("p.a", "p.b", "p.c")] == ["", "", ""]
    assert [found.path(each) for each in ("p", "p.a", "p.c.d")] == ["p/__init__.py", "p/a.py", "p/c/d"]
    assert list(found.sources) == ["p"]


def test_a_file_that_was_read_and_now_cannot_be_is_no_file_without_text(tmp_path: Path) -> None:
    found = statements(write(tmp_path, {"p/__init__.py": "", "p/a.py": "import p\n"}))
    (tmp_path / "p/a.py").unlink()
    for ask in (lambda: found.source("p.a"), lambda: found.sources):
        with pytest.raises(UserError, match=r"p/a.py: This file cannot be read: No such file or directory"):
            ask()


def test_a_text_is_read_once(tmp_path: Path) -> None:
    found = statements(write(tmp_path, {"p/__init__.py": "x = 1\n"}))
    first = found.source("p")
    write(tmp_path, {"p/__init__.py": "x = 2\n"})
    assert first is not None
    assert (first.text, first.path, first.is_package) == ("x = 1\n", "p/__init__.py", True)
    assert found.source("p") is first


CALLS = """\
from importlib import import_module
import_module("p.b"); __import__("os")
def f():
    import_module(".c", __package__)
    import p.d
    import p.b
__import__("p.d")
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import p.e
"""


def test_what_a_module_may_import_has_the_kind_of_the_most_eager_statement_or_call(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": CALLS, **{f"p/{each}.py": "" for each in "bcde"}})
    write(tmp_path, {"p/e.py": "import p.b\ndef f():\n    __import__('p.b')\n"})
    found = statements(tmp_path)
    calls = {key: (each.line, each.kind) for key, each in found.calls.items()}
    assert calls == {
        (("p.a", "p.b"), 2): (2, Kind.RUNTIME),
        (("p.a", "p.c"), 4): (4, Kind.DEFERRED),
        (("p.a", "p.d"), 7): (7, Kind.RUNTIME),
        (("p.e", "p.b"), 3): (3, Kind.DEFERRED),
    }
    text = found.program_text
    assert text.imports == {
        "p": {},
        "p.a": {"p.b": Kind.RUNTIME, "p.c": Kind.DEFERRED, "p.d": Kind.RUNTIME},
        **{f"p.{each}": {} for each in "bcd"},
        "p.e": {"p.b": Kind.RUNTIME},
    }
    assert (list(text.sources), text.python) == (list(text.imports), sys.version_info[:2])
