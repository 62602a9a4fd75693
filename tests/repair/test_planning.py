"""Plans for cycles: known shapes are repaired without a hand, and what is said of the plan is true afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.runs.test_cycles_command import cycles
from tests.support.arranging import write

Files = dict[str, str]

SHOP = {
    "__init__": "",
    "models/__init__": "from p.models.user import User\nfrom p.models.order import Order\n",
    "models/order": (
        "from p.models import User\nfrom p.utils import slug\n\n\n"
        'class Order:\n    name = slug("Order")\n\n    def owner(self) -> User: ...\n'
    ),
    "models/user": "from p.models import Order\n\n\nclass User:\n    orders = [Order]\n",
    "utils": (
        "from p.models.user import User\n\n\ndef slug(text):\n    return text.lower()\n\n\n"
        "def who(someone):\n    return isinstance(someone, User)\n"
    ),
}
FAT_INIT = {
    "__init__": "from .catalog import Catalog, find\nfrom .price import Price\nfrom .stock import Stock\n",
    "catalog": "from p import (\n    Price,\n    Stock,\n)\n\n\nclass Catalog:\n    tea = Price(2)\n\n\nfind = 1\n",
    "price": "class Price(int): ...\n",
    "stock": "from p import Price\n\n\nclass Stock:\n    worth = Price(0)\n",
}
STAR = {
    "__init__": "from .price import *\nfrom .stock import *\n",
    "price": "class Price(int): ...\n",
    "stock": "from p import Price\n\n\nclass Stock:\n    worth = Price(0)\n",
    "shelf": "from p import Stock\n\n\nclass Shelf(Stock): ...\n",
}
TWO_INITS = {
    "__init__": "from .web import View\nfrom .base import Base\n",
    "base": "class Base: ...\n",
    "web/__init__": "from .view import View\nfrom .page import Page\n",
    "web/view": "from p import Base\nfrom p.web import Page\n\n\nclass View(Base):\n    page = Page()\n",
    "web/page": "from p import Base\n\n\nclass Page(Base): ...\n",
}
MUTUAL = {
    "__init__": "",
    "company": "from p.person import Person\n\n\nclass Company:\n    boss = Person()\n",
    "person": "from p.company import Company\n\n\nclass Person:\n    def employer(self) -> Company: ...\n",
}
THREE_MODELS = {
    "__init__": "",
    "a": "from p.b import B\nfrom p.c import C\n\n\nclass A:\n    b: B\n    c: C\n",
    "b": "from p.a import A\nfrom p.c import C\n\n\nclass B:\n    def a(self) -> A: ...\n\n    def c(self) -> C: ...\n",
    "c": "from p.a import A\nfrom p.b import B\n\n\nclass C(B):\n    def a(self):\n        return A()\n",
}
HINTS = {
    "__init__": "",
    "a": 'from p.b import Sink\n\n\nclass Source:\n    def into(self, sink: "Sink") -> None: ...\n',
    "b": "from p.c import pipe\n\n\nclass Sink:\n    pipe = pipe\n",
    "c": "from p.a import Source\n\n\ndef pipe(source=Source): ...\n",
}
CREEP = {
    "__init__": "",
    "helpers": (
        "from p.tickets import Ticket\n\n\ndef slug(text):\n    return text.lower()\n\n\n"
        "def owner_of(thing):\n    return thing.owner if isinstance(thing, Ticket) else None\n"
    ),
    "tickets": 'from p import helpers\n\n\nclass Ticket:\n    kind = helpers.slug(" Bug ")\n',
}
MODULE_FORM = {
    "__init__": "",
    "a": "import p.b\n\n\nclass A:\n    def b(self):\n        return p.b.B()\n",
    "b": "from p.a import A\n\n\nclass B(A): ...\n",
}


@pytest.mark.parametrize(
    ("files", "steps"),
    [
        (SHOP, ["type_checking mutual_models", "defer utility_creep", "direct_import fat_init"]),
        (FAT_INIT, ["direct_import fat_init p.catalog p.stock"]),
        (STAR, ["direct_import fat_init"]),
        (TWO_INITS, ["direct_import fat_init p.web.page p.web.view", "direct_import fat_init"]),
        (MUTUAL, ["type_checking mutual_models"]),
        (THREE_MODELS, ["type_checking mutual_models", "type_checking mutual_models", "type_checking mutual_models"]),
        (HINTS, ["type_checking type_hints"]),
        (CREEP, ["defer utility_creep"]),
        (MODULE_FORM, ["defer "]),
    ],
)
def test_known_shapes_are_repaired_without_a_hand_and_named(tmp_path: Path, files: Files, steps: list[str]) -> None:
    write(tmp_path, {f"p/{name}.py": text for name, text in files.items()})
    (cycle,) = runtime(tmp_path)
    assert [step["changes"] != [] for step in cycle["cut"]] == [True] * len(steps)
    assert list(map(said, cycle["cut"])) == steps
    assert (cycle["is_minimum"], cycle["crashes_left"], cycle["crashes_new"]) == (True, [], [])
    assert sum(step["gain"] for step in cycle["cut"]) == len(cycle["imports"])
    make(tmp_path, [change for step in cycle["cut"] for change in step["changes"]])
    assert runtime(tmp_path) == []


def said(step: dict[str, Any]) -> str:
    modules = [step["importer"], *(each["importer"] for each in step["others"])] if "others" in step else []
    return " ".join([step["fix"], step.get("shape", ""), *modules])


def runtime(folder: Path) -> list[dict[str, Any]]:
    return [cycle for cycle in cycles(folder)["cycles"] if cycle["kind"] == "runtime"]


def make(folder: Path, changes: list[dict[str, Any]]) -> None:
    """Make changes from the last line of a file to the first, what replaces lines before what is added there."""
    for each in sorted(changes, key=lambda each: (each["path"], -each["line"], not each["old"])):
        lines = (folder / each["path"]).read_text().split("\n")
        end = each["line"] - 1 + len(each["old"].split("\n")) * bool(each["old"])
        lines[each["line"] - 1 : end] = each["new"].rstrip("\n").split("\n") if each["new"] else []
        (folder / each["path"]).write_text("\n".join(lines))
