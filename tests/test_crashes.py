"""What crashes on import, by one small program for each rule of the language; CPython is asked about each as well."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_contracts.crashes.crash import Crash
from import_contracts.crashes.model import ImportModel
from import_contracts.reading.text import Source
from tests.arranging import write
from tests.crashes import Found, imported_by_cpython, is_crash, predict

Files = dict[str, str]

HERE = (sys.version_info.major, sys.version_info.minor)
A_THEN_B = "from p.b import y\nx = 1"

# The files of package p, and what must not be imported first.
RULES: dict[str, tuple[Files, set[str]]] = {
    "a name that is not bound yet": (
        {"a": A_THEN_B, "b": "from p.a import x\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a name that is bound before": (
        {"a": "x = 1\nfrom p.b import y", "b": "from p.a import x\ny = 1"},
        {"p.b"},
    ),
    "a module alone needs nothing of it": (
        {"a": A_THEN_B, "b": "import p.a\ny = 1"},
        {"p.b"},
    ),
    "an attribute taken too early": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = a.x"},
        {"p.a", "p.b"},
    ),
    "an attribute taken in a function": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = 1\ndef f(): return a.x"},
        {"p.b"},
    ),
    "a function that is called at once": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = 1\ndef f(): return a.x\nf()"},
        {"p.a", "p.b"},
    ),
    "a deferred import": (
        {"a": A_THEN_B, "b": "y = 1\ndef f():\n    from p.a import x"},
        set(),
    ),
    "a function of several lines that is called at once": (
        {"a": A_THEN_B, "b": "import p.a as a\ny = 1\ndef f():\n    z = 1\n    return a.x\nf()"},
        {"p.a", "p.b"},
    ),
    "a deferred import in a function that is called at once": (
        {"a": A_THEN_B, "b": "y = 1\ndef f():\n    from p.a import x\n    return x\nf()"},
        {"p.a"},
    ),
    "a method of several lines that is called at once": (
        {
            "a": A_THEN_B,
            "b": "import p.a as a\ny = 1\nclass C:\n    def __init__(self):\n        z = 1\n        a.x\nC()",
        },
        {"p.a", "p.b"},
    ),
    "a class body runs": (
        {"a": A_THEN_B, "b": "class C:\n    from p.a import x\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a method does not": (
        {"a": A_THEN_B, "b": "import p.a as a\nclass C:\n    def m(self): return a.x\ny = 1"},
        {"p.b"},
    ),
    "a base class is looked up": (
        {"a": A_THEN_B, "b": "from p import a\nclass C(a.x): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a decorator is looked up": (
        {"a": A_THEN_B, "b": "from p import a\n@a.x\ndef f(): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "the arguments of a decorator are evaluated": (
        {"a": A_THEN_B, "b": "from p import a\ndef d(n): return d\n@d(a.x)\ndef f(): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "those of a decorator of a class too": (
        {"a": A_THEN_B, "b": "from p import a\ndef d(n): return d\n@d(a.x)\nclass C: pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a default is evaluated": (
        {"a": A_THEN_B, "b": "from p import a\ndef f(n=a.x): pass\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a future annotation is not": (
        {
            "a": A_THEN_B,
            "b": "from __future__ import annotations\nfrom p import a\ndef f(n: a.x): pass\ny = 1",
        },
        {"p.b"},
    ),
    "nor is a quoted one": (
        {"a": A_THEN_B, "b": "from p import a\ndef f(n: 'a.x'): pass\ny = 1"},
        {"p.b"},
    ),
    "nor one of a local variable": (
        {"a": A_THEN_B, "b": "from p import a\ndef f():\n    n: a.x = 1\nf()\ny = 1"},
        {"p.b"},
    ),
    "what nobody can know does not end the program": (
        {
            "a": "import os\nif os.environ.get('P_CHECK'):\n    ok = False\n    if not ok:\n        raise SystemError\n"
            + A_THEN_B,
            "b": "from p.a import x\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "ImportError is caught": (
        {"a": A_THEN_B, "b": "try:\n    from p.a import x\nexcept ImportError:\n    x = 0\ny = 1"},
        set(),
    ),
    "a caught one of another kind is not": (
        {"a": A_THEN_B, "b": "try:\n    from p.a import x\nexcept KeyError:\n    x = 0\ny = 1"},
        {"p.a", "p.b"},
    ),
    "TYPE_CHECKING is false": (
        {
            "a": A_THEN_B,
            "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import x\ny = 1",
        },
        set(),
    ),
    "its else runs": (
        {
            "a": A_THEN_B,
            "b": "import typing\nif typing.TYPE_CHECKING:\n    pass\nelse:\n    from p.a import x\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "a version that is past": (
        {
            "a": A_THEN_B,
            "b": "import sys\nif sys.version_info < (3, 9):\n    from p.a import x\ny = 1",
        },
        set(),
    ),
    "a version that has come": (
        {
            "a": A_THEN_B,
            "b": "import sys\nif sys.version_info >= (3, 9):\n    from p.a import x\ny = 1",
        },
        {"p.a", "p.b"},
    ),
    "the parents run first": (
        {"": "from p.a import x", "a": A_THEN_B, "b": "from p.a import x\ny = 1"},
        {"p", "p.a", "p.b"},
    ),
    "a module of the package it is in": (
        {"": "from p.a import x\nlate = 1", "a": "from p import late\nx = 1"},
        {"p", "p.a"},
    ),
    "a submodule is imported if there is no such name": (
        {"": "from p import a", "a": "from p import b", "b": ""},
        set(),
    ),
    "a submodule that is being imported": (
        {"": "from p import a", "a": "from p import b", "b": "from p import a"},
        set(),
    ),
    "import a.b as c of one that is being imported": (
        {"a": "import p.b as b", "b": "import p.a as a"},
        set(),
    ),
    "a submodule is an attribute only when it is done": (
        {"a": "import p.b\nx = 1", "b": "import p\nimport p.a\ny = p.a"},
        {"p.a"},
    ),
    "__getattr__ of a module is asked": (
        {"a": "def __getattr__(name): return 1\nfrom p.b import y", "b": "from p.a import x\ny = 1"},
        {"p.b"},
    ),
    "a star takes what is there": (
        {"a": A_THEN_B, "b": "from p.a import *\ny = 1"},
        {"p.b"},
    ),
    "a star with __all__ wants all of it": (
        {"a": "__all__ = ['x']\nfrom p.b import y\nx = 1", "b": "from p.a import *\ny = 1"},
        {"p.a", "p.b"},
    ),
    "a literal import_module": (
        {
            "a": A_THEN_B,
            "b": "import importlib\nimportlib.import_module('p.c')\ny = 1",
            "c": "from p.a import x",
        },
        {"p.a", "p.b"},
    ),
    "a literal __import__": (
        {"a": A_THEN_B, "b": "__import__('p.c')\ny = 1", "c": "from p.a import x"},
        {"p.a", "p.b"},
    ),
    "a name that was deleted": (
        {"a": "x = 1\ndel x\nfrom p.b import y", "b": "from p.a import x\ny = 1"},
        {"p.a", "p.b"},
    ),
    "an unknown condition is taken as working": (
        {"a": A_THEN_B, "b": "import os\nif os.environ.get('NEVER'):\n    from p.a import x\ny = 1"},
        set(),
    ),
}


def path(module: str, files: Files) -> str:
    is_package = any(each.startswith(f"{module}.") for each in files) if module else True
    return "/".join(["p", *filter(None, module.split("."))]) + ("/__init__.py" if is_package else ".py")


def sources(files: Files) -> list[Source]:
    everything = {"": "", **files}
    return [
        Source(".".join(filter(None, ["p", module])), where, where.endswith("__init__.py"), text)
        for module, text in everything.items()
        for where in [path(module, everything)]
    ]


def predicted(files: Files, version: tuple[int, int] = HERE) -> dict[str, Crash]:
    return predict(Found(tuple(sources(files)), frozenset()), version)


def truth(folder: Path, files: Files) -> set[str]:
    write(folder, {each.path: each.text for each in sources(files)})
    found = imported_by_cpython(sys.executable, folder, [each.module for each in sources(files)])
    return {entry for entry, outcome in found.items() if is_crash(outcome)}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_the_language(rule: str) -> None:
    files, expected = RULES[rule]
    assert set(predicted(files)) == expected


@pytest.mark.parametrize("rule", RULES)
def test_cpython_says_the_same(rule: str, tmp_path: Path) -> None:
    files, expected = RULES[rule]
    assert truth(tmp_path, files) == expected


def test_a_crash_tells_where_for_what_and_how_it_came_to_it() -> None:
    crash = predicted({"a": "import os\nfrom p.b import y\nx = 1", "b": "from p.a import x\ny = 1"})["p.a"]
    assert (crash.importer, crash.line, crash.text) == ("p.b", 1, "from p.a import x")
    assert (crash.error, crash.imported, crash.name, crash.defined) == ("ImportError", "p.a", "x", 3)
    assert [(frame.module, frame.line) for frame in crash.stack] == [("p.a", 2), ("p.b", 1)]


def test_it_works_from_a_module_that_comes_to_it_another_way() -> None:
    files = {"": "", "a": "x = 1\nfrom p.b import y", "b": "from p.a import x\ny = 1"}
    assert predicted(files)["p.b"].works_from == "p.a"


def test_annotations_are_evaluated_before_python_3_14() -> None:
    files = {"a": A_THEN_B, "b": "from p import a\ndef f(n: a.x): pass\ny = 1"}
    assert set(predicted(files, (3, 13))) == {"p.a", "p.b"}
    assert set(predicted(files, (3, 14))) == {"p.b"}


def test_a_lazy_import_runs_when_its_name_is_used() -> None:
    unused = {"a": A_THEN_B, "b": "lazy from p.a import x\ny = 1"}
    used = {"a": A_THEN_B, "b": "lazy from p.a import x\ny = x"}
    assert set(predicted(unused, (3, 15))) == set()
    assert set(predicted(used, (3, 15))) == {"p.a", "p.b"}


def test_a_lazy_module_is_lazy_without_the_word() -> None:
    unused = {"a": A_THEN_B, "b": "__lazy_modules__ = ['p.a']\nfrom p.a import x\ny = 1"}
    assert set(predicted(unused, (3, 15))) == set()
    assert set(predicted(unused, (3, 14))) == {"p.a", "p.b"}


def test_a_lazy_name_that_is_passed_on_is_eager_for_whoever_takes_it() -> None:
    files = {"a": "from p.c import x\nz = 1", "b": "from p.a import z\nx = 1", "c": "lazy from p.b import x"}
    assert "p.a" in predicted(files, (3, 15))


def test_nothing_is_claimed_through_a_file_that_cannot_be_parsed() -> None:
    assert predicted({"a": A_THEN_B, "b": "from p.a import x\ny = = 1"}) == {}


@pytest.mark.parametrize("statement", ["from p import x", "from . import x", "from p.x import x", "import p.x"])
def test_a_name_that_may_be_a_compiled_submodule_is_none_to_crash_for(statement: str) -> None:
    files = {"": f"from p.a import y\n{statement}\nx = x", "a": "from p import x\ny = 1"}
    assert predicted(files | {"": files[""].removesuffix("x = x")}) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import p.compiled\nfrom p.a import x", {"p.a", "p.b"}),
        ("try:\n    import p.compiled\nexcept ImportError:\n    pass\nfrom p.a import x", {"p.a", "p.b"}),
        ("try:\n    import p.compiled\nexcept ImportError:\n    from p.a import x", set()),
        ("try:\n    import p.compiled\nexcept ImportError:\n    pass\nelse:\n    from p.a import x", set()),
    ],
)
def test_a_module_without_a_file_may_be_compiled_or_missing_where_it_is_tried(text: str, expected: set[str]) -> None:
    assert set(predicted({"a": A_THEN_B, "b": f"{text}\ny = 1"})) == expected


@st.composite
def programs(draw: st.DrawFn) -> Files:
    """Draw a package of a few modules that take names from each other in many ways."""
    modules = ["a", "b", "c", "d", "d.e"]
    files: Files = {}
    for module in ["", *modules]:
        lines = []
        for number in range(draw(st.integers(0, 3))):
            other = draw(st.sampled_from(modules))
            name = draw(st.sampled_from("xyz"))
            lines.append(
                draw(
                    st.sampled_from(
                        [
                            f"from p.{other} import {name}",
                            f"from p.{other} import {name} as n{number}",
                            f"import p.{other}",
                            f"import p.{other} as m{number}\nv{number} = m{number}.{name}",
                            f"import p.{other} as m{number}\ndef f{number}(): return m{number}.{name}",
                            f"from p.{other} import *",
                            f"try:\n    from p.{other} import {name}\nexcept ImportError:\n    {name} = 0",
                            f"class C{number}:\n    from p.{other} import {name}",
                            f"def g{number}():\n    from p.{other} import {name}\ng{number}()",
                            f"{name} = {number}",
                            f"from p import {other.partition('.')[0]}",
                        ]
                    )
                )
            )
        files[module] = "\n".join([*lines, *draw(st.permutations(["x = 1", "y = 1", "z = 1"]))])
    return files


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files=programs())
def test_of_any_program_cpython_says_the_same(files: Files, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert set(predicted(files)) == truth(tmp_path_factory.mktemp("program"), files)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(files=programs())
def test_only_modules_on_a_ring_have_to_be_tried_to_know_all_crashes(files: Files) -> None:
    found = predicted(files).keys()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImportModel, "risky", lambda self: list(self.modules))
        assert predicted(files).keys() == found
