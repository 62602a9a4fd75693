"""`dataclass` and what belongs to it as in `dataclasses`, and `NamedTuple`, for the modules that a short run imports.

``dataclasses`` writes the methods of each class as text and compiles it. That takes 0.5 ms for each of the 60 classes
that ``check`` needs, and ``inspect`` is imported too; ``typing`` compiles one method of a named tuple, in 0.13 ms. Here
the classes share their methods. For mypy they are dataclasses and named tuples, and for the functions of
``dataclasses`` too.
"""

from __future__ import annotations

import operator
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ("NamedTuple", "asdict", "dataclass", "field", "replace")

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import asdict, dataclass, field, replace
    from typing import NamedTuple
else:
    from collections import _tuplegetter

    def dataclass(cls=None, /, **options):
        """Make a class a dataclass; the options are frozen, slots, eq and order, and its bases have no fields."""
        return _made(cls, options) if cls is not None else lambda cls: _made(cls, options)

    def field(*, default_factory, compare=True):
        """Describe a field whose default is made for each object; one that is not compared is not shown either."""
        return _Factory(default_factory, compare)

    def replace(record, /, **changes):
        """Return a copy of an object of any dataclass with other values."""
        return type(record)(**{name: getattr(record, name) for name in record.__match_args__} | changes)

    def asdict(record, /):
        """Return the fields of an object of any dataclass, with those of the objects in it, as dictionaries."""
        import dataclasses  # noqa: PLC0415 - a text needs none

        return dataclasses.asdict(record)

    class _NamedTuples(type):
        """Makes the classes: those that derive from `NamedTuple` itself get fields."""

        @classmethod
        def __prepare__(cls, _name, _bases):
            return {"__slots__": ()}

        def __init__(cls, name, bases, space):
            super().__init__(name, bases, space)
            if bases == (tuple,) or NamedTuple not in bases:
                return
            annotations = cls.__annotations__
            names, defaults = (*annotations,), {name: space[name] for name in annotations if name in space}
            cls.__new__ = _new(names, defaults)
            cls._fields = cls.__match_args__ = names
            for number, each in enumerate(names):
                setattr(cls, each, _tuplegetter(number, None))

    class NamedTuple(tuple, metaclass=_NamedTuples):
        """A tuple with names, as that of ``typing``."""

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(map('{}={!r}'.format, self._fields, self))})"

        def __getnewargs__(self):
            return tuple(self)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, /, **changes):
            return type(self)(**dict(zip(self._fields, self, strict=True)) | changes)

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        __replace__ = _replace


class _Factory:
    """The default of a field that is made for each object, and whether the field is compared and shown."""

    def __init__(self, make: Callable[[], object], compare: object) -> None:
        self.make = make
        self.compare = bool(compare)


def _made(cls: type, options: Mapping[str, bool]) -> type:
    """Return another class with all that a class has, and the methods of a dataclass that it lacks."""
    space = {name: value for name, value in vars(cls).items() if name not in {"__dict__", "__weakref__"}}
    annotations = cls.__annotations__  # its own
    names, defaults = (*annotations,), {name: space.pop(name) for name in annotations if name in space}
    real = cache(lambda: _real(annotations, defaults, options))
    space |= {name: _Known(name, real) for name in ("__dataclass_fields__", "__dataclass_params__")}
    space |= {"__match_args__": names, "__qualname__": cls.__qualname__, "__annotations__": annotations}
    space |= {"__slots__": names} if options.get("slots") else {}
    compared = tuple(name for name in names if getattr(defaults.get(name), "compare", True))
    methods = {"__init__": _init(names, defaults, getattr(cls, "__post_init__", None))} | _methods(compared, **options)
    if options.get("frozen") and options.get("slots"):  # what pickle does by itself calls __setattr__
        methods |= _state(names)
    return type(cls)(cls.__name__, cls.__bases__, methods | space)


