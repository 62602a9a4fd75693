"""How an import can be done without: each rule, and what must not be taken for one."""

from __future__ import annotations

import sys

import pytest

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.reading.source.text import Source
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes
from tests.support.concrete import Files, program

EAGER = frozenset({Kind.RUNTIME})


def fixes(files: Files, version: tuple[int, int] = (3, 12)) -> Fixes:
    sources, graph = program(files)
    return Fixes(sources.get, graph, version)


def fix(text: str, files: Files | None = None, *, imported: str = "p.b", version: tuple[int, int] = (3, 12)) -> Fix:
    """Return the fix of what module p.a, with a text, imports."""
    cycle = frozenset({"p.a", imported})
    everything = {
        "b": "class B:\n    n: 'C'\n    m = f()\nclass C: pass\ndef f(): return B",
        **(files or {}),
        "a": text,
    }
    return fixes(everything, version).cheapest(CyclicImport(("p.a", imported), EAGER, cycle))


def written(text: str, files: Files | None = None, *, imported: str = "p.b", version: tuple[int, int] = (3, 12)) -> str:
    """Return the text of p.a with its fix made."""
    everything = {"b": "class B: pass", **(files or {}), "a": text}
    found = fixes(everything, version)
    one = found.cheapest(CyclicImport(("p.a", imported), EAGER, frozenset({"p.a", imported})))
    return found.text("p.a", found.edits([one])["p.a"])


IMPORT = "from p.b import B\n"
TYPING = "from typing import TYPE_CHECKING\n"
UNDER = "if TYPE_CHECKING:\n    from p.b import B\n"
FUTURE = "from __future__ import annotations\n"
ON_ONE_LINE = "Used in a lambda, or in a function whose body begins on the line of its header"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{IMPORT}def f(b: B) -> B: ...", FixKind.TYPE_CHECKING),
        (f"{IMPORT}def f(b: 'B'): ...", FixKind.TYPE_CHECKING),
        (f"{IMPORT}class A:\n    b: B", FixKind.TYPE_CHECKING),
        (f"{IMPORT}from typing import cast\nx = cast('B', 1)", FixKind.TYPE_CHECKING),
        (f"{IMPORT}from typing import TypeVar\nT = TypeVar('T', bound='B')", FixKind.TYPE_CHECKING),
        (f"{IMPORT}import typing as t\nT = t.TypeVar('T', 'list[B]', int)", FixKind.TYPE_CHECKING),
        (f"{IMPORT}from typing import TypeVar\nB2 = TypeVar('B')", FixKind.RESTRUCTURE),
        (f"{IMPORT}from typing import TypeVar\nT = TypeVar('T', bound=B)", FixKind.RESTRUCTURE),
        (f"{FUTURE}{IMPORT}@app.get('/')\ndef f(b: B): ...", FixKind.RESTRUCTURE),
        (f"{FUTURE}{IMPORT}class A(Model):\n    b: B", FixKind.RESTRUCTURE),
        (f"{FUTURE}{IMPORT}class M(Model): ...\nclass A(M):\n    b: B", FixKind.RESTRUCTURE),
        (f"{FUTURE}{IMPORT}from dataclasses import dataclass\n@dataclass\nclass A:\n    b: B", FixKind.TYPE_CHECKING),
        (f"{IMPORT}def f():\n    return B()", FixKind.DEFER),
        (f"{IMPORT}def f(B):\n    return B()", FixKind.RESTRUCTURE),
        (f"{IMPORT}def f(b: B):\n    return B()", FixKind.DEFER),
        (f"{IMPORT}def f(): return B()", FixKind.RESTRUCTURE),
        (f"{IMPORT}class A(B): ...", FixKind.RESTRUCTURE),
        (f"{IMPORT}def f(b=B): ...", FixKind.RESTRUCTURE),
        (f"{IMPORT}x = B()", FixKind.RESTRUCTURE),
        (f"{IMPORT}__all__ = ['B']\ndef f(b: B): ...", FixKind.RESTRUCTURE),
        ("from p.b import B as B\ndef f(b: B): ...", FixKind.RESTRUCTURE),
        (IMPORT, FixKind.RESTRUCTURE),
        ("from p.b import *\ndef f(b: B): ...", FixKind.RESTRUCTURE),
        ("try:\n    from p.b import B\nexcept ImportError:\n    B = None\ndef f(b: B): ...", FixKind.RESTRUCTURE),
        ("import p.b\ndef f(b: p.b.B): ...", FixKind.TYPE_CHECKING),
        ("import p.b\ndef f():\n    return p.b.B", FixKind.DEFER),
        ("import p.b\nimport p.c\ndef f():\n    return p.b.B", FixKind.RESTRUCTURE),
        ("import p.b as b\ndef f(x: b.B): ...", FixKind.TYPE_CHECKING),
        ("from p.b import f\nx = f()", FixKind.RESTRUCTURE),
        ("from p.b import C\nclass A(C): ...", FixKind.EXTRACT),
        ("from p.b import B\nx = (", FixKind.RESTRUCTURE),
        (f"x = 1; {IMPORT}def f(b: B): ...", FixKind.TYPE_CHECKING),
        (f"if x: {IMPORT}def f(b: B): ...", FixKind.RESTRUCTURE),
    ],
)
def test_the_fix_that_the_uses_of_a_name_allow(text: str, kind: FixKind) -> None:
    found = fix(text)
    assert found.kind is kind
    assert found.why


def test_what_another_module_takes_from_here_must_stay() -> None:
    found = fix(f"{IMPORT}def f(b: B): ...", {"c": "from p.a import B"})
    assert (found.kind, found.why) == (FixKind.RESTRUCTURE, ("Imported from p.a by other modules: B.",))


@pytest.mark.parametrize(
    "statement", ["import p.a as a", "from p import a", "from . import a", "from p import a as d\nd.B"]
)
def test_what_is_used_as_an_attribute_of_the_module_must_stay(statement: str) -> None:
    files = {"b": "class B: ...", "a": f"{IMPORT}def f(b: B): ...", "c": f"{statement}\na.B"}
    of_a, of_c = (CyclicImport(edge, EAGER, frozenset()) for edge in (("p.a", "p.b"), ("p.c", "p.a")))
    found, parsed = fixes(files), fixes(files)
    parsed.cheapest(of_c)
    why = ("Imported from p.a by other modules: B.",)
    assert (found.cheapest(of_a).why, parsed.cheapest(of_a).why) == (why, why)


@pytest.mark.parametrize(
    ("statement", "stays"),
    [
        ("from p import a\nx = (a\n  .  B)", True),
        ("import p.a\np.a.B.run()", True),
        ("from p.a import \N{FULLWIDTH LATIN CAPITAL LETTER B}", True),
        ("from p.a import *\nx = B", True),
        ("from p import a\nba.B", False),
        ("from p import a\nfrom a.B import c", False),
        ("from p import a\nx = a.Bar", False),
    ],
)
def test_what_other_modules_take_is_told_from_what_looks_like_it(statement: str, *, stays: bool) -> None:
    found = fix(f"{IMPORT}def f(b: B): ...", {"c": statement})
    assert (found.why == ("Imported from p.a by other modules: B.",)) == stays


