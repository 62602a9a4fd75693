"""A call that runs in another thread, while this thread does something else."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

_T = TypeVar("_T")


def started(call: Callable[[], _T]) -> Callable[[], _T]:
    """Call a function in another thread; what is returned waits for it, and returns or raises what the function does.

    Where no thread can be started, the function is called when its result is asked for.
    """
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            errors.append(error)

    def result() -> _T:
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    thread = Thread(target=run, name="in_thread")
    try:
        thread.start()
    except RuntimeError:  # there are too many threads, or none on this platform
        return call
    return result
