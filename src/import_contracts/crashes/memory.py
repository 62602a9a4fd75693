"""What is bound, in dictionaries whose changes can be undone, and joined where paths through the program meet again."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias


class Unknown:
    """A value of which nothing is known, and as a key: any other key may be there as well."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()
MAYBE = Unknown()
"""The same, and the name may be unbound."""
REPLACED = Unknown()
"""As a key among the names of a module: what has taken its place in `sys.modules`."""
NO_IMPORT_ERROR = Unknown()
"""The class of an exception that is no ImportError; nothing else is known of it."""
ABSENT = Unknown()
"""No value: the name is unbound."""


class Names(dict[object, object]):
    """What is bound: in a module, a class, an object, a call, or a container.

    ``epoch`` is the number of the interpreter that made it, and ``birth`` counts what it had made before. There are
    so many of these that `Memory.names` sets both: an ``__init__`` would be one more call.
    """

    __slots__ = ("birth", "epoch")
    epoch: int
    birth: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """Modules as bits by their number: those that are initialized, and those that may be."""

    certain: int = 0
    maybe: int = 0

    def __or__(self, other: Loaded) -> Loaded:
        certain = self.certain | other.certain
        return Loaded(certain, (self.maybe | other.maybe) & ~certain)


class Imported(NamedTuple):
    """What is known of an import that worked; modules are bits as in `Loaded`.

    ``touched`` are the modules that it has looked for, or looked at. ``implied`` has, by the bit of one that may be
    loaded, those that are initialized wherever that is, except for those that certainly are. ``may_raise`` are the
    kinds of the exceptions that it may raise all the same.
    """

    loaded: Loaded
    touched: int
    implied: Mapping[int, int]
    may_raise: tuple[object, ...]


Change: TypeAlias = tuple[Names, object, object]
"""A dictionary, a key, and a value of it."""
Delta: TypeAlias = dict[tuple[int, object], Change]
"""Changes, by the identity of the dictionary and the key."""


class Memory:
    """The changes that one interpreter makes.

    What it changes in dictionaries of earlier interpreters is undone by `leave`.
    """

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self._changes: list[Change] = []
        self._foreign: list[Change] = []
        self._marks = 0
        self.births = 0

    def names(self, values: Mapping[Any, object] | Iterable[tuple[object, object]] = ()) -> Names:
        """Return a new dictionary."""
        made = Names(values)
        made.epoch = self.epoch
        self.births = made.birth = self.births + 1
        return made

    def is_new(self, names: Names, births: int) -> bool:
        """Tell whether a dictionary was made after some number of births."""
        return names.birth > births and names.epoch == self.epoch

    def changed(self, mark: int, births: int) -> list[tuple[Names, object]]:
        """Return what is not what it was at a mark in the dictionaries older than some number of births."""
        before: dict[tuple[int, object], Change] = {}
        for names, key, old in self._changes[mark:]:
            if not self.is_new(names, births):
                before.setdefault((id(names), key), (names, key, old))
        return [
            (names, key)
            for names, key, old in before.values()
            if (now := names.get(key, ABSENT)) is not old and not _same(now, old)
        ]

    def set(self, names: Names, key: object, value: object) -> None:
        """Bind a key; ABSENT removes it."""
        is_foreign = names.epoch != self.epoch
        if self._marks or is_foreign:
            change = (names, key, names.get(key, ABSENT))
            if self._marks:
                self._changes.append(change)
            if is_foreign:
                self._foreign.append(change)
        if value is ABSENT:
            names.pop(key, None)
        else:
            names[key] = value

    def update(self, names: Names, values: Mapping[str, object]) -> None:
        """Bind keys."""
        if self._marks or names.epoch != self.epoch:
            for key, value in values.items():
                self.set(names, key, value)
        else:
            names.update(values)

    @property
    def is_marked(self) -> bool:
        """Whether changes may have to be undone."""
        return self._marks > 0

    def mark(self) -> int:
        """Return a point to which changes can be undone, until it is released."""
        self._marks += 1
        return len(self._changes)

    def release(self) -> None:
        """Release the last mark."""
        self._marks -= 1
        if not self._marks:
            self._changes.clear()

    def since(self, mark: int) -> Delta:
        """Return the changes since a mark."""
        return {(id(names), key): (names, key, names.get(key, ABSENT)) for names, key, _ in self._changes[mark:]}

    def undo(self, mark: int) -> None:
        """Undo the changes since a mark."""
        while len(self._changes) > mark:
            _put(*self._changes.pop())

    def apply(self, delta: Delta) -> None:
        """Make changes again."""
        for names, key, value in delta.values():
            self.set(names, key, value)

    def join(self, mark: int, deltas: Collection[Delta]) -> int:
        """Undo the changes since a mark, and make those that come of several paths from there; return their number."""
        self.undo(mark)
        places = {place: each for delta in deltas for place, each in delta.items()}
        for place, (names, key, _) in places.items():
            before = (names, key, names.get(key, ABSENT))
            self.set(names, key, joined([delta.get(place, before)[2] for delta in deltas]))
        return len(places)

    def leave(self) -> list[Change]:
        """End: give the dictionaries of earlier interpreters their old values back, and return what they were then."""
        changed = {(id(names), key): (names, key, names.get(key, ABSENT)) for names, key, _ in self._foreign}
        while self._foreign:
            _put(*self._foreign.pop())
        return list(changed.values())


