"""The value of a condition as far as it is known before the program runs: ``TYPE_CHECKING`` is false, on Linux."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from import_contracts.crashes.operations import ReadingContext
from import_contracts.reading.source.trees import comparison, dotted_name, is_bool_of

_TYPE_CHECKING = frozenset({"TYPE_CHECKING", "MYPY"})
_PLATFORM = {("sys", "platform"): "linux", ("os", "name"): "posix", ("sys", "implementation", "name"): "cpython"}


class Conditions:
    """The conditions of one module; ``origin`` returns where an expression comes from, as in `Relevance`."""

    def __init__(self, context: ReadingContext, origin: Callable[[ast.expr], str | None]) -> None:
        self._context = context
        self._origin = origin
        self._type_checking = set(_TYPE_CHECKING)

    def add_alias(self, alias: str) -> None:
        """Note what ``TYPE_CHECKING`` is called in the module."""
        self._type_checking.add(alias)

    def value(self, node: ast.expr) -> bool | None:  # noqa: PLR0911 - one for each form
        """Return the truth of an expression; None if the text does not tell it."""
        if isinstance(node, ast.Constant):
            return bool(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            value = self.value(node.operand)
            return None if value is None else not value
        if isinstance(node, ast.BoolOp):
            is_or = isinstance(node.op, ast.Or)
            values = list(map(self.value, node.values))
            return is_or if is_or in values else None if None in values else not is_or
        if is_bool_of(node):
            return self.value(node.args[0])
        if isinstance(node, ast.Compare) and (known := comparison(node, self._is_false)) is not None:
            return known
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._comparison(node.left, node.ops[0], node.comparators[0])
        return self._named(dotted_name(node))

    def _is_false(self, node: ast.expr) -> bool:
        return self._named(dotted_name(node)) is False

    def _named(self, dotted: tuple[str, ...] | None) -> bool | None:
        if dotted and dotted[-1] in (self._type_checking if len(dotted) == 1 else _TYPE_CHECKING):
            return False
        return True if dotted in {("__debug__",), ("__name__",)} else None

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
        if isinstance(left, ast.Constant) and isinstance(operator, ast.Eq | ast.NotEq):
            left, right = right, left
        dotted = dotted_name(left)
        if dotted in _PLATFORM or dotted == ("__name__",):
            known = _PLATFORM.get(dotted, self._context.name) if dotted else ""
            if isinstance(right, ast.Constant) and isinstance(operator, ast.Eq | ast.NotEq):
                return (known == right.value) is isinstance(operator, ast.Eq)
            return None
        try:
            written = ast.literal_eval(right)
        except (ValueError, TypeError):
            return None
        return self._version_comparison(left, operator, written)

    def _version_comparison(self, left: ast.expr, operator: ast.cmpop, written: object) -> bool | None:
        """Return the value of a comparison of `sys.version_info` or a part of it, if two numbers decide it."""
        known = self._known_version(left)
        try:
            return None if known is None else _COMPARISONS[type(operator)](known, written)
        except (KeyError, TypeError):
            return None

    def _known_version(self, node: ast.expr) -> object:
        """Return what is known of `sys.version_info`, one of its numbers or a slice of it; None of anything else."""
        version = self._context.version
        index: ast.expr | None = node.slice if isinstance(node, ast.Subscript) else None
        whole = node.value if isinstance(node, ast.Subscript) else node
        name = self._origin(whole) or ".".join(dotted_name(whole) or ())
        if name in {"sys.version_info.major", "sys.version_info.minor"}:
            return None if index else version[int(name.endswith("minor"))]
        if name not in {"sys.version_info", "version_info"}:
            return None
        if index is None:
            return (*version, _Unknown())
        if isinstance(index, ast.Constant) and index.value in (0, 1):
            return version[bool(index.value)]
        return _sliced(index, version) if isinstance(index, ast.Slice) else None


def _sliced(index: ast.Slice, version: tuple[int, int]) -> tuple[int, ...] | None:
    upper = index.upper.value if isinstance(index.upper, ast.Constant) else None
    if index.lower or upper not in (1, 2):
        return None
    return version[: 1 if upper == 1 else 2]


class _Unknown:
    """The third part of a version: comparing it is a TypeError, but a longer tuple is still the greater one."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise TypeError


_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
