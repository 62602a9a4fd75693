"""The progress of a run on standard error: a moving bar on a terminal, and elsewhere a line every thirty seconds.

A thread shows it, because a single call, such as the scan of all files, may take a minute. There is one in a process,
which waits between steps; where it cannot be started, nothing is shown.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil

from import_contracts.reading.awaited import BOARD, WAITING
from import_contracts.records import NamedTuple, dataclass
from import_contracts.visible import visible


class Pace(NamedTuple):
    """When progress is shown, in seconds: on a terminal ``after`` a while, again and again; elsewhere a line."""

    after: float = 2.0
    redraw: float = 0.1
    line: float = 30.0


@dataclass(eq=False, slots=True)
class Step:
    """What is being done; ``done`` of ``total``, if that is known, since a time. ``first`` were done before it."""

    what: str
    total: int | None = None
    done: int = 0
    since: float = 0.0
    first: int = 0

    def advance(self) -> None:
        """Count one more as done."""
        self.done += 1


class Progress:
    """Shows the current step, and with ``timings`` how long each step took; ``say`` prints a line."""

    def __init__(self, say: Callable[[str], None], *, timings: bool = False, pace: Pace | None = None) -> None:
        self._say = say
        self._timings = timings
        self._pace = pace or Pace()
        self._process = os.getpid()
        self._is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._steps: list[Step] = []
        self._last_line = time.monotonic()
        self._printing = threading.Lock()
        self._has_bar = False

    @contextmanager
    def step(self, what: str, total: int | None = None, done: int = 0) -> Iterator[Callable[[], None]]:
        """Show one step while it runs; what is returned counts one more as done.

        Copies of the process show nothing, but tell this one what they do, which shows it when it waits for them.
        """
        step = Step(what, total, done, time.monotonic(), done)
        if os.getpid() != self._process:
            yield from _told(step)
            return
        self._steps.append(step)
        if len(self._steps) == 1:
            _WATCHER.watch(self)
        try:
            yield step.advance
        finally:
            with self._printing:
                self._steps.pop()
                self._erase()
        if self._timings:
            self._say(f"{time.monotonic() - step.since:7.3f} s  {visible(what)}")

    def above(self, print_: Callable[[str], None]) -> Callable[[str], None]:
        """Return a function that prints something in place of the bar, which is drawn again below it."""

        def print_above(text: str) -> None:
            with self._printing:
                self._erase()
            print_(text)

        return print_above

    def show(self) -> bool:
        """Show the current step, if that is due; return whether there is one."""
        with self._printing:
            if self._steps:
                self._show(_awaited(self._steps[-1]), time.monotonic())
            return bool(self._steps)

    def pause(self) -> float:
        """Return for how many seconds nothing is due."""
        steps = self._steps[:]  # the other thread may take the last one away
        last = steps[-1].since if steps else time.monotonic()
        due = last + self._pace.after if self._is_terminal else self._last_line + self._pace.line
        return max(due - time.monotonic(), self._pace.redraw)

    def _show(self, step: Step, now: float) -> None:
        if self._is_terminal and now - step.since >= self._pace.after:
            print(f"\r\x1b[K{bar(step, now - step.since, _width())}", end="", file=sys.stderr, flush=True)  # noqa: T201
            self._has_bar = True
        elif not self._is_terminal and now - self._last_line >= self._pace.line:
            self._last_line = now
            self._say(line(step, now - step.since))

    def _erase(self) -> None:
        if self._has_bar:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201 - as in _show
            self._has_bar = False


def _told(step: Step) -> Iterator[Callable[[], None]]:
    """Tell another process of a step, and yield what counts one more as done."""

    def tell() -> None:
        BOARD.tell(step.what, step.done, step.total)

    def advance() -> None:
        step.advance()
        tell()

    tell()
    yield advance


def _awaited(step: Step) -> Step:
    """Return the step that a copy of this process has told, if this one waits for that; else the step itself."""
    told = BOARD.told() if step.what == WAITING else None
    if told is None:
        return step
    what, done, total = told
    return Step(what, total, done, step.since, done)


class Watcher:
    """The thread that shows what is in progress.

    `threading.Thread` is not used: it waits until the thread has started, which takes time at each start of a process,
    and never ends if there is not enough memory for the thread.
    """

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._watched: Progress | None = None
        self._is_started = False

    def watch(self, progress: Progress) -> None:
        """Show a progress of which the first step has begun, until it has none, or until another is watched."""
        self._watched = progress
        self._begun.set()
        if not self._is_started:
            self._is_started = True
            with suppress(RuntimeError, MemoryError):  # no thread can be started
                _thread.start_new_thread(self._run, ())

    def _run(self) -> None:
        while True:
            progress, pause = self._watched, None
            with suppress(Exception):  # a run that cannot show what it does goes on
                pause = progress.pause() if progress and progress.show() else None
            self._begun.wait(pause)
            self._begun.clear()


_WATCHER = Watcher()


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


_CELLS = 20
_FILLED = 4


def bar(step: Step, seconds: float, width: int) -> str:
    """Return a step as one line that is shorter than ``width``: what it does, a bar, the count, and the time.

    If something is counted already, also about how long the rest takes.

    The bar fills if the total is known. Otherwise, and once all is counted, a part of it moves from side to side.
    """
    if step.total and step.done < step.total:
        filled = _CELLS * step.done // step.total
        cells = "#" * filled + "-" * (_CELLS - filled)
    else:
        way = _CELLS - _FILLED
        place = way - abs(int(seconds * 10) % (2 * way) - way)
        cells = "-" * place + "#" * _FILLED + "-" * (way - place)
    end = f" [{cells}] {_count(step)}{int(seconds)} s{_left(step, seconds)}"
    # A character that is not ASCII may take two columns.
    what = "".join(letter if letter.isascii() else "?" for letter in visible(step.what))
    return f"{what[: max(0, width - 1 - len(end))]}{end}"[: max(0, width - 1)]


def line(step: Step, seconds: float) -> str:
    """Return a step as a line for a log."""
    return f"still working: {visible(step.what)} ({_count(step)}{int(seconds)} s)"


def _left(step: Step, seconds: float) -> str:
    done = step.done - step.first
    if not step.total or done <= 0 or step.done >= step.total:
        return ""
    return f", about {ceil(seconds * (step.total - step.done) / done):,} s left"


def _count(step: Step) -> str:
    if not step.total:
        return f"{step.done:,}, " if step.done else ""
    return f"{step.done:,} of {step.total:,}, " if step.done < step.total else ""
