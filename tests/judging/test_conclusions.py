"""What ``cycles`` has found is taken over after edits that cannot change it, and the report is that without a cache."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from import_contracts.contracts import crash
from import_contracts.crashes.search import CrashSearch, search_crashes
from tests.support.arranging import configuration, contract, lint, stored, write

CACHE = ".import_contracts_cache"
FILES = {
    "pyproject.toml": configuration(contract("acyclic", "acyclic")),
    "shop/__init__.py": "",
    "shop/web.py": '''\
"""The pages."""

import json
from shop import models  # known
from shop.models import (
    # own
    Order,
    price,
)

LIMIT = 1


def page(order):
    """Return a page.

    It has lines.
    """
    total = price(order)
    return json.dumps(total)


class View:
    limit = 2

    def show(self):
        size = self.limit
        return size


def started():
    limit = 3
    return limit


started()
''',
    "shop/models.py": """\
class Order:
    def items(self):
        return 1

    def page(self):
        import shop.web

        return shop.web.page(self)


def price(order):
    return 2
""",
    "shop/first.py": "import shop.second\n\nvalue = shop.second.value\n",
    "shop/second.py": "from shop.first import value\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "r", FILES)


def edited(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert text.count(old) == 1 or not old
    path.write_text(text.replace(old, new, 1) if old else new + text)


def is_taken_over(folder: Path, *args: str) -> bool:
    """Return whether a report is taken over; in any case it is the one that is made without a cache."""
    command = ("cycles", "shop", *args)
    run = lint(folder, *command, "--show-timings")
    assert run[:2] == lint(folder, *command, "--no-cache")[:2]
    return "take over what is known" in run.err and "look for crashes" not in run.err


# --- edits --------------------------------------------------------------------------------------------------------

END = "\n\nstarted()\n"


@pytest.mark.parametrize("format_", ["json", "text", "sarif"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (END, f"{END}# touched\n"),
        ("", "# a header, of two lines\n\n"),
        ("", "\n\n\n"),
        ("LIMIT = 1\n", "LIMIT = 1  # of pages\n"),
        ("import json\n", "import json  # of the library\n"),
        ("    limit = 2\n", "    limit = 2   \n"),
        ("        size = self.limit\n", "        size = self.limit + 1\n        size += 2\n"),
        ("        size = self.limit\n        return size\n", "        return self.limit\n"),
        ("        return size\n", "        if size:\n            raise ValueError(f'{size}')\n        return size\n"),
        ("        return size\n", "        import time\n        return time.time()\n"),
        ("        return size\n", "        return getattr(self, 'size', size.path)\n"),
        ("    It has lines.\n", "    It has several lines, of the class.\n"),
        (
            "    return json.dumps(total)\n",
            "    with total as sizes:\n        return json.dumps(sizes, price(total))\n",
        ),
        ("    total = price(order)\n", "    other = 'some text'\n    total = price(order)\n"),
        ("    limit = 3\n", "    # called\n    limit = 3\n"),
        ("\n\nclass View:\n", "\n\ndef _more(a=1):\n    return started() + LIMIT\n\n\nclass View:\n"),
        ("\n\nclass View:\n", "\n\nasync def more(a: int, *b: list[str]) -> None:\n    pass\n\n\nclass View:\n"),
        ("LIMIT = 1\n", "LIMIT = 1\nSMALLEST = (0, 'a')\n"),
        ("import json\n", "import json\nimport time\n"),
        ("import json\n", "import json\nfrom typing import Any, cast as as_type\n"),
        (END, f"{END}import time\n"),
        ("        return size\n", "        return {type: size.encoding}\n"),
    ],
)
def test_what_was_found_is_taken_over(shop: Path, old: str, new: str, format_: str) -> None:
    assert not is_taken_over(shop, "--format", format_)
    edited(shop, "shop/web.py", old, new)
    assert is_taken_over(shop, "--format", format_)
    edited(shop, "shop/models.py", "        return 1\n", "        # few\n        return 3\n")
    assert is_taken_over(shop, "--format", format_)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 1\n", "LIMIT = 2\n"),
        ("    limit = 3\n", "    limit = 4\n"),  # in a function that an import calls
        ("    # own\n", "    # other\n"),  # in an import statement
        ("    total = price(order)\n", "    total = order\n"),
        ("    total = price(order)\n", "    total = models\n"),
        ("        return size\n", "        import shop.models\n        return size\n"),
        ("        return size\n", "        return price(size)\n"),
        ("    total = price(order)\n", "    total = getattr(order, 'models')\n"),
        ("    total = price(order)\n", "    'Price and Order.'\n    total = price(order)\n"),
        ("        return size\n", "        return size\n\n    async def other(self):\n        return 1\n"),
        ("    limit = 2\n", "    limit = 3\n"),
        (END, f"{END}# é\n"),
        (END, f"{END}# noqa\n"),
        (END, f"{END}# addsitedir\n"),
        ("        return size\n", '        size["DJANGO_SETTINGS"] = 1\n        return size\n'),
        (END, f"{END}# models.Order is meant\n"),
        (END, f"{END}# {'long ' * 30}\n"),
        (END, f"{END}LIMIT = (\n"),
        ("from shop import models  # known\n", "import shop.models\n"),
        ("LIMIT = 1\n", "LIMIT = 1\nitems = 0\n"),  # the name of something else
        ("LIMIT = 1\n", "LIMIT = 1\nfirst = 0\n"),  # the name of a module
        ("LIMIT = 1\n", "LIMIT = 1\nSMALLEST = price(0)\n"),
        ("LIMIT = 1\n", "def more(a=price(1)): return a\nLIMIT = 1\n"),
        (END, f"{END}\n\n@json\ndef more(a):\n    return a\n"),
        (END, f"{END}\n\ndef more(a):\n    return models.Order\n"),
        (END, f"{END}application = 1\n"),
        ("import json\n", "import json\nimport importlib\n"),
        ("import json\n", "import json\nimport first\n"),
        ("import json\n", "import json\nfrom time import *\n"),
        ("import json\n", "import json\nfrom time import value\n"),  # which is taken elsewhere, maybe of this one
        ("import json\n", "import json\nfrom typing import TYPE_CHECKING\n"),
        ("LIMIT = 1\n", "import time\n\nLIMIT = time.time()\n"),
        ("import json\n", ""),
    ],
)
def test_what_may_have_changed_is_found_again(shop: Path, old: str, new: str) -> None:
    assert not is_taken_over(shop)
    edited(shop, "shop/web.py", old, new)
    assert not is_taken_over(shop)


@pytest.mark.parametrize("comment", ["  # why", "\n    # why"])
@pytest.mark.parametrize(
    ("begin", "end"), [("value = (known.", "    page)\n"), ("known.page(", '    __name__, "shop.models")\n')]
)
def test_a_comment_may_part_what_is_looked_for_as_a_whole(shop: Path, begin: str, end: str, comment: str) -> None:
    write(shop, {"shop/other.py": f"import shop.web as known\n\n{begin}\n{end}"})
    edited(shop, "shop/models.py", "class Order:\n", "from shop.web import page\n\n\nclass Order:\n")
    is_taken_over(shop)
    edited(shop, "shop/other.py", begin, begin + comment)
    assert not is_taken_over(shop)


@pytest.mark.parametrize(
    ("old", "new"), [("(known\n", "(known\n    .page\n"), ("1, [\n    __name__\n    ]", "1, str(\n    __name__\n    )")]
)
def test_a_statement_may_join_what_is_looked_for_as_a_whole(shop: Path, old: str, new: str) -> None:
    text = "import shop.web as known\n\n\ndef one():\n    x = (known\n    )\n    x = 1, [\n    __name__\n    ]\n"
    write(shop, {"shop/other.py": text})
    edited(shop, "shop/models.py", "class Order:\n", "from shop.web import page\n\n\nclass Order:\n")
    is_taken_over(shop)
    edited(shop, "shop/other.py", old, new)
    assert not is_taken_over(shop)


@pytest.mark.parametrize(
    ("text", "is_quiet"),
    [
        ("import time\n\nprint(time.time())\n", True),
        ("import datetime\n\nvalue = datetime.time(1)\n", True),
        ('"""See time."""\n\nvalue = ["real time"]\n', True),
        ("import shop.web\n\nif hasattr(shop.web, 'time'):\n    raise ValueError\n", False),
        ("import shop.web\n\nfor each in 'time date'.split():\n    getattr(shop.web, each, None)\n", False),
        ("import shop.web as datetime\n\ntry:\n    datetime.time\nexcept AttributeError:\n    pass\n", False),
        ("import datetime\n\n\ndef f(datetime):\n    return datetime.time\n", False),
        ("from shop.web import (  # all\n    page,\n    time\n)\n", False),
        ("from .web import *\n", False),
    ],
)
def test_an_import_of_the_library_is_quiet_if_no_other_module_looks_it_up(
    shop: Path, text: str, is_quiet: bool
) -> None:
    write(shop, {"shop/other.py": text})
    assert not is_taken_over(shop)
    edited(shop, "shop/web.py", "import json\n", "import json\nimport time\n")
    assert is_taken_over(shop) == is_quiet


def test_an_import_of_the_library_in_a_module_that_crashes_is_not_quiet(shop: Path) -> None:
    assert not is_taken_over(shop)
    edited(shop, "shop/first.py", "import shop.second\n", "import zipfile\nimport shop.second\n")
    assert not is_taken_over(shop)


@pytest.mark.parametrize("more", [{"shop/more.py": ""}, {"shop/web/__init__.py": ""}, {"conftest.py": "import shop\n"}])
def test_files_that_appear_are_noticed(shop: Path, more: dict[str, str]) -> None:
    is_taken_over(shop)
    edited(shop, "shop/web.py", END, f"{END}# touched\n")
    write(shop, more)
    assert not is_taken_over(shop)


def test_each_question_has_its_own_conclusions(shop: Path) -> None:
    for more in ((), ("--python", "3.12"), ("--kind", "runtime")):
        is_taken_over(shop, *more)
    edited(shop, "shop/web.py", END, f"{END}# touched\n")
    assert not is_taken_over(shop, "--python", "3.13")
    for more in ((), ("--python", "3.12"), ("--kind", "runtime")):
        assert is_taken_over(shop, *more)
    assert not is_taken_over(shop, "--needless")


def test_what_was_found_for_a_format_with_all_plans_serves_those_with_fewer(shop: Path) -> None:
    assert not is_taken_over(shop)
    assert not is_taken_over(shop, "--format", "sarif")
    assert not is_taken_over(shop, "--format", "json")
    edited(shop, "shop/web.py", END, f"{END}# touched\n")
    assert is_taken_over(shop, "--format", "json")
    assert is_taken_over(shop, "--format", "markdown")
    assert is_taken_over(shop, "--verbose")


def test_an_edit_is_compared_with_what_was_followed_not_with_the_last_run(shop: Path) -> None:
    is_taken_over(shop)
    for number in range(3):
        edited(shop, "shop/web.py", END, f"{END}# touched {number}\n")
        edited(shop, "shop/web.py", "import json\n", f"# {number}\n\nimport json\n")
        assert is_taken_over(shop)
    (shop / "shop/web.py").write_text(FILES["shop/web.py"].replace("LIMIT = 1", "LIMIT = 2") + "# touched\n")
    assert not is_taken_over(shop)
    edited(shop, "shop/web.py", "# touched\n", "# touched again\n")
    assert is_taken_over(shop)


def test_a_reason_may_name_a_line_of_another_module(shop: Path) -> None:
    write(
        shop,
        {
            "shop/first.py": 'from shop.second import B\n\n\nclass A:\n    x: "B"\n',
            "shop/second.py": "import shop.first\n\n\nclass B(shop.first.A):\n    pass\n",
            "shop/reads.py": "import typing\n\nfrom shop.first import A\n\ntyping.get_type_hints(A)\n",
        },
    )
    assert not is_taken_over(shop)
    edited(shop, "shop/reads.py", "", "# a header\n")
    assert is_taken_over(shop)
    assert "get_type_hints (shop.reads:6)" in lint(shop, "cycles", "shop").out


@pytest.mark.parametrize(
    ("old", "new"), [("LIMIT = 1\n", "LIMIT = 2\n"), ("import json\n", "import json\nimport shop.second\n")]
)
def test_what_was_found_before_is_taken_over_when_an_edit_is_undone(shop: Path, old: str, new: str) -> None:
    assert not is_taken_over(shop)
    edited(shop, "shop/web.py", old, new)
    assert not is_taken_over(shop)
    edited(shop, "shop/web.py", new, f"{old}# undone\n")
    assert is_taken_over(shop)
    edited(shop, "shop/web.py", f"{old}# undone\n", f"{new}# done again\n")
    assert is_taken_over(shop)


TOP = "import shop.models\n\nVALUE = 1\n"


@pytest.mark.parametrize(
    ("new", "is_apart"),
    [
        (f"{TOP}import json\n", True),
        ("import shop.models\n\nVALUE = shop.models.price(1)\n\n\nclass Other:\n    x = 1\n", True),
        (f"{TOP}import shop.web\n", False),  # it now reaches others that crash
        (f"{TOP}import shop.third\n", False),  # which is not there
        (f"{TOP}from shop.first import value\n", False),
        (f"{TOP}patch('shop.models.Order')\n", False),
        (f"{TOP}VALUE = (\n", False),
    ],
)
def test_modules_that_no_cycle_imports_may_be_edited(shop: Path, new: str, is_apart: bool) -> None:
    for module in ("models", "other"):
        write(shop, {f"shop/{module}.py": FILES["shop/models.py"].replace("import shop.web", "import shop.other")})
    write(shop, {"shop/top.py": TOP})
    assert not is_taken_over(shop)
    write(shop, {"shop/top.py": new})
    assert is_taken_over(shop) == is_apart


def test_modules_that_a_cycle_imports_may_not_be_edited(shop: Path) -> None:
    write(shop, {"shop/low.py": "value = 1\n"})
    edited(shop, "shop/first.py", "import shop.second\n", "import shop.low\nimport shop.second\n")
    assert not is_taken_over(shop)
    edited(shop, "shop/low.py", "value = 1\n", "value = 2\n")
    assert not is_taken_over(shop)


# --- edits at random ----------------------------------------------------------------------------------------------

MODULES = ("a", "b", "c", "d")
NAMES = ("x", "f", "K", "q")
IMPORTS = (
    "from p.{} import {}\n",
    "import p.{}\n",
    "from p import {}\n",
    "from p.{} import (\n    # own\n    {},  # why\n    K,\n)\n",
    "from .{} import {} as q\n",
    "if TYPE_CHECKING:\n    from p.{} import {}\n",
    "from p.{} import *\n",
)
STATEMENTS = (
    *(
        "{1} = 1",
        "y = {0}.{1}()",
        "{1}()",
        "f(y, {1}, 2)",
        "# a comment",
        "# {0}.{1} here",
        "# see {1}, and",
        "",
        "# {0}",
    ),
    *(
        "y = [\n    1,\n    2,\n]",
        'y = """\ntext {1}\n\nmore\n"""',
        "other = 5",
        'z = getattr({0}, "{1}")',
        "y = ({0}\n    .{1})",
    ),
    *("while y:\n    y = 0", "for {1} in []:\n    pass", 'z = import_module("p.{0}")', "y: {1} = None", "m()", "pass"),
)
LINES = (
    *(
        "# touched",
        "# a longer remark",
        "    # inside",
        "# b, c",
        "# K",
        "# see d.",
        "",
        "    ",
        "# é",
        "# q (again)",
        "#!",
    ),
    *("other = 1", "other = other + 1", "y = 3", "y = other", "value = self.size", "return None", "other = K", "f(1)"),
    *("a.b", "pass", "yield", 'other = "some text"', 'other = "p.b.x"', "if y:", "y = m(1)", "get(K, y)", "import p.b"),
    *(
        '"""A text.\n\n>>> K\n"""',
        'raise K("x")',
        "if y:\n    y = q.f\nelse:\n    K()",
        "import json",
        "def x(): return K",
    ),
    *('getattr(y, "K", None)', "with m as K:\n    K.x()", "lambda: K", "y: K = 1", 'f"{K.x} {y}"', "return x(K)"),
    *("from p.b import x", "for K in y: pass", "assert K, 'x'", "@K\ndef m(x=1):\n    return q", "class K:\n    x = q"),
    *("other = extra0", "q.extra1", "from p.c import extra0", "getattr(q, 'extra1')", "extra2.f(extra0)", "b.extra0"),
    *("global K", "except K:", "try:\n    import p.c\nexcept K:\n    pass", "y = signature(K)", "b.x", "c.K", "d.q"),
)


def indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.split("\n"))


def modules(dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the files of a program."""

    def made(templates: tuple[str, ...], module: str) -> str:
        other = dice.choice([each for each in MODULES if each != module])
        return dice.choice(templates).format(other, dice.choice(NAMES))

    for module in MODULES:
        text = dice.choice(["", '"""Doc."""\n', "# header\n"])
        text += "".join(made(IMPORTS, module) for _ in range(dice.randint(0, 3)))
        for _ in range(dice.randint(1, 4)):
            body = "\n".join([made(STATEMENTS, module) for _ in range(dice.randint(1, 3))] + ["return 1"])
            function = f"def {dice.choice(['f', 'x', 'm'])}(self=1):\n{indented(body)}"
            text += dice.choice(
                [function, f"class K:\n{indented(function)}", made(STATEMENTS, module) + "\n", function]
            )
            text += dice.choice(["", "\n\n", "f()\n"])
        yield f"p/{module}.py", text


