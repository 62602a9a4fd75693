"""Sequences in parts: how many items there are is known before any of them is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from typing import TypeVar, overload

T = TypeVar("T")
U = TypeVar("U")


class Parts(Sequence[T]):
    """A sequence of ``size`` items in ``number`` parts; ``make`` makes a part, when something in it is first used.

    It is equal to a tuple of the same items.
    """

    def __init__(self, size: int, number: int, make: Callable[[int], Sequence[T]]) -> None:
        self._size = size
        self.number = number
        self.part = cache(make)

    def mapped(self, function: Callable[[T], U]) -> Parts[U]:
        """Return what a function makes of each item, in the same parts."""
        return Parts(self._size, self.number, lambda at: tuple([function(item) for item in self.part(at)]))

    @cached_property
    def _all(self) -> tuple[T, ...]:
        return tuple(self)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[T]:
        for at in range(self.number):
            yield from self.part(at)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        return self._all[at]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, tuple | Parts) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return repr(self._all)
