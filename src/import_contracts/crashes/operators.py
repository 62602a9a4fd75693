"""Operators, and the elements of containers: what they do with values, as far as these are known."""

from __future__ import annotations

import ast
import operator
import posixpath
from collections.abc import Callable
from typing import Any

from import_contracts.crashes.calls import Calls
from import_contracts.crashes.machine import FailureError, raised
from import_contracts.crashes.memory import ABSENT, UNKNOWN
from import_contracts.crashes.values import (
    Argument,
    Container,
    External,
    FilePath,
    FunctionValue,
    InstanceValue,
    ModuleNames,
    ModuleValue,
    Stream,
    truth,
)

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
SPECIAL: dict[type[ast.AST], str] = {
    ast.Eq: "__eq__",
    ast.NotEq: "__ne__",
    ast.Lt: "__lt__",
    ast.LtE: "__le__",
    ast.Gt: "__gt__",
    ast.GtE: "__ge__",
    ast.Add: "__add__",
    ast.Sub: "__sub__",
    ast.Mult: "__mul__",
    ast.MatMult: "__matmul__",
    ast.Div: "__truediv__",
    ast.FloorDiv: "__floordiv__",
    ast.Mod: "__mod__",
    ast.Pow: "__pow__",
    ast.LShift: "__lshift__",
    ast.RShift: "__rshift__",
    ast.BitAnd: "__and__",
    ast.BitOr: "__or__",
    ast.BitXor: "__xor__",
    ast.UAdd: "__pos__",
    ast.USub: "__neg__",
    ast.Invert: "__invert__",
}
"""The methods of operators."""
_ON_NUMBERS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
"""The operators that do not fail, whatever the numbers."""
_IN_PLACE = {("list", ast.Add): "extend", ("set", ast.BitOr): "update", ("dict", ast.BitOr): "update"}
"""The methods of containers that do the same as an operator in place."""
_CONSTANT = (str, bytes, int, float, bool, type(None))
_MOST_TEXT = 1_000
"""Longer strings and tuples are not computed."""
_MOST_NUMBER = 1 << 64
"""Larger integers are not computed with."""