def test_a_name_that_a_package_passes_on_is_imported_from_where_it_is_defined() -> None:
    files = {"b": "from p.b.deep import B", "b.deep": "class B: ..."}
    found = fix("from p.b import B\nclass A(B): ...", files)
    assert (found.kind, found.why) == (
        FixKind.DIRECT_IMPORT,
        ("Defined in p.b.deep and only re-exported by p.b: B.",),
    )
    assert written("from p.b import B\nclass A(B): ...", files) == "from p.b.deep import B\nclass A(B): ..."


@pytest.mark.parametrize(
    ("init", "line"),
    [
        ("from .x import B", "from p.b.x import B"),
        ("from .x import *", "from p.b.x import B"),
        ("from .y import B", "from p.b.x import B"),
        ("from .x import D as B", "from p.b.x import D as B"),
        ("from p.b import x as B", "from p.b import x as B"),
        ("from .z import D\nfrom .x import D, B", "from p.b.x import B"),
        ("def f():\n    from .z import B\nfrom .x import B", "from p.b.x import B"),
        ("from .z import D\nfrom .x import *", "from p.b.x import B"),
        ("from .x import B\nprint(B)", "from p.b.x import B"),
    ],
)
def test_the_definition_is_found_through_aliases_stars_and_several_hops(init: str, line: str) -> None:
    files = {"b": init, "b.x": "class B: ...\nclass D: ...", "b.y": "from .x import B", "b.z": "class B: ..."}
    assert written("from p.b import B\nclass A(B): ...", files).splitlines()[0] == line


@pytest.mark.parametrize(
    "init",
    [
        "try:\n    from .x import B\nexcept ImportError:\n    from .y import B",
        "from .x import *\nfrom .z import *",
        "from p.a import B",
        "from p.a import C as B",
        "from p import a as B",
        "from outside import B",
        "B = 1",
        "from .twice import B",
        "from .imported import B",
        "from .maybe import B",
        "from .tried import B",
        "from .ring import *",
    ],
)
def test_where_the_definition_is_not_certain_none_is_named(init: str) -> None:
    files = {
        "b": init,
        "b.x": "class B: ...",
        "b.y": "class B: ...",
        "b.z": "class B: ...",
        "b.twice": "class B: ...\nclass B: ...",
        "b.imported": "import outside as B",
        "b.maybe": "if x:\n    class B: ...",
        "b.tried": "try:\n    class B: ...\nfinally: ...",
        "b.ring": "from p.b import *",
    }
    assert fix("from p.b import B\nclass A(B): ...\nclass C: ...", files).kind is FixKind.RESTRUCTURE


def test_of_very_many_paths_of_star_imports_none_is_named() -> None:
    files = {
        f"{side}{number}": f"from p.x{number + 1} import *\nfrom p.y{number + 1} import *\n"
        for number in range(40)
        for side in "xy"
    }
    files |= {"b": "from p.x0 import *", "x40": "", "y40": "class B: ..."}
    assert fix("from p.b import B\nclass A(B): ...", files).kind is FixKind.RESTRUCTURE


def test_no_star_import_brings_a_private_name() -> None:
    files = {"b": "from .x import *", "b.x": "class _B: ..."}
    assert fix("from p.b import _B\nclass A(_B): ...", files).kind is FixKind.RESTRUCTURE


def test_a_module_is_not_taken_for_a_name_that_its_package_imports() -> None:
    files = {"": "from p.c import b", "c": "b = 1"}
    assert fix("from p import b\nclass A(b.B): ...", files).why == ("Used while p.a is imported: b (line 2).",)


def test_extraction_names_all_that_has_to_move() -> None:
    files = {
        "b": "def one(): return two() + LIMIT\ndef two(): ...\nLIMIT = 3\ndef x(): ...\ndef y(): ...\ndef z(): ..."
    }
    found = fix("from p.b import one\nx = one()", files)
    moved = "Move one (line 1), two (line 2) and LIMIT (line 3) from p.b into a new module that both import."
    assert found.why == (f"{moved} They depend on nothing else in the cycle.",)


TO_MOVE = "def one(): return {}\ndef other(): ...\n"


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        (f"from p.c import k\n{TO_MOVE.format('k')}", "one (line 2)"),
        (f"import os\nfrom sys import path\n{TO_MOVE.format('os, path')}", "one (line 3)"),
        (f"{TO_MOVE.format(1)}def f():\n    from p.a import y", "one (line 1)"),
        ("def one():\n    if TYPE_CHECKING:\n        from p.a import y\n    x: y\ndef other(): ...", "one (line 1)"),
        ("async def one(): ...\ndef other(): ...", "one (line 1)"),
        ("one: int = 1\ndef other(): ...", "one (line 1)"),
    ],
)
def test_what_depends_on_nothing_in_the_cycle_is_moved(text: str, moved: str) -> None:
    assert fix("from p.b import one\nx = one()", {"b": text, "c": "k = 1"}).why == (
        f"Move {moved} from p.b into a new module that both import. It depends on nothing else in the cycle.",
    )


def test_definitions_on_one_line_are_moved_in_the_order_of_their_names() -> None:
    text = "def one(): return h, g, f, e, d, c, b, a\nh = g = f = e = d = c = b = a = 1\ndef other(): ..."
    moved = "Move one (line 1), a (line 2), b (line 2), c (line 2) and 5 more from p.b into"
    assert fix("from p.b import one\nx = one()", {"b": text}).why[0].partition(" a new")[0] == moved


@pytest.mark.parametrize(("length", "moved"), [(199, "one (line 1) and two (line 2)"), (200, "one (line 1)")])
def test_words_of_short_strings_may_be_names_that_have_to_move_too(length: int, moved: str) -> None:
    text = f"def one(): return '{'two'.ljust(length)}'\ndef two(): ...\ndef other(): ..."
    found = fix("from p.b import one\nx = one()", {"b": text}).why[0]
    assert found.partition(" from ")[0] == f"Move {moved}"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("from p.b import one", "import os\nfrom sys import path\ndef one(): return os, path"),
        ("from p.b import one", "n = 0\ndef one():\n    global n\n    n = 1\ndef other(): ..."),
        ("from p.b import one", "one = 1\none = 2\ndef other(): ..."),
        ("from p.b import one", "for one in x: ...\ndef other(): ..."),
        ("from p import b as one", "def b(): ...\ndef other(): ..."),
        ("import p.b as one", TO_MOVE.format(1)),
    ],
)
def test_what_cannot_be_moved_is_not(statement: str, text: str) -> None:
    assert fix(f"{statement}\nx = one", {"b": text}).kind is FixKind.RESTRUCTURE


def test_what_needs_the_importer_cannot_be_extracted() -> None:
    files = {"b": "from p.a import y\ndef one(): return y\ndef two(): ...\ndef three(): ..."}
    assert fix("from p.b import one\nx = one()", files).kind is FixKind.RESTRUCTURE


