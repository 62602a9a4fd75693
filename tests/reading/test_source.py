"""How one file is read: its encoding, its imports, and when they run."""

from __future__ import annotations

import ast
import re
import typing
import warnings
from collections.abc import Callable
from itertools import count, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.crashes.conditions import Conditions
from import_contracts.crashes.operations import ReadingContext
from import_contracts.graph.kinds import Kind
from import_contracts.reading.scanning.prefilter import may_call, may_defer, mentions
from import_contracts.reading.source.conditions import at_run_time
from import_contracts.reading.source.imports import WrittenImport, main_blocks, read_calls, read_imports
from import_contracts.reading.source.plain import for_older_parsers, lines_with, logical_lines, plain_text
from import_contracts.reading.source.resolution import external, resolve
from import_contracts.reading.source.text import UndecodableError, decode, is_ascii_compatible, split_lines
from tests.support.growth import grows_no_faster
from tests.support.imports_by_ast import Twin


def shown(text: str) -> str:
    """Show the imports of a text, such as `1:1 import a | 2:1 ..p import a`."""
    imports = read_imports(text, "p.m", is_package=False)
    return " | ".join(f"{each.line}:{each.column} {what(each)}" for each in imports)


def what(each: WrittenImport) -> str:
    return f"import {each.module}" if each.name is None else f"{'.' * each.level}{each.module} import {each.name}"


def kinds(text: str, importer: str = "p.m", *, is_package: bool = False) -> str:
    return " ".join(each.kind for each in read_imports(text, importer, is_package=is_package))


def one(text: str) -> WrittenImport:
    (only,) = read_imports(text, "p.m", is_package=False)
    return only


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a", ["import a"]),
        ("import a.b.c", ["import a.b.c"]),
        ("import a as b", ["import a"]),
        ("import a, b.c as d, e", ["import a", "import b.c", "import e"]),
        ("import a . b", ["import a.b"]),
        ("import\ta", ["import a"]),
        ("from a import b", ["a import b"]),
        ("from a.b import c as d, e", ["a.b import c", "a.b import e"]),
        ("from a import *", ["a import *"]),
        ("from a import(b)", ["a import b"]),
        ("from a import (b, c,)", ["a import b", "a import c"]),
        ("from . import a", [". import a"]),
        ("from .import a", [". import a"]),
        ("from.import a", [". import a"]),
        ("from.a import b", [".a import b"]),
        ("from ...a.b import c", ["...a.b import c"]),
        ("from . . a import b", ["..a import b"]),
        ("from .. import *", [".. import *"]),
        ("lazy import a", ["import a"]),
        ("lazy from .a import b", [".a import b"]),
        ("import a\ufb01", ["import afi"]),
    ],
)
def test_an_import_is_read_as_written(text: str, expected: list[str]) -> None:
    assert [what(each) for each in read_imports(text, "p.m", is_package=False)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "lazy = 1",
        "import_x = 3",
        "from_ = 3",
        "importlib.import_module('a')",
        "def f():\n    yield from x",
        "def f():\n    x = (yield\n      from x)",
        "try: pass\nexcept E as e: raise F from e",
        "match = case = type = lazy",
        "match(x)\ncase[1:2]\nmatch: int = 3",
        "x = 'import a'",
        "'''\nimport a\n'''",
        '"""\nimport a\n',
        "'''\\'''\nimport a\n'''",
        "x = rb'''\nimport a'''",
        "x = 'a\\\nimport b'",
        "f'''\nimport a\n{x}\nimport b\n'''",
        "# import a",
        "#\\\n# import a",
        "print('\\\\'); '; import a'",
        "x.\\\nimport_a",
        "lazy.x",
        "lazy\\\n= 1",
        "import",
        "from import a",
        "from a",
        "import 'a'",
        "import a.",
        "from a. import b",
        "from a import 1",
        "",
    ],
)
def test_what_only_looks_like_an_import_is_none(text: str) -> None:
    assert shown(text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a; import b", "1:1 import a | 1:11 import b"),
        ("x = 1; import a;import b;", "1:8 import a | 1:17 import b"),
        ("x = ';'; import a", "1:10 import a"),
        ("x = (\n1); import a", "2:5 import a"),
        ("\n\n  # c\nimport a", "4:1 import a"),
        ("x = 'é'; import a", "1:10 import a"),
        ("x = '''\n'''; import a", "2:6 import a"),
        ("from a import (\n  b,  # c\n  d,\n)\nimport e", "1:1 a import b | 1:1 a import d | 5:1 import e"),
        ("from a \\\n  import b\nimport c", "1:1 a import b | 3:1 import c"),
        ("import a, \\\n  b\nimport c", "1:1 import a | 1:1 import b | 3:1 import c"),
        ("\\\nimport a", "2:1 import a"),
        ("if x: \\\nimport a", "2:1 import a"),
        ("\ufeffimport a", "1:1 import a"),
        ("import a\rimport b\rif x:\r\timport c", "1:1 import a | 2:1 import b | 4:2 import c"),
        ("import a\r\nimport b", "1:1 import a | 2:1 import b"),
        ("\x0cimport a\n\x0c\nimport b", "1:2 import a | 3:1 import b"),
        ("def f():\n  pass\n  \x0cimport a", "3:4 import a"),
        ("x = '\x0b\x1c\x85\u2028'\nimport a", "2:1 import a"),
        ("x = 'a\nimport b", "2:1 import b"),
        ("x = (1]}\nimport b", "2:1 import b"),
        (")\nimport b", "2:1 import b"),
        ("; import a", "1:3 import a"),
    ],
)  # fmt: skip
def test_line_and_column_are_those_of_the_first_token(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '''f"{x["a"]}"''',
        '''f"{x["a"]!r:>{w["b"]}}"''',
        """f'{f'{f'{1}'}'}'""",
        '''f"{'"'}"''',
        '''f"{x:"''',
        '''rf"\\{x["a"]}"''',
        '''f"\\{x["a"]}"''',
        '''f"\\N{DIGIT ONE}{x["a"]}"''',
        '''rf"\\N{x["a"]}"''',
        '''f"{{" + f"}}" + f"{{{x["a"]}}}"''',
        '''f"{x:{{1: "a"}[1]}}"''',
        '''f"{(lambda x: "a")(1)}"''',
        '''f"{ {"a": 1}["a"] }"''',
        '''f"{x:%H:%M "''',
        '''f"{\nx["a"]  # it's "quoted" }\n}"''',
        '''f"{x:a\n}"''',
        """F'''{x["a"]}'{y['''b''']}''\nimport no\n'''""",
        '''t"{x["a"]}" + tR"{y["b"]}" + Rt"{y["b"]}"''',
        '''x if"a{"in y else"}"''',
        '''b"{" + rb"{" + u"{" + "{"''',
        '''f"" f"{x}" f""''',
        '''f"{')'}"''',
        """f\'\'\'"\'\'\'""",
        """rf\'\'\'"\'\'\'""",
    ],
)
def test_a_formatted_string_ends_where_it_does(text: str) -> None:
    assert shown(f"{text}\nimport a") == f"{text.count(chr(10)) + 2}:1 import a"


