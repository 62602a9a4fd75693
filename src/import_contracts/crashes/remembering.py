"""Remembered calls: what distinguishes calls of a function, and the results of equal ones.

A call is remembered if it has only looked at modules that are initialized, has changed at most its first argument, and
if all that comes of it is known, new, or one of its arguments. The variables of modules and the attributes of classes
are taken to be the same in all of the calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from import_contracts.crashes.memory import Loaded, Memory, Names, Unknown
from import_contracts.crashes.values import (
    Arguments,
    BoundMethod,
    ClassValue,
    Container,
    External,
    FunctionValue,
    InstanceValue,
    Literal,
    ModuleInfo,
    ModuleNames,
    ModuleValue,
    OwnName,
    Partial,
    SuperValue,
    Wrapped,
)

_OF_TYPE = frozenset({bool, int, float, complex, str, OwnName})
_OF_ITSELF = frozenset({bytes, type(None), Unknown, External, ModuleValue, ModuleNames, Literal})
"""The types of the values of which only equal ones are alike; those of the first are also equal to others."""
_DEEPEST, _LARGEST = 3, 20
"""Of values that nest deeper, or have more elements, nobody tells whether they are alike."""

_CALLS_OF_LIMIT = 2
_CALLS_OF_HABIT, _MOST_CALLS = 50, 1_000_000
_UNLIKE_CALLS = 20
"""Without a call that is like one before it, the calls of a function are compared only so long."""


class UnlikeError(Exception):
    """It cannot be told whether another value would be like this one."""


class CallKey(NamedTuple):
    """What the result of a call depends on: the function, by its module and definition, and the values that it gets."""

    module: str
    line: int
    node: int
    given: tuple[object, ...]


class Result(NamedTuple):
    """What comes of a call, if all modules that it has ``looked_at`` are initialized.

    ``may_raise`` are the kinds of the exceptions that may have been raised in it. ``bound`` are the names that it binds
    in its first argument.
    """

    value: object
    looked_at: frozenset[str]
    may_raise: tuple[object, ...]
    bound: tuple[tuple[object, object], ...]


class _Given(NamedTuple):
    """One of the arguments, by its place."""

    place: int


@dataclass(frozen=True, slots=True, eq=False)
class _New:
    """A container that the call makes, with what is in it."""

    kind: str
    names: tuple[tuple[object, object], ...]


def call_key(function: FunctionValue, arguments: Arguments) -> CallKey | None:
    """Return what the result of a call depends on; None if no other call can be told to be like it."""
    try:
        given = [(each.keyword, _shape(each.value)) for each in arguments]
        around = [_shape_of_names(names, _DEEPEST) for names in function.scopes]
        defaults = [_shape(each) for each in function.defaults.values()]
    except UnlikeError:
        return None
    operation = function.operation
    return CallKey(function.module, operation.first, id(operation.node), (*given, *around, *defaults))


def _shape(value: object, deepest: int = _DEEPEST) -> object:  # noqa: C901, PLR0911 - one case each
    """Return what is the same for values that are alike; raises UnlikeError."""
    if not deepest:
        raise UnlikeError
    if type(value) in _OF_TYPE:
        return type(value), value
    if type(value) in _OF_ITSELF:
        return value
    match value:
        case FunctionValue(defaults=defaults):
            shapes = [_shape(each, deepest - 1) for each in defaults.values()] if defaults else ()
            return (FunctionValue, value, *shapes) if shapes else value
        case ClassValue():
            return value if value.is_local else (value.module, value.name, id(value.operation))
        case InstanceValue(of, names):
            return InstanceValue, _shape(of), _shape_of_names(names, deepest - 1)
        case Container(kind, names):
            return kind, _shape_of_names(names, deepest - 1)
        case tuple():
            return tuple([_shape(each, deepest - 1) for each in value])
        case BoundMethod(function, first):
            return BoundMethod, _shape(function, deepest - 1), _shape(first, deepest - 1)
        case Wrapped(kind, function, setter):
            return kind, _shape(function, deepest - 1), _shape(setter, deepest - 1)
        case Partial(function, arguments):
            given = [(each.keyword, _shape(each.value, deepest - 1)) for each in arguments]
            return Partial, _shape(function, deepest - 1), *given
        case SuperValue(after, of, first):
            return SuperValue, _shape(after), _shape(of), _shape(first, deepest - 1)
    raise UnlikeError


def _shape_of_names(names: Names, deepest: int) -> object:
    if len(names) > _LARGEST:
        raise UnlikeError
    return tuple([(key, _shape(each, deepest)) for key, each in names.items()])


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps what comes of a call that has begun when the memory had counted some ``births``, and makes it again."""

    memory: Memory
    arguments: Arguments
    births: int = 0
    _seen: set[int] = field(default_factory=set)
    """The dictionaries that were kept, by identity: of a container that is there twice, two would be made again."""

    def kept(self, value: object) -> object:
        """Return what comes of a call as it is kept; raises UnlikeError if it cannot come of another one."""
        for place, given in enumerate(self.arguments):
            if value is given.value:
                return _Given(place)
        match value:
            case Container(kind, names) if self._is_new(names) and id(names) not in self._seen:
                self._seen.add(id(names))
                return _New(kind, self.kept_items(names.items()))
            case tuple() if not isinstance(value, ModuleInfo):
                return tuple([self.kept(each) for each in value])
        if _is_constant(value):
            return value
        raise UnlikeError

    def kept_items(self, items: Iterable[tuple[object, object]]) -> tuple[tuple[object, object], ...]:
        """Return keys with the values that come of a call, as they are kept; raises UnlikeError."""
        return tuple([(key, self.kept(value)) for key, value in items])

    def _is_new(self, names: Names) -> bool:
        return self.memory.is_new(names, self.births)

    def again(self, kept: object) -> object:
        """Return the same for a call with these arguments."""
        match kept:
            case _Given(place):
                return self.arguments[place].value
            case _New(kind, names):
                return Container(kind, self.memory.names({key: self.again(each) for key, each in names}))
            case tuple():
                return tuple([self.again(each) for each in kept])
        return kept