def changed(lines: list[str], dice: random.Random) -> list[str]:
    """Return lines of which one was added, removed, replaced, or got something behind it."""
    at = dice.choice([0, len(lines) - 1, *range(len(lines))])
    line = dice.choice(LINES)
    if dice.random() < 0.8:
        space = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        line = "\n".join(space + each for each in line.split("\n"))
    new = dice.choice(
        [[line, lines[at]], [line, lines[at]], [line], [], [lines[at] + dice.choice(["  # why", " ", "  # b"])]]
    )
    return [*lines[:at], *new, *lines[at + 1 :]]


DEFINITIONS = (
    "def {}(a=1):\n    return a",
    "async def {}(a: int, *b):\n    return a + b",
    "def {}(a=(), b=f()):\n    pass",
    "def {}(self):\n    return K(f(self))",
    "def {}():\n    import json\n    return x",
    "{} = 5",
    "{} = ['p.b', None]",
    "{} = f",
    "def {0}():\n    {0}()",
    "class {}:\n    pass",
    "import json as {}",
    "import {}, json as extra9",
    "from typing import (\n    Any as {},\n)",
    "from string import Template as {0}, Formatter as {0}_",
    "from importlib import import_module as {}",
    "if TYPE_CHECKING:\n    import json as {}",
)