def blanked(text: str) -> str:
    """Return a text without what is in strings, each of which is one ``"``."""
    plain = plain_text(text)
    assert len(plain) == len(text)
    return re.sub('"+', '"', plain)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 'a' + \"b\"  # c\ny", 'x = " + "     \ny'),
        ("x = [{1: 'a'}]", 'x = ((1: "))'),
        ("a = \\\n  1", "a = \x0b\x0b  1"),
        ("'a\\'b' + c", '" + c'),
        ("'a\\\nb' + c", '" + c'),
        ("'a\nb", '"\nb'),
        ("'''a\nb''' + c", '" + c'),
        ("'''a\nb", '"'),
        ('"""a"b""\\"""" + c', '" + c'),
        ("'''a'b''\\'''' + c", '" + c'),
        ('""" + c', '"'),
        ("'' + c", '" + c'),
        ('r"{" + c', 'r" + c'),
        ("rf'''\\N{a#}'''\n}''' + c", 'rf" + c'),
        ("f'''\\N{a#}''' + c", 'f" + c'),
        ('f"{f"{\'"\'}"}" + c', 'f" + c'),
        ('f"{f#{\n"b"}" + c', 'f" + c'),
        ("f'''{f\"\"}''' + c", 'f" + c'),
        ('f"{(a[1:2], lambda: \'"\')}" + c', 'f" + c'),
        ('f"{a)+\'"\'}" + c', 'f" + c'),
        ('f"{{" + c', 'f" + c'),
        ('f"{a:b}{{" + c', 'f" + c'),
        ("f\"{a:'{{1: '\"'}[1]}}\" + c", 'f" + c'),
        ("f# {\n+ c", "f   \n+ c"),
        ("x = f'{a}' # {\n+ c", 'x = f"    \n+ c'),
        ('"" "" + c', '" " + c'),
        ('f"a" + c', 'f" + c'),
        ('f"{a}" + c', 'f" + c'),
        ('f"{{a}}" + c', 'f" + c'),
        ('f"{{{a}}}" + c', 'f" + c'),
        ('f"{a["b"]}" + c', 'f" + c'),
        ("f'{a['b']}' + c", 'f" + c'),
        ('f"{a!r:>{b["c"]}}" + c', 'f" + c'),
        ('f"{a:{{1: "b"}[1]}}" + c', 'f" + c'),
        ('f"{(lambda x: "a")(1)}" + c', 'f" + c'),
        ('f"{a[1:"b"]}" + c', 'f" + c'),
        ('f"{ {1: "b"}[1] }" + c', 'f" + c'),
        ('f"{a:%H:%M}" + c', 'f" + c'),
        ('f"{a:b"+ c', 'f"+ c'),
        ('f"{a}', 'f"'),
        ('f"{a', 'f"'),
        ('f"a\nb', 'f"\nb'),
        ('f"{a:b\n}" + c', 'f" + c'),
        ('f"{a:b\n + "d"}" + c', 'f" + c'),
        ('f"{a # "}\n + "b"}" + c', 'f" + c'),
        ("f'''a\n{b}'{c}''' + d", 'f" + d'),
        ("f'''a''{b}'c''\\'''' + d", 'f" + d'),
        ('f"\\{a["b"]}" + c', 'f" + c'),
        ('rf"\\{a["b"]}" + c', 'rf" + c'),
        ('f"\\N{A B}" + c', 'f" + c'),
        ('rf"\\N{a["b"]}" + c', 'rf" + c'),
        ('f"\\"{a}" + c', 'f" + c'),
        ('rf"\\"{a}" + c', 'rf" + c'),
        ('f"{f"{a["b"]}"}" + c', 'f" + c'),
        ('f"{f#"}\n"b"}" + c', 'f" + c'),
        ('f"{rb"{"}" + c', 'f" + c'),
        ('f"{"{"}" + c', 'f" + c'),
        ('f"{b"}"}" + c', 'f" + c'),
        ("f\"{'''a\n'''}\" + c", 'f" + c'),
        ('f"{a}}" + c', 'f" + c'),
        ('tR"{a["b"]}" + c', 'tR" + c'),
        ('xf"{a["b"]}" + c', 'xf"b" + c'),
        ('F"{a["b"]}" + c', 'F" + c'),
        ('ff"{" + c', 'ff" + c'),
        ('f"{a)}" + c', 'f" + c'),
        ('f"{(a}" + "b")}" + c', 'f"'),
        ('f"{(a:"b")}" + c', 'f" + c'),
        ("f'{a:{b:{c['d']}}}' + e", 'f" + e'),
        ('fr"{a["b"]}" + c', 'fr" + c'),
        ('br"{" + c', 'br" + c'),
        ('f"" f"{a["b"]}" + c', 'f" f" + c'),
        ('"f"f"{a["b"]}" + c', '"f" + c'),
        ("f'{a:'+ c", 'f"+ c'),
        ("f'''{a:'{b['c']}''' + d", 'f" + d'),
        ("f'''{a:\n}''' + d", 'f" + d'),
        ("f'{a:}}' + d", 'f" + d'),
        ("f'{a:{{'b'}}}' + d", 'f" + d'),
    ],
)
def test_of_strings_and_comments_nothing_is_left(text: str, expected: str) -> None:
    assert blanked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("a\nb", ["a", "b"]),
        ("a\n", ["a", ""]),
        ("a(\nb\n)c\nd", ["a(\nb\n)c", "d"]),
        ("a((\n)\n)\nb", ["a((\n)\n)", "b"]),
        (")a\n(b\nc)\nd", [")a", "(b\nc)", "d"]),
        ("a(\nb", ["a(\nb"]),
    ],
)
def test_a_logical_line_goes_on_in_brackets(text: str, expected: list[str]) -> None:
    lines = [text[start:end] for start, end in logical_lines(text)]
    assert [line for line in lines if line] == [line for line in expected if line]
    heads = [text[head.start() : end] for head, end in lines_with(text, re.finditer("^[ab)]", text, re.MULTILINE))]
    assert heads == [line for line in expected if line[:1] in {"a", "b", ")"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a", "import a"),
        ("import  a ,\tb", "import a , b"),
        ("from a import (\n    b,  # why\n    c as d,\n)", "from a import (b, c as d)"),
        ("from a import ( b )", "from a import (b)"),
        ("from a \\\n    import b", "from a import b"),
        ("if x: from a import b ; y = 1", "from a import b"),
        ("lazy   import a", "lazy import a"),
    ],
)
def test_the_text_is_the_statement_on_one_line(text: str, expected: str) -> None:
    assert read_imports(text, "m", is_package=False)[0].text == expected