UNPARSED = "This file cannot be parsed: its syntax is wrong, or needs a newer Python than the one that runs."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("from p.b import B\nx = (", UNPARSED),
        ("x = 1", "It is imported by a call, not by an import statement."),
        ("from p.b import *", "Imports every name: *."),
        (IMPORT, "Not used in this module, so re-exported or imported for its side effects: B."),
        (f"{IMPORT}__all__ = ['B']\ndef f(b: B): ...", "Re-exported: B."),
        ("from p.b import B as B\ndef f(b: B): ...", "Re-exported: B."),
        (f"{IMPORT}B = B\ndef f(b: B): ...", "Bound more than once: B."),
        (f"{IMPORT}x = B()\ny = B()", "Used while p.a is imported: B (lines 2, 3)."),
        (
            f"{FUTURE}{IMPORT}@app.get('/')\ndef f(b: B): ...",
            "Used in an annotation that the decorator @app.get may read at run time: B (line 4).",
        ),
        (
            f"{FUTURE}{IMPORT}class A(p.Model[int]):\n    b: B",
            "Used in an annotation that the base class p.Model may read at run time: B (line 4).",
        ),
        (
            f"{FUTURE}{IMPORT}class A(metaclass=M):\n    b: B",
            "Used in an annotation that the metaclass may read at run time: B (line 4).",
        ),
        (
            f"{IMPORT}@app.get('/')\ndef f(): ...\ndef g(b: B): ...",
            "Used in annotations of a module in which something may read annotations at run time: B.",
        ),
        ("if x: from p.b import B\ndef f(b: B): ...", "Imported under if, not at the top level: B."),
        ("x = '#'; from p.b import B\ndef f(b: B): ...", "Imported on a line with other code: B."),
        ("import p.b\nimport p.c\ndef f(b: p.b.B): ...", "Bound more than once: p.b."),
        (f"{IMPORT}f = lambda: B()", f"{ON_ONE_LINE}: B."),
        (f"{IMPORT}def f(): return B()", f"{ON_ONE_LINE}: B."),
    ],
)
def test_where_no_fix_is_allowed_the_reason_says_what_prevents_it(text: str, why: str) -> None:
    found = fix(text)
    assert (found.kind, found.why) == (FixKind.RESTRUCTURE, (why,))


ANNOTATED = "Used only in annotations: B (line {})."
EAGERLY = "Used while p.a is imported: B (line {})."
CALLED = "Used only inside functions: B ({})."
BOUND_TWICE = "Bound more than once: B."
UNUSED = "Not used in this module, so re-exported or imported for its side effects: B."
READ_BY_SOMETHING = "Used in annotations of a module in which something may read annotations at run time: B."
IN_BLOCK = "Imported under if, not at the top level: B."
TRIED = "Imported in a statement that may handle a failed import: B."
READ = "Used in an annotation that the base class m.X may read at run time: B (line {})."


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        # Conditions and branches.
        ("if B: ...\nx: B", EAGERLY.format(2)),
        ("if x:\n    B", EAGERLY.format(3)),
        ("if x: ...\nelse:\n    B", EAGERLY.format(4)),
        ("try: ...\nfinally:\n    B", EAGERLY.format(4)),
        ("if TYPE_CHECKING:\n    from p.b import C\nx: B", ANNOTATED.format(4)),
        # The header of a function or a class.
        ("@B\ndef f(): ...", EAGERLY.format(2)),
        ("@B\nasync def f(): ...", EAGERLY.format(2)),
        ("def f(*, b=B): ...", EAGERLY.format(2)),
        ("f = lambda b=B: b", EAGERLY.format(2)),
        ("f = lambda *, b=B: b", EAGERLY.format(2)),
        ("@B\nclass A: ...", EAGERLY.format(2)),
        ("class A(metaclass=B): ...", EAGERLY.format(2)),
        ("def f(*b: B): ...", ANNOTATED.format(2)),
        ("def f(**b: B): ...", ANNOTATED.format(2)),
        ("def f(*, b: B): ...", ANNOTATED.format(2)),
        ("async def f() -> B: ...", ANNOTATED.format(2)),
        # Names that are bound again.
        ("def B(): ...\nx: B", BOUND_TWICE),
        ("class B: ...\nx: B", BOUND_TWICE),
        ("class A:\n    B = 1\nx: B", BOUND_TWICE),
        ("from p.b import B\nx: B", BOUND_TWICE),
        ("def f():\n    global B\n    B = 1\n    return B", BOUND_TWICE),
        ("def f():\n    global B\n    return B", BOUND_TWICE),
        ("def f():\n    from p.b import B\n    return B", UNUSED),
        # Names of an inner scope.
        ("def f(B):\n    return B\nx: B", ANNOTATED.format(4)),
        ("def f():\n    B = 1\n    return B\nx: B", ANNOTATED.format(5)),
        ("def f():\n    class A: ...\n    B = 1\n    return B\nx: B", ANNOTATED.format(6)),
        ("def f():\n    try: ...\n    except E as B: B\nx: B", ANNOTATED.format(5)),
        ("def f():\n    try: ...\n    except E: B", CALLED.format("f")),
        # Functions.
        ("\n" * 40 + "def f():\n    return B", CALLED.format("f")),
        ("def f():\n    return \uff22", CALLED.format("f")),
        ("def f():\n    def g():\n        return B\n    return g", CALLED.format("f")),
        ("class A:\n    def f(self):\n        return B", CALLED.format("f")),
        ("def f():\n    import q\n    global y\n    @cache\n    class A: B", CALLED.format("f")),
        ("def g():\n    return B\ndef f():\n    return B", CALLED.format("g and f")),
        ("f = lambda: 1\ndef g():\n    return B", CALLED.format("g")),
        ("def f():\n    return B\nx = B", EAGERLY.format(4)),
        ("def f():\n    return B\ng = lambda: B", f"{ON_ONE_LINE}: B."),
        ("def f():\n    return B\ndef g(): return B", f"{ON_ONE_LINE}: B."),
        ("x: B\nf = lambda: B", f"{ON_ONE_LINE}: B."),
        ("class A(m.X): ...\nf = lambda: B", f"{ON_ONE_LINE}: B."),
        # Assignments and __all__.
        ("x += B", EAGERLY.format(2)),
        ("x: int = B", EAGERLY.format(2)),
        ("x[B]: int", EAGERLY.format(2)),
        ("__all__ += ['B']\nx: B", "Re-exported: B."),
        ("__all__: list[str] = ['B']\nx: B", "Re-exported: B."),
        ("a = __all__ = ['B']\nx: B", "Re-exported: B."),
        ("__all__: list[str]\nx: B", ANNOTATED.format(3)),
        ("__all__ = ['C']\nx: B", ANNOTATED.format(3)),
        ("names = ['B']\nx: B", ANNOTATED.format(3)),
        # Strings.
        ("cast()\nx: B", ANNOTATED.format(3)),
        ("cast(B, 1)", EAGERLY.format(2)),
        ("t.cast('B', 1)", ANNOTATED.format(2)),
        ("f('B', 1)", UNUSED),
        ("x: Literal[1, 'B']", UNUSED),
        ("x: Literal['%']\ny: B", ANNOTATED.format(3)),
        ("x: ' B'", ANNOTATED.format(2)),
        ("x: 'list[B'", UNUSED),
        ("\n" * 7 + "x: B" + "\n" * 7 + "y: B", "Used only in annotations: B (lines 9, 16)."),
        # What may read annotations.
        ("class A(m.X): ...\nx: B", READ_BY_SOMETHING),
        ("def f():\n    class A(m.X): ...\nx: B", READ_BY_SOMETHING),
        ("def f():\n    @g\n    def h(): ...\nx: B", READ_BY_SOMETHING),
        ("class A(m.X):\n    def f(self):\n        def g(b: B): ...", READ_BY_SOMETHING),
        ("class A(m.X): ...\nx: 'B'", ANNOTATED.format(3)),
        ("class A(m.X): ...\ndef f():\n    x: B", ANNOTATED.format(4)),
        ("class A(m.X):\n    def f(self):\n        import q\n    b: B", READ.format(5)),
        ("class A(m.X):\n    def f(self, b: B): ...", READ.format(3)),
        ("class A(m.X): ...\nclass C(A):\n    b: B", READ.format(4)),
        ("class A: ...\nclass C(A):\n    b: B", ANNOTATED.format(4)),
        ("class A(m.X): ...\nclass C(A[int], m.Y):\n    b: B", READ.format(4)),
        ("class A(x=1):\n    b: B", ANNOTATED.format(3)),
        ("class A(m.SomeError):\n    b: B", ANNOTATED.format(3)),
    ],
)
def test_when_a_name_is_needed_is_told_by_where_it_is_used(rest: str, why: str) -> None:
    assert fix(f"{IMPORT}{rest}").why == (why,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("if x:\n    from p.b import B\ny: B", IN_BLOCK),
        ("if TYPE_CHECKING: ...\nelse:\n    from p.b import B\nx: B", IN_BLOCK),
        ("try:\n    from p.b import B\nexcept E: ...\nx: B", TRIED),
        ("with suppress(ImportError):\n    from p.b import B\nx: B", TRIED),
        ("if TYPE_CHECKING:\n    from p.b import B\nx: B", "It is imported by a call, not by an import statement."),
        (f"from __future__ import annotations, division\n{IMPORT}class A(m.X): ...\nx: B", ANNOTATED.format(4)),
        (f"from __future__ import division\n{IMPORT}class A(m.X): ...\nx: B", READ_BY_SOMETHING),
        (f"from q import annotations\n{IMPORT}class A(m.X): ...\nx: B", READ_BY_SOMETHING),
        ("from p.b import B as _B\nx: _B", "Used only in annotations: _B (line 2)."),
        ("from p import b\nx: b.B", "Used only in annotations: b (line 2)."),
        ("from p.b import B; x = 1\ny: B", ANNOTATED.format(2)),
        ("from p.b import B  # why\ny: B", ANNOTATED.format(2)),
    ],
)
def test_an_import_is_judged_by_where_and_how_it_is_written(text: str, why: str) -> None:
    assert fix(text).why == (why,)