def defined(lines: list[str], dice: random.Random) -> list[str]:
    """Return lines with a definition more, or with one less that was added before."""
    own = [number for number, line in enumerate(lines) if "extra" in line and line[:1].strip()]
    if own and dice.random() < 0.4:
        first = dice.choice(own)
        last = next((number for number in range(first + 1, len(lines)) if lines[number][:1].strip()), len(lines) - 1)
        return [*lines[:first], *lines[last:]]
    places = [number for number, line in enumerate(lines) if not line or line[0] not in " )]"]
    at = dice.choice([*places, len(lines) - 1])
    space = dice.choice([[], [""], ["", ""]])
    definition = dice.choice(DEFINITIONS).format(f"extra{dice.randint(0, 5)}")
    return [*lines[:at], *space, *definition.split("\n"), *space, *lines[at:]]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dice=st.randoms(use_true_random=False))
def test_the_report_is_the_one_without_a_cache_whatever_was_edited(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random
) -> None:
    folder = write(
        tmp_path_factory.mktemp("edits"), {**dict(modules(dice)), "p/__init__.py": "", "pyproject.toml": ALONE}
    )
    command = ("cycles", "p", "--format", dice.choice(["json", "text"]))
    lint(folder, *command)
    for _ in range(6):
        path = folder / f"p/{dice.choice(MODULES)}.py"
        edit = dice.choice([changed, defined])
        path.write_text("\n".join(edit(path.read_text().split("\n"), dice)))
        assert lint(folder, *command)[:2] == lint(folder, *command, "--no-cache")[:2], path


