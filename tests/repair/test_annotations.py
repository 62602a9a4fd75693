"""Names in annotations that the same program reads at run time are not guarded."""

from __future__ import annotations

import pytest

from import_contracts.graph.kinds import Kind
from import_contracts.repair.fix_kinds import FixKind, Level
from import_contracts.repair.fixes import CyclicImport, Fix
from tests.repair.test_fixes import fixes
from tests.support.concrete import Files

FUTURE = "from __future__ import annotations\n"
HEAD = f"{FUTURE}from p.b import B\n"
ORDER = f"{HEAD}class Order:\n    b: B\n"
HINTS = "from typing import get_type_hints\n"


def fix(files: Files, version: tuple[int, int] = (3, 12)) -> Fix:
    """Return the fix of what p.a imports from p.b."""
    wanted = CyclicImport(("p.a", "p.b"), frozenset({Kind.RUNTIME}), frozenset({"p.a", "p.b"}))
    return fixes({"b": "class B: ...", **files}, version).cheapest(wanted, frozenset({FixKind.EXTRACT}))


@pytest.mark.parametrize(
    ("files", "reader"),
    [
        ({"a": f"{HINTS}{ORDER}get_type_hints(Order)"}, "get_type_hints (p.a:6)"),
        ({"a": f"import typing\n{HEAD}def f(b: B): ...\ntyping.get_type_hints(f)"}, "get_type_hints (p.a:5)"),
        (
            {"a": f"{ORDER}    def f(self, x: int): ...\nimport inspect\ninspect.signature(Order, eval_str=True)"},
            "signature (p.a:7)",
        ),
        ({"a": f"{ORDER}import inspect\ninspect.get_annotations(Order, eval_str=True)"}, "get_annotations (p.a:6)"),
        ({"a": ORDER, "c": f"{HINTS}from p.a import Order\nget_type_hints(Order)"}, "get_type_hints (p.c:3)"),
        ({"a": ORDER, "c": f"{HINTS}from p.a import Order as O\nget_type_hints(O)"}, "get_type_hints (p.c:3)"),
        ({"a": ORDER, "c": f"{HINTS}from p import a\nx = [get_type_hints(a.Order)]"}, "get_type_hints (p.c:3)"),
        ({"a": ORDER, "c": f"{HINTS}import p.a\nget_type_hints(p.a.Order)"}, "get_type_hints (p.c:3)"),
        ({"a": ORDER, "c": f"{HINTS}import p.a as m\nget_type_hints(m.Order)"}, "get_type_hints (p.c:3)"),
        (
            {"a": ORDER, "d": "from p.a import Order", "c": f"{HINTS}from p.d import Order\nget_type_hints(Order)"},
            "get_type_hints (p.c:3)",
        ),
        (
            {"a": ORDER, "c": f"{HINTS}from p.a import Order\ndef f():\n    return get_type_hints(Order)"},
            "get_type_hints (p.c:4)",
        ),
        (
            {"a": ORDER, "c": f"{HINTS}from p.a import Order\nfor each in (Order, int):\n    get_type_hints(each)"},
            "get_type_hints (p.c:4)",
        ),
        (
            {"a": ORDER, "c": f"{HINTS}from p.a import Order\nclass Sub(Order): ...\nget_type_hints(Sub)"},
            "get_type_hints (p.c:4)",
        ),
        ({"a": f"{HEAD}b: B", "c": f"{HINTS}from p import a\nget_type_hints(a)"}, "get_type_hints (p.c:3)"),
        (
            {
                "a": f"{HEAD}class Order:\n    def f(self, b: B): ...",
                "c": f"{HINTS}from p.a import Order\nget_type_hints(Order.f)",
            },
            "get_type_hints (p.c:3)",
        ),
        # Functions of the program that read what they are given.
        (
            {
                "a": ORDER,
                "read": f"{HINTS}def hints(of):\n    return get_type_hints(of)",
                "c": "from p.a import Order\nfrom p.read import hints\nhints(Order)",
            },
            "hints (p.c:3)",
        ),
        (
            {
                "a": ORDER,
                "read": f"{HINTS}class Reader:\n    def __init__(self, of):\n        self.hints = get_type_hints(of)",
                "c": "from p.a import Order\nfrom p import read\nread.Reader(Order)",
            },
            "Reader (p.c:3)",
        ),
        # Libraries that evaluate the annotations of what they are given.
        (
            {"a": ORDER, "c": "from pydantic import TypeAdapter\nfrom p.a import Order\nTypeAdapter(list[Order])"},
            "TypeAdapter (p.c:3)",
        ),
        (
            {"a": ORDER, "c": "import punq\nfrom p.a import Order\nbox = punq.Container()\nbox.register(Order)"},
            "register (p.c:4)",
        ),
        (
            {"a": ORDER, "c": "import msgspec\nfrom p.a import Order\nmsgspec.json.decode(b'', type=Order)"},
            "decode (p.c:3)",
        ),
        (
            {
                "a": f"{HEAD}def get(b: B): ...",
                "c": "from fastapi import Depends\nfrom p.a import get\ndef f(x=Depends(get)): ...",
            },
            "Depends (p.c:3)",
        ),
        # Decorators and base classes.
        (
            {"a": f"{HEAD}from pydantic.dataclasses import dataclass\n@dataclass\nclass Order:\n    b: B"},
            "the decorator @dataclass",
        ),
        ({"a": f"{HEAD}from pydantic import BaseModel\nclass Order(BaseModel):\n    b: B"}, "the base class BaseModel"),
        (
            {
                "a": f"{HEAD}from p.base import Base\nclass Order(Base):\n    b: B",
                "base": "from pydantic import BaseModel\nclass Base(BaseModel): ...",
            },
            "the base class BaseModel",
        ),
        (
            {
                "a": f"{HEAD}from p import base\nclass Order(base.Base):\n    b: Mapped[B]",
                "base": "class Base(DeclarativeBase): ...",
            },
            "the base class DeclarativeBase",
        ),
        (
            {"a": f"{HEAD}from p.base import Base\nclass Order(Base):\n    b: B", "base": "Base = declarative_base()"},
            "the base class Base",
        ),
        ({"a": f"{HEAD}class Order(make()):\n    b: B"}, "the base class make()"),
        (
            {
                "a": f"{HEAD}from p.base import Base\nclass Order(Base):\n    b: B",
                "base": f"{HINTS}class Base:\n    def __init_subclass__(cls):\n        cls.hints = get_type_hints(cls)",
            },
            "the class Base",
        ),
        (
            {
                "a": f"{HEAD}from p.base import Base\nclass Order(Base):\n    b: B",
                "base": f"{HINTS}class Base:\n    def fields(self):\n        return get_type_hints(type(self))",
            },
            "the class Base",
        ),
        (
            {"a": f"{HEAD}@singledispatch\ndef f(x): ...\n@f.register\ndef _(x: B): ..."},
            "the decorator @f.register",
        ),
    ],
)
def test_what_is_read_for_certain_is_not_guarded(files: Files, reader: str) -> None:
    found = fix(files)
    assert (found.kind, found.why[0].partition(" may read at")[0]) == (
        FixKind.RESTRUCTURE,
        f"Used in an annotation that {reader}",
    )


