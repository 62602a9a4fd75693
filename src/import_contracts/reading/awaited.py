"""What a copy of this process is doing, so that this process can show that while it waits for the copy."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmap import mmap

WAITING = "wait for the second process"
"""The step of a process that waits for its copy."""
_SIZE = 120


class Board:
    """A little memory that a process and its copies share. It has the step that any of them has told last."""

    def __init__(self) -> None:
        self._memory: mmap | None = None

    def clear(self) -> None:
        """Forget what was told. Only copies that are made after that can tell something."""
        from mmap import mmap  # noqa: PLC0415 - few runs make copies

        self._memory = self._memory or mmap(-1, _SIZE)
        self._memory[:] = bytes(_SIZE)

    def tell(self, what: str, done: int, total: int | None) -> None:
        """Say what is being done, and how much of it is done."""
        if self._memory is not None:
            self._memory[:] = f"{done} {total or 0} {what}".encode()[:_SIZE].ljust(_SIZE, b"\0")

    def told(self) -> tuple[str, int, int | None] | None:
        """Return what was told; None if nothing was, or if somebody is telling something right now."""
        text = b"" if self._memory is None else self._memory[:]
        with suppress(ValueError):
            done, total, what = text.rstrip(b"\0").decode(errors="replace").split(" ", 2)
            return what, int(done), int(total) or None
        return None


BOARD = Board()
