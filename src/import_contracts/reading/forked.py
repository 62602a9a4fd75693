"""A copy of this process. It imports little, because it is a part of a run that is remembered."""

import os
import sys

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # what signal is made of, without enum

CAN_FORK = sys.platform == "linux"
"""Elsewhere a process cannot be copied, or the libraries of the system may not work in the copy."""


def fork() -> int:
    """Copy this process, as `os.fork` does; signals that would be handled end the copy, from its first moment on."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        if not (process := os.fork()):
            for number in numbers:
                if callable(signal.getsignal(number)):
                    signal.signal(number, signal.SIG_DFL)
        return process
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end(process: int) -> None:
    """End a copy that may still run, and wait until it is gone."""
    try:
        os.kill(process, 9)
        os.waitpid(process, 0)
    except OSError:  # it is gone: where SIGCHLD is ignored, the system waits for each process that ends
        return
