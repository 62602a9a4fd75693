import ast
import sys
from pathlib import Path

import pytest

import import_contracts
from import_contracts.crashes.operations import ReadingContext
from import_contracts.crashes.reader import GLOBALS, read_module
from import_contracts.reading.source.outline import FUNCTION, _end
from import_contracts.reading.source.outline import outline as outline_of


def outline(text: str) -> str:
    return outline_of(text, FUNCTION, GLOBALS)


def seen(text: str) -> list[object]:
    """Return what a text defines outside of functions, and where."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = []
    places = [(getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)) for node in ast.walk(tree)]
    return [ast.dump(tree), places]


FILES = sorted([*Path(import_contracts.__file__).parent.rglob("*.py"), *Path(ast.__file__).parent.glob("[a-d]*.py")])


def test_it_keeps_all_that_is_outside_of_functions() -> None:
    shorter = 0
    for path in FILES:
        text = path.read_text("utf-8", "replace")
        try:
            expected = seen(text)
        except (SyntaxError, ValueError):
            continue
        found = outline(text)
        assert seen(found) == expected, path
        shorter += len(found) < len(text) / 2
    assert shorter > len(FILES) / 3


@pytest.mark.parametrize(
    "text",
    [
        "\ndef f():\n    x = 1\n\n\n    # end\ny = 1\n",
        "class C:\n    async def f(self):\n        return 1\n    def g(self): return 2\n    x = 1\n",
        "\ndef f(\n    x=[\n1], y='''\ndef g():\n'''\n) -> int:  # why\n    '''\ntext'''\n    return (\n1)\nz = 1\n",
        "\ndef f():\n\tif 1:\n\t\treturn {\n}\n\n\tdef g():\n\t\tpass\nx = 1\n",
        "\nif 1:\n    def f():\n        return 1\nelse:\n    f = 1\n",
        "\ndef \\\n f \\\n (): \\\n  return 1\nx = 1\n",
        "\ndef f():\n    return 1 \\\n\n\nx = 1\n",
        "\ndef f():\n  return f'''{\n1}\n'''\n  # end\n\\\nx = 1\n",
        "\ndef f():\n    return 1\n\f\ndef g():\n    return 2\n",
        "\ndef f():\n    return 1\n    # no line feed at the end",
        "\ndef f(x: lambda: 1, *, y={1: 2}): # comment\n    pass; pass\nx = 1",
    ],
)
def test_it_keeps_the_lines_of(text: str) -> None:
    assert seen(outline(text)) == seen(text)


def test_functions_that_may_bind_names_of_the_module_are_left() -> None:
    text = "\ndef f():\n    global x\n    x = 1\ndef g():\n    y = 1\n"
    assert outline(text) == "\ndef f():\n    global x\n    x = 1\ndef g():\n 0\n"


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_the_ends_of_lines_make_no_difference(end: str) -> None:
    context = ReadingContext("p.a", is_package=False, version=(3, 11), roots=frozenset({"p"}))
    text = "y = 1\ndef f():\n    global x\n    x = 1\nlazy import p.b\nf()\n"
    found, expected = (read_module(each, context) for each in (text.replace("\n", end), text))
    assert (found.defined, found.operations[:2]) == (expected.defined, expected.operations[:2])


def test_brackets_are_counted_once() -> None:
    counted = 0

    class Plain(str):
        __slots__ = ()

        def count(self, sub: str, start: int = 0, end: int = sys.maxsize, /) -> int:  # type: ignore[override]
            nonlocal counted
            counted += min(end, len(self)) - start
            return super().count(sub, start, end)

    text = Plain("\n  return (\n" + "1,\n" * 1000 + ")\nx = 1\n")
    assert _end(text, 0, 0) == text.rindex("\nx")
    assert counted <= 2 * len(text)
