"""What a traceback says: the exceptions, and the lines at which each was raised."""

from __future__ import annotations

from dataclasses import dataclass

MODULE = "<module>"
"""The name that Python gives to the code of a module."""


@dataclass(frozen=True, slots=True)
class PrintedFrame:
    """One line of a traceback.

    ``path`` and ``line`` are as they were printed. ``function`` is the name of the code that runs, `MODULE` for that of
    a module, and "" if it was not printed. ``text`` is the first printed line of the code, without the space around it;
    "" if none was printed.
    """

    path: str
    line: int
    function: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception with its traceback, the most recent call last.

    ``error`` is the name of its class as printed, such as ``ImportError`` or ``pkg.errors.Broken``. ``starts_at_top``
    says that the first frame is where the program began: the traceback is not cut off and not that of an imported file.
    ``was_handled`` says that another exception was raised while this one was handled.
    """

    frames: tuple[PrintedFrame, ...]
    error: str
    message: str
    starts_at_top: bool = False
    was_handled: bool = False
