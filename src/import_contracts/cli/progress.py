"""The progress of a run on standard error: a moving bar on a terminal, and elsewhere a line every thirty seconds.

A thread shows it, because a single call, such as the scan of all files, may take a minute.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

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
        """Show one step while it runs; what is returned counts one more as done. Copies of the process show nothing."""
        if os.getpid() != self._process:
            yield lambda: None
            return
        step = Step(what, total, done, time.monotonic(), done)
        over = threading.Event()
        self._steps.append(step)
        if len(self._steps) == 1:
            threading.Thread(target=self._watch, args=(over,), name="progress", daemon=True).start()
        try:
            yield step.advance
        finally:
            over.set()
            self._erase()
            self._steps.pop()
        if self._timings:
            self._say(f"{time.monotonic() - step.since:7.3f} s  {visible(what)}")

    def above(self, print_: Callable[[str], None]) -> Callable[[str], None]:
        """Return a function that prints something in place of the bar, which is drawn again below it."""

        def print_above(text: str) -> None:
            self._erase()
            print_(text)

        return print_above

    def _watch(self, over: threading.Event) -> None:
        """Show the progress from time to time, until the outermost step is over."""
        while not over.wait(self._pause()):
            with self._printing:
                if not over.is_set():
                    self._show()

    def _pause(self) -> float:
        due = self._current().since + self._pace.after if self._is_terminal else self._last_line + self._pace.line
        return max(due - time.monotonic(), self._pace.redraw)

    def _current(self) -> Step:
        steps = self._steps[:]  # the other thread may take the last one away
        return steps[-1] if steps else Step("")

    def _show(self) -> None:
        now = time.monotonic()
        step = self._current()
        if self._is_terminal and now - step.since >= self._pace.after:
            print(f"\r\x1b[K{bar(step, now - step.since, _width())}", end="", file=sys.stderr, flush=True)  # noqa: T201
            self._has_bar = True
        elif not self._is_terminal and now - self._last_line >= self._pace.line:
            self._last_line = now
            self._say(line(step, now - step.since))

    def _erase(self) -> None:
        with self._printing:
            if self._has_bar:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201 - as in _show
                self._has_bar = False


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
