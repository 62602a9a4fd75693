"""`dataclass`, `field` and `replace` as in `dataclasses`, for the modules that a short run imports.

``dataclasses`` writes the methods of each class as text and compiles it. That takes 0.5 ms for each of the 60 classes
that ``check`` needs, and ``inspect`` is imported too. Here the classes share their methods. For mypy they are
dataclasses, and for the functions of ``dataclasses`` too.
"""

from __future__ import annotations

import operator
from functools import cache
from typing import TYPE_CHECKING, Any

__all__ = ("dataclass", "field", "replace")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from dataclasses import dataclass, field, replace
else:

    def dataclass(cls=None, /, **options):
        """Make a class a dataclass; the options are frozen, slots, eq and order, and its bases have no fields."""
        return _made(cls, options) if cls is not None else lambda cls: _made(cls, options)

    def field(*, default_factory):
        """Describe a field whose default is made for each object."""
        return _Factory(default_factory)

    def replace(record, /, **changes):
        """Return a copy of an object of any dataclass with other values."""
        return type(record)(**{name: getattr(record, name) for name in record.__match_args__} | changes)


class _Factory:
    """The default of a field that is made for each object."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make


def _made(cls: type, options: Mapping[str, bool]) -> type:
    """Return another class with all that a class has, and the methods of a dataclass that it lacks."""
    space = {name: value for name, value in vars(cls).items() if name not in {"__dict__", "__weakref__"}}
    annotations = space.get("__annotations__", {})
    defaults = {name: space.pop(name) for name in annotations if name in space}
    real = cache(lambda: _real(annotations, defaults, options))
    space |= {name: _Known(name, real) for name in ("__dataclass_fields__", "__dataclass_params__")}
    space |= {"__match_args__": (*annotations,), "__defaults__": defaults, "__qualname__": cls.__qualname__}
    space |= {"__slots__": (*annotations,)} if options.get("slots") else {}
    return type(cls)(cls.__name__, cls.__bases__, _methods(**options) | space)


def _methods(*, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False) -> dict[str, Any]:
    methods: dict[str, Any] = {"__init__": _init, "__repr__": _repr}
    if eq:
        methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
    if order:
        methods |= {name: _compare(getattr(operator, name)) for name in ("__lt__", "__le__", "__gt__", "__ge__")}
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
    if frozen and slots:  # what pickle does by itself calls __setattr__
        methods |= {"__getstate__": _values, "__setstate__": _set}
    return methods


def _init(self: Any, /, *args: object, **given: object) -> None:
    names = self.__match_args__
    values = dict(zip(names, args, strict=False)) | given
    is_once = len(values) == len(args) + len(given)
    for name, default in self.__defaults__.items() if len(values) < len(names) else ():
        if name not in values:
            values[name] = default.make() if isinstance(default, _Factory) else default
    if not is_once or values.keys() != {*names}:
        raise TypeError(f"{type(self).__name__}() takes each of these arguments once: {', '.join(names)}")
    _set(self, [values[name] for name in names])
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _set(self: Any, values: Iterable[object]) -> None:
    for name, value in zip(self.__match_args__, values, strict=True):
        object.__setattr__(self, name, value)


def _values(self: Any) -> tuple[object, ...]:
    return tuple([getattr(self, name) for name in self.__match_args__])


def _repr(self: Any) -> str:
    values = (f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({', '.join(values)})"


def _eq(self: object, other: object) -> bool:
    return _values(self) == _values(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash(_values(self))


def _compare(compare: Callable[[object, object], bool]) -> Callable[[object, object], bool]:
    return lambda self, other: compare(_values(self), _values(other)) if type(self) is type(other) else NotImplemented


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
        is_made = isinstance(value, _Factory)
        space[name] = dataclasses.field(default_factory=value.make) if is_made else value
    return dataclasses.dataclass(**options)(type("Real", (), space))