@pytest.mark.parametrize(
    "files",
    [
        {"a": ORDER, "c": f"{HINTS}def f(x):\n    return get_type_hints(x)"},
        {"a": ORDER, "c": f"{HINTS}def f():\n    for x in things():\n        get_type_hints(x)"},
        {"a": ORDER, "c": "import inspect\ndef f(x):\n    return inspect.signature(x, eval_str=True)"},
        {"a": "from p.b import B\nclass Order:\n    b: B\n"},
    ],
)
def test_what_may_be_read_is_guarded_only_if_somebody_agrees(files: Files) -> None:
    assert (fix(files).kind, fix(files).level) == (FixKind.TYPE_CHECKING, Level.UNSAFE)


@pytest.mark.parametrize(
    "files",
    [
        {"a": ORDER},
        {"a": "from p.b import B\nclass Order:\n    b: 'B'\n"},
        {"a": ORDER, "c": "import inspect\ndef f(x):\n    return inspect.signature(x)"},
        {"a": ORDER, "c": f"{HINTS}class Other: ...\nget_type_hints(Other)"},
        {"a": ORDER, "c": f"{HINTS}from q import Other\nget_type_hints(Other)"},
        {"a": ORDER, "c": "from typing import get_type_hints"},
        {
            "a": f"{HEAD}from p.base import Base\nclass Order(Base):\n    b: B",
            "base": "from abc import ABC\nclass Base(ABC): ...",
        },
        {
            "a": f"{HEAD}from p.base import Base\nclass Order(Base[int]):\n    b: B",
            "base": "class Root: ...\nclass Base(Root): ...",
        },
        {"a": f"{HEAD}from abc import ABCMeta\nclass Order(metaclass=ABCMeta):\n    b: B"},
        {"a": f"{HEAD}class Order:\n    class Inner: ...\n    class Other(Inner):\n        b: B"},
        {"a": f"{HEAD}from dataclasses import dataclass, fields\n@dataclass\nclass Order:\n    b: B\nfields(Order)"},
        {"a": f"{HEAD}from typing import NamedTuple\nclass Order(NamedTuple):\n    b: B"},
        {"a": f"{HINTS}{HEAD}class Order: ...\nget_type_hints(Order)\ndef f():\n    b: B = 1"},
    ],
)
def test_what_nothing_reads_is_guarded_safely(files: Files) -> None:
    assert (fix(files).kind, fix(files).level) == (FixKind.TYPE_CHECKING, Level.SAFE)


@pytest.mark.parametrize(
    ("rest", "kind", "level"),
    [
        ("", FixKind.TYPE_CHECKING, Level.SAFE),
        ("def f(x):\n    return x.__annotations__", FixKind.TYPE_CHECKING, Level.UNSAFE),
        ("def f(x):\n    return inspect.signature(x)", FixKind.TYPE_CHECKING, Level.UNSAFE),
        ("Order.__annotations__", FixKind.RESTRUCTURE, Level.SHOWN),
        ("inspect.get_annotations(Order)", FixKind.RESTRUCTURE, Level.SHOWN),
        ("inspect.get_annotations(Order, eval_str=False)", FixKind.RESTRUCTURE, Level.SHOWN),
    ],
)
@pytest.mark.parametrize("version", [(3, 14), (3, 12)])
def test_annotations_may_be_taken_as_they_are(rest: str, kind: FixKind, level: Level, version: tuple[int, int]) -> None:
    found = fix({"a": f"import inspect\nfrom p.b import B\nclass Order:\n    b: B\n{rest}"}, version)
    assert (found.kind, found.level) == (kind, level if version == (3, 14) or level is Level.SHOWN else Level.UNSAFE)
    quoted = fix({"a": f"import inspect\nfrom p.b import B\nclass Order:\n    b: 'B'\n{rest}"}, version)
    assert (quoted.kind, quoted.level) == (FixKind.TYPE_CHECKING, Level.SAFE)


def test_from_python_3_14_on_annotations_are_not_evaluated_where_they_are_written() -> None:
    assert fix({"a": "from p.b import B\nclass Order:\n    b: B"}, (3, 14)).level is Level.SAFE
