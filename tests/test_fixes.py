"""How an import can be done without: each rule, and what must not be taken for one."""

from __future__ import annotations

import ast

import pytest

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.reading.imports import read_imports
from import_contracts.reading.resolution import resolve
from import_contracts.reading.text import Source
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.fixes import CyclicImport, Fix, Fixes

Files = dict[str, str]
EAGER = frozenset({Kind.RUNTIME})


def fixes(files: Files, version: tuple[int, int] = (3, 12)) -> Fixes:
    modules = {"p", *(f"p.{each}" for each in files if each)}
    sources = {
        name: Source(
            name, f"{name.replace('.', '/')}.py", name == "p" or any(o.startswith(name + ".") for o in modules), text
        )
        for name in modules
        for text in [files.get(name.removeprefix("p").removeprefix("."), "")]
    }
    imports: dict[str, dict[str, list[int]]] = {}
    for each in sources.values():
        for written in read_imports(each.text, each.module, is_package=each.is_package):
            if found := resolve(written, each.module, is_package=each.is_package, modules=modules):
                imports.setdefault(each.module, {}).setdefault(found, []).append(written.line)
    return Fixes(sources.get, ImportGraph(modules, imports, roots=["p"]), version)


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
    after = found.text("p.a", found.edits([one])["p.a"])
    ast.parse(after)
    return after


IMPORT = "from p.b import B\n"
FUTURE = "from __future__ import annotations\n"
ON_ONE_LINE = "Used in a lambda, or in a function whose body begins on the line of its header"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{IMPORT}def f(b: B) -> B: ...", FixKind.TYPE_CHECKING),
        (f"{IMPORT}def f(b: 'B'): ...", FixKind.TYPE_CHECKING),
        (f"{IMPORT}class A:\n    b: B", FixKind.TYPE_CHECKING),
        (f"{IMPORT}from typing import cast\nx = cast('B', 1)", FixKind.TYPE_CHECKING),
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
        ("import p.b\ndef f(b: p.b.B): ...", FixKind.RESTRUCTURE),
        ("import p.b as b\ndef f(x: b.B): ...", FixKind.TYPE_CHECKING),
        ("from p.b import f\nx = f()", FixKind.RESTRUCTURE),
        ("from p.b import C\nclass A(C): ...", FixKind.EXTRACT),
        ("from p.b import B\nx = (", FixKind.RESTRUCTURE),
        (f"x = 1; {IMPORT}def f(b: B): ...", FixKind.RESTRUCTURE),
    ],
)
def test_the_fix_that_the_uses_of_a_name_allow(text: str, kind: FixKind) -> None:
    found = fix(text)
    assert found.kind is kind
    assert found.why


def test_what_another_module_takes_from_here_must_stay() -> None:
    found = fix(f"{IMPORT}def f(b: B): ...", {"c": "from p.a import B"})
    assert (found.kind, found.why) == (FixKind.RESTRUCTURE, ("Imported from p.a by other modules: B.",))


@pytest.mark.parametrize("statement", ["import p.a as a", "from p import a", "from . import a"])
def test_what_is_used_as_an_attribute_of_the_module_must_stay(statement: str) -> None:
    files = {"b": "class B: ...", "a": f"{IMPORT}def f(b: B): ...", "c": f"{statement}\na.B"}
    of_a, of_c = (CyclicImport(edge, EAGER, frozenset()) for edge in (("p.a", "p.b"), ("p.c", "p.a")))
    found, parsed = fixes(files), fixes(files)
    parsed.cheapest(of_c)
    why = ("Imported from p.a by other modules: B.",)
    assert (found.cheapest(of_a).why, parsed.cheapest(of_a).why) == (why, why)


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
    ],
)
def test_the_definition_is_found_through_aliases_stars_and_several_hops(init: str, line: str) -> None:
    files = {"b": init, "b.x": "class B: ...\nclass D: ...", "b.y": "from .x import B"}
    assert written("from p.b import B\nclass A(B): ...", files).splitlines()[0] == line


@pytest.mark.parametrize(
    "init",
    [
        "try:\n    from .x import B\nexcept ImportError:\n    from .y import B",
        "from .x import *\nfrom .z import *",
        "from p.a import B",
        "from outside import B",
        "B = 1",
    ],
)
def test_where_the_definition_is_not_certain_none_is_named(init: str) -> None:
    files = {"b": init, "b.x": "class B: ...", "b.y": "class B: ...", "b.z": "class B: ..."}
    assert fix("from p.b import B\nclass A(B): ...", files).kind is FixKind.RESTRUCTURE