@pytest.mark.parametrize(
    "header",
    [
        "if x:", "for x in y:", "while x:", "with x as y:", "with (x as y, z):", "class A:", "class A[T: int](B):",
        "match x:\n case {'a': 1}:", "match x:\n case [1, *_] if y:", "if x: pass\nelse:", "if x: pass\nelif y:",
        "try: pass\nexcept A, B:", "try: pass\nexcept* A:", "try: pass\nfinally:", "if x[1:2]:", "if (y := lambda: 1):",
        "if y := x:", "if lambda: 1:", "for x in lambda: 1, lambda x: 2:", "if {1: 2}:", "if x == ':':",
        "if x and (\n1):", "while not TYPE_CHECKING:", "if x: # :\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", [" ", "", "\n     ", " x = 1; ", "\n     if z: "])
def test_an_import_in_a_block_outside_functions_is_runtime(header: str, gap: str) -> None:
    assert kinds(f"{header}{gap}import a") == "runtime"


@pytest.mark.parametrize(
    "header",
    [
        "def f():", "async def f():", "async  \\\n def f():", "def f(x: int = 1, *, y=lambda: 2) -> 'a':",
        "def f[T: (int, str) = int](x: T) -> T:", "def f() -> x[1:2]:", "@d\ndef f(\n  x,\n):",
        "class A:\n  def f(self):", "def f():\n  class A:", "def f():\n  def g(): pass\n  if x:", "def f():\n  try:",
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", [" ", "", "\n     ", " x = 1; ", "\n     if z: "])
def test_an_import_in_a_function_is_deferred(header: str, gap: str) -> None:
    assert kinds(f"{header}{gap}import a") == "deferred"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n  pass\nimport a", "runtime"),
        ("def f(): # :\n  import a", "deferred"),
        ("def f(): pass\nimport a", "runtime"),
        ("def f(): import a\nimport b", "deferred runtime"),
        ("def f():\n  import a\nx = 1; import b", "deferred runtime"),
        ("def f():\n  import a\nif x:\n  import b", "deferred runtime"),
        ("class A:\n  def f(): import a\n  import b", "deferred runtime"),
        ("def f():\n    x = (1\nif y else 2)\n    import a", "deferred"),
        ("def f():\n  x; y\n\n  import a", "deferred"),
        ("def f():\n    x = ((1)\nif y else 2)\n    import a; z = 1", "deferred"),
        ("if x:\n\tdef f():\n\t\timport a\n\timport b", "deferred runtime"),
        ("def f():\n  x\n# c\n  import a", "deferred"),
        ("def f():\n  '''\nno\n'''\n  import a", "deferred"),
        ("def f():\n  x = (\n1)\n  import a", "deferred"),
        ("def f():\n  \\\nimport a", "deferred"),
        ("if TYPE_CHECKING: import a\nimport b", "type_checking runtime"),
        ("if TYPE_CHECKING:\n  import a\nelse:\n  import b", "type_checking runtime"),
        ("if TYPE_CHECKING:\n  if x:\n    import a\n  import b\nimport c", "type_checking type_checking runtime"),
        ("if TYPE_CHECKING: import a\nelif x: import b\nelse: import c", "type_checking runtime runtime"),
        ("if not TYPE_CHECKING: import a\nelif x: import b\nelse: import c", "runtime type_checking type_checking"),
        ("if x: import a\nelif TYPE_CHECKING: import b\nelse: import c", "runtime type_checking runtime"),
        ("if x: import a\nelif not TYPE_CHECKING: import b\nelse: import c", "runtime runtime type_checking"),
        ("if not TYPE_CHECKING:\n  if x: pass\n  else: import a\nelse:\n  import b", "runtime type_checking"),
        ("if not TYPE_CHECKING: pass\nwhile x: pass\nelse: import a", "runtime"),
        ("if TYPE_CHECKING:\n  def f():\n    import a", "type_checking"),
        ("if TYPE_CHECKING:\n  try: import a\n  except E: import b\n  else: import c",
         "type_checking type_checking type_checking"),
        ("def f():\n  if TYPE_CHECKING: import a\n  else: import b", "type_checking deferred"),
        ("if TYPE_CHECKING: lazy import a", "type_checking"),
        ("  if not TYPE_CHECKING: pass\nelse: import a", "runtime"),
        ("if not TYPE_CHECKING: pass\nif x: pass\nelse: import a", "runtime"),
        ("if x: pass\nelif y: pass\nelif not TYPE_CHECKING: pass\nelif z: import a\nelse: import b",
         "type_checking type_checking"),
        ("if TYPE_CHECKING:\n  if x: pass\n  elif y: import a\n  else: import b", "type_checking type_checking"),
        ("if not TYPE_CHECKING: pass\nelse:\n  if x: import a\n  def f(): import b", "type_checking type_checking"),
    ],
)  # fmt: skip
def test_a_kind_follows_the_blocks_around(text: str, expected: str) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "condition",
    [
        "TYPE_CHECKING", "(TYPE_CHECKING)", "((TYPE_CHECKING))", "typing.TYPE_CHECKING", "a.b.TYPE_CHECKING", "MYPY",
        "t . TYPE_CHECKING", "TYPE_CHECKING and x", "x and TYPE_CHECKING", "x and (y or z) and TYPE_CHECKING",
        "TYPE_CHECKING or False", "TYPE_CHECKING or 0", "not not TYPE_CHECKING", "not (not TYPE_CHECKING)",
        "TYPE_CHECKING and not x", "TYPE_CHECKING or MYPY", "sys.version_info >= (3, 8) and TYPE_CHECKING",
        "f(x)[1:2] and TYPE_CHECKING", "not (not TYPE_CHECKING or x)", "False and TYPE_CHECKING",
        "TYPE_CHECKING and 'and'", "TYPE_CHECKING and x == 'y'", "(\nTYPE_CHECKING # c\n)", "TYPE_CHECKING \\\n and x",
        "TYPE_CHECKING and f'{x['a']}'", "(x == y) and TYPE_CHECKING", "not(not TYPE_CHECKING)",
        "TYPE_CHECKING and (y,)", "True and TYPE_CHECKING", "1 and TYPE_CHECKING", "TYPE_CHECKING or None",
        "not True or TYPE_CHECKING", "not 1 or TYPE_CHECKING",
        "False", "0", "None", "x and False", "0 and x", "not 1", "not True", "TYPE_CHECKING == True",
        "TYPE_CHECKING is True",
        "typing.TYPE_CHECKING is True", "True == TYPE_CHECKING", "TYPE_CHECKING is not False", "TYPE_CHECKING != False",
        "not TYPE_CHECKING == False", "(TYPE_CHECKING) == True", "bool(TYPE_CHECKING)", "bool(TYPE_CHECKING) is True",
        "TYPE_CHECKING == 1", "TYPE_CHECKING != 0", "MYPY is True", "TYPE_CHECKING is 1", "TYPE_CHECKING and x or 0",
        "bool((TYPE_CHECKING))", "TYPE_CHECKING is None", "x and TYPE_CHECKING == True and y", "1 == 2",
        "not (() or True) or TYPE_CHECKING", "TYPE_CHECKING and ()", "MYPY and 0 or None",
        "(" * 99 + "TYPE_CHECKING" + ")" * 99,
    ],
)  # fmt: skip
def test_a_condition_that_needs_type_checking_is_understood(condition: str) -> None:
    assert kinds(f"if {condition}: import a\nelse: import b") == "type_checking runtime"
    assert kinds(f"if not ({condition}): import a\nelse: import b") == "runtime type_checking"