@pytest.mark.parametrize(
    "decorator",
    [
        *["abstractmethod", "asynccontextmanager", "cache", "cached_property", "classmethod", "contextmanager"],
        *["dataclass", "deleter", "deprecated", "final", "getter", "lru_cache", "overload", "override", "property"],
        *["runtime_checkable", "setter", "staticmethod", "total_ordering", "wraps"],
    ],
)
def test_decorators_that_read_no_annotations_do_no_harm(decorator: str) -> None:
    assert fix(f"{IMPORT}@m.{decorator}\ndef f(b: B): ...").kind is FixKind.TYPE_CHECKING


@pytest.mark.parametrize(
    "base",
    [
        *["ABC", "BaseException", "Enum", "Exception", "Flag", "Generic", "IntEnum", "IntFlag", "NamedTuple"],
        *["Protocol", "StrEnum", "Thread", "TypedDict", "bool", "bytes", "dict", "float", "frozenset", "int", "list"],
        *["object", "set", "str", "tuple", "type"],
    ],
)
def test_base_classes_that_read_no_annotations_do_no_harm(base: str) -> None:
    assert fix(f"{IMPORT}class A(m.{base}):\n    b: B").kind is FixKind.TYPE_CHECKING


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ("from p.a import *", FixKind.RESTRUCTURE),
        ("import p.a\np.a.B", FixKind.RESTRUCTURE),
        ("import p.a\np.a.C", FixKind.TYPE_CHECKING),
        ("from p.a import C", FixKind.TYPE_CHECKING),
        ("from p import b\nb.B", FixKind.TYPE_CHECKING),
    ],
)
def test_what_other_modules_take_is_told_by_their_text(other: str, kind: FixKind) -> None:
    assert fix(f"{IMPORT}x: B", {"c": other}).kind is kind


def test_of_an_import_inside_a_function_the_code_has_to_move() -> None:
    found = fixes({"a": "def f():\n    from p.b import B\n    return B", "b": ""})
    deferred = CyclicImport(("p.a", "p.b"), frozenset({Kind.RUNTIME, Kind.DEFERRED}), frozenset({"p.a", "p.b"}))
    assert found.cheapest(deferred).why == (
        "Already imported inside a function, so the code that needs it has to move: B (in f).",
    )


@pytest.mark.parametrize("guard", ["if '__main__' == __name__:", "if __name__ != '__main__': ...\nelse:"])
def test_an_import_of_a_file_that_is_started_stays_where_it_is(guard: str) -> None:
    late = f"{guard}\n    from p.b import B\n    B()\n"
    found = fixes({"a": late, "b": "class B: ..."})
    both = CyclicImport(("p.a", "p.b"), frozenset({Kind.RUNTIME, Kind.DEFERRED}), frozenset({"p.a", "p.b"}))
    why = "Imported only when p.a is started as a program, so the code that needs it has to move: B."
    assert found.cheapest(both, frozenset({FixKind.EXTRACT})).why == (why,)
    assert fix(f"from p.b import f\ndef g(): \n    return f\n{late}").kind is FixKind.DEFER


@pytest.mark.parametrize("block", ["    pass\nelse:\n    X = 1\n", "    X = 'B'\n", "    # Types.\n    X: 'B'\n"])
def test_a_block_without_imports_is_not_one_for_them(block: str) -> None:
    rest = f"\n\ndef f(b: 'B'): ...\n\n\nif TYPE_CHECKING:\n{block}"
    assert written(f"{TYPING}\n{IMPORT}{rest}") == f"{TYPING}\n{UNDER}{rest}"


MAIN = "if __name__ == '__main__':"
STARTED = "Used only when p.a is started as a program: B"