def _is_constant(value: object, *, in_scope: bool = False) -> bool:
    """Tell whether a value holds nothing that one interpreter has made or may change, as a class; nor a function."""
    if isinstance(value, tuple):
        return all(_is_constant(each, in_scope=in_scope) for each in value)
    if isinstance(value, FunctionValue) and not in_scope:
        return all(_is_constant(each, in_scope=True) for names in value.scopes for each in names.values())
    return value is None or isinstance(value, _CONSTANT)


_CONSTANT = (str, bytes, bool, int, float, complex, Unknown, External, ModuleValue, FunctionValue, Literal)


class Habit:
    """What the calls of one function have in common that were followed so far.

    ``binds``: some bind names in their first argument. ``may_raise``: in some, an exception may have been raised.
    ``repeats``: a call was like one before it.
    """

    def __init__(self) -> None:
        self.binds = False
        self.may_raise = False
        self.repeats = False
        self._calls = 0
        self._followed = 0

    def add(self, result: Result | None) -> None:
        """Add what came of a call; None if that could not be kept."""
        self._followed += 1
        if result is None or not (result.value is None or isinstance(result.value, Unknown)):
            self._calls = -_MOST_CALLS
            return
        self._calls += 1
        self.binds |= bool(result.bound)
        self.may_raise |= bool(result.may_raise)

    @property
    def is_firm(self) -> bool:
        """Whether enough calls did nothing but bind such names, so that others are taken to do no more than that."""
        return self._calls >= _CALLS_OF_HABIT

    @property
    def is_none(self) -> bool:
        """Whether nothing is in common: of so many calls no two were alike that the next one is not compared."""
        return self._calls < 0 and not self.repeats and self._followed >= _UNLIKE_CALLS


class Limit:
    """Calls of one function in which there were too many paths: they were not followed to their end.

    ``loaded`` are the modules that may be loaded after one of them.
    """

    def __init__(self) -> None:
        self.loaded = Loaded()
        self._calls = 0
        self._most = 0

    def add(self, budget: int, loaded: Loaded) -> None:
        """Add a call that had more than so many paths."""
        self.loaded |= loaded
        self._calls += 1
        self._most = max(self._most, budget)

    def exceeds(self, budget: int) -> bool:
        """Tell whether one more call is taken to have more paths than that too."""
        return self._calls >= _CALLS_OF_LIMIT and budget <= self._most


def own_names(arguments: Arguments) -> Names | None:
    """Return the names of the object that is the first argument; None if it is none."""
    first = arguments[0] if arguments else None
    if first is None or first.keyword or not isinstance(first.value, InstanceValue):
        return None
    return first.value.names
