"""Which names a module may have, as far as its text tells."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from import_contracts.reading.source.bound import BoundNames
from import_contracts.reading.source.text import Source, decode
from tests.support.arranging import graph

MODULES = (
    "argparse",
    "ast",
    "asyncio.events",
    "decimal",
    "enum",
    "json",
    "logging",
    "re",
    "socket",
    "subprocess",
    "typing",
)


@pytest.mark.parametrize("name", MODULES)
def test_no_name_that_a_module_has_is_missed(name: str) -> None:
    module = importlib.import_module(name)
    path = Path(str(module.__file__))

    def source(_: str) -> Source:
        return Source(name, str(path), path.name == "__init__.py", decode(path.read_bytes()))

    names = BoundNames(graph(name), source).of(name)
    has = vars(module).keys()
    submodules = {path.stem for path in path.parent.glob("*.py")}
    assert names is None or has - submodules <= names
