"""A fix that is killed at any moment leaves the old program or the new one, once the next run has seen it."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from import_contracts.runs.journal import Rewriting
from tests.support import killed
from tests.support.arranging import lint, write
from tests.support.killed import KILLED

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the process is forked")

PROGRAM = {
    "shop/__init__.py": "",
    **{f"shop/a{number}.py": f"from shop.b{number} import B\n\n\ndef f(b: B): ...\n" for number in range(3)},
    **{f"shop/b{number}.py": f"from shop.a{number} import f\n\n\nclass B:\n    g = f\n" for number in range(3)},
}
FIX = ("fix", "--unsafe-fixes", "--no-cache")
NOTHING = ("fix", "--no-cache", "--only", "direct_import", "--format", "json")
"""A fix that finds nothing to change, but puts back what another one has left."""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))
    return write(tmp_path / "project", PROGRAM)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def journals(folder: Path) -> list[Path]:
    return [*(folder.parent / "states").rglob("*.journal")]


def fixed(shop: Path) -> dict[str, bytes]:
    """Return the files of the program after the fix, without leaving them there."""
    before = contents(shop)
    assert lint(shop, *FIX).status == 0
    after = contents(shop)
    for name, data in before.items():
        (shop / name).write_bytes(data)
    assert sum(before[name] != data for name, data in after.items()) == 3
    return after


def is_whole_after(shop: Path, before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """Let the next run put files back; return whether it found something, and fail if the program is mixed."""
    found = contents(shop)
    was_mixed = {name: data for name, data in found.items() if not name.endswith(".tmp")} not in (before, after)
    had_journal = bool(journals(shop))
    warned = "'lint-imports fix' was interrupted" in lint(shop, "cycles", "--quick", "--no-cache").err
    assert warned == had_journal
    run = lint(shop, *NOTHING)
    assert run.status == 0, run.err
    assert contents(shop) in (before, after)
    assert not journals(shop)
    recovery = json.loads(run.out)["recovery"]
    assert (recovery is not None) == had_journal
    assert had_journal or not was_mixed
    return had_journal


def calls_while_writing(shop: Path) -> range:
    """Run the fix, and return the numbers of the function calls from its first change of a file to its last."""
    number, found = -1, set[int]()

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal number
        number += event in {"call", "c_call"}
        if frame.f_code.co_qualname.startswith(f"{Rewriting.__name__}."):
            found.add(number)

    sys.setprofile(count)
    try:
        lint(shop, *FIX)
    finally:
        sys.setprofile(None)
    write(shop, PROGRAM)
    return range(min(found), max(found) + 1)


def killed_at_each_write(shop: Path, *args: str, check: Callable[[], object]) -> int:
    """Kill the command before each of its writes in turn, and return the number of these."""
    for number in range(500):
        status = killed.run(shop, *args, at_write=number)
        check()
        if status != KILLED:
            return number
    raise AssertionError


@pytest.mark.slow
def test_a_kill_before_any_write_leaves_the_old_program_or_the_new_one(shop: Path) -> None:
    before, after = contents(shop), fixed(shop)
    seen = set()

    def check() -> None:
        seen.add(is_whole_after(shop, before, after))
        write(shop, PROGRAM)

    number = killed_at_each_write(shop, *FIX, check=check)
    assert number > 10
    assert seen == {False, True}


@pytest.mark.slow
def test_a_kill_while_files_are_put_back_does_no_harm(shop: Path) -> None:
    before, after = contents(shop), fixed(shop)
    assert killed.run(shop, *FIX, at_end=True) == KILLED
    assert contents(shop) == after

    def check() -> None:
        assert is_whole_after(shop, before, after) or contents(shop) == before
        assert killed.run(shop, *FIX, at_end=True) == KILLED

    assert killed_at_each_write(shop, *NOTHING, check=check) > 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_kill_at_a_random_moment_leaves_the_old_program_or_the_new_one(shop: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same ones each time
    before, after = contents(shop), fixed(shop)
    calls = calls_while_writing(shop)
    seen = set()
    for _ in range(15):
        assert killed.run(shop, *FIX, at_call=dice.choice(calls)) == KILLED
        seen.add(is_whole_after(shop, before, after))
        write(shop, PROGRAM)
    assert True in seen


def test_what_was_changed_after_a_kill_is_not_overwritten(shop: Path) -> None:
    assert killed.run(shop, *FIX, at_end=True) == KILLED
    write(shop, {"shop/a1.py": "mine = 1\n"})
    run = lint(shop, "fix", "--no-cache", "--only", "direct_import")
    assert run.status == 0
    assert "An earlier run was stopped before it had finished; its 2 files were put back." in run.out
    assert "These were changed since, so they were left as they are: shop/a1.py." in run.out
    assert contents(shop) == {name: text.encode() for name, text in (PROGRAM | {"shop/a1.py": "mine = 1\n"}).items()}


def test_a_diff_is_refused_after_a_kill(shop: Path) -> None:
    assert killed.run(shop, *FIX, at_end=True) == KILLED
    changed = contents(shop)
    run = lint(shop, "fix", "--diff")
    assert (run.status, run.out) == (2, "")
    assert "An earlier 'lint-imports fix' was stopped. Run it without --diff first" in run.err
    assert contents(shop) == changed