class _Effect(NamedTuple):
    """What an interpreter has bound a key to: its place in the order of a search, and the module that it began with."""

    number: int
    entry: str
    value: object


class Effects:
    """What interpreters have changed in the dictionaries of earlier ones.

    What was changed is not known any more by those that come after it, as it depends on what is imported.
    """

    def __init__(self) -> None:
        self._first: dict[tuple[int, object], Change] = {}
        self._made: dict[tuple[int, object], list[_Effect]] = {}
        self._waiting: list[tuple[int, Change]] = []

    def add(self, entry: str, number: int, changes: Iterable[Change]) -> None:
        """Add what the interpreter that imported ``entry`` first has changed, and undone again.

        ``number`` is its place in the order of the search.
        """
        for names, key, value in changes:
            place = id(names), key
            now = names.get(key, ABSENT)
            self._first.setdefault(place, (names, key, now))
            self._made.setdefault(place, []).append(_Effect(number, entry, value))
            _put(names, key, joined([now, value]))

    @property
    def entries(self) -> set[str]:
        """The modules whose interpreters have changed a dictionary of an earlier one."""
        return {effect.entry for made in self._made.values() for effect in made}

    def of_others(self, entries: Container[str]) -> dict[int, int]:
        """Return the interpreters whose dictionaries others than these entries have changed, by number.

        Each has the place in the order of the search of the first that did.
        """
        found: dict[int, int] = {}
        for place, made in self._made.items():
            maker = self._first[place][0].epoch
            for effect in made:
                if effect.entry not in entries:
                    found[maker] = min(effect.number, found.get(maker, effect.number))
        return found

    def take_over(self, before: Effects, entries: Container[str]) -> None:
        """Leave the dictionaries as they were at first; `until` makes the changes of some entries of another search."""
        self._first = before._first
        for place, (names, key, first) in self._first.items():
            _put(names, key, first)
            if made := [effect for effect in before._made.get(place, ()) if effect.entry in entries]:
                self._made[place] = made
                self._waiting += ((effect.number, (names, key, effect.value)) for effect in made)
        self._waiting.sort(key=itemgetter(0), reverse=True)

    def until(self, number: float) -> None:
        """Make the changes of the search that was taken over that come before a place in its order."""
        while self._waiting and self._waiting[-1][0] < number:
            _, (names, key, value) = self._waiting.pop()
            _put(names, key, joined([names.get(key, ABSENT), value]))


def _put(names: Names, key: object, value: object) -> None:
    if value is ABSENT:
        names.pop(key, None)
    else:
        names[key] = value


def joined(values: list[object]) -> object:
    """Return what is known of a value that is one of several."""
    first = values[0]
    if all([each is first or _same(each, first) for each in values]):  # noqa: C419 - faster than a generator
        return first
    kinds = set(map(type, values))
    if kinds == {Loaded}:
        return _either_loaded(values)  # type: ignore[arg-type]  # just checked
    if Names in kinds and all(each is ABSENT or type(each) is Names for each in values):
        spaces = [each for each in values if isinstance(each, Names)]
        return spaces[0] if len(spaces) == 1 else _joined_names(spaces)
    return MAYBE if ABSENT in values or MAYBE in values else UNKNOWN


def _same(one: object, other: object) -> bool:
    if isinstance(one, Names) or type(one) is not type(other):
        return False
    return bool(one == other)


def _joined_names(spaces: list[Names]) -> Names:
    keys = dict.fromkeys(key for each in spaces for key in each)
    made = Names({key: joined([each.get(key, ABSENT) for each in spaces]) for key in keys})
    made.epoch = spaces[0].epoch
    made.birth = min(each.birth for each in spaces)
    return made


def _either_loaded(values: list[Loaded]) -> Loaded:
    certain, some = values[0].certain, 0
    for each in values:
        certain &= each.certain
        some |= each.certain | each.maybe
    return Loaded(certain, some & ~certain)