@st.composite
def known_conditions(draw: st.DrawFn) -> str:
    """Draw a condition in which each unknown name, ``u0`` and so on, is used once."""
    unknown = (f"u{number}" for number in count())
    constants = st.sampled_from(["TYPE_CHECKING", "typing.TYPE_CHECKING", "MYPY", "True", "False", "None", "0", "1"])
    terms = st.one_of(constants, constants, st.builds(lambda: next(unknown)))

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            inner.map("({})".format),
            inner.map("not ({})".format),
            inner.map("bool({})".format),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: "({} {} {})".format(*parts)),
        )

    compared = st.tuples(constants, st.sampled_from(["==", "!=", "is", "is not"]), constants).map(" ".join)
    others = st.sampled_from(['"__main__"', "None", "0"])
    names = st.tuples(st.permutations(["__name__", draw(others)]), st.sampled_from([" == ", " != "]))
    named = names.map(lambda parts: parts[1].join(parts[0]))
    return draw(st.recursive(st.one_of(terms, compared, named, st.just("__name__")), grown, max_leaves=6))


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@given(known_conditions(), st.sampled_from(["m", "__main__"]))
def test_a_condition_has_the_value_that_cpython_gives_it(condition: str, name: str) -> None:
    code = compile(condition, "c", "eval")
    unknown = [name for name in code.co_names if name.startswith("u")]
    known = {"TYPE_CHECKING": False, "MYPY": False, "__name__": name}
    values = {
        bool(eval(code, {**known, "typing": typing, **dict(zip(unknown, each, strict=True))}))  # noqa: S307 - drawn above
        for each in product([True, False], repeat=len(unknown))
    }
    expected = values.pop() if len(values) == 1 else None
    assert at_run_time(condition, known) == expected
    context = ReadingContext("m", is_package=False, version=(3, 11), roots=frozenset(), running_as=name)
    by_tree = Conditions(context, lambda _: None).value(ast.parse(condition, mode="eval").body)
    assert by_tree is expected or (expected is None and not isinstance(by_tree, bool))


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("while TYPE_CHECKING:\n  import a\nelse:\n  import b", "type_checking runtime"),
        ("while False: import a", "type_checking"),
        ("while True: import a\nelse: import b", "runtime type_checking"),
        ("while not TYPE_CHECKING: import a", "runtime"),
        ("while x: import a\nelse: import b", "runtime runtime"),
    ],
)
def test_a_loop_has_a_condition_too(loop: str, expected: str) -> None:
    assert kinds(loop) == expected


@pytest.mark.parametrize(
    "condition",
    [
        "x", "TYPE_CHECKING or x", "not x and not TYPE_CHECKING", "TYPE_CHECKING == x",
        "f(TYPE_CHECKING)",
        "TYPE_CHECKING if x else y", "x if TYPE_CHECKING else y", "TYPE_CHECKING and x if y else z", "x[TYPE_CHECKING]",
        "(x := TYPE_CHECKING)", "(TYPE_CHECKING and x, y)", "(TYPE_CHECKING,)", "lambda: TYPE_CHECKING",
        "TYPE_CHECKING()", "TYPE_CHECKING.x", "typing.MYPY", "NOT_TYPE_CHECKING", "'TYPE_CHECKING'", "-TYPE_CHECKING",
        "x in TYPE_CHECKING", "f().TYPE_CHECKING == x", "TYPE_CHECKING == x or y", "x == TYPE_CHECKING or y",
        "NOT_TYPE_CHECKING and x", "TYPE_CHECKING or ()", "TYPE_CHECKING == True == True", "TYPE_CHECKING is x",
        "(TYPE_CHECKING or x) == 1", "bool(x)", "bool()", "bool(TYPE_CHECKING, x)", "bool(TYPE_CHECKING).x",
        "TYPE_CHECKING < 1", "0.0", "0x0", "TYPE_CHECKING != ", "TYPE_CHECKING in (True,)", "x == 1", "1 == x",
        "x is not None", "TYPE_CHECKING or",
        "True or TYPE_CHECKING if x else y", "lambda x: False and TYPE_CHECKING",
        "TC", "()", "(" * 101 + "TYPE_CHECKING" + ")" * 101, "(" * 5000 + "TYPE_CHECKING" + ")" * 5000,
    ],
)  # fmt: skip
def test_a_condition_that_can_hold_either_way_leaves_both_branches_runtime(condition: str) -> None:
    assert kinds(f"if {condition}: import a\nelse: import b") == "runtime runtime"


@pytest.mark.parametrize(
    "condition",
    [
        "__name__ == '__main__'", '__name__ == "__main__"', "'__main__' == __name__", "__name__=='__main__'",
        "(__name__) == ('__main__')", "((__name__ == '__main__'))", "__name__ == '''__main__'''",
        '__name__ == """__main__"""', "__name__ == r'__main__'", "u'__main__' == __name__",
        "not __name__ != '__main__'",
        "__name__ == '__main__' and x", "x and (y or z) and __name__ == '__main__'", "bool(__name__ == '__main__')",
        "__name__ \\\n  == '__main__'", "(\n__name__  # '\n== '__main__'  # :\n)",
        "TYPE_CHECKING or __name__ == '__main__'",
        "__name__ == '__main__' and not TYPE_CHECKING", "f(x)[1:2] == ':' and '__main__' == __name__",
    ],
)  # fmt: skip
def test_what_runs_only_when_the_file_is_started_is_deferred(condition: str) -> None:
    assert kinds(f"if {condition}: import a\nelse: import b") == "deferred runtime"
    assert kinds(f"if not ({condition}):\n  import a\nelif x:\n  import b\nelse:\n  import c").startswith("runtime d")
    assert (
        kinds(f"class A:\n  while {condition}:\n    try: import a; lazy import b\n    except E: pass")
        == "deferred deferred"
    )


