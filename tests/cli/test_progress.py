"""Progress: a moving bar on a terminal, a line from time to time elsewhere, and nothing once a step is over."""

import _thread
import io
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import import_contracts
from import_contracts.cli.progress import Pace, Progress, Step, Watcher, bar, line
from import_contracts.reading.awaited import Board
from import_contracts.reading.context import RunContext
from import_contracts.reading.forked import CAN_FORK
from import_contracts.reading.processes import in_process
from tests.support.arranging import lint

NOW = Pace(after=0, redraw=0.001, line=0)
NEVER = Pace(after=1e6, redraw=0.001, line=1e6)


class Stream(io.StringIO):
    """Standard error of which a test can await that something is printed."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal
        self.printed = threading.Event()

    def isatty(self) -> bool:
        return self._is_terminal

    def write(self, text: str) -> int:
        number = super().write(text)
        self.printed.set()
        return number

    def wait(self) -> None:
        self.printed.clear()
        assert self.printed.wait(60)


def progress(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, pace: Pace = NOW, timings: bool = False
) -> tuple[Progress, Stream]:
    stream = Stream(is_terminal=is_terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return Progress(lambda text: print(text, file=stream), timings=timings, pace=pace), stream


# --- when ---------------------------------------------------------------------------------------------------------


def test_on_a_terminal_a_bar_moves_while_a_step_runs_and_is_erased_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=True)
    with shown.step("scan"):
        stream.wait()
        stream.wait()
    assert re.fullmatch(r"(\r\x1b\[Kscan \[[-#]{20}\] 0 s)+\r\x1b\[K", stream.getvalue())


def test_elsewhere_there_are_lines_without_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=False)
    with shown.step("scan", 3) as advance:
        advance()
        stream.wait()
    assert re.fullmatch(r"(still working: scan \([01] of 3, 0 s\)\n)+", stream.getvalue())


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    progress(monkeypatch, is_terminal=True)
    monkeypatch.setenv("TERM", "dumb")
    stream = Stream(is_terminal=True)
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(lambda text: print(text, file=stream), pace=NOW).step("scan"):
        stream.wait()
    assert stream.getvalue().startswith("still working: scan (0 s)\n")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_short_step_shows_nothing(monkeypatch: pytest.MonkeyPatch, is_terminal: bool) -> None:
    shown, stream = progress(monkeypatch, is_terminal=is_terminal, pace=NEVER)
    for _ in range(20):
        with shown.step("scan"):
            pass
    assert not stream.getvalue()


def test_nothing_is_printed_once_a_step_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=True)
    with shown.step("scan"):
        stream.wait()
    after = stream.getvalue()
    assert not shown.show()
    assert stream.getvalue() == after
    assert after.endswith("\r\x1b[K")


def test_one_thread_shows_the_steps_of_all_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _thread._count()  # noqa: SLF001 - no other counts those that threading does not start
    for _ in range(5):
        shown, stream = progress(monkeypatch, is_terminal=True)
        for _ in range(5):
            with shown.step("scan"):
                stream.wait()
    assert _thread._count() <= before + 1  # noqa: SLF001 - as above


def test_where_no_thread_can_be_started_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", fail)
    monkeypatch.setattr(threading, "_start_new_thread", fail)
    monkeypatch.setattr("import_contracts.cli.progress._WATCHER", Watcher())
    shown, stream = progress(monkeypatch, is_terminal=True)
    with shown.step("scan"):
        pass
    assert not stream.getvalue()


def test_a_stream_that_takes_nothing_does_not_end_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=True)
    stream.close()
    with shown.step("scan"):
        pass
    shown, stream = progress(monkeypatch, is_terminal=True)
    with shown.step("scan"):
        stream.wait()


def test_of_steps_in_steps_the_innermost_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=False)
    with shown.step("outer"):
        with shown.step("inner"):
            while "inner" not in stream.getvalue():
                stream.wait()
        between = len(stream.getvalue())
        while "outer" not in stream.getvalue()[between:]:
            stream.wait()
    assert "inner" not in stream.getvalue()[between:].partition("\n")[2]


@pytest.mark.skipif(not CAN_FORK, reason="a process cannot be copied here")
def test_while_a_copy_of_the_process_is_awaited_its_step_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown, stream = progress(monkeypatch, is_terminal=True)
    (reader, writer), write_ = os.pipe(), stream.write

    def write(text: str) -> int:
        if "1 of 3" in text:
            os.write(writer, b".")
        return write_(text)

    def follow() -> int:
        with shown.step("follow", 3) as advance:
            advance()
            os.read(reader, 1)
        return 7

    monkeypatch.setattr(stream, "write", write)
    with in_process(follow, RunContext(tmp_path, step=shown.step, jobs=2)) as found:
        assert found() == 7
    assert "follow [######--------------] 1 of 3, 0 s" in stream.getvalue()


def test_what_a_copy_told_is_forgotten_before_another_one_is_made() -> None:
    board = Board()
    board.tell("plan", 1, 2)
    assert board.told() is None
    board.clear()
    assert board.told() is None
    board.tell("plan", 1, 2)
    assert board.told() == ("plan", 1, 2)
    board.tell("x" * 200, 1, None)
    assert board.told() == ("x" * 116, 1, None)
    board.clear()
    assert board.told() is None


def test_a_step_that_fails_is_erased_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=True)

    def fail() -> None:
        with shown.step("scan"):
            stream.wait()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_what_is_printed_during_a_step_is_above_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=True)
    with shown.step("scan"):
        stream.wait()
        shown.above(lambda text: print(text, file=stream))("warning: odd")
        stream.wait()
    assert "\r\x1b[Kwarning: odd\n" in stream.getvalue()


def test_the_time_of_each_step_is_said_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = progress(monkeypatch, is_terminal=False, pace=NEVER, timings=True)
    with shown.step("scan"):
        pass
    assert re.fullmatch(r" *\d+\.\d{3} s  scan\n", stream.getvalue())


# --- what ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "seconds", "expected"),
    [
        (Step("scan", 4, 1), 2.9, "scan [#####---------------] 1 of 4, 2 s, about 9 s left"),
        (
            Step("scan 9,000 files", 9000, 8999),
            75,
            "scan 9,000 files [###################-] 8,999 of 9,000, 75 s, about 1 s left",
        ),
        (Step("scan", 9, 5, first=4), 2.0, "scan [###########---------] 5 of 9, 2 s, about 8 s left"),
        (Step("scan", 9, 4, first=4), 2.0, "scan [########------------] 4 of 9, 2 s"),
        (Step("scan", 4, 4), 0, "scan [####----------------] 0 s"),
        (Step("scan"), 0, "scan [####----------------] 0 s"),
        (Step("scan"), 0.81, "scan [--------####--------] 0 s"),
        (Step("scan"), 1.65, "scan [----------------####] 1 s"),
        (Step("scan"), 2.45, "scan [--------####--------] 2 s"),
        (Step("look", None, 1234), 3, "look [--####--------------] 1,234, 3 s"),
        (Step("check 'é\x1b[2J\n'", 2), 0, "check '?\\x1b[2J\\n' [--------------------] 0 of 2, 0 s"),
    ],
)
def test_a_bar_has_what_is_done_and_how_much_of_it(step: Step, seconds: float, expected: str) -> None:
    assert bar(step, seconds, 80) == expected


@given(
    what=st.text(),
    total=st.none() | st.integers(0, 10**7),
    done=st.integers(0, 10**7),
    seconds=st.floats(0, 1e6),
    width=st.integers(0, 200),
)
def test_a_bar_fits_into_one_line_of_any_terminal(
    what: str, total: int | None, done: int, seconds: float, width: int
) -> None:
    shown = bar(Step(what, total, done), seconds, width)
    assert len(shown) <= max(0, width - 1)
    assert not shown or (shown.isascii() and shown.isprintable())


@given(what=st.text())
def test_a_line_is_one_line(what: str) -> None:
    assert line(Step(what, 9000, 12), 30).isprintable()


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step("scan", 200_000, 12_000), "still working: scan (12,000 of 200,000, 61 s)"),
        (Step("scan", 2, 2), "still working: scan (61 s)"),
        (Step("look", done=7), "still working: look (7, 61 s)"),
    ],
)
def test_a_line_has_the_count_and_the_time(step: Step, expected: str) -> None:
    assert line(step, 61.2) == expected


# --- who ----------------------------------------------------------------------------------------------------------


def test_every_loop_over_files_and_contracts_is_counted(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, tuple[int | None, int]] = {}

    class Watching(Progress):
        def step(self, what, total=None, done=0):  # type: ignore[no-untyped-def]
            step = Step(what, total, done)

            class Counted:
                def __enter__(self):  # type: ignore[no-untyped-def]
                    return step.advance

                def __exit__(self, *_):  # type: ignore[no-untyped-def]
                    seen[what.partition(" ")[0]] = total, step.done

            return Counted()

    monkeypatch.setattr("import_contracts.cli.terminal.Progress", Watching)
    lint(shop, "--no-cache")
    assert (seen["scan"], seen["check"]) == ((4, 4), (1, 0))
    lint(shop)
    (shop / "shop/web.py").write_text("import shop.models\nimport shop.util\n")
    (shop / "shop/new_one.py").touch()
    lint(shop)
    assert (seen["hash"][0], seen["search"]) == (seen["hash"][1], (5, 5))
    lint(shop, "cycles")
    assert seen["look"] == (4, 4)


def test_in_python_there_is_no_progress(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_contracts.check(folder=shop)
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_short_run_leaves_nothing_on_a_terminal(shop: Path) -> None:
    import pty  # noqa: PLC0415 - not on Windows

    reader, writer = pty.openpty()
    run = subprocess.run(
        [sys.executable, "-m", "import_contracts"], cwd=shop, stdout=subprocess.PIPE, stderr=writer, check=False
    )
    os.write(writer, b"end")
    assert (run.returncode, os.read(reader, 1000)) == (1, b"end")
    os.close(reader)
    os.close(writer)