def test_extraction_names_all_that_has_to_move() -> None:
    files = {
        "b": "def one(): return two() + LIMIT\ndef two(): ...\nLIMIT = 3\ndef x(): ...\ndef y(): ...\ndef z(): ..."
    }
    found = fix("from p.b import one\nx = one()", files)
    moved = "Move one (line 1), two (line 2) and LIMIT (line 3) from p.b into a new module that both import."
    assert found.why == (f"{moved} They depend on nothing else in the cycle.",)


def test_what_needs_the_importer_cannot_be_extracted() -> None:
    files = {"b": "from p.a import y\ndef one(): return y\ndef two(): ...\ndef three(): ..."}
    assert fix("from p.b import one\nx = one()", files).kind is FixKind.RESTRUCTURE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("from p.b import B\nx = (", "This file cannot be parsed, so no fix can be checked."),
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
        ("x = 1; from p.b import B\ndef f(b: B): ...", "Imported on a line with other code: B."),
        ("import p.b\ndef f(b: p.b.B): ...", "Bound as an attribute of its package: p.b."),
        (f"{IMPORT}f = lambda: B()", f"{ON_ONE_LINE}: B."),
        (f"{IMPORT}def f(): return B()", f"{ON_ONE_LINE}: B."),
    ],
)
def test_where_no_fix_is_allowed_the_reason_says_what_prevents_it(text: str, why: str) -> None:
    found = fix(text)
    assert (found.kind, found.why) == (FixKind.RESTRUCTURE, (why,))


def test_of_an_import_inside_a_function_the_code_has_to_move() -> None:
    found = fixes({"a": "def f():\n    from p.b import B\n    return B", "b": ""})
    deferred = CyclicImport(("p.a", "p.b"), frozenset({Kind.RUNTIME, Kind.DEFERRED}), frozenset({"p.a", "p.b"}))
    assert found.cheapest(deferred).why == (
        "Already imported inside a function, so the code that needs it has to move: B (in f).",
    )


def test_what_a_package_imports_may_be_re_exported() -> None:
    found = fixes({"": "from p.b import B\ndef f(b: B): ...", "b": "class B: ..."})
    wanted = CyclicImport(("p", "p.b"), EAGER, frozenset({"p", "p.b"}))
    assert found.cheapest(wanted).why == ("May be re-exported by p, which is a package: B.",)


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
    assert len({kind.weight for kind in FixKind}) == len(FixKind)


# --- what is written ----------------------------------------------------------------------------------------------


def test_an_import_for_types_goes_under_type_checking_with_all_that_this_needs() -> None:
    assert written(f'"""Doc."""\nimport os\n{IMPORT}def f(b: B): ...') == (
        '"""Doc."""\nfrom __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nimport os\n'
        "if TYPE_CHECKING:\n    from p.b import B\ndef f(b: B): ..."
    )


def test_nothing_is_added_that_is_there_already() -> None:
    text = f"{FUTURE}from typing import TYPE_CHECKING\n{IMPORT}def f(b: B): ..."
    assert written(text) == (
        f"{FUTURE}from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.b import B\ndef f(b: B): ..."
    )


def test_from_python_3_14_on_annotations_need_no_future() -> None:
    assert "__future__" not in written(f"{IMPORT}def f(b: B): ...", version=(3, 14))


def test_other_names_of_the_statement_stay() -> None:
    files = {"b": "from p.b.x import B\nclass C: ...", "b.x": "class B: ..."}
    found = fixes({**files, "a": "from p.b import (\n    B,\n    C,\n)\nclass A(B): ...\ndef f(c: C): ..."}, (3, 14))
    one = found.cheapest(CyclicImport(("p.a", "p.b"), EAGER, frozenset({"p.a", "p.b"})))
    assert [edit.new for edit in found.edits([one])["p.a"]] == [
        "from typing import TYPE_CHECKING\n",
        "from p.b.x import B\nif TYPE_CHECKING:\n    from p.b import C",
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


def test_a_deferred_import_goes_behind_the_docstring_of_each_function() -> None:
    text = f'{IMPORT}def f():\n    """Doc."""\n    return B()\nclass A:\n    def g(self):\n        return B'
    assert written(text) == (
        'def f():\n    """Doc."""\n    from p.b import B\n    return B()\n'
        "class A:\n    def g(self):\n        from p.b import B\n        return B"
    )


def test_line_ends_of_other_systems_do_no_harm() -> None:
    assert written(f"{IMPORT}\r\ndef f(b: B): ...\r\n", version=(3, 14)).endswith("def f(b: B): ...\n")