@pytest.mark.parametrize(
    "condition",
    [
        "__name__ == '__main__' or x", "__name__ == 'other'", "__name__ == '__main__x'", "__name__ == b'__main__'",
        "__name__ == f'__main__'", "f'__main__' == __name__", "__name__ == '__main__' 'x'",
        "__name__ == \"'__main__'\"",
        "x.__name__ == '__main__'", "__name__.x == '__main__'", "__name__[0] == '__main__'",
        "f(__name__) == '__main__'",
        "__name__ is '__main__'", "__name__ in ('__main__', 'x')", "__name__ == '__main__' == x", "'__main__' == x",
        '"__name__ == \'__main__\'"', "__name__ == '__main__' if x else y", "__name__ == '__main__'[0:8]",
        "x == __name__",
        "__name__ != __main__", "__name__ < '__main__'", "(x := __name__) == '__main__'", "__name__ is None",
    ],
)  # fmt: skip
def test_what_may_run_when_the_file_is_imported_or_started_is_runtime(condition: str) -> None:
    assert kinds(f"if {condition}: import a\nelse: import b") == "runtime runtime"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if __name__ == '__main__' and TYPE_CHECKING: import a", "type_checking"),
        ("if TYPE_CHECKING:\n  if __name__ == '__main__': import a", "type_checking"),
        ("if __name__ == '__main__':\n  if TYPE_CHECKING: import a\n  else: import b", "type_checking deferred"),
        ("if __name__ == '__main__':\n  if __name__ != '__main__': import a", "type_checking"),
        ("if __name__ != '__main__':\n  import a\n  if TYPE_CHECKING: import b", "runtime type_checking"),
        ("if __name__ == '__main__': pass\nelif TYPE_CHECKING: import a\nelse: import b", "type_checking runtime"),
        ("if __name__ == '__main__':\n  def f(): import a\nimport b", "deferred runtime"),
        ("def f():\n  if __name__ == '__main__': import a\n  else: import b", "deferred deferred"),
        ("if x: import a\nelif __name__ == '__main__': import b\nelse: import c", "runtime deferred runtime"),
        ("if __name__ == '__main__': __lazy_modules__ = ['a']\nimport a", "runtime"),
        ("__name__ = 'x'\nif __name__ == '__main__': import a", "runtime"),
        ("__name__: str = 'x'\nif __name__ == '__main__': import a", "runtime"),
        ("if __name__ == '__main__': import a\n__name__ = 'x'\nimport b", "deferred runtime"),
        ("class A:\n  __name__ = 'x'\nif __name__ == '__main__': import a", "deferred"),
        ("x = 1\n__name__ == 'x'\nif __name__ == '__main__': import a", "deferred"),
    ],
)
def test_a_file_is_imported_or_started(text: str, expected: str) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize("module", ["typing", "typing_extensions"])
def test_another_name_for_type_checking_is_known(module: str) -> None:
    assert kinds(f"from {module} import x, TYPE_CHECKING as TC\nif TC: import a").split()[2:] == ["type_checking"]
    assert kinds(f"from {module} import Any as TC, B\nif TC: import a\nif B: import b").split()[2:] == 2 * ["runtime"]
    assert kinds("from other import TYPE_CHECKING as TC\nif TC: import a").split()[1:] == ["runtime"]
    assert kinds("from .typing import TYPE_CHECKING as TC\nif TC: import a").split()[1:] == ["runtime"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lazy import a, b", "lazy lazy"),
        ("lazy from a import b", "lazy"),
        ("lazy \\\nimport a", "lazy"),
        ("x = 1; lazy import a", "lazy"),
        ("if x: lazy import a", "lazy"),
        ("with x: lazy import a", "lazy"),
        ("def f(): lazy import a", "deferred"),
        ("__lazy_modules__ = ['a']\nimport a, b", "lazy runtime"),
        ("__lazy_modules__ = {'a'}\nfrom a import b", "lazy"),
        ("__lazy_modules__ = 'a', 'b'\nimport b", "lazy"),
        ("__lazy_modules__: list[str] = ['a']\nimport a", "lazy"),
        ("__lazy_modules__ = [\n  'a',  # 'b'\n]\nimport a, b", "lazy runtime"),
        ("__lazy_modules__ = ['a']; import a", "lazy"),
        ("if x: __lazy_modules__ = ['a']\nimport a", "lazy"),
        ("__lazy_modules__ = ['a']\n__lazy_modules__ += ['b']\nimport a, b", "lazy lazy"),
        ("__lazy_modules__ = ['a']\n__lazy_modules__ = ['b']\nimport a, b", "runtime lazy"),
        ("__lazy_modules__ = ['a']\n__lazy_modules__ = names()\nimport a", "runtime"),
        ("__lazy_modules__ = ['a']\n__lazy_modules__ == ['b']\nimport a, b", "lazy runtime"),
        ("__lazy_modules__ = ['a']\nimport a.b\nfrom a.b import c", "runtime runtime"),
        ("__lazy_modules__ = ['a.b']\nimport a, a.b\nfrom a import b", "runtime lazy runtime"),
        ("__lazy_modules__ = ['p.a']\nfrom .a import b\nfrom p.a import b\nfrom . import a", "lazy lazy runtime"),
        ("__lazy_modules__ = ['p']\nfrom . import a\nfrom .. import b", "lazy runtime"),
        ("import a\n__lazy_modules__ = ['a']", "runtime"),
        ("__lazy_modules__ = ['a']\nfrom a import *", "runtime"),
        ("__lazy_modules__ = ['a']\ntry: import a\nexcept E: import a\nelse: import a\nfinally: import a",
         "runtime runtime runtime runtime"),
        ("__lazy_modules__ = ['a']\nfor x in y: pass\nelse: import a", "lazy"),
        ("__lazy_modules__ = ['a']\nclass A:\n  if x: import a", "runtime"),
        ("__lazy_modules__ = ['a']\nwith x: import a", "lazy"),
        ("__lazy_modules__ = ['a']\ndef f(): import a", "deferred"),
        ("def f(): __lazy_modules__ = ['a']\nimport a", "runtime"),
        ("class A:\n  if x: __lazy_modules__ = ['a']\nimport a", "runtime"),
        ("if TYPE_CHECKING: __lazy_modules__ = ['a']\nimport a", "runtime"),
        ("__lazy_modules__ = 'abc'\nimport a", "runtime"),
        ("__lazy_modules__ = [[]\nimport a", ""),
        ("__lazy_modules__ = {[]}\nimport a", "runtime"),
        ("__lazy_modules__ = [1, 'a']\nimport a", "lazy"),
        ("__lazy_modules__ = " + "[" * 5000 + "]" * 5000 + "\nimport a", "runtime"),
    ],
)  # fmt: skip
def test_lazy_imports_are_those_of_pep_810(text: str, expected: str) -> None:
    assert kinds(text) == expected


def test_relative_names_of_a_package_start_from_it() -> None:
    text = "__lazy_modules__ = ['p.m.a']\nfrom .a import b"

    assert kinds(text, is_package=True) == "lazy"
    assert kinds(text, is_package=False) == "runtime"


FRAGMENTS = st.sampled_from(
    ["import a", "from . import b", "from a import (", "lazy ", "if ", "TYPE_CHECKING", "not ", " and ", ":", ";",
     "\n", "\r",
     "\t", "    ", "\x0c", "\\", "\\\n", '"', "'", '"""', "f'", 'rf"', "{", "}", "(", ")", "[", "]", "#", "def f()",
     "else:",
     "try:", "class A", "match x:", "case 1:", "lambda", "__lazy_modules__ = ['a']", ",", "=", "é", "\x00", "\\N{",
     "elif x:", "if __name__ == '__main__':"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS).map("".join))


@given(TEXTS, st.booleans())
def test_no_text_is_refused(text: str, is_package: bool) -> None:
    for each in read_imports(text, "p.m", is_package=is_package):
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert lines[each.line - 1][each.column - 1 :].startswith(("import", "from", "lazy"))


@given(TEXTS)
def test_a_file_that_may_not_defer_has_only_runtime_imports_at_column_1(text: str) -> None:
    data = text.encode(errors="surrogatepass")
    found = read_imports(text, "p.m", is_package=False)

    assert may_defer(data) or all((each.column, each.kind) == (1, Kind.RUNTIME) for each in found)


