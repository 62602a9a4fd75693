"""What the names of a module may be bound to, as far as ``__all__`` depends on it: texts, lists of names, modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from import_contracts.records import NamedTuple, dataclass, field

Words: TypeAlias = frozenset[str]
"""A value that is one of some strings; empty where it is something else that is no name, such as a number."""


@dataclass(slots=True, eq=False)
class Names:
    """A list of names, or another collection of them: which it may contain, and how often.

    ``is_whole`` is False if it may have other names too, and ``is_exact`` is False if some of them may be missing.
    ``is_list`` says that ``+=`` changes it in place. ``has_bound`` says that it also has the names that the module has
    bound, as ``dir()`` returns them.
    """

    counts: Counter[str] = field(default_factory=Counter)
    is_whole: bool = True
    is_exact: bool = True
    is_list: bool = True
    has_bound: bool = False

    def copy(self) -> Names:
        """Return an equal one that is changed on its own."""
        return Names(self.counts.copy(), self.is_whole, self.is_exact, self.is_list, self.has_bound)

    def become(self, other: Names) -> None:
        """Take over what another one has."""
        self.counts = other.counts.copy()
        self.is_whole, self.is_exact, self.is_list = other.is_whole, other.is_exact, other.is_list
        self.has_bound = other.has_bound

    def add(self, item: Value) -> None:
        """Add an element."""
        if not isinstance(item, frozenset):
            self.is_whole = self.is_whole and isinstance(item, Names)  # a list in a list is no name
            return
        self.counts.update(item)
        self.is_exact = self.is_exact and len(item) < 2

    def extend(self, items: Names) -> None:
        """Add the elements of another collection, which may be itself."""
        self.counts += items.counts
        self.is_whole = self.is_whole and items.is_whole
        self.is_exact = self.is_exact and items.is_exact
        self.has_bound = self.has_bound or items.has_bound

    def remove(self, item: Value) -> None:
        """Remove an element, where it is known which."""
        if (text := only_text(item)) is not None:
            self.counts -= Counter([text])
        else:
            self.is_exact = False


class ModuleName(NamedTuple):
    """A module, which need not be in the program."""

    name: str


class From(NamedTuple):
    """What ``from module import name`` binds; it is looked up when it is needed."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Unbound:
    """The value of a name that has been deleted."""


UNBOUND = Unbound()

Value: TypeAlias = Words | Names | ModuleName | From | Unbound | None
"""None is a value of which nothing is known."""

_MOST_TEXTS, _LONGEST_TEXT = 100, 10_000


def concatenated(one: Words, other: Words) -> Words | None:
    """Return the texts that two may be together; None if these are too many, or too long."""
    if len(one) * len(other) > _MOST_TEXTS:
        return None
    found = frozenset(first + second for first in one for second in other)
    return found if found and max(map(len, found)) <= _LONGEST_TEXT else None


def only_text(value: Value) -> str | None:
    """Return the string that a value is; None if it may be another one, or is something else."""
    return next(iter(value)) if isinstance(value, frozenset) and len(value) == 1 else None


def elements(value: Value) -> Names:
    """Return what iterating over a value gives: over a string, its letters."""
    if isinstance(value, Names):
        return value
    if isinstance(value, frozenset):
        letters = Names(is_exact=len(value) < 2)
        for text in value:
            letters.counts |= Counter(text)
        return letters
    return Names(is_whole=False, is_exact=False)


class Bound(NamedTuple):
    """What a name is bound to; ``is_certain`` is False if that depends on the path that a run takes."""

    value: Value
    is_certain: bool = True


class Star(NamedTuple):
    """A star import in a module."""

    module: str
    is_certain: bool = True


