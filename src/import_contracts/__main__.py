"""The entry point of ``lint-imports`` and ``python -m import_contracts``: runs the command, and ends at an interrupt.

Nothing but this is imported before interrupts are taken care of, because importing the rest takes most of a short run.
"""

import atexit
import os
import sys

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    import signal
    from typing import NoReturn
else:
    import _signal as signal  # what signal is made of, without enum

INTERRUPTED = 130
"""The exit status of the command after an interrupt; that of the process is 128 and the number of the signal."""

_SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]


def run() -> None:
    """Run the command with the arguments of this process, and exit."""
    interrupts: list[int] = []
    status: int
    try:
        _take_one(interrupts)
        status = __import__("import_contracts.cli", fromlist=["run"]).run()
        _take_no_more()  # What is to be said has been said. An interrupt would only spoil the end of the process.
    except BaseException as error:
        if not interrupts and not isinstance(error, KeyboardInterrupt):
            raise
        status = INTERRUPTED  # also if something has made another exception of it
    is_awaited = sys._getframe(1).f_back is not None  # noqa: SLF001 - not by the script that calls this
    _exit(_status(interrupts) if status == INTERRUPTED else status, is_awaited=is_awaited)


def _take_one(interrupts: list[int]) -> None:
    """Raise KeyboardInterrupt for the first interrupt, and note it."""

    def stop(number: int, _: object) -> None:
        _take_no_more()
        interrupts.append(number)
        raise KeyboardInterrupt

    def end(unraisable: "sys.UnraisableHookArgs") -> None:
        """End the process if an interrupt came where Python drops exceptions, such as in a finalizer."""
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            os._exit(_status(interrupts))
        sys.__unraisablehook__(unraisable)

    sys.unraisablehook = end
    for number in _SIGNALS:
        if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):  # a shell may have it ignored
            signal.signal(number, stop)


def _take_no_more() -> None:
    """Ignore Ctrl-C, which impatience repeats, so that it does not disturb the clean-up; other signals end it."""
    for number in _SIGNALS:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)


def _status(interrupts: list[int]) -> int:
    return 128 + interrupts[0] if interrupts else INTERRUPTED


def _exit(status: int, *, is_awaited: bool) -> "NoReturn":
    """End the process, without waiting for a thread that still reads files: nobody wants the result any more.

    If nobody waits for the exception that ends Python, as a profiler does, objects are not freed one by one either.
    """
    threading = sys.modules.get("threading")
    if not is_awaited or (threading is not None and threading.active_count() > 1):
        atexit._run_exitfuncs()  # noqa: SLF001 - temporary folders are removed
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    run()