class Operators(Calls):
    """A machine that applies operators to values."""

    # --- truth and comparisons -----------------------------------------------------------------------------------

    def truth_of(self, value: object) -> bool | None:
        """Return whether a value is true; None if that is not known."""
        if isinstance(value, InstanceValue):
            for name in ("__bool__", "__len__"):
                if isinstance(value.of.find(name), FunctionValue):
                    return truth(self.call_method(value, (name,), ()))
        known = truth(value)
        if known is None:
            self.note(FailureError(UNKNOWN))
        return known

    def compared(self, left: object, word: ast.cmpop, right: object) -> bool | None:
        """Return whether a comparison holds; None if that is not known; raises FailureError."""
        if isinstance(word, ast.In | ast.NotIn):
            found = self.contains(right, left)
            return found if found is None or isinstance(word, ast.In) else not found
        if isinstance(word, ast.Is | ast.IsNot):
            same = self.identical(left, right)
            return same if same is None or isinstance(word, ast.Is) else not same
        if isinstance(left, InstanceValue) and isinstance(word, ast.NotEq) and left.of.find("__ne__") is ABSENT:
            same = self.compared(left, ast.Eq(), right)
            return None if same is None else not same
        if isinstance(left, InstanceValue) and type(word) in SPECIAL:
            return truth(self.call_method(left, (SPECIAL[type(word)],), (Argument(right),)))
        if (known := _compared_constants(self._version_of(left), word, self._version_of(right))) is not None:
            return known
        self.use_objects((left, right))
        self.note(FailureError(UNKNOWN))
        return None

    def _version_of(self, value: object) -> object:
        """Return ``sys.version_info`` as a tuple, as far as it is known; else the value itself."""
        return (*self.model.version, UNKNOWN, UNKNOWN, UNKNOWN) if value == _VERSION else value

    def identical(self, left: object, right: object) -> bool | None:
        """Return whether two values are the same object; None if that is not known."""
        if UNKNOWN in (left, right):
            return None
        if isinstance(left, External) and isinstance(right, External):
            is_builtin = ABSENT not in (left.builtin, right.builtin)
            return True if left == right else left.builtin is right.builtin if is_builtin else None
        if isinstance(left, _CONSTANT) and isinstance(right, _CONSTANT):
            return left is right if left is None or right is None or isinstance(left, bool) else None
        if isinstance(left, External) or isinstance(right, External):
            one = left if isinstance(left, External) else right
            return False if isinstance(one, External) and one.builtin is not ABSENT else None
        return left == right if type(left) is type(right) else False

    def contains(self, container: object, value: object) -> bool | None:  # noqa: PLR0911 - one case each
        """Tell whether a container has an element; None if that is not known."""
        if isinstance(container, InstanceValue):
            if container.of.find("__contains__") is not ABSENT:
                return truth(self.call_method(container, ("__contains__",), (Argument(value),)))
            self.use_objects((container,) if container.of.find("__iter__") is ABSENT else ())
            container = self.items_of(container)
        if isinstance(container, External) and container == _LOADED:
            return self.modules.has(value) if isinstance(value, str) and value in self.model.modules else None
        if isinstance(container, ModuleNames) and isinstance(value, str):
            return self.modules.binds(container.module, value)
        if isinstance(container, str) and isinstance(value, str):
            return value in container
        if isinstance(container, Stream):
            return self.one_is(container, lambda item: item == value if is_constant((item, value)) else None)
        if isinstance(container, Container) and container.kind == "dict" and is_constant(value):
            return container.has_key(value)
        self.use_objects((container, value))
        items = container.items if isinstance(container, Container) else container
        if isinstance(items, tuple) and is_constant(value):
            if value in [each for each in items if is_constant(each)]:
                return True
            return False if all(map(is_constant, items)) else None
        self.note(FailureError(UNKNOWN))
        return None

    # --- arithmetic and containers -------------------------------------------------------------------------------

    def changed(self, value: object, word: ast.operator, other: object) -> object:
        """Return what ``value += other`` binds: a container stays the same one; raises FailureError."""
        if isinstance(value, Container):
            self.call(self.get(value, _IN_PLACE.get((value.kind, type(word)), "")), (Argument(other),))
            return value
        name = SPECIAL[type(word)].replace("__", "__i", 1)
        if isinstance(value, InstanceValue) and value.of.find(name) is not ABSENT:
            return self.call_method(value, (name,), (Argument(other),))
        return self.operated(value, word, other)

    def operated(self, left: object, word: ast.operator, right: object) -> object:  # noqa: PLR0911 - one case each
        """Return the result of an operator; raises FailureError."""
        if isinstance(left, InstanceValue):
            result = self.call_method(left, (SPECIAL[type(word)],), (Argument(right),))
            if result != External("builtins.NotImplemented"):
                return result
            self.note(FailureError(UNKNOWN))
            return UNKNOWN
        if isinstance(left, FilePath) and isinstance(word, ast.Div) and isinstance(right, str):
            return FilePath(posixpath.join(left, right))
        lists = [each.items for each in (left, right) if isinstance(each, Container) and each.kind == "list"]
        if isinstance(word, ast.Add) and len(lists) == 2 and None not in lists:
            return self.new("list", (*(lists[0] or ()), *(lists[1] or ())))
        is_text = isinstance(left, str) and len(left) < _MOST_TEXT
        if isinstance(word, ast.Add) and _are_alike(left, right) and isinstance(left, str | int | tuple):
            return left + right if len(str(left)) < _MOST_TEXT else UNKNOWN  # type: ignore[operator]
        if isinstance(left, int) and isinstance(right, int) and type(word) in _ON_NUMBERS:
            return _ON_NUMBERS[type(word)](left, right) if max(abs(left), abs(right)) < _MOST_NUMBER else UNKNOWN
        if isinstance(word, ast.Mod) and is_text and is_constant(right):
            try:
                return left % right  # type: ignore[operator]
            except (TypeError, ValueError, OverflowError):
                return UNKNOWN
        self.use_objects((left, right))
        self.note(FailureError(UNKNOWN))
        return UNKNOWN

    def new(self, kind: str, items: object) -> Container:
        """Return a new list or set."""
        found = Container(kind, self.memory.names())
        self.fill(found, items)
        return found

    def fill(self, container: Container, items: object) -> None:
        """Give a list or set other elements; those of a set are distinct."""
        if container.kind == "set" and isinstance(items, tuple):
            items = tuple(dict.fromkeys(items))
        self.memory.set(container.names, "items", items)

    # --- elements ------------------------------------------------------------------------------------------------

    def item(self, value: object, index: object) -> object:
        """Return an element; raises FailureError."""
        if isinstance(value, External) and value == _LOADED:
            return self._loaded_module(index)
        if isinstance(value, ModuleNames) and isinstance(index, str):
            return self._item_of_module(value.module, index)
        if isinstance(value, Container) and value.kind == "dict":
            if (has := value.has_key(index) if is_constant(index) else None) is False:
                raise raised("KeyError")
            if has:
                return self.settled(value.names, index)
            self.use_objects((index,))
            self.note(FailureError(UNKNOWN))
            return UNKNOWN
        items = value.items if isinstance(value, Container) else self._version_of(value)
        if isinstance(items, str | tuple) and isinstance(index, int | slice):
            try:
                found = items[index]
            except IndexError:
                raise raised("IndexError") from None
            return self.new(value.kind, found) if isinstance(index, slice) and isinstance(value, Container) else found
        return self._item_of_object(value, index)

    def _item_of_object(self, value: object, index: object) -> object:
        self.use_objects((index,))
        getter = getattr(value, "of", None)
        if getter is not None and hasattr(value, "names"):
            return self.call_method(value, ("__getitem__",), (Argument(index),))  # type: ignore[arg-type]
        found = value.find("__class_getitem__") if hasattr(value, "find") else ABSENT
        if isinstance(found, FunctionValue) or getattr(found, "kind", "") == "classmethod":
            return self.call(self.get(value, "__class_getitem__"), (Argument(index),))
        if isinstance(value, External):
            return value
        self.note(FailureError(UNKNOWN))
        return UNKNOWN

    def _item_of_module(self, module: str, name: str) -> object:
        if self.modules.binds(module, name) is False:
            raise raised("KeyError")
        return self.get(ModuleValue(module), name)

    def _loaded_module(self, name: object) -> object:
        if not isinstance(name, str) or name not in self.model.modules:
            return UNKNOWN
        has = self.modules.has(name)
        if has is False:
            raise raised("KeyError")
        return ModuleValue(name) if has else UNKNOWN


_LOADED = External("sys.modules")
_VERSION = External("sys.version_info")


def _compared_constants(left: object, word: ast.cmpop, right: object) -> bool | None:
    """Return the result of comparing constants, or tuples of which the first elements that differ are constants."""
    compare = _COMPARISONS[type(word)]
    try:
        if is_constant(left) and is_constant(right):
            return compare(left, right)
        if not (isinstance(left, tuple) and isinstance(right, tuple)):
            return None
        for one, other in zip(left, right, strict=False):
            if not (is_constant(one) and is_constant(other)):
                return None
            if one != other:
                return compare(one, other)
        return compare(len(left), len(right))
    except TypeError:
        raise raised("TypeError") from None


def is_constant(value: object) -> bool:
    """Tell whether a value is a constant, or a tuple of constants."""
    return isinstance(value, _CONSTANT) or (isinstance(value, tuple) and all(map(is_constant, value)))


def _are_alike(one: object, other: object) -> bool:
    return type(one) is type(other) or (isinstance(one, str) and isinstance(other, str))
