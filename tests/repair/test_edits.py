"""What is written into files: in any formatting only imports change, no comment is lost, and ruff finds nothing new."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from import_contracts.graph.kinds import Kind
from import_contracts.reading.source.trees import parse
from import_contracts.repair.edits import edits
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.layout import edited
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import Binding
from import_contracts.repair.ways import ImportedName
from tests.support.concrete import findings, lost_comments, program, without_imports

ORDER = [FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT, FixKind.DEFER]
OTHERS = {
    "b": "from p.b.x import B, C\nfrom .y import D\nclass E: ...\nclass F: ...\n",
    "b.x": "class B: ...\nclass C: ...\n",
    "b.y": "class D: ...\nclass G: ...\n",
    "c": "from .b.y import G\nclass H: ...\n",
}
NAMES = {"p.b": "BCDEF", ".b": "BCDEF", "p.c": "GH"}
COMMENTS = st.sampled_from(["", "", "", "  # noqa: F401", "  # why", " # type: ignore", "  # isort:skip"])
ALONE = st.sampled_from(["", "", "", "\n    # alone", "\n\n    # apart\n"])


@st.composite
def import_statements(draw: st.DrawFn, module: str, names: list[str]) -> str:
    """Return an import of some names in any layout."""
    written = [name + draw(st.sampled_from(["", "", f" as {name}1"])) for name in names]
    head = f"from{draw(st.sampled_from([' ', '  ']))}{module} import"
    layout = draw(st.sampled_from(["plain", "backslash", "brackets", "lines", "lines", "commas first", "aligned"]))
    end = draw(COMMENTS) + "\n"
    if layout == "plain":
        before, behind = (draw(st.sampled_from(["", "", each])) for each in ("Z = 1; ", "; W = 1"))
        return f"{before}{head} {draw(st.sampled_from([', ', ',', ' , '])).join(written)}{behind}{end}"
    if layout == "backslash":
        return f"{head} \\\n    " + ", \\\n    ".join(written) + end
    if layout == "brackets":
        return f"{head} ({', '.join(written)}{draw(st.sampled_from(['', ',', ' , ']))}){end}"
    if layout == "commas first":
        lines = "\n    , ".join(each + draw(COMMENTS) for each in written)
        return f"{head} (\n    {lines}\n){end}"
    if layout == "aligned":
        lines = f",{draw(COMMENTS)}\n        ".join(written)
        return f"{head} ({lines}){end}"
    commas = [*["," for _ in written[1:]], draw(st.sampled_from(["", ","]))]
    gap = "\n    "
    lines = "".join(
        f"{draw(ALONE)}{gap}{name}{comma}{draw(COMMENTS)}" for name, comma in zip(written, commas, strict=True)
    )
    return f"{head} ({draw(COMMENTS)}{lines}{draw(ALONE)}\n){end}"


def local(name: str, statement: str) -> str:
    return f"{name}1" if f"{name} as {name}1" in statement else name


USES: list[Callable[[str, int], str]] = [
    lambda name, n: f"def f{n}(x: '{name}') -> None: ...\n",
    lambda name, n: f"def f{n}(x: {name} | None = None): ...\n",
    lambda name, n: f"class A{n}:\n    '''Doc.'''\n    x: list[{name}]\n",
    lambda name, n: f"def g{n}():\n    '''Doc.'''\n\n    # Body.\n    return {name}()\n",
    lambda name, n: f"async def g{n}():\n    import os\n    from p.c import H as H{n}\n    return {name}(), os, H{n}\n",
    lambda name, n: (
        f"class M{n}:\n    @property\n    def m(self) -> '{name}':\n        # Body.\n        return {name}\n"
    ),
    lambda name, n: f"def h{n}(): return {name}\n",
    lambda name, n: f"class S{n}({name}):  # base\n    pass\n",
    lambda name, n: f"x{n} = {name}; y{n} = 1\n",
    lambda name, n: f"# No use of {name}{n}.\n",
]
HEADS = st.sampled_from(["", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", "# Licence.\n\n", "# Why.\n"])
DOCSTRINGS = st.sampled_from(["", '"""Doc."""\n', "'''Doc.\n\n# no comment\n'''  # said\n\n"])
FUTURES = st.sampled_from(
    ["", "", "from __future__ import annotations\n", "from __future__ import (\n    division,  # old\n)\n"]
)
LIBRARY = st.sampled_from(
    [
        "",
        "import os  # noqa: F401\n",
        "import typing\n\nY: typing.Any = 1\n",
        "import typing as t  # noqa: F401\n",
        "from typing import Any\n\nANY: 'Any' = 1\n",
        "from typing import (\n    Any,  # any\n    cast,\n)\ncast('Any', 1)\n",
        "from typing import TYPE_CHECKING, Any\nif TYPE_CHECKING:\n    from os import path\nP: 'Any | path' = 1\n",
        "from typing import TYPE_CHECKING as T\n\nif T:\n\n    # alone\n    from p.c import H as H9  # h\nQ: 'H9'\n",
        "import sys\n\nif sys.version_info > (3, 11):\n    import tomllib  # noqa: F401\n",
        "try:\n    import json  # noqa: F401\nexcept ImportError:\n    json = None\n\f\n",
    ]
)


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Return the text of a module that imports from p.b and p.c, and uses what it imports, in any formatting."""
    free = dict.fromkeys("BCDEFGH")
    statements = []
    for module in draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=3)):
        wanted = st.lists(st.sampled_from(NAMES[module]), min_size=1, max_size=4, unique=True)
        if names := [name for name in draw(wanted) if name in free]:
            statements.append((draw(import_statements(module, names)), names))
            free = {name: None for name in free if name not in names}
    uses = [
        draw(st.sampled_from(USES))(local(name, statement), number)
        for number, (statement, name) in enumerate((each, name) for each, names in statements for name in names)
    ]
    gaps = st.sampled_from(["", "\n", "\n\n", "# Between.\n", "\n# Apart.\n\n"])
    imports = chain.from_iterable((draw(gaps), each) for each, _ in statements)
    parts = [draw(HEADS), draw(DOCSTRINGS), draw(FUTURES), draw(LIBRARY), *imports]
    parts += chain.from_iterable((draw(gaps), use) for use in uses)
    text = "".join(parts) + "END = 1\n"
    if draw(st.booleans()):
        text = text.replace("    ", "\t")
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    ends = draw(st.sampled_from(["\n", "\n", "\r\n", "\r", "mixed"]))
    if ends != "mixed":
        return text.replace("\n", ends)
    return "".join(line + draw(st.sampled_from(["\n", "\r\n", "\r"])) for line in text.split("\n")[:-1])