@pytest.mark.parametrize(
    ("text", "new", "why"),
    [
        (f"x = 1\n{MAIN}\n    B()\n", f"x = 1\n{MAIN}\n    from p.b import B\n\n    B()\n", f"{STARTED} (line 4)."),
        (
            f"def f():\n    return B\n{MAIN}\n    f()\n    B()\n",
            f"def f():\n    from p.b import B\n\n    return B\n{MAIN}\n    from p.b import B\n\n    f()\n    B()\n",
            "Used only inside functions and when p.a is started as a program: B (f and line 6).",
        ),
        (
            f"{MAIN}\n    import os\n    def f(b: B):\n        return B\n    f(B())\n",
            f"{MAIN}\n    import os\n\n    from p.b import B\n    def f(b: B):\n        return B\n    f(B())\n",
            f"{STARTED} (lines 5, 6).",
        ),
        (
            "if y: ...\nelif '__main__' == __name__ and x:\n    # Run.\n    B()\nelse: ...\n",
            "if y: ...\nelif '__main__' == __name__ and x:\n    from p.b import B\n\n    # Run.\n    B()\nelse: ...\n",
            f"{STARTED} (line 5).",
        ),
    ],
)
def test_what_only_a_file_that_is_started_uses_is_imported_there(text: str, new: str, why: str) -> None:
    assert fix(f"{IMPORT}{text}").kind is FixKind.DEFER
    assert fix(f"{IMPORT}{text}").why == (why,)
    assert written(f"{IMPORT}{text}") == new


@pytest.mark.parametrize(
    "text",
    [
        f"{MAIN} B()\n",
        "if __name__ != '__main__': ...\nelse:\n    B()\n",
        f"{MAIN}\n    x = 1\nelse:\n    B()\n",
        "__name__ = 'x'\nif __name__ == '__main__':\n    B()\n",
        f"{MAIN}\n    B = B()\n",
        f"class A:\n    {MAIN}\n        B()\n",
    ],
)
def test_what_may_be_used_otherwise_is_not_imported_under_a_condition(text: str) -> None:
    assert fix(f"{IMPORT}{text}", version=(3, 14)).kind is FixKind.RESTRUCTURE


def test_what_a_package_imports_may_be_re_exported() -> None:
    found = fixes({"": "from p.b import B\ndef f(b: B): ...", "b": "class B: ..."})
    wanted = CyclicImport(("p", "p.b"), EAGER, frozenset({"p", "p.b"}))
    assert found.cheapest(wanted).why == ("May be re-exported by p, which is a package: B.",)


def test_what_a_package_imports_under_a_private_name_is_not_re_exported() -> None:
    found = fixes({"": "from p.b import B as _B\nx: _B", "b": "class B: ..."})
    assert found.cheapest(CyclicImport(("p", "p.b"), EAGER, frozenset({"p", "p.b"}))).kind is FixKind.TYPE_CHECKING


def test_a_package_is_not_told_to_import_from_itself() -> None:
    files = {"a": "from p.b import B\nclass A(B): ...", "a.sub": "", "b": "from p.a import sub as B"}
    found = fixes(files).cheapest(CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"})))
    assert found.kind is FixKind.RESTRUCTURE


def test_the_parts_of_a_namespace_package_are_one_program() -> None:
    texts = {"n.a": "from n.b import B\nx: B", "n.b": "class B: ..."}
    sources = {name: Source(name, f"{name.replace('.', '/')}.py", False, text) for name, text in texts.items()}
    program = ImportGraph(set(texts), {"n.a": {"n.b": [1]}}, roots=list(texts))
    found = Fixes(sources.get, program, (3, 12)).cheapest(CyclicImport(("n.a", "n.b"), EAGER, frozenset(texts)))
    assert found.kind is FixKind.TYPE_CHECKING


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_the_bound_of_a_type_parameter_is_a_use() -> None:
    assert fix(f"{IMPORT}def f[T: B](): ...").why == (EAGERLY.format(2),)


def test_where_fixes_were_rejected_the_reason_says_so() -> None:
    found = fixes({"a": f"{IMPORT}def f():\n    return B()", "b": "class B: ..."})
    wanted = CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"}))
    assert found.cheapest(wanted, rejected=frozenset({FixKind.DEFER})).why == (
        "Every cheaper fix leaves a cycle or makes a module crash: B.",
    )


@pytest.mark.parametrize(
    ("counting", "kind"),
    [
        ({Kind.RUNTIME}, FixKind.DEFER),
        ({Kind.RUNTIME, Kind.DEFERRED}, FixKind.RESTRUCTURE),
        ({Kind.RUNTIME, Kind.DEFERRED, Kind.LAZY, Kind.TYPE_CHECKING}, FixKind.RESTRUCTURE),
    ],
)
def test_an_import_is_not_deferred_where_deferred_imports_count(counting: set[Kind], kind: FixKind) -> None:
    found = fixes({"a": f"{IMPORT}def f():\n    return B()", "b": "class B: ..."})
    wanted = CyclicImport(("p.a", "p.b"), frozenset(counting), frozenset({"p.a", "p.b"}))
    assert found.cheapest(wanted).kind is kind


def test_the_kinds_of_fixes_are_sorted_by_what_they_cost() -> None:
    assert sorted(FixKind, key=lambda kind: kind.weight) == list(FixKind)
    assert [kind.weight for kind in FixKind] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("patch('p.a.B')", "Replaced in p.a by a string that names it: B."),
        ("with mock.patch(\n    'p.a.B.run'\n): ...", "Replaced in p.a by a string that names it: B."),
        ("monkeypatch.setattr('p.a.B', 1)", "Replaced in p.a by a string that names it: B."),
        ("from p import a\npatch.object(a, 'B')", "Imported from p.a by other modules: B."),
        ('from p import a\nsetattr(a, "B", 1)', "Imported from p.a by other modules: B."),
        (
            "from p import a\nmodule = [a]\nmonkeypatch.setattr(module[0], 'B', 1)",
            "Imported from p.a by other modules: B.",
        ),
        ("from p import a\nx = getattr(a, 'C', 'B')", CALLED.format("f")),
        ("from p import a\nx = getattr(a, 'C')\nlog = getLogger('B')", CALLED.format("f")),
        ("patch('p.a.Bar')", CALLED.format("f")),
        ("print('p.a.B')", CALLED.format("f")),
    ],
)
def test_what_is_replaced_by_its_name_must_stay(statement: str, why: str) -> None:
    assert fix(f"{IMPORT}def f():\n    return B", {"c": statement}).why == (why,)


@pytest.mark.parametrize(
    ("exported", "stays"),
    [
        ("", True),
        ("__all__ = ['f', 'B']\n", True),
        ("__all__ = ('f',)\n__all__ += other\n", True),
        ("__all__ = ['f']\n__all__.extend(other)\n", True),
        ("__all__ = [*other, 'f']\n", True),
        ("__all__: list[str] = ['f']\n", True),
        ("__all__ = ['f']\n", False),
    ],
)
def test_a_star_import_takes_what_all_names(exported: str, stays: bool) -> None:
    found = fix(f"{exported}{IMPORT}def f():\n    return B", {"c": "from p.a import *"})
    assert (found.kind is FixKind.RESTRUCTURE) is stays


def test_what_functions_assign_again_is_imported_from_where_it_was() -> None:
    files = {"b": "from .x import B\ndef f():\n    global B\n    B = 1", "b.x": "class B: ..."}
    assert fix("from p.b import B\nclass A(B): ...\nclass C: ...", files).kind is not FixKind.DIRECT_IMPORT