def conditions() -> st.SearchStrategy[str]:
    atoms = st.sampled_from(
        ["TYPE_CHECKING", "t.TYPE_CHECKING", "TC", "x", "True", "False", "0", "1", "f(x, 'a')", "x[1:2]",
         "__name__", "__name__ == '__main__'", '"__main__" != (__name__)', "__name__ == 'other'", "x.__name__ == 0"]
    )  # fmt: skip
    return st.recursive(
        atoms,
        lambda part: st.one_of(
            st.builds("({})".format, part),
            st.builds("not {}".format, part),
            st.builds("{} and {}".format, part, part),
            st.builds("{} or {}".format, part, part),
            st.builds("(({}) == ({}))".format, part, part),
            st.builds("({} if {} else {})".format, part, part, part),
            st.builds("({}, {})".format, part, part),
        ),
        max_leaves=8,
    )


@st.composite
def programs(draw: st.DrawFn, depth: int = 3) -> list[str]:
    """Return the lines of a program that every supported Python parses."""
    simple = st.sampled_from(
        ["import a", "from .b import (c,  # d\n    e)", "import f; x = 1; import g", "x = '''\nimport no\n'''",
         "y = [\n1]", "# z",
         "__name__ = 'x'",
         "from h \\\n  import i", "x = f'{y!r:>{z}} import no'", "from typing import TYPE_CHECKING as TC",
         "s = 'é'; import u"]
    )  # fmt: skip
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        if not depth or draw(st.booleans()):
            lines.append(draw(simple))
            continue
        for header in draw(chains()):
            if draw(st.booleans()):
                lines.append(f"{header} {draw(simple.filter(lambda text: not text.startswith('#')))}")
            else:
                indent = draw(st.sampled_from([" ", "    ", "\t"]))
                body = [*draw(programs(depth - 1)), "pass"]
                lines += [header, *(indent + line for line in body)]
    return lines


def chains() -> st.SearchStrategy[list[str]]:
    """Return the headers of one compound statement."""
    branches = st.builds(
        lambda first, others, last: [f"if {first}:", *(f"elif {each}:" for each in others), *last],
        conditions(),
        st.lists(conditions(), max_size=2),
        st.sampled_from([[], ["else:"]]),
    )
    others = st.sampled_from(
        [["def f(x=lambda: 1) -> a[1:2]:"], ["async def g():"], ["class A:"], ["try:", "except E:", "else:",
         "finally:"],
         ["for x in y:", "else:"], ["while x:"], ["with x, y as z:"]]
    )  # fmt: skip
    return st.one_of(branches, others)


@pytest.mark.slow
@given(programs())
def test_a_program_is_read_as_ast_reads_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = [
        (each.level, each.module, each.name, each.line, each.column, each.kind)
        for each in read_imports(text, "p.m", is_package=False)
    ]

    assert found == Twin(text).imports()


@pytest.mark.slow
@given(programs())
def test_blocks_that_run_when_a_file_is_started_are_those_of_its_tree(lines: list[str]) -> None:
    text = "\n".join(lines).replace(" as TC", "")
    twin = Twin(text)
    twin.imports()
    conditions = {each.lineno for each in ast.walk(twin.tree) if isinstance(each, ast.If | ast.While)}

    assert [line for line in main_blocks(text) if line in conditions] == twin.main_blocks


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("import a\n\nif __name__ == '__main__':\n    a.run()\n", [3]),
        ("if (\n    '__main__'\n    == __name__\n): run()", [1]),
        ("if __name__ != '__main__':\n    x = 1\nelif x:\n    run()\nelse:\n    run()", [3, 5]),
        ("if x:\r\n    if __name__ == '__main__' and y:\r\n        try:\r\n            run()", [2, 3]),
        ("def f():\n    if __name__ == '__main__': run()", []),
        ("if __name__ == '__main__':\n    def f():\n        if x: run()", [1]),
        ('"""\nif __name__ == "__main__": run()\n"""', []),
        ("if __name__ == 'other' or '__main__': run()", []),
        ("__name__ = 'a'\nif __name__ == '__main__': run()", []),
    ],
)
def test_blocks_that_run_when_a_file_is_started(text: str, lines: list[int]) -> None:
    assert main_blocks(text) == lines