class Namings:
    """The names that are bound in a module so far, or on one path through a part of it.

    Without ``outer`` it is a module; otherwise a path, which sees what was bound before, and changes ``copies`` of it.
    ``ends`` is True if the path raises an exception. ``bound_here`` is what was bound on the path itself.
    """

    def __init__(self, outer: Namings | None = None) -> None:
        self.stars: list[Star] = []
        self.ends = False
        self._outer = outer
        self.bound_here: dict[str, Bound] = {}
        self.copies: dict[int, tuple[Names, Names]] = {}

    def bind(self, name: str, value: Value) -> None:
        """Bind a name."""
        self.bound_here[name] = Bound(value)

    def resolve(self, name: str, value: Value) -> None:
        """Say what a name was bound to, where it was."""
        if name in self.bound_here:
            self.bound_here[name] = self.bound_here[name]._replace(value=value)
        elif self._outer is not None:
            self._outer.resolve(name, value)

    def find(self, name: str) -> Bound | None:
        """Return what a name is bound to, but for star imports; None if nothing has bound it."""
        found = self.bound_here.get(name)
        if found is None and self._outer is not None:
            found = self._outer.find(name)
            if found is not None and isinstance(found.value, Names):
                return Bound(self.own(found.value), found.is_certain)
        return found

    def own(self, names: Names) -> Names:
        """Return this path's own copy of a list from before."""
        if id(names) not in self.copies:
            self.copies[id(names)] = (names, names.copy())
        return self.copies[id(names)][1]

    def all_stars(self) -> Iterator[Star]:
        """Yield the star imports so far, the last one first."""
        yield from reversed(self.stars)
        if self._outer is not None:
            yield from self._outer.all_stars()

    def keep_lists(self, path: Namings) -> None:
        """Take over what a path from here has done to lists, and none of the names that it has bound."""
        for names, own in path.copies.values():
            names.become(own)

    def join(self, paths: Sequence[Namings]) -> None:
        """Go on after several paths from here, of which one was taken."""
        paths = [path for path in paths if not path.ends]
        if not paths:
            self.ends = True
            return
        joined = _Joining(paths)
        changed = {key: names for path in paths for key, (names, _) in path.copies.items()}
        for name in dict.fromkeys(name for path in paths for name in path.bound_here):
            found = [path.find(name) for path in paths]
            self.bound_here[name] = joined.bound([each or Bound(UNBOUND) for each in found])
        for names in changed.values():
            joined.keep(names, [path.own(names) for path in paths])
        counts = Counter(star.module for path in paths for star in {*path.stars})
        self.stars += (
            Star(star.module, star.is_certain and counts[star.module] == len(paths))
            for star in dict.fromkeys(star for path in paths for star in path.stars)
        )


class _Joining:
    """Joins what several paths have bound; lists that were one object on each of them are one afterwards."""

    def __init__(self, paths: Sequence[Namings]) -> None:
        self._before = {id(own): names for path in paths for names, own in path.copies.values()}
        self._made: dict[tuple[int, ...], Names] = {}

    def bound(self, found: Sequence[Bound]) -> Bound:
        values = [each.value for each in found if each.value is not UNBOUND]
        if not values:
            return Bound(UNBOUND)
        is_certain = len(values) == len(found) and all(each.is_certain for each in found)
        return Bound(self._value(values), is_certain)

    def _value(self, values: Sequence[Value]) -> Value:
        lists = [each for each in values if isinstance(each, Names)]
        if lists:
            before = self._before.get(id(lists[0]))
            if before is not None and all(self._before.get(id(each)) is before for each in values):
                return before
            key = tuple(map(id, values))
            if key not in self._made:
                self._made[key] = lists[0] if len(lists) == 1 == len(values) else _either(map(elements, values))
            return self._made[key]
        if all(isinstance(each, frozenset) for each in values):
            return frozenset[str]().union(*(each for each in values if isinstance(each, frozenset)))
        return values[0] if all(each == values[0] for each in values) else None

    def keep(self, names: Names, paths: Sequence[Names]) -> None:
        names.become(_either(paths))


def _either(lists: Iterable[Names]) -> Names:
    """Return a list that is one of several."""
    first, *others = lists
    result = first.copy()
    for other in others:
        result.is_exact = result.is_exact and other.is_exact and result.counts == other.counts
        result.counts |= other.counts
        result.is_whole = result.is_whole and other.is_whole
        result.is_list = result.is_list and other.is_list
        result.has_bound = result.has_bound or other.has_bound
    return result


def either(values: Sequence[Value]) -> Value:
    """Return a value that is one of several."""
    return _Joining(()).bound([Bound(value) for value in values]).value
