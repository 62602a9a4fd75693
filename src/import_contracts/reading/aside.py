"""A call that runs in a copy of this process, while this process does something else."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, NoReturn, TypeVar

from import_contracts.reading.context import RunContext, Step

_T = TypeVar("_T")

_CAN_COPY = sys.platform == "linux"
"""Elsewhere a process cannot be copied, or the libraries of the system may not work in the copy."""
_SIZE = 8
"""How many bytes say how long an answer is."""


@contextmanager
def aside(call: Callable[[], _T], context: RunContext, *, is_long: bool = True) -> Iterator[Callable[[], _T]]:
    """Call a function in a copy of this process; what is yielded waits for it, and returns what the function does.

    The function must change nothing that is used later, and return what pickle can copy. If it raises an exception, or
    the copy cannot be made or is killed, the function is called here when its result is asked for; so what it returns
    or raises is the same everywhere. That is also done if the run may use one process only, or if the call is not long:
    to start and to end the copy takes about ten milliseconds. The copy is gone when the context is left.
    """
    copy = _copied(call) if is_long and context.jobs > 1 and _CAN_COPY else None
    if copy is None:
        yield call
        return
    process, reader = copy
    with open(reader, "rb") as answer:  # noqa: PTH123 - a pipe, not a file
        try:
            yield lambda: _result(answer, call, context.step)
        finally:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _copied(call: Callable[[], object]) -> tuple[int, int] | None:
    """Copy this process, and return the copy's number and the pipe to read its answer from; None if that fails."""
    reader, writer = os.pipe()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of other threads; none of them holds a lock we need
            process = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    if not process:
        _answer(call, writer)
    os.close(writer)
    return process, reader


def _answer(call: Callable[[], object], writer: int) -> NoReturn:
    """Write what a function returns, or nothing if it raises an exception, and end the process without a trace."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        text = pickle.dumps(call(), pickle.HIGHEST_PROTOCOL)
        with open(writer, "wb") as answer:
            answer.write(len(text).to_bytes(_SIZE, "big"))
            answer.write(text)
    finally:
        os._exit(0)


def _result(pipe: BinaryIO, call: Callable[[], _T], step: Step) -> _T:
    with step("wait for the second process"):
        size, answer = pipe.read(_SIZE), pipe.read()
    if len(size) < _SIZE or len(answer) != int.from_bytes(size, "big"):
        return call()
    found: _T = pickle.loads(answer)  # noqa: S301 - written by ourselves
    return found
