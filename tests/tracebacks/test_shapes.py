"""Every shape of a traceback is read, and its story is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from import_contracts.tracebacks.messages import Failing, read_message
from import_contracts.tracebacks.reader import read_tracebacks
from tests.support.arranging import lint, write
from tests.tracebacks.shapes import PROGRAM, SHAPES


def explained(folder: Path, text: str, *args: str) -> dict[str, Any]:
    """Return the report about a text, as JSON."""
    (folder / "log.txt").write_bytes(text.encode())
    run = lint(folder, "explain", "--traceback", "log.txt", "--format", "json", *args)
    assert run.err == ""
    found = json.loads(run.out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_the_failing_lines_are_read(shape: str) -> None:
    found = [
        (raised, failure)
        for raised in read_tracebacks(SHAPES[shape])
        if (failure := read_message(raised.error, raised.message)) and failure.what is Failing.NAME
    ]

    assert len(found) == 1
    raised, failure = found[0]
    frames = [(frame.path.replace("\\", "/").rpartition("/")[2], frame.line) for frame in raised.frames]
    assert frames[-2:] == [("orders.py", 1), ("users.py", 1)]
    assert failure.name == "Order"
    assert failure.module == ("" if "3.6" in shape else "shop.orders")
    assert failure.is_partial == (shape not in {"3.6-without-the-module", "3.7-not-said-to-be-partial"})
    texts = [] if shape == "without-code" else ["from shop.users import User", "from shop.orders import Order"]
    assert [frame.text for frame in raised.frames[-2:] if frame.text] == texts


@pytest.mark.parametrize("shape", SHAPES)
def test_the_story_is_the_same(shape: str, tmp_path: Path) -> None:
    write(tmp_path, PROGRAM)
    stories = [story for story in explained(tmp_path, SHAPES[shape])["stories"] if story["kind"] == "cycle"]

    assert len(stories) == 1
    (story,) = stories
    places = [(step["module"], step["path"], step["line"]) for step in story["stack"]]
    assert places[-2:] == [("shop.orders", "shop/orders.py", 1), ("shop.users", "shop/users.py", 1)]
    assert (story["imported"], story["name"], story["reached"]) == ("shop.orders", "Order", 1)
    assert (story["defined"]["path"], story["defined"]["line"]) == ("shop/orders.py", 4)
    assert story["sentences"] == ["shop.orders waits for shop.users, and shop.users needs Order from shop.orders."]
    assert story["mending"]["kind"] == "type_checking"
    assert story["mending"]["works"]
    assert "+if TYPE_CHECKING:" in story["mending"]["diff"]
