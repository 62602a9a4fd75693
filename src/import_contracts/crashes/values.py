"""What names are bound to while a program is followed, and the scopes in which they are bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

from import_contracts.crashes import operations as does

# What a name is bound to: None if nothing is known of it, a boolean, strings, or one of the following.


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the program."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class FunctionValue:
    """A function, with the local names of the functions around its definition."""

    module: str
    operation: does.Define
    scopes: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ClassValue:
    """A class whose body was followed; a base that is not one of these is unknown."""

    names: Mapping[str, object]
    bases: tuple[object, ...]

    def find(self, name: str) -> object:
        """Return an attribute; None where it or a base is unknown."""
        if name in self.names:
            return self.names[name]
        for base in self.bases:
            if not isinstance(base, ClassValue):
                return None
            if (found := base.find(name)) is not None:
                return found
        return None


@dataclass(frozen=True, slots=True, eq=False)
class InstanceValue:
    """The result of calling a class."""

    of: ClassValue


@dataclass(slots=True, eq=False)
class Namespace:
    """What is bound in a module so far."""

    names: dict[str, object] = field(default_factory=dict)
    opaque: bool = False
    """It may have any names."""

    def may_have(self, name: str) -> bool:
        """Tell whether it has a name, or may have."""
        return name in self.names or self.opaque or "__getattr__" in self.names or name in _OF_EVERY_MODULE


_OF_EVERY_MODULE = frozenset(dir(ModuleType(""))) | {"__file__", "__path__", "__builtins__", "__cached__"}


@dataclass(slots=True, eq=False)
class Scope:
    """Where operations run: in a module, in a class, or in a function that is called."""

    module: str
    space: Namespace
    outer: tuple[dict[str, object], ...] = ()
    """The local names of functions around."""
    local: dict[str, object] | None = None
    globals: frozenset[str] = frozenset()
    in_class: bool = False
    line: int = 0
    trying: int = 0
    """How many `try` around would go on without a module that is not installed."""

    @property
    def is_function(self) -> bool:
        """Whether it is a function that is called."""
        return self.local is not None and not self.in_class

    @property
    def around(self) -> tuple[dict[str, object], ...]:
        """The local names that a function or class in here can see."""
        return self.outer if self.local is None or self.in_class else (*self.outer, self.local)

    def bind(self, name: str, value: object) -> None:
        """Bind a name in this scope, or in the module where the function declares it global."""
        self.names(name)[name] = value

    def names(self, name: str) -> dict[str, object]:
        """Return the names among which a name is bound."""
        return self.space.names if self.local is None or name in self.globals else self.local

    def find(self, name: str) -> object:
        """Return what a name is bound to, which may be a lazy import; None if that is not known."""
        if self.local is not None and name in self.local:
            return self.local[name]
        for names in reversed(self.outer):
            if name in names:
                return names[name]
        return self.space.names.get(name)
