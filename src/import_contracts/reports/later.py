"""What is read or made when it is first used: sequences whose length is known before, and import statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from typing import Protocol, TypeVar, overload

from import_contracts.graph.import_graph import Edge, Import
from import_contracts.graph.kinds import Kind

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

    def __reduce__(self) -> tuple[type[tuple[T, ...]], tuple[tuple[T, ...]]]:
        """Return what copies the items, as a tuple."""
        return tuple, (self._all,)


class Later(Parts[T]):
    """A sequence of ``number`` items; ``make`` makes the one at a place, when it is first read."""

    def __init__(self, number: int, make: Callable[[int], T]) -> None:
        super().__init__(number, number, lambda at: (make(at),))

    def mapped(self, function: Callable[[T], U]) -> Later[U]:
        """Return what a function makes of each item."""
        return Later(len(self), lambda at: function(self[at]))

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, int):
            return self.part(range(self.number)[at])[0]
        places = range(self.number)[at]
        return Later(len(places), lambda number: self[places[number]])


class Read(Protocol):
    """What is read of a statement."""

    @property
    def column(self) -> int:
        """As in `Import`."""

    @property
    def kind(self) -> Kind:
        """As in `Import`."""

    @property
    def text(self) -> str:
        """As in `Import`."""


class LaterImport(Import):
    """An import whose column, kind and text are read when one of them is first used.

    ``lines`` are those of its statements; None if it is whatever is on its line.
    """

    lines: tuple[int, ...] | None

    def __init__(
        self, edge: Edge, path: str, line: int, read: Callable[[], Read], lines: tuple[int, ...] | None = None
    ) -> None:
        own = {"importer": edge[0], "imported": edge[1], "path": path, "line": line, "_read": read, "lines": lines}
        for name, value in own.items():
            object.__setattr__(self, name, value)

    @property
    def is_read(self) -> bool:
        """Whether the statement has been read."""
        return "_read" not in vars(self)

    def __getattr__(self, name: str) -> object:
        """Read the statement; Python calls this for attributes that are not set yet."""
        if name not in _STATEMENT:
            raise AttributeError(name)
        statement = self.__dict__["_read"]()
        for attribute in _STATEMENT:
            object.__setattr__(self, attribute, getattr(statement, attribute))
        del self.__dict__["_read"]
        return getattr(statement, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Import):
            return NotImplemented
        return self is other or all(getattr(self, name) == getattr(other, name) for name in Import.__slots__)

    def __hash__(self) -> int:
        return hash((self.importer, self.imported, self.path, self.line))


_STATEMENT = ("column", "kind", "text")