@pytest.mark.parametrize(
    ("text", "is_deferring"),
    [
        ("import a\nfrom b import c\n", False),
        ("'''\n    import a.\n'''\n", True),
        ("'''\n    from here on\n'''\n", False),
        ("if x:\n  import a", True),
        ("if x:\r  import a", True),
        ("if x: import a", True),
        ("if x:import a", True),
        ("if x: \\\nimport a", True),
        ("import a; import b", True),
        ("import a;from .b import c", True),
        ("if x:\n  from a \\\n  import b", True),
        ("\x0cimport a", True),
        ("def f():\n  \\\nimport a", True),
        ("lazy import a", True),
        ("lazy\\\nfrom a import b", True),
        ("__lazy_modules__ = []", False),
        ("__lazy_modules__ = []\nimport a", True),
        ("# coding: utf-7\nimport a", True),
        ("# coding: latin-1\nimport a", False),
        ("from a import (\n    b,\n)", False),
    ],
)
def test_a_fast_look_tells_whether_a_file_needs_reading(text: str, is_deferring: bool) -> None:
    assert may_defer(text.encode()) is is_deferring


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ""),
        ("é".encode(), "é"),
        (b"\xef\xbb\xbfa\r\nb\rc", "a\r\nb\rc"),
        (b"# coding: latin-1\n\xe9", "# coding: latin-1\né"),
        (b"#!x\n# -*- coding: latin-1 -*-\n\xe9", "#!x\n# -*- coding: latin-1 -*-\né"),
        (b"\n#vim:fileencoding=cp1252\n\x80", "\n#vim:fileencoding=cp1252\n€"),
        (b"# coding: latin-1-unix\n\xe9", "# coding: latin-1-unix\né"),
        (b"# coding: UTF_8-unix\n\xc3\xa9", "# coding: UTF_8-unix\né"),
        (b"# coding: latin-1\n# coding: utf-8\n\xe9", "# coding: latin-1\n# coding: utf-8\né"),
        (b"\xef\xbb\xbf# coding: utf-8\na", "# coding: utf-8\na"),
        (b"\xef\xbb\xbf# coding: utf8\na", "# coding: utf8\na"),
        ("x = 1\n# coding: latin-1\né".encode(), "x = 1\n# coding: latin-1\né"),
        ("\n\n# coding: latin-1\né".encode(), "\n\n# coding: latin-1\né"),
    ],
)
def test_a_file_is_decoded_as_it_declares(data: bytes, expected: str) -> None:
    assert decode(data) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", [""]), ("a", ["a"]), ("a\nb\r\nc\rd\n", ["a", "b", "c", "d", ""]), ("a\x0cb\u2028c", ["a\x0cb\u2028c"])],
)
def test_lines_end_where_python_says(text: str, expected: list[str]) -> None:
    assert split_lines(text) == expected


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("", True), ("utf-8", True), ("UTF8", True), ("us-ascii", True), ("latin-1", True), ("iso8859-15", True),
     ("iso-8859-2", True), ("cp1252", True), ("windows-1251", True), ("utf-7", False), ("utf-16", False),
     ("cp500", False), ("shift_jis", False)],
)  # fmt: skip
def test_encodings_that_keep_ascii_are_known(encoding: str, expected: bool) -> None:
    assert is_ascii_compatible(f"# coding: {encoding}\nimport a".encode()) is expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"import a.new", True),
        (b"from a import other", True),
        (b"import a.newer, renew", False),
        (b"import a", False),
        ("import \uff4eew".encode(), True),
        (b"# coding: utf-16\nimport a", True),
        (b"# coding: ascii\nimport a  # \xff", True),
    ],
)
def test_a_fast_look_tells_whether_names_are_in_a_file(data: bytes, expected: bool) -> None:
    assert mentions(data, {"new", "other", "a.b"}) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import_module('a.b')", "1:1 import a.b runtime"),
        ("x = importlib . import_module ( \"a\" )", "1:17 import a runtime"),
        ("__import__('a', globals())", "1:1 import a runtime"),
        ("import_module(\"\"\"a\"\"\")", "1:1 import a runtime"),
        ("import_module('.a', __package__)", "1:1 import p.a runtime"),
        ("import_module('..a', package=__package__)", ""),
        ("import_module('a', 'b')", "1:1 import a runtime"),
        ("import_module('.a', __name__)", "1:1 import p.m.a runtime"),
        ("import_module('..a', __name__)", "1:1 import p.a runtime"),
        ("import_module('.a')", ""),
        ("import_module('.a', 'p.q')", "1:1 import p.q.a runtime"),
        ("import_module('..a', package='p.q')", "1:1 import p.a runtime"),
        ("import_module('...a', 'p.q')", ""),
        ("import_module('.', 'p.q')", "1:1 import p.q runtime"),
        ("import_module('.a', package=q)", ""),
        ("import_module('.a', 1)", ""),
        ("import_module(name='a')", "1:1 import a runtime"),
        ("import_module(package='p', name='.a')", "1:1 import p.a runtime"),
        ("import_module(*'a')", ""),
        ("import_module(f'a.b')", "1:1 import a.b runtime"),
        ("import_module('a'  # c\n  f'.b' '')", "1:1 import a.b runtime"),
        ("import_module('a' '')(import_module('b'))", "1:1 import a runtime | 1:23 import b runtime"),
        ("import_module(b'a')", ""),
        ("import_module('a' 1)", ""),
        ("import_module()", ""),
        ("import_module(('a'))", "1:1 import a runtime"),
        ("__import__('a', fromlist=['b', 'c'])", "1:1 from a import b runtime | 1:1 from a import c runtime"),
        ("__import__('a', {}, {}, ('b',))", "1:1 from a import b runtime"),
        ("__import__('a', fromlist=[x])", "1:1 import a runtime"),
        ("__import__('a', fromlist=x)", "1:1 import a runtime"),
        ("__import__('a', globals(), locals(), [], 1)", "1:1 import p.a runtime"),
        ("__import__('', globals(), fromlist=['a'], level=1)", "1:1 from p import a runtime"),
        ("__import__('a', globals(), level=2)", ""),
        ("from importlib import import_module as load\nload('a'); x.load('b'); download('c')",
         "2:1 import a runtime"),
        ("load = importlib.import_module\nload('a')", "2:1 import a runtime"),
        ("if load == import_module: load('a')", ""),
        ("import_module(name)", ""),
        ("import_module('a' + b)", ""),
        ("import_module(f'{a}')", ""),
        ("import_module('a b')", ""),
        ("import_module('1')", ""),
        ("import_module('.')", ""),
        ("my_import_module('a')", ""),
        ("'import_module(\"a\")'  # __import__('a')", ""),
        ("import a", ""),
        ("\ufeffx = 1\r\nimport_module('a'); y = [__import__('b')]",
         "2:1 import a runtime | 2:26 import b runtime"),
        ("def f():\n  import_module('a')\nimport_module('b')", "2:3 import a deferred | 3:1 import b runtime"),
        ("def f(): import_module('a')\nx = 1\nif y: __import__('b')", "1:10 import a deferred | 3:7 import b runtime"),
        ("if TYPE_CHECKING:\n  __import__('a')\nelse:\n  __import__('b')",
         "2:3 import a type_checking | 4:3 import b runtime"),
        ("def f():\n  x = 1\ny = (\n  import_module('a'),\n)", "4:3 import a runtime"),
        ("def f():\n\n  import_module('a')", "3:3 import a deferred"),
        ("lazy = __import__('a')", "1:8 import a runtime"),
    ],
)  # fmt: skip
def test_a_call_with_a_literal_imports(text: str, expected: str) -> None:
    found = read_calls(text, "p.m", is_package=False)
    assert " | ".join(f"{each.line}:{each.column} {called(each)} {each.kind}" for each in found) == expected
    assert may_call(text.encode()) is ("import_module" in text or "__import__" in text)


def called(each: WrittenImport) -> str:
    assert not each.level
    return f"from {each.module} import {each.name}" if each.name else f"import {each.module}"


def test_in_a_package_a_call_may_be_relative_to_its_name() -> None:
    (only,) = read_calls("x = (\n  import_module('.a', __name__),\n  2)", "p", is_package=True)
    assert only == WrittenImport(0, "p.a", None, 2, 3, Kind.RUNTIME, "x = ( import_module('.a', __name__), 2)")
    assert read_calls("import_module('..a', __package__)", "p", is_package=True) == ()
    assert read_calls("import_module('.a', __spec__)", "p", is_package=True) == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a\xff", "byte 1 is not utf-8"),
        (b"# coding: ascii\n\xe9", "byte 16 is not ascii"),
        (b"# coding: nope\n", "no text encoding is called nope"),
        (b"# coding: hex\n", "no text encoding is called hex"),
        (b"# coding: undefined\n", "it is not undefined"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "byte order mark"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(UndecodableError, match=why):
        decode(data)


@given(
    st.lists(
        st.sampled_from(
            [b"\xef\xbb\xbf", b"#", b" coding: ", b"coding=", b"latin-1", b"utf-8", b"cp1252", b"-unix", b"\n", b"\r\n",
             b"x='\xc3\xa9'", b"\ny='\xe9'", b"'''", b" ", b"\x0c"]
        )
    ).map(b"".join)
)  # fmt: skip
def test_what_cpython_parses_is_decoded_as_it_does(data: bytes) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):
            expected = ast.parse(data)
    except SyntaxError:
        return

    assert ast.dump(ast.parse(decode(data))) == ast.dump(expected)


MODULES = frozenset({"p", "p.a", "p.b", "p.b.c"})


