"""How work grows with what is worked on: a ratio of CPU times of this process, in which nobody else's work counts."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time


def grows_no_faster(work: Callable[[str], object], text: Callable[[int], str], size: int) -> bool:
    """Say whether work on a text takes in proportion to the length: four times, not sixteen, on four times the text.

    ``text`` makes a text of a size. What a busy machine adds is in no ratio that stays, so one of five has to do.
    """
    short, long = text(size), text(4 * size)
    return any(_least(work, long) < 8 * _least(work, short) for _ in range(5))


def _least(work: Callable[[str], object], text: str) -> float:
    times = []
    for _ in range(3):
        before = process_time()
        work(text)
        times.append(process_time() - before)
    return min(times)