NEWER_BODY = "def f[T](x: T):\n    return B(f'{x!r:{'>'}}')\n"
NEWER = "def g[T](x: T, y: 'B') -> T:\n    return x\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{IMPORT}{NEWER}", f"{TYPING}\n{UNDER}\n{NEWER}"),
        (f"{IMPORT}{NEWER_BODY}", NEWER_BODY.replace("    return", f"    {IMPORT}\n    return")),
    ],
)
def test_a_file_whose_syntax_is_newer_than_this_python_is_edited_as_well(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize("length", range(15, 30))
def test_an_import_that_is_not_where_the_tree_says_is_left_alone(length: int) -> None:
    """In the text that an older parser reads, f-strings are shorter; so its columns may be inside a character."""
    text = f"if [f'{'a' * length}', '{'é' * 20}']: import p.b\ndef f[T](): ...\n"
    assert sys.version_info >= (3, 12) or fix(text).kind is FixKind.RESTRUCTURE


def test_a_name_in_syntax_that_this_python_cannot_parse_is_left_alone() -> None:
    text = f"{IMPORT}type Y = list[B]\ndef f():\n    return B\n"
    if sys.version_info < (3, 12):
        assert fix(text).why == ("Used in syntax that needs a newer Python than the one that runs: B.",)


# --- what is written ----------------------------------------------------------------------------------------------


def test_an_import_for_types_goes_under_type_checking_with_all_that_this_needs() -> None:
    assert written(f'"""Doc."""\nimport os\n{IMPORT}def f(b: B): ...') == (
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\nfrom typing import TYPE_CHECKING\n\n'
        "if TYPE_CHECKING:\n    from p.b import B\n\ndef f(b: B): ..."
    )


def test_nothing_is_added_that_is_there_already() -> None:
    text = f"{FUTURE}from typing import TYPE_CHECKING\n{IMPORT}def f(b: B): ..."
    assert written(text) == (
        f"{FUTURE}from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from p.b import B\n\ndef f(b: B): ..."
    )


def test_from_python_3_14_on_annotations_need_no_future() -> None:
    assert "__future__" not in written(f"{IMPORT}def f(b: B): ...", version=(3, 14))


def test_other_names_of_the_statement_stay() -> None:
    files = {"b": "from p.b.x import B\nclass C: ...", "b.x": "class B: ..."}
    found = fixes({**files, "a": "from p.b import (\n    B,\n    C,\n)\nclass A(B): ...\ndef f(c: C): ..."}, (3, 14))
    one = found.cheapest(CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"})))
    assert [edit.new for edit in found.edits([one])["p.a"]] == [
        "from typing import TYPE_CHECKING\n\nfrom p.b.x import B\n\nif TYPE_CHECKING:\n    from p.b import C\n\n",
    ]


def test_of_two_fixes_of_one_name_the_first_is_made() -> None:
    found = fixes({"b": "from p.b.x import B", "b.x": "class B: ...", "a": f"{IMPORT}def f(b: B): ..."})
    one, other = (
        found.cheapest(CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"})), rejected=frozenset(rejected))
        for rejected in ((), (FixKind.TYPE_CHECKING,))
    )
    assert (one.kind, other.kind) == (FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT)
    assert found.edits([one, other]) == found.edits([one])
    assert found.edits([other, one]) == found.edits([other])


def test_a_string_in_literal_is_no_name() -> None:
    text = f"{IMPORT}from typing import Literal\ndef f(b: Literal['B']):\n    return B\n"
    assert "TYPE_CHECKING" not in written(text)


def test_an_annotation_inside_the_function_of_a_deferred_import_needs_no_guard() -> None:
    assert written(f"{IMPORT}class A:\n    def f(self):\n        self.b: B = B()\n") == (
        "class A:\n    def f(self):\n        from p.b import B\n\n        self.b: B = B()\n"
    )


def test_a_deferred_import_goes_behind_the_docstring_of_each_function() -> None:
    text = f'{IMPORT}def f():\n    """Doc."""\n    return B()\nclass A:\n    def g(self):\n        return B'
    assert written(text) == (
        'def f():\n    """Doc."""\n    from p.b import B\n\n    return B()\n'
        "class A:\n    def g(self):\n        from p.b import B\n\n        return B"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_those_of_the_file_do(end: str) -> None:
    assert written(f"{IMPORT}\ndef f(b: B): ...\n".replace("\n", end), version=(3, 14)) == (
        f"{TYPING}\n{UNDER}\ndef f(b: B): ...\n".replace("\n", end)
    )


def test_where_the_ends_of_lines_are_mixed_new_lines_end_as_the_line_above() -> None:
    text = "import os\r\nfrom p.b import B\r\ndef f():\n    return B\rdef g():\r    return B\r\n"
    assert written(text) == (
        "import os\r\ndef f():\n    from p.b import B\n\n    return B\r"
        "def g():\r    from p.b import B\r\r    return B\r\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"print()\n{IMPORT}x: B", f"print()\n{TYPING}\n{UNDER}\nx: B"),
        (f"{FUTURE}import os\n{IMPORT}x: B", f"{FUTURE}import os\n{TYPING}\n{UNDER}\nx: B"),
        (f"{FUTURE}import zlib\n\nimport z\n{IMPORT}x: B", f"{FUTURE}import zlib\n{TYPING}\nimport z\n\n{UNDER}\nx: B"),
        (f"from q import z\n{IMPORT}x: B", f"{TYPING}\nfrom q import z\n\n{UNDER}\nx: B"),
        (f"from q import z\n\n{IMPORT}\nx: B", f"{TYPING}\nfrom q import z\n\n{UNDER}\nx: B"),
        (f"# Ours.\n\n# The library.\n{IMPORT}x: B", f"# Ours.\n\n{TYPING}\n# The library.\n{UNDER}\nx: B"),
        (f"# Ours.\n{IMPORT}x: B", f"# Ours.\n{TYPING}\n{UNDER}\nx: B"),
        (f"{IMPORT}{TYPING}x: B", f"{TYPING}\n{UNDER}\nx: B"),
        (
            f"{IMPORT}{TYPING}from p.b import C\nx: B\ny: C",
            f"{TYPING}\nif TYPE_CHECKING:\n    from p.b import B, C\n\nx: B\ny: C",
        ),
        (
            f"from typing import TYPE_CHECKING as T\n{IMPORT}x: B",
            "from typing import TYPE_CHECKING as T\n\nif T:\n    from p.b import B\n\nx: B",
        ),
        (f"import typing as t\n{IMPORT}x: B", f"import typing as t\n\n{UNDER}\nx: B".replace("if ", "if t.")),
        (f"from typing import Any\n{IMPORT}x: B", f"from typing import TYPE_CHECKING, Any\n\n{UNDER}\nx: B"),
        (
            f"from typing import (\n    Any,\n    cast as c,  # why\n)\n{IMPORT}x: B",
            f"from typing import (\n    TYPE_CHECKING,\n    Any,\n    cast as c,  # why\n)\n\n{UNDER}\nx: B",
        ),
        (f"from typing import (z, a)\n{IMPORT}x: B", f"from typing import (z, a, TYPE_CHECKING)\n\n{UNDER}\nx: B"),
        (
            f"from typing import (\n    z,\n    a  # why\n)\n{IMPORT}x: B",
            f"from typing import (\n    z,\n    a,  # why\n    TYPE_CHECKING\n)\n\n{UNDER}\nx: B",
        ),
        (
            f"if y:\n    from typing import Any\n{IMPORT}x: B",
            f"{TYPING}\nif y:\n    from typing import Any\n\n{UNDER}\nx: B",
        ),
        (f"from q import z, TYPE_CHECKING\n{IMPORT}x: B", f"from q import z, TYPE_CHECKING\n\n{UNDER}\nx: B"),
        (
            "from p import TYPE_CHECKING, b\nx: b.B",
            "from p import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from p import b\n\nx: b.B",
        ),
        ("import p.b as b\nx: b.B", f"{TYPING}\nif TYPE_CHECKING:\n    import p.b as b\n\nx: b.B"),
        ("from .b import B\nx: B", f"{TYPING}\nif TYPE_CHECKING:\n    from .b import B\n\nx: B"),
        ("from . import b\nx: b.B", f"{TYPING}\nif TYPE_CHECKING:\n    from . import b\n\nx: b.B"),
        (
            "from p.b import (\n    B,\n    E as F,\n)\nx: B\ny: F",
            f"{TYPING}\nif TYPE_CHECKING:\n    from p.b import B, E as F\n\nx: B\ny: F",
        ),
        (
            f"{TYPING}{IMPORT}if TYPE_CHECKING:\n    from p.b import A, D\nx: B",
            f"{TYPING}if TYPE_CHECKING:\n    from p.b import A, B, D\nx: B",
        ),
        (
            f"{TYPING}{IMPORT}if TYPE_CHECKING:\n\tfrom p.a import A\n\tfrom p.c import C\nelse:\n\tA = C = 1\nx: B",
            f"{TYPING}if TYPE_CHECKING:\n\tfrom p.a import A\n\t{IMPORT}\tfrom p.c import C\nelse:\n\tA = C = 1\nx: B",
        ),
        (
            f"import typing as t\n{IMPORT}if t.TYPE_CHECKING:\n    import os\n    x = 1\ny: B",
            "import typing as t\nif t.TYPE_CHECKING:\n    import os\n\n    from p.b import B\n    x = 1\ny: B",
        ),
        (
            f"{TYPING}{IMPORT}if TYPE_CHECKING: import os\nx: B",
            f"{TYPING}if TYPE_CHECKING: import os\n\n{UNDER}\nx: B",
        ),
    ],
)
def test_where_type_checking_is_imported_and_the_import_goes_under_it(text: str, expected: str) -> None:
    assert written(text, {"": "from typing import TYPE_CHECKING"}, version=(3, 14)) == expected


@pytest.mark.parametrize(
    ("text", "future"),
    [
        (f"{IMPORT}x: B", FUTURE),
        (f"{IMPORT}x: 'B'", ""),
        (f"{IMPORT}def f():\n    x: B", ""),
        (f"{IMPORT}from p.b import C\nx: B\ny: 'C'", FUTURE),
        (f"{IMPORT}from p.b import C\nx: 'B'\ny: C", FUTURE),
    ],
)
def test_annotations_that_are_evaluated_need_the_future(text: str, future: str) -> None:
    assert written(text).partition("from typing")[0].strip() == future.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{IMPORT}def f():\n    x = 1\n    return B", f"def f():\n    {IMPORT}\n    x = 1\n    return B"),
        (
            f"{IMPORT}def f():\n    @cache\n    def g():\n        return B\n    return g",
            f"def f():\n    {IMPORT}\n    @cache\n    def g():\n        return B\n    return g",
        ),
        (
            "import os, p.b as b\ndef f():\n    return b.B",
            "import os\ndef f():\n    import p.b as b\n\n    return b.B",
        ),
        (
            "from p.b import B, C as D\ndef f():\n    return B, D",
            "def f():\n    from p.b import B, C as D\n\n    return B, D",
        ),
        (f"def f():\n    return B\n{IMPORT}", f"def f():\n    {IMPORT}\n    return B\n"),
    ],
)
def test_where_a_deferred_import_goes(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize(
    ("comment", "kept"),
    [
        ("# noqa: E402", ""),
        ("#noqa:E402", ""),
        ("# NoQA: E402,F401", "  # noqa: F401"),
        ("# noqa: F401 E402 - why", "  # noqa: F401 - why"),
        ("# noqa: E402 - a cycle", "  # a cycle"),
        ("# noqa: E402  # type: ignore", "  # type: ignore"),
        ("# type: ignore  # noqa: E402", "  # type: ignore"),
        ("# noqa", "  # noqa"),
        ("# noqa: E4021", "  # noqa: E4021"),
        ("# E402", "  # E402"),
    ],
)
def test_an_import_that_leaves_the_top_level_needs_no_leave_to_be_below_it(comment: str, kept: str) -> None:
    text = f"def f():\n    return B\n{IMPORT[:-1]}  {comment}\n"
    assert written(text) == f"def f():\n    {IMPORT[:-1]}{kept}\n\n    return B\n"
    assert f"{UNDER[:-1]}{kept}\n" in written(f"{IMPORT[:-1]}  {comment}\nx: 'B'\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"import os; {IMPORT}x = B", "import os; from p.b.x import B\nx = B"),
        ("from p.b import B; import os\nx = B", "from p.b.x import B; import os\nx = B"),
        ("import os; from p.b import B; import re\nx: 'B'", f"import os; import re\n{TYPING}\n{UNDER}\nx: 'B'"),
        ("from p.b import B; x: 'B'\n", f"{TYPING}\nx: 'B'\n\n{UNDER}"),
        (
            "import os; from p.b import B  # noqa: E702\nx: 'B'",
            f"import os  # noqa: E702\n{TYPING}\n{UNDER[:-1]}  # noqa: E702\n\nx: 'B'",
        ),
        ("from p.b import B;  # why\nx: 'B'", f"{TYPING}\n{UNDER[:-1]}  # why\n\nx: 'B'"),
        ("from p.b import B, C; import os\nx = C, B", "from p.b.x import B; from p.b.y import C; import os\nx = C, B"),
    ],
)
def test_statements_that_share_a_line_go_on_to_do_so(text: str, expected: str) -> None:
    files = {"b": "from p.b.x import B\nfrom .y import C", "b.x": "class B: ...", "b.y": "class C: ..."}
    assert written(text, files) == expected


@pytest.mark.parametrize(
    "init",
    [
        "from . import x as lib\nfrom .x import x",
        "from . import x as lib\nx = 1",
        "from . import x as lib\ndef x(): ...",
    ],
)
def test_a_module_whose_name_its_package_binds_to_something_else_is_not_imported_by_it(init: str) -> None:
    files = {"b": init, "b.x": "def x(): ..."}
    assert fix("from p.b import lib\nA = lib.x", files).kind is not FixKind.DIRECT_IMPORT
    direct = {"b": "from . import x as lib\nfrom . import x", "b.x": ""}
    assert written("from p.b import lib\nA = lib.x", direct) == "from p.b import x as lib\nA = lib.x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from p.b import B\nfrom p.b.x import C\nx = B, C", "from p.b.x import B, C\nx = B, C"),
        ("from p.b import B\nimport os\nfrom p.b.x import C\nx = B, C", "import os\nfrom p.b.x import B, C\nx = B, C"),
        ("from p.b import B\nx = B\nfrom p.b.x import C", "from p.b.x import B\nx = B\nfrom p.b.x import C"),
        (
            "from q import X\nfrom q import Y\nfrom p.b import B\nfrom p.b.x import C\nx = B, C",
            "from q import X\nfrom q import Y\nfrom p.b.x import B\nfrom p.b.x import C\nx = B, C",
        ),
        (
            f"{FUTURE}from typing import Any\nfrom typing import List\n{IMPORT}x: B",
            f"{FUTURE}{TYPING}from typing import Any\nfrom typing import List\n\n{UNDER}\nx: B",
        ),
    ],
)
def test_imports_of_one_module_are_one_statement_unless_each_name_has_its_own(text: str, expected: str) -> None:
    files = {"b": "from .x import B, C", "b.x": "class B: ...\nclass C: ..."}
    assert written(text, files) == expected


