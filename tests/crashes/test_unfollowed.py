"""How often a program does what the crash analysis does not follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from import_contracts.crashes.unfollowed import unfollowed
from import_contracts.reading.source.text import Source
from tests.support.arranging import lint, write


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("importlib.import_module(name)", {"computed_imports": 1}),
        ("import_module (name); __import__(f'{a}.b')", {"computed_imports": 2}),
        ("import_module('p.a')\nimport_module('p.' + name)", {"computed_imports": 1}),
        ("__import__('p.a')\nimport_module('.a', __package__)", {}),
        ("import_module('.a', package)", {"computed_imports": 1}),
        ("def import_module(name): pass", {}),
        ("from importlib import import_module", {}),
        ("# import_module(name)\n'import_module(name)'", {}),
        ("exec(text)\nx = eval(text)", {"exec": 2}),
        ("frame.eval(text)\ndef exec(x): pass\nmodel.eval ()", {}),
        ("spec.loader.exec_module(module)", {"loaders": 1}),
        ("runpy.run_path(path)\nrunpy.run_module(name)", {"loaders": 2}),
        ("sys.meta_path.insert(0, Finder())\nsys.path_hooks.clear()", {"hooks": 2}),
        ("import os", {}),
    ],
)
def test_what_is_counted(text: str, found: dict[str, int]) -> None:
    assert unfollowed([Source("p.a", "p/a.py", False, text)]) == found


def test_the_numbers_of_several_texts_are_added_up() -> None:
    texts = ("exec(x)", "import_module(x)\nexec(x)")
    assert unfollowed(Source("p.a", "p/a.py", False, text) for text in texts) == {"computed_imports": 1, "exec": 2}


def test_no_crash_is_no_proof_where_something_was_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "import importlib\ndef f(x): importlib.import_module(x)"})
    summary = (
        "0 modules crash when imported first (Python 3.13); not followed: 1 call of import_module with a computed name."
    )
    assert lint(tmp_path, "cycles", "p", "--python", "3.13").out.strip().endswith(summary)
