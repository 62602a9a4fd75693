"""The values that names are bound to while operations are followed, and the scopes in which they are bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

from import_contracts.crashes.operations import Code, Define

# A value is None if it is unknown, a boolean, a tuple of strings, a lazy import, or one of the following.


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the program."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class FunctionValue:
    """A function, with the local names of the functions around its definition."""

    module: str
    operation: Define
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
    """The names that are bound in a module so far."""

    names: dict[str, object] = field(default_factory=dict)
    has_unknown_names: bool = False
    """Any name may be bound as well."""

    def may_have(self, name: str) -> bool:
        """Tell whether the module has an attribute, or may have it."""
        return name in self.names or self.has_unknown_names or "__getattr__" in self.names or name in OF_EVERY_MODULE


_WHEN_IMPORTED = {"__file__", "__path__", "__builtins__", "__cached__"}
OF_EVERY_MODULE = frozenset([*dir(ModuleType), *dir(ModuleType("")), *_WHEN_IMPORTED])
"""The names that every module has before its body runs, or may have."""


@dataclass(slots=True, eq=False)
class Scope:
    """Where operations run: in a module, in a class, or in a function that is called."""

    module: str
    space: Namespace
    """The names of the module."""
    outer: tuple[dict[str, object], ...] = ()
    """The local names of the functions around, the innermost last."""
    local: dict[str, object] | None = None
    """The names of the class or function; None in a module."""
    globals: frozenset[str] = frozenset()
    """The names that the function declares to be those of the module."""
    in_class: bool = False
    line: int = 0
    """The line that runs."""
    trying: int = 0
    """How many ``try`` statements around go on where a module is not installed."""
    lazy: str = ""
    """What is imported here by a lazy import whose name was used; "" anywhere else."""

    def in_class_body(self, names: dict[str, object]) -> Scope:
        """Return the scope of a class body in this scope, which binds its names in ``names``."""
        scope = Scope(self.module, self.space, self.around, names, in_class=True)
        scope.line, scope.trying = self.line, self.trying
        return scope

    def in_call(self, function: FunctionValue, space: Namespace, code: Code) -> Scope:
        """Return the scope of a call, made in this scope, of a function with unknown arguments."""
        local = dict.fromkeys(code.defined.keys() - code.globals)
        scope = Scope(function.module, space, function.scopes, local, code.globals)
        scope.line, scope.trying = function.operation.first, self.trying
        return scope

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
        names = self.space.names if self.local is None or name in self.globals else self.local
        names[name] = value

    def find(self, name: str) -> object:
        """Return what a name is bound to, which may be a lazy import; None if that is not known."""
        if self.local is not None and name in self.local:
            return self.local[name]
        for names in reversed(self.outer):
            if name in names:
                return names[name]
        return self.space.names.get(name)