@pytest.mark.parametrize(
    ("importer", "text", "expected"),
    [
        ("p.a", "import p.b.c", "p.b.c"),
        ("p.a", "import p.b.missing", "p.b"),
        ("p.a", "import p.missing.x", None),
        ("p.a", "import os.path", None),
        ("p.a", "from p import b", "p.b"),
        ("p.a", "from p import name", "p"),
        ("p.a", "from p.b import *", "p.b"),
        ("p.a", "from p.missing import x", None),
        ("p.a", "from . import b", "p.b"),
        ("p.a", "from . import *", "p"),
        ("p.a", "from .b import c", "p.b.c"),
        ("p.a", "from .b.c import x", "p.b.c"),
        ("p.a", "from .. import p", None),
        ("p.a", "from ... import p", None),
        ("p.a", "import p.a", "p.a"),
        ("p", "from . import a", "p.a"),
        ("p", "from . import name", "p"),
        ("p", "from .b import name", "p.b"),
        ("p", "from .. import a", None),
        ("p.b", "from . import c", "p.b.c"),
        ("p.b", "from ..a import x", "p.a"),
        ("p.b.c", "from ..a import x", "p.a"),
    ],
)
def test_an_import_leads_to_the_module_or_to_what_contains_the_name(
    importer: str, text: str, expected: str | None
) -> None:
    assert resolve(one(text), importer, is_package=importer in {"p", "p.b"}, modules=MODULES) == expected


@pytest.mark.parametrize(
    ("roots", "text", "expected"),
    [
        (["p"], "import os.path", "os"),
        (["p"], "from django.db import models", "django"),
        (["p"], "from django import *", "django"),
        (["p"], "import p.missing.x", None),
        (["p"], "from .missing import x", None),
        (["p"], "from ... import x", None),
        (["p"], "import pp", "pp"),
        (["ns.foo"], "import ns.bar.x.y", "ns.bar"),
        (["ns.foo"], "from ns.bar import y", "ns.bar"),
        (["ns.foo"], "from ns import bar", "ns.bar"),
        (["ns.foo"], "import ns", None),
        (["ns.foo"], "from ns import *", None),
        (["ns.foo"], "import ns.foo.missing.x", None),
        (["ns.foo"], "import os.path", "os"),
        (["a.b.c"], "import a.b.x.y", "a.b.x"),
        (["a.b.c"], "import a.z.y", "a.z"),
        (["a.b.c"], "import a.b", None),
        (["a.b.c", "a.z.d"], "import a.z.y.x", "a.z.y"),
        (["a.b.c", "a.z.d"], "import a.y.x", "a.y"),
    ],
)
def test_an_external_package_is_named_by_what_tells_it_from_the_roots(
    roots: list[str], text: str, expected: str | None
) -> None:
    assert external(one(text), "p.m", is_package=False, roots=roots) == expected


def read(text: str) -> None:
    read_imports(text, "p.m", is_package=False)
    main_blocks(text)
    may_defer(text.encode())


LONG: dict[str, tuple[Callable[[int], str], int]] = {
    "brackets": (lambda n: "(" * n, 60_000),
    "nested f-strings": (lambda n: "f'{" * n, 1_000),
    "opened f-strings": (lambda n: 'f"' * n, 2_000),
    "names of characters in an f-string": (lambda n: 'f"' + "\\N{" * n, 2_000),
    "names of characters": (lambda n: "\\N{" * n, 20_000),
    "imports on one line": (lambda n: "import a;" * n, 1_000),
    "imports below much else": (lambda n: "()\n" * 20 * n + "import a\n" * n, 500),
    "headers on one line": (lambda n: "if x:" * n, 20_000),
    "continued lines": (lambda n: "\\\n" * n, 10_000),
    "quotes": (lambda n: "'" * (2 * n + 1), 20_000),
    "not": (lambda n: "if " + "not " * n + "TYPE_CHECKING: import a", 5_000),
    "and": (lambda n: "if " + "TYPE_CHECKING and " * n + "x: import a", 2_000),
    "files that are started": (lambda n: "if __name__ == '__main__': import a\n" * n, 500),
    "elif": (lambda n: "if TYPE_CHECKING: pass\n" + "elif x: import a\n" * n, 500),
    "dots": (lambda n: "from " + "." * n + " import a", 50_000),
    "from": (lambda n: ":from a" * n, 8_000),
    "blocks in blocks": (lambda n: "".join(" " * i + "if x:\n" for i in range(round(n**0.5))) + "import a", 200_000),
    "lazy modules": (lambda n: "".join(f"__lazy_modules__ += ['a{i}']\nimport a\n" for i in range(n)), 200),
    "a word": (lambda n: "a" * n, 100_000),
}


@pytest.mark.parametrize(("text", "size"), LONG.values(), ids=LONG)
def test_a_long_file_takes_no_more_than_its_length(text: Callable[[int], str], size: int) -> None:
    assert grows_no_faster(read, text, size)


@pytest.mark.parametrize(
    ("text", "older"),
    [
        ("x = f'{a['b']}'", 'x = ""'),
        ("x = t'{a}' + f(1)", 'x = "" + f(1)'),
        ('x = rf"{a}"', 'x = ""'),
        ("def f[T: int](x): ...", "def f(x): ..."),
        ("class A[T]: ...", "class A: ..."),
        ("class A(B): ...", "class A(B): ..."),
        ("type X = int | Y", "X = None"),
        ("type X[T] = list[T]", "X = None"),
        ("type(x)", "type(x)"),
        ("type = 1", "type = 1"),
        ("try: ...\nexcept A, B: ...", "try: ...\nexcept (A, B): ..."),
        ("try: ...\nexcept (A, B) as c: ...", "try: ...\nexcept (A, B) as c: ..."),
        ("'f\"' 'def f[T]()'", "'f\"' 'def f[T]()'"),
        ("x = 1\r\ny = F'{a}' + Tr'b'", 'x = 1\ny = "" + ""'),
        ("def f[T: (int, list[int])](x: X[T]) -> Y[T]: ...", "def f(x: X[T]) -> Y[T]: ..."),
        ("class A [T, U] (B[T]): ...\nx = f'{y}'", 'class A  (B[T]): ...\nx = ""'),
        (
            "x = f'{y}'\ndef f[T](): ...\ntype X = int\ntry: ...\nexcept A, B: ...",
            'x = ""\ndef f(): ...\nX = None\ntry: ...\nexcept (A, B): ...',
        ),
        ("class A:\n  type X[T] = (\n    T\n  )\n  y = 1", "class A:\n  X = None\\\n\\\n\n  y = 1"),
        ("type X = A[f'{b}']; y = 1", "X = None"),
        ("type == 1\ntype .x\ntype (x)", "type == 1\ntype .x\ntype (x)"),
        ("try: ...\nexcept* A, B.c: ...", "try: ...\nexcept* (A, B.c): ..."),
        ("try: ...\nexcept A as b: ...\nexcept C: ...", "try: ...\nexcept A as b: ...\nexcept C: ..."),
        ('x = f"""\n{a}\n""" + f"{b}"', 'x = ""\\\n\\\n + ""'),
    ],
)
def test_new_syntax_is_written_as_older_parsers_read_it(text: str, older: str) -> None:
    assert for_older_parsers(text) == older
    ast.parse(older)


def test_type_parameters_without_an_end_go_up_to_the_end() -> None:
    assert for_older_parsers("x = 1\ndef f[T, (") == "x = 1\ndef f"


@pytest.mark.parametrize(
    "text", ['x = (f"""{\na\n}""")\nlast', "type X = (\n    int\n)\nlast", "def f[\n    T\n](x): ...\nlast"]
)
def test_lines_stay_where_they_are(text: str) -> None:
    last = ast.parse(for_older_parsers(text)).body[-1]
    assert last.lineno == text.count("\n") + 1
