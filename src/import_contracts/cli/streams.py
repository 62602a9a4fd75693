"""Standard output and standard error of the process: a closed pipe or a full disk gives no traceback.

Nothing that is written raises an error. What could not be written is known at the end, and decides the exit status.
"""

from __future__ import annotations

import errno
import io
import os
import sys

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from typing import TextIO

_LEFT = {errno.EPIPE, errno.EINVAL if sys.platform == "win32" else errno.EPIPE}
"""The errors of a pipe without a reader."""


class Stream(io.FileIO):
    """A standard stream that keeps its first error instead of raising it, and then drops what is written."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._error: OSError | None = None

    @property
    def failure(self) -> str | None:
        """Why something could not be written; None if all was, or if the reader did not want more."""
        if self._error is None or self._error.errno in _LEFT:
            return None
        return "it is closed" if self._error.errno == errno.EBADF else self._error.strerror

    def write(self, data: object, /) -> int:
        """Write bytes, and return how many were written or dropped."""
        assert isinstance(data, bytes | bytearray | memoryview), "buffers write nothing else"  # noqa: S101
        if self._error is None:
            try:
                written = super().write(data)
                if written is None:  # the other side has made the pipe one that does not wait
                    os.set_blocking(self.fileno(), True)
                    written = super().write(data)
            except OSError as error:
                self._error = error
            else:
                return written
        return len(data)


def take_over() -> Stream:
    """Make ``sys.stdout`` and ``sys.stderr`` such streams, and return that of standard output.

    A stream that is not a file, such as a console of Windows, or that was replaced, stays as it is.
    """
    _open_closed()
    output, errors = Stream(1), Stream(2)
    if _is_standard(sys.stdout, 1):
        sys.stdout = _text(output, sys.stdout)
    if _is_standard(sys.stderr, 2):
        sys.stderr = _text(errors, sys.stderr)
    return output


def _is_standard(stream: io.TextIOBase | TextIO | None, descriptor: int) -> bool:
    """Return whether a stream is None, which it is if it was closed, or a file with a descriptor."""
    if stream is None:
        return True
    raw = getattr(stream, "buffer", None)  # with PYTHONUNBUFFERED this is the file
    raw = getattr(raw, "raw", raw)
    return type(raw) is io.FileIO and raw.fileno() == descriptor


def _text(stream: Stream, before: TextIO | None) -> io.TextIOWrapper:
    encoding, errors = ("utf-8", "backslashreplace") if before is None else (before.encoding, before.errors)
    return io.TextIOWrapper(io.BufferedWriter(stream), encoding, errors, line_buffering=True)


def _open_closed() -> None:
    """Open the standard streams that are closed, so that no other file gets their numbers; writing still fails."""
    for descriptor, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)


def not_obeyed(text: str) -> str:
    """Return a text to print; in GitHub Actions, between the lines that turn commands off and on again.

    Nobody can guess the token that turns them on. Both lines are in one text, because both streams are one log.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    token = os.urandom(16).hex()
    return f"::stop-commands::{token}\n{text}::{token}::\n"
