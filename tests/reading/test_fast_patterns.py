"""Patterns that begin with a literal find what plainer ones find; of the imports of a text, all are kept."""

import re
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from import_contracts.crashes.missing import _OFTEN_BINDS, seem_bound
from import_contracts.crashes.model import strings_computed_with
from import_contracts.reading.source.calls import called_imports, calls_in, may_have_literals
from import_contracts.reading.source.imports import ImportReader, read_imports
from import_contracts.reading.source.plain import plain_text
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import parse
from import_contracts.repair.program_names import _OF_OBJECT, _STAR

COMPUTES = re.compile(
    r"import_module|sys\.modules|__import__|iter_modules|(?m:^)def __getattr__|(?<!ogger)\(\s*__name__\b"
)
OF_OBJECT = re.compile(r"""\b(?:[gs]etattr|delattr|patch\.object)\(\s*[^,]{1,120},\s*["'](\w+)["']""")
STAR = re.compile(r"import[\s\\]*\*(?=[ \t\f]*(?:[\r\n;#\\]|\Z))")

PIECES = ["getLogger", "(", ")", "__name__", "x", " ", "\n", "def __getattr__", "__import__", "getattr", "delattr", "."]
PIECES += ["patch.object", ",", '"a"', "'b'", "from m import", "*", "\\\n", ";", "# c", "import m", "a"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(TEXTS)
def test_the_same_is_found(text: str) -> None:
    assert (strings_computed_with(text) is not None) == (COMPUTES.search(text) is not None)
    assert set(_OF_OBJECT.findall(text)) == set(OF_OBJECT.findall(text))


@given(TEXTS)
def test_no_star_import_is_overlooked(text: str) -> None:
    assert _STAR.search(text) or not STAR.search(text)


CALLS = ["import_module", "__import__", "import import_module", "importlib.", "load", "=", "as", "name=", "globals()"]
CALLS += [
    "(",
    ")",
    '"a"',
    "'b'",
    "x",
    ",",
    " ",
    "\n",
    "\\\n",
    ";",
    "# c",
    '"""',
    "import importlib",
    "from importlib ",
    "f'",
]


@given(st.lists(st.sampled_from(CALLS), max_size=14).map("".join))
@example("from importlib import import_module\nload = import_module\nload('a')")
@example("import importlib\nx = importlib.import_module(name)\nimportlib.import_module('a')")
def test_no_call_with_a_literal_is_overlooked(text: str) -> None:
    calls = (text[slice(*call.span("arguments"))] for call in calls_in(plain_text(text)))
    assert may_have_literals(text) or not any(called_imports(each, "p.m", is_package=False) for each in calls)


NAMES = st.sampled_from(["a", "b", "ab", "aa"])
BINDINGS = st.lists(st.tuples(st.sampled_from([*_OFTEN_BINDS, "{}", " "]), NAMES), max_size=4)


@given(BINDINGS, NAMES)
def test_what_often_binds_a_name_is_found_for_each_name(forms: list[tuple[str, str]], name: str) -> None:
    text = "".join(form.format(each) for form, each in forms)
    assert name in seem_bound(text) or not any(form.format(name) in text for form in _OFTEN_BINDS)


STATEMENTS = ["from m import ", "from .m.n import ", "from .. import ", "import ", "lazy import ", "from m.1 import "]
STATEMENTS += [
    "a",
    "b as c",
    "a.b",
    ", ",
    "(",
    ")",
    "*",
    "é",
    "1",
    "\n",
    "\n    ",
    "\f",
    "# c",
    ";",
    "\\\n",
    "\r\n",
    "\t",
]
STATEMENTS += ['"', '"""', "'", "if x:", "yield\n", "raise x ", "class A:\n "]


@given(TEXTS | st.lists(st.sampled_from(STATEMENTS), max_size=14).map("".join))
def test_what_a_text_takes_is_what_it_imports(text: str) -> None:
    source, reader = Source("p.a", "p/a.py", is_package=False, text=text), ImportReader()
    imports = [each[:3] for each in read_imports(text, "p.a", is_package=False)]
    taken = [(level, module, name) for level, module, names in reader.taken(source) for name in names or (None,)]
    assert set(imports).issubset(taken)
    with suppress(SyntaxError):
        parse(text.replace("lazy import", "import"))
        assert taken == imports
    assert reader.has_read(source)
