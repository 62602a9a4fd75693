"""A call that runs in a copy of this process, while this process does something else."""

from __future__ import annotations

import os
import pickle
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from io import BytesIO
from itertools import count, islice
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

from import_contracts.reading.awaited import BOARD, WAITING
from import_contracts.reading.context import RunContext, Step
from import_contracts.reading.forked import CAN_FORK, end, fork
from import_contracts.reading.threads import started

_T = TypeVar("_T")
_A = TypeVar("_A")
_P = ParamSpec("_P")

_SIZE = 8
"""How many bytes say how long an answer is."""
_LOOKS = 0.2
"""After how many seconds of work a copy looks whether it is still needed."""


@contextmanager
def in_process(call: Callable[[], _T], context: RunContext, *, is_long: bool = True) -> Iterator[Callable[[], _T]]:
    """Call a function in a copy of this process; what is yielded waits for it, and returns what the function does.

    The function must change nothing that is used later, and return what pickle can copy. If it raises an exception, or
    the copy cannot be made or is killed, the function is called here when its result is asked for; so what it returns
    or raises is the same everywhere. That is also done if the run may use one process only, or if the call is not long:
    to start and to end the copy takes about ten milliseconds. The copy is gone when the context is left.
    """

    def results(_: object) -> Iterator[_T]:
        yield call()

    with asking(results, _no_answer, context, is_long=is_long) as found:
        yield lambda: next(found)


@contextmanager
def asking(
    call: Callable[[Callable[_P, _A]], Iterator[_T]],
    answer: Callable[_P, _A],
    context: RunContext,
    *,
    is_long: bool = True,
    shared: Sequence[object] = (),
) -> Iterator[Iterator[_T]]:
    """Do the same for a generator that may ask this process questions, which are answered while results are awaited.

    The generator is made with what asks, which returns what ``answer`` does. Questions and answers must be what pickle
    can copy. Where the generator runs here, the questions are asked here. Both processes have the ``shared`` objects:
    their numbers are sent in place of them.
    """
    copy = _copied(call, shared) if is_long and context.jobs > 1 and CAN_FORK else None
    if copy is None:
        yield call(answer)
        return
    process, pipes = copy
    with pipes:
        try:
            yield _results(pipes, call, answer, context.step)
        finally:
            end(process)


def _no_answer() -> None:
    """Answer the question that is never asked."""


class _Pipes:
    """The ends of two pipes, through which this process and its copy send values to each other.

    They send the numbers of the objects that are ``shared``.
    """

    def __init__(self, reader: int, writer: int, shared: Sequence[object]) -> None:
        self._reader, self._writer = open(reader, "rb"), open(writer, "wb")  # noqa: SIM115 - pipes
        self._shared = shared
        self._numbers = {id(each): number for number, each in enumerate(shared)}

    def __enter__(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        self._reader.close()
        with suppress(BrokenPipeError):
            self._writer.close()

    def send(self, value: object) -> None:
        """Send a value; raises OSError if the other process is gone, and any error if pickle cannot copy the value."""
        self.write(self.pickled(value))

    def pickled(self, value: object) -> bytes:
        """Return what is to be written to send a value; raises any error if pickle cannot copy it."""
        text = BytesIO()
        _Pickler(text, self._numbers).dump(value)
        return text.getvalue()

    def write(self, text: bytes) -> None:
        """Send a value that is pickled already; raises OSError if the other process is gone."""
        self._writer.write(len(text).to_bytes(_SIZE, "big"))
        self._writer.write(text)
        self._writer.flush()

    def receive(self) -> object:
        """Return what the other process has sent; raises EOFError if it is gone before all of that has arrived."""
        size = self._reader.read(_SIZE)
        text = self._reader.read(int.from_bytes(size, "big"))
        if len(size) < _SIZE or len(text) != int.from_bytes(size, "big"):
            raise EOFError
        return _Unpickler(BytesIO(text), self._shared).load()


class _Pickler(pickle.Pickler):
    """Writes the numbers of some objects, which are those of their ids."""

    def __init__(self, file: BytesIO, numbers: Mapping[int, int]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._numbers = numbers

    def persistent_id(self, value: object) -> int | None:
        return self._numbers.get(id(value))


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` has written."""

    def __init__(self, file: BytesIO, shared: Sequence[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, number: int) -> object:
        return self._shared[number]


def _copied(
    call: Callable[[Callable[_P, _A]], Iterator[object]], shared: Sequence[object]
) -> tuple[int, _Pipes] | None:
    """Copy this process, and return the copy's number and the pipes to it; None if that fails."""
    ends, original = [*os.pipe(), *os.pipe()], os.getpid()
    try:
        BOARD.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of other threads; none of them holds a lock we need
            process = fork()
    except OSError:
        for end in ends:
            os.close(end)
        return None
    here = (ends[0], ends[3]) if process else (ends[2], ends[1])
    for end in set(ends).difference(here):
        os.close(end)
    pipes = _Pipes(*here, shared)
    if not process:
        _answer(call, pipes, original)
    return process, pipes


def _answer(call: Callable[[Callable[_P, _A]], Iterator[object]], pipes: _Pipes, original: int) -> NoReturn:
    """Send what a generator yields, until it raises an exception, and end the process without a trace.

    The generator goes on while a result waits to be received, which takes long if it is longer than a pipe. The process
    also ends soon after the ``original`` one has been killed: at its next question, or the next time it looks.
    """

    def look(*_: object) -> None:
        if os.getppid() != original:
            os._exit(0)

    def ask(*question: _P.args, **named: _P.kwargs) -> _A:
        sent()
        pipes.send((True, (question, named)))
        return cast("_A", pipes.receive())

    sent: Callable[[], object] = _no_answer
    try:
        signal.signal(signal.SIGVTALRM, look)
        signal.setitimer(signal.ITIMER_VIRTUAL, _LOOKS, _LOOKS)
        for result in call(ask):
            text = pipes.pickled((False, result))
            sent()
            sent = started(partial(pipes.write, text))
        sent()
    finally:
        os._exit(0)


def _results(
    pipes: _Pipes, call: Callable[[Callable[_P, _A]], Iterator[_T]], answer: Callable[_P, _A], step: Step
) -> Iterator[_T]:
    for number in count():
        try:
            yield _result(pipes, answer, step)
        except EOFError:
            yield from islice(call(answer), number, None)
            return


def _result(pipes: _Pipes, answer: Callable[_P, _A], step: Step) -> Any:
    """Answer questions until there is a result, and return that; raises EOFError if there is none."""
    while True:
        with step(WAITING):
            is_question, value = cast("tuple[bool, object]", pipes.receive())
        if not is_question:
            return value
        question, named = cast("tuple[Any, Any]", value)
        found = answer(*question, **named)
        with suppress(OSError):  # if it is gone, the next thing that is received says so
            pipes.send(found)
