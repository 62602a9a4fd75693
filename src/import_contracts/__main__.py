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
"""The exit status: 128 and the number of the signal, as shells have it."""


def run() -> None:
    """Run the command with the arguments of this process, and exit."""
    interrupts: list[int] = []
    status: int
    try:
        _take_one(interrupts)
        status = __import__("import_contracts.cli", fromlist=["run"]).run()
        # What is to be said has been said. From here on, an interrupt would only spoil the end of the process.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except BaseException as error:
        if not interrupts and not isinstance(error, KeyboardInterrupt):
            raise
        status = INTERRUPTED  # also if something has made another exception of it
    sys.exit(status)


def _take_one(interrupts: list[int]) -> None:
    """Raise KeyboardInterrupt for the first interrupt, and note it; the others would only disturb the clean-up."""

    def stop(number: int, _: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        interrupts.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell ignores it for a background job
        signal.signal(signal.SIGINT, stop)
        sys.unraisablehook = _unraisable


def _unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    """End the process if an interrupt came where Python drops exceptions, such as in a finalizer."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        os._exit(INTERRUPTED)
    sys.__unraisablehook__(unraisable)


if __name__ == "__main__":
    run()
