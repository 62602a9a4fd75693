"""The page about the Python API has every argument and every attribute, and no other."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter

import pytest

import import_contracts

from .pages import DOCS
from .tables import names

PAGE = "python-api.md"


@pytest.mark.parametrize("name", ["Report", "Outcome", "ReportedViolation", "Import", "Problem"])
def test_every_attribute_is_documented(name: str) -> None:
    of = getattr(import_contracts, name)
    found = sorted({each for each in (*dir(of), *map(attrgetter("name"), fields(of))) if not each.startswith("_")})

    assert sorted(names(PAGE, f"## {name}")) == found


@pytest.mark.parametrize("name", ["check", "render", "find_cycles"])
def test_functions_are_called_as_the_page_says(name: str) -> None:
    def function(text: str) -> inspect.Signature:
        scope: dict[str, Callable[..., object]] = {}
        exec(f"def {text}: ...", scope)  # noqa: S102 - it is our own page
        return inspect.signature(scope[name])

    (said,) = (line for line in (DOCS / PAGE).read_text(encoding="utf-8").splitlines() if line.startswith(f"{name}("))
    found = inspect.signature(getattr(import_contracts, name))
    plain = [each.replace(name=each.name.rstrip("_"), annotation=each.empty) for each in found.parameters.values()]
    stated = [each.replace(annotation=each.empty) for each in function(said.partition(" ->")[0]).parameters.values()]

    assert stated == plain
    assert said.partition("-> ")[2] == found.return_annotation


def test_every_argument_is_documented() -> None:
    assert names(PAGE, "## check") == list(inspect.signature(import_contracts.check).parameters)
