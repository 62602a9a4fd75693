"""Runs the command and interrupts it: ``python interrupted.py NUMBER AGAIN ARGUMENTS``.

The process gets SIGINT when the function with that number is called, and with AGAIN at each of the next calls too.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

calls = 0


def main(number: int, again: int) -> None:
    """Run the command."""

    def count(_: FrameType, event: str, __: object) -> None:
        global calls  # noqa: PLW0603 - for a process of its own
        if event in {"call", "c_call"}:
            calls += 1
            if number <= calls <= number + again:
                os.kill(os.getpid(), signal.SIGINT)

    from import_contracts.__main__ import run  # noqa: PLC0415 - interrupted from here on

    sys.path.pop(0)
    sys.setprofile(count)
    run()


if __name__ == "__main__":
    how, repeats = int(sys.argv[1]), int(sys.argv[2])
    del sys.argv[1:3]
    main(how, repeats)
