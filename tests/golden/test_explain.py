"""What is explained of the same program and contracts as in the reports."""

from pathlib import Path

import pytest

from tests.support.arranging import lint, write

from .reports import CONTRACTS, compare

QUESTIONS = {"explain": (), "explain-dependency": ("shop.models", "shop.api"), "explain-contract": ("protected",)}
FORMATS = {"txt": "text", "json": "json"}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_an_explanation_is_as_it_was(request: pytest.FixtureRequest, shop: Path, name: str, suffix: str) -> None:
    known = 'baseline = "known.txt"\nroot_packages'
    entry = "layers shop.models.order -> shop.util => shop.api\n"
    write(shop, {"pyproject.toml": CONTRACTS.replace("root_packages", known), "known.txt": entry})
    run = lint(shop, "explain", *QUESTIONS[name], "--format", FORMATS[suffix])
    assert run.status == 0, run.err
    compare(request, f"{name}.{suffix}", run.out)