def _init(
    names: tuple[str, ...], defaults: Mapping[str, object], post_init: Callable[[object], object] | None
) -> Callable[..., None]:
    number = len(names)
    last = () if any(isinstance(default, _Factory) for default in defaults.values()) else (*defaults.values(),)

    def init(self: object, /, *args: object, **given: object) -> None:
        if given or not 0 <= number - len(args) <= len(last):
            args = _arranged(names, defaults, args, given)
        elif len(args) < number:
            args += last[len(args) - number :]
        for name, value in zip(names, args, strict=True):
            _set(self, name, value)
        if post_init:
            post_init(self)

    return init


def _new(names: tuple[str, ...], defaults: Mapping[str, object]) -> Callable[..., tuple[object, ...]]:
    number, last, new = len(names), (*defaults.values(),), tuple.__new__

    def make(cls: type[tuple[object, ...]], /, *args: object, **given: object) -> tuple[object, ...]:
        if given or not 0 <= number - len(args) <= len(last):
            args = _arranged(names, defaults, args, given)
        elif len(args) < number:
            args += last[len(args) - number :]
        return new(cls, args)

    return make


_set = object.__setattr__  # also where a class refuses to change its objects


def _arranged(
    names: tuple[str, ...], defaults: Mapping[str, object], args: tuple[object, ...], given: dict[str, object]
) -> tuple[object, ...]:
    """Return the values of all fields, in order; raises TypeError if one is missing, unknown, or given twice."""
    values: list[object] = list(args)
    for name in names[len(args) :]:
        if name in given:
            values.append(given.pop(name))
        elif name in defaults:
            default = defaults[name]
            values.append(default.make() if isinstance(default, _Factory) else default)
    if given or len(values) != len(names):
        raise TypeError(f"each of these arguments is needed once, and no other: {', '.join(names)}")
    return tuple(values)


def _methods(
    names: tuple[str, ...], *, frozen: bool = False, eq: bool = True, order: bool = False, **_slots: bool
) -> dict[str, Any]:
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()

    def represent(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

    def compared(compare: Callable[[Any, Any], bool]) -> Callable[[object, object], bool]:
        return lambda self, other: compare(values(self), values(other)) if type(self) is type(other) else NotImplemented

    methods: dict[str, Any] = {"__repr__": represent, "__replace__": replace}
    if eq:
        methods |= {"__eq__": compared(operator.eq), "__hash__": (lambda self: hash(values(self))) if frozen else None}
    if order:
        methods |= {name: compared(getattr(operator, name)) for name in ("__lt__", "__le__", "__gt__", "__ge__")}
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
    return methods


def _state(names: tuple[str, ...]) -> dict[str, Any]:
    def restore(self: object, state: tuple[object, ...]) -> None:
        for name, value in zip(names, state, strict=True):
            _set(self, name, value)

    return {"__getstate__": lambda self: [getattr(self, name) for name in names], "__setstate__": restore}


def _refuse(_: object, name: str, *_value: object) -> None:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 - never needed in a run

    raise FrozenInstanceError(f"'{name}' cannot be changed")


class _Known:
    """What ``dataclasses`` knows of a class, made when it is asked for."""

    def __init__(self, attribute: str, make: Callable[[], type]) -> None:
        self._attribute = attribute
        self._make = make

    def __get__(self, _: object, cls: type) -> Any:
        return getattr(self._make(), self._attribute)


def _real(annotations: Mapping[str, Any], defaults: Mapping[str, Any], options: Mapping[str, bool]) -> type:
    """Return a class that ``dataclasses`` has made, with the same fields."""
    import dataclasses  # noqa: PLC0415 - as above

    space: dict[str, Any] = {"__annotations__": annotations}
    for name, value in defaults.items():
        if isinstance(value, _Factory):
            space[name] = dataclasses.field(default_factory=value.make, compare=value.compare, repr=value.compare)
        else:
            space[name] = value
    return dataclasses.dataclass(**options)(type("Real", (), space))