UPPER = ("t", "u", "v")
"""Modules of which each may import those before it, and all of `MODULES`."""
WRITTEN = (
    *("import p.{0}", "from p.{0} import {1}", "from p import {0}", "from p.{0} import {1} as q", "import json"),
    *("from p.{0} import *", "import p.{0}\n\ny = p.{0}.{1}", "def f():\n    import p.{0}\n\n    p.{0}.{1}()", "f()"),
    *("value = 1", "class K:\n    x = 1", "def x():\n    return q", "raise ValueError", "y = {1}()", "{0}.{1} = None"),
    *("patch('p.{0}.{1}')", "import_module('p.{0}')", "setattr({0}, '{1}', 1)", "eval('1')", "get_type_hints({1})"),
    *("try:\n    import p.{0}\nexcept ImportError:\n    pass", "if TYPE_CHECKING:\n    import p.{0}", "x = (", "# why"),
    *(
        "__all__ = ['{1}', '{0}']",
        "from .{0} import {1}, K",
        "class Q(p.{0}.K):\n    from p import {0}",
        "import missing",
    ),
)


def written(dice: random.Random, module: str) -> str:
    """Return a statement of an upper module."""
    others = [*MODULES, *MODULES, *UPPER[: UPPER.index(module)]] if dice.random() < 0.95 else UPPER
    return dice.choice(WRITTEN).format(dice.choice(others), dice.choice(NAMES))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dice=st.randoms(use_true_random=False))