KINDS = st.sampled_from(ORDER).map(lambda kind: [kind] * 20)
CHOICES = st.lists(st.sampled_from([None, *ORDER]), max_size=12)


def new_text(text: str, choices: Sequence[FixKind | None]) -> str:
    """Return the text of p.a with its imported names changed: each in the way that is chosen, or else in any."""
    sources, graph = program({**OTHERS, "a": text})
    names = ProgramNames(sources.get, graph, parse)
    usage = names.usage("p.a")
    assert usage is not None
    rewrites = []
    for binding, choice in zip_longest(usage.bindings, choices, fillvalue=FixKind.DEFER):
        if isinstance(binding, Binding) and binding.kind is Kind.RUNTIME and binding.module.startswith("p."):
            ways = ImportedName("p.a", usage, binding, names, (3, 12)).ways
            if ways and choice:
                rewrites.append(ways.get(choice, next(iter(ways.values())))[1])
    return edited(text, edits(names.tree("p.a"), names.layout("p.a"), rewrites, usage))


@given(modules(), CHOICES)
def test_in_any_formatting_only_imports_change_and_no_comment_is_lost(text: str, choices: list[FixKind | None]) -> None:
    after = new_text(text, choices)
    ast.parse(after)
    assert without_imports(after) == without_imports(text)
    assert lost_comments(text, after) == []


@given(modules(), KINDS)
def test_what_is_written_is_not_written_again(text: str, choices: list[FixKind | None]) -> None:
    once = new_text(text, choices)
    twice = new_text(once, choices)
    assert new_text(twice, choices) == twice


@pytest.mark.slow
@given(modules(), CHOICES)
@example("from p.c import (G,  # noqa: F401\n H)\n", [])
@example("from p.c import (H,  # noqa: F401\n G)\n", [])
def test_ruff_finds_nothing_new_in_imports(text: str, choices: list[FixKind | None]) -> None:
    with TemporaryDirectory() as folder:
        found = findings(Path(folder), {"before": text, "after": new_text(text, choices)})
    assert found["after"] <= found["before"]
