"""Runs the command and interrupts it: ``python interrupted.py SIGNAL WHEN AGAIN ARGUMENTS``.

The process gets the signal, such as ``SIGINT``, at the call with the number WHEN, or at the first call of a function of
that name, and at the AGAIN next calls.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

calls = 0
first: int | None = None


def main(sent: signal.Signals, when: str, again: int) -> None:
    """Run the command."""

    def count(frame: FrameType, event: str, _: object) -> None:
        global calls, first  # noqa: PLW0603 - for a process of its own
        if event in {"call", "c_call"}:
            calls += 1
            if first is None and when in {str(calls), frame.f_code.co_name}:
                first = calls
            if first is not None and first <= calls <= first + again:
                os.kill(os.getpid(), sent)

    from import_contracts.__main__ import run  # noqa: PLC0415 - interrupted from here on

    sys.path.pop(0)
    sys.setprofile(count)
    run()


if __name__ == "__main__":
    name, moment, repeats = sys.argv[1:4]
    del sys.argv[1:4]
    main(signal.Signals[name], moment, int(repeats))