def test_the_report_is_the_one_without_a_cache_whatever_was_edited_above_the_cycles(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random
) -> None:
    lines = {module: [written(dice, module) for _ in range(dice.randint(0, 3))] for module in UPPER}
    files = {f"p/{module}.py": "\n".join([*text, ""]) for module, text in lines.items()}
    folder = write(
        tmp_path_factory.mktemp("above"),
        {**dict(modules(dice)), **files, "p/__init__.py": "", "pyproject.toml": ALONE},
    )
    command = ("cycles", "p", "--format", "json")
    lint(folder, *command)
    for _ in range(6):
        module = dice.choice(UPPER)
        text = lines[module]
        at = dice.randint(0, len(text))
        text[at : at + dice.choice([0, 0, 1])] = [written(dice, module)] if dice.random() < 0.8 else []
        (folder / f"p/{module}.py").write_text("\n".join([*text, ""]))
        assert lint(folder, *command)[:2] == lint(folder, *command, "--no-cache")[:2], lines


ALONE = '[tool.import-contracts]\nroot_packages = ["p"]\n'


# --- a cache that is damaged --------------------------------------------------------------------------------------


def conclusions(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return the file of the cache with what was found, and its content."""
    for path in (folder / CACHE).glob("*.report"):
        value = json.loads(path.read_bytes().partition(b"\n")[2])
        if value["text"].startswith('{"report"'):
            return path, value
    raise AssertionError


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the lists and objects in a JSON value, each with the key or place of what is in it."""
    inner = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, each in inner:
        yield value, key
        yield from places(each)


@pytest.mark.parametrize("wrong", [None, True, 2**70, "x", "\ud800", [], {}, ["a", "b"]])
def test_whatever_is_in_the_cache_there_is_a_report(shop: Path, wrong: Any) -> None:
    is_taken_over(shop)
    edited(shop, "shop/web.py", END, f"{END}# touched\n")
    right = lint(shop, "cycles", "shop", "--no-cache")
    path, value = conclusions(shop)
    for number in range(0, len(list(places(json.loads(value["text"])))), 61):
        damaged = json.loads(value["text"])
        around, key = list(places(damaged))[number]
        around[key] = wrong
        for report in (shop / CACHE).glob("*.report"):
            report.unlink()
        path.write_bytes(stored(path.name, json.dumps({**value, "text": json.dumps(damaged)}).encode()))
        run = lint(shop, "cycles", "shop")
        assert (run.status, run.err) == (right.status, right.err)
        assert run.out


def test_a_file_of_the_cache_that_is_cut_off_is_ignored(shop: Path) -> None:
    is_taken_over(shop)
    edited(shop, "shop/web.py", END, f"{END}# touched\n")
    path, _ = conclusions(shop)
    path.write_bytes(path.read_bytes()[:-9])
    assert not is_taken_over(shop)


# --- the contract type crash --------------------------------------------------------------------------------------


def test_the_verdict_about_crashes_is_taken_over(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contracts = [
        contract("crash", "crash"),
        contract("web", "crash", modules=["shop.web"]),
        contract("acyclic", "acyclic"),
    ]
    write(shop, {"pyproject.toml": configuration(*contracts)})
    searched: list[object] = []

    def search(*args: Any) -> CrashSearch:
        searched.append(args)
        return search_crashes(*args)

    monkeypatch.setattr(crash, "search_crashes", search)

    def runs() -> int:
        assert (run := lint(shop, "--format", "json")).status == 1
        number = len(searched)
        searched.clear()
        assert lint(shop, "--format", "json", "--no-cache") == run
        searched.clear()
        return number

    assert runs() == 2
    edited(shop, "shop/first.py", "import shop.second\n", "# one\n\nimport shop.second\n")
    edited(shop, "shop/second.py", "import value\n", "import value  # two\n")
    edited(shop, "shop/web.py", "        return size\n", "        return 'size'\n")
    assert runs() == 0
    edited(shop, "shop/web.py", "    limit = 3\n", "    limit = 4\n")
    assert runs() == 2
