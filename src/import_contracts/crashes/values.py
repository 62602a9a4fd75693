"""The values that names are bound to while operations are followed.

A constant is itself, as is a tuple of values. Whatever changes is in `Names`: no object is changed once it is made. The
classes are not declared as frozen, as to make a frozen object takes four times as long, and so many are made.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import NamedTuple, TypeAlias

from import_contracts.crashes.memory import ABSENT, MAYBE, UNKNOWN, Memory, Names
from import_contracts.crashes.operations import Define, DefineClass


@dataclass(slots=True, unsafe_hash=True)
class External:
    """Something outside the program by where it comes from: ``os.path``, ``open()``, ``builtins.int``."""

    name: str

    @property
    def is_standard(self) -> bool:
        """Whether it is of the standard library."""
        return self.name.partition(".")[0] in sys.stdlib_module_names

    @property
    def may_import(self) -> bool:
        """Whether to use it may import modules of the program, or others that may be missing."""
        return not self.is_standard or self.name.startswith(_IMPORTING)

    @property
    def builtin(self) -> object:
        """The builtin object of this name; ABSENT if it is none."""
        return getattr(builtins, self.name[9:], ABSENT) if self.name.startswith("builtins.") else ABSENT


_ON_LINUX = {
    "typing.TYPE_CHECKING": False,
    "typing_extensions.TYPE_CHECKING": False,
    "sys.platform": "linux",
    "os.name": "posix",
    "sys.implementation.name": "cpython",
    "builtins.__debug__": True,
}


def settled_external(value: object) -> object:
    """Return the constant that something outside the program is, wherever the program runs on Linux; else itself."""
    return _ON_LINUX.get(value.name, value) if isinstance(value, External) else value


class OwnName(str):
    """The name of a module as its ``__name__`` has it: whoever is given it may change the module."""

    __slots__ = ()


_IMPORTING = (
    *("importlib", "pkgutil", "runpy", "zipimport", "logging.config", "builtins.exec", "builtins.eval", "pydoc"),
    *("pickle", "shelve", "multiprocessing", "timeit", "profile", "cProfile", "doctest", "unittest"),
)
"""What of the standard library imports by names that it is given, runs other code, or is not on each platform."""


class FilePath(str):
    """A ``pathlib.Path``; the folder of the program is "/"."""

    __slots__ = ()


ALL_MODULES = "sys.modules.values()"
"""Where the elements of `sys.modules` come from: whoever takes one may put names into any module."""


@dataclass(slots=True, unsafe_hash=True)
class ModuleValue:
    """A module of the program."""

    name: str


class ModuleInfo(NamedTuple):
    """An element of ``pkgutil.iter_modules``."""

    module_finder: object
    name: str
    ispkg: bool


@dataclass(slots=True, unsafe_hash=True)
class ModuleNames:
    """The dictionary of a module of the program."""

    module: str


@dataclass(slots=True, eq=False)
class Literal:
    """A display of constants, which is evaluated when its name is first used."""

    node: ast.expr


@dataclass(slots=True, unsafe_hash=True)
class FunctionValue:
    """A function, with the local names of the functions around its definition."""

    module: str
    operation: Define = field(compare=False)
    scopes: tuple[Names, ...] = field(compare=False)
    defaults: Mapping[str, object] = field(compare=False)
    identity: tuple[int, ...] = ()
    """What tells it from other functions of the module."""


@dataclass(slots=True, unsafe_hash=True)
class BoundMethod:
    """A function whose first argument is known."""

    function: object
    first: object


@dataclass(slots=True, eq=False)
class Partial:
    """``functools.partial``."""

    function: object
    arguments: Arguments


@dataclass(slots=True, unsafe_hash=True)
class Wrapped:
    """A function in a descriptor, or one that a decorator of the standard library made: ``kind`` says which."""

    kind: str
    function: object
    setter: object = None
    """What is called when the attribute is set."""


@dataclass(slots=True, eq=False)
class ClassValue:
    """A class whose body was followed.

    ``behind`` are the classes in which attributes are looked up after it, in order; UNKNOWN stands for unknown ones.
    """

    name: str
    module: str
    names: Names
    bases: tuple[object, ...]
    behind: tuple[object, ...]
    metaclass: object
    operation: DefineClass
    is_local: bool = False
    """It is defined in a function."""

    @property
    def order(self) -> tuple[object, ...]:
        """The classes in which attributes are looked up."""
        return (self, *self.behind)

    @property
    def is_known(self) -> bool:
        """Whether all of its bases are known, and their metaclass."""
        return UNKNOWN not in self.behind and self.metaclass is not UNKNOWN

    def find(self, name: str, after: object = None) -> object:
        """Return an attribute, of the classes behind one if that is given; UNKNOWN or ABSENT."""
        if after:
            return find_in(self.order[self.order.index(after) + 1 :], name)
        found = self.names.get(name, ABSENT)
        if found is ABSENT:
            return UNKNOWN if UNKNOWN in self.names else find_in(self.behind, name)
        return UNKNOWN if found is MAYBE else found


def find_in(order: tuple[object, ...], name: str) -> object:
    """Return an attribute of the first class that has it; UNKNOWN if an unknown one may have it, else ABSENT."""
    for each in order:
        if type(each) is ClassValue:
            found = each.names.get(name, ABSENT)
            if found is not ABSENT:
                return UNKNOWN if found is MAYBE else found
            if UNKNOWN in each.names:
                return UNKNOWN
        elif isinstance(each, External):
            if _has(each, name):
                return External(f"{each.name}.{name}")
        else:
            return UNKNOWN
    return ABSENT


_EMPTY = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol"})
_HOOKS = frozenset(["__new__", "__init_subclass__", "__set_name__", "__getattr__", "__getattribute__", "__setattr__"])


def _has(kind: External, name: str) -> bool:
    """Tell whether a class outside the program may have an attribute that is not one of ``object``."""
    if isinstance(kind.builtin, type):
        return any(name in vars(each) for each in kind.builtin.__mro__[:-1])
    if kind.name == "types.ModuleType" and name not in vars(ModuleType):
        return False
    return kind.name not in _EMPTY and name not in _HOOKS


FIELDS = "fields of a dataclass"
"""Under this a dataclass has those of its fields that have a factory."""


def fields_of(kind: ClassValue) -> dict[str, FieldValue]:
    """Return the fields of a dataclass and its bases that have a factory, in order."""
    own = [each.names[FIELDS] for each in reversed(kind.order) if isinstance(each, ClassValue) and FIELDS in each.names]
    pairs = [pair for each in own if isinstance(each, Container) for pair in each.names.items()]
    return {str(name): field for name, field in pairs if isinstance(field, FieldValue)}


@dataclass(slots=True, eq=False)
class InstanceValue:
    """The result of calling a class."""

    of: ClassValue
    names: Names

    @property
    def is_module(self) -> bool:
        """Whether it is a module, of a class that the program derives from ``types.ModuleType``."""
        return External("types.ModuleType") in self.of.behind


@dataclass(slots=True, unsafe_hash=True)
class SuperValue:
    """``super()``: the attributes of an object or class that are behind a class."""

    after: ClassValue
    of: ClassValue
    first: object


@dataclass(slots=True, eq=False)
class Container:
    """A list, set or dict (``kind``) that is not constant. A dict has its own keys, the others have ``items``."""

    kind: str
    names: Names

    @property
    def items(self) -> tuple[object, ...] | None:
        """The elements, or keys, in order; None if they are not known."""
        if self.kind == "dict":
            known = UNKNOWN not in self.names and MAYBE not in self.names.values()
            return tuple(self.names) if known else None
        found = self.names["items"]
        return found if isinstance(found, tuple) else None

    def has_key(self, key: object) -> bool | None:
        """Tell whether a dict has a constant as a key; None if it may have."""
        found = self.names.get(key, ABSENT)
        if found is ABSENT:
            return None if UNKNOWN in self.names else False
        return None if found is MAYBE else True


Each: TypeAlias = Callable[[object], object]


@dataclass(slots=True, eq=False)
class Stream:
    """An iterator: ``run`` follows it and calls a function with each value. ``is_async``: a coroutine to be awaited.

    ``state`` has a key once it was begun. Whoever goes on with it may run what is ``behind`` it: functions and values.
    """

    run: Callable[[Each], object]
    state: Names
    is_async: bool = False
    behind: tuple[object, ...] = ()


@dataclass(slots=True, eq=False)
class Manager:
    """A context manager of the standard library: ``suppress``, ``ExitStack``, or of a generator function."""

    kind: str
    names: Names


@dataclass(slots=True, eq=False)
class FieldValue:
    """``dataclasses.field(default_factory=factory)``."""

    factory: object


@dataclass(slots=True, eq=False)
class ErrorValue:
    """An exception that was caught."""

    error: object


@dataclass(slots=True, unsafe_hash=True)
class Argument:
    """An argument of a call: ``keyword`` is "" if it is positional, "*" or "**" if it is unpacked and not known."""

    value: object
    keyword: str = ""


Arguments: TypeAlias = tuple[Argument, ...]


def positional(arguments: Arguments) -> tuple[object, ...] | None:
    """Return the values of positional arguments if there are only those, else None."""
    return None if any(each.keyword for each in arguments) else tuple(each.value for each in arguments)


def first_of(arguments: Arguments) -> object:
    """Return the first of some arguments; ABSENT if it is not positional."""
    return arguments[0].value if arguments and not arguments[0].keyword else ABSENT


def named_argument(arguments: Arguments, name: str, place: int | None = None) -> object:
    """Return an argument by its keyword or place; ABSENT if there is none."""
    for each in arguments:
        if each.keyword == name:
            return each.value
    if place is not None and place < len(arguments) and not any(each.keyword for each in arguments[: place + 1]):
        return arguments[place].value
    return ABSENT


def inside(value: object) -> Iterator[object]:
    """Yield the values that whoever has a value can get at directly."""
    match value:
        case tuple():
            yield from value
        case Container(_, names) | InstanceValue(_, names) | Manager(_, names):
            for each in names.values():
                yield from each if isinstance(each, tuple) else (each,)
        case ClassValue():
            yield from value.names.values()
        case BoundMethod(function, first):
            yield from (function, first)
        case Partial(function, arguments):
            yield function
            yield from (each.value for each in arguments)
        case Wrapped(_, function, setter):
            yield from (function, setter)


def objects_in(value: object, depth: int = 2) -> Iterator[InstanceValue]:
    """Yield a value if it is an object of the program, or those in a list, tuple or set, also inside another one."""
    if isinstance(value, InstanceValue):
        yield value
    items = value.items if isinstance(value, Container) else value
    for each in items if isinstance(items, tuple) and depth else ():
        yield from objects_in(each, depth - 1)


def bind_unknown(memory: Memory, names: Names, value: object = UNKNOWN) -> None:
    """Bind an unknown key to a value: of any other one that is bound to a constant, nobody knows to which from then on.

    Functions, classes, modules and objects are taken to stay.
    """
    for key, bound in [*names.items()]:
        if is_simple(bound) and key is not UNKNOWN:
            memory.set(names, key, UNKNOWN)
    memory.set(names, UNKNOWN, value)


def merge(memory: Memory, names: Names, more: Names) -> None:
    """Bind the keys of a dict in another one; those that it may have may be bound."""
    if UNKNOWN in more:
        bind_unknown(memory, names, more[UNKNOWN])
    for key, value in [*more.items()]:
        if key is not UNKNOWN:
            memory.set(names, key, UNKNOWN if value is MAYBE and key in names else value)


def unbind_unknown(memory: Memory, names: Names) -> None:
    """Remove an unknown key, or several."""
    for key in [*names]:
        memory.set(names, key, MAYBE)
    memory.set(names, UNKNOWN, UNKNOWN)


def is_simple(value: object) -> bool:
    """Tell whether a value is a constant, a tuple, or a display of constants."""
    return isinstance(value, _SIMPLE)


_SIMPLE = (str, bytes, int, float, tuple, Literal, type(None))


def truth(value: object) -> bool | None:  # noqa: PLR0911 - one case each
    """Return whether a value is true; None if that is unknown."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return bool(value)
    if isinstance(value, tuple):
        return bool(value)
    if isinstance(value, Container):
        return None if value.items is None else bool(value.items)
    if isinstance(value, InstanceValue):
        has = (value.of.find("__bool__"), value.of.find("__len__"))
        return True if has == (ABSENT, ABSENT) else None
    if isinstance(value, FunctionValue | BoundMethod | ClassValue | ModuleValue | Partial | Stream | ErrorValue):
        return True
    if isinstance(value, External) and value.builtin is not ABSENT:
        return True
    return None
