"""The entry point of ``lint-imports`` and ``python -m import_contracts``: runs the command, and ends at an interrupt.

Nothing but this is imported before interrupts are taken care of, because importing the rest takes most of a short run.
"""

import os
import sys

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    import signal
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
        # What is to be said has been said. From here on, an interrupt would only spoil the end of the process.
        _ignore_more()
    except BaseException as error:
        if not interrupts and not isinstance(error, KeyboardInterrupt):
            raise
        status = INTERRUPTED  # also if something has made another exception of it
    sys.exit(_status(interrupts) if status == INTERRUPTED else status)


def _take_one(interrupts: list[int]) -> None:
    """Raise KeyboardInterrupt for the first interrupt, and note it; the others would only disturb the clean-up."""

    def stop(number: int, _: object) -> None:
        _ignore_more()
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


def _ignore_more() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _status(interrupts: list[int]) -> int:
    return 128 + interrupts[0] if interrupts else INTERRUPTED


if __name__ == "__main__":
    run()