@pytest.mark.parametrize(
    ("above", "added"), [("", "B, C"), ("from q import X\nfrom q import Y\n", "B\n    from p.b import C")]
)
def test_a_deferred_import_joins_that_of_its_module(above: str, added: str) -> None:
    function = "def f():\n    from p.b import {}\n\n    return B, C"
    files = {"b": "class B: ...\nclass C: ..."}
    assert written(f"{above}{IMPORT}{function.format('C')}", files) == above + function.format(added)


def test_a_new_statement_is_broken_where_those_of_the_file_are() -> None:
    long = "a_name_that_is_long_" * 2
    broken = f"from q import (\n    {'x' * 35},\n    {'y' * 35},\n)\n"
    text = f"{broken}from p.b import {long}1, {long[:-12]}2\n# {'-' * 100}\ndef f():\n    return {long}1, {long[:-12]}2"
    files = {"b": f"class {long}1: ...\nclass {long[:-12]}2: ..."}
    assert f"    from p.b import (\n        {long[:-12]}2,\n        {long}1,\n    )\n" in written(text, files)
    assert f"    from p.b import {long[:-12]}2, {long}1\n" in written(text.removeprefix(broken), files)


def test_a_statement_that_becomes_too_long_is_broken() -> None:
    names = [f"Name{number}" for number in range(10)]
    typing = "from typing import (\n    TYPE_CHECKING,\n" + "".join(f"    {name},\n" for name in names) + ")\n"
    text = f"{FUTURE}from typing import {', '.join(names)}\n{IMPORT}x: B"
    assert written(text) == f"{FUTURE}{typing}\n{UNDER}\nx: B"
    assert written(text.replace("9\n", "9  # noqa\n")).count("(") == 0
    files = {"b": f"from .a_module_of_some_length import {', '.join(names)}", "b.a_module_of_some_length": "Name0 = 1"}
    files["b.a_module_of_some_length"] = "\n".join(f"class {name}: ..." for name in names)
    found = written(f"from p.b import {', '.join(names)}\nx = {', '.join(names)}", files)
    assert found.startswith("from p.b.a_module_of_some_length import (\n    Name0,\n    Name1,\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('def f():\n    """Doc.\n\n    >>> B()\n    """\n    return B', "Used in a doctest: B."),
        ('"""Doc.\n\n>>> for x in y:\n...     B()\n"""\ndef f():\n    return B', "Used in a doctest: B."),
        ('def f():\n    """Doc.\n\n    >>> from p.b import B\n    >>> B()\n    """\n    return B', CALLED.format("f")),
        ('def f():\n    """Doc.\n\n    >>> Bar()\n    """\n    return B', CALLED.format("f")),
        ("def f():\n    return B, globals()['B']", "Named in a string that p.a may look up: B."),
        ("def f():\n    return B, eval('B + 1')", "Named in a string that p.a may look up: B."),
        ("def f():\n    return B, getattr(sys.modules[__name__], 'B')", "Named in a string that p.a may look up: B."),
        ("def f():\n    return B, globals()['C'], eval('Bar')", CALLED.format("f")),
        ("def f():\n    return B, {'B': 1}", CALLED.format("f")),
    ],
)
def test_what_the_module_looks_up_by_its_name_must_stay(text: str, why: str) -> None:
    assert fix(f"{IMPORT}{text}").why == (why,)


def test_edits_are_sorted_by_line() -> None:
    found = fixes({"a": f"def f():\n    return B\n{IMPORT}x: B\ndef g():\n    return B", "b": "class B: ..."}, (3, 14))
    one = found.cheapest(CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"})))
    assert [(each.line, each.end_line, each.old, each.new) for each in found.edits([one])["p.a"]] == [
        (2, 2, "", f"    {IMPORT}\n"),
        (3, 4, IMPORT, f"{TYPING}\n{UNDER}\n"),
        (6, 6, "", f"    {IMPORT}\n"),
    ]


def test_a_fix_by_hand_has_no_edits() -> None:
    found = fixes({"a": f"{IMPORT}class A(B): ...", "b": "class B: ..."})
    assert found.edits([found.cheapest(CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"})))]) == {}


def test_direct_imports_are_sorted_by_module() -> None:
    files = {"b": "from .z import Z\nfrom .a import A", "b.z": "class Z: ...", "b.a": "class A: ..."}
    assert written("from p.b import (\n    Z,\n    A,\n)\nx = A, Z", files) == (
        "from p.b.a import A\nfrom p.b.z import Z\nx = A, Z"
    )


def test_of_several_names_each_gets_its_cheapest_fix_and_the_dearest_gives_the_kind() -> None:
    files = {"b": "from .x import B, C", "b.x": "class B: ...\nclass C: ..."}
    text = "from p.b import B, C\nx: B\ny = C"
    assert fix(text, files).kind is FixKind.DIRECT_IMPORT
    assert written(text, files, version=(3, 14)) == f"{TYPING}\nfrom p.b.x import C\n\n{UNDER}\nx: B\ny = C"


@pytest.mark.parametrize(
    ("comment", "is_kept"),
    [
        ("# noqa: TC001", True),
        ("#NOQA:F401,TCH002", True),
        ("# type: ignore  # noqa: TC003", True),
        ("# noqa", False),
        ("# noqa: TC004", False),
        ("# TC001", False),
        ("# noqa: F401  # not TC001", False),
    ],
)
def test_a_comment_may_keep_an_import_at_run_time(comment: str, is_kept: bool) -> None:
    a = f"from p.b import B  {comment}\n\n\ndef f(b: 'B') -> None: ...\n"
    found = fixes({"a": a, "b": "import p.a\n\n\nclass B: ...\n"})
    one = found.cheapest(CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"})))
    assert one.kind is (FixKind.RESTRUCTURE if is_kept else FixKind.TYPE_CHECKING)
    assert ("A comment says that it must not be moved under TYPE_CHECKING" in str(one)) is is_kept


def test_one_that_only_functions_need_can_still_be_deferred() -> None:
    text = "from p.b import B  # noqa: TC001\n\n\ndef f():\n    return B\n"
    assert written(text).startswith("def f():\n    from p.b import B  # noqa: TC001\n")
